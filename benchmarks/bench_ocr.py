"""Reading page images against plain Tesseract: real scans, drawn ones, each step's worth, and time.

usage: python -m benchmarks.bench_ocr [--write] [--errors] [real|drawn|steps|time …]

Plain is ``tesseract -l vie --dpi 300`` over the page drawn at 300 dpi by poppler, nothing before or after.
hoso is scored as it read the page and as it restored it; the target asks for what it hands over: the restored
text. Real scans are the transcribed ones beside the checkout, where they are there. ``--write`` puts the
parts that were measured into docs/benchmarks.md.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from unittest.mock import patch

from benchmarks import floor, scanned
from benchmarks.drawn import sheets as laid_out
from benchmarks.page import commit, put
from benchmarks.reading import NONE, Reading, plain, read, restored, scored, warm
from benchmarks.shared import ROOT, SHARED, WORK, present
from benchmarks.words import differences
from pipeline.intake import inspect
from pipeline.ocr import (
    commas,
    doubted,
    prepare,
    raster,
    read_page,
    recognise,
    rulings,
    seals,
    skew,
    strips,
    tesseract,
)
from pipeline.settings import Settings
from samples.pdf import born_digital
from training.render import Style

BY_HAND = ROOT / "benchmarks" / "by_hand.json"
"""Which numbers of a transcribed page are filled in by hand, counted from 0."""
TABLES = "-tables."
"""In the name of a page that is a table."""


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """A Markdown table."""
    lines = [f"| {' | '.join(head)} |", "|" + "---|" * len(head)]
    return "\n".join(lines + [f"| {' | '.join(map(str, row))} |" for row in rows])


# ---- real scans -------------------------------------------------------------------------------


def real(errors: bool) -> str:
    """Every transcribed page beside plain Tesseract."""
    if not present():
        return "No transcribed scans beside the checkout: nothing measured."
    hands: dict[str, list[int]] = json.loads(BY_HAND.read_text(encoding="utf-8"))
    rows: list[Sequence[object]] = []
    prose = [NONE, NONE, NONE]
    all_ = [NONE, NONE, NONE]
    for file, number, reference in _transcribed():
        truth = reference.read_text(encoding="utf-8")
        page = read(file, number)
        texts = plain(file, number), page.text, restored(page)
        found = [scored([truth], text, hands.get(reference.stem, [])) for text in texts]
        if errors:
            _tell(reference.stem, truth, texts[2])
        rows.append(_row(reference.stem, found))
        all_ = [a + b for a, b in zip(all_, found, strict=True)]
        if TABLES not in reference.stem:
            prose = [a + b for a, b in zip(prose, found, strict=True)]
    rows.append(_row("**prose pages**", prose))
    rows.append(_row("**all pages**", all_))
    return table(HEAD, rows)


def _transcribed() -> Iterator[tuple[Path, int, Path]]:
    """File, page and transcription."""
    for reference in sorted((SHARED / "scans").glob("*.p*.txt")):
        name, number = reference.stem.rsplit(".p", 1)
        yield reference.with_name(f"{name}.pdf"), int(number), reference


HEAD = (
    "page", "words", "wrong: plain", "hoso, as read", "hoso", "WER plain", "WER hoso", "of plain's errors",
    "printed numbers", "right: plain", "hoso", "recall", "by hand", "right: plain", "hoso",
)  # fmt: skip


def _row(name: str, found: Sequence[Reading]) -> Sequence[object]:
    plainly, as_read, done = found
    return (
        *(name, plainly.words, plainly.wrong, as_read.wrong, done.wrong),
        *(f"{plainly.wer:.1%}", f"{done.wer:.1%}", _share(done.wrong, plainly.wrong)),
        *(plainly.numbers, plainly.right, done.right, f"{done.recall:.3f}"),
        *(plainly.hand, plainly.hand_right, done.hand_right),
    )


def _share(part: float, whole: float) -> str:
    return f"{part / whole:.0%}" if whole else "–"


def _tell(name: str, truth: str, text: str) -> None:
    """Show where a text differs."""
    print(f"== {name}", file=sys.stderr)
    for part in differences(truth, text):
        printed, got = (" ".join(w.text for w in side) for side in (part.truth, part.read))
        print(f"   {part.before} [{printed}] -> [{got}]", file=sys.stderr)


# ---- drawn scans ------------------------------------------------------------------------------


def _drawn(kinds: Sequence[scanned.Scan]) -> Iterator[tuple[scanned.Scan, list[scanned.Printed]]]:
    for kind in kinds:
        folder = WORK / "scans" / "".join(c if c.isalnum() else "-" for c in kind.name)
        folder.mkdir(parents=True, exist_ok=True)
        yield kind, list(scanned.pages(kind, folder))


def drawn(errors: bool) -> str:
    """Every kind of scan beside plain Tesseract; the sum is over those that the target names."""
    rows: list[Sequence[object]] = []
    asked, beside = ([NONE, NONE, NONE], [NONE, NONE, NONE])
    for kind, pages in _drawn(scanned.SCANS):
        found = [NONE, NONE, NONE]
        for page in pages:
            got = read(page.file, 1)
            texts = plain(page.file, 1), got.text, restored(got)
            each = [scored([page.across, page.down], text) for text in texts]
            found = [a + b for a, b in zip(found, each, strict=True)]
            if errors:
                _tell(f"{kind.name} {page.file.stem}", page.across, texts[2])
        rows.append(_drawn_row(kind.name if kind.asked else f"{kind.name} (beside)", found))
        total = asked if kind.asked else beside
        total[:] = [a + b for a, b in zip(total, found, strict=True)]
    rows.append(_drawn_row("**in all, those asked for**", asked))
    rows.append(_drawn_row("**in all, those beside**", beside))
    return table(DRAWN_HEAD, rows)


DRAWN_HEAD = (
    "scan", "words", "wrong: plain", "hoso, as read", "hoso", "WER plain", "WER hoso", "of plain's errors",
    "numbers", "right: plain", "hoso", "recall",
)  # fmt: skip


def _drawn_row(name: str, found: Sequence[Reading]) -> Sequence[object]:
    return _row(name, found)[:12]


# ---- each step --------------------------------------------------------------------------------

Patch = tuple[object, str, object]

STEPS: dict[str, tuple[Patch, ...]] = {
    "nothing: all of it": (),
    "the embedded scan, but the page drawn": ((raster, "embedded", lambda *_: None),),
    "turning pages on their side": ((recognise, "_orientation", lambda *_: 0),),
    "seals through the red channel": ((seals, "find", lambda *_: []),),
    "softening of black and white": ((prepare, "_smoothed", lambda image, _: image),),
    "enlarging of coarse scans": ((prepare, "_LEAST_DPI", 0),),
    "reducing of fine scans": ((prepare, "_MOST_DPI", 10_000),),
    "levelling of skew": ((skew, "estimate", lambda *_: 0.0),),
    "black and white levels": ((prepare, "_levelled", lambda page: page),),
    "rulings and cells": ((rulings, "find", lambda *_: rulings.Rulings(())),),
    "cells of tables without rules": ((recognise, "_read_apart", lambda words, *_: words),),
    "specks left out": ((recognise, "_believed", lambda tokens: tokens),),
    "letters that look Vietnamese": ((tesseract, "_LOOKALIKES", ()),),
    "doubted words read again": ((doubted, "read_again", lambda words, *_: list(words)),),
    "dust left out of cells": ((strips, "_dusted", lambda cell, *_: cell),),
    "commas told by their ink": ((commas, "restored", lambda words, *_: list(words)),),
    "dirt known as such": ((doubted, "_DIRT", 0.0),),
}
"""What is left out: attributes of modules and what stands in for them."""


def steps(errors: bool) -> str:
    """Words wrong where one step is left out, as read and as restored."""
    del errors
    places: dict[str, list[tuple[Path, int, list[str]]]] = {"drawn": [], "real prose": [], "real table": []}
    for _, pages in _drawn(scanned.SCANS):
        places["drawn"] += [(page.file, 1, [page.across, page.down]) for page in pages]
    for file, number, reference in _transcribed():
        name = "real table" if TABLES in reference.name else "real prose"
        places[name].append((file, number, [reference.read_text(encoding="utf-8")]))
    rows = []
    with patch.object(tesseract, "_run", _once(tesseract._run)):
        for name, patches in STEPS.items():
            cells: list[object] = [name]
            with ExitStack() as stack:
                for target, attribute, other in patches:
                    stack.enter_context(patch.object(target, attribute, other))
                for found in places.values():
                    as_read, done = NONE, NONE
                    for file, number, truths in found:
                        page = read(file, number)
                        as_read += scored(truths, page.text)
                        done += scored(truths, restored(page))
                    cells += [as_read.wrong, done.wrong, done.right] if found else ["–"] * 3
            rows.append(cells)
            print(*cells, sep=" | ", file=sys.stderr)
    head = [f"{name}: {what}" for name in places for what in ("wrong as read", "wrong", "numbers right")]
    return table(("without", *head), rows)


def _once(run: Callable[..., str]) -> Callable[..., str]:
    """Tesseract that reads no image twice: most steps leave most pages as they are."""
    known: dict[tuple[str, str, str, str], str] = {}

    def cached(image: Path, ending: str, config: str, *others: object, language: str = "") -> str:
        key = hashlib.sha256(image.read_bytes()).hexdigest(), ending, config, language
        if key not in known:
            known[key] = run(image, ending, config, *others, language=language)
        return known[key]

    return cached


# ---- time -------------------------------------------------------------------------------------

GOOD = 0.93
"""Confidence of a page whose first reading was good."""


def timed(errors: bool) -> str:
    """Processor seconds of hoso, restoration included, and of Tesseract over the same pages."""
    del errors
    warm()
    pages = list(_paces())
    rows = []
    for name, chosen in (
        (f"first reading good ({GOOD} or more)", [p for p in pages if p[0] >= GOOD]),
        ("others", [p for p in pages if p[0] < GOOD]),
        ("**all**", pages),
    ):
        ours, at_300, same = (sum(page[k] for page in chosen) for k in (1, 2, 3))
        ratios = (f"{ours / x:.2f}" if x else "–" for x in (at_300, same))
        rows.append((name, len(chosen), f"{ours:.1f} s", f"{at_300:.1f} s", f"{same:.1f} s", *ratios))
    head = (
        "scanned pages",
        "pages",
        "hoso",
        "Tesseract, 300 dpi",
        "same images",
        "ratio",
        "ratio, same images",
    )
    born = (
        f"Born-digital pages (benchmarks/own, with their tables): {_born_digital():.0f} a second on one core."
    )
    return f"{table(head, rows)}\n\n{born}"


def _paces() -> Iterator[tuple[float, float, float, float]]:
    """Confidence of each page that needs OCR; seconds of hoso, of Tesseract at 300 dpi and as stored."""
    folder = SHARED / "scans" if present() else ROOT / "samples" / "input"
    for file in sorted(folder.glob("*.pdf")):
        with tempfile.TemporaryDirectory() as temporary:
            work = Path(temporary)
            for number, image, dpi in floor.rasters(file, work):
                began = _seconds()
                page = read(file, number)
                restored(page)
                ours = _seconds() - began
                drawn_at = ["pdftoppm", "-r", "300", "-f", str(number), "-l", str(number), "-singlefile"]
                subprocess.run([*drawn_at, str(file), str(work / "drawn")], check=True, capture_output=True)
                paces = []
                for each, resolution in ((work / "drawn.ppm", 300), (image, dpi)):
                    began = _seconds()
                    floor.read([(each, resolution)])
                    paces.append(_seconds() - began)
                yield page.ocr_confidence or 0.0, ours, paces[0], paces[1]


def _seconds() -> float:
    """Processor seconds of this process and of those that it started and that have ended."""
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(use.ru_utime + use.ru_stime for use in used)


def _born_digital() -> float:
    """Pages a second of our own documents as born-digital PDFs, text and words with their boxes."""
    files = []
    for source in sorted((ROOT / "benchmarks" / "own" / "txt").glob("*.txt")):
        folder = WORK / "scans"
        folder.mkdir(parents=True, exist_ok=True)
        file = folder / f"{source.stem}.pdf"
        sheets = laid_out(source.read_text(encoding="utf-8"), Style("Tinos", 13.0), ruled=True)
        file.write_bytes(born_digital(sheets))
        files.append(file)
    settings = Settings()
    began, pages = _seconds(), 0
    for file in files:
        info = inspect(file, settings)
        for number in range(1, info.pages + 1):
            assert read_page(file, number, info, settings).source == "text_layer", (file, number)
            pages += 1
    return pages / (_seconds() - began)


# ---- the command ------------------------------------------------------------------------------

PARTS: dict[str, tuple[str, Callable[[bool], str]]] = {
    "real": ("ocr-real", real),
    "drawn": ("ocr-drawn", drawn),
    "steps": ("ocr-steps", steps),
    "time": ("ocr-time", timed),
}
"""Each part's marks in docs/benchmarks.md and what measures it."""


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("parts", nargs="*", metavar="PART", help=" ".join(PARTS))
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--errors", action="store_true", help="show each difference on standard error")
    options = parser.parse_args()
    if unknown := set(options.parts) - set(PARTS):
        parser.error(f"no part {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    document = ROOT / "docs" / "benchmarks.md"
    for part in options.parts or PARTS:
        mark, measure = PARTS[part]
        block = measure(options.errors)
        print(f"{block}\n", flush=True)
        if options.write:
            note = f"`make bench-ocr` on {datetime.now(UTC).date()}, commit {commit()}."
            text = put(document.read_text(encoding="utf-8"), mark, f"{note}\n\n{block}")
            document.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
