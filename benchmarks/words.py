"""Texts against what was printed: words, characters, numbers, and the places where they differ.

Words and scores are defined as in the measuring material's ``score_text.py``: the tone mark placed the new
way, case kept; a word is a run of letters and digits with ``. / , : -`` inside it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from rapidfuzz.distance import Levenshtein

from pipeline.language.normal import new_style, nfc

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


def differences(truth: str, text: str) -> Iterator[Difference]:
    """Where they differ; a replaced run of equal length is given word by word."""
    ref, hyp = words(nfc(truth)), words(text)
    for op in Levenshtein.opcodes([w.text for w in ref], [w.text for w in hyp]):
        if op.tag == "equal":
            continue
        left, right = ref[op.src_start : op.src_end], hyp[op.dest_start : op.dest_end]
        before = ref[op.src_start - 1].text if op.src_start else ""
        if len(left) == len(right):
            for a, b in zip(left, right, strict=True):
                yield Difference((a,), (b,), before)
                before = a.text
        else:
            yield Difference(tuple(left), tuple(right), before)


def wrong(truth: str, text: str) -> set[int]:
    """Offsets of all characters of the words in ``text`` that are not what was printed there."""
    return {place for part in differences(truth, text) for w in part.read for place in range(w.start, w.end)}
