"""Columns that words around a row fill: funder, project, occasion, capital (``[[find]]`` of a rule file).

The nearest words win: those around the row's own numbers, then its clause, its sentence, its paragraph so
far, the introduction of its list, its headings, the text's title.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import accumulate, zip_longest

import regex

from pipeline.extract.drafts import Draft
from pipeline.extract.frames import Frame
from pipeline.extract.rules import Find
from pipeline.model import Value

_END = regex.compile(r"[;:,.(]")
_DATE = regex.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")

Span = tuple[int, int]


def fill(rows: Sequence[Draft], frame: Frame, titles: Sequence[Span] = ()) -> None:
    """Fill the columns of a sentence's rows (in order of place).

    Args:
        rows: the rows.
        frame: their sentence.
        titles: the lines of the text's title.
    """
    by_column = frame.rules.finds_of
    begins = [frame.sentence.start, *accumulate((r.last.end for r in rows), max)]
    ends = [frame.sentence.end, *accumulate((r.first.lead for r in reversed(rows)), min)][::-1]
    for number, row in enumerate(rows):
        begin, end = begins[number], ends[number + 1]
        levels: dict[str, int] = {}
        spans: dict[tuple[str, ...], list[tuple[int, int, bool]]] = {}
        for column, entries in by_column.items():
            if column in row.values or column in row.cells:
                continue
            meant = [f for f in entries if _is_meant(f, row)]
            for where in {f.where for f in meant} - spans.keys():
                spans[where] = list(_spans(where, frame, row, (begin, end)))
            found = _nearest(meant, frame, [spans[f.where] for f in meant]) or _titled(meant, frame, titles)
            within = next((f.within for f in meant if f.within), "")
            alone = within in by_column and within not in levels
            if found and found[0] <= levels.get(within, OPENING - 1 if alone else found[0]):
                levels[column], row.values[column] = found


def _is_meant(find: Find, row: Draft) -> bool:
    return all(row.values.get(c) == v or (v == "*" and row.values.get(c)) for c, v in find.when.items())


def _nearest(
    entries: Sequence[Find], frame: Frame, spans: Sequence[Sequence[tuple[int, int, bool]]]
) -> tuple[int, Value] | None:
    """Of all entries of a column the one whose words stand nearest, and how near: 0 is nearest.

    Args:
        entries: those of the column.
        frame: the row's sentence.
        spans: where each of them looks, the nearest first (``_spans``).
    """
    for level, places in enumerate(zip_longest(*spans, fillvalue=_NOWHERE)):
        found: list[tuple[int, Value]] = []
        for find, (start, end, is_last) in zip(entries, places, strict=True):
            matches = find.pattern.finditer(frame.sentence.text, start, end) if start < end else ()
            for match in matches:
                value = value_of(find, match)
                if value is not None:
                    found.append((match.start() if is_last else -match.start(), value))
        if level == OPENING and len({value for _, value in found}) > 1:
            continue  # a paragraph that named several: none is this row's
        if found:
            return level, max(found, key=lambda f: f[0])[1]
    return None


def _titled(entries: Sequence[Find], frame: Frame, titles: Sequence[Span]) -> tuple[int, Value] | None:
    """What the text's title tells, where it names one alone."""
    told = {
        value_of(find, match): None
        for find in entries
        if "title" in find.where
        for start, end in titles
        for match in find.pattern.finditer(frame.sentence.text, start, end)
    }
    return (FARTHEST, next(iter(told))) if len(told) == 1 else None


FARTHEST = 1_000
"""How near a title's words stand: farther than all others."""
_NOWHERE = (0, 0, True)
OPENING = 6
"""The place of the paragraph so far among those of ``_spans``."""


def _spans(where: Sequence[str], frame: Frame, row: Draft, around: Span) -> Iterator[tuple[int, int, bool]]:
    """Where to look, the nearest first, and whether the last match there is the nearest."""
    sentence = frame.sentence
    first, last = row.first, row.last
    clause = sentence.clauses[sentence.clause_at(first.start)]
    in_row = "row" in where
    own = max(around[0], clause.start)
    yield (own, first.lead, True) if in_row else _NOWHERE
    yield (first.start, last.end, True) if in_row else _NOWHERE
    yield (last.end, _behind(frame, last.end, around[1]), False) if in_row else _NOWHERE
    yield (clause.start, first.lead, True) if "clause" in where else _NOWHERE
    yield (last.end, min(around[1], clause.end), False) if "after" in where else _NOWHERE
    yield (sentence.start, first.lead, True) if "sentence" in where else _NOWHERE
    yield (*frame.opening, True) if "above" in where else _NOWHERE
    introduction = frame.introduction
    yield (*introduction, True) if introduction and "list" in where else _NOWHERE
    for start, end in frame.above if "above" in where else ():
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
