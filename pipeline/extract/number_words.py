"""Counts whose number is a word: ``bàn giao bốn căn nhà``, ``hai mươi ba hộ``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

import regex

from pipeline.extract.lead_words import BEFORE, LeadWords
from pipeline.extract.quantity import Quantity
from pipeline.extract.unit_words import UnitWords, alternatives


class NumberWords:
    """The number words of ``units.toml`` up to ninety-nine, compiled."""

    def __init__(self, units: Mapping[str, Any], lead: LeadWords, nouns: UnitWords):
        flags = regex.IGNORECASE
        self._lead, self._nouns = lead, nouns
        worded = units["number_words"]
        self._word_values = {word: Decimal(value) for word, value in _worded(worded).items()}
        self._worded_units = frozenset(worded["units"])
        self._unworded = frozenset(worded["not_nouns"])
        # one of these stands in every number word above one
        self._many = [f"{word} " for word, value in worded["values"].items() if value > 1]
        self._many.append(f"{worded['tens']['tens']} ")
        heads = {w.split()[0] for n in units["noun"] if n["unit"] in worded["one_units"] for w in n["words"]}
        ones = [word for word, value in self._word_values.items() if value == 1]
        self._ones = [f"{word} " for word in ones]
        self._one_noun = regex.compile(
            rf"(?:{alternatives(ones)})\s+(?:{alternatives(sorted(heads))})(?!\p{{L}})"
        )
        self._one_units = frozenset(worded["one_units"])
        self._one = regex.compile(rf"(?<!\p{{L}})(?:{alternatives(worded['one_after'])})\s+$", flags)
        self._worded = regex.compile(
            rf"(?<!\p{{L}})(?<!(?<!\p{{L}})(?:{alternatives(worded['not_after'])})\s)"
            rf"(?P<n>{alternatives(list(self._word_values))})(?=\s+\p{{L}})",
            flags,
        )

    def find(self, text: str, shift: int) -> Iterator[Quantity]:
        """Counts whose number is a word: ``bàn giao bốn căn nhà``."""
        low = text.casefold()
        if low.isprintable() and not self._tells(low):
            return
        for match in self._worded.finditer(text):
            noun = self._nouns.noun(text, match.end())
            before = text[max(0, match.start() - BEFORE) : match.start()]
            if noun is None or noun.name not in self._worded_units or self._lead.forbids(before):
                continue
            word = text[noun.noun_start : noun.end]
            if word.lower() in self._unworded:
                continue
            value = self._word_values[match["n"].lower()]
            if value == 1 and not (noun.name in self._one_units and self._one.search(before)):
                continue
            if not word.islower() or (match.start() and not match["n"].islower()):
                continue  # a name: `thôn Hai Căn`
            lead = self._lead.lead(before, match.start())
            yield Quantity(
                match.start() + shift,
                noun.end + shift,
                match.end() + shift,
                noun.noun_start + shift,
                value,
                noun.name,
                lead=lead + shift,
                flags=("approximate",) if lead < match.start() else (),
            )

    def _tells(self, low: str) -> bool:
        """Whether a number word above one may stand in a folded text, or one with what it may count."""
        for word in self._many:
            if word in low:
                return True
        return any(word in low for word in self._ones) and self._one_noun.search(low) is not None


def _worded(words: Mapping[str, Any]) -> dict[str, int]:
    """Number words and what they are worth, those up to ninety-nine made of them (``hai mươi ba``)."""
    ones: dict[str, int] = {word: value for word, value in words["values"].items() if value < 10}
    tens, five = words["tens"], {words["tens"]["five"]: 5}
    found: dict[str, int] = dict(words["values"])
    found |= {f"{tens['ten']} {word}": 10 + value for word, value in {**ones, **five}.items()}
    for ten, value in {**ones, **tens["before_tens"]}.items():
        if value > 1:
            found[f"{ten} {tens['tens']}"] = 10 * value
            behind = {**ones, **five, **tens["behind_tens"]}
            found |= {f"{ten} {tens['tens']} {word}": 10 * value + one for word, one in behind.items()}
    return found
