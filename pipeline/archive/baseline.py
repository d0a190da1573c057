"""Where a line of invisible text runs, and the size of its letters, from the boxes of its words' ink.

Each word has its own box whatever the line (see ``layer``). So a line must only be one to readers: its words
have one size, and baselines that differ by little.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from pipeline.model import Box

_INK = 0.85
"""Of the letters' size: ink of a word with marks, or with tails."""
_RANK = 0.8
"""Share of a line's words that are no higher than the one by which it goes: specks are part of some boxes."""
_LEAST_SIZE = 1.0


@dataclass(frozen=True, slots=True)
class Baseline:
    """A line at ``y`` down the page, its letters of ``size``."""

    y: float
    size: float


def fit(boxes: Sequence[Box]) -> Baseline:
    """The baseline of words beside each other: where most of them end.

    >>> fit([Box(0, 10, 20, 20), Box(24, 11.5, 40, 20), Box(44, 9.8, 60, 20)])
    Baseline(y=20, size=11.764705882352942)

    Args:
        boxes: at least one, of the words' ink.
    """
    heights = sorted(box.y1 - box.y0 for box in boxes)
    height = heights[int(_RANK * (len(heights) - 1))]
    return Baseline(median(box.y1 for box in boxes), max(height / _INK, _LEAST_SIZE))
