"""Faults of the machine, one by one: each with its message, its exit status and what is left afterwards.

What needs a mount is skipped where mounting is not permitted, as it is to anybody but root.
"""

from __future__ import annotations

import csv
import os
import shutil
import signal
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from faults_archive import begin, command, draw, tree
from waiting import until

pytestmark = pytest.mark.faults


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("faults") / "in"
    draw(folder, scans=3, stacks=0, texts=1, digital=1)
    return folder


@pytest.fixture(scope="module")
def undisturbed(source: Path) -> dict[str, bytes]:
    out = source.parent / "undisturbed"
    assert command(["extract", source, "--out", out]).returncode == 0
    return tree(out)


@contextmanager
def mounted(place: Path, options: str) -> Iterator[None]:
    """A file system in memory at this place."""
    place.mkdir(exist_ok=True)
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", options, "hoso-faults", place], capture_output=True, check=False
    )
    if done.returncode:
        pytest.skip(f"mounting is not permitted here: {done.stderr.decode().strip()}")
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", place], check=True)


def _grown(place: Path) -> None:
    subprocess.run(["mount", "-o", "remount,size=200m", place], check=True)


def _codes(out: Path) -> list[tuple[str, str]]:
    with (out / "failures.csv").open(newline="", encoding="utf-8") as file:
        return [(row["source_file"], row["code"]) for row in csv.DictReader(file)]


@pytest.mark.parametrize("size", ["16k", "100k", "200k", "300k"])
def test_a_full_disk_under_the_output_loses_nothing(
    source: Path, undisturbed: dict[str, bytes], tmp_path: Path, size: str
) -> None:
    out = tmp_path / "out"
    with mounted(out, f"size={size}"):
        done = command(["extract", source, "--out", out])
        assert done.returncode == 6, done.stderr
        assert done.stderr.count("\n") == 1
        assert "full" in done.stderr or "No space left on device" in done.stderr
        _grown(out)
        # what was recorded is whole, and the run goes on
        ledger = out / ".hoso" / "ledger.sqlite"
        if ledger.exists() and ledger.stat().st_size:
            with closing(sqlite3.connect(ledger)) as db:
                assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        again = command(["extract", source, "--out", out])
        assert again.returncode == 0, again.stderr
        assert tree(out) == undisturbed


def test_a_full_disk_under_the_temporary_files_spoils_no_page(
    source: Path, undisturbed: dict[str, bytes], tmp_path: Path
) -> None:
    temporary, out = tmp_path / "small", tmp_path / "out"
    for size in ("100k", "400k"):
        with mounted(temporary, f"size={size}"):
            done = command(["extract", source, "--out", out], TMPDIR=str(temporary))
            assert done.returncode == 6, (size, done.stderr)
            assert done.stderr.count("\n") == 1
            assert "temporary files" in done.stderr
            assert "free some space" in done.stderr or "No space left" in done.stderr
            assert list(temporary.iterdir()) == []
    assert not (out / "tables").exists()
    assert command(["extract", source, "--out", out]).returncode == 0
    assert tree(out) == undisturbed


def test_a_read_only_output_is_refused_and_stays(
    source: Path, undisturbed: dict[str, bytes], tmp_path: Path
) -> None:
    out = tmp_path / "out"
    # by the mount: modes do not bind root
    with mounted(out, "size=200m"):
        assert command(["extract", source, "--out", out]).returncode == 0
        subprocess.run(["mount", "-o", "remount,ro", out], check=True)
        for arguments in (["extract", source, "--out", out], ["retry", out], ["clean", out]):
            done = command(arguments)
            assert done.returncode == 6, done.stderr
            assert "cannot be written: Read-only file system" in done.stderr
        seen = command(["status", out])
        assert seen.returncode == 0, seen.stderr
        assert "0 left" in seen.stdout
        assert tree(out) == undisturbed


