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
