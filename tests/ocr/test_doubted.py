"""Words read again: which reading is elected, how sure it then is, and that only doubted words are asked."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from pipeline.ocr import doubted, tesseract
from pipeline.ocr.doubted import _Ballot, _elected, _neighbours
from pipeline.ocr.tesseract import Read, parse
from pipeline.settings import Settings


def _read(text: str, sure: float, x: int = 0) -> Read:
    return Read(text, x, 0, x + 40, 20, sure, (1, 1, 1))


def _ballot(text: str, sure: float) -> _Ballot:
    return _Ballot(tuple(_read(part, sure, 50 * k) for k, part in enumerate(text.split())), sure)


@pytest.mark.parametrize(
    ("first", "second", "third", "elected", "sure"),
    [
        # all alike: as sure as the surest; the marks are the first reading's
        (("84", 0.7), ("84.", 0.9), ("84", 0.8), "84", 0.9),
        # two against one
        (("l5", 0.6), ("15", 0.9), ("15", 0.6), "15", 0.5),
        (("hộ", 0.6), ("hô", 0.9), ("hộ", 0.9), "hộ", 0.5),
        # a word that is none weighs half
        (("O1", 0.8), ("01", 0.6), ("", 0.0), "01", 0.2),
        # a number keeps its digits, and is less sure
        (("794", 0.4), ("704", 0.9), ("704", 0.9), "794", 0.4 / 3),
        (("2,1", 0.6), ("21", 0.9), ("21", 0.9), "2,1", 0.2),
        (("21", 0.6), ("2,1", 0.9), ("2,1", 0.9), "21", 0.2),
        (("2/1", 0.6), ("2,1", 0.9), ("2,1", 0.9), "2,1", 0.6),
        (("I,5", 0.3), ("l5", 0.8), ("15", 0.9), "I,5", 0.1),
        # the others see nothing: it stays, hardly sure
        (("4", 0.6), ("", 0.0), ("", 0.0), "4", 0.2),
        # blanks are found, where words come of it
        (("xã.An", 0.8), ("xã An", 0.9), ("xã An", 0.9), "xã An", 0.6),
        (("năm2024", 0.8), ("năm 2024", 0.9), ("năm 2024", 0.9), "năm 2024", 0.9),
        (("23/4/2018", 0.5), ("23/4/201 8", 0.7), ("23/4/2018", 0.3), "23/4/2018", 0.7),
    ],
)
def test_the_reading_with_most_weight_is_taken(
    first: tuple[str, float],
    second: tuple[str, float],
    third: tuple[str, float],
    elected: str,
    sure: float,
) -> None:
    words = _elected(_read(*first), [_ballot(*second), _ballot(*third)])
    assert " ".join(word.text for word in words) == elected
    assert words[0].confidence == pytest.approx(sure)
    assert {word.line for word in words} == {(1, 1, 1)}


def test_what_is_not_seen_again_is_dirt_but_never_a_digit() -> None:
    unseen = [_ballot("", 0.0), _ballot("", 0.0)]
    assert _elected(_read("ˆQ", 0.3), unseen) == []
    assert [word.text for word in _elected(_read("4", 0.3), unseen)] == ["4"]
    assert [word.text for word in _elected(_read("hộ", 0.8), unseen)] == ["hộ"]
    assert [word.text for word in _elected(_read("hộ", 0.3), [unseen[0], _ballot("bộ", 0.2)])] == ["hộ"]


def test_neighbours_stand_on_the_same_line() -> None:
    words = [_read("hộ", 1, 100), _read("84", 1, 0), Read("xã", 50, 30, 90, 50, 1.0, (1, 1, 2))]
    assert _neighbours(words) == [[1, 0], [1, 0], [2]]


def test_only_doubted_words_are_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = Image.new("L", (400, 100), 255)
    page.paste(0, (100, 20, 140, 40))
    asked = []

    def read(image: Path, *_: object, **__: object) -> list[Read]:
        with Image.open(image) as strip:
            asked.append(strip.size)
        return []

    monkeypatch.setattr(tesseract, "read", read)
    sure, doubt = _read("84", 0.95), Read("l5", 100, 20, 140, 40, 0.5, (1, 1, 1))
    assert doubted.read_again([sure], page, 100, Settings(), tmp_path, "a.pdf") == [sure]
    assert not asked
    again = doubted.read_again([sure, doubt], page, 100, Settings(), tmp_path, "a.pdf")
    assert [word.text for word in again] == ["84", "l5"]
    assert again[1].confidence == pytest.approx(0.5 / 3)
    assert len(asked) == 1


def test_letters_that_only_look_vietnamese_are_read_as_such() -> None:
    row = "5\t1\t1\t1\t1\t1\t10\t20\t30\t40\t91.5\t08/QĐÐ-TTg"
    assert [word.text for word in parse(f"head\n{row}\n")] == ["08/QĐ-TTg"]
