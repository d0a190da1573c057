"""What hoso restores, extracts and costs, as one Markdown document.

usage: python -m benchmarks.run [--write] [--labels OUT] [SECTION …]     (sections: restore extract speed)

``--write`` puts the result into docs/benchmarks.md; sections that were not measured stay as they are. The
measuring material beside the checkout is used where it is there; without it the samples and our own labelled
sets alone are measured.
"""

from __future__ import annotations

import argparse
import csv
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from benchmarks import bench_extract, decided, floor, shared
from benchmarks.page import block, put
from benchmarks.shared import ROOT, SHARED, hoso, score_text
from training import confidence


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
    """Every table on every labelled set."""
    sets = list(bench_extract.sets())
    found = bench_extract.rows(sets)
    note = "First, unedited runs over own passages are in each set's README.md, beside its files."
    if shared.present():
        actual = _actual(shared.extracted(SHARED / "reports", "reports"), "002")
        note += f" Rows of the plan (report 002) that say actual: {actual}."
    sure = table(bench_extract.SURE_HEAD, bench_extract.sureness(sets))
    unknown = table(confidence.HEAD, confidence.learn(sets).told())
    return table(bench_extract.HEAD, found) + f"\n\n{note}\n\n{sure}\n\n{UNKNOWN}\n\n{unknown}"


UNKNOWN = """The forest behind confidence was grown on these sets. So each is judged again by a forest grown
without it (`training/confidence.py`): as today's rules read it, and as its first run did by the rules of that
day."""


def _actual(tables: Path, stem: str) -> int:
    count = 0
    for name in ("loans", "cards", "houses"):
        with (tables / f"{name}.csv").open(encoding="utf-8", newline="") as handle:
            count += sum(
                row["source_file"].startswith(stem) and row["status"] == "actual"
                for row in csv.DictReader(handle)
            )
    return count


def speed() -> str:
    """Wall time of the whole job against plain Tesseract over the same images, one process each, in turn."""
    folder = SHARED / "scans" if shared.present() else ROOT / "samples" / "input"
    ours, plain = [], []
    with tempfile.TemporaryDirectory() as temporary:
        images = []
        for number, file in enumerate(sorted(folder.glob("*.pdf"))):
            work = Path(temporary) / f"{number}"
            work.mkdir()
            images += [(image, dpi) for _, image, dpi in floor.rasters(file, work)]
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
    "speed": ("Time", speed, False),
}
"""Title, measurement and whether it needs the shared material."""


def merged(text: str, measured: Mapping[str, str]) -> str:
    r"""A document with its sections replaced by those measured anew.

    >>> merged("# B\n\n## Time\n\nold\n\n## More\n\nkept\n", {"Time": "## Time\n\nnew"})
    '# B\n\n## Time\n\nnew\n\n## More\n\nkept\n'
    """
    head, *sections = text.split("\n## ")
    known = {section.partition("\n")[0]: f"## {section.strip()}" for section in sections}
    return "\n\n".join([head.strip(), *{**known, **measured}.values()]) + "\n"


def main() -> int:
    """Measure, print, and write where asked."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("sections", nargs="*", metavar="SECTION")
    parser.add_argument("--write", action="store_true")
    parser.add_argument(
        "--labels", type=Path, metavar="OUT", help="score OUT against its reviewers' decisions"
    )
    options = parser.parse_args()
    if options.labels:
        print(table(decided.HEAD, decided.rows(options.labels)))
        return 0
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, text=True, capture_output=True, check=False
    ).stdout.strip()
    today = datetime.now(UTC).date()
    told = f"`make bench{'' if not options.sections else '-' + '-'.join(options.sections)}` on {today}"
    stamp = f"{told}, commit {commit or 'unknown'}."
    measured: dict[str, str] = {}
    for name, (title, measure, needs) in SECTIONS.items():
        if options.sections and name not in options.sections:
            continue
        if needs and not shared.present():
            continue
        measured[title] = f"## {title}\n\n{stamp}\n\n{measure()}"
        print(measured[title], "\n", flush=True)
    if options.write:
        path = ROOT / "docs" / "benchmarks.md"
        page = path.read_text(encoding="utf-8")
        path.write_text(put(page, "run", merged(block(page, "run"), measured).strip()), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
