"""The scorer of figure tables, on tables so small that the shares are plain."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.scoring import scores

HEAD = "source_file,kind,count,recipients,amount_vnd,status\n"


def folder(path: Path, rows: str, files: str = "") -> Path:
    path.mkdir()
    (path / "supports.csv").write_text(HEAD + rows, encoding="utf-8")
    if files:
        (path / "files.txt").write_text(files, encoding="utf-8")
    return path


def test_rows_and_numbers(tmp_path: Path) -> None:
    truth = folder(tmp_path / "truth", "a.txt,gift,30,,,actual\na.txt,food,,12,5000,actual\n")
    found = folder(
        tmp_path / "found", "a.txt,gift,30,,,actual\na.txt,food,,12,,actual\nb.txt,gift,1,,,actual\n"
    )
    score = scores(truth, found)["supports"]
    assert (score.rows.wanted, score.rows.found, score.rows.right) == (2, 2, 1)
    assert (score.rows.precision, score.rows.recall, score.rows.f1) == (0.5, 0.5, 0.5)
    assert score.numbers.precision == 1.0
    assert score.numbers.recall == pytest.approx(2 / 3)


def test_a_file_without_rows_is_judged_where_it_is_listed(tmp_path: Path) -> None:
    truth = folder(tmp_path / "truth", "a.txt,gift,30,,,actual\n", "a.txt\nb.txt\n")
    found = folder(tmp_path / "found", "a.txt,gift,30,,,actual\nb.pdf,gift,1,,,actual\n")
    assert scores(truth, found)["supports"].rows.precision == 0.5
    assert scores(truth, found, ["a.txt"])["supports"].rows.precision == 1.0


def test_an_open_cell_agrees_with_any(tmp_path: Path) -> None:
    truth = folder(tmp_path / "truth", "a.txt,*,30,,,actual\na.txt,gift,30,,,actual\n")
    found = folder(tmp_path / "found", "a.txt,gift,30.0,,,Actual\na.txt,food,30,,,actual\n")
    assert scores(truth, found)["supports"].rows.right == 2
