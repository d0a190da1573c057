"""Dirt between words that was read as a sign: ``đối-với``, ``việc.tranh``, ``năm-2022``.

A speck in the gap between two words makes one run of them, with a full stop or a hyphen in it that nobody
printed. In print a full stop is followed by a space and no small letter, and a hyphen joins terms
(``kinh tế-xã hội``), not the syllables of one. So the sign goes where the second word mostly follows the
first, or where the sign cannot stand; in doubt it stays.
"""

from __future__ import annotations

import numpy as np

from pipeline.language.lexicon import NUMBER, UNKNOWN
from pipeline.language.ngrams import Ngrams
from pipeline.model import Edit
from pipeline.restore.phrases import Phrases
from pipeline.restore.tokens import Token, rules

USUAL = -2.5
"""Log probability from which on one word follows another so mostly that no hyphen parts them: syllables of
one word (``hồ sơ``) lie above, neighbours in usual phrases (``kinh tế-xã hội``) below -4."""
SURE = 0.9
"""Of signs taken away on pages drawn from held-out text, nine in ten were dirt."""
_SHORT = 2


def speck(
    left: Token, right: Token, words: tuple[int, int], printed: str, ngrams: Ngrams, phrases: Phrases
) -> Edit | None:
    """The edit that makes a space of the sign between two tokens; None where it may have been printed.

    Args:
        left: a token.
        right: the next token.
        words: the words that they were, by id.
        printed: the first of them.
        ngrams: says how mostly one follows the other.
        phrases: says where one follows the other without a sign.
    """
    if (
        right.joint not in {"-", "."}
        or right.start != left.end + 1
        or not left.text[0].islower()
        or min(words) < NUMBER
    ):
        return None
    if words[1] == NUMBER:
        dirt = right.joint == "-" and right.text[0].isdigit() and printed in rules().numbered
    elif UNKNOWN in words or NUMBER in words or not right.text[0].islower():
        dirt = False
    elif right.joint == ".":
        dirt = len(left.text) >= _SHORT and len(right.text) >= _SHORT
    else:
        usual = bool(ngrams.pairs(np.array(words[:1]), np.array(words[1:]))[0] > USUAL)
        dirt = usual or phrases.holds(words)
    return Edit(left.end, right.start, right.joint, " ", "confusion", SURE) if dirt else None
