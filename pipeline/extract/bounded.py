r"""Which patterns surely come to an end soon, so that no clock need watch them.

To start the clock costs more than most matches. Where a repeat can be had in one way alone, or a few times,
nothing multiplies.
"""

from __future__ import annotations

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

    >>> [is_bounded(p) for p in (r"dư\s+nợ", r"(?:cho )?vay[^;]{0,60}?hộ", r"\d{1,2}\s+hộ")]
    [True, True, True]
    >>> [is_bounded(p) for p in (r"\d+\s+hộ", "(?:a|b){2,9}", "(a+)+", r"[^;]{0,60}[^.]{0,60}.{0,60}")]
    [False, False, False, False]
    >>> [is_bounded(p) for p in (r"nợ(?:\s+\p{L}+){0,3}\s+đạt", r"(?:(?!\d)[^;]){0,60}vay")]
    [True, True]
    """
    before, counted = "", 0
    for token in _TOKEN.findall(_PLAIN.sub(r"\\w\g<times>", pattern)):
        if token[0] in "*+" and before != r"\s":
            return False
        if token[0] == "{" and before != r"\s":
            if before == ")":
                return False
            counted += int((_DIGITS.findall(token) or ["1"])[-1]) > MOST_FREE
        before = token
    return counted <= MOST_COUNTED


# ---- in a short part --------------------------------------------------------------------------

# a word or numeral between blanks, none of which is in it
_BETWEEN = regex.compile(
    r"(?<=\\s\+|\\s\+\)[?*])(?:\\d|\\p\{L\}|\[\\d[.,]*\]|\[\^\\s[^]\\[]*(?:\\d)?\])[*+]"
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
    [True, False, False]
    """
    return is_bounded(_LISTED.sub(_as_blanks, _BETWEEN.sub(r"\\w", pattern)))


def _as_blanks(listed: regex.Match[str]) -> str:
    """A repeat of words is as good as one of blanks where no two ways lead through a text."""
    words = [word.casefold().split(r"\s+") for word in listed.captures("word")]
    told = [[part for part in word if part] for word in words]
    begun = (a for i, a in enumerate(told) for j, b in enumerate(told) if i != j and a[: len(b)] == b)
    return listed.group() if any(begun) else r"\s*"
