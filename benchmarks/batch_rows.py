"""Many rows of tables from a ledger to OUT, for ``batch_scale``: nothing is read, all is written.

usage: python -m benchmarks.batch_rows ROWS OUT
"""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path
from typing import Any

from pipeline.batch.ledger import Ledger
from pipeline.batch.output import Output
from pipeline.batch.records import DocumentState, File, PageState
from pipeline.batch.units import doc_id
from pipeline.batch.wire import pack
from pipeline.decisions.book import Book
from pipeline.tables import writer
from pipeline.tables.rows import format_row
from pipeline.tables.schema import tables

A_DOCUMENT = 500
"""Rows of loans of one document: a province's table over its communes."""


def fill(ledger: Ledger, rows: int) -> None:
    """Documents with so many loans in all."""
    for number in range(rows // A_DOCUMENT):
        name = f"bang-{number:05}.xlsx"
        sha256 = hashlib.sha256(name.encode()).hexdigest()
        loans = [_loan(name, doc_id(sha256), number * A_DOCUMENT + line) for line in range(A_DOCUMENT)]
        row: dict[str, Any] = {
            "doc_id": doc_id(sha256),
            "source_file": name,
            "pages": 1,
            "counted": True,
            "read_status": "ok",
        }
        parts = [
            ("documents", pack([format_row("documents", row)])),
            ("edits", pack([])),
            ("text", pack(name)),
        ]
        with ledger.transaction():
            ledger.put_file(File(name, Path(name), "", "", sha256, "sheet", 1, {}))
            ledger.put_page(sha256, PageState(1, "", "d"), b"")
            ledger.put_document(DocumentState(sha256, name, ""), [*parts, ("loans", pack(loans))])


def _loan(name: str, document: str, number: int) -> list[str]:
    values: dict[str, Any] = {
        "row_id": f"l{number:012x}",
        "doc_id": document,
        "source_file": name,
        "page": 1,
        "flow": "disbursed",
        "borrowers": number % 900 + 1,
        "amount_vnd": (number % 900 + 1) * 50_000_000,
        "status": "actual",
        "role": "single",
        "confidence": 0.9,
        "quote": f"cho vay {number % 900 + 1} hộ nghèo",
    }
    return format_row("loans", values)


def main() -> None:
    """Fill a ledger and write OUT."""
    rows, out = int(sys.argv[1]), Path(sys.argv[2])
    out.mkdir(parents=True)
    ledger = Ledger(out / "ledger.sqlite")
    fill(ledger, rows)
    schemas = tables()
    columns = {name: schema.header for name, schema in schemas.items()}
    output = Output(ledger, format_row, columns, Book.load(out, schemas))
    done = writer.write(out, output.tables(), output.texts(), output.edits(), output.failures())
    ledger.close()
    if done.rows["loans"] != rows // A_DOCUMENT * A_DOCUMENT:
        message = f"{done.rows['loans']} rows written"
        raise SystemExit(message)


if __name__ == "__main__":
    main()
