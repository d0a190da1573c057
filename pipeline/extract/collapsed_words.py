"""Headings among the lines above a table whose columns collapsed: the data of ``dictionaries/headings.toml``.

A heading's words stand on one line or below each other, pieces of several headings side by side. A word's
follower is the next on its line or the first free one that fits on a line below; what stands further left is
looked for first, so that pieces of equal headings do not cross.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import chain, pairwise
from typing import Any

import regex
from rapidfuzz.distance import Levenshtein

from pipeline.errors import DictionaryError
from pipeline.extract.collapsed_letters import all_folded, folded, headings_data
from pipeline.extract.collapsed_page import Heading, Lines, Phrase, Place
from pipeline.language.dictionaries import folder
from pipeline.language.normal import fold_marks

REACH = 3
"""Lines below a word on which its follower may stand."""
NEAR = 2
"""The same of a heading's own words: what stands lower is of the headings that it spans."""
LONGEST = 6
"""Words of a heading's beginning."""
LONGEST_LINE = 200
"""Characters of a line that may be a caption or a total's label."""
_WORDS = regex.compile(r"\(?[^\s|\[\]{}(]+|\(")
MOST_SPOILED = 2
"""Letters that may be wrong in the first word of a unit in brackets, the second of which is right."""
_NUMBERED = {"count", "money", "percent"}
_TIMED = {*_NUMBERED, "topic"}
LONGEST_TAIL = 3
"""Words at the end of a heading by which it may be told."""


