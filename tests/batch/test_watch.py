"""What ends a run early, and what a fault from outside costs: a page, or nothing."""

from __future__ import annotations

import csv
import os
import shutil
import time
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from batch_stand_ins import reads

from pipeline.batch import reading, watch
from pipeline.batch.engines import Outcome, Unit
from pipeline.batch.runner import Options, Report, run
from pipeline.batch.watch import MaxFailures
from pipeline.errors import (
    EXIT_OK,
    EXIT_PARTIAL,
    InputGoneError,
    OutputError,
    TooManyFailuresError,
    UsageError,
)
from pipeline.settings import Settings


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "in"
    folder.mkdir()
    for name in "abc":
        (folder / f"{name}.txt").write_text(f"{name}: 1 hộ\f{name}: 2 hộ\f{name}: 3 hộ")
    return folder


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out"


def go(source: Path, out: Path, most: str = "") -> Report:
    allowed = MaxFailures.parse(most) if most else MaxFailures()
    return run([source], out, Settings(), Options(1, "batch_stand_ins:rooms", max_failures=allowed))


def failures(out: Path) -> list[tuple[str, str, str]]:
    with (out / "failures.csv").open(newline="") as file:
        return [(r["source_file"], r["page"], r["code"]) for r in csv.DictReader(file)]


def tree(out: Path) -> dict[str, bytes]:
    found = {p.relative_to(out).as_posix(): p for p in out.rglob("*") if p.is_file()}
    return {n: p.read_bytes() for n, p in found.items() if n != "run.json" and not n.startswith(".hoso")}


@pytest.mark.parametrize(
    ("text", "done", "failed", "kind"),
    [
        ("0", {"page": 5}, {}, ""),
        ("0", {"page": 5}, {"page": 1}, "page"),
        ("3", {"page": 5, "inspect": 9}, {"page": 1, "inspect": 2}, ""),
        ("3", {"page": 5, "inspect": 9}, {"page": 1, "inspect": 3}, "inspect"),
        ("10%", {"page": 99}, {"page": 99}, ""),
        ("10%", {"page": 100}, {"page": 10}, ""),
        ("10%", {"page": 100}, {"page": 11}, "page"),
        # what could be looked at well does not make up for pages that cannot be read
        ("10%", {"inspect": 5000, "page": 200}, {"page": 21}, "page"),
        ("0.5%", {"document": 1000}, {"document": 6}, "document"),
        ("100%", {"page": 100}, {"page": 100}, ""),
    ],
)
def test_when_there_are_too_many_failures(
    text: str, done: dict[str, int], failed: dict[str, int], kind: str
) -> None:
    assert MaxFailures.parse(text).are_exceeded(Counter(failed), Counter(done)) == kind
    assert str(MaxFailures.parse(text)) == text


@pytest.mark.parametrize("text", ["", "-1", "101%", "5 %", "many", "1e3", "٣", "%"])
def test_what_is_no_number_of_failures(text: str) -> None:
    with pytest.raises(UsageError, match="must be a whole number or a percentage"):
        MaxFailures.parse(text)


def test_a_hopeless_run_is_given_up_and_can_go_on(source: Path, out: Path) -> None:
    (source / "a.txt").write_text("unreadable\funreadable\f1 hộ")
    with pytest.raises(
        TooManyFailuresError, match=r"2 of 2 pages failed .* --max-failures 1 .*a\.txt"
    ) as told:
        go(source, out, "1")
    assert told.value.exit_status == 7
    assert not (out / "tables").exists()
    # failures that the ledger knows are no news
    assert go(source, out, "1").exit_status == EXIT_PARTIAL
    assert Counter(reads()).most_common(1)[0][1] == 1
    assert failures(out) == [("a.txt", "1", "damaged"), ("a.txt", "2", "damaged")]


def test_files_that_cannot_be_opened_count_too(source: Path, out: Path) -> None:
    for number in range(3):
        (source / f"{number}.pdf").write_text("no PDF")
    with pytest.raises(TooManyFailuresError, match="3 of 3 files failed"):
        go(source, out, "2")
    assert go(source, out).exit_status == EXIT_PARTIAL


def _when(monkeypatch: pytest.MonkeyPatch, page: str, act: Callable[[], object]) -> None:
    """Do something just before the first outcome of this file's pages is recorded."""
    record, done = reading.Reading.record, list[object]()

    def acting(self: reading.Reading, outcomes: Iterable[Outcome]) -> list[Unit]:
        outcomes = list(outcomes)
        if not done and any(o.unit.source_file == page for o in outcomes):
            done.append(act())
        return record(self, outcomes)

    monkeypatch.setattr(reading.Reading, "record", acting)


