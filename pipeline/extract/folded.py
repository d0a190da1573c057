"""A text as patterns see it: case folded, each run of white space one blank; made once for all of them.

Hundreds of patterns are tried on each sentence of a document. Where their first words stand is looked up
once for the whole document, and what is found is kept.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Hashable, Sequence
from functools import lru_cache
from typing import Any

import regex

_BLANKS = regex.compile(r"\s{2,}|[^\S ]")
_DIGITS = re.compile(r"\d")
_NUMERALS = re.compile(r"(?<!\d)\d")


class Folded:
    """A text folded, the way back to its own places, and what was found in it.

    Places are those of the text itself, as code points; ``text`` is the folded one. ``found`` holds what was
    found in it, by what it was found with.
    """

    __slots__ = ("_asked", "_back", "found", "text")

    def __init__(self, text: str) -> None:
        self.found: dict[Hashable, Any] = {}
        self._asked: dict[Hashable, int] = {}
        back: list[int] | None = None
        if "  " in text or not text.isprintable():  # as all white space but a blank is
            text, back = _single_blanks(text)
        self.text = text.casefold()
        if len(self.text) != len(text):  # İ is two
            told = range(len(text)) if back is None else back
            back = [at for char, at in zip(text, told, strict=True) for _ in char.casefold()]
        self._back = back

    @property
    def is_aligned(self) -> bool:
        """Whether its places are those of the text itself."""
        return self._back is None

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where ``start:end`` of the text itself lies in the folded one."""
        if self._back is None:
            return start, end
        first = bisect_left(self._back, start)
        if first == len(self._back) or self._back[first] != start:
            first -= 1  # inside a run of blanks
        return max(first, 0), bisect_left(self._back, end)

    def is_gone_through(self, asked: Hashable, size: int) -> bool:
        """Whether the parts in which something was looked for are, with one more, as long as the text.

        Args:
            asked: what is looked for.
            size: of the part, with what it costs to look at all, in characters.
        """
        before = self._asked.get(asked, 0)
        self._asked[asked] = before + size
        return before + size > len(self.text)

    def holds(self, words: Sequence[Sequence[str]], start: int, end: int) -> bool:
        """Whether one word of each set stands in ``start:end``."""
        start, end = self.span(start, end)
        find = self.text.find
        for some in words:
            for word in some:
                if find(word, start, end) >= 0:
                    break
            else:
                return False
        return True

    def holds_all(self, words: Sequence[Sequence[str]]) -> bool:
        """The same for the whole text."""
        return all(any(word in self.text for word in some) for some in words)

    def places(self, heads: Sequence[str]) -> list[int]:
        """Where any of the heads, which are folded strings, stands, in order."""
        text, found = self.text, list[int]()
        for head in heads:
            at = text.find(head)
            while at >= 0:
                found.append(at)
                at = text.find(head, at + 1)
        return self.own(found)

    def digits(self, behind: Sequence[str], *, first: bool) -> list[int]:
        """Where digits stand behind which one of some strings does.

        Args:
            behind: folded strings; an empty one: any digit will do.
            first: whether only the first digit of a run counts.
        """
        if not all(behind):
            return self.own(self._matches(_NUMERALS if first else _DIGITS))
        text, found = self.text, list[int]()
        for string in behind:
            end = text.find(string)
            while end >= 0:
                at = end
                while at and text[at - 1].isdecimal():
                    at -= 1
                    if not first:
                        found.append(at)
                if first and at < end:
                    found.append(at)
                end = text.find(string, end + 1)
        return self.own(found)

    def numerals(self, begins: tuple[str, ...]) -> list[int]:
        """Where numerals stand, at their first digit, that begin with one of some strings."""
        starts = self.text.startswith
        return self.own([at for at in self._matches(_NUMERALS) if starts(begins, at)])

    def _matches(self, pattern: re.Pattern[str]) -> list[int]:
        """Where matches of a pattern begin in the folded text, looked for once."""
        if pattern not in self.found:
            self.found[pattern] = [match.start() for match in pattern.finditer(self.text)]
        return self.found[pattern]  # type: ignore[no-any-return]

    def own(self, found: list[int]) -> list[int]:
        """Places of the folded text as those of the text itself, in order."""
        if self._back is not None:
            back = self._back
            found = [back[at] for at in found]
        return sorted(found)


def _single_blanks(text: str) -> tuple[str, list[int]]:
    """The text with each run of white space as one blank, and where its letters stood."""
    parts, back, at = list[str](), list[int](), 0
    for match in _BLANKS.finditer(text):
        start, end = match.span()
        parts += text[at:start], " "
        back += range(at, start + 1)
        at = end
    parts.append(text[at:])
    back += range(at, len(text))
    return "".join(parts), back


@lru_cache(maxsize=8)
def folded(text: str) -> Folded:
    """A text folded, kept for the patterns that are tried on it one after the other."""
    return Folded(text)
