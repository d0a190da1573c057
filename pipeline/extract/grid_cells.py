"""Tables on the page as cells: their lines, headings, captions, and what stands in a cell of numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import chain, pairwise

import regex

from pipeline.extract.arithmetic import REPAIRED
from pipeline.extract.blocks import Block
from pipeline.extract.collapsed import CollapsedTable
from pipeline.extract.drafts import Draft
from pipeline.extract.flow import Flow
from pipeline.extract.groups import GroupList, groups
from pipeline.extract.numerals import MALFORMED, parse_number
from pipeline.extract.proved import Proved
from pipeline.extract.quantity import Quantity
from pipeline.extract.sentence import Sentence
from pipeline.extract.sheet import clean, is_numeral
from pipeline.extract.tabbed import CELL
from pipeline.extract.table_sums import Proof, prove
from pipeline.extract.table_words import table_words

_DIGIT, _LETTER = regex.compile(r"[0-9]"), regex.compile(r"\p{L}")
_RULING = regex.compile(rf"(?<=\s|^)\|(?=\s|$)|{CELL}")
_DASH = regex.compile(r"[-–—]+")
_SIGNED = regex.compile(r"[-–—]\s*[0-9]")
# dust and the ends of rules, read as signs beside the words of a cell
_SPECKS = regex.compile(r"\s+[—._:;'`‘’|~^\"“”]+\s+")
_SPECKS_BEFORE = regex.compile(r"(?:[-–—_.,:;'`‘’|~^\"“”]+\s+)+")
_SPECKS_ALONE = "-–—_.,:;'`‘’|~^\"“”"
LEAST_DONG = 1_000_000
"""The least amount that a table without a unit may mean in đồng; of 1,083 amounts of loans and budgets in
labelled texts none but nought is below twelve times that. What is printed smaller is in another unit."""
LONGEST_CELL = 40
"""Characters of a number's cell; what is longer is prose."""


@dataclass(frozen=True, slots=True)
class Cell:
    """``text[start:end]`` of the flow, trimmed."""

    start: int
    end: int
    text: str


@dataclass
class Grid:
    """Lines of cells that follow each other; ``blocks`` are the numbers of their blocks in the flow.

    ``headings`` is what stands over each column where the lines of headings are no cells: then the first
    ``head`` lines are they. ``assumed`` are columns whose unit is worked out, not printed;
    ``doubtful`` flags of numbers that contradict others, by where their cells begin.
    """

    rows: list[list[Cell]] = field(default_factory=list)
    blocks: list[int] = field(default_factory=list)
    headings: tuple[str, ...] = ()
    head: int = 0
    assumed: frozenset[int] = frozenset()
    doubtful: Mapping[int, str] = field(default_factory=dict)

    @property
    def width(self) -> int:
        """The number of columns."""
        return max(len(row) for row in self.rows)


@dataclass
class Reading:
    """What a document's tables hold.

    ``lines``: every line with a number as a sentence, and the rows of loans.csv that it makes. ``prose``: the
    other cells, as ``(start, end, block)`` spans, to be read like any sentence. ``repaired``: the numbers
    that sums put right, each with its print. ``refused``: why numbers are of no row, by where they begin.
    """

    lines: list[tuple[Sentence, list[Draft]]] = field(default_factory=list)
    prose: list[tuple[int, int, int]] = field(default_factory=list)
    repaired: list[tuple[Quantity, str]] = field(default_factory=list)
    refused: dict[int, str] = field(default_factory=dict)


def is_number(text: str) -> bool:
    """Whether a cell of a number column holds a number, whole, damaged, or with its unit; a dash is zero."""
    return bool(_DASH.fullmatch(text) or (_DIGIT.search(text) and len(text) <= LONGEST_CELL))


def unit_of(text: str) -> str:
    """The words of a heading or caption that name the unit of its money; empty where none do.

    >>> unit_of("Đơn vị: triệu đồng, hộ"), unit_of("Số tiền (nghìn đồng)")
    ('Đơn vị: triệu đồng', '(nghìn đồng)')
    >>> unit_of("Cho vay huyện Triệu Sơn theo hợp đồng"), unit_of("Mỗi hộ được 5 triệu đồng.")
    ('', '')
    """
    found = table_words().patterns["money_unit"].search(" ".join(text.split()))
    return str(found.group()) if found else ""


