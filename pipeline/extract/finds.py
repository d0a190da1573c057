"""Columns that words around a row fill: funder, project, occasion, capital (``[[find]]`` of a rule file).

The nearest words win: those around the row's own numbers, then its clause, its sentence, its paragraph so
far, the introduction of its list, its headings.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

import regex

from pipeline.extract.frames import Draft, Frame
from pipeline.extract.rules import Find
from pipeline.model import Value

_END = regex.compile(r"[;:,.(]")
_DATE = regex.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")

Span = tuple[int, int]


def fill(rows: Sequence[Draft], frame: Frame) -> None:
    """Fill the columns of a sentence's rows (in order of place)."""
    for number, row in enumerate(rows):
        begin = max((r.last.end for r in rows[:number]), default=frame.sentence.start)
        end = min((r.first.lead for r in rows[number + 1 :]), default=frame.sentence.end)
        levels: dict[str, int] = {}
        for find in frame.rules.finds:
            if find.column in row.values or find.column in row.cells:
                continue
            if any(row.values.get(column) != value for column, value in find.when.items()):
                continue
            found = _nearest(find, frame, row, (begin, end))
            if found and found[0] <= levels.get(find.within, found[0]):
                levels[find.column], row.values[find.column] = found


def _nearest(find: Find, frame: Frame, row: Draft, around: Span) -> tuple[int, Value] | None:
    for level, (start, end, is_last) in enumerate(_spans(find, frame, row, around)):
        matches = list(find.pattern.finditer(frame.sentence.text, start, end)) if start < end else []
        for match in reversed(matches) if is_last else matches:
            value = value_of(find, match)
            if value is not None:
                return level, value
    return None


def _spans(find: Find, frame: Frame, row: Draft, around: Span) -> Iterator[tuple[int, int, bool]]:
    """Where to look, the nearest first, and whether the last match there is the nearest."""
    sentence = frame.sentence
    first, last = row.first, row.last
    clause = sentence.clauses[sentence.clause_at(first.start)]
    nowhere = (0, 0, True)
    in_row = "row" in find.where
    own = max(around[0], clause.start)
    yield (own, first.lead, True) if in_row else nowhere
    yield (first.start, last.end, True) if in_row else nowhere
    yield (last.end, _behind(frame, last.end, around[1]), False) if in_row else nowhere
    yield (clause.start, first.lead, True) if "clause" in find.where else nowhere
    yield (sentence.start, first.lead, True) if "sentence" in find.where else nowhere
    yield (*frame.opening, True) if "above" in find.where else nowhere
    introduction = frame.introduction
    yield (*introduction, True) if introduction and "list" in find.where else nowhere
    for start, end in frame.above if "above" in find.where else ():
        yield start, end, True


def _behind(frame: Frame, start: int, limit: int) -> int:
    """Where the words behind a row end: at a sign, or where its parts are announced."""
    text = frame.sentence.text
    cue = frame.cues.parts.search(text, start, limit)
    limit = cue.start() if cue else limit
    sign = _END.search(text, start, limit)
    return sign.start() if sign else limit


def value_of(find: Find, match: regex.Match[str]) -> Value:
    """What a match puts into the column; None where it is nothing of the column's type."""
    if find.value:
        return find.value
    text = (match["value"] if "value" in match.re.groupindex else match.group()) or ""
    text = " ".join(text.split()).strip(" ,:;.-–")
    if find.type == "integer":
        return int(text) if text.isdigit() else None
    if find.type == "date":
        return _date(text)
    return text or None


def _date(text: str) -> date | None:
    parts = _DATE.fullmatch(text)
    try:
        return date(int(parts[3]), int(parts[2]), int(parts[1])) if parts else None
    except ValueError:  # 31/02/2024: no such day
        return None
