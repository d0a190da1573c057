"""Words whose onset and rime, each spoiled apart, give a reading: ``dugc`` is đ + ược read as d + ugc.

The parts that a reading may stand for lie in arrays, and a table tells which word an onset and a rime make:
so all pairs of a reading are weighed in one step.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline.language.lexicon import Lexicon

Ints = NDArray[np.int64]
Vector = NDArray[np.float64]

CAPITALS_PRIOR = 2.0
"""Pseudo-count of lower-case spoiling against that of capitals."""
TITLE_PRIOR = 20.0
"""Pseudo-count of lower-case spoiling against title-case spoiling of onsets."""
LOWEST = -13.0
"""Log probability of onset and rime together below which a word is not looked for."""
LONGEST_ONSET = 5
"""Signs of a reading that may stand for an onset: as many as were counted at most."""


class Words(NamedTuple):
    """Word ids, each once, with a log probability each."""

    ids: Ints
    scores: Vector

    @classmethod
    def best(cls, ids: Ints, scores: Vector) -> Words:
        """Each word with the best of its scores, in the order of ids."""
        if not len(ids):
            return cls(ids, scores)
        # ids fit 16 bits (they are packed so in n-grams), which are sorted in linear time
        order = np.argsort(ids.astype(np.uint16), kind="stable")
        ids = ids.take(order)
        first = np.flatnonzero(np.concatenate([[True], ids[1:] != ids[:-1]]))
        return cls(ids.take(first), np.maximum.reduceat(scores.take(order), first))

    def top(self, prior: NDArray[np.float32], most: int) -> list[tuple[int, float]]:
        """The ``most`` likeliest words with ``prior`` (log P by id), the likeliest first."""
        order = np.argsort(-(self.scores + prior[self.ids]), kind="stable")[:most]
        return list(zip(self.ids[order].tolist(), self.scores[order].tolist(), strict=True))


class Reads(NamedTuple):
    """How often a part of a word, of one letter case, was read as what; by pair."""

    part: Ints
    read: Ints
    times: Vector


NO_READS = Reads(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0))


@dataclass(frozen=True)
class Level:
    """Counts of onsets, or of rimes.

    Attributes:
        parts, reads: what ``Reads`` number.
        cases: counts by letter case.
    """

    parts: dict[str, int]
    reads: dict[str, int]
    cases: dict[str, Reads]

    @classmethod
    def of(cls, rows: Iterable[tuple[str, str, Mapping[str, int]]]) -> Level:
        """From rows of letter case, part, and how often it was read as what."""
        parts, reads = dict[str, int](), dict[str, int]()
        columns: dict[str, tuple[list[int], list[int], list[int], list[int]]] = {}
        for case, part, found in rows:
            number, sizes, read, times = columns.setdefault(case, ([], [], [], []))
            number.append(parts.setdefault(part, len(parts)))
            sizes.append(len(found))
            read += [reads.setdefault(r, len(reads)) for r in found]
            times += found.values()
        cases = {
            case: Reads(np.repeat(np.array(number), sizes), np.array(read), np.array(times, np.float64))
            for case, (number, sizes, read, times) in columns.items()
        }
        return cls(parts, reads, cases)

    def _sum(self, *several: Reads) -> Reads:
        """Counts of the same part and reading added."""
        part, read, times = (np.concatenate(column) for column in zip(*several, strict=True))
        pairs, at = np.unique(part * len(self.reads) + read, return_inverse=True)
        width = max(len(self.reads), 1)
        return Reads(pairs // width, pairs % width, np.bincount(at, times, len(pairs)).astype(np.float64))

    def spoilt(self, case: str, first: bool) -> Spoilt:
        """Log P(reading | part) in one letter case; title case and capitals lean on lower case.

        ``first`` tells onsets from rimes, which are small in title case too.
        """
        lower, own = self.cases.get("l", NO_READS), self.cases.get(case, NO_READS)
        if not first:
            lower = self._sum(lower, self.cases.get("t", NO_READS))
        counts = lower
        if case != "l":
            total = np.bincount(lower.part, lower.times, len(self.parts))[lower.part]
            prior = CAPITALS_PRIOR if case == "u" else TITLE_PRIOR if first else total
            counts = self._sum(lower._replace(times=prior * lower.times / total), own)
        room = np.bincount(counts.part, counts.times, len(self.parts)) + 0.5
        scores = np.log(counts.times / room[counts.part])
        order = np.lexsort((counts.part, -scores, counts.read))
        bounds = np.searchsorted(counts.read[order], np.arange(len(self.reads) + 1)).tolist()
        return Spoilt(self.reads, bounds, counts.part[order], scores[order])


@dataclass(frozen=True)
class Spoilt:
    """Parts by reading, the likeliest first: those of reading k stand from ``bounds[k]`` on."""

    reads: dict[str, int]
    bounds: list[int]
    parts: Ints
    scores: Vector

    def of(self, read: str) -> tuple[Ints, Vector] | None:
        """Parts that may be read so, and log P(read | part); None where there are none."""
        at = self.reads.get(read)
        if at is None or self.bounds[at] == self.bounds[at + 1]:
            return None
        here = slice(self.bounds[at], self.bounds[at + 1])
        return self.parts[here], self.scores[here]


@dataclass(frozen=True)
class Parts:
    """The words of a lexicon by onset and rime, and what becomes of either."""

    lexicon: Lexicon
    onsets: Level
    rimes: Level

    @cached_property
    def _words(self) -> NDArray[np.int32]:
        """The word of an onset and a rime; -1 where they make none."""
        words = np.full((len(self.onsets.parts), len(self.rimes.parts)), -1, np.int32)
        onset, rime = self.onsets.parts.get, self.rimes.parts.get
        for (head, tail), number in zip(self.lexicon.split, self.lexicon.ids.values(), strict=True):
            i, k = onset(head), rime(tail)
            if i is not None and k is not None:
                words[i, k] = number
        return words

    @cached_property
    def _made(self) -> dict[str, tuple[Spoilt, Spoilt]]:
        return {}

    def words(self, read: str, case: str) -> Words:
        """Words whose onset and rime may be read so, with log P(read | word)."""
        if case not in self._made:
            self._made[case] = self.onsets.spoilt(case, first=True), self.rimes.spoilt(case, first=False)
        onsets, rimes = self._made[case]
        ids, scores = [np.zeros(0, np.int32)], [np.zeros(0)]
        for at in range(min(len(read), LONGEST_ONSET) + 1):
            head = onsets.of(read[:at])
            tail = rimes.of(read[at:]) if head else None
            if head and tail:
                both = np.add.outer(head[1], tail[1])
                found = self._words[head[0][:, None], tail[0]]
                kept = (found >= 0) & (both >= LOWEST)
                ids.append(found[kept])
                scores.append(both[kept])
        return Words.best(np.concatenate(ids).astype(np.int64), np.concatenate(scores))
