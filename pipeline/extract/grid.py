"""Tables on the page: lines whose cells are joined by ``|`` become rows by their headings.

A heading is all the text above a column, spanning cells included; it tells flow, measure and unit. Which
lines are totals of which, and what sums prove, ``table_sums`` tells; where a total holds one number under a
heading of two columns, the sum also tells which of the two it is.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

import regex

from pipeline.extract.amounts import grammar
from pipeline.extract.drafts import Draft
from pipeline.extract.flow import Flow
from pipeline.extract.grid_cells import (
    Cell,
    Grid,
    Reading,
    caption_of,
    grids,
    groups_of,
    head_of,
    headings_of,
    holds_number,
    is_number,
    is_signed,
    of_no_unit,
    prove_grid,
    unit_of,
    unnamed_number,
    with_doubt,
)
from pipeline.extract.groups import groups
from pipeline.extract.loan_pairs import BORROWERS
from pipeline.extract.numerals import AMBIGUOUS, parse_number
from pipeline.extract.periods import Period, period_in, periods
from pipeline.extract.proved import Proved
from pipeline.extract.quantity import Quantity
from pipeline.extract.rules import TableRules
from pipeline.extract.sentence import Sentence, moved
from pipeline.extract.sheet import clean, is_marked_oddly
from pipeline.extract.table_sums import Proof

FLOWS = ("overdue", "outstanding", "repaid", "disbursed")


@dataclass(frozen=True, slots=True)
class Column:
    """What a column holds: ``kind`` is ordinal, label, unit, borrowers, amount_vnd or empty.

    ``assumed``: its unit of money is named neither there nor above the table.
    """

    heading: str
    kind: str
    flow: str = ""
    scale: int = 1
    planned: bool = False
    period: Period | None = None
    assumed: bool = False


def read(flow: Flow, rules: TableRules, skip: frozenset[int] = frozenset()) -> Reading:
    """All tables of a document but those whose first block is in ``skip``; no cell is passed over."""
    reading = Reading()
    for grid in grids(flow):
        if grid.blocks[0] in skip:
            continue
        head = head_of(grid)
        headings = headings_of(grid, head)
        named = {heading: _column(heading, rules) for heading in dict.fromkeys(headings)}
        columns = [named[heading] for heading in headings]
        if not any(column.flow for column in columns):
            columns = _of_caption(columns, caption_of(flow, grid), rules)
        if not _is_of_credit(flow, grid, rules):
            columns = [replace(c, kind="", flow="") if c.flow else c for c in columns]
        columns = _beside(columns, rules)
        columns = [_named(c, k, grid, head) for k, c in enumerate(columns)]
        columns = [_timed(c, caption_of(flow, grid), rules) for c in columns]
        columns = [_scaled(c, caption_of(flow, grid)) for c in columns]
        proof, proved = prove_grid(grid, head, headings)
        lines = [_line(flow, grid, number, columns, rules, proved) for number in range(head, len(grid.rows))]
        _totals(grid, dict(enumerate(lines, head)), columns, proof, proved)
        _name_group(lines, flow, grid, rules)
        reading.lines += lines
        reading.repaired += proved.repaired(q for sentence, _ in lines for q in sentence.quantities)
        for number, row in enumerate(grid.rows):
            sentence = lines[number - head][0] if number >= head else None
            taken = sorted(q.start for q in sentence.quantities) if sentence else []
            reading.prose += [
                (cell.start, cell.end, grid.blocks[number])
                for cell in row
                if cell.text and bisect_left(taken, cell.start) == bisect_left(taken, cell.end)
            ]
    return reading


# ---- headings ---------------------------------------------------------------------------------


def _column(heading: str, rules: TableRules, assumed: str = "") -> Column:
    def is_(name: str) -> bool:
        return bool(rules.parts[f"grid.{name}"].search(heading))

    flow = next((f for f in FLOWS if is_(f)), assumed)
    scale = grammar().scale(heading)
    for kind in ("ordinal", "unit"):
        if is_(kind):
            return Column(heading, kind)
    # the innermost words decide: `tổng số dư nợ: số hộ` counts households
    if is_("count") and not is_("never_count"):
        return Column(heading, "borrowers" if flow else "", flow, 1, is_("planned"))
    if is_("money"):
        return Column(heading, "amount_vnd" if flow else "", flow, scale, is_("planned"))
    return Column(heading, "label" if is_("label") else "")


def _is_of_credit(flow: Flow, grid: Grid, rules: TableRules) -> bool:
    """Whether a table's title, headings or labels speak of credit: other money is paid out too."""
    words = " ".join(cell.text for row in grid.rows for cell in row if cell.text)
    return bool(rules.parts["grid.needs"].search(f"{caption_of(flow, grid)} {words}".lower()))


