"""What stands behind a number: a currency, per cent, a counted noun, and what a rate counts by (``/nhà``)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple

import regex

_FLAGS = regex.IGNORECASE
_QUOTES = '“"‘'


class Unit(NamedTuple):
    """A unit, empty where none stands there, where its noun starts, where it ends, what it is a rate by."""

    name: str
    noun_start: int
    end: int
    per: str = ""


def alternatives(words: list[str]) -> str:
    """The pattern of any of some words, the longer first; a blank stands for any white space."""
    ordered = sorted(words, key=len, reverse=True)
    return "|".join(regex.escape(w).replace(r"\ ", r"\s+").replace(" ", r"\s+") for w in ordered)


def skip(text: str, at: int) -> int:
    """Where the next character stands that is no white space; the end where there is none."""
    while text[at : at + 1].isspace():
        at += 1
    return at


class UnitWords:
    """The units of ``units.toml``, compiled; a noun is looked for among those of its first two letters."""

    def __init__(self, units: Mapping[str, Any]):
        glued = alternatives(units["currencies"]["glued"])
        self._currencies = [
            (
                unit,
                regex.compile(
                    rf"(?:{alternatives(words)})(?![\p{{L}}\d])"
                    + (rf"|(?:{glued})(?=\p{{Ll}}{{2}})" if unit == "vnd" else ""),
                    _FLAGS,
                ),
            )
            for unit, words in units["currencies"].items()
            if unit != "glued"
        ]
        self._currency_heads = {
            word[:1].casefold() for words in units["currencies"].values() for word in words
        }
        self._percent = regex.compile(alternatives(units["percent"]["words"]), _FLAGS)
        self._percent_heads = {word[0] for word in units["percent"]["words"]}
        one = alternatives(units["per_one"]["words"])
        self._per = [
            (unit, regex.compile(rf"\s*/\s*(?:(?:{one})\s+)?(?:{alternatives(words)})(?!\p{{L}})", _FLAGS))
            for unit, words in units["per"].items()
        ]
        self._nouns: list[Mapping[str, Any]] = units["noun"]
        self._patterns = lru_cache(maxsize=1024)(self._beginning)
        # `2 nhà máy`: no dwelling, but a number with a noun all the same
        compounds = [alternatives(n["words"]) for n in units["noun"] if "not_before" in n]
        self._compounds = regex.compile(rf"(?:{'|'.join(compounds)})(?!\p{{L}})", _FLAGS)

    def _beginning(self, letters: str) -> regex.Pattern[str] | None:
        """The nouns that begin with two letters, in their order; None where there is none."""
        found, key = [], letters.casefold()[:2]
        for noun in self._nouns:
            if words := [w for w in noun["words"] if w.casefold()[:2] in {key, key[:1]}]:
                other = alternatives(noun.get("not_before", []))
                behind = rf"(?!\s+(?:{other})(?!\p{{L}}))" if other else ""
                found.append(rf"(?P<{noun['unit']}>(?:{alternatives(words)})(?!\p{{L}}){behind})")
        return regex.compile("|".join(found), _FLAGS) if found else None

    def noun(self, text: str, at: int) -> Unit | None:
        """The counted noun behind a number that ends at ``at``, over white space and a quotation mark."""
        at = skip(text, at)
        if text[at : at + 1] in _QUOTES:
            at += 1
        pattern = self._patterns(text[at : at + 2])
        found = pattern.match(text, at) if pattern else None
        return Unit(str(found.lastgroup), at, found.end()) if found else None

    def behind(self, text: str, end: int, *, has_factor: bool) -> Unit:
        """The unit of a number that ends at ``end``; ``has_factor``: it is money where nothing else is said.

        Its name is ``other`` for a noun that is part of a longer word.
        """
        at = skip(text, end)
        head = text[at : at + 1].casefold()
        noun = self.noun(text, at) if head else None
        if head in self._currency_heads:
            for unit, currency in self._currencies:
                # `24 đồng hồ nước` is no money: the longer word is meant
                if (found := currency.match(text, at)) and not (noun and noun.end > found.end()):
                    return self._rate(text, unit, found.end())
        if head and head in self._percent_heads and (percent := self._percent.match(text, at)):
            return Unit("percent", percent.end(), percent.end())
        if noun:
            return noun
        if self._patterns(text[at : at + 2]) and (compound := self._compounds.match(text, at)):
            return Unit("other", compound.end(), compound.end())
        return self._rate(text, "vnd", end) if has_factor else Unit("", end, end)

    def _rate(self, text: str, unit: str, end: int) -> Unit:
        """An amount that ends at ``end``, with what it counts by."""
        at = skip(text, end)
        if text[at : at + 1] == "/":
            for per, pattern in self._per:
                if rate := pattern.match(text, end):
                    return Unit(unit, rate.end(), rate.end(), per)
        return Unit(unit, end, end)
