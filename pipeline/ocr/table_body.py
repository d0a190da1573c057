"""The cells of a table without rules: its columns, and which lines of words belong to which line of numbers.

The columns are parted where no line has words. The lines of a label that wraps belong to the number beside
their middle or their first, whichever fits the table better.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from itertools import chain, pairwise
from statistics import median
from typing import Literal

from pipeline.model import Box
from pipeline.ocr.lines import BAR, Line
from pipeline.ocr.pieces import SAME_LINE, Page, Piece, Span, lines, middle_of, span_of, under, united
from pipeline.ocr.table_head import REACH, Head, head_lines
from pipeline.ocr.words import Token

_CUT = 1.2
"""Blanks before a word that may begin a cell, where half of the lines have one beginning there."""
_NEAR = 0.15
"""Ems by which cells of one column may begin apart."""
_BESIDE = 0.8
"""Ems that a sign in a column of numbers stands from their line at most."""
_AROUND = 3.5
"""Ems around a number's middle in which its label stands: five lines of it."""
_LINES = 8
"""Lines of a label at most."""
_PITCH = 1.2, 1.6
"""Ems between a wrapped label's lines, at least and at most."""
_LOOSE = 1.3
"""Pitches between two lines that are not of one label."""
_ALONE = 0.8
"""Pitches that a label's line may stand from its number before it is a line of its own."""
_BARE = 0.5
"""What a number without a label counts, in pitches."""
_ABOVE = 2.6
"""Ems over the headings found in which more may stand: two lines."""
_SIGN = re.compile(r"[^\W_]|%")
_LEAST_COLUMNS = 3
_Way = Literal["middle", "first"]
"""What of a label stands beside its number."""


@dataclass
class Numbers:
    """Numbers that stand apart under each other: by lines from top to bottom, and their columns."""

    rows: list[list[Token]]
    columns: list[Span]


@dataclass
class Layout:
    """A table's headings and lines, the places of its columns, the letters' size, the words around."""

    head: Head
    body: list[Line]
    columns: list[Span]
    em: float
    near: Sequence[Token]

    @property
    def lines(self) -> list[Line]:
        """All lines from top to bottom."""
        return [*self.head.lines, *self.body]

    def tokens(self) -> Iterator[Token]:
        """All words."""
        return (token for line in self.lines for token in chain.from_iterable(line.cells))

    def boxes(self) -> Iterator[Box]:
        """Where the cells of its lines are: between lines and columns, words that lie over several as one."""
        x_edges = _edges([c[0] for c in self.columns], [c[1] for c in self.columns], self.em)
        for line, (y0, y1) in zip(self.body, pairwise(self._heights()), strict=True):
            words = list(chain.from_iterable(line.cells))
            free = [x for x in x_edges if not any(t.box.x0 < x - 1 and x + 1 < t.box.x1 for t in words)]
            yield from (Box(x0, y0, x1, y1) for x0, x1 in pairwise(free) if x0 < x1 and y0 < y1)

    def heading(self) -> Box | None:
        """Where its headings are or may be; None where there is no room for any."""
        words = [token for line in self.head.lines for token in chain.from_iterable(line.cells)]
        x0, x1 = span_of(list(self.tokens()))
        below = self._heights()[0]
        top = max(self.head.top, min([below, *(t.box.y0 for t in words)]) - _ABOVE * self.em)
        return Box(x0 - self.em, top, x1 + self.em, below) if top < below else None

    def _heights(self) -> list[float]:
        """Where its lines part."""
        words = [list(chain.from_iterable(line.cells)) for line in self.body]
        tops, bottoms = [min(t.box.y0 for t in w) for w in words], [max(t.box.y1 for t in w) for w in words]
        outer = self._clear(tops[0] - self.em / 2), self._clear(bottoms[-1] + self.em / 2)
        return [outer[0], *_edges(tops, bottoms, 0)[1:-1], outer[1]]

    def _clear(self, y: float) -> float:
        """A height near by that cuts no word."""
        cut = [t for t in self.near if t.box.y0 + 1 < y < t.box.y1 - 1]
        if not cut:
            return y
        above, below = min(t.box.y0 for t in cut) - 1, max(t.box.y1 for t in cut) + 1
        return above if y - above < below - y else below


def _edges(starts: Sequence[float], ends: Sequence[float], room: float) -> list[float]:
    """Where cells part: in the middle between one's end and the next one's start."""
    between = [(a + b) / 2 for a, b in zip(ends, starts[1:], strict=False)]
    return [starts[0] - room, *between, ends[-1] + room]


