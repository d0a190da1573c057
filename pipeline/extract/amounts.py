"""The number grammar: every number with a unit, a currency or a counted noun, as an exact value.

In Vietnamese office prose a dot groups thousands and a comma marks decimals (``5.766 triệu đồng``,
``9,37 tỷ``), but both are misused, units are compounded (``1 tỷ 960 triệu``) and glued (``140.000.000đ``).
A number that the grammar cannot read for certain keeps its text and gets no value: nothing is guessed.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from functools import cache, lru_cache
from typing import Any, NamedTuple

import regex

from pipeline.extract.numerals import MALFORMED, number_begins, number_pattern, parse_number
from pipeline.extract.unit_words import UnitWords, alternatives, skip
from pipeline.language.dictionaries import folder

MONEY = frozenset({"vnd", "usd", "eur"})
MEASURES = frozenset({"percent", "weight"})
"""Units of numbers that may have decimals."""


class Quantity(NamedTuple):
    """A number with its unit: ``text[start:end]``; the number itself is ``text[start:number_end]``.

    ``value`` is in whole units (đồng, households, cards, per cent), None where it cannot be read for
    certain. ``unit`` is ``vnd`` ``usd`` ``eur`` ``percent`` or a counted noun's unit; ``noun_start`` is where
    the noun begins (``end`` for money); ``per`` what a rate counts by (``/nhà`` is ``house``). ``factor`` is
    what the printed number is multiplied by (``triệu``: a million). ``lead`` is where the words of
    approximation before it begin. ``of`` is the second number of ``9.420/9.420 căn``. ``note`` is what a
    reader of the quote should see beside it: both values of a sum that does not agree.
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
    note: str = ""

    @property
    def is_money(self) -> bool:
        """Whether it is an amount of money."""
        return self.unit in MONEY

    @property
    def is_labelled(self) -> bool:
        """Whether it counts, and its noun stands before it: ``số hộ nghèo: 101``."""
        return self.end == self.number_end and self.unit not in MONEY and self.unit not in MEASURES


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
BEFORE = 90
"""Characters before a number in which its label and words of approximation may stand."""


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
        other = alternatives(units["multipliers_not"]["before"])
        ends = rf"(?:(?!\p{{L}})(?!\s+(?:{other})(?!\p{{L}}))|(?<=(?:tr|ng)\.?)(?=đ))"
        self._multiplier = regex.compile(rf"\s*(?P<m>{multiplier}){ends}", flags)
        self._multiplies = frozenset(c for word in self.multipliers for c in (word[0], word[0].upper()))
        self._second = regex.compile(
            rf"\s+(?:(?P<n2>[0-9][0-9.,]*)\s*(?P<m2>{multiplier}){ends}|(?P<half>{units['half']['word']})\b)",
            flags,
        )
        self._words = UnitWords(units)
        nouns = r"(?:{})(?!\p{{L}})".format(
            "|".join(rf"(?P<{noun['unit']}>{alternatives(noun['words'])})" for noun in units["noun"])
        )
        self._label = regex.compile(
            rf"(?:{units['label']['before']}){nouns}{units['label']['after']}$",
            flags,
        )
        self._said = regex.compile(
            rf"(?:{units['label']['before']}){nouns}{units['label']['copula']}$", flags
        )
        self._alone = regex.compile(units["label"]["alone"], flags)
        self._label_ends, self._label_holds = tuple(units["label"]["ends"]), units["label"]["holds"]
        self._is_year = regex.compile(r"(?:19|20)[0-9]{2}(?![0-9])")
        self._bare = regex.compile(units["label"]["bare"].replace("{nouns}", nouns) + "$", flags)
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
        words = units["approximate"]["words"]
        self._approximate = regex.compile(rf"(?:\b(?:{alternatives(words)})\s+)+$", flags)
        self._approximations = tuple(word.split()[-1].casefold() for word in words)
        self._not_a_count = regex.compile(
            rf"(?r)(?:^|[^\p{{L}}])(?:{'|'.join(units['not_a_count']['before'])})\s*[:.]?\s*$", flags
        )

        self._of_time: Mapping[str, Sequence[int]] = units["not_a_count"]["of_time"]

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

    def scale(self, heading: str) -> int:
        """What a table's heading says its numbers are to be multiplied by: ``Số tiền (Triệu đồng)``."""
        low = heading.lower()
        return next((factor for words, factor in self._scales.items() if words in low), 1)

    def find(self, text: str, shift: int = 0) -> list[Quantity]:
        """All quantities of a text, in order, not overlapping; their places are so many characters on."""
        found = list(self._find(text, shift))
        worded = [
            q
            for q in self._find_worded(text, shift)
            if not any(o.start < q.end and q.start < o.end for o in found)
        ]
        return sorted((*found, *worded), key=lambda q: q.start) if worded else found

    def _find_worded(self, text: str, shift: int) -> Iterator[Quantity]:
        """Counts whose number is a word: ``bàn giao bốn căn nhà``."""
        low = text.casefold()
        if low.isprintable() and not self._tells(low):
            return
        for match in self._worded.finditer(text):
            noun = self._words.noun(text, match.end())
            before = text[max(0, match.start() - BEFORE) : match.start()]
            if noun is None or noun.name not in self._worded_units or self._not_a_count.search(before):
                continue
            word = text[noun.noun_start : noun.end]
            if word.lower() in self._unworded:
                continue
            value = self._word_values[match["n"].lower()]
            if value == 1 and not (noun.name in self._one_units and self._one.search(before)):
                continue
            if not word.islower() or (match.start() and not match["n"].islower()):
                continue  # a name: `thôn Hai Căn`
            lead_match = self._approximate.search(before)
            lead = match.start() - (len(before) - lead_match.start()) if lead_match else match.start()
            yield Quantity(
                match.start() + shift,
                noun.end + shift,
                match.end() + shift,
                noun.noun_start + shift,
                value,
                noun.name,
                lead=lead + shift,
                flags=("approximate",) if lead_match else (),
            )

    def _tells(self, low: str) -> bool:
        """Whether a number word above one may stand in a folded text, or one with what it may count."""
        for word in self._many:
            if word in low:
                return True
        return any(word in low for word in self._ones) and self._one_noun.search(low) is not None

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
        lead_match = (
            self._approximate.search(before)
            if before.rstrip().casefold().endswith(self._approximations)
            else None
        )
        lead = start - (len(before) - lead_match.start()) if lead_match else start
        flags += ["approximate"] if lead_match else []
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
            unit = self._labelled(before, text, start, match.end("n"))
            noun_start = end = match.end("n")
        if not unit:
            return None
        counted = unit not in MONEY and unit not in MEASURES
        if counted and not scaled.named and self._is_code(before, printed):
            unit, flags = "code", [*flags, "date_or_code"]
        if scaled.number_end:
            number_end = scaled.number_end
        value, more = parse_number(printed, whole=not scaled.named and (counted or unit == "vnd"))
        value, more = (None, ()) if "range" in flags else self._value(value, more, scaled, counted)
        if scaled.named and unit == "vnd" and end == scaled.end:
            more = (*more, "unit_assumed")
        of = parse_number(match["of"], whole=True)[0] if match["of"] else None
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

    def _labelled(self, before: str, text: str, number: int, end: int) -> str:
        """The unit of a number that stands behind its label: ``Số hộ nghèo được vay vốn: 101``."""
        sign = before.rstrip()[-1:]
        if sign == ":":
            found = self._label.search(before)
        else:  # `số hộ nghèo là 101`: where nothing stands behind it that it counts
            found = (
                self._named(before, text, number) if sign.isalpha() and self._alone.match(text, end) else None
            )
        return str(found.lastgroup or "household") if found else ""

    def _named(self, before: str, text: str, number: int) -> regex.Match[str] | None:
        """The label of a number without a colon: ``số hộ nghèo là``, ``hộ nghèo``."""
        said = before.rstrip().casefold().endswith(self._label_ends)
        if not said and not any(word in before.casefold() for word in self._label_holds):
            return None
        if self._not_a_count.search(before):
            return None
        found = self._said.search(before) if said else None
        return found or (None if self._is_year.match(text, number) else self._bare.search(before))

    def _is_code(self, before: str, printed: str) -> bool:
        """Whether what stands before a number makes it a date, an age or a code, and it can be one."""
        found = self._not_a_count.search(before)
        if found is None:
            return False
        word = found.group().strip(" :.\n").rpartition(" ")[2].casefold()
        least, most = self._of_time.get(word, (0, 0))
        return not most or (printed.isdigit() and least <= int(printed) <= most)

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


@cache
def grammar() -> Grammar:
    """The grammar of the dictionaries, compiled once a process."""
    return Grammar(load_units())


def load_units() -> dict[str, Any]:
    """What ``units.toml`` says."""
    return tomllib.loads((folder() / "units.toml").read_text(encoding="utf-8"))
