"""One page, from whatever it is to ``model.Page``: the room's front door."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from pipeline.errors import DamagedError, KilledError, LimitError, ReadError
from pipeline.intake import children, legacy, office, paths, pdf, placement, text
from pipeline.intake.affine import Affine, scaling
from pipeline.intake.find import printable
from pipeline.intake.identify import FileInfo
from pipeline.intake.layer import LayerWord
from pipeline.intake.pdf import Geometry
from pipeline.language import quality
from pipeline.model import Page
from pipeline.ocr import lines, raster, recognise, rulings, second
from pipeline.ocr.judge import Judgement, Sheet, judge
from pipeline.ocr.rulings import Grid
from pipeline.ocr.words import Token
from pipeline.settings import Settings

_RULED_FROM = 6
"""Painted paths from which a born-digital page may hold a ruled table; a header has fewer rules."""
_RULINGS_DPI = 100


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
            return _text_page(text.pages(path, name), number, name)
        if info.kind == "sheet":
            return _text_page(office.sheets(path, name, info.sha256, settings), number, name)
        with children.scratch() as folder:
            if info.kind == "image":
                image = raster.from_file(path, number, settings, where)
                page = recognise.page(image, number, settings, folder, where)
                return _in_part(page, image.damage, where) if image.damage else page
            if info.kind == "office":
                path = office.pdf(path, name, info.sha256, settings)
            if info.damage or info.locked:
                path = pdf.copied(path, name, settings, folder)
            page = _pdf_page(path, number, settings, folder, name, where)
            return _in_part(page, f"file_{info.damage}", where) if info.damage else page
    except FileNotFoundError as error:
        message = f"{where}: the file vanished while it was read ({error.filename})"
        raise ReadError(message) from None
    except OSError as error:
        message = f"{where}: cannot be read: {error.strerror or error}"
        raise ReadError(message) from None


def _in_part(page: Page, reason: str, where: str) -> Page:
    """A page of a damaged file, ``partial``: words may be missing.

    Raises:
        DamagedError: where there are none at all: then it is no blank page, but lost.
    """
    if page.blank:
        message = f"{where}: damaged: nothing of this page could be read; copy the file again from its source"
        raise DamagedError(message)
    return replace(page, status="partial", reasons=(*page.reasons, reason))


def _text_page(found: Sequence[str], number: int, name: str) -> Page:
    if number > len(found):
        message = f"{name}, page {number}: the file changed while it was read"
        raise ReadError(message)
    done, encodings = legacy.converted(found[number - 1])
    judged = quality.assess(done.text)
    blank = not done.raw.strip()
    reasons = (*(f"encoding:{name}" for name in encodings), *judged.reasons)
    return Page(number, done.raw, quality=judged.score, reasons=reasons, blank=blank)


def _pdf_page(path: Path, number: int, settings: Settings, folder: Path, name: str, where: str) -> Page:
    """A page of a PDF; where poppler cannot have it in its file, from a PDF of its own, as ``partial``."""
    try:
        return _read_pdf(Sheet(path, number, settings, folder, where))
    except DamagedError as error:
        alone = pdf.alone(path, number, name, folder)
        if alone is None:
            raise
        try:
            page = _read_pdf(Sheet(alone, 1, settings, folder, where))
            return _in_part(replace(page, number=number), "page_repaired", where)
        except DamagedError:
            raise error from None


def _read_pdf(sheet: Sheet) -> Page:
    number, settings, where = sheet.number, sheet.settings, sheet.where
    if sheet.content.bomb:
        size = f"{placement.MAX_CONTENT // 1_000_000} MB"
        message = f"{where}: its content unpacks to more than {size}, as no page's does; print it to PDF anew"
        raise LimitError(message)
    judged = judge(sheet)
    if judged.verdict in {"good", "legacy"}:
        content, hidden = sheet.content, "hidden" in judged.reasons
        ruled = hidden or content.paths_over >= _RULED_FROM or not content.complete
        found, affine = _rulings(sheet, hidden, settings) if ruled else ((), scaling(1))
        return _layer_page(judged.kept, judged, sheet.geometry, number, found, affine)
    if sheet.content.largest > settings.max_pixels:
        message = (
            f"{where}: an image of {sheet.content.largest} pixels, more than the limit of "
            f"{settings.max_pixels}; raise max_pixels"
        )
        raise LimitError(message)
    image = sheet.scan or sheet.drawn()
    kept = partial(second.merged, kept=judged.kept) if judged.kept else list
    read = recognise.page(image, number, settings, sheet.folder, where, kept)
    if image.damage:
        read = _in_part(read, image.damage, where)
    if judged.verdict == "ruined" and not read.words:
        return _layer_page(judged.words, judged, sheet.geometry, number, (), scaling(1))
    mixed = any(word.confidence is None for word in read.words)
    page = replace(
        read,
        source="mixed" if mixed else read.source,
        verdict=judged.verdict,
        reasons=(*judged.reasons, *read.reasons),
    )
    witnesses = [word for word in judged.words if word.hidden]
    doubted = judged.verdict in {"ruined", "partly_ruined", "contradicted"}
    return second.witnessed(page, witnesses) if doubted and witnesses and page.words else page


def _rulings(sheet: Sheet, hidden: bool, settings: Settings) -> tuple[tuple[Grid, ...], Affine]:
    """The ruled tables of a page whose layer is good, from its paths where those tell all that is seen.

    None where it would have to be drawn and cannot be: its text is good.
    """
    page = sheet.geometry
    found = None if hidden else paths.rules(sheet.path, sheet.number, sheet.content, page, sheet.where)
    if found is not None:
        return rulings.from_lines(found.across, found.down, page.width), scaling(1)
    try:
        image = (sheet.scan if hidden else None) or sheet.drawn(min(_RULINGS_DPI, settings.dpi))
    except KilledError:  # no fault of the page: it is read again, the same as undisturbed
        raise
    except ReadError:
        return (), scaling(1)
    return rulings.find(image.image.convert("L"), image.dpi).grids, image.affine


def _layer_page(
    words: Sequence[LayerWord],
    judged: Judgement,
    page: Geometry,
    number: int,
    grids: tuple[Grid, ...],
    affine: Affine,
) -> Page:
    tokens = [Token(w.text, w.box, w.line) for w in words]
    content, placed = lines.joined(recognise.compose_text(tokens, grids, affine))
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
