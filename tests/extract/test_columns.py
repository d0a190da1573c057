"""Tables on the page whose columns rule files tell: budgets, rates, supports."""

from __future__ import annotations

from collections.abc import Callable

from pipeline.model import Extraction, Figure

Extracted = Callable[[str], Extraction]

BUDGETS = """Biểu 1. Kế hoạch vốn và kết quả giải ngân Chương trình MTQG giảm nghèo bền vững năm 2023
Đơn vị tính: Triệu đồng
TT | Nội dung | Kế hoạch vốn giao năm 2023 | | | Giải ngân đến 31/12/2023 | Tỷ lệ %
 | | Tổng số | Vốn đầu tư | Vốn sự nghiệp | |
1 | Dự án 1: Hỗ trợ đầu tư hạ tầng | 3.200 | 3.200 | 0 | 3.100 | 96,9
2 | Dự án 3: Hỗ trợ sản xuất | 1.000 | 0 | 1.000 | 650,5 | 65,1
- | Tiểu dự án 1 | 700 | 0 | 700 | 400,5 | 57,2
- | Tiểu dự án 2 | 300 | 0 | 300 | 250 | 83,3
 | Tổng cộng | 4.200 | 3.200 | 1.000 | 3.750,5 | 89,3"""

RATES = """Kết quả rà soát hộ nghèo, hộ cận nghèo cuối năm 2024
STT | Xã, thị trấn | Tổng số hộ | Hộ nghèo | | Hộ cận nghèo |
 | | | Số hộ | Tỷ lệ (%) | Số hộ | Tỷ lệ (%)
1 | Xã An Sơn | 1.520 | 31 | 2,04 | 44 | 2,89
2 | Xã Bình Khê | 1.210 | 25 | 2,07 | 29 | 2,40
 | Cộng | 2.730 | 56 | 2,05 | 73 | 2,67"""

SUPPORTS = """Kết quả thực hiện các chính sách hỗ trợ năm 2022
TT | Nội dung hỗ trợ | Số người | Kinh phí (nghìn đồng)
1 | Hỗ trợ tiền điện | 812 | 512.400
2 | Miễn giảm học phí | 230 | 96.000
3 | Tặng quà Tết | 640 | 320.000"""


def of(extraction: Extraction, *columns: str) -> list[tuple[object, ...]]:
    return [tuple(_plain(f.values.get(c)) for c in columns) for f in extraction.figures]


def _plain(value: object) -> object:
    return value if isinstance(value, int) or value is None else str(value)


def test_budgets(extracted: Extracted) -> None:
    extraction = extracted(BUDGETS)
    assert {f.table for f in extraction.figures} == {"budgets"}
    rows = of(extraction, "kind", "project_no", "subproject_no", "capital_type", "amount_vnd", "role")
    assert rows[:4] == [
        ("allocated", "1", None, None, 3_200_000_000, "subtotal"),
        ("allocated", "1", None, "investment", 3_200_000_000, "part"),
        ("allocated", "1", None, "recurrent", 0, "part"),
        ("disbursed", "1", None, None, 3_100_000_000, "part"),
    ]
    assert ("disbursed", "3", "2", None, 250_000_000, "part") in rows
    assert rows[-4:] == [
        ("allocated", None, None, None, 4_200_000_000, "total"),
        ("allocated", None, None, "investment", 3_200_000_000, "part"),
        ("allocated", None, None, "recurrent", 1_000_000_000, "part"),
        ("disbursed", None, None, None, 3_750_500_000, "total"),
    ]
    assert all(f.values["proof"] == "sum" for f in extraction.figures)
    assert extraction.unclaimed == ()


def children(extraction: Extraction, parent: Figure) -> int:
    return sum(
        int(str(f.values["amount_vnd"]))
        for f in extraction.figures
        if f.values["total_row_id"] == parent.row_id and f.values["breakdown"] == 1
    )


def test_every_total_of_budgets_is_that_of_its_parts(extracted: Extracted) -> None:
    extraction = extracted(BUDGETS)
    totals = [f for f in extraction.figures if f.values["role"] in {"total", "subtotal"}]
    assert len(totals) == 7
    assert [children(extraction, f) for f in totals] == [f.values["amount_vnd"] for f in totals]


