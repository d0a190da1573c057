"""A table's cells set one under the other, so that Tesseract reads each by itself.

Read in place, words of neighbouring cells are taken for one line, and a lone digit in a cell for a speck. In
a strip of cells the page has one column, and no line holds more than one cell; the pixels read are fewer than
the table's, so that it costs no time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from pipeline.ocr.greys import percentile
from pipeline.ocr.rulings import Grid
from pipeline.ocr.tesseract import Read

if TYPE_CHECKING:
    from PIL import Image

_INSET = 0.02
_GAP = 0.10
_MARGIN = (0.05, 0.03)
"""Inches around a cell's ink, across and down: letters cut out too tightly are misread (7.2 % of words in
drawn loan tables were wrong with 0.01, 6.4 % with this)."""
_TOGETHER = (0.04, 0.05)
"""Inches across and down of tiles that touch where words stand together: blanks are 0.05 wide at 13 points,
wrapped lines 0.07 apart, cells 0.1 and more."""
_BLANK = 0.065
"""Inches: a wide blank of 13 points; cells stand further apart."""
_LEAST_INK = 0.03
"""Inches of ink a cell must have each way to be read; a full stop has 0.01. What is no larger and stands
apart from all else in its cell is dust."""
_DARK = 0.7
"""Share of the paper's grey below which a pixel is ink."""
_FAINT = 0.8
"""The same where dust is told from print: strokes too pale to be ink hold a letter's ends together. Of 626
numbers in drawn tables 14 are misread with their dust, 4 without it; with 0.85 here 6, with 0.9 8."""


@dataclass(frozen=True)
class Piece:
    """A cell in the strip: which it is, its ink's top left on the page, its box in the strip (pixels)."""

    number: int
    x: int
    y: int
    left: int
    top: int
    bottom: int


@dataclass(frozen=True)
class Strip:
    """The strip's image and its pieces from top to bottom."""

    image: Image.Image
    pieces: tuple[Piece, ...]


def cut(image: Image.Image, grids: tuple[Grid, ...], dpi: int) -> tuple[Image.Image, Strip | None]:
    """Take the tables out of a page.

    Args:
        image: a grey page without the tables' lines.
        grids: the tables, in its pixels.
        dpi: its resolution.

    Returns:
        The page with its tables blanked, and the strip of their cells (None where all are empty).
    """
    from PIL import Image

    if not grids:
        return image, None
    pixels = np.asarray(image)
    paper = int(percentile(pixels[::4, ::4], 55))
    rest = pixels.copy()
    for grid in grids:
        x0, x1 = max(0, int(grid.xs[0])), int(grid.xs[-1]) + 1
        y0, y1 = max(0, int(grid.ys[0])), int(grid.ys[-1]) + 1
        rest[y0:y1, x0:x1] = paper
    boxes = [box for grid in grids for box in _boxes(grid, round(_INSET * dpi), image.size)]
    return Image.fromarray(rest), stack(image, boxes, dpi)


def stack(image: Image.Image, boxes: Sequence[tuple[int, int, int, int]], dpi: int) -> Strip | None:
    """Set the parts of a grey page that hold ink one under the other; None where all are empty.

    Args:
        image: the page.
        boxes: the parts, inside the page, in its pixels.
        dpi: its resolution.
    """
    pixels = np.asarray(image)
    paper = int(percentile(pixels[::4, ::4], 55))
    cells: list[tuple[int, int, int, NDArray[np.uint8]]] = []
    for number, box in enumerate(boxes):
        x0, y0, x1, y1 = box
        cell = _dusted(pixels[y0:y1, x0:x1], paper, dpi)
        ink = _ink(cell, paper, dpi)
        if ink is not None:
            left, top, right, bottom = ink
            cells.append((number, x0 + left, y0 + top, cell[top:bottom, left:right]))
    return _stacked(cells, paper, round(_GAP * dpi))


