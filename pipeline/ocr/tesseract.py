"""Tesseract: the only caller, through pytesseract."""

from __future__ import annotations

import hashlib
import importlib
import re
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from pipeline.errors import DamagedError, LimitError, MissingProgramError, ReadError, TimeoutReadError
from pipeline.intake import children
from pipeline.language.normal import nfc
from pipeline.settings import Settings

if TYPE_CHECKING:
    from PIL import Image

_LOOKALIKES = (
    (re.compile("[ĐÐ]*Ð[ĐÐ]*"), "Đ"),
    (re.compile("[đð]*ð[đð]*"), "đ"),
    (re.compile("[/⁄]*⁄[/⁄]*"), "/"),
)
"""Letters of other scripts that its data for Vietnamese holds, read for one on the page or beside it:
``08/QĐÐ-TTg``, ``01/⁄2018``."""
_INSTALL = "on Debian or Ubuntu: apt-get install tesseract-ocr tesseract-ocr-vie"


@dataclass(frozen=True, slots=True)
class Read:
    """A word of an image: box in pixels, confidence 0-1, Tesseract's block, paragraph and line."""

    text: str
    x0: int
    y0: int
    x1: int
    y1: int
    confidence: float
    line: tuple[int, int, int]


def saved(image: Image.Image, file: Path) -> Path:
    """Write an image for Tesseract; the file's path, ending in ``.bmp``.

    Tesseract takes 7 % less time over a page as BMP than as PGM, which it reads pixel by pixel, and no more
    over PNG, which takes long to write.
    """
    file = file.with_suffix(".bmp")
    image.save(file, format="BMP")
    return file


def read(
    image: Path, dpi: int, settings: Settings, folder: Path, *, where: str, options: str = ""
) -> list[Read]:
    """Read one image file.

    Args:
        image: a file that ``saved`` wrote.
        dpi: its resolution; without it Tesseract guesses, and errs.
        settings: language, time-out and memory.
        folder: where temporary files go.
        where: file and page for error lines.
        options: more of Tesseract's options, for example ``--psm 6``.

    Raises:
        TimeoutReadError: where the page took longer than ``settings.page_timeout`` seconds.
        LimitError: where Tesseract ended itself, by its memory limit mostly.
        KilledError: where it was killed from outside.
        MissingProgramError: where Tesseract or the language is missing.
        DamagedError: where Tesseract cannot read the image.
    """
    table = _run(image, "tsv", f"--dpi {dpi} {options} tsv", settings, folder, where)
    return parse(table)


def orientation(image: Path, dpi: int, settings: Settings, folder: Path, *, where: str) -> tuple[int, float]:
    """By how many degrees clockwise an image must be turned to stand upright, and how sure that is.

    Returns:
        0, 90, 180 or 270, and Tesseract's confidence (about 2 and more is trusted); (0, 0) where it
        finds too little text.
    """
    try:
        report = _run(image, "osd", f"--dpi {dpi} --psm 0", settings, folder, where, language="osd")
    except (DamagedError, MissingProgramError):
        return 0, 0.0  # "Too few characters", or no osd data: then the page stays as it is
    turn = re.search(r"^Rotate: (\d+)", report, re.MULTILINE)
    sure = re.search(r"^Orientation confidence: ([\d.]+)", report, re.MULTILINE)
    return (int(turn[1]) % 360, float(sure[1])) if turn and sure else (0, 0.0)


def parse(table: str) -> list[Read]:
    """The words of Tesseract's TSV; boxes without text, area or confidence are left out."""
    words = []
    for row in table.split("\n")[1:]:
        cells = row.split("\t")
        if len(cells) != 12 or cells[0] != "5":
            continue
        # an underscore is a stroke, of a rule or of dust
        text = cells[11]
        if not text.isprintable():
            text = "".join(c for c in text if c.isprintable())
        text = _plain(nfc(text.strip().strip("_")))
        left, top, width, height = (int(cell) for cell in cells[6:10])
        confidence = float(cells[10]) / 100
        if text and width > 0 and height > 0 and confidence >= 0:
            line = (int(cells[2]), int(cells[3]), int(cells[4]))
            words.append(Read(text, left, top, left + width, top + height, min(confidence, 1.0), line))
    return words


