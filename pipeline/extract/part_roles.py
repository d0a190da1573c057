"""What follows from totals and parts: a row's role, its proof, the group and the work of its parts."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.extract.drafts import Draft
from pipeline.extract.groups import GroupList, combine
from pipeline.extract.within import parts_of
from pipeline.model import Value

DONE = frozenset({"completed", "handed_over"})
"""Stages of houses that say no more than that they are done: their work is their total's."""
Proved = dict[tuple[int, int], bool]
"""Whether a total's parts add up to it, by its identity and their breakdown."""


def finish(row: Draft, proved: Proved) -> None:
    """Set a row's role and proof, whether its parts are complete, and what else they say of it.

    Args:
        row: the row.
        proved: what is known of its table's sums; grows.
    """
    if row.children:
        row.role = "subtotal" if row.parent else "total"
        row.complete = adds_up(row)
        if row.complete:
            row.proof = "sum"
        elif row.exhaustive or _exceeds(row):
            row.flags.append("sum_mismatch")
        if row.group is None:
            _group_of_parts(row)
        if row.complete and len(set(_works(row)) - {None, "unspecified"}) > 1:
            told = row.values.get("work")
            row.values["work"] = "unspecified"  # `làm 245 nhà, gồm xây mới 168 nhà và sửa chữa 77 nhà`
            for part in row.children:  # `…; trong số đã khởi công có 120 nhà hoàn thành`: of both kinds
                if part.breakdown > 1 and part.values.get("stage") in DONE and part.values["work"] == told:
                    part.values["work"] = "unspecified"
    elif row.parent:
        row.role = "part"
    if row.parent and _is_proved(row.parent, row.breakdown, proved):
        row.proof = "sum"
    if row.table == "houses" and row.proof == "none":
        count, each, all_ = (row.value(c) for c in ("houses", "amount_per_house_vnd", "amount_vnd"))
        if count and each and all_ and count > 1 and count * each == all_:
            row.proof = "product"


def _is_proved(total: Draft, breakdown: int, proved: Proved) -> bool:
    key = id(total), breakdown
    if key not in proved:
        proved[key] = adds_up(total, breakdown)
    return proved[key]


def _works(row: Draft) -> Iterator[Value]:
    """What is done to the houses of a total's parts, and of theirs."""
    for part in parts_of(row, 1):
        yield part.values.get("work")
        yield from _works(part)


def adds_up(row: Draft, breakdown: int = 1) -> bool:
    """Whether a row's parts (those of one breakdown) add up to it in all columns where they can be told."""
    parts = parts_of(row, breakdown)
    checked = False
    for column in row.adds:
        whole = row.value(column)
        pieces = [p.value(column) for p in parts]
        if whole is None or not pieces or any(p is None for p in pieces):
            continue
        checked = True
        if sum(p for p in pieces if p is not None) != whole:
            return False
    return checked


def _exceeds(row: Draft) -> bool:
    """Whether parts are more than their total: ``32 + 563`` cannot lie in 592."""
    for column in row.adds:
        whole = row.value(column)
        pieces = [v for p in parts_of(row, 1) if (v := p.value(column)) is not None]
        if whole is not None and pieces and sum(pieces) > whole:
            return True
    return False


def _group_of_parts(row: Draft) -> None:
    """A total that names nobody is about the groups of its parts, where they are all named."""
    first = parts_of(row, 1)
    groups = [p.group for p in first if p.group]
    if row.complete and groups and len(groups) == len(first):
        code = combine(g.code for g in groups)
        if code == "poor_and_near_poor":
            row.group = GroupList(groups[0].start, groups[0].start, code)  # no words of its own
