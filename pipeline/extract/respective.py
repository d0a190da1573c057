"""Numbers given in turn: ``dư nợ cho vay hộ nghèo, hộ cận nghèo lần lượt là 6,4 tỷ đồng và 9,8 tỷ đồng``.

Behind the words that say so a series of numbers answers, one by one, to as many groups, years or periods
named before them. A second series of as many answers to the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import takewhile
from typing import TYPE_CHECKING

import regex

from pipeline.extract.groups import GroupList, groups
from pipeline.extract.numerals import parse_number
from pipeline.extract.periods import Mention, periods
from pipeline.extract.quantity import Quantity
from pipeline.extract.sentence import Clause, Sentence, Turn

if TYPE_CHECKING:
    from pipeline.extract.cues import Cues
    from pipeline.extract.drafts import Draft
    from pipeline.extract.patterns import Pattern

_BARE = regex.compile(r"(?<![\d.,/\p{L}])\d{1,3}(?:\.\d{3})*(?:,\d{1,2})?(?![\d.,]*\d)")
_YEAR = regex.compile(r"(?<![\d./])(?:19|20)\d\d(?![\d/])")
INTRODUCED = 40
"""Characters between the words and the first number: `lần lượt tương ứng qua ba năm là`."""
LONGEST = 12
"""Numbers of one series."""
BEFORE = 300
"""Characters before the words in which is named what the numbers answer to."""


def with_turns(sentence: Sentence, cues: Cues) -> Sentence:
    """The sentence with what the numbers of its series answer to: groups as turns, times as mentions."""
    turns: dict[int, Turn] = {}
    named: list[tuple[list[GroupList], list[Mention]]] = []
    for match in cues.in_turn.finditer(sentence.text, sentence.start, sentence.end):
        sentence, series = _series(sentence, match.end(), cues)
        if len(series) < 2:
            continue
        clause = sentence.clauses[sentence.clause_at(match.start())]
        found = _named(sentence, clause, match.start(), len(series), cues)
        if not any(found):
            found = next((t for t in named if len(series) in (len(t[0]), len(t[1]))), found)
        told_groups, told_times = found
        if any(found):
            named.append(found)
        shared = groups().find(sentence.text, clause.start, match.start())[-1:]
        for place, q in enumerate(series):
            turns[q.start] = Turn(place, next(iter(told_groups[place : place + 1] or shared), None))
        at = [m._replace(start=q.lead, end=q.lead) for m, q in zip(told_times, series, strict=False)]
        mentions = sorted([*sentence.mentions, *at], key=lambda m: m.start)
        sentence = replace(sentence, mentions=mentions)
    return replace(sentence, turns=turns) if turns else sentence


def answered(sentence: Sentence, rows: Sequence[Draft], q: Quantity) -> Draft | None:
    """The row that an amount given in turn answers to: ``xây 11 nhà, sửa 4 nhà, lần lượt 60 và 30 triệu``."""
    turn = sentence.turns.get(q.start)
    if turn is None or not q.is_money:
        return None
    starts = sorted(sentence.turns)
    first = starts.index(q.start) - turn.place
    count = 1 + len(list(takewhile(lambda at: sentence.turns[at].place, starts[first + 1 :])))
    before = [r for r in rows if r.first.end <= starts[first]][-count:]
    return before[turn.place] if len(before) == count else None


def _series(sentence: Sentence, begin: int, cues: Cues) -> tuple[Sentence, list[Quantity]]:
    """The numbers that follow, one right behind the other; bare ones are of the unit of the next."""
    text, known = sentence.text, {q.start: q for q in sentence.quantities}
    found: list[Quantity] = []
    bare: list[Quantity] = []
    first = _BARE.search(text, begin, min(sentence.end, begin + INTRODUCED))
    at = first.start() if first else sentence.end
    while at < sentence.end and len(found) < LONGEST:
        q = known.get(at) or _bare(sentence, at)
        if q is None:
            break
        found.append(q)
        bare += [] if at in known else [q]
        between = cues.turn_joint.match(text, q.end, sentence.end)
        if between is None:
            break
        at = between.end()
    while found and found[-1] in bare:
        bare.remove(found.pop())
    if not found or len({q.is_money for q in found if q not in bare}) > 1:
        return sentence, []
    fixed = {q.start: _like(q, found[-1]) for q in bare}
    series = [fixed.get(q.start, q) for q in found]
    if fixed:
        every = sorted([*sentence.quantities, *fixed.values()], key=lambda q: q.start)
        sentence = replace(sentence, quantities=every)
    return sentence, series


def _like(q: Quantity, last: Quantity) -> Quantity:
    """A bare number in the unit of the last of its series."""
    value = None if q.value is None else q.value * last.factor
    return q._replace(unit=last.unit, value=value, factor=last.factor)


def _bare(sentence: Sentence, at: int) -> Quantity | None:
    match = _BARE.match(sentence.text, at, sentence.end)
    if match is None or any(m.start < match.end() and match.start() < m.end for m in sentence.mentions):
        return None
    value, flags = parse_number(match.group(), whole=False)
    start, end = match.span()
    return Quantity(start, end, end, end, value, "other", lead=start, flags=flags)


def _named(
    sentence: Sentence, clause: Clause, end: int, count: int, cues: Cues
) -> tuple[list[GroupList], list[Mention]]:
    """As many groups or times as there are numbers, the last of which are named before a place."""
    text = sentence.text
    begin = max(clause.start, end - BEFORE)
    parts = list(_parts(text, begin, end, cues.turn_part))
    told = _groups(text, parts[-count:])
    if len(told) < count or (len(parts) > count and _groups(text, parts[-count - 1 : -count])):
        told = []
    times = [mention for a, b in parts[-count:] for mention in _year(text, a, b)]
    if len(times) != count:
        before = [m for m in sentence.mentions if m.end <= end and m.reading != "open"]
        times = before if len(before) == count else []
    return told, times if len(times) == count else []


def _parts(text: str, begin: int, end: int, part: Pattern) -> Iterator[tuple[int, int]]:
    for sign in part.finditer(text, begin, end):
        yield begin, sign.start()
        begin = sign.end()
    yield begin, end


def _groups(text: str, parts: Sequence[tuple[int, int]]) -> list[GroupList]:
    """The last group of each part that names one."""
    return [found[-1] for a, b in parts if (found := groups().find(text, a, b))]


def _year(text: str, begin: int, end: int) -> list[Mention]:
    """The last year of a part; none where it names none."""
    years = _YEAR.findall(text, begin, end)
    return periods().find(periods().spelled(years[-1])) if years else []
