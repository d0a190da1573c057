"""Tables on the page that are no loan tables, by the ``[[column]]`` entries of their rule file.

Each number column is told by its heading, each line by its label. Columns of one line that say the same of it
(``set``) are one row; a column ``Tổng số`` is the total of those beside it, a line ``Cộng`` of those above
it, a project's line of its subprojects'.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

import regex

from pipeline.extract import finds
from pipeline.extract.blocks import Block
from pipeline.extract.column_heads import (
    BARE,
    UNSAID,
    Column,
    choose,
    is_anybodys,
    is_of_units,
    tables_beside,
)
from pipeline.extract.column_kinds import is_total
from pipeline.extract.column_totals import Line, relate
from pipeline.extract.drafts import Draft
from pipeline.extract.flow import Flow
from pipeline.extract.frames import Frame
from pipeline.extract.grid_cells import (
    Cell,
    Grid,
    Reading,
    caption_of,
    grids,
    groups_of,
    holds_number,
    is_signed,
    of_no_unit,
    prove_grid,
    unnamed_number,
    with_doubt,
)
from pipeline.extract.groups import GroupList, groups
from pipeline.extract.numerals import AMBIGUOUS, parse_number
from pipeline.extract.periods import Period, period_in, periods
from pipeline.extract.proved import Proved
from pipeline.extract.quantity import Quantity
from pipeline.extract.reader import JOINT_AMOUNT
from pipeline.extract.rulebook import Rulebook
from pipeline.extract.rules import Mark, TableRules
from pipeline.extract.sentence import Sentence, moved
from pipeline.extract.sheet import clean, is_marked_oddly
from pipeline.extract.table_words import table_words

_MARKER = regex.compile(r"[IVX]+|[a-zđA-Z]\)?|[-+*]|\d{1,3}(?:\.\d{1,2})*\.?")
_YEAR = regex.compile(r"(?:19|20)\d\d")
_AMOUNTS = frozenset({"amount_vnd", "percent_stated"})


def read(flow: Flow, book: Rulebook, skip: frozenset[int] = frozenset()) -> tuple[Reading, frozenset[int]]:
    """The tables that rule files with headings take, and the first blocks of those tables.

    Tables whose first block is in ``skip`` are left out.
    """
    reading, claimed = Reading(), set[int]()
    for grid in grids(flow):
        if grid.blocks[0] in skip:
            continue
        chosen = choose(flow, grid, book)
        if chosen is None:
            continue
        claimed.add(grid.blocks[0])
        rules, columns, head = chosen
        others = list(tables_beside(rules, columns, caption_of(flow, grid), book))
        if others:  # whose the money is nobody says
            columns = [replace(c, entry=None) if is_anybodys(c, rules) else c for c in columns]
        _read_grid(flow, grid, [(rules, columns), *others], head, book, reading)
    return reading, frozenset(claimed)


OTHER = "other"
"""The unit of a noun that is none of the contract's."""


def _read_grid(
    flow: Flow,
    grid: Grid,
    tables: Sequence[tuple[TableRules, Sequence[Column]]],
    head: int,
    book: Rulebook,
    reading: Reading,
) -> None:
    above = above_of(flow, grid)
    _, proved = prove_grid(grid, head, [column.heading for column in tables[0][1]])
    lines: list[list[Line]] = [[] for _ in tables]
    for number, row in enumerate(grid.rows):
        quantities: list[Quantity] = []
        if number >= head:
            made = [line_of(flow, grid, number, *table, book, above, proved) for table in tables]
            numbers = {q.start: q for q in made[0][1].quantities}
            numbers |= {q.start: q for line, _ in made[1:] for r in line.rows for q in r.cells.values()}
            quantities = [numbers[start] for start in sorted(numbers)]
            for held, (line, _) in zip(lines, made, strict=True):
                held.append(line)
                reading.refused.update(dict.fromkeys(line.joint, JOINT_AMOUNT))
            sentence = replace(made[0][1], quantities=quantities)
            reading.lines.append((sentence, [r for line, _ in made for r in line.rows]))
            reading.repaired += proved.repaired(quantities)
        reading.prose += prose_of(row, grid.blocks[number], quantities)
    for held in lines:
        relate(held)


def prose_of(row: Sequence[Cell], block: int, quantities: Sequence[Quantity]) -> list[tuple[int, int, int]]:
    """The cells of a line whose numbers none of ``quantities`` is, as spans of a block."""
    return [
        (cell.start, cell.end, block)
        for cell in row
        if cell.text and not any(cell.start <= q.start < cell.end for q in quantities)
    ]


