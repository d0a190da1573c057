"""Papers of other kinds than reports: forms to fill in, rolls, bulletins of two columns, wide annexes."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from training.layout import Cell, Composer
from training.render import Sheet, Style, set_line, wrap

Words = Callable[[int], str]
"""So many words of prose."""

FAMILIES = ("Lò", "Quàng", "Tăng", "Phùng", "Đinh", "Vừ", "Hạng", "Lưu", "Chu", "Ngô", "Sùng", "Trịnh")
MIDDLES = ("Thị", "Văn", "Bá", "A", "Seo", "Kim", "Quang", "Đức")
GIVEN = (
    "Nhịp",
    "Lịch",
    "Khuyên",
    "Oanh",
    "Nghị",
    "Toàn",
    "Dế",
    "Ngoan",
    "Thước",
    "Hảo",
    "Phìn",
    "Ín",
    "Dung",
)
HAMLETS = ("Cây Trám", "Đồng Giếng", "Pa Khôm", "Khe Lạnh", "Bến Gót", "Tẩu Nà")
BLANKS = (
    "Họ và tên", "Ngày, tháng, năm sinh", "Nơi ở hiện nay", "Số định danh", "Nghề nghiệp",
    "Nội dung đề nghị", "Ý kiến của thôn", "Người làm chứng", "Số điện thoại",
)  # fmt: skip


def _one(of: tuple[str, ...], rng: np.random.Generator) -> str:
    return of[int(rng.integers(len(of)))]


def _name(rng: np.random.Generator) -> str:
    return f"{_one(FAMILIES, rng)} {_one(MIDDLES, rng)} {_one(GIVEN, rng)}"


def _day(rng: np.random.Generator) -> str:
    return f"{rng.integers(1, 29):02}/{rng.integers(1, 13):02}/{rng.integers(1948, 2016)}"


def form(style: Style, words: Words, rng: np.random.Generator) -> Sheet:
    """A form, filled in by typewriter, dots where nothing is."""
    composer = Composer(style, numbered=False)
    composer.title(["ĐƠN ĐỀ NGHỊ", words(5)])
    fillings = (
        _name,
        _day,
        lambda rng: f"thôn {_one(HAMLETS, rng)}",
        lambda rng: f"{rng.integers(10**11, 10**12)}",
    )
    for number, label in enumerate(BLANKS):
        filled = fillings[number](rng) if number < len(fillings) else words(int(rng.integers(2, 7)))
        line = f"{number + 1}. {label}: {filled} "
        # in two cases of three the dots go on to the margin
        if rng.random() < 0.67:
            line += "." * int((composer.width - style.width(line)) / style.width(".") - 2)
        composer.paragraph(line.strip(), indent=0.0)
    composer.paragraph(words(int(rng.integers(20, 45))))
    composer.signature([], ["NGƯỜI LÀM ĐƠN"], _name(rng))
    return composer.sheets[0]


def roll(style: Style, words: Words, rng: np.random.Generator) -> Sheet:
    """A roll of people: narrow cells, no rules in every other."""
    composer = Composer(style, numbered=False)
    composer.centred(f"DANH SÁCH {words(6).upper()}", bold=True)
    heads = ("TT", "Họ và tên", "Ngày sinh", "Thôn", "Số tiền")
    rows = [[Cell(text, bold=True) for text in heads]]
    for number in range(int(rng.integers(8, 30))):
        cells = (str(number + 1), _name(rng), _day(rng), _one(HAMLETS, rng), f"{rng.integers(2, 900)}.000")
        rows.append([Cell(text, align="l" if k in {1, 3} else "c") for k, text in enumerate(cells)])
    composer.table([0.5, 2.4, 1.3, 1.4, 1.1], rows, size=11.0, ruled=bool(rng.random() < 0.5))
    return composer.sheets[0]


def bulletin(style: Style, words: Words, rng: np.random.Generator) -> Sheet:
    """A heading over two columns of prose."""
    composer = Composer(style, numbered=False)
    composer.title([f"BẢN TIN SỐ {rng.integers(2, 90)}"])
    face, gap = style.but(size=style.size - 1), 20.0
    width, top = (composer.width - gap) / 2, composer.y + 10
    bottom = composer.page[1] - composer.margins.bottom - float(rng.uniform(0, 300))
    for column in range(2):
        x, y = composer.margins.left + column * (width + gap), top
        while y < bottom:
            for line in wrap(words(int(rng.integers(20, 50))) + ".", face, width, 14.0):
                y += face.height
                if y < bottom:
                    set_line(composer.sheet, line, face, x, y)
    return composer.sheets[0]


def wide(style: Style, words: Words, rng: np.random.Generator) -> Sheet:
    """An annex across the page: many columns of numbers."""
    composer = Composer(style, numbered=False, page=(842.0, 595.0))
    composer.centred(f"BIỂU {rng.integers(1, 20)}: {words(7).upper()}", bold=True)
    columns = int(rng.integers(5, 9))
    heads = ["TT", "Đơn vị", *(words(2) for _ in range(columns))]
    rows = [[Cell(text, bold=True) for text in heads]]
    for number in range(int(rng.integers(5, 13))):
        numbers = [f"{rng.integers(0, 99999):,}".replace(",", ".") for _ in range(columns)]
        row = (str(number + 1), f"{words(2)} {_one(HAMLETS, rng)}", *numbers)
        rows.append([Cell(text, align="l" if k == 1 else "c") for k, text in enumerate(row)])
    composer.table([0.5, 2.4, *([1.2] * columns)], rows, size=11.0)
    composer.paragraph(words(int(rng.integers(8, 25))), italic=True)
    return composer.sheets[0]


PAPERS = {"form": form, "roll": roll, "bulletin": bulletin, "wide": wide}
