"""What a person types into a cell, as the cell that stands in the table: checked, and never a formula."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal, InvalidOperation

from pipeline.decisions.record import MOST_LETTERS, DecisionError
from pipeline.tables.rows import Cell, SchemaError, format_cell
from pipeline.tables.schema import Column, TableSchema

_GROUPED = re.compile(r"\d{1,3}(?:(?P<mark>[. \u00a0,])\d{3})(?:(?P=mark)\d{3})*")
_DAY = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")
_WHOLE = re.compile(r"-?\d{1,18}")
_MOST_DIGITS = 40


def cell_of(schema: TableSchema, column: Column, typed: str) -> str:
    """The cell that holds what was typed; empty for nothing.

    Numbers may have their thousands parted as people in Vietnam or elsewhere do, dates may be ``31/7/2024``.
    A cell's own text gives that cell.

    Raises:
        DecisionError: where the column does not take it; the message says why.
    """
    text = " ".join(typed.split())
    if len(text) > MOST_LETTERS:
        message = f"{column.name}: more than {MOST_LETTERS} letters"
        raise DecisionError(message)
    if not text:
        value: Cell = None
    else:
        value = _value(column, text)
    try:
        return format_cell(schema, column, value)
    except SchemaError as error:
        raise DecisionError(str(error)) from None


def _value(column: Column, text: str) -> Cell:
    try:
        if column.type == "integer":
            return _whole(text)
        if column.type == "number":
            return _number(text)
        if column.type == "date":
            return _date(text)
        if column.type == "boolean":
            return {"true": True, "false": False}[text.lower()]
    except (ValueError, KeyError, InvalidOperation):
        message = f"{column.name}: {text[:40]!r} is no {column.type}"
        raise DecisionError(message) from None
    return text


def _whole(text: str) -> int:
    r"""A whole number.

    >>> _whole("8.075.000.000"), _whole("1 200"), _whole("7")
    (8075000000, 1200, 7)
    """
    if _GROUPED.fullmatch(text):
        text = re.sub(r"\D", "", text)
    if not text.isascii() or not _WHOLE.fullmatch(text):
        raise ValueError(text)
    return int(text)


def _number(text: str) -> Decimal:
    """A number with a comma or a point before its decimals.

    >>> _number("12,5"), _number("0.25")
    (Decimal('12.5'), Decimal('0.25'))
    """
    text = text.replace(",", ".")
    if not text.isascii() or len(text) > _MOST_DIGITS or not re.fullmatch(r"-?\d+(\.\d+)?", text):
        raise ValueError(text)
    return Decimal(text)


def _date(text: str) -> date:
    """A day.

    >>> _date("31/7/2024"), _date("2024-07-31")
    (datetime.date(2024, 7, 31), datetime.date(2024, 7, 31))
    """
    if found := _DAY.fullmatch(text):
        day, month, year = map(int, found.groups())
        return date(year, month, day)
    return date.fromisoformat(text)
