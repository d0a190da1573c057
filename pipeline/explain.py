"""Why a row stands in a table: what ``extract`` kept on the way, as lines for a reader.

Nothing is read a second time: the notes are those of the run that made the rows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from pipeline.model import Extraction, Figure, Note, Value
from pipeline.show import visible

_NOT_SAID = "row_id doc_id source_file page bbox place role quote raw_quote rule confidence flags proof"
_APART = frozenset(_NOT_SAID.split())


def lines(extraction: Extraction, row: str = "") -> Iterator[str]:
    """Every row and every unclaimed number with what was weighed for it.

    Args:
        extraction: of one document.
        row: a row_id; then that row alone.

    Returns:
        Lines without their ends, and without anything that commands the reader's terminal.
    """
    return map(visible, _lines(extraction, row))


def _lines(extraction: Extraction, row: str) -> Iterator[str]:
    for figure in extraction.figures:
        if row in ("", figure.row_id):
            yield from _figure(figure)
            yield ""
    if row:
        return
    for values, notes in zip(extraction.unclaimed, extraction.weighed, strict=True):
        yield f"unclaimed  {values['text']}  page {values['page']}  reason: {values['reason']}"
        yield f"  “{_short(values['quote'])}”"
        yield from _weighed(notes)
        yield ""


def _figure(figure: Figure) -> Iterator[str]:
    values = figure.values
    yield f"{figure.row_id}  {figure.table}  page {values.get('page')}  rule {values.get('rule')}"
    yield f"  “{_short(values.get('quote'))}”"
    yield f"  {_said(values)}"
    doubts = f", flags: {values['flags']}" if values.get("flags") else ""
    standing = f"{values.get('role')}, proof {values.get('proof')}, confidence {values.get('confidence')}"
    yield f"  {standing}{doubts}"
    yield from _weighed(figure.notes)


def _said(values: Mapping[str, Value]) -> str:
    told = {name: value for name, value in values.items() if name not in _APART and value not in (None, "")}
    return ", ".join(f"{name} {value}" for name, value in told.items())


def _weighed(notes: Sequence[Note]) -> Iterator[str]:
    number = ""
    for note in notes:
        if note.number != number:
            number = note.number
            yield f"  {number}"
        words = f" “{' '.join(note.words.split())}”" if note.words else ""
        verdict = f"lost: {note.lost}" if note.lost else "governs it"
        yield f"    {note.table}: {note.rule}{words} - {verdict}"


def _short(quote: Value) -> str:
    text = str(quote or "")
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


LONGEST = 200
"""Characters of a quote that are shown."""
