"""CSV as Excel in Vietnam opens it by a double click: byte-order mark, semicolons, decimal comma.

Headings and codes are words, as in the workbook. Text is guarded against formulas as in the tables; Excel
itself takes codes such as ``01`` for numbers in any CSV, which the workbook does not suffer from.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from pipeline.outputs import people
from pipeline.outputs.people import Language
from pipeline.outputs.source import Source, Typed
from pipeline.tables.rows import text_cell


def write(source: Source, folder: Path, language: Language = "vi") -> list[str]:
    """Write a CSV a table into a folder, and ``columns.csv``, which explains the columns.

    Args:
        source: OUT.
        folder: an empty folder.
        language: of headings and codes.

    Returns:
        Nothing that had to be told.
    """
    for schema in source.schemas.values():
        headings = people.headings(schema, language)
        _write(folder / f"{schema.name}.csv", headings, people.rows(source, schema, language))
    _write(folder / "columns.csv", _HEADINGS[language], _columns(source, language))
    return []


_FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
_HEADINGS: dict[Language, list[str]] = {
    "vi": ["Tệp", "Cột", "Tên trong bảng gốc", "Đơn vị", "Ý nghĩa"],
    "en": ["File", "Column", "Name in the tables", "Unit", "Meaning"],
}


def _columns(source: Source, language: Language) -> Iterator[list[Typed]]:
    for schema in source.schemas.values():
        headings = people.headings(schema, language)
        for column, heading in zip(schema.columns, headings, strict=True):
            told = people.told(column.description, language)
            yield [f"{schema.name}.csv", heading, column.name, people.unit(column, language), told]


def _write(path: Path, headings: list[str], rows: Iterator[list[Typed]]) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as handle:
        writer = csv.writer(handle, delimiter=";", lineterminator="\r\n")
        writer.writerow(headings)
        writer.writerows([_cell(value) for value in row] for row in rows)


def _cell(value: Typed) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        # never with an exponent: Excel takes 1e-05 for a text where the comma is decimal
        text = f"{value:.10f}".rstrip("0").rstrip(".") if abs(value) < 1e15 else f"{value:.0f}"
        return text.replace(".", ",")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int):
        return str(value)
    return text_cell(value, exact=True) if value.startswith(_FORMULA) else value
