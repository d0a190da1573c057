"""Pages of words as JSON, on their way to the process in which OCRmyPDF runs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from statistics import median
from typing import TypedDict, TypeGuard

from pipeline.archive.baseline import Baseline, fit, slope
from pipeline.archive.words import Block, PlacedPage, TextLine, turned, upright
from pipeline.model import Box

_SPACE = 0.2
"""Of the letters' size; poppler takes words that are nearer than 0.15 for one."""
_COLUMN = 0.6
"""Of the letters' size; wider than 0.7 poppler takes a gap of justified lines for one between columns."""
_STRETCH = 2.5
"""Points by which a word may be made longer to bridge such a gap."""
_ALIKE = 1.35
_MOST_SLOPE = 0.1
_LEVEL = 1.0
"""Points by which a line may sink and still be drawn level."""
_STEPS = 0.5
"""Of the letters' size: by how much a line's words may sink from its first to its last. On a scan 1.4° askew
``pdftotext`` had 4 % of the words out of order with 0.5, 24 % with 0.65, 48 % with all that lines sink."""
_SAME_SIZE = 1.0
"""Points; poppler rounds a page's size."""


class Line(TypedDict):
    """Words on one level baseline, read from left to right on the page once it is turned."""

    y: float
    size: float
    words: list[tuple[str, float, float]]
    """Text, left and right end; at least one."""


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
    known = [found for rows in boxes for row in rows if (found := slope(row)) is not None]
    askew = median(known) if known else 0.0
    lines = [
        line
        for block, rows in zip(page.blocks, boxes, strict=True)
        for line in _block(block, rows, askew if abs(askew) <= _MOST_SLOPE else 0.0)
    ]
    return {"width": page.width, "height": page.height, "turn": page.turn, "lines": lines}


def _block(block: Block, boxes: list[list[Box]], askew: float) -> Iterator[Line]:
    """Lines of about one size get just one: readers take others for another column.

    A line sinks as its own words tell, or as the page does.
    """
    slopes = [own if _near(own := slope(row), askew) else askew for row in boxes]
    rows = [_lettered(line, row) for line, row in zip(block.lines, boxes, strict=True)]
    lines = [fit(row, own) for row, own in zip(rows, slopes, strict=True)]
    usual = median(line.size for line in lines)
    for text, row, base in zip(block.lines, boxes, lines, strict=True):
        about = 1 / _ALIKE < base.size / usual < _ALIKE
        yield from _line([word.text for word in text.words], row, base.resized(usual) if about else base)


def _lettered(line: TextLine, boxes: list[Box]) -> list[Box]:
    """The boxes by which a line goes: of words, not of dashes, unless there is nothing else."""
    pairs = zip(line.words, boxes, strict=True)
    return [box for word, box in pairs if any(map(str.isalnum, word.text))] or boxes


def _near(own: float | None, askew: float) -> TypeGuard[float]:
    return own is not None and abs(own - askew) <= _MOST_SLOPE


def _line(texts: list[str], boxes: list[Box], base: Baseline) -> Iterator[Line]:
    """A line, word by word on steps where it sinks: readers break words of text that is drawn aslant."""
    ends = [_end(box, after, base.size) for box, after in zip(boxes, [*boxes[1:], None], strict=True)]
    words = [(text, box.x0, end) for text, box, end in zip(texts, boxes, ends, strict=True)]
    sinks = base.slope * (max(ends) - base.x)
    if abs(sinks) <= _LEVEL:
        yield {"y": base.y + sinks / 2, "size": base.size, "words": words}
        return
    steps = min(1.0, _STEPS * base.size / abs(sinks))
    for word in words:
        at = ((word[1] + word[2]) / 2 - base.x) / (max(ends) - base.x) - 0.5
        yield {"y": base.y + sinks * (0.5 + steps * at), "size": base.size, "words": [word]}


def _end(box: Box, after: Box | None, size: float) -> float:
    """Where a word ends: so far before the next that readers see a space, and neither a word nor a column."""
    end = max(box.x1, box.x0)
    if after is None or after.x0 <= box.x0:
        return end
    least, most = after.x0 - _COLUMN * size, after.x0 - _SPACE * size
    if least > end:
        return min(least, end + _STRETCH) if least - end < 2 * _STRETCH else end
    return max(min(end, most), (box.x0 + after.x0) / 2)


def shown(box: Box, found: Sheet) -> Box:
    """A box of the page as it is read, in points of the page as shown."""
    return turned(box, (360 - found["turn"]) % 360, *_sides(found))


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
    return {
        "y": line["y"] * scale + dy,
        "size": line["size"] * scale,
        "words": [(word, x0 * scale + dx, x1 * scale + dx) for word, x0, x1 in line["words"]],
    }


def _sides(found: Sheet) -> tuple[float, float]:
    """Width and height of the page as it is read."""
    sides = found["width"], found["height"]
    return sides if found["turn"] % 180 == 0 else sides[::-1]


def text(found: Sheet) -> str:
    """The words of a sheet, a line each."""
    return "\n".join(" ".join(word[0] for word in line["words"]) for line in found["lines"])
