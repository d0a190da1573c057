"""All readings of a sentence: words between boundaries, tokens cut and joined included.

Boundary ``(i, 0)`` stands before token i; a token that may be two words has boundaries ``(i, k)`` inside.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from pipeline.language.lexicon import BREAK, NUMBER
from pipeline.restore.candidates import Candidates
from pipeline.restore.channel import letter_case
from pipeline.restore.tokens import Token

Boundary = tuple[int, int]
SHORT = 3
"""Only short pieces are taken for halves of a word that was cut."""
POOR = -16.0
"""A token whose best candidate is less probable than this (nats, with its unigram) may be two words."""
LONGEST_JOINED = 16
CROWDED = -3.9
"""In prose, of numbers that follow one another one in fifty has but a space between; n-grams see no
commas."""


class Node(NamedTuple):
    """One word of one reading: tokens ``first``..``last`` (inclusive) of the sentence."""

    start: Boundary
    end: Boundary
    word: int
    score: float
    first: int
    last: int
    kept: bool


@dataclass
class Lattice:
    """Nodes of one sentence and the boundaries in order, each with the nodes that end and start there."""

    nodes: list[Node] = field(default_factory=list)
    order: list[Boundary] = field(default_factory=list)
    ending: dict[Boundary, list[int]] = field(default_factory=dict)
    starting: dict[Boundary, list[int]] = field(default_factory=dict)

    def link(self) -> Lattice:
        """Sort boundaries and index nodes by them."""
        self.order = sorted({n.start for n in self.nodes} | {n.end for n in self.nodes})
        self.ending = {b: [] for b in self.order}
        self.starting = {b: [] for b in self.order}
        for i, node in enumerate(self.nodes):
            self.ending[node.end].append(i)
            self.starting[node.start].append(i)
        return self


def _split(i: int, token: Token, make: Candidates, best: float) -> list[Node]:
    """Two words in one token, where no single word is likely."""
    text, nodes = token.text, list[Node]()
    if best > POOR or len(text) < 4 or len(text) > LONGEST_JOINED:
        return nodes
    for k in range(2, len(text) - 1):
        left, right = make.known(text[:k]), make.known(text[k:])
        if not left or not right:
            continue
        prior = make.ngrams.prior
        halves = [sorted(side, key=lambda w: -(side[w] + prior[w]))[:3] for side in (left, right)]
        nodes += [Node((i, 0), (i, k), w, left[w] + make.channel.joined, i, i, False) for w in halves[0]]
        nodes += [Node((i, k), (i + 1, 0), w, right[w], i, i, False) for w in halves[1]]
    return nodes


def _merge(i: int, tokens: Sequence[Token], make: Candidates) -> list[Node]:
    """One word cut into tokens i and i + 1."""
    a, b = tokens[i], tokens[i + 1]
    if not b.near or a.fixed or b.fixed or (len(a.text) > SHORT and len(b.text) > SHORT):
        return []
    if a.text.isdigit() or b.text.isupper() or a.end + 1 != b.start:
        return []
    found = dict(make.known(f"{a.text} {b.text}"))
    for word, score in make.known(a.text + b.text).items():
        found[word] = max(found.get(word, -99.0), score + make.channel.cut)
    prior = make.ngrams.prior
    best = sorted(found, key=lambda w: -(found[w] + prior[w]))[:3]
    return [Node((i, 0), (i + 2, 0), w, found[w], i, i + 1, False) for w in best]


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


def _case(i: int, tokens: Sequence[Token], make: Candidates) -> list[float] | None:
    """By word, what the letter case of a token inside a sentence says; ``None`` where it tells nothing."""
    token = tokens[i]
    first = token.text[0]
    # l is read as I
    if i == 0 or token.fixed or token.code or not first.isalpha() or first == "I":
        return None
    case = letter_case(token.text)
    return None if case == "u" else make.lexicon.upper if first.isupper() else make.lexicon.lower


def build(tokens: Sequence[Token], make: Candidates) -> Lattice:
    """The lattice of one sentence."""
    lattice = Lattice()
    for i, token in enumerate(tokens):
        options = make.of(token)
        kept, crowded, case = options.kept, before_figure(i, tokens), _case(i, tokens, make)
        for j, (word, score) in enumerate(zip(options.ids, options.scores, strict=True)):
            if case:
                score += case[word]
            if crowded and word == NUMBER:
                score += CROWDED
            lattice.nodes.append(Node((i, 0), (i + 1, 0), word, score, i, i, j == kept))
        if not token.fixed:
            lattice.nodes += _split(i, token, make, options.best)
        if i + 1 < len(tokens):
            lattice.nodes += _merge(i, tokens, make)
    return lattice.link()


SENTENCE_END = BREAK
