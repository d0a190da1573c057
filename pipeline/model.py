"""The values that walk from room to room: frozen, typed, free of behaviour that touches the world.

Coordinates are PDF points (1/72 inch) from the page's top left corner, x to the right, y down.
Offsets are Unicode code points into the text that is named beside them.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Literal

TextSource = Literal["text_layer", "ocr", "text_file"]
LayerVerdict = Literal["", "good", "ruined", "stamp_only", "none"]
EditKind = Literal["diacritics", "confusion", "lexicon", "split", "merge", "encoding", "number"]
ReadStatus = Literal["ok", "partial", "failed"]
Stage = Literal["intake", "ocr", "restore", "extract", "batch"]
Value = str | int | float | Decimal | bool | date | None


@dataclass(frozen=True, slots=True)
class Box:
    """A bounding box in PDF points from the page's top left.

    >>> Box(1, 2, 3, 4) | Box(2, 1, 5, 3)
    Box(x0=1, y0=1, x1=5, y1=4)
    """

    x0: float
    y0: float
    x1: float
    y1: float

    def __or__(self, other: Box) -> Box:
        return Box(
            min(self.x0, other.x0), min(self.y0, other.y0), max(self.x1, other.x1), max(self.y1, other.y1)
        )


def union(boxes: Iterable[Box | None]) -> Box | None:
    """The smallest box around all boxes; None where there is none."""
    found = [box for box in boxes if box is not None]
    if not found:
        return None
    return Box(
        min(b.x0 for b in found), min(b.y0 for b in found), max(b.x1 for b in found), max(b.y1 for b in found)
    )


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a page: ``page.text[start:end]``, where it stands and how sure its reader was (0-1)."""

    start: int
    end: int
    box: Box | None = None
    confidence: float | None = None


@dataclass(frozen=True)
class Page:
    """A page as read, before restoration.

    ``text`` has one line a line of the page; header columns stand four spaces apart; a table's row is one
    line, its cells joined by `` | ``. ``words`` are in text order, do not overlap, and are empty where the
    source has no geometry. ``quality`` is 0-1 (see ``language.quality``), ``ocr_confidence`` the mean over
    words, 0-1.
    """

    number: int
    text: str
    words: tuple[Word, ...] = ()
    width: float | None = None
    height: float | None = None
    source: TextSource = "text_file"
    verdict: LayerVerdict = ""
    reasons: tuple[str, ...] = ()
    ocr_confidence: float | None = None
    quality: float = 1.0
    rotation: int = 0
    dpi: int | None = None
    blank: bool = False
    status: ReadStatus = "ok"

    @cached_property
    def _starts(self) -> list[int]:
        return [word.start for word in self.words]

    def words_at(self, start: int, end: int) -> tuple[Word, ...]:
        """The words that share at least one character with ``text[start:end]``."""
        first = max(bisect_right(self._starts, start) - 1, 0)
        found = []
        for word in self.words[first:]:
            if word.start >= end:
                break
            if word.end > start:
                found.append(word)
        return tuple(found)

    def box_at(self, start: int, end: int) -> Box | None:
        """The bounding box of ``text[start:end]`` by its words; None without geometry."""
        return union(word.box for word in self.words_at(start, end))


@dataclass(frozen=True, slots=True)
class Edit:
    """One change by restoration: ``raw_text[start:end]`` (== ``raw``) became ``restored``."""

    start: int
    end: int
    raw: str
    restored: str
    kind: EditKind
    confidence: float


MOST_PIECES = 10_000
"""Pieces of a text that are put together at a time: those of a long text weigh more than it does."""


def _start(edit: Edit) -> int:
    return edit.start


