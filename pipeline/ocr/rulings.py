"""Ruling lines of tables: found as long dark runs in a reduced image, joined to grids of cells.

Lines are found before OCR and erased for it: Tesseract reads across columns where lines stand, and takes
their ends for letters.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from pipeline.intake.marks import Line
from pipeline.ocr.greys import percentile

if TYPE_CHECKING:
    from PIL import Image

_WORK_DPI = 150
_ACROSS = 0.6
"""Shortest horizontal line in inches: longer than any stroke of a letter, shorter than a table."""
_DOWN = 0.22
"""Shortest vertical line in inches: capitals at 14 points are 0.13 high, a table's row at least this."""
_SOLID = 0.92
"""Share of dark pixels in a line; a line of text has 0.4-0.7."""
_THICKEST = 0.05
_NEAR = 0.05
_BESIDE = 0.01
"""Inches between pieces of one line, across it: less than a pixel of the reduced image's two."""
_BRIDGED = 0.04
"""Inches of a gap within a line: four pixels where a page is drawn for its lines at 100 dpi."""
_POINTS = 72
"""Points in an inch."""
_MOST_LINES = 400
_LEAST_WIDTH = 0.4
"""Of the page: receipt stamps and the emblem in a seal are grids too, but small ones over other text."""
_FRAME = 0.75
"""A grid whose largest cell takes more than this share is a frame around something, not a table."""

Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Segment:
    """A straight line along one axis: at ``at`` across it, from ``start`` to ``end``, in pixels."""

    at: float
    start: float
    end: float


@dataclass(frozen=True)
class Grid:
    """A ruled table: ``xs`` and ``ys`` are its borders (n+1 for n columns or rows), in pixels.

    ``cells[i][j]`` is the number of the cell that row ``i`` has in column ``j``; a merged cell has the same
    number in all its places.
    """

    xs: tuple[float, ...]
    ys: tuple[float, ...]
    cells: tuple[tuple[int, ...], ...]


@dataclass(frozen=True)
class Rulings:
    """The tables of an image and the pixels of their lines (at full size)."""

    grids: tuple[Grid, ...]
    mask: Mask | None = None


def find(image: Image.Image, dpi: int) -> Rulings:
    """The ruled tables of an upright grey image.

    Args:
        image: mode ``L``, dark on light.
        dpi: its resolution.
    """
    from PIL.Image import Transpose

    step = max(1, round(dpi / _WORK_DPI))
    reduced = image.reduce(step) if step > 1 else image
    small = np.asarray(reduced)
    inch = dpi / step
    paper = _paper(small)
    dark = small < 0.72 * paper
    across = _opened(_thickened(dark), int(_ACROSS * inch))
    horizontal = _segments(across, _THICKEST * inch)
    if len(horizontal) < 2:
        return Rulings(())
    # Pillow turns an image in a fifth of the time that working down an array's columns takes
    turned = np.asarray(reduced.transpose(Transpose.TRANSPOSE)) < 0.72 * paper
    down = _opened(_thickened(turned), int(_DOWN * inch)).T
    vertical = _segments(down.T, _THICKEST * inch)
    if len(vertical) < 2 or len(horizontal) + len(vertical) > _MOST_LINES:
        return Rulings(())
    grids = []
    mask = np.zeros_like(dark)
    for grid, rows, columns in _grids(horizontal, vertical, inch, dark.shape[1]):
        grids.append(Grid(tuple(x * step for x in grid.xs), tuple(y * step for y in grid.ys), grid.cells))
        _draw(mask, across, down.T, rows, columns, round(_THICKEST * inch))
    return Rulings(tuple(grids), _enlarged(mask, step, image.size)) if grids else Rulings(())


def from_lines(across: Iterable[Line], down: Iterable[Line], width: float) -> tuple[Grid, ...]:
    """The ruled tables that a page's own lines make, in points.

    Args:
        across: pieces of horizontal lines: y, and x from and to, in points.
        down: pieces of vertical lines: x, and y from and to.
        width: the page's width.
    """
    horizontal, vertical = _joined(across, _ACROSS), _joined(down, _DOWN)
    if len(horizontal) < 2 or len(vertical) < 2 or len(horizontal) + len(vertical) > _MOST_LINES:
        return ()
    return tuple(grid for grid, _, _ in _grids(horizontal, vertical, _POINTS, width))


def erased(image: Image.Image, rulings: Rulings) -> Image.Image:
    """The image without its tables' lines."""
    from PIL import Image

    if rulings.mask is None:
        return image
    pixels = np.asarray(image).copy()
    pixels[rulings.mask] = _paper(pixels[::4, ::4])
    return Image.fromarray(pixels)


def _paper(pixels: NDArray[np.uint8]) -> int:
    """The grey level of the paper."""
    return int(percentile(pixels[::3, ::3], 75))


