"""Tables without rules: lines, columns and headings from the places of words alone."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from pipeline.model import Box
from pipeline.ocr import aligned, strips
from pipeline.ocr.lines import joined
from pipeline.ocr.words import Token

CELLS = ("TT", "Xã", "Số hộ", "Kinh phí")
LEFTS = (0, 30, 160, 240)


def page(*lines: tuple[float, dict[int, str]]) -> list[Token]:
    """Words of lines: (y, {x: text}); a letter is 5 wide, a blank 3, a line 10 high, as of 10 points."""
    tokens = []
    for number, (y, texts) in enumerate(lines):
        for x, text in texts.items():
            at = float(x)
            for word in text.split():
                tokens.append(Token(word, Box(at, y, at + 5 * len(word), y + 10), (number,)))
                at += 5 * len(word) + 3
    return tokens


def table(tokens: list[Token]) -> list[str]:
    lines, _ = aligned.rows(tokens)
    return joined(sorted(lines, key=lambda line: line.top))[0].split("\n")


def line(y: float, *texts: str) -> tuple[float, dict[int, str]]:
    return y, {x: text for x, text in zip(LEFTS, texts, strict=False) if text}


BODY = (line(40, "1", "Na Hin", "12", "1.860"), line(60, "2", "Pờ Ly", "44", "3.080"))
THIRD = line(80, "3", "Cốc Mỳ Sơn", "7", "625")


def test_lines_and_headings() -> None:
    tokens = page((0, {40: "Biểu 1. Kết quả hỗ trợ của các xã năm 2024"}), line(20, *CELLS), *BODY, THIRD)
    lines, rest = aligned.rows(tokens)
    assert joined(sorted(lines, key=lambda line: line.top))[0].split("\n") == [
        "TT | Xã | Số hộ | Kinh phí",
        "1 | Na Hin | 12 | 1.860",
        "2 | Pờ Ly | 44 | 3.080",
        "3 | Cốc Mỳ Sơn | 7 | 625",
    ]
    assert " ".join(token.text for token in rest).startswith("Biểu 1.")


@pytest.mark.parametrize(
    "label", [(93, 107), (100, 114)], ids=["number in the middle", "number on the first"]
)
def test_a_label_that_wraps(label: tuple[float, float]) -> None:
    first, second = label
    rows = table(
        page(
            *BODY,
            (first, {30: "Lũng Thàng và"}),
            line(100, "3", "", "9", "410"),
            (second, {30: "Sơn Vĩ"}),
            line(127, "4", "Hà Lâu", "5", "300"),
        )
    )
    assert rows[2:] == ["3 | Lũng Thàng và Sơn Vĩ | 9 | 410", "4 | Hà Lâu | 5 | 300"]


def test_blank_cells_and_a_total_under_number_and_label() -> None:
    rows = table(
        page(*BODY, line(80, "3", "Cốc Mỳ Sơn", "", "625"), (100, {5: "Tổng cộng", 160: "56", 240: "5.565"}))
    )
    assert rows[2:] == ["3 | Cốc Mỳ Sơn |  | 625", " | Tổng cộng | 56 | 5.565"]


def test_headings_that_span_and_wrap() -> None:
    lefts = (0, 30, 110, 160, 220, 270)
    body = [(y, dict(zip(lefts, texts, strict=True))) for y, texts in (
        (60, ("1", "Na Hin", "12", "1.860", "84", "4.620")),
        (80, ("2", "Pờ Ly", "44", "3.080", "31", "1.240")),
        (100, ("3", "Xín Cái", "17", "1.275", "66", "4.092")),
    )]  # fmt: skip
    head: list[tuple[float, dict[int, str]]] = [
        (0, {131: "Xây mới", 236: "Sửa chữa"}),
        (22, {0: "TT", 40: "Xã", 107: "Số", 165: "Kinh", 217: "Số", 275: "Kinh"}),
        (35, {104: "nhà", 167: "phí", 214: "nhà", 277: "phí"}),
    ]
    assert table(page(*head, *body))[:3] == [
        "TT | Xã | Xây mới |  | Sửa chữa | ",
        " |  | Số nhà | Kinh phí | Số nhà | Kinh phí",
        "1 | Na Hin | 12 | 1.860 | 84 | 4.620",
    ]


def test_numbers_with_their_units() -> None:
    lines = [(20 * k, {0: f"{k}", 30: "Tiền điện", 150: f"{k}.400 hộ", 240: f"{k}79,2"}) for k in (1, 2, 3)]
    assert table(page(*lines))[0] == "1 | Tiền điện | 1.400 hộ | 179,2"


STRETCHED = {0: "xã", 25: "có", 45: "214", 75: "hộ", 95: "và", 115: "187", 145: "hộ", 165: "cận"}


@pytest.mark.parametrize(
    "tokens",
    [
        page(*((14 * k, {0: "Năm 2023 toàn xã có 214 hộ nghèo và 187 hộ cận nghèo"}) for k in range(4))),
        page(*((14 * k, STRETCHED) for k in range(3))),
        page((0, {0: "ỦY BAN NHÂN DÂN", 200: "CỘNG HÒA"}), (14, {0: "Số: 12/BC", 200: "ngày 05 tháng 7"})),
        page(*((14 * k, {0: f"{k}.", 20: "Hội Nông dân: 118 triệu đồng, 204 hộ"}) for k in range(1, 5))),
        [],
    ],
    ids=["prose", "prose stretched to the margins", "a head of two columns", "a list", "nothing"],
)
def test_no_table(tokens: list[Token]) -> None:
    lines, rest = aligned.rows(tokens)
    assert lines == []
    assert rest == tokens


def test_the_number_of_the_page_is_no_line() -> None:
    tokens = page((0, {160: "2"}), *BODY, THIRD, (300, {160: "2"}))
    assert table(tokens) == ["1 | Na Hin | 12 | 1.860", "2 | Pờ Ly | 44 | 3.080", "3 | Cốc Mỳ Sơn | 7 | 625"]


def test_each_cell_has_its_place() -> None:
    boxes, heads = aligned.cells(page(line(20, *CELLS), *BODY, THIRD))
    assert len(boxes) == 3 * 4
    for token in page(*BODY, THIRD):
        middle = (token.box.x0 + token.box.x1) / 2
        assert sum(b.x0 <= middle <= b.x1 and b.y0 <= token.middle <= b.y1 for b in boxes) == 1
    (head,) = heads
    assert head.y0 < 20
    assert head.y1 <= min(box.y0 for box in boxes)


def test_no_cell_is_cut_through_a_label_that_begins_above_the_first_number() -> None:
    tokens = page(
        (-7, {30: "Nước sạch và vệ sinh"}), line(0, "1", "", "9", "410"), (7, {30: "môi trường"}), *BODY
    )
    boxes, _ = aligned.cells(tokens)
    for token in tokens:
        cut = [b for b in boxes if b.y0 < token.middle < b.y1 and token.box.x0 < b.x1 and b.x0 < token.box.x1]
        assert [(b.x0 <= token.box.x0, token.box.x1 <= b.x1) for b in cut] == [(True, True)]


def test_what_stands_together() -> None:
    pixels = np.full((100, 300), 255, np.uint8)
    for x, y in ((20, 20), (40, 20), (30, 38), (150, 20)):
        pixels[y : y + 15, x : x + 12] = 0
    found = sorted(strips.blobs(Image.fromarray(pixels), (0, 0, 300, 100), 200))
    assert len(found) == 2
    assert found[0][0] <= 20
    assert 52 <= found[0][2] < found[1][0] <= 150


def test_work_stays_small_on_a_page_of_numbers() -> None:
    tokens = page(*((12.0 * y, {20 * x: "12" for x in range(25)}) for y in range(60)))
    lines, _ = aligned.rows(tokens)
    assert len(lines) == 60
