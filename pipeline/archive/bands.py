"""Bands across a page, so that readers who sort its words by their places come to the order of the text.

``pdftotext`` without ``-raw`` makes blocks of words that stand near each other and sorts the blocks (Breuel,
High Performance Document Layout Analysis, 2003): one that overlaps another from left to right comes after it
if its top is lower; else the left one comes first, unless a third stands between. So it reads a table column
by column, and a head of two columns too. Here a page is a stack of bands, each of columns side by side:

- a blank as wide as the page stands between two bands, as such a third;
- a column is one block: its letters have one size, small enough that its neighbours are none of it, and
  blanks join its lines where that size is too small for their distance;
- the tops of a band's columns go down from left to right, by blanks above those that begin too low.

The numbers are those of poppler's ``TextOutputDev``.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from itertools import pairwise
from statistics import median

from pipeline.archive.line import Line, Placed, base, blank, ends, top

_THIN, _FLAT = 1.0, 0.2
"""Size and height of the blanks between bands: so small that they are no block with letters."""
_OVERLAP = 2.0
"""Points by which columns may overlap: OCR's boxes are not always tight."""
_FACTORS = (1.0, 0.93, 0.86, 0.8, 0.74)
_ALIKE = 0.055
"""Of the letters' size: lines below each other are two blocks where it differs by 0.05."""
_APART = 1.02
"""Of the letters' size: words no further than 1 beside a block may be part of it."""
_PITCH = 1.45
"""Of the letters' size: lines further apart than 1.5 are two blocks."""
_ROW = 0.5
"""Of the letters' size: words no further apart, up or down, may be one line."""
_REACH = 2.8
"""Of the letters' size: a font that says that its letters stand 3 above their baseline is not believed."""
_LEAST = 3.0
_TRIM = 2.0
"""Points by which ends and tops of words are moved for a column's sake."""
_DOWN = 0.05
"""Points between the tops of columns side by side."""
_BELOW, _ABOVE = 0.1, 0.4
"""Points from a blank between bands up to the lowest top of the one, down to the highest of the other."""
_AFTER = 0.2
_DOT, _STUB = 0.2, 0.5
"""Points by which the other blanks are wide, and high at least."""
_EDGE = 1.0
"""Points by which blanks end before the page does: what leaves it is not read."""
_FAR = 1000.0

Lines = tuple[Sequence[Line], bool]
"""The lines of a block, and whether it is a cell of a table."""


class _Column:
    """Lines below each other, each of which overlaps all others from left to right."""

    def __init__(self, line: Line) -> None:
        self.lines = [line]
        self._shared = ends(line)
        self.reach = self._shared[1]
        """Where its longest line ends."""

    @property
    def words(self) -> list[Placed]:
        return [word for line in self.lines for word in line["words"]]

    @property
    def ends(self) -> tuple[float, float]:
        return min(word[2] for word in self.words), max(word[4] for word in self.words)

    @property
    def top(self) -> float:
        return min(word[3] for word in self.words)

    def takes(self, line: Line) -> bool:
        """Whether a line goes below."""
        left, right = ends(line)
        return (
            self._shared[0] < right
            and left < self._shared[1]
            and base(line) > base(self.lines[-1])
            and top(line) > top(self.lines[-1])
        )

    def add(self, line: Line) -> None:
        """Put a line below."""
        left, right = ends(line)
        self._shared = max(self._shared[0], left), min(self._shared[1], right)
        self.reach = max(self.reach, right)
        self.lines.append(line)


_Band = list[_Column]


def banded(blocks: Sequence[Lines], width: float) -> list[Line]:
    """The lines of a page with the blanks that make its bands and columns.

    Args:
        blocks: in reading order; sizes and words of their lines are changed.
        width: of the page as it is read.
    """
    bands = list(_bands(blocks))
    everything = sorted((word for lines, _ in blocks for line in lines for word in line["words"]), key=_base)
    made: list[list[Line]] = []
    limit: float | None = None
    sizes: list[float] = []
    for number in reversed(range(len(bands))):
        band = bands[number]
        if len(band) > 1:
            for column in band:
                _even(column, everything)
        sizes = _resize(band, sizes)
        if len(band) > 1:
            for column in reversed(band):
                _join(column)
                limit = _raise(column, limit)
        for column in band:
            _keep_hyphens(column.lines)
        made.append([line for column in band for line in column.lines])
        if number:
            y = min(column.top for column in band) - _ABOVE
            made.append([blank(_EDGE, y + _FLAT, y, width - _EDGE, _THIN)])
            limit = y - _BELOW
    return [line for part in reversed(made) for line in part]


def joined(blocks: Sequence[Lines], width: float) -> list[Line]:
    """The lines of a page that lies on its side, as one block.

    Where text runs upwards or downwards poppler sorts the lines of a block well, but not the blocks. So a
    cell of several lines is not read whole there.

    Args:
        blocks: in reading order; sizes and words of their lines are changed.
        width: of the page as it is read.
    """
    lines = [line for found, _ in blocks for line in found]
    if not lines:
        return []
    size = median(line["size"] for line in lines)
    for line in lines:
        line["size"] = size
    for before, line in pairwise(lines):
        if _same_row(before, line):
            y = max(base(before) - _TRIM, min(base(before), base(line) + _TRIM))
            for each in (before, line):
                each["words"][:] = [_on(y, word) for word in each["words"]]
    _keep_hyphens(lines)
    made: list[Line] = []
    highest = sorted(lines, key=base)
    for above, line in pairwise(highest):
        made += [blank(_EDGE, y, y - _STUB, width - _EDGE, size) for y in _between(above, line)]
    return [*lines, *made]


