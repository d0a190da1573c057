"""DuckDB and Parquet, through Arrow: rows in batches of typed columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.errors import MissingExtraError
from pipeline.outputs.database import Table, described, tables
from pipeline.outputs.source import Source, Typed, fitted
from pipeline.outputs.sqlite import unhinged
from pipeline.outputs.views import quoted, views
from pipeline.tables.schema import TableSchema

if TYPE_CHECKING:
    import pyarrow as pa

BATCH = 20_000
"""Rows held at a time."""

_DUCK = {
    "string": "VARCHAR",
    "integer": "BIGINT",
    "number": "DOUBLE",
    "boolean": "BOOLEAN",
    "date": "DATE",
}


def needs(package: str, wanted_for: str) -> Any:
    """A package of the extra ``export``.

    Raises:
        MissingExtraError: where it is not installed, with what to install.
    """
    from importlib import import_module

    try:
        return import_module(package)
    except ImportError as error:
        message = (
            f"{wanted_for} needs {package}, which is not installed: make export in hoso's folder, or "
            'pip install "hoso[export]"; --to sqlite and --to csv-excel do without'
        )
        raise MissingExtraError(message) from error


def write_duckdb(source: Source, target: Path) -> list[str]:
    """Write a DuckDB file: tables, keys, views, and all descriptions as comments.

    Its bytes differ from run to run (DuckDB writes on several threads, and salts its headers); its contents
    do not.

    Args:
        source: OUT.
        target: a file that does not exist.

    Returns:
        A line for each value that does not fit.

    Raises:
        MissingExtraError: DuckDB or Arrow is not installed.
        OutputError: tables that do not hang together.
    """
    duckdb, _ = needs("duckdb", "--to duckdb"), needs("pyarrow", "--to duckdb")
    told: list[str] = []
    database = duckdb.connect(str(target))
    try:
        for table, rows in tables(source):
            database.execute(table.create(_DUCK))
            schema = source.schemas.get(table.name)
            fit = rows if schema is None else (fitted(schema, list(row), told) for row in rows)
            for batch in _batches(table, fit):
                database.register("batch", batch)
                database.execute(f"INSERT INTO {quoted(table.name)} SELECT * FROM batch")
                database.unregister("batch")
        for view in views(source.figures):
            database.execute(view.create)
        for statement in _comments(source):
            database.execute(statement)
    except duckdb.ConstraintException as error:
        raise unhinged(source.folder, error) from error
    finally:
        database.close()
    return told


def _comments(source: Source) -> Iterator[str]:
    about, columns, _ = described(source)
    for name, kind, _, _, english, vietnamese in about:
        yield f"COMMENT ON {str(kind).upper()} {quoted(str(name))} IS {_literal(f'{english} · {vietnamese}')}"
    for table, _, name, _, _, _, english, vietnamese, _ in columns:
        place = f"{quoted(str(table))}.{quoted(str(name))}"
        yield f"COMMENT ON COLUMN {place} IS {_literal(f'{english} · {vietnamese}')}"


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def write_parquet(source: Source, folder: Path) -> list[str]:
    """Write a Parquet file a table into a folder; titles and descriptions are the fields' metadata.

    Args:
        source: OUT.
        folder: an empty folder.

    Returns:
        A line for each value that does not fit.

    Raises:
        MissingExtraError: Arrow is not installed.
    """
    needs("pyarrow", "--to parquet")
    from pyarrow import parquet

    told: list[str] = []
    for schema in source.schemas.values():
        table = Table(schema.name, [(c.name, c.type, "") for c in schema.columns])
        arrow = _arrow_schema(table, schema)
        rows = (fitted(schema, row, told) for row in source.rows(schema.name))
        with parquet.ParquetWriter(folder / f"{schema.name}.parquet", arrow, compression="zstd") as writer:
            for batch in _batches(table, rows, arrow):
                writer.write_table(batch)
    return told


def _batches(
    table: Table, rows: Iterator[Sequence[Typed]], arrow: pa.Schema | None = None
) -> Iterator[pa.Table]:
    import pyarrow as pa

    arrow = arrow or _arrow_schema(table)
    while batch := list(islice(rows, BATCH)):
        columns = zip(*batch, strict=True)
        arrays = [pa.array(list(c), kind) for c, kind in zip(columns, arrow.types, strict=True)]
        yield pa.Table.from_arrays(arrays, schema=arrow)


def _arrow_schema(table: Table, schema: TableSchema | None = None) -> pa.Schema:
    import pyarrow as pa

    types = {
        "string": pa.string(),
        "integer": pa.int64(),
        "number": pa.float64(),
        "boolean": pa.bool_(),
        "date": pa.date32(),
    }
    about = {} if schema is None else {c.name: c for c in schema.columns}
    fields = []
    for name, kind, _ in table.columns:
        column = about.get(name)
        texts = None
        if column is not None:
            title, told = column.title, column.description
            texts = {
                "title": title.en,
                "title@vi": title.vi,
                "description": told.en,
                "description@vi": told.vi,
            }
        fields.append(pa.field(name, types[kind], metadata=texts))
    return pa.schema(fields)
