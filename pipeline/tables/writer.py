"""Tables, texts and edits to the output folder: whole files or none, the same bytes for the same input.

Every file is written beside its place under a temporary name, flushed to the disk, and renamed. A file
whose bytes would stay the same is not touched. All tables are staged before the first is renamed, so a
full disk leaves the old tables as they were. ``write_run`` comes last: where ``run.json`` is new, all is.
"""

from __future__ import annotations

import csv
import errno
import filecmp
import io
import json
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from pipeline.errors import OutputError
from pipeline.tables import datapackage
from pipeline.tables.handful import Handful
from pipeline.tables.rows import SchemaError
from pipeline.tables.schema import TableSchema
from pipeline.tables.schema import tables as contract

if TYPE_CHECKING:
    from collections.abc import Iterator

Rows = Iterable[Sequence[str]]
"""Rows of cells as ``rows.format_row`` makes them; may be a generator: they are never held together."""

DOC_ID = re.compile(r"d[0-9a-f]{12}")
_TEMPORARY = re.compile(r"\.hoso-.*\.tmp")
_ADVICE = {
    errno.ENOSPC: "the disk is full; free some space and run again",
    errno.EDQUOT: "the disk quota is used up; free some space and run again",
    errno.EFBIG: "the file is larger than this system allows",
    errno.EROFS: "the folder is read-only; choose another with --out",
    errno.EACCES: "no permission to write there; choose another folder with --out",
    errno.EPERM: "no permission to write there; choose another folder with --out",
    errno.ENOTDIR: "a file stands where a folder is needed; choose another with --out",
    errno.EEXIST: "a file stands where a folder is needed; choose another with --out",
    errno.EISDIR: "a folder stands where a file is needed; move it away",
    errno.EIO: "the disk reports an error; check it",
}


@dataclass
class Written:
    """What a call did: numbers of rows by table, of files that changed, stayed, were removed."""

    rows: dict[str, int]
    changed: int = 0
    unchanged: int = 0
    removed: int = 0


def write(
    out: Path,
    tables: Mapping[str, Rows],
    texts: Iterable[tuple[str, str]],
    edits: Iterable[tuple[str, Rows]],
    failures: Rows,
    schemas: Mapping[str, TableSchema] | None = None,
) -> Written:
    """Write a whole output folder but for ``run.json``.

    Everything may be a generator and is consumed once, in this order: the tables (in the schema's order,
    not the mapping's), failures, texts, edits. Memory does not grow with the number of rows; of texts and
    edits, one document's are held.

    Args:
        out: the output folder; made where missing.
        tables: rows by table name, without headers. Tables that are left out are written with their
            header alone; ``edits`` and ``failures`` are no keys here.
        texts: ``(doc_id, text)``, pages split by form feed, for ``text/DOC_ID.txt``.
        edits: ``(doc_id, rows)`` for ``edits/DOC_ID.csv``.
        failures: rows of ``failures.csv``.
        schemas: the tables there are; the contract's where None.

    Returns:
        Numbers of rows and files. Files of documents that are no longer named (``text/dXXXXXXXXXXXX.txt``,
        ``edits/dXXXXXXXXXXXX.csv``) are removed; other files are left alone.

    Raises:
        OutputError: the folder cannot be written; tables and failures.csv are as they were.
        SchemaError: an unknown table or a row of another width (a mistake of the program).
    """
    every = schemas or contract()
    chosen = _schemas(tables, every)
    done = Written({})
    with clear_errors(out):
        for folder in (out, out / "tables", out / "text", out / "edits"):
            folder.mkdir(parents=True, exist_ok=True)
            remove_leftovers(folder)
        staged: list[tuple[Path, Path]] = []
        try:
            for schema in chosen:
                place = out / schema.path
                staged.append((temporary_of(place), place))
                rows = failures if schema.name == "failures" else tables.get(schema.name, ())
                done.rows[schema.name] = _stage_table(staged[-1][0], schema, rows)
            # of text/ and edits/, the documents that are there now
            of_texts = _write_each(out / "text", ".txt", texts, done)
            of_edits = _write_each(out / "edits", ".csv", ((i, _as_csv(rows)) for i, rows in edits), done)
            for temporary, place in staged:
                _settle(temporary, place, done)
        finally:
            for temporary, _ in staged:
                temporary.unlink(missing_ok=True)
        described = out / "tables" / "datapackage.json"
        done.removed += _remove_tables(described, chosen)
        _write_text(described, datapackage.text(every.values()), done)
        sync_folder(out / "tables")
        done.removed += _remove_stale(out / "text", ".txt", of_texts)
        done.removed += _remove_stale(out / "edits", ".csv", of_edits)
        sync_folder(out)
    return done


def write_run(out: Path, run: Mapping[str, object]) -> None:
    """Write ``run.json``, last of all.

    Args:
        out: the output folder.
        run: what it holds; must be JSON.

    Raises:
        OutputError: it cannot be written.
    """
    body = json.dumps(run, ensure_ascii=False, indent=2, default=str, allow_nan=False) + "\n"
    with clear_errors(out):
        _write_text(out / "run.json", body, Written({}))
        sync_folder(out)


def _schemas(given: Mapping[str, Rows], every: Mapping[str, TableSchema]) -> list[TableSchema]:
    """The schemas of all files written once, in order."""
    chosen = [schema for schema in every.values() if schema.name != "edits"]
    unknown = set(given) - {s.name for s in chosen if s.name != "failures"}
    if unknown:
        message = f"no such table: {', '.join(sorted(unknown))}"
        raise SchemaError(message)
    return chosen


