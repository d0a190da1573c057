"""What hoso restores, extracts and costs, as one Markdown document.

usage: python -m benchmarks.run [--write] [SECTION …]     (sections: restore extract scans speed)

``--write`` puts the result into docs/benchmarks.md. The measuring material beside the checkout is used where
it is there; without it the samples and the blind test alone are measured.
"""

from __future__ import annotations

import argparse
import csv
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from benchmarks import bench_ocr, floor, printed, shared
from benchmarks.page import put
from benchmarks.shared import ROOT, SHARED, hoso, score_tables, score_text

WORK = ROOT / "build" / "bench"
TABLES = ("loans", "cards", "houses", "citations")


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A Markdown table."""
    lines = [f"| {' | '.join(head)} |", "|" + "---|" * len(head)]
    lines += [f"| {' | '.join(map(str, row))} |" for row in rows]
    return "\n".join(lines)


def restoration() -> str:
    """The ruined report against what was printed: as read, and restored."""
    ruined = next((SHARED / "reports").glob("001_*.txt"))
    reference = next((SHARED / "truth").glob("001_*.reference.txt"))
    text = ruined.read_text(encoding="utf-8")
    began = time.perf_counter()
    restored = hoso("restore", ruined).stdout
    seconds = time.perf_counter() - began
    rows = []
    for name, read in (("as read", text), ("hoso", restored)):
        score = score_text(reference, read)
        rows.append(
            (
                name,
                f"{100 * score.wer:.2f} %",
                f"{100 * score.cer:.2f} %",
                f"{score.recall:.3f}",
                f"{score.precision:.3f}",
            )
        )
    words = len(text.split())
    note = f"\n\nOne call of `hoso restore` for its {words} words: {seconds:.1f} s, start-up included."
    return table(("ruined report 001", "WER", "CER", "numbers recall", "numbers precision"), rows) + note


def extraction() -> str:
    """F1 of rows and numbers on every labelled set."""
    rows: list[tuple[object, ...]] = []
    WORK.mkdir(parents=True, exist_ok=True)
    for name in ("blind", "blind2"):
        folder = ROOT / "benchmarks" / name
        if shared.present():
            rows += _scores(f"own passages, {name}", folder / "truth", _extracted(folder / "txt", name))
    if shared.present():
        truth = SHARED / "truth" / "tu-ky-2025"
        out = _extracted(SHARED / "reports", "reports")
        for number, name in (("000", "report, clean"), ("001", "report, ruined text")):
            stem = next((SHARED / "reports").glob(f"{number}_*.txt")).stem
            rows += _scores(name, truth, out, [stem])
        rows.append(("plan 002", "rows that say actual", _actual(out, "002"), "", ""))
        rows += _scores(
            "news and reports",
            SHARED / "passages" / "truth",
            _extracted(SHARED / "passages" / "txt", "passages"),
        )
        rows += _printed(truth)
    note = "First, unedited runs over own passages: benchmarks/blind/README.md, benchmarks/blind2/README.md."
    return table(("data set", "table", "rows", "F1 of rows", "F1 of numbers"), rows) + f"\n\n{note}"


def _printed(truth: Path) -> list[tuple[object, ...]]:
    """The clean report printed and scanned, each time other noise and a seal over another figure."""
    report = next((SHARED / "reports").glob("000_*.txt"))
    text = report.read_text(encoding="utf-8")
    rows: list[tuple[object, ...]] = []
    for seed, figure in enumerate(("8.075", "153", "2.485", "38 nhà"), 1):
        folder = WORK / f"printed-{seed}"
        folder.mkdir(exist_ok=True)
        printed.scan(text, folder / f"{report.stem}.pdf", seal_on=figure.split()[0], seed=seed)
        out = _extracted(folder, f"printed-out-{seed}")
        rows += _scores(f"report scanned at 200 dpi, seal over {figure}", truth, out, [report.stem])
    return rows


def _extracted(source: Path, name: str) -> Path:
    out = WORK / name
    run = hoso("extract", source, "--out", out, "-q")
    if run.returncode:
        print(f"{source}: exit {run.returncode}: {run.stderr.strip()}", file=sys.stderr)
    return out / "tables"


def _scores(name: str, truth: Path, tables: Path, only: list[str] | None = None) -> list[tuple[object, ...]]:
    scores = score_tables(truth, tables, only)
    return [(name, t, s.rows, f"{s.f1:.3f}", f"{s.numbers:.3f}") for t, s in scores.items() if t in TABLES]


def _actual(tables: Path, stem: str) -> int:
    count = 0
    for name in ("loans", "cards", "houses"):
        with (tables / f"{name}.csv").open(encoding="utf-8", newline="") as handle:
            count += sum(
                row["source_file"].startswith(stem) and row["status"] == "actual"
                for row in csv.DictReader(handle)
            )
    return count


def scans() -> str:
    """Word error rate on transcribed pages of real scans, beside plain Tesseract at 300 dpi."""
    rows: list[tuple[object, ...]] = []
    prose: list[tuple[float, float]] = []
    for row in bench_ocr.rows():
        numbers = f"{row.plain.recall:.2f}", f"{row.hoso.recall:.2f}"
        rows.append((row.page, f"{100 * row.plain.wer:.1f} %", f"{100 * row.hoso.wer:.1f} %", *numbers))
        if not row.table:
            prose.append((row.plain.wer, row.hoso.wer))
    mean = [100 * sum(side) / len(prose) for side in zip(*prose, strict=True)]
    rows.append(("mean of the prose pages", f"{mean[0]:.1f} %", f"{mean[1]:.1f} %", "", ""))
    return table(("page", "WER plain", "WER hoso", "numbers plain", "numbers hoso"), rows)


def speed() -> str:
    """Wall time of the whole job against plain Tesseract over the same images, one process each, in turn."""
    folder = SHARED / "scans" if shared.present() else ROOT / "samples" / "input"
    ours, plain = [], []
    with tempfile.TemporaryDirectory() as temporary:
        images = []
        for number, file in enumerate(sorted(folder.glob("*.pdf"))):
            work = Path(temporary) / f"{number}"
            work.mkdir()
            images += floor.rasters(file, work)
        for turn in range(ROUNDS):
            began = time.perf_counter()
            hoso("extract", folder, "--out", Path(temporary) / f"out{turn}", "--jobs", "1", "-q")
            ours.append(time.perf_counter() - began)
            plain.append(floor.read(images))
    ratio = median(a / b for a, b in zip(ours, plain, strict=True))
    row = (len(images), f"{median(ours):.0f} s", f"{median(plain):.0f} s", f"{ratio:.2f}")
    return table(("pages", "hoso extract", "tesseract -l vie", "ratio"), [row])


ROUNDS = 3
"""Turns of the timed pair; the median ratio counts, for machines are noisy."""


SECTIONS: dict[str, tuple[str, Callable[[], str], bool]] = {
    "restore": ("Restoration", restoration, True),
    "extract": ("Extraction", extraction, False),
    "scans": ("Reading real scans", scans, True),
    "speed": ("Time", speed, False),
}
"""Title, measurement and whether it needs the shared material."""


def main() -> int:
    """Measure, print, and write where asked."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("sections", nargs="*", metavar="SECTION")
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, text=True, capture_output=True, check=False
    ).stdout.strip()
    today = datetime.now(UTC).date()
    parts = [f"`make bench` on {today}, commit {commit or 'unknown'}."]
    for name, (title, measure, needs) in SECTIONS.items():
        if options.sections and name not in options.sections:
            continue
        if needs and not shared.present():
            continue
        parts.append(f"## {title}\n\n{measure()}")
        print(parts[-1], "\n", flush=True)
    if options.write:
        path = ROOT / "docs" / "benchmarks.md"
        path.write_text(put(path.read_text(encoding="utf-8"), "run", "\n\n".join(parts)), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
