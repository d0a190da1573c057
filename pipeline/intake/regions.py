"""The regions of a text layer: words of one font, seen or hidden, whose lines are all good or all damaged.

Damage has borders: one font's map from glyphs to letters is broken, one part of a page was read by an OCR
that knows no Vietnamese. So words are parted by font, and each font's lines, in reading order, into runs: the
likeliest way to say of each line whether it is good, where each change costs something (Viterbi 1967). What
a line's words tell is ``language.legible``'s.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

from pipeline.intake.layer import LayerWord
from pipeline.language.legible import total
from pipeline.model import Box, union

RegionVerdict = Literal["good", "ruined", "unclear"]
CHANGE = 6.0
"""Nats that a change between good and damaged lines must gain: three odd words in a good line are names."""
RUINED = -6.0
"""Nats at most of a damaged region: two words that are none."""
GOOD = 4.0
"""Nats at least of a good one: two syllables with marks."""


@dataclass(frozen=True)
class Region:
    """A run of lines of one font.

    Attributes:
        verdict: ``unclear`` where its words are too few to tell.
        words: numbers of its words in the layer.
        box: around them, in points.
        face: its font's name, empty where unknown.
        hidden: whether nobody sees it.
        nats: by how much its words are likelier in good text than in damaged.
    """

    verdict: RegionVerdict
    words: tuple[int, ...]
    box: Box
    face: str
    hidden: bool
    nats: float


def regions(words: Sequence[LayerWord], texts: Sequence[str]) -> list[Region]:
    """The regions of a layer, in the order of their first words.

    Args:
        words: the layer's words.
        texts: what they say, in Unicode.
    """
    groups: dict[tuple[str, bool], list[int]] = {}
    for number, word in enumerate(words):
        groups.setdefault((word.face, word.hidden), []).append(number)
    found = [
        _region(words, run, nats, face, hidden)
        for (face, hidden), numbers in groups.items()
        for run, nats in _runs(words, texts, numbers)
    ]
    return sorted(found, key=lambda region: region.words[0])


def worst_line(words: Sequence[LayerWord], texts: Sequence[str]) -> float:
    """Nats of the line that reads worst: a heading in a broken font may be one line of a good page."""
    lines = groupby(range(len(words)), lambda number: words[number].line)
    return min((total(texts[number] for number in line) for _, line in lines), default=0.0)


def _region(words: Sequence[LayerWord], numbers: list[int], nats: float, face: str, hidden: bool) -> Region:
    box = union(words[number].box for number in numbers)
    assert box is not None
    verdict: RegionVerdict = "ruined" if nats <= RUINED else "good" if nats >= GOOD else "unclear"
    return Region(verdict, tuple(numbers), box, face, hidden, round(nats, 1))


def _runs(
    words: Sequence[LayerWord], texts: Sequence[str], numbers: Sequence[int]
) -> Iterator[tuple[list[int], float]]:
    """Runs of lines that are all good or all damaged: their words' numbers, and their nats."""
    lines = [list(line) for _, line in groupby(numbers, lambda number: words[number].line)]
    nats = [total(texts[number] for number in line) for line in lines]
    best, came = (0.0, 0.0), list[tuple[bool, bool]]()
    for odds in nats:
        good, bad = best
        # where the state before was bad, for a line that is good, and for one that is bad
        came.append((bad - CHANGE > good, bad >= good - CHANGE))
        best = max(good, bad - CHANGE) + odds / 2, max(bad, good - CHANGE) - odds / 2
    states, bad_now = list[bool](), best[1] > best[0]
    for from_bad in reversed(came):
        states.append(bad_now)
        bad_now = from_bad[bad_now]
    states.reverse()
    for _, run in groupby(zip(states, lines, nats, strict=True), lambda line: line[0]):
        whole = list(run)
        yield [number for _, line, _ in whole for number in line], sum(odds for _, _, odds in whole)
