"""The ledger: what is known of every file, page and document, in SQLite (WAL) under OUT/.hoso.

A page is written at once when it is read, so a killed run loses only what was in hand. Pages are keyed by
content: a moved file is not read again, and a file that comes back finds its pages. A run that has nothing to
do writes nothing here: what it saw stands in a temporary table.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from pipeline.batch.ledger_rows import columns_of, file_of, problem_of
from pipeline.batch.ledger_schema import ADDED, APPLICATION, TABLES, UPGRADES, VERSION, opened_for_reading
from pipeline.batch.records import DocumentState, File, PageState, Problem
from pipeline.batch.wire import pack, unpack
from pipeline.errors import OutputError

_HANDFUL = 200
_PAGE = "number, key, digest, stage, code, message, tries"
_ADVICE = {
    "malformed": "; remove this file, the pages are then read again",
    "not a database": "; remove this file, the pages are then read again",
    "is full": "; free some space and run again, everything read so far is kept",
    "readonly": "; the folder cannot be written, choose another with --out",
    "unable to open": "; the folder cannot be written, choose another with --out",
    "disk I/O error": "; check whether the disk is full, failing or no longer mounted",
}
"""What to do about an error of SQLite, by its words."""


class Ledger:
    """One writer's view of the ledger. Not for threads."""

    def __init__(self, path: Path, *, reading: bool = False) -> None:
        """Open or create; with ``reading`` open one as it is, also beside a run that writes to it.

        Raises:
            OutputError: where it cannot be opened, is damaged, or is of a newer version.
            UsageError: to be read alone, it is not there or of an older version.
        """
        self.path = path
        with self._guard():
            if reading:
                self._db = opened_for_reading(path)
                return
            self._db = sqlite3.connect(path, isolation_level=None)
            self._open()

    def _open(self) -> None:
        version = self._db.execute("PRAGMA user_version").fetchone()[0]
        if version > VERSION:
            message = (
                f"{self.path}: the ledger is of version {version}, this hoso knows {VERSION}: "
                "use the newer hoso, or another --out"
            )
            raise OutputError(message)
        # a network file system may refuse WAL: SQLite then stays with its rollback journal
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=NORMAL")
        self._db.execute("PRAGMA busy_timeout=10000")
        if version < VERSION:
            self._upgrade(version)
        for statement in ADDED:
            self._db.execute(statement)
        self._db.execute("CREATE TEMP TABLE seen (source_file TEXT PRIMARY KEY) WITHOUT ROWID")

    def _upgrade(self, version: int) -> None:
        """All at once or not at all; a file without a version is built anew."""
        with self.transaction():
            if version == 0:
                old = self._db.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
                for (name,) in old:
                    self._db.execute(f'DROP TABLE "{name}"')
            steps = [UPGRADES[step] for step in range(version, VERSION)] if version else [TABLES]
            for statement in filter(str.strip, ";".join(steps).split(";")):
                self._db.execute(statement)
            self._db.execute(f"PRAGMA application_id={APPLICATION}")
            self._db.execute(f"PRAGMA user_version={VERSION}")

    @contextmanager
    def _guard(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.DatabaseError as error:
            advice = next((told for words, told in _ADVICE.items() if words in str(error)), "")
            message = f"{self.path}: {error}{advice}"
            raise OutputError(message) from error

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing of what is written inside.

        Raises:
            OutputError: where SQLite cannot write (disk full, read-only).
        """
        with self._guard():
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                with suppress(sqlite3.DatabaseError):
                    self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")

    def close(self) -> None:
        """Close; the write-ahead log goes into the file."""
        with self._guard():
            self._db.close()

    # the archive as a whole

    def remember(self, name: str, value: object) -> None:
        """Keep a fact of the last run; nothing is written where it stays the same."""
        if self.recall(name) != value:
            text = json.dumps(value, sort_keys=True)
            with self.transaction():
                self._db.execute("INSERT OR REPLACE INTO facts VALUES (?,?)", (name, text))

    def recall(self, name: str) -> Any:
        """A fact of the last run; None where there is none."""
        with self._guard():
            row = self._db.execute("SELECT value FROM facts WHERE name=?", (name,)).fetchone()
        return json.loads(row[0]) if row else None

    def counts(self) -> dict[str, dict[str, int]]:
        """How many files, pages (of contents that can be read) and documents there are, by code.

        Under ``files``, ``pages`` and ``documents``; the code of what did not fail is empty.
        """
        lives = "(SELECT sha256 FROM files WHERE code IS NULL)"
        tables = {"files": "", "pages": f"WHERE sha256 IN {lives}", "documents": ""}
        with self._guard():
            return {
                table: dict(
                    self._db.execute(f"SELECT coalesce(code, ''), count(*) FROM {table} {which} GROUP BY 1")
                )
                for table, which in tables.items()
            }

    def forget_failures(self) -> list[File]:
        """Take care that all that failed is tried again: files, pages, documents.

        Returns:
            The files that are concerned, in order; not those that are refused unopened.
        """
        lives = "SELECT sha256 FROM {} WHERE code IS NOT NULL"
        condition = (
            "((code IS NOT NULL AND stat <> '') OR (code IS NULL AND sha256 IN "
            f"({lives.format('pages')} UNION {lives.format('documents')})))"
        )
        found = list(self._files(condition))
        with self.transaction():
            self._db.execute("UPDATE files SET key = '' WHERE code IS NOT NULL AND stat <> ''")
            for table in ("pages", "documents"):
                self._db.execute(f"UPDATE {table} SET key = '' WHERE code IS NOT NULL")
        return found

    def clean(self) -> int:
        """Drop pages of contents that no file has, and give their room back; how many pages went."""
        orphan = "sha256 NOT IN (SELECT sha256 FROM files)"
        with self.transaction():
            gone = self._db.execute(f"DELETE FROM pages WHERE {orphan}").rowcount
            for table in ("page_data", "documents", "parts"):
                self._db.execute(f"DELETE FROM {table} WHERE {orphan}")
        with self._guard():
            self._db.execute("VACUUM")
        return int(gone)

    # files

    def see(self, source_file: str) -> bool:
        """Note that the input holds this file; False where this run saw it already."""
        with self._guard():
            done = self._db.execute("INSERT OR IGNORE INTO temp.seen VALUES (?)", (source_file,))
            return done.rowcount == 1

    def has_seen(self, source_file: str) -> bool:
        """Whether this run noted that the input holds this file."""
        with self._guard():
            row = self._db.execute("SELECT 1 FROM temp.seen WHERE source_file = ?", (source_file,))
            return row.fetchone() is not None

    def file(self, source_file: str) -> File | None:
        """What is recorded of a file."""
        with self._guard():
            row = self._db.execute("SELECT * FROM files WHERE source_file = ?", (source_file,))
            found = row.fetchone()
        return file_of(found) if found else None

    def glance(self, source_file: str) -> tuple[bytes, str, str, Problem | None] | None:
        """Of a file its path, stat, key and problem: what tells whether it changed, without its ``info``."""
        query = "SELECT path, stat, key, stage, code, message, tries FROM files WHERE source_file = ?"
        with self._guard():
            row = self._db.execute(query, (source_file,)).fetchone()
        return (row[0], row[1], row[2], problem_of(row[3:])) if row else None

    def put_file(self, file: File) -> None:
        """Record a file (inside a transaction)."""
        row = (
            file.source_file, os.fsencode(file.path), file.stat, file.key, file.sha256, file.kind,
            file.pages, pack(file.info), *columns_of(file.problem),
        )  # fmt: skip
        self._db.execute("INSERT OR REPLACE INTO files VALUES (?,?,?,?,?,?,?,?,?,?,?,?)", row)

    def forget_unseen(self) -> int:
        """Drop files that the input no longer holds, and documents that no readable file has; pages stay.

        Returns:
            How many files left.
        """
        gone = "FROM files WHERE source_file NOT IN (SELECT source_file FROM temp.seen)"
        orphan = "sha256 NOT IN (SELECT sha256 FROM files WHERE code IS NULL)"
        with self._guard():
            count = int(self._db.execute(f"SELECT count(*) {gone}").fetchone()[0])
            stale = self._db.execute(f"SELECT 1 FROM documents WHERE {orphan} LIMIT 1").fetchone()
        if count or stale:
            with self.transaction():
                self._db.execute(f"DELETE {gone}")
                self._db.execute(f"DELETE FROM documents WHERE {orphan}")
                self._db.execute(f"DELETE FROM parts WHERE {orphan}")
        return count

    def files(self) -> Iterator[File]:
        """All files, in order of their names (code points)."""
        yield from self._files("1")

    def failed(self) -> Iterator[File]:
        """The files of which something failed, in order."""
        contents = " UNION ".join(
            f"SELECT sha256 FROM {table} WHERE code IS NOT NULL" for table in ("pages", "documents")
        )
        yield from self._files(f"(code IS NOT NULL OR sha256 IN ({contents}))")

    def count_failures(self) -> int:
        """How many rows failures.csv has: what failed of a content counts once for each of its files."""
        of_files = "JOIN files f ON f.sha256 = x.sha256 AND f.code IS NULL WHERE x.code IS NOT NULL"
        query = (
            "SELECT (SELECT count(*) FROM files WHERE code IS NOT NULL)"
            f" + (SELECT count(*) FROM pages x {of_files} AND x.number <= f.pages)"
            f" + (SELECT count(*) FROM documents x {of_files})"
        )
        with self._guard():
            return int(self._db.execute(query).fetchone()[0])

    def primaries(self) -> Iterator[File]:
        """The files that can be read, one for each content: the first in order."""
        yield from self._files(
            "code IS NULL AND source_file = "
            "(SELECT min(source_file) FROM files g WHERE g.sha256 = files.sha256 AND g.code IS NULL)"
        )

    def _files(self, condition: str) -> Iterator[File]:
        """Files by the handful: a query left open for a whole run would keep SQLite's log from shrinking."""
        query = (
            f"SELECT * FROM files WHERE source_file > ? AND {condition} ORDER BY source_file LIMIT {_HANDFUL}"
        )
        last = ""
        while True:
            with self._guard():
                rows = self._db.execute(query, (last,)).fetchall()
            for row in rows:
                yield file_of(row)
            if len(rows) < _HANDFUL:
                return
            last = rows[-1][0]

    def first_of(self, sha256: str) -> str | None:
        """The file that stands for a content: the first that can be read, as ``primaries`` takes it.

        Where none can be read it is the first of all; None for the empty hash of files that nobody could
        open.
        """
        of_all = "SELECT min(source_file) FROM files WHERE sha256 = ? AND sha256 <> ''"
        with self._guard():
            (found,) = self._db.execute(f"{of_all} AND code IS NULL", (sha256,)).fetchone()
            if found is None:
                (found,) = self._db.execute(of_all, (sha256,)).fetchone()
        return None if found is None else str(found)

    def total_pages(self) -> int:
        """Pages of all different readable contents."""
        with self._guard():
            query = "SELECT sum(n) FROM (SELECT max(pages) n FROM files WHERE code IS NULL GROUP BY sha256)"
            return int(self._db.execute(query).fetchone()[0] or 0)

    def kinds(self) -> frozenset[str]:
        """The kinds of the files that can be read (``FileKind``)."""
        with self._guard():
            rows = self._db.execute("SELECT DISTINCT kind FROM files WHERE code IS NULL").fetchall()
        return frozenset(str(kind) for (kind,) in rows)

    # pages

    def pages(self, sha256: str) -> list[PageState]:
        """What is recorded of a content's pages, in order."""
        query = f"SELECT {_PAGE} FROM pages WHERE sha256=? ORDER BY number"
        with self._guard():
            rows = self._db.execute(query, (sha256,)).fetchall()
        return [PageState(row[0], row[1], row[2], problem_of(row[3:])) for row in rows]

    def page(self, sha256: str, number: int) -> PageState | None:
        """What is recorded of one page."""
        query = f"SELECT {_PAGE} FROM pages WHERE sha256=? AND number=?"
        with self._guard():
            row = self._db.execute(query, (sha256, number)).fetchone()
        return PageState(row[0], row[1], row[2], problem_of(row[3:])) if row else None

    def put_page(self, sha256: str, page: PageState, data: bytes | None) -> None:
        """Record a page (inside a transaction); ``data`` is None where it failed."""
        row = (sha256, page.number, page.key, page.digest, *columns_of(page.problem))
        self._db.execute("INSERT OR REPLACE INTO pages VALUES (?,?,?,?,?,?,?,?)", row)
        self._db.execute("DELETE FROM page_data WHERE sha256=? AND number=?", (sha256, page.number))
        if data is not None:
            self._db.execute("INSERT INTO page_data VALUES (?,?,?)", (sha256, page.number, data))

    def page_data(self, sha256: str, number: int) -> bytes:
        """A page as ``wire.pack_page`` made it; empty where it failed."""
        query = "SELECT data FROM page_data WHERE sha256=? AND number=?"
        with self._guard():
            row = self._db.execute(query, (sha256, number)).fetchone()
        return bytes(row[0]) if row else b""

    # documents

    def document(self, sha256: str) -> DocumentState | None:
        """What is recorded of a document."""
        with self._guard():
            row = self._db.execute("SELECT * FROM documents WHERE sha256=?", (sha256,)).fetchone()
        return DocumentState(row[0], row[1], row[2], problem_of(row[3:])) if row else None

    def put_document(self, document: DocumentState, parts: Sequence[tuple[str, bytes]]) -> None:
        """Record a document with its parts (inside a transaction)."""
        row = (document.sha256, document.source_file, document.key, *columns_of(document.problem))
        self._db.execute("INSERT OR REPLACE INTO documents VALUES (?,?,?,?,?,?,?)", row)
        self._db.execute("DELETE FROM parts WHERE sha256=?", (document.sha256,))
        self._db.executemany(
            "INSERT INTO parts VALUES (?,?,?)", [(name, document.sha256, data) for name, data in parts]
        )

    def part(self, name: str, sha256: str) -> bytes | None:
        """One part of a document."""
        with self._guard():
            row = self._db.execute("SELECT data FROM parts WHERE name=? AND sha256=?", (name, sha256))
            found = row.fetchone()
        return bytes(found[0]) if found else None

    def parts(self, name: str) -> Iterator[tuple[str, bytes]]:
        """A part of all documents in order of their files: SHA-256 and data."""
        query = (
            "SELECT d.sha256, p.data FROM documents d JOIN parts p ON p.name=? AND p.sha256=d.sha256 "
            "ORDER BY d.source_file"
        )
        for sha256, data in self._each(query, (name,)):
            yield sha256, bytes(data)

    # what OUT holds

    def settled(self) -> Any:
        """What ``settle`` was told, where nothing in the ledger changed since; else None."""
        with self._guard():
            row = self._db.execute("SELECT told FROM settled").fetchone()
        return unpack(row[0]) if row else None

    def settle(self, told: object) -> None:
        """Note that OUT holds what the ledger says (``told``: a JSON value); the next change forgets it."""
        with self.transaction():
            self._db.execute("DELETE FROM settled")
            self._db.execute("INSERT INTO settled VALUES (?)", (pack(told),))

    def has_failed(self, codes: Collection[str]) -> bool:
        """Whether a page or document failed with one of these codes."""
        marks = ",".join("?" * len(codes))
        query = " UNION ALL ".join(
            f"SELECT 1 FROM {t} WHERE code IN ({marks})" for t in ("pages", "documents")
        )
        with self._guard():
            return self._db.execute(f"{query} LIMIT 1", (*codes, *codes)).fetchone() is not None

    def _each(self, query: str, values: tuple[object, ...] = ()) -> Iterator[tuple[Any, ...]]:
        with self._guard():
            yield from self._db.execute(query, values)
