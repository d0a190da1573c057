"""Pages of our own documents, printed and scanned in the ways in which archives hold them.

Heads in two columns, prose, lists and signatures of benchmarks/own and benchmarks/forms, without their tables
(bench-forms has those). The truth is what was set on the sheet, so that it is known to the letter.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import groupby
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from benchmarks.drawn import sheets
from benchmarks.shared import ROOT
from samples.pdf import scan_pdf, stamped
from training.degrade import PROFILES, Profile, degrade
from training.render import Seal, Sheet, Style, Text, paint

SOURCES = (
    ("own/txt/bao-cao-huyen-6-thang-2024.txt", Style("Tinos", 13.0), 1),
    ("own/txt/bao-cao-xa-2023.txt", Style("TeX Gyre Termes", 14.0), 1),
    ("own/txt/ke-hoach-huyen-2025.txt", Style("Tinos", 13.0), 2),
    ("forms/sources/ke-hoach-tinh-2025.txt", Style("Noto Serif", 12.0), 1),
)
"""Documents, how they are set, and which of their pages is scanned."""
OFFICE = Profile(skew=0.5, blur=0.5, noise=8.0, specks=10, paper=245, ink=26, jpeg=72)
SEALS = 3
"""Seals laid over the figures of a page."""
APART = 130.0
"""Points between them, and from the page's edge."""
STAMP = ["Ký bởi: ỦY BAN NHÂN DÂN", "Cơ quan: Huyện Phú Vân", "Thời gian ký: 05/07/2024 09:12:44 +07:00"]
BORDER = 0.06
"""Dark strips around a page that was scanned with the lid open, as shares of its width."""
SHADE = 0.35
"""How much darker paper is at the edge of an uneven scan than at the other."""


@dataclass(frozen=True)
class Scan:
    """A way of scanning; ``asked`` are those that the target counts, the others are shown beside."""

    name: str
    dpi: int = 200
    profile: Profile = OFFICE
    colour: bool = False
    bilevel: bool = False
    seals: bool = False
    stamp: bool = False
    border: bool = False
    shade: bool = False
    turned: bool = False
    asked: bool = True


SCANS = (
    Scan("300 dpi", 300),
    Scan("200 dpi"),
    Scan("150 dpi", 150),
    Scan("100 dpi", 100),
    Scan("askew by up to 4°", profile=replace(OFFICE, skew=4.0)),
    Scan("red seals over text", colour=True, seals=True),
    Scan("fax, 200 dpi", profile=replace(PROFILES["fax"], skew=0.5), bilevel=True),
    Scan("black and white, 300 dpi", 300, replace(OFFICE, threshold=140, jpeg=None), bilevel=True),
    Scan("JPEG 30, 150 dpi", 150, replace(OFFICE, jpeg=30)),
    Scan("JPEG 30, 200 dpi, colour", profile=replace(OFFICE, jpeg=30), colour=True),
    Scan("dark borders", border=True, asked=False),
    Scan("back side shows through", profile=replace(OFFICE, show_through=0.35), asked=False),
    Scan("dark, uneven paper", shade=True, profile=replace(OFFICE, paper=215, ink=45), asked=False),
    Scan("e-signature over the scan", stamp=True, asked=False),
    Scan("on its side", turned=True, asked=False),
)


@dataclass(frozen=True)
class Printed:
    """A scanned page: its PDF and what is printed on it, columns read across, and one after the other."""

    file: Path
    across: str
    down: str = field(repr=False)


def pages(scan: Scan, folder: Path) -> Iterator[Printed]:
    """Draw and scan the pages, each a PDF of its own in ``folder``."""
    for number, sheet in enumerate(_sheets()):
        rng = np.random.default_rng([len(SCANS), number])
        sealed = replace(sheet, seals=_seals(sheet)) if scan.seals else sheet
        image = degrade(_shaded(paint(sealed, scan.dpi, scan.colour), scan), rng, scan.profile, scan.dpi)
        if scan.border:
            image = _bordered(image)
        if scan.turned:
            image = image.transpose(Image.Transpose.ROTATE_90)
        data = scan_pdf([image], scan.dpi, scan.profile.jpeg or 75, bilevel=scan.bilevel)
        file = folder / f"{number}.pdf"
        file.write_bytes(stamped(data, STAMP) if scan.stamp else data)
        yield Printed(file, *truths(sheet.texts))


@cache
def _sheets() -> tuple[Sheet, ...]:
    found = []
    for name, style, number in SOURCES:
        text = (ROOT / "benchmarks" / name).read_text(encoding="utf-8")
        # a caption or unit stands for its table alone
        lines = [line for line in text.splitlines() if " | " not in line and not line.startswith("Biểu ")]
        found.append(sheets("\n".join(lines), style, ruled=True)[number - 1])
    return tuple(found)


def truths(texts: Sequence[Text]) -> tuple[str, str]:
    """What is printed line by line, and with the columns of heads and signatures one after the other."""
    lines = [
        sorted(line, key=lambda t: t.x)
        for _, line in groupby(sorted(texts, key=lambda t: (t.y, t.x)), key=lambda t: t.y)
    ]
    across = "\n".join(" ".join(t.text for t in line) for line in lines)
    down: list[str] = []
    for apart, run in groupby(lines, key=_in_columns):
        block = list(run)
        if apart:
            down += [line[0].text for line in block] + [line[1].text for line in block]
        else:
            down += [" ".join(t.text for t in line) for line in block]
    return across, "\n".join(down)


def _in_columns(line: Sequence[Text]) -> bool:
    """Whether a line is two texts that stand apart; words of a justified line are many, or near."""
    if len(line) != 2:
        return False
    left, right = line
    return right.x - left.x - left.style.width(left.text) > 2 * left.style.size


def _seals(sheet: Sheet) -> list[Seal]:
    """Seals over figures of the body, spread over the page."""
    chosen: list[Text] = []
    for text in sorted(sheet.texts, key=lambda t: t.y):
        free = not chosen or text.y - chosen[-1].y > APART
        if free and any(c.isdigit() for c in text.text) and APART < text.y < sheet.height - APART:
            chosen.append(text)
    return [Seal(_figure(t), t.y - 4, 48.0, "ỦY BAN NHÂN DÂN * HUYỆN PHÚ VÂN * ") for t in chosen[:SEALS]]


def _figure(text: Text) -> float:
    """Where a text's first figure begins."""
    at = next(i for i, c in enumerate(text.text) if c.isdigit())
    return text.x + text.style.width(text.text[:at])


def _shaded(image: Image.Image, scan: Scan) -> Image.Image:
    """Paper that is darker towards one edge."""
    if not scan.shade:
        return image
    light = np.linspace(1 - SHADE, 1, image.width)
    pixels: NDArray[np.float64] = np.asarray(image) * light
    return Image.fromarray(pixels.astype(np.uint8))


def _bordered(image: Image.Image) -> Image.Image:
    """The page on a dark ground that shows on two sides, as with the lid open."""
    strip = round(BORDER * image.width)
    ground = Image.new(image.mode, image.size, 25)
    ground.paste(image, (strip, -strip))
    return ground
