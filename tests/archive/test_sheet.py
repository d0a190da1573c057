"""Lines of invisible text: where they run, and on which sheet."""

from __future__ import annotations

import pytest

from pipeline.archive import sheet
from pipeline.archive.words import Block, PlacedPage, PlacedWord, TextLine, Turn, turned
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


def page(lines: list[list[Box]], turn: Turn = 0, size: tuple[float, float] = (600.0, 800.0)) -> PlacedPage:
    rows = tuple(TextLine(tuple(PlacedWord("chữ", box, 0.9, "chữ") for box in row)) for row in lines)
    return PlacedPage(1, *size, (Block(rows),), turn)


@pytest.mark.parametrize("words", ["ma ma ma", "ma Ế ngày gỡ ma", "Ế", "ngày gỡ ngày", "ma - Ế - gỡ"])
@pytest.mark.parametrize("askew", [0.0, 0.02, -0.02])
def test_each_word_has_its_own_box_and_the_line_one_size(words: str, askew: float) -> None:
    found = boxes(words, slope=askew)
    (line,) = sheet.sheet(page([found]))["lines"]
    for (_, base, left, top, right, bottom), box in zip(line["words"], found, strict=True):
        off = [left - box.x0, top - box.y0, right - box.x1, bottom - box.y1]
        assert max(map(abs, off)) <= 2.5
        assert top <= base <= bottom


@pytest.mark.parametrize("askew", [0.0, 0.02])
def test_words_of_a_line_are_a_line_for_readers(askew: float) -> None:
    (line,) = sheet.sheet(page([boxes("ma Ế ngày gỡ ma - Ế gỡ", slope=askew)]))["lines"]
    bases = [word[1] for word in line["words"]]
    assert max(bases) - min(bases) < 0.5 * line["size"]


def test_a_line_does_not_go_by_its_dashes() -> None:
    line = "ma - Ế - gỡ"
    words = tuple(PlacedWord(w, box, 0.9, w) for w, box in zip(line.split(), boxes(line), strict=True))
    whole = PlacedPage(1, 600, 800, (Block((TextLine(words),)),))
    bare = PlacedPage(1, 600, 800, (Block((TextLine(words[::2]),)),))
    assert sheet.sheet(whole)["lines"][0]["size"] == sheet.sheet(bare)["lines"][0]["size"]


def test_lines_of_about_one_size_get_one_size() -> None:
    found = sheet.sheet(page([boxes("ma Ế ngày"), boxes("ngày gỡ Ế", 120), boxes("Ế ngày ma", 140)]))
    assert len({line["size"] for line in found["lines"]}) == 1


def test_words_that_touch_are_kept_apart() -> None:
    found = sheet.sheet(page([[Box(10, 0, 31, 8), Box(30, 0, 50, 8)]]))
    (_, _, left, _, right, _), (_, _, after, _, end, _) = found["lines"][0]["words"]
    assert (left, end) == (10, 50)
    # poppler sees a space from 0.15 of the size
    assert after - right > 0.15 * found["lines"][0]["size"]


def upright_size(found: sheet.Sheet) -> tuple[float, float]:
    sides = found["width"], found["height"]
    return sides if found["turn"] % 180 == 0 else sides[::-1]


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
    _, _, *sides = moved["lines"][0]["words"][0]
    box = turned(Box(*sides), (360 - turn) % 360, *upright_size(moved))
    # heights are told in tenths of the size
    wanted_sides = [wanted.x0, wanted.y0, wanted.x1, wanted.y1]
    assert [box.x0, box.y0, box.x1, box.y1] == pytest.approx(wanted_sides, abs=1)


def test_words_of_an_image_are_scaled_to_the_page_that_it_became() -> None:
    found = sheet.sheet(page([[Box(100, 100, 200, 110)]], size=(600.0, 800.0)))
    half = sheet.on_sheet(found, Box(0, 0, 300, 400), Box(0, 0, 300, 400), 0)
    (_, _, left, _, right, _) = half["lines"][0]["words"][0]
    assert (left, right) == (50, 100)
    assert half["lines"][0]["size"] == found["lines"][0]["size"] / 2
