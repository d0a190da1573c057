"""An output folder as a source: its tables, their rows typed, and the proof that it is whole.

``hoso extract`` writes ``run.json`` last. Where another run holds the folder, where a killed one left staged
files behind, or where a table has not as many rows as ``run.json`` tells, nothing is made of it.
"""

from __future__ import annotations

import csv
import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

from pipeline.batch import lock
from pipeline.batch.absent import absent
from pipeline.errors import OutputError
from pipeline.outputs import described
from pipeline.tables.schema import Column, TableSchema

Typed = str | int | float | bool | date | None
"""A cell's value; None where it is empty."""

LARGEST = 2**63 - 1
"""The largest whole number that databases and Parquet hold in an integer column."""


@dataclass(frozen=True)
class Source:
    """An output folder that is whole.

    Attributes:
        folder: OUT.
        schemas: its tables by name, tables of one's own rules and failures among them.
        run: what ``run.json`` tells; empty where it is missing (tables that were copied elsewhere).
    """

    folder: Path
    schemas: Mapping[str, TableSchema]
    run: Mapping[str, Any]

    @cached_property
    def figures(self) -> list[TableSchema]:
        """The tables whose rows are figures: those with a status and a role."""
        return [s for s in self.schemas.values() if {"row_id", "doc_id", "status", "role"} <= s.names]

    def rows(self, name: str) -> Iterator[list[Typed]]:
        """The rows of a table, typed, in the order of the file.

        Raises:
            OutputError: a cell that is not of its column's type, a row of another width.
        """
        schema = self.schemas[name]
        path = self.folder / schema.path
        kinds = [_TYPES[column.type] for column in schema.columns]
        for line, cells in _cells(path, schema):
            if len(cells) != len(kinds):
                raise _broken(path, line, f"{len(cells)} cells, not {len(kinds)}")
            try:
                # an empty cell is unknown, in a column of text too
                yield [kind(cell) if cell else None for kind, cell in zip(kinds, cells, strict=True)]
            except ValueError:
                where = next(c for c, v in zip(schema.columns, cells, strict=True) if not _is(c, v))
                raise _broken(path, line, f"column {where.name} holds no {where.type}") from None


@contextmanager
def opened(out: Path) -> Iterator[Source]:
    """Open an output folder, and keep runs out of it where it is the folder that hoso extract works in.

    Raises:
        UsageError: no folder that ``hoso extract`` wrote.
        OutputError: another run is writing there, or it is written in part.
    """
    package = out / "tables" / "datapackage.json"
    if not package.is_file():
        raise absent(out)
    worked_in = (out / lock.FOLDER).is_dir() and os.access(out / lock.FOLDER, os.W_OK)
    with lock.hold(out) if worked_in else nullcontext():
        staged = next((out / "tables").glob(".hoso-*.tmp"), None)
        if staged is not None:
            message = f"{out}: written in part (a run was stopped there); run hoso extract again"
            raise OutputError(message)
        source = Source(out, {s.name: s for s in described.schemas(package)}, _run(out))
        _check_counts(source)
        yield source


def _run(out: Path) -> Mapping[str, Any]:
    path = out / "run.json"
    if not path.is_file():
        return {}
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        message = f"{path}: {error}; run hoso extract again"
        raise OutputError(message) from error
    return found if isinstance(found, dict) else {}


def _check_counts(source: Source) -> None:
    told = source.run.get("rows", {})
    for name, schema in source.schemas.items():
        path = source.folder / schema.path
        if name not in told:
            continue
        found = sum(1 for _ in _cells(path, schema))
        if found != told[name]:
            message = (
                f"{path}: {found} rows where run.json tells {told[name]}: written in part or changed by "
                "hand; run hoso extract again"
            )
            raise OutputError(message)


def _cells(path: Path, schema: TableSchema) -> Iterator[tuple[int, list[str]]]:
    """Line numbers and cells, without the header; no rows where ``failures`` is missing."""
    csv.field_size_limit(min(sys.maxsize, 2**31 - 1))
    if schema.name == "failures" and not path.exists():
        return
    try:
        with path.open(encoding="utf-8", newline="") as handle:
            reader = csv.reader(handle)
            header = next(reader, [])
            if header != schema.header:
                raise _broken(path, 1, "the columns are not those of datapackage.json")
            for cells in reader:
                yield reader.line_num, cells
    except OSError as error:
        message = f"{path}: cannot be read: {error.strerror or error}; run hoso extract again"
        raise OutputError(message) from error
    except (UnicodeDecodeError, csv.Error) as error:
        message = f"{path}: no CSV of hoso's: {error}; run hoso extract again"
        raise OutputError(message) from error


def _broken(path: Path, line: int, problem: str) -> OutputError:
    return OutputError(f"{path}, line {line}: {problem}; run hoso extract again")


def _boolean(cell: str) -> bool:
    if cell not in {"true", "false"}:
        raise ValueError(cell)
    return cell == "true"


def _integer(cell: str) -> int:
    # int() takes blanks, underscores and digits of other scripts
    if not cell.removeprefix("-").isdecimal() or not cell.isascii() or len(cell) > 4000:
        raise ValueError(cell)
    return int(cell)


_TYPES: Mapping[str, Callable[[str], Typed]] = {
    "string": str,
    "integer": _integer,
    "number": float,
    "boolean": _boolean,
    "date": date.fromisoformat,
}


def _is(column: Column, cell: str) -> bool:
    try:
        _TYPES[column.type](cell) if cell else None
    except ValueError:
        return False
    return True


def fitted(schema: TableSchema, row: list[Typed], told: list[str]) -> list[Typed]:
    """A row for a column of 64 bits: a larger whole number is left empty, and told."""
    for column, value in zip(schema.columns, row, strict=True):
        if isinstance(value, int) and abs(value) > LARGEST:
            name = row[0] if schema.primary_key else schema.name
            told.append(
                f"{schema.path}: {column.name} of {name} has {len(str(abs(value)))} digits, more than a "
                "database holds; it is left empty there, and stands in the CSV"
            )
    return [None if isinstance(v, int) and abs(v) > LARGEST else v for v in row]
