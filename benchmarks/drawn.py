"""Whole documents written as clean text, laid out on sheets as an office prints them.

A document's lines stand as its text has them: head, title, paragraphs broken at ``WIDTH`` characters, tables
a row a line with cells joined by `` | ``, recipients and signature side by side, an annex behind them. The
pages are composed anew, so that form feeds of the text are no page breaks here. A spanning heading is one
whose line leaves the cells beside it empty, or one before a colon that several columns share
(``Xây mới: Số nhà``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby

from benchmarks.printed import MARKER
from training.layout import Cell, Composer
from training.render import A4, Sheet, Style

WIDTH = 88
"""Characters at which the sources' paragraphs are broken."""
SIZES = (12.0, 11.0, 10.0)
"""Points in which a table is set: the first that leaves words whole and ``LABEL`` points for labels."""
LABEL = 100.0
ROOM = 10.0
"""Points of a cell's width that its text does not fill."""
WITH = 7
"""Lines that a caption has under it on its page, with its own."""
_HEADING = re.compile(r"[IVX]+\. |\d+\. (?!.*[.;:,]$).{1,60}$")
_CAPTION = re.compile(r"Biểu \d+\.")
_DATELINE = re.compile(r" {4}(?=[^/ ]+(?: [^/ ]+)*, ngày)")
"""Between number and place: the number itself may be left blank."""
_UNIT = re.compile(r"Đơn vị tính: ")
_TOTAL = re.compile(r"Cộng|Tổng (?:số|cộng)$|Toàn ")
_NUMBER = re.compile(r"[0-9][0-9.,]*|")


def sheets(text: str, style: Style, *, ruled: bool) -> list[Sheet]:
    """The document's pages; tables with rules around their cells or with none."""
    composer = Composer(style)
    lines = text.replace("\f", "").splitlines()
    issuer = [line.split("    ")[0] for line in lines[:2]]
    number, dateline = _DATELINE.split(lines[2], maxsplit=1)
    composer.head(issuer, number, dateline)
    composer.space(8)
    at = lines.index("", 4)
    composer.title([lines[4], " ".join(lines[5:at])])
    for kind, block in blocks(lines[at:]):
        if kind == "table":
            _table(composer, block, ruled)
        elif kind == "signature":
            _signature(composer, block)
        elif kind == "annex":
            composer.page = (A4[1], A4[0])
            composer.new_page()
            for line in block:
                composer.centred(line, bold=True)
        elif kind in {"caption", "unit"}:
            composer.room(style.height * WITH)
            composer.centred(block[0], bold=kind == "caption", italic=kind == "unit")
        else:
            composer.paragraph(" ".join(block), bold=kind == "heading")
    return composer.sheets


# ---- what stands on the lines -----------------------------------------------------------------


def blocks(lines: Sequence[str]) -> Iterator[tuple[str, list[str]]]:
    """Lines that belong together, with what they are.

    >>> list(blocks(["I. VIỆC", "Xã có 9 thôn.", "", "TT | Xã", "1 | Na", "Nơi nhận:    CHỦ TỊCH"]))[2:]
    [('table', ['TT | Xã', '1 | Na']), ('signature', ['Nơi nhận:    CHỦ TỊCH'])]
    """
    for kind, found in groupby(_kinds(lines), lambda pair: pair[0]):
        block = [line for _, line in found]
        if kind == "text":
            yield from (_named(paragraph) for paragraph in _paragraphs(block))
        elif kind:
            yield kind, block


def _kinds(lines: Sequence[str]) -> Iterator[tuple[str, str]]:
    ending = ""
    for line in lines:
        if " | " in line:
            yield "table", line
        elif line.startswith("Nơi nhận:"):
            ending = "signature"
            yield ending, line
        elif line.startswith("PHỤ LỤC"):
            ending = "annex"
            yield ending, line
        elif ending and not _UNIT.match(line):
            yield ending, line
        else:
            yield "text", line


def _named(paragraph: list[str]) -> tuple[str, list[str]]:
    kinds = (("caption", _CAPTION), ("unit", _UNIT), ("heading", _HEADING))
    return next((name for name, pattern in kinds if pattern.match(paragraph[0])), "paragraph"), paragraph


