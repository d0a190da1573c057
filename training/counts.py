"""From streams of word ids to a pruned n-gram model with modified Kneser–Ney smoothing.

Chen & Goodman, "An empirical study of smoothing techniques for language modeling" (1998), section 3;
pruning by the weighted loss of log probability as in Stolcke, "Entropy-based pruning of backoff language
models" (1998), first order. Everything is sorting and summing over numpy arrays: an n-gram's key is its ids
packed into 16 bits each, the last word lowest.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Int = NDArray[np.int64]
Float = NDArray[np.float64]
Keys = NDArray[np.uint64]
WORD = np.uint64(16)
LAST = np.uint64(0xFFFF)
FEWEST = 2
"""Times that an n-gram of the highest order must have been seen: most are seen once, which tells little."""


@dataclass(frozen=True)
class Order:
    """N-grams of one order: sorted keys, natural log probabilities, back-off weights (empty at the top)."""

    keys: Keys
    probability: Float
    backoff: Float


@dataclass(frozen=True)
class Model:
    """``unigram`` and ``unigram_backoff`` by word id, then the orders from 2 upwards; all natural logs."""

    unigram: Float
    unigram_backoff: Float
    orders: tuple[Order, ...]


@dataclass(frozen=True)
class Counts:
    """Distinct n-grams of one order.

    Attributes:
        keys: sorted.
        uses: weighted count of each in the text: what pruning asks for.
        counts: what smoothing takes for its count: weighted places at the top and at a sentence's beginning,
            else the number of different words before it.
        plain: the same without weights.
    """

    keys: Keys
    uses: Int
    counts: Int
    plain: Int


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


def _starts(values: NDArray[np.uint64]) -> Int:
    """Where runs of equal values begin in a sorted array."""
    if not len(values):
        return np.empty(0, np.int64)
    return np.flatnonzero(np.concatenate([[True], values[1:] != values[:-1]]))


def _mask(order: int) -> np.uint64:
    return np.uint64((1 << 16 * order) - 1)


def _packed(stream: NDArray[np.uint16], order: int) -> Keys:
    """Every n-gram of a stream, a sentence's end put before it."""
    ids = np.concatenate([np.zeros(1, np.uint64), stream.astype(np.uint64)])
    size = len(ids) - order + 1
    keys = np.zeros(max(size, 0), np.uint64)
    for at in range(order):
        keys = keys << WORD | ids[at : at + size]
    return keys


def count(streams: Mapping[str, NDArray[np.uint16]], weights: Mapping[str, int], order: int) -> list[Counts]:
    """Counts by order, 1 to ``order``, over all streams."""
    keys, weighted, plain = np.empty(0, np.uint64), np.empty(0, np.int64), np.empty(0, np.int64)
    for name, stream in streams.items():
        found, counts = np.unique(_packed(stream, order), return_counts=True)
        both = np.concatenate([keys, found])
        by_key = np.argsort(both, kind="stable")
        both = both[by_key]
        starts = _starts(both)
        counts = counts.astype(np.int64)
        weighted = np.add.reduceat(np.concatenate([weighted, counts * weights[name]])[by_key], starts)
        plain = np.add.reduceat(np.concatenate([plain, counts])[by_key], starts)
        keys = both[starts]
    levels = [Counts(keys, weighted, weighted, plain)]
    for below in range(order - 1, 0, -1):
        longer = levels[0]
        shorter = longer.keys & _mask(below)
        by_key = np.argsort(shorter, kind="stable")
        shorter = shorter[by_key]
        starts = _starts(shorter)
        types = np.diff(np.append(starts, len(shorter)))
        uses = np.add.reduceat(longer.uses[by_key], starts)
        keys = shorter[starts]
        # nothing stands before a sentence's beginning: there the words that go before tell nothing
        opening = (keys >> np.uint64(16 * (below - 1)) == 0) & (below > 1)
        before = np.where(opening, uses, types)
        levels.insert(0, Counts(keys, uses, before, before))
    # n-grams over a sentence's end are not asked for; as continuations they have been counted
    return [_inside(level, n) for n, level in enumerate(levels, 1)]


def _inside(level: Counts, order: int) -> Counts:
    kept = np.ones(len(level.keys), bool)
    for at in range(1, order - 1):
        kept &= (level.keys >> np.uint64(16 * at) & LAST) != 0
    return Counts(level.keys[kept], level.uses[kept], level.counts[kept], level.plain[kept])


def discounts(counts: Int) -> Float:
    """D by count (index 0 unused, 3 = three and more)."""
    n = [int(np.count_nonzero(counts == k)) for k in range(5)]
    # small or repeated corpora have no singletons: then half a count is taken off
    y = n[1] / (n[1] + 2 * n[2]) if n[1] and n[2] else 0.5
    found = [k - (k + 1) * y * n[k + 1] / n[k] if n[k] and n[k + 1] else 0.5 for k in (1, 2, 3)]
    return np.array([0.0, *np.clip(found, 0.1, [0.95, 1.9, 2.8])])


