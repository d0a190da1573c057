"""Text that a PDF tells instead of the letters that it draws (``/ActualText``).

Meant for ligatures and hyphens, it may say anything, and poppler believes it. So a page that has it is read
from a copy without: by the letters that are drawn.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pipeline.errors import ReadError
from pipeline.intake import pdf, unpacked

_KEY = "/ActualText"
_MAX_STREAM = 8_000_000
"""Bytes, unpacked, of a content stream that is written anew."""
_MAX_FORMS = 200
"""Forms of a page that are looked into."""
_ERRORS = (ReadError, RuntimeError, ValueError, TypeError, KeyError, IndexError, AttributeError)


def tells(operands: Any, resources: Any) -> bool:
    """Whether the operands of a ``BDC`` operator tell other text than what is drawn."""
    if len(operands) != 2:
        return False
    told = operands[1]
    if str(told).startswith("/"):
        told = resources.get("/Properties", {}).get(told)
    return told is not None and _KEY in told


def copied(path: Path, number: int, name: str, folder: Path) -> Path | None:
    """A PDF of page ``number`` (from 1) in ``folder`` that tells no such text; None where qpdf makes none."""
    import pikepdf

    copy = folder / "as-drawn.pdf"
    try:
        with pdf.opened(path, name) as document, pikepdf.new() as fresh:
            fresh.pages.append(document.pages[number - 1])
            page = fresh.pages[0]
            resources: Any = page.obj.get("/Resources", {})
            page.Contents = fresh.make_stream(_drawn(page, resources))
            for form in _forms(resources):
                form.write(_drawn(form, form.get("/Resources", resources)))
            fresh.save(copy)
    except (*_ERRORS, pikepdf.PdfError, MemoryError):
        return None
    return copy


def _drawn(stream: Any, resources: Any) -> bytes:
    """A content stream whose marks tell nothing."""
    import pikepdf

    mark = pikepdf.Operator("BMC")
    found = []
    for instruction in pikepdf.parse_content_stream(stream):
        operands = instruction.operands
        is_told = str(instruction.operator) == "BDC" and tells(operands, resources)
        found.append(([operands[0]], mark) if is_told else instruction)
    return pikepdf.unparse_content_stream(found)


def _forms(resources: Any) -> Iterator[Any]:
    """The forms that a page may draw, and those that they may."""
    waiting, seen = [resources], set[tuple[int, int]]()
    while waiting:
        for target in waiting.pop().get("/XObject", {}).values():
            known = target.objgen in seen or len(seen) >= _MAX_FORMS
            if known or str(target.get("/Subtype", "")) != "/Form":
                continue
            seen.add(target.objgen)
            size = unpacked.size(target, _MAX_STREAM)
            if size is not None and size <= _MAX_STREAM:
                yield target
                waiting.append(target.get("/Resources", {}))