def laid_out(whole: Page, numbers: Numbers, taken: Set[int]) -> Layout | None:
    """The table around some numbers; None where it has too few columns.

    Args:
        whole: the page.
        numbers: what makes it a table.
        taken: ``id`` of the words of other tables.
    """
    anchors, em = [middle_of(row) for row in numbers.rows], whole.em
    around = whole.between(anchors[0] - _AROUND * em, anchors[-1] + _AROUND * em)
    near = [token for token in around if id(token) not in taken]
    found = whole.pieces(near)
    first, last = anchors[0] - SAME_LINE * em, anchors[-1] + SAME_LINE * em
    inner = _cut([piece for piece in found if first <= piece.middle <= last], whole)
    columns = _columns(inner, numbers)
    if len(columns) < _LEAST_COLUMNS:
        return None
    body: list[list[list[Token]]] = [[[] for _ in columns] for _ in anchors]
    loose: dict[int, list[Piece]] = {}
    for part in chain.from_iterable(_parted(piece, columns) for piece in inner):
        k, row = _nearest(part.span, columns), _closest(anchors, part.middle)
        if columns[k] in numbers.columns and abs(anchors[row] - part.middle) <= _BESIDE * em:
            body[row][k] += part.tokens
        else:
            loose.setdefault(k, []).append(part)
    table = [Line(cells, BAR, y) for cells, y in zip(body, anchors, strict=True)]
    for k, parts in loose.items():
        limit = columns[k + 1][0] if k + 1 < len(columns) else float("inf")
        label = _merged([*parts, *_outside(found, parts, limit, anchors, em)], em)
        for piece, row_of in zip(label, _fitted([p.middle for p in label], anchors, em), strict=True):
            if row_of is None:
                alone = [piece.tokens if i == k else [] for i in range(len(columns))]
                table.append(Line(alone, BAR, piece.middle))
            else:
                body[row_of][k] += piece.tokens
    table.sort(key=lambda line: line.top)
    for cell in chain.from_iterable(line.cells for line in table):
        cell[:] = chain.from_iterable(lines(sorted(cell, key=lambda t: t.middle), em))
    columns = _widened(columns, table)
    mine = {id(t) for line in table for t in chain.from_iterable(line.cells)}
    top = min(t.box.y0 for line in table for t in chain.from_iterable(line.cells))
    over = [t for t in whole.between(top - REACH * em, top) if id(t) not in taken and id(t) not in mine]
    return Layout(head_lines(over, columns, top, em, whole.gap), table, columns, em, near)


# ---- columns ----------------------------------------------------------------------------------


def _cut(inner: Sequence[Piece], page: Page) -> list[Piece]:
    """Pieces cut where many others begin: the longest words of a column may reach up to the next one's."""
    starts = sorted(piece.span[0] for piece in inner)
    near = _NEAR * page.em
    count = len({round(piece.middle / page.em) for piece in inner})
    found = []
    for piece in inner:
        words: list[Token] = []
        for token in piece.tokens:
            x = token.box.x0
            if words and x - words[-1].box.x1 > _CUT * page.blank:
                others = bisect_right(starts, x + near) - bisect_left(starts, x - near)
                if 2 * others >= count:
                    found.append(Piece(words))
                    words = []
            words.append(token)
        found.append(Piece(words))
    return found


def _columns(inner: Sequence[Piece], numbers: Numbers) -> list[Span]:
    """The table's columns from left to right: those of its numbers, and between them those of words.

    Words that lie over several columns (``Tổng cộng`` under number and label) part none.
    """
    words = [p for p in inner if not under(p.span, numbers.columns) and _SIGN.search(p.text)]
    found: list[Span] = []
    edges = [float("-inf"), *chain.from_iterable(numbers.columns), float("inf")]
    for left, right in zip(edges[::2], edges[1::2], strict=True):
        free = [p.span for p in words if left <= p.span[0] and p.span[1] <= right]
        # one sign beside the others is a speck
        found += [c for c in united(free) if sum(bool(under(s, [c])) for s in free) > 1 or len(free) < 2]
    return sorted([*numbers.columns, *found])


def _widened(columns: Sequence[Span], table: Sequence[Line]) -> list[Span]:
    """The columns with all words that their cells took up, as far as none lies over another."""
    wide: list[Span] = []
    for k, column in enumerate(columns):
        words = [token for line in table for token in line.cells[k]]
        x0, x1 = span_of(words) if words else column
        left = columns[k - 1][1] if k else x0
        right = columns[k + 1][0] if k + 1 < len(columns) else x1
        wide.append((max(min(x0, column[0]), left), min(max(x1, column[1]), right)))
    return wide


def _parted(piece: Piece, columns: Sequence[Span]) -> Iterator[Piece]:
    """A piece cut where its words lie over several columns."""
    groups: dict[int, list[Token]] = {}
    for token in piece.tokens:
        groups.setdefault(_nearest(span_of([token]), columns), []).append(token)
    return (Piece(words) for words in groups.values())


def _nearest(span: Span, columns: Sequence[Span]) -> int:
    """The column that a span lies over most, else the nearest."""
    return max(range(len(columns)), key=lambda k: min(span[1], columns[k][1]) - max(span[0], columns[k][0]))