def _thickened(dark: Mask) -> Mask:
    """Each row with its neighbours, so that a line that drifts by a pixel stays one line."""
    thick = dark.copy()
    thick[1:] |= dark[:-1]
    thick[:-1] |= dark[1:]
    return thick


def _opened(dark: Mask, length: int) -> Mask:
    """Where rows hold runs of at least ``length`` that are almost solid."""
    opened = np.zeros_like(dark)
    if dark.shape[1] <= length:
        return opened
    rows = np.flatnonzero(_may_hold(dark, length))
    some = dark[rows]
    height, width = some.shape
    # half as wide numbers take half the time; a page of so many pixels across is rare
    count: type[np.signedinteger] = np.int16 if width < np.iinfo(np.int16).max else np.int32
    sums = np.zeros((height, width + 1), count)
    np.cumsum(some, axis=1, dtype=count, out=sums[:, 1:])
    solid = sums[:, length:] - sums[:, :-length] >= _SOLID * length
    # a pixel belongs to a line where any window over it is solid
    marks = np.zeros((height, width + 1), count)
    marks[:, : solid.shape[1]] += solid
    marks[:, length : length + solid.shape[1]] -= solid[:, : width + 1 - length]
    opened[rows] = (np.cumsum(marks, axis=1, dtype=count)[:, :width] > 0) & some
    return opened


