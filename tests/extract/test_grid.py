"""A loan table as lines of cells: headings, units, the line Cộng."""

from __future__ import annotations

from collections.abc import Callable

from pipeline.model import Extraction

TABLE = """Kết quả cho vay vốn tín dụng ưu đãi năm 2023
TT | Nguồn vốn vay | Đơn vị tính | Giải quyết trong năm |  | Tổng số dư nợ |
 |  |  | Số hộ | Số tiền (Triệu đồng) | Số hộ | Số tiền (Triệu đồng)
1 | Hộ nghèo | Hộ | 84 | 4.620 | 402 | 18.090
2 | Học sinh, sinh viên có hoàn cảnh khó khăn | Học sinh | 12 | 360 | 61 | 1.525
3 | Nước sạch | Hộ | 0 | 0 | 75 | 1.125
 | Cộng |  | 4.980 |  | 20.740 |"""


def _rows(extraction: Extraction) -> list[tuple[object, ...]]:
    names = ("flow", "beneficiary", "borrowers", "borrower_unit", "amount_vnd", "role", "proof")
    return [tuple(f.values.get(n) for n in names) for f in extraction.figures]


def test_two_rows_a_line_and_proved_totals(extracted: Callable[[str], Extraction]) -> None:
    rows = _rows(extracted(TABLE))
    assert rows[0] == ("disbursed", "poor_household", 84, "household", 4_620_000_000, "part", "sum")
    assert rows[1] == ("outstanding", "poor_household", 402, "household", 18_090_000_000, "part", "sum")
    assert rows[2][:4] == ("disbursed", "student", 12, "student")
    assert rows[4] == ("disbursed", "rural_water", 0, "household", 0, "part", "sum")
    totals = [row for row in rows if row[5] == "total"]
    assert [(r[0], r[2], r[4], r[6]) for r in totals] == [
        ("disbursed", None, 4_980_000_000, "sum"),
        ("outstanding", None, 20_740_000_000, "sum"),
    ]
    assert len(rows) == 8


def test_a_wrong_sum_is_flagged(extracted: Callable[[str], Extraction]) -> None:
    extraction = extracted(TABLE.replace("Cộng |  | 4.980 |", "Cộng |  | 99 | 4.880"))
    total = next(f for f in extraction.figures if f.values["role"] == "total")
    assert total.values["amount_vnd"] == 4_880_000_000
    assert total.values["parts_complete"] is False
    assert "sum_mismatch" in str(total.values["flags"])


def test_numbers_under_unknown_headings_are_listed(extracted: Callable[[str], Extraction]) -> None:
    extraction = extracted("TT | Nội dung | Diện tích\n1 | Trồng rừng | 125\n2 | Trồng cây | 40")
    assert not extraction.figures
    assert [u["text"] for u in extraction.unclaimed] == ["125", "40"]


def test_a_plan_beside_its_result(extracted: Callable[[str], Extraction]) -> None:
    extraction = extracted(
        """Tình hình cho vay năm 2023
TT | Chương trình | Kế hoạch cho vay |  | Kết quả cho vay |
 |  | Số hộ | Số tiền (Triệu đồng) | Số hộ | Số tiền (Triệu đồng)
1 | Hộ nghèo | 90 | 5.000 | 84 | 4.620
2 | Hộ cận nghèo | 130 | 8.000 | 128 | 8.400
 | Cộng | 220 | 13.000 | 212 | 13.020"""
    )
    names = ("status", "role", "borrowers", "amount_vnd", "parts_complete")
    rows = [tuple(f.values.get(n) for n in names) for f in extraction.figures]
    assert ("planned", "total", 220, 13_000_000_000, True) in rows
    assert ("actual", "total", 212, 13_020_000_000, True) in rows
    assert ("planned", "part", 90, 5_000_000_000, None) in rows
    assert ("actual", "part", 84, 4_620_000_000, None) in rows
    assert not any("sum_mismatch" in str(f.values["flags"]) for f in extraction.figures)


def test_prose_and_units_in_cells(extracted: Callable[[str], Extraction]) -> None:
    extraction = extracted(
        """Kết quả thực hiện chính sách giảm nghèo năm 2023
Nội dung | Kết quả
Bảo hiểm y tế | Cấp 90 thẻ BHYT cho người nghèo
Vay vốn | Cho 101 hộ nghèo vay 5.000 triệu đồng
Nước sạch | 1.200 hộ"""
    )
    assert [(f.table, f.values.get("cards") or f.values.get("borrowers")) for f in extraction.figures] == [
        ("cards", 90),
        ("loans", 101),
    ]
    assert [u["text"] for u in extraction.unclaimed] == ["1.200 hộ"]


def test_parts_without_a_unit_fail_nothing(extracted: Callable[[str], Extraction]) -> None:
    text = """Cho vay năm 2023
TT | Chương trình | Số tiền (triệu đồng)
1 | Hộ nghèo | 500
2 | Khác | 300
 | Cộng | 800"""
    total = next(f for f in extracted(text).figures if f.values["role"] == "total")
    assert total.values["amount_vnd"] == 800_000_000
    assert total.values.get("borrower_unit") is None


