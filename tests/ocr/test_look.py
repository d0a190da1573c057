"""A look at a page's image: stretches of the layer's words compared with what stands there."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFont

from pipeline.intake.affine import scaling
from pipeline.intake.layer import LayerWord
from pipeline.model import Box
from pipeline.ocr.look import Look
from pipeline.ocr.raster import Raster
from pipeline.settings import Settings
from training.render import font_file

DPI = 150
LINES = ["1. Họ và tên: Tăng Thị Nhịp", "2. Nơi ở hiện nay: thôn Đồng Giếng", "3. Nghề nghiệp: làm ruộng"]
GARBAGE = "....................--..------cce+cccserreeretrrrrtrrtetrtetrietrtttirrrreri"
"""What Tesseract made of a dotted line."""


def page(folder: Path, leaders: bool) -> tuple[Look, list[LayerWord]]:
    """A form, its words, and what was read of its dotted lines."""
    image = Image.new("L", (8 * DPI, 3 * DPI), 255)
    font = ImageFont.truetype(str(font_file("Arimo", bold=False)), DPI * 12 // 72)
    draw, words = ImageDraw.Draw(image), []
    for row, line in enumerate(LINES):
        x, y = float(DPI // 2), DPI // 2 + row * DPI // 2
        for number, word in enumerate([*line.split(), "." * 60]):
            wide = draw.textlength(word, font)
            draw.text((x, y), word, 0, font)
            box = Box(x * 72 / DPI, y * 72 / DPI, (x + wide) * 72 / DPI, (y + 25) * 72 / DPI)
            if leaders or "..." not in word:
                words.append(LayerWord(GARBAGE if "..." in word else word, box, (0, row, number // 99)))
            x += wide + draw.textlength(" ", font)
    raster = Raster(image, DPI, scaling(72 / DPI), image.width * 72 / DPI, image.height * 72 / DPI)
    return Look(raster, Settings(), folder, "x"), words


@pytest.mark.parametrize("leaders", [True, False])
def test_what_was_read_of_dotted_lines_says_nothing(tmp_path: Path, leaders: bool) -> None:
    look, words = page(tmp_path, leaders)
    found = look.compare(words, [word.text for word in words])
    assert found.alike > 0.9


def test_words_that_stand_elsewhere_differ(tmp_path: Path) -> None:
    look, words = page(tmp_path, leaders=True)
    found = look.compare(words, ["khác" if "..." not in word.text else word.text for word in words])
    assert found.alike < 0.5


def test_lines_that_are_cut_in_half_are_no_text_of_two_columns(tmp_path: Path) -> None:
    image = Image.new("L", (8 * DPI, 6 * DPI), 255)
    font = ImageFont.truetype(str(font_file("Arimo", bold=False)), DPI * 11 // 72)
    draw = ImageDraw.Draw(image)
    for row in range(20):
        for column in range(2):
            # the lines of one column stand between those of the other
            place = (DPI // 2 + column * 3.7 * DPI, DPI // 2 + (row + column / 2) * DPI / 4.4)
            draw.text(place, LINES[(row + column) % 3][3:], 0, font)
    raster = Raster(image, DPI, scaling(72 / DPI), image.width * 72 / DPI, image.height * 72 / DPI)
    lines, nats = Look(raster, Settings(), tmp_path, "x").unread([])
    assert lines > 10
    assert nats > 50
