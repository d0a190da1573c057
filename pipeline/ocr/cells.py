"""Words of a ruled table become rows: one line a row, cells joined by a bar."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

from pipeline.intake.affine import Affine
from pipeline.ocr.lines import BAR, Line, lines
from pipeline.ocr.rulings import Grid
from pipeline.ocr.words import Token


def rows(tokens: Sequence[Token], grids: Sequence[Grid], affine: Affine) -> tuple[list[Line], list[Token]]:
    """The rows of all tables, and the words that stand outside them.

    Args:
        tokens: words with boxes in points.
        grids: tables in pixels.
        affine: the map from those pixels to points; it keeps axes parallel.
    """
    left = list(tokens)
    found: list[Line] = []
    for grid in grids:
        xs = [affine.apply(x, grid.ys[0])[0] for x in grid.xs]
        ys = [affine.apply(grid.xs[0], y)[1] for y in grid.ys]
        inside: list[Token] = []
        outside: list[Token] = []
        for token in left:
            (inside if _within(token, xs, ys) else outside).append(token)
        left = outside
        found += _table(inside, xs, ys, grid)
    return found, left


def _within(token: Token, xs: list[float], ys: list[float]) -> bool:
    middle = (token.box.x0 + token.box.x1) / 2
    return xs[0] <= middle <= xs[-1] and ys[0] <= token.middle <= ys[-1]


def _table(tokens: Sequence[Token], xs: list[float], ys: list[float], grid: Grid) -> list[Line]:
    held: dict[int, list[Token]] = {}
    for token in tokens:
        i = min(max(bisect_right(ys, token.middle) - 1, 0), len(ys) - 2)
        j = min(max(bisect_right(xs, (token.box.x0 + token.box.x1) / 2) - 1, 0), len(xs) - 2)
        held.setdefault(grid.cells[i][j], []).append(token)
    found = []
    written: set[int] = set()
    for i, numbers in enumerate(grid.cells):
        cells: list[list[Token]] = []
        for number in numbers:
            cells.append([] if number in written else _in_order(held.get(number, [])))
            written.add(number)
        if any(cells):
            found.append(Line(cells, BAR, ys[i]))
    return found


def _in_order(tokens: Sequence[Token]) -> list[Token]:
    """A cell's words line by line: wrapped lines follow each other."""
    return [token for line in lines(tokens) for cell in line.cells for token in cell]
