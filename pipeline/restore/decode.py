"""The most probable words of many sentences at once: P(read | word) times the n-gram model over lattices.

Coarse to fine (Charniak et al. 2006): bigrams prune each lattice by max-marginals, trigrams score what is
left, a forward-backward pass gives each word its posterior, and the path with the largest sum of posteriors
over tokens is taken (minimum Bayes risk). All n-gram look-ups of a batch are made together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.language.lexicon import BREAK
from pipeline.language.ngrams import Ngrams
from pipeline.restore.lattice import Boundary, Lattice
from pipeline.restore.memory import Memory

Vector = NDArray[np.float64]
KEEP_WITHIN = 6.0
"""Nats below the best path that a word's best path may lie and still meet the trigrams."""
MOST_KEPT = 6


@dataclass
class Coarse:
    """A lattice scored with bigrams: by boundary a block of mixed scores, plain scores and bigram indices."""

    lattice: Lattice
    blocks: list[tuple[Vector, Vector, NDArray[np.int64]]]
    best: float
    kept: list[bool]


@dataclass(frozen=True)
class Choice:
    """A node of the chosen path with its posterior probability."""

    node: int
    posterior: float


def _ends(lattice: Lattice, at: Boundary) -> list[int]:
    return lattice.ending[at] or [-1]


def _starts(lattice: Lattice, at: Boundary) -> list[int]:
    return lattice.starting[at] or [-1]


def _word(lattice: Lattice, node: int) -> int:
    return BREAK if node < 0 else lattice.nodes[node].word


def score_bigrams(lattices: Sequence[Lattice], ngrams: Ngrams, memory: Memory | None = None) -> list[Coarse]:
    """Score each lattice with bigrams and mark the nodes worth keeping."""
    first: list[int] = []
    second: list[int] = []
    shapes: list[tuple[int, int]] = []
    for lattice in lattices:
        for at in lattice.order:
            left = [_word(lattice, n) for n in _ends(lattice, at)]
            right = [_word(lattice, n) for n in _starts(lattice, at)]
            first += [a for a in left for _ in right]
            second += right * len(left)
            shapes.append((len(left), len(right)))
    firsts, seconds = np.array(first, np.int64), np.array(second, np.int64)
    scores, index = ngrams.pairs(firsts, seconds)
    plain = scores.astype(np.float64)
    mixed = memory.mix(firsts, seconds, scores).astype(np.float64) if memory else plain
    result, done, offset = list[Coarse](), 0, 0
    for lattice in lattices:
        blocks = []
        for rows, columns in shapes[done : done + len(lattice.order)]:
            part = slice(offset, offset + rows * columns)
            shape = (rows, columns)
            blocks.append(
                (mixed[part].reshape(shape), plain[part].reshape(shape), index[part].reshape(shape))
            )
            offset += rows * columns
        done += len(lattice.order)
        result.append(_coarse(lattice, blocks))
    return result


def _coarse(lattice: Lattice, blocks: list[tuple[Vector, Vector, NDArray[np.int64]]]) -> Coarse:
    """Viterbi both ways; a node's max-marginal decides whether it stays."""
    count = len(lattice.nodes)
    own = np.array([n.score for n in lattice.nodes])
    forward, backward = np.zeros(count), np.zeros(count)
    for at, (scores, _, _) in zip(lattice.order, blocks, strict=True):
        starts = lattice.starting[at]
        if not starts:
            continue
        ends = lattice.ending[at]
        before = forward[ends][:, None] + scores if ends else scores
        forward[starts] = before.max(axis=0) + own[starts]
    for at, (scores, _, _) in zip(reversed(lattice.order), reversed(blocks), strict=True):
        ends = lattice.ending[at]
        if not ends:
            continue
        starts = lattice.starting[at]
        after = scores + (backward[starts] + own[starts])[None, :] if starts else scores
        backward[ends] = after.max(axis=1)
    through = forward + backward
    best = float(through.max())
    kept = through > best - KEEP_WITHIN
    for at in lattice.order:
        starts = [n for n in lattice.starting[at] if kept[n]]
        for extra in sorted(starts, key=lambda n: -through[n])[MOST_KEPT:]:
            if not lattice.nodes[extra].kept and lattice.nodes[extra].end == (at[0] + 1, 0):
                kept[extra] = False
    return Coarse(lattice, blocks, best, kept.tolist())


@dataclass
class _Fine:
    """A pruned lattice: by node its neighbours and the trigram scores between them."""

    lattice: Lattice
    nodes: list[int]
    before: dict[int, list[int]]
    after: dict[int, list[int]]
    start_scores: dict[int, float]
    trigrams: dict[int, Vector]


@dataclass
class _Queries:
    """Trigrams to be looked up: the first two words' bigram, the words, the last two's bigram score."""

    pair: list[int]
    second: list[int]
    third: list[int]
    lower: list[float]


