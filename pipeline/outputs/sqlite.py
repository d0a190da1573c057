"""SQLite: one file that every language opens; the same input gives the same bytes.

Dates are ISO text, booleans 0 and 1: SQLite has no types of its own for them.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import date
from pathlib import Path

from pipeline.errors import OutputError
from pipeline.outputs.database import tables
from pipeline.outputs.source import Source, Typed, fitted
from pipeline.outputs.views import quoted, views

TYPES = {
    "string": "TEXT",
    "integer": "INTEGER",
    "number": "REAL",
    "boolean": "BOOLEAN",
    "date": "DATE",
}


def write(source: Source, target: Path | str) -> list[str]:
    """Write a database of OUT.

    Args:
        source: OUT.
        target: a file that does not exist, or ``:memory:``… by ``fill``.

    Returns:
        What a person should be told: a line for each value that does not fit.

    Raises:
        OutputError: tables that do not hang together.
    """
    with closing(sqlite3.connect(target)) as database:
        return fill(source, database)


def fill(source: Source, database: sqlite3.Connection, *, computed: bool = False) -> list[str]:
    """Make all tables and views in an empty database (see ``write``).

    Args:
        source: OUT.
        database: an empty one.
        computed: make tables of the views, each computed once; figures are then found by place and year.
    """
    told: list[str] = []
    # no journal: the file is new, and takes its place only when it is whole
    database.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA foreign_keys = ON")
    try:
        with database:
            for table, rows in tables(source):
                database.execute(table.create(TYPES))
                marks = ", ".join("?" for _ in table.columns)
                schema = source.schemas.get(table.name)
                fit = rows if schema is None else (fitted(schema, list(row), told) for row in rows)
                database.executemany(f"INSERT INTO {quoted(table.name)} VALUES ({marks})", _plain(fit))
            for figures in source.figures:
                # the views join parts to totals, evidence is asked for by row
                database.execute(
                    f"CREATE INDEX {quoted(figures.name + '_total')} ON {quoted(figures.name)} (total_row_id)"
                )
            database.execute("CREATE INDEX evidence_row ON evidence (row_id)")
            for view in views(source.figures):
                database.execute(view.computed if computed else view.create)
            for figures in source.figures if computed else ():
                of = f"{figures.name}_rows"
                database.execute(f"CREATE INDEX {quoted(of + '_place')} ON {of} (place_key, year)")
    except sqlite3.IntegrityError as error:
        raise unhinged(source.folder, error) from error
    return told


def _plain(rows: Iterator[Sequence[Typed]]) -> Iterator[list[str | int | float | None]]:
    for row in rows:
        yield [value.isoformat() if isinstance(value, date) else value for value in row]


def unhinged(out: Path, error: Exception) -> OutputError:
    """The error of tables whose keys do not agree."""
    reason = str(error).splitlines()[0]
    return OutputError(f"{out}: its tables do not hang together ({reason}); run hoso extract again")