def test_an_input_that_goes_away_ends_the_run_and_loses_nothing(
    source: Path, out: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    go(source, tmp_path / "undisturbed")
    first = len(reads())
    _when(monkeypatch, "b.txt", lambda: source.rename(tmp_path / "unmounted"))
    with pytest.raises(InputGoneError, match=r"in: the input went away .* when it is back") as told:
        go(source, out)
    assert told.value.exit_status == 8
    assert not (out / "tables").exists()
    once = reads()[first:]
    # nothing is mounted there: the tables must not be emptied
    source.mkdir()
    with pytest.raises(UsageError, match="is it mounted"):
        go(source, out)
    source.rmdir()
    (tmp_path / "unmounted").rename(source)
    assert go(source, out).exit_status == EXIT_OK
    assert tree(out) == tree(tmp_path / "undisturbed")
    again = reads()[first + len(once) :]
    assert not {"a.txt 1", "a.txt 2", "a.txt 3"} & set(again)


def test_one_file_that_is_deleted_while_it_is_read_costs_its_pages(
    source: Path, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _when(monkeypatch, "b.txt", (source / "b.txt").unlink)
    assert go(source, out).exit_status == EXIT_PARTIAL
    assert {(name, code) for name, _, code in failures(out)} == {("b.txt", "unreadable")}
    assert "the file went away while it was read" in (out / "failures.csv").read_text()
    assert go(source, out).exit_status == EXIT_OK
    assert failures(out) == []
    with (out / "tables" / "documents.csv").open(newline="") as file:
        assert [row["source_file"] for row in csv.DictReader(file)] == ["a.txt", "c.txt"]


def test_an_output_folder_that_goes_away_ends_the_run(
    source: Path, out: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _when(monkeypatch, "b.txt", lambda: out.rename(tmp_path / "unmounted"))
    with pytest.raises(OutputError, match=r"out: the output folder went away .* when it is back"):
        go(source, out)
    assert not out.exists()
    (tmp_path / "unmounted").rename(out)
    read = len(reads())
    assert go(source, out).exit_status == EXIT_OK
    assert not {"a.txt 1", "a.txt 2", "a.txt 3"} & set(reads()[read:])


def test_another_folder_in_the_place_of_the_output_is_not_written(
    source: Path, out: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def replace() -> None:
        out.rename(tmp_path / "unmounted")
        shutil.copytree(tmp_path / "unmounted", out)

    _when(monkeypatch, "b.txt", replace)
    with pytest.raises(OutputError, match="went away"):
        go(source, out)
    assert not (out / "tables").exists()


def test_a_program_that_is_killed_once_costs_nothing(source: Path, out: Path, tmp_path: Path) -> None:
    go(source, tmp_path / "undisturbed")
    (source / "b.txt").write_text("kill tesseract once\n1 hộ")
    assert go(source, out).exit_status == EXIT_OK
    assert failures(out) == []
    assert reads().count("b.txt 1") == 3  # undisturbed, killed, alone
    assert reads()[-1] == "b.txt 1"


def test_a_program_that_is_always_killed_costs_its_page_in_two_runs(source: Path, out: Path) -> None:
    (source / "b.txt").write_text("kill tesseract\n1 hộ\f2 hộ")
    for tries in (2, 4, 4):
        assert go(source, out).exit_status == EXIT_PARTIAL
        assert failures(out) == [("b.txt", "1", "killed")]
        assert reads().count("b.txt 1") == tries
    assert (
        "Tesseract was killed (SIGKILL), by the system for want of memory"
        in (out / "failures.csv").read_text()
    )


def test_a_log_whose_disk_is_full_says_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from pipeline.batch.runner import _log_file

    with _log_file(Path("/dev")), pytest.MonkeyPatch.context() as patch:
        patch.setattr("pipeline.batch.runner._LogFile.emit", lambda self, record: self.handleError(record))
        watch_log = __import__("logging").getLogger(watch.__name__)
        watch_log.warning("lost")
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("years", [-10, 10])
def test_a_clock_that_is_set_back_changes_nothing(
    source: Path, out: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, years: int
) -> None:
    go(source, tmp_path / "undisturbed")
    first = len(reads())
    now, now_ns = time.time, time.time_ns
    shift = years * 365 * 86_400
    # in this process while pages are read, in the workers from their first page on
    monkeypatch.setenv("BATCH_TEST_CLOCK", str(shift))

    def shifted() -> None:
        monkeypatch.setattr(time, "time", lambda: now() + shift)
        monkeypatch.setattr(time, "time_ns", lambda: now_ns() + shift * 10**9)

    _when(monkeypatch, "b.txt", shifted)
    assert go(source, out).exit_status == EXIT_OK
    assert tree(out) == tree(tmp_path / "undisturbed")
    assert len(reads()) == 2 * first
    os.utime(source / "a.txt", (now() + shift, now() + shift))
    report = go(source, out)
    assert (report.exit_status, report.counts.pages_read) == (EXIT_OK, 0)
    (source / "b.txt").write_text("9 hộ")
    assert go(source, out).counts.pages_read == 1
    assert tree(out) != tree(tmp_path / "undisturbed")
