"""The image of a page: the embedded scan where it is the page, else drawn by poppler, or an image file."""

from __future__ import annotations

import math
import struct
import warnings
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.errors import DamagedError, LimitError, ReadError, TimeoutReadError
from pipeline.intake import children, images, torn
from pipeline.intake.affine import Affine, compose, scaling
from pipeline.intake.pdf import Geometry
from pipeline.intake.placement import Placement
from pipeline.ocr import cut_short
from pipeline.settings import Settings

if TYPE_CHECKING:
    from PIL import Image

_DPI_RANGE = (72, 1300)
_LOWEST_DPI = 100
"""Below it a page is not worth drawing: 13-point letters are under 10 pixels high."""
_A4_HEIGHT = 11.69
_WIDE = ("I;16", "I;16B", "I", "F")
"""Modes of more than eight bits a pixel, grey."""
_BAND = 256
_BROKEN_EXIF = (SyntaxError, ValueError, TypeError, KeyError, OverflowError, struct.error)
"""What Pillow raises over an EXIF block of noise; the image is none the worse."""


@dataclass(frozen=True)
class Raster:
    """A page image (mode ``L`` or ``RGB``) and the map from its pixels to points of the page as shown."""

    image: Image.Image
    dpi: int
    affine: Affine
    width: float
    height: float
    embedded: bool = False
    damage: str = ""
    """What is wrong with an image that could be read in part: ``file_truncated`` (the file ended before the
    image did), ``image_truncated`` or ``image_damaged`` (its data are torn); empty for a sound one."""


def embedded(
    path: Path, number: int, place: Placement, page: Geometry, settings: Settings, folder: Path, where: str
) -> Raster | None:
    """The embedded scan of a PDF page; None where its raster is to be drawn instead.

    One that ends too early is read as far as it goes.

    Raises:
        LimitError, MissingProgramError: as ``children.run``.
    """
    if place.width * place.height > settings.max_pixels or min(place.width, place.height) < 50:
        return None
    unit = Affine(1 / place.width, 0, 0, -1 / place.height, 0, 1)
    upright = _upright(compose(page.shown, compose(place.affine, unit)), place.width, place.height)
    if upright is None:
        return None
    turn, affine = upright
    across, down = 72 / affine.a, 72 / affine.d
    if not (_DPI_RANGE[0] <= across <= _DPI_RANGE[1] and 0.9 < across / down < 1.1):
        return None
    span = ["-f", str(number), "-l", str(number), str(path.absolute())]
    report = children.run("pdfimages", [*span, str(folder / "embedded")], settings, where=where)
    damage = "image_damaged" if torn.told(report.error) else ""
    files = sorted(folder.glob("embedded-*"))
    try:
        # of several it must be told which it is; one more start of a program is a hundredth of a page's time
        index = 0 if len(files) == 1 else _listed(span, place, settings, where)
        wanted = [f for f in files if index is not None and f.stem == f"embedded-{index:03d}"]
        image = _loaded(wanted[0], settings, where) if wanted else None
    except ReadError:
        image = None
    finally:
        for file in files:
            file.unlink()
    if data := torn.endless_jpeg(path, place.object_id, where):
        file = folder / "endless.jpg"
        file.write_bytes(data)
        image, truncated = _as_far_as_it_goes(file, settings, where)
        damage = "image_truncated" if truncated else damage
    if image is None or image.size != (place.width, place.height):
        return None
    if turn is not None:
        image = image.transpose(turn)
    dpi = round((across + down) / 2)
    return Raster(image, dpi, affine, page.width, page.height, embedded=True, damage=damage)


def drawn(
    path: Path, number: int, page: Geometry, settings: Settings, folder: Path, where: str, dpi: int = 0
) -> Raster:
    """A PDF page drawn by poppler through pdf2image, page by page, as an uncompressed file.

    ``dpi`` 0 takes ``settings.dpi``, less where the page would have too many pixels.

    Raises:
        LimitError: where even the lowest resolution gives more than ``settings.max_pixels``.
        DamagedError: where poppler draws nothing, or not a page of the size that it told.
        TimeoutReadError: where it takes too long.
        KilledError: where it was killed from outside.
    """
    try:
        return _drawn(path, number, page, settings, folder, where, dpi)
    except DamagedError:
        children.check_guarded(folder, where)
        raise


