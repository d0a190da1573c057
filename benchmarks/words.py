"""Texts against what was printed: words, characters, numbers, and the places where they differ.

Words and scores are defined as in the measuring material's ``score_text.py``: the tone mark placed the new
way, case kept; a word is a run of letters and digits with ``. / , : -`` inside it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from rapidfuzz.distance import Levenshtein

from pipeline.language.normal import fold_marks, new_style, nfc

WORD = re.compile(r"\w+(?:[./,:-]\w+)*")


@dataclass(frozen=True)
class Span:
    """A word with its place in the text that it was found in."""

    text: str
    start: int
    end: int


@dataclass
class Score:
    """Sums over texts; each ratio is over the reference but for ``precision``."""

    words: int = 0
    word_errors: int = 0
    letters: int = 0
    letter_errors: int = 0
    numbers: int = 0
    numbers_read: int = 0
    numbers_right: int = 0
    seconds: float = 0.0

    def __add__(self, other: Score) -> Score:
        return Score(*(a + b for a, b in zip(vars(self).values(), vars(other).values(), strict=True)))

    @property
    def wer(self) -> float:
        """Word error rate."""
        return self.word_errors / max(self.words, 1)

    @property
    def cer(self) -> float:
        """Character error rate, white space folded."""
        return self.letter_errors / max(self.letters, 1)

    @property
    def recall(self) -> float:
        """Share of the reference's numbers found in place."""
        return self.numbers_right / max(self.numbers, 1)

    @property
    def precision(self) -> float:
        """Share of the numbers read that are right."""
        return self.numbers_right / max(self.numbers_read, 1)

    @property
    def speed(self) -> float:
        """Words a second."""
        return self.words / self.seconds if self.seconds else 0.0


def words(text: str) -> list[Span]:
    """The words of a text; offsets are into the text as given, which must be NFC."""
    return [Span(match[0], *match.span()) for match in WORD.finditer(new_style(text))]


def score(truth: str, text: str, seconds: float = 0.0) -> Score:
    """One text against what was printed."""
    ref, hyp = ([word.text for word in words(nfc(t))] for t in (truth, text))
    right = sum(
        word[0].isdigit()
        for op in Levenshtein.opcodes(ref, hyp)
        if op.tag == "equal"
        for word in ref[op.src_start : op.src_end]
    )
    flat, read = (" ".join(new_style(nfc(t)).split()) for t in (truth, text))
    return Score(
        len(ref),
        Levenshtein.distance(ref, hyp),
        len(flat),
        Levenshtein.distance(flat, read),
        _numbers(ref),
        _numbers(hyp),
        right,
        seconds,
    )


def _numbers(found: Iterable[str]) -> int:
    return sum(word[0].isdigit() for word in found)


@dataclass(frozen=True)
class Difference:
    """A stretch where two texts differ, and the printed word before it."""

    truth: tuple[Span, ...]
    read: tuple[Span, ...]
    before: str


Atom = tuple[tuple[Span, ...], tuple[Span, ...]]
SAME = 0.8
"""Similarity of letters from which on two words are one that was cut, or one is two that were joined."""


def differences(truth: str, text: str) -> Iterator[Difference]:
    """Where they differ, word by word; a word that was cut, or words joined, are one difference."""
    ref, hyp = words(nfc(truth)), words(text)
    run: list[Atom] = []
    before = ""
    for op in Levenshtein.opcodes([w.text for w in ref], [w.text for w in hyp]):
        if op.tag != "equal":
            pairs = zip_longest(ref[op.src_start : op.src_end], hyp[op.dest_start : op.dest_end])
            run += [((a,) if a else (), (b,) if b else ()) for a, b in pairs]
            continue
        yield from _told(run, before)
        run, before = [], ref[op.src_end - 1].text
    yield from _told(run, before)


def _told(run: Sequence[Atom], before: str) -> Iterator[Difference]:
    """The differences of one run."""
    joined: list[Atom] = []
    for atom in run:
        both = (joined[-1][0] + atom[0], joined[-1][1] + atom[1]) if joined else atom
        if joined and not (all(joined[-1]) and all(atom)) and _alike(*both):
            joined[-1] = both
        else:
            joined.append(atom)
    for truth, read in joined:
        yield Difference(truth, read, before)
        before = truth[-1].text if truth else before


def _alike(truth: Sequence[Span], read: Sequence[Span]) -> bool:
    """Whether one side's words are the other's, put together or taken apart."""
    a, b = (fold_marks("".join(span.text for span in side)).lower() for side in (truth, read))
    return Levenshtein.normalized_similarity(a, b) >= SAME


def wrong(truth: str, text: str) -> set[int]:
    """Offsets of all characters of the words in ``text`` that are not what was printed there."""
    return {place for part in differences(truth, text) for w in part.read for place in range(w.start, w.end)}
