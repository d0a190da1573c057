"""Which rows may lie inside which: what a part shares with its total, and what tells them apart."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.extract.drafts import Draft


def may_hold(total: Draft, part: Draft) -> bool:
    """Whether nothing contradicts that ``part`` lies inside ``total``."""
    if not same_flow(total, part):
        return False
    shared = [c for c in total.adds if c in total.cells and c in part.cells]
    for column in shared:
        whole, piece = total.value(column), part.value(column)
        if whole is not None and piece is not None and piece > whole:
            return False
    return bool(shared)


def same_flow(total: Draft, part: Draft) -> bool:
    """Whether both are of one flow; under a balance ``cho vay hộ nghèo`` names a programme's part of it.

    Rates do not add up, and what is counted in different units neither.
    """
    if total.values.get("unit") == "percent" or total.values.get("unit") != part.values.get("unit"):
        return False
    if total.values.get("kind") != part.values.get("kind") or _is_own_action(total, part):
        return False
    if _is_own_project(total, part):
        return False
    mine, theirs = total.values.get("flow"), part.values.get("flow")
    return mine == theirs or (mine == "outstanding" and theirs == "disbursed" and part.named)


def _is_own_action(total: Draft, part: Draft) -> bool:
    """Whether one's cards were issued, the other's premium supported (`hỗ trợ mua thẻ cho 280 người`)."""
    actions = total.values.get("action"), part.values.get("action")
    return actions[0] != actions[1] and "supported" in actions


def _is_own_project(total: Draft, part: Draft) -> bool:
    """Whether both are of projects, and of different ones: ``Dự án 4 … Riêng Tiểu dự án 2 Dự án 3 …``."""
    for column in ("project_no", "subproject_no"):
        mine, theirs = total.values.get(column), part.values.get(column)
        if mine and theirs != mine:
            return bool(theirs) or column == "subproject_no"
    return False


def is_other(total: Draft, part: Draft) -> bool:
    """Whether a row is of another kind or group than can lie in the total: 2.345 near-poor in 3.456 poor."""
    if any(total.values.get(c) != part.values.get(c) for c in ("kind", "measure")):
        return True
    if total.group is None or part.group is None or total.group.code in UNIONS:
        return False
    return total.group.code != part.group.code


UNIONS = frozenset({"", "poor_and_near_poor", "policy_beneficiary"})
"""Codes of totals that hold several groups."""


def line_of(row: Draft) -> list[Draft]:
    """The row's parents: none of them can be its part."""
    found = []
    while row.parent:
        row = row.parent
        found.append(row)
    return found


def adopt(total: Draft, part: Draft, breakdown: int) -> None:
    """Make a row a part of another, in its first, second, … breakdown; a part is of its total's flow."""
    part.parent, part.breakdown = total, breakdown
    if "flow" in total.values:
        part.values["flow"] = total.values["flow"]
    total.children.append(part)


def next_breakdown(total: Draft) -> int:
    """The number of the breakdown that a row's next parts make."""
    return 1 + max((c.breakdown for c in total.children), default=0)


def is_all(parts: Sequence[Draft], total: Draft) -> bool:
    """Whether rows add up to another in the first column that all of them have."""
    for column in total.adds:
        values = [p.value(column) for p in parts]
        if total.value(column) is not None and values and None not in values:
            return sum(v for v in values if v) == total.value(column)
    return False


def parts_of(row: Draft, breakdown: int) -> list[Draft]:
    """A row's parts of one breakdown."""
    return [c for c in row.children if c.breakdown == breakdown]
