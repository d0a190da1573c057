"""The whole process tree killed at random moments, again and again, over one archive."""

from __future__ import annotations

import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing, suppress
from pathlib import Path

import pytest
from faults_archive import MARK, begin, draw, tree

from pipeline.batch.lock import hold

KILLS = int(os.environ.get("HOSO_FAULTS_KILLS", "200"))
_LAST = 10
"""One kill in so many comes when all pages are read, into the writing of the tables."""
_SLOWEST = 8.0
"""Seconds after which a run is killed at the latest."""
_WRITING = 2.0
"""Seconds that writing the tables may take."""


def _children(root: int) -> list[int]:
    """A process and all that it started, however many sessions they are in."""
    parents: dict[int, list[int]] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            fields = (folder / "stat").read_text().rsplit(")", 1)[1].split()
            parents.setdefault(int(fields[1]), []).append(int(folder.name))
    found = [root]
    for process in found:
        found += parents.get(process, [])
    return found


def _alive(mark: str) -> list[str]:
    """The command lines of all processes that a run of ours started and that are still there."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if f"{MARK}={mark}".encode() in (folder / "environ").read_bytes().split(b"\0"):
                found.append((folder / "cmdline").read_text().replace("\0", " "))
    return found


def _wait_until_gone(mark: str) -> None:
    for _ in range(500):
        if not (left := _alive(mark)):
            return
        time.sleep(0.02)
    pytest.fail(f"still running: {left}")


def _recorded(out: Path) -> set[str]:
    """The pages that the ledger holds: hash and number, as the log of reads names them."""
    ledger = out / ".hoso" / "ledger.sqlite"
    if not ledger.exists():
        return set()
    with closing(sqlite3.connect(ledger)) as db:
        tables = {name for (name,) in db.execute("SELECT name FROM sqlite_master")}
        if "pages" not in tables:
            return set()
        return {f"{sha256} {number}" for sha256, number in db.execute("SELECT sha256, number FROM pages")}


def _strike(root: int, dice: random.Random) -> None:
    victims = _children(root)
    dice.shuffle(victims)
    for process in victims:
        with suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)


def _lines(path: Path) -> list[str]:
    return path.read_text().splitlines() if path.exists() else []


@pytest.mark.faults
def test_kill_9_at_random_moments_changes_no_byte_and_reads_nothing_twice(tmp_path: Path) -> None:
    pages = draw(tmp_path / "in", scans=40, stacks=16, texts=8, digital=8)
    assert pages >= 300
    _kills(tmp_path, pages, KILLS)


def _kills(folder: Path, pages: int, kills: int) -> None:
    source, temporary, out = folder / "in", folder / "tmp", folder / "out"
    mark = f"{os.getpid()}-{folder.name}"
    begun = time.monotonic()
    said, _ = (
        plain := begin(source, folder / "plain", folder / "plain-reads", temporary, mark)
    ).communicate()
    assert plain.returncode == 0, said
    whole = time.monotonic() - begun
    begun = time.monotonic()
    begin(source, folder / "plain", folder / "plain-reads", temporary, mark).communicate()
    idle = time.monotonic() - begun
    assert len(_lines(folder / "plain-reads")) == pages

    dice, reads = random.Random(11), folder / "reads"
    reading = kills - kills // _LAST
    window = min(2 * idle + 2 * whole / reading, _SLOWEST)
    killed = ended = strikes = 0
    known: set[str] = set()
    while killed < kills and ended < kills:
        before = len(_lines(reads))
        run = begin(source, out, reads, temporary, mark)
        # once all is read, into the time that writing takes
        try:
            run.wait(dice.uniform(0.0, window if len(known) < pages else 2 * idle + _WRITING))
            ended += 1
        except subprocess.TimeoutExpired:
            _strike(run.pid, dice)
            killed += 1
        run.communicate()
        _wait_until_gone(mark)
        again = known & set(_lines(reads)[before:])
        assert not again, f"kill {killed}: read again though recorded: {again}"
        known = _recorded(out)
        strikes += 1
        if run.returncode == 0 and len(known) == pages:
            # whole before its time: what it wrote must be right, and the rest of the kills meet it anew
            assert tree(out) == tree(folder / "plain")
            shutil.rmtree(out)
            reads.unlink()
            known, strikes, reading = set(), 0, max(kills - killed, 1)
            continue
        # spread over the whole of the work: faster where it lags behind, slower where it runs ahead
        behind = len(known) < pages * strikes / reading
        window = min(window * 1.1, _SLOWEST) if behind else max(window / 1.3, idle / 2)

    last = begin(source, out, reads, temporary, mark)
    said, _ = last.communicate()
    assert last.returncode == 0, said
    _wait_until_gone(mark)
    told = f"{killed} kills, {ended} runs ended before theirs; {pages} pages, {len(_lines(reads))} reads"
    sys.stderr.write(f"\n{told}; undisturbed {whole:.0f} s, with nothing to do {idle:.1f} s\n")
    assert killed == kills
    assert tree(out) == tree(folder / "plain")
    assert len(_recorded(out)) == pages
    # nothing is left behind
    assert list(temporary.iterdir()) == []
    assert not list(out.rglob("*.tmp"))
    assert sorted(p.name for p in (out / ".hoso").iterdir()) == ["ledger.sqlite", "lock"]
    with hold(out):
        """The lock is free."""
