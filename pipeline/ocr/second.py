"""The layer that stood on a page beside what is read there now: good words kept, the others witnesses.

Words are set beside each other by place, then by letters, for the two readings part words differently. A
layer whose words are not found again says nothing of this page: it is no witness.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from rapidfuzz.distance import Levenshtein

from pipeline.intake.layer import LayerWord
from pipeline.language.normal import fold_marks
from pipeline.language.witness import agreement, surer
from pipeline.model import Box, Page, Word
from pipeline.ocr.words import Token

_BAND = 16.0
"""Points of page by which boxes are found."""
_TALLEST = 64
"""Bands of a box in which it is found: a thousand points, more than the page is high."""
_ACROSS, _DOWN = 0.3, 0.5
"""Shares of the smaller box that two boxes of one word have in common."""
_KEPT = 0.5
"""Share of a read word's box from which a kept word stands in its place."""
_WHOLE = 0.8
"""Share from which nothing of it is left, whatever was read there."""
_HEARD = 0.45
"""Share of letters, marks apart, from which a layer is a witness: one that an English OCR left has 0.8."""
_MOST = 5_000
"""Words of a layer that are heard; a dense table page has 2,000."""
_LONGEST = 400
"""Letters of words that stand together; more is no line."""


def merged(read: Sequence[Token], kept: Sequence[LayerWord]) -> list[Token]:
    """What was read, with the kept words in the place of what was read there.

    A kept word goes to the line of the word that it stands for, alone or with others, else to its own.
    """
    places = _Places([token.box for token in read])
    over: dict[int, list[LayerWord]] = {}
    for word in kept:
        for n in places.near(word.box):
            if _inside(read[n].box, word.box) > 0:
                over.setdefault(n, []).append(word)
    gone = {n for n, words in over.items() if _is_kept(read[n], words)}
    own = []
    for word in kept:
        stood = (n for n in places.near(word.box) if n in gone and _same(read[n].box, word.box))
        first = next(stood, None)
        own.append(Token(word.text, word.box, (-1, *word.line) if first is None else read[first].group))
    return [*(token for number, token in enumerate(read) if number not in gone), *own]


def _is_kept(token: Token, words: Sequence[LayerWord]) -> bool:
    """Whether kept words stand for a read one: no digit that they lack may be lost with it."""
    together = _together(token.box, [word.box for word in words])
    if together < _KEPT and all(_inside(token.box, word.box) < _KEPT for word in words):
        return False
    return together >= _WHOLE or not _digits(token.text) - _digits("".join(word.text for word in words))


def _digits(text: str) -> Counter[str]:
    return Counter(filter(str.isdecimal, text))


def witnessed(page: Page, layer: Sequence[LayerWord]) -> Page:
    """A page whose words know what the layer has in their place; numbers are surer or less sure by it.

    The page as it is, with the reason ``no_witness``, where the layer is another page's.
    """
    texts = [page.text[word.start : word.end] for word in page.words]
    said = beside(page.words, texts, layer)
    letters = sum(
        len(text) for text, word in zip(texts, page.words, strict=True) if word.confidence is not None
    )
    heard = sum(len(text) * _alike(text, said[number]) for number, text in enumerate(texts) if number in said)
    if heard < _HEARD * letters:
        return replace(page, reasons=(*page.reasons, "no_witness"))
    words = list(page.words)
    for number, witness in said.items():
        word = words[number]
        sure = word.confidence
        if sure is not None:
            sure = round(surer(sure, agreement(texts[number], witness)), 4)
        words[number] = replace(word, confidence=sure, witness=witness)
    return replace(page, words=tuple(words))


def _alike(text: str, other: str) -> float:
    return Levenshtein.normalized_similarity(fold_marks(text).lower(), fold_marks(other).lower())


