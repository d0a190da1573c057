"""What a number is: the first ``[[number]]`` entry of its table whose words and groups stand around it."""

from __future__ import annotations

from itertools import islice
from typing import NamedTuple

from pipeline.extract.exclusions import BEHIND
from pipeline.extract.governors import Seen
from pipeline.extract.groups import GroupList
from pipeline.extract.quantity import THINGS
from pipeline.extract.rules import Mark, Number

EARLIER = 6
"""Triggers before a weak one that may speak for it."""
LEAD = 60
"""Characters before a number in which the words right before it stand."""


def says_itself(seen: Seen) -> bool:
    """Whether a thing's own noun says what it is, whatever the text above speaks of: ``175 suất quà``."""
    if seen.q.unit not in THINGS:
        return False
    around = _around(seen)
    own = (n for n in seen.frame.rules.numbers if n.alone and n.noun)
    return any(_stands(number, seen, None, around) for number in own)


def entry_of(seen: Seen, mark: Mark | None) -> tuple[Number | None, Mark | None]:
    """The first entry that fits the number, with the trigger that it fits under.

    A weak trigger (``xuống còn``) lets the one before it speak, too (``tỷ lệ hộ nghèo``).
    """
    earlier: list[Mark] = []
    if mark and mark.trigger.weak:
        sentence = seen.frame.sentence
        holders = set(sentence.before(sentence.clause_at(seen.q.start)))
        spoken = (
            m
            for m in reversed(seen.frame.marks)
            if m.end <= mark.start
            and m.trigger.governs(seen.q.unit)
            and not holders.isdisjoint(sentence.holding(m.start))
        )
        earlier = list(islice(spoken, EARLIER))
    earlier += [said for m in (mark, *earlier) if m and m.trigger.back and (said := _said(seen, m))]
    around: _Around | None = None
    for one in (mark, *earlier):
        for number in seen.frame.rules.numbers_of[seen.q.unit]:
            told = one.trigger.id in number.triggers or not number.triggers if one else number.alone
            if told:
                around = around or _around(seen)
                if _stands(number, seen, one, around):
                    return number, one
    return None, mark


def _said(seen: Seen, mark: Mark) -> Mark | None:
    """The trigger of the last row of the unit in the paragraph, for words that point back: ``tỷ lệ này``."""
    row = seen.said
    if row is None:
        return None
    every = (t for t in seen.frame.rules.triggers if t.values and not t.weak)
    trigger = next((t for t in every if all(row.values.get(c) == v for c, v in t.values.items())), None)
    return Mark(mark.start, mark.end, trigger) if trigger else None


class _Around(NamedTuple):
    """Where the words before a number begin, where its noun begins and ends, where those behind it end."""

    lead: int
    noun: int
    noun_end: int
    end: int


def _around(seen: Seen) -> _Around:
    q, text = seen.q, seen.text
    end = min(seen.end, q.end + BEHIND * 2)
    noun = q.noun_start + len(text[q.noun_start : end]) - len(text[q.noun_start : end].lstrip())
    last = end
    if q.is_labelled:  # `số hộ nghèo là 320`
        noun, last = _noun_before(seen), q.lead
    # a bracket that opens right before a number tells something, too
    begin = seen.begin - 1
    if seen.previous and text[begin : q.lead].strip() == "(":
        begin = seen.previous.end  # `đạt 120% kế hoạch (3 tỷ đồng)`: what the bracket explains
    return _Around(max(begin, q.lead - LEAD, seen.frame.sentence.start), noun, last, end)


def _stands(number: Number, seen: Seen, mark: Mark | None, around: _Around) -> bool:
    """Whether groups and words around a number are those of an entry."""
    q, text = seen.q, seen.text
    if number.direct and _follows_a_count(seen, mark):
        return False
    if q.unit == "weight" and q.value is not None and q.value != q.value.to_integral_value():
        return False  # no count: the column has none of its decimals
    if number.groups and _code(seen.counted) not in number.groups:
        return False
    if number.after and (seen.told is None or _code(seen.counted_before) not in number.after):
        return False
    return (
        (number.noun is None or bool(number.noun.match(text, around.noun, around.noun_end)))
        and (number.before is None or bool(number.before.search(text, around.lead, q.lead)))
        and (number.behind is None or bool(number.behind.search(text, q.end, around.end)))
        and not (number.never_before and number.never_before.search(text, seen.begin, q.lead))
        and not (number.never_behind and number.never_behind.search(text, q.end, around.end))
    )


def _noun_before(seen: Seen) -> int:
    """Where the noun stands that names a bare number before it; at the number where there is none."""
    noun, start = seen.frame.cues.people_noun, seen.frame.sentence.start
    nouns = list(noun.finditer(seen.text, max(start, seen.q.lead - LEAD), seen.q.lead))
    return nouns[-1].start() if nouns else seen.q.lead


def _follows_a_count(seen: Seen, mark: Mark | None) -> bool:
    """Whether people or things are counted before a number, in its clause or behind a trigger before it."""
    start, _ = seen.clause
    sentence = seen.frame.sentence
    if sentence.is_bracketed(seen.q.start):  # `25 mô hình nuôi gà (tổng vốn 250 triệu đồng)`
        before = sentence.previous(start)
        if before and before.unit in THINGS and start - before.end <= BRACKET:
            return True
    if mark and mark.start < start:
        start = max(mark.end, seen.frame.sentence.start)
    before = seen.frame.sentence.count_before(seen.q.start)
    return before is not None and start <= before.start


BRACKET = 80
"""Characters between things counted and a bracket that tells what they cost."""


def _code(group: GroupList | None) -> str:
    return group.code if group else ""
