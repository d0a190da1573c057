"""Blocks of a Vietnamese administrative document, set on sheets one under the other.

The form is that of Nghị định 30/2020/NĐ-CP: a two-column head (issuer over its number on the left, the
national title over place and date on the right, each with a short rule), title, body in 13-14 pt, recipients
and signature side by side, page numbers at the top centre from page 2 on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from training.render import Margins, Rule, Seal, Sheet, Style, Text, set_line, wrap

NATION = ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc")


@dataclass(frozen=True)
class Cell:
    """A table cell: ``across`` columns wide and ``down`` rows high; ``align`` is l, c or r."""

    text: str
    across: int = 1
    down: int = 1
    bold: bool = False
    align: str = "c"


@dataclass
class Composer:
    """Sets blocks from top to bottom and opens a new sheet where one is full.

    ``y`` is the top of the next block, in points.
    """

    style: Style = field(default_factory=Style)
    margins: Margins = field(default_factory=Margins)
    page: tuple[float, float] = (595.0, 842.0)
    numbered: bool = True
    sheets: list[Sheet] = field(default_factory=list)
    y: float = 0.0

    def __post_init__(self) -> None:
        self.new_page()

    @property
    def sheet(self) -> Sheet:
        """The sheet that is being set."""
        return self.sheets[-1]

    @property
    def width(self) -> float:
        """Text width in points."""
        return self.page[0] - self.margins.left - self.margins.right

    def new_page(self) -> None:
        """Open a sheet; from the second on it carries its number."""
        self.sheets.append(Sheet(*self.page))
        self.y = self.margins.top
        if self.numbered and len(self.sheets) > 1:
            style = self.style.but(bold=False, italic=False)
            self._centre(str(len(self.sheets)), style, self.page[0] / 2, self.margins.top - 14)

    def room(self, height: float) -> None:
        """Open a sheet where less than ``height`` points are left."""
        if self.y + height > self.page[1] - self.margins.bottom:
            self.new_page()

    def space(self, points: float) -> None:
        """Leave a gap."""
        self.y += points

    def _centre(self, text: str, style: Style, x: float, y: float) -> None:
        self.sheet.texts.append(Text(x - style.width(text) / 2, y, text, style))

    def head(self, issuer: Sequence[str], number: str, dateline: str) -> None:
        """The two-column head; the last line of ``issuer`` is bold and ruled under."""
        left, right = self.margins.left + self.width * 0.21, self.margins.left + self.width * 0.71
        plain, bold = self.style.but(size=12.0), self.style.but(size=12.0, bold=True)
        top, step = self.y + 12, 16.0
        for i, line in enumerate(issuer):
            self._centre(line, bold if i == len(issuer) - 1 else plain, left, top + i * step)
        self._centre(NATION[0], bold, right, top)
        self._centre(NATION[1], bold.but(size=13.0), right, top + step)
        for x, i, half in ((left, len(issuer) - 1, 32.0), (right, 1, bold.width(NATION[1]) / 2)):
            y = top + i * step + 5
            self.sheet.rules.append(Rule(x - half, y, x + half, y, 0.8))
        y = top + max(len(issuer), 2) * step + 10
        self._centre(number, plain.but(size=13.0), left, y)
        self._centre(dateline, plain.but(size=13.0, italic=True), right, y)
        self.y = y + 18

    def title(self, lines: Sequence[str]) -> None:
        """The document's type and subject, bold, centred, ruled under."""
        style = self.style.but(bold=True)
        for line in lines:
            for part in wrap(line, style, self.width * 0.92):
                self.y += style.height
                self._centre(part, style, self.page[0] / 2, self.y)
        rule = (self.page[0] / 2 - 45, self.y + 6, self.page[0] / 2 + 45, self.y + 6)
        self.sheet.rules.append(Rule(*rule, 0.8))
        self.y += 14

    def paragraph(self, text: str, *, bold: bool = False, italic: bool = False, indent: float = 28.0) -> None:
        """A justified paragraph, its first line indented."""
        style = self.style.but(bold=bold, italic=italic)
        lines = wrap(text, style, self.width, indent)
        for i, line in enumerate(lines):
            self.room(style.height)
            shift = indent if i == 0 else 0.0
            self.y += style.height
            baseline = self.y - style.height * 0.22
            stretch = self.width - shift if i < len(lines) - 1 else None
            set_line(self.sheet, line, style, self.margins.left + shift, baseline, stretch)
        self.y += style.size * 0.3

    def centred(self, text: str, *, bold: bool = False, italic: bool = False) -> None:
        """One or more centred lines."""
        style = self.style.but(bold=bold, italic=italic)
        for line in wrap(text, style, self.width):
            self.room(style.height)
            self.y += style.height
            self._centre(line, style, self.page[0] / 2, self.y - style.height * 0.22)

    def table(
        self,
        widths: Sequence[float],
        rows: Sequence[Sequence[Cell]],
        size: float = 12.0,
        *,
        ruled: bool = True,
        over_pages: bool = False,
    ) -> None:
        """A table with wrapped and spanning cells.

        Args:
            widths: relative column widths; the table fills the text width.
            rows: cells in reading order; a cell that spans rows is given in its first row only.
            size: font size in points.
            ruled: whether rules are drawn around the cells.
            over_pages: whether it may go on over a page, its headings not repeated; else it is kept on one.
        """
        grid = _place(rows, len(widths))
        total = sum(widths)
        edges = [self.margins.left + self.width * sum(widths[:i]) / total for i in range(len(widths) + 1)]
        style = self.style.but(size=size)
        heights = _row_heights(grid, len(rows), edges, style)
        # the first line stays with the headings that span others
        together = max(cell.down for row, _, cell in grid if row == 0) + 1 if over_pages else len(rows)
        self.room(sum(heights[:together]) + 8)
        first, top = 0, self.y + 6
        for number in range(len(rows)):
            bottom = top + sum(heights[first : number + 1])
            if number >= together and bottom > self.page[1] - self.margins.bottom:
                self.new_page()
                first, top = number, self.y + 6
            for row, column, cell in grid:
                if row == number:
                    x0, x1 = edges[column], edges[column + cell.across]
                    y0, y1 = (top + sum(heights[first:end]) for end in (row, row + cell.down))
                    self._cell(cell, style, (x0, y0, x1, y1), ruled)
        self.y = top + sum(heights[first:]) + 10

    def _cell(self, cell: Cell, style: Style, box: tuple[float, float, float, float], ruled: bool) -> None:
        x0, y0, x1, y1 = box
        if ruled:
            self.sheet.rules += [Rule(x0, y0, x1, y0), Rule(x0, y1, x1, y1), Rule(x0, y0, x0, y1)]
            self.sheet.rules.append(Rule(x1, y0, x1, y1))
        face = style.but(bold=cell.bold)
        lines = wrap(cell.text, face, x1 - x0 - 6)
        y = (y0 + y1 - len(lines) * face.height) / 2 + face.height * 0.78
        for line in lines:
            x = {"l": x0 + 4, "r": x1 - 4 - face.width(line)}.get(
                cell.align, (x0 + x1 - face.width(line)) / 2
            )
            self.sheet.texts.append(Text(x, y, line, face))
            y += face.height

    def signature(
        self,
        recipients: Sequence[str],
        capacity: Sequence[str],
        name: str,
        seal: str = "",
        signed: bool = True,
    ) -> None:
        """Recipients on the left, capacity, (seal,) and name on the right, kept on one sheet."""
        self.room(150)
        small, bold = self.style.but(size=11.0), self.style.but(bold=True)
        top = self.y + 8
        self.sheet.texts.append(
            Text(self.margins.left, top + 12, "Nơi nhận:", self.style.but(size=12.0, bold=True, italic=True))
        )
        for i, line in enumerate(recipients):
            self.sheet.texts.append(Text(self.margins.left, top + 27 + i * 14, line, small))
        centre = self.margins.left + self.width * 0.74
        for i, line in enumerate(capacity):
            self._centre(line, bold, centre, top + 12 + i * 17)
        foot = top + 12 + len(capacity) * 17 + (62 if signed else 12)
        self._centre(name, bold, centre, foot)
        if seal:
            # left of the signature, biting into the capacity above; the name below stays free
            self.sheet.seals.append(Seal(centre - 72, foot - 62, 48, seal))
        self.y = max(foot, top + 27 + len(recipients) * 14) + 16


