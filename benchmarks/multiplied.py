"""A large output folder made of a small one: its documents again and again, of other places and years.

Every copy is a set of documents with ids, rows and evidence of its own. Places are the districts of the
gazetteer; when each had its turn the next round tells of the years before. So places, years, totals, overlaps
and growth grow with the folder, as they do in an archive.

usage: python -m benchmarks.multiplied OUT ROWS TARGET
"""

from __future__ import annotations

import csv
import hashlib
import json
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path

from pipeline.language.gazetteer import Unit, gazetteer
from pipeline.outputs import source
from pipeline.outputs.source import Source
from pipeline.tables.schema import TableSchema

_IDS = frozenset({"row_id", "total_row_id", "doc_id", "duplicate_of"})
_CODES = frozenset({"province_code", "commune_code"})
EDITION = "before-2025-07-01"


def multiply(out: Path, target: Path, rows: int) -> dict[str, int]:
    """Write a folder with at least so many figures; the rows of each table.

    Args:
        out: what ``hoso extract`` wrote, with figures in it.
        target: a folder that does not exist.
        rows: of all tables of figures together.
    """
    with source.opened(out) as found:
        figures = sum(1 for schema in found.figures for _ in found.rows(schema.name))
        copies = -(-rows // figures)
        (target / "tables").mkdir(parents=True)
        package = (out / "tables" / "datapackage.json").read_bytes()
        (target / "tables" / "datapackage.json").write_bytes(package)
        counts = _write(found, target, copies)
    run = {**found.run, "rows": {name: n for name, n in counts.items() if name in found.run["rows"]}}
    (target / "run.json").write_text(json.dumps(run), encoding="utf-8")
    return counts


def _write(found: Source, target: Path, copies: int) -> dict[str, int]:
    districts = [u for u in gazetteer().units if u.level == "district" and u.edition == EDITION]
    counts: dict[str, int] = {}
    with ExitStack() as stack:
        for schema in found.schemas.values():
            path = target / schema.path
            handle = stack.enter_context(path.open("w", encoding="utf-8", newline=""))
            writer = csv.writer(handle, lineterminator="\n")
            writer.writerow(schema.header)
            given = list(_cells(found.folder / schema.path))
            counts[schema.name] = len(given) * copies
            for copy in range(copies):
                round_, turn = divmod(copy, len(districts))
                change = _changes(schema, copy, districts[turn], round_)
                writer.writerows(
                    [change[n](c) for n, c in zip(schema.header, row, strict=True)] for row in given
                )
    return counts


def _cells(path: Path) -> Iterator[list[str]]:
    with path.open(encoding="utf-8", newline="") as handle:
        reader = csv.reader(handle)
        next(reader)
        yield from reader


def _changes(schema: TableSchema, copy: int, unit: Unit, years: int) -> Mapping[str, Callable[[str], str]]:
    """What becomes of each column's cells in one copy."""

    def new_id(cell: str) -> str:
        return cell and cell[0] + hashlib.sha256(f"{copy} {cell}".encode()).hexdigest()[:12]

    def earlier(cell: str) -> str:
        # the 29th of February is not in every year
        return cell and f"{int(cell[:4]) - years}{cell[4:]}".replace("-02-29", "-02-28")

    def of(name: str, kind: str) -> Callable[[str], str]:
        if name in _IDS:
            return new_id
        if kind == "date":
            return earlier
        fixed = {"place": unit.name, "district_code": unit.code, "code_edition": EDITION}
        fixed |= dict.fromkeys(_CODES, "") | {"province_code": unit.parent_code}
        if name in fixed:
            return lambda _: fixed[name]
        if name == "source_file":
            return lambda cell: f"{copy:06}/{cell}"
        return str

    return {column.name: of(column.name, column.type) for column in schema.columns}


def main() -> None:
    """Make the folder and tell its rows."""
    print(multiply(Path(sys.argv[1]), Path(sys.argv[3]), int(sys.argv[2])))


if __name__ == "__main__":
    main()
