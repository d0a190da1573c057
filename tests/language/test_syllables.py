"""What is a syllable, and what is not."""

from __future__ import annotations

import pytest

from pipeline.language.normal import fold_marks, new_style, nfc
from pipeline.language.syllables import is_syllable

GOOD = """a ạ ăn ấm ông yêu yếu uống gì giêng giếng giặt giữa quê quý quyết quốc qua quả quăng khuya nguyễn
nghiêng
nghèo nghìn ngã hộ hòa hoà thuỷ thủy Tứ KỲ Đảng ĐẶNG xoong huỳnh
loạt quỳnh hoẵng ngoằn phước rượu tỷ tỉ khuếch
huýt oanh uyên yến ý iên đo do"""
BAD = "ngieng ngheò qùa hỏăng kã cê gê qá hdg thuwc UBND 16p 13 c6 bl w fg hác1 cac̆ tốc- nàc sãp ươngh b đ"


@pytest.mark.parametrize("word", GOOD.split())
def test_syllable(word: str) -> None:
    assert is_syllable(word)


@pytest.mark.parametrize("word", BAD.split())
def test_no_syllable(word: str) -> None:
    assert not is_syllable(word)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("hoà", "hòa"),
        ("HOÁ", "HÓA"),
        ("Uỷ ban nhân dân", "Ủy ban nhân dân"),
        ("quý", "quý"),
        ("hoàn", "hoàn"),
        ("thuý.", "thúy."),
        ("khoẻ", "khỏe"),
        ("xoè ra", "xòe ra"),
        ("toà án", "tòa án"),
    ],
)
def test_new_style(old: str, new: str) -> None:
    assert new_style(old) == new


def test_fold_keeps_length() -> None:
    text = nfc("Ủy ban nhân dân xã Đông Đô, quỹ “Vì người nghèo” – Ω ß")
    folded = fold_marks(text)
    assert len(folded) == len(text)
    assert folded == "Uy ban nhan dan xa Dong Do, quy “Vi nguoi ngheo” – Ω ß"
