"""The documents of an output folder: what ``hoso extract`` left in its ledger, pages and restored text."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from pipeline.batch.absent import absent
from pipeline.batch.documents import lost_page
from pipeline.batch.ledger import Ledger
from pipeline.batch.ledger_schema import VERSION
from pipeline.batch.lock import FOLDER
from pipeline.batch.records import File
from pipeline.batch.units import doc_id
from pipeline.batch.wire import unpack, unpack_page
from pipeline.errors import OutputError, ReadError
from pipeline.model import Document, Edit, RestoredText
from pipeline.tables.rows import unguarded
from pipeline.tables.schema import tables


def check(out: Path) -> None:
    """Make sure that a run of this hoso left its ledger in an output folder.

    Raises:
        UsageError: where none did.
        OutputError: where another version did, or its ledger cannot be read.
    """
    path = out / FOLDER / "ledger.sqlite"
    if not path.is_file():
        raise absent(out)
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as database:
            version = database.execute("PRAGMA user_version").fetchone()[0]
    except sqlite3.DatabaseError as error:
        message = f"{path}: {error}; run hoso extract again"
        raise OutputError(message) from error
    if version != VERSION:
        message = f"{out}: another version of hoso wrote it; run hoso extract again"
        raise OutputError(message)


def state(ledger: Ledger, file: File) -> list[str]:
    """What a document's restored pages depend on: equal state, equal ``document``."""
    known = ledger.document(file.sha256)
    pages = [page.digest for page in ledger.pages(file.sha256)[: file.pages]]
    return [file.sha256, file.source_file, known.key if known else "", *pages]


def document(ledger: Ledger, file: File) -> Document:
    """A document as the last run read and restored it; pages that it could not read are ``failed``.

    Raises:
        ReadError: where its text was never made, or does not follow from its edits.
    """
    text, rows = ledger.part("text", file.sha256), ledger.part("edits", file.sha256)
    if text is None or rows is None:
        message = f"{file.source_file}: nothing was read of it; see failures.csv"
        raise ReadError(message)
    data = [ledger.page_data(file.sha256, number) for number in range(1, file.pages + 1)]
    pages = tuple(unpack_page(page) if page else lost_page(number) for number, page in enumerate(data, 1))
    edits: dict[int, list[Edit]] = {}
    for number, edit in text_edits(unpack(rows)):
        edits.setdefault(number, []).append(edit)
    restored = tuple(RestoredText.from_edits(page.text, edits.get(page.number, ())) for page in pages)
    if "\f".join(page.text for page in restored) != unpack(text):
        message = f"{file.source_file}: its text and its edits do not agree; run hoso extract again"
        raise ReadError(message)
    return Document(doc_id(file.sha256), file.source_file, pages, restored)


def text_edits(rows: list[list[str]]) -> Iterator[tuple[int, Edit]]:
    """The edits of the text by page; what sums put right in the tables stands in no text."""
    header = tables()["edits"].header
    for row in rows:
        cells: dict[str, Any] = dict(zip(header, row, strict=True))
        if cells["kind"] != "number":
            yield (
                int(cells["page"]),
                Edit(
                    start=int(cells["start"]),
                    end=int(cells["end"]),
                    raw=unguarded(cells["raw"]),
                    restored=unguarded(cells["restored"]),
                    kind=cells["kind"],
                    confidence=float(cells["confidence"]),
                ),
            )
