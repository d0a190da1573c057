"""The same report in two files of different bytes: found by content, the better-read one counts.

Documents are looked up under what their heads say and under their figures, never all against all: time grows
with their number. What they are looked up under stands in a temporary database on the disk, and what is
compared is loaded when it is needed, so memory stays the same. Two are one where nothing that their heads say
contradicts it, their wordings agree and so do their figures. A report that repeats last month's wording has
other figures and is none.
"""

from __future__ import annotations

import hashlib
import sqlite3
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from functools import lru_cache
from itertools import groupby
from operator import itemgetter

from rapidfuzz import fuzz
from rapidfuzz.distance import Levenshtein

from pipeline.batch.likeness import FIGURES, WORDS, Likeness, shared
from pipeline.language.normal import fold_marks

ALIKE_WORDS = 0.4
"""Share of shingles that two readings have in common at least: 4 % of words misread leave 79 %, 10 % 57 %."""
ALIKE_NAMED = 0.2
"""The same where symbol and date agree: text so damaged that a fifth of its words is misread still has it."""
SAME_WORDS = 0.9
"""The same of two texts of which neither is damaged."""
ALIKE_FIGURES = 0.6
"""Share of figures: a tenth misread on both sides leaves 68 %."""
SAME_FIGURES = 0.99
"""The same where neither is damaged: a version with one corrected figure is another document."""
FEW_FIGURES = 5
"""Figures without which the wording says too little: then symbol and date must agree."""
ALIKE_TITLES = 80.0
"""Likeness (0-100) from which two titles may be one, misread or cut."""
MOST = 32
"""Groups under one key, and members of a group, with which a document is compared."""


LOADED = 2048
"""Likenesses that are held at a time, some 2 kB each."""
_TABLES = """
PRAGMA cache_size = -16000;
CREATE TABLE documents (number INTEGER PRIMARY KEY, name TEXT NOT NULL);
CREATE TABLE keys (key INTEGER, number INTEGER, place INTEGER);
CREATE TABLE held (key INTEGER, at INTEGER, grouped INTEGER NOT NULL, PRIMARY KEY (key, at)) WITHOUT ROWID;
"""
_MET = """
CREATE TABLE met AS SELECT number, place, key
FROM (SELECT *, count(*) OVER (PARTITION BY key) AS times FROM keys) WHERE times > 1 ORDER BY number, place
"""
"""Keys under which more than one document stands: all others meet nobody. By sorting, not by looking up: a
tree of millions of keys in no order is read and written again and again."""
_EQUAL = ("doc_type", "period_start", "period_end")
"""Facts that are equal in both readings of a report, where both know them."""
_SIGNS = len(_EQUAL) + 1


def duplicates(documents: Iterable[Likeness], load: Callable[[str], Likeness]) -> dict[str, str]:
    """Which document counts for which.

    Args:
        documents: each content once, in a fixed order, which decides between what is read equally well.
        load: one of them again, by its key.

    Returns:
        Key of each document that does not count, with the key of the one that does.
    """
    # without a name SQLite makes a database of its own on the disk, and takes it away at the end
    with closing(sqlite3.connect("", isolation_level=None)) as db:
        db.executescript(_TABLES)
        db.execute("BEGIN")
        signs = _enter(documents, db)
        db.execute(_MET)
        return _Groups(db, signs, lru_cache(LOADED)(load)).found()


def _enter(documents: Iterable[Likeness], db: sqlite3.Connection) -> array[int]:
    """Put documents under their keys.

    Returns:
        The signs of each, one behind the other.
    """
    signs = array("q")
    for number, document in enumerate(documents):
        db.execute("INSERT INTO documents VALUES (?, ?)", (number, document.key))
        keys = [(key, number, place) for place, key in enumerate(_keys(document))]
        db.executemany("INSERT INTO keys VALUES (?, ?, ?)", keys)
        signs.extend(_signs(document))
    return signs


def _signs(document: Likeness) -> Iterator[int]:
    """Hashes of what must be equal where both know it, 0 where unknown: some bytes a document in memory.

    Nearly all that meet under a key are told apart by these alone, and need not be loaded.
    """
    for said in (*(document.facts[name] for name in _EQUAL), _plain(document.facts["symbol"])):
        yield _hash(said) if said else 0


def _hash(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=7).digest(), "big")


def _keys(document: Likeness) -> Iterator[int]:
    """Under what a document is found: symbol and date below zero, the bands of its figures above."""
    facts = document.facts
    if facts["symbol"] and facts["issued_from"]:
        yield -1 - _hash(f"{_plain(facts['symbol'])} {facts['issued_from']}")
    for place, band in enumerate(document.bands):
        yield (place << 32) + band


