"""One pass over a document: each sentence by itself, then those in doubt by what the others taught."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from math import inf

from pipeline.language.ngrams import Ngrams
from pipeline.model import Edit
from pipeline.restore.candidates import Candidates
from pipeline.restore.decode import Choice, Coarse, decode, score_bigrams
from pipeline.restore.fit import explain, fluent, gain, printed, without_marks
from pipeline.restore.lattice import Lattice, build
from pipeline.restore.memory import Memory
from pipeline.restore.tokens import Token

PRIOR = 6.0
"""Nats in favour of ruin where the caller names an English OCR."""
DOUBT = 0.6
"""A sentence with a word less sure than this is read again by what the rest of the document says."""

MakeEdits = Callable[[list[Token], Lattice, list[Choice], Candidates], Iterable[Edit]]


@dataclass
class Rounds:
    """Edits by sentence of one pass, what the document teaches, and the sentences left in doubt.

    Attributes:
        makers: candidates by channel; of several the one that explains a sentence best is taken.
        channel: as the caller named it; ``vie`` takes every sentence.
    """

    ngrams: Ngrams
    makers: list[Candidates]
    channel: str
    make_edits: MakeEdits
    edits: dict[int, list[Edit]] = field(default_factory=dict)
    memory: Memory = field(default_factory=Memory)
    doubtful: list[int] = field(default_factory=list)
    explained: dict[int, int] = field(default_factory=dict)

    def first(self, sentences: Sequence[list[Token]], batch: list[int]) -> None:
        """Find the ruined sentences of a batch and restore each by itself."""
        chosen = [sentences[i] for i in batch]
        as_printed = printed(chosen, self.makers[0])
        every = self.channel == "vie"
        sought = [k for k, score in enumerate(as_printed) if every or not fluent(chosen[k], score)]
        coarse = [self._coarse(chosen, sought, make) for make in self.makers]
        states = dict.fromkeys(sought, 0) if every else self._states(chosen, as_printed, coarse)
        ruined = [coarse[state][k] for k, state in states.items()]
        for (k, state), path in zip(states.items(), decode(ruined, self.ngrams), strict=True):
            make, lattice = self.makers[state], coarse[state][k].lattice
            self.explained[batch[k]] = state
            self.edits[batch[k]] = list(self.make_edits(chosen[k], lattice, path, make))
            self._learn(chosen[k], lattice, path)
            if any(choice.posterior < DOUBT for choice in path):
                self.doubtful.append(batch[k])

    def _coarse(
        self, sentences: Sequence[list[Token]], sought: Sequence[int], make: Candidates
    ) -> dict[int, Coarse]:
        """Scored lattices of the sentences that a channel may explain."""
        if make.channel.name == "plain":
            sought = [k for k in sought if without_marks(sentences[k])]
        lattices = [build(sentences[k], make) for k in sought]
        return dict(zip(sought, score_bigrams(lattices, self.ngrams), strict=True))

    def _states(
        self,
        sentences: Sequence[Sequence[Token]],
        as_printed: Sequence[float],
        coarse: Sequence[dict[int, Coarse]],
    ) -> dict[int, int]:
        """The channel of each ruined sentence."""
        prior = PRIOR if self.channel == "eng" else 0.0
        gains = [
            [
                gain(sentence, score - prior, found[k].best if k in found else -inf)
                for k, (sentence, score) in enumerate(zip(sentences, as_printed, strict=True))
            ]
            for found in coarse
        ]
        states = explain(gains)
        return {k: s - 1 for k, s in enumerate(states) if s and k in coarse[s - 1]}

    def _learn(self, tokens: Sequence[Token], lattice: Lattice, path: Sequence[Choice]) -> None:
        words = []
        for choice in path:
            node = lattice.nodes[choice.node]
            whole = node.first == node.last and node.start[1] == node.end[1] == 0
            words.append((node.word, choice.posterior, tokens[node.first].text if whole else ""))
        self.memory.learn(words)

    def adapt(self) -> None:
        """Let the channels lean on what became of each word in this document."""
        self.makers = [replace(make, document=self.memory, memory={}) for make in self.makers]

    def second(self, sentences: Sequence[list[Token]], batch: list[int]) -> None:
        """Restore sentences in doubt again, by what the document taught."""
        makers = [self.makers[self.explained[i]] for i in batch]
        lattices = [build(sentences[i], make) for i, make in zip(batch, makers, strict=True)]
        paths = decode(score_bigrams(lattices, self.ngrams, self.memory), self.ngrams, self.memory)
        for i, make, lattice, path in zip(batch, makers, lattices, paths, strict=True):
            self.edits[i] = list(self.make_edits(sentences[i], lattice, path, make))
