"""The output contract as data: which tables there are, their columns, types and constraints.

Read from ``dictionaries/schema/*.toml``: one file a table, ``common.toml`` for columns that several
tables share. Column order is the contract's: the same in the CSV header and in the data package.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from pathlib import Path
from typing import Any, Literal, get_args

from pipeline.errors import DictionaryError
from pipeline.language import dictionaries

ColumnType = Literal["string", "integer", "number", "boolean", "date"]

ORDER = (
    "documents",
    "loans",
    "cards",
    "houses",
    "supports",
    "budgets",
    "rates",
    "citations",
    "evidence",
    "pages",
    "unclaimed",
    "decisions",
    "edits",
    "failures",
)
"""All tables, in the order in which they are written and described."""


@dataclass(frozen=True, slots=True)
class Text:
    """A title or description in English and Vietnamese."""

    en: str
    vi: str


@dataclass(frozen=True)
class Column:
    """One column.

    Attributes:
        codes: code to its label, in the order of the file; empty where the column is free.
        open: whether other codes than these may stand there.
        digits: decimals that a number is rounded to; None keeps all.
        exact: whether blanks and the Unicode form stay (offsets point into such text; a file is named so).
        additive: whether its numbers may be summed over rows that count once (a percentage may not).
    """

    name: str
    type: ColumnType
    title: Text
    description: Text
    required: bool = False
    unique: bool = False
    minimum: float | None = None
    maximum: float | None = None
    pattern: str | None = None
    codes: Mapping[str, Text] = field(default_factory=dict)
    open: bool = False
    digits: int | None = None
    exact: bool = False
    additive: bool = False


@dataclass(frozen=True)
class ForeignKey:
    """``column`` holds values of ``reference`` in ``table``, or nothing."""

    column: str
    table: str
    reference: str


@dataclass(frozen=True)
class TableSchema:
    """One table; ``path`` is relative to the output folder."""

    name: str
    path: str
    title: Text
    description: Text
    columns: tuple[Column, ...]
    primary_key: tuple[str, ...] = ()
    foreign_keys: tuple[ForeignKey, ...] = ()

    @property
    def header(self) -> list[str]:
        """The column names, in order."""
        return [column.name for column in self.columns]

    @cached_property
    def names(self) -> frozenset[str]:
        """The column names."""
        return frozenset(self.header)


@cache
def tables(own: Path | None = None) -> dict[str, TableSchema]:
    """All tables by name, in ``ORDER``, then those of one's own rule files.

    Args:
        own: a folder of rule files, each with the ``[schema]`` of its table.

    Raises:
        DictionaryError: where a file is missing or wrong, naming file, table and column.
    """
    place = dictionaries.folder() / "schema"
    found = load(place)
    common = _read(place / "common.toml")
    for path in sorted(own.glob("*.toml")) if own else ():
        schema = _own_table(path, common)
        if schema.name in found:
            raise _wrong(path, f"there is a table {schema.name!r} already")
        found[schema.name] = schema
    return found


_NAME = re.compile(r"[a-z][a-z0-9_]*")


def _own_table(path: Path, common: Mapping[str, Any]) -> TableSchema:
    """The table of a rule file: the shared columns around those that its ``[schema]`` names."""
    data = _read(path)
    name, own = data.get("table"), data.get("schema")
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise _wrong(path, "'table' must be a name of small letters, digits and _")
    if not isinstance(own, dict):
        raise _wrong(path, "[schema] is missing: the titles and columns of the table")
    described = {
        "name": name,
        "path": f"tables/{name}.csv",
        "primary_key": ["row_id"],
        "order": ["@identity", "@about", *own.get("columns", []), "@standing"],
        **{key: own[key] for key in ("en", "vi", "column") if key in own},
    }
    schema = _schema(described, path, name, common)
    adds = data.get("adds", ())
    columns = (replace(c, additive=c.additive or c.name in adds) for c in schema.columns)
    return replace(schema, columns=tuple(columns))


def load(folder: Path) -> dict[str, TableSchema]:
    """The tables of a folder of schema files (see ``tables``)."""
    common = _read(folder / "common.toml")
    return {name: _table(folder / f"{name}.toml", common) for name in ORDER}


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise _wrong(path, str(error)) from error


def _wrong(path: Path, problem: str) -> DictionaryError:
    return DictionaryError(f"{path}: {problem}; correct the file or reinstall hoso")


def _table(path: Path, common: Mapping[str, Any]) -> TableSchema:
    return _schema(_read(path), path, path.stem, common)


def _schema(data: Mapping[str, Any], path: Path, expected: str, common: Mapping[str, Any]) -> TableSchema:
    try:
        sets: Mapping[str, list[str]] = common["sets"]
        names = [n for entry in data["order"] for n in (sets[entry[1:]] if entry[0] == "@" else [entry])]
        known = {**common["column"], **data.get("column", {})}
        columns = tuple(_column(name, known[name], path) for name in names)
        keys = [
            ForeignKey(k["fields"], k["table"], k["reference"]) for k in data.get("foreign_keys", _FIGURES)
        ]
        schema = TableSchema(
            data["name"],
            data["path"],
            *_texts(data),
            columns,
            tuple(data["primary_key"]),
            tuple(k for k in keys if k.column in names and "tables/" in data["path"]),
        )
    except (KeyError, IndexError) as error:
        raise _wrong(path, f"{error} is missing") from error
    except (TypeError, AttributeError) as error:
        raise _wrong(path, f"the schema is not of the form of dictionaries/schema ({error})") from error
    unused = set(data.get("column", {})) - set(names)
    if unused or len(set(names)) != len(names) or schema.name != expected:
        raise _wrong(path, f"name, order and columns do not agree ({', '.join(sorted(unused)) or 'twice'})")
    return schema


_FIGURES = (
    {"fields": "doc_id", "table": "documents", "reference": "doc_id"},
    {"fields": "total_row_id", "table": "", "reference": "row_id"},
)
"""The references of every table that has such columns; "" is the table itself."""


def _texts(data: Mapping[str, Any]) -> tuple[Text, Text]:
    return Text(data["en"][0], data["vi"][0]), Text(data["en"][1], data["vi"][1])


def _column(name: str, data: Mapping[str, Any], path: Path) -> Column:
    rest = {k: v for k, v in data.items() if k not in {"en", "vi", "codes"}}
    codes = {code: Text(*labels) for code, labels in data.get("codes", {}).items()}
    title, description = _texts(data)
    try:
        column = Column(name=name, title=title, description=description, codes=codes, **rest)
        re.compile(column.pattern or "")
    except (TypeError, re.error) as error:
        raise _wrong(path, f"column {name}: {error}") from error
    if column.type not in get_args(ColumnType):
        raise _wrong(path, f"column {name}: unknown type {column.type!r}")
    return column
