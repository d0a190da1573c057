"""What exports and the report of a large output folder take, and whether all rows are in them.

usage: python -m benchmarks.exports [--rows N] [--formats NAMES] [--write]

The folder is the samples' own, multiplied (``multiplied``). Each command runs alone, as it is installed;
memory is the peak of all its processes. Rows are counted again in what was written.
``--write`` puts the result into docs/analysts.md.
"""

from __future__ import annotations

import argparse
import csv
import shutil
import sqlite3
import sys
import time
import zipfile
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

from benchmarks.batch_scale import Run, measure
from benchmarks.multiplied import multiply
from benchmarks.page import commit, put
from benchmarks.shared import HOSO, ROOT, WORK, hoso

ROWS = 400_000
FORMATS = ("xlsx", "duckdb", "sqlite", "parquet", "csv-excel")
MOST_SECONDS, MOST_MEMORY, MOST_PAGE = 600, 1000, 2.0
"""What one command may take in seconds and MB, and the report's page in MB."""


def main() -> int:
    """Measure and print; exit status 1 where a limit is passed or a row is lost."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=ROWS, metavar="N", help="figures, of all tables together")
    parser.add_argument("--formats", default=",".join(FORMATS), metavar="NAMES")
    parser.add_argument("--write", action="store_true", help="put the result into docs")
    options = parser.parse_args()
    work = WORK / "exports"
    shutil.rmtree(work, ignore_errors=True)
    hoso("extract", ROOT / "samples" / "input", "--out", work / "small", "-q")
    counts = multiply(work / "small", work / "large", options.rows)
    lines, holds = [], True
    for name in options.formats.split(","):
        run = measure([*HOSO, "export", str(work / "large"), "--to", name, "-q"])
        place = next((work / "large" / "exports").iterdir())
        lost = sum(counts.values()) - rows_of(name, place, counts)
        lines.append(_line(f"`hoso export --to {name}`", run, _size(place), str(lost)))
        holds = holds and not lost and _fits(run)
        shutil.rmtree(place.parent)
        print(lines[-1], file=sys.stderr, flush=True)
    run = measure([*HOSO, "report", str(work / "large"), "-q"])
    size = _size(work / "large" / "report.html")
    lines.append(_line("`hoso report`", run, size, ""))
    holds = holds and _fits(run) and size <= MOST_PAGE
    text = f"""{_about(counts, work / "large")}

| command | seconds | memory, peak MB | written, MB | rows lost |
|---|---|---|---|---|
{chr(10).join(lines)}

Each may take {MOST_SECONDS} s and {MOST_MEMORY} MB, the report's page {MOST_PAGE:.0f} MB, and no row may be
lost: {"holds" if holds else "does NOT hold"}."""
    if options.write:
        page = ROOT / "docs" / "analysts.md"
        page.write_text(put(page.read_text(encoding="utf-8"), "exports", text), encoding="utf-8")
    print(text)
    shutil.rmtree(work)
    return int(not holds)


def _about(counts: Mapping[str, int], out: Path) -> str:
    return (
        f"`make bench-export` on {time.strftime('%F')}, commit {commit()}: {counts['documents']} files, "
        f"{sum(counts.values())} rows in all tables, {_size(out / 'tables'):.0f} MB of CSV."
    )


def _fits(run: Run) -> bool:
    return run.seconds <= MOST_SECONDS and run.peak <= MOST_MEMORY


def _line(name: str, run: Run, size: float, lost: str) -> str:
    return f"| {name} | {run.seconds:.0f} | {run.peak:.0f} | {size:.1f} | {lost} |"


def _size(place: Path) -> float:
    files = place.iterdir() if place.is_dir() else [place]
    return sum(path.stat().st_size for path in files) / 1e6


def rows_of(name: str, place: Path, counts: Mapping[str, int]) -> int:
    """The rows of all tables in what was written."""
    if name == "sqlite":
        with closing(sqlite3.connect(place)) as database:
            return sum(_count(database.execute(f"SELECT COUNT(*) FROM {table}")) for table in counts)
    if name == "duckdb":
        import duckdb

        with duckdb.connect(str(place), read_only=True) as found:
            return sum(_count(found.execute(f"SELECT COUNT(*) FROM {table}")) for table in counts)
    if name == "parquet":
        from pyarrow import parquet

        return sum(parquet.read_metadata(place / f"{table}.parquet").num_rows for table in counts)
    if name == "csv-excel":
        return sum(_lines(place / f"{table}.csv") for table in counts)
    return _sheets(place, len(counts))


def _count(found: object) -> int:
    return int(found.fetchone()[0])  # type: ignore[attr-defined]


def _lines(path: Path) -> int:
    with path.open(encoding="utf-8-sig", newline="") as handle:
        return sum(1 for _ in csv.reader(handle, delimiter=";")) - 1


def _sheets(place: Path, tables: int) -> int:
    """Rows of a workbook's sheets but their headings; what to know, sums, columns and codes are no tables."""
    found = []
    with zipfile.ZipFile(place) as book:
        sheets = [name for name in book.namelist() if name.startswith("xl/worksheets/sheet")]
        for name in sorted(sheets, key=lambda n: int("".join(filter(str.isdigit, n)))):
            with book.open(name) as sheet:
                kept, rows = b"", 0
                while data := sheet.read(1 << 20):
                    rows += (kept + data).count(b"<row ")
                    # what may be the beginning of a mark that the next piece ends
                    kept = data[-4:]
                found.append(rows - 1)
    # a long table takes several sheets, so those behind the tables are counted from the end
    return sum(found[2:-2]) if len(found) >= tables + 4 else -1


if __name__ == "__main__":
    sys.exit(main())
