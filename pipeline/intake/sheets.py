"""Cells of spreadsheets as lines of text, from the web page that LibreOffice makes: a table a sheet."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from html.parser import HTMLParser

from pipeline.intake.old_fonts import seen

MOST_SPAN = 200
"""Columns and lines over which a cell may reach."""
MOST_TEXT = 32_000_000
"""Characters that a file's sheets may have; a page of a report has three thousand."""
_OWN = frozenset({"", "0", "1066"})
"""Languages of a number's format that print it as in Vietnam: none of its own, or Vietnamese."""
_NOT_DIGITS = re.compile(r"[^0-9]")
_PLAIN = re.compile(r"-?[0-9][0-9.,\s\u202f’']*")
_WORD = re.compile(r"[^\W\d_]{2}")
_TURNED = str.maketrans(",.", ".,")
_MOST_DECIMALS = 9


class TooMuchError(Exception):
    """More text than ``MOST_TEXT``."""


def texts(page: str) -> list[str]:
    r"""The text of each sheet: a line a row, cells joined by bars, what is merged stands in its first cell.

    A row with words in its first cell alone is a line of text. Notes beside cells follow the table.

    Raises:
        TooMuchError: for sheets that are no report.
    """
    reader = _Reader()
    reader.feed(page)
    reader.close()
    return reader.texts or [""]


def as_in_vietnam(shown: str, value: str) -> str:
    """A number shown in another country's manner as it would be in Vietnam; what is no plain number stays.

    Args:
        shown: what its cell shows.
        value: the cell's value, with a decimal comma.

    >>> as_in_vietnam("1,510", "1510"), as_in_vietnam("1 510,5", "1510,5"), as_in_vietnam("3/15/23", "45000")
    ('1.510', '1.510,5', '3/15/23')
    """
    try:
        exact = Decimal(value.replace(",", "."))
    except InvalidOperation:
        return shown
    if not _PLAIN.fullmatch(shown.strip()) or not exact.is_finite() or abs(exact) >= 10**18:
        return shown
    digits = _NOT_DIGITS.sub("", shown).lstrip("0")
    for decimals in range(_MOST_DECIMALS + 1):
        rounded = f"{exact:,.{decimals}f}"
        if _NOT_DIGITS.sub("", rounded).lstrip("0") == digits:
            signs = _NOT_DIGITS.findall(shown.strip(" -"))
            is_grouped = len(signs) > bool(decimals)
            return (rounded if is_grouped else f"{exact:.{decimals}f}").translate(_TURNED)
    return shown


def _span(told: str | None) -> int:
    text = (told or "1")[:6]
    return min(max(int(text), 1), MOST_SPAN) if text.isdecimal() else 1


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._lines: list[str] = []
        self._notes: list[str] = []
        self._cells: list[str] = []
        self._shown: list[str] = []
        self._kept: dict[int, int] = {}
        """Lines below this one in which a column is covered from above."""
        self._wide = self._high = 0
        self._value = ""
        self._is_note = False
        self._fonts: list[str] = []
        """Names, of the open ``font`` elements."""
        self._size = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A table, a line or a cell begins."""
        told = dict(attrs)
        if tag == "table":
            self._lines, self._notes, self._kept = [], [], {}
        elif tag == "tr":
            self._cells = []
        elif tag == "td":
            self._cover()
            self._shown, self._fonts = [], []
            self._wide, self._high = _span(told.get("colspan")), _span(told.get("rowspan"))
            own = (told.get("sdnum") or "").split(";")
            is_foreign = len(own) > 1 and own[1] not in _OWN
            self._value = (told.get("sdval") or "") if is_foreign else ""
        elif tag == "font":
            self._fonts.append(told.get("face") or (self._fonts[-1] if self._fonts else ""))
        elif tag == "comment":
            self._is_note = True
            self._notes.append("")
        elif tag == "br" and self._wide:
            self.handle_data(" ")

    def handle_data(self, data: str) -> None:
        """The text of a cell, or of a note beside it."""
        if self._is_note:
            self._notes[-1] += data
        elif self._wide:
            self._shown.append(seen(self._fonts[-1], data) if self._fonts else data)
        self._grow(len(data))

    def handle_endtag(self, tag: str) -> None:
        """A table, a line or a cell ends."""
        if tag == "comment":
            self._is_note = False
        elif tag == "font" and self._fonts:
            self._fonts.pop()
        elif tag == "td" and self._wide:
            # a bar in a cell would part it
            text = re.sub(r"[\s|]+", " ", "".join(self._shown)).strip()
            text = as_in_vietnam(text, self._value) if self._value else text
            for column in range(len(self._cells), len(self._cells) + self._wide):
                if self._high > 1:
                    self._kept[column] = self._high
            self._cells += [text, *[""] * (self._wide - 1)]
            self._grow(3 * self._wide)
            self._wide = 0
        elif tag == "tr":
            self._cover(to_end=True)
            self._kept = {column: high - 1 for column, high in self._kept.items() if high > 1}
            self._lines.append(_line(self._cells))
        elif tag == "table":
            notes = [" ".join(note.split()) for note in self._notes]
            found = [*self._lines, *(note for note in notes if note)]
            self.texts.append("\n".join(found).strip("\n"))

    def _cover(self, *, to_end: bool = False) -> None:
        """Blanks for the columns that a cell above covers: up to the next that is free, or all."""
        last = max(self._kept, default=-1)
        while len(self._cells) in self._kept or (to_end and len(self._cells) <= last):
            self._cells.append("")

    def _grow(self, size: int) -> None:
        self._size += size
        if self._size > MOST_TEXT:
            raise TooMuchError


def _line(cells: list[str]) -> str:
    filled = [cell for cell in cells if cell]
    if len(filled) == 1 and _WORD.search(filled[0]) and not any(c.isdecimal() for c in filled[0][:1]):
        return filled[0]  # a title, wherever it stands
    return " | ".join(cells).rstrip(" |").lstrip(" ")
