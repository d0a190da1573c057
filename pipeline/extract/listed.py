"""Numbers that a list gives without their noun: ``34 lao động; trong đó: người nghèo 03, cận nghèo 05``.

Behind words that announce parts, and in a bracket behind a count, a bare number right behind a group is of
the unit of the number before them.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from itertools import accumulate
from typing import TYPE_CHECKING

import regex

from pipeline.extract.amounts import grammar
from pipeline.extract.groups import groups
from pipeline.extract.numerals import parse_number
from pipeline.extract.quantity import Quantity
from pipeline.extract.sentence import Sentence

if TYPE_CHECKING:
    from pipeline.extract.cues import Cues

_WORKED = regex.compile(r"(?<![\d.,/\p{L}])\d{1,3}(?:\.\d{3})*(?=\s\p{L})")
_DIGIT = re.compile(r"[0-9]")
_SIGN = regex.compile(r"[,;.:\d]")
_NAMED = regex.compile(r"[,;(:]\s*(?=[^,;(:]*$)")
LABELLED = 150
"""Characters from a sentence's start to the colon behind its label, at most."""
LABEL = 60
"""Characters before a bare number in which the group that it counts is named."""


def with_listed(sentence: Sentence, cues: Cues) -> Sentence:
    """The sentence with the bare numbers of its lists among its quantities.

    Args:
        sentence: as annotated.
        cues: words that announce parts, that tell what is done to houses and cards, right before how many
            (``xây mới 12, sửa chữa 8``) or behind, and labels that name what bare numbers count.
    """
    text = sentence.text
    found = {q.start: q for q in _shared(sentence, cues)}
    lists = list(_lists(sentence, cues))
    labelled = text.find(":", sentence.start, min(sentence.end, sentence.start + LABELLED)) >= 0
    told = cues.unit_told.match(text, sentence.start, sentence.end) if labelled else None
    if not lists and not found and not told:
        return sentence
    if told:  # what a bracket names money counts nobody
        before = [q for q in sentence.quantities if not (q.is_labelled and q.start > told.end())]
        sentence = replace(sentence, quantities=before)
    places = [(q.start, q.end) for q in sentence.quantities] + [(m.start, m.end) for m in sentence.mentions]
    places.sort()
    starts, ends = [start for start, _ in places], list(accumulate((end for _, end in places), max))

    def is_free(match: regex.Match[str]) -> bool:
        # of what begins before its end, how far the one reaches that ends last
        before = bisect_left(starts, match.end())
        return not before or ends[before - 1] <= match.start()

    for begin, end, unit in lists:
        for match in filter(is_free, cues.bare.finditer(text, begin, end)):
            start = match.start()
            if "," in match.group():
                continue
            if _follows_a_group(text, begin, start):
                found.setdefault(start, _quantity(match, unit))
            elif unit in WORKED and cues.works.search(text, begin, start):
                found.setdefault(start, _quantity(match, WORKED[unit]))
        for match in _WORKED.finditer(text, begin, end) if unit in HOUSED else ():
            if is_free(match) and cues.works_behind.match(
                text, match.end(), end
            ):  # `186 nhà (138 xây mới, 48 sửa chữa)`
                found.setdefault(match.start(), _quantity(match, "house"))
    if told:  # `Dư nợ các chương trình (triệu đồng): hộ nghèo 12.450; hộ cận nghèo 18.320`
        factor = Decimal(grammar().scale(told.group()))
        for match in filter(is_free, cues.bare.finditer(text, told.end(), sentence.end)):
            if _follows_a_group(text, told.end() - 1, match.start()):
                q = _quantity(match, "percent")
                value = None if q.value is None else q.value * factor
                found.setdefault(q.start, q._replace(unit="vnd", value=value, factor=factor))
    if not found:
        return sentence
    every = sorted([*sentence.quantities, *found.values()], key=lambda q: q.start)
    return replace(sentence, quantities=every)


