"""Pages of text drawn with known content: the truth comes first, the picture after it.

A page is a display list (``Sheet``: texts, rules, seals in PDF points from the top left), so that one
layout can be painted as an image (``paint``) or written as a born-digital PDF (``samples.pdf``), and every
word's place is known. ``render_lines`` is the short way from lines to a page image.

Fonts must have Vietnamese glyphs: Liberation 1.x draws boxes. Known families are in ``FAMILIES``; they are in
Debian's fonts-croscore, fonts-texgyre, fonts-noto-core and fonts-dejavu-core.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from math import cos, pi, sin
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from training.degrade import PROFILES, Profile, ProfileName, degrade

__all__ = [
    "A4", "FAMILIES", "PROFILES", "Margins", "MissingFontError", "Profile", "ProfileName", "Rule", "Seal",
    "Sheet", "Style", "Text", "degrade", "font_file", "lines_per_page", "paint", "render_lines", "wrap",
]  # fmt: skip

A4 = (595.0, 842.0)
"""Width and height in points."""

FONT_FOLDERS = (
    "/usr/share/fonts",
    "/usr/share/texmf/fonts",
    "/usr/local/share/fonts",
    "~/.local/share/fonts",
)

FAMILIES: dict[str, tuple[str, str, str, str]] = {
    "Tinos": ("Tinos-Regular.ttf", "Tinos-Bold.ttf", "Tinos-Italic.ttf", "Tinos-BoldItalic.ttf"),
    "Arimo": ("Arimo-Regular.ttf", "Arimo-Bold.ttf", "Arimo-Italic.ttf", "Arimo-BoldItalic.ttf"),
    "TeX Gyre Termes": (
        "texgyretermes-regular.otf",
        "texgyretermes-bold.otf",
        "texgyretermes-italic.otf",
        "texgyretermes-bolditalic.otf",
    ),
    "Noto Serif": (
        "NotoSerif-Regular.ttf",
        "NotoSerif-Bold.ttf",
        "NotoSerif-Italic.ttf",
        "NotoSerif-BoldItalic.ttf",
    ),
    "DejaVu Serif": ("DejaVuSerif.ttf", "DejaVuSerif-Bold.ttf", "DejaVuSerif.ttf", "DejaVuSerif-Bold.ttf"),
}
"""File names by family: regular, bold, italic, bold italic."""


class MissingFontError(Exception):
    """A font is not installed."""


@cache
def font_file(family: str, bold: bool = False, italic: bool = False) -> Path:
    """The font file of a family.

    Raises:
        MissingFontError: where the family is unknown or its file is in none of ``FONT_FOLDERS``.
    """
    if family not in FAMILIES:
        message = f"unknown font family {family!r}; known are {', '.join(FAMILIES)}"
        raise MissingFontError(message)
    name = FAMILIES[family][bold + 2 * italic]
    for folder in FONT_FOLDERS:
        for path in sorted(Path(folder).expanduser().rglob(name)):
            return path
    message = (
        f"font file {name} not found; install Debian's fonts-croscore fonts-texgyre fonts-noto-core "
        "fonts-dejavu-core (make does it: make samples)"
    )
    raise MissingFontError(message)


@dataclass(frozen=True)
class Style:
    """How text is set: family, size in points, leading as a multiple of the size, RGB colour 0-255."""

    family: str = "Tinos"
    size: float = 13.0
    bold: bool = False
    italic: bool = False
    leading: float = 1.25
    colour: tuple[int, int, int] = (0, 0, 0)

    def but(self, **changes: object) -> Style:
        """A copy with some fields changed."""
        return replace(self, **changes)  # type: ignore[arg-type]

    @property
    def height(self) -> float:
        """Line height in points."""
        return self.size * self.leading

    @property
    def path(self) -> Path:
        """The font's file."""
        return font_file(self.family, self.bold, self.italic)

    def width(self, text: str) -> float:
        """Width of ``text`` in points."""
        return _font(self.path, 1000).getlength(text) * self.size / 1000


