"""Figures that count stay figures; words read as figures become words all the same."""

from __future__ import annotations

import pytest

from pipeline.model import Edit
from pipeline.restore import Restorer, figures


@pytest.fixture(scope="module")
def restorer() -> Restorer:
    return Restorer.load()


def _edit(text: str, raw: str, restored: str) -> Edit:
    start = text.rindex(raw)
    return Edit(start, start + len(raw), raw, restored, "confusion", 0.99)


@pytest.mark.parametrize(
    ("text", "raw", "restored", "stays"),
    [
        ("hộ nghèo 84 hộ, số tiền", "84", "số", True),
        ("đạt 13 triệu đồng", "13", "là", True),
        ("theo Điều 14 của Luật", "14", "là", True),
        ("số tiền 13 3.195 triệu", "13", "là", False),
        ("giảm nghèo 13 nhiệm vụ", "13", "là", False),
        ("mở 16p học nghề", "16p", "lớp", False),
    ],
)
def test_kept(text: str, raw: str, restored: str, stays: bool) -> None:
    edit = _edit(text, raw, restored)
    assert (figures.kept(text, [edit]) == []) == stays


def test_the_word_behind_counts_as_restored() -> None:
    text = "hd nghéo 84 hé, sé tién"
    edits = [_edit(text, "84", "số"), _edit(text, "hé", "hộ")]
    assert [e.raw for e in figures.kept(text, edits)] == ["hé"]


@pytest.mark.parametrize(
    ("ruined", "printed"),
    [
        ("Thu hién Cong van s6 1187/SLDTBXH-BTXH ngay 05/11/2024 ctia S@ Lao dong", "1187/SLĐTBXH-BTXH"),
        ("trong dé: hd nghéo 84 hé, sé tién 4.620 triéu dong; h6d cfn nghéo 128 hé", "84 hộ"),
    ],
)
def test_restored(restorer: Restorer, ruined: str, printed: str) -> None:
    assert printed in restorer.restore(ruined, channel="eng").text
