"""One pass over a document: each sentence by itself, then those in doubt by what the others taught."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from heapq import merge
from math import inf
from operator import itemgetter

from pipeline.language.ngrams import Ngrams
from pipeline.model import Edit, Edits
from pipeline.restore.candidates import Candidates
from pipeline.restore.decode import Choice, Coarse, decode, score_bigrams
from pipeline.restore.fit import explain, fluent, gain, printed, without_marks
from pipeline.restore.lattice import Lattice, build
from pipeline.restore.memory import Memory
from pipeline.restore.phrases import Phrases
from pipeline.restore.tokens import Token

PRIOR = 6.0
"""Nats in favour of ruin where the caller names an English OCR."""
BATCH = 500
"""Tokens decoded together."""
RUINED = 0.3
"""Share of a batch's tokens in sentences that do not read like print; of printed text's it is 0.05."""
BARE = 0.9
"""Share of a batch's ruined tokens that must stand in sentences of plain letters before lost marks alone may
explain any of them: an OCR leaves such sentences too, but others beside them."""
DOUBT = 0.6
"""A sentence with a word less sure than this is read again by what the rest of the document says."""

MOST_DOUBTFUL = 100_000
"""Tokens in doubt that are kept before they are read again: some 20 MB."""

MakeEdits = Callable[[list[Token], Lattice, list[Choice], Candidates], Iterable[Edit]]


@dataclass(frozen=True)
class Made:
    """Edits with the numbers of their sentences."""

    edits: Edits
    numbers: array[int] = field(default_factory=lambda: array("I"))

    def add(self, number: int, edits: Iterable[Edit]) -> None:
        """Add a sentence's edits; its number is larger than all before."""
        for edit in edits:
            self.edits.append(edit)
            self.numbers.append(number)

    def __iter__(self) -> Iterator[tuple[int, Edit]]:
        return zip(self.numbers, self.edits, strict=True)


