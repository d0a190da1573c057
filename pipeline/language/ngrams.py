"""A pruned trigram model in sorted arrays: many lookups at once, a few bytes an n-gram.

Bigrams are stored by first word, trigrams by their bigram: the last word's id in 16 bits, log probability and
back-off weight in 8 bits each (steps of 1/16 nat, which costs less than 0.1 % of perplexity). Lookups are
binary searches over all queries together (``numpy.searchsorted``).

Source of the model: ``training/counts.py`` (modified Kneser–Ney; Chen & Goodman 1998).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.errors import DictionaryError
from pipeline.language.dictionaries import folder

Ids = NDArray[np.int64]
Scores = NDArray[np.float32]

STEPS = 16.0
LOWEST_BACKOFF = -12.0
FILES = (
    "unigram", "unigram_backoff", "bigram_second", "bigram_sizes", "bigram", "bigram_backoff",
    "trigram_third", "trigram_sizes", "trigram",
)  # fmt: skip


@dataclass(frozen=True)
class Ngrams:
    """Natural log probabilities; ``bigrams`` and ``trigrams`` are sorted keys."""

    unigram: Scores
    unigram_backoff: Scores
    bigrams: NDArray[np.uint32]
    bigram: NDArray[np.uint8]
    bigram_backoff: NDArray[np.uint8]
    trigrams: Ids
    trigram: NDArray[np.uint8]

    @classmethod
    def load(cls, path: Path | None = None) -> Ngrams:
        """Memory-map the arrays of a folder and build their search keys.

        Raises:
            DictionaryError: where a file is missing or damaged.
        """
        path = path or folder() / "ngrams"
        try:
            a = {n: np.load(path / f"{n}.npy", mmap_mode="r", allow_pickle=False) for n in FILES}
        except (OSError, ValueError) as error:
            message = f"{path}: {error}; restore the folder or run make dictionaries"
            raise DictionaryError(message) from error
        first = np.repeat(np.arange(len(a["bigram_sizes"]), dtype=np.uint32), a["bigram_sizes"])
        pair = np.repeat(np.arange(len(a["trigram_sizes"]), dtype=np.int64), a["trigram_sizes"])
        if len(first) != len(a["bigram"]) or len(pair) != len(a["trigram"]):
            message = f"{path}: sizes do not agree; restore the folder or run make dictionaries"
            raise DictionaryError(message)
        return cls(
            np.asarray(a["unigram"]),
            np.asarray(a["unigram_backoff"]),
            first << np.uint32(16) | a["bigram_second"],
            a["bigram"],
            a["bigram_backoff"],
            pair << 16 | a["trigram_third"],
            a["trigram"],
        )

    @cached_property
    def prior(self) -> list[float]:
        """Log P(word) by id, as plain numbers."""
        return list(map(float, self.unigram.tolist()))

    def pairs(self, first: Ids, second: Ids) -> tuple[Scores, Ids]:
        """Log P(second | first), and each bigram's index (-1 where it was never counted or was pruned).

        Args:
            first: word ids, any shape.
            second: word ids of the same shape.
        """
        keys = (first << 16 | second).astype(np.uint32)
        at = np.minimum(np.searchsorted(self.bigrams, keys), len(self.bigrams) - 1)
        found = self.bigrams[at] == keys
        scores = np.where(
            found, self.bigram[at] / np.float32(-STEPS), self.unigram_backoff[first] + self.unigram[second]
        ).astype(np.float32)
        return scores, np.where(found, at, -1)

    def triples(self, pair: Ids, third: Ids, lower: Scores) -> Scores:
        """Log P(third | pair), given the pair's index and ``lower`` = log P(third | second)."""
        keys = pair << 16 | third
        at = np.minimum(np.searchsorted(self.trigrams, keys), len(self.trigrams) - 1)
        found = self.trigrams[at] == keys
        backoff = self.bigram_backoff[pair] / np.float32(STEPS) + np.float32(LOWEST_BACKOFF)
        backed = np.where(pair >= 0, backoff, np.float32(0)) + lower
        return np.where(found, self.trigram[at] / np.float32(-STEPS), backed).astype(np.float32)
