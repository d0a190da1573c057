"""Vietnamese phonotactics: is a word a syllable that the language could have?

A syllable is onset + rime + tone; about 17,000 combinations can be written and some 7,000 are in use.
Scanner errors (``thuwc``, ``hgp``) mostly break the pattern, so the share of words that fit it tells good
text from ruined text without any lexicon.

>>> is_syllable("nghèo"), is_syllable("Quyết"), is_syllable("ngheò"), is_syllable("thuwc")
(True, True, False, False)

Source of the inventory: see ``dictionaries/syllables.toml``.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import lru_cache

from pipeline.language.dictionaries import folder
from pipeline.language.normal import LETTERS, TONES, VOWELS, key, split_tone, with_tone

_STOPPED_TONES = (2, 5)
_LONGEST = 7  # nghiêng
_ONSET = re.compile(r"qu|gi(?=[^\W\d_])|[bcdđghklmnpqrstvxfjwz]*")


@dataclass(frozen=True)
class _Inventory:
    """Onsets, and rimes as they are written with each tone that they bear.

    Attributes:
        rimes: by written rime (``iều``), whether it begins with a front vowel.
        front_only, back_only: onsets that stand before such rimes alone, and before all others alone.
    """

    onsets: frozenset[str]
    rimes: dict[str, bool]
    front_only: frozenset[str]
    back_only: frozenset[str]

    def fits(self, onset: str, rime: str) -> bool:
        """Whether the language has the rime, and has it behind such an onset."""
        front = self.rimes.get(rime)
        if front is None:
            return False
        if onset in self.front_only:
            return front
        if onset in self.back_only or (onset == "g" and split_tone(rime[0])[0] != "i"):
            return not front
        return True


@lru_cache(maxsize=1)
def _inventory() -> _Inventory:
    data = tomllib.loads((folder() / "syllables.toml").read_text(encoding="utf-8"))
    onsets, stopped, fronts, front_only, back_only = (
        frozenset(data[name])
        for name in ("onsets", "stopped_rimes", "front_vowels", "front_only", "back_only")
    )
    rimes = {}
    for rime in (*data["open_rimes"], *data["stopped_rimes"]):
        at = _tone_place(rime)
        for tone in _STOPPED_TONES if rime in stopped else range(len(TONES)):
            rimes[rime[:at] + with_tone(rime[at], tone) + rime[at + 1 :]] = rime[0] in fronts
    return _Inventory(onsets, rimes, front_only, back_only)


def _tone_place(rime: str) -> int:
    """Where the new style puts the tone mark: on the letter with a hook or hat, else by the rime's shape."""
    vowels = len(rime) - len(rime.lstrip(VOWELS))
    marked = max((i for i, letter in enumerate(rime[:vowels]) if letter in "ăâêôơ"), default=-1)
    if marked >= 0:
        return marked
    if "ư" in rime:
        return rime.index("ư")
    if vowels < len(rime):
        return vowels - 1
    return 1 if vowels == 3 else 0


@lru_cache(maxsize=65536)
def is_syllable_key(word: str) -> bool:
    """The same of a word in the form of ``normal.key``."""
    if len(word) > _LONGEST:
        return False
    known = _inventory()
    for length in range(min(3, len(word) - 1), -1, -1):
        onset, rime = word[:length], word[length:]
        if onset not in known.onsets:
            continue
        if onset == "q":
            # q is always followed by u, which bears no tone
            if rime[0] != "u":
                continue
            # the u is written once before a rime that has none of its own (quy, quên)
            if known.fits("", rime[1:]):
                return True
        if known.fits(onset, rime):
            return True
    return False


def is_syllable(word: str) -> bool:
    """Whether a word (any case, NFC or NFD, either tone style) could be a Vietnamese syllable.

    Words without marks may be syllables too (``nam``, ``cho``); numbers, codes and foreign words are not,
    unless they happen to fit (``an``).
    """
    return is_syllable_key(key(word)) if word else False


@lru_cache(maxsize=65536)
def split_syllable(word: str) -> tuple[str, str]:
    """Onset and rime by spelling.

    >>> split_syllable("nghèo"), split_syllable("quỹ"), split_syllable("giữa"), split_syllable("gì")
    (('ngh', 'èo'), ('qu', 'ỹ'), ('gi', 'ữa'), ('g', 'ì'))
    """
    match = _ONSET.match(word)
    at = match.end() if match else 0
    return word[:at], word[at:]


def is_marked(word: str) -> bool:
    """Whether a word holds a letter that only Vietnamese writing has.

    >>> is_marked("đo"), is_marked("do")
    (True, False)
    """
    return not LETTERS.isdisjoint(word)
