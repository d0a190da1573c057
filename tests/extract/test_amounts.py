"""The number grammar: what stands in the text, what it is worth, what it counts."""

from __future__ import annotations

from decimal import Decimal

import pytest

from pipeline.extract.amounts import grammar, load_units
from pipeline.extract.numerals import parse_number

CASES = [
    # text, value, unit, per
    ("5.766 triệu đồng", 5_766_000_000, "vnd", ""),
    ("9,37 tỷ đồng", 9_370_000_000, "vnd", ""),
    ("9,37 tỉ", 9_370_000_000, "vnd", ""),
    ("1 tỷ 960 triệu", 1_960_000_000, "vnd", ""),
    ("2 tỷ rưỡi", 2_500_000_000, "vnd", ""),
    ("271,450 tỷ đồng", 271_450_000_000, "vnd", ""),
    ("140 ngàn tỷ đồng", 140_000_000_000_000, "vnd", ""),
    ("50.000.000 đồng/nhà", 50_000_000, "vnd", "house"),
    ("50 triệu đồng /ngôi nhà", 50_000_000, "vnd", "house"),
    ("43,5 triệu đồng/hộ/năm", 43_500_000, "vnd", "household"),
    ("140.000.000đ", 140_000_000, "vnd", ""),
    ("0,5 tỷ đồngvới", 500_000_000, "vnd", ""),
    ("125 triệu USD", 125_000_000, "usd", ""),
    ("3,7 tỉ euro", 3_700_000_000, "eur", ""),
    ("1,3%", Decimal("1.3"), "percent", ""),
    ("09 ngôi nhà", 9, "house", ""),
    ("24 nghìn căn nhà", 24_000, "house", ""),
    ("12,4/20,1 tỷ đồng", 12_400_000_000, "vnd", ""),
    ("hơn 9 nghìn suất quà", 9_000, "gift", ""),
    ("1,2 triệu suất ăn", 1_200_000, "gift", ""),
    ("9.420/9.420 căn nhà", 9_420, "house", ""),
    ("1,7 triệu lượt hộ", 1_700_000, "turn", ""),
    ("4.310 nghìn hộ", 4_310_000, "household", ""),
    ("1.036 thẻ BHYT", 1_036, "card", ""),
    ("29.500 học sinh, sinh viên", 29_500, "student", ""),
    ("3,452 căn", 3_452, "house", ""),
    ("5 tỷ 50 triệu 500 nghìn đồng", 5_050_500_000, "vnd", ""),
    ("12 345 678 000 đồng", 12_345_678_000, "vnd", ""),
    ("0.125 tỷ", 125_000_000, "vnd", ""),
    ("2.685 trđ", 2_685_000_000, "vnd", ""),
    ("8.075 ngđ", 8_075_000, "vnd", ""),
    # what OCR leaves
    ("95.hộ", 95, "household", ""),
    ("3.195 (triệu đồng", 3_195_000_000, "vnd", ""),
    ("1.036 thé¢ BHYT", 1_036, "card", ""),
    ("84 hệ", 84, "household", ""),
]


@pytest.mark.parametrize(("text", "value", "unit", "per"), CASES)
def test_quantity(text: str, value: Decimal | int, unit: str, per: str) -> None:
    for sentence in (text, f"năm 2021, {text};", f"hỗ trợ {text}. Ngoài ra", f"(tổng số {text})"):
        (found,) = grammar().find(sentence)
        assert (found.value, found.unit, found.per) == (value, unit, per)
        assert sentence[found.start].isdigit()


@pytest.mark.parametrize(
    "text",
    [
        "¡53 hộ",
        "l10 hộ",
        "5O thẻ",
        "1.0S6 thẻ",
        "294.500.00đ",
        "7.850.0000đ",
        "15.5580 người",
        "§.699,28 triệu đồng",
        "12-16 triệu đồng",
        "2,35 hộ",
    ],
)
def test_not_read_for_certain(text: str) -> None:
    (found,) = grammar().find(f"chi {text} cho")
    assert found.value is None
    assert {"malformed_number", "range"} & set(found.flags)


@pytest.mark.parametrize(
    "text",
    [
        "năm 2023 hộ nghèo",
        "Quyết định số 33 hộ",
        "2 nhà máy và 3 nhà văn hóa",
        "ngày 31/7/2024",
        "37/2024/NQ-HĐND",
        "khoản 2 Điều 5",
    ],
)
def test_no_figure(text: str) -> None:
    assert not [q for q in grammar().find(text) if q.unit in {"household", "house", "vnd"}]


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("Số hộ nghèo được vay vốn: 101; ngoài ra", 101, "household"),
        ("Trong đó hộ cận nghèo: 30, còn lại", 30, "household"),
        ("triệu đồng,15 hộ", 15, "household"),
        ("hộ nghèo.15 hộ", 15, "household"),
        ("cho -5 hộ", 5, "household"),
        ("Năm 2023, con số hộ nghèo là 35.190.", 35_190, "household"),
        ("số thẻ do ngân sách cấp 5.310, ngoài ra", 5_310, "card"),
        ("hộ nghèo 186 (xem biểu)", 186, "household"),
        ("Trong năm 186 lượt hộ vay", 186, "turn"),
    ],
)
def test_where_a_number_may_stand(text: str, value: int, unit: str) -> None:
    found = [q for q in grammar().find(text) if q.value is not None]
    assert [(int(q.value or 0), q.unit) for q in found] == [(value, unit)]


@pytest.mark.parametrize(
    "text",
    [
        "các năm 2023, 2024, 2025 tỷ lệ thu hồi 98%",
        "năm 2024; hộ nghèo 2021; hộ",
        "số hộ nghèo năm 2023, người nghèo là 1 trong",
    ],
)
def test_no_number_is_made(text: str) -> None:
    assert [q.unit for q in grammar().find(text) if q.unit not in {"percent", "code"}] == []


@pytest.mark.parametrize(
    ("text", "lead"), [("gần 5,4 triệu người", "gần "), ("đạt trên 12 hộ", "trên "), ("là 12 hộ", "")]
)
def test_approximate(text: str, lead: str) -> None:
    (found,) = grammar().find(text)
    assert text[found.lead : found.start] == lead
    assert ("approximate" in found.flags) == bool(lead)


@pytest.mark.parametrize(
    ("text", "whole", "value"),
    [
        ("1.234.567", True, 1_234_567),
        ("1,234,567", True, 1_234_567),
        ("1.5", False, Decimal("1.5")),
        ("1.5", True, None),
        ("1.2345", False, None),
        ("1,2.3", False, None),
        ("12", True, 12),
    ],
)
def test_parse_number(text: str, whole: bool, value: Decimal | int | None) -> None:
    assert parse_number(text, whole=whole)[0] == value


def test_examples_of_ranges_and_halves() -> None:
    units = load_units()
    assert "range" in grammar().find(units["range"]["example"])[0].flags
    assert "range" not in grammar().find(units["range"]["counter"])[0].flags
    assert grammar().find(units["half"]["example"])[0].value == 2_500_000_000


def test_number_words() -> None:
    worded = load_units()["number_words"]
    assert [q.value for q in grammar().find(worded["example"])] == [4]
    assert grammar().find(worded["counter"]) == []
    assert grammar().find("thôn Hai Căn, năm hộ, một hộ, lớp hai mươi em") == []
    words = "hai mươi hộ, mười lăm hộ, hai mươi mốt hộ, bốn mươi tư nhà, năm mươi hộ"
    assert [q.value for q in grammar().find(words)] == [20, 15, 21, 44, 50]
