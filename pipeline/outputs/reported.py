"""What the parts of the report's page share: its limits, its questions, its links, numbers and names."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.outputs.choropleth import Map
from pipeline.outputs.html import Html, both, join, tag
from pipeline.outputs.source import Source
from pipeline.tables.schema import TableSchema

MOST_CHARTS, MOST_BARS, MOST_YEARLY, MOST_DOUBTS, MOST_FAILURES, MOST_EVIDENCE = 6, 16, 120, 60, 200, 1500
"""Charts of a table, bars of a chart; rows of a table of yearly sums, of doubts, of failures; figures
with their evidence."""
MOST_LINKED = 60
"""Units of a map that lead to their figures, the largest first."""
LINKS = 12
"""Links from one sum to its figures."""
Row = dict[str, str | int | float | None]


@dataclass
class Page:
    """What the parts of the page share."""

    source: Source
    database: sqlite3.Connection
    beside: Path
    over: Map | None = None
    """The map that figures are drawn on."""
    shown: dict[str, str] = field(default_factory=dict)
    """Figures whose evidence the page shows: row_id to table."""

    def ask(self, select: str, *values: object) -> list[Row]:
        """The rows of a question to the database."""
        return self.database.execute(select, values).fetchall()

    def count(self, table: str) -> int:
        """How many rows a table has, or those of it that a condition behind its name leaves."""
        return int(self.ask(f"SELECT COUNT(*) AS n FROM {table}")[0]["n"] or 0)

    def refer(self, row_id: str, table_name: str, text: str) -> Html:
        """A link to a figure's evidence, while there is room for it."""
        if row_id not in self.shown and len(self.shown) >= MOST_EVIDENCE:
            return join(text)
        self.shown[row_id] = table_name
        return tag("a", text, href=f"#{row_id}")


def place_of(made: Page, row: Row) -> str:
    """The place; the file where none is known."""
    if row["place"]:
        return str(row["place"])
    found = made.ask("SELECT source_file FROM contents WHERE doc_id = ?", row["place_key"])
    return str(found[0]["source_file"]) if found else "?"


def anchor(schema: TableSchema, at: int) -> str:
    """Where a yearly row stands on the page."""
    return f"y-{schema.name}-{at}"


def label(schema: TableSchema, column: str, value: object) -> Html:
    """A code in words, other text as it is."""
    codes = next(c for c in schema.columns if c.name == column).codes
    known = codes.get(str(value))
    return both(known.vi, known.en) if known else join("" if value is None else str(value))


def name_of(schema: TableSchema, column: str, *, unit: bool = True) -> Html:
    """A column's title; without the unit in its brackets where numbers are shown in another."""
    title = next(c for c in schema.columns if c.name == column).title
    return both(*(text if unit else text.partition(" (")[0] for text in (title.vi, title.en)))
