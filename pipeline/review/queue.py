"""The rows of an output folder in order of doubt, filtered and paged by SQLite in a file of its own.

It is built from the ledger when the server starts, and anew when a run has changed that: pages of an archive
with a million rows are read from the disk as they are asked for.
"""

from __future__ import annotations

import json
import sqlite3
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, fields
from functools import partial
from pathlib import Path
from typing import Any

from pipeline.batch.ledger import Ledger
from pipeline.batch.lock import FOLDER
from pipeline.batch.records import File
from pipeline.decisions.apply import Settled, is_disputed, settle
from pipeline.decisions.book import Book, told
from pipeline.decisions.match import Cells, Told
from pipeline.decisions.record import Decision
from pipeline.decisions.verdicts import heads
from pipeline.review.doubt import doubt
from pipeline.tables.rows import format_row
from pipeline.tables.schema import TableSchema

PAGE = 50
"""Rows of a page of the queue."""
_REST = 20
"""How many times the seconds of a build pass before a ledger that goes on changing is looked at again."""
_KEPT = 4
_ITEMS = """
CREATE TABLE items (
    n INTEGER PRIMARY KEY, row_id TEXT UNIQUE, tab TEXT, sha TEXT, source_file TEXT, page INTEGER,
    place TEXT, year TEXT, flags TEXT, doubt REAL, state TEXT, cells TEXT
);
CREATE INDEX items_doubt ON items (doubt DESC, n);
CREATE INDEX items_sha ON items (sha, page);
"""


@dataclass(frozen=True)
class Filter:
    """Which rows are shown; empty: all. ``state`` is ``todo``, ``done``, ``disputed`` or ``all``."""

    table: str = ""
    place: str = ""
    year: str = ""
    flag: str = ""
    state: str = "todo"
    doc: str = ""

    @classmethod
    def of(cls, given: Mapping[str, str]) -> Filter:
        """The filter of a query string; unknown names are passed over."""
        return cls(**{f.name: given[f.name][:200] for f in fields(cls) if given.get(f.name)})

    @property
    def given(self) -> dict[str, str]:
        """What differs from the default, as a query string has it."""
        return {f.name: getattr(self, f.name) for f in fields(self) if getattr(self, f.name) != f.default}

    def condition(self) -> tuple[str, list[str]]:
        """SQL and its values."""
        parts, values = ["1"], []
        for name, column in (("table", "tab"), ("place", "place"), ("year", "year")):
            if value := getattr(self, name):
                parts.append(f"{column} = ?")
                values.append(value)
        if self.doc:
            parts.append("substr(sha, 1, 12) = ?")
            values.append(self.doc.removeprefix("d"))
        if self.flag:
            parts.append("instr(' ' || flags || ' ', ' ' || ? || ' ')")
            values.append(self.flag)
        states = {
            "todo": "state IN ('todo', 'disputed')",
            "done": "state NOT IN ('todo', 'disputed')",
            "disputed": "state = 'disputed'",
        }
        parts.append(states.get(self.state, "1"))
        return " AND ".join(parts), values


@dataclass(frozen=True)
class Item:
    """A row of the queue; ``cells`` are the machine's."""

    n: int
    row_id: str
    table: str
    sha256: str
    source_file: str
    page: int | None
    place: str
    year: str
    flags: str
    doubt: float
    state: str
    cells: Cells


@dataclass
class Choices:
    """What can be filtered by, with how many rows have it."""

    tables: list[tuple[str, int]] = field(default_factory=list)
    places: list[tuple[str, int]] = field(default_factory=list)
    years: list[tuple[str, int]] = field(default_factory=list)
    flags: list[tuple[str, int]] = field(default_factory=list)


