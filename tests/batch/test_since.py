from __future__ import annotations

import csv
import json
import os
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from batch_stand_ins import reads

from pipeline.batch.runner import Options, Report, run
from pipeline.batch.since import changed, moment
from pipeline.errors import UsageError
from pipeline.settings import Settings

OLD, MARK = 1_000_000_000, 1_500_000_000


def test_a_moment_is_a_date_a_time_or_the_last_run(tmp_path: Path) -> None:
    assert moment("2024-06-30T22:00+07:00", tmp_path) == datetime(2024, 6, 30, 15, tzinfo=UTC).timestamp()
    assert moment("2024-06-30", tmp_path) == time.mktime((2024, 6, 30, 0, 0, 0, 0, 0, -1))
    assert moment("last", tmp_path) is None
    for text in ("{", '{"begun": 3}', "{}", '{"begun": "yesterday"}'):
        (tmp_path / "run.json").write_text(text)
        assert moment("last", tmp_path) is None
    (tmp_path / "run.json").write_text('{"begun": "2024-06-30T22:00:00+0700"}')
    assert moment("last", tmp_path) == datetime(2024, 6, 30, 14, 50, tzinfo=UTC).timestamp()


@pytest.mark.parametrize("text", ["", "x", "30/6/2024", "2024-13-01", "99999-01-01", "last night", "\n"])
def test_what_is_no_moment(tmp_path: Path, text: str) -> None:
    with pytest.raises(UsageError, match="neither 'last' nor a date"):
        moment(text, tmp_path)


def test_the_later_of_both_times_counts() -> None:
    assert changed(json.dumps([1, 5_000_000_000, 9_000_000_000, 7])) == 9.0
    assert changed(json.dumps([1, 9_500_000_000, 5_000_000_000, 7])) == 9.5


@pytest.fixture
def source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Of a.txt and b.txt the test says how old they are: nobody can set the time of a file's place."""
    folder = tmp_path / "in"
    folder.mkdir()
    for name in ("a", "b"):
        (folder / f"{name}.txt").write_text(f"{len(reads()) + 1} hd của {name}\n")
        os.utime(folder / f"{name}.txt", (OLD, OLD))
    monkeypatch.setattr("pipeline.batch.since.changed", lambda stat: json.loads(stat)[1] / 1e9)
    return folder


def go(source: Path, out: Path, since: float | None = MARK, **settings: int) -> Report:
    return run([source], out, Settings(**settings), Options(1, "batch_stand_ins:rooms", since=since))  # type: ignore[arg-type]


def names(out: Path) -> list[str]:
    with (out / "tables" / "documents.csv").open(newline="") as file:
        return [row["source_file"] for row in csv.DictReader(file)]


def test_older_files_are_left_out_and_told(source: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    (source / "c.txt").write_text("3 hd\n")
    report = go(source, out)
    assert names(out) == ["c.txt"]
    assert (report.counts.files_left, report.summary.files) == (2, 1)
    go(source, out, since=None)
    assert names(out) == ["a.txt", "b.txt", "c.txt"]


def test_others_keep_their_rows_though_they_are_gone_or_changed(source: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    go(source, out, since=None)
    (source / "a.txt").unlink()
    (source / "b.txt").write_text("77 hd\n")
    os.utime(source / "b.txt", (OLD + 5, OLD + 5))
    (source / "c.txt").write_text("3 hd\n")
    report = go(source, out)
    assert names(out) == ["a.txt", "b.txt", "c.txt"]
    assert report.counts.files_left == 0
    assert "77" not in (out / "tables" / "loans.csv").read_text()
    assert reads() == ["a.txt 1", "b.txt 1", "c.txt 1"]
    go(source, out, since=None)
    assert names(out) == ["b.txt", "c.txt"]
    assert "77" in (out / "tables" / "loans.csv").read_text()


def test_new_readers_read_what_is_taken_alone_and_the_next_whole_run_the_rest(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    go(source, out, since=None)
    before = len(reads())
    monkeypatch.setattr("pipeline.batch.keys._PAGE", ("errors.py",))
    (source / "c.txt").write_text("3 hd\n")
    go(source, out)
    assert reads()[before:] == ["c.txt 1"]
    go(source, out, since=None)
    assert sorted(reads()[before:]) == ["a.txt 1", "b.txt 1", "c.txt 1"]


def test_a_file_that_was_never_read_to_its_end_is_read_though_it_is_old(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pipeline.batch.ledger import Ledger

    out = tmp_path / "out"
    go(source, out, since=None)
    ledger = Ledger(out / ".hoso" / "ledger.sqlite")
    ledger._db.execute("DELETE FROM pages WHERE sha256 = (SELECT sha256 FROM files LIMIT 1)")
    ledger.close()
    go(source, out)
    assert reads() == ["a.txt 1", "b.txt 1", "a.txt 1"]


def test_an_inbox_that_is_emptied_keeps_its_tables(source: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    go(source, out, since=None)
    for path in source.iterdir():
        path.unlink()
    assert go(source, out).exit_status == 0
    assert names(out) == ["a.txt", "b.txt"]
    with pytest.raises(UsageError, match="no file in"):
        go(source, out, since=None)
