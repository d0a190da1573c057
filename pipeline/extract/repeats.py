"""The same figure said twice in a document is one row with two places."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.extract.frames import Draft

TELLING = 3
"""Digits before the zeros that make an amount alone telling: `50 triệu đồng` is lent to many."""
LEAST = 20
"""Smaller counts meet by chance: `12 nhà` here and `12 nhà` there are two figures."""


def merge(rows: Sequence[Draft]) -> list[Draft]:
    """Rows in order of place, repeated mentions folded into the one that says most.

    That one gets ``proof = repeat``; a headline or caption says less than the sentence that it is taken from.
    """
    kept: list[Draft] = []
    for row in sorted(rows, key=lambda d: d.first.start):
        same = next((k for k in kept if _is_repeat(k, row)), None)
        if same is None:
            kept.append(row)
            continue
        more, less = (row, same) if _says(row) > _says(same) else (same, row)
        kept[kept.index(same)] = more
        more.mentions += [less, *less.mentions]
        less.mentions = []
        if more.proof == "none":
            more.proof = "repeat"
    return sorted(kept, key=lambda d: d.first.start)


def _is_repeat(a: Draft, b: Draft) -> bool:
    """Whether two rows are one figure: the numbers of one are among the other's, nothing contradicts."""
    if a.parent or b.parent or a.children or b.children or a.table != b.table:
        return False
    if b.sentence.block - a.sentence.block > REACH and set(a.cells) != set(b.cells):
        return False
    few, many = (a, b) if set(a.cells) <= set(b.cells) else (b, a)
    if not set(few.cells) <= set(many.cells) or not _is_telling(few):
        return False
    if any(few.value(column) != many.value(column) for column in few.cells):
        return False
    facts = ("flow", "action", "work", "period_start", "period_end", "status")
    if set(few.cells) == set(many.cells):
        return all(few.values.get(f) == many.values.get(f) for f in facts) and _code(few) == _code(many)
    return all(_fits(few.values.get(f), many.values.get(f)) for f in facts) and _fits(_code(few), _code(many))


REACH = 2
"""Blocks between a headline and what it is taken from, at most."""


def _fits(less: object, more: object) -> bool:
    return less in (None, "", "unspecified") or less == more


def _code(row: Draft) -> str:
    return row.group.code if row.group else ""


def _says(row: Draft) -> int:
    """How much a row says: its numbers, its known facts."""
    return 2 * len(row.cells) + sum(v not in (None, "", "unspecified") for v in row.values.values())


def _is_telling(row: Draft) -> bool:
    """Whether its numbers are large enough that two equal rows mean one figure."""
    if any(q.value is None or q.value < LEAST for q in row.cells.values()):
        return False
    return any(not q.is_money or len(f"{q.value:f}".rstrip("0.")) >= TELLING for q in row.cells.values())
