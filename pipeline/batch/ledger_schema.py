"""The tables of the ledger, what makes older ones into them, and how they are opened to be read."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from pipeline.batch.absent import absent
from pipeline.errors import OutputError, UsageError

VERSION = 3
"""Of the tables below. An older ledger is upgraded where it stands, a newer one refused."""
APPLICATION = 0x686F736F  # 'hoso'
TABLES = """
CREATE TABLE files (
    source_file TEXT PRIMARY KEY, path BLOB NOT NULL, stat TEXT NOT NULL, key TEXT NOT NULL,
    sha256 TEXT NOT NULL, kind TEXT NOT NULL, pages INTEGER NOT NULL, info BLOB NOT NULL,
    stage TEXT, code TEXT, message TEXT, tries INTEGER
) WITHOUT ROWID;
CREATE INDEX files_sha256 ON files (sha256, source_file);
CREATE TABLE pages (
    sha256 TEXT, number INTEGER, key TEXT NOT NULL, digest TEXT NOT NULL,
    stage TEXT, code TEXT, message TEXT, tries INTEGER, PRIMARY KEY (sha256, number)
) WITHOUT ROWID;
CREATE TABLE page_data (sha256 TEXT, number INTEGER, data BLOB NOT NULL, PRIMARY KEY (sha256, number));
CREATE TABLE documents (
    sha256 TEXT PRIMARY KEY, source_file TEXT NOT NULL, key TEXT NOT NULL,
    stage TEXT, code TEXT, message TEXT, tries INTEGER
) WITHOUT ROWID;
CREATE INDEX documents_source_file ON documents (source_file);
CREATE TABLE parts (name TEXT, sha256 TEXT, data BLOB NOT NULL, PRIMARY KEY (name, sha256));
CREATE INDEX parts_sha256 ON parts (sha256);
CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
"""
UPGRADES = {
    1: """
ALTER TABLE files ADD COLUMN tries INTEGER;
ALTER TABLE pages ADD COLUMN tries INTEGER;
ALTER TABLE documents ADD COLUMN tries INTEGER;
UPDATE files SET tries = 1 WHERE code IS NOT NULL;
UPDATE pages SET tries = 1 WHERE code IS NOT NULL;
UPDATE documents SET tries = 1 WHERE code IS NOT NULL;
""",
    2: "CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
}
"""What makes a ledger of the next version of one of this."""
_CONTENT = ("files", "pages", "documents", "parts")
ADDED = (
    # of thousands of empty files none can be read: without an index each would be looked through for each
    "CREATE INDEX IF NOT EXISTS files_readable ON files (sha256, source_file) WHERE code IS NULL",
    "CREATE TABLE IF NOT EXISTS settled (told BLOB NOT NULL)",
    # whoever changes what OUT is made of, in whatever way, takes the note away in the same transaction
    *(
        f"CREATE TRIGGER IF NOT EXISTS unsettle_{table}_{event} AFTER {event} ON {table} "
        "BEGIN DELETE FROM settled; END"
        for table in _CONTENT
        for event in ("INSERT", "UPDATE", "DELETE")
    ),
)
"""What came to the tables since, without a new version: made where it is missing."""


def opened_for_reading(path: Path) -> sqlite3.Connection:
    """A ledger that is not written to; where its folder cannot be written, no run is on, and none is awaited.

    Raises:
        UsageError: where there is none, or of an older version.
        OutputError: where it is of a newer version.
    """
    if not path.is_file():
        raise absent(path.parent.parent)
    place = f"{path.absolute().as_uri()}?mode=ro"
    db = sqlite3.connect(place, uri=True, isolation_level=None)
    try:
        version = db.execute("PRAGMA user_version").fetchone()[0]
    except sqlite3.OperationalError:
        db.close()
        db = sqlite3.connect(f"{place}&immutable=1", uri=True, isolation_level=None)
        version = db.execute("PRAGMA user_version").fetchone()[0]
    if version != VERSION:
        db.close()
        advice = "use the newer hoso" if version > VERSION else "run hoso extract once, which upgrades it"
        message = f"{path}: the ledger is of version {version}, not {VERSION}: {advice}"
        raise (OutputError if version > VERSION else UsageError)(message)
    return db
