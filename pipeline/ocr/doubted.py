"""Words that Tesseract is unsure of, read again in other company and at another size; the readings vote.

What it misread it often reads rightly when the word stands alone or between its two neighbours, and smaller.
All of a page's doubted words go into one strip, so that one more start of Tesseract reads them.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.language.syllables import is_syllable
from pipeline.ocr import strips, tesseract
from pipeline.ocr.strips import Strip
from pipeline.ocr.tesseract import Read
from pipeline.settings import Settings

if TYPE_CHECKING:
    from PIL import Image

SURE = 0.85
"""Confidence from which a word is not asked again: on 39 drawn pages 113 of 207 wrong words lie below it, and
179 of 19,321 right ones. With 0.9, read again, 169 words stay wrong, not 178, for half as much time again."""
_MOST = 60
"""Doubted words of a page that are read again, the least sure first."""
_SCALE = 0.75
"""Of 133 wrong words in doubt this size gave 70 rightly between their neighbours, 71 alone; the page's own
size 57 and 57, half as large again 58 and 57."""
_MARGIN = 0.05
"""Inches around a word; with 0.08 it brings parts of other words with it, and half as many become right."""
_ALIKE = 0.5
"""Share of the narrower box by which two words must overlap to be readings of one."""
_DIRT = 0.6
"""Confidence below which what the other readings do not see at all was none, figures apart."""
_ODD = 0.5
"""What a reading weighs that is neither number, syllable nor symbol: ``I5``, ``1ó``."""
_OPTIONS = "--psm 6 -c tessedit_do_invert=0"
"""One block; lines in doubt are not tried as white on black too, which took an eighth of the time."""
_ENDS = re.compile(r"^[^\w]+|[^\w]+$")
_MARK = re.compile(r"[.,/:-]")
_NUMBER = re.compile(r"\d+(?:[.,/:-]\d+)*%?")
_CODE = re.compile(r"(?:\d+/)?(?:\d{4}/)?[A-ZĐ]+(?:-[A-ZĐ]+)*")


@dataclass(frozen=True)
class _Ballot:
    """One reading of a word: its words and the least sure of them."""

    words: tuple[Read, ...]
    confidence: float

    @property
    def core(self) -> str:
        """The text without marks around it."""
        return _ENDS.sub("", " ".join(word.text for word in self.words))

    @property
    def key(self) -> str:
        """What it votes for: blanks are lost and found."""
        return self.core.replace(" ", "")

    @property
    def weight(self) -> float:
        """What it counts in the vote."""
        return self.confidence * (1.0 if _well_formed(self.core) else _ODD)


def read_again(
    words: Sequence[Read], image: Image.Image, dpi: int, settings: Settings, folder: Path, where: str
) -> list[Read]:
    """The words, those in doubt as three readings together have them.

    Args:
        words: all words of a page.
        image: the grey page that they stand on.
        dpi: its resolution.
        settings: language and limits.
        folder: a scratch folder.
        where: file and page for error lines.
    """
    asked = [i for i, word in enumerate(words) if word.confidence < SURE and _ENDS.sub("", word.text)]
    asked = sorted(sorted(asked, key=lambda i: words[i].confidence)[:_MOST])
    if not asked:
        return list(words)
    near = _neighbours(words)
    alone = [_around([words[i]], dpi, image.size) for i in asked]
    between = [_around([words[k] for k in near[i]], dpi, image.size) for i in asked]
    strip = strips.stack(image, [*alone, *between], dpi)
    if strip is None:
        return list(words)
    found = _read(strip, dpi, settings, folder, where)
    result = list[Read]()
    places = {index: k for k, index in enumerate(asked)}
    for index, word in enumerate(words):
        k = places.get(index)
        if k is None:
            result.append(word)
            continue
        others = [_ballot(word, found[box]) for box in (k, k + len(asked))]
        result += _elected(word, others)
    return result


def _read(strip: Strip, dpi: int, settings: Settings, folder: Path, where: str) -> dict[int, list[Read]]:
    """The strip's words, reduced for reading, by the box that they were cut from, where they stand there."""
    from PIL import Image

    size = tuple(round(side * _SCALE) for side in strip.image.size)
    reduced = strip.image.resize((size[0], size[1]), Image.Resampling.BICUBIC)
    file = tesseract.saved(reduced, folder / "doubted")
    read = tesseract.read(file, round(dpi * _SCALE), settings, folder, where=where, options=_OPTIONS)
    file.unlink()
    full = [
        replace(w, **{side: round(getattr(w, side) / _SCALE) for side in ("x0", "y0", "x1", "y1")})
        for w in read
    ]
    found: dict[int, list[Read]] = defaultdict(list)
    for word in strips.placed(full, strip):
        found[-1 - word.line[0]].append(word)
    return found


