"""Rows of a workbook's sheet as XML (ECMA-376, SpreadsheetML), written as they come.

openpyxl makes everything else of a workbook. A cell that it writes costs it several objects; a row here is
one text, so that a million rows take half the time.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from pipeline.outputs.source import Typed

_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"})
GROUPED = 10_000
"""Whole numbers from here on are shown with their thousands parted."""


@dataclass(frozen=True)
class Rows:
    """Makes rows.

    Attributes:
        letters: of the columns.
        day: the number of the style of dates.
        grouped: the number of the style of large whole numbers.
        serial: a date as the number that Excel keeps.
    """

    letters: Sequence[str]
    day: int
    grouped: int
    serial: Callable[[date], float]

    def row(self, number: int, values: Sequence[Typed]) -> bytes:
        """A row, empty cells left out.

        Args:
            number: of the row, from 1.
            values: texts without control characters, numbers within Excel's digits.
        """
        cells = (
            self._cell(f"{letter}{number}", value)
            for letter, value in zip(self.letters, values, strict=True)
            if value is not None
        )
        return f'<row r="{number}">{"".join(cells)}</row>'.encode()

    def _cell(self, place: str, value: Typed) -> str:
        if isinstance(value, str):
            # text stands in the cell itself, so nothing in it is a formula
            kept = ' xml:space="preserve"' if value != value.strip() or "\n" in value else ""
            return f'<c r="{place}" t="inlineStr"><is><t{kept}>{value.translate(_ESCAPES)}</t></is></c>'
        if isinstance(value, bool):
            return f'<c r="{place}" t="b"><v>{value:d}</v></c>'
        if isinstance(value, date):
            return f'<c r="{place}" s="{self.day}"><v>{self.serial(value):g}</v></c>'
        style = f' s="{self.grouped}"' if isinstance(value, int) and abs(value) >= GROUPED else ""
        return f'<c r="{place}"{style}><v>{value!r}</v></c>'
