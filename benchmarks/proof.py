"""What the document's own arithmetic finds and repairs: tables with one spoiled digit each.

usage: python -m benchmarks.proof [--write] [--errors] [--tables N] [--pages N] [--seed N]

Each table is read as the text of a page and, for a smaller number, drawn and read by Tesseract. Judged is
what lands in the output: flags of figures and of unclaimed numbers, and edits of kind ``number``. ``--write``
puts the result into docs/benchmarks.md.
"""

from __future__ import annotations

import argparse
import re
import sys
import tempfile
from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import numpy as np

from benchmarks.page import commit, put
from benchmarks.shared import ROOT
from benchmarks.spoiled import Spoiling, Sums, Table, tables
from pipeline import extract_figures, read
from pipeline.model import Document, Edit, Extraction
from samples.pdf import scan_pdf
from training.render import degrade, paint

SEED = 2025
_SPECKS = re.compile(r"[^\w.,/§¡]|ˆ")
"""Marks that scanning left beside a number; not those that a spoiled digit is printed as."""
_THOUSANDS = re.compile(r"\.(?=\d{3}(?!\d))")
DPI = 200
Cell = tuple[int, int]
"""Line and column of a cell in a table."""
DOUBTS = frozenset({"sum_mismatch", "sum_suspect", "number_repaired", "malformed_number"})
"""Flags that send a reader back to the page."""


@dataclass(frozen=True)
class Verdict:
    """What came of one table.

    ``found``: the spoiled cell itself is flagged. ``column``: it, or the line of sums in its column or line.
    ``right``: it holds what was printed before. ``wrong``: numbers that were changed to something else.
    ``silent``: numbers that were changed without a flag. ``doubted``: cells that are flagged in all. Where
    Tesseract read a spoiled digit as the one that stood there, all is well: nothing is left to find.
    ``spoiling``: as it came to hoso; an illegible digit that Tesseract took for a digit (``S`` for 5) is a
    swapped one, which nothing on the page tells from it. ``misread``: other cells that Tesseract misread;
    ``mended`` of them hold what was printed, ``told`` of the rest are flagged, or a sum that they are in is.
    """

    table: Table
    found: bool
    column: bool
    right: bool
    wrong: int
    silent: int
    doubted: int
    read: bool = True
    spoiling: Spoiling = "swapped"
    misread: int = 0
    mended: int = 0
    told: int = 0

    @property
    def alone(self) -> bool:
        """Whether Tesseract misread no other cell: what is asked of one spoiled digit is asked of these."""
        return self.misread == 0


def judge(table: Table, document: Document, extraction: Extraction) -> Verdict:
    """Compare what was extracted with the table's truth.

    On a page that was drawn, OCR may misread further cells: then the lines are found by their place in the
    table, and a table whose lines or cells OCR lost counts as not read.
    """
    lines = [line for line in document.restored[0].text.split("\n") if "|" in line]
    grid = [[cell.strip() for cell in f" {line} ".split(" | ")] for line in lines]
    if [len(row) for row in grid] != [len(row) for row in table.truth]:
        return Verdict(table, False, False, False, 0, 0, 0, read=False, spoiling=table.spoiling)
    places = {_start(document, lines, cell): cell for cell in _cells(grid)}
    doubted = _doubted(document, extraction, lines, places)
    edits = {cell: e for e in _numbers(extraction) if (cell := _place(document, e, lines, grid)) is not None}
    right = {c for c, e in edits.items() if _value(e.restored) == _value(table.truth[c[0]][c[1]])}
    others = {
        (i, k)
        for i, k in _cells(table.truth)
        if (i, k) != table.spoiled and _read_value(grid[i][k]) != _value(table.truth[i][k])
    }
    line, column = table.spoiled
    luck = _read_value(grid[line][column]) == _value(table.wanted)
    return Verdict(
        table,
        found=luck or table.spoiled in doubted,
        column=luck or bool(doubted & {table.spoiled, *_sums_of(table, table.spoiled)}),
        right=luck or table.spoiled in right,
        wrong=len(edits) - len(right),
        silent=sum(cell not in doubted for cell in edits),
        doubted=len(doubted),
        spoiling=table.spoiling if luck or _read_value(grid[line][column]) is None else "swapped",
        misread=len(others),
        mended=len(others & right),
        told=sum(bool(doubted & {cell, *_sums_of(table, cell)}) for cell in others - right),
    )


