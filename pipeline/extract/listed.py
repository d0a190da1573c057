"""Numbers that a list gives without their noun: ``34 lao động; trong đó: người nghèo 03, cận nghèo 05``.

Behind words that announce parts, a bare number right behind a group is of the unit of the number before them.
"""

from __future__ import annotations

from dataclasses import replace

import regex

from pipeline.extract.amounts import Quantity
from pipeline.extract.groups import groups
from pipeline.extract.numerals import parse_number
from pipeline.extract.patterns import Pattern
from pipeline.extract.sentence import Sentence

_BARE = regex.compile(r"(?<![\d.,/\p{L}])\d{1,3}(?:\.\d{3})*(?=\s*(?:[,;.)]|và\b|$))")
_JOINT = regex.compile(r"\s*(?:là|có|:|-|–)?\s*")
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
    cue = parts.search(text, sentence.start, sentence.end)
    if cue is None:
        return sentence
    counts = [
        q for q in sentence.quantities if q.end <= cue.start() and not q.is_money and q.unit != "percent"
    ]
    if not counts:
        return sentence
    found = [
        _quantity(match, counts[-1].unit)
        for match in _BARE.finditer(text, cue.end(), sentence.end)
        if not any(q.start < match.end() and match.start() < q.end for q in sentence.quantities)
        and not any(m.start < match.end() and match.start() < m.end for m in sentence.mentions)
        and (
            _follows_a_group(text, cue.end(), match.start())
            or (counts[-1].unit == "house" and works.search(text, cue.end(), match.start()))
        )
    ]
    every = sorted([*sentence.quantities, *found], key=lambda q: q.start)
    return replace(sentence, quantities=every) if found else sentence


def _follows_a_group(text: str, begin: int, at: int) -> bool:
    named = groups().find(text, max(begin, at - LABEL), at)
    return bool(named) and bool(_JOINT.fullmatch(text[named[-1].end : at]))


def _quantity(match: regex.Match[str], unit: str) -> Quantity:
    start, end = match.span()
    value, flags = parse_number(match.group(), whole=True)
    return Quantity(start, end, end, end, value, unit, lead=start, flags=flags)