def blobs(image: Image.Image, box: tuple[int, int, int, int], dpi: int) -> list[tuple[int, int, int, int]]:
    """The boxes of what stands together in a part of a grey page: the headings of a table without rules.

    Args:
        image: the page.
        box: the part, in its pixels.
        dpi: its resolution.
    """
    x0, y0, x1, y1 = box
    pixels = np.asarray(image)
    dark = pixels[y0:y1, x0:x1] < _DARK * int(percentile(pixels[::4, ::4], 55))
    found: list[tuple[int, int, int, int]] = []
    for i0, i1, j0, j1 in _together(dark, dpi):
        tight = np.flatnonzero(dark[i0:i1, j0:j1].any(axis=0))
        left, right = x0 + j0 + int(tight[0]), x0 + j0 + int(tight[-1]) + 1
        found = _with(found, (left, y0 + i0, right, min(y0 + i1, y1)), round(_BLANK * dpi))
    margin = round(_BLANK / 2 * dpi)
    return [(max(0, a - margin), b, min(image.width, c + margin), d) for a, b, c, d in found]


def _with(
    boxes: Sequence[tuple[int, int, int, int]], box: tuple[int, int, int, int], reach: int
) -> list[tuple[int, int, int, int]]:
    """Boxes and one more, joined with those that it overlaps or that stand a blank beside it."""
    apart = []
    for other in boxes:
        across = max(other[0], box[0]) - min(other[2], box[2])
        if across <= reach and other[1] < box[3] and box[1] < other[3]:
            box = (min(box[0], other[0]), min(box[1], other[1]), max(box[2], other[2]), max(box[3], other[3]))
        else:
            apart.append(other)
    # what it has taken up may now lie beside others
    return _with(apart, box, reach) if len(apart) < len(boxes) else [*apart, box]


