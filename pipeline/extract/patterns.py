"""Patterns of rule files: regexes in which a blank stands for any white space, under a time limit.

Rules are written by hand, and a hasty one (``(a+)+``) may go back and forth over a long line for hours. So
every search of a rule has a limit, and what goes beyond it is named by file and entry, not waited for.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from functools import lru_cache

import regex

from pipeline.errors import RuleError
from pipeline.extract.bounded import is_bounded, is_bounded_in_short
from pipeline.extract.pattern_index import Index
from pipeline.extract.prefilter import Prefiltered, read
from pipeline.lazy import lazy

TIMEOUT = 2.0
"""Seconds that one search of one pattern may take. A sound pattern needs a thousandth of it for a page's
worst text (100,000 characters); only one that backtracks without end comes near."""
LONGEST_PART = 4_000
"""Characters of a part of a text in which words that repeat need no limit: more than a sentence has."""


class Pattern:
    """A pattern and the place where it stands (``loans.toml: trigger loans.repaid``).

    It is compiled when it is first asked: hundreds are loaded, and a run needs some of them.
    """

    def __init__(self, source: str, name: str) -> None:
        self.source, self.name = source, name

    @lazy
    def asked(self) -> Prefiltered:
        """The pattern, which is asked only where its words stand."""
        return read(self.source)

    @lazy
    def limit(self) -> float | None:
        """Seconds for a search; None where it backtracks little: the clock costs more than most matches."""
        return None if is_bounded(self.source) else TIMEOUT

    @lazy
    def short_limit(self) -> float | None:
        """The same for a search in a part of a text."""
        return None if self.limit is None or is_bounded_in_short(self.source) else TIMEOUT

    def check(self) -> None:
        """Compile it.

        Raises:
            RuleError: where it is no pattern.
        """
        try:
            self.asked.pattern  # noqa: B018
        except regex.error as error:
            message = f"{self.name}: not a pattern: {error}"
            raise RuleError(message) from error

    def _seconds(self, start: int, end: int) -> float | None:
        """Seconds for a search in a part of a text; None: any."""
        return self.short_limit if end - start <= LONGEST_PART else self.limit

    def search(self, text: str, start: int = 0, end: int | None = None) -> regex.Match[str] | None:
        """The first match in ``text[start:end]``."""
        end = len(text) if end is None else end
        places = self.asked.places_in(text, start, end)
        if places is not None and not places:  # as most are
            return None
        try:
            return self.asked.first_of(text, places, start, end, self._seconds(start, end))
        except TimeoutError as error:
            raise self._endless() from error

    def match(self, text: str, start: int = 0, end: int | None = None) -> regex.Match[str] | None:
        """The match that begins at ``start``."""
        end = len(text) if end is None else end
        try:
            return self.asked.match(text, start, end, self._seconds(start, end))
        except TimeoutError as error:
            raise self._endless() from error

    def fullmatch(self, text: str) -> regex.Match[str] | None:
        """The match of the whole text."""
        try:
            return self.asked.fullmatch(text, self._seconds(0, len(text)))
        except TimeoutError as error:
            raise self._endless() from error

    def finditer(self, text: str, start: int = 0, end: int | None = None) -> Iterator[regex.Match[str]]:
        """All matches in ``text[start:end]``, in order."""
        end = len(text) if end is None else end
        places = self.asked.places_in(text, start, end)
        if places is not None and not places:
            return iter(())
        try:
            # at once, so that the clock stands still while the caller works
            return iter(list(self.asked.all_of(text, places, start, end, self._seconds(start, end))))
        except TimeoutError as error:
            raise self._endless() from error

    def sub(self, by: str, text: str) -> str:
        """The text with ``by`` for each match."""
        kept, end = [], 0
        for match in self.finditer(text):
            kept += [text[end : match.start()], by]
            end = match.end()
        return "".join([*kept, text[end:]])

    def at(self, text: str, places: Sequence[int], start: int, end: int) -> list[regex.Match[str]]:
        """The matches in ``text[start:end]`` that begin at some of the places, in order."""
        try:
            return self.asked.at(text, places, start, end, self._seconds(start, end))
        except TimeoutError as error:
            raise self._endless() from error

    def _endless(self) -> RuleError:
        return RuleError(
            f"{self.name}: the pattern backtracks without end (over {TIMEOUT:g} s on one text); make its "
            "repeats bounded or unlike each other"
        )


def compile_pattern(pattern: str, name: str = "pattern", *, bounded: bool = True) -> Pattern:
    """A pattern whose blanks match any white space, at word boundaries where ``bounded``; not yet checked.

    >>> bool(compile_pattern("dư nợ").search("tổng dư   nợ đạt")), bool(compile_pattern("vay").search("vayx"))
    (True, False)
    """
    spaced = regex.sub(r"\[[^\]]*\]|\\.| ", lambda m: r"\s+" if m.group() == " " else m.group(), pattern)
    return Pattern(rf"(?<!\p{{L}})(?:{spaced})(?!\p{{L}})" if bounded else spaced, name)


class Patterns:
    """Patterns that are looked for together."""

    def __init__(self, patterns: Sequence[Pattern]) -> None:
        self._patterns = patterns
        self._index = Index([pattern.asked for pattern in patterns])
        self.spans = lru_cache(maxsize=64)(self._spans)
        self._places = lru_cache(maxsize=64)(self._sorted_places)

    def among(self, text: str, start: int, end: int) -> list[int]:
        """Numbers of the patterns that may match in ``text[start:end]``."""
        return [number for number, _ in self._sorted_places(text, start, end)]

    def among_those_of(self, text: str, whole: tuple[int, int], start: int, end: int) -> list[int]:
        """The same for a part of a sentence, ``whole``, which is looked through once for all its parts."""
        return [
            number
            for number, places in self._places(text, *whole)
            if places is None or ((at := bisect_left(places, start)) < len(places) and places[at] < end)
        ]

    def _sorted_places(self, text: str, start: int, end: int) -> list[tuple[int, Sequence[int] | None]]:
        return sorted(self._index.places(text, start, end).items())

    def _spans(self, text: str, start: int, end: int) -> tuple[tuple[int, int, int], ...]:
        """Number of pattern, begin and end of each match in ``text[start:end]``, pattern by pattern."""
        found: list[tuple[int, int, int]] = []
        for number, places in self._sorted_places(text, start, end):
            pattern = self._patterns[number]
            matches = (
                pattern.finditer(text, start, end) if places is None else pattern.at(text, places, start, end)
            )
            found += [(number, *match.span()) for match in matches]
        return tuple(found)
