"""Tables without rules: numbers that stand apart under each other, and what stands beside them.

Numbers in at least two columns over at least two lines make a table; prose has none that stand apart.
``table_body`` finds its cells, ``table_head`` its headings.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from statistics import median

from pipeline.model import Box
from pipeline.ocr.lines import Line
from pipeline.ocr.pieces import APART, SAME_LINE, Page, lines, middle_of, span_of, under, united
from pipeline.ocr.table_body import Layout, Numbers, laid_out
from pipeline.ocr.words import Token

_NUMBER = re.compile(r"[(]?[0-9][0-9.,/]*%?[)]?")
_WIDE = 6.0
"""Blanks of a gap that parts columns beyond doubt: two lines are then enough."""
_ABUT = 1.2
"""Blanks between two numbers of a line that are two cells."""
_STRETCHED = 1.7
"""A gap parts cells where it is so many times the usual one of its line: a line of prose may be stretched."""
_PROSE = 6
"""Words that are no numbers in a line that may be prose."""
_UNITS = 2
"""Words that may follow a number in its cell: ``12.400 lượt hộ``."""
_REACH = 7.0
"""Ems from one number's line to the next: a label of five lines stands between."""
_LEAST_LINES, _LEAST_CELLS, _LEAST_COLUMNS = 2, 4, 2
_MOST_WORDS = 20_000


def rows(tokens: Sequence[Token]) -> tuple[list[Line], list[Token]]:
    """The lines of all tables without rules, and the words that stand outside them."""
    found = list(_tables(tokens))
    taken = {id(token) for table in found for token in table.tokens()}
    return [line for table in found for line in table.lines], [t for t in tokens if id(t) not in taken]


def cells(tokens: Sequence[Token]) -> tuple[list[Box], list[Box]]:
    """What is to be read by itself: cells of all tables without rules, and where their headings are."""
    found = list(_tables(tokens))
    heads = [table.heading() for table in found]
    return [box for table in found for box in table.boxes()], [box for box in heads if box is not None]


def _tables(tokens: Sequence[Token]) -> Iterator[Layout]:
    if not tokens or len(tokens) > _MOST_WORDS:
        return
    page = Page.of(tokens)
    taken: set[int] = set()
    for numbers in _groups(page):
        if _is_table(page, numbers):
            table = laid_out(page, numbers, taken)
            if table is not None:
                taken |= {id(token) for token in table.tokens()}
                yield table


def _groups(page: Page) -> list[Numbers]:
    """The numbers that stand apart, those together that may be of one table."""
    found: list[Numbers] = []
    for line in lines(page.tokens, page.em):
        row = list(_apart(line, page.blank))
        if row and found and _joins(page, found[-1], row):
            found[-1].rows.append(row)
            found[-1].columns = united([*found[-1].columns, *(span_of([t]) for t in row)])
        elif len(row) > 1:  # a lone number begins none: the page's is one
            found.append(Numbers([row], united([span_of([t]) for t in row])))
    for group in found:
        _trim(group, page.em)
    return found


def _apart(line: Sequence[Token], blank: float) -> Iterator[Token]:
    """The numbers of a line that stand in cells of their own, alone or with their unit."""
    least = APART * blank
    if sum(not _NUMBER.fullmatch(token.text) for token in line) >= _PROSE:
        least = max(least, _STRETCHED * median(b.box.x0 - a.box.x1 for a, b in pairwise(line)))
    found: list[list[Token]] = []
    for token in line:
        before = found[-1][-1] if found else None
        numbers = before and _NUMBER.fullmatch(before.text) and _NUMBER.fullmatch(token.text)
        if before and token.box.x0 - before.box.x1 < (min(least, _ABUT * blank) if numbers else least):
            found[-1].append(token)
        else:
            found.append([token])
    for k, cell in enumerate(found):
        if _NUMBER.fullmatch(cell[0].text) and len(cell) - 1 <= (_UNITS if k else 0):
            yield cell[0]


def _joins(page: Page, above: Numbers, row: Sequence[Token]) -> bool:
    """Whether a line of numbers goes on those above: near, under them, with no text across between."""
    top, bottom = middle_of(above.rows[-1]), middle_of(row)
    if bottom - top > _REACH * page.em:
        return False
    over = [under(span_of([token]), above.columns) for token in row]
    # a number under two columns is of neither
    if any(len(columns) > 1 for columns in over) or (len(above.rows) > 1 and not any(over)):
        return False
    between = page.between(top + SAME_LINE * page.em, bottom - SAME_LINE * page.em)
    return not any(under(piece.span, above.columns) for piece in page.pieces(between))


def _trim(numbers: Numbers, em: float) -> None:
    """Leave out lone numbers at the foot that stand off: the page's number is one."""
    steps = [middle_of(b) - middle_of(a) for a, b in pairwise(numbers.rows)]
    while steps and len(numbers.rows[-1]) == 1 and steps[-1] > 2 * min(steps) + em:
        numbers.rows.pop()
        steps.pop()
    numbers.columns = united([span_of([token]) for row in numbers.rows for token in row])


def _is_table(page: Page, numbers: Numbers) -> bool:
    full = [row for row in numbers.rows if len(row) > 1]
    counts = [0] * len(numbers.columns)
    for row in full:
        for token in row:
            for k in under(span_of([token]), numbers.columns):
                counts[k] += 1
    if len(full) < _LEAST_LINES or sum(map(len, full)) < _LEAST_CELLS:
        return False
    if sum(count > 1 for count in counts) < _LEAST_COLUMNS:
        return False
    return (
        len(full) > _LEAST_LINES
        or all(len(row) > _LEAST_COLUMNS for row in full)
        or all(b.box.x0 - a.box.x1 > _WIDE * page.blank for row in full for a, b in pairwise(row))
    )
