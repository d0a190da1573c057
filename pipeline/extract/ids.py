"""Stable ids of rows: the same figure of the same file has the same id in every run."""

from __future__ import annotations

import hashlib

_LETTERS = {
    "loans": "l",
    "cards": "c",
    "houses": "h",
    "supports": "s",
    "budgets": "b",
    "rates": "r",
    "citations": "t",
}
_OWN = "x"
"""Of tables that a user's rules add; the table's name is in the hash."""


def row_id(table: str, doc_id: str, page: int, start: int, end: int) -> str:
    """A letter for the table and 12 hex digits of a hash (48 bits: unique to far over a million rows).

    >>> row_id("citations", "d0123456789ab", 1, 20, 35)
    't24ecf34508bf'

    Args:
        table: the table's name.
        doc_id: the document.
        page: 1-based.
        start: of the row's own span in the page's restored text, in code points.
        end: behind that span. Two rows of one table must differ in page, start or end.
    """
    key = f"{table}\0{doc_id}\0{page}\0{start}\0{end}"
    return _LETTERS.get(table, _OWN) + hashlib.sha256(key.encode()).hexdigest()[:12]
