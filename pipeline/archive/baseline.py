"""Where a line of invisible text is to run, so that what a viewer marks are the printed words.

Viewers and ``pdftotext`` make a word's box of its font: as high as the highest letter that the font has above
the line, as low as the lowest below. Ink is seldom so high. So a line's letters get the size and the place at
which the font's box is nearest to the ink of its words: half-way between the lowest and the highest of their
tops, half-way between their bottoms. The words of a line share one size, or viewers would read them as
several lines.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

from pipeline.model import Box

ASCENT, DESCENT = 1.05, 0.293
"""Of Noto Sans, the font that OCRmyPDF brings, as poppler reads them: it takes no more than 1.05 upwards."""
_REACH = 6.0
"""Points between the highest and the lowest edge that a line goes by: its own is then within 3 of each. What
lies further off, as where OCR took specks for part of a word, is left out."""
_LEAST_WORDS = 8
"""Words from which a line tells its slope: of fewer the letters' heights tell more than the slope does."""
_LEAST_SIZE = 1.0


@dataclass(frozen=True, slots=True)
class Baseline:
    """A line at ``y`` down the page at its left end ``x``, sinking by ``slope``, its letters of ``size``."""

    x: float
    y: float
    slope: float
    size: float

    def resized(self, size: float) -> Baseline:
        """The same line with letters of another size, their boxes about the same middle."""
        moved = (ASCENT - DESCENT) / 2 * (size - self.size)
        return Baseline(self.x, self.y + moved, self.slope, size)


def fit(boxes: Sequence[Box], slope: float = 0.0) -> Baseline:
    """The baseline of words that are read from left to right.

    >>> line = fit([Box(0, 10, 20, 20), Box(24, 12, 40, 23)])
    >>> round(line.y - ASCENT * line.size, 3), round(line.y + DESCENT * line.size, 3)
    (11.0, 21.5)

    Args:
        boxes: at least one, of the words' ink.
        slope: by which the line sinks.
    """
    left = min(box.x0 for box in boxes)
    sunk = [slope * ((box.x0 + box.x1) / 2 - left) for box in boxes]
    top = _middle([box.y0 - down for box, down in zip(boxes, sunk, strict=True)])
    bottom = _middle([box.y1 - down for box, down in zip(boxes, sunk, strict=True)])
    size = max((bottom - top) / (ASCENT + DESCENT), _LEAST_SIZE)
    return Baseline(left, bottom - DESCENT * size, slope, size)


def _middle(edges: Sequence[float]) -> float:
    """Half-way between the extremes of the most edges that lie within reach of each other."""
    ranked = sorted(edges)
    best, end = (0, 0), 0
    for start, edge in enumerate(ranked):
        while end < len(ranked) and ranked[end] <= edge + _REACH:
            end += 1
        best = max(best, (start, end), key=lambda span: span[1] - span[0])
    return (ranked[best[0]] + ranked[best[1] - 1]) / 2


def slope(boxes: Sequence[Box]) -> float | None:
    """How much words sink from left to right, by least squares; None where they are too few to tell.

    >>> slope([Box(10 * i, 2 * i, 10 * i + 8, 2 * i + 10) for i in range(9)]), slope([Box(0, 0, 1, 1)])
    (0.2, None)
    """
    if len(boxes) < _LEAST_WORDS:
        return None
    xs = [(box.x0 + box.x1) / 2 for box in boxes]
    ys = [(box.y0 + box.y1) / 2 for box in boxes]
    x, y = fmean(xs), fmean(ys)
    spread = sum((a - x) ** 2 for a in xs)
    return sum((a - x) * (b - y) for a, b in zip(xs, ys, strict=True)) / spread if spread else None
