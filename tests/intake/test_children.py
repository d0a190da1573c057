"""Programs run under limits, end in time and leave nothing."""

from __future__ import annotations

import errno
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from waiting import until

from pipeline.errors import (
    DamagedError,
    KilledError,
    LimitError,
    MissingProgramError,
    OutputError,
    TimeoutReadError,
)
from pipeline.intake import children
from pipeline.settings import Settings


def _program(folder: Path, name: str, script: str, monkeypatch: pytest.MonkeyPatch) -> None:
    file = folder / name
    file.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    file.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")


def test_output_status_and_error_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _program(tmp_path, "stand-in", 'echo "$1"; echo bad >&2; exit 3', monkeypatch)
    done = children.run("stand-in", ["a b; c"], Settings(), where="x")
    assert done == children.Finished(3, b"a b; c\n", "bad\n")


def test_a_program_that_hangs_is_ended_with_its_children(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _program(tmp_path, "stand-in", "sleep 60 & sleep 60", monkeypatch)
    with pytest.raises(TimeoutReadError, match=r"f\.pdf, page 2: stand-in took longer than 1 s"):
        children.run("stand-in", [], Settings(page_timeout=1), where="f.pdf, page 2")


def test_the_clock_ends_a_program_that_computes_without_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # its limit of processor time was the same as the clock's: either came first, and one told "damaged"
    _program(tmp_path, "stand-in", "ulimit -St; ulimit -Ht; [ $# = 0 ] || while :; do :; done", monkeypatch)
    with pytest.raises(TimeoutReadError, match="stand-in took longer than 1 s"):
        children.run("stand-in", ["endless"], Settings(page_timeout=1), where="x")
    done = children.run("stand-in", [], Settings(page_timeout=7), where="x")
    assert all(int(seconds) > 7 for seconds in done.output.split())


def test_output_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _program(tmp_path, "stand-in", "exec head -c 5000000 /dev/zero", monkeypatch)
    with pytest.raises(LimitError):
        children.run("stand-in", [], Settings(max_pixels=1000), where="x")


def test_a_program_that_runs_out_of_memory_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _program(tmp_path, "stand-in", "echo std::bad_alloc >&2; exit 1", monkeypatch)
    with pytest.raises(LimitError, match="stand-in needs more than 1500000000 bytes; raise max_memory"):
        children.run("stand-in", [], Settings(), where="x")


@pytest.mark.parametrize("number", [9, 15])
def test_a_program_that_is_killed_from_outside_is_no_damaged_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    _program(tmp_path, "stand-in", f"kill -{number} $$", monkeypatch)
    with pytest.raises(KilledError, match=r"x: stand-in was killed .* want of memory, or by somebody"):
        children.run("stand-in", [], Settings(), where="x")


def test_a_program_that_crashes_over_its_page_is_not_killed_from_outside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _program(tmp_path, "stand-in", "kill -SEGV $$", monkeypatch)
    assert children.run("stand-in", [], Settings(), where="x").status == -signal.SIGSEGV


def test_a_guard_tells_that_its_program_was_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _program(tmp_path, "pdftoppm", "[ $# = 0 ] || kill -$1 $$", monkeypatch)
    guards = children.guards(tmp_path, Settings())
    assert guards is not None
    for arguments in ([], ["SEGV"]):
        subprocess.run([guards / "pdftoppm", *arguments], check=False)
        children.check_guarded(tmp_path, "x")
    subprocess.run([guards / "pdftoppm", "KILL"], check=False)
    with pytest.raises(KilledError, match=r"x: pdftoppm was killed \(SIGKILL\)"):
        children.check_guarded(tmp_path, "x")


def test_a_full_disk_is_told_whatever_the_program_made_of_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    full = OSError(errno.ENOSPC, "No space left on device")

    def no_room(place: Path, data: bytes) -> int:
        raise full

    monkeypatch.setattr(Path, "write_bytes", no_room)
    words = "temporary files is full; free some space"
    with pytest.raises(OutputError, match=words), children.scratch():
        """All seemed well."""
    for error in (DamagedError("drew nothing"), full):
        with pytest.raises(OutputError, match=words), children.scratch():
            raise error


def test_a_missing_program_names_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(MissingProgramError, match="apt-get install poppler-utils"):
        children.program("pdftotext")


def test_scratch_is_gone_afterwards() -> None:
    with children.scratch() as folder:
        (folder / "file").write_text("x", encoding="utf-8")
    assert not folder.exists()


def test_guards_pass_arguments_as_they_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _program(tmp_path, "tesseract", 'printf "%s|" "$OMP_THREAD_LIMIT" "$@"', monkeypatch)
    guards = children.guards(tmp_path, Settings())
    assert guards is not None
    monkeypatch.setenv("PATH", f"{guards}:/usr/bin:/bin")
    done = children.run("tesseract", ["a b", "$HOME", "'"], Settings(), where="x")
    assert done.output == b"1|a b|$HOME|'|"


@pytest.mark.skipif(shutil.which("setpriv") is None, reason="setpriv is not installed")
def test_a_program_does_not_outlive_its_killed_parent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = f"echo $$ > {tmp_path}/new; mv {tmp_path}/new {tmp_path}/pid; exec sleep 60"
    _program(tmp_path, "stand-in", script, monkeypatch)
    code = (
        "from pipeline.intake import children; from pipeline.settings import Settings;"
        "children.run('stand-in', [], Settings(), where='x')"
    )
    parent = subprocess.Popen([sys.executable, "-c", code])
    until((tmp_path / "pid").exists)
    child = int((tmp_path / "pid").read_text(encoding="utf-8"))
    parent.kill()
    parent.wait()
    until(lambda: _is_gone(child))


def _is_gone(pid: int) -> bool:
    """Gone, or dead and not yet collected by whoever inherited it."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    except (FileNotFoundError, ProcessLookupError):
        return True
    return state.rsplit(")", 1)[1].split()[0] == "Z"
