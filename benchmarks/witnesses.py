"""The second witness: what it is worth that an older layer's number is the one that was read, or another.

Drawn pages get the hidden layer that ``tesseract -l eng`` leaves, are read as hoso reads them, and each
number is compared with the printed one and with the old layer's. Also asked: how often the old layer has a
word right that was misread, and what would come of taking it.
"""

from __future__ import annotations

import re
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

from benchmarks.layer_drawing import Scan, read, scanned_pdf
from benchmarks.layer_forms import Source, sheet, spots
from pipeline.intake import inspect
from pipeline.intake.layer import LayerWord
from pipeline.language.legible import odds
from pipeline.language.witness import agreement
from pipeline.ocr import read_page, second
from pipeline.settings import Settings
from training.degrade import PROFILES, degrade
from training.pages import varied
from training.render import paint

PAGES = 40
FORMS = ("table", "prose", "table", "head", "list")
RESOLUTIONS = (100, 150, 200)
DAMAGES = ("office", "fax")
UNSURE = (0.3, 0.5, 0.7)
"""Confidences below which a word may be taken from the old layer."""


@dataclass(frozen=True)
class Heard:
    """A word as read, as the old layer has it, as printed; how sure Tesseract was of it."""

    read: str
    witness: str
    printed: str
    confidence: float


def heard(source: Source, pages: int = PAGES) -> Iterator[Heard]:
    """The words of so many pages, where all three stand beside each other."""
    with tempfile.TemporaryDirectory() as folder, patch.object(second, "surer", _as_it_was):
        path = Path(folder) / "page.pdf"
        for number in range(pages):
            rng = source.rng(50, number)
            page = sheet(source, FORMS[number % len(FORMS)], rng)
            dpi = int(rng.choice(RESOLUTIONS))
            profile = varied(PROFILES[DAMAGES[number % len(DAMAGES)]], rng)  # type: ignore[index]
            scan = Scan(degrade(paint(page, dpi), rng, profile, dpi), dpi)
            path.write_bytes(scanned_pdf(scan, read(scan, "eng")))
            done = read_page(path, 1, inspect(path, Settings()), Settings())
            texts = [done.text[word.start : word.end] for word in done.words]
            printed = [LayerWord(word, box, (0, 0, 0)) for word, box in spots(page)]
            for place, wanted in second.beside(done.words, texts, printed).items():
                word = done.words[place]
                yield Heard(texts[place], word.witness, wanted, word.confidence or 0.0)


def _as_it_was(confidence: float, agrees: bool | None) -> float:
    del agrees
    return confidence


def report(words: list[Heard]) -> str:
    """The measures as Markdown."""
    counts: Counter[tuple[bool, bool | None]] = Counter()
    for word in words:
        if (is_right := agreement(word.read, word.printed)) is not None:
            counts[is_right, agreement(word.read, word.witness)] += 1
    rows = ["| the old layer's number | numbers | read rightly |", "|---|---|---|"]
    named: tuple[tuple[str, bool | None], ...] = (("the same", True), ("another", False), ("none", None))
    for name, agrees in named:
        every = counts[True, agrees] + counts[False, agrees]
        rows.append(f"| {name} | {every} | {100 * counts[True, agrees] / max(every, 1):.1f} % |")
    right = sum(n for (is_right, _), n in counts.items() if is_right)
    wrong = counts.total() - right
    rows.append(f"| all | {right + wrong} | {100 * right / max(right + wrong, 1):.1f} % |")
    found = 100 * counts[False, False] / max(wrong, 1)
    flagged = 100 * counts[True, False] / max(right, 1)
    note = f"Of the misread numbers {found:.0f} % are flagged, of those read rightly {flagged:.1f} %."
    return "\n".join([*rows, "", note, "", _taken(words)])


def _taken(words: list[Heard]) -> str:
    """What would come of taking old words for unsure ones."""
    rules: dict[str, Callable[[Heard], bool]] = {
        "the old word": lambda _: True,
        "the old word, where it is the likelier text": lambda w: odds(w.witness) > odds(w.read),
        "the old number": lambda w: bool(re.search(r"\d", w.witness)) and odds(w.witness) == 0,
    }
    wrong = sum(word.read != word.printed for word in words)
    head = " | ".join(f"below {unsure}" for unsure in UNSURE)
    rows = [f"| taken for one of {len(words)} words, {wrong} of them misread | {head} |"]
    rows.append("|---" * (len(UNSURE) + 1) + "|")
    for name, rule in rules.items():
        cells = []
        for unsure in UNSURE:
            open_ = [w for w in words if w.confidence < unsure and w.witness not in {"", w.read} and rule(w)]
            mended = sum(w.witness == w.printed for w in open_)
            broken = sum(w.read == w.printed for w in open_)
            cells.append(f"{mended} mended, {broken} broken")
        rows.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(rows)
