"""Searchable PDFs: OCRmyPDF under limits, in a process of its own for each document."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import sys
from collections.abc import Sequence
from dataclasses import replace
from importlib import util
from math import ceil
from pathlib import Path

from pipeline.archive import child, sheet
from pipeline.archive.child import Job
from pipeline.archive.words import PlacedPage, needs_words, place
from pipeline.batch.place import Remote
from pipeline.batch.records import File
from pipeline.batch.remote import Copies
from pipeline.errors import (
    ArchiveError,
    DamagedError,
    EncryptedError,
    LimitError,
    MissingExtraError,
    PdfaError,
    ReadError,
    TimeoutReadError,
)
from pipeline.intake import children
from pipeline.model import Document
from pipeline.settings import Settings

_SECONDS_A_PAGE = 10
"""Beside ``page_timeout`` for the whole; a page takes a third of a second."""
_GROWTH, _ROOM = 3, 100_000_000
"""Size to which a file may grow: old PDFs are not always compressed well when they are written anew."""
_DAMAGED, _ENCRYPTED, _NOT_PDFA = 2, 8, 10
"""Exit statuses of OCRmyPDF."""
_FINDING = re.compile(r"^\s*\[\w+\] (.*)$", re.MULTILINE)


def check() -> None:
    """Make sure that OCRmyPDF is there.

    Raises:
        MissingExtraError: where it is not, with what to install.
    """
    if util.find_spec("ocrmypdf") is None:
        message = (
            "searchable PDFs need the extra archive, which is not installed: make archive in hoso's folder, "
            'or pip install "hoso[archive]"; --to hocr,alto does without'
        )
        raise MissingExtraError(message)


def make(
    file: File, document: Document, target: Path, folder: Path, settings: Settings, *, pdfa: bool
) -> None:
    """Write a document's searchable PDF.

    Where no page wants words, the PDF is a copy to the byte.

    Args:
        file: of the ledger; it is opened to be read only.
        document: as read and restored.
        target: the file to write.
        folder: a scratch folder of this call alone.
        settings: limits: ``max_memory``; ``page_timeout`` and 10 seconds a page.
        pdfa: whether it must be PDF/A-2b.

    Raises:
        ReadError: where it cannot be made; nothing stands at ``target`` then that is whole.
        MissingProgramError: as ``children.run``.
    """
    path = file.path
    if isinstance(path, Remote):
        path, _ = Copies(settings.max_bytes, folder).get(path.url, file.stat)
    _check_unchanged(file, path)
    pages = [p for p, r in zip(document.pages, document.restored, strict=True) if needs_words(p)]
    if not pages and not pdfa and file.kind == "pdf":
        shutil.copyfile(path, target)
        return
    words = folder / "words.json"
    placed = [found for page in pages if (found := _placed(page.number, document)) is not None]
    words.write_text(json.dumps(sheet.sheets(placed), ensure_ascii=False), encoding="utf-8")
    sizes = [(page.width, page.height) for page in document.pages] if file.kind == "image" else []
    if any(width is None for width, _ in sizes):
        message = f"{file.source_file}: not all of its images could be read, so they make no whole PDF"
        raise ArchiveError(message)
    job: Job = {
        "source": str(path),
        "target": str(target),
        "words": str(words),
        "folder": str(folder),
        "pdfa": pdfa,
        "sizes": [(width or 0.0, height or 0.0) for width, height in sizes],
    }
    job_file = folder / "job.json"
    job_file.write_text(json.dumps(job), encoding="utf-8")
    _run(file, path, child.command(job_file, sys.path), settings)


def _placed(number: int, document: Document) -> PlacedPage | None:
    return place(document.pages[number - 1], document.restored[number - 1])


def _check_unchanged(file: File, path: Path) -> None:
    try:
        with path.open("rb") as handle:
            found = hashlib.file_digest(handle, "sha256").hexdigest()
    except OSError as error:
        message = f"{file.source_file}: cannot be read: {error.strerror or error}"
        raise ReadError(message) from error
    if found != file.sha256:
        message = f"{file.source_file}: has changed since it was read; run hoso extract again"
        raise ReadError(message)


def _run(file: File, path: Path, arguments: Sequence[str], settings: Settings) -> None:
    name, seconds = file.source_file, settings.page_timeout + _SECONDS_A_PAGE * file.pages
    size = _GROWTH * path.stat().st_size + _ROOM
    limits = replace(settings, page_timeout=seconds, max_pixels=ceil(size / 3))
    try:
        done = children.run(sys.executable, arguments, limits, where=name)
    except TimeoutReadError:
        message = f"{name}: OCRmyPDF took longer than {seconds} s; raise page_timeout"
        raise TimeoutReadError(message) from None
    except LimitError:
        message = f"{name}: OCRmyPDF took more than {seconds} s or wrote more than {size} bytes"
        raise LimitError(message) from None
    if done.status:
        raise _error(name, done.status, done.error)


def _error(name: str, status: int, said: str) -> ReadError:
    """What OCRmyPDF's exit status and last words come to."""
    line = next((row.strip() for row in reversed(said.splitlines()) if row.strip()), "no word of why")[:300]
    if "MemoryError" in said or "bad_alloc" in said or "Cannot allocate memory" in said:
        return LimitError(f"{name}: OCRmyPDF needs more memory than there is; raise max_memory")
    if status == _NOT_PDFA:
        finding = _FINDING.search(said)
        return PdfaError(f"{name}: cannot be made PDF/A: {finding[1][:300] if finding else line}")
    if status == _ENCRYPTED:
        return EncryptedError(f"{name}: encrypted: OCRmyPDF cannot open it; save it without a password")
    if status == _DAMAGED:
        return DamagedError(f"{name}: damaged: OCRmyPDF cannot read it ({line})")
    if status == child.EXIT_NOT_MADE:
        return ArchiveError(f"{name}: no PDF can be made of it ({line})")
    return ArchiveError(f"{name}: OCRmyPDF ended with status {status} ({line})")


def per_page(document: Document) -> list[PlacedPage]:
    """All pages of a document that have a place for words, in order."""
    numbers = (page.number for page in document.pages if page.status != "failed")
    return [found for number in numbers if (found := _placed(number, document)) is not None]
