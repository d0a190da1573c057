"""The row that a decision is about: the one whose numbers stand in the same places of the same document.

Ids of rows hang on offsets in restored text, which better restoration moves. The digits of a page do not
move: a place is a number as printed and how often the same stood before it, or its box. All of a row's
numbers must be where they were; a row that has gained or lost one is another figure, and the decision stays
open.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from pipeline.decisions.record import Decision, Place

Cells = Mapping[str, str]

OVERLAP = 0.5
"""Share of the union of two boxes that both cover where they are of one number: neighbours on a line share
nothing, a new reading of the same word moves its edges by a pixel or two."""


@dataclass(frozen=True)
class Told:
    """One document as the machine made it.

    Attributes:
        sha256: of its file.
        text: restored, pages split by form feeds.
        rows: of each figure table, cells by column.
        evidence: rows of evidence.csv.
    """

    sha256: str
    doc_id: str
    source_file: str
    text: str
    rows: Mapping[str, Sequence[Cells]]
    evidence: Sequence[Cells]


@dataclass
class _Table:
    """A table's rows by the places of their numbers."""

    by_place: dict[frozenset[tuple[str, int, str, int]], list[Cells]] = field(default_factory=dict)
    by_page: dict[tuple[tuple[str, int], ...], list[Cells]] = field(default_factory=dict)


class Finder:
    """Finds rows of one document."""

    def __init__(self, told: Told) -> None:
        """Prepare; nothing is computed before it is asked for."""
        self._told = told
        self._pages = told.text.split("\f")
        self._at: dict[tuple[int, str], list[int]] = {}
        self._tables: dict[str, _Table] = {}
        self._evidence: dict[str, list[Cells]] = {}
        for row in told.evidence:
            if row["mention"] == "1":
                self._evidence.setdefault(row["row_id"], []).append(row)

    def places(self, row_id: str) -> tuple[Place, ...]:
        """The places of a row's numbers, as evidence has them."""
        return tuple(self._place(row) for row in self._evidence.get(row_id, ()))

    def find(self, decision: Decision) -> Cells | None:
        """The row that a decision is about; None where there is none, or nobody can tell which."""
        rows = self._told.rows.get(decision.table, ())
        if not decision.places:
            own = (r for r in rows if r["row_id"] == decision.row_id and r["row_id"] not in self._evidence)
            return next(own, None)
        table = self._table(decision.table)
        found = table.by_place.get(_exact(decision.places), [])
        if not found:
            near = table.by_page.get(_pages(decision.places), [])
            found = [row for row in near if _overlap(decision.places, self.places(row["row_id"]))]
        if len(found) > 1:
            found = [r for r in found if r["row_id"] == decision.row_id] or [
                r for r in found if _as_it_was(r, decision)
            ]
        return found[0] if len(found) == 1 else None

    def _table(self, name: str) -> _Table:
        if name not in self._tables:
            made = self._tables[name] = _Table()
            for row in self._told.rows.get(name, ()):
                if places := self.places(row["row_id"]):
                    made.by_place.setdefault(_exact(places), []).append(row)
                    made.by_page.setdefault(_pages(places), []).append(row)
        return self._tables[name]

    def _place(self, row: Cells) -> Place:
        page, start, end = int(row["page"]), int(row["start"]), int(row["end"])
        whole = self._pages[page - 1] if page <= len(self._pages) else ""
        text = whole[start:end]
        return Place(row["column"], page, text, bisect_left(self._all(page, text), start), row["bbox"])

    def _all(self, page: int, text: str) -> list[int]:
        """Where this text stands on a page; each is looked for once."""
        if not text:
            return []
        found = self._at.get((page, text))
        if found is None:
            whole, found, at = self._pages[page - 1], [], -1
            while (at := whole.find(text, at + 1)) >= 0:
                found.append(at)
            self._at[page, text] = found
        return found


def _exact(places: Iterable[Place]) -> frozenset[tuple[str, int, str, int]]:
    return frozenset((p.column, p.page, p.text, p.nth) for p in places)


def _pages(places: Iterable[Place]) -> tuple[tuple[str, int], ...]:
    return tuple(sorted((p.column, p.page) for p in places))


def _overlap(ones: Sequence[Place], others: Sequence[Place]) -> bool:
    """Whether each number's box covers the other's; both are of the same columns and pages."""
    order = sorted(ones, key=_by_column), sorted(others, key=_by_column)
    return all(shared(a.bbox, b.bbox) >= OVERLAP for a, b in zip(*order, strict=True))


def _by_column(place: Place) -> tuple[str, int, str]:
    return place.column, place.page, place.bbox


def shared(one: str, other: str) -> float:
    """The share of two boxes' union that both cover.

    >>> shared("0 0 10 10", "0 0 10 8"), shared("0 0 1 1", "")
    (0.8, 0.0)
    """
    try:
        (a0, b0, a1, b1), (c0, d0, c1, d1) = (map(float, box.split()) for box in (one, other))
    except ValueError:
        return 0.0
    both = max(0.0, min(a1, c1) - max(a0, c0)) * max(0.0, min(b1, d1) - max(b0, d0))
    union = (a1 - a0) * (b1 - b0) + (c1 - c0) * (d1 - d0) - both
    return both / union if union > 0 else 0.0


def _as_it_was(row: Cells, decision: Decision) -> bool:
    """Whether a row reads as at the time of the decision, but for where it stands in the text."""
    moving = {"row_id", "total_row_id", "bbox", "source_file"}
    return all(row.get(name) == cell for name, cell in decision.machine.items() if name not in moving)