def _place(rows: Sequence[Sequence[Cell]], columns: int) -> list[tuple[int, int, Cell]]:
    """Row and column of each cell, where spanning cells from above take their room."""
    taken: set[tuple[int, int]] = set()
    placed = []
    for r, row in enumerate(rows):
        column = 0
        for cell in row:
            while (r, column) in taken:
                column += 1
            if column + cell.across > columns:
                message = f"table row {r + 1} is wider than {columns} columns at {cell.text!r}"
                raise ValueError(message)
            placed.append((r, column, cell))
            taken |= {(r + i, column + j) for i in range(cell.down) for j in range(cell.across)}
            column += cell.across
    return placed


def _row_heights(
    grid: Sequence[tuple[int, int, Cell]], rows: int, edges: Sequence[float], style: Style
) -> list[float]:
    """Row heights in points; a cell over several rows stretches the last of them."""
    heights = [style.height + 6] * rows
    for row, column, cell in sorted(grid, key=lambda item: item[2].down):
        width = edges[column + cell.across] - edges[column] - 6
        wanted = len(wrap(cell.text, style.but(bold=cell.bold), width)) * style.height + 6
        missing = wanted - sum(heights[row : row + cell.down])
        heights[row + cell.down - 1] += max(missing, 0.0)
    return heights
