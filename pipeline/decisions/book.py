"""All decisions about an output folder, by document, for whoever writes or shows its tables."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.batch.units import doc_id
from pipeline.batch.wire import unpack
from pipeline.decisions import store
from pipeline.decisions.apply import Settled, listed_without, settle
from pipeline.decisions.match import Told
from pipeline.decisions.record import Decision
from pipeline.decisions.verdicts import standing
from pipeline.model import Failure

if TYPE_CHECKING:
    from pipeline.batch.ledger import Ledger
    from pipeline.batch.records import File
    from pipeline.tables.schema import TableSchema

FormatRow = Callable[[str, Mapping[str, Any]], list[str]]
Rows = list[list[str]]


class Book:
    """Decisions by the SHA-256 of their document."""

    def __init__(self, loaded: store.Loaded, schemas: Mapping[str, TableSchema], out: Path) -> None:
        """Take what was loaded from ``out``."""
        self._schemas, self._out = schemas, out
        self.damages = loaded.damages
        self._by_document: dict[str, list[Decision]] = {}
        for decision in loaded.decisions:
            self.add(decision)

    @classmethod
    def load(cls, out: Path, schemas: Mapping[str, TableSchema]) -> Book:
        """The decisions that lie in an output folder; none where nobody decided anything.

        Raises:
            OutputError: where a file of decisions cannot be read.
        """
        return cls(store.load(out), schemas, out)

    def __bool__(self) -> bool:
        return bool(self._by_document)

    def __contains__(self, sha256: object) -> bool:
        return sha256 in self._by_document

    def add(self, decision: Decision) -> None:
        """Take up one more."""
        self._by_document.setdefault(decision.document, []).append(decision)

    def all(self) -> list[Decision]:
        """All decisions, in order of time."""
        return store.in_order(d for about in self._by_document.values() for d in about)

    def about(self, sha256: str) -> Sequence[Decision]:
        """All decisions about a document, in order of time."""
        return self._by_document.get(sha256, ())

    def settled(self, ledger: Ledger, file: File) -> Settled:
        """A document's tables as the decisions leave them."""
        return settle(told(ledger, file, self._schemas), self.about(file.sha256), self._schemas)

    def rows(self, name: str, ledger: Ledger, file: File, made: Rows, format_row: FormatRow) -> Rows:
        """A document's rows of one table after the decisions about it.

        Args:
            name: the table's.
            ledger: what the machine made.
            file: the document's.
            made: the machine's rows.
            format_row: makes cells of values.
        """
        figures = "role" in self._schemas[name].names
        if file.sha256 not in self or not (figures or name in {"evidence", "unclaimed"}):
            return made
        done = self.settled(ledger, file)
        if name == "unclaimed":
            return made + [format_row(name, row) for row in done.unclaimed]
        if name == "evidence":
            return [row for row in made if row[0] not in done.rejected]
        header = self._schemas[name].header
        return [[row[c] for c in header] for row in done.rows[name]] if name in done.rows else made

    def listed(self, ledger: Ledger, format_row: FormatRow) -> Iterator[list[str]]:
        """The rows of decisions.csv: in order of files, then those whose document is gone."""
        seen: set[str] = set()
        for file in ledger.primaries():
            if file.sha256 in self:
                seen.add(file.sha256)
                for row in self.settled(ledger, file).listed:
                    yield format_row("decisions", row)
        gone = [d for sha, about in self._by_document.items() if sha not in seen for d in standing(about)]
        for decision in sorted(gone, key=lambda d: (d.source_file, d.document, d.at, d.id)):
            for row in listed_without(decision):
                yield format_row("decisions", row)

    def failures(self) -> Iterator[Failure]:
        """A failure for each line that is no decision."""
        for damage in self.damages:
            name = damage.path.relative_to(self._out).as_posix()
            yield Failure(name, None, "review", "decision", str(damage))


def told(ledger: Ledger, file: File, schemas: Mapping[str, TableSchema]) -> Told:
    """A document as the machine made it."""
    figures = [schema for schema in schemas.values() if "role" in schema.names]
    rows = {schema.name: _cells(ledger, file.sha256, schema) for schema in figures}
    text = ledger.part("text", file.sha256)
    return Told(
        file.sha256,
        doc_id(file.sha256),
        file.source_file,
        unpack(text) if text else "",
        {name: found for name, found in rows.items() if found},
        _cells(ledger, file.sha256, schemas["evidence"]),
    )


def _cells(ledger: Ledger, sha256: str, schema: TableSchema) -> list[dict[str, str]]:
    data = ledger.part(schema.name, sha256)
    return [dict(zip(schema.header, row, strict=True)) for row in unpack(data)] if data else []