def _sums_of(table: Table, cell: Cell) -> set[Cell]:
    """The sums that a cell is in."""
    line, column = cell
    last = len(table.truth) - 1, len(table.truth[0]) - 1
    return {(last[0], column), *([(line, last[1])] if table.sums == "both" else [])}


def _value(text: str) -> Decimal | None:
    """A number printed rightly, or with a dot for its comma; None for anything else."""
    plain = _THOUSANDS.sub("", text).replace(",", ".")
    return Decimal(plain) if plain.replace(".", "", 1).isdecimal() else None


def _read_value(text: str) -> Decimal | None:
    """The same without the dust around it."""
    return _value(_SPECKS.sub("", text).strip(".,"))


def _cells(grid: Sequence[Sequence[str]]) -> list[Cell]:
    return [(i, k) for i, row in enumerate(grid) for k in range(2, len(row)) if i and row[k]]


def _numbers(extraction: Extraction) -> list[Edit]:
    return [edit for _, edit in extraction.repairs if edit.kind == "number"]


def _doubted(
    document: Document, extraction: Extraction, lines: Sequence[str], places: Mapping[int, Cell]
) -> set[Cell]:
    """The cells whose number is flagged, in the row that it went into or as an unclaimed number.

    ``places`` are the cells by where they begin. Dust read beside a number is of its cell, not of the number.
    """
    flagged = {
        e.start
        for figure in extraction.figures
        if DOUBTS & set(str(figure.values.get("flags") or "").split())
        for e in figure.evidence
    }
    text, at = document.restored[0].text, 0
    for line in lines:
        at = text.index(line, at)
        end = at + len(line)
        # they are in order of place; the quote may go on: with both values of a sum that does not agree
        own = [row for row in extraction.unclaimed if str(row["quote"]).startswith(line.strip())]
        for row in own:
            number = str(row["text"])
            at = text.index(number, at, end)
            if DOUBTS & set(str(row.get("flags") or "").split()):
                flagged.add(at)
            at += len(number)
        at = end
    starts = sorted(places)
    return {places[starts[max(bisect_right(starts, f) - 1, 0)]] for f in flagged}


def _start(document: Document, lines: Sequence[str], cell: Cell) -> int:
    """Where a cell's text begins on the page."""
    line, column = cell
    text, at = document.restored[0].text, 0
    for number in range(line + 1):
        at = text.index(lines[number], at)
        at += len(lines[number]) if number < line else 0
    padded = f" {lines[line]} "
    pieces = padded.split(" | ")
    before = sum(len(piece) + 3 for piece in pieces[:column])
    return at - 1 + before + len(pieces[column]) - len(pieces[column].lstrip())


def _place(
    document: Document, edit: Edit, lines: Sequence[str], grid: Sequence[Sequence[str]]
) -> Cell | None:
    start, _ = document.restored[0].to_restored(edit.start, edit.end)
    return next((c for c in _cells(grid) if _start(document, lines, c) == start), None)


def as_text(table: Table) -> Verdict:
    """The table as a text file."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{table.name}.txt"
        path.write_text(table.text, encoding="utf-8")
        document = read(path)
    return judge(table, document, extract_figures(document))


def drawn(table: Table) -> bytes:
    """The table as a PDF of page images; dust lies elsewhere on each."""
    rng = np.random.default_rng([SEED, *table.name.encode()])
    pages = [degrade(paint(sheet, DPI), rng, "office", DPI) for sheet in table.sheets()]
    return scan_pdf(pages, DPI, 70, bilevel=False)


def as_scan(table: Table) -> Verdict:
    """The table drawn, scanned in an office and read by Tesseract."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{table.name}.pdf"
        path.write_bytes(drawn(table))
        document = read(path)
    return judge(table, document, extract_figures(document))


@dataclass(frozen=True)
class Target:
    """A share that must be reached."""

    what: str
    share: Callable[[Verdict], bool]
    least: float