@dataclass(frozen=True)
class RestoredText:
    """Restored text with the way back to the raw.

    ``edits`` are sorted, do not overlap, and applying them to ``raw`` gives ``text``.

    >>> r = RestoredText.from_edits("hd trg", (Edit(0, 2, "hd", "hỗ", "confusion", 0.9),))
    >>> r.text, r.to_raw(0, 2), r.to_raw(3, 6)
    ('hỗ trg', (0, 2), (3, 6))
    """

    raw: str
    text: str
    edits: tuple[Edit, ...] = ()

    @classmethod
    def from_edits(cls, raw: str, edits: Iterable[Edit]) -> RestoredText:
        """Apply edits (sorted, not overlapping) to ``raw``."""
        kept, parts, pieces, at = tuple(edits), list[str](), list[str](), 0
        for edit in kept:
            pieces += [raw[at : edit.start], edit.restored]
            at = edit.end
            if len(pieces) > MOST_PIECES:
                parts.append("".join(pieces))
                pieces = []
        return cls(raw, "".join([*parts, *pieces, raw[at:]]), kept)

    @cached_property
    def _starts(self) -> array[int]:
        """Where each edit stands in ``text``."""
        starts, shift = array("q"), 0
        for edit in self.edits:
            starts.append(edit.start + shift)
            shift += len(edit.restored) - (edit.end - edit.start)
        return starts

    def _span(self, i: int, restored: bool) -> tuple[int, int]:
        """The place of edit ``i`` in the raw or in the restored text."""
        edit, start = self.edits[i], self._starts[i]
        return (start, start + len(edit.restored)) if restored else (edit.start, edit.end)

    def _map(self, at: int, back: bool, is_end: bool) -> int:
        """Map an offset (``back``: to the raw); inside an edit to its start or, for an end, to its end."""
        i = (bisect_right(self._starts, at) if back else bisect_right(self.edits, at, key=_start)) - 1
        # an end that stands just where an edit begins belongs to the text before the edit
        while i >= 0 and is_end and self._span(i, back)[0] == at and self._span(i, back)[1] > at:
            i -= 1
        if i < 0:
            return at
        source, target = self._span(i, back), self._span(i, not back)
        if at < source[1]:
            return target[1] if is_end else target[0]
        return target[1] + at - source[1]

    def to_raw(self, start: int, end: int) -> tuple[int, int]:
        """The span of the raw text that ``text[start:end]`` came from (whole edits)."""
        return self._map(start, True, False), self._map(end, True, True)

    def to_restored(self, start: int, end: int) -> tuple[int, int]:
        """The span of the restored text that ``raw[start:end]`` became (whole edits)."""
        return self._map(start, False, False), self._map(end, False, True)


@dataclass(frozen=True, slots=True)
class Failure:
    """What could not be read: a row of failures.csv. ``page`` is None where the whole file failed."""

    source_file: str
    page: int | None
    stage: Stage
    code: str
    message: str


@dataclass(frozen=True)
class Document:
    """A file with its pages, read and restored (``restored[i]`` belongs to ``pages[i]``)."""

    doc_id: str
    source_file: str
    pages: tuple[Page, ...]
    restored: tuple[RestoredText, ...]
    failures: tuple[Failure, ...] = ()


@dataclass(frozen=True, slots=True)
class Evidence:
    """One place where one number of a figure stands; offsets are into the page's restored text."""

    column: str
    page: int
    start: int
    end: int
    raw: str
    restored: str
    box: Box | None = None
    mention: int = 1


@dataclass(frozen=True, slots=True)
class Note:
    """What was weighed for a number: a rule of a table, its words, and why it lost (empty: it won).

    ``number`` is the number as it stands in the restored text; ``words`` are empty where a rule says no.
    """

    number: str
    table: str
    rule: str
    words: str
    lost: str


@dataclass(frozen=True)
class Figure:
    """One row of a figure table: ``values`` by column name, and the places that prove it.

    ``notes`` say what was weighed for its numbers, in the order in which the tables were asked.
    """

    table: str
    row_id: str
    values: Mapping[str, Value]
    evidence: tuple[Evidence, ...] = ()
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True)
class Extraction:
    """All that one document says: rows by column name, to be formatted by ``tables``.

    ``repairs`` are numbers that the document's arithmetic put right: page number and edit of its raw text.
    ``weighed`` are the notes on each row of ``unclaimed``.
    """

    document: Mapping[str, Value]
    figures: tuple[Figure, ...] = ()
    citations: tuple[Mapping[str, Value], ...] = ()
    unclaimed: tuple[Mapping[str, Value], ...] = ()
    repairs: tuple[tuple[int, Edit], ...] = ()
    weighed: tuple[tuple[Note, ...], ...] = ()