def _closest(ordered: Sequence[float], value: float) -> int:
    """The place of the number nearest to a value."""
    at = bisect_left(ordered, value)
    return min((i for i in (at - 1, at) if 0 <= i < len(ordered)), key=lambda i: abs(ordered[i] - value))


# ---- labels that wrap -------------------------------------------------------------------------


def _outside(
    found: Sequence[Piece], parts: Sequence[Piece], limit: float, anchors: Sequence[float], em: float
) -> list[Piece]:
    """Lines of a column of words right above the first number and right below the last one."""
    left, pitch = median(p.span[0] for p in parts), _pitch([p.middle for p in parts], em)
    outside: list[Piece] = []
    for way, anchor in ((1, anchors[-1]), (-1, anchors[0])):
        edge = max(way * p.middle for p in parts)
        for piece in sorted(found, key=lambda p: way * p.middle):
            at = way * piece.middle
            if at - way * anchor <= SAME_LINE * em or at <= edge:
                continue
            aligned = abs(piece.span[0] - left) < SAME_LINE * em and piece.span[1] < limit
            if not aligned or at - edge > _LOOSE * pitch:
                break
            outside.append(piece)
            edge = at
    return outside


def _merged(parts: Sequence[Piece], em: float) -> list[Piece]:
    """Pieces by lines, from top to bottom."""
    found: list[Piece] = []
    for piece in sorted(parts, key=lambda p: p.middle):
        if found and piece.middle - found[-1].middle <= SAME_LINE * em:
            found[-1] = Piece([*found[-1].tokens, *piece.tokens])
        else:
            found.append(piece)
    return found


def _pitch(middles: Sequence[float], em: float) -> float:
    """The distance of a wrapped label's lines: the least in its column."""
    least, most = _PITCH
    steps = [b - a for a, b in pairwise(sorted(middles)) if b - a > 0.9 * em]
    return min(max(min(steps, default=least * em), least * em), most * em)


@dataclass(frozen=True, slots=True)
class _Fit:
    """Lines shared among numbers, the last ``count`` to number ``row`` (None: to none), and what it costs."""

    cost: float
    before: _Fit | None = None
    row: int | None = None
    count: int = 0


def _fitted(middles: Sequence[float], anchors: Sequence[float], em: float) -> list[int | None]:
    """The number that each of a column's lines belongs to, from top to bottom; None: a line of its own."""
    pitch = _pitch(middles, em)
    ways: tuple[_Way, ...] = ("middle", "first")
    fit: _Fit | None = min((_shared(middles, anchors, pitch, _AROUND * em, w) for w in ways), key=_cost)
    given: list[int | None] = []
    while fit is not None:
        given += [fit.row] * fit.count
        fit = fit.before
    return given[::-1]


def _cost(fit: _Fit) -> float:
    return fit.cost


def _shared(
    middles: Sequence[float], anchors: Sequence[float], pitch: float, around: float, way: _Way
) -> _Fit:
    """Lines shared among numbers so that each label's middle or first line stands beside its number.

    ``fits[n]`` is the best way in which the first ``n`` lines go to the numbers so far; only lines near a
    number are tried with it, so that work grows with the lines alone.
    """
    fits = {0: _Fit(0.0)}
    for row, anchor in enumerate(anchors):
        low, high = bisect_left(middles, anchor - around), bisect_right(middles, anchor + around)
        fits = _skipping(fits, low, high, _ALONE * pitch)
        fresh = {n: _Fit(fit.cost + _BARE * pitch, fit) for n, fit in fits.items()}
        for n, fit in fits.items():
            for end in range(n + 1, min(n + _LINES, high) + 1):
                if end - n > 1 and middles[end - 1] - middles[end - 2] > _LOOSE * pitch:
                    break
                place = middles[n] if way == "first" else (middles[n] + middles[end - 1]) / 2
                _keep(fresh, end, _Fit(fit.cost + abs(place - anchor), fit, row, end - n))
        fits = fresh
    return _skipping(fits, len(middles), len(middles), _ALONE * pitch)[len(middles)]


def _skipping(fits: dict[int, _Fit], low: int, high: int, cost: float) -> dict[int, _Fit]:
    """The same with lines left alone: at least up to the ``low``-th, at most up to the ``high``-th."""
    found: dict[int, _Fit] = {}
    for n, fit in fits.items():
        skipped = max(low - n, 0)
        _keep(found, n + skipped, _Fit(fit.cost + cost * skipped, fit, None, skipped))
    for n in range(min(found), high):
        if n in found:
            _keep(found, n + 1, _Fit(found[n].cost + cost, found[n], None, 1))
    return found


def _keep(fits: dict[int, _Fit], n: int, fit: _Fit) -> None:
    if n not in fits or fit.cost < fits[n].cost:
        fits[n] = fit
