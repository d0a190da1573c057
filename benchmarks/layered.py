"""PDF pages of every class of text layer, drawn from known texts: what judging layers is measured on.

A page is drawn as offices draw them (prose, first pages, tables, short pages, lists, covers, pages with a
line or two), and gets a layer of its class. Hidden layers are what Tesseract really reads on the drawn page,
or the page's own words at their own places; broken fonts are whole fonts whose map from glyphs to letters is
spoiled. The same seed and texts give the same pages.

What a class is: ``good``: nine in ten words of the layer are those of the page; ``ruined``: fewer than seven
in ten. Layers between the two are drawn again, for nobody can say what they are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from io import BytesIO

import numpy as np
from PIL import Image
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from benchmarks.layer_drawing import BROKEN, read, remapped, right, scan, scanned_pdf, stamp
from benchmarks.layer_forms import Prose, Source, Spot, other_numbers, sheet, spots
from pipeline.intake.codes import encoding
from pipeline.model import Box
from samples.pdf import born_digital, registered
from training.layout import Composer
from training.render import Sheet

CLASSES = ("good", "legacy", "ruined", "partly_ruined", "contradicted", "stamp_only", "none")
PAGES = 48
"""Pages of each class."""
GOOD, RUINED = 0.9, 0.7
"""Shares of words that are right, at least in a good layer and at most in a ruined one."""


@dataclass(frozen=True)
class Made:
    """A page made for judging: ``label`` is its class, ``how`` the way it was made, ``number`` its number."""

    label: str
    how: str
    form: str
    number: int
    data: bytes

    @property
    def name(self) -> str:
        """Class, way, form and number in one word."""
        return f"{self.label}-{self.how}-{self.form}-{self.number:02}".replace(" ", "_")


def _legacy(name: str) -> Callable[[str], str]:
    return lambda letter: encoding(name).codes.get(letter) or encoding(name).codes.get(letter.lower(), letter)


LEGACY = ("tcvn3", "vni", "tcvn3", "vni", "vps", "viscii")


# ---- pages of each class ------------------------------------------------------------------------


def made(source: Source, pages: int = PAGES, only: str = "") -> Iterator[Made]:
    """So many pages of each class, classes in the order of ``CLASSES``; or of one class ``only``."""
    for place, label in enumerate(CLASSES):
        if only not in {"", label}:
            continue
        ways = _WAYS[label]
        for number in range(pages):
            forms = source.manner.forms
            how, form = ways[number % len(ways)], forms[(number // len(ways) + number) % len(forms)]
            for turn in range(20):
                rng = source.rng(place, number, turn)
                data = _MAKERS[label](source, how, form, rng)
                if data is not None:
                    yield Made(label, how, form, number, data)
                    break


def _good(source: Source, how: str, form: str, rng: np.random.Generator) -> bytes | None:
    if how == "foreign":
        return born_digital([sheet(replace(source, texts=source.foreign), "prose", rng, scanned=False)])
    page = sheet(source, form, rng, scanned=how != "born digital")
    if how == "born digital":
        return born_digital([page])
    found = scan(page, source, rng)
    layer = spots(page) if how == "own words" else read(found, "vie")
    if right(layer, page) < GOOD:
        return None
    over = stamp(rng, page.width) if how == "vie, stamped" else None
    return scanned_pdf(found, layer, under=how == "vie, under", page=over)


def _of_legacy(source: Source, how: str, form: str, rng: np.random.Generator) -> bytes | None:
    page = sheet(source, form, rng, scanned=False)
    name = LEGACY[int(rng.integers(len(LEGACY)))]
    data = remapped(born_digital([page]), _legacy(name), {"all": None, "not bold": False}[how])
    coded = [item for item in page.texts if how == "all" or not item.style.bold]
    # a line of capitals or numbers alone may have no code in it
    return data if any(encoding(name).encode(item.text) != item.text for item in coded) else None


def _ruined(source: Source, how: str, form: str, rng: np.random.Generator) -> bytes | None:
    page = sheet(source, form, rng, scanned=not how.startswith("font "))
    if how.startswith("font "):
        change = BROKEN[how.removeprefix("font ")]
        if how.startswith("font marks") and sum(not item.text.isascii() for item in page.texts) < 0.4 * len(
            page.texts
        ):
            return None
        return remapped(born_digital([page]), change)
    found = scan(page, source, rng)
    layer = read(found, "eng")
    if not layer or right(layer, page) > RUINED:
        return None
    over = stamp(rng, page.width) if how == "eng, stamped" else None
    return scanned_pdf(found, layer, under=how == "eng, under", page=over)


_PARTED = {"prose", "head", "table", "list", "form", "roll", "bulletin", "wide"}
"""Forms with text enough to be ruined in part."""


def _partly(source: Source, how: str, form: str, rng: np.random.Generator) -> bytes | None:
    form = form if form in _PARTED else "head"
    page = sheet(source, form, rng, scanned=not (how.startswith("font ") or how == "inset"))
    if how.startswith("font "):
        bold = sum(len(item.text) for item in page.texts if item.style.bold)
        plain = sum(len(item.text) for item in page.texts if not item.style.bold)
        if min(bold, plain) < 20:
            return None
        return remapped(born_digital([page]), BROKEN[how.removeprefix("font ")], bool(rng.random() < 0.7))
    found = scan(page, source, rng)
    bottom = max(box.y1 for _, box in spots(page))
    middle = 57 + (bottom - 57) * float(rng.uniform(0.35, 0.65))
    upper = [spot for spot in read(found, "vie") if spot[1].y1 < middle]
    lower = [spot for spot in read(found, "eng") if spot[1].y0 > middle]
    printed = [replace(page, texts=[t for t in page.texts if (t.y < middle) == top]) for top in (True, False)]
    if len(upper) < 12 or len(spots(printed[1])) < 12 or right(upper, printed[0]) < GOOD - 0.1:
        return None
    if how == "inset":
        # the lower part is a picture on a born-digital page
        cut = round(middle * found.dpi / 72)
        picture = found.image.crop((0, cut, found.image.width, found.image.height))
        return _with_picture(printed[0], picture, middle)
    if how == "upper part":
        return scanned_pdf(found, upper)
    return scanned_pdf(found, [*upper, *lower]) if right(lower, printed[1]) < RUINED else None


def _with_picture(page: Sheet, picture: Image.Image, top: float) -> bytes:
    buffer, jpeg = BytesIO(), BytesIO()
    picture.convert("L").save(jpeg, "JPEG", quality=70)
    canvas = Canvas(buffer, pagesize=(page.width, page.height), invariant=1, pageCompression=1)
    canvas.drawImage(ImageReader(jpeg), 0, 0, page.width, page.height - top)
    for item in page.texts:
        canvas.setFont(registered(item.style), item.style.size)
        canvas.drawString(item.x, page.height - item.y, item.text)
    canvas.save()
    return buffer.getvalue()


_COUNTED = {"roll": "roll", "wide": "wide"}
"""Forms that are numbers for the most part."""


def _contradicted(source: Source, how: str, form: str, rng: np.random.Generator) -> bytes | None:
    page = sheet(source, _COUNTED.get(form, "table") if how == "other numbers" else form, rng)
    found = scan(page, source, rng)
    if how == "moved":
        return scanned_pdf(found, [(w, Box(b.x0, b.y0 + 90, b.x1, b.y1 + 90)) for w, b in spots(page)])
    if how == "shrunk":
        shrunk = [(w, Box(b.x0 * 0.6, b.y0 * 0.6, b.x1 * 0.6, b.y1 * 0.6)) for w, b in spots(page)]
        return scanned_pdf(found, shrunk)
    if how == "other numbers":
        layer = spots(other_numbers(page, rng))
    else:
        other = source.rng(99, int(rng.integers(1 << 30)))
        layer = spots(sheet(source, "prose" if how == "another page" else form, other))
        if how == "same face":
            layer = _in_its_face(source, page, source.rng(98, int(rng.integers(1 << 30))))
    return scanned_pdf(found, layer) if len(layer) > 1 and right(layer, page) < RUINED else None


def _in_its_face(source: Source, page: Sheet, rng: np.random.Generator) -> list[Spot]:
    """Other text in a page's own face and size, as far down as it goes: on its very lines."""
    style = page.texts[0].style.but(bold=False, italic=False, size=page.texts[-1].style.size)
    composer, text = Composer(style, numbered=False), Prose(source.texts, rng)
    while len(composer.sheets) == 1:
        composer.paragraph(text.paragraph())
    last = max(item.y for item in page.texts)
    return [spot for spot in spots(composer.sheets[0]) if spot[1].y1 < last + 8]


