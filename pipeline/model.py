"""The values that walk from room to room: frozen, typed, free of behaviour that touches the world.

Coordinates are PDF points (1/72 inch) from the page's top left corner, x to the right, y down.
Offsets are Unicode code points into the text that is named beside them.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import compress
from operator import eq
from typing import Literal, NamedTuple, get_args, overload

from pipeline.lazy import lazy

TextSource = Literal["text_layer", "ocr", "mixed", "text_file"]
LayerVerdict = Literal["", "good", "legacy", "ruined", "partly_ruined", "contradicted", "stamp_only", "none"]
EditKind = Literal["diacritics", "confusion", "lexicon", "split", "merge", "encoding", "number"]
ReadStatus = Literal["ok", "partial", "failed"]
Stage = Literal["intake", "ocr", "restore", "extract", "batch", "archive", "review"]
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
    """One word of a page: ``page.text[start:end]``, where it stands and how sure its reader was (0-1).

    ``witness`` is what an older text layer has in its place, empty where there is none.
    """

    start: int
    end: int
    box: Box | None = None
    confidence: float | None = None
    witness: str = ""


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

    @lazy
    def _starts(self) -> list[int]:
        return [word.start for word in self.words]

    def words_at(self, start: int, end: int) -> tuple[Word, ...]:
        """The words that share at least one character with ``text[start:end]``."""
        if not self.words:
            return ()
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
        return union(word.box for word in self.words_at(start, end)) if self.words else None


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
_KINDS: tuple[EditKind, ...] = get_args(EditKind)


FINEST = 10_000
"""Steps of an edit's confidence."""


class Edits(Sequence[Edit]):
    """The edits of one raw text, sorted and not overlapping, kept in columns: a book has a million.

    An edit's ``raw`` is read from the text, and confidences are kept to a ten-thousandth. Equal to any
    sequence of the same edits.
    """

    __slots__ = ("_confidences", "_kinds", "_restored", "ends", "source", "starts")

    def __init__(self, source: str, edits: Iterable[Edit] = ()) -> None:
        self.source, self._restored = source, list[str]()
        self.starts, self.ends = array("I"), array("I")
        self._kinds, self._confidences = array("B"), array("H")
        for edit in edits:
            self.append(edit)

    def append(self, edit: Edit) -> None:
        """Add an edit that stands behind all others."""
        self.starts.append(edit.start)
        self.ends.append(edit.end)
        self._restored.append(edit.restored)
        self._kinds.append(_KINDS.index(edit.kind))
        self._confidences.append(round(edit.confidence * FINEST))

    def drop(self, numbers: Container[int]) -> None:
        """Take out the edits of these numbers."""
        stays = [i not in numbers for i in range(len(self))]
        for name in ("starts", "ends", "_kinds", "_confidences"):
            column: array[int] = getattr(self, name)
            setattr(self, name, array(column.typecode, compress(column, stays)))
        self._restored = list(compress(self._restored, stays))

    def _edit(self, i: int) -> Edit:
        start, end = self.starts[i], self.ends[i]
        kind = _KINDS[self._kinds[i]]
        return Edit(
            start, end, self.source[start:end], self._restored[i], kind, self._confidences[i] / FINEST
        )

    @overload
    def __getitem__(self, at: int) -> Edit: ...
    @overload
    def __getitem__(self, at: slice) -> tuple[Edit, ...]: ...
    def __getitem__(self, at: int | slice) -> Edit | tuple[Edit, ...]:
        if isinstance(at, slice):
            return tuple(map(self._edit, range(*at.indices(len(self)))))
        return self._edit(at)

    def __len__(self) -> int:
        return len(self.starts)

    def __iter__(self) -> Iterator[Edit]:
        return map(self._edit, range(len(self)))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and len(self) == len(other) and all(map(eq, self, other))

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"{list(self)!r}"

    def applied(self) -> str:
        """The text with every edit made."""
        raw, parts, pieces, at = self.source, list[str](), list[str](), 0
        for start, end, restored in zip(self.starts, self.ends, self._restored, strict=True):
            pieces += [raw[at:start], restored]
            at = end
            if len(pieces) > MOST_PIECES:
                parts.append("".join(pieces))
                pieces = []
        return "".join([*parts, *pieces, raw[at:]])

    def starts_restored(self) -> array[int]:
        """Where each edit stands in the restored text."""
        starts, shift = array("I"), 0
        for start, end, restored in zip(self.starts, self.ends, self._restored, strict=True):
            starts.append(start + shift)
            shift += len(restored) - (end - start)
        return starts

    def restored_length(self, i: int) -> int:
        """Code points that edit ``i`` puts in."""
        return len(self._restored[i])


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
    edits: Edits = field(default_factory=lambda: Edits(""))

    @classmethod
    def from_edits(cls, raw: str, edits: Iterable[Edit]) -> RestoredText:
        """Apply edits (sorted, not overlapping) to ``raw``."""
        kept = edits if isinstance(edits, Edits) and edits.source == raw else Edits(raw, edits)
        return cls(raw, kept.applied(), kept)

    @lazy
    def _starts(self) -> array[int]:
        """Where each edit stands in ``text``."""
        return self.edits.starts_restored()

    def _span(self, i: int, restored: bool) -> tuple[int, int]:
        """The place of edit ``i`` in the raw or in the restored text."""
        if restored:
            return self._starts[i], self._starts[i] + self.edits.restored_length(i)
        return self.edits.starts[i], self.edits.ends[i]

    def _map(self, at: int, back: bool, is_end: bool) -> int:
        """Map an offset (``back``: to the raw); inside an edit to its start or, for an end, to its end."""
        i = bisect_right(self._starts if back else self.edits.starts, at) - 1
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
        if not self.edits.starts:
            return start, end
        return self._map(start, True, False), self._map(end, True, True)

    def to_restored(self, start: int, end: int) -> tuple[int, int]:
        """The span of the restored text that ``raw[start:end]`` became (whole edits)."""
        if not self.edits.starts:
            return start, end
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


class Evidence(NamedTuple):
    """One place where one number of a figure stands; offsets are into the page's restored text."""

    column: str
    page: int
    start: int
    end: int
    raw: str
    restored: str
    box: Box | None = None
    mention: int = 1
    witness: str = ""


class Note(NamedTuple):
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