@dataclass(frozen=True)
class CollapsedWords:
    """Headings' words and the patterns of lines around a table."""

    phrases: dict[str, tuple[Phrase, ...]]
    units: dict[str, tuple[str, ...]]
    times: tuple[tuple[str, ...], ...]
    lines: dict[str, regex.Pattern[str]]
    openings: frozenset[tuple[str, ...]]
    """How headings and units begin: two words or more of them."""
    whole: dict[tuple[str, ...], tuple[Phrase, ...]]
    """The one heading that begins so and no other way, if only by the length of it."""
    orphans: dict[str, Phrase]
    """What a unit alone stands for, whose heading is illegible."""
    named: frozenset[tuple[str, ...]]
    """The words of whole headings that head numbers."""
    tails: dict[tuple[str, ...], tuple[Phrase, ...]]
    """The headings of numbers that end so."""
    currency: str
    """The unit of money, and the word before it that may be spoiled or stand alone; both without marks."""
    multiple: str
    money_units: tuple[str, ...]
    """All in which money is told, the currency first."""
    totals: dict[str, str]
    """Labels of totals as misread, without marks, and as meant."""
    written: dict[str, str]
    """What is written over columns that arithmetic tells."""
    borne_out: dict[str, str]
    """What the page must say of them itself."""

    def says(self, name: str, line: str) -> bool:
        """Whether a line is of the kind ``name`` (a section of headings.toml)."""
        return bool(self.lines[name].search(line[:LONGEST_LINE].lower().strip()))

    def told(self, caption: str, side: str) -> str:
        """The first heading of a side (``planned``, ``done``) that a caption names; empty where none is."""
        said = caption.lower()
        names = (p.name for held in self.phrases.values() for p in held if p.side == side)
        return min((n for n in names if n in said), key=len, default="")

    def find(self, lines: Sequence[str], read: Sequence[str] = ()) -> list[Heading]:
        """The headings on lines that may hold pieces of several side by side, in reading order.

        Args:
            lines: as restored.
            read: the same as read, where restoration changed any: what stands side by side is no sentence,
                and restoration makes one of it.
        """
        raw = [_WORDS.findall(line) for line in lines]
        before = [_WORDS.findall(line) for line in read or lines]
        # where words were cut or joined, those that were read count
        raw = [a if len(a) == len(b) else b for a, b in zip(raw, before, strict=True)]
        held = Lines(raw, all_folded(raw), all_folded(before))
        found: list[Heading] = []
        for place in held.places():
            heading = self._at(held, place) if held.free(place) and not held.is_aside(place) else None
            if heading:
                held.taken.update(heading.places, heading.tail)
                found.append(heading)
        found += self._ends(held)
        for place in held.places():
            if held.free(place) and held.is_aside(place):
                self._measure(held, place, found)
        if not any(h.phrase.holds == "money" for h in found):
            ends = (
                place for place in held.places() if held.free(place) and held.closes(place, self.currency)
            )
            found += [Heading(self.orphans[self.money_units[0]], (place,)) for place in ends]
        return sorted(found, key=lambda heading: heading.places[0])

    def _ends(self, held: Lines) -> Iterator[Heading]:
        """Headings of which the last words are legible: two of them, or one with its unit behind it."""
        for line, words in enumerate(held.folded):
            for word in range(len(words)):
                for count in range(LONGEST_TAIL, 0, -1):
                    places = tuple((line, n) for n in range(word, word + count))
                    if all(held.free(p) and not held.is_of_aside(p) for p in places):
                        phrase = self._ending(held, places)
                        if phrase:
                            held.taken.update(places)
                            yield Heading(phrase, places)
                            break

    def _ending(self, held: Lines, places: Sequence[Place]) -> Phrase | None:
        """The one heading, or the shortest of equal ones, that ends with some words."""
        for texts in (held.folded, held.read):
            said = tuple(texts[line][word] if word < len(texts[line]) else "" for line, word in places)
            named = self.tails.get(said, ())
            if len(said) == 1:
                behind = (places[0][0], places[0][1] + 1)
                aside = held.free(behind) and held.is_aside(behind)
                units = [u for u, words in self.units.items() if aside and held.takes(behind, words)]
                named = tuple(p for p in named if units and units[0] in p.units)
            shortest = min(named, key=lambda p: len(p.words), default=None)
            if shortest and all(_is_same(shortest, other) for other in named):
                return shortest
        return None

    def _measure(self, held: Lines, place: Place, found: list[Heading]) -> None:
        """Give the unit in brackets at ``place`` to the heading before it, else to the first above it."""
        for unit, words in self.units.items():
            places = self._chain(held, words, place) or self._spoiled(held, words, place)
            closed = places and held.raw[places[-1][0]][places[-1][1]].rstrip(".,;:").endswith(")")
            if places is None or not (closed or len(places) > 1 or words == (self.multiple,)):
                continue
            held.taken.update(places)
            free = [n for n, h in enumerate(found) if not h.unit and unit in h.phrase.units]
            beside = [n for n in free if found[n].last == (place[0], place[1] - 1)]
            above = [n for n in free if place[0] - REACH <= found[n].last[0] < place[0]]
            plain = [n for n in above if found[n].phrase.kind != "topic"]
            # a topic with other headings below it spans them
            low = max((h.places[0][0] for h in found if h.phrase.kind in _NUMBERED), default=0)
            close = [
                n
                for n in above
                if found[n].last[0] in range(low, place[0]) or found[n].last[0] == place[0] - 1
            ]
            for number in [*beside, *plain, *close][:1]:
                heading = found[number]
                found[number] = replace(heading, unit=unit, tail=(*heading.tail, *places))
                return
            if unit in self.orphans:
                found.append(Heading(self.orphans[unit], places, unit))
            return

    def _spoiled(self, held: Lines, words: Sequence[str], place: Place) -> tuple[Place, ...] | None:
        """A unit of two words in brackets, the first of which is spoiled: ``(trigu đồng)``."""
        said = held.folded[place[0]][place[1]]
        if (
            tuple(words) != (self.multiple, self.currency)
            or Levenshtein.distance(said, words[0]) > MOST_SPOILED
        ):
            return None
        step = self._next(held, words[1:], place, frozenset([place]))
        last = held.raw[step[0][0]][step[0][1]] if step else ""
        return (place, step[0]) if step and last.rstrip(".,;:").endswith(")") else None

    def _at(self, held: Lines, place: Place) -> Heading | None:
        """The longest heading that begins at a word."""
        openings = held.openings(place)
        named = [phrase for letter in sorted(openings) for phrase in self.phrases.get(letter, ())]
        tried = ((phrase, self._chain(held, phrase.words, place)) for phrase in named)
        fitting = [(phrase, places) for phrase, places in tried if places and held.is_surely(phrase, place)]
        # where a heading goes on beside its words, none goes on below them
        fitting = [
            (phrase, places)
            for phrase, places in fitting
            if not any(_goes_on(places, other) for _, other in fitting)
        ]
        if not fitting:
            fitting = self._cut(held, place)
        if not fitting:
            return None
        phrase, places = max(fitting, key=lambda f: (len(f[0].words), f[1][0][0] - f[1][-1][0]))
        for words in self.times if phrase.kind in _TIMED else ():
            step = self._next(held, words, places[-1], frozenset(places), timed=True)
            behind = self._chain(held, words, step[0], frozenset(places)) if step else None
            if behind:
                time = " ".join(held.raw[a][b].strip("().,;:") for a, b in behind)
                return Heading(phrase, places, time=_printed(time), tail=behind)
        return Heading(phrase, places)

    def _cut(self, held: Lines, place: Place) -> list[tuple[Phrase, tuple[Place, ...]]]:
        """The heading of which the first two words stand at a place, where only one begins so."""
        openings = held.openings(place)
        for words, phrases in self.whole.items():
            if words[0][:1] in openings and (at := self._chain(held, words, place)):
                return [(phrase, at) for phrase in phrases]
        return []

    def _chain(
        self, held: Lines, words: Sequence[str], place: Place, own: frozenset[Place] = frozenset()
    ) -> tuple[Place, ...] | None:
        """The places of words from ``place`` on; None where they do not follow."""
        count = held.takes(place, words)
        if not count:
            return None
        places = [place]
        while count < len(words):
            step = self._next(held, words[count:], places[-1], own | frozenset(places))
            if step is None:
                return None
            places.append(step[0])
            count += step[1]
        return tuple(places)

    def _next(
        self,
        held: Lines,
        words: Sequence[str],
        last: Place,
        own: frozenset[Place],
        *,
        timed: bool = False,
    ) -> tuple[Place, int] | None:
        """Where a heading goes on, and how many of its words stand there; ``timed``: with a time."""
        beside = (last[0], last[1] + 1)
        free = held.free(beside) and beside not in own
        if free and not held.opens(beside) and not held.is_aside(beside):
            taken = held.takes(beside, words)
            if taken:
                return beside, taken
        reach = REACH if timed or words[0] == self.currency else NEAR
        for line in range(last[0] + 1, min(last[0] + 1 + reach, len(held.folded))):
            for word, said in enumerate(held.folded[line]):
                place = (line, word)
                if not said or not held.free(place) or place in own:
                    continue
                if held.opens(place) or held.is_aside(place):
                    continue
                taken = held.takes(place, words)
                if taken and not self._is_led(held, place, timed=timed):
                    return place, taken
        return None

    def _is_led(self, held: Lines, place: Place, *, timed: bool = False) -> bool:
        """Whether a word goes on what stands before it on its line, as some heading begins.

        What stands there may be a whole heading where the word begins a time (``timed``).
        """
        line, word = place
        for begin in range(word - 1, max(word - LONGEST, -1), -1):
            if not held.free((line, begin)) or held.raw[line][begin].endswith(")"):
                return False
            if tuple(held.folded[line][begin : word + 1]) in self.openings:
                return True
            if timed and tuple(held.folded[line][begin:word]) in self.named:
                return True
        return False