def _together(dark: NDArray[np.bool_], dpi: int) -> list[tuple[int, int, int, int]]:
    """Where ink stands together: first and last row and column, from the top left on, in whole tiles."""
    across, down = (max(1, round(reach * dpi)) for reach in _TOGETHER)
    # in tiles so large that what stands together touches
    high, wide = -(-dark.shape[0] // down), -(-dark.shape[1] // across)
    padded = np.zeros((high * down, wide * across), np.bool_)
    padded[: dark.shape[0], : dark.shape[1]] = dark
    tiles = np.asarray(padded.reshape(high, down, wide, across).any(axis=(1, 3)))
    found = []
    for places in _connected(tiles):
        rows, columns = [i for i, _ in places], [j for _, j in places]
        i0, i1 = min(rows) * down, (max(rows) + 1) * down
        found.append((i0, i1, min(columns) * across, (max(columns) + 1) * across))
    return found


def _connected(tiles: NDArray[np.bool_]) -> list[list[tuple[int, int]]]:
    """Marked tiles that touch by a side or a corner, from the top left on."""
    left = {(int(i), int(j)) for i, j in zip(*np.nonzero(tiles), strict=True)}
    found = []
    for start in sorted(left):
        if start not in left:
            continue
        left.discard(start)
        group, at = [start], 0
        while at < len(group):
            i, j = group[at]
            at += 1
            for near in ((i + a, j + b) for a in (-1, 0, 1) for b in (-1, 0, 1)):
                if near in left:
                    left.discard(near)
                    group.append(near)
        found.append(group)
    return found


def placed(words: list[Read], strip: Strip) -> list[Read]:
    """Words read in a strip, put back to where they stand on the page; each cell's lines are its own.

    The first number of a line is -1 for the first of the boxes that were stacked, -2 for the next, and so on.
    """
    found = []
    for word in words:
        middle = (word.y0 + word.y1) / 2
        piece = min(strip.pieces, key=lambda p: max(p.top - middle, middle - p.bottom, 0.0))
        across, down = piece.x - piece.left, piece.y - piece.top
        found.append(
            replace(
                word,
                x0=word.x0 + across,
                x1=word.x1 + across,
                y0=word.y0 + down,
                y1=word.y1 + down,
                line=(-1 - piece.number, word.line[0] * 1000 + word.line[1], word.line[2]),
            )
        )
    return found


def _boxes(grid: Grid, inset: int, size: tuple[int, int]) -> list[tuple[int, int, int, int]]:
    """The pixels inside each cell, a merged cell as one, row by row."""
    places: dict[int, list[tuple[int, int]]] = {}
    for i, numbers in enumerate(grid.cells):
        for j, number in enumerate(numbers):
            places.setdefault(number, []).append((i, j))
    boxes = []
    for held in places.values():
        rows, columns = [i for i, _ in held], [j for _, j in held]
        x0, x1 = grid.xs[min(columns)] + inset, grid.xs[max(columns) + 1] - inset
        y0, y1 = grid.ys[min(rows)] + inset, grid.ys[max(rows) + 1] - inset
        boxes.append((max(0, int(x0)), max(0, int(y0)), min(size[0], int(x1)), min(size[1], int(y1))))
    return boxes


def _dusted(cell: NDArray[np.uint8], paper: int, dpi: int) -> NDArray[np.uint8]:
    """A cell without the specks that stand apart from all else in it.

    Beside a number they make Tesseract read ``9 -``, ``9 ˆ``, or one dash over both and no number.
    """
    dark = cell < _FAINT * paper
    across, down = (round(reach * dpi) for reach in _TOGETHER)
    rows, columns = np.flatnonzero(dark.any(axis=1)), np.flatnonzero(dark.any(axis=0))
    if not (np.diff(rows) > down).any() and not (np.diff(columns) > across).any():
        return cell
    groups = _together(dark, dpi)
    small = [(i0, i1, j0, j1) for i0, i1, j0, j1 in groups if i1 - i0 <= 2 * down and j1 - j0 <= 2 * across]
    specks = [(i0, i1, j0, j1) for i0, i1, j0, j1 in small if _is_speck(dark[i0:i1, j0:j1], dpi)]
    if not specks or len(specks) == len(groups):
        return cell
    clean = cell.copy()
    for i0, i1, j0, j1 in specks:
        clean[i0:i1, j0:j1] = paper
    return clean


def _is_speck(dark: NDArray[np.bool_], dpi: int) -> bool:
    """Whether ink is less than a cell must have to be read, each way."""
    sides = (np.flatnonzero(dark.any(axis=axis)) for axis in (0, 1))
    return all(side[-1] - side[0] < _LEAST_INK * dpi for side in sides)


def _ink(cell: NDArray[np.uint8], paper: int, dpi: int) -> tuple[int, int, int, int] | None:
    """The box around a cell's ink with a margin, in the cell's pixels; None for an empty cell."""
    height, width = cell.shape
    if width < 4 or height < 4:
        return None
    dark = cell < _DARK * paper
    rows, columns = np.flatnonzero(dark.any(axis=1)), np.flatnonzero(dark.any(axis=0))
    least = _LEAST_INK * dpi
    if rows.size < least or columns.size < least / 2:
        return None
    across, down = (round(margin * dpi) for margin in _MARGIN)
    return (
        max(0, int(columns[0]) - across),
        max(0, int(rows[0]) - down),
        min(width, int(columns[-1]) + across + 1),
        min(height, int(rows[-1]) + down + 1),
    )


def _stacked(cells: list[tuple[int, int, int, NDArray[np.uint8]]], paper: int, gap: int) -> Strip | None:
    from PIL import Image

    if not cells:
        return None
    width = max(cell.shape[1] for *_, cell in cells) + 2 * gap
    height = sum(cell.shape[0] + gap for *_, cell in cells) + gap
    sheet = np.full((height, width), paper, np.uint8)
    pieces = []
    top = gap
    for number, x, y, cell in cells:
        bottom = top + cell.shape[0]
        sheet[top:bottom, gap : gap + cell.shape[1]] = cell
        pieces.append(Piece(number, x, y, gap, top, bottom))
        top = bottom + gap
    return Strip(Image.fromarray(sheet), tuple(pieces))
