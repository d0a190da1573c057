r"""Words without which a pattern cannot match: looked for before the pattern is.

Dozens of patterns are tried on every sentence and few of them match. To find that ``(?:dư )?nợ quá hạn``
does not, the regex engine tries it at every letter; where ``nợ quá hạn`` does not stand, it need not be
asked. ``required`` reads a pattern and names such words, or none where it is not sure: then all is as before.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import product

import regex

_NAMED = regex.compile(r"\(\?(?:P<\w+>|[ims]*(?:-[ims]+)?:)")
_LOOK = regex.compile(r"\(\?<?[=!]")
_COUNT = regex.compile(r"\{(\d*)(?:,\d*)?\}")
_SIMPLE = frozenset("DSwWpPnt")
_RANGE = regex.compile(r"[0-9]-[0-9]|[0-9a-z,.;:/–]|^-|-$")
_NUMERAL = regex.compile(r"[0-9\0]+")
_PLAIN = regex.compile(r"[^\\()\[\]{}*+?|.^$]+(?![?*+{])")
_START = r"\G"
DIGIT = "\0"
"""Among heads: any digit."""
MOST = 64
"""Strings that a part of a pattern may be for them to be listed."""
LEAST = 2
"""Letters of a word that is worth looking for."""


class _Unsure(Exception):
    """The pattern holds what this module does not read."""


Words = tuple[frozenset[str], ...]
"""Sets of words: of each set one at least must stand there."""


def required(pattern: str) -> tuple[Words, frozenset[str]]:
    r"""Words that every match of a pattern holds, one at least of each set, and those of which one begins it.

    They stand in the match once its case is folded and each run of white space is one blank. There are none
    where the pattern may do without or where this module is not sure. What is bound to the search's own start
    (``\G``) has words alone: it is not to be tried elsewhere.

    >>> words, heads = required(r"(?<!\p{L})(?:(?:dư )?nợ quá\s+hạn|thu nợ)(?!\p{L})")
    >>> [sorted(w) for w in words], sorted(heads)
    ([['nợ quá hạn', 'thu nợ']], ['dư nợ quá hạn', 'nợ quá hạn', 'thu nợ'])
    >>> words, heads = required(r"tính\s+(?:đến|tới)\s+\d+\s+hộ")
    >>> [sorted(w) for w in words], sorted(heads)
    ([['tính tới ', 'tính đến '], [' hộ']], ['tính tới ', 'tính đến '])
    >>> required(r"\w+h?"), required("ab|[a-z]+")
    (((), frozenset()), ((), frozenset()))
    """
    bound = pattern.startswith(_START)
    pattern = pattern.removeprefix(_START)
    part = _whole(pattern)[0]
    if part is None:
        return (), frozenset()
    # a word that holds another of its set stands only where that one does
    sets = tuple(frozenset(w for w in words if not any(o in w for o in words - {w})) for words in part.asks())
    heads: list[str] = []
    for head in sorted(set() if bound else set(map(_head, part.begins()))):
        if not (heads and head.startswith(heads[-1])):  # what begins it stands before it
            heads.append(head)
    return sets, frozenset(heads)


def _head(begins: str) -> str:
    """What begins a match as far as it is certain: digits alone and what stands behind them, or letters."""
    if begins[0] != DIGIT:
        return begins.partition(DIGIT)[0]
    behind = begins.lstrip(DIGIT).partition(DIGIT)[0]
    return DIGIT if behind[:1].isdigit() else DIGIT + behind


@dataclass(frozen=True)
class _Part:
    """What a part of a pattern can be, ``None`` where it is more than a few strings, or what it asks for.

    ``heads`` are strings of which one begins it; an empty one, or none at all, tells nothing. They are the
    whole part where it is ``told``.
    """

    strings: frozenset[str] | None
    words: Words = ()
    heads: frozenset[str] = frozenset()
    told: bool = False

    def asks(self) -> Words:
        """The sets of words that it asks for."""
        return _telling([self.strings] if self.strings is not None else self.words)

    def begins(self) -> frozenset[str]:
        """The strings of which one begins it; none where it may begin with anything."""
        heads = self.heads if self.strings is None else self.strings
        return heads if all(heads) else frozenset()


def _telling(words: Iterable[frozenset[str]]) -> Words:
    return tuple(o for o in words if o and min(len(word.strip()) for word in o) >= LEAST)


def _weight(words: frozenset[str]) -> tuple[int, int]:
    """How much a set of words tells: long ones stand in few texts, and few are soon looked for."""
    return min(map(len, words)), -len(words)


def _joined(before: Iterable[str], behind: Iterable[str]) -> frozenset[str]:
    """Each string before each other; two blanks are one."""
    return frozenset(a + (b.lstrip() if a.endswith(" ") else b) for a, b in product(before, behind))


_Strings = frozenset[str]


def _begun(
    closed: _Strings, opened: _Strings, part: _Part, *, needed: bool, once: bool
) -> tuple[_Strings, _Strings]:
    """The strings that begin a sequence with one more part: those that end there, those that may go on."""
    more = part.begins() if part.strings is None else part.strings
    if len(opened) * len(more) > MOST and any(map(_NUMERAL.fullmatch, opened)):  # 1 to 31 are but digits then
        opened, more = (frozenset(_NUMERAL.sub(DIGIT, h) for h in told) for told in (opened, more))
    if not more or (len(opened) > 1 and len(opened) * len(more) > MOST):
        if more and needed and "" in opened:  # too many to be joined: what may stand before it, or it
            opened = (opened - {""}) | more
        return closed | opened, frozenset()
    taken, skipped = _joined(opened, more), frozenset[str]() if needed else opened
    # of what stands several times the first begins it; blanks and digits are one
    if (part.told or part.strings is not None) and (once or more <= {" ", "", DIGIT}):
        return closed, taken | skipped
    return closed | taken, skipped


@dataclass
class _Reader:
    """Reads a pattern from left to right."""

    pattern: str

    def alternatives(self, at: int) -> tuple[_Part, int]:
        """What the alternatives that begin at a place can be, and where they end."""
        found: list[_Part] = []
        while True:
            part, at = self.sequence(at)
            found.append(part)
            if at >= len(self.pattern) or self.pattern[at] == ")":
                break
            at += 1
        if len(found) == 1:
            return found[0], at
        strings = [part.strings for part in found if part.strings is not None]
        if len(strings) == len(found) and sum(map(len, strings)) <= MOST:
            return _Part(frozenset[str]().union(*strings)), at
        # of each alternative what tells most; what asks for nothing lets all pass
        best = [max(part.asks(), key=_weight, default=frozenset[str]()) for part in found]
        heads = [part.begins() for part in found]
        every = frozenset[str]().union(*heads) if all(heads) else frozenset()
        told = bool(every) and all(part.told or part.strings is not None for part in found)
        return _Part(None, (frozenset[str]().union(*best),) if all(best) else (), every, told), at

    def sequence(self, at: int) -> tuple[_Part, int]:
        """What one alternative can be: the strings that run on, and what stands between them."""
        offers: list[frozenset[str]] = []
        run, whole = frozenset({""}), True
        closed, opened = frozenset[str](), frozenset({""})
        while at < len(self.pattern) and self.pattern[at] not in "|)":
            part, at = self._item(at)
            needed, once, at = self._times(at)
            strings = part.strings
            if opened:
                closed, opened = _begun(closed, opened, part, needed=needed, once=once)
            if strings is not None and (once or strings == {" "}):
                strings = strings if needed else strings | {""}
                if len(run) * len(strings) > MOST:
                    offers.append(run)
                    run, whole = strings, False
                else:
                    run = _joined(run, strings)
                continue
            offers.append(run)
            if needed:
                offers += [strings] if strings is not None else part.words
            run, whole = frozenset({""}), False
        if whole:
            return _Part(run), at
        return _Part(None, _telling([*offers, run]), closed | opened, bool(opened) and not closed), at

    def _item(self, at: int) -> tuple[_Part, int]:
        """What letters that stand once, a sign or a group can be, and where it ends."""
        if plain := _PLAIN.match(self.pattern, at):
            return _Part(frozenset({plain.group().casefold()})), plain.end()
        char = self.pattern[at]
        if char == "(":
            return self._group(at)
        if char == "[":
            return self._set(at)
        if char == "\\":
            return self._escape(at)
        if char in "{}*+?]":
            raise _Unsure
        if char in "^$":
            return _Part(frozenset({""})), at + 1
        return _Part(None if char == "." else frozenset({char.casefold()})), at + 1

    def _escape(self, at: int) -> tuple[_Part, int]:
        char = self.pattern[at + 1 : at + 2]
        if char == "s":
            return _Part(frozenset({" "})), at + 2
        if char in {"b", "B"}:
            return _Part(frozenset({""})), at + 2
        if char == "d":
            return _Part(None, heads=frozenset({DIGIT}), told=True), at + 2
        if char in _SIMPLE:
            braces = regex.compile(r"\{\^?\w+\}").match(self.pattern, at + 2) if char in "pP" else None
            return _Part(None), braces.end() if braces else at + 2
        if not char or char.isalnum():
            raise _Unsure
        return _Part(frozenset({char})), at + 2

    def _group(self, at: int) -> tuple[_Part, int]:
        look = _LOOK.match(self.pattern, at)
        opened = look or _NAMED.match(self.pattern, at)
        if opened is None and self.pattern[at + 1 : at + 2] == "?":
            raise _Unsure
        part, end = self.alternatives(opened.end() if opened else at + 1)
        if self.pattern[end : end + 1] != ")":
            raise _Unsure
        return _Part(frozenset({""})) if look else part, end + 1

    def _set(self, at: int) -> tuple[_Part, int]:
        """What one of a set of signs can be: strings where it lists a few plain ones."""
        end = self._set_end(at)
        inside = self.pattern[at + 1 : end - 1]
        told = _RANGE.findall(inside)
        if not inside or "".join(told) != inside:
            return _Part(None), end
        signs = {chr(code) for one in told for code in range(ord(one[0]), ord(one[-1]) + 1)}
        return _Part(frozenset(signs)), end

    def _set_end(self, at: int) -> int:
        end = at + 1 + self.pattern[at + 1 :].startswith("^")
        end += self.pattern[end : end + 1] == "]"
        while self.pattern[end : end + 1] != "]":
            if end >= len(self.pattern) or self.pattern[end] == "[":
                raise _Unsure
            end += 2 if self.pattern[end] == "\\" else 1
        return end + 1

    def _times(self, at: int) -> tuple[bool, bool, int]:
        """Whether an item must stand, whether it stands once at most, and where that is said to its end."""
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
        return needed, char == "?", end + (self.pattern[end : end + 1] in tuple("?+"))


def is_sequence(pattern: str) -> bool:
    """Whether a pattern is one sequence, so that its beginning is that of all matches."""
    return _whole(pattern)[1]


@lru_cache(maxsize=8)
def _whole(pattern: str) -> tuple[_Part | None, bool]:
    """What a pattern can be, if that is sure, and whether it is one sequence."""
    reader = _Reader(pattern)
    try:
        part, end = reader.sequence(0)
        if end == len(pattern):
            return part, True
        part, end = reader.alternatives(0)
    except _Unsure:
        return None, False
    return part if end == len(pattern) else None, False
