r"""Words without which a pattern cannot match: looked for before the pattern is.

Dozens of patterns are tried on every sentence and few of them match. To find that ``(?:dư )?nợ quá hạn``
does not, the regex engine tries it at every letter; where ``nợ quá hạn`` does not stand, it need not be
asked. ``required`` reads a pattern and names such words, or none where it is not sure: then all is as before.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import regex

_NAMED = regex.compile(r"\(\?(?:P<\w+>|[ims]*:)")
_LOOK = regex.compile(r"\(\?<?[=!]")
_COUNT = regex.compile(r"\{(\d*)(?:,\d*)?\}")
_SIMPLE = frozenset("dDsSwWbBpPnt")
LEAST = 2
"""Letters of a word that is worth looking for."""


class _Unsure(Exception):
    """The pattern holds what this module does not read."""


Words = tuple[frozenset[str], ...]
"""Sets of words: of each set one at least must stand there."""


def required(pattern: str) -> Words:
    r"""Words that every match of a pattern, case folded, holds: one at least of each set; none where unsure.

    >>> [sorted(words) for words in required(r"(?<!\p{L})(?:(?:dư )?nợ quá\s+hạn|thu nợ)(?!\p{L})")]
    [['nợ quá', 'thu nợ']]
    >>> [sorted(words) for words in required(r"tính\s+(?:đến|tới)\s+\d+")]
    [['tính'], ['tới', 'đến']]
    >>> required(r"\d+h?"), required("ab|[a-z]+")
    ((), ())
    """
    try:
        words, end = _Reader(pattern).alternatives(0)
    except _Unsure:
        return ()
    return words if end == len(pattern) else ()


def _tells(words: frozenset[str]) -> tuple[int, int]:
    """How much a set of words tells: long ones stand in few texts, and few are soon looked for."""
    return min(map(len, words)), -len(words)


@dataclass
class _Reader:
    """Reads a pattern from left to right."""

    pattern: str

    def alternatives(self, at: int) -> tuple[Words, int]:
        """What the alternatives that begin at a place ask for, and where they end."""
        found: list[Words] = []
        while True:
            words, at = self._sequence(at)
            found.append(words)
            if at >= len(self.pattern) or self.pattern[at] == ")":
                break
            at += 1
        if len(found) == 1:
            return found[0], at
        # of each alternative what tells most; what asks for nothing lets all pass
        best = [max(words, key=_tells, default=frozenset[str]()) for words in found]
        return ((frozenset[str]().union(*best),) if all(best) else ()), at

    def _sequence(self, at: int) -> tuple[Words, int]:
        """What one alternative asks for: its runs of letters, and what the groups in it ask for."""
        offers: list[frozenset[str]] = []
        run = ""
        while at < len(self.pattern) and self.pattern[at] not in "|)":
            letter, words, at = self._item(at)
            needed, once, at = self._times(at)
            if letter and needed:
                run += letter
            if not (letter and needed and once):
                offers.append(frozenset({run.casefold()}))
                run = ""
            if needed:
                offers += words
        offers.append(frozenset({run.casefold()}))
        return tuple(o for o in offers if min(map(len, o)) >= LEAST), at

    def _item(self, at: int) -> tuple[str, Words, int]:
        """A letter, or what a group asks for, and where it ends; neither for what may be anything."""
        char = self.pattern[at]
        if char == "(":
            return self._group(at)
        if char == "[":
            return "", (), self._set_end(at)
        if char == "\\":
            return self._escape(at)
        if char in "{}*+?]":
            raise _Unsure
        return ("" if char in ".^$" else char), (), at + 1

    def _escape(self, at: int) -> tuple[str, Words, int]:
        char = self.pattern[at + 1 : at + 2]
        if char in _SIMPLE:
            braces = regex.compile(r"\{\^?\w+\}").match(self.pattern, at + 2) if char in "pP" else None
            return "", (), braces.end() if braces else at + 2
        if not char or char.isalnum():
            raise _Unsure
        return char, (), at + 2

    def _group(self, at: int) -> tuple[str, Words, int]:
        look = _LOOK.match(self.pattern, at)
        opened = look or _NAMED.match(self.pattern, at)
        if opened is None and self.pattern[at + 1 : at + 2] == "?":
            raise _Unsure
        words, end = self.alternatives(opened.end() if opened else at + 1)
        if self.pattern[end : end + 1] != ")":
            raise _Unsure
        return "", () if look else words, end + 1

    def _set_end(self, at: int) -> int:
        end = at + 1 + self.pattern[at + 1 :].startswith("^")
        end += self.pattern[end : end + 1] == "]"
        while self.pattern[end : end + 1] != "]":
            if end >= len(self.pattern) or self.pattern[end] == "[":
                raise _Unsure
            end += 2 if self.pattern[end] == "\\" else 1
        return end + 1

    def _times(self, at: int) -> tuple[bool, bool, int]:
        """Whether an item must stand at least once, whether it stands just once, and where that ends."""
        char = self.pattern[at : at + 1]
        count = _COUNT.match(self.pattern, at)
        if char and char in "?*+":
            end = at + 1
        elif count:
            end = count.end()
        elif char == "{":
            raise _Unsure
        else:
            return True, True, at
        needed = char == "+" or bool(count and int(count[1] or 0))
        return needed, False, end + (self.pattern[end : end + 1] in tuple("?+"))


@dataclass(frozen=True)
class Prefiltered:
    """A compiled pattern that is only asked where one of its words stands."""

    pattern: regex.Pattern[str]
    words: tuple[tuple[str, ...], ...]

    @classmethod
    def of(cls, pattern: regex.Pattern[str]) -> Prefiltered:
        """A pattern with its words."""
        return cls(pattern, tuple(tuple(sorted(words)) for words in required(pattern.pattern)))

    def may_match(self, text: str, start: int = 0, end: int | None = None) -> bool:
        """Whether ``text[start:end]`` may hold a match."""
        if not self.words:
            return True
        part = _folded(text, start, end)
        for words in self.words:
            for word in words:
                if word in part:
                    break
            else:
                return False
        return True

    def finditer(self, text: str, start: int = 0, end: int | None = None) -> Iterator[regex.Match[str]]:
        """All matches in ``text[start:end]``."""
        if not self.may_match(text, start, end):
            return iter(())
        found: Iterator[regex.Match[str]] = self.pattern.finditer(text, start, end)
        return found

    def search(self, text: str, start: int = 0, end: int | None = None) -> regex.Match[str] | None:
        """The first match in ``text[start:end]``."""
        return self.pattern.search(text, start, end) if self.may_match(text, start, end) else None


@lru_cache(maxsize=64)
def _folded(text: str, start: int, end: int | None) -> str:
    """A part of a text, case folded: once for all the patterns that are tried on it."""
    return text[start:end].casefold()