def _is_same(shortest: Phrase, other: Phrase) -> bool:
    """Whether two headings with equal ends are of equal columns, or one is the end of the other."""
    ends = other.words[-len(shortest.words) :] == shortest.words
    return ends or (shortest.kind, shortest.holds, shortest.side) == (other.kind, other.holds, other.side)


def _goes_on(places: Sequence[Place], other: Sequence[Place]) -> bool:
    """Whether one heading jumps to a line below where the other, the same so far, goes on beside."""
    for count, (last, follower) in enumerate(pairwise(places), 1):
        if follower != (last[0], last[1] + 1):
            return tuple(other[: count + 1]) == (*places[:count], (last[0], last[1] + 1))
    return False


def _printed(time: str) -> str:
    """A time's words with their marks, as OCR may have spoiled them."""
    return " ".join(_marked().get(fold_marks(w).lower(), w) for w in time.split())


@cache
def _marked() -> dict[str, str]:
    """Words of times without their marks, and with them."""
    return {fold_marks(word): word for word in headings_data()["times"]["marked"]}


def _tails(phrases: Iterable[Phrase]) -> dict[tuple[str, ...], tuple[Phrase, ...]]:
    """By their last words the headings of numbers."""
    found: dict[tuple[str, ...], list[Phrase]] = {}
    for phrase in phrases:
        if phrase.kind in _TIMED:
            for count in range(1, min(len(phrase.words) - 1, LONGEST_TAIL) + 1):
                found.setdefault(phrase.words[-count:], []).append(phrase)
    return {words: tuple(held) for words, held in found.items()}


