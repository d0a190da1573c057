"""The likeliest words of sentences: forward and backward sums of the language model over lattices.

Coarse to fine (Charniak et al. 2006): bigrams prune each lattice by max-marginals; what is left is scored by
trigrams, and what these leave by 4-grams. Each step joins the stretches of the step before by their overlap
(two words that follow each other make a pair, two pairs with a word in common a triple), sums over all paths
that go through each, and drops those that hardly any does. The last step gives each word its posterior, and
the path with the largest sum of posteriors over tokens is taken (minimum Bayes risk; Goel & Byrne 2000). All
sentences of a batch are decoded together: a step in time is one operation over arrays.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from pipeline.language.ngrams import Keys, Ngrams, Scores, extended
from pipeline.restore.lattice import EDGES, Ints, Lattice
from pipeline.restore.memory import Memory
from pipeline.restore.parts import Vector
from pipeline.restore.phrases import Phrases

KEEP_WITHIN = 8.0
"""Nats below the best path that a word's best path may lie and still meet the trigrams."""
MOST_KEPT = 10
"""Words kept between the same boundaries."""
WORTHLESS = -13.0
"""Nats that two neighbours, by themselves, may be less likely than their rivals and still be paired."""
WIDE = 64.0
"""More than any loss of worth: keeps the boundaries apart in one sorting key."""
RARE = 1e-4
"""Posterior below which a pair or triple of words does not meet the longer n-grams."""


@dataclass(frozen=True)
class Choice:
    """A node of the chosen path with its posterior probability."""

    node: int
    posterior: float


@dataclass(frozen=True)
class States:
    """Stretches of so many words along a lattice, in the order of their last node's rank.

    Attributes:
        start, end: the stretch without its last and without its first word, numbered: two stretches may be
            joined where the end of one is the start of the other.
        last: the last node.
        keys: the words as an n-gram's key.
        lower: log P(last word | the words of the stretch before it).
        places: how many numbers ``start`` and ``end`` may take.
    """

    start: Ints
    end: Ints
    last: Ints
    keys: Keys
    lower: Scores
    places: int


@dataclass(frozen=True)
class Links:
    """Which states follow which, sorted by the later: ``left[i]`` then ``right[i]``, at ``score[i]`` nats."""

    left: Ints
    right: Ints
    score: Vector


@dataclass
class Coarse:
    """A lattice scored with bigrams, and what may meet the trigrams.

    Attributes:
        best: by sentence, log probability of its best reading.
        kept: by node, whether it stays.
    """

    lattice: Lattice
    links: Links
    best: Vector
    kept: NDArray[np.bool_]
    pairs: Scores


def _follow(start: Ints, end: Ints, places: int, worth: Vector | None = None) -> tuple[Ints, Ints]:
    """All pairs of states of which one begins where the other ends, sorted by the later.

    Args:
        start: where each state begins, as a number below ``places``.
        end: where it ends.
        places: how many there are.
        worth: of each state, at most 0; pairs worth less than ``WORTHLESS`` together are left out.
    """
    counts = np.bincount(end, minlength=places)
    offsets = np.cumsum(counts) - counts
    if worth is None:
        by_end = np.argsort(end, kind="stable")
        many = counts[start]
    else:
        # the best first: before each, only so many of those that end there are worth it
        loss = np.minimum(-worth, 1 - WORTHLESS)
        key = end * WIDE + loss
        by_end = np.argsort(key, kind="stable")
        limit = start * WIDE + np.maximum(-WORTHLESS - loss, 0)
        many = np.minimum(np.searchsorted(key[by_end], limit) - offsets[start], counts[start])
    right = np.repeat(np.arange(len(start)), many)
    inner = np.arange(len(right)) - np.repeat(np.cumsum(many) - many, many)
    return by_end[np.repeat(offsets[start], many) + inner], right


def _steps(rank: Ints, sorted_states: Ints) -> Iterator[tuple[slice, Ints]]:
    """Links step by step in time: a slice of them, and where in it each state's own begin."""
    if not len(sorted_states):
        return
    ranks = rank[sorted_states]
    cuts = [0, *(np.flatnonzero(np.diff(ranks)) + 1).tolist(), len(ranks)]
    fresh = np.concatenate([[True], sorted_states[1:] != sorted_states[:-1]])
    starts = np.flatnonzero(fresh)
    bounds = np.searchsorted(starts, cuts)
    for (low, high), (a, b) in zip(pairwise(cuts), pairwise(bounds.tolist()), strict=True):
        yield slice(low, high), starts[a:b] - low


