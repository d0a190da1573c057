"""How a run's time and memory grow with the number of files, and what a run with nothing new costs.

usage: python -m benchmarks.batch_scale [--steps N N …] [--rows N] [--jobs N] [--write]

Small text files of ours (``batch_corpus``), each with figures of its own, are read by the command as it is
installed. The first steps grow one input; the last is a first run into a new folder. After each, the same
command runs again with nothing new. Memory is what all processes of the command hold together (resident,
shared pages counted in each), sampled while it runs. ``--write`` puts the result into docs/benchmarks.md and
the picture into docs/scale.svg.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks import batch_corpus
from benchmarks.page import commit, put
from benchmarks.shared import HOSO, ROOT, WORK

STEPS = (10_000, 25_000, 50_000, 100_000)
ROWS = 1_000_000
MOST_SECONDS, MOST_MEMORY = 20.0, 300.0
"""What a run with nothing new may take on 100,000 files, seconds and MB."""
_EVERY = 0.25
"""Seconds between two samples; of a first run each tenth is kept for the picture."""


@dataclass
class Run:
    """One run of a command: seconds, peak of the whole tree's memory (MB), samples (seconds, MB)."""

    seconds: float = 0.0
    peak: float = 0.0
    samples: list[tuple[float, float]] = field(default_factory=list)
    driver: list[tuple[float, float]] = field(default_factory=list)
    """The same of the driver alone, which holds what grows with the files if anything does."""


@dataclass(frozen=True)
class Step:
    """What was measured at a number of files: first and idle run, sizes in MB."""

    files: int
    first: Run
    idle: Run
    ledger: float
    tables: float
    is_whole: bool
    """Whether ``first`` read all of them, not only what came since the step before."""


