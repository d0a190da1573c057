"""hoso status, retry and clean over one output folder."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

import pytest
from batch_stand_ins import reads

from pipeline import cli
from pipeline.batch import reading
from pipeline.batch.clean import clean
from pipeline.batch.engines import Outcome, Unit
from pipeline.batch.lock import hold
from pipeline.batch.retry import retry
from pipeline.batch.runner import Options, Report, run
from pipeline.batch.status import Status, status
from pipeline.errors import EXIT_OK, EXIT_PARTIAL, InterruptedRunError, OutputError, UsageError
from pipeline.settings import Settings

OPTIONS = Options(1, "batch_stand_ins:rooms")


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.txt").write_text("1 hộ\f2 hộ\f3 hộ")
    (folder / "b.txt").write_text("kill tesseract\n4 hộ\f5 hộ")
    (folder / "c.txt").write_text("6 hộ")
    (folder / "lost.pdf").write_text("no PDF")
    return folder


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out"


def go(source: Path, out: Path, **values: object) -> Report:
    return run([source], out, Settings().with_values(values, "test"), OPTIONS)


def rows_of(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines()[1:]


def tree(out: Path) -> dict[str, bytes]:
    found = {p.relative_to(out).as_posix(): p for p in out.rglob("*") if p.is_file()}
    return {n: p.read_bytes() for n, p in found.items() if n != "run.json" and not n.startswith(".hoso")}


def test_the_state_after_a_run(source: Path, out: Path) -> None:
    go(source, out)
    found = status(out)
    assert (found.files, found.files_failed) == (4, 1)
    assert (found.pages, found.pages_done, found.pages_failed, found.pages_left) == (6, 5, 1, 0)
    assert (found.documents_made, found.documents_failed, found.documents_left) == (3, 0, 0)
    assert found.failures == {"damaged": 1, "killed": 1}
    assert [(f.source_file, f.page, f.code) for f in found.examples] == [
        ("b.txt", 1, "killed"),
        ("lost.pdf", None, "damaged"),
    ]
    assert found.failures_in_all == 2
    assert (found.running, found.eta_seconds) == (None, 0)
    assert found.pages_per_hour
    assert found.pages_per_hour > 0


def test_the_first_failures_are_named_and_the_rest_counted(
    source: Path, out: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for n in range(12):
        (source / f"lost {n:02}.pdf").write_text("no PDF")
    # the same content twice: its page is listed for each file
    (source / "b again.txt").write_bytes((source / "b.txt").read_bytes())
    go(source, out)
    assert cli.main(["status", str(out)]) == EXIT_OK
    said = capsys.readouterr().out.splitlines()
    at = said.index("failures   damaged 13, killed 1")
    named = ["b again.txt, page 1: killed", "b.txt, page 1: killed", "lost 00.pdf: damaged"]
    assert said[at + 1 : at + 4] == [" " * 11 + name for name in named]
    assert said[at + 11] == f"           and 5 more; all in {out / 'failures.csv'}"
    assert len(rows_of(out / "failures.csv")) == 15


def test_the_state_while_a_run_is_on_and_after_it_was_stopped(
    source: Path, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record, seen = reading.Reading.record, list[Status]()
    monkeypatch.setattr("pipeline.batch.pulse._SECONDS", 0.0)

    def watched(self: reading.Reading, outcomes: Iterable[Outcome]) -> list[Unit]:
        follow = record(self, outcomes)
        seen.append(status(out))
        if sum(s.pages_done == 3 for s in seen) == 1:
            raise InterruptedRunError
        return follow

    with monkeypatch.context() as patch:
        patch.setattr(reading.Reading, "record", watched)
        with pytest.raises(InterruptedRunError):
            go(source, out)
    assert seen[0].running
    assert seen[0].running["process"].isdecimal()
    done = [(s.pages_done, s.pages_left) for s in seen]
    assert all(a + b == 6 for a, b in done)
    assert done == sorted(done)
    after = status(out)
    assert (after.running, after.pages_done, after.pages_left, after.documents_left) == (None, 3, 3, 3)
    assert not (out / ".hoso" / "pulse.json").exists()


def test_what_new_rules_make_anew_is_left_before_they_do(source: Path, out: Path) -> None:
    go(source, out)
    with closing(sqlite3.connect(out / ".hoso" / "ledger.sqlite")) as db:
        db.execute("UPDATE documents SET key = 'of older rules'")
        db.commit()
    assert (status(out).pages_left, status(out).documents_left) == (0, 3)


def test_status_as_a_command(source: Path, out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    go(source, out)
    assert cli.main(["status", str(out)]) == EXIT_OK
    said = capsys.readouterr().out
    assert "pages      6: 5 done, 1 failed, 0 left\n" in said
    assert "failures   damaged 1, killed 1\n" in said
    assert cli.main(["status", str(out), "--json"]) == EXIT_OK
    told = json.loads(capsys.readouterr().out)
    assert (told["pages"], told["pages_failed"], told["running"], told["eta_seconds"]) == (6, 1, None, 0)


def test_where_nothing_was_written_there_is_no_state(out: Path, tmp_path: Path) -> None:
    for command in (status, retry, clean):
        with pytest.raises(UsageError, match="no such folder; run hoso extract INPUT --out"):
            command(out)
    assert not out.exists()


def test_retry_reads_what_failed_and_nothing_else(source: Path, out: Path, tmp_path: Path) -> None:
    for _ in range(3):  # until it is no longer tried
        go(source, out)
    before, read = tree(out), len(reads())
    assert retry(out, OPTIONS).exit_status == EXIT_PARTIAL
    assert reads()[read:] == ["b.txt 1"] * 2
    assert tree(out) == before
    # what can be read now is read; what is new waits for hoso extract
    (source / "b.txt").write_text("4 hộ\f5 hộ")
    (source / "lost.pdf").unlink()
    (source / "new.txt").write_text("7 hộ")
    read = len(reads())
    report = retry(out, OPTIONS)
    assert reads()[read:] == ["b.txt 1", "b.txt 2"]
    assert (report.summary.files, report.summary.failures) == (4, 1)
    # and a retry leaves nothing that extract would not have made
    go(source, out)
    go(source, tmp_path / "undisturbed")
    assert tree(out) == tree(tmp_path / "undisturbed")


def test_retry_with_nothing_failed_reads_nothing(source: Path, out: Path) -> None:
    (source / "b.txt").unlink()
    (source / "lost.pdf").unlink()
    go(source, out)
    before, read = tree(out), reads()
    report = retry(out, OPTIONS)
    assert report.exit_status == EXIT_OK
    assert (report.counts.files_inspected, report.counts.documents_made) == (0, 0)
    assert (tree(out), reads()) == (before, read)


def test_retry_is_refused_where_all_would_be_read_again(
    source: Path, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    go(source, out)
    read = reads()
    monkeypatch.setattr("pipeline.batch.keys.code", lambda *_: "newer")
    with pytest.raises(UsageError, match="changed since the last run: run hoso extract again"):
        retry(out, OPTIONS)
    assert reads() == read


def test_clean_takes_what_no_file_needs_and_no_table(source: Path, out: Path) -> None:
    go(source, out)
    (source / "a.txt").unlink()
    go(source, out)
    before = tree(out)
    decisions = out / "decisions.jsonl"
    decisions.write_text("{}\n")
    (out / "tables" / ".hoso-1-loans.csv.tmp").write_text("half")
    assert clean(out).pages == 3
    assert clean(out).pages == 0
    decisions.unlink()
    assert tree(out) == before
    read = reads()
    go(source, out)
    assert [page for page in reads()[len(read) :] if not page.startswith("b.txt")] == []
    assert tree(out) == before
    (source / "a.txt").write_text("1 hộ\f2 hộ\f3 hộ")
    go(source, out)
    assert {"a.txt 1", "a.txt 2", "a.txt 3"} <= set(reads()[len(read) :])


def test_clean_waits_for_no_run(source: Path, out: Path) -> None:
    go(source, out)
    with hold(out), pytest.raises(OutputError, match="another run is writing there"):
        clean(out)