def test_a_line_that_the_sum_contradicts_is_flagged(extracted: Extracted) -> None:
    extraction = extracted(BUDGETS.replace("4.200 |", "4.350 |"))
    total = next(f for f in extraction.figures if f.values["amount_vnd"] == 4_350_000_000)
    assert "sum_mismatch" in str(total.values["flags"])


def test_rates(extracted: Extracted) -> None:
    rows = of(extracted(RATES), "measure", "value", "unit", "role", "period_end")
    assert rows[:5] == [
        ("households", 1520, "household", "part", "2024-12-31"),
        ("poor_households", 31, "household", "part", "2024-12-31"),
        ("poor_rate", "2.04", "percent", "single", "2024-12-31"),
        ("near_poor_households", 44, "household", "part", "2024-12-31"),
        ("near_poor_rate", "2.89", "percent", "single", "2024-12-31"),
    ]
    assert len(rows) == 15


def test_supports(extracted: Extracted) -> None:
    assert of(extracted(SUPPORTS), "kind", "recipients", "recipient_unit", "amount_vnd") == [
        ("electricity", 812, "person", 512_400_000),
        ("tuition", 230, "person", 96_000_000),
        ("gift", 640, "person", 320_000_000),
    ]


HOUSES = """Kết quả xóa nhà tạm, nhà dột nát năm 2024
TT | Xã | Tổng số nhà | Xây mới | | Sửa chữa |
 | | | Số nhà | Kinh phí (triệu đồng) | Số nhà | Kinh phí (triệu đồng)
1 | Xã An Sơn | 14 | 9 | 540 | 5 | 150
2 | Xã Bình Khê | 11 | 6 | 360 | 5 | 150
 | Cộng | 25 | 15 | 900 | 10 | 300"""

CARDS = """Kết quả cấp thẻ bảo hiểm y tế năm 2023
TT | Đối tượng | Số thẻ | Kinh phí (triệu đồng)
1 | Người thuộc hộ nghèo | 1.204 | 970
2 | Người thuộc hộ cận nghèo | 2.310 | 1.861
 | Tổng cộng | 3.514 | 2.831"""


def test_houses(extracted: Extracted) -> None:
    rows = of(extracted(HOUSES), "houses", "work", "amount_vnd", "role")
    assert rows[:3] == [
        (14, "unspecified", None, "subtotal"),
        (9, "new", 540_000_000, "part"),
        (5, "repair", 150_000_000, "part"),
    ]
    assert rows[6:] == [
        (25, "unspecified", None, "total"),
        (15, "new", 900_000_000, "part"),
        (10, "repair", 300_000_000, "part"),
    ]


def test_cards(extracted: Extracted) -> None:
    assert of(extracted(CARDS), "cards", "amount_vnd", "beneficiary", "role") == [
        (1204, 970_000_000, "poor_household", "part"),
        (2310, 1_861_000_000, "near_poor_household", "part"),
        (3514, 2_831_000_000, "poor_and_near_poor", "total"),
    ]


YEARS = """Biểu 2. Số thẻ BHYT đã cấp trong hai năm (thẻ)
Năm | Người nghèo | Người dân tộc thiểu số
2022 | 1.240 | 2.310
2023 | 1.105 | 2.455"""


def test_a_line_headed_by_a_year_and_columns_that_name_a_group(extracted: Extracted) -> None:
    rows = of(extracted(YEARS), "period_start", "period_end", "beneficiary", "cards")
    assert rows == [
        ("2022-01-01", "2022-12-31", "poor_household", 1240),
        ("2022-01-01", "2022-12-31", "ethnic_minority", 2310),
        ("2023-01-01", "2023-12-31", "poor_household", 1105),
        ("2023-01-01", "2023-12-31", "ethnic_minority", 2455),
    ]


TARGETS = """Biểu 1. Hộ nghèo cuối năm 2022 và chỉ tiêu năm 2023
Đơn vị | Số hộ nghèo năm 2022 (hộ) | Tỷ lệ hộ nghèo năm 2022 (%) | Chỉ tiêu tỷ lệ hộ nghèo năm 2023 (%)
Xã An Sơn | 31 | 2,04 | 1,5"""