def above_of(flow: Flow, grid: Grid) -> list[Block]:
    """The blocks that a table's lines stand under, the nearest first."""
    first = grid.blocks[0]
    near = [b for b in reversed(flow.blocks[max(0, first - 2) : first]) if b.kind != "row"]
    return near + flow.parents(first)


def line_of(
    flow: Flow,
    grid: Grid,
    number: int,
    rules: TableRules,
    columns: Sequence[Column],
    book: Rulebook,
    above: Sequence[Block],
    proved: Proved,
) -> tuple[Line, Sentence]:
    """A line's rows, and the line as a sentence: ``above`` are blocks that may say what it is about."""
    row, block = grid.rows[number], flow.blocks[grid.blocks[number]]
    found: list[tuple[Column, Quantity]] = []
    rest: list[Quantity] = []
    noun = _noun(row, columns, book)
    for place, (cell, column) in enumerate(zip(row, columns, strict=False)):
        if column.entry and holds_number(cell, proved):
            q = with_doubt(grid, place, proved.put(_quantity(cell, column, book, noun)))
            q = _of_known_unit(q, column, rules)
            found.append((_counting(column, q, rules), q))
        elif not column.entry and not table_words().holds("ordinal_heading", column.heading):
            rest += [proved.put(q) for q in [unnamed_number(cell, proved, bare=True)] if q]
    if row and rest and rest[0].start == row[0].start:
        rest = rest[1:]  # a line's number
    every = sorted([*(q for _, q in found), *rest], key=lambda q: q.start)
    sentence = Sentence(flow.text, block.start, block.end, grid.blocks[number], every, [])
    label = _label(row, columns)
    line = Line(label.text if label else "", _level(row, label))
    line.is_total = is_total(line.label)
    frame = Frame.of(sentence, rules, book.cues, [(b.start, b.end) for b in above])
    for column, q in found:
        _put(line, frame, column, q, label)
    line.rows, line.joint = _parted(line.rows)
    dated = _period(row, columns)
    for made in line.rows:
        made.proof = proved.proof(made.cells.values())
        made.period = made.period or dated
    finds.fill(line.rows, frame)
    return line, sentence


def _parted(rows: list[Draft]) -> tuple[list[Draft], list[int]]:
    """Rows without money beside several counts of which none is their total: it belongs to neither.

    Returns:
        The rows, and where the numbers begin that none of them has.
    """
    counted = [row for row in rows if row.cells.keys() - _AMOUNTS]
    if len(counted) < 2 or len(counted) == len(rows):
        return rows, []
    joint = [q.start for row in rows if not row.cells.keys() - _AMOUNTS for q in row.cells.values()]
    return counted, joint


def _noun(row: Sequence[Cell], columns: Sequence[Column], book: Rulebook) -> str:
    """The unit of what a line counts, by its cell under ``Đơn vị tính``; empty where none is told."""
    units = (c for c, column in zip(row, columns, strict=False) if is_of_units(column.heading))
    told = next((cell.text for cell in units), "")
    named = book.grammar.find(f"1 {told.lower()}") if told else []
    return named[0].unit if named and named[0].start == 0 and not named[0].is_money else ""


def _of_known_unit(q: Quantity, column: Column, rules: TableRules) -> Quantity:
    """A number whose cell names what its column cannot count (``12 tờ`` households): of the column's unit."""
    named = column.entry.column if column.entry else ""
    known = {u for n in rules.numbers if n.unit_column and n.column == named for u in n.units}
    return q._replace(unit=column.unit) if column.unit in known and q.unit == OTHER != column.unit else q


def _counting(column: Column, q: Quantity, rules: TableRules) -> Column:
    """A column of counts as that of what its line counts: gifts are counted, people get something."""
    counts = [n for n in rules.numbers if n.unit_column]
    if column.entry is None or column.entry.column not in {n.column for n in counts}:
        return column
    told = {n.column for n in counts if q.unit in n.units}
    if column.entry.column in told or not told:
        return column
    return replace(column, entry=replace(column.entry, column=min(told)))


def _period(row: Sequence[Cell], columns: Sequence[Column]) -> Period | None:
    """The period that a line is headed by: ``2021`` under ``Năm``, or where no other word heads it."""
    for cell, column in zip(row, columns, strict=False):
        year = _YEAR.fullmatch(clean(cell.text))
        if column.is_label and (
            table_words().holds("time_heading", column.heading) or (year and cell is row[0])
        ):
            return period_in(periods().spelled(year.group()) if year else cell.text)
    return None