def test_a_number_in_a_column_of_words_is_listed(extracted: Callable[[str], Extraction]) -> None:
    extraction = extracted("Mã hồ sơ: | 1.204\nLĩnh vực: | Bảo trợ xã hội\nCấp giải quyết: | Cấp xã")
    assert [(u["text"], u["value"]) for u in extraction.unclaimed] == [("1.204", 1204)]


def test_a_column_of_units_and_one_of_places(extracted: Callable[[str], Extraction]) -> None:
    table = """Kết quả cho vay năm 2023
TT | {head} | Số hộ vay | Số tiền (triệu đồng)
1 | {first} | 12 | 600
2 | {second} | 20 | 900"""
    places = extracted(table.format(head="Đơn vị", first="Xã Hải An", second="Xã Hải Bình"))
    assert [f.values["credit_programme"] for f in places.figures] == ["Xã Hải An", "Xã Hải Bình"]


def test_both_values_of_a_sum_that_does_not_agree_stand_in_the_quote(
    extracted: Callable[[str], Extraction],
) -> None:
    text = """Kết quả cho vay năm 2023
TT | Chương trình | Số hộ vay | Số tiền (triệu đồng)
1 | Hộ nghèo | 12 | 600
2 | Hộ cận nghèo | 20 | 900
 | Cộng | 32 | 1.700"""
    (total,) = [f.values for f in extracted(text).figures if f.values["role"] == "total"]
    assert str(total["quote"]).endswith("| Cộng | 32 | 1.700 [1.700 ≠ 600 + 900 = 1.500]")
    assert total["raw_quote"] == "| Cộng | 32 | 1.700"
    assert "sum_mismatch" in str(total["flags"])


def test_a_cell_misread_in_its_line_and_column(extracted: Callable[[str], Extraction]) -> None:
    """A number that two sums prove otherwise is put right, flagged, among the edits, and the print stays."""
    text = """Số hộ nghèo
TT | Xã | 2022 | 2023 | Cộng
1 | Hải An | 412 | 602 | 1.014
2 | Hải Bình | 385 | 211 | 546
 | Cộng | 747 | 813 | 1.560"""
    extraction = extracted(text)
    (found,) = [u for u in extraction.unclaimed if u["flags"]]
    assert (found["text"], found["value"], found["flags"]) == ("385", 335, "number_repaired")
    assert [(e.raw, e.restored, e.kind) for _, e in extraction.repairs] == [("385", "335", "number")]


def test_cells_parted_by_tabs(extracted: Callable[[str], Extraction]) -> None:
    lines = """Biểu 2. Phân bổ, giải ngân vốn năm 2023 (triệu đồng)
TT|Nội dung|Kế hoạch vốn giao|Đã giải ngân
|TỔNG CỘNG|41.300|22.900
1|Dự án 4: Phát triển giáo dục nghề nghiệp, việc làm bền vững|30.100|18.700
2|Dự án 6: Truyền thông và giảm nghèo về thông tin|11.200|4.200"""
    tabbed, barred = (extracted(lines.replace("|", sign)) for sign in ("\t", " | "))
    seen = ("kind", "project_no", "project", "amount_vnd", "role", "proof")
    rows = [[tuple(f.values.get(c) for c in seen) for f in e.figures] for e in (tabbed, barred)]
    assert rows[0] == rows[1]
    assert len(rows[0]) == 6
    assert rows[0][2][2] == "Phát triển giáo dục nghề nghiệp, việc làm bền vững"


def test_the_unit_of_money_stands_above_the_table(extracted: Callable[[str], Extraction]) -> None:
    lines = """TT | Chương trình | Doanh số cho vay | Doanh số thu nợ | Dư nợ đến 30/9/2023 | Số hộ còn dư nợ
1 | Hộ nghèo | 6.310 | 2.904 | 51.220 | 903
2 | Hộ cận nghèo | 3.115 | 1.380 | 22.470 | 388
Cộng | | 9.425 | 4.284 | 73.690 | 1.291"""
    title = "KẾT QUẢ CHO VAY 9 THÁNG ĐẦU NĂM 2023"
    told = extracted(f"{title}\nĐơn vị: triệu đồng, hộ\n{lines}").figures
    assert [(f.values["flow"], f.values["amount_vnd"]) for f in told[:3]] == [
        ("disbursed", 6_310_000_000),
        ("repaid", 2_904_000_000),
        ("outstanding", 51_220_000_000),
    ]
    # without it nobody knows how much it is
    untold = [f for f in extracted(f"{title}\n{lines}").figures if f.table == "loans"]
    assert {f.values.get("amount_vnd") for f in untold} <= {None}
    assert all("unit_assumed" in str(f.values["flags"]) for f in untold)


def test_money_beside_two_counts_is_of_neither(extracted: Callable[[str], Extraction]) -> None:
    extraction = extracted("""Biểu 3. Kết quả hỗ trợ nhà ở cho hộ nghèo năm 2023
TT | Xã | Xây mới (nhà) | Sửa chữa (nhà) | Kinh phí hỗ trợ (triệu đồng)
1 | Na Hin | 14 | 5 | 1.050
2 | Pờ Ly | 21 | 8 | 1.620""")
    assert [f.values["houses"] for f in extraction.figures] == [14, 5, 21, 8]
    assert {row["reason"] for row in extraction.unclaimed} == {"joint_amount"}
    assert [row["value"] for row in extraction.unclaimed] == [1_050_000_000, 1_620_000_000]