def _may_hold(dark: Mask, length: int) -> Mask:
    """Which rows may hold a run of ``length`` that is almost solid: hardly a row of text can.

    Such a run covers three whole pieces of a quarter of its length, one behind the other; what the run lacks,
    they may lack.
    """
    piece = max(length // 4, 1)
    whole = dark.shape[1] // piece
    # a product takes a third of a sum's time; a piece has fewer pixels than a byte can count
    pieces = dark[:, : whole * piece].reshape(-1, whole, piece).view(np.uint8)
    inked = (pieces @ np.ones(piece, np.uint8)).astype(np.int16)
    three = inked[:, :-2] + inked[:, 1:-1] + inked[:, 2:]
    enough: Mask = three.max(axis=1, initial=0) >= int(3 * piece - (1 - _SOLID) * length)
    return enough


def _segments(mask: Mask, thickest: float) -> list[Segment]:
    """The lines of a mask: runs of neighbouring rows that overlap, as thin as a line is."""
    found: list[list[int]] = []  # first row, last row, start, end, pixels
    for row in np.flatnonzero(mask.any(axis=1)):
        edges = np.flatnonzero(np.diff(np.concatenate(([0], mask[row].view(np.int8), [0]))))
        for start, end in _bridged(edges.reshape(-1, 2).tolist()):
            line = next(
                (f for f in reversed(found[-60:]) if f[1] >= row - 2 and f[2] < end and start < f[3]), None
            )
            if line is None:
                found.append([int(row), int(row), start, end, end - start])
            else:
                line[1:] = [int(row), min(line[2], start), max(line[3], end), line[4] + end - start]
        if len(found) > 4 * _MOST_LINES:
            return []
    # mean thickness: a line that slopes a little runs over many rows and is thin all the same;
    # thickening added a row on each side
    return [Segment((a + b) / 2, s, e) for a, b, s, e, area in found if area / (e - s) - 2 <= thickest]


def _bridged(runs: list[list[int]]) -> list[tuple[int, int]]:
    """Runs with gaps of up to four pixels closed."""
    closed: list[tuple[int, int]] = []
    for start, end in runs:
        if closed and start - closed[-1][1] <= 4:
            closed[-1] = (closed[-1][0], end)
        else:
            closed.append((start, end))
    return closed


def _joined(pieces: Iterable[Line], shortest: float) -> list[Segment]:
    """Pieces of lines put together where they follow each other or overlap; lengths are in inches."""
    beside: list[list[Line]] = []
    for piece in sorted(pieces):
        last = beside[-1] if beside else []
        if (
            last
            and piece[0] - last[-1][0] <= _BESIDE * _POINTS
            and piece[0] - last[0][0] <= _THICKEST * _POINTS
        ):
            last.append(piece)
        else:
            beside.append([piece])
    return [line for group in beside for line in _runs(group) if line.end - line.start >= shortest * _POINTS]


def _runs(pieces: Iterable[Line]) -> Iterator[Segment]:
    """The almost solid runs of pieces that stand on one line."""
    runs: list[tuple[float, float, float, float]] = []  # where, start, end, length that is drawn
    for at, start, end in sorted(pieces, key=itemgetter(1, 2)):
        if runs and start - runs[-1][2] <= _BRIDGED * _POINTS:
            where, first, last, drawn = runs[-1]
            drawn += max(0.0, end - max(start, last))
            runs[-1] = (where, first, max(last, end), drawn)
        else:
            runs.append((at, start, end, end - start))
    yield from (Segment(at, start, end) for at, start, end, drawn in runs if drawn >= _SOLID * (end - start))


def _grids(
    horizontal: Sequence[Segment], vertical: Sequence[Segment], inch: float, width: float
) -> list[tuple[Grid, list[Segment], list[Segment]]]:
    """The tables that lines make, with their lines, from the top; ``width`` is the page's."""
    near = _NEAR * inch
    found = [
        (_grid(rows, columns, near), rows, columns) for rows, columns in _tables(horizontal, vertical, near)
    ]
    kept = [
        (grid, rows, columns)
        for grid, rows, columns in found
        if grid is not None and grid.xs[-1] - grid.xs[0] >= _LEAST_WIDTH * width
    ]
    return sorted(kept, key=lambda each: (each[0].ys[0], each[0].xs[0]))


def _tables(
    horizontal: Sequence[Segment], vertical: Sequence[Segment], near: float
) -> list[tuple[list[Segment], list[Segment]]]:
    """Lines that touch, grouped; a group needs two lines each way."""
    count = len(horizontal)
    parent = list(range(count + len(vertical)))

    def root(i: int) -> int:
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    for i, h in enumerate(horizontal):
        for j, v in enumerate(vertical):
            if h.start - near <= v.at <= h.end + near and v.start - near <= h.at <= v.end + near:
                parent[root(i)] = root(count + j)
    groups: dict[int, tuple[list[Segment], list[Segment]]] = {}
    for i, line in enumerate([*horizontal, *vertical]):
        groups.setdefault(root(i), ([], []))[i >= count].append(line)
    return [group for group in groups.values() if len(group[0]) >= 2 and len(group[1]) >= 2]


def _grid(rows: Sequence[Segment], columns: Sequence[Segment], near: float) -> Grid | None:
    """The cells between lines; None where they make a mere frame."""
    left, right = min(r.start for r in rows), max(r.end for r in rows)
    top, bottom = min(c.start for c in columns), max(c.end for c in columns)
    xs = _borders([c.at for c in columns], left, right, 2 * near)
    ys = _borders([r.at for r in rows], top, bottom, 2 * near)
    if len(xs) < 3 or len(ys) < 2:
        return None
    across, down = len(xs) - 1, len(ys) - 1
    number = np.arange(down * across).reshape(down, across)
    for i in range(down):
        for j in range(across):
            if j and not _drawn(columns, xs[j], ys[i], ys[i + 1], near):
                number[number == number[i, j]] = number[i, j - 1]
            if i and not _drawn(rows, ys[i], xs[j], xs[j + 1], near):
                number[number == number[i, j]] = number[i - 1, j]
    if _largest(number, xs, ys) > _FRAME:
        return None
    return Grid(tuple(xs), tuple(ys), tuple(tuple(int(n) for n in line) for line in number))


def _largest(number: NDArray[np.int64], xs: Sequence[float], ys: Sequence[float]) -> float:
    """The share of the grid that its largest cell takes."""
    areas = np.outer(np.diff(ys), np.diff(xs))
    sums = np.bincount(number.ravel(), weights=areas.ravel())
    return float(sums.max() / areas.sum())


def _borders(places: list[float], first: float, last: float, near: float) -> list[float]:
    """Places of parallel lines, those that are one line joined; a table may lack its outer lines."""
    borders: list[list[float]] = []
    for place in sorted(places):
        if borders and place - borders[-1][-1] <= near:
            borders[-1].append(place)
        else:
            borders.append([place])
    middles = [sum(group) / len(group) for group in borders]
    if middles[0] - first > 2 * near:
        middles.insert(0, first)
    if last - middles[-1] > 2 * near:
        middles.append(last)
    return middles


def _drawn(lines: Sequence[Segment], at: float, start: float, end: float, near: float) -> bool:
    """Whether a border is drawn over at least half of the way from ``start`` to ``end``."""
    over = sum(
        max(0.0, min(line.end, end) - max(line.start, start))
        for line in lines
        if abs(line.at - at) <= 2 * near
    )
    return over >= 0.5 * (end - start)


def _draw(
    mask: Mask, across: Mask, down: Mask, rows: Sequence[Segment], columns: Sequence[Segment], reach: int
) -> None:
    """Mark the pixels of a table's lines; ``down`` comes transposed."""
    for lines, source, target in ((rows, across, mask), (columns, down, mask.T)):
        for line in lines:
            band = slice(max(0, int(line.at) - reach), int(line.at) + reach + 1)
            along = slice(int(line.start), int(line.end))
            target[band, along] |= source[band, along]


def _enlarged(mask: Mask, step: int, size: tuple[int, int]) -> Mask:
    """The mask at full size."""
    width, height = size
    large = np.repeat(np.repeat(mask, step, axis=0), step, axis=1)[:height, :width]
    full = np.zeros((height, width), np.bool_)
    full[: large.shape[0], : large.shape[1]] = large
    return full
