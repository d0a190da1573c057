"""A sentence annotated: its clauses, its quantities, the times it names.

A clause ends at a semicolon; what stands in parentheses is a clause of its own inside the one around it.
Numbers, triggers and groups act within their clause before they act beyond it.
"""

from __future__ import annotations

import sys
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from operator import attrgetter
from typing import NamedTuple

import regex

from pipeline.extract.amounts import Grammar, grammar
from pipeline.extract.groups import GroupList
from pipeline.extract.periods import Mention, Period, periods
from pipeline.extract.quantity import Quantity
from pipeline.lazy import lazy

_SIGNS = regex.compile(r"[();]")


class Clause(NamedTuple):
    """``text[start:end]`` without its own inner parentheses (``holes``).

    ``outer`` is the number of the clause around a parenthesis (-1 where none), ``group`` tells clauses of
    one parenthesis (or of the sentence itself) from others.
    """

    start: int
    end: int
    outer: int
    group: int
    holes: tuple[tuple[int, int], ...] = ()

    def holds(self, at: int) -> bool:
        """Whether the offset lies in the clause itself."""
        if not self.start <= at < self.end:
            return False
        return not self.holes or not any(a <= at < b for a, b in self.holes)


def split_clauses(text: str, start: int, end: int) -> tuple[Clause, ...]:
    """The clauses of ``text[start:end]``, in order of their starts.

    >>> [(c.start, c.end, c.outer) for c in split_clauses("a; b (c; d) e", 0, 13)]
    [(0, 1, -1), (2, 13, -1), (6, 7, 1), (8, 10, 1)]
    """
    found: list[tuple[int, int, int, int, list[tuple[int, int]]]] = [(start, end, -1, 0, [])]
    open_clauses = [0]
    opened: list[int] = []
    groups = 0
    closing = text.count(")", start, end)
    for sign in _SIGNS.finditer(text, start, end):
        at, char = sign.start(), sign.group()
        if char == ")":
            closing -= 1
        top = open_clauses[-1]
        first, last, outer, group, holes = found[top]
        if char == "(" and closing and len(opened) < 4:
            groups += 1
            opened.append(at)
            found.append((at + 1, end, top, groups, []))
            open_clauses.append(len(found) - 1)
        elif char == ")" and opened:
            found[top] = (first, at, outer, group, holes)
            open_clauses.pop()
            found[open_clauses[-1]][4].append((opened.pop(), at + 1))
        elif char == ";":
            found[top] = (first, at, outer, group, holes)
            found.append((at + 1, last, outer, group, []))
            open_clauses[-1] = len(found) - 1
    return tuple(Clause(a, b, outer, group, tuple(holes)) for a, b, outer, group, holes in found)


@dataclass(frozen=True, slots=True)
class Turn:
    """A number's place in a series of numbers given in turn, and the group that it answers to."""

    place: int
    group: GroupList | None


