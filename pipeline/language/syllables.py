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
from pipeline.language.normal import LETTERS, VOWELS, key, tone_of

_STOPPED_TONES = (2, 5)
_LONGEST = 7  # nghiêng
_ONSET = re.compile(r"qu|gi(?=[^\W\d_])|[bcdđghklmnpqrstvxfjwz]*")


@dataclass(frozen=True)
class _Inventory:
    """Onsets and rimes, without tone."""

    onsets: frozenset[str]
    open_rimes: frozenset[str]
    stopped_rimes: frozenset[str]
    front_only: frozenset[str]
    back_only: frozenset[str]
    front_vowels: frozenset[str]


@lru_cache(maxsize=1)
def _inventory() -> _Inventory:
    data = tomllib.loads((folder() / "syllables.toml").read_text(encoding="utf-8"))
    return _Inventory(**{name: frozenset(values) for name, values in data.items()})


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


def _fits(onset: str, rime: str, tone: int, place: int) -> bool:
    """Whether onset and rime go together and the tone, which stands on ``rime[place]``, is right for them."""
    known = _inventory()
    if rime in known.stopped_rimes:
        if tone not in _STOPPED_TONES:
            return False
    elif rime not in known.open_rimes:
        return False
    if tone and place != _tone_place(rime):
        return False
    front = rime[0] in known.front_vowels
    if onset in known.front_only:
        return front
    if onset in known.back_only or (onset == "g" and rime[0] != "i"):
        return not front
    return True


@lru_cache(maxsize=65536)
def _is_syllable(word: str) -> bool:
    bare, tone = tone_of(word)
    if len(bare) > _LONGEST:
        return False
    marks = [i for i, (letter, plain) in enumerate(zip(word, bare, strict=True)) if letter != plain]
    if len(marks) > 1:
        return False
    place = marks[0] if marks else 0
    onsets = _inventory().onsets
    for length in range(min(3, len(bare) - 1), -1, -1):
        onset, rime = bare[:length], bare[length:]
        if onset not in onsets:
            continue
        if onset == "q":
            # q is always followed by u, which bears no tone
            if rime[0] != "u" or (tone and place == length):
                continue
            # the u is written once before a rime that has none of its own (quy, quên)
            if len(rime) > 1 and _fits("", rime[1:], tone, place - length - 1):
                return True
        if _fits(onset, rime, tone, place - length):
            return True
    return False


def is_syllable(word: str) -> bool:
    """Whether a word (any case, NFC or NFD, either tone style) could be a Vietnamese syllable.

    Words without marks may be syllables too (``nam``, ``cho``); numbers, codes and foreign words are not,
    unless they happen to fit (``an``).
    """
    return _is_syllable(key(word)) if word else False


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
