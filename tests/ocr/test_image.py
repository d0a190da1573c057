"""What is found in the page image: skew, seals, ruling lines, cells; coordinates lead back to the page."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageDraw

from pipeline.intake.affine import scaling
from pipeline.model import Box
from pipeline.ocr import cut_short, lying, prepare, rulings, seals, skew, strips
from pipeline.ocr.greys import percentile
from pipeline.ocr.raster import Raster
from pipeline.ocr.recognise import _back, _believed, _turned
from pipeline.ocr.rulings import Grid
from pipeline.ocr.tesseract import Read, parse
from pipeline.ocr.words import Token

DPI = 100
SIZE = (827, 1169)


def _lines_of_text() -> Image.Image:
    """Rows of dashes stand in for text: no font is needed."""
    image = Image.new("L", SIZE, 245)
    draw = ImageDraw.Draw(image)
    rng = np.random.default_rng(1)
    for y in range(150, 1000, 22):
        x = 100
        while x < 700:
            length = int(rng.integers(10, 50))
            draw.rectangle((x, y, x + length, y + 9), fill=20)
            x += length + 8
    return image


@pytest.mark.parametrize("shape", [(1, 1), (1, 2), (3, 5), (40, 30)])
@pytest.mark.parametrize("share", [0, 1, 50, 55, 75, 100])
def test_percentiles_are_those_of_numpy(shape: tuple[int, int], share: float) -> None:
    pixels = np.random.default_rng(shape[0]).integers(0, 256, shape, dtype=np.uint8)
    for part in (pixels, pixels[::2, ::3]):
        assert percentile(part, share) == pytest.approx(float(np.percentile(part, share)))


@pytest.mark.parametrize("angle", [0.0, 0.5, -1.3, 3.0, -4.5])
def test_skew(angle: float) -> None:
    turned = _lines_of_text().rotate(-angle, Image.Resampling.BILINEAR, fillcolor=245)
    assert skew.estimate(turned, DPI) == pytest.approx(angle, abs=0.1)


@pytest.mark.parametrize("colour", [255, 0])
def test_a_page_without_text_has_no_skew(colour: int) -> None:
    assert skew.estimate(Image.new("L", SIZE, colour), DPI) == 0.0


def test_preparing_keeps_track_of_places() -> None:
    image = Image.new("L", SIZE, 245)
    image.paste(_lines_of_text().rotate(-2, Image.Resampling.BILINEAR, fillcolor=245))
    ImageDraw.Draw(image).rectangle((198, 58, 202, 62), fill=0)
    ready = prepare.prepare(Raster(image, DPI, scaling(72 / DPI), 595, 842))
    assert ready.skew == pytest.approx(2, abs=0.1)
    assert ready.dpi == 200
    pixels = np.asarray(ready.image)[:200]
    rows, columns = np.nonzero(pixels < 60)
    x, y = ready.affine.apply(float(columns.mean()), float(rows.mean()))
    assert [x, y] == pytest.approx([200 * 0.72, 60 * 0.72], abs=0.8)


@pytest.mark.parametrize("angle", [0.0, 3.0])
def test_a_page_on_its_side_looks_like_it(angle: float) -> None:
    page = _lines_of_text().rotate(angle, Image.Resampling.BILINEAR, fillcolor=245)
    assert not lying.looks(page, DPI)
    assert lying.looks(page.rotate(90, expand=True), DPI)
    assert not lying.looks(Image.new("L", SIZE, 255), DPI)
    assert not lying.looks(Image.new("L", (1, 1), 0), DPI)


@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_a_turned_image_leads_back(degrees: int) -> None:
    image = Image.new("L", (60, 40), 255)
    image.putpixel((10, 5), 0)
    raster = Raster(image, 72, scaling(1), 60, 40)
    turned, back = _turned(raster, degrees), _back(raster, degrees)
    row, column = np.argwhere(np.asarray(turned.image) == 0)[0]
    assert back.apply(*turned.affine.apply(column + 0.5, row + 0.5)) == (10.5, 5.5)


def test_only_black_and_white_is_smoothed() -> None:
    image = Image.new("L", SIZE, 255)
    ImageDraw.Draw(image).rectangle((100, 100, 700, 1000), fill=0)
    assert 0 < np.asarray(prepare._smoothed(image, 200))[100, 400] < 255
    grey = Image.fromarray(np.tile(np.linspace(0, 255, SIZE[0]).astype(np.uint8), (SIZE[1], 1)))
    assert prepare._smoothed(grey, 200) is grey


RED = (200, 40, 50)


def _seal(box: tuple[int, int, int, int], shape: str = "ellipse") -> Image.Image:
    image = Image.new("RGB", SIZE, (250, 250, 248))
    draw = ImageDraw.Draw(image)
    getattr(draw, shape)(box, outline=RED, width=4)
    getattr(draw, shape)([box[0] + 20, box[1] + 20, box[2] - 20, box[3] - 20], outline=RED, width=2)
    draw.rectangle((box[0] + 30, box[1] + 66, box[2] - 30, box[1] + 74), fill=(20, 20, 20))
    return image


def test_a_seal_is_found_and_its_ink_taken_out() -> None:
    image = _seal((300, 400, 440, 540))
    (circle,) = seals.find(image, DPI)
    assert [circle.x, circle.y, circle.radius] == pytest.approx([370, 470, 70], abs=4)
    grey = np.asarray(seals.grey(image, DPI))
    assert grey[402, 370] > 190  # the ring
    assert grey[470, 370] < 40  # print under it


def test_a_seal_cut_by_the_edge_is_found() -> None:
    assert len(seals.find(_seal((767, 400, 907, 540)), DPI)) == 1


@pytest.mark.parametrize(
    "image",
    [
        _seal((300, 400, 500, 500), "rectangle"),
        _seal((300, 400, 440, 540), "rectangle"),
        _seal((100, 300, 700, 900)),
        _seal((300, 400, 500, 480)),
        Image.new("RGB", SIZE, RED),
    ],
    ids=["receipt stamp", "square stamp", "too large", "ellipse", "red page"],
)
def test_other_red_keeps_its_ink(image: Image.Image) -> None:
    assert seals.find(image, DPI) == []


def test_red_figures_keep_their_ink() -> None:
    image = Image.new("RGB", SIZE, "white")
    for y in range(200, 500, 22):
        ImageDraw.Draw(image).rectangle((300, y, 380, y + 9), fill=RED)
    assert np.asarray(seals.grey(image, DPI))[205, 340] < 120


def _table(angle: float = 0.0) -> Image.Image:
    """Three columns; two rows; the first column's cells merged; a frame around other words is no table."""
    image = Image.new("L", SIZE, 250)
    draw = ImageDraw.Draw(image)
    for y, x0 in ((200, 100), (260, 250), (320, 100)):
        draw.line((x0, y, 700, y), fill=0, width=2)
    for x in (100, 250, 500, 700):
        draw.line((x, 200, x, 320), fill=0, width=2)
    draw.rectangle((100, 600, 700, 1000), outline=0, width=2)
    draw.line((300, 500, 520, 500), fill=0, width=2)
    for x, y in ((150, 255), (300, 225), (550, 225), (300, 285)):
        draw.rectangle((x, y, x + 30, y + 12), fill=0)
    return image.rotate(-angle, Image.Resampling.BICUBIC, fillcolor=250)


