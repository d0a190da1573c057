"""From streams of word ids to a pruned trigram model with modified Kneser–Ney smoothing.

Chen & Goodman, "An empirical study of smoothing techniques for language modeling" (1998), section 3;
pruning by the weighted loss of log probability as in Stolcke, "Entropy-based pruning of backoff language
models" (1998), first order. Everything is sorting and summing over numpy arrays: keys are ids packed into
16 bits each.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Int = NDArray[np.int64]
Float = NDArray[np.float64]
_LOW16, _LOW32 = 0xFFFF, 0xFFFFFFFF


@dataclass(frozen=True)
class Model:
    """Log probabilities (natural) and back-off weights; keys sorted.

    ``bigrams`` are ``first << 16 | second``; ``trigrams`` are ``bigram's index << 16 | third``.
    """

    unigram: Float
    unigram_backoff: Float
    bigrams: Int
    bigram: Float
    bigram_backoff: Float
    trigrams: Int
    trigram: Float


def vocabulary(
    words: list[str],
    streams: Mapping[str, NDArray[np.uint32]],
    weights: Mapping[str, int],
    least: int,
    most: int,
) -> tuple[Int, Int]:
    """Which words are kept, most frequent first.

    Returns:
        the kept words' ids (specials 0 and 1 not among them), and the weighted count of every word.
    """
    total = np.zeros(len(words), np.int64)
    for name, stream in streams.items():
        total += weights[name] * np.bincount(stream, minlength=len(words))
    order = np.argsort(-total[2:], kind="stable") + 2
    kept = order[total[order] >= least][:most]
    return kept, total


def _distinct(keys: Int) -> tuple[Int, Int]:
    found, counts = np.unique(keys, return_counts=True)
    return found, counts.astype(np.int64)


def trigram_counts(
    streams: Mapping[str, NDArray[np.uint16]], weights: Mapping[str, int]
) -> tuple[Int, Int, Int]:
    """Distinct trigrams over all streams: keys, weighted counts, plain counts."""
    keys, weighted, plain = np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.int64)
    for name, stream in streams.items():
        ids = np.concatenate([np.zeros(1, np.int64), stream.astype(np.int64)])
        found, counts = _distinct(ids[:-2] << 32 | ids[1:-1] << 16 | ids[2:])
        both = np.concatenate([keys, found])
        order = np.argsort(both, kind="stable")
        both = both[order]
        starts = np.flatnonzero(np.concatenate([[True], both[1:] != both[:-1]]))
        weighted = np.add.reduceat(np.concatenate([weighted, counts * weights[name]])[order], starts)
        plain = np.add.reduceat(np.concatenate([plain, counts])[order], starts)
        keys = both[starts]
    return keys, weighted, plain


def discounts(counts: Int) -> Float:
    """D by count (index 0 unused, 3 = three and more)."""
    n = [int(np.count_nonzero(counts == k)) for k in range(5)]
    # small or repeated corpora have no singletons: then half a count is taken off
    y = n[1] / (n[1] + 2 * n[2]) if n[1] and n[2] else 0.5
    found = [k - (k + 1) * y * n[k + 1] / n[k] if n[k] and n[k + 1] else 0.5 for k in (1, 2, 3)]
    return np.array([0.0, *np.clip(found, 0.1, [0.95, 1.9, 2.8])])


def _smooth(counts: Int, plain: Int, group: Int, groups: int, d: Float) -> tuple[Float, Float]:
    """Discounted shares of each n-gram in its context, and the mass left to each context (gamma)."""
    # a weighted count is a plain one repeated: its discount is repeated as often
    discount = d[np.minimum(plain, 3)] * (counts / plain)
    total = np.bincount(group, weights=counts, minlength=groups)
    gamma = np.bincount(group, weights=discount, minlength=groups) / np.maximum(total, 1)
    return np.maximum(counts - discount, 0) / total[group], gamma


def train(keys: Int, counts: Int, plain: Int, size: int, most_bigrams: int, most_trigrams: int) -> Model:
    """Smooth and prune. ``size`` is the vocabulary's; ``keys`` as ``trigram_counts`` returns them."""
    pairs, seen_in = _distinct(np.sort(keys & _LOW32))
    second = pairs & _LOW16
    singles = np.bincount(second, minlength=size)
    p1 = np.maximum(singles - 0.5, 0) / singles.sum()
    p1 += (1 - p1.sum()) / size
    share2, gamma2 = _smooth(seen_in, seen_in, pairs >> 16, size, discounts(seen_in))
    p2 = share2 + gamma2[pairs >> 16] * p1[second]

    # trigrams over a sentence's end are not asked for; as continuations they have been counted
    inside = (keys >> 16 & _LOW16) != 0
    keys, counts, plain = keys[inside], counts[inside], plain[inside]
    contexts, group = np.unique(keys >> 16, return_inverse=True)
    share3, gamma3 = _smooth(counts, plain, group, len(contexts), discounts(plain))
    lower = p2[np.searchsorted(pairs, keys & _LOW32)]
    p3 = share3 + gamma3[group] * lower

    gain = counts * (np.log(p3) - np.log(gamma3[group] * lower))
    gain[plain < 2] = -1
    kept3 = _best(gain, most_trigrams)
    needed = np.unique(keys[kept3] >> 16)
    gain2 = np.bincount(np.searchsorted(pairs, keys & _LOW32), weights=counts, minlength=len(pairs)) * (
        np.log(p2) - np.log(gamma2[pairs >> 16] * p1[second])
    )
    position = np.searchsorted(pairs, needed)
    present = pairs[np.minimum(position, len(pairs) - 1)] == needed
    gain2[position[present]] = np.inf
    kept2 = _best(gain2, most_bigrams)

    bigrams, bigram = pairs[kept2], p2[kept2]
    first = bigrams >> 16
    backoff1 = _backoff(first, size, bigram, p1[bigrams & _LOW16])
    at = np.searchsorted(bigrams, keys[kept3] >> 16)
    known = bigrams[np.minimum(at, len(bigrams) - 1)] == keys[kept3] >> 16
    kept3, at = kept3[known], at[known]
    lower_kept = _lower(keys[kept3] & _LOW32, bigrams, bigram, backoff1, p1)
    backoff2 = _backoff(at, len(bigrams), p3[kept3], lower_kept)
    return Model(
        np.log(p1), np.log(backoff1), bigrams, np.log(bigram), np.log(backoff2),
        at.astype(np.int64) << 16 | keys[kept3] & _LOW16, np.log(p3[kept3]),
    )  # fmt: skip


def _best(gain: Float, most: int) -> Int:
    """Positions of the largest gains (positive ones only), in order."""
    positive = np.flatnonzero(gain > 0)
    if len(positive) > most:
        positive = positive[np.argsort(-gain[positive], kind="stable")[:most]]
    return np.sort(positive)


def _lower(pair: Int, bigrams: Int, bigram: Float, backoff: Float, p1: Float) -> Float:
    at = np.minimum(np.searchsorted(bigrams, pair), len(bigrams) - 1)
    return np.where(bigrams[at] == pair, bigram[at], backoff[pair >> 16] * p1[pair & _LOW16])


def _backoff(group: Int, groups: int, kept: Float, lower: Float) -> Float:
    """(1 - kept mass) / (1 - its lower-order mass) by context; 1 where nothing is kept."""
    left = 1 - np.bincount(group, weights=kept, minlength=groups)
    below = 1 - np.bincount(group, weights=lower, minlength=groups)
    return np.clip(np.maximum(left, 1e-6) / np.maximum(below, 1e-6), 1e-6, 50.0)