def test_a_heading_tells_year_and_target(extracted: Extracted) -> None:
    assert of(extracted(TARGETS), "measure", "value", "period_end", "status") == [
        ("poor_households", 31, "2022-12-31", "actual"),
        ("poor_rate", "2.04", "2022-12-31", "actual"),
        ("poor_rate", "1.5", "2023-12-31", "planned"),
    ]


NEW_HOUSES = """Kết quả hỗ trợ xây mới nhà ở cho hộ nghèo năm 2023, chia theo xã:
Đơn vị | Số nhà | Kinh phí hỗ trợ (triệu đồng)
Xã An Sơn | 6 | 300
Xã Bình Khê | 8 | 400
Cộng | 14 | 700"""


def test_a_caption_tells_what_no_heading_does(extracted: Extracted) -> None:
    rows = of(extracted(NEW_HOUSES), "work", "houses", "amount_vnd", "role")
    assert rows == [
        ("new", 6, 300_000_000, "part"),
        ("new", 8, 400_000_000, "part"),
        ("new", 14, 700_000_000, "total"),
    ]


LOANS = """Biểu 3. Kết quả cho vay giai đoạn 2021-2023 và dư nợ đến ngày 30/11/2023
TT | Chương trình | Doanh số cho vay (triệu đồng) | Số lượt hộ vay | Dư nợ (triệu đồng)
1 | Hộ nghèo | 1.200 | 24 | 3.150
2 | Hộ cận nghèo | 1.750 | 35 | 4.020
Cộng | | 2.950 | 59 | 7.170"""


def test_a_count_is_of_the_flow_beside_it_and_a_caption_of_two_periods(extracted: Extracted) -> None:
    rows = of(extracted(LOANS), "flow", "borrowers", "amount_vnd", "period_start", "period_end")
    assert rows[:2] == [
        ("disbursed", 24, 1_200_000_000, "2021-01-01", "2023-12-31"),
        ("outstanding", None, 3_150_000_000, None, "2023-11-30"),
    ]
    assert rows[-2:] == [
        ("disbursed", 59, 2_950_000_000, "2021-01-01", "2023-12-31"),
        ("outstanding", None, 7_170_000_000, None, "2023-11-30"),
    ]


def test_caption_and_headings_name_a_table_before_a_line_does(extracted: Extracted) -> None:
    extraction = extracted("""Biểu 2. Dự kiến kinh phí thực hiện Chương trình giảm nghèo năm 2025 (triệu đồng)
TT | Nội dung | Vốn đầu tư | Vốn sự nghiệp
1 | Dự án 1: Hạ tầng kinh tế - xã hội | 9.600 | 820
2 | Dự án 5: Hỗ trợ nhà ở cho hộ nghèo | 1.260 | 2.730
 | Cộng | 10.860 | 3.550""")
    assert {f.table for f in extraction.figures} == {"budgets"}


def test_what_nothing_says_is_said_to_be_so(extracted: Extracted) -> None:
    extraction = extracted("""Biểu 3. Nhà ở của hộ nghèo năm 2024
TT | Xã | Tổng số nhà
1 | Xã Na Hin | 14
2 | Xã Pờ Ly | 9""")
    assert of(extraction, "work", "houses") == [("unspecified", 14), ("unspecified", 9)]


def test_specks_between_words_and_a_year_under_a_misread_heading(extracted: Extracted) -> None:
    extraction = extracted("""Biểu 1. Hộ nghèo, hộ cận nghèo cuối các năm 2022-2023
Ñäm | Tổng số . hộ | Số hộ nghèo
. 2022 | 1.520 | 31
2023 _ | 1.540 | 25""")
    assert of(extraction, "measure", "value", "period_end") == [
        ("households", 1520, "2022-12-31"),
        ("poor_households", 31, "2022-12-31"),
        ("households", 1540, "2023-12-31"),
        ("poor_households", 25, "2023-12-31"),
    ]


