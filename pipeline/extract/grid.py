"""Tables on the page: lines whose cells are joined by ``|`` become rows by their headings.

A heading is all the text above a column, spanning cells included; it tells flow, measure and unit. Which
lines are totals of which, and what sums prove, ``table_sums`` tells; where a total holds one number under a
heading of two columns, the sum also tells which of the two it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from itertools import pairwise

import regex

from pipeline.extract.amounts import Quantity, grammar
from pipeline.extract.flow import Block, Flow
from pipeline.extract.frames import Draft
from pipeline.extract.groups import groups
from pipeline.extract.loans import BORROWERS
from pipeline.extract.numerals import AMBIGUOUS, MALFORMED, parse_number
from pipeline.extract.periods import Period, period_in, periods
from pipeline.extract.proved import Proved
from pipeline.extract.rules import TableRules
from pipeline.extract.sentence import Sentence, moved
from pipeline.extract.sheet import clean, is_numeral
from pipeline.extract.table_sums import Proof, prove

_DASH = regex.compile(r"[-–—]+")
_SIGNED = regex.compile(r"[-–—]\s*[0-9]")
LONGEST_CELL = 40
"""Characters of a number's cell; what is longer is prose."""


def is_number(text: str) -> bool:
    """Whether a cell of a number column holds a number, whole, damaged, or with its unit; a dash is zero."""
    return bool(_DASH.fullmatch(text) or (regex.search(r"[0-9]", text) and len(text) <= LONGEST_CELL))


def is_signed(text: str) -> bool:
    """Whether a number has a minus before it: less than nothing, or a ruling's remains."""
    return bool(_SIGNED.match(text))


FLOWS = ("overdue", "outstanding", "repaid", "disbursed")


@dataclass(frozen=True, slots=True)
class Cell:
    """``text[start:end]`` of the flow, trimmed."""

    start: int
    end: int
    text: str


def holds_number(cell: Cell, proved: Proved) -> bool:
    """Whether a cell of a number column holds a number; a lone sign is one where a sum waits for it."""
    return is_number(cell.text) or (cell.start in proved.findings and bool(cell.text))


@dataclass
class Grid:
    """Lines of cells that follow each other; ``blocks`` are the numbers of their blocks in the flow."""

    rows: list[list[Cell]] = field(default_factory=list)
    blocks: list[int] = field(default_factory=list)

    @property
    def width(self) -> int:
        """The number of columns."""
        return max(len(row) for row in self.rows)


@dataclass(frozen=True, slots=True)
class Column:
    """What a column holds: ``kind`` is ordinal, label, unit, borrowers, amount_vnd or empty."""

    heading: str
    kind: str
    flow: str = ""
    scale: int = 1
    planned: bool = False
    period: Period | None = None


def grids(flow: Flow) -> Iterator[Grid]:
    """The tables of a document, in order; a table that goes on over a page break is one."""
    grid = Grid()
    for number, block in enumerate(flow.blocks):
        if block.kind == "row":
            grid.rows.append(cells(flow, block))
            grid.blocks.append(number)
        elif grid.rows:
            yield grid
            grid = Grid()
    if grid.rows:
        yield grid


def cells(flow: Flow, block: Block) -> list[Cell]:
    """The cells of a line."""
    found = []
    text = flow.text[block.start : block.end]
    at = 0
    for part in regex.split(r"(?<=\s|^)\|(?=\s|$)", text):
        start = block.start + at + len(part) - len(part.lstrip())
        body = part.strip()
        found.append(Cell(start, start + len(body), body))
        at += len(part) + 1
    return found


@dataclass
class Reading:
    """What a document's tables hold.

    ``lines``: every line with a number as a sentence, and the rows of loans.csv that it makes. ``prose``: the
    other cells, as ``(start, end, block)`` spans, to be read like any sentence. ``repaired``: the numbers
    that sums put right, each with its print.
    """

    lines: list[tuple[Sentence, list[Draft]]] = field(default_factory=list)
    prose: list[tuple[int, int, int]] = field(default_factory=list)
    repaired: list[tuple[Quantity, str]] = field(default_factory=list)


def read(flow: Flow, rules: TableRules, skip: frozenset[int] = frozenset()) -> Reading:
    """All tables of a document but those whose first block is in ``skip``; no cell is passed over."""
    reading = Reading()
    for grid in grids(flow):
        if grid.blocks[0] in skip:
            continue
        head = head_of(grid)
        headings = headings_of(grid, head)
        columns = [_column(heading, rules) for heading in headings]
        if not any(column.flow for column in columns):
            columns = _of_caption(columns, caption_of(flow, grid), rules)
        columns = _beside(columns, rules)
        columns = [_named(c, k, grid, head) for k, c in enumerate(columns)]
        columns = [_timed(c, caption_of(flow, grid), rules) for c in columns]
        proof, proved = prove_grid(grid, head, headings)
        lines = [_line(flow, grid, number, columns, rules, proved) for number in range(head, len(grid.rows))]
        _totals(grid, dict(enumerate(lines, head)), columns, proof, proved)
        reading.lines += lines
        reading.repaired += proved.repaired(q for sentence, _ in lines for q in sentence.quantities)
        for number, row in enumerate(grid.rows):
            sentence = lines[number - head][0] if number >= head else None
            taken = {q.start for q in sentence.quantities} if sentence else set()
            reading.prose += [
                (cell.start, cell.end, grid.blocks[number])
                for cell in row
                if cell.text and not any(cell.start <= at < cell.end for at in taken)
            ]
    return reading