class Queue:
    """The rows of OUT and the decisions about them. For threads: one at a time."""

    def __init__(self, out: Path, schemas: Mapping[str, TableSchema]) -> None:
        """Build it.

        Raises:
            OutputError: where ledger or decisions cannot be read.
        """
        self.out, self.schemas = out, schemas
        self.lock = threading.RLock()
        self.lost: list[Mapping[str, object]] = []
        self.choices = Choices()
        self._told: dict[str, Told] = {}
        self._build()

    def refresh(self) -> None:
        """Build it anew where a run changed the ledger, or another process the decisions."""
        with self.lock:
            if self._state() != self._built and time.monotonic() > self._not_before:
                self._build()

    def _state(self) -> list[tuple[str, int, int]]:
        hidden = self.out / FOLDER
        files = [
            hidden / "ledger.sqlite",
            hidden / "ledger.sqlite-wal",
            *(self.out / "decisions").glob("*.jsonl"),
        ]
        return [(f.name, s.st_size, s.st_mtime_ns) for f in sorted(files) if f.exists() for s in [f.stat()]]

    def _build(self) -> None:
        began = time.monotonic()
        self._built = self._state()
        self._told.clear()
        self.book = Book.load(self.out, self.schemas)
        # "" is a file of SQLite's own that goes with the connection: memory does not grow with the archive
        self._db = sqlite3.connect("", check_same_thread=False)
        self._db.executescript(_ITEMS)
        with self.ledger() as ledger:
            sums = self._sums(ledger)
            self._db.executemany(
                "INSERT OR IGNORE INTO items VALUES (NULL,?,?,?,?,?,?,?,?,?,?,?)", self._items(ledger, sums)
            )
            self.lost = list(self._lost(ledger))
        self._db.commit()
        self._choose()
        self._not_before = time.monotonic() + _REST * (time.monotonic() - began)

    def ledger(self) -> closing[Ledger]:
        """What the last run left; to be closed."""
        return closing(Ledger(self.out / FOLDER / "ledger.sqlite"))

    def _documents(self, ledger: Ledger) -> Iterator[tuple[File, Told]]:
        for file in ledger.primaries():
            yield file, told(ledger, file, self.schemas)

    def _sums(self, ledger: Ledger) -> dict[str, float]:
        """The sum of each table's first amount over the rows that count everything once."""
        sums: dict[str, float] = {}
        for _, document in self._documents(ledger):
            for table, rows in document.rows.items():
                sums[table] = sums.get(table, 0.0) + sum(
                    _amount(row) for row in rows if row["role"] in {"single", "total"}
                )
        return sums

    def _items(self, ledger: Ledger, sums: Mapping[str, float]) -> Iterator[tuple[object, ...]]:
        for file, document in self._documents(ledger):
            settled = settle(document, self.book.about(file.sha256), self.schemas)
            for table, rows in document.rows.items():
                for row in rows:
                    worth = doubt(row, _amount(row) / sums[table] if sums[table] else 0.0)
                    yield (
                        row["row_id"],
                        table,
                        file.sha256,
                        file.source_file,
                        int(row["page"]) if row["page"] else None,
                        row["place"],
                        (row["period_end"] or row["period_start"])[:4],
                        row["flags"],
                        worth,
                        self._state_of(row, settled),
                        json.dumps(dict(row), ensure_ascii=False),
                    )

    def _state_of(self, row: Cells, settled: Settled) -> str:
        tops = heads(settled.about.get(row["row_id"], ()))
        if not tops:
            return "todo"
        if is_disputed(tops, self.schemas[tops[0].table]):
            return "disputed"
        if tops[0].what == "reject":
            return "rejected"
        now = next(r for r in settled.rows[tops[0].table] if r["row_id"] == row["row_id"])
        flags = now["flags"].split()
        # the machine reads something else since: worth another look
        return "todo" if "machine_changed" in flags else "corrected" if "corrected" in flags else "confirmed"

    def _lost(self, ledger: Ledger) -> Iterator[Mapping[str, object]]:
        """Decisions that found no row."""
        header = self.schemas["decisions"].header
        for cells in self.book.listed(ledger, partial(format_row, schemas=self.schemas)):
            row = dict(zip(header, cells, strict=True))
            if row["state"] == "open":
                yield row

    def _choose(self) -> None:
        def counted(column: str) -> list[tuple[str, int]]:
            query = (
                f"SELECT {column}, count(*) FROM items WHERE {column} <> '' "
                "GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 500"
            )
            return [(str(value), int(count)) for value, count in self._db.execute(query)]

        flags: dict[str, int] = {}
        for value, count in counted("flags"):
            for flag in value.split():
                flags[flag] = flags.get(flag, 0) + count
        self.choices = Choices(
            sorted(counted("tab")),
            sorted(counted("place")),
            sorted(counted("year"), reverse=True),
            sorted(flags.items(), key=lambda pair: (-pair[1], pair[0])),
        )

    def page(self, chosen: Filter, number: int) -> tuple[list[Item], int]:
        """A page of the queue, from 1, and how many rows there are in all."""
        where, values = chosen.condition()
        with self.lock:
            total = int(self._db.execute(f"SELECT count(*) FROM items WHERE {where}", values).fetchone()[0])
            query = f"SELECT * FROM items WHERE {where} ORDER BY doubt DESC, n LIMIT ? OFFSET ?"
            found = self._db.execute(query, [*values, PAGE, PAGE * (max(number, 1) - 1)]).fetchall()
        return [_item(row) for row in found], total

    def item(self, row_id: str) -> Item | None:
        """One row."""
        return self._one("row_id = ?", [row_id], "n")

    def next(self, item: Item, chosen: Filter) -> Item | None:
        """The row after this one in the queue; at its end the first."""
        where, values = chosen.condition()
        later = f"({where}) AND row_id <> ? AND (doubt < ? OR (doubt = ? AND n > ?))"
        return self._one(
            later, [*values, item.row_id, item.doubt, item.doubt, item.n], "doubt DESC, n"
        ) or self._one(f"({where}) AND row_id <> ?", [*values, item.row_id], "doubt DESC, n")

    def previous(self, item: Item, chosen: Filter) -> Item | None:
        """The row before this one in the queue."""
        where, values = chosen.condition()
        earlier = f"({where}) AND row_id <> ? AND (doubt > ? OR (doubt = ? AND n < ?))"
        return self._one(earlier, [*values, item.row_id, item.doubt, item.doubt, item.n], "doubt, n DESC")

    def next_page(self, item: Item) -> Item | None:
        """The first row on the next page of the same document that has any."""
        return self._one("sha = ? AND page > ?", [item.sha256, item.page or 0], "page, doubt DESC, n")

    def _one(self, where: str, values: Sequence[object], order: str) -> Item | None:
        with self.lock:
            query = f"SELECT * FROM items WHERE {where} ORDER BY {order} LIMIT 1"
            row = self._db.execute(query, values).fetchone()
        return _item(row) if row else None

    def progress(self) -> tuple[int, int]:
        """How many rows are decided, of how many."""
        with self.lock:
            query = "SELECT sum(state NOT IN ('todo', 'disputed')), count(*) FROM items"
            done, total = self._db.execute(query).fetchone()
        return int(done or 0), int(total)

    def document(self, sha256: str) -> Told | None:
        """A document as the machine made it; None where the ledger has none of it any more."""
        with self.lock:
            if sha256 not in self._told:
                with self.ledger() as ledger:
                    file = self.file(ledger, sha256)
                    if file is None:
                        return None
                    while len(self._told) >= _KEPT:
                        self._told.pop(next(iter(self._told)))
                    self._told[sha256] = told(ledger, file, self.schemas)
            return self._told[sha256]

    def file(self, ledger: Ledger, sha256: str) -> File | None:
        """The file that stands for a content."""
        first = ledger.first_of(sha256)
        return ledger.file(first) if first else None

    def settled(self, document: Told) -> Settled:
        """A document after the decisions that are known now."""
        return settle(document, self.book.about(document.sha256), self.schemas)

    def add(self, item: Item, decision: Decision) -> None:
        """Take up a decision about one row that was just written."""
        with self.lock:
            self.book.add(decision)
            self._built = self._state()
            document = self.document(item.sha256)
            if document is None:
                return
            state = self._state_of(item.cells, self.settled(document))
            self._db.execute("UPDATE items SET state = ? WHERE n = ?", (state, item.n))


def _amount(row: Cells) -> float:
    return float(row.get("amount_vnd") or 0)


def _item(row: Sequence[object]) -> Item:
    values: dict[str, Any] = dict(zip((f.name for f in fields(Item)), row, strict=True))
    return Item(**{**values, "cells": json.loads(values["cells"])})