def test_a_table_of_indicators(extracted: Extracted) -> None:
    extraction = extracted("""Biểu 1. Các chỉ tiêu chủ yếu
TT | Chỉ tiêu | Đơn vị tính | Thực hiện năm 2023 | Kế hoạch năm 2024
1 | Tỷ lệ hộ cận nghèo | % | 6,15 | 5,3
2 | Số hộ thoát nghèo | hộ | 412 | 380
3 | Tỷ lệ người dân tham gia BHYT | % | 93,4 | 95
4 | Số nhà xây mới cho hộ nghèo | nhà | 27 | 31
5 | Sản lượng thóc | tấn | 8.140 | 8.300""")
    assert [(f.table, str(f.values.get("value") or f.values.get("houses"))) for f in extraction.figures] == [
        ("houses", "27"),
        ("houses", "31"),
        ("rates", "6.15"),
        ("rates", "5.3"),
        ("rates", "412"),
        ("rates", "380"),
        ("rates", "93.4"),
        ("rates", "95"),
    ]
    times = [(str(f.values["period_end"]), f.values["status"]) for f in extraction.figures]
    assert times == [("2023-12-31", "actual"), ("2024-12-31", "planned")] * 4
    assert {row["text"] for row in extraction.unclaimed} == {"8.140", "8.300"}


def test_a_column_of_units_tells_what_is_counted_and_who_is_helped(extracted: Extracted) -> None:
    extraction = extracted("""Biểu 5. Kết quả thực hiện các chính sách hỗ trợ năm 2023
TT | Chính sách | Đơn vị tính | Số lượng | Kinh phí (triệu đồng)
1 | Hỗ trợ tiền điện cho hộ nghèo | hộ | 1.204 | 852,4
2 | Tặng quà Tết cho hộ nghèo | suất | 640 | 320
3 | Hỗ trợ bò giống | con | 36 | """)
    assert of(extraction, "kind", "count", "recipients", "recipient_unit", "amount_vnd") == [
        ("electricity", None, 1204, "household", 852_400_000),
        ("gift", 640, None, None, 320_000_000),
        ("livelihood", 36, None, None, None),
    ]


def test_cells_that_name_what_they_count(extracted: Extracted) -> None:
    extraction = extracted("""Biểu 2. Dự kiến hỗ trợ năm 2024
TT | Nội dung hỗ trợ | Đối tượng | Kinh phí (triệu đồng)
1 | Hỗ trợ tiền điện cho hộ nghèo | 1.204 hộ | 852,4
2 | Tặng quà Tết cho hộ nghèo | 640 suất | 320
3 | Trợ giúp pháp lý cho người nghèo | 48 vụ việc | 96""")
    assert of(extraction, "kind", "count", "recipients", "amount_vnd") == [
        ("electricity", None, 1204, 852_400_000),
        ("gift", 640, None, 320_000_000),
        ("legal_aid", 48, None, 96_000_000),
    ]


def test_money_beside_a_total_and_its_parts_is_the_totals(extracted: Extracted) -> None:
    extraction = extracted("""Biểu 3. Xóa nhà tạm, nhà dột nát năm 2023
TT | Xã | Tổng số nhà | Xây mới | Sửa chữa | Kinh phí (triệu đồng)
1 | Xã Na Hin | 24 | 15 | 9 | 1.170
2 | Xã Pờ Ly | 31 | 22 | 9 | 1.590
 | Cộng | 55 | 37 | 18 | 2.760""")
    rows = of(extraction, "work", "houses", "amount_vnd", "role")
    assert rows[:3] == [
        ("unspecified", 24, 1_170_000_000, "subtotal"),
        ("new", 15, None, "part"),
        ("repair", 9, None, "part"),
    ]
    assert rows[6] == ("unspecified", 55, 2_760_000_000, "total")


def test_a_column_headed_by_total_alone(extracted: Extracted) -> None:
    extraction = extracted("""Biểu 4. Kinh phí Chương trình giảm nghèo năm 2023 (triệu đồng)
TT | Nội dung | Vốn đầu tư | Vốn sự nghiệp | Tổng số
1 | Dự án 1: Hạ tầng | 9.600 | 820 | 10.420
2 | Dự án 2: Sinh kế | 410 | 3.865 | 4.275
 | Cộng | 10.010 | 4.685 | 14.695""")
    rows = of(extraction, "project_no", "capital_type", "amount_vnd", "role")
    assert ("1", None, 10_420_000_000, "subtotal") in rows
    assert ("1", "investment", 9_600_000_000, "part") in rows
    assert (None, None, 14_695_000_000, "total") in rows


