"""One page, from whatever it is to ``model.Page``: the room's front door."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from statistics import fmean

from pipeline.errors import DamagedError, ReadError
from pipeline.intake import children, layer, pdf, placement, text
from pipeline.intake.find import printable
from pipeline.intake.identify import FileInfo
from pipeline.intake.layer import Judgement
from pipeline.intake.pdf import Geometry
from pipeline.language import quality
from pipeline.model import Page, Word
from pipeline.ocr import cells, lines, raster, rulings, tesseract
from pipeline.ocr.prepare import Prepared, prepare
from pipeline.ocr.raster import Raster
from pipeline.ocr.rulings import Rulings
from pipeline.ocr.words import Token
from pipeline.settings import Settings


def read_page(path: Path, number: int, info: FileInfo, settings: Settings) -> Page:
    """Read one page: its text where that is good, else its image.

    Args:
        path: the file.
        number: the page, from 1.
        info: what ``intake.inspect`` told about the file.
        settings: language, resolution and limits.

    Raises:
        ReadError: a subclass names the cause; the message names file and page.
        MissingProgramError: where Tesseract, its data or poppler is missing.
    """
    name = printable(str(path))
    where = f"{name}, page {number}"
    if not 1 <= number <= info.pages:
        message = f"{where}: the file has {info.pages} pages"
        raise ReadError(message)
    try:
        if info.kind == "text":
            return _text_page(path, number, name)
        with children.scratch() as folder:
            if info.kind == "image":
                return _ocr_page(
                    raster.from_file(path, number, settings, where), number, settings, folder, where
                )
            if info.damage:
                path = pdf.repair(path, name, folder)
            page = _pdf_page(path, number, settings, folder, name, where)
            if not info.damage:
                return page
            if page.blank:
                message = f"{where}: damaged: nothing of this page could be repaired; copy the file again"
                raise DamagedError(message)
            return replace(page, status="partial", reasons=(*page.reasons, f"file_{info.damage}"))
    except FileNotFoundError as error:
        message = f"{where}: the file vanished while it was read ({error.filename})"
        raise ReadError(message) from None
    except OSError as error:
        message = f"{where}: cannot be read: {error.strerror or error}"
        raise ReadError(message) from None


def _text_page(path: Path, number: int, name: str) -> Page:
    found = text.pages(path, name)
    if number > len(found):
        message = f"{name}, page {number}: the file changed while it was read"
        raise ReadError(message)
    judged = quality.assess(found[number - 1])
    blank = not found[number - 1].strip()
    return Page(number, found[number - 1], quality=judged.score, reasons=judged.reasons, blank=blank)


def _pdf_page(path: Path, number: int, settings: Settings, folder: Path, name: str, where: str) -> Page:
    page = pdf.geometry(path, number, settings, where)
    words = layer.read(path, number, settings, where)
    content = placement.drawn(path, number, name)
    judged = layer.judge(words, placement.covered(content, page))
    if judged.verdict == "good":
        return _layer_page(words, judged, page, number)
    place = placement.scan(content, page)
    image = place and raster.embedded(path, number, place, page, settings, folder, where)
    image = image or raster.drawn(path, number, page, settings, folder, where)
    read = _ocr_page(image, number, settings, folder, where)
    if judged.verdict == "ruined" and not read.words:
        return _layer_page(words, judged, page, number)
    return replace(read, verdict=judged.verdict, reasons=(*judged.reasons, *read.reasons))


def _layer_page(words: list[layer.LayerWord], judged: Judgement, page: Geometry, number: int) -> Page:
    tokens = [Token(w.text, w.box, w.line) for w in words]
    content, placed = lines.joined(lines.lines(tokens))
    return Page(
        number,
        content,
        placed,
        width=page.width,
        height=page.height,
        source="text_layer",
        verdict=judged.verdict,
        reasons=judged.reasons,
        quality=judged.quality.score,
        rotation=page.rotation,
    )


def _ocr_page(image: Raster, number: int, settings: Settings, folder: Path, where: str) -> Page:
    ready = prepare(image)
    found = rulings.find(ready.image, ready.dpi)
    file = folder / "page.pgm"
    rulings.erased(ready.image, found).save(file, format="PPM")
    read = tesseract.read(file, ready.dpi, settings, folder, where=where)
    tokens = [_token(word, ready) for word in read]
    content, placed = _composed(tokens, found, ready)
    sure = [word.confidence for word in placed if word.confidence is not None]
    return Page(
        number,
        content,
        placed,
        width=image.width,
        height=image.height,
        source="ocr",
        ocr_confidence=round(fmean(sure), 4) if sure else None,
        quality=quality.assess(content).score,
        dpi=image.dpi,
        blank=not placed,
    )


def _composed(tokens: list[Token], found: Rulings, ready: Prepared) -> tuple[str, tuple[Word, ...]]:
    """The page's text: tables row by row, the rest line by line, from top to bottom."""
    rows, rest = cells.rows(tokens, found.grids, ready.affine)
    return lines.joined(sorted([*rows, *lines.lines(rest)], key=lambda line: line.top))


def _token(word: tesseract.Read, ready: Prepared) -> Token:
    box = ready.affine.box(word.x0, word.y0, word.x1, word.y1)
    return Token(word.text, box, word.line, word.confidence)
