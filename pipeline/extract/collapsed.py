"""Tables whose columns collapsed, found among a document's lines and read back into cells.

``collapsed_lines`` and ``collapsed_rows`` find labels and numbers, ``collapsed_words`` the headings above
them, ``collapsed_cells`` and ``collapsed_heads`` tell which number and which heading is of which column. A
table none of whose columns has a heading is left to be read as prose.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

import regex

from pipeline.extract.amounts import grammar
from pipeline.extract.collapsed_cells import Columns, Numbers, lay, too_many, value_of
from pipeline.extract.collapsed_heads import headed
from pipeline.extract.collapsed_lines import YEAR, Span
from pipeline.extract.collapsed_page import Heading
from pipeline.extract.collapsed_rows import Row, Run, regain, runs, without_dust
from pipeline.extract.collapsed_shares import is_share, shares_of
from pipeline.extract.collapsed_words import CollapsedWords, collapsed_words
from pipeline.extract.numerals import AMBIGUOUS, MALFORMED
from pipeline.extract.table_columns import WHOLE
from pipeline.language.normal import fold_marks

if TYPE_CHECKING:
    from pipeline.extract.blocks import Line

MOST_HEADING_LINES = 10
"""Lines of headings above a table."""
LONGEST_HEADING = 110
"""Characters of such a line."""
MOST_OVER = 0.25
"""Share of a table's lines that may have more numbers than it has columns."""
CAPTION_LINES = 4
"""Lines above the headings among which a table's name stands."""
SHORT_HEADING = 40
"""Characters of a line that is no sentence, whatever sign stands at its end."""
_STOPS = (".", ";", ":")
_SECTION = regex.compile(r"(?:\d{1,2}(?:\.\d{1,2})*[.)]|[IVX]{1,5}[.)]|[a-zđ]\))\s*\p{Lu}")
_DASHES = {"-", "–", "—"}
_LEGIBLE = regex.compile(r"\d|^[-–—]+$")
LEAST_PRINTED = 3
"""Units that tell what others are: of money in a document's headings, of measure in a table's lines."""
_UNIT_WORDS = 3
"""Words of a unit of measure at the end of a label."""

CellText = tuple[int, int, str]
"""Where a cell begins and ends in the running text, and what it says."""


@dataclass(frozen=True, slots=True)
class CollapsedRow:
    """A line of a table: ``text[start:end]`` of the running text, and its cells in the headings' order."""

    start: int
    end: int
    cells: tuple[CellText, ...]


@dataclass(frozen=True, slots=True)
class CollapsedTable:
    """A table read back: the lines of the page it fills, what stands over each column, its rows.

    ``first`` is the number of the first line of its headings, ``body`` that of its first row's, ``last`` of
    its last line.
    """

    first: int
    body: int
    last: int
    headings: tuple[str, ...]
    rows: tuple[CollapsedRow, ...]
    assumed: frozenset[int] = frozenset()
    """Columns whose unit is worked out, not printed."""
    doubtful: Mapping[int, str] = field(default_factory=dict)
    """Flags of numbers that contradict others, by where their cells begin."""


def tables(
    text: str, lines: Sequence[Line], raw: Callable[[int, int], str] | None = None
) -> Iterator[CollapsedTable]:
    """The tables among a document's lines whose columns collapsed.

    Args:
        text: the running text.
        lines: its lines that are not blank.
        raw: a span of the running text as it was read; None where it stands as it was read.
    """
    words = collapsed_words()
    above = 0
    headed_runs: list[tuple[Run, int, list[Heading]]] = []
    for run in runs(text, lines):
        if raw:
            regain(text, run.rows, raw)
        first = _first_heading(text, lines, run, above, words)
        above = run.last + 1
        spans = [(lines[n].start, lines[n].end) for n in range(first, run.first)]
        said = [text[start:end] for start, end in spans]
        found = words.find(said, [raw(*span) for span in spans] if raw else ())
        headed_runs.append((run, first, found))
    usual = _usual_unit([h.unit for _, _, found in headed_runs for h in found])
    for run, first, found in headed_runs:
        caption = _caption(text, lines, first, words)
        table = _read(text, lines, run, first, found, caption, words, usual)
        if table is not None:
            yield table


def _usual_unit(printed: Sequence[str]) -> str:
    """The one unit of money that a document's headings print, several times; empty where there is none."""
    units = [unit for unit in printed if unit in collapsed_words().money_units]
    return units[0] if len(units) >= LEAST_PRINTED and len(set(units)) == 1 else ""


