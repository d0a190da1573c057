"""The examples of a rule file, run: the rows that must come of a text, and no others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from pipeline.model import Extraction, Value


def problem(table: str, example: Mapping[str, Any], extraction: Extraction) -> str:
    """What an example's text gave other than its ``rows``, in one line; empty where they agree.

    Args:
        table: the rule file's table.
        example: ``text`` and ``rows``; only the columns named are compared; ``""`` is an empty cell.
        extraction: of the text.
    """
    wanted: Sequence[Mapping[str, Any]] = example["rows"]
    rows = [figure.values for figure in extraction.figures if figure.table == table]
    for number, (row, want) in enumerate(zip(rows, wanted, strict=False), 1):
        for column, value in want.items():
            if cell(row.get(column)) != cell(value):
                return f"row {number}: {column} is {cell(row.get(column))!r}, not {cell(value)!r}"
    if len(rows) != len(wanted):
        more = [cell(row.get("quote"))[:60] for row in rows[len(wanted) :]]
        return f"{len(rows)} rows, not {len(wanted)}" + (f" (too much: {more[0]!r})" if more else "")
    return ""


def cell(value: Value | date) -> str:
    """A value as its cell shows it.

    >>> cell(None), cell(80), cell("2.17"), cell(True)
    ('', '80', '2.17', 'true')
    """
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)