def _log_sum(values: Vector, starts: Ints) -> Vector:
    """Log of the sum of exponentials of each segment; minus infinity where all are."""
    most = np.maximum.reduceat(values, starts)
    most = np.where(np.isfinite(most), most, 0.0)
    sizes = np.diff(np.append(starts, len(values)))
    return np.log(np.add.reduceat(np.exp(values - np.repeat(most, sizes)), starts)) + most


def _maximum(values: Vector, starts: Ints) -> Vector:
    return np.maximum.reduceat(values, starts)


def _both_ways(
    links: Links, rank: Ints, own: Vector, first: NDArray[np.bool_], final: NDArray[np.bool_], summed: bool
) -> tuple[Vector, Vector]:
    """By state, the sum (or the best) of all paths up to it, its own score included, and from it on.

    Args:
        links: as ``_follow`` joins states.
        rank: of each state.
        own: score of each state.
        first: states that begin a sentence.
        final: states that end one.
        summed: sum over paths, else the best of them.
    """
    fold = _log_sum if summed else _maximum
    forward = np.where(first, own, -np.inf)
    for part, starts in _steps(rank, links.right):
        states = links.right[part][starts]
        forward[states] = fold(forward[links.left[part]] + links.score[part], starts) + own[states]
    backward = np.where(final, 0.0, -np.inf)
    order = np.argsort(links.left, kind="stable")
    left, right = links.left[order], links.right[order]
    ahead = links.score[order] + own[right]
    for part, starts in reversed(list(_steps(rank, left))):
        backward[left[part][starts]] = fold(ahead[part] + backward[right[part]], starts)
    return forward, backward


