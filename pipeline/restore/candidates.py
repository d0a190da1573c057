"""What a token may have been: words with the log probability that they were read so."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property
from math import log

import numpy as np
from numpy.typing import NDArray

from pipeline.language.lexicon import NUMBER, UNKNOWN, Lexicon
from pipeline.language.ngrams import Ngrams
from pipeline.language.normal import fold_marks
from pipeline.language.syllables import is_syllable
from pipeline.restore.channel import Channel, letter_case
from pipeline.restore.memory import Memory
from pipeline.restore.names import Names
from pipeline.restore.parts import Vector, Words
from pipeline.restore.spelling import UNKNOWN_PIECE
from pipeline.restore.tokens import Token, rules

MOST = 60
"""Candidates kept for a token."""
WITHIN = 12.0
"""Candidates worse than the best by more nats (channel and unigram together) are dropped."""
KEPT = log(0.6)
"""A word that is no syllable (foreign, abbreviation) comes through an OCR unspoiled in about 60 % of
cases."""
SPELLING = (-3.6, -2.6, -1.7)
"""An unknown word's spelling: once, for each small letter, for each capital or digit."""
DIGITS = {1: -3.0, 2: -5.4, 3: -8.0}
"""One number among all numbers of so many digits."""
UNLIKELY = -8.0
"""Where no candidate is as probable as this, words are sought letter by letter."""
LONGEST_SPELT = 12
MOST_PIECES = 1_000
"""Readings whose words are kept before they are ranked: some 5 MB."""
MOST_REMEMBERED, LONGEST_REMEMBERED = 10_000, 48
"""Tokens whose candidates are kept, and their longest: some 20 MB."""
MEASURE = -5.0
"""Two or more digits with letters behind (20m, 16h30), capitals with a digit (VTV3): mostly so printed."""


SIGN = -5.0
"""A sign inside a printed word, once."""
MIXED = -4.0
"""Digits among letters otherwise than in print."""
RESPELLED = -3.0
"""A figure read with a letter in it (O1)."""
_LABEL = re.compile(r"[A-ZĐ][1234578][A-ZĐ\d]*[a-zđ]?|[A-ZĐ]{2,}\d\w*")
"""A form, a paper size, a road: A4, S3a, VTV3; C6, D6, N6 are rather words."""


def _measured(text: str) -> bool:
    """Whether digits and letters stand as in print: 20m, 16h30, A4, S3a, VTV3.

    >>> [_measured(t) for t in ("20m", "16h30", "1mm", "1a", "25A", "16p", "A4", "S3a", "VTV3", "t6", "C6ng")]
    [True, True, True, False, True, False, True, True, True, False, False]
    """
    head = text.lstrip("0123456789")
    unit, digits = head.rstrip("0123456789"), len(text) - len(head)
    if digits and unit.isalpha():
        return unit.isupper() or (digits + len(unit) > 2 and unit.lower() in rules().measures)
    return _LABEL.fullmatch(text) is not None


def respelled(text: str) -> str:
    """A number or a symbol's letters as they must have been printed (O1, QHI5); empty where nothing is sure.

    >>> respelled("O1"), respelled("1O"), respelled("UBTVQHI5"), respelled("Of")
    ('01', '10', 'UBTVQH15', '')
    """
    for pattern, letters in rules().respelled:
        match = pattern.fullmatch(text)
        if match:
            start, end = match.span(1)
            return text[:start] + text[start:end].translate(letters) + text[end:]
    return ""


@dataclass(frozen=True)
class Options:
    """Candidates of one token.

    Attributes:
        ids, scores: word ids and log P(read | word).
        kept: where the raw token stands.
        best: the largest score, unigram probability included.
    """

    ids: NDArray[np.int64]
    scores: Vector
    kept: int
    best: float


