"""Values to the text of CSV cells: one way to write a date, a number, a box; nothing that a sheet runs.

A spreadsheet that opens a CSV takes a cell beginning with ``=``, ``+``, ``-`` or ``@`` for a formula
(CWE-1236), reads ``4E3`` as 4000, and breaks a row at a line end inside a cell. So text is folded onto
one line and guarded, numbers have no exponent, dates are ISO 8601.

A value that does not fit its column is a mistake of the program, never of a document: it raises
``SchemaError``, and no file is written with it.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from decimal import ROUND_HALF_EVEN, Decimal

from pipeline.model import Box, Value
from pipeline.tables.schema import Column, TableSchema, tables

Cell = Value | Box | Iterable[str]
"""What a column may be given: a box for ``bbox``, codes for ``flags``, else a plain value."""

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_LIKE_FORMULA = re.compile(r"[\s']*[=+\-@＝＋－＠]")
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
"""Wide forms too: spreadsheets set to an East Asian language take them for the others."""


class SchemaError(ValueError):
    """A value that its column does not allow; a mistake of the program."""


def format_row(
    table: str, values: Mapping[str, Cell], schemas: Mapping[str, TableSchema] | None = None
) -> list[str]:
    r"""One row's cells, in the table's column order.

    >>> format_row("failures", {"source_file": "a.pdf", "stage": "ocr", "code": "timeout",
    ...                         "message": "= too slow\n"})
    ['a.pdf', '', 'ocr', 'timeout', "'= too slow"]

    Args:
        table: the table's name.
        values: by column name; a missing column is empty (unknown).
        schemas: the tables there are; the contract's where None.

    Raises:
        SchemaError: an unknown column, a value of another type, outside its limits or codes, or a
            required one that is missing.
    """
    schema = (schemas or tables())[table]
    if unknown := sorted(set(values) - schema.names):
        message = f"{table}: no column {', '.join(unknown)}"
        raise SchemaError(message)
    return [format_cell(schema, column, values.get(column.name)) for column in schema.columns]


def format_cell(schema: TableSchema, column: Column, value: Cell) -> str:
    """One cell of a row.

    Raises:
        SchemaError: as ``format_row``.
    """
    try:
        text = "" if value is None else _FORMATS[column.type](column, value)
        _check(column, text)
    except (TypeError, ValueError, ArithmeticError) as error:
        message = f"{schema.name}.{column.name}: {error}"
        raise SchemaError(message) from error
    return text


def _check(column: Column, text: str) -> None:
    if not text:
        if column.required:
            message = "is required"
            raise ValueError(message)
        return
    if column.codes and not column.open and text not in column.codes:
        message = f"no such code: {text!r}"
        raise ValueError(message)
    if column.pattern and not re.fullmatch(column.pattern, text):
        message = f"{text!r} does not look like {column.pattern}"
        raise ValueError(message)


def _string(column: Column, value: Cell) -> str:
    if isinstance(value, Box):
        return " ".join(_decimal(side, 1) for side in (value.x0, value.y0, value.x1, value.y1))
    if isinstance(value, str):
        return text_cell(value, exact=column.exact)
    if isinstance(value, set | frozenset):
        value = sorted(value)
    if isinstance(value, tuple | list) and all(isinstance(part, str) for part in value):
        return text_cell(" ".join(value))
    raise TypeError(_wants("text", value))


def text_cell(value: str, *, exact: bool = False) -> str:
    r"""Text for a cell: NFC, on one line, never a formula.

    >>> text_cell("+ Hộ nghèo:\n 30 thẻ"), text_cell(" a  b ", exact=True)
    ("'+ Hộ nghèo: 30 thẻ", ' a  b ')

    Args:
        value: any text.
        exact: keep blanks and the Unicode form (offsets and names hang on them), line breaks and controls
            as one space each. Different texts without these give different cells, guarded ones too.
    """
    text = value if value.isascii() else _SURROGATE.sub("\ufffd", value)
    text = _CONTROL.sub(" ", text)
    if exact:
        # a text that looks like a guarded one is guarded again
        return f"'{text}" if _LIKE_FORMULA.match(text) else text
    text = " ".join(unicodedata.normalize("NFC", text).split())
    return f"'{text}" if text.startswith(_FORMULA) else text


def unguarded(cell: str) -> str:
    r"""The text of a cell that ``text_cell`` made with ``exact``.

    >>> [unguarded(text_cell(text, exact=True)) for text in ("-1", "'-1", "a'")]
    ['-1', "'-1", "a'"]
    """
    return cell[1:] if _LIKE_FORMULA.match(cell) else cell


def _integer(column: Column, value: Cell) -> str:
    if isinstance(value, Decimal) and value == value.to_integral_value():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(_wants("a whole number", value))
    _limits(column, value)
    return str(value)


def _number(column: Column, value: Cell) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise TypeError(_wants("a number", value))
    _limits(column, value)
    return _decimal(value, column.digits)


def _limits(column: Column, value: float | Decimal) -> None:
    if not math.isfinite(value):
        message = f"{value} is not finite"
        raise ValueError(message)
    low, high = column.minimum, column.maximum
    if (low is not None and value < low) or (high is not None and value > high):
        message = f"{value} is outside {low}..{high}"
        raise ValueError(message)


def _decimal(value: float | Decimal, digits: int | None) -> str:
    """Plain decimal notation without trailing zeros: 1E+3 is 1000, 0.50 is 0.5, -0.0 is 0."""
    number = value if isinstance(value, Decimal) else Decimal(repr(value))
    if digits is not None:
        number = number.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_EVEN)
    text = f"{number:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in {"-0", ""} else text


def _boolean(_column: Column, value: Cell) -> str:
    if not isinstance(value, bool):
        raise TypeError(_wants("true or false", value))
    return "true" if value else "false"


def _date(_column: Column, value: Cell) -> str:
    if not isinstance(value, date) or isinstance(value, datetime):
        raise TypeError(_wants("a date", value))
    return value.isoformat()


def _wants(wanted: str, value: object) -> str:
    return f"wants {wanted}, not {value!r}"


_FORMATS: Mapping[str, Callable[[Column, Cell], str]] = {
    "string": _string,
    "integer": _integer,
    "number": _number,
    "boolean": _boolean,
    "date": _date,
}
