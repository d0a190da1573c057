"""Lines of invisible text: words with their boxes, on one baseline and of one size."""

from __future__ import annotations

from typing import TypedDict

GAP = "  "
"""Two blanks as one glyph, which readers take for a word: one blank alone only ends a word."""

Placed = tuple[str, float, float, float, float, float]
"""A word: text, baseline, and left, top, right and bottom of its box, in points."""


class Line(TypedDict):
    """Words on about one baseline, read from left to right on the page once it is turned; at least one."""

    size: float
    words: list[Placed]


def ends(line: Line) -> tuple[float, float]:
    """Where a line begins and ends."""
    return min(word[2] for word in line["words"]), max(word[4] for word in line["words"])


def top(line: Line) -> float:
    """The highest edge of its words."""
    return min(word[3] for word in line["words"])


def base(line: Line) -> float:
    """The baseline of its first word, by which readers go."""
    return line["words"][0][1]


def blank(left: float, baseline: float, above: float, right: float, size: float) -> Line:
    """A line of nothing but a blank, from its baseline up to ``above``."""
    return {"size": size, "words": [(GAP, baseline, left, above, right, baseline)]}
