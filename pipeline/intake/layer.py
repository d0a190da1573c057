"""The text layer of a PDF page: its words with boxes, and whether it may be believed.

"Has text" is no test: most scans carry the e-signature's few lines, some a layer that an OCR in the wrong
language left. So the layer is judged by what it says.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import DamagedError
from pipeline.intake import children
from pipeline.language import quality
from pipeline.language.normal import nfc
from pipeline.language.quality import Quality
from pipeline.model import Box, LayerVerdict
from pipeline.settings import Settings

MAX_WORDS = 50_000
"""Words of one page that are read; a dense table page has 2,000."""


@dataclass(frozen=True)
class LayerWord:
    """A word of the layer, its box in points from the page's top left, and poppler's own line of it."""

    text: str
    box: Box
    line: tuple[int, ...]


@dataclass(frozen=True)
class Judgement:
    """Whether the layer is the page's text, with named reasons (see ``judge``) and the text's quality."""

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
    return parse(report.output.decode("utf-8", "replace"))


def parse(table: str) -> list[LayerWord]:
    """The words in the output of ``pdftotext -tsv``."""
    words: list[LayerWord] = []
    for row in table.split("\n")[1:]:
        cells = row.split("\t")
        if len(cells) != 12 or cells[0] != "5" or len(words) >= MAX_WORDS:
            continue
        text = nfc("".join(c for c in cells[11] if c.isprintable()).strip())
        left, top, width, height = (float(cell) for cell in cells[6:10])
        if text and width > 0 and height > 0:
            box = Box(left, top, left + width, top + height)
            words.append(LayerWord(text, box, tuple(int(cell) for cell in cells[2:5])))
    return words


def judge(words: list[LayerWord], covered: bool) -> Judgement:
    """Decide whether a layer is good · ruined · stamp_only · none.

    Reasons: ``no_words`` · ``signature:ID`` (an e-signature pattern, with its id) · ``covers_little`` (so few
    words cannot be all of a scanned page) · and those of ``quality.assess``.

    Args:
        words: the layer's words.
        covered: whether images cover the page, so that it is a scan.
    """
    text = " ".join(word.text for word in words)
    judged = quality.assess(text)
    limits = quality.thresholds()
    if not words:
        return Judgement("none", ("no_words",), judged)
    if covered and len(words) < limits.words:
        stamps = tuple(f"signature:{name}" for name in quality.signatures(text))
        if stamps or judged.words < limits.few_words or judged.score >= limits.good:
            return Judgement("stamp_only", (*stamps, "covers_little"), judged)
        return Judgement("ruined", ("covers_little", *judged.reasons), judged)
    # a page without an image has nothing better than its layer, unless drawing and reading it helps
    wanted = limits.good if covered else limits.fair
    believed = judged.score >= wanted or "few_words" in judged.reasons or judged.words == 0
    return Judgement("good" if believed else "ruined", judged.reasons, judged)
