"""What rules are made of; ``rule_files`` loads them from ``dictionaries/rules/*.toml``.

A rule is a trigger (words that make the numbers near them figures of a table, with the values they set) or a
blocker (words that claim a number for something that is no row).
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from pipeline.extract.patterns import Pattern, Patterns
from pipeline.lazy import lazy

if TYPE_CHECKING:
    from pipeline.extract.cues import Cues

AROUND = 500
"""Characters before a trigger in which the words that it needs may stand."""
NEUTRAL = "neutral"
"""The reason of marks that only keep others from matching inside them."""


@dataclass(frozen=True)
class Trigger:
    """Words that govern numbers: for a table (``values``), or for nothing (``reason``).

    A ``weak`` one (``hỗ trợ``) yields to another that stands with it (``tiền điện``). One that is ``behind``
    also governs counts before it (``1.200 hộ được hỗ trợ tiền điện``). ``units`` are those of the numbers
    that it governs; empty: all. One that points ``back`` (``tỷ lệ này``) stands for what was said before its
    sentence. One that ``heads`` a list governs all behind it in its clause, whatever the items name.
    """

    id: str
    pattern: Pattern
    values: Mapping[str, str] = field(default_factory=dict)
    reason: str = ""
    strong: bool = False
    needs: Pattern | None = None
    weak: bool = False
    behind: bool = True
    back: bool = False
    heads: bool = False
    units: frozenset[str] = frozenset()

    def governs(self, unit: str) -> bool:
        """Whether it governs numbers of a unit."""
        return not self.units or unit in self.units


@dataclass(frozen=True)
class Number:
    """What a number of a table is: its column, by its unit and by what stands around it.

    Attributes:
        column: the column that it fills.
        units: units of the number grammar that it may have.
        codes: unit to the code that stands in ``unit_column``; other units stand as they are.
        unit_column: where its unit goes; empty where nowhere.
        values: columns that it sets, over its trigger's.
        triggers: ids of the triggers that it must be governed by; empty: any.
        groups: beneficiary codes that the counted noun must name; empty: any.
        after: beneficiary codes of which the count right before it must be.
        noun: what the number's unit and the words behind it must begin with.
        before: what must stand right before it.
        behind: what must stand behind it, in its clause and before the next number.
        never_before: what must not stand before it in its clause, behind the number before.
        never_behind: what must not stand behind it there.
        link: what must stand between the numbers of a row and this one for it to join them.
        starts: whether it may be the first of a row.
        alone: whether it needs no trigger: its noun says enough.
        direct: whether no people or things may be counted before it in its clause.
        of_column: where the second number of ``9.876/12.345`` goes.
        maximum: above this it is misread; 0: no limit.
    """

    column: str
    units: frozenset[str]
    codes: Mapping[str, str]
    unit_column: str
    values: Mapping[str, str]
    triggers: frozenset[str]
    groups: frozenset[str]
    after: frozenset[str]
    noun: Pattern | None
    before: Pattern | None
    behind: Pattern | None
    never_before: Pattern | None
    never_behind: Pattern | None
    link: Pattern | None
    starts: bool
    alone: bool
    direct: bool
    of_column: str
    maximum: int


@dataclass(frozen=True)
class Find:
    """A column that words around a row fill.

    Attributes:
        column: the column.
        pattern: what to look for; its group ``value`` is the value where ``value`` is empty, else all of it.
        value: the code that stands in the column.
        where: where to look, the nearest first: ``row`` (around its own numbers), ``clause`` (before them),
            ``after`` (behind them in the clause), ``sentence``, ``list`` (the introduction of its list),
            ``above`` (paragraph, introduction and headings, the nearest first), ``title`` (the text's, where
            it names one alone).
        within: a column; what is looked for must stand as near as what filled that one.
        when: only rows with these values; ``*`` is any.
        type: ``text``, ``integer`` or ``date``.
    """

    column: str
    pattern: Pattern
    value: str
    where: tuple[str, ...]
    within: str
    when: Mapping[str, str]
    type: str


@dataclass(frozen=True)
class Heading:
    """What a column of a table on the page holds, by its heading.

    Attributes:
        pattern: what the heading holds.
        unless: what it must not hold.
        column: the column of the row that its numbers fill.
        unit: the unit of the numbers where neither cell nor heading names one.
        values: what it sets; columns of one line with the same values are one row.
        whose: whether it says for whom alone: beside a column that names what is counted it counts no such
            thing.
    """

    pattern: Pattern
    unless: Pattern | None
    column: str
    unit: str
    values: Mapping[str, str]
    whose: bool = False


class Mark(NamedTuple):
    """``text[start:end]`` is a trigger's match."""

    start: int
    end: int
    trigger: Trigger


