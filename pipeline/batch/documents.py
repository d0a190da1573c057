"""One document's rows: restored, extracted, formatted; every cell as it will stand in the tables.

Runs in a worker. What goes wrong here goes wrong for this document alone, and what was made before stays: a
document whose extraction fails still has its restored text, one whose restoration fails its text as read.
Where the worker itself is ended or dies, the driver asks for less of the document (``units.less``).
"""

from __future__ import annotations

import traceback
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from math import ceil
from typing import TYPE_CHECKING, Any

from pipeline.batch.likeness import sketch
from pipeline.batch.wire import pack
from pipeline.errors import LimitError, RuleError
from pipeline.intake.legacy import converted
from pipeline.model import Document, Edit, Extraction, Failure, Figure, Page, ReadStatus, RestoredText, Value
from pipeline.settings import Settings

if TYPE_CHECKING:
    from pipeline.tables.rows import Cell

Restore = Callable[[Sequence[str], Sequence[str]], Sequence[RestoredText]]
FormatRow = Callable[[str, "Mapping[str, Cell]"], list[str]]
Rows = list[list[str]]
_ALWAYS = frozenset({"text", "edits"})
"""Parts that a document has even where they are empty: each is a file of its own."""


@dataclass(frozen=True)
class Made:
    """A document's parts: rows, ``text``, ``edits``, ``likeness``; stage, code, message, trace of a fault."""

    parts: Mapping[str, Any]
    problem: Mapping[str, str] = field(default_factory=dict)

    def packed(self) -> list[tuple[str, bytes]]:
        """The parts that hold anything, as the ledger keeps them."""
        return [(name, pack(part)) for name, part in sorted(self.parts.items()) if part or name in _ALWAYS]


@dataclass(frozen=True)
class Maker:
    """The rooms behind the page: functions, so that tests may put others in their place."""

    restore: Restore
    extract: Callable[[Document], Extraction]
    format_row: FormatRow

    def make(
        self, document: Document, depth: str = "extract", problem: Mapping[str, str] | None = None
    ) -> Made:
        """All parts of a document whose pages are read (``restored`` is not looked at).

        A failed page stands in ``document.pages`` with status ``failed``, so that the others keep their
        numbers.

        Args:
            document: its pages.
            depth: ``extract``, ``restore`` or ``read``: how far to go (see ``units.less``).
            problem: why not further; its stage, code and message.
        """
        found: dict[str, str] = dict(problem or {})
        pages = [page_row(document, page) for page in document.pages]
        parts: dict[str, Any] = {"pages": self._rows("pages", pages)}
        extraction = Extraction({})
        try:
            document = _with(document, _as_read if depth == "read" else self.restore)
        except Exception as error:  # noqa: BLE001  a fault of ours in one document must not stop an archive
            found = found or _problem("restore", error)
            document = _with(document, _as_read)
        parts["text"] = "\f".join(r.text for r in document.restored)
        parts["edits"] = self._rows("edits", edit_rows(document))
        if depth == "extract" and not found:
            try:
                extraction = self.extract(document)
                edits = self._rows("edits", edit_rows(document, extraction.repairs))
                alike = {"likeness": sketch(document, extraction)}
                parts |= {**self._tables(document, extraction), "edits": edits, **alike}
            except Exception as error:  # noqa: BLE001
                found = _problem("extract", error)
        row = {**extraction.document, **document_row(document, failed=bool(found))}
        parts["documents"] = self._rows("documents", [row])
        return Made(parts, found)

    def _tables(self, document: Document, extraction: Extraction) -> dict[str, Rows]:
        tables: dict[str, Rows] = {}
        for figure in extraction.figures:
            row = {**figure.values, "row_id": figure.row_id}
            tables.setdefault(figure.table, []).append(self.format_row(figure.table, row))
        doc_id = document.doc_id
        cited = {"doc_id": doc_id, "source_file": document.source_file}
        tables["evidence"] = self._rows("evidence", (r for f in extraction.figures for r in evidence_rows(f)))
        tables["citations"] = self._rows("citations", ({**cited, **c} for c in extraction.citations))
        tables["unclaimed"] = self._rows("unclaimed", ({"doc_id": doc_id, **u} for u in extraction.unclaimed))
        return tables

    def _rows(self, table: str, rows: Iterable[Mapping[str, Cell]]) -> Rows:
        return [self.format_row(table, row) for row in rows]


