"""What a file is, how many pages it has and which name its content gives it."""

from __future__ import annotations

import hashlib
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pipeline.errors import DamagedError, EmptyFileError, LimitError, ReadError, UnsupportedError
from pipeline.intake import images, office, pdf, text
from pipeline.intake.find import printable
from pipeline.intake.pdf import Structure
from pipeline.settings import Settings

FileKind = Literal["pdf", "image", "text", "office", "sheet"]

_HEAD = 1024
_TEXT_SUFFIXES = frozenset({".txt", ".text", ""})
_OTHERS = (
    (office.ZIP, "a ZIP archive; unpack it"),
    (b"GIF8", "a GIF image; save it as PNG"),
    (b"BM", "a BMP image; save it as PNG"),
    (b"Rar!", "a RAR archive; unpack it"),
    (b"7z\xbc\xaf", "a 7-Zip archive; unpack it"),
)


@dataclass(frozen=True)
class FileInfo:
    """What ``inspect`` found.

    ``doc_id`` is ``d`` and the first 12 hex digits of ``sha256``. ``damage`` is empty for a sound file,
    else what is wrong with a file that could be opened all the same: its pages are read from a repaired
    copy and marked ``partial``. ``locked`` says that it wants a password.
    """

    kind: FileKind
    pages: int
    sha256: str
    doc_id: str
    damage: str = ""
    locked: bool = False


def inspect(path: Path, settings: Settings) -> FileInfo:
    """Kind, pages and content hash of a file; the kind goes by content, not by the name's ending.

    Raises:
        EmptyFileError: zero bytes, or a PDF without pages.
        LimitError: more bytes or pages than the settings allow.
        EncryptedError: a PDF that wants a password that is not in ``settings.password_file``.
        DamagedError: a PDF or image that cannot be opened even after repair.
        UnsupportedError: another kind of file, a text that is not UTF-8, or not a regular file.
    """
    name = printable(str(path))
    try:
        if not path.is_file():
            kind = "no such file" if not path.exists() else "not a file"
            if path.is_dir():
                kind = "a folder; name a file in it"
            message = f"{name}: {kind}"
            raise UnsupportedError(message)
        digest, head = _read(path, name, settings)
        kind = _kind(path, head, name)
        found = _structure(path, kind, name, digest, settings)
    except OSError as error:
        message = f"{name}: cannot be read: {error.strerror or error}"
        raise ReadError(message) from error
    if found.pages > settings.max_pages:
        message = f"{name}: {found.pages} pages, more than the limit of {settings.max_pages}; raise max_pages"
        raise LimitError(message)
    return FileInfo(kind, found.pages, digest, f"d{digest[:12]}", found.damage, found.locked)


def _read(path: Path, name: str, settings: Settings) -> tuple[str, bytes]:
    """The SHA-256 of the content, and its beginning."""
    size = path.stat().st_size
    if size == 0:
        message = f"{name}: the file is empty (0 bytes); copy it again from its source"
        raise EmptyFileError(message)
    if size > settings.max_bytes:
        message = f"{name}: {size} bytes, more than the limit of {settings.max_bytes}; raise max_bytes"
        raise LimitError(message)
    digest = hashlib.sha256()
    with path.open("rb") as file:
        head = file.read(_HEAD)
        digest.update(head)
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest(), head


def _kind(path: Path, head: bytes, name: str) -> FileKind:
    if b"%PDF-" in head:
        return "pdf"
    if any(head.startswith(magic) for magic in images.SIGNATURES):
        return "image"
    if made := office.kind(path, head):
        return "sheet" if made == "sheet" else "office"
    if head.startswith(office.ZIP) and path.suffix.lower() in office.ZIPPED:
        message = f"{name}: damaged: an office file without its parts; copy it again from its source"
        raise DamagedError(message)
    other = next((what for magic, what in _OTHERS if head.startswith(magic)), "")
    suffix = path.suffix.lower()
    if suffix == ".pdf" and not other:
        message = f"{name}: damaged: no PDF header in its first {_HEAD} bytes; copy it again from its source"
        raise DamagedError(message)
    if suffix in {".png", ".jpg", ".jpeg", ".tif", ".tiff"} and not other:
        message = f"{name}: damaged: no image header; copy it again from its source"
        raise DamagedError(message)
    if not other and suffix in _TEXT_SUFFIXES:
        return "text"
    known = "hoso reads PDF, PNG, JPEG, TIFF, .txt and office files"
    message = f"{name}: {other or 'a kind of file not read here'}; {known}"
    raise UnsupportedError(message)


def _structure(path: Path, kind: FileKind, name: str, sha256: str, settings: Settings) -> Structure:
    if kind == "pdf":
        return pdf.structure(path, name, settings)
    if kind == "office":
        return pdf.structure(office.pdf(path, name, sha256, settings), name, settings)
    if kind == "sheet":
        return Structure(len(office.sheets(path, name, sha256, settings)))
    if kind == "image":
        return Structure(_frames(path, name, settings))
    return Structure(len(text.pages(path, name)))


def _frames(path: Path, name: str, settings: Settings) -> int:
    """How many images a file holds, counted without decoding them."""
    from PIL import UnidentifiedImageError

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the pixels are judged, page by page, where they are decoded
            with images.opened(path) as image:
                count = 1
                while image.format == "TIFF" and count <= settings.max_pages:
                    try:
                        image.seek(count)
                    except EOFError:
                        break
                    count += 1
                return count
    except MemoryError as error:
        message = f"{name}: takes more memory to open than there is; raise max_memory"
        raise LimitError(message) from error
    except Exception as error:  # Pillow's readers raise many kinds on hostile bytes
        # Pillow's own words for this one name the file again
        cause = "its header is broken" if isinstance(error, UnidentifiedImageError) else error
        message = f"{name}: damaged: the image cannot be opened ({cause}); scan or save it again"
        raise DamagedError(message) from error
