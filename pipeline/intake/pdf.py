"""The structure of PDF files: pages, damage, geometry, and the scan that covers a page.

pikepdf (qpdf) opens and repairs; ``pdfinfo`` measures. Nothing here decodes an image.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.errors import DamagedError, EmptyFileError, EncryptedError
from pipeline.intake import children
from pipeline.intake.affine import Affine
from pipeline.settings import Settings

if TYPE_CHECKING:
    import pikepdf

_DAMAGE = re.compile(r"reconstruct|damaged|expected endobj|unexpected EOF", re.IGNORECASE)
_NUMBER = r"(-?\d+(?:\.\d+)?(?:e[+-]?\d+)?)"
_SIZE = re.compile(rf"^Page +\d+ +size: +{_NUMBER} x {_NUMBER}", re.MULTILINE)
_ROTATION = re.compile(r"^Page +\d+ +rot: +(-?\d+)", re.MULTILINE)
_CROP = re.compile(rf"^Page +\d+ +CropBox: +{_NUMBER} +{_NUMBER} +{_NUMBER} +{_NUMBER}", re.MULTILINE)


@dataclass(frozen=True)
class Geometry:
    """A page as a reader shows it.

    ``width`` and ``height`` are in points, after rotation by ``rotation`` degrees clockwise; ``crop`` is the
    visible box (x0, y0, x1, y1) in the file's own coordinates (y up).
    """

    width: float
    height: float
    rotation: int
    crop: tuple[float, float, float, float]

    @property
    def shown(self) -> Affine:
        """The map from the file's coordinates to points from the top left as shown, y down.

        >>> Geometry(200, 100, 90, (0, 0, 100, 200)).shown.apply(0, 0)
        (0, 0)
        """
        x0, y0, x1, y1 = self.crop
        return {
            0: Affine(1, 0, 0, -1, -x0, y1),
            90: Affine(0, 1, 1, 0, -y0, -x0),
            180: Affine(-1, 0, 0, 1, x1, -y0),
            270: Affine(0, -1, -1, 0, y1, x1),
        }[self.rotation]


@contextmanager
def opened(path: Path, name: str) -> Iterator[pikepdf.Pdf]:
    """A PDF, repaired in memory as far as qpdf can.

    Raises:
        EncryptedError: where it wants a password.
        DamagedError: where qpdf cannot make sense of it.
    """
    import pikepdf

    try:
        document = pikepdf.open(path, suppress_warnings=True)
    except pikepdf.PasswordError:
        message = f"{name}: encrypted: a password is needed to open it; save it without one"
        raise EncryptedError(message) from None
    except pikepdf.PdfError as error:
        message = f"{name}: damaged: {_cause(error, path)}; copy it again from its source"
        raise DamagedError(message) from None
    with document:
        yield document


def count(path: Path, name: str) -> tuple[int, str]:
    """Number of pages, and what is wrong with a file that had to be repaired (empty for a sound one).

    Raises:
        EmptyFileError: for a PDF without pages.
        EncryptedError, DamagedError: as ``opened``.
    """
    import pikepdf

    with opened(path, name) as document:
        try:
            pages = len(document.pages)
        except (pikepdf.PdfError, RuntimeError, ValueError) as error:
            message = f"{name}: damaged: its page tree cannot be read ({_cause(error, path)})"
            raise DamagedError(message) from None
        damage = next((w for w in document.get_warnings() if _DAMAGE.search(str(w))), "")
    if pages == 0:
        message = f"{name}: {'damaged: ' if damage else ''}a PDF without pages; copy it again from its source"
        raise DamagedError(message) if damage else EmptyFileError(message)
    return pages, "repaired" if damage else ""


def repair(path: Path, name: str, folder: Path) -> Path:
    """A repaired copy in ``folder``, which poppler reads where it would show blank pages of the damaged file.

    Raises:
        DamagedError: where it cannot be written.
    """
    import pikepdf

    copy = folder / "repaired.pdf"
    with opened(path, name) as document:
        try:
            document.save(copy)
        except (pikepdf.PdfError, RuntimeError) as error:
            message = f"{name}: damaged beyond repair ({_cause(error, path)}); copy it again from its source"
            raise DamagedError(message) from None
    return copy


def geometry(path: Path, number: int, settings: Settings, where: str) -> Geometry:
    """Size, rotation and visible box of a page.

    Told by the page's own boxes where they are plain: to ask ``pdfinfo`` takes as long as to read the text.

    Raises:
        DamagedError: where poppler cannot tell them.
        LimitError, MissingProgramError: as ``children.run``.
    """
    return _plain(path, number, where) or _measured(path, number, settings, where)


def _plain(path: Path, number: int, where: str) -> Geometry | None:
    """What the file says; None where poppler may see it otherwise."""
    import pikepdf

    try:
        with opened(path, where) as document:
            page = document.pages[number - 1]
            if "/UserUnit" in page:
                return None
            media, crop = (tuple(float(side) for side in box) for box in (page.mediabox, page.cropbox))
            turn = int(page.rotation)
    except (
        pikepdf.PdfError,
        DamagedError,
        RuntimeError,
        ValueError,
        TypeError,
        KeyError,
        IndexError,
        AttributeError,
    ):
        return None
    if len(media) != 4 or len(crop) != 4 or turn % 90:
        return None
    within = media[0] <= crop[0] < crop[2] <= media[2] and media[1] <= crop[1] < crop[3] <= media[3]
    return _turned((crop[0], crop[1], crop[2], crop[3]), turn % 360) if within else None


def _measured(path: Path, number: int, settings: Settings, where: str) -> Geometry:
    arguments = ["-f", str(number), "-l", str(number), "-box", str(path.absolute())]
    report = children.run("pdfinfo", arguments, settings, where=where)
    text = report.output.decode("utf-8", "replace")
    size, rotation, crop = _SIZE.search(text), _ROTATION.search(text), _CROP.search(text)
    if not (size and rotation and crop):
        cause = report.error.strip().split("\n")[0][:120] or "no size"
        message = f"{where}: damaged: poppler cannot open this page ({cause}); copy the file again"
        raise DamagedError(message)
    x0, y0, x1, y1 = (float(value) for value in crop.groups())
    turn = int(rotation[1]) % 360
    box = (min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))
    return _turned(box, turn if turn in (0, 90, 180, 270) else 0)


def _turned(box: tuple[float, float, float, float], turn: int) -> Geometry:
    width, height = box[2] - box[0], box[3] - box[1]
    if turn in (90, 270):
        width, height = height, width
    return Geometry(width, height, turn, box)


def _cause(error: BaseException | Any, path: Path) -> str:
    """The words of qpdf, without the path that they begin with."""
    return str(error).replace(str(path), "").strip(" :\n").split("\n")[0][:160] or type(error).__name__
