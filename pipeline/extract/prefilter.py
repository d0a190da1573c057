"""Patterns that are asked only where one of their words stands (``required``)."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from time import monotonic, process_time

import regex

from pipeline.extract.folded import Folded, folded
from pipeline.extract.required import DIGIT, LEAST, is_sequence, required
from pipeline.lazy import lazy

_BOUNDED = r"(?<!\p{L})", r"(?<![\p{L}\d])"
SHORT = 200
"""Characters of a text that is searched sooner than folded."""
ALONE = False
"""Whether others may run while a pattern is matched: to give way costs as much as most matches."""
LOOK = 100
"""Characters of text that are gone through in the time that it takes to begin to look for a word."""
LEAST_TIME = 1e-3
"""Seconds for what is left to be tried when the time is up: the engine counts no shorter ones."""


@dataclass(frozen=True, eq=False)
class Prefiltered:
    """A pattern that is only asked where one of its words stands, and compiled when it is first asked.

    ``words`` are sets of which one each must stand in a match, ``heads`` begin it; ``at_words``: it begins
    behind no letter, and ``at_numerals``: nor behind a digit. ``blank``: it may begin with one; of several
    it is not to be told which. ``numeric`` are heads that begin with a digit: any, or one of few. ``spelt``
    are the sets of words, the heads among them, where all are letters and signs.
    """

    source: str
    flags: int
    words: tuple[tuple[str, ...], ...]
    heads: tuple[str, ...]
    at_words: bool
    at_numerals: bool
    blank: bool
    numeric: frozenset[str]
    spelt: tuple[tuple[str, ...], ...]

    @staticmethod
    @cache
    def of(pattern: regex.Pattern[str]) -> Prefiltered:
        """A compiled pattern with its words."""
        found = read(pattern.pattern, pattern.flags)
        found.__dict__["pattern"] = pattern
        return found

    @lazy
    def pattern(self) -> regex.Pattern[str]:
        """The compiled pattern.

        Raises:
            regex.error: where it is none.
        """
        return regex.compile(self.source, self.flags)

    def finditer(
        self, text: str, start: int = 0, end: int | None = None, timeout: float | None = None
    ) -> Iterable[regex.Match[str]]:
        """All matches in ``text[start:end]``, in order, as the pattern itself finds them.

        Raises:
            TimeoutError: where that takes more than ``timeout`` seconds.
        """
        end = len(text) if end is None else end
        places = self.places_in(text, start, end)
        return self.all_of(text, places, start, end, timeout) if places is None or places else ()

    def search(
        self, text: str, start: int = 0, end: int | None = None, timeout: float | None = None
    ) -> regex.Match[str] | None:
        """The first match in ``text[start:end]``; errors as ``finditer``."""
        end = len(text) if end is None else end
        places = self.places_in(text, start, end)
        return self.first_of(text, places, start, end, timeout) if places is None or places else None

    def all_of(
        self, text: str, places: Sequence[int] | None, start: int, end: int, timeout: float | None
    ) -> Iterable[regex.Match[str]]:
        """All matches in ``text[start:end]``; ``places`` are those of ``places_in``."""
        if places is None:
            return self.pattern.finditer(text, start, end, timeout=timeout)  # type: ignore[no-any-return]
        return self.at(text, places, start, end, timeout)

    def first_of(
        self, text: str, places: Sequence[int] | None, start: int, end: int, timeout: float | None
    ) -> regex.Match[str] | None:
        """The first match there."""
        if places is not None:
            return next(iter(self.at(text, places, start, end, timeout, most=1)), None)
        if timeout is None:  # to start the clock, even for nothing, costs more than most matches
            return self.pattern.search(text, start, end, ALONE)
        if len(text) <= SHORT and self.words and not Folded(text).holds_all(self.words):
            return None  # to fold a short text costs less than to start the clock
        return self.pattern.search(text, start, end, timeout=timeout)

    def match(
        self, text: str, start: int = 0, end: int | None = None, timeout: float | None = None
    ) -> regex.Match[str] | None:
        """The match that begins at ``start``; errors as ``finditer``."""
        if len(text) > SHORT and self.heads:
            places = self.all_places(folded(text))
            if places is not None:
                at = bisect_left(places, start)
                if at == len(places) or places[at] != start:
                    return None
        if timeout is None:
            return self.pattern.match(text, start, end, ALONE)
        return self.pattern.match(text, start, end, timeout=timeout)

    def fullmatch(self, text: str, timeout: float | None = None) -> regex.Match[str] | None:
        """The match of the whole text; errors as ``finditer``."""
        if timeout is None:
            return self.pattern.fullmatch(text)
        return self.pattern.fullmatch(text, timeout=timeout)

    def places_in(self, text: str, start: int, end: int) -> Sequence[int] | None:
        """Places in ``text[start:end]`` at which a match may begin, in order; None: search all of it.

        The places of the whole text are looked for once it costs as much to look in its parts: many patterns
        are asked about a few short parts alone.
        """
        if len(text) <= SHORT:
            return None
        doc = folded(text)
        try:
            places = doc.found[self]
        except KeyError:
            if not (self.heads or self.words):
                return None
            size = end - start
            if size <= SHORT and self.spelt and not doc.is_gone_through(self, size + LOOK):
                return None if doc.holds(self.spelt, start, end) else ()
            places = self.all_places(doc)
        if places is None:
            return None if doc.holds(self.words, start, end) else ()
        first = bisect_left(places, start)
        if first == len(places) or places[first] >= end:  # as most are: patterns stand here and there
            return ()
        return places[first : bisect_left(places, end, first)]  # type: ignore[no-any-return]

    def places(self, text: str, start: int, end: int) -> Sequence[int] | None:
        """All places in ``text[start:end]`` at which a match may begin, in order; None: any may be one."""
        places = self.all_places(folded(text))
        if places is None:
            return None
        first = bisect_left(places, start)
        return places[first : bisect_left(places, end, first)]

    def all_places(self, text: Folded) -> list[int] | None:
        """The same for a whole text."""
        try:
            return text.found[self]  # type: ignore[no-any-return]
        except KeyError:
            return text.found.setdefault(self, self._find(text))

    def _find(self, text: Folded) -> list[int] | None:
        if not self.heads or (self.blank and not text.is_aligned):
            return None
        if self.words and not text.holds_all(self.words):
            return []
        return self.with_digits(text, text.places([h for h in self.heads if h not in self.numeric]))

    def with_digits(self, text: Folded, places: list[int]) -> list[int]:
        """Places at which a match may begin with a word, with those at which it may with a digit."""
        if not self.numeric:
            return places
        behind = [head[1:] for head in self.numeric if head[0] == DIGIT]
        begins = tuple(head for head in self.numeric if head[0] != DIGIT)
        found = text.digits(behind, first=self.at_numerals) if behind else []
        return sorted({*places, *found, *(text.numerals(begins) if begins else ())})

    def at(
        self,
        text: str,
        places: Sequence[int],
        start: int,
        end: int,
        timeout: float | None,
        *,
        most: int = 0,
    ) -> list[regex.Match[str]]:
        """The matches that begin at some of the places, which are all at which one may; ``most`` of them."""
        found: list[regex.Match[str]] = []
        behind, match_at = start, self.pattern.match
        if timeout is None:
            for at in places:
                if at >= behind and (match := match_at(text, at, end, ALONE)):
                    found.append(match)
                    if len(found) == most:
                        break
                    behind = max(match.end(), at + 1)
            return found
        clock, last = monotonic, monotonic() + timeout
        for at in places:
            left = timeout if len(places) == 1 else last - clock()
            if left <= 0 and clock is monotonic:
                # a busy machine may have stood still: from here on the time counts that was spent, as the
                # engine counts it; to ask for it costs as much as some matches
                clock, last, left = process_time, process_time() + timeout, timeout
            left = max(left, LEAST_TIME)
            if at >= behind and (match := match_at(text, at, end, timeout=left)):
                found.append(match)
                if len(found) == most:
                    break
                behind = max(match.end(), at + 1)
        return found


@cache
def read(source: str, flags: int = regex.IGNORECASE) -> Prefiltered:
    """A pattern with its words, which is compiled when it is first asked."""
    words, heads = required(source)
    if words and not all(head.strip() for head in heads):
        heads = frozenset()  # blanks stand everywhere
    # where a head stands, a word that each head holds stands too
    asked = [w for w in words if not heads or not all(any(o in h for o in w) for h in heads)]
    bounds = [source.startswith(sign) and is_sequence(source) for sign in _BOUNDED]
    blank = any(head[0] == " " for head in heads)
    sets = tuple(tuple(sorted(w)) for w in asked)
    numeric = {h for h in heads if h[0] == DIGIT or (bounds[1] and h[0].isdigit() and len(h) < LEAST + 1)}
    ordered = tuple(sorted(heads))
    spelt = (ordered, *sets) if heads and not any(DIGIT in head for head in heads) else ()
    return Prefiltered(source, flags, sets, ordered, any(bounds), bounds[1], blank, frozenset(numeric), spelt)
