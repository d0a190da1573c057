"""Numbers that a list gives without their noun: ``34 lao động; trong đó: người nghèo 03, cận nghèo 05``.

Behind words that announce parts, and in a bracket behind a count, a bare number right behind a group is of
the unit of the number before them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import regex

from pipeline.extract.amounts import Quantity
from pipeline.extract.groups import groups
from pipeline.extract.numerals import parse_number
from pipeline.extract.patterns import Pattern
from pipeline.extract.sentence import Sentence

_BARE = regex.compile(r"(?<![\d.,/\p{L}])\d{1,3}(?:\.\d{3})*(?=\s*(?:[,;.)]|và\b|$))")
_SHARED = regex.compile(r"(?<![\d.,/])(?P<n>\d{1,3}(?:\.\d{3})*)(?:,? và |, )(?=\p{L}+(?: \p{L}+){0,3} $)")
_JOINT = regex.compile(r"\s*(?:là|có|thì|còn|:|-|–)?\s*")
_WAS = regex.compile(
    r"(?<!\p{L})từ(?: mức)? (?P<n>\d{1,3}(?:\.\d{3})*(?:,\d{1,2})?)"
    r"(?=(?: \p{L}+){0,6}? (?:xuống|lên|còn)(?: còn| chỉ còn| tới| đến)? $)"
)
_HOUSES = regex.compile(r"[^:.;\d]{0,60}(?<!\p{L})nhà(?!\p{L})[^:.;\d]{0,40}:", regex.IGNORECASE)
_SIGN = regex.compile(r"[,;.:\d]")
LABEL = 60
"""Characters before a bare number in which the group that it counts is named."""


def with_listed(sentence: Sentence, parts: Pattern, works: Pattern) -> Sentence:
    """The sentence with the bare numbers of its lists among its quantities.

    Args:
        sentence: as annotated.
        parts: words that announce parts.
        works: what is done to houses, right before how many (``xây mới 12, sửa chữa 8``).
    """
    text = sentence.text
    lists = list(_brackets(sentence))
    # `số hộ thoát nghèo là 320, thoát cận nghèo là 215`: behind a count that its label named
    lists += [(q.end, sentence.end, q.unit) for q in sentence.quantities if _counts(q) and q.end == q.number_end]
    if cue := parts.search(text, sentence.start, sentence.end):
        counts = [q for q in sentence.quantities if q.end <= cue.start() and _counts(q)]
        lists += [(cue.end(), sentence.end, counts[-1].unit)] if counts else []
    found = {q.start: q for q in _shared(sentence, works)}
    if label := _HOUSES.match(text, sentence.start, sentence.end):
        lists.append((label.end(), sentence.end, "house"))
    if not lists and not found:
        return sentence
    places = [(q.start, q.end) for q in sentence.quantities] + [(m.start, m.end) for m in sentence.mentions]
    for begin, end, unit in lists:
        for match in _BARE.finditer(text, begin, end):
            start = match.start()
            if any(a < match.end() and start < b for a, b in places):
                continue
            if _follows_a_group(text, begin, start):
                found.setdefault(start, _quantity(match, unit))
            elif unit in HOUSED and works.search(text, begin, start):
                found.setdefault(start, _quantity(match, "house"))
    if not found:
        return sentence
    every = sorted([*sentence.quantities, *found.values()], key=lambda q: q.start)
    return replace(sentence, quantities=every)


def _shared(sentence: Sentence, works: Pattern) -> Iterator[Quantity]:
    """Bare numbers that share the noun of the next: ``xây mới 138 và sửa chữa 214 căn nhà``, ``từ 180 xuống 151 hộ``."""
    text, before = sentence.text, sentence.start
    for q in sentence.quantities:
        match = _SHARED.search(text, max(before, q.lead - LABEL), q.lead) if q.unit in SHARING else None
        was = _WAS.search(text, max(before, q.lead - LABEL), q.lead) if _falls(q) else None
        before = q.end
        if was:
            found = _quantity(was, q.unit, "n")
            if "," not in was["n"] or q.unit == "percent":
                yield found
        elif match and all(works.search(text, sentence.start, at) for at in (match.start("n"), q.lead)):
            yield _quantity(match, q.unit, "n")


SHARING = frozenset({"house", "card"})
"""Units whose noun may stand behind the second of two numbers alone."""
FALLING = frozenset({"household", "person", "percent", "customer"})
"""Units of what falls or rises from one number to the next."""
HOUSED = frozenset({"house", "household"})
"""Units of counts whose parts may be told by what is done to houses."""
BEHIND = 25
"""Characters between a count and the bracket that splits it: `182 hộ nghèo (…)`."""


def _falls(q: Quantity) -> bool:
    return q.unit in FALLING and q.value is not None


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
    named = groups().find(text, max(begin, at - LABEL), at)
    return bool(named) and bool(_JOINT.fullmatch(text[named[-1].end : at]))


def _quantity(match: regex.Match[str], unit: str, part: str | int = 0) -> Quantity:
    start, end = match.span(part)
    value, flags = parse_number(match[part], whole=unit != "percent")
    return Quantity(start, end, end, end, value, unit, lead=start, flags=flags)