# ---- headings ---------------------------------------------------------------------------------


def head_of(grid: Grid) -> int:
    """How many lines are headings: those before the first with a number that numbers or names no column."""
    for number, row in enumerate(grid.rows):
        numbers = [c.text for c in row if is_numeral(c.text) and regex.search(r"[0-9]", c.text)]
        filled = [c for c in row if c.text]
        counting = [str(i) for i in range(1, len(row) + 2)]
        ordinals = len(numbers) >= len(filled) - 1 and set(numbers) <= set(counting) and len(numbers) > 2
        if numbers and not ordinals and not (_are_years(numbers) and number == 0):
            return number
    return len(grid.rows)


def _are_years(numbers: Sequence[str]) -> bool:
    """Whether numbers are years one after the other: they head columns."""
    if not all(regex.fullmatch(r"(?:19|20)[0-9]{2}", n) for n in numbers):
        return False
    return all(int(b) == int(a) + 1 for a, b in pairwise(numbers))


def headings_of(grid: Grid, head: int) -> list[str]:
    """The heading of each column; a spanning cell's text reaches over the blank cells to its right."""
    parts: list[list[str]] = [[] for _ in range(grid.width)]
    for number in range(head):
        row = grid.rows[number]
        last = ""
        for column in range(grid.width):
            text = row[column].text if column < len(row) else ""
            below = any(column < len(r) and r[column].text for r in grid.rows[number + 1 : head])
            if text:
                last = text
            elif not below:
                last = ""
            if last:
                parts[column].append(last)
    return [" ".join(p).lower() for p in parts]


def _column(heading: str, rules: TableRules, assumed: str = "") -> Column:
    def is_(name: str) -> bool:
        return bool(rules.parts[f"grid.{name}"].search(heading))

    flow = next((f for f in FLOWS if is_(f)), assumed)
    scale = grammar().scale(heading)
    for kind in ("ordinal", "unit"):
        if is_(kind):
            return Column(heading, kind)
    # the innermost words decide: `tổng số dư nợ: số hộ` counts households
    if is_("count") and not regex.search(r"số tiền|triệu|đồng", heading):
        return Column(heading, "borrowers" if flow else "", flow, 1, is_("planned"))
    if is_("money"):
        return Column(heading, "amount_vnd" if flow else "", flow, scale, is_("planned"))
    return Column(heading, "label" if is_("label") else "")


def prove_grid(grid: Grid, head: int, headings: Sequence[str]) -> tuple[Proof, Proved]:
    """What a table's sums say, by cell and by number."""
    proof = prove([[cell.text for cell in row] for row in grid.rows], head, headings)
    return proof, Proved.of(grid, proof)


def _named(column: Column, number: int, grid: Grid, head: int) -> Column:
    """A column under ``Đơn vị`` names units of measure or, where its cells name none, places and offices."""
    if column.kind != "unit":
        return column
    cells = [row[number].text for row in grid.rows[head:] if number < len(row) and row[number].text]
    units = sum(any(q.end == len(text) + 2 for q in grammar().find(f"1 {text}")) for text in cells)
    return column if 2 * units >= len(cells) else replace(column, kind="label")


def caption_of(flow: Flow, grid: Grid) -> str:
    """The text right above a table: its caption or introduction."""
    first = grid.blocks[0]
    above = [b for b in flow.blocks[max(0, first - 2) : first] if b.kind != "row"]
    return " ".join(flow.text[b.start : b.end] for b in above)


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


def _timed(column: Column, caption: str, rules: TableRules) -> Column:
    """A column with the period of its heading or, of a caption that names several, the one behind its flow.

    ``Kết quả cho vay năm 2023 và dư nợ đến ngày 30/11/2023``
    """
    if not column.flow:
        return column
    if own := period_in(column.heading):
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
        (col, proved.put(_quantity(cell, col)))
        for cell, col in zip(row, columns, strict=False)
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


def unnamed_number(cell: Cell, proved: Proved, *, bare: bool) -> Quantity | None:
    """A number under a heading that no rule knows, by the others of its column; None where none stands.

    ``bare``: whether what looks like a number is one though its column is none of numbers.
    """
    if not regex.search(r"[0-9]", cell.text) and (
        cell.start not in proved.findings or _DASH.fullmatch(cell.text)
    ):
        return None  # a lone sign is a number's remains only where a sum waits for one
    if cell.start in proved.values:
        value = proved.values[cell.start]
    elif bare and regex.fullmatch(r"[0-9][0-9.,]*", cell.text):
        value, _ = parse_number(clean(cell.text), whole=True)
    else:
        return None
    flags = () if value is not None else (MALFORMED,)
    return Quantity(cell.start, cell.end, cell.end, cell.end, value, "other", lead=cell.start, flags=flags)


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
    if is_signed(cell.text):
        flags = (*flags, AMBIGUOUS)
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
    found = groups().find(sentence.text, label.start, label.end)
    draft.group = found[0] if found else None
    if planned:
        draft.values["status"] = "planned"
    return draft


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