@pytest.mark.parametrize("angle", [0.0, 0.4])
def test_a_ruled_table(angle: float) -> None:
    found = rulings.find(_table(angle), DPI)
    (grid,) = found.grids
    assert grid.xs == pytest.approx((100, 250, 500, 700), abs=8)
    assert grid.ys == pytest.approx((200, 260, 320), abs=8)
    assert grid.cells[0][0] == grid.cells[1][0]
    assert len({n for row in grid.cells for n in row}) == 5


def test_a_receipt_stamp_is_no_table() -> None:
    image = Image.new("L", SIZE, 250)
    draw = ImageDraw.Draw(image)
    draw.rectangle((50, 200, 290, 300), outline=0, width=2)
    draw.line((50, 250, 290, 250), fill=0, width=2)
    draw.line((130, 200, 130, 300), fill=0, width=2)
    assert rulings.find(image, DPI).grids == ()


def test_specks_and_bars_are_no_words() -> None:
    box = Box(0, 0, 10, 10)
    words = [("hộ", 0.1), ("|", 0.9), (",", 0.2), ("-", 0.9), ("7", 0.05)]
    kept = _believed([Token(text, box, (0,), sure) for text, sure in words])
    assert [token.text for token in kept] == ["hộ", "-", "7"]


def test_erasing_takes_lines_and_leaves_words() -> None:
    image = _table()
    pixels = np.asarray(rulings.erased(image, rulings.find(image, DPI)))
    assert pixels[200, 110:690].min() > 200
    assert pixels[230, 310] == 0
    assert pixels[600, 400] == 0  # the frame stays


