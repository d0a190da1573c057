"""What reports of this kind say over and over, mixed into the language model.

A model of all kinds of text knows little of ``cấp 8.150 thẻ``: a number stands between the words that tell
each other. The phrases of ``dictionaries/phrases.toml`` are a small model of their own, of pairs and triples
of words, that is mixed with the large one where it knows what goes on (Bacchiani & Roark 2003).
"""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from math import log
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.errors import DictionaryError
from pipeline.language.lexicon import NUMBER, UNKNOWN, Lexicon
from pipeline.language.ngrams import Keys, Scores

SHARE = 0.1
"""Weight of the phrases against the language model."""
_PAIR, _TRIPLE = np.uint64(0xFFFFFFFF), np.uint64(0xFFFFFFFFFFFF)
_WORD = np.uint64(0xFFFF)


@dataclass(frozen=True)
class Phrases:
    """Pairs and triples of word ids (packed as n-grams' keys are), sorted, each with the log of its share.

    Attributes:
        last: by word id, whether any of them ends with it.
    """

    pairs: Keys
    pair_shares: Scores
    triples: Keys
    triple_shares: Scores
    last: NDArray[np.bool_]

    @classmethod
    def load(cls, lexicon: Lexicon, path: Path) -> Phrases:
        """Read a file of phrases; words that the lexicon lacks are left out with their phrases.

        Raises:
            DictionaryError: where it is missing or malformed.
        """
        try:
            phrases = tomllib.loads(path.read_text(encoding="utf-8"))["phrases"]
            words = [[NUMBER if w == "#" else lexicon.id_of(w) for w in said.split()] for said in phrases]
        except (OSError, KeyError, TypeError, AttributeError, ValueError) as error:
            message = f"{path}: {error}; restore the file"
            raise DictionaryError(message) from error
        return cls.of(ids for ids in words if UNKNOWN not in ids)

    @classmethod
    def of(cls, phrases: Iterable[list[int]]) -> Phrases:
        """Count phrases, each once."""
        counts = {2: Counter[tuple[int, ...]](), 3: Counter[tuple[int, ...]]()}
        for ids in phrases:
            for order, found in counts.items():
                found.update({tuple(ids[k : k + order]) for k in range(len(ids) - order + 1)})
        last = np.zeros(1 << 16, bool)
        columns: list[tuple[Keys, Scores]] = []
        for found in counts.values():
            totals = Counter[tuple[int, ...]]()
            for ngram, times in found.items():
                totals[ngram[:-1]] += times
                last[ngram[-1]] = True
            rows = sorted((_key(n), log(SHARE * times / totals[n[:-1]])) for n, times in found.items())
            columns.append(
                (np.array([k for k, _ in rows], np.uint64), np.array([s for _, s in rows], np.float32))
            )
        return cls(*columns[0], *columns[1], last)

    def holds(self, pair: tuple[int, int]) -> bool:
        """Whether two words follow each other in a phrase."""
        place = int(np.searchsorted(self.pairs, np.uint64(_key(pair))))
        return place < len(self.pairs) and int(self.pairs[place]) == _key(pair)

    def mix(self, keys: Keys, scores: Scores) -> Scores:
        """Mix log P(last word | the words before it) of n-grams of three words and more."""
        at = np.flatnonzero(self.last[(keys & _WORD).astype(np.int64)])
        mixed = scores.copy()
        for known, shares, mask in (
            (self.pairs, self.pair_shares, _PAIR),
            (self.triples, self.triple_shares, _TRIPLE),
        ):
            wanted = keys[at] & mask
            place = np.minimum(np.searchsorted(known, wanted), len(known) - 1)
            hit = known[place] == wanted
            mixed[at[hit]] = np.logaddexp(scores[at[hit]], shares[place[hit]])
        return mixed


def _key(ngram: tuple[int, ...]) -> int:
    key = 0
    for word in ngram:
        key = key << 16 | word
    return key