@pytest.mark.skipif(os.geteuid() == 0, reason="modes do not bind root")
def test_an_output_without_permission_is_refused(source: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir(mode=0o500)
    done = command(["extract", source, "--out", out])
    assert done.returncode == 6
    assert "cannot be written: Permission denied" in done.stderr


def test_an_output_whose_mount_goes_away_is_told(source: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    with mounted(out, "size=200m"):
        run = begin(source, out, tmp_path / "reads", tmp_path / "tmp", "unmounted")
        until((tmp_path / "reads").exists)
        subprocess.run(["umount", "-l", out], check=True)
        said, _ = run.communicate()
        assert run.returncode == 6, said
        assert "the output folder went away while the run was on" in said
        assert list(out.iterdir()) == []
        subprocess.run(["mount", "-t", "tmpfs", "hoso-faults", out], check=True)


def test_an_input_whose_mount_goes_away_is_told_and_read_when_it_is_back(
    source: Path, undisturbed: dict[str, bytes], tmp_path: Path
) -> None:
    share, out = tmp_path / "in", tmp_path / "out"
    away = tmp_path / "away"
    shutil.copytree(source, share)
    run = begin(share, out, tmp_path / "reads", tmp_path / "tmp", "input")
    until((tmp_path / "reads").exists)
    share.rename(away)
    said, _ = run.communicate()
    assert run.returncode == 8, said
    assert "the input went away while it was read" in said
    share.mkdir()  # the empty folder on which nothing is mounted
    assert command(["extract", share, "--out", out]).returncode == 2
    share.rmdir()
    away.rename(share)
    assert command(["extract", share, "--out", out]).returncode == 0
    assert tree(out) == undisturbed


def test_a_file_that_is_deleted_while_it_is_read_costs_itself(source: Path, tmp_path: Path) -> None:
    folder, out = tmp_path / "in", tmp_path / "out"
    shutil.copytree(source, folder)
    run = begin(folder, out, tmp_path / "reads", tmp_path / "tmp", "deleted")
    until((tmp_path / "reads").exists)
    (folder / "text-000.txt").unlink()
    (folder / "scan-002.png").unlink()
    said, _ = run.communicate()
    assert run.returncode == 3, said
    assert {code for _, code in _codes(out)} == {"unreadable"}
    assert {name for name, _ in _codes(out)} <= {"text-000.txt", "scan-002.png"}
    assert command(["extract", folder, "--out", out]).returncode == 0
    assert _codes(out) == []


def test_without_tesseract_nothing_is_begun(
    source: Path, undisturbed: dict[str, bytes], tmp_path: Path
) -> None:
    programs, out = tmp_path / "bin", tmp_path / "out"
    programs.mkdir()
    for name in ("pdftotext", "pdftoppm", "pdfinfo", "pdfimages", "prlimit", "setpriv", "sh"):
        (programs / name).symlink_to(str(shutil.which(name)))
    done = command(["extract", source, "--out", out], PATH=str(programs))
    assert done.returncode == 5
    assert "tesseract is not installed; on Debian or Ubuntu: apt-get install tesseract-ocr" in done.stderr
    assert not (out / "tables").exists()
    assert command(["extract", source, "--out", out]).returncode == 0
    assert tree(out) == undisturbed


def _deadly_tesseract(folder: Path, often: int) -> str:
    """PATH with a Tesseract that is killed so often before it reads; -1: always."""
    real = shutil.which("tesseract")
    folder.mkdir()
    script = folder / "tesseract"
    script.write_text(
        "#!/bin/sh\n"
        'case "$*" in *--list-langs*|*--version*) exec ' + f"{real}" + ' "$@";; esac\n'
        f'[ {often} -ge 0 ] && [ $(ls {folder} | grep -c killed-) -ge {often} ] && exec {real} "$@"\n'
        f"touch {folder}/killed-$$\nkill -9 $$\n"
    )
    script.chmod(0o755)
    return f"{folder}:{os.environ['PATH']}"


def test_tesseract_that_is_killed_is_run_again(
    source: Path, undisturbed: dict[str, bytes], tmp_path: Path
) -> None:
    path = _deadly_tesseract(tmp_path / "bin", 2)
    done = command(["extract", source, "--out", tmp_path / "out"], PATH=path)
    assert done.returncode == 0, done.stderr
    assert len(list((tmp_path / "bin").glob("killed-*"))) >= 2
    assert tree(tmp_path / "out") == undisturbed


def test_tesseract_that_is_always_killed_is_told_and_the_page_no_damaged_one(
    source: Path, undisturbed: dict[str, bytes], tmp_path: Path
) -> None:
    out = tmp_path / "out"
    done = command(["extract", source, "--out", out], PATH=_deadly_tesseract(tmp_path / "bin", -1))
    assert done.returncode == 3
    assert _codes(out) == [(f"scan-00{number}.png", "killed") for number in range(3)]
    assert "Tesseract was killed (SIGKILL), by the system for want of memory, or by somebody" in done.stderr
    assert command(["retry", out]).returncode == 0
    assert tree(out) == undisturbed


def test_sigterm_leaves_a_state_that_goes_on(
    source: Path, undisturbed: dict[str, bytes], tmp_path: Path
) -> None:
    run = begin(source, tmp_path / "out", tmp_path / "reads", tmp_path / "tmp", "sigterm")
    until((tmp_path / "reads").exists)
    run.send_signal(signal.SIGTERM)
    said, _ = run.communicate()
    assert run.returncode == 130
    assert "run the same command again to go on" in said
    assert list((tmp_path / "tmp").iterdir()) == []
    assert command(["extract", source, "--out", tmp_path / "out"]).returncode == 0
    assert tree(tmp_path / "out") == undisturbed


def test_the_second_run_says_who_holds_the_folder_and_leaves(
    source: Path, undisturbed: dict[str, bytes], tmp_path: Path
) -> None:
    out = tmp_path / "out"
    run = begin(source, out, tmp_path / "reads", tmp_path / "tmp", "first")
    until((tmp_path / "reads").exists)
    for arguments in (["extract", source, "--out", out], ["clean", out]):
        second = command(arguments)
        assert second.returncode == 6
        assert f"another run is writing there (process {run.pid} on " in second.stderr
    assert f"running    process {run.pid} on" in command(["status", out]).stdout
    said, _ = run.communicate()
    assert run.returncode == 0, said
    assert tree(out) == undisturbed
