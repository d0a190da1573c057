"""What a document says again: names, terms and its scanner's habits, learned from its surer places.

``Tứ Kỳ`` reads well in one place and as T Ky, Tt Ky, Tir Ky in others, and one office's scanner always
makes the same s of ``sở``. A first round over the document counts neighbouring words and readings that are
beyond doubt; a second round, over the sentences left in doubt, mixes them into the language model (a cache
model; Kuhn & De Mori 1990) and into the channel.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from math import log

import numpy as np
from numpy.typing import NDArray

from pipeline.language.lexicon import UNKNOWN
from pipeline.language.ngrams import Ids, Scores

CERTAIN = 0.9
"""Posterior from which on a word is learned from."""
SHARE = 0.12
"""Weight of the document's own word pairs against the language model."""
FEWEST = 2
"""Times that a pair must have been seen: once may be the very mistake."""
DISCOUNT = 0.7
UNSEEN = 1e-5
"""Channel probability of a word that was never read so, but is in this document."""
PRIOR_READS = 8.0
"""Pseudo-count of the channel against what became of a word in this document."""


@dataclass
class Memory:
    """Counts of one document: pairs of words, and readings by word."""

    pairs: Counter[int] = field(default_factory=Counter)
    firsts: Counter[int] = field(default_factory=Counter)
    reads: dict[str, Counter[int]] = field(default_factory=lambda: defaultdict(Counter))
    words: Counter[int] = field(default_factory=Counter)

    def learn(self, words: Sequence[tuple[int, float, str]]) -> None:
        """Add a sentence: word ids with posteriors and what was read (empty where it tells nothing)."""
        before = UNKNOWN
        for word, posterior, read in words:
            sure = posterior >= CERTAIN and word > UNKNOWN
            if sure and read:
                self.reads[read][word] += 1
                self.words[word] += 1
            if sure and before > UNKNOWN:
                self.pairs[before << 16 | word] += 1
                self.firsts[before] += 1
            before = word if sure else UNKNOWN

    @cached_property
    def _cache(self) -> tuple[Ids, NDArray[np.float32]]:
        """Pairs seen again, sorted, with the log of their share in the mixture."""
        kept = sorted((pair, n) for pair, n in self.pairs.items() if n >= FEWEST)
        keys = np.array([pair for pair, _ in kept], np.int64)
        shares = [log(SHARE * (n - DISCOUNT) / self.firsts[pair >> 16]) for pair, n in kept]
        return keys, np.array(shares, np.float32)

    @cached_property
    def _totals(self) -> NDArray[np.float64]:
        """How often each word was seen, by id."""
        totals = np.zeros(1 << 16)
        totals[list(self.words)] = list(self.words.values())
        return totals

    @property
    def knows(self) -> bool:
        """Whether any pair was seen again."""
        return len(self._cache[0]) > 0

    def mix(self, first: Ids, second: Ids, scores: Scores) -> Scores:
        """Mix log P(second | ...) with the document's own pairs."""
        keys, shares = self._cache
        wanted = first << 16 | second
        at = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
        base = scores + np.float32(log(1 - SHARE))
        return np.where(keys[at] == wanted, np.logaddexp(base, shares[at]), base).astype(np.float32)

    def adapt(self, read: str, ids: Ids, scores: NDArray[np.float64]) -> tuple[Ids, NDArray[np.float64]]:
        """Candidates with log P(read | word), leaning on what became of each word in this document."""
        here = {w: n for w, n in self.reads.get(read, {}).items() if n >= FEWEST}
        fresh = sorted(here.keys() - set(ids.tolist()))
        ids = np.concatenate([ids, np.array(fresh, np.int64)])
        prior = np.concatenate([np.exp(scores), np.full(len(fresh), UNSEEN)])
        seen = np.zeros(len(ids))
        for word, count in self.reads.get(read, {}).items():
            seen[ids == word] = count - DISCOUNT
        adapted = np.log((seen + PRIOR_READS * prior) / (self._totals[ids] + PRIOR_READS))
        return ids, np.where(ids > UNKNOWN, adapted, np.log(prior))