def test_a_page_without_lines_has_no_table() -> None:
    assert rulings.find(_lines_of_text(), DPI) == rulings.Rulings(())


def test_cells_in_a_strip_lead_back_to_the_page() -> None:
    image = _table()
    found = rulings.find(image, DPI)
    rest, strip = strips.cut(rulings.erased(image, found), found.grids, DPI)
    assert strip is not None
    assert len(strip.pieces) == 4
    assert np.asarray(rest)[200:320, 100:700].min() > 200
    dark = np.asarray(strip.image) < 60
    read = []
    for piece in strip.pieces:
        rows, columns = np.nonzero(dark[piece.top : piece.bottom])
        top, left = piece.top + int(rows.min()), int(columns.min())
        read.append(Read("x", left, top, left + 31, top + 13, 0.9, (1, 1, 1)))
    placed = strips.placed(read, strip)
    assert sorted((w.x0, w.y0) for w in placed) == [(150, 255), (300, 225), (300, 285), (550, 225)]
    assert len({w.line for w in placed}) == 4


def test_an_empty_table_has_no_strip() -> None:
    image = Image.new("L", SIZE, 250)
    assert strips.cut(image, (Grid((0, 100, 200), (0, 50), ((0, 1),)),), DPI)[1] is None


def test_tesseract_table() -> None:
    rows = [
        "level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext",
        "4\t1\t1\t1\t1\t0\t5\t5\t90\t20\t-1\t",
        "5\t1\t1\t1\t2\t1\t5\t6\t30\t20\t93.5\tho\u0323\u0302",
        "5\t1\t1\t1\t2\t2\t5\t6\t30\t20\t-1\tx",
        "5\t1\t1\t1\t2\t3\t5\t6\t0\t20\t90\tx",
        "5\t1\t1\t1\t2\t4\t5\t6\t9\t20\t90\t ",
    ]
    assert parse("\n".join(rows)) == [Read("hộ", 5, 6, 35, 26, 0.935, (1, 1, 2))]


@pytest.mark.parametrize(
    ("stop", "partly", "fill", "kept"),
    [
        (620, 0, 0, 620 - 16),  # between lines: but the last strip
        (620, 10, 128, 620 + 10 - 16),
        (545, 0, 0, 525),  # through a line: the line goes
        (1, 0, 0, 0),
    ],
)
def test_what_was_not_decoded_and_the_line_through_which_a_cut_runs_are_taken_away(
    stop: int, partly: int, fill: int, kept: int
) -> None:
    grey = np.full((1000, 700), 250, np.uint8)
    for top in range(25, 600, 50):
        grey[top : top + 24, 80:600] = 20
    grey[stop + partly :] = fill
    grey[stop : stop + partly, 300:] = fill
    assert cut_short.kept_rows(grey) == kept
