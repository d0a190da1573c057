"""``hoso extract`` as a user runs it, watched from outside: its processes, their memory, what it leaves."""

from __future__ import annotations

import csv
import hashlib
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from hostile_case import Case

ROOT = Path(__file__).parents[2]
_MARK = "HOSTILE_TEST_RUN"
_TICK = 0.05
_DYING = 3.0
"""Seconds that what a killed run leaves behind may take to die."""


@dataclass
class Run:
    """What a run did. ``peak`` is the most memory, in bytes, that one of its processes ever held."""

    out: Path
    status: int = 0
    said: str = ""
    seconds: float = 0.0
    peak: int = 0
    left: list[str] = field(default_factory=list)
    arguments: set[bytes] = field(default_factory=set)

    def rows(self, name: str) -> list[dict[str, str]]:
        """The rows of one of its tables."""
        with (self.out / name).open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    def contents(self) -> dict[str, str]:
        """Hashes of all that it wrote, but for what may differ between equal runs."""
        files = (path for path in self.out.rglob("*") if path.is_file())
        named = {path.relative_to(self.out).as_posix(): path for path in files}
        return {
            name: hashlib.sha256(path.read_bytes()).hexdigest()
            for name, path in sorted(named.items())
            if name != "run.json" and not name.startswith(".hoso/")
        }

    def told(self) -> dict[str, tuple[str, tuple[str, ...], tuple[int, ...]]]:
        """By file: its status, the codes of its failures, the borrowers of its loans."""
        codes, borrowers = _by_file(self.rows("failures.csv")), _by_file(self.rows("tables/loans.csv"))
        return {
            row["source_file"]: (
                row["read_status"],
                tuple(f["code"] for f in codes.get(row["source_file"], [])),
                tuple(int(loan["borrowers"]) for loan in borrowers.get(row["source_file"], [])),
            )
            for row in self.rows("tables/documents.csv")
        }


def expected(cases: tuple[Case, ...]) -> dict[str, tuple[str, tuple[str, ...], tuple[int, ...]]]:
    """What ``Run.told`` must say of these cases."""
    return {case.source_file: (case.status, case.codes, case.borrowers) for case in cases}


def hoso(
    folder: Path,
    out: Path,
    *options: str,
    environment: Mapping[str, str] | None = None,
    meanwhile: Callable[[subprocess.Popen[bytes], set[bytes]], object] = lambda *_: None,
) -> Run:
    """Run ``hoso extract`` to its end.

    Args:
        folder: the input.
        out: its output folder; its temporary files go to a folder beside it.
        options: more of the command line.
        environment: added to ours.
        meanwhile: called again and again while it runs, with the process and the command lines seen so far.
    """
    run = Run(out)
    scratch = out.with_name(f"{out.name}-tmp")
    scratch.mkdir(exist_ok=True)
    added = {_MARK: str(out), "TMPDIR": str(scratch), "PYTHONPATH": str(ROOT), **(environment or {})}
    command = [sys.executable, "-m", "pipeline.cli", "extract", str(folder), "--out", str(out), *options]
    begun = time.monotonic()
    with out.with_name(f"{out.name}.said").open("w+b") as said:
        child = subprocess.Popen(
            command, cwd=out.parent, stdin=subprocess.DEVNULL, stdout=said, stderr=said,
            env={**os.environ, **added},
        )  # fmt: skip
        while not (ended := os.wait4(child.pid, os.WNOHANG))[0]:
            for process in _processes(str(out)):
                run.peak = max(run.peak, _most_memory(process))
                run.arguments.add(_read(process / "cmdline"))
            meanwhile(child, run.arguments)
            time.sleep(_TICK)
        # what lived too short a time to be seen counts here, as far as somebody waited for it
        run.peak = max(run.peak, ended[2].ru_maxrss * 1024)
        run.status = child.returncode = os.waitstatus_to_exitcode(ended[1])
        run.seconds = time.monotonic() - begun
        said.seek(0)
        run.said = said.read().decode()
    if run.status < 0:
        time.sleep(_DYING)
    run.left = [_read(process / "cmdline").decode(errors="replace") for process in _processes(str(out))]
    run.left += [str(path) for path in scratch.iterdir()]
    return run


def _processes(mark: str) -> Iterator[Path]:
    """All processes of the run, whatever session they are in: they have its environment."""
    wanted = f"{_MARK}={mark}".encode()
    for process in Path("/proc").iterdir():
        if process.name.isdigit() and wanted in _read(process / "environ").split(b"\0"):
            yield process


def _most_memory(process: Path) -> int:
    lines = _read(process / "status").split(b"\n")
    peak = next((line for line in lines if line.startswith(b"VmHWM:")), b"VmHWM: 0 kB")
    return int(peak.split()[1]) * 1024


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:  # the process has ended
        return b""


def _by_file(rows: list[dict[str, str]]) -> dict[str, list[dict[str, str]]]:
    found: dict[str, list[dict[str, str]]] = {}
    for row in rows:
        found.setdefault(row["source_file"], []).append(row)
    return found
