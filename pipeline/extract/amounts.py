"""The number grammar: every number with a unit, a currency or a counted noun, as an exact value.

In Vietnamese office prose a dot groups thousands and a comma marks decimals (``5.766 triệu đồng``,
``9,37 tỷ``), but both are misused, units are compounded (``1 tỷ 960 triệu``) and glued (``140.000.000đ``).
A number that the grammar cannot read for certain keeps its text and gets no value: nothing is guessed.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import cache, lru_cache
from typing import Any, NamedTuple

import regex

from pipeline.extract.lead_words import BEFORE, LeadWords
from pipeline.extract.number_words import NumberWords
from pipeline.extract.numerals import MALFORMED, number_begins, number_pattern, parse_number
from pipeline.extract.quantity import MEASURES, MONEY, Quantity
from pipeline.extract.unit_words import UnitWords, alternatives, skip
from pipeline.language.dictionaries import folder


class Scaled(NamedTuple):
    """What follows a number: its factor, whether one is named, further parts, and where all that ends."""

    end: int
    factor: Decimal = Decimal(1)
    named: bool = False
    extra: Decimal = Decimal(0)
    number_end: int = 0
    flags: tuple[str, ...] = ()


_DIGIT = re.compile(r"[0-9]")
_BARE = frozenset(("", *"0123456789"))
"""What stands behind a number where another follows or nothing, so that no unit does."""
FAR = 30
"""Characters behind a damaged term in which the words may stand that forbid it."""


class Grammar:
    """The number grammar compiled from ``units.toml``."""

    def __init__(self, units: Mapping[str, Any]):
        flags = regex.IGNORECASE
        self.multipliers = {k: Decimal(v) for k, v in units["multipliers"].items()}
        self._scales: Mapping[str, int] = units["scales"]
        multiplier = alternatives(list(self.multipliers))
        self._number = number_pattern(units["illegible"])
        self._begins = number_begins(units["illegible"])
        self.illegible: str = units["illegible"]["marks"] + units["illegible"]["letters"]
        first, to = units["range"]["from"], units["range"]["to"]
        joint = rf"(?:\s?[-–]\s?|(?<=\b{first}\s+\d[\d.,]*)\s+{to}\s+)"
        self._range = regex.compile(rf"{joint}[\d.,]*\d(?=\s*(?:{multiplier}|%|\p{{L}}))", flags)
        self._ranging = frozenset(("", *"-–", to[0], to[0].upper()))
        other = rf"(?!(?:{alternatives(units['multipliers_not']['words'])})(?!\p{{L}}))"
        ends = r"(?:(?!\p{L})|(?<=(?:tr|ng)\.?)(?=đ))"
        self._multiplier = regex.compile(rf"\s*{other}(?P<m>{multiplier}){ends}", flags)
        self._multiplies = frozenset(c for word in self.multipliers for c in (word[0], word[0].upper()))
        self._second = regex.compile(
            rf"\s+(?:(?P<n2>[0-9][0-9.,]*)\s*{other}(?P<m2>{multiplier}){ends}|(?P<half>{units['half']['word']})\b)",
            flags,
        )
        self._words = UnitWords(units)
        self._lead = LeadWords(units)
        self._number_words = NumberWords(units, self._lead, self._words)
        self._damaged_nouns = [
            (
                noun["unit"],
                regex.compile(
                    rf"\s*(?P<term>{alternatives(noun['damaged'])})(?!\p{{L}})"
                    rf"(?!\s+(?:{alternatives(noun['damaged_not_before'])}))",
                    flags,
                ),
            )
            for noun in units["noun"]
            if "damaged" in noun
        ]
        fuzzy = units["fuzzy"]
        self._stray = regex.compile(
            rf"\s*[{regex.escape(fuzzy['stray'])}]{{1,2}}\s*(?=\p{{L}})|[.:](?=\p{{Ll}})"
        )
        self._strays = frozenset((*fuzzy["stray"], ".", ":"))
        self._fuzzy = [
            (
                unit,
                term,
                regex.compile(
                    rf"(?b)\s*(?P<term>(?:{term}){{e<={fuzzy['errors']}:[\p{{L}}\p{{Sc}}]}})(?!\p{{L}})",
                    flags,
                ),
            )
            for term, unit in fuzzy["terms"].items()
        ]
        self._errors: int = fuzzy["errors"]
        self._letters = {term: set(term) for term in fuzzy["terms"]}
        self._longest = max(map(len, fuzzy["terms"])) + 4
        self._damaged_term = lru_cache(maxsize=4096)(self._find_damaged)

    def scale(self, heading: str) -> int:
        """What a table's heading says its numbers are to be multiplied by: ``Số tiền (Triệu đồng)``."""
        low = heading.lower()
        return next((factor for words, factor in self._scales.items() if words in low), 1)

    def find(self, text: str, shift: int = 0) -> list[Quantity]:
        """All quantities of a text, in order, not overlapping; their places are so many characters on."""
        found = list(self._find(text, shift))
        worded = [
            q
            for q in self._number_words.find(text, shift)
            if not any(o.start < q.end and q.start < o.end for o in found)
        ]
        return sorted((*found, *worded), key=lambda q: q.start) if worded else found

    def _find(self, text: str, shift: int) -> Iterator[Quantity]:
        behind = 0
        for begins in self._begins.finditer(text) if _DIGIT.search(text) else ():
            at = begins.start()
            if at < behind or not (match := self._number.match(text, at)):
                continue
            quantity = self._read(text, match, shift)
            if quantity is None:
                behind = match.end("n")
            else:
                yield quantity
                behind = quantity.end - shift

    def _read(self, text: str, match: regex.Match[str], shift: int) -> Quantity | None:
        printed, start, end = match["n"], match.start("n"), match.end()
        before = text[max(0, start - BEFORE) : start]
        flags: list[str] = ["ambiguous"] if before[-2:] in {" -", " –"} else []
        lead = self._lead.lead(before, start)
        flags += ["approximate"] if lead < start else []
        if text[end : end + 2].lstrip()[:1] in self._ranging and (span := self._range.match(text, end)):
            flags.append("range")
            end = span.end()
        number_end = match.end("n")
        follows = skip(text, end)
        if text[follows : follows + 1] in self._strays and (stray := self._stray.match(text, end)):
            end = stray.end()
            follows = skip(text, end)
        scaled = self._scaled(text, end) if text[follows : follows + 1] in self._multiplies else Scaled(end)
        unit, noun_start, per = "", scaled.end, ""
        if scaled.named or text[follows : follows + 1] not in _BARE:
            unit, noun_start, end, per = self._words.behind(text, scaled.end, has_factor=scaled.named)
        behind = skip(text, match.end("n"))
        if not unit and text[behind : behind + 1] not in _BARE:
            unit, noun_start, end, factor = self._damaged(text, match.end("n"))
            scaled = Scaled(end, factor, factor > 1)
            flags += ["unit_assumed"] if unit else []
        if not unit:
            unit = self._lead.labelled(before, text, start, match.end("n"))
            noun_start = end = match.end("n")
        if not unit:
            return None
        counted = unit not in MONEY and unit not in MEASURES
        if counted and not scaled.named and self._lead.is_code(before, printed):
            unit, flags = "code", [*flags, "date_or_code"]
        if scaled.number_end:
            number_end = scaled.number_end
        whole = not scaled.named and (counted or unit == "vnd")
        value, more = parse_number(printed, whole=whole)
        value, more = (None, ()) if "range" in flags else self._value(value, more, scaled, counted)
        if scaled.named and unit == "vnd" and end == scaled.end:
            more = (*more, "unit_assumed")
        of = parse_number(match["of"], whole=whole)[0] if match["of"] else None
        found = tuple(dict.fromkeys((*flags, *more)))
        places = (start + shift, end + shift, number_end + shift, noun_start + shift)
        return Quantity(*places, value, unit, per, lead + shift, of, found, scaled.factor)

    def _scaled(self, text: str, end: int) -> Scaled:
        """The multipliers behind a number, with the further parts of ``1 tỷ 960 triệu``."""
        factor, named = Decimal(1), False
        while multiplier := self._multiplier.match(text, end):
            factor *= self.multipliers[multiplier["m"].lower()]
            end, named = multiplier.end(), True
        scaled = Scaled(end, factor, named)
        smallest = factor
        while named and (second := self._second.match(text, scaled.end)):
            if second["half"]:
                return scaled._replace(
                    end=second.end(), extra=scaled.extra + smallest / 2, number_end=second.end()
                )
            small = self.multipliers[second["m2"].lower()]
            if small >= smallest:
                break
            part, flags = parse_number(second["n2"])
            scaled = scaled._replace(
                end=second.end(),
                number_end=second.end("n2"),
                extra=scaled.extra + (part or 0) * small,
                flags=(*scaled.flags, *flags),
            )
            smallest = small
        return scaled

    @staticmethod
    def _value(
        value: Decimal | None, flags: tuple[str, ...], scaled: Scaled, counted: bool
    ) -> tuple[Decimal | None, tuple[str, ...]]:
        """The whole value, None where a part of it is malformed or a count is no whole number."""
        flags = (*flags, *scaled.flags)
        if value is None or MALFORMED in flags:
            return None, (MALFORMED,)
        value = value * scaled.factor + scaled.extra
        if counted and value != value.to_integral_value():
            return None, (MALFORMED,)
        return value, flags

    def _damaged(self, text: str, end: int) -> tuple[str, int, int, Decimal]:
        """Unit, noun start, end and factor of a term that is still damaged."""
        unit, noun, length, factor = self._damaged_term(text[end : end + self._longest + FAR])
        return unit, end + noun, end + length, factor

    def _find_damaged(self, behind: str) -> tuple[str, int, int, Decimal]:
        """The same in what stands behind a number: ``12 năm``, ``5 tháng`` come again and again."""
        window = set(behind[: self._longest].casefold())
        for unit, term, pattern in self._fuzzy:
            if len(self._letters[term] - window) > self._errors:
                continue  # each letter that is not there is an error
            if found := pattern.match(behind, 0, len(term) + 4):
                first = term.split(" ")[0]
                noun = found.end() if unit in MONEY else found.start("term")
                return unit, noun, found.end(), self.multipliers.get(first, Decimal(1))
        for unit, pattern in self._damaged_nouns:
            if found := pattern.match(behind):
                return unit, found.start("term"), found.end(), Decimal(1)
        return "", 0, 0, Decimal(1)


@cache
def grammar() -> Grammar:
    """The grammar of the dictionaries, compiled once a process."""
    return Grammar(load_units())


def load_units() -> dict[str, Any]:
    """What ``units.toml`` says."""
    return tomllib.loads((folder() / "units.toml").read_text(encoding="utf-8"))
