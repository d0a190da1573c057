"""Columns of a table that their headings alone do not tell: of counts with their units, of sums of others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import regex

from pipeline.extract.grid_cells import Cell
from pipeline.extract.groups import groups
from pipeline.extract.patterns import Pattern
from pipeline.extract.rulebook import Rulebook
from pipeline.extract.rules import TableRules
from pipeline.extract.table_words import table_words
from pipeline.language.normal import fold_marks

if TYPE_CHECKING:
    from pipeline.extract.column_heads import Column

_NUMBER = regex.compile(r"[0-9][0-9.]*|[-–]")


def is_total(label: str) -> bool:
    """Whether a line or column holds the sums of others, by its label, marks misread or not.

    >>> [is_total(text) for text in ("Tổng số", "Toản tỉnh", "Cộng", "Công", "Tổng số nhà")]
    [True, True, True, False, False]
    """
    words = table_words()
    return words.holds("sum_label", label) or words.holds("sum_label_unmarked", fold_marks(label))


def counted(
    columns: Sequence[Column],
    body: Sequence[Sequence[Cell]],
    rules: TableRules,
    book: Rulebook,
    caption: str = "",
) -> list[Column]:
    """Columns whose cells name what they count (``12.400 hộ``) are of counts, whatever heads them.

    So are those headed by groups alone where the caption tells what all hold: ``Quà Tết (suất)``.
    """
    counts = {n.column for n in rules.numbers if n.unit_column}
    entry = next((e for e in rules.headings if e.column in counts), None)
    listed = rules.parts.get("grid.listed")
    told = bool(listed and listed.search(caption))
    found = list(columns)
    for k, column in enumerate(columns):
        if entry is None or not column.is_label:
            continue
        cells = [row[k].text for row in body if k < len(row) and row[k].text]
        if told and _is_group(column.heading) and all(_NUMBER.fullmatch(text) for text in cells):
            found[k] = replace(column, entry=entry, unit=entry.unit, is_label=False)
            continue
        named = [q for text in cells for q in book.grammar.find(text)[:1] if q.start == 0 and not q.is_money]
        if cells and 2 * sum(q.unit not in {"percent", "other"} for q in named) > len(cells):
            found[k] = replace(column, entry=entry, unit=entry.unit, is_label=False)
    return found


REST = 12
"""Characters of a heading behind its group: ``Trẻ em mồ côi``."""


def _is_group(heading: str) -> bool:
    """Whether a heading names a group and hardly anything else: ``Hộ nghèo``."""
    inside = groups().find(heading, 0, len(heading))
    return bool(inside) and inside[0].start == 0 and len(heading) - inside[-1].end <= REST


def without_people(columns: Sequence[Column], body: Sequence[Sequence[Cell]], sign: Pattern) -> list[Column]:
    """Columns that say for whom alone count people where another one names what the table is of.

    ``Hộ nghèo | Hộ cận nghèo | Thẻ BHYT đã cấp`` counts households and cards; where the former add up to the
    latter in every line, all are cards.
    """
    named = [k for k, c in enumerate(columns) if c.entry and c.entry.unit != "vnd" and sign.search(c.heading)]
    whose = [k for k, c in enumerate(columns) if c.entry and c.entry.whose and k not in named]
    if not named or not whose:
        return list(columns)
    sums = [(sum(_count(row, k) for k in whose), _count(row, named[-1])) for row in body]
    if sums and all(parts == total for parts, total in sums):
        return list(columns)
    return [replace(c, entry=None) if k in whose else c for k, c in enumerate(columns)]


def _count(row: Sequence[Cell], place: int) -> int:
    text = row[place].text.replace(".", "") if place < len(row) else ""
    return int(text) if text.isdecimal() else 0


def summed(columns: Sequence[Column]) -> list[Column]:
    """A column headed by ``Tổng số`` alone holds what the columns beside it hold."""
    entries = [column for column in columns if column.entry and column.entry.column != "percent_stated"]
    if len({(c.entry.column, c.entry.unit) for c in entries if c.entry}) != 1 or len(entries) < 2:
        return list(columns)
    shared = {
        c: v for c, v in entries[0].values.items() if all(other.values.get(c) == v for other in entries)
    }
    return [
        replace(entries[0], heading=column.heading, values=shared, is_sum=True)
        if column.entry is None and is_total(column.heading)
        else column
        for column in columns
    ]
