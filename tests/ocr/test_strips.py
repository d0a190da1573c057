"""Cells set one under the other: what of their ink is dust and what is print."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from pipeline.ocr import strips

DPI = 200
CELL = (10, 10, 210, 90)
Ink = tuple[int, int, int, int]
DIGIT: Ink = (60, 20, 72, 41)


@pytest.mark.parametrize(
    ("beside", "kept"),
    [
        # dust before, behind, over and under a number
        ([(150, 30, 154, 34)], False),
        ([(20, 12, 25, 17)], False),
        ([(62, 72, 65, 75)], False),
        ([(150, 30, 154, 34), (190, 50, 193, 53), (14, 14, 16, 16)], False),
        # a full stop, a dot under a letter
        ([(75, 38, 78, 41)], True),
        ([(65, 45, 68, 48)], True),
        # a dash, a stroke, dots that lead on
        ([(120, 30, 132, 33)], True),
        ([(120, 20, 122, 41)], True),
        ([(x, 38, x + 3, 41) for x in range(110, 190, 7)], True),
    ],
)
def test_what_is_small_and_stands_apart_is_dust(beside: list[Ink], kept: bool) -> None:
    page = Image.new("L", (240, 100), 255)
    for ink in (DIGIT, *beside):
        page.paste(0, ink)
    strip = strips.stack(page, [CELL], DPI)
    assert strip is not None
    alone = Image.new("L", page.size, 255)
    for ink in (DIGIT, *beside) if kept else (DIGIT,):
        alone.paste(0, ink)
    assert int((np.asarray(strip.image) < 128).sum()) == int((np.asarray(alone) < 128).sum())
    piece = strip.pieces[0]
    assert (piece.number, piece.y) == (0, DIGIT[1] - 6)
    if not kept:
        assert piece.x == DIGIT[0] - 10


def test_the_page_stays_as_it_is() -> None:
    page = Image.new("L", (240, 100), 255)
    page.paste(0, DIGIT)
    page.paste(0, (150, 30, 154, 34))
    before = page.tobytes()
    strips.stack(page, [CELL], DPI)
    assert page.tobytes() == before


@pytest.mark.parametrize("ink", [[], [(60, 30, 63, 33)], [(60, 30, 63, 33), (150, 30, 153, 33)]])
def test_a_cell_of_dust_alone_is_not_read(ink: list[Ink]) -> None:
    page = Image.new("L", (240, 100), 255)
    for box in ink:
        page.paste(0, box)
    assert strips.stack(page, [CELL], DPI) is None


def test_what_pale_strokes_hold_to_a_number_is_no_dust() -> None:
    page = Image.new("L", (240, 100), 255)
    page.paste(0, DIGIT)
    page.paste(190, (74, 25, 100, 29))
    page.paste(0, (96, 25, 100, 29))
    strip = strips.stack(page, [CELL], DPI)
    assert strip is not None
    dark = 12 * 21 + 4 * 4
    assert int((np.asarray(strip.image) < 128).sum()) == dark
