r"""What single words tell of a text: nats by which each is likelier in good text than in damaged.

``quality`` judges a text by shares, which a few words do not have. Here each word speaks for itself, and the
nats of a line, a font or a page add up:

>>> odds("nghèo") > 0 > odds("ngheo") > odds("nghco") > odds("ng\ue0f4o")
True
>>> odds("12.400"), odds("UBND")
(0.0, 0.0)

The nats are data: section ``odds`` of ``dictionaries/quality.toml``, counted on drawn pages.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from itertools import pairwise
from typing import Literal

from pipeline.language.normal import LETTERS
from pipeline.language.quality import data, is_abbreviation
from pipeline.language.syllables import is_syllable

Kind = Literal["marked", "plain", "invalid", "odd", "strange", "neutral"]
_WORD = re.compile(r"[^\W\d_]+")
_ODD = re.compile(r"[^\W\d_][\d~@#$^|{}\\<>¢£¥§©®*]+[^\W\d_]|[~^|{}¢£¥©®](?=[^\W\d_])")
_DIGITS_BEHIND = re.compile(r"[^\W\d_]\d+$")
_INITIALS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZĐ")
_SIGNS = frozenset("“”‘’–—…•−·°²³§€№«»½¼¾×÷±≤≥≠→←↔■□●○◦▪►✓✔☐☑√∑∞\u00ad")
"""Signs outside ASCII that offices print."""


@lru_cache(maxsize=20_000)
def kind(token: str) -> Kind:
    """What a stretch between blanks is.

    ``strange`` holds what no text has (codes, private letters, other scripts), ``odd`` digits or signs among
    letters, ``neutral`` no words but numbers, signs, initials; a word is a syllable with marks (``marked``)
    or without (``plain``), or none (``invalid``).
    """
    if any(map(_is_strange, token)):
        return "strange"
    if _ODD.search(token):
        return "odd"
    words = [word for word in _WORD.findall(token) if not _is_initials(word)]
    if not words:
        return "neutral"
    if _DIGITS_BEHIND.search(token) or any(a.islower() and b.isupper() for a, b in pairwise(token)):
        return "odd"
    if not all(map(is_syllable, words)):
        return "invalid"
    return "plain" if all(map(LETTERS.isdisjoint, words)) else "marked"


def odds(token: str) -> float:
    """Nats by which a word is likelier in good Vietnamese than in text that is damaged."""
    return _odds().get(kind(token), 0.0)


def total(tokens: Iterable[str]) -> float:
    """The sum over words."""
    return sum(map(odds, tokens))


def _is_initials(word: str) -> bool:
    """UBND, HĐND; what fonts with a broken map show has capitals with marks among others."""
    return is_abbreviation(word) and (len(word) == 1 or set(word) <= _INITIALS)


def _is_strange(letter: str) -> bool:
    if letter.isascii():
        return letter < " "
    if letter in _SIGNS or letter in LETTERS:
        return False
    if letter.isalpha():
        return "LATIN" not in unicodedata.name(letter, "")
    # unassigned, private, codes, what could not be read
    return letter == "\ufffd" or unicodedata.category(letter) in {"Cc", "Cn", "Co", "Cs", "Sk", "Mn"}


@cache
def _odds() -> Mapping[str, float]:
    odds: Mapping[str, float] = data()["odds"]
    return odds
