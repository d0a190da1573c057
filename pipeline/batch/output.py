"""From the ledger to OUT: every table streamed in order of files, through the one writer.

Nothing here depends on how the rows were made or when. Two files of the same bytes are one document: the
second is a row of documents.csv alone, and not counted. Two documents that hold the same report keep their
rows; the one that is read worse is not counted (``duplicates``).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property

from pipeline.batch.documents import FormatRow
from pipeline.batch.duplicates import duplicates
from pipeline.batch.ledger import Ledger
from pipeline.batch.likeness import Likeness, likeness_of
from pipeline.batch.reading import all_failures
from pipeline.batch.records import File
from pipeline.batch.units import doc_id
from pipeline.batch.wire import unpack
from pipeline.decisions.book import Book
from pipeline.model import Failure, Value

Row = list[str]
_APART = ("edits", "failures")
"""Schemas whose rows are no table of ``tables/``."""


_EXAMPLES = 10


@dataclass
class Summary:
    """What the input of a run came to."""

    files: int = 0
    files_failed: int = 0
    pages: int = 0
    pages_failed: int = 0
    failures: int = 0
    examples: list[Failure] = field(default_factory=list)
    """The first failures, for a person to read at once."""

    def add(self, found: Failure) -> None:
        """Count a failure."""
        self.failures += 1
        self.pages_failed += found.page is not None
        if len(self.examples) < _EXAMPLES:
            self.examples.append(found)


class Output:
    """Streams of rows, in the order in which the writer draws them; each may be drawn once."""

    def __init__(
        self, ledger: Ledger, format_row: FormatRow, columns: Mapping[str, Sequence[str]], book: Book
    ) -> None:
        """Stream from ``ledger``.

        Args:
            ledger: complete.
            format_row: makes cells of values, for rows that no worker made.
            columns: column names by table, in order.
            book: what people decided about the rows.
        """
        self._book = book
        self._ledger = ledger
        self._format_row = format_row
        self._columns = columns
        self.rows: dict[str, int] = {}
        """Rows by table, counted while they are drawn."""
        self.layers: dict[str, dict[str, int]] = {}
        """By the verdict on their text layer, pages and reasons, counted while pages.csv is drawn."""

    def tables(self) -> dict[str, Iterator[Row]]:
        """All tables of ``tables/``."""
        names = [name for name in self._columns if name not in _APART]
        return {name: self._counted(name, self._table(name)) for name in names}

    def texts(self) -> Iterator[tuple[str, str]]:
        """Restored texts by doc_id."""
        for sha256, data in self._ledger.parts("text"):
            yield doc_id(sha256), unpack(data)

    def edits(self) -> Iterator[tuple[str, list[Row]]]:
        """Edits by doc_id."""
        for sha256, data in self._ledger.parts("edits"):
            yield doc_id(sha256), unpack(data)

    def failures(self) -> Iterator[Row]:
        """All failures: of files, of their pages, of what was to be made of them."""
        for file in self._ledger.files():
            for found in all_failures(self._ledger, file):
                yield self._format_row("failures", asdict(found))
        for found in self._book.failures():
            yield self._format_row("failures", asdict(found))

    def count(self) -> Summary:
        """What the input comes to."""
        summary = Summary()
        for file in self._ledger.files():
            summary.files += 1
            summary.pages += file.pages
            for found in all_failures(self._ledger, file):
                summary.add(found)
            summary.files_failed += self._is_lost(file)
        for found in self._book.failures():
            summary.add(found)
        return summary

    def _counted(self, name: str, rows: Iterator[Row]) -> Iterator[Row]:
        self.rows[name] = 0
        for row in rows:
            self.rows[name] += 1
            if name == "pages":
                self._count_layer(dict(zip(self._columns[name], row, strict=True)))
            yield row

    def _count_layer(self, page: Mapping[str, str]) -> None:
        if page["layer_verdict"]:
            counts = self.layers.setdefault(page["layer_verdict"], {"pages": 0})
            for code in ("pages", *page["layer_reasons"].split()):
                counts[code] = counts.get(code, 0) + 1

    def _is_lost(self, file: File) -> bool:
        """Whether nothing of a file could be read."""
        if file.problem is not None:
            return True
        return all(state.problem for state in self._ledger.pages(file.sha256)[: file.pages])

    def _table(self, name: str) -> Iterator[Row]:
        if name == "documents":
            for file in self._ledger.files():
                yield self._document(file)
            return
        if name == "decisions":
            yield from self._book.listed(self._ledger, self._format_row)
            return
        if not self._book:
            for _, data in self._ledger.parts(name):
                yield from unpack(data)
            return
        # a document whose rows were all claimed has numbers in unclaimed.csv once one is rejected
        for file in self._ledger.primaries():
            part = self._ledger.part(name, file.sha256)
            yield from self._book.rows(
                name, self._ledger, file, unpack(part) if part else [], self._format_row
            )

    def _document(self, file: File) -> Row:
        """A row of documents.csv: as a worker made it, changed where it is a copy, bare where it failed."""
        first = self._ledger.first_of(file.sha256) or file.source_file
        better = self._better.get(first)
        counts = first == file.source_file and better is None
        own: dict[str, Value] = {"source_file": file.source_file, "counted": counts}
        if not counts:
            own["duplicate_of"] = better or doc_id(file.sha256)
        data = None if file.problem else self._ledger.part("documents", file.sha256)
        if data is None:
            return self._format_row("documents", {**self._lost(file), **own})
        made = dict(zip(self._columns["documents"], unpack(data)[0], strict=True))
        own |= {"doc_id": made["doc_id"], "read_status": made["read_status"]}
        changed = dict(zip(self._columns["documents"], self._format_row("documents", own), strict=True))
        return list((made | {name: changed[name] for name in own}).values())

    @cached_property
    def _better(self) -> dict[str, str]:
        """The doc_id of the document that counts, by the first file of each that holds the same report."""
        found = duplicates(self._likenesses(), self._likeness_of)
        return {key: doc_id(self._file(best).sha256) for key, best in found.items()}

    def _likenesses(self) -> Iterator[Likeness]:
        for file in self._ledger.primaries():
            if (found := self._likeness(file)) is not None:
                yield found

    def _likeness_of(self, source_file: str) -> Likeness:
        found = self._likeness(self._file(source_file))
        assert found is not None, source_file
        return found

    def _likeness(self, file: File) -> Likeness | None:
        row = self._ledger.part("documents", file.sha256)
        sketched = self._ledger.part("likeness", file.sha256)
        if row is None or sketched is None:
            return None
        cells = dict(zip(self._columns["documents"], unpack(row)[0], strict=True))
        return likeness_of(file.source_file, cells, unpack(sketched))

    def _file(self, source_file: str) -> File:
        file = self._ledger.file(source_file)
        assert file is not None, source_file
        return file

    def _lost(self, file: File) -> dict[str, Value]:
        """What can be said of a file whose document could not be made.

        A file of which not even the content could be hashed gets an identity by its name: every row has one.
        """
        identity = file.sha256 or hashlib.sha256(file.source_file.encode()).hexdigest()
        told: dict[str, Value] = {"doc_id": doc_id(identity), "read_status": "failed"}
        if file.problem is None:
            states = self._ledger.pages(file.sha256)[: file.pages]
            told |= {"pages": file.pages, "pages_failed": sum(state.problem is not None for state in states)}
        return told
