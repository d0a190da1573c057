"""Money of projects and capitals: it lies in the programme's own, a subproject's in its project's."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice

from pipeline.extract.drafts import Draft
from pipeline.extract.part_roles import finish
from pipeline.extract.patterns import Pattern
from pipeline.extract.within import adopt, line_of, may_hold, next_breakdown


def by_projects(rows: Sequence[Draft], shared: Pattern) -> None:
    """Make a project's money a part of the programme's money of its kind that stands before it.

    However far before: ``Tổng vốn giao 318 triệu đồng. … Dự án 5: được giao 21 triệu đồng``. The projects of
    one total are one breakdown; where they are more than it, they lie in another, and none is its part.

    Args:
        rows: the table's rows, in order of place, their status told and what words and sums tell of parts.
        shared: words that do not tell a programme's name from others.
    """
    held: dict[int, list[Draft]] = {}
    wholes: list[Draft] = []
    for row in rows:
        if not row.parent and (row.values.get("project_no") or row.values.get("capital_type")):
            total = next((r for r in islice(reversed(wholes), MOST) if _is_whole(r, row, shared)), None)
            if total:
                held.setdefault(id(total), [total]).append(row)
        if not row.values.get("subproject_no"):
            wholes.append(row)
    for total, *parts in held.values():
        breakdown = next_breakdown(total)
        if all(sum(p.value(c) or 0 for p in parts) <= (total.value(c) or 0) for c in total.adds):
            for row in parts:
                adopt(total, row, breakdown)
            for row in (*parts, total):
                finish(row, {})


MOST = 200
"""Rows before a project's money among which its programme's is looked for."""


def _is_whole(total: Draft, part: Draft, shared: Pattern) -> bool:
    """Whether a row's project lies in what another's money is for."""
    mine, theirs = total.values, part.values
    if mine.get("project_no"):
        inner = theirs.get("subproject_no") and not mine.get("subproject_no")
        if not inner or mine["project_no"] != theirs["project_no"]:
            return False
    elif total.parent or not _agree(*(_name(values.get("programme"), shared) for values in (mine, theirs))):
        return False
    if mine.get("status") != theirs.get("status"):
        return False  # what is asked for on top lies in nothing that was given
    years = mine.get("budget_year"), theirs.get("budget_year")
    capitals = mine.get("capital_type"), theirs.get("capital_type")
    if not theirs.get("project_no") and (capitals[0] or part.sentence.block != total.sentence.block):
        return False  # a capital's money lies in all that its paragraph told before
    if None not in years and years[0] != years[1]:
        return False
    return capitals[0] in {None, capitals[1]} and may_hold(total, part) and part not in line_of(total)


def _name(programme: object, shared: Pattern) -> str:
    """What a programme is for: ``Chương trình MTQG giảm nghèo bền vững`` is for ``giảm nghèo bền vững``."""
    return shared.sub(" ", str(programme or "")).strip().casefold()


def _agree(one: str, other: str) -> bool:
    return one.startswith(other) or other.startswith(one)
