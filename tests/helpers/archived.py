"""Output folders as hoso extract leaves them, made without reading anything: pages are given."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.batch.documents import Maker, assemble, in_unicode
from pipeline.batch.keys import content
from pipeline.batch.ledger import Ledger
from pipeline.batch.lock import FOLDER
from pipeline.batch.records import DocumentState, File, PageState, Problem
from pipeline.batch.units import doc_id
from pipeline.batch.wire import pack_page
from pipeline.model import Box, Edit, Extraction, Page, RestoredText, Word
from pipeline.tables.rows import format_row


@dataclass
class Doc:
    """A file of the input with its pages; ``edits`` by page number."""

    path: Path
    kind: str
    pages: Sequence[Page | None]
    edits: dict[int, list[Edit]] = field(default_factory=dict)


def page(lines: Sequence[Sequence[tuple[str, float, float, float, float]]], **more: object) -> Page:
    """A scanned A4 page of words: text and box, a list a line; ``|`` parts cells and stands nowhere."""
    text, words, at = "", [], 0
    for line in lines:
        for word, *box in line:
            at = len(text)
            if word != "|":
                words.append(Word(at, at + len(word), Box(*box), 0.9))
            text += f"{word} "
        text = f"{text.rstrip()}\n"
    values = {"width": 595.0, "height": 842.0, "source": "ocr", "dpi": 100, **more}
    return Page(text=text.rstrip("\n"), words=tuple(words), **{"number": 1, **values})  # type: ignore[arg-type]


def write(out: Path, docs: Sequence[Doc], root: Path) -> dict[str, str]:
    """Write the ledger of these documents; their doc_ids by name relative to ``root``."""
    (out / FOLDER).mkdir(parents=True, exist_ok=True)
    ids = {}
    with closing(Ledger(out / FOLDER / "ledger.sqlite")) as ledger:
        for doc in docs:
            name = doc.path.relative_to(root).as_posix()
            sha = hashlib.sha256(doc.path.read_bytes()).hexdigest()
            ids[name] = doc_id(sha)
            with ledger.transaction():
                _put(ledger, doc, name, sha)
    return ids


def _put(ledger: Ledger, doc: Doc, name: str, sha: str) -> None:
    ledger.see(name)
    ledger.put_file(File(name, doc.path, "", "k", sha, doc.kind, len(doc.pages), {}))
    for number, read in enumerate(doc.pages, 1):
        data = pack_page(read) if read else None
        problem = None if read else Problem("ocr", "timeout", f"{name}, page {number}: too slow")
        ledger.put_page(sha, PageState(number, "k", content(data or b""), problem), data)

    def restore(texts: Sequence[str], channels: Sequence[str]) -> list[RestoredText]:
        del channels
        return [RestoredText.from_edits(text, doc.edits.get(i, ())) for i, text in enumerate(texts, 1)]

    maker = Maker(restore if doc.edits else in_unicode, lambda _: Extraction({}), format_row)
    made = maker.make(assemble(name, doc_id(sha), doc.pages, []))
    assert not made.problem, made.problem
    ledger.put_document(DocumentState(sha, name, content(repr(made.parts["text"]).encode())), made.packed())
