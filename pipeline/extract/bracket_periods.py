"""Periods in brackets, before and behind them.

``12,4% (cuối năm 2023)``, ``so với năm 2020 (116 hộ)``, ``4,12% (1.918 hộ) cuối năm 2021``.
"""

from __future__ import annotations

from bisect import bisect_left
from operator import attrgetter

from pipeline.extract.periods import Mention, Period, periods
from pipeline.extract.quantity import Quantity
from pipeline.extract.sentence import Clause, Sentence

BEHIND = 25
"""Characters between a number and a bracket that tells its period."""
RIGHT_BEHIND = 1
"""Characters between a number and a bracket that says it once more."""
MENTION = 60
"""Characters before a bracket in which the period that it is about stands."""


def bracketed_behind(sentence: Sentence, clause: Clause, q: Quantity) -> Period | None:
    """The period in a bracket right behind a number that counts nothing else: ``12,4% (cuối năm 2023)``."""
    start, end = _hole_behind(clause, q)
    if not 0 <= start - q.end <= BEHIND or any(sign in sentence.text[q.end : start] for sign in ",."):
        return None
    if sentence.between(q.end - 1, end):
        return None
    first, behind = (bisect_left(sentence.mentions, at, key=_start) for at in (start, end))
    inside = [m for m in sentence.mentions[first:behind] if m.reading != "open"]
    if not inside or periods().is_beginning(sentence.text, inside[-1].start):
        return None
    return inside[-1].period


def _hole_behind(clause: Clause, q: Quantity) -> tuple[int, int]:
    """The first bracket of a clause that begins behind a number; (-1, -1) where none does."""
    number = bisect_left(clause.holes, (q.end, 0))
    return clause.holes[number] if number < len(clause.holes) else (-1, -1)


def in_bracket(sentence: Sentence, q: Quantity) -> Period | None:
    """The period in a bracket behind a row's last number: ``14 hộ, dư nợ 812 triệu đồng (30/6/2024)``."""
    return bracketed_behind(sentence, sentence.clauses[sentence.clause_at(q.start)], q)


def before_bracket(sentence: Sentence, clause: Clause) -> Period | None:
    """The period right before a bracket, one that only compares included: ``so với năm 2020 (116 hộ)``."""
    heard: list[Mention] = []
    at = clause.start - 1
    begin = max(sentence.start, at - MENTION)
    end = begin + len(sentence.text[begin:at].rstrip())
    periods().find_after(sentence.text, begin, end, heard)
    return heard[-1].period if heard and heard[-1].end == end else None


def behind_bracket(sentence: Sentence, clause: Clause, q: Quantity) -> Period | None:
    """The period right behind a bracket that says a number once more: ``4,12% (1.918 hộ) cuối năm 2021``.

    Args:
        sentence: the sentence.
        clause: the number's, around the bracket or in it.
        q: the number, before the bracket or in it.
    """
    inner = clause.outer >= 0
    start, end = (clause.start - 1, clause.end + 1) if inner else _hole_behind(clause, q)
    if start < 0 or sentence.text[start] != "(" or sentence.text[end - 1 : end] != ")":
        return None
    first = sentence.previous(start)
    again = sentence.next_lead(start, end) < end
    if not first or not again or not 0 <= start - first.end <= RIGHT_BEHIND or first.start > q.start:
        return None
    number = bisect_left(sentence.mentions, end, key=_start)
    told = sentence.mentions[number] if number < len(sentence.mentions) else None
    if told is None or told.reading == "open" or not periods().is_near(sentence.text, end, told.start):
        return None
    return told.period


_start = attrgetter("start")


def clause_around(sentence: Sentence, mention: Mention) -> int:
    """The number of the clause around the parentheses that a mention stands in, -1 where in none."""
    return sentence.clauses[sentence.clause_at(mention.start)].outer
