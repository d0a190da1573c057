"""Folders of hostile files, read as a user reads them: see README.md."""

from __future__ import annotations

import csv
import re
import shutil
import signal
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import hostile_files
import pytest
from hostile_case import Case, picture, saved, sentence
from hostile_list import README, written
from hostile_run import Run, expected, hoso

from pipeline.errors import EXIT_PARTIAL

MOST_MEMORY = 1_500_000_000
_PATIENCE = {"HOSO_PAGE_TIMEOUT": "30"}
"""Seconds for what comes to no end; what does come to one takes a tenth of it."""
_SECONDS = 1500
_NUMBER = re.compile(r"-?[0-9.]+")
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
QUICK = tuple(case for case in hostile_files.CASES if case.quick)


class Folder:
    """A hostile folder and the runs over it."""

    def __init__(self, place: Path, cases: tuple[Case, ...], jobs: tuple[str, ...]) -> None:
        self.cases = cases
        self.place = place
        self.input = place / "in"
        hostile_files.build(self.input, cases)
        self.passwords = place / "passwords.txt"
        self.passwords.write_text(hostile_files.PASSWORDS, encoding="utf-8")
        self.before = self.state()
        self.runs = [
            hoso(
                self.input, place / f"out-{number}", "--jobs", number, "--password-file", str(self.passwords),
                environment=_PATIENCE,
            )
            for number in jobs
        ]  # fmt: skip

    def state(self) -> dict[str, tuple[int, int]]:
        """Size and time of all that lies beside the outputs."""
        return {
            str(path): (path.lstat().st_size, path.lstat().st_mtime_ns)
            for path in sorted(self.place.rglob("*"))
            if not path.relative_to(self.place).parts[0].startswith("out-")
        }


@pytest.fixture(
    scope="module",
    params=[
        pytest.param((QUICK, ("2",)), id="quick"),
        pytest.param((hostile_files.CASES, ("1", "2")), id="whole", marks=pytest.mark.whole),
    ],
)
def folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Folder]:
    place = tmp_path_factory.mktemp("hostile")
    yield Folder(place, *request.param)
    shutil.rmtree(place, ignore_errors=True)


def test_the_list_in_the_readme_is_of_these_files() -> None:
    text = README.read_text(encoding="utf-8")
    assert written(text) == text
    names = [case.source_file for case in hostile_files.EVERY]
    assert len(set(names)) == len(names) >= 60


def test_the_batch_ends_and_says_so(folder: Folder) -> None:
    for run in folder.runs:
        assert run.status == EXIT_PARTIAL, run.said
        assert run.seconds < _SECONDS
        assert "Traceback" not in run.said
        assert "\x1b" not in run.said
        assert all(line.startswith("hoso: ") for line in run.said.splitlines())


def test_every_file_has_its_row_its_codes_and_its_figures(folder: Folder) -> None:
    for run in folder.runs:
        assert run.told() == expected(folder.cases)


def test_every_failure_is_one_printable_line_that_holds_on_any_machine(folder: Folder) -> None:
    for row in folder.runs[0].rows("failures.csv"):
        assert row["code"] != "internal", row
        assert 10 < len(row["message"]) < 700, row
        assert row["message"].isprintable(), row
        assert str(folder.place) not in row["message"], row


def test_no_process_and_no_temporary_file_outlives_it(folder: Folder) -> None:
    for run in folder.runs:
        assert run.left == []


def test_no_process_takes_more_memory_than_promised(folder: Folder) -> None:
    assert max(run.peak for run in folder.runs) <= MOST_MEMORY


def test_as_many_processes_as_you_like_write_the_same_bytes(folder: Folder) -> None:
    if len(folder.runs) < 2:
        pytest.skip("the quick folder is read once")
    one, two = (run.contents() for run in folder.runs)
    assert one == two


def test_nothing_is_written_outside_out(folder: Folder) -> None:
    assert folder.state() == folder.before


def test_passwords_are_told_to_nobody(folder: Folder) -> None:
    secrets = [word.encode() for word in hostile_files.PASSWORDS.split("\n")]
    for run in folder.runs:
        written_ = [path.read_bytes() for path in run.out.rglob("*") if path.is_file()]
        for place in (*written_, *run.arguments, run.said.encode()):
            assert not any(secret in place for secret in secrets)


