"""A look at the page's image: do the layer's words stand there, and does anything stand where it has none?

The words of a hidden layer were seen by nobody; a font may draw other letters than it names. Where the words
alone leave doubt, a few stretches of them are cut out of the image and read, all in one call. That costs a
fifth of reading the page.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz

from pipeline.intake.affine import Affine
from pipeline.intake.layer import LOST, LayerWord
from pipeline.language.legible import total
from pipeline.language.normal import fold_marks
from pipeline.model import Box
from pipeline.ocr import prepare, rulings, strips, tesseract
from pipeline.ocr.greys import percentile
from pipeline.ocr.raster import Raster
from pipeline.settings import Settings

_STRETCHES = 12
"""Stretches of words that are read, half of them with numbers where there are so many."""
_WIDEST = 200.0
"""Points of a stretch: longer ones leave their line where a scan is crooked."""
_GAP = 2.2
"""Letter heights between words that are cells of their own."""
_PAD = 0.35
"""Letter heights around a stretch: layers stand some points off."""
_TILE = 6.0
"""Points of a tile of ink: a third of a line."""
_BAND = 8
"""Tiles with ink and no word, from which on a row of them may be a line."""
_LINES = 6
"""Lines without words that are read."""
_CUT = 1
"""Pixels from the edge of a cut within which a word is cut, too."""
_BETTER = 0.67
_SURE = 0.5
"""Confidence of a word that was read."""
_NUMBER = re.compile(r"\d[\d.,]*\d")
_LEADER = re.compile(r"[.…_-]{4}|\S{40}")
"""What OCR makes of dots that lead across a form; no word is as long."""
_WORD, _PIECE = re.compile(r"[^\W\d_]{2,}|\ufffd+"), re.compile(r"\w+")

PixelBox = tuple[int, int, int, int]


@dataclass(frozen=True)
class Comparison:
    """What stretches of a layer say against what is read there.

    Attributes:
        letters: how many were compared.
        exact: the share of them that is read alike, marks and case too, in the better two thirds of the
            stretches, for a cut may spoil a stretch; 0-1.
        alike: the share in all stretches, without marks and case.
        words: the share of words that are read alike, those of two letters and more if there are any; 0-1.
        numbers: how many numbers of two digits and more were compared.
        same: how many of them are read alike.
    """

    letters: int
    exact: float
    alike: float
    words: float
    numbers: int
    same: int


class Look:
    """A page image, made ready once."""

    def __init__(self, image: Raster, settings: Settings, folder: Path, where: str) -> None:
        """Take the page's image; ``folder`` is a scratch folder, ``where`` names the page in error lines."""
        self._ready = prepare.prepare(image)
        self._erased = rulings.erased(self._ready.image, rulings.find(self._ready.image, self._ready.dpi))
        self._back = _inverse(self._ready.affine)
        self._settings, self._folder, self._where = settings, folder, where
        self._step = max(1, round(_TILE * self._ready.dpi / 72))
        self._tiles = _tiles(np.asarray(self._erased), self._step)

    def compare(self, words: Sequence[LayerWord], texts: Sequence[str]) -> Comparison:
        """Read a few stretches of words; ``texts`` are what the words say, in Unicode."""
        plain = [number for number, text in enumerate(texts) if not _LEADER.search(text)] or range(len(texts))
        words, texts = [words[number] for number in plain], [texts[number] for number in plain]
        pattern = _WORD if any(map(_WORD.search, texts)) else _PIECE
        chosen = _chosen(list(_stretches(words)), texts)
        boxes = [self._box(words, stretch) for stretch in chosen]
        read = self._read(boxes)
        letters, alike, numbers, same, every, right = 0, 0.0, 0, 0, 0, 0
        shares: list[tuple[float, int]] = []
        for stretch, found in zip(chosen, read, strict=True):
            said = "".join(c for number in stretch for c in texts[number] if c.isalnum() or c == LOST)
            seen = "".join(c for word in found for c in word.text if c.isalnum())
            letters += len(said)
            shares.append((_within(said, seen), len(said)))
            alike += len(said) * _within(fold_marks(said).lower(), fold_marks(seen).lower())
            told = [w for number in stretch for w in pattern.findall(texts[number])]
            shown = {w for word in found for w in pattern.findall(word.text)}
            every += len(told)
            right += sum(word in shown for word in told)
            wanted = [n for number in stretch for n in _NUMBER.findall(texts[number])]
            got = {n for word in found for n in _NUMBER.findall(word.text)}
            numbers += len(wanted)
            same += sum(n in got for n in wanted)
        exact = _better(shares, _BETTER * letters)
        words_alike = right / max(every, 1)
        return Comparison(letters, exact, alike / max(letters, 1), words_alike, numbers, same)

    def without_ink(self, words: Sequence[LayerWord]) -> float:
        """The share of words, 0-1, with nothing drawn where they stand."""
        empty = sum(not self._under(word.box).any() for word in words)
        return empty / max(len(words), 1)

    def unread(self, words: Sequence[LayerWord], within: Box | None = None) -> tuple[int, float]:
        """Words that stand in lines without words of the layer.

        Args:
            words: all words of the layer.
            within: look in this part of the page alone, in points.

        Returns:
            About how many lines there are, and the nats by which what is read in some of them is text.
        """
        bare = self._tiles.copy()
        if within is not None:
            outside = np.ones_like(bare)
            outside[self._tiles_of(within, 0.0)] = False
            bare[outside] = False
        for word in words:
            bare[self._tiles_of(word.box, 0.25)] = False
        bands = list(_bands(bare))
        if not bands:
            return 0, 0.0
        step = max(1, len(bands) // _LINES)
        boxes = [
            self._pixels(*(edge * self._step for edge in band)) for band in bands[step // 2 :: step][:_LINES]
        ]
        # bands overlap, cut lines in half, and may hold words of the layer between those that it has not
        pairs = zip(boxes, self._read(boxes), strict=True)
        every = dict.fromkeys(word for box, found in pairs for word in found if _is_whole(word, box))
        read = [word for word in every if word.confidence >= _SURE and self._is_bare(word, bare)]
        return len(bands), total(word.text for word in read)

    def _is_bare(self, word: tesseract.Read, bare: NDArray[np.bool_]) -> bool:
        rows = slice(word.y0 // self._step, word.y1 // self._step + 1)
        columns = slice(word.x0 // self._step, word.x1 // self._step + 1)
        return 2 * int(bare[rows, columns].sum()) >= int(self._tiles[rows, columns].sum())

    def _read(self, boxes: Sequence[PixelBox]) -> list[list[tesseract.Read]]:
        """What is read in parts of the page, each part's words in order."""
        strip = strips.stack(self._erased, boxes, self._ready.dpi) if boxes else None
        found: list[list[tesseract.Read]] = [[] for _ in boxes]
        if strip is None:
            return found
        file = tesseract.saved(strip.image, self._folder / "look")
        words = tesseract.read(
            file, self._ready.dpi, self._settings, self._folder, where=self._where, options="--psm 6"
        )
        for word in sorted(strips.placed(words, strip), key=lambda w: (w.line, w.x0)):
            x, y = (word.x0 + word.x1) / 2, (word.y0 + word.y1) / 2
            for number, box in enumerate(boxes):
                if box[0] <= x <= box[2] and box[1] <= y <= box[3]:
                    found[number].append(word)
        return found

    def _box(self, words: Sequence[LayerWord], stretch: Sequence[int]) -> PixelBox:
        box = words[stretch[0]].box
        for number in stretch[1:]:
            box = box | words[number].box
        pad = _PAD * min(box.y1 - box.y0, 20.0)
        found = self._back.box(box.x0 - pad, box.y0 - pad, box.x1 + pad, box.y1 + pad)
        return self._pixels(found.x0, found.y0, found.x1, found.y1)

    def _pixels(self, x0: float, y0: float, x1: float, y1: float) -> PixelBox:
        width, height = self._ready.image.size
        left, top = min(max(round(x0), 0), width), min(max(round(y0), 0), height)
        return left, top, min(max(round(x1), left), width), min(max(round(y1), top), height)

    def _under(self, box: Box) -> NDArray[np.bool_]:
        return self._tiles[self._tiles_of(box, 0.0)]

    def _tiles_of(self, box: Box, grown: float) -> tuple[slice, slice]:
        pad = grown * min(box.y1 - box.y0, 30.0)
        found = self._back.box(box.x0 - pad, box.y0 - pad, box.x1 + pad, box.y1 + pad)
        x0, y0, x1, y1 = (edge / self._step for edge in (found.x0, found.y0, found.x1, found.y1))
        return slice(max(int(y0), 0), max(int(y1) + 1, 0)), slice(max(int(x0), 0), max(int(x1) + 1, 0))


def _is_whole(word: tesseract.Read, box: PixelBox) -> bool:
    """Whether a word ends before the cut does in which it was read, above and below."""
    return box[1] + _CUT < word.y0 and word.y1 < box[3] - _CUT


def _inverse(map_: Affine) -> Affine:
    """The map back.

    >>> _inverse(Affine(2, 0, 0, 4, 6, 8)).apply(*Affine(2, 0, 0, 4, 6, 8).apply(3, 5))
    (3.0, 5.0)
    """
    a, b, c, d, e, f = map_.a, map_.b, map_.c, map_.d, map_.e, map_.f
    size = a * d - b * c
    return Affine(d / size, -b / size, -c / size, a / size, (c * f - d * e) / size, (b * e - a * f) / size)


def _tiles(pixels: NDArray[np.uint8], step: int) -> NDArray[np.bool_]:
    """Which tiles of the page hold ink: more than specks."""
    dark = pixels < 0.6 * percentile(pixels[::4, ::4], 55)
    height, width = (side // step * step for side in dark.shape)
    tiles = dark[:height, :width].reshape(height // step, step, width // step, step)
    return np.asarray(tiles.sum(axis=(1, 3)) > max(2.0, 0.03 * step * step))


def _bands(tiles: NDArray[np.bool_]) -> Iterator[PixelBox]:
    """Rows of tiles that may be lines of text: left, top, right, bottom in tiles."""
    full = tiles.sum(axis=1) >= _BAND
    at = 0
    for dense, run in groupby(full.tolist()):
        size = len(list(run))
        # lines stand two to four tiles apart; several are cut into pieces of four
        for top in range(at, at + size, 4) if dense else ():
            bottom = min(top + 4, at + size)
            columns = np.flatnonzero(tiles[top:bottom].any(axis=0))
            yield int(columns[0]), max(top - 1, 0), int(columns[-1]) + 1, bottom + 1
        at += size


def _stretches(words: Sequence[LayerWord]) -> Iterator[list[int]]:
    """Numbers of words that stand beside each other on a line, as many as one cut takes."""
    for _, line in groupby(range(len(words)), lambda number: words[number].line):
        stretch: list[int] = []
        for number in line:
            box = words[number].box
            if stretch:
                first, before = words[stretch[0]].box, words[stretch[-1]].box
                apart = box.x0 - before.x1 > _GAP * (box.y1 - box.y0)
                if apart or box.x0 < before.x0 or box.x1 - first.x0 > _WIDEST:
                    yield stretch
                    stretch = []
            stretch.append(number)
        yield stretch


def _chosen(stretches: list[list[int]], texts: Sequence[str]) -> list[list[int]]:
    """Some of the stretches: half of them with numbers where there are so many."""
    counted = [any(map(_NUMBER.search, (texts[number] for number in stretch))) for stretch in stretches]
    with_numbers = [stretch for stretch, has in zip(stretches, counted, strict=True) if has]
    others = [stretch for stretch, has in zip(stretches, counted, strict=True) if not has]
    half = _STRETCHES // 2
    few = min(len(with_numbers), max(half, _STRETCHES - len(others)))
    return [*_even(with_numbers, few), *_even(others, _STRETCHES - few)]


def _even(stretches: list[list[int]], count: int) -> list[list[int]]:
    """So many of the stretches, evenly taken, long ones rather than short ones."""
    if len(stretches) <= count:
        return stretches
    size = len(stretches) / count
    return [max(stretches[round(i * size) : round((i + 1) * size)], key=len) for i in range(count)]


def _better(shares: Sequence[tuple[float, int]], letters: float) -> float:
    """The mean share over so many letters, the best first.

    >>> _better([(0.0, 5), (1.0, 10), (0.5, 10)], 20), _better([], 0)
    (0.75, 0.0)
    """
    total, weight = 0.0, 0
    for share, count in sorted(shares, reverse=True):
        if weight < letters:
            total, weight = total + share * count, weight + count
    return total / max(weight, 1)


def _within(said: str, seen: str) -> float:
    """How much of a text, 0-1, is found together in another, which may hold more around it."""
    if not said or not seen:
        return 0.0
    if len(seen) <= len(said):
        return fuzz.ratio(said, seen) / 100
    return fuzz.partial_ratio(said, seen) / 100
