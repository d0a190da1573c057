"""The text layer of a PDF page: its words with boxes, as poppler gives them."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path
from unicodedata import category

from pipeline.errors import DamagedError
from pipeline.intake import children
from pipeline.intake.codes import draws_capitals
from pipeline.intake.legacy import converted
from pipeline.language.normal import nfc
from pipeline.model import Box
from pipeline.settings import Settings

_CODES = frozenset(map(chr, (*range(0x80, 0xA0), 0xAD)))
"""What nobody sees and old encodings have letters at."""
LOST = "\ufffd"
"""What stands for a glyph that the file's font gives no letter."""
_SIGN = "[\uf020-\uf0ff]"
_BULLET = re.compile(f"^{_SIGN}(?!{_SIGN})|(?<!{_SIGN}){_SIGN}$")
"""A sign of a symbol font by itself, before a word or behind it."""
MAX_WORDS = 50_000
"""Words of one page that are read; a dense table page has 2,000."""


@dataclass(frozen=True)
class LayerWord:
    """A word of the layer, its box in points from the page's top left, and poppler's own line of it.

    ``text`` is as the file's fonts name its characters: Western letters where they are coded the old way.
    ``face`` is its font, ``hidden`` whether nobody sees it, ``faint`` whether it may be so, where ``shows``
    was asked.
    """

    text: str
    box: Box
    line: tuple[int, ...]
    face: str = ""
    hidden: bool = False
    faint: bool = False


def read(path: Path, number: int, settings: Settings, where: str) -> list[LayerWord]:
    """The words of a page's text layer, in poppler's reading order.

    Raises:
        DamagedError: where poppler cannot open the page.
        LimitError, MissingProgramError: as ``children.run``.
    """
    page = str(number)
    arguments = ["-tsv", "-cropbox", "-f", page, "-l", page, "-enc", "UTF-8", str(path.absolute()), "-"]
    report = children.run("pdftotext", arguments, settings, where=where)
    if report.status != 0:
        cause = report.error.strip().split("\n")[0][:120] or f"exit status {report.status}"
        message = f"{where}: damaged: poppler cannot read this page ({cause}); copy the file again"
        raise DamagedError(message)
    words = parse(report.output.decode("utf-8", "replace"))
    # what nobody sees is a letter in old encodings alone
    return (
        words
        if _CODES.isdisjoint(set().union(*(w.text for w in words))) or in_unicode(words)[1]
        else seen(words)
    )


def parse(table: str) -> list[LayerWord]:
    """The words in the output of ``pdftotext -tsv``."""
    words: list[LayerWord] = []
    for row in table.split("\n")[1:]:
        cells = row.split("\t")
        if len(cells) != 12 or cells[0] != "5" or len(words) >= MAX_WORDS:
            continue
        text = nfc("".join(map(_legible, _BULLET.sub("", cells[11]))).strip())
        left, top, width, height = (float(cell) for cell in cells[6:10])
        if text and width > 0 and height > 0 and math.isfinite(left + width) and math.isfinite(top + height):
            box = Box(left, top, left + width, top + height)
            words.append(LayerWord(text, box, tuple(int(cell) for cell in cells[2:5])))
    return words


def _legible(letter: str) -> str:
    """A letter as it is kept: what is none becomes a mark of what is lost, what only lays out nothing."""
    if letter.isprintable() or letter in _CODES:
        return letter
    return "" if category(letter) in {"Cf", "Zs", "Zl", "Zp"} else LOST


def seen(words: list[LayerWord]) -> list[LayerWord]:
    """The words without what nobody sees, soft hyphens above all."""
    bare = ((word, "".join(c for c in word.text if c.isprintable()).strip()) for word in words)
    return [word if word.text == text else replace(word, text=text) for word, text in bare if text]


def in_capitals(words: Sequence[LayerWord]) -> list[LayerWord]:
    """The words as seen where their font, if it is known, draws small letters as capitals (.VnTimeH)."""
    fonts = ((word, draws_capitals(word.face)) for word in words)
    return [replace(word, text=known.as_capitals(word.text)) if known else word for word, known in fonts]


def in_unicode(words: Sequence[LayerWord]) -> tuple[list[str], tuple[str, ...]]:
    """Each word in Unicode, and the names of the old encodings found."""
    text = _text(words)
    done, found = converted(text)
    texts = done.text.split()
    raw = [word.text for word in words]
    # a word of the layer may hold a blank of another kind: then nothing tells which is which
    return (texts if found and len(texts) == len(raw) == len(text.split()) else raw), found


def _text(words: Sequence[LayerWord]) -> str:
    """The words, a line of poppler's each."""
    return "\n".join(" ".join(word.text for word in line) for _, line in groupby(words, lambda w: w.line[:2]))
