"""A workbook for Excel and LibreOffice: a sheet a table, typed cells, headings in words, filters.

Text is text, whatever it begins with: no cell is a formula. Excel keeps 15 digits of a number: one that has
more stands as text, so that none is lost. The same input gives the same bytes: a workbook holds the times of
its making, and they are set to one day.
"""

from __future__ import annotations

import re
import shutil
import sqlite3
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from datetime import date
from itertools import islice
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any

from pipeline.outputs import people
from pipeline.outputs.columnar import needs
from pipeline.outputs.people import Language, told
from pipeline.outputs.sheet_rows import Rows
from pipeline.outputs.source import Source, Typed
from pipeline.outputs.sqlite import fill
from pipeline.tables.schema import Column, TableSchema, Text

MOST_ROWS = 1_048_576
"""Rows of a sheet, its heading among them (Excel's limit); a longer table goes on in another sheet."""
MOST_LETTERS = 32_767
"""Letters of a cell (Excel's limit)."""
_DIGITS = 15
"""Significant digits that Excel keeps of a number."""
_NOT_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_CUT = " […]"
_WIDTHS = {"quote": 60, "raw_quote": 60, "message": 60, "source_file": 36, "title": 44, "place": 28}


class Book:
    """A workbook in the making: rows go to the disk as they come, beside the sheets that they are of."""

    def __init__(self, language: Language) -> None:
        from openpyxl import Workbook
        from openpyxl.cell import WriteOnlyCell
        from openpyxl.styles import Alignment, Font, PatternFill

        self._book = Workbook(write_only=True)
        self._language = language
        self._new: Callable[..., Any] = WriteOnlyCell
        self._bold = Font(bold=True, color="FFFFFF")
        self._blue = PatternFill("solid", start_color="1F4E78")
        self._wrapped = Alignment(wrap_text=True, vertical="center")
        self._files = ExitStack()
        self._apart: list[IO[bytes] | None] = []
        """Of each sheet its rows, without the headings; None where openpyxl has them."""
        self.told: list[str] = []

    def sheet(
        self,
        name: str,
        headings: Sequence[str],
        widths: Sequence[float],
        rows: Iterable[Sequence[Typed]],
        *,
        wrapped: bool = False,
    ) -> None:
        """Write rows under headings, on as many sheets as they take; ``wrapped``: long texts are broken."""
        from openpyxl.utils import get_column_letter
        from openpyxl.worksheet.properties import PageSetupProperties

        rest = iter(rows)
        for number in range(1, 1000):
            sheet = self._book.create_sheet(_sheet_name(name, number))
            sheet.freeze_panes = "A2"
            # 9: A4
            sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", 9
            sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
            sheet.page_setup.fitToHeight, sheet.print_title_rows = 0, "1:1"
            for place, width in enumerate(widths, 1):
                sheet.column_dimensions[get_column_letter(place)].width = width
            sheet.row_dimensions[1].height = 32
            head = []
            for heading in headings:
                cell = self._new(sheet, heading)
                cell.font, cell.fill, cell.alignment = self._bold, self._blue, self._wrapped
                head.append(cell)
            sheet.append(head)
            kept = ([self._kept(name, value) for value in row] for row in islice(rest, MOST_ROWS - 1))
            if wrapped:
                count = 1 + self._append_wrapped(sheet, widths, kept)
            else:
                count = 1 + self._append(sheet, len(headings), kept)
            sheet.auto_filter.ref = f"A1:{get_column_letter(len(headings))}{count}"
            if count < MOST_ROWS:
                return
            goes_on = _sheet_name(name, number + 1)
            self.told.append(
                f"{name}: a sheet holds {MOST_ROWS - 1} rows; it goes on in the sheet {goes_on!r}"
            )

    def _kept(self, table: str, value: Typed) -> Typed:
        """The value as Excel can keep it; what it cannot is told."""
        if isinstance(value, int) and len(str(abs(value)).rstrip("0")) > _DIGITS:
            self.told.append(f"{table}: {value} has more digits than Excel keeps; it stands there as text")
            return str(value)
        if not isinstance(value, str):
            return value
        text = _NOT_XML.sub("\ufffd", value)
        if len(text) > MOST_LETTERS:
            self.told.append(f"{table}: a text of {len(text)} letters is cut after {MOST_LETTERS}")
            text = text[: MOST_LETTERS - len(_CUT)] + _CUT
        return text

    def _append(self, sheet: Any, width: int, rows: Iterable[Sequence[Typed]]) -> int:
        """Write rows apart; how many."""
        from openpyxl.utils import get_column_letter
        from openpyxl.utils.datetime import to_excel

        def style(number_format: str) -> int:
            cell = self._new(sheet, 0)
            cell.number_format = number_format
            return int(cell.style_id)

        letters = [get_column_letter(n) for n in range(1, width + 1)]
        made = Rows(letters, style("dd/mm/yyyy"), style("#,##0"), to_excel)
        apart = self._files.enter_context(TemporaryFile())  # noqa: SIM115  (lives as long as the book)
        self._apart.append(apart)
        count = 0
        for count, row in enumerate(rows, 1):
            apart.write(made.row(count + 1, row))
        return count

    def _append_wrapped(self, sheet: Any, widths: Sequence[float], rows: Iterable[Sequence[Typed]]) -> int:
        """Write rows of long texts, each as high as its longest; how many."""
        self._apart.append(None)
        count = 0
        for count, row in enumerate(rows, 1):
            cells = [self._new(sheet, value) for value in row]
            for cell in cells:
                # else a text that begins with = becomes a formula
                cell.data_type, cell.alignment = "s", self._wrapped
            # 16 points a line of as many letters as fit
            lines = max(
                -(-len(str(v or "")) // max(int(w * 0.9), 1)) for v, w in zip(row, widths, strict=True)
            )
            sheet.row_dimensions[count + 1].height = 16 * lines
            sheet.append(cells)
        return count

    def abandon(self) -> None:
        """Close and remove the sheets' temporary files: nothing will be saved."""
        for sheet in self._book.worksheets:
            sheet.close()
            sheet._writer.cleanup()
        self._files.close()

    def save(self, target: Path) -> None:
        """Write the file, its rows put into their sheets, with fixed times in it."""
        loose = target.with_suffix(".loose")
        try:
            self._book.save(loose)
            apart = {f"xl/worksheets/sheet{n}.xml": rows for n, rows in enumerate(self._apart, 1) if rows}
            _put_together(loose, target, apart)
        finally:
            loose.unlink(missing_ok=True)
            self._files.close()


def write(source: Source, target: Path, language: Language = "vi") -> list[str]:
    """Write a workbook of OUT: what to know, yearly sums, every table, columns and codes explained.

    Args:
        source: OUT.
        target: a file that does not exist.
        language: of headings, codes and explanations.

    Returns:
        A line for each value that does not fit.

    Raises:
        MissingExtraError: openpyxl is not installed.
        OutputError: tables that do not hang together.
    """
    needs("openpyxl", "--to xlsx")
    book = Book(language)
    try:
        _fill(book, source, language)
    except BaseException:
        book.abandon()
        raise
    book.save(target)
    return book.told


def _fill(book: Book, source: Source, language: Language) -> None:
    names = _NAMES[language]
    book.sheet(
        names["first"], [names["first"]], [120], ([told(t, language)] for t in _first(source)), wrapped=True
    )
    book.sheet(names["sums"], people.sums_headings(language), _SUM_WIDTHS, _sums(source, language))
    for schema in source.schemas.values():
        rows = people.rows(source, schema, language)
        headings = [
            _with_unit(c, h, language)
            for c, h in zip(schema.columns, people.headings(schema, language), strict=True)
        ]
        book.sheet(told(schema.title, language), headings, [_width(c) for c in schema.columns], rows)
    book.sheet(names["columns"], _COLUMNS[language], [24, 24, 26, 12, 16, 90], _columns(source, language))
    book.sheet(names["codes"], _CODES[language], [24, 24, 30, 60], _codes(source, language))


def _first(source: Source) -> Iterator[Text]:
    yield from people.READ_FIRST
    for schema in source.schemas.values():
        yield Text(
            f"{schema.title.en}: {schema.description.en}", f"{schema.title.vi}: {schema.description.vi}"
        )


def yearly(schema: TableSchema, database: sqlite3.Connection) -> list[dict[str, Typed]]:
    """The rows of a table's view of yearly sums, in order of place and year."""
    from pipeline.outputs.views import quoted

    days = ("period_start", "period_end")
    select = f"SELECT * FROM {quoted(schema.name + '_yearly')} ORDER BY place_key, year, status, beneficiary"
    found = database.execute(select)
    names = [column[0] for column in found.description]
    rows = (dict(zip(names, row, strict=True)) for row in found)
    ordered = sorted(rows, key=lambda row: [str(row[n] or "") for n in names])
    return [
        {n: date.fromisoformat(v) if n in days and isinstance(v, str) else v for n, v in row.items()}
        for row in ordered
    ]


def _sums(source: Source, language: Language) -> Iterator[list[Typed]]:
    with closing(sqlite3.connect("")) as database:
        fill(source, database, computed=True)
        for schema in source.figures:
            yield from people.sums(yearly(schema, database), schema, language)


def _with_unit(column: Column, heading: str, language: Language) -> str:
    unit = people.unit(column, language)
    return heading if not unit or unit in heading or "(" in heading else f"{heading} ({unit})"


def _width(column: Column) -> float:
    if column.name in _WIDTHS:
        return _WIDTHS[column.name]
    if column.name.endswith("_vnd"):
        return 20
    return {"date": 12, "boolean": 10, "integer": 11, "number": 11}.get(column.type, 18)


def _columns(source: Source, language: Language) -> Iterator[list[Typed]]:
    for schema in source.schemas.values():
        headings = people.headings(schema, language)
        for column, heading in zip(schema.columns, headings, strict=True):
            yield [
                told(schema.title, language),
                heading,
                f"{schema.name}.{column.name}",
                _TYPES[language][column.type],
                people.unit(column, language) or None,
                told(column.description, language),
            ]


def _codes(source: Source, language: Language) -> Iterator[list[Typed]]:
    for schema in source.schemas.values():
        headings = people.headings(schema, language)
        for column, heading in zip(schema.columns, headings, strict=True):
            for code, label in column.codes.items():
                yield [told(schema.title, language), heading, code, told(label, language)]


def _sheet_name(name: str, number: int) -> str:
    """A name that Excel takes: at most 31 letters, none of its signs."""
    end = f" ({number})" if number > 1 else ""
    return re.sub(r"[\[\]:*?/\\]", " ", name)[: 31 - len(end)] + end


def _put_together(loose: Path, target: Path, apart: Mapping[str, IO[bytes]]) -> None:
    """Copy a workbook with every time in it set to one day, rows that were written apart in their sheets."""
    with zipfile.ZipFile(loose) as made, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as fixed:
        for name in sorted(made.namelist(), key=lambda n: (n != "[Content_Types].xml", n)):
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            text = made.read(name)
            if name == "docProps/core.xml":
                text = re.sub(rb"\d{4}-\d\d-\d\dT[\d:]+Z", b"1980-01-01T00:00:00Z", text)
            if name not in apart:
                fixed.writestr(entry, text)
                continue
            head, mark, tail = text.partition(b"</sheetData>")
            rows = apart[name]
            rows.seek(0)
            # in pieces: the rows may be larger than memory
            with fixed.open(entry, "w", force_zip64=True) as copy:
                copy.write(head)
                shutil.copyfileobj(rows, copy, 1 << 20)
                copy.write(mark + tail)


_SUM_WIDTHS = [20, 30, 9, 10, 10, 8, 16, 26, 34, 22, 20, 12, 12, 12, 12, 14]
_NAMES: dict[Language, dict[str, str]] = {
    "vi": {
        "first": "Đọc trước",
        "sums": "Tổng theo năm",
        "columns": "Giải thích cột",
        "codes": "Giải thích mã",
    },
    "en": {"first": "Read first", "sums": "Yearly sums", "columns": "Columns", "codes": "Codes"},
}
_COLUMNS: dict[Language, list[str]] = {
    "vi": ["Bảng", "Cột", "Tên trong CSV", "Kiểu", "Đơn vị", "Ý nghĩa"],
    "en": ["Table", "Column", "Name in the CSV", "Type", "Unit", "Meaning"],
}
_CODES: dict[Language, list[str]] = {
    "vi": ["Bảng", "Cột", "Mã trong CSV", "Ý nghĩa"],
    "en": ["Table", "Column", "Code in the CSV", "Meaning"],
}
_TYPES: dict[Language, dict[str, str]] = {
    "vi": {"string": "chữ", "integer": "số nguyên", "number": "số", "boolean": "đúng/sai", "date": "ngày"},
    "en": {
        "string": "text",
        "integer": "integer",
        "number": "number",
        "boolean": "true/false",
        "date": "date",
    },
}