@dataclass(frozen=True)
class Sentence:
    """``text[start:end]`` of a flow, annotated.

    ``block`` is the number of its block in the flow, ``turns`` tells of numbers that are given in turn,
    ``was`` of those that stood at a time before: ``từ 33% cuối năm trước xuống 25%`` (by their starts).
    """

    text: str
    start: int
    end: int
    block: int
    quantities: Sequence[Quantity]
    mentions: Sequence[Mention]
    turns: Mapping[int, Turn] = field(default_factory=dict)
    was: Mapping[int, Period] = field(default_factory=dict)

    @lazy
    def clauses(self) -> tuple[Clause, ...]:
        """The sentence's clauses."""
        return split_clauses(self.text, self.start, self.end)

    @lazy
    def groups_at(self) -> dict[int, GroupList | None]:
        """The groups that counts name themselves, by where they begin; filled by ``frames.group_at``."""
        return {}

    @lazy
    def reasons_at(self) -> dict[int, tuple[list[str], list[str]]]:
        """What excludes numbers from all tables, by where they begin; filled by ``exclusions``."""
        return {}

    @lazy
    def negations(self) -> list[Sequence[int]]:
        """Numbers of the patterns that may exclude a number before them; filled by ``exclusions``."""
        return []

    def clause_at(self, at: int) -> int:
        """The number of the innermost clause that holds the offset."""
        if len(self.clauses) == 1:
            return 0
        found = self._clause_at.get(at)
        if found is None:
            places = range(bisect_right(self._starts, at) - 1, -1, -1)
            found = next((number for number in places if self.clauses[number].holds(at)), 0)
            self._clause_at[at] = found
        return found

    def is_bracketed(self, at: int) -> bool:
        """Whether an offset stands in parentheses."""
        return self.clauses[self.clause_at(at)].outer >= 0

    @lazy
    def _clause_at(self) -> dict[int, int]:
        return {}

    @lazy
    def _starts(self) -> list[int]:
        return [clause.start for clause in self.clauses]

    @lazy
    def _numbers(self) -> list[int]:
        return [q.start for q in self.quantities]

    def next_lead(self, at: int, default: int) -> int:
        """Where the first number begins, words of approximation included, that begins behind an offset."""
        number = bisect_right(self._numbers, at)
        return self.quantities[number].lead if number < len(self._numbers) else default

    def before(self, number: int) -> list[int]:
        """The clauses whose words still govern clause ``number``: itself, earlier ones beside it, outer ones.

        The nearest first.
        """
        if number not in self._before:
            chain: list[int] = []
            current = number
            while current >= 0:
                clause = self.clauses[current]
                beside = self._by_group[clause.group]
                chain += beside[bisect_right(beside, current) - 1 :: -1]
                current = clause.outer
            self._before[number] = chain
        return self._before[number]

    @lazy
    def _before(self) -> dict[int, list[int]]:
        return {}

    @lazy
    def _by_group(self) -> dict[int, list[int]]:
        """The clauses of each group, in order."""
        found: dict[int, list[int]] = {}
        for number, clause in enumerate(self.clauses):
            found.setdefault(clause.group, []).append(number)
        return found

    def holding(self, at: int) -> Iterator[int]:
        """The clauses that hold an offset themselves, the innermost first.

        They are several where a parenthesis is not closed.
        """
        number = self.clause_at(at)
        while number >= 0:
            clause = self.clauses[number]
            if clause.holds(at):
                yield number
            number = clause.outer

    def number_at(self, at: int) -> Quantity | None:
        """The first number in which an offset lies."""
        number = bisect_right(self._numbers, at) - 1
        found = None
        while number >= 0 and at < self.quantities[number].end:
            found = self.quantities[number]
            number -= 1
        return found

    def between(self, start: int, end: int) -> Sequence[Quantity]:
        """The numbers that begin behind one place and before another."""
        first = bisect_right(self._numbers, start)
        return self.quantities[first : bisect_left(self._numbers, end, first)]

    def count_before(self, at: int) -> Quantity | None:
        """The last number before an offset that counts people or things."""
        number = bisect_left(self._counts, at, key=_start)
        return self._counts[number - 1] if number else None

    @lazy
    def _counts(self) -> list[Quantity]:
        return [q for q in self.quantities if not q.is_money and q.unit not in NO_THINGS]

    def previous(self, at: int) -> Quantity | None:
        """The last number that ends before an offset."""
        number = bisect_left(self._numbers, at) - 1
        while number >= 0 and self.quantities[number].end > at:
            number -= 1
        return self.quantities[number] if number >= 0 else None


def annotate(
    text: str,
    spans: Sequence[tuple[int, int, int]],
    numbers: Grammar | None = None,
    own: Period | None = None,
) -> list[Sentence]:
    """Sentences from ``(start, end, block)`` spans of a text, with quantities and mentions of time.

    Offsets stay those of the whole text. ``numbers`` is the number grammar where it is not the dictionaries',
    ``own`` the document's period.
    """
    numbers = numbers or grammar()
    found = []
    heard = [Mention(0, 0, "own", own)] if own else []
    for start, end, block in spans:
        quantities = numbers.find(text[start:end], start)
        mentions = periods().find_after(text, start, end, heard)
        ends = [(m.start, m.end) for m in mentions]
        inside = [q for q in quantities if not _is_inside(q.start, ends)]
        sentence = Sentence(text, start, end, block, inside, mentions)
        found.append(_with_past(sentence) if len(mentions) > 1 and inside else sentence)
    return found


def _with_past(sentence: Sentence) -> Sentence:
    """The sentence with times right behind a number that something fell or rose from: they are its alone.

    Where the sentence told its own time before: ``Năm 2024, giảm từ 33% cuối năm trước xuống 25%``.
    """
    text, was, kept = sentence.text, dict[int, Period](), [sentence.mentions[0]]
    for mention in sentence.mentions[1:]:
        q = sentence.previous(mention.start)
        near = q is not None and periods().is_near(text, q.end, mention.start)
        told = q is not None and kept[0].end <= q.start
        if q and near and told and periods().is_past(text, max(sentence.start, q.lead - AWAY), q.lead):
            was[q.start] = mention.period
        else:
            kept.append(mention)
    return replace(sentence, mentions=kept, was=was) if was else sentence


_start = attrgetter("start")
NO_THINGS = frozenset({"percent", "code", "other", "project"})
"""Units of counts that nothing is given to: percentages, codes, places, projects."""
AWAY = 18
"""Characters before a number in which `từ` or `so với` makes it what was."""


def _is_inside(at: int, spans: Sequence[tuple[int, int]]) -> bool:
    """Whether an offset lies in one of some spans that do not overlap, in order."""
    before = bisect_right(spans, (at, sys.maxsize))
    return before > 0 and at < spans[before - 1][1]


def moved(q: Quantity, by: int) -> Quantity:
    """The same quantity that many characters further on."""
    return q._replace(
        start=q.start + by,
        end=q.end + by,
        number_end=q.number_end + by,
        noun_start=q.noun_start + by,
        lead=q.lead + by,
    )
