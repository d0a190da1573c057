"""Capitals of restored words: those of the reading, unless the reading's are more likely damage.

``l`` is read as I, ``á`` as A, ``Mỹ`` as MY. Whether a word inside a sentence bears a capital was counted
(``lexicon.tsv``), and so was what becomes of each first letter.
"""

from __future__ import annotations

from math import exp

from pipeline.language.syllables import is_syllable
from pipeline.restore.channel import Channel, letter_case

UNSEEN = -9.0
"""Log probability of a first letter read as never counted."""
AT_START = 0.95
"""Share of capitals at a sentence's beginning."""
LEAST, MOST = 0.005, 0.995
"""A word's share of capitals is never quite certain."""
SHORT_CAPITALS = 3
"""So many letters at most are read in capitals by mistake (Mỹ as MY)."""


def cased(
    word: str, raw: str, share: float, starts: bool, shouted: bool, channel: Channel, initials: str = ""
) -> str:
    """The word with its capitals.

    Args:
        word: lower case.
        raw: what was read.
        share: how often the word bears a capital inside sentences, 0-1.
        starts: it begins a sentence.
        shouted: its neighbours are in capitals.
        channel: what the OCR makes of first letters.
        initials: how the word is printed where it is initials (``TTg``), else empty.
    """
    if initials and sum(c.isupper() for c in raw) > 1:
        return initials
    case = letter_case(raw)
    upper = word[0].upper() + word[1:]
    if case == "u":
        mistaken = len(raw) <= SHORT_CAPITALS and not shouted and is_syllable(word) and len(word) > 1
        return upper if mistaken else word.upper()
    if case == "l" or word[0] == upper[0]:
        return word
    share = min(max(share, AT_START if starts else LEAST), MOST)
    as_upper = share * exp(channel.first.get((upper[0], raw[0]), UNSEEN))
    as_lower = (1 - share) * exp(channel.first.get((word[0], raw[0]), UNSEEN))
    return upper if as_upper >= as_lower else word
