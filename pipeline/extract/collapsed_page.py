"""Headings found on a page, and the words of the lines on which they are looked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from pipeline.extract.collapsed_letters import LONG, alike, takes

Place = tuple[int, int]
"""Line and word of a heading's piece."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """A heading's words: ``name`` as printed, what they head, the units that may stand behind them."""

    name: str
    kind: str
    words: tuple[str, ...]
    holds: str = ""
    side: str = ""
    units: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading found: its phrase, its words' places, the unit and the time behind it."""

    phrase: Phrase
    places: tuple[Place, ...]
    unit: str = ""
    time: str = ""
    tail: tuple[Place, ...] = ()

    @property
    def text(self) -> str:
        """The heading as one line."""
        unit = f" ({self.unit})" if self.unit else ""
        return f"{self.phrase.name}{' ' if self.time else ''}{self.time}{unit}"

    @property
    def last(self) -> Place:
        """The place of its last word."""
        return (self.tail or self.places)[-1]

    @property
    def name(self) -> str:
        """What headings of equal columns share."""
        return self.phrase.name if self.phrase.words else f"({self.unit})"


@dataclass
class Lines:
    """The words of lines, and which of them are taken."""

    raw: list[list[str]]
    folded: list[list[str]]
    read: list[list[str]]
    """The same words as they were read, before restoration made other words of them."""
    taken: set[Place] = field(default_factory=set)

    def takes(self, place: Place, words: Sequence[str]) -> int:
        """How many of some words stand at a place, restored or as read."""
        line, word = place
        said, read = self.folded[line][word], self.read[line][word]
        return (takes(read, words) or int(said == words[0])) if read != said else takes(said, words)

    def openings(self, place: Place) -> set[str]:
        """The letters with which what stands at a place may begin."""
        line, word = place
        first = {self.folded[line][word][:1], self.read[line][word][:1]}
        return {letter for sign in first for letter in (sign, *alike().get(sign, ""))}

    def is_surely(self, phrase: Phrase, place: Place) -> bool:
        """Whether no more is wrong in a heading than its other words make good: a short one has none."""
        [said, *more] = phrase.words
        line, word = place
        return bool(more) or len(said) >= LONG or said in {self.folded[line][word], self.read[line][word]}

    def free(self, place: Place) -> bool:
        """Whether a word stands at a place that no heading has taken."""
        line, word = place
        return line < len(self.folded) and word < len(self.folded[line]) and place not in self.taken

    def is_aside(self, place: Place) -> bool:
        """Whether a word begins what stands in brackets: a unit."""
        return self.raw[place[0]][place[1]].startswith("(")

    def is_of_aside(self, place: Place) -> bool:
        """Whether a word begins or ends what stands in brackets."""
        line, word = place
        return self.is_aside(place) or self.raw[line][word].rstrip(".,;:").endswith(")")

    def closes(self, place: Place, word: str) -> bool:
        """Whether a word is the end of what stood in brackets."""
        line, at = place
        said = self.raw[line][at].rstrip(".,;:").endswith(")")
        return said and word in {self.folded[line][at], self.read[line][at]}

    def opens(self, place: Place) -> bool:
        """Whether a word has a capital: a heading begins with it."""
        said = self.raw[place[0]][place[1]]
        return said[:1].isupper() and said[1:2].islower()

    def places(self) -> list[Place]:
        """The places of all words, in reading order."""
        return [
            (line, word) for line, words in enumerate(self.folded) for word, said in enumerate(words) if said
        ]