def _edges(lattice: Lattice, last: Ints) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Of states with these last nodes: which end a sentence, and which begin one (of single words)."""
    edge = lattice.first[last] < 0
    opening = lattice.rank[last] == 0
    return edge & (lattice.rank[last] >= EDGES), opening


def _worth(lattice: Lattice, ngrams: Ngrams, places: int) -> Vector:
    """By node, how much less likely it is by itself than the best that covers the same token."""
    alone = lattice.score + ngrams.unigram[lattice.word]
    best = np.full(places, -np.inf)
    np.maximum.at(best, lattice.start, alone)
    single = lattice.whole & (lattice.first == lattice.last) & (lattice.first >= 0)
    return np.where(single, alone - best[lattice.start], 0.0)


def score_bigrams(lattice: Lattice, ngrams: Ngrams, memory: Memory | None = None) -> Coarse:
    """Score a lattice with bigrams and mark the nodes worth keeping."""
    places = int(lattice.end.max(initial=0)) + 1
    left, right = _follow(lattice.start, lattice.end, places, _worth(lattice, ngrams, places))
    plain = ngrams.pairs(lattice.word[left], lattice.word[right])
    mixed = memory.mix(lattice.word[left], lattice.word[right], plain) if memory else plain
    opening = (lattice.first[left] < 0) & (lattice.first[right] < 0)
    links = Links(left, right, np.where(opening, 0.0, mixed.astype(np.float64)))
    nodes = np.arange(len(lattice.word))
    final, first = _edges(lattice, nodes)
    forward, backward = _both_ways(links, lattice.rank, lattice.score, first, final, summed=False)
    through = forward + backward
    best = np.full(lattice.sentences, -np.inf)
    np.maximum.at(best, lattice.sentence, through)
    kept = through > best[lattice.sentence] - KEEP_WITHIN
    # the best few between the same boundaries, and what was read
    order = np.lexsort((-through, lattice.end, lattice.start))
    same = (np.diff(lattice.start[order]) == 0) & (np.diff(lattice.end[order]) == 0)
    begins = np.maximum.accumulate(np.where(np.concatenate([[False], same]), 0, np.arange(len(order))))
    crowded = np.zeros(len(order), bool)
    crowded[order] = np.arange(len(order)) - begins >= MOST_KEPT
    return Coarse(lattice, links, best, kept & (~crowded | lattice.kept), plain)


def decode(
    coarse: Coarse,
    sentences: Sequence[int],
    ngrams: Ngrams,
    memory: Memory | None = None,
    phrases: Phrases | None = None,
) -> list[list[Choice]]:
    """The chosen path through each of some sentences of a lattice, with posteriors."""
    lattice = coarse.lattice
    wanted = np.zeros(lattice.sentences, bool)
    wanted[list(sentences)] = True
    alive = coarse.kept & wanted[lattice.sentence]
    chosen = alive[coarse.links.left] & alive[coarse.links.right]
    left, right = coarse.links.left[chosen], coarse.links.right[chosen]
    keys = extended(lattice.word[left].astype(np.uint64), lattice.word[right])
    states = States(left, right, right, keys, coarse.pairs[chosen], len(lattice.word))
    posterior = np.empty(0)
    with np.errstate(divide="ignore"):
        for words in range(3, ngrams.order + 1):
            states, posterior = _longer(states, words, lattice, ngrams, memory, phrases)
    return _paths(lattice, posterior, sentences)


def _longer(
    states: States,
    words: int,
    lattice: Lattice,
    ngrams: Ngrams,
    memory: Memory | None,
    phrases: Phrases | None,
) -> tuple[States, Vector]:
    """Join stretches to ones a word longer: those that keep a share of the paths, and the shares of nodes."""
    left, right = _follow(states.start, states.end, states.places)
    keys = extended(states.keys[left], lattice.word[states.last[right]])
    backoff, known = ngrams.backoff(states.keys, words - 1)
    plain = ngrams.score(keys, words, backoff[left], known[left], states.lower[right])
    seconds, thirds = lattice.word[states.last[left]], lattice.word[states.last[right]]
    mixed = memory.mix(seconds, thirds, plain) if memory else plain
    mixed = phrases.mix(keys, mixed) if phrases else mixed
    links = Links(left, right, mixed.astype(np.float64))
    rank, own = lattice.rank[states.last], lattice.score[states.last]
    final, _ = _edges(lattice, states.last)
    forward, backward = _both_ways(links, rank, own, rank == words - 2, final, summed=True)
    total = np.full(lattice.sentences, -np.inf)
    np.maximum.at(total, lattice.sentence[states.last], np.where(final, forward, -np.inf))
    ends = np.flatnonzero(final)
    of = lattice.sentence[states.last[ends]]
    sums = np.bincount(of, weights=np.exp(forward[ends] - total[of]), minlength=lattice.sentences)
    total = total + np.log(sums)
    share = np.exp(
        forward[left]
        + links.score
        + own[right]
        + backward[right]
        - total[lattice.sentence[states.last[right]]]
    )
    ends_in = np.bincount(states.last[right], weights=share, minlength=len(lattice.word))
    kept = share > RARE
    left, right = left[kept], right[kept]
    last, places = states.last[right], len(states.last)
    return States(left, right, last, keys[kept], plain[kept], places), ends_in.astype(np.float64)


def _paths(lattice: Lattice, posterior: Vector, sentences: Sequence[int]) -> list[list[Choice]]:
    """By sentence, the path with the largest sum of posteriors, each weighed by the tokens it covers."""
    nodes = np.flatnonzero((posterior > 0) & (lattice.first >= 0))
    share = np.where(lattice.whole[nodes], lattice.last[nodes] - lattice.first[nodes] + 1, 0.5)
    gains = (posterior[nodes] * share).tolist()
    starts, ends = lattice.start[nodes].tolist(), lattice.end[nodes].tolist()
    best: dict[int, tuple[float, int]] = {}
    edge = lattice.first < 0
    opening = edge & (lattice.rank == EDGES - 1)
    for at in lattice.end[opening].tolist():
        best[at] = (0.0, -1)
    for i, (start, end, gain) in enumerate(zip(starts, ends, gains, strict=True)):
        if start not in best:
            continue
        value = best[start][0] + gain
        if end not in best or value > best[end][0]:
            best[end] = (value, i)
    closing = edge & (lattice.rank >= EDGES)
    finish = dict(zip(lattice.sentence[closing].tolist(), lattice.start[closing].tolist(), strict=True))
    result = []
    for sentence in sentences:
        path, at = list[Choice](), finish[sentence]
        # where rounding left no path the sentence stays as it was read
        while at in best and (i := best[at][1]) >= 0:
            path.append(Choice(int(nodes[i]), float(posterior[nodes[i]])))
            at = starts[i]
        result.append(path[::-1])
    return result