def of_no_unit(value: Decimal | None, flags: tuple[str, ...]) -> tuple[Decimal | None, tuple[str, ...]]:
    """An amount of a table that names no unit: of đồng where it is a million or nothing, else unknown.

    >>> of_no_unit(Decimal(5_420_000), ()), of_no_unit(Decimal(48_730), ())
    ((Decimal('5420000'), ('unit_assumed',)), (None, ('unit_assumed',)))
    """
    return value if not value or value >= LEAST_DONG else None, (*flags, "unit_assumed")


def is_signed(text: str) -> bool:
    """Whether a number has a minus before it: less than nothing, or a ruling's remains."""
    return bool(_SIGNED.match(text))


def with_doubt(grid: Grid, column: int, q: Quantity) -> Quantity:
    """A column's number, flagged where its unit is not printed or where it contradicts others."""
    if column in grid.assumed:
        q = q._replace(flags=(*q.flags, "unit_assumed"))
    flag = grid.doubtful.get(q.start, "")
    if not flag or flag in q.flags or REPAIRED in q.flags:
        return q
    return q._replace(value=None if flag == MALFORMED else q.value, flags=(*q.flags, flag))


def holds_number(cell: Cell, proved: Proved) -> bool:
    """Whether a cell of a number column holds a number; a lone sign is one where a sum waits for it."""
    return is_number(cell.text) or (cell.start in proved.findings and bool(cell.text))


def grids(flow: Flow) -> Iterator[Grid]:
    """The tables of a document, in order; a table that goes on over a page break is one."""
    collapsed = {flow.lines[table.first].start: table for table in flow.collapsed}
    inside = -1
    grid = Grid()
    for number, block in enumerate(flow.blocks):
        if block.start <= inside:
            continue
        if block.start in collapsed:
            if grid.rows:
                yield _unmerged(_evened(flow, grid))
                grid = Grid()
            table = collapsed[block.start]
            yield _read_back(table, number)
            inside = table.rows[-1].start
        elif block.kind == "row":
            grid.rows.append(cells(flow, block))
            grid.blocks.append(number)
        elif grid.rows:
            yield _unmerged(_evened(flow, grid))
            grid = Grid()
    if grid.rows:
        yield _unmerged(_evened(flow, grid))


def _read_back(table: CollapsedTable, number: int) -> Grid:
    """A table whose columns collapsed; ``number`` is that of its first block."""
    head = int(table.first < table.body)
    rows = [[Cell(*cell) for cell in row.cells] for row in table.rows]
    count = head + len(rows)
    return Grid(
        [[]] * head + rows,
        list(range(number, number + count)),
        table.headings,
        head,
        table.assumed,
        table.doubtful,
    )


def _evened(flow: Flow, grid: Grid) -> Grid:
    """A table over several pages without its lines' numbers, where these were not read on one of them."""
    pages: dict[int, list[list[Cell]]] = {}
    for number, row in zip(grid.blocks, grid.rows, strict=True):
        pages.setdefault(flow.page_of(flow.blocks[number].start), []).append(row)
    if len(pages) < 2:
        return grid
    bare = [max(map(len, rows)) == grid.width - 1 and not _has_ordinals(rows) for rows in pages.values()]
    full = [max(map(len, rows)) == grid.width and _has_ordinals(rows) for rows in pages.values()]
    if not any(bare) or not any(full) or not all(a or b for a, b in zip(bare, full, strict=True)):
        return grid
    kept = chain.from_iterable(
        (row[1:] for row in rows) if numbered else rows
        for rows, numbered in zip(pages.values(), full, strict=True)
    )
    return Grid(list(kept), grid.blocks)


def _unmerged(grid: Grid) -> Grid:
    """A table whose sums' labels reach over the column of ordinals, with a cell before them."""
    width = grid.width  # asked once: it looks through all rows
    full = [row for row in grid.rows if len(row) == width]
    short = [row for row in grid.rows if len(row) == width - 1]
    if not short or len(full) <= len(short) or not _has_ordinals(full[1:]):
        return grid
    for row in short:
        numbers = all(not c.text or is_number(c.text) for c in row[1:])
        if numbers and table_words().says("total_line", row[0].text):
            row.insert(0, Cell(row[0].start, row[0].start, ""))
    return grid