def _drawn(
    path: Path, number: int, page: Geometry, settings: Settings, folder: Path, where: str, dpi: int
) -> Raster:
    import pdf2image
    from pdf2image.exceptions import PDFPageCountError, PDFPopplerTimeoutError, PDFSyntaxError

    dpi = _dpi(page, dpi or settings.dpi, settings, where)
    poppler = children.program("pdftoppm")
    guards = children.guards(folder, settings)
    try:
        files = pdf2image.convert_from_path(
            path.absolute(),
            dpi=dpi,
            first_page=number,
            last_page=number,
            fmt="ppm",
            output_folder=folder,
            output_file="drawn",
            paths_only=True,
            use_cropbox=True,
            timeout=settings.page_timeout,
            poppler_path=guards or Path(poppler).parent,
        )
    except PDFPopplerTimeoutError:
        message = (
            f"{where}: poppler took longer than {settings.page_timeout} s to draw it; raise page_timeout"
        )
        raise TimeoutReadError(message) from None
    except (PDFPageCountError, PDFSyntaxError) as error:
        message = f"{where}: damaged: poppler cannot draw it ({str(error).strip()[:120]})"
        raise DamagedError(message) from None
    if not files:
        message = (
            f"{where}: damaged: poppler drew nothing (out of memory or broken); raise max_memory or rescan"
        )
        raise DamagedError(message)
    file = Path(str(files[0]))
    image = _loaded(file, settings, where)
    file.unlink()
    expected = (page.width / 72 * dpi, page.height / 72 * dpi)
    if any(abs(got - want) > 3 + want * 0.01 for got, want in zip(image.size, expected, strict=True)):
        sizes = f"{image.width} x {image.height} pixels instead of {expected[0]:.0f} x {expected[1]:.0f}"
        message = f"{where}: damaged: poppler drew {sizes}"
        raise DamagedError(message)
    return Raster(image, dpi, scaling(72 / dpi), page.width, page.height)


def from_file(path: Path, number: int, settings: Settings, where: str) -> Raster:
    """Image ``number`` (from 1) of an image file, upright by its EXIF, on white where it is transparent.

    A file that ends too early is read as far as it goes. A resolution that is missing or not
    believable is taken from A4's height.

    Raises:
        LimitError, DamagedError: as for drawn pages.
    """
    image, truncated = _as_far_as_it_goes(path, settings, where, frame=number - 1)
    told = image.info.get("dpi", (0, 0))[0]
    dpi = float(told) if _DPI_RANGE[0] <= float(told) <= _DPI_RANGE[1] else max(image.size) / _A4_HEIGHT
    dpi = min(max(dpi, _DPI_RANGE[0]), _DPI_RANGE[1])
    width, height = (side / dpi * 72 for side in image.size)
    damage = "file_truncated" if truncated else "image_damaged" if image.info["torn"] else ""
    return Raster(image, round(dpi), scaling(72 / dpi), width, height, damage=damage)


def _as_far_as_it_goes(
    path: Path, settings: Settings, where: str, frame: int = 0
) -> tuple[Image.Image, bool]:
    """An image file's image, and whether it ended too early.

    Raises:
        LimitError, DamagedError: as ``from_file``.
    """
    try:
        return _loaded(path, settings, where, frame), False
    except DamagedError as error:
        try:
            with cut_short.tolerated():
                return _loaded(path, settings, where, frame, truncated=True), True
        except DamagedError:
            raise error from None


def _dpi(page: Geometry, wanted: int, settings: Settings, where: str) -> int:
    """The resolution at which the page has few enough pixels; checked before anything is drawn."""
    inches = page.width / 72 * page.height / 72
    most = int(math.sqrt(settings.max_pixels / inches)) if inches > 0 else 0
    if min(page.width, page.height) < 9:
        message = f"{where}: damaged: a page of {page.width:.1f} x {page.height:.1f} points"
        raise DamagedError(message)
    if most < min(_LOWEST_DPI, wanted):
        size = f"{page.width / 72:.0f} x {page.height / 72:.0f} inches"
        message = f"{where}: a page of {size} has more than {settings.max_pixels} pixels; raise max_pixels"
        raise LimitError(message)
    return min(wanted, most)


