"""The restored text back on the page: every word with its box, lines and blocks in reading order.

Restoration changes words, cuts them and joins them, and keeps each change with its offsets. So a restored
word is found in the text as read, and takes the boxes that it has there: all of them where it was joined, its
share of one, by letters, where it was cut.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from math import ceil, floor
from typing import Literal, cast

from pipeline.language.normal import nfc
from pipeline.model import Box, Page, RestoredText, Word, union

Turn = Literal[0, 90, 180, 270]

_TOKEN = re.compile(r"\S+")
_CELL = re.compile(r" \| |\A\| | \|\Z| {4,}")
"""What parts cells of a table and columns of a header (see ``ocr.lines``)."""
_BAR = "|"
_SAME_LINE = 0.3
"""Share of the lower word's height by which neighbours on a line overlap; words of two printed lines of one
cell share none, ink of `ngày` and `–` on one line a third."""
_LEAST_SHARE = 0.5
"""Letters; where letters are shared out, rounding does not make a word's neighbour part of it."""


@dataclass(frozen=True, slots=True)
class PlacedWord:
    """A restored word: its box in points of the page as shown, how sure it is (0-1), and what was read."""

    text: str
    box: Box
    confidence: float | None
    raw: str


@dataclass(frozen=True, slots=True)
class TextLine:
    """Words that stand beside each other, in order; never empty."""

    words: tuple[PlacedWord, ...]

    @property
    def box(self) -> Box:
        """The box around all words."""
        return _around(word.box for word in self.words)


@dataclass(frozen=True, slots=True)
class Block:
    """Lines that belong together: a cell of a table, or the lines between two tables; never empty."""

    lines: tuple[TextLine, ...]
    is_cell: bool = False

    @property
    def box(self) -> Box:
        """The box around all lines."""
        return _around(line.box for line in self.lines)


@dataclass(frozen=True, slots=True)
class PlacedPage:
    """A page's restored words. ``turn``: degrees clockwise by which the page must be turned to be read."""

    number: int
    width: float
    height: float
    blocks: tuple[Block, ...]
    turn: Turn = 0
    dpi: int | None = None

    @property
    def words(self) -> Iterator[PlacedWord]:
        """All words in reading order."""
        return (word for block in self.blocks for line in block.lines for word in line.words)


def place(page: Page, restored: RestoredText) -> PlacedPage | None:
    """The restored words of a page on the page; None where the page has no size.

    A word's confidence is its reader's; where restoration changed it, that of the change (see
    ``restore.repair``: of changes at 0.9, nine in ten are right).

    Args:
        page: as read, its words with boxes.
        restored: its text.
    """
    if page.width is None or page.height is None or page.width <= 0 or page.height <= 0:
        return None
    # a layer's words stand as shown; a scan may have been turned to be read
    turn = cast("Turn", page.rotation % 360) if page.source == "ocr" else 0
    blocks: list[Block] = []
    prose: list[TextLine] = []
    for cells in _rows(page, restored):
        lines = [tuple(_lines(cell, turn)) for cell in cells]
        if cells.is_table:
            blocks += [Block(tuple(prose))] if prose else []
            blocks += [Block(cell, is_cell=True) for cell in lines if cell]
            prose = []
        else:
            prose += [line for cell in lines for line in cell]
    blocks += [Block(tuple(prose))] if prose else []
    return PlacedPage(page.number, page.width, page.height, tuple(blocks), turn, page.dpi)


def needs_words(page: Page) -> bool:
    """Whether a page wants its words laid under it.

    It does where it was read from its image, or where its own text is spoiled or in an old encoding; a page
    whose own text is good has it already.
    """
    return page.status != "failed" and (page.source == "ocr" or page.verdict in {"legacy", "ruined"})


def upright(box: Box, page: PlacedPage) -> Box:
    """A box of the page as shown, in points of the page as it is read.

    >>> upright(Box(10, 20, 12, 60), PlacedPage(1, 100, 200, (), 90))
    Box(x0=140, y0=10, x1=180, y1=12)
    """
    return turned(box, page.turn, page.width, page.height)


def turned(box: Box, turn: int, width: float, height: float) -> Box:
    """A box of a page of this size after the page was turned clockwise by 0, 90, 180 or 270 degrees."""
    if turn == 90:
        return Box(height - box.y1, box.x0, height - box.y0, box.x1)
    if turn == 180:
        return Box(width - box.x1, height - box.y1, width - box.x0, height - box.y0)
    if turn == 270:
        return Box(box.y0, width - box.x1, box.y1, width - box.x0)
    return box


class _Row(list[list[PlacedWord]]):
    """The cells of a line of text."""

    is_table = False


