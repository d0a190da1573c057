"""How much a row is worth a look: how likely it is wrong, times how much would be wrong."""

from __future__ import annotations

import math
from collections.abc import Mapping

_FAILED = {"sum_mismatch": 0.3, "sum_suspect": 0.3, "witness_differs": 0.3, "malformed_number": 0.5}
"""What a failed proof takes off a row's chance to be right, beyond its confidence: that was fitted to
documents whose sums mostly hold. Chosen, not measured: it only orders the queue, failed proofs first."""
_STAKE = 4.0
"""How much more a row counts that is the whole of its column than one without an amount. Chosen so too."""


def doubt(row: Mapping[str, str], share: float) -> float:
    """A row's place in the queue, 0-5, the most doubtful first.

    >>> low = {"confidence": "0.6", "flags": ""}
    >>> failed = {**low, "flags": "sum_mismatch"}
    >>> doubt(low, 0.0) < doubt(failed, 0.0) < doubt(failed, 0.5)
    True

    Args:
        row: its cells.
        share: of its amount in the sum of its column, 0-1; the square root of it counts, for else the
            largest alone would.
    """
    right = float(row.get("confidence") or 0.5)
    for flag in (row.get("flags") or "").split():
        right *= 1 - _FAILED.get(flag, 0.0)
    if row.get("parts_complete") == "false":
        right *= 0.9
    return round((1 - right) * (1 + _STAKE * math.sqrt(min(max(share, 0.0), 1.0))), 4)
