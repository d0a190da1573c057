"""``--since``: which files of the input a run takes, by when they changed."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

from pipeline.errors import UsageError

LAST = "last"
_MARGIN = 600.0
"""Seconds before the last run's beginning: the clock of a file server may be minutes behind. What is looked
at twice costs a look."""


def moment(text: str, out: Path) -> float | None:
    """The moment that somebody means, in seconds since 1970.

    Args:
        text: an ISO date (its midnight) or time, local where it names no zone; or ``last``.
        out: whose last complete run is meant.

    Returns:
        For ``last`` some minutes before that run began; None where there is none: all files are taken.

    Raises:
        UsageError: where it is neither.
    """
    if text == LAST:
        return _last(out)
    try:
        return datetime.fromisoformat(text).astimezone().timestamp()
    except (ValueError, OverflowError, OSError):
        message = f"--since {text[:40]!r}: neither 'last' nor a date as 2024-06-30 or 2024-06-30T22:00"
        raise UsageError(message) from None


def _last(out: Path) -> float | None:
    try:
        run = json.loads((out / "run.json").read_text(encoding="utf-8"))
        return datetime.fromisoformat(run["begun"]).timestamp() - _MARGIN
    except (OSError, ValueError, KeyError, TypeError):
        return None


def changed(stat: str) -> float:
    """When a file changed, in seconds since 1970, by its state (``units.stat_of``).

    The later of its two times: an old file that is moved or copied into the folder keeps the time of its
    content, but not that of its place.
    """
    _, content, place, _ = json.loads(stat)
    return float(max(content, place)) / 1e9
