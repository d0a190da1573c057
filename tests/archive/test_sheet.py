"""Lines of invisible text: where they run, and on which sheet."""

from __future__ import annotations

import pytest

from pipeline.archive import sheet
from pipeline.archive.baseline import ASCENT, DESCENT, fit
from pipeline.archive.words import Block, PlacedPage, PlacedWord, TextLine, Turn
from pipeline.intake.pdf import Geometry
from pipeline.model import Box

# ink above and below a baseline of 13-point letters: small ones, with marks, with tails, a dash
INK = {"ma": (6.0, 0.0), "Ế": (11.7, 0.0), "ngày": (8.5, 2.9), "gỡ": (7.0, 2.9), "-": (4.5, -3.5)}


def boxes(words: str, y: float = 100.0, slope: float = 0.0) -> list[Box]:
    found = []
    for i, word in enumerate(words.split()):
        up, down = INK[word]
        x = 50.0 + 40 * i
        sunk = slope * (x + 15 - 50)
        found.append(Box(x, y - up + sunk, x + 30, y + down + sunk))
    return found


@pytest.mark.parametrize("words", ["ma ma ma", "ma Ế ngày gỡ ma", "Ế", "ngày gỡ ngày"])
@pytest.mark.parametrize("askew", [0.0, 0.02, -0.02])
def test_the_fonts_box_is_within_three_points_of_the_ink(words: str, askew: float) -> None:
    found = boxes(words, slope=askew)
    line = fit(found, askew)
    for word, box in zip(words.split(), found, strict=True):
        down = line.slope * ((box.x0 + box.x1) / 2 - line.x)
        top, bottom = line.y - ASCENT * line.size + down, line.y + DESCENT * line.size + down
        assert abs(top - box.y0) <= 3.1, word
        assert abs(bottom - box.y1) <= 3.1, word


def test_a_line_does_not_go_by_its_dashes() -> None:
    line = "ma - Ế - gỡ"
    words = tuple(PlacedWord(w, box, 0.9, w) for w, box in zip(line.split(), boxes(line), strict=True))
    whole = PlacedPage(1, 600, 800, (Block((TextLine(words),)),))
    bare = PlacedPage(1, 600, 800, (Block((TextLine(words[::2]),)),))
    assert sheet.sheet(whole)["lines"][0]["size"] == sheet.sheet(bare)["lines"][0]["size"]


def page(lines: list[list[Box]], turn: Turn = 0, size: tuple[float, float] = (600.0, 800.0)) -> PlacedPage:
    rows = tuple(TextLine(tuple(PlacedWord("chữ", box, 0.9, "chữ") for box in row)) for row in lines)
    return PlacedPage(1, *size, (Block(rows),), turn)


def test_lines_of_about_one_size_get_one_size() -> None:
    found = sheet.sheet(page([boxes("ma Ế ngày"), boxes("ngày gỡ Ế", 120), boxes("Ế ma ma", 140)]))
    assert len({line["size"] for line in found["lines"]}) == 1


def test_a_sinking_line_goes_down_in_steps() -> None:
    found = sheet.sheet(page([boxes("ma Ế ngày gỡ ma ngày Ế ma", slope=0.03)]))
    heights = [line["y"] for line in found["lines"]]
    assert len(heights) == 8
    assert heights == sorted(heights)
    # no more than readers take for one line
    assert heights[-1] - heights[0] <= 0.5 * found["lines"][0]["size"]


def test_words_that_touch_are_kept_apart() -> None:
    found = sheet.sheet(page([[Box(10, 0, 31, 8), Box(30, 0, 50, 8)]]))
    (_, left, right), (_, after, _) = found["lines"][0]["words"]
    assert left == 10
    assert right < after == 30


def geometry(box: tuple[float, float, float, float], rotation: int) -> Geometry:
    sides = box[2] - box[0], box[3] - box[1]
    return Geometry(*(sides if rotation % 180 == 0 else sides[::-1]), rotation, box)


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_words_of_the_visible_box_stand_on_the_whole_sheet(rotation: int, turn: Turn) -> None:
    """A word's box, by the visible box's own map and by the whole sheet's, is the same in the file."""
    crop, media = (30.0, 50.0, 480.0, 700.0), (10.0, 20.0, 500.0, 760.0)
    shown, whole = geometry(crop, rotation), geometry(media, rotation)
    mark = Box(100, 600, 130, 612)
    seen, wanted = shown.shown.image(mark), whole.shown.image(mark)
    found = sheet.sheet(page([[seen]], turn, (shown.width, shown.height)))
    moved = sheet.on_sheet(found, Box(*media), Box(*crop), rotation)
    assert (moved["width"], moved["height"]) == (whole.width, whole.height)
    line = moved["lines"][0]
    _, left, right = line["words"][0]
    box = sheet.shown(
        Box(left, line["y"] - ASCENT * line["size"], right, line["y"] + DESCENT * line["size"]), moved
    )
    assert [box.x0, box.y0, box.x1, box.y1] == pytest.approx([wanted.x0, wanted.y0, wanted.x1, wanted.y1])


def test_words_of_an_image_are_scaled_to_the_page_that_it_became() -> None:
    found = sheet.sheet(page([[Box(100, 100, 200, 110)]], size=(600.0, 800.0)))
    half = sheet.on_sheet(found, Box(0, 0, 300, 400), Box(0, 0, 300, 400), 0)
    assert half["lines"][0]["words"] == [("chữ", 50, 100)]
    assert half["lines"][0]["size"] == found["lines"][0]["size"] / 2
