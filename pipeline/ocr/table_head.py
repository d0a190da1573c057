"""The headings of a table without rules: which words stand over which columns, and which span several."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

from pipeline.ocr.lines import BAR, Line
from pipeline.ocr.pieces import SAME_LINE, Piece, Span, pieces, under
from pipeline.ocr.words import Token

_MOST_LINES = 10
_LEADING = 3.0
"""Ems between two lines of headings, at most."""
_ACROSS = 0.6
"""Share of the table's width over which one piece of text alone is a caption or prose."""
_DENSE = 0.85
_OVER = 0.34
"""Ems by which a heading's middle may stand off that of the words that it goes on."""
REACH = 30.0
"""Ems over a table's first line in which its headings stand."""
_PAGE_NUMBER = re.compile(r"[-–—. ]*[0-9]{1,3}[-–—. ]*")
_UNIT = re.compile(r"\(?(?:đơn vị(?: tính)?|đvt)\b", re.IGNORECASE)
_CAPTION = re.compile(r"(?:phụ )?(?:biểu|bảng|phụ lục)\b", re.IGNORECASE)


@dataclass
class Head:
    """A table's headings: one line, or two where headings span others, and where they can begin at most."""

    lines: list[Line]
    top: float


def head_lines(tokens: Sequence[Token], columns: Sequence[Span], below: float, em: float, gap: float) -> Head:
    """The headings right above a table's first line.

    Args:
        tokens: the words above the table.
        columns: the places of the table's columns, from left to right.
        below: where its first line begins.
        em: a letter's size.
        gap: what parts two headings of a line.
    """
    lines, limit = _upward(tokens, columns, below, em, gap)
    if not lines:
        return Head([], limit)
    # the lowest heading of each column stands nearest to it; what stands over it goes on or spans
    own: list[list[Piece]] = [[] for _ in columns]
    spanning: list[tuple[int, int, Piece]] = []
    for line in reversed(lines):
        for piece in line:
            found = _place(piece, own, spanning, columns, em)
            if found[0] == found[1]:
                own[found[0]].append(piece)
            else:
                spanning.append((*found, piece))
    top = lines[0][0].middle
    if not spanning:
        return Head([Line([_words(column) for column in own], BAR, top)], limit)
    over: list[list[Token]] = [[] for _ in columns]
    lower: list[list[Token]] = [_words(column) for column in own]
    covered = {k for first, last, _ in spanning for k in range(first, last + 1)}
    for first, last in dict.fromkeys((first, last) for first, last, _ in spanning):
        over[first] = _words([p for a, b, p in spanning if (a, b) == (first, last)])
    for k in range(len(columns)):
        if k not in covered:
            over[k], lower[k] = lower[k], []
    return Head([Line(over, BAR, top), Line(lower, BAR, lines[-1][0].middle)], limit)


def _upward(
    tokens: Sequence[Token], columns: Sequence[Span], below: float, em: float, gap: float
) -> tuple[list[list[Piece]], float]:
    """Lines from the table's first line up to its caption or the text before it, which ends at the second."""
    left, right = columns[0][0], columns[-1][1]
    edge, found = below + em / 2, list[list[Piece]]()
    line: list[Token] = []
    for token in [*sorted(tokens, key=lambda t: -t.middle), None]:
        if token and (not line or fmean(t.middle for t in line) - token.middle <= SAME_LINE * em):
            line.append(token)
            continue
        if not line:
            break
        parts = pieces(sorted(line, key=lambda t: t.box.x0), gap)
        middle = fmean(t.middle for t in line)
        near = edge - middle <= _LEADING * em and len(found) < _MOST_LINES
        if not near or not _is_head(parts, columns, left - 3 * em, right + 3 * em):
            # a line that runs over all columns may be headings that were read as one
            blurred = near and not found and not _CAPTION.match(parts[0].text)
            limit = min(t.box.y0 for t in line) - em / 4 if blurred else max(t.box.y1 for t in line)
            return found[::-1], limit
        found.append(parts)
        edge = middle
        line = [token] if token is not None else []
    return found[::-1], edge - _LEADING * em


def _is_head(line: Sequence[Piece], columns: Sequence[Span], left: float, right: float) -> bool:
    width = columns[-1][1] - columns[0][0]
    if len(line) == 1 and _PAGE_NUMBER.fullmatch(line[0].text):
        return False
    if line[0].span[0] < left or line[-1].span[1] > right:
        return False
    if any(_UNIT.match(p.text) and ":" in p.text for p in line) or _CAPTION.match(line[0].text):
        return False
    if sum(p.span[1] - p.span[0] for p in line) > _DENSE * width:
        return False
    if len(line) > 1:
        return True
    x0, x1 = line[0].span
    return x1 - x0 <= _ACROSS * width and len(under((x0, x1), columns)) <= max(2, len(columns) // 2)


def _place(
    piece: Piece,
    own: Sequence[Sequence[Piece]],
    spanning: Sequence[tuple[int, int, Piece]],
    columns: Sequence[Span],
    em: float,
) -> tuple[int, int]:
    """The first and last column that a heading stands over."""
    off = _OVER * em
    # it goes on the words right under it
    for first, last, other in reversed(spanning):
        if abs(other.centre - piece.centre) <= off and other.middle > piece.middle:
            return first, last
    near = min(
        (k for k in range(len(columns)) if own[k]),
        key=lambda k: abs(own[k][-1].centre - piece.centre),
        default=None,
    )
    if near is not None and abs(own[near][-1].centre - piece.centre) <= off:
        return near, near
    k = max(
        range(len(columns)),
        key=lambda k: min(piece.span[1], columns[k][1]) - max(piece.span[0], columns[k][0]),
    )
    if not own[k]:
        return k, k
    ranges = [
        (first, last)
        for first in range(len(columns))
        for last in range(first + 1, min(len(columns), first + 8))
        if all(own[c] for c in range(first, last + 1))
        and _cell(own, columns, first)[0] < piece.centre < _cell(own, columns, last)[1]
        and not any(a <= last and first <= b for a, b, other in spanning if _beside(other, piece, em))
    ]
    if not ranges:
        return k, k

    def distance(pair: tuple[int, int]) -> tuple[float, int]:
        first, last = pair
        left, right = _cell(own, columns, first)[0], _cell(own, columns, last)[1]
        return abs((left + right) / 2 - piece.centre), last - first

    return min(ranges, key=distance)


def _cell(own: Sequence[Sequence[Piece]], columns: Sequence[Span], column: int) -> tuple[float, float]:
    """A cell's place as its heading tells it: headings stand in their cell's middle."""
    x0, x1 = _reach(own, column)
    centre = own[column][0].centre
    half = max(centre - min(x0, columns[column][0]), max(x1, columns[column][1]) - centre)
    return centre - half, centre + half


def _beside(other: Piece, piece: Piece, em: float) -> bool:
    return abs(other.middle - piece.middle) <= SAME_LINE * em


def _reach(own: Sequence[Sequence[Piece]], column: int) -> tuple[float, float]:
    """From where to where a column's headings stand."""
    return min(p.span[0] for p in own[column]), max(p.span[1] for p in own[column])


def _words(parts: Sequence[Piece]) -> list[Token]:
    return [token for part in sorted(parts, key=lambda p: p.middle) for token in part.tokens]