def test_one_subproject_whose_sister_has_none_of_the_kind(extracted: Extracted) -> None:
    extraction = extracted("""Biểu 4. Kế hoạch vốn năm 2023 (triệu đồng)
TT | Nội dung | Vốn đầu tư | Vốn sự nghiệp
4 | Dự án 4: Giáo dục nghề nghiệp, việc làm | 2.600 | 3.980
 | Tiểu dự án 1: Giáo dục nghề nghiệp | 2.600 | 2.730
 | Tiểu dự án 3: Việc làm bền vững | | 1.250""")
    rows = of(extraction, "subproject_no", "amount_vnd", "role")
    assert (None, 2_600_000_000, "total") in rows
    assert ("1", 2_600_000_000, "part") in rows


def test_what_is_over_is_no_plan(extracted: Extracted) -> None:
    extraction = extracted("""KẾ HOẠCH
Thực hiện công tác giảm nghèo năm 2025
II. NHIỆM VỤ, GIẢI PHÁP
Năm 2024, huyện cấp 884 thẻ BHYT cho người nghèo. Năm 2025 dự kiến cấp 965 thẻ BHYT cho người nghèo.""")
    assert of(extraction, "cards", "status") == [(884, "actual"), (965, "planned")]


def test_a_table_over_pages_of_which_one_lost_its_numbers(extracted: Extracted) -> None:
    extraction = extracted("""Biểu 4. Hỗ trợ nhà ở cho hộ nghèo năm 2023
TT | Xã | Xây mới | Sửa chữa
1 | Xã Na Hin | 14 | 6
2 | Xã Pờ Ly | 11 | 4
\fXã Xín Cái | 9 | 3
Xã Lũng Thàng | 8 | 2
Toản huyện | 42 | 15""")
    assert of(extraction, "work", "houses", "role")[-4:] == [
        ("new", 8, "part"),
        ("repair", 2, "part"),
        ("new", 42, "total"),
        ("repair", 15, "total"),
    ]


def test_households_helped_are_no_cards(extracted: Callable[[str], Extraction]) -> None:
    found = extracted("""Biểu 2. Kết quả hỗ trợ hộ nghèo năm 2023
TT | Xã | Thẻ BHYT đã cấp cho người nghèo (thẻ) | Hộ nghèo được hỗ trợ tiền điện (hộ)
1 | Na Hin | 512 | 131
2 | Pờ Ly | 387 | 94""").figures
    assert [f.values["cards"] for f in found if f.table == "cards"] == [512, 387]


def test_a_table_of_several_things(extracted: Extracted) -> None:
    extraction = extracted("""Biểu 1. Kết quả hỗ trợ hộ nghèo năm 2023
TT | Xã | Thẻ BHYT đã cấp (thẻ) | Nhà xây mới (nhà) | Nhà sửa chữa (nhà) | Số suất quà | Kinh phí (triệu đồng)
1 | Na Hin | 512 | 6 | 2 | 84 | 910
2 | Pờ Ly | 387 | 3 | 4 | 61 | 640
 | Tổng cộng | 899 | 9 | 6 | 145 | 1.550""")
    found = [(f.table, [f.values.get(c) for c in ("cards", "houses", "count")]) for f in extraction.figures]
    assert sorted(found, key=str) == sorted(
        [("cards", [n, None, None]) for n in (512, 387, 899)]
        + [("houses", [None, n, None]) for n in (6, 2, 3, 4, 9, 6)]
        + [("supports", [None, None, n]) for n in (84, 61, 145)],
        key=str,
    )
    assert all(f.values["proof"] == "sum" for f in extraction.figures)
    # whose the money is nobody says
    assert [row["text"] for row in extraction.unclaimed] == ["910", "640", "1.550"]
