"""Work grows with the text, not with its square: counted in calls of Python, whatever the machine."""

from __future__ import annotations

import sys
from types import FrameType

import pytest

from benchmarks.pages import WORST, document
from pipeline import extract_figures

SMALL, TIMES, MOST = 1_000, 4, 6.5
"""Characters of the smaller page, how often it fits into the larger one, and by how much work may grow."""


def calls(text: str) -> int:
    """The calls of Python that the extraction of a page takes."""
    counted = 0

    def count(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal counted
        counted += event == "call"

    page = document("1", [text])
    sys.setprofile(count)
    try:
        extract_figures(page)
    finally:
        sys.setprofile(None)
    return counted


@pytest.mark.parametrize("unit", WORST.values(), ids=WORST)
def test_four_times_the_text_is_no_more_than_four_times_the_work(unit: str) -> None:
    text = (unit * (TIMES * SMALL // len(unit) + 1))[: TIMES * SMALL]
    extract_figures(document("1", [text]))  # what a process loads and remembers once is loaded
    small, large = calls(text[:SMALL]), calls(text)
    assert large <= MOST * small, f"{small} calls, then {large}"