def beside(words: Sequence[Word], texts: Sequence[str], layer: Sequence[LayerWord]) -> dict[int, str]:
    """What the layer has in the place of each word, by the words' numbers."""
    known = [
        number for number, word in enumerate(words) if word.box is not None and word.confidence is not None
    ]
    boxes = [box for number in known if (box := words[number].box) is not None]
    found: dict[int, str] = {}
    for ours, theirs in _groups(boxes, [word.box for word in layer[:_MOST]]):
        ours.sort(key=lambda n: boxes[n].x0)
        theirs.sort(key=lambda n: layer[n].box.x0)
        said = "".join(layer[n].text for n in theirs)[:_LONGEST]
        for n, part in zip(ours, _parted([texts[known[n]] for n in ours], said), strict=True):
            if part:
                found[known[n]] = part
    return found


def _parted(words: Sequence[str], said: str) -> Iterator[str]:
    """A text cut into the parts that stand for words, by their letters.

    >>> list(_parted(["triệu", "đồng"], "triQuddng"))
    ['triQu', 'ddng']
    """
    if len(words) == 1:
        yield said
        return
    whole = "".join(words)
    ends = [0] * (len(whole) + 1)
    for step in Levenshtein.opcodes(whole, said):
        for at in range(step.src_start, step.src_end):
            across = (at + 1 - step.src_start) / (step.src_end - step.src_start)
            ends[at + 1] = step.dest_start + round(across * (step.dest_end - step.dest_start))
    ends[-1] = len(said)
    first = start = 0
    for word in words:
        start += len(word)
        yield said[first : ends[start]]
        first = ends[start]


def _groups(ours: Sequence[Box], theirs: Sequence[Box]) -> Iterator[tuple[list[int], list[int]]]:
    """Boxes of both sides that stand for each other: those that overlap, and what overlaps with them."""
    places = _Places(theirs)
    near = [[n for n in places.near(box) if _same(box, theirs[n])] for box in ours]
    back: dict[int, list[int]] = {}
    for number, found in enumerate(near):
        for n in found:
            back.setdefault(n, []).append(number)
    done = set[int]()
    for number in range(len(ours)):
        if number in done or not near[number]:
            continue
        group, others, open_ = [number], set[int](), [number]
        done.add(number)
        while open_:
            for n in near[open_.pop()]:
                if n not in others:
                    others.add(n)
                    new = [m for m in back[n] if m not in done]
                    done.update(new)
                    group += new
                    open_ += new
        yield group, list(others)


class _Places:
    """Boxes of a page, to ask which lie near one."""

    def __init__(self, boxes: Iterable[Box]) -> None:
        self._bands: dict[int, list[int]] = {}
        for number, box in enumerate(boxes):
            for band in _bands(box):
                self._bands.setdefault(band, []).append(number)

    def near(self, box: Box) -> list[int]:
        """Numbers of boxes in the same bands of the page, each once."""
        return list(dict.fromkeys(number for band in _bands(box) for number in self._bands.get(band, ())))


def _bands(box: Box) -> range:
    first = int(box.y0 // _BAND)
    return range(first, min(int(box.y1 // _BAND), first + _TALLEST) + 1)


def _same(a: Box, b: Box) -> bool:
    across, down = min(a.x1, b.x1) - max(a.x0, b.x0), min(a.y1, b.y1) - max(a.y0, b.y0)
    return across > _ACROSS * min(a.x1 - a.x0, b.x1 - b.x0) and down > _DOWN * min(a.y1 - a.y0, b.y1 - b.y0)


def _inside(a: Box, b: Box) -> float:
    """The share of a box that lies in another."""
    across, down = min(a.x1, b.x1) - max(a.x0, b.x0), min(a.y1, b.y1) - max(a.y0, b.y0)
    return max(across, 0.0) * max(down, 0.0) / max((a.x1 - a.x0) * (a.y1 - a.y0), 0.01)


def _together(box: Box, others: Iterable[Box]) -> float:
    """The share of a box's width that others on its line cover, what two of them cover counted once."""
    covered, reached = 0.0, box.x0
    for other in sorted(others, key=lambda other: other.x0):
        if min(box.y1, other.y1) - max(box.y0, other.y0) > _DOWN * (box.y1 - box.y0):
            covered += max(min(other.x1, box.x1) - max(other.x0, reached), 0.0)
            reached = max(reached, other.x1)
    return covered / max(box.x1 - box.x0, 0.01)