def test_no_cell_starts_a_formula_and_no_text_commands_a_terminal(folder: Folder) -> None:
    for path in folder.runs[0].out.rglob("*.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.reader(file):
                cells = [cell for cell in row if not _NUMBER.fullmatch(cell)]
                assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in cells), row
    for path in (folder.runs[0].out / "text").iterdir():
        assert not _CONTROL.search(path.read_text(encoding="utf-8"))


def test_no_file_brings_others_along(folder: Folder) -> None:
    for path in (folder.runs[0].out / "text").iterdir():
        assert "root:" not in path.read_text(encoding="utf-8")


def test_a_killed_run_takes_its_programs_along(tmp_path: Path) -> None:
    endless = next(case for case in hostile_files.CASES if case.name == "pdf/form-quat.pdf")
    hostile_files.build(tmp_path / "in", (endless,))
    begun = False

    def meanwhile(child: subprocess.Popen[bytes], arguments: set[bytes]) -> None:
        nonlocal begun
        if not begun and any(b"pdftotext\0" in line for line in arguments):
            begun = True
            child.kill()

    run = hoso(tmp_path / "in", tmp_path / "out", "--jobs", "1", meanwhile=meanwhile)
    assert begun
    assert run.status == -signal.SIGKILL
    # its folder of temporary files goes with the next run
    assert [line for line in run.left if "hoso-run-" not in line] == []


def test_files_that_change_or_vanish_while_they_are_read(tmp_path: Path) -> None:
    source = tmp_path / "in"
    source.mkdir()
    # read first: by the time that they are, all files are known
    for number in range(3):
        (source / f"a{number}.png").write_bytes(saved(picture(401 + number), "PNG"))
    grows, swapped, gone = (source / f"z-{name}.txt" for name in ("grows", "swapped", "gone"))
    for number, path in enumerate((grows, swapped, gone)):
        path.write_text(sentence(411 + number), encoding="utf-8")
    (source / "zz.txt").write_text(sentence(414), encoding="utf-8")
    ledger = tmp_path / "out" / ".hoso" / "ledger.sqlite"
    done = False

    def meanwhile(*_: object) -> None:
        nonlocal done
        if not done and len(_known(ledger)) == 7:
            done = True
            with grows.open("a", encoding="utf-8") as file:
                file.write(f"\n{sentence(421)}")
            other = tmp_path / "other"
            other.write_text(sentence(422), encoding="utf-8")
            other.replace(swapped)
            gone.unlink()

    run = hoso(source, tmp_path / "out", "--jobs", "1", meanwhile=meanwhile)
    assert done
    assert run.status == EXIT_PARTIAL, run.said
    told = run.told()
    lost = ("failed", ("unreadable",), ())
    assert [told[path.name] for path in (grows, swapped, gone)] == [lost] * 3
    assert told["zz.txt"] == ("ok", (), (414,))
    assert run.left == []
    # the next run finds what is there now
    told = hoso(source, tmp_path / "out", "--jobs", "1").told()
    assert [told[path.name] for path in (grows, swapped)] == [("ok", (), (411, 421)), ("ok", (), (422,))]
    assert gone.name not in told


def _known(ledger: Path) -> list[str]:
    """The files that a run has looked at so far."""
    with suppress(sqlite3.Error), closing(sqlite3.connect(f"file:{ledger}?mode=ro", uri=True)) as database:
        return [name for (name,) in database.execute("SELECT source_file FROM files WHERE code IS NULL")]
    return []


def test_a_run_that_is_watched_here_is_seen(tmp_path: Path) -> None:
    """The watch itself: without it no memory is measured and no orphan found."""
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.txt").write_text(sentence(431), encoding="utf-8")
    run: Run = hoso(tmp_path / "in", tmp_path / "out", "--jobs", "1")
    assert run.told() == {"a.txt": ("ok", (), (431,))}
    assert run.peak > 30_000_000
    assert any(b"pipeline.batch.worker" in line for line in run.arguments)
