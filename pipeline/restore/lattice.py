"""All readings of some sentences: words between boundaries, tokens cut and joined included.

The sentences of a batch lie one behind the other in one lattice, so that each step over it is a step over
arrays. A boundary is a number: ``token * WITHIN`` stands before a token, ``token * WITHIN + k`` inside it,
before its k-th sign. Before each sentence stand ``EDGES`` sentence ends, behind it one, as words themselves.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from pipeline.language.lexicon import BREAK, NUMBER
from pipeline.restore.candidates import Candidates
from pipeline.restore.channel import letter_case
from pipeline.restore.parts import Vector
from pipeline.restore.tokens import Token

Ints = NDArray[np.int64]

SHORT = 3
"""Only short pieces are taken for halves of a word that was cut."""
POOR = -16.0
"""A token whose best candidate is less probable than this (nats, with its unigram) may be two words."""
HALVES = 3
"""Words kept of each half of a token that was joined, and of two tokens together."""
LONGEST_JOINED = 16
WITHIN = 32
CROWDED = -3.9
"""In prose, of numbers that follow one another one in fifty has but a space between; n-grams see no
commas."""
EDGES = 3
"""Sentence ends before a sentence: as many as the longest n-gram has words before its last."""


@dataclass(frozen=True)
class Lattice:
    """Nodes in the order of their ``rank``; every array is by node.

    Attributes:
        word: word ids; a sentence's edges are ``BREAK``.
        score: log P(read | word), in nats.
        start, end: boundaries, numbered without gaps.
        first, last: the tokens that a node covers (inclusive), within its sentence; -1 at edges.
        whole: neither half of a token that was cut in two.
        kept: the token stands as it was read.
        sentence: number of the sentence.
        rank: boundaries of its sentence before ``start``: all nodes that may stand before one rank lower.
        sentences: how many there are.
    """

    word: Ints
    score: Vector
    start: Ints
    end: Ints
    first: Ints
    last: Ints
    whole: NDArray[np.bool_]
    kept: NDArray[np.bool_]
    sentence: Ints
    rank: Ints
    sentences: int


@dataclass
class _Builder:
    """Columns of nodes that are not one whole token."""

    word: list[int] = field(default_factory=list)
    score: list[float] = field(default_factory=list)
    start: list[int] = field(default_factory=list)
    end: list[int] = field(default_factory=list)
    first: list[int] = field(default_factory=list)
    last: list[int] = field(default_factory=list)

    def add(self, word: int, score: float, start: int, end: int, first: int, last: int) -> None:
        """One node."""
        for column, value in zip(vars(self).values(), (word, score, start, end, first, last), strict=True):
            column.append(value)


def _split(at: int, i: int, token: Token, make: Candidates, nodes: _Builder) -> None:
    """Two words in one token, where no single word is likely."""
    text = token.text
    if len(text) < 4 or len(text) > LONGEST_JOINED:
        return
    for k in range(2, len(text) - 1):
        left, right = make.known(text[:k]), make.known(text[k:])
        if not len(left.ids) or not len(right.ids) or text[:k].isdigit() or text[k:].isdigit():
            continue
        for word, score in left.top(make.ngrams.unigram, HALVES):
            nodes.add(word, score + make.channel.joined, at, at + k, i, i)
        for word, score in right.top(make.ngrams.unigram, HALVES):
            nodes.add(word, score, at + k, at + WITHIN, i, i)


def _merge(at: int, i: int, tokens: Sequence[Token], make: Candidates, nodes: _Builder) -> None:
    """One word cut into tokens i and i + 1."""
    a, b = tokens[i], tokens[i + 1]
    if not b.near or a.fixed or b.fixed or (len(a.text) > SHORT and len(b.text) > SHORT):
        return
    if a.text.isdigit() or b.text.isupper() or a.end + 1 != b.start:
        return
    case, low = letter_case(a.text + b.text), (a.text.lower(), b.text.lower())
    found = make.channel.counted(" ".join(low), case)
    for word, score in make.channel.counted("".join(low), case).items():
        found[word] = max(found.get(word, -99.0), score + make.channel.cut)
    prior = make.ngrams.prior
    for w in sorted(found, key=lambda w: -(found[w] + prior[w]))[:HALVES]:
        nodes.add(w, found[w], at, at + 2 * WITHIN, i, i + 1)


def before_figure(i: int, tokens: Sequence[Token]) -> bool:
    """Whether digits stand in prose with nothing but a space before a figure (``số tiền 13 3.195 triệu``)."""
    if i == 0 or i + 2 >= len(tokens) or not tokens[i].text.isdigit() or tokens[i].fixed:
        return False
    before, here, figure, after = tokens[i - 1 : i + 3]
    return (
        figure.fixed
        and figure.text[0].isdigit()
        and figure.bare
        and figure.start > here.end
        and before.text[0].isalpha()
        and after.text[0].isalpha()
    )


def _scores(i: int, tokens: Sequence[Token], make: Candidates, ids: Ints, scores: Vector) -> Vector:
    """The candidates' scores with what the token's letter case and place say."""
    token = tokens[i]
    first = token.text[0]
    # l is read as I
    if i and not token.fixed and not token.code and first.isalpha() and first != "I":
        case = letter_case(token.text)
        if case != "u":
            scores = scores + (make.lexicon.upper if first.isupper() else make.lexicon.lower)[ids]
    if first.isdigit() and before_figure(i, tokens):
        scores = scores + np.where(ids == NUMBER, CROWDED, 0.0)
    return scores


def build(sentences: Sequence[Sequence[Token]], make: Candidates) -> Lattice:
    """The lattice of some sentences."""
    ids: list[Ints] = []
    scores: list[Vector] = []
    places: list[int] = []
    inside: list[int] = []
    kept: list[int] = []
    extra = _Builder()
    bases, place, size = [], EDGES, 0
    for tokens in sentences:
        bases.append(place)
        names = make.names if make.names and make.names.are(tokens) else None
        for i, token in enumerate(tokens):
            options = make.of(token)
            ids.append(options.ids)
            weighed = _scores(i, tokens, make, options.ids, options.scores)
            scores.append(
                names.weighed(i, options.ids, weighed, int(options.ids[options.kept])) if names else weighed
            )
            places.append(place + i)
            inside.append(i)
            kept.append(size + options.kept)
            size += len(options.ids)
            at = (place + i) * WITHIN
            if options.best <= POOR and not token.fixed:
                _split(at, i, token, make, extra)
            if i + 1 < len(tokens):
                _merge(at, i, tokens, make, extra)
        # one place is left free, so that no sentence goes on in the next
        place += len(tokens) + EDGES + 2
    sizes = [len(found) for found in ids]
    before, within = (np.repeat(np.array(v, np.int64), sizes) for v in (places, inside))
    edges = _edges(np.array(bases, np.int64), np.array([len(s) for s in sentences], np.int64))
    none = np.full(len(edges), -1)
    columns = (
        (*ids, np.array(extra.word, np.int64), np.full(len(edges), BREAK)),
        (*scores, np.array(extra.score), np.zeros(len(edges))),
        (before * WITHIN, np.array(extra.start, np.int64), edges * WITHIN),
        ((before + 1) * WITHIN, np.array(extra.end, np.int64), (edges + 1) * WITHIN),
        (within, np.array(extra.first, np.int64), none),
        (within, np.array(extra.last, np.int64), none),
    )
    word, score, start, end, first, last = (np.concatenate(column) for column in columns)
    stands = np.zeros(len(word), bool)
    stands[kept] = True
    return _ranked(word, score, start, end, first, last, stands, np.array(bases, np.int64))


def _edges(bases: Ints, sizes: Ints) -> Ints:
    """Places (in tokens) of the sentence ends around the sentences."""
    return np.concatenate([*(bases - k for k in range(1, EDGES + 1)), bases + sizes])


def _ranked(
    word: Ints,
    score: Vector,
    start: Ints,
    end: Ints,
    first: Ints,
    last: Ints,
    kept: NDArray[np.bool_],
    bases: Ints,
) -> Lattice:
    sentence = np.searchsorted(bases - EDGES, start // WITHIN, side="right") - 1
    codes, numbers = np.unique(np.concatenate([start, end]), return_inverse=True)
    opening = np.searchsorted(codes, (bases - EDGES) * WITHIN)
    begins, ends = numbers[: len(start)], numbers[len(start) :]
    rank = begins - opening[sentence]
    order = np.lexsort((begins, rank))
    whole = (start % WITHIN == 0) & (end % WITHIN == 0)
    return Lattice(
        word[order],
        score[order],
        begins[order],
        ends[order],
        first[order],
        last[order],
        whole[order],
        kept[order],
        sentence[order],
        rank[order],
        len(bases),
    )