def _named(column: Column, number: int, grid: Grid, head: int) -> Column:
    """A column under ``Đơn vị`` names units of measure or, where its cells name none, places and offices."""
    if column.kind != "unit":
        return column
    cells = [row[number].text for row in grid.rows[head:] if number < len(row) and row[number].text]
    units = sum(any(q.end == len(text) + 2 for q in grammar().find(f"1 {text}")) for text in cells)
    return column if 2 * units >= len(cells) else replace(column, kind="label")


def _of_caption(columns: Sequence[Column], caption: str, rules: TableRules) -> list[Column]:
    """Columns whose flow the caption tells: ``Kết quả cho vay … năm 2021`` over ``Số hộ``, ``Số tiền``."""
    flow = next((f for f in FLOWS if rules.parts[f"grid.{f}"].search(caption.lower())), "")
    if not flow:
        return list(columns)
    return [_column(f"{c.heading}", rules, flow) if c.kind == "" else c for c in columns]


def _beside(columns: Sequence[Column], rules: TableRules) -> list[Column]:
    """A count whose heading names no flow is of the money beside it: ``Doanh số cho vay | Số lượt hộ``."""
    found = list(columns)
    for place, column in enumerate(columns):
        if column.kind or not rules.parts["grid.count"].search(column.heading):
            continue
        for near in (place - 1, place + 1):
            money = found[near] if 0 <= near < len(found) else _NONE
            known = [c for c in found if c.kind == "borrowers" and c.flow == money.flow]
            if money.kind == "amount_vnd" and not known:
                found[place] = Column(column.heading, "borrowers", money.flow, 1, money.planned)
                break
    return found


def _scaled(column: Column, caption: str) -> Column:
    """A column of money whose heading names no unit, with the caption's: ``Đơn vị: triệu đồng, hộ``."""
    if column.kind != "amount_vnd" or column.scale > 1 or unit_of(column.heading):
        return column
    told = unit_of(caption)
    return replace(column, scale=grammar().scale(told), assumed=not told)


def _timed(column: Column, caption: str, rules: TableRules) -> Column:
    """A column with the period of its heading or, of a caption that names several, the one behind its flow.

    ``Kết quả cho vay năm 2023 và dư nợ đến ngày 30/11/2023``
    """
    if not column.flow:
        return column
    if own := period_in(column.heading, caption):
        return replace(column, period=own)
    told = rules.parts[f"grid.{column.flow}"].search(caption.lower())
    mentions = [m for m in periods().find(caption) if m.reading != "open"]
    behind = [m for m in mentions if told and m.start >= told.end()]
    return replace(column, period=behind[0].period) if behind and len(mentions) > 1 else column


# ---- lines ------------------------------------------------------------------------------------


def _line(
    flow: Flow, grid: Grid, number: int, columns: Sequence[Column], rules: TableRules, proved: Proved
) -> tuple[Sentence, list[Draft]]:
    row, block = grid.rows[number], flow.blocks[grid.blocks[number]]
    label = _label(row, columns)
    noun = next((c.text for c, col in zip(row, columns, strict=False) if col.kind == "unit"), "")
    numbers: list[tuple[Column, Quantity]] = [
        (col, with_doubt(grid, place, proved.put(_quantity(cell, col))))
        for place, (cell, col) in enumerate(zip(row, columns, strict=False))
        if col.kind in {"borrowers", "amount_vnd"} and holds_number(cell, proved)
    ]
    # a number under a heading that no rule knows is still listed, as unclaimed
    rest = [
        proved.put(q)
        for cell, col in zip(row, columns, strict=False)
        if col.kind in {"", "label"} and (q := unnamed_number(cell, proved, bare=col.kind == ""))
    ]
    every = sorted([*(q for _, q in numbers), *rest], key=lambda q: q.start)
    sentence = Sentence(flow.text, block.start, block.end, grid.blocks[number], every, [])
    drafts = []
    if label and not rules.parts["grid.total"].search(label.text):
        for name, planned in dict.fromkeys((col.flow, col.planned) for col, _ in numbers):
            own = {col.kind: q for col, q in numbers if (col.flow, col.planned) == (name, planned)}
            drafts.append(_draft(sentence, name, planned, own, label, noun))
            drafts[-1].proof = proved.proof(own.values())
            drafts[-1].period = _period(columns, name, planned)
    return sentence, drafts


def _label(row: Sequence[Cell], columns: Sequence[Column]) -> Cell | None:
    named = [c for c, col in zip(row, columns, strict=False) if col.kind == "label" and c.text]
    free = [
        c
        for c, col in zip(row, columns, strict=False)
        if col.kind != "unit"
        and c.text
        and not regex.fullmatch(r"[0-9.,\s–-]+", c.text)
        and not regex.fullmatch(r"[IVX]+|[a-zđ]\)?", c.text)
    ]
    return next(iter([*named, *free]), None)


