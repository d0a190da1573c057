"""Totals and parts of a table read by a rule file: columns beside ``Tổng số``, projects, lines ``Cộng``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from pipeline.extract.drafts import Draft
from pipeline.extract.within import next_breakdown
from pipeline.model import Value


@dataclass
class Line:
    """A line of a table: its rows by what they say, and where it stands in the table's outline.

    ``joint`` is where amounts begin that cover several of its counts.
    """

    label: str
    level: int
    rows: list[Draft] = field(default_factory=list)
    is_total: bool = False
    joint: list[int] = field(default_factory=list)


def _key(row: Draft) -> tuple[tuple[str, str], ...]:
    """What a row says of its line, its label's words aside: rows of equal keys add up over the lines."""
    columns = ("kind", "capital_type", "measure", "unit", "budget_year", "action", "work", "status")
    return (*((c, str(row.values.get(c))) for c in columns), ("sum", str(row.named)))


def relate(lines: Sequence[Line]) -> None:
    """Parts and totals: columns beside ``Tổng số``, subprojects of a project, lines of ``Cộng``."""
    for line in lines:
        _across(line)
    for number, line in enumerate(lines):
        if line.is_total:
            below = [other for other in lines[number + 1 :] if not other.is_total]
            last = max((i for i in range(number) if lines[i].is_total), default=-1)
            beside = lines[last + 1 : number] or below
            top = min((other.level for other in beside), default=0)
            parts = [other for other in beside if other.level == top]
            # a line may stand deeper by its name alone (`Tiểu dự án 1, Dự án 3`): what adds up is a part
            if not _adds_up(line, parts) and _adds_up(line, beside):
                parts = list(beside)
            _adopt(line, parts, surely=True)
            continue
        deeper: list[Line] = []
        for other in lines[number + 1 :]:
            if other.is_total or other.level <= line.level:
                break
            deeper.append(other)
            for row in other.rows if line.rows else ():
                _inherit(row, line.rows[0])
        top = min((other.level for other in deeper), default=0)
        _adopt(line, [other for other in deeper if other.level == top], surely=False)


def _same(row: Draft, line: Line, free: Sequence[Draft]) -> list[Draft]:
    """Rows that say what a line's row says: where it says so twice (begun, completed), of the same column."""
    twice = sum(_key(other) == _key(row) for other in line.rows) > 1
    return [o for o in free if _key(o) == _key(row) and not (twice and o.heading != row.heading)]


def _adds_up(total: Line, parts: Sequence[Line]) -> bool:
    """Whether the rows of lines that no other line holds add up to each row of a total."""
    free = [row for line in parts for row in line.rows if row.parent is None]
    checked = False
    for row in total.rows:
        if row.values.get("unit") == "percent":
            continue
        column = next(iter(row.cells))
        values = [o.value(column) for o in _same(row, total, free) if column in o.cells]
        if len(values) < 2 or None in values or sum(v for v in values if v) != row.value(column):
            return False
        checked = True
    return checked


def _inherit(row: Draft, above: Draft) -> None:
    """A subproject's line is of the project above it."""
    if "subproject_no" in row.values and "project_no" not in row.values:
        row.values |= {c: v for c, v in above.values.items() if c in {"project_no", "project"}}


def _across(line: Line) -> None:
    """The columns beside ``Tổng số`` of the same kind are its parts, where they add up to it."""
    for total in [row for row in line.rows if row.named]:
        told = _told(total)
        parts = [row for row in line.rows if not row.named and _told(row) == told]
        for column in total.cells:
            values = [p.value(column) for p in parts if column in p.cells]
            if len(values) > 1 and None not in values and sum(v for v in values if v) == total.value(column):
                for part in parts:
                    part.parent, part.breakdown = total, 1
                total.children += parts


def _told(row: Draft) -> Value:
    return row.values.get("kind", row.values.get("measure"))


def _adopt(total: Line, parts: Sequence[Line], *, surely: bool) -> None:
    for row in total.rows:
        if row.values.get("unit") == "percent":
            continue
        free = [other for line in parts for other in line.rows if other.parent is None]
        same = [o for o in _same(row, total, free) if set(o.cells) & set(row.cells)]
        column = next(iter(row.cells))
        values = [other.value(column) for other in same]
        adds_up = None not in values and sum(v for v in values if v) == row.value(column)
        # one part alone is one where the others of its kind are blank
        least = 1 if surely or len(parts) > 1 else 2
        if len(same) < least or not (surely or adds_up):
            continue
        breakdown = next_breakdown(row)
        for other in same:
            other.parent, other.breakdown = row, breakdown
        row.children += same
        row.exhaustive = True