def decode(coarse: Sequence[Coarse], ngrams: Ngrams, memory: Memory | None = None) -> list[list[Choice]]:
    """The chosen path of each lattice, with posteriors."""
    queries = _Queries([], [], [], [])
    fine = [_prepare(c, queries) for c in coarse]
    if not queries.pair:
        return [[] for _ in coarse]
    third = np.array(queries.third, np.int64)
    found = ngrams.triples(np.array(queries.pair, np.int64), third, np.array(queries.lower, np.float32))
    if memory:
        found = memory.mix(np.array(queries.second, np.int64), third, found)
    scores, offset = found.astype(np.float64), 0
    for f in fine:
        for n in f.nodes:
            rows, columns = len(f.before[n]), len(f.after[n])
            f.trigrams[n] = scores[offset : offset + rows * columns].reshape(rows, columns)
            offset += rows * columns
    return [_posteriors(f) for f in fine]


def _prepare(coarse: Coarse, queries: _Queries) -> _Fine:
    """Collect the trigram queries of one lattice; -1 stands for the sentence's edge."""
    lattice, kept = coarse.lattice, coarse.kept
    ends: dict[Boundary, list[int]] = {}
    starts: dict[Boundary, list[int]] = {}
    words: dict[Boundary, list[int]] = {}
    blocks: dict[Boundary, tuple[list[list[float]], list[list[float]], list[list[int]]]] = {}
    for at, block in zip(lattice.order, coarse.blocks, strict=True):
        left, right = _ends(lattice, at), _starts(lattice, at)
        rows = [i for i, n in enumerate(left) if n < 0 or kept[n]]
        columns = [i for i, n in enumerate(right) if n < 0 or kept[n]]
        ends[at], starts[at] = [left[i] for i in rows], [right[i] for i in columns]
        words[at] = [_word(lattice, n) for n in starts[at]]
        mixed, plain, index = (part[rows][:, columns].tolist() for part in block)
        blocks[at] = mixed, plain, index
    fine = _Fine(lattice, [], {}, {}, {}, {})
    for at in lattice.order:
        scores_in, _, index_in = blocks[at]
        before = ends[at]
        for column, n in enumerate(starts[at]):
            if n < 0:
                continue
            end = lattice.nodes[n].end
            follow = blocks[end][1][ends[end].index(n)]
            for row in index_in:
                queries.pair += [row[column]] * len(follow)
            queries.second += [lattice.nodes[n].word] * (len(follow) * len(before))
            queries.third += words[end] * len(before)
            queries.lower += follow * len(before)
            fine.nodes.append(n)
            fine.before[n] = before
            fine.after[n] = starts[end]
            if before == [-1]:
                fine.start_scores[n] = scores_in[0][column]
    return fine


def _posteriors(fine: _Fine) -> list[Choice]:
    """Forward-backward over pairs of words, then the path of least expected error."""
    nodes = fine.lattice.nodes
    forward: dict[int, Vector] = {n: np.full(len(fine.before[n]), -np.inf) for n in fine.nodes}
    for n, score in fine.start_scores.items():
        forward[n][0] = score + nodes[n].score
    total = -np.inf
    for n in fine.nodes:
        through = np.logaddexp.reduce(forward[n][:, None] + fine.trigrams[n], axis=0)
        for m, value in zip(fine.after[n], through.tolist(), strict=True):
            if m < 0:
                total = np.logaddexp(total, value)
            else:
                forward[m][fine.before[m].index(n)] = value + nodes[m].score
    backward: dict[int, Vector] = {}
    posterior: dict[int, float] = {}
    for n in reversed(fine.nodes):
        ahead = np.array(
            [0.0 if m < 0 else nodes[m].score + backward[m][fine.before[m].index(n)] for m in fine.after[n]]
        )
        backward[n] = np.logaddexp.reduce(fine.trigrams[n] + ahead[None, :], axis=1)
        posterior[n] = float(np.exp(np.logaddexp.reduce(forward[n] + backward[n]) - total))
    return _path(fine, posterior)


def _path(fine: _Fine, posterior: dict[int, float]) -> list[Choice]:
    """The path with the largest sum of posteriors, each weighed by the tokens that its word covers."""
    nodes, best = fine.lattice.nodes, dict[Boundary, tuple[float, int]]()
    best[fine.lattice.order[0]] = (0.0, -1)
    for n in fine.nodes:
        node = nodes[n]
        if node.start not in best:
            continue
        share = node.last - node.first + 1 if node.end[1] == 0 and node.start[1] == 0 else 0.5
        value = best[node.start][0] + posterior[n] * share
        if node.end not in best or value > best[node.end][0]:
            best[node.end] = (value, n)
    path, at = [], fine.lattice.order[-1]
    while (n := best[at][1]) >= 0:
        path.append(Choice(n, posterior[n]))
        at = nodes[n].start
    return path[::-1]