@dataclass(frozen=True)
class Gate:
    """Words that must stand near a figure for its table to take it.

    ``unless`` are words near it that close the gate, except where its sentence holds one of ``surely``;
    ``never`` are words that close it whatever else is said. Of ``theme`` a word must stand anywhere in the
    document: what a health station gives all and a pump pays for power is no help.
    """

    pattern: Pattern
    before: int
    after: int
    unless: Pattern | None = None
    surely: Pattern | None = None
    never: Pattern | None = None
    theme: Pattern | None = None

    def is_open(self, text: str, sentence: tuple[int, int], at: int) -> bool:
        """Whether a number at an offset, in the sentence ``text[start:end]``, may be a figure."""
        if not _stands(self.pattern, text, at - self.before, at + self.after):
            return False
        if self.never and _stands(self.never, text, at - NEAR, at + NEAR):
            return False
        if self.theme and not _is_told(self.theme, text):
            return False
        # what is said in later sentences is about other things
        if self.unless is None or not _stands(self.unless, text, at - NEAR, min(at + NEAR, sentence[1])):
            return True
        return bool(self.surely and _stands(self.surely, text, *sentence))


def _stands(pattern: Pattern, text: str, start: int, end: int) -> bool:
    places = _places(pattern, text)
    first = bisect_left(places, start)
    return first < len(places) and places[first] < end


@lru_cache(maxsize=8)
def _is_told(pattern: Pattern, text: str) -> bool:
    return pattern.search(text) is not None


def places_in(pattern: Pattern, text: str, start: int, end: int) -> Sequence[int]:
    """Where matches begin in ``text[start:end]``; each text is searched once for all its numbers."""
    places = _places(pattern, text)
    first = bisect_left(places, start)
    return places[first : bisect_left(places, end, first)]


@lru_cache(maxsize=32)
def _places(pattern: Pattern, text: str) -> list[int]:
    return [match.start() for match in pattern.finditer(text)]


NEAR = 250
"""Characters around a number in which words that close its gate count."""


@dataclass(frozen=True)
class TableRules:
    """All rules of one table.

    Attributes:
        table: its name.
        order: tables with a smaller one choose their numbers first.
        reader: ``figures`` (``pipeline.extract.figures_of``) or the table's own module.
        gate: words that must stand near its figures.
        triggers: its triggers and its own blockers.
        numbers: what its numbers are; the first that fits counts.
        finds: columns filled by words.
        headings: columns of its tables on the page.
        adds: its number columns that add up.
        splits: whether amounts that add up to one of its own are its own, whatever they are called.
        tells_apart: columns in which two mentions of one figure agree.
        stocks: values, by column, whose rows are of a day, not a span.
        default: values of columns that nothing sets.
        spares: reasons of shared exclusions that do not hold for it.
        ignores: reasons of shared blockers that do not hold for it.
        examples: texts with the rows that must come of them.
        parts: the patterns of its own sections, by section and name.
    """

    table: str
    order: int
    reader: str
    gate: Gate
    triggers: Sequence[Trigger]
    numbers: Sequence[Number]
    finds: Sequence[Find]
    headings: Sequence[Heading]
    adds: tuple[str, ...]
    splits: bool
    tells_apart: tuple[str, ...]
    stocks: Mapping[str, Sequence[str]]
    default: Mapping[str, str]
    spares: frozenset[str]
    ignores: frozenset[str]
    examples: Sequence[Mapping[str, Any]]
    parts: Mapping[str, Pattern]

    @property
    def tells_states(self) -> bool:
        """Whether its rows tell how things are, not what was done."""
        return "measure" in self.tells_apart

    @lazy
    def units(self) -> frozenset[str]:
        """The units of its numbers."""
        return frozenset(unit for number in self.numbers for unit in number.units)

    @lazy
    def numbers_of(self) -> Mapping[str, Sequence[Number]]:
        """Its numbers by unit, in their order."""
        return {unit: [number for number in self.numbers if unit in number.units] for unit in self.units}

    @lazy
    def finds_of(self) -> Mapping[str, Sequence[Find]]:
        """What fills its columns, by column."""
        found: dict[str, list[Find]] = {}
        for find in self.finds:
            found.setdefault(find.column, []).append(find)
        return found

    @lazy
    def starting(self) -> frozenset[str]:
        """The units of the numbers that may begin a row."""
        return frozenset(unit for number in self.numbers if number.starts for unit in number.units)

    @lazy
    def _triggers(self) -> Patterns:
        return Patterns([trigger.pattern for trigger in self.triggers])

    def marks(self, text: str, start: int, end: int, cues: Cues) -> list[Mark]:
        """Triggers and blockers in ``text[start:end]``, in order; of overlapping ones the longest."""
        found: list[Mark] = []
        for number, first, last in self._triggers.spans(text, start, end):
            trigger = self.triggers[number]
            if trigger.needs and not trigger.needs.search(text, max(0, first - AROUND), end):
                continue
            found.append(Mark(first, last, trigger))
        # the blockers are looked for once for all tables
        found += [
            Mark(first, last, cues.blockers[number])
            for number, first, last in cues.blocking.spans(text, start, end)
            if cues.blockers[number].reason not in self.ignores
        ]
        return [m for m in longest(found) if m.trigger.reason != NEUTRAL]


def longest(marks: Sequence[Mark]) -> list[Mark]:
    """Marks that do not overlap, the longer first choice, in order of place."""
    kept: list[Mark] = []
    starts: list[int] = []
    for mark in sorted(marks, key=lambda m: (m.start - m.end, m.start)):
        # the last that begins before its end ends last of those that may overlap it
        at = bisect_left(starts, mark.end)
        if not at or kept[at - 1].end <= mark.start:
            at = bisect_right(starts, mark.start)
            starts.insert(at, mark.start)
            kept.insert(at, mark)
    return kept
