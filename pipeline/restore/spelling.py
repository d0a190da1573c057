"""Words whose letters may have been read so: the last resort for readings that training never saw.

The lexicon is walked as a trie, each letter consuming a piece of the reading that it is known to be read as
(``ủ``: ú, u, ti, tj); at most one letter may go wrong in an unknown way.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from math import log

from pipeline.language.lexicon import Lexicon, Trie

Pieces = dict[str, list[tuple[str, float]]]

UNKNOWN_PIECE = -6.5
"""A letter lost, added, or read as something that it was never read as: one share of some 700."""
LOWEST = -11.0
"""Words less probable than this are not looked for."""
LEAST_COUNT, LEAST_SHARE = 2, 3e-4
"""Rarer pieces are accidents of the alignment."""
LONGEST_PIECE = 3
SHORT = 3
MOST_STEPS = 4000
"""Steps of the walk for one reading, so that no reading takes long."""


def make_pieces(counts: Iterable[tuple[str, str, int]]) -> Pieces:
    """From counts of (letter, piece) to letters by piece, with log P(piece | letter)."""
    totals: dict[str, int] = defaultdict(int)
    rows = list(counts)
    for letter, _, count in rows:
        totals[letter] += count
    pieces: Pieces = defaultdict(list)
    for letter, piece, count in rows:
        if (
            piece
            and len(piece) <= LONGEST_PIECE
            and count >= LEAST_COUNT
            and count / totals[letter] > LEAST_SHARE
        ):
            pieces[piece].append((letter, log(count / totals[letter])))
    return dict(pieces)


@dataclass(frozen=True)
class Speller:
    """A lexicon, walked as a trie, and what each piece of a reading may have been."""

    lexicon: Lexicon
    pieces: Pieces

    def words(self, read: str) -> dict[int, float]:
        """Log P(read | word) by word id, by letters alone.

        In all but short readings a letter may err only where nothing else is found.
        """
        return (self._walk(read, False) if len(read) > SHORT else {}) or self._walk(read, True)

    def _walk(self, read: str, may_err: bool) -> dict[int, float]:
        found: dict[int, float] = {}
        stack: list[tuple[Trie, int, float, bool]] = [(self.lexicon.trie, 0, 0.0, not may_err)]
        steps = 0
        while stack and steps < MOST_STEPS:
            steps += 1
            node, at, score, erred = stack.pop()
            if at == len(read):
                if node.word >= 0 and found.get(node.word, -99.0) < score:
                    found[node.word] = score
                continue
            following = node.next
            for size in range(1, min(LONGEST_PIECE, len(read) - at) + 1):
                for letter, p in self.pieces.get(read[at : at + size], ()):
                    if letter in following and score + p > LOWEST:
                        stack.append((following[letter], at + size, score + p, erred))
            if not erred and score + UNKNOWN_PIECE > LOWEST:
                stack.append((node, at + 1, score + UNKNOWN_PIECE, True))
                stack += [(after, at + 1, score + UNKNOWN_PIECE, True) for after in following.values()]
                stack += [(after, at, score + UNKNOWN_PIECE, True) for after in following.values()]
        return found
