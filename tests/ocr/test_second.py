"""Good words kept among what is read, the others heard as witnesses."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pipeline.intake.layer import LayerWord
from pipeline.model import Box, Page, Word
from pipeline.ocr.second import merged, witnessed
from pipeline.ocr.words import Token


def _boxes(text: str, y: float, x: float = 50.0) -> list[tuple[str, Box]]:
    found = []
    for word in text.split():
        found.append((word, Box(x, y, x + 6.0 * len(word), y + 12)))
        x += 6.0 * len(word) + 4
    return found


def _layer(text: str, y: float = 100.0, x: float = 50.0) -> list[LayerWord]:
    return [LayerWord(word, box, (0, 0, int(y))) for word, box in _boxes(text, y, x)]


def _page(text: str, confidence: float = 0.9) -> Page:
    words, at = [], 0
    for row, line in enumerate(text.split("\n")):
        for word, box in _boxes(line, 100.0 + 20 * row):
            words.append(Word(at, at + len(word), box, confidence))
            at += len(word) + 1
    return Page(1, text, tuple(words), source="ocr")


@pytest.mark.parametrize(
    ("read", "layer", "wanted"),
    [
        ("vay 1.750 triệu", "vay 1.750 triQu", ["vay", "1.750", "triQu"]),
        ("vay 1.750 triệu", "vay 1.150 triQu", ["vay", "1.150", "triQu"]),
        ("triệu đồng", "triQu.ddng", ["triQu", ".ddng"]),
        ("triệuđồng vay", "triQu ddng vay", ["triQuddng", "vay"]),
    ],
)
def test_words_stand_beside_each_other(read: str, layer: str, wanted: list[str]) -> None:
    page = witnessed(_page(read), _layer(layer))
    assert [word.witness for word in page.words] == wanted


def test_agreement_makes_a_number_surer_and_difference_less_sure() -> None:
    page = witnessed(_page("vay 1.750 và 20 hộ nghèo"), _layer("vay 1.750 va 26 hd ngheo"))
    sure = [word.confidence for word in page.words]
    assert sure[0] == 0.9
    assert sure[1] is not None
    assert sure[3] is not None
    assert sure[1] > 0.97
    assert sure[3] < 0.5


def test_another_pages_layer_is_no_witness() -> None:
    read = _page("vay 1.750 triệu đồng\ncho 20 hộ nghèo")
    page = witnessed(read, _layer("Kính gửi các phòng ban", 100) + _layer("năm 2019 và 2020", 120))
    assert page.words == read.words
    assert page.reasons == ("no_witness",)


def test_kept_words_take_the_place_of_what_was_read() -> None:
    read = [Token(w, box, (1, 1, 1), 0.9) for w, box in _boxes("vay L750 triệu", 100.5)]
    read += [Token(w, box, (1, 1, 2), 0.9) for w, box in _boxes("dòng sau", 120)]
    found = merged(read, [word for word in _layer("vay 1.750 triệu") if word.text == "1.750"])
    assert [
        (token.text, token.group, token.confidence)
        for token in sorted(found, key=lambda t: (t.group, t.box.x0))
    ] == [
        ("vay", (1, 1, 1), 0.9),
        ("1.750", (1, 1, 1), None),
        ("triệu", (1, 1, 1), 0.9),
        ("dòng", (1, 1, 2), 0.9),
        ("sau", (1, 1, 2), 0.9),
    ]


def test_kept_words_that_were_not_read_have_lines_of_their_own() -> None:
    found = merged([Token("vay", Box(50, 300, 80, 312), (1, 1, 1), 0.9)], _layer("mất rồi"))
    assert [token.text for token in found] == ["vay", "mất", "rồi"]
    assert len({token.group for token in found}) == 2


@pytest.mark.parametrize(
    ("layer", "wanted"),
    [
        ([("5", 0, 28), ("nhà,", 31, 59), ("3hộ", 62, 90)], ["5", "nhà,", "3hộ"]),
        ([("5", 0, 28), ("nhà,", 31, 59)], ["5nhà,3hộ", "5", "nhà,"]),
        ([("5", 0, 28)], ["5nhà,3hộ", "5"]),
        ([("5", 0, 28), ("5", 0, 28)], ["5nhà,3hộ", "5", "5"]),
    ],
)
def test_a_read_word_that_spans_several_kept_ones(
    layer: list[tuple[str, float, float]], wanted: list[str]
) -> None:
    read = [Token("5nhà,3hộ", Box(0, 100, 90, 112), (1, 1, 1), 0.9)]
    found = merged(read, [LayerWord(text, Box(x0, 100, x1, 112), (0, 0, 7)) for text, x0, x1 in layer])
    assert [token.text for token in found] == wanted
    assert {token.group for token in found} == (
        {(1, 1, 1)} if len(wanted) == len(layer) else {(1, 1, 1), (-1, 0, 0, 7)}
    )


def test_kept_words_of_the_lines_around_cover_nothing() -> None:
    read = [Token("5nhà,3hộ", Box(0, 100, 90, 112), (1, 1, 1), 0.9)]
    around = [
        LayerWord("trên", Box(0, 90, 90, 103), (0, 0, 6)),
        LayerWord("dưới", Box(0, 109, 90, 121), (0, 0, 8)),
    ]
    assert len(merged(read, around)) == 3


def test_a_kept_word_covers_a_part_of_a_word_that_stands_upright() -> None:
    read = [Token("Tổng", Box(0, 100, 12, 160), (1, 1, 1), 0.9)]
    assert len(merged(read, [LayerWord("5", Box(0, 110, 12, 122), (0, 0, 6))])) == 2


def test_a_box_of_no_size_that_a_page_has() -> None:
    read = [Token("vay", Box(50, 300, 80, 312), (1, 1, 1), 0.9)]
    tall = [
        LayerWord("cao", Box(0, -1e12, 10, 1e12), (0, 0, 1)),
        LayerWord("cao", Box(0, 0, 10, 1e12), (0, 0, 2)),
    ]
    assert [token.text for token in merged(read, tall)] == ["vay", "cao", "cao"]


def test_no_digit_is_lost_with_a_word_that_is_kept_in_part() -> None:
    read = [Token("5nhà,3hộ", Box(0, 100, 90, 112), (1, 1, 1), 0.9)]
    kept = [LayerWord("5nhà,", Box(0, 100, 56, 112), (0, 0, 7))]
    assert [token.text for token in merged(read, kept)] == ["5nhà,3hộ", "5nhà,"]
    assert [token.text for token in merged([replace(read[0], text="nhà,hộ")], kept)] == ["5nhà,"]
