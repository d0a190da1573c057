"""Pages of words as JSON, on their way to the process in which OCRmyPDF runs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise
from statistics import median
from typing import TypedDict

from pipeline.archive.bands import banded, joined
from pipeline.archive.baseline import fit
from pipeline.archive.line import GAP, Line, Placed
from pipeline.archive.words import Block, PlacedPage, TextLine, upright
from pipeline.model import Box

_SPACE = 0.18
"""Of the letters' size; poppler takes words that are nearer than 0.15 for one."""
_COLUMN = 0.6
"""Of the letters' size; wider than 0.7 poppler takes a gap of justified lines for one between columns."""
_STRETCH = 2.0
"""Points by which an end of a word may be moved to make such a gap less."""
_ALIKE = 1.35
_OFF = 1.5
"""Points by which a word's baseline may lie above or below its box: no font says so."""
_STEPS = 16
"""Into which the size is parted where a word's height is told: of 14-point letters less than a point."""
_SAME_SIZE = 1.0
"""Points; poppler rounds a page's size."""


class Sheet(TypedDict):
    """A page of lines in points; ``width`` and ``height`` are the page's as shown."""

    width: float
    height: float
    turn: int
    lines: list[Line]


def sheets(pages: Iterable[PlacedPage]) -> dict[str, Sheet]:
    """Pages by their numbers."""
    return {str(page.number): sheet(page) for page in pages}


def sheet(page: PlacedPage) -> Sheet:
    """What the text layer of a page needs."""
    boxes = [[[upright(w.box, page) for w in line.words] for line in block.lines] for block in page.blocks]
    blocks = [
        (list(_block(block, rows)), block.is_cell) for block, rows in zip(page.blocks, boxes, strict=True)
    ]
    lines = banded(blocks, page.width) if page.turn % 180 == 0 else joined(blocks, page.height)
    return {"width": page.width, "height": page.height, "turn": page.turn, "lines": lines}


def _block(block: Block, boxes: list[list[Box]]) -> Iterator[Line]:
    """Lines of about one size get just one: readers take others for another column."""
    fitted = [fit(_lettered(line, row)) for line, row in zip(block.lines, boxes, strict=True)]
    usual = median(line.size for line in fitted)
    for text, row, line in zip(block.lines, boxes, fitted, strict=True):
        size = usual if 1 / _ALIKE < line.size / usual < _ALIKE else line.size
        yield _line([word.text for word in text.words], row, line.y, size)


def _lettered(line: TextLine, boxes: list[Box]) -> list[Box]:
    """The boxes by which a line goes: of words, not of dashes, unless there is nothing else."""
    pairs = zip(line.words, boxes, strict=True)
    return [box for word, box in pairs if any(map(str.isalnum, word.text))] or boxes


def _line(texts: list[str], boxes: list[Box], base: float, size: float) -> Line:
    words: list[Placed] = []
    for text, box, (left, right) in zip(texts, boxes, _ends(boxes, size), strict=True):
        own = min(max(base, box.y0 - _OFF), box.y1 + _OFF)
        up, down = (_told(height, size) for height in (own - box.y0, box.y1 - own))
        words.append((text, own, left, own - up, right, own + down))
    return {"size": size, "words": words}


def _told(height: float, size: float) -> float:
    """A height as fonts tell it, in steps: each step is a font."""
    return max(round(height / size * _STEPS), 0) * size / _STEPS


def _ends(boxes: list[Box], size: float) -> list[tuple[float, float]]:
    """Where words begin and end: so far apart that readers see a space, and neither a word nor a column."""
    lefts, rights = [box.x0 for box in boxes], [box.x1 for box in boxes]
    for i, (box, after) in enumerate(pairwise(boxes)):
        gap = after.x0 - box.x1
        if after.x0 <= box.x0:
            continue
        moved = 0.0
        if gap < _SPACE * size:
            moved = (gap - _SPACE * size) / 2
        elif _COLUMN * size < gap < _COLUMN * size + 2 * _STRETCH:
            moved = (gap - _COLUMN * size) / 2
        rights[i] += moved
        lefts[i + 1] -= moved
    return [(left, max(left, right)) for left, right in zip(lefts, rights, strict=True)]


def on_sheet(found: Sheet, media: Box, crop: Box, rotation: int) -> Sheet:
    """The words of a page's visible box, on its whole sheet.

    Args:
        found: ``width`` and ``height`` are those of the visible box as shown; where the file has another size
            (an image's, by the resolution that it tells) the words are scaled to it.
        media: the sheet, in the file's own coordinates (y up).
        crop: its visible box.
        rotation: degrees clockwise by which the sheet is turned to be shown.
    """
    seen = Box(max(crop.x0, media.x0), max(crop.y0, media.y0), min(crop.x1, media.x1), min(crop.y1, media.y1))
    left, right = seen.x0 - media.x0, media.x1 - seen.x1
    low, high = seen.y0 - media.y0, media.y1 - seen.y1
    # margins left, top, right, bottom of the visible box as shown
    margins = {
        0: (left, high, right, low),
        90: (low, left, high, right),
        180: (right, low, left, high),
        270: (high, right, low, left),
    }[rotation]
    width, height = seen.x1 - seen.x0, seen.y1 - seen.y0
    if rotation % 180:
        width, height = height, width
    # as the page is read: its left margin, its top margin
    dx, dy = {0: (0, 1), 90: (3, 0), 180: (2, 3), 270: (1, 2)}[found["turn"]]
    scale = width / found["width"] if abs(width - found["width"]) > _SAME_SIZE else 1.0
    lines = [_moved(line, margins[dx], margins[dy], scale) for line in found["lines"]]
    return {
        "width": width + margins[0] + margins[2],
        "height": height + margins[1] + margins[3],
        "turn": found["turn"],
        "lines": lines,
    }


def _moved(line: Line, dx: float, dy: float, scale: float) -> Line:
    words: list[Placed] = [
        (text, base * scale + dy, x0 * scale + dx, y0 * scale + dy, x1 * scale + dx, y1 * scale + dy)
        for text, base, x0, y0, x1, y1 in line["words"]
    ]
    return {"size": line["size"] * scale, "words": words}


def text(found: Sheet) -> str:
    """The words of a sheet, a line each."""
    lines = ([word[0] for word in line["words"] if word[0] != GAP] for line in found["lines"])
    return "\n".join(" ".join(words) for words in lines if words)
