"""The sentence of a figure, restored and as read, cut where an edit or a number of the row begins or ends."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from pipeline.archive.source import text_edits
from pipeline.batch.ledger import Ledger
from pipeline.batch.wire import unpack, unpack_page
from pipeline.decisions.match import Cells
from pipeline.model import Page, RestoredText
from pipeline.show import DOUBTFUL

_AROUND = 6_000
"""Code points on either side of a number in which its sentence is looked for; a longer one is shown plain."""
_CONTEXT = 1_500
"""Code points shown on either side of a number where there is no page to show."""


@dataclass(frozen=True)
class Piece:
    """A run of letters; ``mark`` has ``edit`` or ``doubt`` (an unsure edit), ``number``, or nothing."""

    text: str
    mark: str = ""


@dataclass(frozen=True)
class Shown:
    """The pieces of a sentence, restored and as read."""

    restored: Sequence[Piece]
    raw: Sequence[Piece]


def page_of(ledger: Ledger, sha256: str, number: int) -> tuple[Page, RestoredText] | None:
    """A page with its restored text; None where it was not read."""
    data = ledger.page_data(sha256, number)
    if not data:
        return None
    page = unpack_page(data)
    rows = ledger.part("edits", sha256)
    edits = [edit for at, edit in text_edits(unpack(rows)) if at == number] if rows else []
    return page, RestoredText.from_edits(page.text, edits)


def shown(text: RestoredText, row: Cells, numbers: Iterable[tuple[int, int]]) -> Shown:
    """A row's sentence in its page's text.

    Args:
        text: of the page.
        row: whose ``quote`` it is.
        numbers: spans of the row's numbers in the restored text.
    """
    spans = sorted(numbers)
    found = _found(text.text, row["quote"], spans[0][0]) if spans else None
    if found is None:
        return Shown([Piece(row["quote"])], [Piece(row["raw_quote"])])
    start, end = found
    raw_start, raw_end = text.to_raw(start, end)
    restored, raw = [""] * (end - start), [""] * (raw_end - raw_start)
    starts = text.edits.starts_restored()
    for i, edit in enumerate(text.edits):
        if edit.end > raw_start and edit.start < raw_end:
            mark = "doubt" if edit.confidence < DOUBTFUL else "edit"
            _paint(restored, starts[i] - start, starts[i] + text.edits.restored_length(i) - start, mark)
            _paint(raw, edit.start - raw_start, edit.end - raw_start, mark)
    for a, b in spans:
        _paint(restored, a - start, b - start, "number")
    return Shown(_pieces(text.text[start:end], restored), _pieces(text.raw[raw_start:raw_end], raw))


def around(text: str, numbers: Iterable[tuple[int, int]]) -> list[Piece]:
    """A page's text about these spans, which are marked."""
    spans = sorted(numbers)
    middle = spans[0][0] if spans else 0
    start, end = max(0, middle - _CONTEXT), min(len(text), middle + _CONTEXT)
    marks = [""] * (end - start)
    for a, b in spans:
        _paint(marks, a - start, b - start, "number")
    return _pieces(text[start:end], marks)


def _found(text: str, quote: str, at: int) -> tuple[int, int] | None:
    """The span of a quote near an offset; blanks do not count, for a quote stands on one line."""
    first = max(0, at - _AROUND)
    kept = [(i, c) for i, c in enumerate(text[first : at + _AROUND], first) if not c.isspace()]
    wanted = "".join(quote.removeprefix("'").split())
    letters = "".join(c for _, c in kept)
    near = sum(i < at for i, _ in kept)
    # the last that begins before the number and holds it
    begin = letters.rfind(wanted, 0, near + len(wanted)) if wanted else -1
    if begin < 0 or begin > near:
        return None
    return kept[begin][0], kept[begin + len(wanted) - 1][0] + 1


def _paint(marks: list[str], start: int, end: int, mark: str) -> None:
    for i in range(max(start, 0), min(end, len(marks))):
        marks[i] = mark


def _pieces(text: str, marks: Sequence[str]) -> list[Piece]:
    runs = groupby(zip(text, marks, strict=True), key=lambda pair: pair[1])
    return [Piece("".join(letter for letter, _ in run), mark) for mark, run in runs]
