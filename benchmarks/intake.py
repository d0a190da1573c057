"""Text layers: how often the verdict on a page is right, on drawn pages of every class and on shared scans.

usage: python -m benchmarks.intake [--write] [--errors] [--held-out] [--pages N] [--only CLASS]

Measured too: what a second witness is worth (``witnesses``), and how many born-digital pages are read a
second by one core.

The pages are those of ``layered``: first the set that was looked at while the judging was written (prose of
``prose.txt`` and ``samples/sources``), then, with ``--held-out``, one of other texts in other forms
(``papers.txt``, ``layer_papers``) and another seed, that nobody looked at before the end. ``--write`` puts
the result into docs/benchmarks.md, ``--errors`` names the pages that are judged wrongly and keeps them under
build/bench.
"""

from __future__ import annotations

import argparse
import resource
import sys
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import witnesses
from benchmarks.heldout import report_prose
from benchmarks.layer_drawing import WORK, Scan, read, scanned_pdf
from benchmarks.layer_forms import PAPER, Source, Spot, sheet
from benchmarks.layered import CLASSES, PAGES, Made, made
from benchmarks.page import commit, put
from benchmarks.shared import ROOT, SHARED
from pipeline.errors import HosoError
from pipeline.intake import children, inspect
from pipeline.language.normal import nfc
from pipeline.ocr import read_page
from pipeline.ocr.judge import Sheet, judge
from pipeline.settings import Settings
from samples.pdf import born_digital

SEEDS = {"development": 11, "held out": 450_907}
"""Held out no more, for they were looked at when they had been judged: 7207 and 90417, of the blind sets'
texts; 260311 and 871209 of papers."""
BORN_DIGITAL = 120
"""Pages of a born-digital file whose reading is timed."""


def source(name: str) -> Source:
    """The texts and the seed of a set."""
    if name == "development":
        return Source(report_prose(), _paragraphs("foreign")[::2], SEEDS[name])
    return Source(_paragraphs("papers"), _paragraphs("papers-foreign"), SEEDS[name], PAPER)