def _bands(blocks: Sequence[Lines]) -> Iterator[_Band]:
    band: _Band = []
    for lines, is_cell in blocks:
        for number, line in enumerate(lines):
            near = is_cell or len(band) == 1 or (band and _pitch(band[-1].lines[-1], line) <= _PITCH)
            if number and near and band[-1].takes(line) and _beside(line, band[:-1]):
                band[-1].add(line)
            elif band and _beside(line, band):
                band.append(_Column(line))
            elif number and not is_cell and len(band) == 1 and _same_row(band[0].lines[-1], line):
                # what stands below what came before stands in one row with what comes
                last = band[0].lines.pop()
                if band[0].lines:
                    yield band
                band = [_Column(last), _Column(line)]
            else:
                if band:
                    yield band
                band = [_Column(line)]
    if band:
        yield band


def _pitch(above: Line, line: Line) -> float:
    return (base(line) - base(above)) / line["size"]


def _same_row(before: Line, line: Line) -> bool:
    return ends(line)[0] >= ends(before)[1] - _OVERLAP and abs(_pitch(before, line)) < 2 * _ROW


def _on(y: float, word: Placed) -> Placed:
    text, _, left, above, right, below = word
    y = min(max(y, above - _TRIM), below + _TRIM)
    return text, y, left, min(above, y), right, max(below, y)


def _beside(line: Line, band: _Band) -> bool:
    return all(ends(line)[0] >= column.reach - _OVERLAP for column in band)


def _even(column: _Column, everything: Sequence[Placed]) -> None:
    """One size for all of a column, by which it is parted from what stands beside it."""
    size = median(line["size"] for line in column.lines)
    _trim(column, everything, size)
    size = max(min(size, *(gap / _APART for gap in _gaps(column, everything, size))), _LEAST)
    for line in column.lines:
        line["size"] = size


def _trim(column: _Column, everything: Sequence[Placed], size: float) -> None:
    """A column a little narrower where others are near."""
    by = [min(max(_APART * size - gap, 0) / 2, _TRIM) for gap in _gaps(column, everything, size)]
    start, end = column.ends[0] + by[0], column.ends[1] - by[1]
    for line in column.lines:
        line["words"][:] = [
            (text, y, max(left, min(start, right - 1)), above, min(right, max(end, left + 1)), below)
            for text, y, left, above, right, below in line["words"]
        ]


def _base(word: Placed) -> float:
    return word[1]


def _gaps(column: _Column, everything: Sequence[Placed], size: float) -> tuple[float, float]:
    """How far the words on a column's lines stand from it, at its left and at its right."""
    bases = [word[1] for word in column.words]
    low, high = min(bases) - _ROW * size, max(bases) + _ROW * size
    left, right = column.ends
    start, end = bisect_left(everything, low, key=_base), bisect_right(everything, high, key=_base)
    near = [(word[2], word[4]) for word in everything[start:end]]
    lefts = [left - b for a, b in near if b <= left + _OVERLAP and a + b < left + right]
    rights = [a - right for a, b in near if a >= right - _OVERLAP and a + b > left + right]
    return min(lefts, default=_FAR), min(rights, default=_FAR)


def _resize(band: _Band, below: list[float]) -> list[float]:
    """Make a band's letters so small that they are no block with those of the band below; its sizes."""
    sizes = {line["size"] for column in band for line in column.lines}

    def parts(factor: float) -> bool:
        return all(
            abs(size * factor - other) > _ALIKE * max(size, other) for size in sizes for other in below
        )

    factor = next(filter(parts, _FACTORS), _FACTORS[-1])
    for column in band:
        for line in column.lines:
            line["size"] *= factor
    return [size * factor for size in sizes]


def _join(column: _Column) -> None:
    """Blanks between lines that are too far apart for one block."""
    made = column.lines[:1]
    for above, line in pairwise(column.lines):
        left = max(above["words"][0][2], line["words"][0][2])
        made += [blank(left, y, y - _STUB, left + _DOT, line["size"]) for y in _between(above, line)]
        made.append(line)
    column.lines[:] = made


def _between(above: Line, line: Line) -> list[float]:
    """Baselines between those of two lines, so many that none are too far apart for one block."""
    start, end = base(above), base(line)
    steps = int((end - start) / (_PITCH * line["size"]))
    return [start + step * (end - start) / (steps + 1) for step in range(1, steps + 1)]


def _raise(column: _Column, limit: float | None) -> float:
    """Let a column begin no lower than a limit; the limit for the column before it."""
    if limit is None or column.top < limit:
        return column.top - _DOWN
    first = column.lines[0]
    size, words = first["size"], first["words"]
    highest = min(range(len(words)), key=lambda i: words[i][3])
    text, y, left, above, right, below = words[highest]
    if above - limit <= _TRIM:
        words[highest] = (text, y, left, limit, right, below)
        return limit - _DOWN
    left, y = words[0][2], base(first)
    if y - limit <= _REACH * size:
        words[:0] = blank(left, y, limit, left + _DOT, size)["words"]
        return limit - _DOWN
    rungs: list[float] = []
    while y - limit > _REACH * size:
        y -= _PITCH * size
        rungs.insert(0, y)
    tops = [limit, *(rung - _STUB for rung in rungs[1:])]
    column.lines[:0] = [
        blank(left, rung, edge, left + _DOT, size) for rung, edge in zip(rungs, tops, strict=True)
    ]
    return limit - _DOWN


def _keep_hyphens(lines: Sequence[Line]) -> None:
    """A blank after a hyphen that ends a line: it would be dropped and the next line joined to it."""
    for line in lines:
        text, y, _, _, right, _ = line["words"][-1]
        if text.endswith("-"):
            left = right + _AFTER * line["size"]
            line["words"] += blank(left, y, y - _STUB, left + _DOT, line["size"])["words"]
