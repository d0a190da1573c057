"""Words of a page by line and by nearness: what the search for tables without rules is made of.

Lengths are told in ``em``, the size of the letters, and in blanks, the usual gap between words: a font's box
may be higher than its letters, and what OCR boxes is lower.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import fmean, quantiles

from pipeline.ocr.words import Token

Span = tuple[float, float]
"""From left to right."""
SAME_LINE = 0.37
"""Ems by which words of one line stand apart in height; half a wrapped label's line is 0.6."""
APART = 2.1
"""A gap of so many blanks parts cells: cells are not justified, so that their words stand one blank apart."""
_EM = 4.0
"""Blanks in an em, at most."""
_KNOWN = 0.6
"""Share of the usual gap that parts words which were read in two cells."""


@dataclass(frozen=True)
class Piece:
    """Words of one line that stand close together."""

    tokens: list[Token]

    @property
    def span(self) -> tuple[float, float]:
        """From left to right."""
        return min(t.box.x0 for t in self.tokens), max(t.box.x1 for t in self.tokens)

    @property
    def middle(self) -> float:
        """The y of its middle."""
        return sum(t.middle for t in self.tokens) / len(self.tokens)

    @property
    def centre(self) -> float:
        """The x of its middle."""
        return sum(self.span) / 2

    @property
    def text(self) -> str:
        """Its words."""
        return " ".join(token.text for token in self.tokens)


class Page:
    """A page's words from top to bottom, the size of their letters (``em``) and of the blanks between."""

    def __init__(self, tokens: Sequence[Token], em: float, blank: float) -> None:
        self.em, self.blank = em, blank
        self.tokens = sorted(tokens, key=lambda t: (t.middle, t.box.x0))
        self._middles = [token.middle for token in self.tokens]

    @classmethod
    def of(cls, tokens: Sequence[Token]) -> Page:
        """The page of some words, at least one."""
        tall = quantiles([t.height for t in tokens], n=4)[2] if len(tokens) > 1 else tokens[0].height
        blank = _blank(tokens, tall)
        return cls(tokens, min(tall, _EM * blank), blank)

    @property
    def gap(self) -> float:
        """The gap that parts cells."""
        return APART * self.blank

    def between(self, top: float, bottom: float) -> Sequence[Token]:
        """Words whose middle lies between two heights, from top to bottom."""
        return self.tokens[bisect_right(self._middles, top) : bisect_right(self._middles, bottom)]

    def pieces(self, tokens: Sequence[Token]) -> list[Piece]:
        """What stands close together among words that come from top to bottom, line by line."""
        return [piece for line in lines(tokens, self.em) for piece in pieces(line, self.gap)]


def _blank(tokens: Sequence[Token], em: float) -> float:
    """The width of a blank: what is usual between words of a line, the narrow ones, as prose is justified."""
    groups: dict[tuple[int, ...], list[Token]] = {}
    for token in tokens:
        groups.setdefault(token.group, []).append(token)
    gaps = []
    for group in groups.values():
        group.sort(key=lambda t: t.box.x0)
        gaps += [b.box.x0 - a.box.x1 for a, b in pairwise(group) if 0 < b.box.x0 - a.box.x1 < em]
    return quantiles(gaps, n=4)[0] if len(gaps) > 1 else em / 4


def lines(tokens: Sequence[Token], em: float) -> Iterator[list[Token]]:
    """The lines of words that come from top to bottom, each from left to right."""
    line: list[Token] = []
    total = 0.0
    for token in tokens:
        if line and token.middle - total / len(line) > SAME_LINE * em:
            yield sorted(line, key=lambda t: t.box.x0)
            line, total = [], 0.0
        line.append(token)
        total += token.middle
    if line:
        yield sorted(line, key=lambda t: t.box.x0)


def pieces(line: Sequence[Token], gap: float) -> list[Piece]:
    """A line's words from left to right, parted where a gap is wide."""
    found: list[list[Token]] = []
    for token in line:
        # cells that were read one by one are known to be apart
        last = found[-1][-1] if found else token
        apart = last.group[:1] != token.group[:1] and _alone(token, last)
        least = _KNOWN * gap if apart else gap
        if found and token.box.x0 - max(t.box.x1 for t in found[-1]) < least:
            found[-1].append(token)
        else:
            found.append([token])
    return [Piece(words) for words in found]


def _alone(*tokens: Token) -> bool:
    """Whether words were read in cells cut out of the page: their lines' numbers are below nought."""
    return all(token.group[0] < 0 for token in tokens)


def span_of(tokens: Sequence[Token]) -> Span:
    """From where to where words stand across the page."""
    return min(t.box.x0 for t in tokens), max(t.box.x1 for t in tokens)


def middle_of(tokens: Sequence[Token]) -> float:
    """The height of the middle of words."""
    return fmean(t.middle for t in tokens)


def under(span: Span, columns: Sequence[Span]) -> list[int]:
    """The columns that a span lies over."""
    return [k for k, (x0, x1) in enumerate(columns) if min(span[1], x1) - max(span[0], x0) > 0]


def united(spans: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Spans that overlap as one, from left to right."""
    found: list[tuple[float, float]] = []
    for x0, x1 in sorted(spans):
        if found and x0 < found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], x1))
        else:
            found.append((x0, x1))
    return found