def _completions(phrases: Mapping[str, Sequence[Phrase]]) -> dict[tuple[str, ...], tuple[Phrase, ...]]:
    """Two words that begin one heading alone."""
    found: dict[tuple[str, ...], list[Phrase]] = {}
    for phrase in chain.from_iterable(phrases.values()):
        if len(phrase.words) > 1:
            found.setdefault(phrase.words[:2], []).append(phrase)
    return {words: tuple(held) for words, held in found.items() if len(held) == 1 and len(held[0].words) > 2}


def compile_words(data: dict[str, Any]) -> CollapsedWords:
    """The words of a parsed file."""
    phrases: dict[str, list[Phrase]] = {}
    units: dict[str, tuple[str, ...]] = {}
    for entry in data["heading"]:
        for name in entry.get("units", ()):
            units[name] = tuple(folded(word) for word in name.split())
        for name in entry["words"]:
            words = tuple(filter(None, (folded(word) for word in name.split())))
            phrase = Phrase(
                name,
                entry["kind"],
                words,
                entry.get("as", entry["kind"]),
                entry.get("side", ""),
                tuple(entry.get("units", ())),
            )
            phrases.setdefault(words[0][0], []).append(phrase)
    times = tuple(
        tuple(word if word in {"#", "@"} else folded(word) for word in time.split())
        for time in sorted(data["times"]["words"], key=len, reverse=True)
    )
    lines = {name: regex.compile(section["pattern"], regex.V1) for name, section in data["lines"].items()}
    kinds = {phrase.name: phrase for found in phrases.values() for phrase in found}
    spelled = [*(phrase.words for found in phrases.values() for phrase in found), *units.values()]
    return CollapsedWords(
        {k: tuple(v) for k, v in phrases.items()},
        units,
        times,
        lines,
        frozenset(words[:count] for words in spelled for count in range(2, len(words) + 1)),
        _completions(phrases),
        {
            unit: Phrase(name, kinds[name].kind, (), kinds[name].holds, units=(unit,))
            for unit, name in data["orphans"].items()
        },
        frozenset(phrase.words for phrase in kinds.values() if phrase.kind in _TIMED),
        _tails(kinds.values()),
        folded(data["money"]["unit"]),
        folded(data["money"]["multiple"]),
        tuple(data["money"]["units"]),
        data["totals"],
        data["written"],
        data["borne_out"],
    )


@cache
def collapsed_words() -> CollapsedWords:
    """The words of the dictionaries, compiled once a process.

    Raises:
        DictionaryError: where the file is missing or wrong.
    """
    path = folder() / "headings.toml"
    try:
        return compile_words(headings_data())
    except (OSError, KeyError, TypeError, ValueError, regex.error) as error:
        message = f"{path}: {error}; reinstall hoso or correct the file"
        raise DictionaryError(message) from error