def _paragraphs(lines: Sequence[str]) -> Iterator[list[str]]:
    """Lines joined where one is full, or cut by the end of a page of the text."""
    found: list[list[str]] = []
    before = ""
    for line in lines:
        words = line.split()
        if words:
            full = len(before) + 1 + len(words[0]) > WIDTH
            cut = before and before[-1].isalnum() and words[0][0].islower()
            if (full or cut) and before and not MARKER.match(line):
                found[-1].append(line)
            else:
                found.append([line])
        before = line
    yield from found


# ---- tables and signature ---------------------------------------------------------------------


def _table(composer: Composer, lines: Sequence[str], ruled: bool) -> None:
    rows = [[cell.strip() for cell in f" {line} ".split(" | ")] for line in lines]
    head, body = headings(rows)
    size = SIZES[-1]
    for size in SIZES:
        if widths := _widths(composer, head, body, size):
            break
    cells = [[Cell(c.text, c.across, c.down, bold=True) for c in row] for row in head]
    for row in body:
        total = any(map(_TOTAL.match, row))
        aligned = ("c" if k == 0 else "r" if _NUMBER.fullmatch(text) else "l" for k, text in enumerate(row))
        cells.append([Cell(text, bold=total, align=a) for text, a in zip(row, aligned, strict=True)])
    composer.table(widths, cells, size, ruled=ruled, over_pages=True)


def headings(rows: Sequence[Sequence[str]]) -> tuple[list[list[Cell]], list[Sequence[str]]]:
    """A table's headings as spanning cells, and the rows under them.

    >>> headings([["TT", "Làm: Số", "Làm: Tiền"], ["1", "2", "3"]])[0][0][1]
    Cell(text='Làm', across=2, down=1, bold=False, align='c')
    """
    upper, lower, body = list(rows[0]), [""] * len(rows[0]), list(rows[1:])
    if not rows[1][0] and not any(c.isdigit() for c in "".join(rows[1])):
        lower, body = list(rows[1]), list(rows[2:])
        for k, text in enumerate(upper):
            upper[k] = text or upper[k - 1]
    else:
        groups = [text.partition(": ")[0] for text in upper]
        for k, (text, group) in enumerate(zip(list(upper), groups, strict=True)):
            if ": " in text and groups.count(group) > 1:
                upper[k], lower[k] = group, text.partition(": ")[2]
    if not any(lower):
        return [[Cell(text) for text in upper]], body
    first = []
    for (text, spans), run in groupby(zip(upper, map(bool, lower), strict=True)):
        first.append(Cell(text, across=len(list(run)), down=1 if spans else 2))
    return [first, [Cell(text) for text in lower if text]], body


def _widths(
    composer: Composer, head: Sequence[Sequence[Cell]], body: Sequence[Sequence[str]], size: float
) -> list[float]:
    """Points of each column; none where labels get no room and a smaller size is left."""
    style = composer.style.but(size=size, bold=True)
    count = len(body[0])
    columns = [[row[k] for row in body] for k in range(count)]
    under = [""] * count
    at = 0
    for cell in head[0]:
        for k in range(at, at + cell.across):
            under[k] = cell.text if cell.across == 1 else ""
        at += cell.across
    if len(head) > 1:
        spanned = iter(head[1])
        under = [text or next(spanned).text for text in under]
    needed = [max(map(style.width, " ".join([under[k], *columns[k]]).split())) for k in range(count)]
    # a heading is broken into three lines or so
    needed = [max(needed[k], style.width(under[k]) / 2.5) + ROOM for k in range(count)]
    full = [max([needed[k], *(style.width(text) + ROOM for text in columns[k])]) for k in range(count)]
    free = composer.width - sum(full)
    if free >= 0:
        return [width * composer.width / sum(full) for width in full]
    label = full.index(max(full))
    full[label] += free
    return full if full[label] >= max(LABEL, needed[label]) or size == SIZES[-1] else []


def _signature(composer: Composer, lines: Sequence[str]) -> None:
    columns = [[part.strip() for part in line.split("    ", 1)] for line in lines]
    left = [column[0] for column in columns[1:]]
    right = [column[1] for column in columns if len(column) > 1]
    composer.signature(left, right[:-1], right[-1])