def _paragraphs(name: str) -> list[str]:
    """Those of a text file, below its head."""
    lines = (ROOT / "benchmarks" / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    return [nfc(line) for line in lines[1:]]


def verdict(path: Path, number: int, settings: Settings) -> tuple[str, tuple[str, ...]]:
    """The verdict on a page's layer, and its reasons."""
    with children.scratch() as folder:
        judged = judge(Sheet(path, number, settings, folder, path.name))
    return judged.verdict, judged.reasons


def drawn(name: str, pages: int, only: str, errors: bool) -> Iterator[tuple[str, str, str]]:
    """Label, verdict and way of every page of a set."""
    folder = WORK / "pages"
    folder.mkdir(parents=True, exist_ok=True)
    for page in made(source(name), pages, only):
        path = folder / f"{name.replace(' ', '-')}-{page.name}.pdf"
        path.write_bytes(page.data)
        found, reasons = told(path, 1)
        if found == page.label:
            path.unlink()
        elif errors:
            print(f"{path.name}: {found}: {' '.join(reasons)}", file=sys.stderr, flush=True)
        yield page.label, found, _way(page)


def _way(page: Made) -> str:
    return f"{page.label}: {page.how}"


def told(path: Path, number: int) -> tuple[str, tuple[str, ...]]:
    """As ``verdict``; a page that cannot be judged has its error's code for one."""
    try:
        return verdict(path, number, Settings())
    except HosoError as error:
        return error.code, (str(error),)


def shared(errors: bool) -> Iterator[tuple[str, str, str]]:
    """The same for every labelled page of the shared scans."""
    labels = tomllib.loads((ROOT / "benchmarks" / "layers.toml").read_text(encoding="utf-8"))["pages"]
    for name, wanted in labels.items():
        path = SHARED / "scans" / name
        if not path.is_file():
            continue
        if inspect(path, Settings()).pages != len(wanted):
            message = f"{name}: {len(wanted)} labels"
            raise SystemExit(message)
        for number, label in enumerate(wanted, 1):
            found, reasons = told(path, number)
            if errors and found != label:
                print(f"{name}, page {number}: {found}, not {label}: {' '.join(reasons)}", file=sys.stderr)
            yield label, found, "scans"


LAYERED = (
    ("ke-hoach-1146", 1), ("ke-hoach-1146", 2), ("qn-bao-cao-23", 2), ("qn-chi-thi-05-100dpi", 1),
    ("qn-chi-thi-08-bilevel", 2), ("qn-chi-thi-11", 2), ("qn-quyet-dinh-88", 2), ("quyet-dinh-339-tables", 1),
    ("quyet-dinh-339-tables", 3), ("quyet-dinh-430", 1), ("quyet-dinh-430", 3), ("thong-bao-79", 1),
    ("thong-bao-79", 3),
)  # fmt: skip
"""Pages of the shared scans that get layers: what ``tesseract -l vie`` reads there, what ``-l eng``, and
what ``-l vie`` read on the page before."""


def shared_layers(errors: bool) -> Iterator[tuple[str, str, str]]:
    """Label, verdict and way of real scans under layers of our making."""
    before: list[Spot] = []
    path = WORK / "layered.pdf"
    for name, number in LAYERED:
        file = SHARED / "scans" / f"{name}.pdf"
        if not file.is_file():
            continue
        with children.scratch() as folder:
            image = Sheet(file, number, Settings(), folder, name).drawn(200).image.convert("L")
        scan = Scan(image, 200)
        good = read(scan, "vie")
        for label, layer in (("good", good), ("ruined", read(scan, "eng")), ("contradicted", before)):
            if layer:
                path.write_bytes(scanned_pdf(scan, layer))
                found, reasons = told(path, 1)
                if errors and found != label:
                    line = f"{name}, page {number}: {found}, not {label}: {' '.join(reasons)}"
                    print(line, file=sys.stderr, flush=True)
                yield label, found, "scans"
        before = good


def confusion(pairs: Sequence[tuple[str, str, str]]) -> str:
    """The confusion table: a line a class, a column a verdict, and how many are right."""
    counts = Counter((label, found) for label, found, _ in pairs)
    columns = [*CLASSES, *sorted({found for _, found in counts} - set(CLASSES))]
    lines = [f"| class | {' | '.join(columns)} | right |", "|---" * (len(columns) + 2) + "|"]
    for label in CLASSES:
        every = sum(n for (wanted, _), n in counts.items() if wanted == label)
        if every:
            cells = " | ".join(str(counts[label, column] or "") for column in columns)
            lines.append(f"| {label} | {cells} | {counts[label, label]} of {every} |")
    right = sum(label == found for label, found, _ in pairs)
    share = 100 * right / max(len(pairs), 1)
    lines.append(f"| all | {' | '.join([''] * len(columns))} | {right} of {len(pairs)}: {share:.1f} % |")
    return "\n".join(lines)


def ways(pairs: Sequence[tuple[str, str, str]]) -> str:
    """How many of each way of making pages are right, where not all are."""
    every, right = (
        Counter(way for _, _, way in pairs),
        Counter(way for label, found, way in pairs if label == found),
    )
    wrong = [f"{way} {right[way]} of {count}" for way, count in sorted(every.items()) if right[way] < count]
    return f"Not all right: {'; '.join(wrong)}." if wrong else "All right."


def report(sets: Mapping[str, Sequence[tuple[str, str, str]]]) -> str:
    """All sets as Markdown."""
    parts = [f"**{name}**\n\n{confusion(pairs)}\n\n{ways(pairs)}" for name, pairs in sets.items() if pairs]
    return "\n\n".join(parts)


def speed() -> str:
    """Pages of born-digital files that one core reads a second, all programs that are started counted."""
    rows = ["| pages | | a second and core | target |", "|---|---|---|---|"]
    plain, mixed = ("prose",), ("prose", "prose", "prose", "table")
    for name, forms in (("prose", plain), ("every fourth with a ruled table", mixed)):
        given, path = source("development"), WORK / "born-digital.pdf"
        sheets = [
            sheet(given, forms[n % len(forms)], given.rng(70, n), scanned=False) for n in range(BORN_DIGITAL)
        ]
        path.write_bytes(born_digital(sheets))
        info = inspect(path, Settings())
        read_page(path, 1, info, Settings())  # dictionaries are loaded
        began = _seconds()
        for number in range(1, info.pages + 1):
            read_page(path, number, info, Settings())
        rows.append(f"| {info.pages} | {name} | {info.pages / (_seconds() - began):.0f} | 30 |")
    return "\n".join(rows)


def _seconds() -> float:
    """Processor time of this process and of all that it waited for."""
    usages = map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--errors", action="store_true")
    parser.add_argument("--held-out", action="store_true")
    parser.add_argument("--pages", type=int, default=PAGES)
    parser.add_argument("--only", default="", choices=("", *CLASSES))
    options = parser.parse_args()
    names = ["development", *(["held out"] if options.held_out else [])]
    sets = {"shared scans": list(shared(options.errors)) if not options.only else []}
    if not options.only:
        sets["shared scans under layers that Tesseract made"] = list(shared_layers(options.errors))
    for name in names:
        sets[f"drawn pages, {name}"] = list(drawn(name, options.pages, options.only, options.errors))
    block = report(sets)
    if not options.only:
        block += f"\n\n**second witness**\n\n{witnesses.report(list(witnesses.heard(source(names[-1]))))}"
        block += f"\n\n**born-digital pages**\n\n{speed()}"
    print(block)
    if options.write:
        path = ROOT / "docs" / "benchmarks.md"
        note = f"`make bench-intake` on {datetime.now(UTC).date()}, commit {commit()}."
        path.write_text(
            put(path.read_text(encoding="utf-8"), "intake", f"{note}\n\n{block}"), encoding="utf-8"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
