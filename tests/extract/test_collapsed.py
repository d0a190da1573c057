"""Tables whose columns collapsed: cases of tests/cases/collapsed.toml and the examples of headings.toml."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from text_documents import document_of

from pipeline import extract_figures
from pipeline.extract.blocks import Line
from pipeline.extract.collapsed import CollapsedTable, tables
from pipeline.extract.collapsed_rows import runs
from pipeline.extract.collapsed_words import collapsed_words
from pipeline.extract.flow import Flow
from pipeline.language.dictionaries import folder
from pipeline.model import Extraction

Extracted = Callable[[str], Extraction]
CASES = tomllib.loads((Path(__file__).parents[1] / "cases" / "collapsed.toml").read_text(encoding="utf-8"))
HEADINGS = tomllib.loads((folder() / "headings.toml").read_text(encoding="utf-8"))


def read(text: str) -> list[CollapsedTable]:
    flow = Flow.of(document_of(text.strip("\n")))
    return list(tables(flow.text, flow.lines))


@pytest.mark.parametrize("case", CASES["case"], ids=lambda case: case["name"])
def test_case(case: dict[str, Any]) -> None:
    found = read(case["text"])
    assert len(found) == ("headings" in case)
    for table in found:
        width = case["headings"].count(" | ") + 1
        assert " | ".join(table.headings[:width]) == case["headings"]
        assert [" | ".join(cell[2] for cell in row.cells[:width]) for row in table.rows] == case["lines"]


@pytest.mark.parametrize("name", HEADINGS["lines"])
def test_lines_around_a_table(name: str) -> None:
    section = HEADINGS["lines"][name]
    assert collapsed_words().says(name, section["example"])
    assert not collapsed_words().says(name, section["counter"])


@pytest.mark.parametrize("entry", HEADINGS["heading"], ids=lambda entry: entry["words"][0])
def test_each_heading_is_found(entry: dict[str, Any]) -> None:
    for words in entry["words"]:
        assert [h.phrase.name for h in collapsed_words().find([words.capitalize()])] == [words]
        for unit in entry.get("units", ()):
            found = collapsed_words().find([f"{words.capitalize()} ({unit})"])
            assert [h.text for h in found] == [f"{words} ({unit})"]


def test_numbers_in_doubt_are_unclaimed(extracted: Extracted) -> None:
    extraction = extracted("""Biểu 3. Số thẻ BHYT cấp năm 2023
TT Nhóm đối tượng Số thẻ (thẻ) Kinh phí (triệu đồng)
1 Người nghèo 1.624 1.413
2 Người cận nghèo 1.190 1.041
3 Học sinh, sinh viên 1.137
4 Người dân tộc thiểu số 1.380 1.204""")
    cards = [f.values["cards"] for f in extraction.figures if f.table == "cards"]
    assert cards == [1624, 1190, 1380]
    assert [row["text"] for row in extraction.unclaimed] == ["1.137"]


class Counted(list[Line]):
    """Lines that count how often they are looked at."""

    looks = 0

    def __getitem__(self, at: Any) -> Any:
        self.looks += 1
        return super().__getitem__(at)


def test_totals_with_words_between_are_looked_at_once_each() -> None:
    flow = Flow.of(document_of("Cộng 12 34\nabc xyz\n" * 400))
    lines = Counted(flow.lines)
    assert not list(runs(flow.text, lines))
    assert lines.looks < 20 * len(lines)


def test_a_table_ends_at_its_total_where_words_stand_below_it() -> None:
    flow = Flow.of(document_of("A 1 2\nB 3 4\nCộng 4 6\nabc xyz\n" * 3))
    assert [(run.first, run.last) for run in runs(flow.text, flow.lines)] == [(0, 2), (4, 6), (8, 10)]


def test_a_cell_that_names_what_its_column_cannot_count(extracted: Extracted) -> None:
    extraction = extracted("""Biểu 1. Hộ nghèo cuối năm 2023
Xã | Số hộ nghèo (hộ) | Tỷ lệ hộ nghèo (%)
Xã Na Hin | 97 | 12,13
Xã Pờ Ly | 81 tờ | 12,66 tờ""")
    assert [f.values["unit"] for f in extraction.figures] == ["household", "percent"] * 2


def test_a_percentage_that_cannot_be(extracted: Extracted) -> None:
    extraction = extracted("""Biểu 1. Hộ nghèo cuối năm 2023
Xã Tổng số hộ Số hộ nghèo (hộ) Tỷ lệ hộ nghèo (%)
Xã Na Hin 800 97 12,13
Xã Pờ Ly 640 81 12,66
Xã Cốc Mỳ 950 113 11,89
Xã Xín Cái 700 64 9,14
Xã Lũng Thàng 610 75 7295""")
    rates = [f for f in extraction.figures if f.values.get("measure") == "poor_rate"]
    assert [f.values["value"] for f in rates][-1] is None
    assert "malformed_number" in str(rates[-1].values["flags"])


def test_a_fixed_sum_for_each_house_is_its_cost_in_the_one_likely_unit(extracted: Extracted) -> None:
    extraction = extracted("""Biểu 4. Kết quả hỗ trợ nhà ở năm 2023
Xây mới Sửa chữa
Xã Số nhà vie aon Số nhà je og
Xã Na Hin 20 1.000 8 200
Xã Pờ Ly 26 1.300 11 275
Xã Cốc Mỳ 31 1.550 12 300""")
    houses = [f.values for f in extraction.figures if f.table == "houses"]
    assert [(v["work"], v["houses"], v["amount_vnd"]) for v in houses[:2]] == [
        ("new", 20, 1_000_000_000),
        ("repair", 8, 200_000_000),
    ]
    assert all("unit_assumed" in str(v["flags"]) for v in houses)


def test_a_bar_at_a_lines_beginning_is_a_cells(extracted: Extracted) -> None:
    text = """Kinh phí hỗ trợ theo nguồn (triệu đồng)
TT | Đơn vị | Tỉnh | Huyện | Xã | Cộng
1 | Xã Long Mỹ | 166 | 8.714 | 14 | 8.894
2 | Xã An Lộc | 13 | 61 | 38 | 112
3 | Xã Bình Sơn | 15.986 | 20.144 | 584 | 36.714
 | Tống cộng | 16.165 | 28.919 | 6B6 - | 45.720"""
    assert not read(text)
    assert [edit.restored for _, edit in extracted(text).repairs] == ["636"]


@settings(max_examples=100, deadline=None, derandomize=True)
@given(
    st.lists(st.lists(st.integers(100, 99_999), min_size=1, max_size=5), min_size=3, max_size=6),
    st.sampled_from(
        [
            "TT Nhóm đối tượng Số thẻ (thẻ) Kinh phí (triệu đồng)",
            "TT Xã Số hộ Số khẩu",
            "TT Đơn vị Cộng",
        ]
    ),
)
def test_no_number_of_a_collapsed_table_is_lost(lines: list[list[int]], heading: str) -> None:
    printed = [[f"{number:,}".replace(",", ".") for number in line] for line in lines]
    rows = "\n".join(f"{n} Xã Hải An {' '.join(line)}" for n, line in enumerate(printed, 1))
    text = f"Biểu 3. Kết quả cấp thẻ BHYT năm 2023\n{heading}\n{rows}"
    extraction = extract_figures(document_of(text))
    found = [e.restored for f in extraction.figures for e in f.evidence]
    found += [str(row["text"]) for row in extraction.unclaimed]
    held = [cell[2] for table in read(text) for row in table.rows for cell in row.cells]
    assert not Counter(cell for cell in held if len(cell) > 2 and cell[0].isdecimal()) - Counter(found)