def _lists(sentence: Sentence, cues: Cues) -> Iterator[tuple[int, int, str]]:
    """Spans in which bare numbers count what is named before them, with the unit."""
    text = sentence.text
    yield from _brackets(sentence)
    for q in sentence.quantities:
        if _counts(q) and q.is_labelled:  # `số hộ thoát nghèo là 320, thoát cận nghèo là 215`
            yield q.end, sentence.end, q.unit
    if cue := cues.parts.search(text, sentence.start, sentence.end):
        counts = [q for q in sentence.quantities if q.end <= cue.start() and _counts(q)]
        # `1.260 học viên, mở 42 lớp, trong đó: người nghèo 604`: no class is split by who learns
        split = [q.unit for q in counts if q.unit not in HELD]
        if counts:
            yield cue.end(), sentence.end, split[-1] if split else "person"
    labelled = text.find(":", sentence.start, min(sentence.end, sentence.start + LABELLED)) >= 0
    for unit, label in cues.labels if labelled else ():
        if match := label.match(text, sentence.start, sentence.end):
            yield match.end(), sentence.end, unit


def _shared(sentence: Sentence, cues: Cues) -> Iterator[Quantity]:
    """Bare numbers that share the unit of the next.

    ``xây mới 138 và sửa chữa 214 căn nhà``, ``từ 180 xuống 151 hộ``
    """
    text, before = sentence.text, sentence.start
    for q in sentence.quantities:
        begin, before = max(before, q.lead - LABEL), q.end
        if _DIGIT.search(text, begin, q.lead):  # most have no bare number before them
            match = cues.shares_noun.search(text, begin, q.lead) if q.unit in SHARING else None
            if match and all(
                cues.works.search(text, sentence.start, at) for at in (match.start("n"), q.lead)
            ):
                yield _quantity(match, q.unit, "n")
            out_of = cues.out_of.search(text, begin, q.lead) if _counts(q) else None
            if out_of:
                yield _quantity(out_of, q.unit, "n")
            was = cues.was.search(text, begin, q.lead) if q.unit in FALLING else None
            if was and ("," not in was["n"] or q.unit == "percent"):
                yield _quantity(was, q.unit, "n")
        if q.unit in FALLING and q.unit != "percent":
            end = sentence.next_lead(q.start, sentence.end)
            became = cues.became.match(text, q.end, sentence.end) if _DIGIT.search(text, q.end, end) else None
            if became:
                yield _quantity(became, q.unit, "n")


HELD = frozenset({"class", "conference"})
"""Units of what people are taught in."""
SHARING = frozenset({"house", "card"})
"""Units whose noun may stand behind the second of two numbers alone."""
FALLING = frozenset({"household", "person", "percent", "customer"})
"""Units of what falls or rises from one number to the next."""
WORKED = {"house": "house", "household": "house", "card": "card"}
"""Units of counts whose parts may be told by what is done to houses or cards, and the parts' own."""
HOUSED = frozenset({"house", "household"})
"""Those of houses."""
BEHIND = 60
"""Characters between a count and the bracket that splits it: `182 hộ nghèo (…)`."""


def _counts(q: Quantity) -> bool:
    return not q.is_money and q.unit != "percent"


def _brackets(sentence: Sentence) -> Iterator[tuple[int, int, str]]:
    """The brackets right behind counts, with the count's unit: ``154 hộ (xây mới 122, sửa chữa 32)``."""
    text = sentence.text
    if text.find("(", sentence.start, sentence.end) < 0:
        return
    for q in sentence.quantities:
        opens = text.find("(", q.end, min(q.end + BEHIND, sentence.end)) if _counts(q) else -1
        closes = text.find(")", opens, sentence.end) if opens >= 0 else -1
        if closes >= 0 and not _SIGN.search(text, q.end, opens):
            yield opens + 1, closes, q.unit


def _follows_a_group(text: str, begin: int, at: int) -> bool:
    begin = max(begin - 1, at - LABEL)
    named = groups().find(text, begin, at)
    if named and groups().tells(text, named[-1].end, at):
        return True
    # short names stand where a list's item begins: `58 hộ (nghèo 14, cận nghèo 21)`
    sign = _NAMED.search(text, begin, at)
    short = groups().list_at(text, sign.end(), at) if sign else None
    return short is not None and groups().tells(text, short.end, at)


def _quantity(match: regex.Match[str], unit: str, part: str | int = 0) -> Quantity:
    start, end = match.span(part)
    value, flags = parse_number(match[part], whole=unit != "percent")
    return Quantity(start, end, end, end, value, unit, lead=start, flags=flags)
