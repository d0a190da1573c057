"""The number grammar: every number with a unit, a currency or a counted noun, as an exact value.

In Vietnamese office prose a dot groups thousands and a comma marks decimals (``5.766 triệu đồng``,
``9,37 tỷ``), but both are misused, units are compounded (``1 tỷ 960 triệu``) and glued (``140.000.000đ``).
A number that the grammar cannot read for certain keeps its text and gets no value: nothing is guessed.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any

import regex

from pipeline.language.dictionaries import folder

MONEY = frozenset({"vnd", "usd", "eur"})


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number with its unit: ``text[start:end]``; the number itself is ``text[start:number_end]``.

    ``value`` is in whole units (đồng, households, cards, per cent), None where it cannot be read for
    certain. ``unit`` is ``vnd`` ``usd`` ``eur`` ``percent`` or a counted noun's unit; ``noun_start`` is where
    the noun begins (``end`` for money); ``per`` what a rate counts by (``/nhà`` is ``house``). ``factor`` is
    what the printed number is multiplied by (``triệu``: a million). ``lead`` is where the words of
    approximation before it begin. ``of`` is the second number of ``10.760/10.760 căn``.
    """

    start: int
    end: int
    number_end: int
    noun_start: int
    value: Decimal | None
    unit: str
    per: str = ""
    lead: int = -1
    of: Decimal | None = None
    flags: tuple[str, ...] = ()
    factor: Decimal = Decimal(1)

    @property
    def is_money(self) -> bool:
        """Whether it is an amount of money."""
        return self.unit in MONEY


def parse_number(text: str, *, whole: bool = False) -> tuple[Decimal | None, tuple[str, ...]]:
    """The value of a number as printed, and flags.

    Args:
        text: digits with dots and commas, as ``5.766`` or ``9,37``.
        whole: whether only a whole number makes sense (a count without ``nghìn``, ``triệu``).

    Returns:
        The exact value, or None with ``malformed_number`` where the grouping is broken; ``ambiguous`` where
        a separator was read against the rule.

    >>> parse_number("5.766"), parse_number("9,37"), parse_number("1.5")
    ((Decimal('5766'), ()), (Decimal('9.37'), ()), (Decimal('1.5'), ('ambiguous',)))
    >>> parse_number("294.500.00")
    (None, ('malformed_number',))
    >>> parse_number("4,131", whole=True)
    (Decimal('4131'), ('ambiguous',))
    """
    malformed = None, ("malformed_number",)
    if not regex.fullmatch(r"\d+(?:[.,]\d+)*", text):
        return malformed
    if text.isdigit():
        return Decimal(text), ()
    if regex.fullmatch(r"\d{1,3}(?:\.\d{3})+(?:,\d+)?", text):
        value = Decimal(text.replace(".", "").replace(",", "."))
        return (value, ()) if not whole or value == value.to_integral_value() else malformed
    if regex.fullmatch(r"\d+,\d+", text):
        if not whole:
            return Decimal(text.replace(",", ".")), ()
        return (Decimal(text.replace(",", "")), ("ambiguous",)) if len(text.split(",")[1]) == 3 else malformed
    if regex.fullmatch(r"\d{1,3}(?:,\d{3}){2,}(?:\.\d+)?", text):
        value = Decimal(text.replace(",", ""))
        return (value, ("ambiguous",)) if not whole or value == value.to_integral_value() else malformed
    if regex.fullmatch(r"\d+\.\d{1,2}", text) and not whole:
        return Decimal(text), ("ambiguous",)
    return malformed


def _alternatives(words: list[str]) -> str:
    ordered = sorted(words, key=len, reverse=True)
    return "|".join(regex.escape(w).replace(r"\ ", r"\s+").replace(" ", r"\s+") for w in ordered)