def _as_csv(rows: Rows) -> str:
    """A document's edits as CSV: they fit in memory."""
    table = io.StringIO(newline="")
    _write_rows(table, contract()["edits"], rows)
    return table.getvalue()


def _write_each(folder: Path, suffix: str, documents: Iterable[tuple[str, str]], done: Written) -> set[bytes]:
    """Write texts or edits one by one; the identities of the documents whose they are."""
    kept: set[bytes] = set()  # of an identity six bytes: there may be millions
    with Handful(folder, temporary_of) as files:
        for doc_id, text in documents:
            kept.add(bytes.fromhex(_checked(doc_id)[1:]))
            files.put(f"{doc_id}{suffix}", text)
    done.changed += files.changed
    done.unchanged += files.unchanged
    # once, not for each of thousands of files
    sync_folder(folder)
    return kept


def _checked(doc_id: str) -> str:
    if not DOC_ID.fullmatch(doc_id):
        message = f"not a doc_id: {doc_id!r}"
        raise SchemaError(message)
    return doc_id


def _stage_table(path: Path, schema: TableSchema, rows: Rows) -> int:
    """Write header and rows to ``path`` and flush them to the disk; the number of rows."""
    with _create(path) as handle:
        count = _write_rows(handle, schema, rows)
        _flush(handle)
    return count


def _write_rows(handle: TextIO, schema: TableSchema, rows: Rows) -> int:
    """Write header and rows as CSV; the number of rows."""
    width, count = len(schema.columns), 0
    writer = csv.writer(handle, lineterminator="\n")
    writer.writerow(schema.header)
    for row in rows:
        if len(row) != width:
            message = f"{schema.name}: a row of {len(row)} cells, not {width}"
            raise SchemaError(message)
        writer.writerow(row)
        count += 1
    return count


def _write_text(place: Path, text: str, done: Written) -> None:
    """Write a small file, unless it holds just that already; the caller makes the rename durable."""
    data = text.encode("utf-8", errors="replace")
    with suppress(FileNotFoundError):
        if place.stat().st_size == len(data) and place.read_bytes() == data:
            done.unchanged += 1
            return
    temporary = temporary_of(place)
    try:
        with _create(temporary) as handle:
            handle.write(data.decode("utf-8"))
            _flush(handle)
        temporary.replace(place)
    finally:
        temporary.unlink(missing_ok=True)
    done.changed += 1


def _settle(temporary: Path, place: Path, done: Written) -> None:
    """Rename the staged file to its place, unless the bytes there are the same."""
    if place.is_file() and filecmp.cmp(temporary, place, shallow=False):
        temporary.unlink()
        done.unchanged += 1
        return
    temporary.replace(place)
    sync_folder(place.parent)
    done.changed += 1


def temporary_of(place: Path) -> Path:
    """Where a file is written before it is renamed to its place."""
    return place.with_name(f".hoso-{os.getpid()}-{place.name}.tmp")


def _create(path: Path) -> TextIO:
    """A new file that nobody had; its mode follows the umask."""
    return path.open("x", encoding="utf-8", newline="")


def _flush(handle: TextIO) -> None:
    handle.flush()
    os.fsync(handle.fileno())


def sync_folder(folder: Path) -> None:
    """Make a rename durable, where the file system can."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def remove_leftovers(folder: Path) -> None:
    """Remove temporary files of a run that was killed (the caller holds the folder's lock)."""
    with os.scandir(folder) as entries:
        left = [e.name for e in entries if _TEMPORARY.fullmatch(e.name) and e.is_file()]
    for name in left:
        (folder / name).unlink(missing_ok=True)


def _remove_tables(described: Path, schemas: Sequence[TableSchema]) -> int:
    """Remove tables that the data package before this one names and this one does not; how many."""
    try:
        before = [r["path"] for r in json.loads(described.read_text(encoding="utf-8"))["resources"]]
    except (OSError, ValueError, KeyError, TypeError):
        return 0
    kept = {Path(schema.path).name for schema in schemas}
    gone = [name for name in before if re.fullmatch(r"[a-z0-9_]+\.csv", str(name)) and name not in kept]
    for name in gone:
        (described.parent / name).unlink(missing_ok=True)
    return len(gone)


def _remove_stale(folder: Path, suffix: str, kept: set[bytes]) -> int:
    """Remove the files of documents that are not ``kept``; how many."""
    with os.scandir(folder) as entries:
        stale = [e.name for e in entries if _is_stale(e.name, suffix, kept)]
    for name in stale:
        (folder / name).unlink(missing_ok=True)
    return len(stale)


def _is_stale(name: str, suffix: str, kept: set[bytes]) -> bool:
    doc_id = name.removesuffix(suffix)
    return doc_id != name and bool(DOC_ID.fullmatch(doc_id)) and bytes.fromhex(doc_id[1:]) not in kept


@contextmanager
def clear_errors(out: Path) -> Iterator[None]:
    """Turn errors of the operating system into one clear line.

    Raises:
        OutputError: for an OSError inside.
    """
    try:
        yield
    except OSError as error:
        reason = _ADVICE.get(error.errno or 0, error.strerror or str(error))
        message = f"{error.filename or out}: cannot write: {reason}"
        raise OutputError(message) from error
