"""Which explanation of a text wins, and over which stretch."""

from __future__ import annotations

import pytest

from pipeline.restore.fit import explain, without_marks
from pipeline.restore.tokens import tokenize


@pytest.mark.parametrize(
    ("gains", "expected"),
    [
        # one sentence: any gain must pay for the switch from good text
        ([[9.0]], [1]),
        ([[7.0]], [0]),
        # a short sentence leans on its neighbours, into ruin and out of it
        ([[30.0, -1.0, 30.0]], [1, 1, 1]),
        ([[-30.0, 5.0, -30.0]], [0, 0, 0]),
        # of two channels the better fit, by stretches
        ([[20.0, 20.0], [30.0, 30.0]], [2, 2]),
        ([[30.0, 30.0, 0.0, 0.0], [0.0, 0.0, 30.0, 30.0]], [1, 1, 2, 2]),
    ],
)
def test_explain(gains: list[list[float]], expected: list[int]) -> None:
    assert explain(gains) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ho ngheo duoc vay 13 trieu", True),
        ("hộ ngheo", False),
        ("x& hoi", False),
        ("13 5.766", False),
    ],
)
def test_without_marks(text: str, expected: bool) -> None:
    assert without_marks(tokenize(text)) is expected
