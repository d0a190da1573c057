"""What plain Tesseract and hoso read of a page, and how much of it is what was printed."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from rapidfuzz.distance import Levenshtein

from benchmarks.words import words
from pipeline.intake import inspect
from pipeline.language.normal import nfc
from pipeline.model import Page
from pipeline.ocr import read_page
from pipeline.restore import Restorer
from pipeline.settings import Settings


@dataclass(frozen=True)
class Reading:
    """A text against what is printed: words wrong, numbers right, both without those filled in by hand."""

    words: int
    wrong: int
    numbers: int
    right: int
    hand: int = 0
    hand_right: int = 0

    def __add__(self, other: Reading) -> Reading:
        return Reading(*(a + b for a, b in zip(vars(self).values(), vars(other).values(), strict=True)))

    @property
    def wer(self) -> float:
        """Share of words that are wrong."""
        return self.wrong / max(self.words, 1)

    @property
    def recall(self) -> float:
        """Share of printed numbers found in place."""
        return self.right / max(self.numbers, 1)


NONE = Reading(0, 0, 0, 0)


def scored(truths: Sequence[str], text: str, by_hand: Sequence[int] = ()) -> Reading:
    """A text against the one of several orders of what is printed that fits it best.

    Args:
        truths: what is printed.
        text: what was read.
        by_hand: the numbers of the first order that are no print, by their place among its numbers.
    """
    read = [word.text for word in words(nfc(text))]
    orders = [[word.text for word in words(nfc(truth))] for truth in truths]
    printed = min(orders, key=lambda order: Levenshtein.distance(order, read))
    found = {
        place
        for op in Levenshtein.opcodes(printed, read)
        if op.tag == "equal"
        for place in range(op.src_start, op.src_end)
    }
    numbers = [place for place, word in enumerate(printed) if word[0].isdigit()]
    hand = {numbers[k] for k in by_hand}
    right = [place for place in numbers if place in found]
    return Reading(
        len(printed),
        Levenshtein.distance(printed, read),
        len(numbers) - len(hand),
        sum(place not in hand for place in right),
        len(hand),
        sum(place in hand for place in right),
    )


def plain(file: Path, number: int) -> str:
    """What Tesseract alone reads of a page drawn at 300 dpi."""
    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder) / "page"
        page = ["-f", str(number), "-l", str(number), "-singlefile"]
        subprocess.run(
            ["pdftoppm", "-r", "300", *page, str(file), str(base)], check=True, capture_output=True
        )
        command = ["tesseract", f"{base}.ppm", str(base), "-l", "vie", "--dpi", "300"]
        subprocess.run(command, check=True, capture_output=True, env={**os.environ, "OMP_THREAD_LIMIT": "1"})
        return base.with_suffix(".txt").read_text(encoding="utf-8")


def read(file: Path, number: int) -> Page:
    """What hoso reads."""
    settings = Settings()
    return read_page(file, number, inspect(file, settings), settings)


@cache
def _restorer() -> Restorer:
    return Restorer.load()


def warm() -> None:
    """Load what is loaded once, so that it counts for no page."""
    import pdf2image
    import pytesseract

    assert pdf2image
    assert pytesseract
    _restorer().restore("hộ nghèo", channel="vie")


def restored(page: Page) -> str:
    """The page's text as hoso hands it over, restored by itself."""
    return _restorer().restore(page.text, channel="vie").text
