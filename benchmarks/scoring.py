"""Figure tables against a truth: rows that agree in every judged column, and numbers wherever they stand."""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path

_JUDGED = {
    "loans": "flow period_start period_end beneficiary borrowers amount_vnd role status",
    "cards": "period_start period_end beneficiary cards role status",
    "houses": "period_start period_end work houses amount_per_house_vnd amount_vnd role status",
    "supports": "kind count recipients amount_vnd status",
    "budgets": "kind project_no subproject_no amount_vnd role status",
    "rates": "measure value unit period_end status",
    "citations": "cited_symbol cited_on",
    "documents": "doc_type symbol issued_from issued_to signer",
}
JUDGED: Mapping[str, Sequence[str]] = {table: columns.split() for table, columns in _JUDGED.items()}
"""The columns in which a row must agree with the truth, empty cells included."""
NUMBERS: Mapping[str, Sequence[str]] = {
    "loans": ["borrowers", "amount_vnd"],
    "cards": ["cards"],
    "houses": ["houses", "amount_per_house_vnd", "amount_vnd"],
    "supports": ["count", "recipients", "amount_vnd"],
    "budgets": ["amount_vnd"],
    "rates": ["value"],
    "citations": ["cited_symbol"],
    "documents": ["symbol"],
}
OPEN = "*"
"""A cell of the truth that the contract leaves open."""

Row = Mapping[str, str]


@dataclass(frozen=True)
class Share:
    """How many there are, how many were found, how many of these are right."""

    wanted: int
    found: int
    right: int

    @property
    def precision(self) -> float:
        """Right among found; 1 where nothing is wanted and nothing found."""
        return self.right / self.found if self.found else float(not self.wanted)

    @property
    def recall(self) -> float:
        """Right among wanted."""
        return self.right / self.wanted if self.wanted else 1.0

    @property
    def f1(self) -> float:
        """The harmonic mean of both."""
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


@dataclass(frozen=True)
class Score:
    """One table on one data set."""

    rows: Share
    numbers: Share


def read(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file; none where it is missing."""
    if not path.is_file():
        return []
    with path.open(encoding="utf-8-sig", newline="") as handle:
        return list(csv.DictReader(handle))


def scores(truth: Path, tables: Path, only: Sequence[str] | None = None) -> dict[str, Score]:
    """The score of each table that the truth has.

    Args:
        truth: a folder of TABLE.csv and, where files without rows are judged too, files.txt with their names.
        tables: the folder that hoso wrote.
        only: judge these files alone.
    """
    return {table: score(table, *both) for table, both in _tables(truth, tables, only).items()}


Judged = tuple[str, Row, bool]
"""A table, a row that was found, and whether it is right."""


def judged(truth: Path, tables: Path, only: Sequence[str] | None = None) -> list[Judged]:
    """Every row that was found, in every table that the truth has; arguments as of ``scores``."""
    found = []
    for table, (wanted, rows) in _tables(truth, tables, only).items():
        found += [(table, row, right) for row, right in zip(rows, _right(table, wanted, rows), strict=True)]
    return found


def _tables(truth: Path, tables: Path, only: Sequence[str] | None) -> dict[str, tuple[list[Row], list[Row]]]:
    """Wanted and found rows by table."""
    wanted = {name: read(truth / f"{name}.csv") for name in JUDGED if (truth / f"{name}.csv").is_file()}
    files = {stem(row["source_file"]) for rows in wanted.values() for row in rows}
    listed = truth / "files.txt"
    if listed.is_file():
        files |= {stem(line) for line in listed.read_text(encoding="utf-8").splitlines() if line.strip()}
    if only is not None:
        files &= {stem(name) for name in only}
    return {
        name: (_of(files, rows, name), _of(files, read(tables / f"{name}.csv"), name))
        for name, rows in wanted.items()
    }


def _of(files: set[str], rows: Iterable[Row], table: str) -> list[Row]:
    kept = [row for row in rows if stem(row["source_file"]) in files]
    # a law named by its year alone has no symbol to be judged by
    return [row for row in kept if row.get("cited_symbol")] if table == "citations" else kept


def stem(name: str) -> str:
    """What files are told apart by."""
    return Path(name.strip()).stem.casefold()


def score(table: str, wanted: Sequence[Row], found: Sequence[Row]) -> Score:
    """One table's score; a column that the truth does not have, or leaves open, is not judged."""
    right = sum(_right(table, wanted, found))
    mine, theirs = _numbers(table, wanted), _numbers(table, found)
    return Score(
        Share(len(wanted), len(found), right),
        Share(mine.total(), theirs.total(), (mine & theirs).total()),
    )


def _right(table: str, wanted: Sequence[Row], found: Sequence[Row]) -> list[bool]:
    """Of each row found, whether it is one of those wanted."""
    columns = [c for c in JUDGED[table] if not wanted or c in wanted[0]]
    left: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for i, row in enumerate(found):
        left[_key(row, columns)].append(i)
    right = [False] * len(found)
    # rows without open cells choose first
    for key in sorted((_key(row, columns) for row in wanted), key=lambda k: k.count(OPEN)):
        same = next((other for other, rows in left.items() if rows and _agrees(key, other)), None)
        if same is not None:
            right[left[same].pop(0)] = True
    return right


def _key(row: Row, columns: Sequence[str]) -> tuple[str, ...]:
    return (stem(row["source_file"]), *(cell(row.get(column)) for column in columns))


def _agrees(wanted: tuple[str, ...], found: tuple[str, ...]) -> bool:
    return all(want in (OPEN, got) for want, got in zip(wanted, found, strict=True))


def _numbers(table: str, rows: Iterable[Row]) -> Counter[tuple[str, str]]:
    return Counter(
        (stem(row["source_file"]), cell(row.get(column)))
        for row in rows
        for column in NUMBERS[table]
        if cell(row.get(column)) not in {"", OPEN}
    )


def cell(value: str | None) -> str:
    """A cell in the one form in which it is compared.

    >>> cell(" 12.50 "), cell("Nghèo"), cell(None)
    ('12.5', 'nghèo', '')
    """
    text = (value or "").strip()
    try:
        return f"{Decimal(text).normalize():f}"
    except InvalidOperation:
        return text.casefold()