def main() -> None:
    """Measure and print; put it into the documentation where asked."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--steps", type=int, nargs="+", default=list(STEPS), metavar="N")
    parser.add_argument("--rows", type=int, default=ROWS, metavar="N")
    parser.add_argument("--jobs", type=int, default=0, metavar="N")
    parser.add_argument("--write", action="store_true", help="put the result into docs")
    options = parser.parse_args()
    text = report(sorted(options.steps), options.rows, options.jobs, write=options.write)
    if options.write:
        page = ROOT / "docs" / "benchmarks.md"
        page.write_text(put(page.read_text(encoding="utf-8"), "scale", text), encoding="utf-8")
    print(text)


def report(steps: list[int], rows: int = ROWS, jobs: int = 0, *, write: bool = False) -> str:
    """Measure all and tell it as Markdown; a picture beside it where ``write``."""
    work = WORK / "scale"
    shutil.rmtree(work, ignore_errors=True)
    measured = []
    for number, files in enumerate(steps):
        is_last = number == len(steps) - 1
        batch_corpus.write(work / "in", files)
        measured.append(step(work / "in", work / ("last" if is_last else "grown"), files, jobs))
        print(f"{files} files: {_line(measured[-1])}", file=sys.stderr, flush=True)
    wide = measure([sys.executable, "-m", "benchmarks.batch_rows", str(rows), str(work / "rows")])
    (work / "measured.json").write_text(json.dumps([s.first.samples for s in measured]), encoding="utf-8")
    shutil.rmtree(work / "rows", ignore_errors=True)
    draw(measured, ROOT / "docs" / "scale.svg" if write else work / "scale.svg")
    return told(measured, rows, wide)


def step(folder: Path, out: Path, files: int, jobs: int) -> Step:
    """A run over what is new in ``folder``, then one with nothing new."""
    command = [
        *HOSO,
        "extract",
        str(folder),
        "--out",
        str(out),
        "--quiet",
        *(["--jobs", str(jobs)] if jobs else []),
    ]
    is_whole = not out.exists()
    first, idle = measure(command), measure(command)
    parts = [p.stat().st_size for p in (out / "tables").iterdir()]
    ledger = (out / ".hoso" / "ledger.sqlite").stat().st_size
    return Step(files, first, idle, ledger / 1e6, sum(parts) / 1e6, is_whole)


def measure(command: list[str]) -> Run:
    """Run a command and look at the memory of all its processes meanwhile.

    Raises:
        SystemExit: where it fails.
    """
    run, begun = Run(), time.monotonic()
    process = subprocess.Popen(command, cwd=ROOT)
    while process.poll() is None:
        every = _tree(process.pid)
        now = time.monotonic() - begun
        run.samples.append((round(now, 2), sum(every.values())))
        run.driver.append((round(now, 2), every.get(process.pid, 0.0)))
        time.sleep(_EVERY)
    if process.returncode:
        message = f"{' '.join(command)}: ended with status {process.returncode}"
        raise SystemExit(message)
    run.seconds = time.monotonic() - begun
    run.peak = max((memory for _, memory in run.samples), default=0.0)
    return run


def _tree(root: int) -> dict[int, float]:
    """Resident memory (MB) of a process and all below it."""
    below: dict[int, list[int]] = {}
    sizes: dict[int, float] = {}
    for place in Path("/proc").iterdir():
        if not place.name.isdigit():
            continue
        try:
            said = (place / "stat").read_text().rpartition(") ")[2].split()
        except OSError:
            continue
        below.setdefault(int(said[1]), []).append(int(place.name))
        sizes[int(place.name)] = int(said[21]) * 4096 / 1e6
    found, todo = {}, [root]
    while todo:
        process = todo.pop()
        found[process] = sizes.get(process, 0.0)
        todo += below.get(process, [])
    return found


_HEADS = (
    "files", "read in this run", "seconds", "files/s", "memory, peak MB", "driver alone", "nothing new, s",
    "its memory, MB", "ledger, MB", "a file, kB", "tables, MB", "a file, kB",
)  # fmt: skip


def told(measured: list[Step], rows: int, wide: Run) -> str:
    """The result as Markdown."""
    lines = [
        f"`python -m benchmarks.batch_scale` on {time.strftime('%F')}, commit {commit()}.",
        "",
        f"| {' | '.join(_HEADS)} |",
        "|---" * len(_HEADS) + "|",
    ]
    before = 0
    for at in measured:
        new = at.files if at.is_whole else at.files - before
        before = at.files
        cells = [
            f"{at.files}", f"{new}", f"{at.first.seconds:.0f}", f"{new / at.first.seconds:.0f}",
            f"{at.first.peak:.0f}", f"{_most(at.first.driver):.0f}", f"{at.idle.seconds:.1f}",
            f"{at.idle.peak:.0f}", f"{at.ledger:.0f}", f"{1000 * at.ledger / at.files:.2f}",
            f"{at.tables:.1f}", f"{1000 * at.tables / at.files:.3f}",
        ]  # fmt: skip
        lines.append("| " + " | ".join(cells) + " |")
    last = measured[-1].idle
    holds = last.seconds <= MOST_SECONDS and last.peak <= MOST_MEMORY
    verdict = "holds" if holds else "does NOT hold"
    lines.append("")
    lines.append(
        f"A run with nothing new may take {MOST_SECONDS:.0f} s and {MOST_MEMORY:.0f} MB: {verdict}. "
        f"{rows} rows of tables, written from a ledger: {wide.seconds:.0f} s, {wide.peak:.0f} MB."
    )
    lines += ["", "![Memory of a first run over time, ledger and tables by files](scale.svg)"]
    return "\n".join(lines)


def _most(samples: list[tuple[float, float]]) -> float:
    return max((memory for _, memory in samples), default=0.0)


def _line(at: Step) -> str:
    return (
        f"{at.first.seconds:.0f} s, peak {at.first.peak:.0f} MB; nothing new {at.idle.seconds:.1f} s, "
        f"{at.idle.peak:.0f} MB; ledger {at.ledger:.0f} MB, tables {at.tables:.1f} MB"
    )


def draw(measured: list[Step], place: Path) -> None:
    """Memory of the last first run over time; sizes over files."""
    import matplotlib as mpl

    mpl.use("svg")
    mpl.rcParams["svg.hashsalt"] = "hoso"
    from matplotlib import pyplot as plt

    last = measured[-1]
    figure, (left, right) = plt.subplots(1, 2, figsize=(10, 3.6), layout="constrained")
    every = max(len(last.first.samples) // 400, 1)
    for samples, label in ((last.first.samples, "all processes"), (last.first.driver, "driver alone")):
        thin = samples[::every]
        left.plot([t / 60 for t, _ in thin], [m for _, m in thin], label=label, linewidth=1)
    left.set(xlabel="minutes", ylabel="MB resident", ylim=(0, None), title=f"First run, {last.files} files")
    left.legend()
    files = [0, *(at.files for at in measured)]
    right.plot(files, [0, *(at.ledger for at in measured)], marker="o", label="ledger")
    right.plot(files, [0, *(at.tables for at in measured)], marker="o", label="tables")
    right.set(xlabel="files", ylabel="MB", ylim=(0, None), title="What is kept")
    right.legend()
    figure.savefig(place, metadata={"Date": None})


if __name__ == "__main__":
    main()