TARGETS: dict[tuple[Sums, Spoiling], list[Target]] = {
    ("both", "swapped"): [
        Target("found", lambda v: v.found, 0.95),
        Target("repaired rightly", lambda v: v.right, 0.9),
    ],
    ("both", "illegible"): [
        Target("found", lambda v: v.found, 0.95),
        Target("repaired rightly", lambda v: v.right, 0.9),
    ],
    ("below", "swapped"): [
        Target("column flagged", lambda v: v.column, 0.95),
        Target("listed and left", lambda v: v.found and not v.wrong, 0.95),
    ],
    ("below", "illegible"): [
        Target("column flagged", lambda v: v.column, 0.95),
        Target("repaired rightly", lambda v: v.right, 0.9),
    ],
}
"""What the issue asks of each kind of table."""
TITLES: dict[str, str] = {"both": "row and column sums", "below": "one line `Cộng`"}


def rows(name: str, verdicts: Sequence[Verdict]) -> Iterable[tuple[str, ...]]:
    """One row of the report a target."""
    for (sums, spoiling), targets in TARGETS.items():
        kind = [v for v in verdicts if (v.table.sums, v.spoiling) == (sums, spoiling)]
        seen = [v for v in kind if v.read and v.alone]
        for target in targets:
            hits = sum(map(target.share, seen))
            share = hits / len(seen) if seen else 0.0
            yield (
                name,
                TITLES[sums],
                f"digit {spoiling}",
                f"{len(seen)} of {len(kind)}",
                target.what,
                f"{100 * share:.0f} %",
                f"{100 * target.least:.0f} %",
                str(sum(v.wrong for v in kind)),
                str(sum(v.silent for v in kind)),
                f"{sum(v.doubted for v in seen) / max(len(seen), 1):.1f}",
            )


HEAD = (
    "tables", "sums", "spoiled", "that digit alone", "measure", "share", "target", "numbers changed wrongly",
    "changed without a flag", "cells flagged a table",
)  # fmt: skip


def report(text: Sequence[Verdict], scanned: Sequence[Verdict]) -> str:
    """The result as a Markdown table."""
    lines = [f"| {' | '.join(HEAD)} |", "|" + "---|" * len(HEAD)]
    for name, verdicts in (("as text", text), ("drawn, read by Tesseract", scanned)):
        lines += [f"| {' | '.join(row)} |" for row in rows(name, verdicts) if verdicts]
    return "\n".join([*lines, "", *_others(scanned)])


def _others(scanned: Sequence[Verdict]) -> Iterable[str]:
    """What came of the cells that Tesseract misread beside the spoiled ones, as a Markdown table."""
    yield "| drawn tables | numbers | misread by Tesseract | put right | flagged, or their sum | neither |"
    yield "|" + "---|" * 6
    for sums, title in TITLES.items():
        kind = [v for v in scanned if v.table.sums == sums and v.read]
        count = sum(len(_cells(v.table.truth)) - 1 for v in kind)
        misread, mended, told = (sum(getattr(v, n) for v in kind) for n in ("misread", "mended", "told"))
        yield f"| {title} | {count} | {misread} | {mended} | {told} | {misread - mended - told} |"


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--tables", type=int, default=100, help="text tables of each kind of sums")
    parser.add_argument("--pages", type=int, default=50, help="drawn tables of each kind of sums")
    parser.add_argument("--seed", type=int, default=SEED, help="of the tables' numbers")
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--errors", action="store_true", help="print each table that misses a target")
    options = parser.parse_args()
    kinds: tuple[Sums, ...] = ("both", "below")
    text = [as_text(t) for sums in kinds for t in tables(options.tables, sums, options.seed)]
    scanned = [as_scan(t) for sums in kinds for t in tables(options.pages, sums, options.seed + 1)]
    if options.errors:
        for v in (*text, *scanned):
            if (
                not v.read
                or v.wrong
                or v.silent
                or not all(t.share(v) for t in TARGETS[v.table.sums, v.spoiling])
            ):
                told = f"wrong {v.wrong}, silent {v.silent}{'' if v.alone else ', more is misread'}"
                print(v.table.name, v.spoiling, v.table.spoiled, v.table.wanted, told, file=sys.stderr)
                print(v.table.text, file=sys.stderr)
    block = report(text, scanned)
    print(block)
    if options.write:
        page = ROOT / "docs" / "benchmarks.md"
        note = f"`make bench-proof` on {datetime.now(UTC).date()}, commit {commit()}."
        page.write_text(
            put(page.read_text(encoding="utf-8"), "proof", f"{note}\n\n{block}"), encoding="utf-8"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
