"""A page image to ``model.Page``: prepare, erase table lines, read, compose."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from statistics import fmean, median
from typing import TYPE_CHECKING

import numpy as np

from pipeline.intake.affine import Affine, compose, scaling
from pipeline.language import quality
from pipeline.model import Box, Page
from pipeline.ocr import aligned, cells, commas, doubted, lines, lying, prepare, rulings, strips, tesseract
from pipeline.ocr.greys import percentile
from pipeline.ocr.prepare import Prepared
from pipeline.ocr.raster import Raster
from pipeline.ocr.rulings import Grid
from pipeline.ocr.words import Token
from pipeline.settings import Settings

if TYPE_CHECKING:
    from PIL import Image

_DOUBTED = 0.62
"""Mean confidence below which a page may stand on its side: those have 0.4-0.5, dense tables 0.78."""
_ORIENTATION_SURE = 1.0
_LONG = 3
_TALL = 0.3
"""Share of words of at least _LONG letters that are taller than wide on a page that lies on its side."""
_SPECK = 0.5
_BARS = frozenset("|¦")
_CAPTION = 0.6
"""Share of a table's width from which words over its headings are its caption."""
_BAND = 32
"""Pixels of page by which boxes are found."""
_BLANK_PIXELS = 8
_BLANK_DPI = 75


def page(
    image: Raster,
    number: int,
    settings: Settings,
    folder: Path,
    where: str,
    merge: Callable[[list[Token]], list[Token]] = list,
) -> Page:
    """Read a page image; one that stands on its side is turned.

    Args:
        image: the page image.
        number: the page's number, from 1.
        settings: language and limits.
        folder: a scratch folder.
        where: file and page for error lines.
        merge: what is made of the words of a page that stands upright before they are set in lines.

    Raises:
        LimitError, TimeoutReadError, MissingProgramError, DamagedError: as ``tesseract.read``.
    """
    grey = image.image.convert("L")
    if _empty(grey, image.dpi):  # less ink than one printed digit has
        return Page(
            number, "", width=image.width, height=image.height, source="ocr", dpi=image.dpi, blank=True
        )
    turn = _orientation(image, settings, folder, where) if lying.looks(grey, image.dpi) else 0
    turned = _read_turned(image, turn, number, settings, folder, where) if turn else None
    if turned is not None and _stands(turned):
        return _laid(turned, image, turn)
    found = _read(image, number, settings, folder, where, merge)
    if _stands(found):
        return found
    turn = turn or _orientation(image, settings, folder, where)
    if not turn:
        return found
    turned = turned or _read_turned(image, turn, number, settings, folder, where)
    better = _lies(found) > _lies(turned) or _worth(turned) > _worth(found)
    # on its side a table is read as many words, few of them words
    if not better or 2 * len(turned.words) * _worth(turned) < len(found.words) * _worth(found):
        return found
    return _laid(turned, image, turn)


def compose_text(tokens: list[Token], grids: tuple[Grid, ...], affine: Affine) -> list[lines.Line]:
    """The page's lines from top to bottom: tables row by row, the rest line by line.

    Args:
        tokens: words in points.
        grids: ruled tables in pixels.
        affine: from those pixels to points.
    """
    ruled, rest = cells.rows(tokens, grids, affine)
    open_, rest = aligned.rows(rest)
    return sorted([*ruled, *open_, *lines.lines(rest)], key=lambda line: line.top)


def _read(
    image: Raster,
    number: int,
    settings: Settings,
    folder: Path,
    where: str,
    merge: Callable[[list[Token]], list[Token]],
) -> Page:
    ready = prepare.prepare(image)
    found = rulings.find(ready.image, ready.dpi)
    plain = rulings.erased(ready.image, found)
    rest, strip = strips.cut(plain, found.grids, ready.dpi)
    words: list[tesseract.Read] = []
    if strip is None or not _empty(rest, ready.dpi):
        file = tesseract.saved(rest, folder / "page")
        words += tesseract.read(file, ready.dpi, settings, folder, where=where)
    if strip is not None:
        file = tesseract.saved(strip.image, folder / "strip")
        read = tesseract.read(file, ready.dpi, settings, folder, where=where, options="--psm 6")
        words += strips.placed(read, strip)
    words = _read_apart(words, rest, ready.dpi, settings, folder, where)
    if words and fmean(word.confidence for word in words) >= _DOUBTED:
        words = doubted.read_again(words, plain, ready.dpi, settings, folder, where)
    words = commas.restored(words, plain)
    tokens = merge(_believed([_token(word, ready) for word in words]))
    text, placed = lines.joined(compose_text(tokens, found.grids, ready.affine))
    sure = [word.confidence for word in placed if word.confidence is not None]
    return Page(
        number,
        text,
        placed,
        width=image.width,
        height=image.height,
        source="ocr",
        ocr_confidence=round(fmean(sure), 4) if sure else None,
        quality=quality.assess(text).score,
        dpi=image.dpi,
        blank=not placed,
    )