class _Groups:
    """Documents put together one by one, each with the first group near it that it belongs to."""

    def __init__(self, db: sqlite3.Connection, signs: array[int], load: Callable[[str], Likeness]) -> None:
        self._db = db
        self._signs = signs
        self._load = load
        self._groups: list[list[int]] = []

    def found(self) -> dict[str, str]:
        rows = self._db.execute("SELECT number, key FROM met ORDER BY number, place")
        for number, keyed in groupby(rows, key=itemgetter(0)):
            self._add(number, [key for _, key in keyed])
        return {name: best for group in self._groups if len(group) > 1 for name, best in self._told(group)}

    def _add(self, number: int, keys: Sequence[int]) -> None:
        near = [self._near(key) for key in keys]
        # in the order in which they were met, each once
        every = dict.fromkeys(group for groups in near for group in groups)
        chosen = next((g for g in every if self._belongs(number, self._groups[g][:MOST])), None)
        if chosen is None:
            chosen = len(self._groups)
            self._groups.append([])
        self._groups[chosen].append(number)
        new = [(key, number, chosen) for key, groups in zip(keys, near, strict=True) if chosen not in groups]
        self._db.executemany("INSERT INTO held VALUES (?, ?, ?)", new)

    def _near(self, key: int) -> list[int]:
        """The groups that stand under a key, the newest first."""
        query = f"SELECT grouped FROM held WHERE key = ? ORDER BY at DESC LIMIT {MOST}"
        return [group for (group,) in self._db.execute(query, (key,))]

    def _belongs(self, number: int, group: Sequence[int]) -> bool:
        if any(self._differ(number, other) for other in group):
            return False
        document = self._document(number)
        members = [self._document(other) for other in group]
        return not any(_contradict(document, m) for m in members) and any(
            _alike(document, m) for m in members
        )

    def _differ(self, number: int, other: int) -> bool:
        """Whether the signs of two documents contradict each other."""
        signs, one, two = self._signs, number * _SIGNS, other * _SIGNS
        return any((a := signs[one + sign]) and (b := signs[two + sign]) and a != b for sign in range(_SIGNS))

    def _document(self, number: int) -> Likeness:
        (name,) = self._db.execute("SELECT name FROM documents WHERE number = ?", (number,)).fetchone()
        return self._load(name)

    def _told(self, group: Sequence[int]) -> Iterator[tuple[str, str]]:
        members = [(self._document(number).key, self._document(number).rank) for number in group]
        best, _ = max(members, key=itemgetter(1))  # the first of equals
        for name, _ in members:
            if name != best:
                yield name, best


def _contradict(a: Likeness, b: Likeness) -> bool:
    """Whether what their heads say, where both say it, cannot be of one document."""
    known = {name for name in a.facts if a.facts[name] and b.facts[name]}
    if any(a.facts[n] != b.facts[n] for n in known.intersection(_EQUAL)):
        return True
    if "symbol" in known and _plain(a.facts["symbol"]) != _plain(b.facts["symbol"]):
        return True
    if {"issued_from", "issued_to"} <= known and (
        a.facts["issued_to"] < b.facts["issued_from"] or b.facts["issued_to"] < a.facts["issued_from"]
    ):
        return True
    if "place" in known and _is_other(_plain(a.facts["place"]), _plain(b.facts["place"])):
        return True
    titles = [_plain(document.facts["title"]) for document in (a, b)] if "title" in known else ["", ""]
    return fuzz.partial_ratio(*titles) < ALIKE_TITLES if all(titles) else False


def _is_other(place: str, other: str) -> bool:
    """Whether two places differ by more than a misread letter in eight; one may name a unit above as well."""
    shorter = min(len(place), len(other))
    return Levenshtein.distance(place[:shorter], other[:shorter]) > max(1, shorter // 8)


def _plain(text: str) -> str:
    return fold_marks(text).upper()


def _alike(a: Likeness, b: Likeness) -> bool:
    """Whether wording and figures agree."""
    words = shared(a.words, b.words, WORDS)
    named = all(a.facts[n] and a.facts[n] == b.facts[n] for n in ("symbol", "issued_from"))
    if words < (ALIKE_NAMED if named else ALIKE_WORDS):
        return False
    if min(len(a.figures), len(b.figures)) < FEW_FIGURES:
        return named and words >= ALIKE_WORDS and abs(len(a.figures) - len(b.figures)) < FEW_FIGURES
    least = SAME_FIGURES if a.clean and b.clean and words >= SAME_WORDS else ALIKE_FIGURES
    return shared(a.figures, b.figures, FIGURES) >= least
