"""How text is painted: whether its colour, a clip or what is painted over it may keep it from being seen.

Nothing here says that a word is not seen, only that it may not be: white letters stand on dark headings, too.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

from pipeline.intake import graphics
from pipeline.intake.affine import IDENTITY, Affine
from pipeline.intake.marks import FARTHEST, clipped
from pipeline.model import Box

COLOURS = frozenset(["g", "rg", "k", "cs", "sc", "scn", "gs"])
FILLS = frozenset(["f", "F", "f*", "B", "B*", "b", "b*"])
PATHS = frozenset(["re", "W", "W*", "n", "S", "s"]) | FILLS
OPERATORS = " ".join(sorted(COLOURS | PATHS))
"""What is followed here."""
_LIGHT = 0.85
"""Grey, 0-1, from which letters may not be seen on paper, and a shape may hide them."""
_CLEAR = 0.03
"""Opacity, 0-1, below which nothing is seen."""
_MAX_PATH = 1_000
"""Rectangles of one path that are kept."""
_LEAST = 100.0
"""Square points of a shape that may hide text: three letters."""
_ALL = Box(-FARTHEST, -FARTHEST, FARTHEST, FARTHEST)
_ERRORS = (ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError)
"""What operands raise that are not as they should be."""


@dataclass
class Paint:
    """The part of the graphics state that tells, and the rectangles of the path that is being made."""

    state: graphics.State = field(default_factory=lambda: graphics.State(IDENTITY, _ALL))
    path: list[Box] = field(default_factory=list)
    clips: bool = False
    clear: bool = False
    """Whether fills are transparent altogether: nobody sees them."""

    def copy(self) -> Paint:
        """What q keeps."""
        return Paint(replace(self.state), clear=self.clear)

    def follow(self, operator: str, operands: Any, resources: Any, matrix: Affine) -> Sequence[Box]:
        """Follow one of ``OPERATORS``; ``matrix`` maps its coordinates to those in which boxes are told.

        Returns:
            The light rectangles that it paints.
        """
        if operator in COLOURS:
            self._colour(operator, operands, resources)
        elif operator == "re":
            if len(self.path) < _MAX_PATH:
                with suppress(*_ERRORS):
                    x, y, width, height = graphics.numbers(operands)
                    self.path.append(matrix.box(x, y, x + width, y + height))
        elif operator in {"W", "W*"}:
            self.clips = True
        else:
            return self._end(operator)
        return ()

    @property
    def light(self) -> bool:
        """Whether what is filled is nearly white."""
        grey = self.state.greys[0]
        return grey is not None and grey >= _LIGHT

    def may_miss(self, x: float, y: float, *, over_image: bool) -> bool:
        """Whether text that is drawn at a point may not be seen, as far as its colour and clip are known.

        Blending says nothing over a scan: so are signatures drawn there.
        """
        clip = self.state.clip
        outside = not (clip.x0 - 1 <= x <= clip.x1 + 1 and clip.y0 - 1 <= y <= clip.y1 + 1)
        return outside or self.light or not (self.state.plain or over_image)

    def _colour(self, operator: str, operands: Any, resources: Any) -> None:
        try:
            graphics.change(self.state, operator, operands, resources)
            if operator == "gs":
                values = resources["/ExtGState"][operands[0]]
                self.clear = float(values.get("/ca", 0 if self.clear else 1)) < _CLEAR
        except _ERRORS:
            self.state.paint(None, told=False, stroke=False)

    def _end(self, operator: str) -> Sequence[Box]:
        path, self.path = self.path, []
        if self.clips and path:
            around = path[0]
            for box in path[1:]:
                around = around | box
            self.state.clip = clipped(self.state.clip, around) or Box(
                around.x0, around.y0, around.x0, around.y0
            )
        self.clips = False
        if operator not in FILLS or not self.light or not self.state.plain:
            return ()
        return [box for box in path if hides(box)]


def hides(box: Box) -> bool:
    """Whether a shape is large enough to hide text."""
    return (box.x1 - box.x0) * (box.y1 - box.y0) >= _LEAST
