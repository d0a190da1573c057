"""What a PDF's paths paint: rules, and what may hide them.

Only what is certain is told: where a rule's colour, clip or order leaves open whether it is seen, an error
says so, and the page is looked at instead.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from pipeline.intake.graphics import State
from pipeline.model import Box

Line = tuple[float, float, float]
"""A rule along one axis: where it stands across it, where it starts and ends, in points as shown."""
Point = tuple[float, float]

_MAX_MARKS = 10_000
"""Rules and what may lie over them; a page of 60 rows and 12 columns, each cell framed, has 3,000."""
FARTHEST = 1e7
"""Points from the page's corner; what is farther, or no number, is a hostile file's."""
THICKEST = 3.6
"""Points: a rule is at most so thick, as in a page's image (0.05 inches)."""
WIDE = 0.4
"""Of the page's width: an image or a shape as wide may be a table, a narrower one is none."""
_DARK = 0.72
"""Grey, 0-1, below which a rule is seen, as in a page's image."""
_STRAIGHT = 0.5
"""Points by which the ends of a rule may stand apart across it."""
_NEARLY = 0.05
"""Slope below which a long line that is not straight may still be a rule."""
_LONG = (43.0, 16.0)
"""Points across and down from which a mark may be a table's rule: 0.6 and 0.22 inches."""
_OVER = 3.0
"""Points of a rule that must be painted over to hide it; crossing rules hide less."""


class UnclearError(Exception):
    """The content leaves open which rules are seen."""


@dataclass(frozen=True)
class Rules:
    """A page's rules, horizontal and vertical, in pieces as they are drawn."""

    across: list[Line] = field(default_factory=list)
    down: list[Line] = field(default_factory=list)


@dataclass
class Outline:
    """One part of a path, in points as shown."""

    points: list[Point]
    closed: bool = False
    curved: bool = False

    @property
    def box(self) -> Box:
        """What holds it."""
        across, down = [x for x, _ in self.points], [y for _, y in self.points]
        return Box(min(across), min(down), max(across), max(down))

    @property
    def edges(self) -> Iterator[tuple[Point, Point]]:
        """Its sides, of curves only their chords."""
        yield from pairwise([*self.points, self.points[0]] if self.closed else self.points)

    @property
    def is_rectangle(self) -> bool:
        """Whether it is a rectangle along the axes."""
        points = self.points[:-1] if len(self.points) == 5 and _same(*self.points[::4]) else self.points
        if self.curved or len(points) != 4:
            return False
        a, b, c, d = points
        upright = _level(a, b) and _plumb(b, c) and _level(c, d) and _plumb(d, a)
        return upright or (_plumb(a, b) and _level(b, c) and _plumb(c, d) and _level(d, a))


def _level(a: Point, b: Point) -> bool:
    return abs(a[1] - b[1]) <= _STRAIGHT


def _plumb(a: Point, b: Point) -> bool:
    return abs(a[0] - b[0]) <= _STRAIGHT


def _same(a: Point, b: Point) -> bool:
    return _level(a, b) and _plumb(a, b)


@dataclass
class Pen:
    """What is painted, in order: rules and light marks that may lie over them."""

    across: list[tuple[float, float, float, int]] = field(default_factory=list)
    down: list[tuple[float, float, float, int]] = field(default_factory=list)
    light: list[tuple[Box, int]] = field(default_factory=list)
    marks: int = 0
    size: int = 0

    def rules(self) -> Rules:
        """What is seen in the end.

        Raises:
            UnclearError: where something light lies over a rule.
        """
        for lines, flip in ((self.across, False), (self.down, True)):
            if not lines or not self.light:
                continue
            at, start, end, order = np.array(lines, np.float64).T
            for box, late in self.light:
                x0, y0, x1, y1 = (
                    (box.y0, box.x0, box.y1, box.x1) if flip else (box.x0, box.y0, box.x1, box.y1)
                )
                edge = min(0.3, (y1 - y0) / 4)
                over = np.minimum(end, x1) - np.maximum(start, x0)
                if ((order < late) & (y0 + edge < at) & (at < y1 - edge) & (over > _OVER)).any():
                    raise UnclearError
        return Rules([line[:3] for line in self.across], [line[:3] for line in self.down])

    def fill(self, outlines: Sequence[Outline], state: State) -> None:
        """Fill a path."""
        thick = False
        for outline in outlines:
            box = clipped(outline.box, state.clip)
            if box is None:
                continue
            if outline.is_rectangle:
                thick = thick or (not _is_thin(box) and _is_long(box))
                self._mark(box, state.greys[0], state)
            elif _is_long(box) and (not outline.curved or _is_thin(box) or _is_wide(box, state.clip)):
                raise UnclearError
        if thick and len(outlines) > 1:
            raise UnclearError  # one may be a hole in another

    def stroke(self, outlines: Sequence[Outline], state: State) -> None:
        """Stroke a path."""
        m = state.matrix
        across, down = (state.width / 2 * (p * p + q * q) ** 0.5 for p, q in ((m.a, m.c), (m.b, m.d)))
        if not across + down < FARTHEST:
            raise UnclearError
        for outline in outlines:
            for a, b in outline.edges:
                x0, x1, y0, y1 = min(a[0], b[0]), max(a[0], b[0]), min(a[1], b[1]), max(a[1], b[1])
                if _level(a, b):
                    middle = (y0 + y1) / 2
                    box = clipped(Box(x0, middle - down, x1, middle + down), state.clip)
                elif _plumb(a, b):
                    middle = (x0 + x1) / 2
                    box = clipped(Box(middle - across, y0, middle + across, y1), state.clip)
                else:
                    self._slanted(Box(x0, y0, x1, y1))
                    continue
                if box is None:
                    continue
                if not state.dashed:
                    self._mark(box, state.greys[1], state)
                elif _is_long(box):
                    raise UnclearError

    def _slanted(self, box: Box) -> None:
        across, down = box.x1 - box.x0, box.y1 - box.y0
        if _is_long(box) and (down < _NEARLY * across or across < _NEARLY * down):
            raise UnclearError

    def _mark(self, box: Box, grey: float | None, state: State) -> None:
        """Take one painted rectangle."""
        across, down = box.x1 - box.x0, box.y1 - box.y0
        if grey is None or not state.plain:
            if max(across, down) > THICKEST:
                raise UnclearError
            return
        self.marks += 1
        if self.marks > _MAX_MARKS:
            raise UnclearError
        if grey >= _DARK:
            if max(across, down) > _OVER:
                self.light.append((box, self.marks))
            return
        if down <= THICKEST:
            self.across.append(((box.y0 + box.y1) / 2, box.x0, box.x1, self.marks))
        if across <= THICKEST:
            self.down.append(((box.x0 + box.x1) / 2, box.y0, box.y1, self.marks))


def _is_thin(box: Box) -> bool:
    return min(box.x1 - box.x0, box.y1 - box.y0) <= THICKEST


def _is_long(box: Box) -> bool:
    return box.x1 - box.x0 >= _LONG[0] or box.y1 - box.y0 >= _LONG[1]


def _is_wide(box: Box, page: Box) -> bool:
    return box.x1 - box.x0 >= WIDE * (page.x1 - page.x0)


def clipped(box: Box, clip: Box) -> Box | None:
    """What is left of a box within another; None where nothing is."""
    x0, y0, x1, y1 = max(box.x0, clip.x0), max(box.y0, clip.y0), min(box.x1, clip.x1), min(box.y1, clip.y1)
    return Box(x0, y0, x1, y1) if x0 <= x1 and y0 <= y1 else None
