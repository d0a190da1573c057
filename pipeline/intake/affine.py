"""Affine maps of the plane, as PDF writes them: six numbers."""

from __future__ import annotations

import math
from dataclasses import dataclass

from pipeline.model import Box


@dataclass(frozen=True)
class Affine:
    """``x' = a x + c y + e``, ``y' = b x + d y + f`` (ISO 32000-1, 8.3.3).

    >>> Affine(1, 0, 0, 1, 5, 6).apply(1, 2)
    (6, 8)
    """

    a: float
    b: float
    c: float
    d: float
    e: float
    f: float

    def apply(self, x: float, y: float) -> tuple[float, float]:
        """The image of a point."""
        return self.a * x + self.c * y + self.e, self.b * x + self.d * y + self.f

    def box(self, x0: float, y0: float, x1: float, y1: float) -> Box:
        """The bounding box of a rectangle's image."""
        if not self.b and not self.c:  # a page that is not turned: nearly every word
            left, right = self.a * x0 + self.e, self.a * x1 + self.e
            top, bottom = self.d * y0 + self.f, self.d * y1 + self.f
            return Box(min(left, right), min(top, bottom), max(left, right), max(top, bottom))
        corners = [self.apply(x, y) for x in (x0, x1) for y in (y0, y1)]
        across, down = [x for x, _ in corners], [y for _, y in corners]
        return Box(min(across), min(down), max(across), max(down))

    def image(self, box: Box) -> Box:
        """The bounding box of a box's image."""
        return self.box(box.x0, box.y0, box.x1, box.y1)


IDENTITY = Affine(1, 0, 0, 1, 0, 0)


def compose(outer: Affine, inner: Affine) -> Affine:
    """The map that applies ``inner`` first.

    >>> compose(scaling(2), Affine(1, 0, 0, 1, 5, 6)).apply(1, 1)
    (12, 14)
    """
    o, i = outer, inner
    return Affine(
        o.a * i.a + o.c * i.b,
        o.b * i.a + o.d * i.b,
        o.a * i.c + o.c * i.d,
        o.b * i.c + o.d * i.d,
        o.a * i.e + o.c * i.f + o.e,
        o.b * i.e + o.d * i.f + o.f,
    )


def scaling(factor: float) -> Affine:
    """The map that scales by a factor about the origin."""
    return Affine(factor, 0, 0, factor, 0, 0)


def quarters(degrees: int, width: float, height: float) -> tuple[Affine, float, float]:
    """The map onto a page turned clockwise by quarters, and the turned page's width and height.

    >>> turn, width, height = quarters(90, 600, 800)
    >>> turn.apply(0, 0), (width, height)
    ((800, 0), (800, 600))
    """
    return {
        0: (IDENTITY, width, height),
        90: (Affine(0, 1, -1, 0, height, 0), height, width),
        180: (Affine(-1, 0, 0, -1, width, height), width, height),
        270: (Affine(0, -1, 1, 0, 0, width), height, width),
    }[degrees % 360]


def rotation(degrees: float, centre: tuple[float, float]) -> Affine:
    """The map that turns by degrees, clockwise as seen with y down, about a centre.

    >>> x, y = rotation(90, (0, 0)).apply(1, 0)
    >>> round(x), round(y)
    (0, 1)
    """
    angle = math.radians(degrees)
    cos, sin = math.cos(angle), math.sin(angle)
    x, y = centre
    return Affine(cos, sin, -sin, cos, x - cos * x + sin * y, y - sin * x - cos * y)