def _plain(text: str) -> str:
    """The text with Vietnamese letters and the common stroke for those that look like them.

    >>> _plain("08/QĐÐ-TTg"), _plain("01/⁄2018"), _plain("Đoàn")
    ('08/QĐ-TTg', '01/2018', 'Đoàn')
    """
    for pattern, letter in _LOOKALIKES:
        text = pattern.sub(letter, text)
    return text


def versions(settings: Settings) -> dict[str, str]:
    """Versions of Tesseract and of the language's data, which the text depends on.

    Raises:
        MissingProgramError: where Tesseract or the language is missing.
    """
    return {
        "tesseract": _version(children.program("tesseract")),
        f"traineddata_{settings.language}": traineddata(settings.language),
    }


@cache
def traineddata(language: str) -> str:
    """The first 16 hex digits of the SHA-256 over the language's data files (``vie``, ``vie+eng``)."""
    report = children.run("tesseract", ["--list-langs"], Settings(), where="tesseract")
    text = report.output.decode("utf-8", "replace")
    folder = re.search(r'"(.+)"', text)
    digest = hashlib.sha256()
    for part in language.split("+"):
        data = Path(folder[1]) / f"{part}.traineddata" if folder else None
        if data is None or not data.is_file():
            message = f"Tesseract's data for {part!r} is not installed; {_INSTALL}"
            raise MissingProgramError(message)
        digest.update(data.read_bytes())
    return digest.hexdigest()[:16]


@cache
def _version(program: str) -> str:
    report = children.run("tesseract", ["--version"], Settings(), where=program)
    text = (report.output.decode("utf-8", "replace") + report.error).split("\n")[0]
    return text.removeprefix("tesseract").strip()


def _run(
    image: Path, ending: str, config: str, settings: Settings, folder: Path, where: str, language: str = ""
) -> str:
    """One run; the text of the file that it wrote."""
    pytesseract = _pytesseract()
    plain = children.program("tesseract")
    guards = children.guards(folder, settings)
    base = folder / f"{image.stem}-read"
    adapter = pytesseract.pytesseract
    adapter.tesseract_cmd = str(guards / "tesseract") if guards else plain
    try:
        adapter.run_tesseract(
            str(image), str(base), "", language or settings.language, config, 0, settings.page_timeout
        )
        text = Path(f"{base}.{ending}").read_text(encoding="utf-8")
    except pytesseract.TesseractError as error:
        children.check_killed("Tesseract", error.status, where)
        raise _error(error.status, str(error.message), where) from None
    except RuntimeError:  # pytesseract's time-out
        message = f"{where}: Tesseract took longer than {settings.page_timeout} s; raise page_timeout"
        raise TimeoutReadError(message) from None
    if text and not text.endswith("\n"):  # it does not look whether all could be written
        message = f"{where}: Tesseract's words were cut short; run again"
        raise ReadError(message)
    return text


@cache
def _pytesseract() -> ModuleType:
    """The adapter, without pandas: it would import that for tables nobody asks for, in 0.3 s a worker."""
    alone = "pandas" not in sys.modules
    if alone:
        sys.modules["pandas"] = None  # type: ignore[assignment]  # "not found" to the import statement
    try:
        return importlib.import_module("pytesseract")
    finally:
        if alone:
            del sys.modules["pandas"]


def _error(status: int, message: str, where: str) -> LimitError | MissingProgramError | DamagedError:
    if "Failed loading language" in message or "Error opening data file" in message:
        return MissingProgramError(f"Tesseract's language data is not installed; {_INSTALL}")
    if status < 0 or "bad_alloc" in message:
        return LimitError(
            f"{where}: Tesseract was ended by signal {-status} (memory or time); raise max_memory"
        )
    return DamagedError(f"{where}: Tesseract cannot read the page image ({message.strip()[:120]})")
