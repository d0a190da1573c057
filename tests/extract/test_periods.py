"""Every example of periods.toml, and what governs nothing."""

from __future__ import annotations

import pytest

from pipeline.extract.periods import Period, periods

EXAMPLES = [(text, dates) for e in periods().expressions for text, dates in e["examples"].items()]


def _text(period: Period) -> str:
    return f"{period.start or ''} {period.end or ''}".rstrip() if period.start or period.end else ""


@pytest.mark.parametrize(("text", "dates"), EXAMPLES)
def test_examples(text: str, dates: str) -> None:
    mentions = periods().find(f"Kết quả {text}, đạt")
    assert " ".join(_text(m.period) for m in mentions) == dates.rstrip()


@pytest.mark.parametrize(
    "text",
    [
        "tăng 12 hộ so với cùng kỳ năm 2022",
        "Quyết định số 33/2015/QĐ-TTg ngày 10/8/2015 của Thủ tướng",
        "theo chuẩn nghèo đa chiều giai đoạn 2021-2025",
        "theo chuẩn của thành phố giai đoạn 2021-2025",
        "theo tiêu chí giai đoạn 2022 - 2025",
        "ông A sinh năm 1950",
    ],
)
def test_governs_nothing(text: str) -> None:
    assert periods().find(text) == []


@pytest.mark.parametrize(
    ("text", "last"),
    [
        ("giai đoạn 2012 - 2016 đạt. Giai đoạn này có", "2012-01-01 2016-12-31"),
        ("Kế hoạch năm 2017, từ đầu năm đến nay, huyện", "2017-01-01"),
        ("năm 2017, tỉnh tập trung. Năm nay tỉnh xây", "2017-01-01 2017-12-31"),
        ("ngày 31/02/2024 không có", ""),
        ("trong năm 2024 đạt. Quý II cấp", "2024-04-01 2024-06-30"),
        ("tháng 5/2017 đạt. Trong tháng 6, tăng so với cùng kỳ năm 2016", "2017-06-01 2017-06-30"),
        ("quý I năm 2025 xong 60 nhà; quý III xong", "2025-07-01 2025-09-30"),
    ],
)
def test_points_back(text: str, last: str) -> None:
    assert _text(periods().find(text)[-1].period) == last