def _neighbours(words: Sequence[Read]) -> list[list[int]]:
    """Of each word itself and those beside it on its line."""
    lines: dict[tuple[int, int, int], list[int]] = defaultdict(list)
    for index, word in enumerate(words):
        lines[word.line].append(index)
    near: list[list[int]] = [[] for _ in words]
    for line in lines.values():
        line.sort(key=lambda i: words[i].x0)
        for k, index in enumerate(line):
            near[index] = line[max(0, k - 1) : k + 2]
    return near


def _around(words: Sequence[Read], dpi: int, size: tuple[int, int]) -> tuple[int, int, int, int]:
    margin = round(_MARGIN * dpi)
    return (
        max(0, min(w.x0 for w in words) - margin),
        max(0, min(w.y0 for w in words) - margin),
        min(size[0], max(w.x1 for w in words) + margin),
        min(size[1], max(w.y1 for w in words) + margin),
    )


def _ballot(word: Read, found: Sequence[Read]) -> _Ballot:
    """What of another reading stands where a word does."""
    there = [
        w
        for w in sorted(found, key=lambda w: w.x0)
        if min(w.x1, word.x1) - max(w.x0, word.x0) > _ALIKE * min(w.x1 - w.x0, word.x1 - word.x0)
    ]
    return _Ballot(tuple(there), min((w.confidence for w in there), default=0.0))


def _elected(word: Read, others: Sequence[_Ballot]) -> list[Read]:
    """The reading that has most weight; its confidence is what all readings give it on average.

    A number keeps its digits and marks, whatever the others read: it is less sure then. What was read out of
    dust or a stroke of the pen, and is not seen again, is left out; a digit never is.
    """
    own = _Ballot((word,), word.confidence)
    if own.confidence < _DIRT and not _digits(own.key) and not any(ballot.key for ballot in others):
        return []
    ballots = [own, *others]
    weights: dict[str, float] = defaultdict(float)
    for ballot in ballots:
        weights[ballot.key] += ballot.weight
    weights.pop("", None)
    chosen = max(weights, key=lambda key: weights[key])
    if _other_number(own, chosen):
        chosen = own.key
    backers = [ballot for ballot in ballots if ballot.key == chosen]
    sure = sum(ballot.confidence for ballot in backers) / len(ballots)
    if len(backers) == len(ballots):
        sure = max(ballot.confidence for ballot in backers)
    best = max(backers, key=lambda b: (_well_formed(b.core), -len(b.words), b is own, b.confidence))
    if len(best.words) == 1:
        return [replace(word, text=best.words[0].text, confidence=sure)]
    return [replace(part, line=word.line, confidence=sure) for part in best.words]


def _other_number(own: _Ballot, key: str) -> bool:
    """Whether a reading makes another number of one that may stand as it is, or loses one of its marks."""
    if not _digits(own.key):
        return False
    more = len(_MARK.findall(key)) - len(_MARK.findall(own.key))
    if _well_formed(own.core):
        return more != 0 or _digits(own.key) != _digits(key)
    return more < 0


def _digits(text: str) -> str:
    return "".join(c for c in text if c.isdigit())


def _well_formed(core: str) -> bool:
    """Whether a word is a number, a possible syllable or a symbol.

    >>> [_well_formed(word) for word in ("1.750", "hộ", "52/BC-UBND", "QĐ", "I5", "1ó", "")]
    [True, True, True, True, False, False, False]
    """
    parts = core.split()
    return bool(parts) and all(
        _NUMBER.fullmatch(part) or _CODE.fullmatch(part) or is_syllable(part) for part in parts
    )
