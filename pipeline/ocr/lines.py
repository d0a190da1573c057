"""Words with boxes become lines of text, as on the page.

A line is what a reader sees across the page: header blocks that stand side by side are one line, their
columns four spaces apart. Words come grouped by their reader's own lines, which follow the text's slope;
those are joined across where they stand beside each other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median

from pipeline.model import Word
from pipeline.ocr.words import Token

COLUMN = "    "
BAR = " | "
_GAP = 2.2
"""A gap of so many letter heights parts columns; justified prose stays below it."""
_GAP_BETWEEN_GROUPS = 1.0
_SAME_LINE = 0.5


@dataclass
class Line:
    """A line of text: cells of words, joined by ``joiner``; ``top`` is its place on the page."""

    cells: list[list[Token]]
    joiner: str
    top: float


@dataclass
class _Run:
    """Words that their reader put on one line."""

    tokens: list[Token]
    y0: float = field(init=False)
    y1: float = field(init=False)
    x0: float = field(init=False)
    x1: float = field(init=False)

    def __post_init__(self) -> None:
        self.tokens.sort(key=lambda t: (t.box.x0, t.box.y0))
        self.y0 = median(t.box.y0 for t in self.tokens)
        self.y1 = median(t.box.y1 for t in self.tokens)
        self.x0 = min(t.box.x0 for t in self.tokens)
        self.x1 = max(t.box.x1 for t in self.tokens)


def lines(tokens: Sequence[Token]) -> list[Line]:
    """The visual lines of words outside tables, top to bottom."""
    groups: dict[tuple[int, ...], list[Token]] = {}
    for token in tokens:
        groups.setdefault(token.group, []).append(token)
    runs = sorted((_Run(group) for group in groups.values()), key=lambda r: (r.y0 + r.y1, r.x0))
    rows: list[list[_Run]] = []
    for run in runs:
        row = next((row for row in reversed(rows[-6:]) if _beside(run, row)), None)
        if row is None:
            rows.append([run])
        else:
            row.append(run)
    return [_line(row) for row in rows]


def joined(page: Sequence[Line]) -> tuple[str, tuple[Word, ...]]:
    """The text of lines and the words' places in it."""
    pieces: list[str] = []
    words: list[Word] = []
    at = 0

    def put(piece: str) -> None:
        nonlocal at
        pieces.append(piece)
        at += len(piece)

    for number, line in enumerate(page):
        if number:
            put("\n")
        for i, cell in enumerate(line.cells):
            if i:
                put(line.joiner)
            for j, token in enumerate(cell):
                if j:
                    put(" ")
                words.append(Word(at, at + len(token.text), token.box, token.confidence))
                put(token.text)
    return "".join(pieces), tuple(words)


def _beside(run: _Run, row: list[_Run]) -> bool:
    """Whether a run stands on the same line as a row's runs, beside them."""
    for other in row:
        overlap = min(run.y1, other.y1) - max(run.y0, other.y0)
        if overlap < _SAME_LINE * min(run.y1 - run.y0, other.y1 - other.y0):
            return False
        if min(run.x1, other.x1) - max(run.x0, other.x0) > 0.5 * (run.y1 - run.y0):
            return False
    return True


def _line(row: list[_Run]) -> Line:
    tokens = sorted((t for run in row for t in run.tokens), key=lambda t: (t.box.x0, t.box.y0))
    height = median(t.height for t in tokens)
    cells: list[list[Token]] = [[tokens[0]]]
    for before, token in pairwise(tokens):
        wanted = _GAP if before.group == token.group else _GAP_BETWEEN_GROUPS
        if token.box.x0 - before.box.x1 > wanted * height:
            cells.append([token])
        else:
            cells[-1].append(token)
    return Line(cells, COLUMN, min(run.y0 for run in row))
