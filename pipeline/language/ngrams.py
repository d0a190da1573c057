"""A pruned n-gram model in hash tables that are mapped from disk: many look-ups at once, few bytes an n-gram.

An n-gram's key is its word ids packed into 16 bits each. The table of its order keeps a tag in one of two
buckets (cuckoo hashing; Pagh & Rodler 2004, Fan et al. 2014), beside the tag log probability and back-off
weight in 8 bits each (steps of 1/16 nat, which costs less than 0.1 % of perplexity). A bigram's tag is its
key. The longer ones have tags of 21 bits, and count only where their context is known too: of those that are
not there, three in a million are taken for another (fingerprints for language models: Talbot & Osborne
2007). Nothing is built when the model is loaded, and processes share the mapped pages.

Source of the model: ``training/counts.py`` (modified Kneser–Ney; Chen & Goodman 1998).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.errors import DictionaryError
from pipeline.language.dictionaries import folder

Ids = NDArray[np.int64]
Keys = NDArray[np.uint64]
Scores = NDArray[np.float32]

STEPS = 16.0
LOWEST_BACKOFF = -12.0
HIGHEST = 4
"""Words of the longest n-grams that fit a key."""
SLOTS = {2: 2, 3: 3, 4: 3}
"""Slots of a bucket, whose tags share 64 bits, by order."""
AT_ONCE = 16_384
"""Pairs scored together: what is made on the way stays in the processor's cache."""
_WORD, _HALF, _LOW_HALF = np.uint64(16), np.uint64(32), np.uint64(0xFFFFFFFF)


def bits(slots: int) -> int:
    """Bits of a tag."""
    return 64 // slots


def _lanes(slots: int) -> tuple[np.uint64, np.uint64]:
    """The lowest and the highest bit of every tag of a bucket."""
    low = sum(1 << at * bits(slots) for at in range(slots))
    return np.uint64(low), np.uint64(low << bits(slots) - 1)


def extended(keys: Keys, words: Ids) -> Keys:
    """Keys of n-grams that go on with one more word each."""
    return keys << _WORD | words.astype(np.uint64)


