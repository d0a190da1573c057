"""Words whose letters may have been read so: the last resort for readings that training never saw.

The lexicon is walked as a trie, each letter consuming a piece of the reading that it is known to be read as
(``ủ``: ú, u, ti, tj); at most one letter may go wrong in an unknown way.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import log

from pipeline.language.lexicon import Lexicon, Trie

Pieces = dict[str, list[tuple[str, float]]]
Ways = dict[str, list[tuple[int, float]]]

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
        ways = [self._ways(read, at) for at in range(len(read))]
        sure, bound = _rest(ways, may_err)
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
            here, rest = ways[at], sure if erred else bound
            for letter, after in node.next.items():
                for size, p in here.get(letter, ()):
                    if score + p + rest[at + size] > LOWEST:
                        stack.append((after, at + size, score + p, erred))
            wrong = score + UNKNOWN_PIECE
            if erred or wrong + max(sure[at], sure[at + 1]) <= LOWEST:
                continue
            stack.append((node, at + 1, wrong, True))
            stack += _beyond(node, ways[at], at, wrong, sure)
            if at + 1 < len(read):
                stack += _beyond(node, ways[at + 1], at + 1, wrong, sure)
            else:
                stack += [(after, at + 1, wrong, True) for after in node.next.values() if after.word >= 0]
        return found

    def _ways(self, read: str, at: int) -> Ways:
        """By letter, how many signs from ``at`` on it may have been read as, with log probabilities."""
        ways: Ways = {}
        for size in range(1, min(LONGEST_PIECE, len(read) - at) + 1):
            for letter, p in self.pieces.get(read[at : at + size], ()):
                ways.setdefault(letter, []).append((size, p))
        return ways


def _beyond(
    node: Trie, here: Ways, at: int, score: float, sure: Sequence[float]
) -> list[tuple[Trie, int, float, bool]]:
    """Where the walk may stand after a letter that was lost or misread, and the next letter after it."""
    return [
        (after, at + size, score + p, True)
        for letter, pieces in here.items()
        for after in node.beyond().get(letter, ())
        for size, p in pieces
        if score + p + sure[at + size] > LOWEST
    ]


def _rest(ways: Sequence[Ways], may_err: bool) -> tuple[list[float], list[float]]:
    """By place, the most that the rest of a reading may score: without an error, and with at most one."""
    sure = [0.0] * (len(ways) + 1)
    bound = [0.0] * (len(ways) + 1)
    for at in range(len(ways) - 1, -1, -1):
        pieces = {pair for found in ways[at].values() for pair in found}
        sure[at] = max((p + sure[at + size] for size, p in pieces), default=-99.0)
        bound[at] = max((p + bound[at + size] for size, p in pieces), default=-99.0)
        if may_err:
            bound[at] = max(bound[at], UNKNOWN_PIECE + max(sure[at], sure[at + 1]))
    return sure, bound
