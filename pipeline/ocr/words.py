"""The word as OCR and text layers give it, before it has a place in the page's text."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.model import Box


@dataclass(frozen=True, slots=True)
class Token:
    """A word with its box in points from the page's top left.

    ``group`` is its reader's own line (any tuple that differs between lines), ``confidence`` 0-1 or None.
    """

    text: str
    box: Box
    group: tuple[int, ...]
    confidence: float | None = None

    @property
    def middle(self) -> float:
        """The y of its middle."""
        return (self.box.y0 + self.box.y1) / 2

    @property
    def height(self) -> float:
        """The box's height."""
        return self.box.y1 - self.box.y0