def _rows(page: Page, restored: RestoredText) -> Iterator[_Row]:
    """The lines of the restored text, each as its cells."""
    places = _Places(page, restored)
    at = 0
    for line in restored.text.split("\n"):
        row = _Row()
        row.is_table = " | " in line
        start = 0
        for mark in [*_CELL.finditer(line), None]:
            end = mark.start() if mark else len(line)
            tokens = _TOKEN.finditer(line, start, end)
            row.append([word for t in tokens if (word := places.word(at + t.start(), at + t.end()))])
            start = mark.end() if mark else end
        yield row
        at += len(line) + 1


def _lines(words: list[PlacedWord], turn: Turn) -> Iterator[TextLine]:
    """A cell's words by the lines in which they are printed: a cell of a table may have several."""
    # beside each other whichever way the page lies: sizes do not matter
    boxes = [turned(word.box, turn, 0, 0) for word in words]
    start = 0
    for i, (before, box) in enumerate(pairwise(boxes), 1):
        overlap = min(before.y1, box.y1) - max(before.y0, box.y0)
        lower = min(before.y1 - before.y0, box.y1 - box.y0)
        if overlap < _SAME_LINE * lower or box.x1 <= before.x0:
            yield TextLine(tuple(words[start:i]))
            start = i
    if words:
        yield TextLine(tuple(words[start:]))


class _Places:
    """Where the words of a restored text stand on its page."""

    def __init__(self, page: Page, restored: RestoredText) -> None:
        self._page, self._restored = page, restored
        self._turn = page.rotation % 360 if page.source == "ocr" else 0
        self._starts = restored.edits.starts_restored()

    def word(self, start: int, end: int) -> PlacedWord | None:
        """The word ``text[start:end]``; None for the bar between two cells, which stands nowhere."""
        first, last = self._raw(start, is_end=False), self._raw(end, is_end=True)
        there = [
            (word, max(first, word.start), min(last, word.end))
            for word in self._page.words_at(floor(first), max(ceil(last), floor(first) + 1))
            if word.box is not None
        ]
        most = max((high - low for _, low, high in there), default=0.0)
        shares = [share for share in there if share[2] - share[1] >= min(most, _LEAST_SHARE)]
        box = union(_share(word, low, max(low, high), self._turn) for word, low, high in shares)
        if box is None and self._restored.text[start:end] != _BAR:
            box = self._beside(floor(first))
        if box is None:
            return None
        raw_start, raw_end = self._restored.to_raw(start, end)
        raw = self._restored.raw[raw_start:raw_end]
        confidence = self._confidence(start, end, [word for word, _, _ in shares])
        return PlacedWord(nfc(self._restored.text[start:end]), box, confidence, raw)

    def _beside(self, at: int) -> Box | None:
        """No place, but one: the end of the word before, where a change put in what nobody had read."""
        boxes = [(word.start, word.box) for word in self._page.words if word.box is not None]
        before = [box for start, box in boxes if start < at]
        if before:
            return Box(before[-1].x1, before[-1].y0, before[-1].x1, before[-1].y1)
        return next((Box(box.x0, box.y0, box.x0, box.y1) for _, box in boxes), None)

    def _confidence(self, start: int, end: int, words: list[Word]) -> float | None:
        """That of the changes that made the word, else the least of its readers'."""
        changes = [
            self._restored.edits[i].confidence
            for i in range(bisect_right(self._starts, start) - 1, bisect_right(self._starts, end - 1))
            if i >= 0 and self._starts[i] + self._restored.edits.restored_length(i) > start
        ]
        known = changes or [word.confidence for word in words if word.confidence is not None]
        return min(known) if known else None

    def _raw(self, at: int, *, is_end: bool) -> float:
        """Where an offset of the restored text lies in the raw one; inside a change by its share."""
        i = bisect_right(self._starts, at) - 1
        while i >= 0 and is_end and self._starts[i] == at:
            # an end belongs to what stands before it
            i -= 1
        if i < 0:
            return at
        edits = self._restored.edits
        length, into = edits.restored_length(i), at - self._starts[i]
        if into < length:
            return edits.starts[i] + into / length * (edits.ends[i] - edits.starts[i])
        return edits.ends[i] + into - length


def _share(word: Word, low: float, high: float, turn: int) -> Box | None:
    """The part of a word's box in which its letters from ``low`` to ``high`` stand."""
    box, length = word.box, word.end - word.start
    if box is None or (low <= word.start and high >= word.end):
        return box
    a, b = (low - word.start) / length, (high - word.start) / length
    if turn in (90, 180):
        # read from the bottom up, or from right to left
        a, b = 1 - b, 1 - a
    if turn in (90, 270):
        return Box(box.x0, box.y0 + a * (box.y1 - box.y0), box.x1, box.y0 + b * (box.y1 - box.y0))
    return Box(box.x0 + a * (box.x1 - box.x0), box.y0, box.x0 + b * (box.x1 - box.x0), box.y1)


def _around(boxes: Iterable[Box]) -> Box:
    found = union(boxes)
    assert found is not None
    return found
