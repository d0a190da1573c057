"""The same figure said twice in a document is one row with two places."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.extract.frames import Draft

TELLING = 3
"""Digits before the zeros that make an amount alone telling: `50 triệu đồng` is lent to many."""
LEAST = 20
"""Smaller counts meet by chance: `12 nhà` here and `12 nhà` there are two figures."""


def merge(rows: Sequence[Draft]) -> list[Draft]:
    """Rows in order of place, repeated mentions folded into the first (which gets ``proof = repeat``)."""
    kept: list[Draft] = []
    seen: dict[tuple[object, ...], Draft] = {}
    for row in sorted(rows, key=lambda d: d.first.start):
        key = _key(row)
        first = seen.get(key)
        if first is None or row.parent or row.children or not _is_telling(row):
            kept.append(row)
            seen.setdefault(key, row)
            continue
        first.mentions.append(row)
        if first.proof == "none":
            first.proof = "repeat"
    return kept


def _is_telling(row: Draft) -> bool:
    """Whether its numbers are large enough that two equal rows mean one figure."""
    if any(q.value is None or q.value < LEAST for q in row.cells.values()):
        return False
    return any(not q.is_money or len(f"{q.value:f}".rstrip("0.")) >= TELLING for q in row.cells.values())


def _key(row: Draft) -> tuple[object, ...]:
    numbers = tuple(sorted((column, q.value) for column, q in row.cells.items() if q.value is not None))
    facts = tuple(
        (name, str(row.values.get(name)))
        for name in ("flow", "action", "work", "period_start", "period_end", "status")
    )
    return (row.table, numbers, facts, row.group.code if row.group else "")
