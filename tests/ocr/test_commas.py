"""Marks of numbers by their ink: what is put where, and what is left as it was read."""

from __future__ import annotations

import pytest
from PIL import Image, ImageDraw, ImageFont

from pipeline.ocr import commas
from pipeline.ocr.tesseract import Read
from training.render import font_file

PIXELS = 31
"""Eleven points at 200 dpi."""
PLACE = (40.0, 40.0)


def _restored(printed: str, read: str, family: str = "Tinos", below: str = "") -> Read:
    """What becomes of a number's reading."""
    page = Image.new("L", (500, 140), 255)
    draw = ImageDraw.Draw(page)
    face = ImageFont.truetype(str(font_file(family)), PIXELS)
    draw.text(PLACE, printed, fill=0, font=face)
    draw.text((PLACE[0], PLACE[1] + 1.2 * PIXELS), below, fill=0, font=face)
    x0, y0, x1, y1 = (round(side) for side in draw.textbbox(PLACE, printed, font=face))
    (word,) = commas.restored([Read(read, x0, y0, x1, y1, 0.94, (1, 1, 1))], page)
    return word


@pytest.mark.parametrize("family", ["Tinos", "Arimo"])
@pytest.mark.parametrize(
    ("printed", "read"),
    [
        ("91,3", "913"),
        ("9,1", "91"),
        ("12,7", "12/7"),
        ("4.284,3", "4.2843"),
        ("1.363,40", "136340"),
        ("2.724,4", "2.724.4"),
        ("5.887,3", "5,887,3"),
        ("20.108,6", "20.108;6"),
    ],
)
def test_a_comma_that_the_ink_shows_is_read(printed: str, read: str, family: str) -> None:
    word = _restored(printed, read, family)
    assert (word.text, word.confidence) == (printed, commas.SURE)


@pytest.mark.parametrize(
    ("printed", "read"),
    [
        # no comma on the page
        ("913", "913"),
        ("4.284", "4.284"),
        ("4.284", "4284"),
        ("12/7", "12/7"),
        ("12/7/2023", "12/7/2023"),
        ("7.30", "730"),
        # read as printed
        ("91,3", "91,3"),
        # a digit was lost, doubled or taken for a letter: none is made up
        ("91,3", "93"),
        ("22,4", "2224"),
        ("91,3", "9l3"),
        # of thousands it may be, or of a list
        ("4,284", "4284"),
        ("1,2,3", "123"),
        # a comma behind the number
        ("913,", "913"),
    ],
)
def test_all_else_stays_as_it_was_read(printed: str, read: str) -> None:
    word = _restored(printed, read)
    assert (word.text, word.confidence) == (read, 0.94)


def test_the_line_below_makes_no_comma() -> None:
    assert _restored("913", "913", below="Ế Ộ Ấ").text == "913"
    assert _restored("91,3", "913", below="Xã An Lộc").text == "91,3"


def test_other_words_stay() -> None:
    page = Image.new("L", (200, 100), 255)
    words = [Read(text, 10, 10, 90, 40, 0.9, (1, 1, 1)) for text in ("hộ", "-", "7", "12a", "9" * 40)]
    assert commas.restored(words, page) == words
    empty = [Read("913", 10, 10, 90, 40, 0.9, (1, 1, 1)), Read("913", 190, 90, 260, 130, 0.9, (1, 1, 1))]
    assert commas.restored(empty, page) == empty
