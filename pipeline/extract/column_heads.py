"""What the columns of a table on the page hold, by their headings and its caption."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import regex

from pipeline.extract import finds
from pipeline.extract.column_kinds import counted, summed, without_people
from pipeline.extract.flow import Flow
from pipeline.extract.grid_cells import Grid, caption_of, head_of, headings_of, unit_of
from pipeline.extract.periods import Period, period_in
from pipeline.extract.rulebook import Rulebook
from pipeline.extract.rules import Heading, TableRules
from pipeline.extract.table_words import table_words
from pipeline.model import Value

BARE = regex.compile(r"[0-9][0-9.,]*")
"""A cell that holds a number and nothing else."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: its heading's entry (None: no number of the table), and what its heading says."""

    heading: str
    entry: Heading | None = None
    scale: int = 1
    values: Mapping[str, Value] = field(default_factory=dict)
    is_sum: bool = False
    is_label: bool = False
    unit: str = "other"
    period: Period | None = None
    fallback: Mapping[str, Value] = field(default_factory=dict)
    """What holds where neither line nor caption says another."""
    assumed: bool = False
    """Whether its unit of money is named neither there nor above the table."""


def is_anybodys(column: Column, rules: TableRules) -> bool:
    """Whether a column holds money, and its heading does not say that it is the table's own."""
    own = rules.parts.get("grid.own")
    return bool(column.entry and column.unit == "vnd") and not (own and own.search(column.heading))


def tables_beside(
    chosen: TableRules, columns: Sequence[Column], caption: str, book: Rulebook
) -> Iterator[tuple[TableRules, list[Column]]]:
    """Other tables' counts among a table's columns: ``Số thẻ BHYT | Nhà xây mới | Số suất quà``."""
    for rules in book.tables.values():
        sign = rules.parts.get("grid.beside")
        if rules is chosen or sign is None:
            continue
        found = [
            _named(column_of(c.heading, caption, rules, book), rules)
            if c.entry is None and sign.search(c.heading)
            else Column(c.heading, is_label=c.is_label)
            for c in columns
        ]
        for place in range(1, len(found)):  # `Số suất quà | Thành tiền`: the money of what stands before it
            if found[place - 1].entry and table_words().says("amount_of", found[place].heading):
                found[place] = column_of(found[place].heading, caption, rules, book)
        if any(c.entry and c.unit != "percent" for c in found):
            yield rules, found


def _named(column: Column, rules: TableRules) -> Column:
    """A column with what its own heading says of what nothing else tells: ``Hộ được hỗ trợ tiền điện``."""
    triggers = (t for t in rules.triggers if not t.weak and not t.reason)
    said = next((t.values for t in triggers if t.pattern.search(column.heading)), {})
    told = {c: v for c, v in said.items() if c in rules.default}
    return replace(column, values={**told, **column.values})


def choose(flow: Flow, grid: Grid, book: Rulebook) -> tuple[TableRules, list[Column], int] | None:
    """The rules that take a table, its columns, and how many lines its headings have; None for none."""
    head = head_of(grid)
    headings = headings_of(grid, head)
    caption = caption_of(flow, grid)
    named = f"{_title(caption)} {' '.join(headings)}"
    labels = " ".join(cell.text for row in grid.rows for cell in row if not BARE.fullmatch(cell.text))
    # what a table is named after says more than a line of it: a budget has a line of houses
    for told in (named, f"{_title(caption)} {labels}"):
        for rules in book.tables.values():
            sign, never = rules.parts.get("grid.sign"), rules.parts.get("grid.never")
            if not rules.headings or sign is None or not sign.search(told):
                continue
            if never and never.search(f"{_title(caption)} {labels}"):
                continue
            columns = [column_of(heading, caption, rules, book) for heading in _shares(headings)]
            columns = without_people(columns, grid.rows[head:], sign)
            columns = summed(counted(columns, grid.rows[head:], rules, book, caption))
            columns = _told_apart(columns)
            if any(c.entry and c.entry.column != "percent_stated" for c in columns) and any(
                c.is_label for c in columns
            ):
                return rules, columns, head
    return None


def _shares(headings: Sequence[str]) -> list[str]:
    """Headings, of which a mere ``Tỷ lệ (%)`` says with the one before it what it is a rate of."""
    before = ["", *headings]
    return [
        f"{before[at]} {heading}" if before[at] and table_words().holds("share_heading", heading) else heading
        for at, heading in enumerate(headings)
    ]


def _title(caption: str) -> str:
    """A caption from the table's own name on (``Biểu 1. …``): what stands before is the text's."""
    found = list(table_words().patterns["table_name"].finditer(caption))
    return caption[found[-1].start() :] if found else caption


def column_of(heading: str, caption: str, rules: TableRules, book: Rulebook) -> Column:
    """What a column holds by its heading, in small letters; a caption may tell the unit of money."""
    is_ = table_words().holds
    if not heading or is_("ordinal_heading", heading) or is_("unit_heading", heading):
        return Column(heading)
    entry = next(
        (
            e
            for e in rules.headings
            if e.pattern.search(heading) and not (e.unless and e.unless.search(heading))
        ),
        None,
    )
    if entry is None:
        return Column(heading, is_label=True)
    scale = book.grammar.scale(heading)
    bare = scale == 1 and entry.unit == "vnd" and not unit_of(heading)
    if bare:
        scale = book.grammar.scale(unit_of(caption))
    values: dict[str, Value] = {}
    for find in rules.finds:
        if find.column not in values and (find.value or find.type == "integer"):
            match = find.pattern.search(heading)
            value = finds.value_of(find, match) if match else None
            if value is not None:
                values[find.column] = value
    values |= entry.values
    unit = entry.unit
    if unit not in {"vnd", "percent"}:  # `số người`: what the heading counts
        named = book.grammar.find("1 " + table_words().patterns["before_counted"].sub("", heading))
        unit = named[0].unit if named and named[0].start == 0 else unit
    if (planned := rules.parts.get("grid.planned")) and planned.search(heading):
        values["status"] = "planned"
    is_sum = is_("sum_heading", heading)
    return Column(
        heading,
        entry,
        scale if unit == "vnd" else 1,
        values,
        is_sum,
        unit=unit,
        period=period_in(heading),
        assumed=bare and not unit_of(caption),
    )


def is_of_units(heading: str) -> bool:
    """Whether a heading is that of the lines' units of measure."""
    return table_words().holds("unit_heading", heading)


def _told_apart(columns: Sequence[Column]) -> list[Column]:
    """Columns without the codes for what nobody says, where no other column says it: the caption may."""
    said = [(c, v) for column in columns for c, v in column.values.items()]
    if any(column.values.get("status") == "planned" for column in columns):
        columns = [replace(column, values={"status": "actual", **column.values}) for column in columns]
    # `Tổng giá trị` beside `Số suất` sums nothing up: no other column holds money
    of = [column.entry.column for column in columns if column.entry]
    columns = [
        column if column.entry and of.count(column.entry.column) > 1 else replace(column, is_sum=False)
        for column in columns
    ]
    silent = {c for c, v in said if v == UNSAID} - {c for c, v in said if v != UNSAID}
    return [
        replace(
            column,
            values={c: v for c, v in column.values.items() if c not in silent},
            fallback={c: v for c, v in column.values.items() if c in silent},
        )
        for column in columns
    ]


UNSAID = "unspecified"
"""The code of what is not said."""
