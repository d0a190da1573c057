r"""Edits before a reader's eyes: as a coloured diff on a terminal, as CSV in a pipe.

The CSV is that of ``edits/DOC_ID.csv``. The diff gives each changed line twice, as read and as restored; what
is less sure than ``DOUBTFUL`` is yellow, for there a reader should look first. Without colours the
changed words stand in brackets, as ``git diff --word-diff`` has them:

>>> from pipeline.model import Edit, RestoredText
>>> restored = RestoredText.from_edits("hd dan\nhd an", [Edit(7, 9, "hd", "hộ", "confusion", 0.9)])
>>> print(*diff([restored], colour=False), sep="")
page 1, line 2
- [-hd-] an
+ {+hộ+} an
<BLANKLINE>
"""

from __future__ import annotations

import csv
import io
import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby

from pipeline.model import Document, Edit, Page, RestoredText

DOUBTFUL = 0.8
"""Edits less sure than this are shown in another colour."""

_RED, _GREEN, _YELLOW, _DIM, _PLAIN = "\x1b[31m", "\x1b[32m", "\x1b[33m", "\x1b[2m", "\x1b[0m"
# a document must not be able to send commands to the reader's terminal
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")

Mark = Callable[[str, Edit], str]


def diff(pages: Sequence[RestoredText], *, colour: bool) -> Iterator[str]:
    """Each changed line as read and as restored, under its place.

    Args:
        pages: the pages of a document, in order.
        colour: whether the terminal shows ANSI colours.

    Yields:
        Pieces of text that end with a line end.
    """
    before, after = (_coloured(_RED), _coloured(_GREEN)) if colour else (_removed, _added)
    dim, plain = (_DIM, _PLAIN) if colour else ("", "")
    for number, page in enumerate(pages, 1):
        starts = line_starts(page.raw)
        for line, edits in groupby(page.edits, key=lambda edit: bisect_right(starts, edit.start)):
            chosen = list(edits)
            end = starts[line] - 1 if line < len(starts) else len(page.raw)
            start = starts[line - 1]
            yield f"{dim}page {number}, line {line}{plain}\n"
            yield f"- {_line(page.raw, start, end, chosen, lambda edit: edit.raw, before)}\n"
            yield f"+ {_line(page.raw, start, end, chosen, lambda edit: edit.restored, after)}\n"


def line_starts(text: str) -> list[int]:
    """Where each line begins; lines end with a line feed."""
    return [0, *(match.end() for match in re.finditer("\n", text))]


def _line(
    raw: str, start: int, end: int, edits: Sequence[Edit], word: Callable[[Edit], str], mark: Mark
) -> str:
    pieces, at = [], start
    for edit in edits:
        pieces += [visible(raw[at : edit.start]), mark(visible(word(edit)), edit)]
        at = edit.end
    return "".join([*pieces, visible(raw[at : max(at, end)].rstrip("\r"))])


def visible(text: str) -> str:
    """The text without control characters."""
    return _CONTROL.sub("\ufffd", text)


def _coloured(colour: str) -> Mark:
    return lambda word, edit: f"{_YELLOW if edit.confidence < DOUBTFUL else colour}{word}{_PLAIN}"


def _removed(word: str, _: Edit) -> str:
    return f"[-{word}-]"


def _added(word: str, edit: Edit) -> str:
    return f"{{+{word}+}}{'?' if edit.confidence < DOUBTFUL else ''}"


def table(pages: Sequence[RestoredText]) -> Iterator[str]:
    """The lines of ``edits/DOC_ID.csv``, its head first."""
    from pipeline.batch.documents import edit_rows
    from pipeline.tables.rows import format_row
    from pipeline.tables.schema import tables

    document = Document("", "", tuple(Page(n, page.raw) for n, page in enumerate(pages, 1)), tuple(pages))
    yield _csv([column.name for column in tables()["edits"].columns])
    for row in edit_rows(document):
        yield _csv(format_row("edits", row))


def _csv(cells: Sequence[str]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerow(cells)
    return buffer.getvalue()


def by_page(restored: RestoredText) -> list[RestoredText]:
    r"""One text cut at its form feeds, which no edit touches.

    >>> whole = RestoredText.from_edits("a\fb", [Edit(2, 3, "b", "bờ", "diacritics", 1.0)])
    >>> [(page.raw, page.text) for page in by_page(whole)]
    [('a', 'a'), ('b', 'bờ')]
    """
    pages, edits = list[RestoredText](), restored.edits
    start = at = 0
    for raw in restored.raw.split("\f"):
        own = list[Edit]()
        while at < len(edits) and edits[at].end <= start + len(raw):
            edit = edits[at]
            own.append(replace(edit, start=edit.start - start, end=edit.end - start))
            at += 1
        pages.append(RestoredText.from_edits(raw, own))
        start += len(raw) + 1
    return pages