def places(keys: Keys, buckets: int, order: int) -> tuple[Keys, Keys, Keys]:
    """The two buckets of each key, and its tag (0 is an empty slot)."""
    # the finaliser of SplitMix64 (Steele et al. 2014), a bijection whose bits are as good as drawn by chance
    x = keys ^ (keys >> np.uint64(30))
    x = x * np.uint64(0xBF58476D1CE4E5B9)
    x ^= x >> np.uint64(27)
    x = x * np.uint64(0x94D049BB133111EB)
    x ^= x >> np.uint64(31)
    size = np.uint64(buckets)
    first = ((x >> _HALF) * size) >> _HALF
    second = ((x & _LOW_HALF) * size) >> _HALF
    if order == 2:
        return first, second, keys + np.uint64(1)
    tag = (x * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(64 - bits(SLOTS[order]))
    return first, second, np.maximum(tag, np.uint64(1))


@dataclass(frozen=True)
class Table:
    """The n-grams of one order: all tags of a bucket in one number, the rest of shape (buckets, slots).

    ``backoffs`` is empty at the highest order.
    """

    order: int
    tags: Keys
    values: NDArray[np.uint8]
    backoffs: NDArray[np.uint8]

    def find(self, keys: Keys) -> tuple[Ids, Ids]:
        """Which of the keys are there (their positions), and in which slots."""
        first, second, tag = places(keys, len(self.tags), self.order)
        slots = SLOTS[self.order]
        low, high = _lanes(slots)
        spread, found, where = tag * low, [], []
        for bucket in (first, second):
            # a lane is zero where the tag stood; the lowest such lane is told right
            lanes = self.tags[bucket] ^ spread
            hits = (lanes - low) & ~lanes & high
            at = np.flatnonzero(hits)
            hit = hits[at]
            # the lowest bit that is left counts the lanes below it
            below = np.bitwise_count((hit & (~hit + np.uint64(1))) - np.uint64(1))
            found.append(at)
            where.append(bucket[at].astype(np.int64) * slots + below // np.uint8(bits(slots)))
        return np.concatenate(found), np.concatenate(where)


@dataclass(frozen=True)
class Ngrams:
    """Natural log probabilities: unigrams by word id, and a table for each order from 2 upwards."""

    unigram: Scores
    unigram_backoff: Scores
    tables: tuple[Table, ...]

    @classmethod
    def load(cls, path: Path | None = None) -> Ngrams:
        """Memory-map the arrays of a folder.

        Raises:
            DictionaryError: where a file is missing or damaged.
        """
        path = path or folder() / "ngrams"

        def array(name: str, kind: type[np.generic], shape: tuple[int, ...]) -> NDArray[Any]:
            """A file of a type and a shape (-1: any size)."""
            found = np.lib.format.open_memmap(path / f"{name}.npy", mode="r")
            fits = found.ndim == len(shape) and all(
                want in (-1, size) for want, size in zip(shape, found.shape, strict=True)
            )
            if found.dtype != kind or not fits:
                message = (
                    f"{name}.npy is {found.dtype} of shape {found.shape}, not {np.dtype(kind)} of {shape}"
                )
                raise ValueError(message)
            return np.asarray(found)

        try:
            unigram = array("unigram", np.float32, (-1,))
            backoff = array("unigram_backoff", np.float32, unigram.shape)
            orders = [n for n in range(2, HIGHEST + 1) if n < 4 or any(path.glob(f"{n}_*.npy"))]
            tables = []
            for order in orders:
                tags = array(f"{order}_tags", np.uint64, (-1,))
                values = array(f"{order}_values", np.uint8, (len(tags), SLOTS[order]))
                rest = (0 if order == orders[-1] else len(tags), SLOTS[order])
                tables.append(Table(order, tags, values, array(f"{order}_backoffs", np.uint8, rest)))
        except (OSError, ValueError, EOFError) as error:
            message = f"{path}: {error}; restore the folder or run make dictionaries"
            raise DictionaryError(message) from error
        return cls(unigram, backoff, tuple(tables))

    @property
    def order(self) -> int:
        """Words of the longest n-grams."""
        return len(self.tables) + 1

    @cached_property
    def prior(self) -> list[float]:
        """Log P(word) by id, as plain numbers."""
        found: list[float] = self.unigram.tolist()
        return found

    def backoff(self, contexts: Keys, words: int) -> tuple[Scores, NDArray[np.bool_]]:
        """Back-off weights (log) of contexts of so many words, and which of them are known; else 0."""
        if words == 1:
            return self.unigram_backoff[contexts.astype(np.int64)], np.ones(len(contexts), bool)
        table, weights = self.tables[words - 2], np.zeros(len(contexts), np.float32)
        at, slots = table.find(contexts)
        known = np.zeros(len(contexts), bool)
        known[at] = True
        weights[at] = table.backoffs.reshape(-1)[slots] / np.float32(STEPS) + np.float32(LOWEST_BACKOFF)
        return weights, known

    def score(
        self, keys: Keys, words: int, backoff: Scores, known: NDArray[np.bool_], lower: Scores
    ) -> Scores:
        """Log P(last word | the words before it).

        Args:
            keys: n-grams of ``words`` words.
            words: 2 to ``order``.
            backoff: of each n-gram's context, as ``backoff`` gives it.
            known: whether that context is known.
            lower: log P(last word | the words before it but the first).
        """
        table = self.tables[words - 2]
        scores = (backoff + lower).astype(np.float32)
        sought = np.flatnonzero(known)
        at, slots = table.find(keys[sought])
        scores[sought[at]] = table.values.reshape(-1)[slots] / np.float32(-STEPS)
        return scores

    def pairs(self, first: Ids, second: Ids) -> Scores:
        """Log P(second | first) of word ids, arrays of one shape."""
        scores = np.empty(len(first), np.float32)
        for low in range(0, len(first), AT_ONCE):
            part = slice(low, low + AT_ONCE)
            keys = extended(first[part].astype(np.uint64), second[part])
            known = np.ones(len(keys), bool)
            backoff, lower = self.unigram_backoff[first[part]], self.unigram[second[part]]
            scores[part] = self.score(keys, 2, backoff, known, lower)
        return scores
