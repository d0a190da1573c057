"""Cells of sheets out of a web page: merged ones, notes, numbers of other countries, hostile pages."""

from __future__ import annotations

import pytest

from pipeline.intake import sheets
from pipeline.intake.sheets import TooMuchError, as_in_vietnam, texts


def table(*rows: str) -> str:
    return f"<table>{''.join(f'<tr>{row}</tr>' for row in rows)}</table>"


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        (table("<td>Xã</td><td>Hộ</td>", "<td>A</td><td>12</td>"), "Xã | Hộ\nA | 12"),
        # merged across: a heading over two columns
        (
            table("<td colspan=2>Xã</td><td>Hộ</td>", "<td>1</td><td>A</td><td>12</td>"),
            "Xã |  | Hộ\n1 | A | 12",
        ),
        # merged down: the number stays in its line, what is below keeps its columns
        (
            table(
                "<td>A</td><td rowspan=2>42</td><td>600</td>",
                "<td>B</td><td>1.510</td>",
                "<td>C</td><td>7</td><td>8</td>",
            ),
            "A | 42 | 600\nB |  | 1.510\nC | 7 | 8",
        ),
        (table("<td rowspan=2 colspan=2>A</td><td>1</td>", "<td>2</td>"), "A |  | 1\n|  | 2"),
        (table("<td>A</td><td rowspan=3>1</td>", "", "<td>B</td>"), "A | 1\n\nB"),
        # a title, and a number that stands alone in its column
        (table("<td><br></td><td>Kết quả</td>", "<td><br></td><td>4.950</td>"), "Kết quả\n| 4.950"),
        (table("<td>A<br>B | C</td><td>1</td>"), "A B C | 1"),
        (table("<td>12<comment>năm trước 15</comment></td><td>A</td>"), "12 | A\nnăm trước 15"),
        (table('<td sdval="1510" sdnum="1066;1033;#,##0">1,510</td><td>A</td>'), "1.510 | A"),
        (table('<td sdval="1510" sdnum="1066;1031;#.##0">1.510</td><td>A</td>'), "1.510 | A"),
        (table('<td sdval="1510" sdnum="1066;0;#.##0">1.510</td><td>A</td>'), "1.510 | A"),
        (
            table('<td colspan="99999999999999">A</td><td rowspan="x">1</td>').replace("99999999999999", "3"),
            "A |  |  | 1",
        ),
        ("", ""),
    ],
)
def test_cells(page: str, expected: str) -> None:
    assert texts(page) == [expected]


@pytest.mark.parametrize(
    ("shown", "value", "expected"),
    [
        ("1,234,567.5", "1234567,5", "1.234.567,5"),
        ("1 510", "1510", "1.510"),
        ("1510.5", "1510,5", "1510,5"),
        ("12.53%", "0,1253", "12.53%"),
        ("-1,510", "-1510", "-1.510"),
        ("0.5", "0,5", "0,5"),
        ("1,5E+09", "1500000000", "1,5E+09"),
        ("1,510", "x", "1,510"),
    ],
)
def test_numbers_of_other_countries(shown: str, value: str, expected: str) -> None:
    assert as_in_vietnam(shown, value) == expected


@pytest.mark.parametrize("page", [table("<td>aaaaaaaaaa</td>" * 20), table('<td colspan="200">a</td>' * 3)])
def test_no_end_of_text(page: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "MOST_TEXT", 100)
    with pytest.raises(TooMuchError):
        texts(page)
