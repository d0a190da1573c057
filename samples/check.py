"""Compares the samples' tables with the expected ones, which people wrote from the contract.

The expected files hold the judged columns alone. ``*`` in a cell means: the contract leaves it open.
``quote_starts`` is compared with the beginning of the row's ``quote``. Rows of a file must stand in the
expected order, the order of the page.

usage: python -m samples.check OUT
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

EXPECTED = Path(__file__).parent / "expected"
OPEN = "*"

Row = Mapping[str, str]


def read(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file; none where the file is missing."""
    if not path.is_file():
        return []
    with path.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def wrong_columns(expected: Row, found: Row) -> list[str]:
    """The judged columns in which a found row is not as expected."""
    return [column for column, value in expected.items() if not _agrees(column, value, found)]


def _agrees(column: str, value: str, found: Row) -> bool:
    if value == OPEN:
        return True
    if column == "quote_starts":
        return " ".join(found.get("quote", "").split()).startswith(value)
    return found.get(column, "") == value


def match(expected: Sequence[Row], found: Sequence[Row]) -> tuple[list[Row], list[Row], bool]:
    """Pair rows that agree.

    Returns:
        The expected rows that are missing, the found rows that are too many, and whether the pairs stand in
        the expected order.
    """
    left = list(range(len(found)))
    missing, order = [], []
    for row in expected:
        at = next((i for i in left if not wrong_columns(row, found[i])), None)
        if at is None:
            missing.append(row)
        else:
            left.remove(at)
            order.append(at)
    return missing, [found[i] for i in left], order == sorted(order)


def differences(out: Path, expected: Path = EXPECTED) -> Iterator[str]:
    """One line for each difference between OUT and the expected files; none where they are equal."""
    for path in sorted(expected.rglob("*.csv")):
        name = path.relative_to(expected)
        if not (out / name).is_file():
            yield f"{name}: missing"
            continue
        want, got = read(path), read(out / name)
        for file in sorted({row["source_file"] for row in (*want, *got)}):
            yield from _file_differences(
                f"{name}: {file}",
                [row for row in want if row["source_file"] == file],
                [row for row in got if row["source_file"] == file],
            )


def _file_differences(label: str, want: Sequence[Row], got: Sequence[Row]) -> Iterator[str]:
    missing, surplus, in_order = match(want, got)
    judged = list(want[0]) if want else []
    for row in missing:
        nearest = min(surplus, key=lambda other: len(wrong_columns(row, other)), default=None)
        shown = " ".join(value or "-" for column, value in row.items() if column != "source_file")
        if nearest is None or len(wrong_columns(row, nearest)) > len(row) // 2:
            yield f"{label}: missing row: {shown}"
            continue
        surplus.remove(nearest)
        wrong = (
            f"{c} {nearest.get('quote' if c == 'quote_starts' else c, '')!r} is not {row[c]!r}"
            for c in wrong_columns(row, nearest)
        )
        yield f"{label}: row {shown}: {'; '.join(wrong)}"
    for row in surplus:
        shown = " ".join(row.get(c) or "-" for c in judged if c not in {"source_file", "quote_starts"})
        yield f"{label}: unexpected row: {shown} ({row.get('quote', '')})"
    if not in_order:
        yield f"{label}: rows are not in the order of the page"


def main() -> int:
    """Print the differences; exit status 1 where there are any."""
    parser = argparse.ArgumentParser(description="Compare the samples' tables with the expected ones.")
    parser.add_argument("out", type=Path, help="folder that hoso extract wrote for samples/input")
    args = parser.parse_args()
    found = list(differences(args.out))
    for line in found:
        print(line, file=sys.stderr)
    rows = sum(len(read(path)) for path in (EXPECTED / "tables").glob("*.csv"))
    if found:
        print(f"samples: {len(found)} differences from {EXPECTED}; the tables are in {args.out / 'tables'}")
        return 1
    print(f"samples: all {rows} rows equal the expected ones; the tables are in {args.out / 'tables'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