def make_maker(settings: Settings) -> Maker:
    """The real rooms; loads the dictionaries.

    Raises:
        DictionaryError: where one is missing or wrong.
    """
    from pipeline.extract import extract
    from pipeline.extract.rule_files import rulebook
    from pipeline.tables.rows import format_row
    from pipeline.tables.schema import tables

    read_figures = partial(extract, book=rulebook(settings.rules_folder))
    format_cells = partial(format_row, schemas=tables(settings.rules_folder))
    if not settings.restore:
        return Maker(in_unicode, read_figures, format_cells)
    from pipeline.restore import Restorer

    return Maker(Restorer.load().restore_pages, read_figures, format_cells)


def _as_read(texts: Sequence[str], channels: Sequence[str]) -> list[RestoredText]:
    del channels
    return [RestoredText(text, text) for text in texts]


def in_unicode(texts: Sequence[str], channels: Sequence[str]) -> list[RestoredText]:
    """Texts as read but for old encodings: how letters are coded is no matter of restoration."""
    pairs = zip(texts, channels, strict=True)
    return [converted(text)[0] if name == "auto" else RestoredText(text, text) for text, name in pairs]


def _with(document: Document, restore: Restore) -> Document:
    """The document restored in this way.

    Raises:
        ValueError: where restoration gives back other pages than it got.
    """
    texts = [page.text for page in document.pages]
    restored = tuple(restore(texts, [channel(page) for page in document.pages]))
    if [r.raw for r in restored] != texts:
        message = "restoration gave back other pages than it got"
        raise ValueError(message)
    return replace(document, restored=restored)


def channel(page: Page) -> str:
    """How a page's letters were read: our own OCR knows Vietnamese, a text layer or file may not have."""
    coded = any(reason.startswith("encoding:") for reason in page.reasons)
    return "vie" if page.source == "ocr" or (page.source == "mixed" and not coded) else "auto"


def assemble(
    source_file: str, doc_id: str, pages: Sequence[Page | None], failures: Sequence[Sequence[Any]]
) -> Document:
    """A document of its pages, with a placeholder for each that failed.

    Args:
        source_file: its name.
        doc_id: its identity.
        pages: in order; None where one failed.
        failures: page, stage, code and message of each failure.
    """
    found = tuple(page or lost_page(number) for number, page in enumerate(pages, 1))
    told = tuple(Failure(source_file, page, stage, code, text) for page, stage, code, text in failures)
    return Document(doc_id, source_file, found, (), told)


def lost_page(number: int) -> Page:
    """What stands in the place of a page that could not be read."""
    return Page(number, "", source="ocr", quality=0.0, status="failed")


def document_row(document: Document, *, failed: bool) -> dict[str, Value]:
    """The columns of documents.csv that tell how the document was read."""
    return {
        "doc_id": document.doc_id,
        "source_file": document.source_file,
        "pages": len(document.pages),
        "text_source": text_source(document.pages),
        "text_quality": worst_decile(
            p.quality for p in document.pages if p.status != "failed" and not p.blank
        ),
        "layer_verdicts": counted(page.verdict for page in document.pages),
        "layer_reasons": counted(r for page in document.pages if page.verdict for r in page.reasons),
        "pages_failed": sum(page.status == "failed" for page in document.pages),
        "duplicate_of": None,
        "counted": True,
        "read_status": "failed" if failed else read_status(document.pages),
    }


