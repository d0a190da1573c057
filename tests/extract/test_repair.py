"""Numbers that nobody can read, where the document's sums prove them, and where they do not."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pipeline.model import Extraction

SENTENCE = "Năm 2023, {total} thẻ BHYT được cấp, trong đó: hộ nghèo {a} thẻ; hộ cận nghèo {b} thẻ."


@pytest.mark.parametrize(
    ("total", "a", "b", "expected"),
    [
        # total, part, part as printed -> as they must come out; None: empty
        ("1.850", "6§2", "1.168", (1850, 682, 1168)),
        ("1.850", "682", "1.16", (1850, 682, 1168)),
        ("§.850", "682", "1.168", (1850, 682, 1168)),
        ("1.850", "§§2", "1.168", (1850, None, 1168)),  # two signs are lost: the sum proves too little
        ("1.850", "6§2", "1.§68", (1850, None, None)),  # two unknowns
        ("1.850", "9§", "1.168", (1850, None, 1168)),  # the print cannot be the sum's number
    ],
)
def test_cards(
    extracted: Callable[[str], Extraction], total: str, a: str, b: str, expected: tuple[int | None, ...]
) -> None:
    extraction = extracted("Cấp thẻ: " + SENTENCE.format(total=total, a=a, b=b))
    rows = [f.values for f in extraction.figures]
    assert tuple(row["cards"] for row in rows) == expected
    for row, printed in zip(rows, (total, a, b), strict=True):
        flags = str(row["flags"]).split()
        clean = printed.replace(".", "").isdigit() and printed != "1.16"
        assert ("number_repaired" in flags) == (not clean and row["cards"] is not None)
        assert ("malformed_number" in flags) == (row["cards"] is None)
    repaired = [edit for _, edit in extraction.repairs]
    assert len(repaired) == sum("number_repaired" in str(row["flags"]) for row in rows)
    assert all(edit.kind == "number" and edit.raw in (total, a, b) for edit in repaired)


def test_a_count_times_a_price(extracted: Callable[[str], Extraction]) -> None:
    text = "Xây mới 6 nhà cho hộ nghèo, mức hỗ trợ 50 triệu đồng/nhà, tổng kinh phí 3§0 triệu đồng."
    (figure,) = extracted(text).figures
    assert figure.values["amount_vnd"] == 300_000_000
    assert figure.values["proof"] == "product"
    assert "number_repaired" in str(figure.values["flags"])
    assert [e.restored for e in figure.evidence if e.column == "amount_vnd"] == ["300"]


def test_a_table_cell(extracted: Callable[[str], Extraction]) -> None:
    text = """Kết quả cho vay năm 2023
TT | Chương trình | Cho vay trong năm |
 |  | Số hộ | Số tiền (Triệu đồng)
1 | Hộ nghèo | 84 | §.699,28
2 | Hộ cận nghèo | 16 | 1.300,72
 | Cộng | 100 | 10.000"""
    rows = {str(f.values["quote"])[:1]: f.values for f in extracted(text).figures}
    assert rows["1"]["amount_vnd"] == 8_699_280_000
    assert "number_repaired" in str(rows["1"]["flags"])