class Grammar:
    """The number grammar compiled from ``units.toml``."""

    def __init__(self, units: Mapping[str, Any]):
        flags = regex.IGNORECASE | regex.V1
        self.multipliers = {k: Decimal(v) for k, v in units["multipliers"].items()}
        self._scales: Mapping[str, int] = units["scales"]
        multiplier = _alternatives(list(self.multipliers))
        marks, letters = (regex.escape(units["illegible"][k]) for k in ("marks", "letters"))
        sign = rf"(?:\d|[{marks}]|[{letters}](?=[\d.,])|(?<=[\d.,])[{letters}](?!\p{{L}}))"
        self._number = regex.compile(
            r"(?:(?<![\w/.,%-])|(?<=\p{Ll}{1,9}/\s?)|(?<=\p{Ll}{2}))"
            rf"(?=\S{{0,12}}?\d)(?P<n>{sign}(?:[.,]*{sign})*)(?:\s?/\s?(?P<of>\d[\d.]*)(?=\s))?",
            regex.V1,
        )
        self._range = regex.compile(
            rf"(?:\s?[-–]\s?|(?<=\btừ\s+\d[\d.,]*)\s+đến\s+)[\d.,]*\d(?=\s*(?:{multiplier}|%|\p{{L}}))", flags
        )
        self._multiplier = regex.compile(rf"\s*(?P<m>{multiplier})(?:(?!\p{{L}})|(?<=tr\.?)(?=đ))", flags)
        self._second = regex.compile(
            rf"\s+(?:(?P<n2>\d[\d.,]*)\s*(?P<m2>{multiplier})(?![\p{{L}}])|(?P<half>rưỡi)\b)", flags
        )
        self._currencies = [
            (
                unit,
                regex.compile(
                    rf"\s*(?:(?:{_alternatives(words)})(?![\p{{L}}\d])"
                    + (
                        rf"|(?:{_alternatives(units['currencies']['glued'])})(?=\p{{Ll}}{{2}})"
                        if unit == "vnd"
                        else ""
                    )
                    + ")",
                    flags,
                ),
            )
            for unit, words in units["currencies"].items()
            if unit != "glued"
        ]
        self._percent = regex.compile(r"\s*(?:%|phần trăm)", flags)
        self._per = [
            (unit, regex.compile(rf"\s*/\s*(?:1\s+|mỗi\s+)?(?:{_alternatives(words)})(?!\p{{L}})", flags))
            for unit, words in units["per"].items()
        ]
        self._nouns = regex.compile(
            r"\s*[“\"‘]?(?:"
            + "|".join(
                rf"(?P<{noun['unit']}>(?:{_alternatives(noun['words'])})(?!\p{{L}})"
                + (
                    rf"(?!\s+(?:{_alternatives(noun['not_before'])})(?!\p{{L}}))"
                    if "not_before" in noun
                    else ""
                )
                + ")"
                for noun in units["noun"]
            )
            + ")",
            flags,
        )
        self._damaged_nouns = [
            (
                noun["unit"],
                regex.compile(
                    rf"\s*(?P<term>{_alternatives(noun['damaged'])})(?!\p{{L}})"
                    rf"(?!\s+(?:{_alternatives(noun['damaged_not_before'])}))",
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
        self._fuzzy = [
            (
                unit,
                term,
                regex.compile(rf"(?b)\s*(?P<term>(?:{term}){{e<={fuzzy['errors']}}})(?!\p{{L}})", flags),
            )
            for term, unit in fuzzy["terms"].items()
        ]
        self._approximate = regex.compile(
            rf"(?:\b(?:{_alternatives(units['approximate']['words'])})\s+)+$", flags
        )
        self._not_a_count = regex.compile(
            rf"(?:^|[^\p{{L}}])(?:{'|'.join(units['not_a_count']['before'])})\s*[:.]?\s*$", flags
        )

    def scale(self, heading: str) -> int:
        """What a table's heading says its numbers are to be multiplied by: ``Số tiền (Triệu đồng)``."""
        low = heading.lower()
        return next((factor for words, factor in self._scales.items() if words in low), 1)

    def find(self, text: str) -> list[Quantity]:
        """All quantities of a text, in order, not overlapping."""
        return list(self._find(text))

    def _find(self, text: str) -> Iterator[Quantity]:
        at = 0
        while match := self._number.search(text, at):
            quantity = self._read(text, match)
            if quantity is None:
                at = match.end("n")
            else:
                yield quantity
                at = quantity.end

    def _read(self, text: str, match: regex.Match[str]) -> Quantity | None:
        printed, start, end = match["n"], match.start(), match.end()
        before = text[max(0, start - 40) : start]
        lead_match = self._approximate.search(before)
        lead = start - (len(before) - lead_match.start()) if lead_match else start
        flags: list[str] = ["approximate"] if lead_match else []
        if span := self._range.match(text, end):
            flags.append("range")
            end = span.end()
        number_end = match.end("n") if not span else end
        if stray := self._stray.match(text, end):
            end = stray.end()
        factor = Decimal(1)
        has_factor = False
        while multiplier := self._multiplier.match(text, end):
            factor *= self.multipliers[multiplier["m"].lower()]
            end, has_factor = multiplier.end(), True
        second = self._second.match(text, end) if has_factor else None
        if second:
            end = second.end()
            number_end = second.end("n2") if second["n2"] else end
        unit, noun_start, end, per = self._unit(text, end, has_factor)
        if not unit:
            unit, noun_start, end, factor = self._damaged(text, match.end("n"))
            has_factor = factor > 1
            flags.append("unit_assumed")
        if not unit:
            return None
        if unit not in MONEY and not has_factor and unit != "percent" and self._not_a_count.search(before):
            return None
        if "range" in flags:
            return Quantity(start, end, number_end, noun_start, None, unit, per, lead, None, tuple(flags))
        counted = unit not in MONEY and unit != "percent"
        value, more = parse_number(printed, whole=not has_factor and (counted or unit == "vnd"))
        if value is not None:
            value *= factor
            if second:
                value += self._extra(second, factor)
        if has_factor and unit == "vnd" and noun_start == end and text[end - 1].lower() in "uỷỉ":
            more += ("unit_assumed",)
        if value is not None and counted and value != value.to_integral_value():
            value, more = None, ("malformed_number",)
        of = parse_number(match["of"], whole=True)[0] if match["of"] else None
        return Quantity(
            start, end, number_end, noun_start, value, unit, per, lead, of, (*flags, *more), factor
        )

    def _extra(self, second: regex.Match[str], factor: Decimal) -> Decimal:
        if second["half"]:
            return factor / 2
        value = parse_number(second["n2"])[0] or Decimal(0)
        return value * self.multipliers[second["m2"].lower()]

    def _damaged(self, text: str, end: int) -> tuple[str, int, int, Decimal]:
        """Unit, noun start, end and factor of a term that is still damaged."""
        for unit, term, pattern in self._fuzzy:
            if found := pattern.match(text, end, end + len(term) + 4):
                first = term.split(" ")[0]
                noun = found.end() if unit in MONEY else found.start("term")
                return unit, noun, found.end(), self.multipliers.get(first, Decimal(1))
        for unit, pattern in self._damaged_nouns:
            if found := pattern.match(text, end):
                return unit, found.start("term"), found.end(), Decimal(1)
        return "", end, end, Decimal(1)

    def _unit(self, text: str, end: int, has_factor: bool) -> tuple[str, int, int, str]:
        """Unit, where the noun starts, where the quantity ends, what it is a rate by."""
        for unit, currency in self._currencies:
            if found := currency.match(text, end):
                for per, pattern in self._per:
                    if rate := pattern.match(text, found.end()):
                        return unit, rate.end(), rate.end(), per
                return unit, found.end(), found.end(), ""
        if percent := self._percent.match(text, end):
            return "percent", percent.end(), percent.end(), ""
        if noun := self._nouns.match(text, end):
            unit = str(noun.lastgroup)
            return unit, noun.start(unit), noun.end(), ""
        if has_factor:
            for per, pattern in self._per:
                if rate := pattern.match(text, end):
                    return "vnd", rate.end(), rate.end(), per
            return "vnd", end, end, ""
        return "", end, end, ""


@cache
def grammar() -> Grammar:
    """The grammar of the dictionaries, compiled once a process."""
    path = folder() / "units.toml"
    return Grammar(tomllib.loads(path.read_text(encoding="utf-8")))
