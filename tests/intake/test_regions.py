"""Words of one font, damaged lines parted from good ones."""

from __future__ import annotations

import pytest

from pipeline.intake.layer import LayerWord
from pipeline.intake.regions import regions, worst_line
from pipeline.language.legible import kind
from pipeline.model import Box

GOOD = "Toàn xã có 35 hộ nghèo được vay vốn"
BAD = "Toan xa c6 35 hd nghco duqc vay vdn"
NAMED = "Ông Ksor H'Blan được vay vốn"


def _layer(lines: list[tuple[str, str]]) -> list[LayerWord]:
    return [
        LayerWord(word, Box(10 * i, 20 * row, 10 * i + 9, 20 * row + 12), (0, 0, row), face)
        for row, (face, line) in enumerate(lines)
        for i, word in enumerate(line.split())
    ]


@pytest.mark.parametrize(
    ("lines", "wanted"),
    [
        ([("A", GOOD)] * 3, [("good", "A", 27)]),
        ([("A", BAD)] * 3, [("ruined", "A", 27)]),
        ([("A", GOOD)] * 4 + [("A", BAD)] * 4, [("good", "A", 36), ("ruined", "A", 36)]),
        ([("A", GOOD), ("B", BAD), ("A", GOOD), ("B", BAD)], [("good", "A", 18), ("ruined", "B", 18)]),
        ([("A", GOOD), ("A", NAMED), ("A", GOOD)], [("good", "A", 24)]),
        ([("A", "Trang 2")], [("unclear", "A", 2)]),
        ([("A", "1 2 3 4.500 12,5")], [("unclear", "A", 5)]),
        ([("A", "ng\ufffdo ngh\ufffd")], [("ruined", "A", 2)]),
    ],
)
def test_regions(lines: list[tuple[str, str]], wanted: list[tuple[str, str, int]]) -> None:
    words = _layer(lines)
    found = regions(words, [word.text for word in words])
    assert [(region.verdict, region.face, len(region.words)) for region in found] == wanted
    assert sorted(number for region in found for number in region.words) == list(range(len(words)))


@pytest.mark.parametrize(
    ("token", "wanted"),
    [
        ("nghèo,", "marked"),
        ("vay", "plain"),
        ("duqc", "invalid"),
        ("d6ng", "odd"),
        ("tr~ng", "odd"),
        ("tRiển", "odd"),
        ("LỤC", "marked"),
        ("HUYỆN", "marked"),
        ("ng\ue0f4o", "strange"),
        ("\u0e01\u0e02", "strange"),
        ("1.750", "neutral"),
        ("UBND", "neutral"),
        ("HĐND", "neutral"),
        ("QÙQJ", "invalid"),
        ("WKX¢F", "odd"),
        ("m2", "neutral"),
        ("A4", "neutral"),
        ("12/BC-UBND", "neutral"),
        ("–", "neutral"),
    ],
)
def test_kinds_of_words(token: str, wanted: str) -> None:
    assert kind(token) == wanted


def test_the_line_that_reads_worst() -> None:
    words = _layer([("A", GOOD), ("A", BAD), ("A", NAMED)])
    texts = [word.text for word in words]
    assert (
        worst_line(words, texts)
        == worst_line(words[9:18], texts[9:18])
        < 0
        < worst_line(words[:9], texts[:9])
    )
    assert worst_line([], []) == 0.0