def _has_ordinals(rows: Sequence[Sequence[Cell]]) -> bool:
    """Whether the first column of some lines holds their numbers."""
    first = [row[0].text for row in rows if row[0].text]
    return 2 * sum(bool(regex.fullmatch(r"\d{1,3}\.?", text)) for text in first) > len(first)


def cells(flow: Flow, block: Block) -> list[Cell]:
    """The cells of a line."""
    found = []
    text = flow.text[block.start : block.end]
    at = 0
    for part in _RULING.split(text):
        body = part.strip()
        left = len(part) - len(part.lstrip())
        if _LETTER.search(body):  # a number's own are cleaned where it is read
            if specks := _SPECKS_BEFORE.match(body):
                left, body = left + specks.end(), body[specks.end() :]
            body = _without_specks_behind(body)
        start = block.start + at + left
        found.append(Cell(start, start + len(body), body))
        at += len(part) + 1
    return found


def _without_specks_behind(text: str) -> str:
    end = len(text)
    while (at := text.rfind(" ", 0, end)) >= 0 and not text[at + 1 : end].strip(_SPECKS_ALONE):
        end = at
    return text[:end]


def groups_of(text: str, label: Cell) -> list[GroupList]:
    """The groups that a line's label names; where its words stand on several lines, without their place."""
    if text[label.start : label.end] == label.text:
        found = groups().find(text, label.start, label.end)
    else:
        found = groups().find(label.text, 0, len(label.text))
        found = [group._replace(start=label.start, end=label.start) for group in found]
    code = groups().like(label.text)
    if code and code not in {group.code for group in found}:
        return [GroupList(label.start, label.start, code)]
    return found


def head_of(grid: Grid) -> int:
    """How many lines are headings: those before the first with a number that numbers or names no column."""
    if grid.headings:
        return grid.head
    for number, row in enumerate(grid.rows):
        numbers = [c.text for c in row if is_numeral(c.text) and _DIGIT.search(c.text)]
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
    width = grid.width
    if grid.headings:  # a line may have more cells than that
        return [*grid.headings, *[""] * (width - len(grid.headings))]
    parts: list[list[str]] = [[] for _ in range(width)]
    lowest = {c: n for n, row in enumerate(grid.rows[:head]) for c, cell in enumerate(row) if cell.text}
    for number in range(max(0, head - MOST_HEADINGS), head):
        row = grid.rows[number]
        last = ""
        for column in range(width):
            text = row[column].text if column < len(row) else ""
            if text:
                last = text
            elif lowest.get(column, -1) <= number:
                last = ""
            if last:
                parts[column].append(last)
    return [_SPECKS.sub(" ", " ".join(p).lower()) for p in parts]


MOST_HEADINGS = 30
"""Lines of headings at most: of a page of nothing else the last ones count."""


def caption_of(flow: Flow, grid: Grid) -> str:
    """The text right above a table: its caption or introduction."""
    first = grid.blocks[0]
    above = [b for b in flow.blocks[max(0, first - 2) : first] if b.kind != "row"]
    return " ".join(flow.text[b.start : b.end] for b in above)


def prove_grid(grid: Grid, head: int, headings: Sequence[str]) -> tuple[Proof, Proved]:
    """What a table's sums say, by cell and by number."""
    proof = prove([[cell.text for cell in row] for row in grid.rows], head, headings)
    return proof, Proved.of(grid, proof)


def unnamed_number(cell: Cell, proved: Proved, *, bare: bool) -> Quantity | None:
    """A number under a heading that no rule knows, by the others of its column; None where none stands.

    ``bare``: whether what looks like a number is one though its column is none of numbers.
    """
    if not _DIGIT.search(cell.text) and (cell.start not in proved.findings or _DASH.fullmatch(cell.text)):
        return None  # a lone sign is a number's remains only where a sum waits for one
    if cell.start in proved.values:
        value = proved.values[cell.start]
    elif bare and regex.fullmatch(r"[0-9][0-9.,]*", cell.text):
        value, _ = parse_number(clean(cell.text), whole=True)
    else:
        return None
    flags = () if value is not None else (MALFORMED,)
    return Quantity(cell.start, cell.end, cell.end, cell.end, value, "other", lead=cell.start, flags=flags)
