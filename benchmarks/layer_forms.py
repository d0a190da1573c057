"""Pages as printed: the forms in which offices set text, drawn from given paragraphs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from benchmarks import spoiled
from benchmarks.layer_papers import PAPERS
from pipeline.model import Box
from training.degrade import ProfileName
from training.layout import Cell, Composer
from training.render import Sheet, Style

FONTS = ("Tinos", "Noto Serif", "Arimo", "DejaVu Serif", "TeX Gyre Termes")
"""The last has outlines that our writer of born-digital pages does not take: for scans alone."""
SIZES = (11.0, 12.0, 13.0, 14.0)
SCANT = (
    "PHỤ LỤC I",
    "Biểu số 02/GN",
    "Trang 4",
    "- 3 -",
    "(Còn tiếp)",
    "PHẦN THỨ HAI",
    "Mẫu số 05",
    "Kèm theo Quyết định",
)

Spot = tuple[str, Box]
"""A word of a layer and its place in points."""


@dataclass(frozen=True)
class Manner:
    """How a set's pages look: their forms, the resolutions in which they are scanned, and what that does."""

    forms: tuple[str, ...]
    resolutions: tuple[int, ...]
    damages: tuple[ProfileName, ...]


OFFICE = Manner(
    ("prose", "head", "table", "short", "list", "cover", "scant"),
    (150, 200, 200, 300),
    ("clean", "office", "office"),
)


PAPER = Manner(
    ("prose", "form", "roll", "bulletin", "short", "wide", "list", "cover", "scant"),
    (100, 150, 200, 200, 300),
    ("clean", "office", "office", "fax"),
)


@dataclass(frozen=True)
class Source:
    """What pages are drawn from: paragraphs, foreign paragraphs, the seed of all chance, their manner."""

    texts: Sequence[str]
    foreign: Sequence[str]
    seed: int
    manner: Manner = OFFICE

    def rng(self, *what: int) -> np.random.Generator:
        """Chance of its own for each page."""
        return np.random.default_rng([self.seed, *what])


def sheet(source: Source, form: str, rng: np.random.Generator, *, scanned: bool = True) -> Sheet:
    """One page of a form, its text, face and size by chance."""
    family = FONTS[int(rng.integers(len(FONTS) - (not scanned)))]
    composer = Composer(Style(family, float(rng.choice(SIZES))), numbered=False)
    text = Prose(source.texts, rng)
    if form in PAPERS:
        return PAPERS[form](composer.style, text.words, rng)
    if form == "head":
        composer.head(
            ["UBND HUYỆN LẠC KHUÔNG", "XÃ TÂN KHUÊ"], "Số: 52/BC-UBND", "Tân Khuê, ngày 31 tháng 7 năm 2024"
        )
        composer.title(["BÁO CÁO", "Kết quả thực hiện công tác giảm nghèo"])
    if form in {"prose", "head"}:
        while len(composer.sheets) == 1:
            if rng.random() < 0.3:
                composer.paragraph(f"{rng.integers(1, 9)}. {text.words(6)}", bold=True)
            composer.paragraph(text.paragraph())
    elif form == "table":
        _table(composer, rng)
        composer.paragraph(text.words(int(rng.integers(12, 60))))
    elif form == "short":
        composer.paragraph(text.words(int(rng.integers(15, 50))))
        composer.signature(["- Như trên;", "- Lưu: VT."], ["TM. ỦY BAN NHÂN DÂN", "CHỦ TỊCH"], "Lò Văn Sáng")
    elif form == "list":
        composer.paragraph(text.words(8), bold=True)
        for _ in range(int(rng.integers(4, 14))):
            composer.paragraph(f"- {text.words(int(rng.integers(4, 12)))}: {rng.integers(2, 900)} hộ;")
    elif form == "cover":
        composer.space(180)
        composer.style = composer.style.but(size=20.0)
        composer.centred(f"ĐỀ ÁN {text.words(8).upper()}", bold=True)
        composer.style = composer.style.but(size=13.0)
        composer.space(260)
        composer.centred("Lạc Khuông, tháng 7 năm 2024", italic=True)
    else:
        composer.centred(SCANT[int(rng.integers(len(SCANT)))], bold=True)
        if rng.random() < 0.6:
            composer.paragraph(text.words(int(rng.integers(3, 11))))
    return composer.sheets[0]


class Prose:
    """Paragraphs in an order by chance."""

    def __init__(self, texts: Sequence[str], rng: np.random.Generator) -> None:
        self._texts, self._rng = texts, rng

    def paragraph(self) -> str:
        """Any of them."""
        return self._texts[int(self._rng.integers(len(self._texts)))]

    def words(self, count: int) -> str:
        """So many words from a paragraph's beginning, of several where one is too short."""
        found: list[str] = []
        while len(found) < count:
            found += self.paragraph().split()
        return " ".join(found[:count]).strip(".,;: ")


def _table(composer: Composer, rng: np.random.Generator) -> None:
    drawn = spoiled.tables(1, "both", int(rng.integers(1_000_000)))[0]
    composer.centred(drawn.caption, bold=True)
    rows = [
        [Cell(text, bold=n == 0, align="l" if n and k == 1 else "c") for k, text in enumerate(row)]
        for n, row in enumerate(drawn.truth)
    ]
    composer.table([0.6, 2.6, *([1.2] * (len(rows[0]) - 2))], rows, size=11.0)


def other_numbers(page: Sheet, rng: np.random.Generator) -> Sheet:
    """The same page with other digits in its numbers."""

    def changed(text: str) -> str:
        return "".join(str(int(rng.integers(10))) if c.isdigit() else c for c in text)

    return replace(page, texts=[replace(item, text=changed(item.text)) for item in page.texts])


def spots(page: Sheet) -> list[Spot]:
    """A sheet's words at their places."""
    found = []
    for item in page.texts:
        x = item.x
        for word in item.text.split(" "):
            width = item.style.width(word)
            box = Box(x, item.y - 0.9 * item.style.size, x + width, item.y + 0.22 * item.style.size)
            if word:
                found.append((word, box))
            x += width + item.style.width(" ")
    return found
