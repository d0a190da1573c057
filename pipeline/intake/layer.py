"""The text layer of a PDF page: its words with boxes, and whether it may be believed.

"Has text" is no test: most scans carry the e-signature's few lines, some a layer that an OCR in the wrong
language left. So the layer is judged by what it says.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path

from pipeline.errors import DamagedError
from pipeline.intake import children
from pipeline.intake.legacy import converted
from pipeline.language import quality
from pipeline.language.normal import nfc
from pipeline.language.quality import Quality
from pipeline.model import Box, LayerVerdict
from pipeline.settings import Settings

_CODES = frozenset(map(chr, (*range(0x80, 0xA0), 0xAD)))
"""What nobody sees and old encodings have letters at."""
MAX_WORDS = 50_000
"""Words of one page that are read; a dense table page has 2,000."""


@dataclass(frozen=True)
class LayerWord:
    """A word of the layer, its box in points from the page's top left, and poppler's own line of it.

    ``text`` is as the file's fonts name its characters: Western letters where they are coded the old way.
    """

    text: str
    box: Box
    line: tuple[int, ...]


@dataclass(frozen=True)
class Judgement:
    """Whether the layer is the page's text, with named reasons (see ``judge``) and the text's quality.

    Where old encodings were found the quality is that of the converted text.
    """

    verdict: LayerVerdict
    reasons: tuple[str, ...]
    quality: Quality


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
    return words if converted(_text(words))[1] else seen(words)


def parse(table: str) -> list[LayerWord]:
    """The words in the output of ``pdftotext -tsv``."""
    words: list[LayerWord] = []
    for row in table.split("\n")[1:]:
        cells = row.split("\t")
        if len(cells) != 12 or cells[0] != "5" or len(words) >= MAX_WORDS:
            continue
        text = nfc("".join(c for c in cells[11] if c.isprintable() or c in _CODES).strip())
        left, top, width, height = (float(cell) for cell in cells[6:10])
        if text and width > 0 and height > 0:
            box = Box(left, top, left + width, top + height)
            words.append(LayerWord(text, box, tuple(int(cell) for cell in cells[2:5])))
    return words


def seen(words: list[LayerWord]) -> list[LayerWord]:
    """The words without what nobody sees, soft hyphens above all."""
    bare = ((word, "".join(c for c in word.text if c.isprintable()).strip()) for word in words)
    return [word if word.text == text else replace(word, text=text) for word, text in bare if text]


def _text(words: list[LayerWord]) -> str:
    """The words, a line of poppler's each."""
    return "\n".join(" ".join(word.text for word in line) for _, line in groupby(words, lambda w: w.line[:2]))


def judge(words: list[LayerWord], covered: bool) -> Judgement:
    """Decide whether a layer is good · legacy · ruined · stamp_only · none.

    ``legacy`` is as good as ``good`` once its old encodings are converted. Reasons: ``no_words`` ·
    ``signature:ID`` (an e-signature pattern, with its id) · ``encoding:NAME`` (an old encoding found) ·
    ``covers_little`` (so few words cannot be all of a scanned page) · and those of ``quality.assess``.

    Args:
        words: the layer's words.
        covered: whether images cover the page, so that it is a scan.
    """
    done, found = converted(_text(words))
    text = " ".join(done.text.split())
    judged = quality.assess(text)
    old = tuple(f"encoding:{name}" for name in found)
    limits = quality.thresholds()
    if not words:
        return Judgement("none", ("no_words",), judged)
    if covered and len(words) < limits.words:
        stamps = tuple(f"signature:{name}" for name in quality.signatures(text))
        if stamps or judged.words < limits.few_words or judged.score >= limits.good:
            return Judgement("stamp_only", (*stamps, *old, "covers_little"), judged)
        return Judgement("ruined", (*old, "covers_little", *judged.reasons), judged)
    # a page without an image has nothing better than its layer, unless drawing and reading it helps
    wanted = limits.good if covered else limits.fair
    believed = judged.score >= wanted or "few_words" in judged.reasons or judged.words == 0
    verdict: LayerVerdict = "ruined" if not believed else "legacy" if old else "good"
    return Judgement(verdict, (*old, *judged.reasons), judged)