@cache
def _font(path: Path, pixels: float) -> ImageFont.FreeTypeFont:
    # the basic engine: raqm is not everywhere, and NFC Vietnamese needs no shaping
    return ImageFont.truetype(str(path), pixels, layout_engine=ImageFont.Layout.BASIC)


@dataclass(frozen=True)
class Text:
    """A run of text: ``x`` is its left edge, ``y`` its baseline, in points from the page's top left."""

    x: float
    y: float
    text: str
    style: Style


@dataclass(frozen=True)
class Rule:
    """A straight black line, in points."""

    x0: float
    y0: float
    x1: float
    y1: float
    width: float = 0.6


@dataclass(frozen=True)
class Seal:
    """A round red seal with a star, semi-transparent: it may lie over words."""

    x: float
    y: float
    radius: float
    label: str
    opacity: float = 0.72


@dataclass
class Sheet:
    """One page as a display list; width and height in points."""

    width: float = A4[0]
    height: float = A4[1]
    texts: list[Text] = field(default_factory=list)
    rules: list[Rule] = field(default_factory=list)
    seals: list[Seal] = field(default_factory=list)


@dataclass(frozen=True)
class Margins:
    """In points; the defaults are those of Nghị định 30/2020/NĐ-CP (20 mm, left 30 mm, right 15 mm)."""

    top: float = 57.0
    right: float = 43.0
    bottom: float = 57.0
    left: float = 85.0


def wrap(text: str, style: Style, width: float, first: float = 0.0) -> list[str]:
    """Greedy line breaking of one paragraph.

    Args:
        text: the paragraph; runs of white space count as one space.
        style: font and size.
        width: line length in points.
        first: indent of the first line in points.
    """
    space = style.width(" ")
    lines: list[str] = []
    words: list[str] = []
    used = first
    for word in text.split():
        length = style.width(word)
        if words and used + length > width:
            lines.append(" ".join(words))
            words, used = [], 0.0
        words.append(word)
        used += length + space
    return [*lines, " ".join(words)] if words else lines


def set_line(sheet: Sheet, text: str, style: Style, x: float, y: float, width: float | None = None) -> None:
    """Put one line on a sheet, its baseline at ``y``; with a width it is justified to fill it."""
    words = text.split(" ")
    natural = style.width(text)
    gaps = len(words) - 1
    # a loose line (less than 3/4 full) is not stretched: it is a paragraph's end or a heading
    if width is None or gaps < 1 or not width * 0.75 <= natural <= width:
        sheet.texts.append(Text(x, y, text, style))
        return
    space = style.width(" ") + (width - natural) / gaps
    for word in words:
        sheet.texts.append(Text(x, y, word, style))
        x += style.width(word) + space


def paint(sheet: Sheet, dpi: int = 200, colour: bool = False) -> Image.Image:
    """Paint a sheet, black on white.

    Returns:
        A page image of ``round(width * dpi / 72)`` by ``round(height * dpi / 72)`` pixels, mode ``RGB``
        with ``colour``, else ``L``.
    """
    scale = dpi / 72
    size = (round(sheet.width * scale), round(sheet.height * scale))
    image = Image.new("RGB" if colour else "L", size, "white")
    draw = ImageDraw.Draw(image)
    for rule in sheet.rules:
        ends = [rule.x0 * scale, rule.y0 * scale, rule.x1 * scale, rule.y1 * scale]
        draw.line(ends, "black", max(1, round(rule.width * scale)))
    for item in sheet.texts:
        font = _font(item.style.path, item.style.size * scale)
        ink = item.style.colour if colour else sum(item.style.colour) // 3
        draw.text((item.x * scale, item.y * scale), item.text, ink, font, anchor="ls")
    for seal in sheet.seals:
        _paint_seal(image, seal, scale)
    return image