@dataclass
class Candidates:
    """Candidate lists by token, remembered while a text is restored."""

    lexicon: Lexicon
    ngrams: Ngrams
    channel: Channel
    names: Names | None = None
    document: Memory | None = None
    memory: dict[str, Options] = field(default_factory=dict)
    pieces: dict[str, Words] = field(default_factory=dict)
    lists: dict[str, Words] = field(default_factory=dict)

    @cached_property
    def initials(self) -> frozenset[int]:
        """Words printed in capitals, of which symbols are made."""
        return frozenset(self.lexicon.ids[w] for w in self.lexicon.printed)

    @cached_property
    def _by_bare(self) -> dict[str, list[int]]:
        """Such words by their letters without marks."""
        found: dict[str, list[int]] = defaultdict(list)
        words = sorted(self.initials)
        bare = fold_marks("\n".join(self.lexicon.words[word] for word in words)).split("\n")
        for letters, word in zip(bare, words, strict=True):
            found[letters].append(word)
        return dict(found)

    def of(self, token: Token) -> Options:
        """Candidates of a token; a fixed token has itself alone."""
        name = f"{token.text}\0{token.fixed}" if token.fixed or token.code else token.text
        found = self.memory.get(name)
        if found is None:
            found = self._fixed(token.text) if token.fixed else self._make(token.text, token.code)
            if len(self.memory) >= MOST_REMEMBERED:
                self.memory.clear()
            if len(name) <= LONGEST_REMEMBERED:
                self.memory[name] = found
        return found

    def _fixed(self, text: str) -> Options:
        word = NUMBER if text[0].isdigit() else self.lexicon.id_of(text)
        return Options(np.array([word]), np.zeros(1), 0, 0.0)

    def raw(self, text: str) -> tuple[int, float]:
        """The token as it stands: its id and how probable its spelling is for that id."""
        if text.isdigit():
            return NUMBER, DIGITS.get(len(text), -9.0)
        word = self.lexicon.id_of(text)
        if word != UNKNOWN:
            return word, 0.0
        if _measured(text) and not respelled(text):
            # forms and sizes follow the words that numbers follow (mẫu số S3a)
            return NUMBER, MEASURE
        once, small, large = SPELLING
        if any(c.isdigit() for c in text):
            once += MIXED
        return UNKNOWN, once + sum(small if c.islower() else large if c.isalnum() else SIGN for c in text)

    def known(self, text: str) -> Words:
        """Words that may have been read as ``text``, by the channel."""
        found = self.pieces.get(text)
        if found is None:
            if len(self.pieces) >= MOST_PIECES:
                self.pieces.clear()
            found = self.pieces[text] = self.channel.candidates(text.lower(), letter_case(text))
        return found

    def _weighed(self, text: str, code: bool) -> Words:
        """All that a token may have been, itself included, whatever the document says."""
        found, own = self.known(text), self.raw(text)[0]
        lists = [found, self._itself(text, code)]
        others = found.ids != own
        best = (found.scores + self.ngrams.unigram.take(found.ids))[others].max(initial=-99.0)
        if best < UNLIKELY and not text.isdigit() and not _measured(text) and len(text) <= LONGEST_SPELT:
            lists.append(self.channel.by_letters(text.lower(), letter_case(text), MOST))
        ids, scores = Words.best(*(np.concatenate(column) for column in zip(*lists, strict=True)))
        if code:
            bare = fold_marks(text).lower()
            kept = np.fromiter((self._of_code(w, own, bare) for w in ids.tolist()), bool, len(ids))
            ids, scores = ids[kept], scores[kept]
        return Words(ids, scores)

    def _itself(self, text: str, code: bool) -> Words:
        """The token as it stands or, of figures and symbols, as it must have been printed."""
        own, spelling = self.raw(text)
        found = list[tuple[int, float]]()
        if own in (NUMBER, UNKNOWN):
            printed = respelled(text) if own == UNKNOWN else ""
            if printed:
                found.append((NUMBER, DIGITS.get(len(printed), 0.0) + RESPELLED))
            found.append((own, spelling if not printed or printed[0].isdigit() else -99.0))
        else:
            found.append((own, -9.0 if self._spoilable(own) else KEPT))
        if code:
            bare = fold_marks(text).lower()
            for missing in range(2):
                found += ((w, missing * UNKNOWN_PIECE) for w in self._by_bare.get(bare[missing:], ()))
        return Words(*(np.array(column) for column in zip(*found, strict=True)))

    def _make(self, text: str, code: bool) -> Options:
        own, _ = self.raw(text)
        name = f"{text}\0{code}"
        if name not in self.lists:
            if len(self.lists) >= MOST_PIECES:
                self.lists.clear()
            self.lists[name] = self._weighed(text, code)
        ids, scores = self.lists[name]
        if self.document and not text.isdigit():
            ids, scores = self.document.adapt(text, ids, scores)
        value = scores + self.ngrams.unigram.take(ids)
        best = float(value.max())
        near = np.flatnonzero(value > best - WITHIN)
        kept = near[np.lexsort((ids[near], -value[near]))[:MOST]]
        at = np.flatnonzero(ids[kept] == own)
        if not len(at):
            at, kept = np.array([len(kept)]), np.append(kept, np.flatnonzero(ids == own))
        return Options(ids[kept], scores[kept], int(at[0]), best)

    def _of_code(self, word: int, own: int, bare: str) -> bool:
        """Whether a symbol of these letters may hold a word."""
        return word in (own, NUMBER) or word in self.initials or fold_marks(self.lexicon.words[word]) == bare

    def _spoilable(self, word: int) -> bool:
        """Whether the channel knows what becomes of a word: a syllable, or one that it has seen."""
        return is_syllable(self.lexicon.words[word])