def _smooth(level: Counts) -> tuple[Float, Float]:
    """Discounted share of each n-gram in its context, and the mass left to that context (gamma)."""
    # a weighted count is a plain one repeated: its discount is repeated as often
    discount = discounts(level.plain)[np.minimum(level.plain, 3)] * (level.counts / level.plain)
    starts = _starts(level.keys >> WORD)
    sizes = np.diff(np.append(starts, len(level.keys)))
    total = np.repeat(np.add.reduceat(level.counts, starts), sizes)
    gamma = np.repeat(np.add.reduceat(discount, starts), sizes) / total
    return np.maximum(level.counts - discount, 0) / total, gamma


def _at(keys: Keys, wanted: Keys) -> tuple[Int, NDArray[np.bool_]]:
    """Where each wanted key stands among the sorted keys, and whether it does."""
    if not len(keys):
        return np.zeros(len(wanted), np.int64), np.zeros(len(wanted), bool)
    place = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return place, keys[place] == wanted


def train(levels: Sequence[Counts], size: int, most: Mapping[int, int]) -> Model:
    """Smooth and prune.

    Args:
        levels: as ``count`` returns them.
        size: words in the vocabulary.
        most: by order (from 2), how many n-grams are kept; contexts of longer ones are kept in any case.
    """
    p1 = np.zeros(size)
    p1[levels[0].keys.astype(np.int64)] = np.maximum(levels[0].counts - 0.5, 0) / levels[0].counts.sum()
    p1 += (1 - p1.sum()) / size
    full, gains = [p1], [np.empty(0)]
    for order, level in enumerate(levels[1:], 2):
        share, gamma = _smooth(level)
        suffix = level.keys & _mask(order - 1)
        lower = (
            full[-1][suffix.astype(np.int64)]
            if order == 2
            else full[-1][_at(levels[order - 2].keys, suffix)[0]]
        )
        full.append(share + gamma * lower)
        gain = level.uses * (np.log(full[-1]) - np.log(gamma * lower))
        if order == len(levels):
            gain[level.plain < FEWEST] = -1
        gains.append(gain)
    kept: dict[int, Int] = {}
    for order in range(len(levels), 1, -1):
        gain = gains[order - 1]
        if order + 1 in kept:
            contexts = np.unique(levels[order].keys[kept[order + 1]] >> WORD)
            place, present = _at(levels[order - 1].keys, contexts)
            gain[place[present]] = np.inf
        kept[order] = _best(gain, most[order])
    return _backed_off(levels, full, kept)


def _best(gain: Float, most: int) -> Int:
    """Positions of the largest gains (positive ones only), in order."""
    positive = np.flatnonzero(gain > 0)
    if len(positive) > most:
        positive = positive[np.argsort(-gain[positive], kind="stable")[:most]]
    return np.sort(positive)


def _backed_off(levels: Sequence[Counts], full: Sequence[Float], kept: Mapping[int, Int]) -> Model:
    """The pruned model: probabilities as smoothed, back-off weights such that each context sums to one."""
    orders: list[tuple[Keys, Float]] = []
    backoffs: list[Float] = []

    def probability(keys: Keys, order: int) -> Float:
        if order == 1:
            return full[0][keys.astype(np.int64)]
        own_keys, own = orders[order - 2]
        place, present = _at(own_keys, keys)
        context = keys >> WORD
        if order == 2:
            weight = backoffs[0][context.astype(np.int64)]
        else:
            at, known = _at(orders[order - 3][0], context)
            weight = np.ones(len(keys))
            weight[known] = backoffs[order - 2][at[known]]
        missing = ~present
        result = np.zeros(len(keys))
        result[present] = own[place[present]]
        result[missing] = weight[missing] * probability(keys[missing] & _mask(order - 1), order - 1)
        return result

    for order, level in enumerate(levels[1:], 2):
        keys, own = level.keys[kept[order]], full[order - 1][kept[order]]
        context = keys >> WORD
        if order == 2:
            place, groups = context.astype(np.int64), len(full[0])
        else:
            place, present = _at(orders[-1][0], context)
            keys, own, place, groups = keys[present], own[present], place[present], len(orders[-1][0])
        lower = probability(keys & _mask(order - 1), order - 1)
        left = 1 - np.bincount(place, weights=own, minlength=groups)
        below = 1 - np.bincount(place, weights=lower, minlength=groups)
        backoffs.append(np.clip(np.maximum(left, 1e-6) / np.maximum(below, 1e-6), 1e-6, 50.0))
        orders.append((keys, own))
    tops = [*backoffs[1:], np.empty(0)]
    return Model(
        np.log(full[0]),
        np.log(backoffs[0]),
        tuple(Order(keys, np.log(own), np.log(back)) for (keys, own), back in zip(orders, tops, strict=True)),
    )
