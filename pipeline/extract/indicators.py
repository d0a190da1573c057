"""Tables of indicators: a line is one (``Tỷ lệ hộ nghèo | % | 5,84 | 4,6``), a column a time of it.

What a line's numbers are is told by its label and unit, as elsewhere by a column's heading; the columns'
headings tell nothing but when, and whether it is done or planned.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from pipeline.extract.column_heads import Column, column_of, is_of_units
from pipeline.extract.columns import above_of, line_of, prose_of
from pipeline.extract.flow import Flow
from pipeline.extract.grid_cells import Grid, Reading, caption_of, grids, head_of, headings_of, prove_grid
from pipeline.extract.periods import period_in, periods
from pipeline.extract.rulebook import Rulebook
from pipeline.extract.rules import TableRules
from pipeline.extract.table_words import table_words

_LEAST = 2
"""Columns of times, and units, that a table of indicators has at least."""


def read(flow: Flow, book: Rulebook) -> tuple[Reading, frozenset[int]]:
    """The tables of indicators, and the first blocks of those tables."""
    reading, claimed = Reading(), set[int]()
    for grid in grids(flow):
        head = head_of(grid)
        headings = headings_of(grid, head)
        unit = next((k for k, heading in enumerate(headings) if is_of_units(heading)), None)
        timed = [k for k, heading in enumerate(headings) if _says_when(heading)]
        if unit is None or len(timed) < _LEAST or len(_texts(grid, head, unit)) < _LEAST:
            continue
        claimed.add(grid.blocks[0])
        _read_grid(flow, grid, head, headings, unit, timed, book, reading)
    return reading, frozenset(claimed)


def _says_when(heading: str) -> bool:
    """Whether a heading names a time and nothing that is counted."""
    rest = list(heading)
    mentions = periods().find(heading)
    for mention in mentions:
        rest[mention.start : mention.end] = " " * (mention.end - mention.start)
    beside = table_words().patterns["planned_column"].sub(" ", "".join(rest))
    return bool(mentions) and table_words().holds("time_words", beside)


def _texts(grid: Grid, head: int, column: int) -> set[str]:
    """What different cells of a column say."""
    return {row[column].text.lower() for row in grid.rows[head:] if column < len(row)} - {""}


def _read_grid(
    flow: Flow,
    grid: Grid,
    head: int,
    headings: Sequence[str],
    unit: int,
    timed: Sequence[int],
    book: Rulebook,
    reading: Reading,
) -> None:
    above, caption = above_of(flow, grid), caption_of(flow, grid)
    others = [k for k in range(len(headings)) if k not in {unit, *timed}]
    label = next((k for k in others if not table_words().holds("ordinal_heading", headings[k])), 0)
    _, proved = prove_grid(grid, head, headings)
    for number, row in enumerate(grid.rows):
        if number < head:
            reading.prose += prose_of(row, grid.blocks[number], [])
            continue
        said = row[unit].text if unit < len(row) else ""
        rules, told = _told(row[label].text, said, caption, book)
        columns = [
            _at(told, heading) if k in timed else Column(heading, is_label=k == label)
            for k, heading in enumerate(headings)
        ]
        line, sentence = line_of(flow, grid, number, rules, columns, book, above, proved)
        reading.lines.append((sentence, line.rows))
        reading.repaired += proved.repaired(sentence.quantities)
        reading.prose += prose_of(row, grid.blocks[number], sentence.quantities)


def _told(label: str, unit: str, caption: str, book: Rulebook) -> tuple[TableRules, Column]:
    """The rules of the table that a line's numbers are of, and what they are; an empty column for none."""
    named = " ".join(f"{label} ({unit})".lower().split())
    counted = book.grammar.find(f"1 {unit.lower()}")
    code = "vnd" if counted and counted[0].is_money else counted[0].unit if counted else ""
    for rules in book.tables.values():
        sign = rules.parts.get("grid.sign")
        if not rules.headings or sign is None or not sign.search(named):
            continue
        column = column_of(named, caption, rules, book)
        if column.entry is None:
            continue
        counts = {
            u for n in rules.numbers if n.unit_column and n.column == column.entry.column for u in n.units
        }
        if code == column.unit or code in counts:
            return rules, column
    return next(iter(book.tables.values())), Column("")


def _at(column: Column, heading: str) -> Column:
    """What a line's numbers are, at the time of a column."""
    status = "planned" if table_words().holds("planned_column", heading) else "actual"
    values = {**column.values, "status": status} if column.entry else {}
    return replace(column, heading=heading, values=values, period=period_in(heading))
