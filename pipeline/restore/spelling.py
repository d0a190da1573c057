"""Words whose letters may have been read so: the last resort for readings that training never saw.

A syllable is an onset and a rime (``tr`` + ``ước``). Of a reading (``wréc``) every beginning is weighed
against every onset and every rest against every rime, letter by letter: a letter, or two that melted into one
shape (``tr`` as w), is read as up to three signs in the ways that were counted, or at a price in any other
way. All onsets and rimes are weighed at once, as arrays; initials and foreign words count as rimes without an
onset.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log

import numpy as np
from numpy.typing import NDArray

from pipeline.language.lexicon import Lexicon
from pipeline.restore.parts import Words

Scores = NDArray[np.float32]
Rows = Sequence[tuple[str, Mapping[str, int]]]
"""Letters (one or two), and how often they were read as what."""

UNKNOWN_PIECE = -6.5
"""A letter read as a sign that it was never read as, or lost: one share of some 700."""
UNKNOWN_TWO = -11.0
"""The same with two signs for one letter."""
LEAST_COUNT, LEAST_SHARE = 2, 3e-4
"""Rarer pieces are accidents of the alignment."""
LONGEST_PIECE = 3
LONGEST_ONSET = 3
"""Signs of a reading that may stand for an onset."""
LONGEST_WORD = 6
"""Letters of initials and foreign words that are looked for."""
LEAST_SOUGHT = 1000
"""Words that are no syllables and rarer than this (weighted count) are not looked for."""
MOST_REMEMBERED = 150
"""Endings of readings whose weights are kept: some 20 MB a speller, of which a channel has up to two."""
NEVER = np.float32(-40.0)


@dataclass(frozen=True)
class Pieces:
    """Log P(piece | letters) as a vector over letters, by piece; one letter and two apart.

    The last place of each vector is for letters that are not there.
    """

    letters: Mapping[str, int]
    pairs: Mapping[str, int]
    single: dict[str, Scores]
    double: dict[str, Scores]

    @classmethod
    def count(cls, rows: Rows) -> Pieces:
        """From counts, over all letters that occur in them.

        Two letters that did not melt are counted as read as nothing: so their share is known.
        """
        totals: dict[str, int] = defaultdict(int)
        for truth, reads in rows:
            totals[truth] += sum(reads.values())
        letters = {t: i for i, t in enumerate(sorted(t for t in totals if len(t) == 1))}
        pairs = {t: i for i, t in enumerate(sorted(t for t in totals if len(t) == 2))}
        single: dict[str, Scores] = {}
        double: dict[str, Scores] = {}
        for truth, reads in rows:
            one = len(truth) == 1
            vectors, place, size = (single, letters, len(letters)) if one else (double, pairs, len(pairs))
            for piece, count in reads.items():
                if (
                    len(piece) > LONGEST_PIECE
                    or not (piece or one)
                    or count < LEAST_COUNT
                    or count / totals[truth] < LEAST_SHARE
                ):
                    continue
                if piece not in vectors:
                    vectors[piece] = np.full(size + 1, _unknown(len(piece)) if one else NEVER, np.float32)
                at = place[truth]
                vectors[piece][at] = max(vectors[piece][at], log(count / totals[truth]))
        for vector in (*single.values(), *double.values()):
            vector[-1] = NEVER
        return cls(letters, pairs, single, double)

    def unknown(self, signs: int) -> Scores:
        """The vector, over single letters, of a piece of so many signs that none was ever read as."""
        vector = np.full(len(self.letters) + 1, _unknown(signs), np.float32)
        vector[-1] = NEVER
        return vector


def _unknown(size: int) -> float:
    return UNKNOWN_PIECE if size < 2 else UNKNOWN_TWO if size == 2 else float(NEVER)


class Parts:
    """Onsets or rimes, each weighed against the whole of a reading or of its rest.

    The weights of a reading follow from those of its rests, which many readings share (``réc`` in ``wréc``
    and ``nréc``): so they are kept.
    """

    def __init__(self, texts: Sequence[str], pieces: Pieces) -> None:
        deepest = max(map(len, texts))
        self.pieces, self.parts = pieces, np.arange(len(texts))
        self.sizes = np.array([len(t) for t in texts])
        # by place from the right (0: the last letter), the letter there and the two that begin there
        self.one = np.array(
            [[pieces.letters.get(t[-k : len(t) - k + 1], -1) for t in texts] for k in range(1, deepest + 1)]
        )
        self.two = np.array(
            [
                [pieces.pairs.get(t[-k : len(t) - k + 2], -1) if k > 1 else -1 for t in texts]
                for k in range(1, deepest + 1)
            ]
        )
        # what is the same for every reading, by place and part
        self.unknown = [pieces.unknown(signs)[self.one] for signs in range(LONGEST_PIECE)]
        self.lost = pieces.single.get("", pieces.unknown(0))[self.one]
        self.tables: dict[str, Scores] = {}
        self.wholes: dict[str, Scores] = {}

    def whole(self, read: str) -> Scores:
        """Log P(read | part) by part."""
        found = self.wholes.get(read)
        if found is None:
            table = self._table(read)
            found = self.wholes[read] = table[self.sizes, self.parts]
        return found

    def _table(self, read: str) -> Scores:
        """Log P(read | the last k letters of a part), shape (k, parts)."""
        found = self.tables.get(read)
        if found is not None:
            return found
        if len(self.tables) >= MOST_REMEMBERED:
            self.tables.clear()
            self.wholes.clear()
        deepest, count = self.one.shape
        table = np.full((deepest + 1, count), NEVER, np.float32)
        if not read:
            table[0] = 0.0
        for size in range(1, min(LONGEST_PIECE, len(read)) + 1):
            piece, rest = read[:size], self._table(read[size:])
            single, double = self.pieces.single.get(piece), self.pieces.double.get(piece)
            if single is not None or size < LONGEST_PIECE:
                letter = self.unknown[size] if single is None else single[self.one]
                np.maximum(table[1:], letter + rest[:-1], out=table[1:])
            if double is not None and size < LONGEST_PIECE:
                np.maximum(table[2:], double[self.two[1:]] + rest[:-2], out=table[2:])
        for k in range(deepest):
            np.maximum(table[k + 1], self.lost[k] + table[k], out=table[k + 1])
        self.tables[read] = table
        return table


class Shapes:
    """The onset and the rime of each word of a lexicon that is looked for.

    These are its syllables, and short words of other kinds that are not too rare: their rime is the whole.
    """

    def __init__(self, lexicon: Lexicon) -> None:
        split = [
            (number, parts if syllable else ("", word))
            for (word, number), parts, syllable in zip(
                lexicon.ids.items(), lexicon.split, lexicon.syllables, strict=True
            )
            if syllable or (len(word) <= LONGEST_WORD and lexicon.counts[number] >= LEAST_SOUGHT)
        ]
        self.onsets = tuple(sorted({onset for _, (onset, _) in split} | {""}))
        self.rimes = tuple(sorted({rime for _, (_, rime) in split}))
        onsets, rimes = ({part: i for i, part in enumerate(parts)} for parts in (self.onsets, self.rimes))
        self.ids = np.array([number for number, _ in split])
        self.onset_of = np.array([onsets[onset] for _, (onset, _) in split])
        self.rime_of = np.array([rimes[rime] for _, (_, rime) in split])


class Speller:
    """The words of a lexicon, by letters.

    Args:
        shapes: the words.
        rows: what letters were read as.
    """

    def __init__(self, shapes: Shapes, rows: Rows) -> None:
        pieces = Pieces.count(rows)
        self.shapes = shapes
        self.onsets, self.rimes = Parts(shapes.onsets, pieces), Parts(shapes.rimes, pieces)

    def words(self, read: str, prior: Scores, most: int) -> Words:
        """The ``most`` words likeliest with ``prior`` (log P by id), with log P(read | word)."""
        ids, onset, rime = self.shapes.ids, self.shapes.onset_of, self.shapes.rime_of
        best = np.full(len(ids), NEVER * 4, np.float32)
        for k in range(min(len(read), LONGEST_ONSET) + 1):
            parts = self.onsets.whole(read[:k]).take(onset)
            parts += self.rimes.whole(read[k:]).take(rime)
            np.maximum(best, parts, out=best)
        value = best + prior.take(ids)
        first = max(len(ids) - most, 0)
        top = np.argpartition(value, first)[first:]
        return Words(ids[top], best[top].astype(np.float64))
