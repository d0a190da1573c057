"""The benchmark of page images: what is printed, how readings are scored, that each step left out exists."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks import scanned
from benchmarks.bench_ocr import BY_HAND, STEPS
from benchmarks.reading import scored
from pipeline.intake import inspect
from pipeline.settings import Settings
from training.render import Style, Text

STYLE = Style("Tinos", 13.0)
HEAD = [Text(90, 60, "UBND HUYỆN AN", STYLE), Text(330, 60, "CỘNG HÒA", STYLE)]
DATE = [Text(90, 80, "Số: 5/BC", STYLE), Text(330, 80, "ngày 3", STYLE)]
JUSTIFIED = [Text(90, 110, "Toàn", STYLE), Text(125, 110, "xã", STYLE)]


def test_columns_are_read_across_or_down() -> None:
    across, down = scanned.truths([*DATE, *HEAD, *JUSTIFIED])
    assert across == "UBND HUYỆN AN CỘNG HÒA\nSố: 5/BC ngày 3\nToàn xã"
    assert down == "UBND HUYỆN AN\nSố: 5/BC\nCỘNG HÒA\nngày 3\nToàn xã"
    assert scored([across, down], down).wrong == 0
    assert scored([across], down).wrong > 0


@pytest.mark.parametrize(
    ("text", "wrong", "right", "hand_right"),
    [
        ("Số 12 năm 2024, 84 hộ", 0, 2, 1),
        ("Số 1Z năm 2024, 84 hộ", 1, 2, 0),
        ("Số 12 năm 2024, 34 hộ", 1, 1, 1),
        ("", 6, 0, 0),
    ],
)
def test_numbers_by_hand_are_counted_apart(text: str, wrong: int, right: int, hand_right: int) -> None:
    found = scored(["Số 12 năm 2024, 84 hộ"], text, [0])
    assert (found.words, found.numbers, found.hand) == (6, 2, 1)
    assert (found.wrong, found.right, found.hand_right) == (wrong, right, hand_right)


def test_numbers_by_hand_are_named_by_page_and_place() -> None:
    pages = json.loads(BY_HAND.read_text(encoding="utf-8"))
    assert pages
    assert all(places == sorted(set(places)) and places[0] >= 0 for places in pages.values())


def test_a_page_is_scanned_as_told(tmp_path: Path) -> None:
    scan = replace(scanned.SCANS[3], seals=True, colour=True, border=True)
    pages = list(scanned.pages(scan, tmp_path))
    assert len(pages) == len(scanned.SOURCES)
    assert all(len(page.across.split()) > 250 for page in pages)
    assert all(sorted(page.across.split()) == sorted(page.down.split()) for page in pages)
    assert inspect(pages[0].file, Settings()).pages == 1


def test_what_is_left_out_is_there() -> None:
    assert all(hasattr(target, attribute) for step in STEPS.values() for target, attribute, _ in step)
    assert len({scan.name for scan in scanned.SCANS}) == len(scanned.SCANS)
    assert any(scan.asked for scan in scanned.SCANS)