@dataclass
class Rounds:
    """Edits of one pass over a text, what the document teaches, and the sentences left in doubt.

    Attributes:
        makers: candidates by channel; of several the one that explains a sentence best is taken.
        channel: as the caller named it; ``vie`` takes every sentence.
        phrases: what texts of this kind say over and over.
        made: edits of the first round; ``again``, by channel, of the second, over the sentences ``redone``.
        doubtful: number, channel and tokens of each sentence in doubt.
    """

    ngrams: Ngrams
    makers: list[Candidates]
    channel: str
    make_edits: MakeEdits
    made: Made
    phrases: Phrases | None = None
    again: list[Made] = field(default_factory=list)
    redone: set[int] = field(default_factory=set)
    memory: Memory = field(default_factory=Memory)
    doubtful: list[tuple[int, int, list[Token]]] = field(default_factory=list)

    def first(self, batch: Sequence[tuple[int, list[Token]]]) -> None:
        """Find the ruined sentences of a batch (each with its number) and restore each by itself."""
        numbers, chosen = [n for n, _ in batch], [s for _, s in batch]
        as_printed = printed(chosen, self.makers[0])
        every = self.channel == "vie"
        odd = [k for k, score in enumerate(as_printed) if not fluent(chosen[k], score)]
        # where much is ruined, what reads like print may be words that lost their marks
        much = sum(len(chosen[k]) for k in odd) > RUINED * sum(map(len, chosen))
        sought = range(len(chosen)) if every or much else odd
        coarse = [self._coarse(chosen, sought, make) for make in self.makers]
        states = dict.fromkeys(sought, 0) if every else self._states(chosen, as_printed, coarse)
        edits = dict[int, list[Edit]]()
        for state, found in enumerate(coarse):
            mine = [k for k, s in states.items() if s == state]
            places = [found.places[k] for k in mine]
            for k, path in zip(mine, self._decoded(found, places, None), strict=True):
                tokens, lattice, make = chosen[k], found.scored.lattice, self.makers[state]
                edits[numbers[k]] = list(self.make_edits(tokens, lattice, path, make))
                self._learn(tokens, lattice, path)
                if any(choice.posterior < DOUBT for choice in path):
                    self.doubtful.append((numbers[k], state, tokens))
        for number in sorted(edits):
            self.made.add(number, edits[number])
        if sum(len(tokens) for _, _, tokens in self.doubtful) > MOST_DOUBTFUL:
            self.second()

    def _decoded(self, found: _Scored, places: Sequence[int], memory: Memory | None) -> list[list[Choice]]:
        return decode(found.scored, places, self.ngrams, memory, self.phrases) if places else []

    def _coarse(self, sentences: Sequence[list[Token]], sought: Sequence[int], make: Candidates) -> _Scored:
        """Scored lattice of the sentences that a channel may explain."""
        if make.channel.name == "plain":
            bare = [k for k in sought if without_marks(sentences[k])]
            enough = sum(len(sentences[k]) for k in bare) >= BARE * sum(len(sentences[k]) for k in sought)
            sought = bare if enough else []
        lattice = build([sentences[k] for k in sought], make)
        return _Scored(score_bigrams(lattice, self.ngrams), {k: i for i, k in enumerate(sought)})

    def _states(
        self, sentences: Sequence[Sequence[Token]], as_printed: Sequence[float], coarse: Sequence[_Scored]
    ) -> dict[int, int]:
        """The channel of each ruined sentence."""
        prior = PRIOR if self.channel == "eng" else 0.0
        gains = [
            [
                gain(sentence, score - prior, found.best(k))
                for k, (sentence, score) in enumerate(zip(sentences, as_printed, strict=True))
            ]
            for found in coarse
        ]
        states = explain(gains)
        return {k: s - 1 for k, s in enumerate(states) if s and k in coarse[s - 1].places}

    def _learn(self, tokens: Sequence[Token], lattice: Lattice, path: Sequence[Choice]) -> None:
        words = []
        for choice in path:
            node = choice.node
            whole = lattice.whole[node] and lattice.first[node] == lattice.last[node]
            read = tokens[lattice.first[node]].text if whole else ""
            words.append((int(lattice.word[node]), choice.posterior, read))
        self.memory.learn(words)

    def second(self) -> None:
        """Restore sentences in doubt again, by what the document taught so far."""
        doubtful, self.doubtful = self.doubtful, []
        # a copy: what it makes of its counts holds for these sentences alone
        memory = replace(self.memory)
        if not doubtful or self.channel == "vie" or not memory.knows:
            return
        for state, maker in enumerate(self.makers):
            # where marks alone are lost a reading tells nothing that another reading of its like could
            habits = None if maker.channel.name == "plain" else memory
            make = replace(maker, document=habits, memory={})
            mine = [(number, tokens) for number, s, tokens in doubtful if s == state]
            made = Made(Edits(self.made.edits.source))
            self.again.append(made)
            self.redone.update(number for number, _ in mine)
            for batch in batches(mine):
                lattice = build([tokens for _, tokens in batch], make)
                scored = score_bigrams(lattice, self.ngrams, memory)
                paths = decode(scored, range(len(batch)), self.ngrams, memory, self.phrases)
                for (number, tokens), path in zip(batch, paths, strict=True):
                    made.add(number, self.make_edits(tokens, lattice, path, make))

    def edits(self) -> Iterator[Edit]:
        """The edits of both rounds, in the order of the text."""
        redone = self.redone
        first = (made for made in self.made if made[0] not in redone)
        return (edit for _, edit in merge(first, *self.again, key=itemgetter(0)))


@dataclass(frozen=True)
class _Scored:
    """Some of a batch's sentences in one scored lattice, and which they are."""

    scored: Coarse
    places: dict[int, int]

    def best(self, k: int) -> float:
        """Log probability of a sentence's best reading; minus infinity where none was sought."""
        return float(self.scored.best[self.places[k]]) if k in self.places else -inf


def batches(sentences: Iterable[tuple[int, list[Token]]]) -> Iterator[list[tuple[int, list[Token]]]]:
    """Numbered sentences, so many together that a step over arrays pays."""
    batch, size = list[tuple[int, list[Token]]](), 0
    for number, tokens in sentences:
        batch.append((number, tokens))
        size += len(tokens)
        if size >= BATCH:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch
