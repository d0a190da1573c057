"""Columns of a table that are what per cent one is of another, as their numbers prove."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from itertools import permutations

LEAST_ALIKE = 0.5
"""Share of a column's lines that must bear a percentage out."""
_FIFTY = 50

Column = Sequence[Decimal | None]
"""A column's numbers, a line each; None where blank or illegible."""


def shares_of(columns: Sequence[Column]) -> dict[int, tuple[int, int]]:
    """Columns that are what per cent one is of another, by the numbers of most lines."""
    found: dict[int, tuple[int, int]] = {}
    for percent, values in enumerate(columns):
        lines = [n for n, v in enumerate(values[:_FIFTY]) if v is not None and 0 < v <= 200]
        if len(lines) < 3 or all(v == v.to_integral_value() for v in values if v is not None):
            continue
        best = 0.0
        for part, whole in permutations([n for n in range(len(columns)) if n != percent], 2):
            told = [n for n in lines if columns[part][n] and columns[whole][n]]
            held = sum(is_share(columns[part][n], columns[whole][n], values[n]) for n in told)
            share = held / len(lines)
            if held > 2 and share >= LEAST_ALIKE and share > best:
                best, found[percent] = share, (part, whole)
    return found


def is_share(part: Decimal | None, whole: Decimal | None, percent: Decimal | None) -> bool:
    """Whether a percentage is what a part is of its whole, rounded as it is printed."""
    if not part or not whole or percent is None:
        return False
    exponent = percent.as_tuple().exponent
    step = Decimal(1).scaleb(min(int(exponent), 0))
    return (100 * part / whole).quantize(step, ROUND_HALF_UP) == percent
