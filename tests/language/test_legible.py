"""What single words tell: signs among letters, however many."""

from __future__ import annotations

import pytest

from pipeline.extract.collapsed_letters import folded
from pipeline.language.legible import kind


@pytest.mark.parametrize(
    ("token", "wanted"),
    [
        ("~a", "odd"),
        ("|{a", "odd"),
        ("hộ~|", "marked"),
        ("h|ộ", "odd"),
        ("~" * 200_000, "neutral"),
        ("~" * 200_000 + "a", "odd"),
    ],
    ids=range(6),
)
def test_signs_before_letters(token: str, wanted: str) -> None:
    assert kind(token) == wanted


@pytest.mark.parametrize(
    ("word", "wanted"),
    [
        ("-Hộ./", "ho"),
        ("31/12/2023.", "31/12/2023"),
        ("a-b", "a-b"),
        ("(Số)", "so"),
        ("a" + "." * 200_000 + "b", "a" + "." * 200_000 + "b"),
    ],
    ids=range(5),
)
def test_signs_around_a_word(word: str, wanted: str) -> None:
    assert folded(word) == wanted