def _label(row: Sequence[Cell], columns: Sequence[Column]) -> Cell | None:
    """The cell that says what the line is about."""
    for cell, column in zip(row, columns, strict=False):
        told = cell.text and not _MARKER.fullmatch(cell.text) and not BARE.fullmatch(cell.text)
        if told and column.entry is None:
            return cell
    return None


def _level(row: Sequence[Cell], label: Cell | None) -> int:
    """How deep a line stands: by its name (``Tiểu dự án``), else by its marker."""
    name, words = label.text if label else "", table_words()
    if words.holds("subproject_line", name):
        return 3
    if words.holds("project_line", name):
        return 2
    marker = row[0].text.strip(" .)") if row else ""
    if regex.fullmatch(r"[IVX]+|[A-Z]", marker):
        return 1
    if regex.fullmatch(r"\d+(?:\.\d+)*", marker):
        return 2 + marker.count(".")
    return 3 if regex.fullmatch(r"[a-zđ]|[-+*]|", marker) and label and row[0] is not label else 2


def _put(line: Line, frame: Frame, column: Column, q: Quantity, label: Cell | None) -> None:
    """The number joins the row of its line that says the same and lacks its column, or begins one."""
    entry = column.entry
    if entry is None or (entry.column == "percent_stated" and not line.rows):
        return
    if entry.column == "percent_stated":
        same = [r for r in line.rows if r.values.get("kind") == entry.values.get("kind")] or line.rows
        same[-1].cells.setdefault(entry.column, q)
        return
    alike = [
        row
        for row in line.rows
        if entry.column not in row.cells
        and all(row.values.get(c) == value for c, value in column.values.items())
        and row.period == column.period
    ]
    # money beside `Tổng số nhà` and its parts is that of the total
    for row in (*(r for r in alike if r.named == column.is_sum), *(r for r in alike if r.named)):
        row.cells[entry.column] = q
        return
    rules = frame.rules
    marks = [m for m in frame.marks if not m.trigger.reason and m.end <= q.start]
    told = _telling(marks) or next(
        (
            told
            for start, end in frame.above
            if (told := _telling([m for m in frame.marks_in(start, end) if not m.trigger.reason]))
        ),
        None,
    )
    row = Draft(rules.table, frame.sentence, {entry.column: q}, f"{rules.table}.grid", named=column.is_sum)
    row.period, row.heading = column.period, column.heading
    said = told.trigger.values if told else {}
    row.values = {**rules.default, **column.fallback, **said, **column.values}
    number = next((n for n in rules.numbers if n.column == entry.column and n.unit_column), None)
    if number:
        row.values[number.unit_column] = number.codes.get(q.unit, q.unit)
    named = groups_of(frame.sentence.text, label) if label else []
    headed = groups().find(column.heading, 0, len(column.heading))
    # the words of heading and caption stand elsewhere: no label of the line's own
    told_above = headed or _above_all(frame)
    row.group = next(iter(named or [g._replace(start=q.start, end=q.start) for g in told_above]), None)
    if label and table_words().holds("place_line", label.text):
        row.values["place"] = label.text
    line.rows.append(row)


def _above_all(frame: Frame) -> list[GroupList]:
    """The group that all of a table is about: the only one that its caption names."""
    for start, end in frame.above:
        if found := groups().find(frame.sentence.text, start, end):
            return found[:1] if len({group.code for group in found}) == 1 else []
    return []


def _telling(marks: Sequence[Mark]) -> Mark | None:
    """The first trigger that says something (``xây mới``), else the first that is not weak."""
    strong = [m for m in marks if not m.trigger.weak]
    return next((m for m in strong if UNSAID not in m.trigger.values.values()), next(iter(strong), None))


def _quantity(cell: Cell, column: Column, book: Rulebook, noun: str = "") -> Quantity:
    unit = noun if noun and column.unit not in {"vnd", "percent"} else column.unit
    named = book.grammar.find(cell.text)
    if len(named) == 1 and named[0].start == 0 and named[0].is_money == (unit == "vnd"):
        return moved(named[0], cell.start)
    whole = unit != "percent" and column.scale == 1
    value, flags = parse_number(clean(cell.text), whole=whole)
    if is_signed(cell.text) or is_marked_oddly(cell.text):
        flags = (*flags, AMBIGUOUS)
    if column.assumed and unit == "vnd":
        value, flags = of_no_unit(value, flags)
    scaled = None if value is None else value * column.scale
    factor = Decimal(column.scale)
    return Quantity(
        cell.start, cell.end, cell.end, cell.end, scaled, unit, lead=cell.start, flags=flags, factor=factor
    )
