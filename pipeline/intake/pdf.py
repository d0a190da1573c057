"""The structure of PDF files: pages, damage, geometry, and the scan that covers a page.

pikepdf (qpdf) opens and repairs; ``pdfinfo`` measures. Nothing here decodes an image.
"""

from __future__ import annotations

import math
import re
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.errors import DamagedError, EmptyFileError, EncryptedError, LimitError
from pipeline.intake import children, passwords
from pipeline.intake.affine import Affine
from pipeline.settings import Settings

if TYPE_CHECKING:
    import pikepdf

_DAMAGE = re.compile(r"reconstruct|damaged|expected endobj|unexpected EOF", re.IGNORECASE)
_OPTIONAL_BOXES = ("/CropBox", "/BleedBox", "/TrimBox", "/ArtBox")
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


@dataclass(frozen=True)
class Structure:
    """What a PDF is as a whole.

    ``damage`` is ``repaired`` for a file that had to be, else empty; ``locked`` whether it wants a password.
    """

    pages: int
    damage: str = ""
    locked: bool = False


@contextmanager
def opened(path: Path, name: str, words: Sequence[str] = ()) -> Iterator[pikepdf.Pdf]:
    """A PDF, decrypted, and repaired in memory as far as qpdf can.

    Args:
        path: the file.
        name: what error lines call it.
        words: passwords, tried in order after the empty one, which opens files that only their owner locked.

    Raises:
        EncryptedError: where it wants another password.
        DamagedError: where qpdf cannot make sense of it.
        LimitError: where that takes more memory than there is.
    """
    import pikepdf

    document = None
    for word in ("", *words):
        try:
            document = pikepdf.open(path, password=word, suppress_warnings=True)
            break
        except pikepdf.PasswordError:
            continue
        except UnicodeError:
            continue  # a password that this kind of encryption cannot have
        except pikepdf.PdfError as error:
            raise _unopened(error, path, name) from None
        except MemoryError:
            message = f"{name}: takes more memory to open than there is; raise max_memory"
            raise LimitError(message) from None
    if document is None:
        needed = "no password in --password-file opens it" if words else "a password is needed to open it"
        message = f"{name}: encrypted: {needed}; add its password to the --password-file, or save it without"
        raise EncryptedError(message)
    with document:
        yield document


def _unopened(error: pikepdf.PdfError, path: Path, name: str) -> EncryptedError | DamagedError:
    cause = _cause(error, path)
    if "unsupported encryption" in cause:
        return EncryptedError(f"{name}: encrypted by a method that hoso does not know; save it without")
    return DamagedError(f"{name}: damaged: {cause}; copy it again from its source")


def structure(path: Path, name: str, settings: Settings) -> Structure:
    """What a PDF is as a whole.

    Raises:
        EmptyFileError: for a PDF without pages.
        EncryptedError, DamagedError, LimitError: as ``opened``.
    """
    import pikepdf

    words = passwords.load(settings)
    with opened(path, name, words) as document:
        try:
            pages = len(document.pages)
        except (pikepdf.PdfError, RuntimeError, ValueError) as error:
            message = f"{name}: damaged: its page tree cannot be read ({_cause(error, path)})"
            raise DamagedError(message) from None
        told = [str(warning) for warning in document.get_warnings()]
        encrypted = document.is_encrypted
    if pages == 0:
        message = f"{name}: {'damaged: ' if told else ''}a PDF without pages; copy it again from its source"
        raise DamagedError(message) if told else EmptyFileError(message)
    damage = "repaired" if any(map(_DAMAGE.search, told)) else ""
    return Structure(pages, damage, encrypted and not _opens_by_itself(path, name))


def _opens_by_itself(path: Path, name: str) -> bool:
    try:
        with opened(path, name):
            return True
    except EncryptedError:
        return False


def copied(path: Path, name: str, settings: Settings, folder: Path) -> Path:
    """A repaired, decrypted copy in ``folder``.

    Poppler reads it where it would show blank pages of a damaged file, or would have to be told a password.

    Raises:
        DamagedError: where it cannot be written.
        EncryptedError, LimitError: as ``opened``.
    """
    import pikepdf

    ended, copy = folder / "ended.pdf", folder / "copy.pdf"
    shutil.copyfile(path, ended)
    with ended.open("ab") as file:
        file.write(b"\n%\n")  # qpdf drops an object that ends with the file
    with opened(ended, name, passwords.load(settings)) as document:
        try:
            document.save(copy)
        except (pikepdf.PdfError, RuntimeError) as error:
            message = f"{name}: damaged beyond repair ({_cause(error, ended)}); copy it again from its source"
            raise DamagedError(message) from None
    ended.unlink()
    return copy


def alone(path: Path, number: int, name: str, folder: Path) -> Path | None:
    """A PDF of page ``number`` (from 1) by itself, in ``folder``; None where qpdf cannot make one.

    Poppler loses pages for what is wrong with others, or with a box that a page need not have.
    """
    import pikepdf

    copy = folder / "alone.pdf"
    try:
        with opened(path, name) as document, pikepdf.new() as fresh:
            fresh.pages.append(document.pages[number - 1])
            page = fresh.pages[0].obj
            for box in _OPTIONAL_BOXES:
                if box in page:
                    del page[box]
            fresh.save(copy)
    except (pikepdf.PdfError, RuntimeError, ValueError, TypeError, IndexError, MemoryError):
        return None
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
    if len(media) != 4 or len(crop) != 4 or turn % 90 or not all(map(math.isfinite, (*media, *crop))):
        return None
    within = media[0] <= crop[0] < crop[2] <= media[2] and media[1] <= crop[1] < crop[3] <= media[3]
    return _turned((crop[0], crop[1], crop[2], crop[3]), turn % 360) if within else None


def _measured(path: Path, number: int, settings: Settings, where: str) -> Geometry:
    arguments = ["-f", str(number), "-l", str(number), "-box", str(path.absolute())]
    report = children.run("pdfinfo", arguments, settings, where=where)
    text = report.output.decode("utf-8", "replace")
    size, rotation, crop = _SIZE.search(text), _ROTATION.search(text), _CROP.search(text)
    edges = tuple(float(value) for value in crop.groups()) if crop else ()
    if not (size and rotation and edges and all(map(math.isfinite, edges))):
        cause = report.error.strip().split("\n")[0][:120] or "no size"
        message = f"{where}: damaged: poppler cannot open this page ({cause}); copy the file again"
        raise DamagedError(message)
    x0, y0, x1, y1 = edges
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