def _read_apart(
    words: list[tesseract.Read], image: Image.Image, dpi: int, settings: Settings, folder: Path, where: str
) -> list[tesseract.Read]:
    """The words, those in tables without rules read anew cell by cell: neighbours are taken for one word."""
    tokens = [Token(w.text, Box(w.x0, w.y0, w.x1, w.y1), w.line, w.confidence) for w in words]
    found, heads = aligned.cells(_believed([t for t in tokens if t.group[0] >= 0]))
    boxes = [_pixels(box, image.size) for box in found]
    for head in (_pixels(box, image.size) for box in heads):
        found_there = strips.blobs(image, head, dpi)
        # a caption over the headings is as wide as the table, or cut by the box's edge
        boxes += [b for b in found_there if b[2] - b[0] < _CAPTION * (head[2] - head[0]) and b[1] > head[1]]
    strip = strips.stack(image, boxes, dpi) if boxes else None
    if strip is None:
        return words
    file = tesseract.saved(strip.image, folder / "cells")
    read = tesseract.read(file, dpi, settings, folder, where=where, options="--psm 6")
    places = _Places(boxes)
    kept = [word for word in words if not places.hold(word)]
    # the lines of ruled tables' cells have the first numbers below nought
    first = 1 + max((-w.line[0] for w in kept if w.line[0] < 0), default=0)
    placed = strips.placed(read, strip)
    return [*kept, *(replace(w, line=(w.line[0] - first, *w.line[1:])) for w in placed)]


def _pixels(box: Box, size: tuple[int, int]) -> tuple[int, int, int, int]:
    """A box's pixels, as far as they lie on the page."""
    width, height = size
    return max(0, round(box.x0)), max(0, round(box.y0)), min(width, round(box.x1)), min(height, round(box.y1))


class _Places:
    """Boxes of a page, to ask whether words lie in any of them."""

    def __init__(self, boxes: Sequence[tuple[int, int, int, int]]) -> None:
        self._bands: dict[int, list[tuple[int, int, int, int]]] = {}
        for box in boxes:
            for band in range(box[1] // _BAND, box[3] // _BAND + 1):
                self._bands.setdefault(band, []).append(box)

    def hold(self, word: tesseract.Read) -> bool:
        """Whether a word's middle lies in one."""
        x, y = (word.x0 + word.x1) // 2, (word.y0 + word.y1) // 2
        return any(a <= x < c and b <= y < d for a, b, c, d in self._bands.get(y // _BAND, []))


def _token(word: tesseract.Read, ready: Prepared) -> Token:
    box = ready.affine.box(word.x0, word.y0, word.x1, word.y1)
    return Token(word.text, box, word.line, round(word.confidence, 4))


def _believed(tokens: list[Token]) -> list[Token]:
    """Words without specks and strokes that were taken for punctuation; a letter or digit always stays.

    A bar by itself is a stroke, and would read as the border between two cells.
    """
    if not tokens:
        return []
    height = median(token.height for token in tokens)
    return [
        token
        for token in tokens
        if any(c.isalnum() for c in token.text)
        or (
            (token.confidence or 0) >= _SPECK
            and token.height <= 2.5 * height
            and not set(token.text) <= _BARS
        )
    ]


def _empty(grey: Image.Image, dpi: int) -> bool:
    step = max(1, round(dpi / _BLANK_DPI))
    small = np.asarray(grey.reduce(step) if step > 1 else grey)
    return int((small < 0.75 * percentile(small, 75)).sum()) < _BLANK_PIXELS


def _orientation(image: Raster, settings: Settings, folder: Path, where: str) -> int:
    file = tesseract.saved(image.image.convert("L"), folder / "orientation")
    turn, sure = tesseract.orientation(file, image.dpi, settings, folder, where=where)
    return turn if sure >= _ORIENTATION_SURE else 0


def _read_turned(
    image: Raster, degrees: int, number: int, settings: Settings, folder: Path, where: str
) -> Page:
    """What the image reads when it is turned, as a page of its own."""
    return _read(_turned(image, degrees), number, settings, folder, where, list)


def _turned(image: Raster, degrees: int) -> Raster:
    """The image turned clockwise, as a page of its own."""
    turned = image.image.rotate(-degrees, expand=True)
    return replace(image, image=turned, affine=scaling(72 / image.dpi))


def _back(image: Raster, degrees: int) -> Affine:
    """From points of the turned image to those of the page that it came from."""
    width, height = image.image.size
    way = {
        90: Affine(0, -1, 1, 0, 0, height),
        180: Affine(-1, 0, 0, -1, width, height),
        270: Affine(0, 1, -1, 0, width, 0),
    }[degrees]
    return compose(image.affine, compose(way, scaling(image.dpi / 72)))


def _laid(turned: Page, image: Raster, degrees: int) -> Page:
    """A page that was turned for reading, its words' boxes on the page as it is shown."""
    back = _back(image, degrees)
    words = tuple(replace(word, box=word.box and back.image(word.box)) for word in turned.words)
    return replace(turned, words=words, rotation=degrees, width=image.width, height=image.height)


def _stands(read: Page) -> bool:
    """Whether a page was read as one that stands upright is."""
    return read.ocr_confidence is not None and read.ocr_confidence >= _DOUBTED and not _lies(read)


def _lies(read: Page) -> bool:
    """Whether words stand upright like books on a shelf: taller than wide."""
    boxes = [w.box for w in read.words if w.box is not None and w.end - w.start >= _LONG]
    tall = sum(box.y1 - box.y0 > box.x1 - box.x0 for box in boxes)
    return bool(boxes) and tall > _TALL * len(boxes)


def _worth(read: Page) -> float:
    """How surely a page was read, and as what language."""
    return (read.ocr_confidence or 0.0) * (0.1 + read.quality)
