"""Marks of numbers that Tesseract does not read though the ink shows them: ``91,3`` is read as ``913``.

A comma hangs below the line that figures stand on, as no figure, dot or stroke does. Where the pieces of a
number's ink are as many figures as were read, they also tell where its marks are. Digits are never changed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from statistics import median
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from pipeline.ocr.greys import percentile
from pipeline.ocr.tesseract import Read

if TYPE_CHECKING:
    from PIL import Image

SURE = 0.75
"""Confidence at most of a number whose marks are its ink's: its reader saw others."""
_NUMBER = re.compile(r"\d[\d.,/:;]*\d")
_WITH_COMMA = re.compile(r"(?:\d{1,3}(?:\.\d{3})+|\d+),\d{1,2}")
"""A number with decimals as it is printed; with three behind the comma it may be one of thousands."""
_MARKS = re.compile(r"[.,/:;]")
_LONGEST = 24
"""Signs of a number at most."""
_DARK = 0.7
"""Share of the paper's grey below which a pixel is ink."""
_TALL = 0.8
"""Share of the tallest piece from which a piece is a figure's."""
_LOW = 0.45
"""Height over the line up to which marks reach, in figures' heights; commas reach 0.2, dots 0.2."""
_BELOW = 0.1
"""Depth below the line from which a mark is a comma, in figures' heights; in print it is 0.2."""
_REACH = 0.3
"""How far below a word's box its comma is looked for, in its height: the box may end with its figures."""
_LEVEL = 0.1
"""The most by which figures end above or below their line, and dots below it."""
_ADVANCE, _GAP = 0.76, 0.17
"""From one figure to the next, and of that what is free, in figures' heights: 0.74 in Times, 0.78 in Arial.
So figures that touch are counted."""
_WIDE = 0.4
"""Width of a mark at most, in figures' heights."""


@dataclass(frozen=True, slots=True)
class _Piece:
    """Ink without a gap from left to right: its size, first and last row."""

    width: int
    top: int
    bottom: int

    @property
    def height(self) -> int:
        return self.bottom - self.top + 1


def restored(words: Sequence[Read], image: Image.Image) -> list[Read]:
    """The words, numbers with the marks that their ink shows.

    Args:
        words: all words of a page.
        image: the grey page that they stand on, without tables' lines.
    """
    asked = [word for word in words if len(word.text) <= _LONGEST and _NUMBER.fullmatch(word.text)]
    if not asked:
        return list(words)
    pixels = np.asarray(image)
    dark = _DARK * int(percentile(pixels[::4, ::4], 55))
    return [_marked(word, pixels, dark) if _NUMBER.fullmatch(word.text) else word for word in words]


def _marked(word: Read, pixels: NDArray[np.uint8], dark: float) -> Read:
    below = round(_REACH * (word.y1 - word.y0))
    box = pixels[max(0, word.y0) : word.y1 + below, max(0, word.x0 - 1) : word.x1 + 1]
    kinds = _kinds(list(_pieces(box < dark)))
    digits = iter(_MARKS.sub("", word.text))
    if "," not in kinds or kinds.count("0") != sum(c.isdecimal() for c in word.text):
        return word
    text = "".join(next(digits) if kind == "0" else kind for kind in kinds)
    if text == word.text or not _WITH_COMMA.fullmatch(text):
        return word
    return replace(word, text=text, confidence=min(word.confidence, SURE))


def _pieces(ink: NDArray[np.bool_]) -> Iterator[_Piece]:
    """The pieces of a number's ink from left to right."""
    columns = np.flatnonzero(ink.any(axis=0))
    for run in np.split(columns, np.flatnonzero(np.diff(columns) > 1) + 1):
        if run.size:
            rows = np.flatnonzero(ink[:, run[0] : run[-1] + 1].any(axis=1))
            yield _Piece(int(run.size), int(rows[0]), int(rows[-1]))


def _kinds(pieces: Sequence[_Piece]) -> str:
    """What pieces are: ``0`` each figure, a comma, a dot; empty where one is none of these.

    >>> figure, comma, dot = _Piece(13, 7, 28), _Piece(4, 24, 33), _Piece(4, 24, 28)
    >>> _kinds([figure, dot, figure, _Piece(29, 6, 28), comma, figure]), _kinds([figure, _Piece(9, 5, 34)])
    ('0.000,0', '')
    """
    if not pieces:
        return ""
    tallest = max(piece.height for piece in pieces)
    tall = [piece for piece in pieces if piece.height >= _TALL * tallest]
    line, height = median(piece.bottom for piece in tall), median(piece.height for piece in tall)
    found = ""
    for piece in pieces:
        depth = (piece.bottom - line) / height
        if piece.height >= _TALL * tallest and abs(depth) <= _LEVEL:
            found += "0" * max(1, round((piece.width / height + _GAP) / _ADVANCE))
        elif piece.width > _WIDE * height or not line - _LOW * height < piece.top <= line:
            return ""
        elif depth > _BELOW:
            found += ","
        else:
            found += "."
    return found