def _loaded(
    path: Path, settings: Settings, where: str, frame: int = 0, *, truncated: bool = False
) -> Image.Image:
    """An image file, decoded, as ``L`` or ``RGB``; its pixels are counted before they are decoded."""
    from PIL import ImageOps

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with images.opened(path) as opened:
                if frame:
                    opened.seek(frame)
                _count(opened.size, settings, where)
                with images.overheard() as said:
                    opened.load()
                if truncated and not cut_short.clear(opened):
                    message = f"{where}: damaged: too little of the image can be decoded"
                    raise DamagedError(message)
                info = dict(opened.info)
                with suppress(*_BROKEN_EXIF):
                    ImageOps.exif_transpose(opened, in_place=True)
                image = _flat(opened)
    except MemoryError:
        message = f"{where}: the image takes more memory than there is; raise max_memory"
        raise LimitError(message) from None
    except ReadError:  # has its words already
        raise
    except Exception as error:  # noqa: BLE001 - Pillow's readers raise many kinds on hostile bytes
        message = f"{where}: damaged: the image cannot be decoded ({str(error)[:120]}); scan or save it again"
        raise DamagedError(message) from None
    image.info = {"dpi": info.get("dpi", (0, 0)), "torn": any(map(torn.told, said))}
    return image


def _flat(image: Image.Image) -> Image.Image:
    """Any mode as ``L`` or ``RGB``, on white; band by band where the whole would be held several times."""
    from PIL import Image

    if image.mode in ("L", "RGB"):
        return image.copy()
    if image.mode == "1":
        return image.convert("L")
    has_alpha = "A" in image.mode or "transparency" in image.info
    flat = Image.new("L" if image.mode in _WIDE and not has_alpha else "RGB", image.size, "white")
    for top in range(0, image.height, _BAND):
        band = image.crop((0, top, image.width, min(top + _BAND, image.height)))
        if image.mode in _WIDE:
            band = band.convert("I").point(lambda value: value / 257).convert("L")
        colour = band.convert("RGBA") if has_alpha else band.convert(flat.mode)
        flat.paste(colour, (0, top), colour if has_alpha else None)
    return flat


def _count(size: tuple[int, int], settings: Settings, where: str) -> None:
    if size[0] * size[1] > settings.max_pixels:
        limit = f"more than the limit of {settings.max_pixels}"
        message = f"{where}: an image of {size[0]} x {size[1]} pixels, {limit}; raise max_pixels"
        raise LimitError(message)
    if min(size) < 10:
        message = f"{where}: damaged: an image of {size[0]} x {size[1]} pixels"
        raise DamagedError(message)


def _upright(affine: Affine, width: int, height: int) -> tuple[Image.Transpose | None, Affine] | None:
    """How a stored image is turned or flipped to stand as shown, and the map from its pixels then."""
    from PIL.Image import Transpose

    w, h = float(width), float(height)
    # each maps the turned image's pixels back to the stored one's
    turns: tuple[tuple[Transpose | None, Affine], ...] = (
        (None, Affine(1, 0, 0, 1, 0, 0)),
        (Transpose.FLIP_LEFT_RIGHT, Affine(-1, 0, 0, 1, w, 0)),
        (Transpose.FLIP_TOP_BOTTOM, Affine(1, 0, 0, -1, 0, h)),
        (Transpose.ROTATE_180, Affine(-1, 0, 0, -1, w, h)),
        (Transpose.TRANSPOSE, Affine(0, 1, 1, 0, 0, 0)),
        (Transpose.ROTATE_90, Affine(0, 1, -1, 0, w, 0)),
        (Transpose.ROTATE_270, Affine(0, -1, 1, 0, 0, h)),
        (Transpose.TRANSVERSE, Affine(0, -1, -1, 0, w, h)),
    )
    for turn, back in turns:
        whole = compose(affine, back)
        if whole.a > 0 and whole.d > 0 and abs(whole.b) + abs(whole.c) < 0.01 * whole.a:
            return turn, whole
    return None


def _listed(span: Sequence[str], place: Placement, settings: Settings, where: str) -> int | None:
    """The number that pdfimages gives the image: the one row with its object number and size."""
    listing = children.run("pdfimages", ["-list", *span], settings, where=where)
    rows = [row.split() for row in listing.output.decode("utf-8", "replace").split("\n")[2:]]
    fits = [
        int(row[1])
        for row in rows
        if len(row) > 11
        and row[2] == "image"
        and row[10] == str(place.object_id)
        and row[3:5] == [str(place.width), str(place.height)]
    ]
    return fits[0] if fits else None