def read_status(pages: Sequence[Page]) -> ReadStatus:
    """``failed`` where no page could be read, ``partial`` where some or parts of some could not."""
    states = {page.status for page in pages}
    if states <= {"failed"}:
        return "failed"
    return "ok" if states == {"ok"} else "partial"


def text_source(pages: Sequence[Page]) -> str | None:
    """Where the text of the pages that could be read is from."""
    sources = {page.source for page in pages if page.status != "failed"}
    if len(sources) > 1:
        return "mixed"
    return next(iter(sources), None)


def counted(codes: Iterable[str]) -> str | None:
    """How often each code occurs, the most frequent first; None where there is none.

    >>> counted(["ruined", "good", "", "good"])
    'good=2 ruined=1'
    """
    ranked = sorted(Counter(filter(None, codes)).items(), key=lambda pair: (-pair[1], pair[0]))
    return " ".join(f"{code}={count}" for code, count in ranked) or None


def worst_decile(qualities: Iterable[float]) -> float | None:
    """The quality that a tenth of the pages do not exceed (nearest rank); None without pages.

    >>> worst_decile([0.9, 0.2, 0.8]), worst_decile([i / 20 for i in range(1, 21)])
    (0.2, 0.1)
    """
    ranked = sorted(qualities)
    return ranked[ceil(len(ranked) / 10) - 1] if ranked else None


def page_row(document: Document, page: Page) -> dict[str, Cell]:
    """A row of pages.csv."""
    failed = page.status == "failed"
    return {
        "doc_id": document.doc_id,
        "page": page.number,
        "text_source": None if failed else page.source,
        "layer_verdict": page.verdict or None,
        "layer_reasons": page.reasons or None,
        "ocr_confidence": page.ocr_confidence,
        "text_quality": None if failed else page.quality,
        "rotation": page.rotation,
        "dpi": page.dpi,
        "blank": page.blank,
        "read_status": page.status,
    }


def evidence_rows(figure: Figure) -> Iterable[dict[str, Cell]]:
    """Rows of evidence.csv."""
    for e in figure.evidence:
        yield {
            "row_id": figure.row_id,
            "column": e.column,
            "mention": e.mention,
            "page": e.page,
            "bbox": e.box,
            "start": e.start,
            "end": e.end,
            "raw": e.raw,
            "restored": e.restored,
            "witness": e.witness or None,
        }


def edit_rows(document: Document, repairs: Sequence[tuple[int, Edit]] = ()) -> Iterable[dict[str, Value]]:
    """Rows of edits/DOC_ID.csv; lines count from 1 on each page.

    Args:
        document: its restored pages hold the edits of the text.
        repairs: numbers that the tables hold otherwise than the text, by page number.
    """
    for page, restored in zip(document.pages, document.restored, strict=True):
        proved = [edit for number, edit in repairs if number == page.number]
        line, at = 1, 0
        for edit in sorted([*restored.edits, *proved], key=lambda e: (e.start, e.end)):
            line, at = line + restored.raw.count("\n", at, edit.start), edit.start
            yield {
                "page": page.number,
                "line": line,
                "start": edit.start,
                "end": edit.end,
                "raw": edit.raw,
                "restored": edit.restored,
                "kind": edit.kind,
                "confidence": edit.confidence,
            }


def _problem(stage: str, error: Exception) -> dict[str, str]:
    if isinstance(error, MemoryError):
        message = f"needs more memory than there is to {stage}; raise max_memory"
        return {"stage": stage, "code": LimitError.code, "message": message}
    if isinstance(error, RuleError):
        return {"stage": stage, "code": error.code, "message": str(error)}
    line = f"{type(error).__name__}: {error}".splitlines()[0][:300]
    trace = "".join(traceback.format_exception(error))
    return {"stage": stage, "code": "internal", "message": f"error in hoso: {line}", "trace": trace}
