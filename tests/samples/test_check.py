"""The comparison itself must be able to say no."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

import pytest

from samples.check import differences

HEAD = ["source_file", "n", "open", "quote_starts"]
ROWS = [["a.pdf", "1", "*", "Năm 2021"], ["a.pdf", "2", "", "Năm 2022"]]
FOUND_HEAD = ["row_id", "source_file", "n", "open", "quote"]
FOUND = [["r1", "a.pdf", "1", "x", "Năm 2021, có"], ["r2", "a.pdf", "2", "", "Năm 2022,  có"]]


def write(path: Path, head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as handle:
        csv.writer(handle).writerows([head, *rows])


def compare(tmp_path: Path, found: Sequence[Sequence[str]]) -> list[str]:
    write(tmp_path / "expected" / "tables" / "t.csv", HEAD, ROWS)
    write(tmp_path / "out" / "tables" / "t.csv", FOUND_HEAD, found)
    return list(differences(tmp_path / "out", tmp_path / "expected"))


def test_equal(tmp_path: Path) -> None:
    assert compare(tmp_path, FOUND) == []


@pytest.mark.parametrize(
    ("found", "said"),
    [
        ([FOUND[0], ["r2", "a.pdf", "3", "", "Năm 2022"]], "n '3' is not '2'"),
        ([FOUND[0], ["r2", "a.pdf", "2", "y", "Năm 2022"]], "open 'y' is not ''"),
        ([FOUND[0], ["r2", "a.pdf", "2", "", "Năm 202"]], "quote_starts 'Năm 202' is not 'Năm 2022'"),
        ([FOUND[0]], "missing row: 2 - Năm 2022"),
        ([*FOUND, ["r3", "a.pdf", "9", "", "Ngoài ra"]], "unexpected row: 9 - (Ngoài ra)"),
        ([*FOUND, ["r3", "b.pdf", "9", "", "Ngoài ra"]], "t.csv: b.pdf: unexpected row"),
        ([FOUND[1], FOUND[0]], "not in the order of the page"),
    ],
)
def test_each_difference_is_one_line(tmp_path: Path, found: list[list[str]], said: str) -> None:
    lines = compare(tmp_path, found)
    assert len(lines) == 1
    assert said in lines[0]


def test_missing_file(tmp_path: Path) -> None:
    write(tmp_path / "expected" / "failures.csv", ["source_file"], [])
    assert list(differences(tmp_path, tmp_path / "expected")) == ["failures.csv: missing"]
