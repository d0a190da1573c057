r"""Which patterns surely come to an end soon, so that no clock need watch them.

To start the clock costs more than most matches. Where a repeat can be had in one way alone, or a few times,
nothing multiplies.
"""

from __future__ import annotations

from dataclasses import dataclass

import regex

_TOKEN = regex.compile(
    r"\\[pP]\{\^?\w+\}|\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\(\?<?[=!]|[*+][?+]?|\{[^}]*\}[?+]?|.", regex.DOTALL
)
_DIGITS = regex.compile(r"\d+")
# a few words, each behind a blank, and a character that is none of some others: there is one way to have each
_PLAIN = regex.compile(
    r"\(\?:(?:,\?)?\\s\+(?:\\p\{L\}\+|\(\?:[\p{Ll}|]+\))\)(?<times>\{\d,\d\}\??)"
    r"|\(\?:\(\?!\\d\)\[\^;\]\)(?<times>\{\d+,\d+\}\??)"
)
MOST_COUNTED, MOST_FREE = 2, 4
"""Counted repeats (``[^;]{0,60}``) of a pattern that need no time limit, for their counts multiply; shorter
ones (``\\d{1,2}``) hardly count."""


def is_bounded(pattern: str) -> bool:
    r"""Whether a pattern surely backtracks little: it repeats white space, and few other things a few times.

    What stands in one alternative does not multiply what stands in another.

    >>> [is_bounded(p) for p in (r"dư\s+nợ", r"(?:cho )?vay[^;]{0,60}?hộ", r"\d{1,2}\s+hộ")]
    [True, True, True]
    >>> [is_bounded(p) for p in (r"\d+\s+hộ", "(?:a|b){2,9}", "(a+)+", r"[^;]{0,60}[^.]{0,60}.{0,60}")]
    [False, False, False, False]
    >>> [is_bounded(p) for p in ("[^;]{0,60}a|[^.]{0,60}b|.{0,60}c", "(?:[^;]{0,60}a|b)[^.]{0,60}.{0,60}")]
    [True, False]
    >>> [is_bounded(p) for p in (r"nợ(?:\s+\p{L}+){0,3}\s+đạt", r"(?:(?!\d)[^;]){0,60}vay")]
    [True, True]
    """
    return _is_bounded(_PLAIN.sub(r"\\w\g<times>", pattern))


def _is_bounded(pattern: str, simple: frozenset[str] = frozenset()) -> bool:
    """The same; a repeat of ``simple`` signs is but a count: what stands behind it is found at its end."""
    before = ""
    counts: list[_Counts] = [_Counts()]
    for token in _TOKEN.findall(pattern):
        if token[0] in "*+" and before != r"\s":
            if before not in simple:
                return False
            counts[-1].here += 1
        elif token[0] == "{" and before != r"\s":
            if before == ")":
                return False
            counts[-1].here += int((_DIGITS.findall(token) or ["1"])[-1]) > MOST_FREE
        elif token[0] == "(":
            counts.append(_Counts())
        elif token == "|":  # alternatives do not multiply
            counts[-1].next()
        elif token == ")" and len(counts) > 1:
            counts[-2].here += counts.pop().most
        before = token
    return len(counts) == 1 and counts[0].most <= MOST_COUNTED


@dataclass
class _Counts:
    """Counted repeats of a group: of its alternative so far, and the most of one before it."""

    here: int = 0
    before: int = 0

    @property
    def most(self) -> int:
        """The most that one alternative has."""
        return max(self.here, self.before)

    def next(self) -> None:
        """Begin another alternative."""
        self.here, self.before = 0, self.most


# ---- in a short part --------------------------------------------------------------------------

# a word or numeral between blanks, none of which is in it
_BETWEEN = regex.compile(
    r"(?<=\\s\+|\\s\+\)[?*]|\\s\+\(\?:|\\d\(\?!)(?:\\d|\\p\{L\}|\[\\d[.,]*\]|\[\^\\s[^]\\[]*(?:\\d)?\])[*+]"
    r"(?=(?:\(\?[:=])?\\s(?![?*{]))"
)


def _choice(word: str) -> str:
    return rf"\(\?:(?P<word>{word})(?:\|(?P<word>{word}))*\)"


_BLANK, _PHRASE = r"\\s\+", r"\p{L}+(?:\\s\+\p{L}+)*"
# a repeat of some words: `(?:đã\s+|vươn\s+lên\s+)*`
_LISTED = regex.compile(
    rf"(?:{_choice(_PHRASE + _BLANK)}|{_choice(_BLANK + _PHRASE)}"
    rf"|\(\?:{_BLANK}{_choice(_PHRASE)}\)|\(\?:{_choice(_PHRASE)}{_BLANK}\))[*+]"
)


def is_bounded_in_short(pattern: str) -> bool:
    r"""Whether that is sure in a part of some thousand characters, a sentence, where words may repeat.

    >>> [is_bounded_in_short(p) for p in (r"(?:đã\s+|vươn\s+lên\s+)*thoát", r"(?:đã\s+|đã\s+có\s+)*thoát")]
    [True, False]
    >>> [is_bounded_in_short(p) for p in (r"\s+[\d.,]+\s+hộ", r"\s+[\d.,]+\s?hộ", r"\s+[^;]+\s+hộ")]
    [True, True, False]
    """
    told = _LISTED.sub(_as_blanks, _BETWEEN.sub(r"\\w", pattern))
    return _is_bounded(_PLAIN.sub(r"\\w\g<times>", told), _SIMPLE)


_SIMPLE = frozenset({r"\d", r"\p{L}", r"[\d.]", r"[\d.,]"})
"""Signs of a word or a numeral: the repeats of two do not multiply, for something stands between them."""


def _as_blanks(listed: regex.Match[str]) -> str:
    """A repeat of words is as good as one of blanks where no two ways lead through a text."""
    words = [word.casefold().split(r"\s+") for word in listed.captures("word")]
    told = [[part for part in word if part] for word in words]
    begun = (a for i, a in enumerate(told) for j, b in enumerate(told) if i != j and a[: len(b)] == b)
    return listed.group() if any(begun) else r"\s*"
