"""Readings that must not be: each line a sentence, and what may come of it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pipeline.model import Extraction

HEAD = "BÁO CÁO\nKết quả giảm nghèo năm 2023\n\n1. Các nội dung\n"

CASES = [
    # text, table, rows as tuples of the columns that matter
    ("12 hộ nghèo không được vay vốn.", "loans", []),
    ("15 hộ chưa được vay vốn ưu đãi.", "loans", []),
    ("Còn 250 thẻ BHYT chưa cấp cho hộ nghèo.", "cards", []),
    ("Còn 25 hộ cần sửa chữa nhà ở cho hộ nghèo.", "houses", [(25, "requested")]),
    ("Thu hồi 215 thẻ BHYT cấp trùng.", "cards", []),
    (
        "Năm 2023 có 101 hộ nghèo (năm 2022: 95 hộ) vay vốn, số tiền 8.075 triệu đồng.",
        "loans",
        [(101, 8_075_000_000)],
    ),
    ("Xây 10 nhà cho hộ nghèo x 50 triệu đồng = 500 triệu đồng.", "houses", [(10, 50_000_000, 500_000_000)]),
    ("Xây nhà cho 3 hộ nghèo, mỗi hộ 50 triệu đồng.", "houses", [(3, 50_000_000, None)]),
    (
        "Cho vay 3.456 hộ nghèo, 2.345 hộ cận nghèo, 1.111 hộ đồng bào DTTS.",
        "loans",
        [(3456, "single"), (2345, "single"), (1111, "single")],
    ),
    (
        "- Hội Nông dân: cho 45 hộ nghèo vay 1,25 tỷ đồng.\n- Hội Phụ nữ: cho 45 hộ nghèo vay 1,25 tỷ đồng.",
        "loans",
        [(45, 1_250_000_000), (45, 1_250_000_000)],
    ),
    (
        "Xã An Hải cấp 45 thẻ BHYT cho người nghèo. Xã An Lộc cấp 45 thẻ BHYT cho người nghèo.",
        "cards",
        [(45,), (45,)],
    ),
    ("Cấp 60 thẻ BHYT năm 2022 và 70 thẻ BHYT năm 2023.", "cards", [(60, 2022), (70, 2023)]),
    ("Dư nợ cho vay hộ nghèo các năm 2023, 2024, 2025 tỷ lệ thu hồi 98%.", "loans", []),
    (
        "Năm 2023 cấp 30 thẻ BHYT cho hộ nghèo; hộ cận nghèo 60 thẻ BHYT.",
        "cards",
        [(30, "poor_household"), (60, "near_poor_household")],
    ),
    ("Bão làm sập 35 căn nhà của hộ nghèo.", "houses", []),
    ("Hộ nghèo được vay vốn tối đa 100 triệu đồng.", "loans", []),
]


@pytest.mark.parametrize(("text", "table", "expected"), CASES)
def test_readings(
    extracted: Callable[[str], Extraction], text: str, table: str, expected: list[tuple[object, ...]]
) -> None:
    rows = [f.values for f in extracted(HEAD + text).figures if f.table == table]
    found = []
    for row in rows:
        known = {*row.values(), getattr(row.get("period_end"), "year", None)}
        known |= {None} if None in row.values() or "amount_vnd" not in row else set()
        found.append(known)
    assert len(rows) == len(expected)
    for wanted in expected:
        assert any(set(wanted) <= known for known in found), (wanted, rows)


def test_a_figure_said_twice_is_one_row(extracted: Callable[[str], Extraction]) -> None:
    text = (
        "Trong năm, cho vay 118 hộ nghèo với số tiền 5.210 triệu đồng.\n"
        "Nhìn chung, việc cho vay 118 hộ nghèo với số tiền 5.210 triệu đồng đạt hiệu quả."
    )
    (figure,) = extracted(HEAD + text).figures
    assert figure.values["proof"] == "repeat"
    assert {e.mention for e in figure.evidence} == {1, 2}
