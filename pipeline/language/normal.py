"""Normal forms: one way to write each Vietnamese letter and one place for each tone mark.

What goes wrong in the world: files hold letters in composed (NFC) or decomposed (NFD) form, and a tone
mark stands on the first or on the second vowel (``hòa``, ``hoà``) by two spelling styles that readers do not
tell apart. Counting, comparing and searching need one form:

>>> new_style("hoà"), new_style("Thuỷ"), new_style("QUÝ")
('hòa', 'Thủy', 'QUÝ')
>>> fold_marks("Đời sống hộ nghèo")
'Doi song ho ngheo'
"""

from __future__ import annotations

import re
import sys
import unicodedata
from functools import lru_cache
from itertools import product
from typing import Final

TONES: Final = ("", "\u0300", "\u0301", "\u0309", "\u0303", "\u0323")
"""Combining tone marks by tone number: ngang, huyền, sắc, hỏi, ngã, nặng."""

VOWELS: Final = "aăâeêioôơuưy"


def _tables() -> tuple[dict[str, str], dict[str, tuple[str, int]]]:
    folded, split = {"đ": "d", "Đ": "D"}, {}
    for vowel, (number, mark) in product(VOWELS, enumerate(TONES)):
        letter = unicodedata.normalize("NFC", vowel + mark)
        base = unicodedata.normalize("NFD", vowel)[0]
        for form, plain, bare in ((letter, base, vowel), (letter.upper(), base.upper(), vowel.upper())):
            folded[form] = plain
            split[form] = (bare, number)
    return folded, split


_FOLDED, _SPLIT = _tables()
_FOLD_TABLE: Final = str.maketrans(_FOLDED)
_JOIN: Final = {pair: letter for letter, pair in _SPLIT.items()}

LETTERS: Final = frozenset(letter for letter in _FOLDED if letter != _FOLDED[letter])
"""The 134 letters that only Vietnamese writing has (marks of quality or tone, and đ), both cases."""

_OLD_STYLE: Final = re.compile(
    r"(?<![qQ])(?:([oO])([àáảãạÀÁẢÃẠèéẻẽẹÈÉẺẼẸ])|([uU])([ỳýỷỹỵỲÝỶỸỴ]))(?!\w)",
)


_MOST_MARKS: Final = 30
"""Marks in a row, after Unicode's Stream-Safe Text Format (UAX 15, 13): no language writes as many."""


def nfc(text: str) -> str:
    """Compose letters (Unicode NFC): one code point a Vietnamese letter.

    Sorting the marks of one letter takes the square of their number, so of more than 30 the rest is dropped.
    """
    if text.isascii() or unicodedata.is_normalized("NFC", text):
        return text
    return unicodedata.normalize("NFC", _marks().sub(r"\1", text))


@lru_cache(maxsize=1)
def _marks() -> re.Pattern[str]:
    """More marks in a row than letters have."""
    known = "".join(c for c in map(chr, range(sys.maxunicode + 1)) if unicodedata.combining(c))
    return re.compile(f"([{known}]{{{_MOST_MARKS}}})[{known}]+")


def fold_marks(text: str) -> str:
    """Strip Vietnamese marks, đ becoming d; other scripts' letters stay.

    The text should be NFC; then the result has the same length, so offsets hold for both.
    """
    return text.translate(_FOLD_TABLE)


def split_tone(letter: str) -> tuple[str, int]:
    """A letter without its tone, and the tone's number (0-5, see ``TONES``).

    >>> split_tone("ễ"), split_tone("đ")
    (('ê', 4), ('đ', 0))
    """
    return _SPLIT.get(letter, (letter, 0))


def with_tone(letter: str, tone: int) -> str:
    """A vowel with a tone; letters that bear none are returned as they are.

    >>> with_tone("ơ", 2)
    'ớ'
    """
    return _JOIN.get((letter, tone), letter)


def tone_of(word: str) -> tuple[str, int]:
    """A word without its tone mark, and the (last) tone found: ``hòa`` gives ``hoa``, 1."""
    tone, letters = 0, []
    for letter in word:
        bare, number = split_tone(letter)
        letters.append(bare)
        tone = number or tone
    return "".join(letters), tone


def _move(match: re.Match[str]) -> str:
    first, second = (match[1], match[2]) if match[1] else (match[3], match[4])
    bare, tone = split_tone(second)
    return with_tone(first, tone) + bare


def new_style(text: str) -> str:
    """Put tone marks the new way (hoà, thuỷ → hòa, thủy) in a word or a whole NFC text.

    Only open oa, oe, uy differ between the styles; after q the u is part of the onset (``quý`` stays).
    The length stays the same.
    """
    return text if text.isascii() else _OLD_STYLE.sub(_move, text)


@lru_cache(maxsize=65536)
def key(word: str) -> str:
    """The form under which a word is counted: NFC, new style, lower case.

    >>> key("HOÀ")
    'hòa'
    """
    return new_style(nfc(word)).lower()