def _first_heading(text: str, lines: Sequence[Line], run: Run, above: int, words: CollapsedWords) -> int:
    """The number of the first line of a table's headings."""
    first = run.first
    while first > max(above, run.first - MOST_HEADING_LINES):
        said = text[lines[first - 1].start : lines[first - 1].end]
        if words.says("caption", said) or words.says("unit", said) or _SECTION.match(said):
            break
        ended = without_dust(said).endswith(_STOPS)
        if len(said) > LONGEST_HEADING or (ended and len(said) > SHORT_HEADING):
            break
        first -= 1
    return first


def _caption(text: str, lines: Sequence[Line], first: int, words: CollapsedWords) -> str:
    """What stands right above a table's headings: from its name on, where it has one."""
    above = [text[lines[n].start : lines[n].end] for n in range(max(first - CAPTION_LINES, 0), first)]
    named = [n for n, said in enumerate(above) if words.says("caption", said)]
    return " ".join(above[named[-1] :] if named else above[-2:])


def _read(
    text: str,
    lines: Sequence[Line],
    run: Run,
    first: int,
    found: Sequence[Heading],
    caption: str,
    words: CollapsedWords,
    usual: str = "",
) -> CollapsedTable | None:
    labels = [_label(text, row, words) for row in run.rows]
    above = " ".join(text[lines[n].start : lines[n].end] for n in range(first, run.first))
    remains = words.says("measured", fold_marks(above))
    measured = any(h.phrase.kind == "unit" for h in found) or _is_measured(text, run.rows, labels, remains)
    for width in _widths(run.rows):
        kept = _kept(text, run.rows, width)
        numbers = [
            Numbers(
                tuple(text[a:b] for a, b in spans),
                words.says("total", label[2]),
                words.says("part", label[2]),
                measured and bool(_measured(text, row, label)[1][2]),
            )
            for row, label, spans in zip(run.rows, labels, kept, strict=True)
        ]
        laid = lay(numbers, width)
        columns = [
            [_value(line, at, k) for line, at in zip(numbers, laid, strict=True)] for k in range(width)
        ]
        body = [[v for v, line in zip(c, numbers, strict=True) if not line.is_total] for c in columns]
        heads = headed(found, body, caption, measured=measured, usual=usual)
        # a sum alone says nothing of what it sums up
        if any(head.text and not words.says("total", head.text) for head in heads):
            break
    else:
        return None
    named = [h for h in found if h.phrase.kind == "label"]
    label = max(named, key=lambda h: len(h.phrase.words)).text if named else words.written["label"]
    if 2 * sum(bool(YEAR.fullmatch(said)) for _, _, said in labels) > len(labels):
        label = words.written["years"]
    spare = max((len(spans) for spans, at in zip(kept, laid, strict=True) if at is None), default=0)
    before = [words.written["ordinal"], label, *([words.written["unit"]] if measured else [])]
    headings = (*before, *(head.text for head in heads), *[""] * spare)
    assumed = frozenset(n for n, head in enumerate(heads, len(before)) if head.assumed)
    rows = []
    for row, cell, at, spans in zip(run.rows, labels, laid, kept, strict=True):
        start, end = lines[row.first].start, lines[row.last].end
        rows.append(CollapsedRow(start, end, _cells(text, row, cell, at, spans, width, spare, measured)))
    doubtful = _doubtful(columns, [head.text for head in heads], [row.cells[len(before) :] for row in rows])
    return CollapsedTable(first, run.first, run.last, headings, tuple(rows), assumed, doubtful)


def _doubtful(
    columns: Sequence[Sequence[Decimal | None]], heads: Sequence[str], rows: Sequence[Sequence[CellText]]
) -> dict[int, str]:
    """Flags of percentages that cannot be, and of numbers that are not the shares that their columns are."""
    found: dict[int, str] = {}
    for percent, (part, whole) in shares_of(columns).items():
        for line, row in enumerate(rows):
            values = [columns[n][line] for n in (part, whole, percent)]
            if None not in values and not is_share(*values):
                found |= {row[n][0]: AMBIGUOUS for n in (part, whole, percent)}
    for place, head in enumerate(heads):
        known = [v for v in columns[place] if v is not None]
        above = [line for line, v in enumerate(columns[place]) if v is not None and v > WHOLE]
        if "%" in head and 0 < len(above) <= MOST_OVER * len(known):
            found |= {rows[line][place][0]: MALFORMED for line in above}
    return found


def _widths(rows: Sequence[Row]) -> list[int]:
    """How many columns of numbers a table may have, the likeliest first: as many as several lines fill.

    Lines with more numbers must be few: what is too many on them is no number of the table.
    """
    counts = [len(row.numbers) for row in rows]
    widths = [w for w in sorted(set(counts), reverse=True) if w > 1 and counts.count(w) > 1]
    return [w for w in widths if sum(count > w for count in counts) <= MOST_OVER * len(counts)][:3]


