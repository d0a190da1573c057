"""The tables of an output folder written again from its ledger: nothing is read, decisions are applied."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path
from typing import Any

from pipeline.batch import lock
from pipeline.batch.ledger import Ledger
from pipeline.batch.output import Output
from pipeline.decisions.book import Book
from pipeline.errors import OutputError
from pipeline.settings import Settings
from pipeline.tables import writer
from pipeline.tables.rows import format_row
from pipeline.tables.schema import TableSchema, tables


def schemas_of(out: Path) -> dict[str, TableSchema]:
    """The tables of an output folder, those of the user's own rules among them.

    Raises:
        OutputError: where its run.json cannot be read.
    """
    own = Settings().with_values(record_of(out)["settings"], str(out / "run.json")).rules_folder
    return tables(own if own and own.is_dir() else None)


def record_of(out: Path) -> dict[str, Any]:
    """What run.json holds.

    Raises:
        OutputError: where it cannot be read.
    """
    path = out / "run.json"
    try:
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        dict(found["settings"])
    except FileNotFoundError:
        message = f"{path}: not there: a run is on, or was stopped before its end; run hoso extract again"
        raise OutputError(message) from None
    except (OSError, ValueError, KeyError, TypeError):
        message = f"{path}: cannot be read; run hoso extract again"
        raise OutputError(message) from None
    return found


def rewrite(out: Path) -> None:
    """Write the tables as the decisions leave them now; the same bytes as the next run would.

    Raises:
        OutputError: where OUT cannot be written, or a run holds it.
    """
    schemas = schemas_of(out)
    with lock.hold(out) as held, closing(Ledger(held.folder / "ledger.sqlite")) as ledger:
        columns = {name: schema.header for name, schema in schemas.items()}
        output = Output(ledger, format_row, columns, Book.load(out, schemas))
        parts = (output.tables(), output.texts(), output.edits(), output.failures())
        written = writer.write(out, *parts, schemas)
        writer.write_run(out, {**record_of(out), "rows": written.rows})
