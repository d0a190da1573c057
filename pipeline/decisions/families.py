"""Totals and parts after a person changed or rejected one of them: what hangs together must still do so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

Cells = Mapping[str, str]

CHILD = frozenset({"subtotal", "part"})
_PARENT = frozenset({"subtotal", "total"})


def settle_families(before: Sequence[Cells], after: Sequence[Cells], numbers: Sequence[str]) -> list[Cells]:
    """One table's rows with references that lead somewhere and sums that are told as they are.

    A part whose total is gone stands alone: ``single``, flagged ``total_missing``; what a person put under a
    single row makes that a ``total``. Of a total that changed, or whose parts did, ``parts_complete`` and
    ``proof`` are told anew; others keep what the machine said.

    Args:
        before: of one document, as the machine made them.
        after: the same without those rejected, and with those changed.
        numbers: the columns that add up.
    """
    there = {row["row_id"]: row for row in after}
    were = {row["row_id"]: row for row in before}
    touched = {row_id for row_id, row in were.items() if there.get(row_id) != row}
    families = {were[i]["total_row_id"] for i in touched} | {
        there[i]["total_row_id"] for i in touched if i in there
    }
    rows = [_alone(row) if _is_lost(row, there) else row for row in after]
    children: dict[str, list[Cells]] = {}
    for row in rows:
        if row["total_row_id"]:
            children.setdefault(row["total_row_id"], []).append(row)
    rows = [
        {**row, "role": "total"} if row["role"] == "single" and row["row_id"] in children else row
        for row in rows
    ]
    proofs: dict[str, bool] = {}
    for row in rows:
        row_id = row["row_id"]
        if row["role"] in _PARENT and (row_id in touched or row_id in families):
            proofs[row_id] = _adds_up(row, children.get(row_id, ()), numbers)
    return [_told(row, proofs) for row in rows]


def _is_lost(row: Cells, there: Mapping[str, Cells]) -> bool:
    return row["role"] in CHILD and row["total_row_id"] not in there


def _alone(row: Cells) -> Cells:
    flags = " ".join([*row["flags"].split(), "total_missing"])
    return {
        **row,
        "role": "single",
        "total_row_id": "",
        "breakdown": "",
        "flags": flags,
        "proof": _unproved(row),
    }


def _adds_up(total: Cells, parts: Sequence[Cells], numbers: Sequence[str]) -> bool:
    """Whether the parts of one breakdown add up to every number of the total that they all have."""
    ways = {part["breakdown"] for part in parts}
    return any(_agrees(total, [p for p in parts if p["breakdown"] == way], numbers) for way in ways)


def _agrees(total: Cells, parts: Sequence[Cells], numbers: Sequence[str]) -> bool:
    summed = [
        sum(Decimal(part[name]) for part in parts) == Decimal(total[name])
        for name in numbers
        if total[name] and all(part[name] for part in parts)
    ]
    return bool(summed) and all(summed)


def _told(row: Cells, proofs: Mapping[str, bool]) -> Cells:
    row_id, parent = row["row_id"], row["total_row_id"]
    if row_id in proofs:
        adds = proofs[row_id]
        proof = "sum" if adds else _unproved(row)
        return {**row, "parts_complete": "true" if adds else "false", "proof": proof}
    if parent in proofs and not proofs[parent]:
        return {**row, "proof": _unproved(row)}
    return row


def _unproved(row: Cells) -> str:
    return "none" if row["proof"] == "sum" else row["proof"]