def _quantity(cell: Cell, column: Column) -> Quantity:
    counted = column.kind == "borrowers"
    unit = "household" if counted else "vnd"
    named = grammar().find(cell.text)
    if len(named) == 1 and named[0].start == 0 and named[0].is_money != counted:
        # the cell names its unit itself: `1.200 hộ`
        return moved(named[0], cell.start)
    value, flags = parse_number(clean(cell.text), whole=counted or column.scale == 1)
    if is_signed(cell.text) or is_marked_oddly(cell.text):
        flags = (*flags, AMBIGUOUS)
    if column.assumed:
        value, flags = of_no_unit(value, flags)
    scaled = None if value is None else value * column.scale
    return Quantity(
        cell.start,
        cell.end,
        cell.end,
        cell.end,
        scaled,
        unit,
        lead=cell.start,
        flags=flags,
        factor=Decimal(column.scale),
    )


def _draft(
    sentence: Sentence, flow_name: str, planned: bool, own: dict[str, Quantity], label: Cell, noun: str
) -> Draft:
    draft = Draft("loans", sentence, own, "loans.grid", {"flow": flow_name, "credit_programme": label.text})
    if "borrowers" in own:
        named = grammar().find(f"1 {noun}")
        draft.values["borrower_unit"] = BORROWERS.get(named[0].unit if named else "household")
    found = groups_of(sentence.text, label)
    draft.group = found[0] if found else None
    if planned:
        draft.values["status"] = "planned"
    return draft


def _name_group(
    lines: Sequence[tuple[Sentence, list[Draft]]], flow: Flow, grid: Grid, rules: TableRules
) -> None:
    """Let lines of places have the one group that a caption lends to: ``Cho vay hộ nghèo theo xã``."""
    drafts = [draft for _, found in lines for draft in found]
    above = flow.blocks[max(grid.blocks[0] - 1, 0)]
    named = groups().find(flow.text, above.start, above.end)
    if not drafts or above.kind == "row" or any(d.group for d in drafts) or len({g.code for g in named}) != 1:
        return
    if rules.parts["grid.lends_to"].search(flow.text, above.start, named[0].start):
        for draft in drafts:
            draft.group = named[0]


# ---- totals -----------------------------------------------------------------------------------


def _totals(
    grid: Grid,
    lines: Mapping[int, tuple[Sentence, list[Draft]]],
    columns: Sequence[Column],
    proof: Proof,
    proved: Proved,
) -> None:
    """Make the rows of a line that is a sum the totals of the rows of its lines."""
    for number, members in proof.members.items():
        sentence, drafts = lines[number]
        below = [d for member in members for d in lines[member][1] if d.parent is None]
        every = all(lines[member][1] for member in members)
        for name, planned in dict.fromkeys(_kind(d) for d in below):
            parts = [d for d in below if _kind(d) == (name, planned)]
            total = next((d for d in drafts if _kind(d) == (name, planned)), None)
            if total is None:
                own_columns = [c if (c.flow, c.planned) == (name, planned) else _NONE for c in columns]
                own = _total_cells(grid.rows[number], own_columns, parts)
                if not own:
                    continue
                own = {column: proved.put(q) for column, q in own.items()}
                total = Draft("loans", sentence, own, "loans.grid", {"flow": name})
                total.period = _period(columns, name, planned)
                if "borrowers" in own:
                    total.values["borrower_unit"] = _shared_unit(parts)
                if planned:
                    total.values["status"] = "planned"
                drafts.append(total)
            total.exhaustive = every
            for part in parts:
                part.parent, part.breakdown = total, 1
            total.children = parts


_NONE = Column("", "")


def _period(columns: Sequence[Column], flow: str, planned: bool) -> Period | None:
    return next((c.period for c in columns if (c.flow, c.planned) == (flow, planned) and c.period), None)


def _kind(draft: Draft) -> tuple[str, bool]:
    """Flow, and whether it is a plan: a plan's column and its result's are two tables side by side."""
    return str(draft.values["flow"]), draft.values.get("status") == "planned"


def _total_cells(
    row: Sequence[Cell], columns: Sequence[Column], parts: Sequence[Draft]
) -> dict[str, Quantity]:
    """The total line's numbers by column; the parts' sum moves a number to where it proves."""
    own: dict[str, Quantity] = {}
    for cell, col in zip(row, columns, strict=False):
        if col.flow and is_number(cell.text):
            own[col.kind] = _quantity(cell, col)
    if len(own) != 1:
        return own
    kind, q = next(iter(own.items()))
    if q.value == _sum(parts, kind):
        return own
    other = "amount_vnd" if kind == "borrowers" else "borrowers"
    column = next((c for c in columns if c.kind == other), None)
    cell = next(c for c in row if c.start == q.start)
    if column:
        moved = _quantity(cell, column)
        if moved.value is not None and moved.value == _sum(parts, other):
            return {other: moved}
    return own


def _sum(parts: Sequence[Draft], kind: str) -> Decimal | None:
    values = [d.value(kind) for d in parts]
    return None if not values or None in values else sum((v for v in values if v is not None), Decimal(0))


def _shared_unit(parts: Sequence[Draft]) -> str | None:
    units = {str(d.values["borrower_unit"]) for d in parts if d.values.get("borrower_unit")}
    return units.pop() if len(units) == 1 else None
