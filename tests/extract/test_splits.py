"""Amounts that a total is split into: what is made rows by a sum, and what is not."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pipeline.model import Extraction

FUND = "Năm 2022, Quỹ Vì người nghèo của huyện vận động được 3.120 triệu đồng"


@pytest.mark.parametrize(
    ("behind", "amounts"),
    [
        ("(hai đơn vị 1.480 triệu đồng; năm đơn vị 1.640 triệu đồng)", [3120, 1480, 1640]),
        (", gồm đợt một 1.480 triệu đồng, đợt hai 1.640 triệu đồng", [3120, 1480, 1640]),
        (". Trong đó: đợt một 1.480 triệu đồng, đợt hai 1.640 triệu đồng", [3120, 1480, 1640]),
        # the numbers do not add up, nothing announces them, or one is a rate
        (". Đợt một 1.480 triệu đồng, đợt hai 1.640 triệu đồng", [3120]),
        (" (năm 2021: 1.480 triệu đồng, tăng 1.640 triệu đồng)", [3120]),
        (" (kế hoạch giao 1.480 triệu đồng, vượt 1.640 triệu đồng)", [3120]),
        (": đã chi 1.480 triệu đồng, còn lại chưa chi 1.640 triệu đồng", [3120]),
        (" (đợt một 1.480 triệu đồng/xã, đợt hai 1.640 triệu đồng)", [3120]),
    ],
)
def test_parts(extracted: Callable[[str], Extraction], behind: str, amounts: list[int]) -> None:
    rows = [f.values for f in extracted(f"{FUND}{behind}.").figures if f.table == "budgets"]
    assert [row["amount_vnd"] for row in rows][: len(amounts)] == [a * 1_000_000 for a in amounts]
    by_sum = [row for row in rows[1:] if row["rule"] == rows[0]["rule"] and row["role"] == "part"]
    assert len(by_sum) == len(amounts) - 1
