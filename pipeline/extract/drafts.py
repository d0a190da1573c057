"""Rows in the making, and what was weighed for which number."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from operator import attrgetter
from typing import NamedTuple

from pipeline.extract.groups import GroupList
from pipeline.extract.periods import Period
from pipeline.extract.quantity import Quantity
from pipeline.extract.sentence import Sentence
from pipeline.model import Value

_start = attrgetter("start")


class Heard(NamedTuple):
    """A rule weighed for a number: its words' span (empty where a rule says no), and why it lost."""

    rule: str
    start: int
    end: int
    lost: str


Record = dict[int, dict[str, list[Heard]]]
"""What was weighed, by start of number and table."""


@dataclass
class Draft:
    """A row in the making: its numbers by column, and what it was read from.

    ``exhaustive``: its children are all there is (a table's lines under ``Cộng``), so that any other sum
    than its own contradicts it; ``trong đó`` may name some parts only. ``named``: its trigger may be the name
    of a programme (``cho vay hộ nghèo``) rather than a flow. ``adds``: its columns that add up.
    ``said``: where its table's own words stand in its sentence; a plan in a name (``kế hoạch vốn``) is none.
    ``period``: what its heading, line or caption tells, where it is a table's; ``heading``: its column's.
    """

    table: str
    sentence: Sentence
    cells: dict[str, Quantity]
    rule: str
    values: dict[str, Value] = field(default_factory=dict)
    group: GroupList | None = None
    flags: list[str] = field(default_factory=list)
    role: str = "single"
    parent: Draft | None = None
    breakdown: int = 0
    children: list[Draft] = field(default_factory=list)
    complete: bool | None = None
    exhaustive: bool = False
    named: bool = False
    proof: str = "none"
    mentions: list[Draft] = field(default_factory=list)
    quote: tuple[int, int] | None = None
    adds: tuple[str, ...] = ()
    said: tuple[tuple[int, int], ...] = ()
    period: Period | None = None
    heading: str = ""

    @property
    def first(self) -> Quantity:
        """The number that stands first."""
        found = self.cells.values()
        return next(iter(found)) if len(found) == 1 else min(found, key=_start)

    @property
    def last(self) -> Quantity:
        """The number that stands last."""
        found = self.cells.values()
        return next(iter(found)) if len(found) == 1 else max(found, key=_start)

    def value(self, column: str) -> Decimal | None:
        """The value of a number column, None where the row has none."""
        return self.cells[column].value if column in self.cells else None
