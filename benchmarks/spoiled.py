"""Tables of random numbers in which one digit is spoiled: what the arithmetic of tables is measured on.

Places, headings and figures are made up. The same seed gives the same tables.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from random import Random
from typing import Literal

from training.layout import Cell, Composer
from training.render import Sheet, Style

Sums = Literal["both", "below"]
"""Row and column sums, or one line ``Cộng`` below."""
Spoiling = Literal["swapped", "illegible"]

ILLEGIBLE = "§¡OlSB"
"""What OCR puts for a digit, in the order of no digit: which one is drawn says nothing about the number."""

PLACES = [
    "Xã An Lộc", "Xã Bình Sơn", "Xã Cẩm Hà", "Xã Đông Phú", "Xã Hải Ninh", "Xã Khánh Tân", "Xã Long Mỹ",
    "Thị trấn Minh Thạnh", "Xã Ngọc Vân", "Xã Phú Xuân", "Xã Quang Trung", "Xã Sơn Thủy",
]  # fmt: skip
THEMES: list[tuple[str, list[str]]] = [
    (
        "Dư nợ ủy thác qua các tổ chức hội (triệu đồng)",
        ["Hội Phụ nữ", "Hội Nông dân", "Hội Cựu chiến binh", "Đoàn Thanh niên", "Công đoàn", "Hội khác"],
    ),
    ("Số hộ nghèo qua các năm", ["2018", "2019", "2020", "2021", "2022", "2023"]),
    (
        "Kinh phí hỗ trợ theo nguồn (triệu đồng)",
        ["Trung ương", "Tỉnh", "Huyện", "Xã", "Xã hội hóa", "Lồng ghép"],
    ),
    (
        "Nhu cầu hỗ trợ của người dân",
        ["Nhà ở", "Nước sạch", "Nhà tiêu", "Việc làm", "Học nghề", "Bảo hiểm y tế"],
    ),
]
"""Captions and headings of columns."""
LENDING = "Kết quả cho vay năm 2023"
"""A table whose columns are counts and amounts of loans in turn: its lines are rows of loans.csv."""


@dataclass(frozen=True)
class Table:
    """A table as it was and as it is read.

    ``truth`` and ``printed`` are its lines of cells, headings first; they differ in ``spoiled`` alone (line,
    column). ``first`` is the number of heading lines.
    """

    name: str
    sums: Sums
    spoiling: Spoiling
    caption: str
    truth: Sequence[Sequence[str]]
    printed: Sequence[Sequence[str]]
    spoiled: tuple[int, int]
    first: int = 1

    @property
    def text(self) -> str:
        """The page as text: a line a row, cells joined by a bar."""
        return "\n".join([self.caption, *(" | ".join(row) for row in self.printed)]) + "\n"

    @property
    def wanted(self) -> str:
        """What stood in the spoiled cell."""
        line, column = self.spoiled
        return self.truth[line][column]

    def sheets(self) -> list[Sheet]:
        """The table as printed, ruled, on a page."""
        composer = Composer(Style("Tinos", 13.0))
        composer.centred(self.caption, bold=True)
        rows = [
            [
                Cell(text, bold=n < self.first, align="l" if n >= self.first and k == 1 else "c")
                for k, text in enumerate(row)
            ]
            for n, row in enumerate(self.printed)
        ]
        composer.table([0.6, 2.6, *([1.2] * (len(rows[0]) - 2))], rows, size=11.0)
        return composer.sheets


def vietnamese(value: Decimal) -> str:
    """A number as offices print it.

    >>> vietnamese(Decimal("8699.28")), vietnamese(Decimal("12"))
    ('8.699,28', '12')
    """
    whole, _, decimals = f"{value:f}".partition(".")
    return f"{int(whole):,}".replace(",", ".") + (f",{decimals}" if decimals else "")


def tables(count: int, sums: Sums, seed: int) -> list[Table]:
    """So many tables, digits swapped and digits illegible in turn."""
    rng = Random(f"{sums} {seed}")
    return [_table(rng, number, sums, "illegible" if number % 2 else "swapped") for number in range(count)]


def _table(rng: Random, number: int, sums: Sums, spoiling: Spoiling) -> Table:
    height, width = rng.randint(2, 8), rng.randint(2, 6)
    caption, headings = rng.choice(THEMES)
    lending = sums == "below" and rng.random() < 0.3
    if lending:
        width += width % 2
        caption, headings = LENDING, ["Số hộ vay", "Số tiền (triệu đồng)"] * 3
    # decimals in all columns that are added up to each other
    places = rng.choice([0, 0, 1, 2])
    digits = [0 if lending and not k % 2 else places for k in range(width)]
    body = [[_number(rng, digits[k]) for k in range(width)] for _ in range(height)]
    body.append([sum((row[k] for row in body), Decimal(0)) for k in range(width)])
    if sums == "both":
        body = [[*row, sum(row, Decimal(0))] for row in body]
    names = [*rng.sample(PLACES, height), rng.choice(["Cộng", "Tổng cộng", "Tổng số"])]
    ordinals = [*map(str, range(1, height + 1)), ""]
    head = ["TT", "Đơn vị", *headings[:width], *([rng.choice(["Cộng", "Tổng"])] if sums == "both" else [])]
    truth = [head]
    truth += [[o, name, *map(vietnamese, row)] for o, name, row in zip(ordinals, names, body, strict=True)]
    line, column = rng.randint(1, height + 1), rng.randrange(len(body[0])) + 2
    printed = [list(row) for row in truth]
    printed[line][column] = _spoil(rng, truth[line][column], spoiling)
    return Table(f"{sums}-{number:03}", sums, spoiling, caption, truth, printed, (line, column))


def _number(rng: Random, decimals: int) -> Decimal:
    whole = int(10 ** rng.uniform(0.8, 4.6))
    return Decimal(whole * 10**decimals + rng.randrange(10**decimals)).scaleb(-decimals)


def _spoil(rng: Random, text: str, spoiling: Spoiling) -> str:
    at = rng.choice([i for i, c in enumerate(text) if c.isdigit()])
    new = ILLEGIBLE if spoiling == "illegible" else "0123456789".replace(text[at], "")
    return text[:at] + rng.choice(new) + text[at + 1 :]