def _kept(text: str, rows: Sequence[Row], width: int) -> list[list[Span]]:
    """Rows' numbers: those too many stand apart, of too few the illegible ones are left out."""
    found = []
    for row in rows:
        spans = row.numbers
        if len(spans) > width:  # specks that look like dashes for nothing
            spans = [span for span in spans if text[slice(*span)] not in _DASHES]
        found.append(spans if len(spans) >= width else [s for s in spans if _LEGIBLE.search(text[slice(*s)])])
    chosen = too_many([[text[a:b] for a, b in spans] for spans in found], width)
    return [[spans[n] for n in at] for spans, at in zip(found, chosen, strict=True)]


def _value(line: Numbers, at: Columns | None, column: int) -> Decimal | None:
    return value_of(line.texts[at.index(column)]) if at and column in at else None


def _label(text: str, row: Row, words: CollapsedWords) -> CellText:
    """A row's label, put together from its lines; what it says of a total as it is spelled."""
    if not row.labels:
        return row.numbers[0][0], row.numbers[0][0], ""
    said = " ".join(text[a:b].strip() for a, b in row.labels).strip(" :.;,_*-")
    before = [span for span in row.labels if span[1] <= row.numbers[0][0]]
    start, end = (before[0][0], before[-1][1]) if before else row.labels[0]
    if words.says("total", said):
        bare = fold_marks(said).lower()
        said = next((name for key, name in collapsed_words().totals.items() if bare.startswith(key)), said)
    return start, end, said


def _cells(
    text: str,
    row: Row,
    label: CellText,
    at: Columns | None,
    spans: Sequence[Span],
    width: int,
    spare: int,
    measured: bool,
) -> tuple[CellText, ...]:
    start, end, said = label
    blank = (end, end, "")
    ordinal = (*row.ordinal, text[slice(*row.ordinal)]) if row.ordinal else (start, start, row.counted)
    units = [blank]
    if measured:
        (start, end, said), unit = _measured(text, row, label)
        units.append(unit)
    cells: list[CellText] = [blank] * (width + spare)
    places = range(width, width + spare) if at is None else at
    for place, (a, b) in zip(places, spans, strict=False):
        cells[place] = (a, b, text[a:b])
    # what of the label stands behind its numbers is read as prose, and a number too many
    rest = [(a, b, text[a:b]) for a, b in row.labels if a >= end and a > row.numbers[0][0]]
    rest += [(a, b, text[a:b]) for a, b in row.numbers if (a, b) not in spans and b != units[-1][1]]
    return (ordinal, (start, end, said), *units[1:], *cells, *rest)


def _is_measured(text: str, rows: Sequence[Row], labels: Sequence[CellText], remains: bool) -> bool:
    """Whether labels end with units of measure, per cent among them: more than names of what is counted.

    ``remains``: what is left of their heading says so; then several units are enough.
    """
    units = [_measured(text, row, label)[1][2] for row, label in zip(rows, labels, strict=True)]
    told = [unit for unit in units if unit]
    several = remains and len(set(told)) >= LEAST_PRINTED and 3 * len(told) >= 2 * len(units)
    return several or (2 * len(told) > len(units) and units.count("%") > 1)


def _measured(text: str, row: Row, label: CellText) -> tuple[CellText, CellText]:
    """A label without the unit of measure at its end, and that unit."""
    start, end, said = label
    last = next((span for span in reversed(row.labels) if span[1] <= row.numbers[0][0]), None)
    first = row.numbers[0]
    if (
        text[slice(*first)].endswith("%") and len(row.numbers) > 1
    ):  # a border before the sign was read as a digit
        return label, (first[1] - 1, first[1], "%")
    if last is None:
        return label, (end, end, "")
    tokens = [(last[0] + m.start(), last[0] + m.end()) for m in regex.finditer(r"\S+", text[slice(*last)])]
    for count in range(min(_UNIT_WORDS, len(tokens)), 0, -1):
        begin, stop = tokens[-count][0], tokens[-1][1]
        named = text[begin:stop].strip("|[]{}().,;:!1 ")
        found = grammar().find(f"1 {named.lower()}")
        if named and len(found) == 1 and found[0].end == len(named) + 2:
            before, _, behind = said.rpartition(text[begin:stop].strip())
            return (start, begin, f"{before.strip()} {behind.strip()}".strip(" |")), (begin, stop, named)
    return label, (end, end, "")
