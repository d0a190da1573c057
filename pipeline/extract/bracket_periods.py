"""Periods in brackets and before them: ``12,4% (cuối năm 2023)``, ``so với năm 2020 (116 hộ)``."""

from __future__ import annotations

from pipeline.extract.periods import Mention, Period, periods
from pipeline.extract.quantity import Quantity
from pipeline.extract.sentence import Clause, Sentence

BEHIND = 25
"""Characters between a number and a bracket that tells its period."""
MENTION = 60
"""Characters before a bracket in which the period that it is about stands."""


def bracketed_behind(sentence: Sentence, clause: Clause, q: Quantity) -> Period | None:
    """The period in a bracket right behind a number that counts nothing else: ``12,4% (cuối năm 2023)``."""
    for start, end in clause.holes:
        if not 0 <= start - q.end <= BEHIND or any(sign in sentence.text[q.end : start] for sign in ",."):
            continue
        if any(q.end <= o.start < end for o in sentence.quantities):
            return None
        inside = [m for m in sentence.mentions if start <= m.start < end and m.reading != "open"]
        if not inside or periods().is_beginning(sentence.text, inside[-1].start):
            return None
        return inside[-1].period
    return None


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


def clause_around(sentence: Sentence, mention: Mention) -> int:
    """The number of the clause around the parentheses that a mention stands in, -1 where in none."""
    return sentence.clauses[sentence.clause_at(mention.start)].outer