def _stamp_only(source: Source, how: str, form: str, rng: np.random.Generator) -> bytes | None:
    del how
    page = sheet(source, form, rng)
    return scanned_pdf(scan(page, source, rng), page=stamp(rng, page.width))


def _none(source: Source, how: str, form: str, rng: np.random.Generator) -> bytes | None:
    if how == "empty":
        return born_digital([Sheet()])
    return scanned_pdf(scan(Sheet() if how == "blank scan" else sheet(source, form, rng), source, rng))


_WAYS: dict[str, tuple[str, ...]] = {
    "good": (
        "born digital", "born digital", "vie", "vie, under", "born digital", "own words", "vie, stamped",
        "foreign",
    ),
    "legacy": ("all", "all", "not bold"),
    "ruined": (
        "eng", "font private", "eng", "font shifted", "eng, under", "font permuted", "eng, stamped",
        "font unknown", "eng", "font marks-private", "eng", "font no-map", "eng", "font marks-gone",
    ),
    "partly_ruined": (
        "font private", "lower part", "font permuted", "upper part", "font marks-gone", "lower part",
        "inset", "font shifted", "lower part", "font marks-private",
    ),
    "contradicted": (
        "another page", "same face", "moved", "other numbers", "another of its form", "same face", "shrunk",
    ),
    "stamp_only": ("stamp",),
    "none": ("scan", "scan", "scan", "scan", "empty", "blank scan"),
}  # fmt: skip
_MAKERS = {
    "good": _good, "legacy": _of_legacy, "ruined": _ruined, "partly_ruined": _partly,
    "contradicted": _contradicted, "stamp_only": _stamp_only, "none": _none,
}  # fmt: skip
