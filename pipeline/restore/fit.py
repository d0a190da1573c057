"""Which sentences did an OCR ruin? The better fit of two explanations decides.

Either the text stands as printed: its probability is the language model's, words outside the lexicon
spelled out. Or an English OCR read it, or somebody took its marks away: its probability is that of the best
restoration times that of such a reading. Single sentences may be too short to tell, so neighbours lean on
each other (a hidden Markov chain of three states).
"""

from __future__ import annotations

from collections.abc import Sequence
from math import log

import numpy as np

from pipeline.language.lexicon import BREAK
from pipeline.restore.candidates import Candidates
from pipeline.restore.tokens import Token

SWITCH = 8.0
"""Cost in nats of passing from good text to ruined text or back."""
FLUENT = -7.0
"""Nats a token above which a sentence reads like print: of printed sentences 95 % do, of ruined ones 2 %."""
HOPELESS = -10.0
"""Nats a token below which the best restoration is no Vietnamese either (of ruined sentences 1 %): foreign
text."""
TELLING = 3
"""Tokens from which on a sentence's fluency tells something."""
INTACT = log(0.998)
"""A printed word stands as it was printed."""


def printed(sentences: Sequence[Sequence[Token]], make: Candidates) -> list[float]:
    """Log probability of each sentence as it stands (bigrams)."""
    ids: list[int] = [BREAK]
    own: list[float] = []
    for sentence in sentences:
        total = 0.0
        for token in sentence:
            if token.fixed:
                word, score = int(make.of(token).ids[0]), 0.0
            else:
                word, score = make.raw(token.text)
            ids.append(word)
            total += score + INTACT
        ids.append(BREAK)
        own.append(total)
    array = np.array(ids, np.int64)
    scores = make.ngrams.pairs(array[:-1], array[1:])
    ends = np.cumsum([len(s) + 1 for s in sentences])
    sums = np.concatenate([[0.0], np.cumsum(scores, dtype=np.float64)])[np.concatenate([[0], ends])]
    return [o + float(b - a) for o, a, b in zip(own, sums[:-1], sums[1:], strict=True)]


def fluent(sentence: Sequence[Token], score: float) -> bool:
    """Whether a sentence reads like print, so that no other explanation need be sought."""
    return len(sentence) >= TELLING and score > FLUENT * (len(sentence) + 1)


def gain(sentence: Sequence[Token], score: float, restored: float) -> float:
    """Nats that restoration gains over the sentence as it stands; a loss where nothing fits.

    Args:
        sentence: its tokens.
        score: log probability as it stands.
        restored: log probability of its best restoration; minus infinity where none was sought.
    """
    hopeless = len(sentence) >= TELLING and restored < HOPELESS * (len(sentence) + 1)
    return -float(len(sentence)) if hopeless else restored - score


def without_marks(sentence: Sequence[Token]) -> bool:
    """Whether a sentence's words are plain Latin letters: it may have lost its marks and nothing else."""
    words = [t.text for t in sentence if not t.fixed and not t.text.isdigit()]
    return bool(words) and all(w.isascii() and w.isalnum() for w in words)


def explain(gains: Sequence[Sequence[float]]) -> list[int]:
    """The best explanation of each sentence: 0 as printed, else the number (from 1) of what ruined it.

    Args:
        gains: by explanation and sentence, log probability of its best restoration less that of the text
            as it stands.
    """
    totals, back = [0.0] + [-SWITCH] * len(gains), list[list[int]]()
    for at in range(len(gains[0])):
        best = max(range(len(totals)), key=totals.__getitem__)
        origin = [k if total >= totals[best] - SWITCH else best for k, total in enumerate(totals)]
        totals = [
            max(total, totals[best] - SWITCH) + (gains[k - 1][at] if k else 0.0)
            for k, total in enumerate(totals)
        ]
        back.append(origin)
    state, states = max(range(len(totals)), key=totals.__getitem__), list[int]()
    for origin in reversed(back):
        states.append(state)
        state = origin[state]
    return states[::-1]