def _paint_seal(image: Image.Image, seal: Seal, scale: float) -> None:
    """Two rings, a star, the label round the ring; multiplied into the page like ink."""
    oversample = 3
    unit = scale * oversample
    side = round(2 * seal.radius * unit)
    mask = Image.new("L", (side, side), 0)
    draw = ImageDraw.Draw(mask)
    centre, radius = side / 2, side / 2
    for share, thickness in ((0.98, 1.4), (0.62, 0.8)):
        r = radius * share
        draw.ellipse(
            [centre - r, centre - r, centre + r, centre + r],
            outline=255,
            width=max(1, round(thickness * unit)),
        )
    star = [
        (
            centre + radius * (0.42 if i % 2 == 0 else 0.17) * sin(i * pi / 5),
            centre - radius * (0.42 if i % 2 == 0 else 0.17) * cos(i * pi / 5),
        )
        for i in range(10)
    ]
    draw.polygon(star, 255)
    font = _font(font_file("Arimo", bold=True), radius * 0.19)
    step = 2 * pi / max(len(seal.label), 1)
    for i, letter in enumerate(seal.label):
        tile = Image.new("L", (round(radius * 0.4),) * 2, 0)
        ImageDraw.Draw(tile).text((tile.width / 2, tile.height / 2), letter, 255, font, anchor="mm")
        angle = -pi + i * step
        tile = tile.rotate(-angle * 180 / pi, Image.Resampling.BICUBIC)
        at = (
            round(centre + radius * 0.8 * sin(angle) - tile.width / 2),
            round(centre - radius * 0.8 * cos(angle) - tile.height / 2),
        )
        mask.paste(255, (at[0], at[1], at[0] + tile.width, at[1] + tile.height), tile)
    final = mask.resize((side // oversample,) * 2, Image.Resampling.LANCZOS)
    final = final.point([round(value * seal.opacity) for value in range(256)])
    ink = (200, 24, 36) if image.mode == "RGB" else 90
    corner = (round((seal.x - seal.radius) * scale), round((seal.y - seal.radius) * scale))
    image.paste(ink, (*corner, corner[0] + final.width, corner[1] + final.height), final)


def lines_per_page(
    size_pt: float, leading: float = 1.25, margins: Margins | None = None, page: tuple[float, float] = A4
) -> int:
    """How many lines fit on a page."""
    m = margins or Margins()
    return int((page[1] - m.top - m.bottom) / (size_pt * leading))


def render_lines(
    lines: Iterable[str],
    font: str = "Tinos",
    size_pt: float = 13.0,
    dpi: int = 200,
    *,
    bold: bool = False,
    italic: bool = False,
    leading: float = 1.25,
    justified: bool = False,
    margins: Margins | None = None,
    page: tuple[float, float] = A4,
    colour: bool = False,
) -> list[Image.Image]:
    """Draw lines of text, each as one printed line, on as many pages as they need.

    Args:
        lines: the lines, NFC; a line too wide for the page is broken with ``wrap`` into several.
        font: a family of ``FAMILIES``.
        size_pt: font size in points.
        dpi: resolution of the images.
        bold: bold face.
        italic: italic face.
        leading: line height as a multiple of the size.
        justified: stretch full lines to the text width.
        margins: page margins in points.
        page: page width and height in points.
        colour: ``RGB`` instead of ``L`` images.

    Returns:
        Page images, at least one.

    Raises:
        MissingFontError: where the font is not installed.
    """
    m = margins or Margins()
    style = Style(font, size_pt, bold, italic, leading)
    width = page[0] - m.left - m.right
    printed = [part for line in lines for part in (wrap(line, style, width) or [""])]
    full = max(lines_per_page(size_pt, leading, m, page), 1)
    chunks: list[Sequence[str]] = [printed[i : i + full] for i in range(0, len(printed), full)] or [[]]
    return [
        paint(_lines_sheet(chunk, style, m, page, width if justified else None), dpi, colour)
        for chunk in chunks
    ]


def _lines_sheet(
    lines: Sequence[str], style: Style, m: Margins, page: tuple[float, float], width: float | None
) -> Sheet:
    sheet = Sheet(*page)
    for i, line in enumerate(lines):
        set_line(sheet, line, style, m.left, m.top + style.size + i * style.height, width)
    return sheet
