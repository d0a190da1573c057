"""In which font each word of a page is drawn, and whether anybody sees it.

poppler names the words and their places, not their fonts; the page's content names fonts and places, but the
letters only through each font's own codes. So the content is followed as far as its text's places, and a word
is drawn by what lies on its baseline. Text is hidden in mode 3, or under an image that is drawn over it: so
OCR software lays its words.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import islice
from math import floor, isfinite
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from pipeline.errors import ReadError
from pipeline.intake import paint, pdf, unpacked
from pipeline.intake.affine import IDENTITY, Affine, compose
from pipeline.intake.layer import LayerWord
from pipeline.intake.paint import Paint
from pipeline.intake.pdf import Geometry
from pipeline.intake.placement import MAX_CONTENT
from pipeline.model import Box

_OPERATORS = f"q Q cm Do BT ET Tf Td TD Tm T* TL Tc Tw Tz Ts Tr Tj TJ ' \" BI ID EI {paint.OPERATORS}"
_PAINTS = paint.COLOURS | paint.PATHS
_ODD = re.compile(r"[^\w.+-]")
_LONGEST_NAME = 60
_HIDDEN = frozenset({3, 7})
_MAX_DEPTH = 5
_MAX_SHOWS = 60_000
_MAX_STEPS = 500_000
"""Operators that are followed: forms may draw forms, and each draw it many times."""
_MOST_ASKED = 3_000_000
"""Stretches of text that are asked for the words of a page; twenty or so for each word is the rule."""
_MAX_COVERS = 500
"""Places of images or shapes that hide text; a scan in strips has a dozen."""
_MAX_CODES = 65_536
"""Codes of a font that have a width: as many as two bytes make."""
_UNTOLD = 20_000
"""Operators that a form counts for whose length cannot be told without unpacking it."""
_LEAST_COVER = 40_000
"""Square points from which an image may hide text: a twelfth of A4."""
_UNKNOWN_WIDTH = 500.0
"""Thousandths of the size that a glyph is wide where its font does not tell."""


@dataclass(slots=True)
class Show:
    """A stretch of text: its baseline in points of the page as shown, its font, whether it is hidden.

    ``faint``: its colour, a clip or what is painted over it may keep it from being seen.
    """

    x0: float
    y0: float
    x1: float
    y1: float
    face: str
    hidden: bool
    faint: bool = False


@dataclass
class _Face:
    """A font: its name, bytes of a code, and the width of a code in thousandths."""

    name: str
    size: int
    width: Callable[[int], float]

    def codes(self, text: bytes) -> Iterator[int]:
        if self.size == 1:
            yield from text
        else:
            for at in range(0, len(text) - 1, 2):
                yield text[at] << 8 | text[at + 1]


@dataclass
class _State:
    """What q keeps and Q brings back."""

    matrix: Affine
    face: _Face | None = None
    size: float = 1.0
    space: float = 0.0
    blank: float = 0.0
    stretch: float = 1.0
    leading: float = 0.0
    rise: float = 0.0
    mode: int = 0
    paint: Paint = field(default_factory=Paint)

    def copy(self) -> _State:
        """What q keeps."""
        return replace(self, paint=self.paint.copy())


@dataclass
class _Walk:
    """What was followed so far.

    ``covers``: an image's box, and how many stretches were drawn before it; ``light``: the same of small
    images and light shapes.
    """

    shown: Affine
    found: list[Show] = field(default_factory=list)
    covers: dict[Box, int] = field(default_factory=dict)
    light: dict[Box, int] = field(default_factory=dict)
    steps: int = 0
    faces: dict[tuple[int, int], _Face] = field(default_factory=dict)


@dataclass
class _Row:
    """Stretches of text of nearly one height on the page, from left to right.

    Attributes:
        numbers: which they are.
        starts: where each begins.
        reach: how far to the right it and those before it go.
    """

    numbers: list[int] = field(default_factory=list)
    starts: list[float] = field(default_factory=list)
    reach: list[float] = field(default_factory=list)

    def add(self, number: int, show: Show) -> None:
        self.numbers.append(number)
        self.starts.append(show.x0)
        self.reach.append(max(show.x1, self.reach[-1]) if self.reach else show.x1)


def told(words: Sequence[LayerWord], path: Path, number: int, page: Geometry, name: str) -> list[LayerWord]:
    """The words with their fonts' names and whether they are hidden; as they were where nothing tells."""
    return matched(words, _shows(path, number, page, name))


def matched(words: Sequence[LayerWord], shows: Sequence[Show]) -> list[LayerWord]:
    """The words, each with the font of the stretch on its baseline that is nearest to its middle.

    Of stretches that are equally near, the highest on the page, then the one drawn first.
    """
    rows = defaultdict[int, _Row](_Row)
    for number in sorted(range(len(shows)), key=lambda number: shows[number].x0):
        rows[floor(shows[number].y0)].add(number, shows[number])
    heights, asked, found = sorted(rows), 0, []
    for word in words:
        box = word.box
        height, middle = box.y1 - box.y0, (box.x0 + box.x1) / 2
        end = box.y1 + 0.3 * height
        best: tuple[float, float, int] | None = None
        at = bisect_left(heights, floor(box.y0))
        while at < len(heights) and heights[at] < end and asked < _MOST_ASKED:
            row = rows[heights[at]]
            place = bisect_right(row.starts, middle + height) - 1
            while place >= 0 and row.reach[place] >= middle - height and asked < _MOST_ASKED:
                number = row.numbers[place]
                show = shows[number]
                near = max(show.x0 - middle, middle - show.x1, 0.0), show.y0, number
                if box.y0 <= show.y0 < end and near[0] <= height and (best is None or near < best):
                    best = near
                place, asked = place - 1, asked + 1
            at, asked = at + 1, asked + 1
        match = shows[best[2]] if best else None
        found.append(
            replace(word, face=match.face, hidden=match.hidden, faint=match.faint) if match else word
        )
    return found


def _shows(path: Path, number: int, page: Geometry, name: str) -> list[Show]:
    import pikepdf

    walk = _Walk(page.shown)
    try:
        with pdf.opened(path, name) as document:
            content = document.pages[number - 1]
            _follow(content, content.get("/Resources", {}), _State(IDENTITY), walk, 0)
    except (
        pikepdf.PdfError,
        ReadError,
        RuntimeError,
        ValueError,
        TypeError,
        KeyError,
        IndexError,
        AttributeError,
    ):
        pass  # what was found before counts; words without a show keep no font
    _hide(walk)
    return walk.found


def _hide(walk: _Walk) -> None:
    """Mark what lies under an image that was drawn later."""
    x = np.array([show.x0 for show in walk.found])
    y = np.array([show.y0 for show in walk.found])
    for covers, name in ((walk.covers, "hidden"), (walk.light, "faint")):
        under = np.zeros(len(walk.found), bool)
        for box, count in covers.items():
            across = (box.x0 <= x[:count]) & (x[:count] <= box.x1)
            under[:count] |= across & (box.y0 <= y[:count]) & (y[:count] <= box.y1)
        for number in np.flatnonzero(under).tolist():
            setattr(walk.found[number], name, True)


def _follow(stream: Any, resources: Any, state: _State, walk: _Walk, depth: int) -> None:
    """Follow one content stream: the page's own or a form's."""
    import pikepdf

    stack: list[_State] = []
    faces: dict[str, _Face | None] = {}
    line = here = IDENTITY
    for instruction in pikepdf.parse_content_stream(stream, _OPERATORS):
        operands, operator = instruction.operands, str(instruction.operator)
        if operator in {"Tj", "TJ", "'", '"'}:
            if operator != "Tj" and operator != "TJ":
                line = here = compose(line, Affine(1, 0, 0, 1, 0, -state.leading))
            here = _show(operands[-1], state, here, walk)
        elif operator == "Tm":
            line = here = Affine(*(float(value) for value in operands))
        elif operator in {"Td", "TD"}:
            x, y = (float(value) for value in operands)
            if operator == "TD":
                state.leading = -y
            line = here = compose(line, Affine(1, 0, 0, 1, x, y))
        elif operator == "T*":
            line = here = compose(line, Affine(1, 0, 0, 1, 0, -state.leading))
        elif operator == "BT":
            line = here = IDENTITY
        elif operator == "Tf":
            key = str(operands[0])
            if key not in faces:
                faces[key] = _face(resources, key, walk)
            state.face, state.size = faces[key], float(operands[1])
        elif operator in _NUMBERS:
            setattr(state, _NUMBERS[operator], float(operands[0]))
        elif operator == "Tz":
            state.stretch = float(operands[0]) / 100
        elif operator == "Tr":
            state.mode = int(operands[0])
        elif operator == "q":
            stack.append(state.copy())
        elif operator == "Q" and stack:
            state = stack.pop()
        elif operator == "cm":
            state.matrix = compose(state.matrix, Affine(*(float(value) for value in operands)))
        elif operator in _PAINTS:
            place = compose(walk.shown, state.matrix)
            for box in state.paint.follow(operator, operands, resources, place):
                _cover(walk.light, box, walk)
        elif operator == "Do":
            _do(resources.get("/XObject", {}).get(operands[0]), resources, state, walk, depth)
        walk.steps += 1
        if len(walk.found) > _MAX_SHOWS or walk.steps > _MAX_STEPS:
            return


_NUMBERS = {"Tc": "space", "Tw": "blank", "TL": "leading", "Ts": "rise"}


def _do(target: Any, resources: Any, state: _State, walk: _Walk, depth: int) -> None:
    """A ``Do`` operator: an image hides what lies under it, a form is followed."""
    kind = str(target.get("/Subtype", "")) if target is not None else ""
    if kind == "/Image":
        m = state.matrix
        opaque = (
            "/SMask" not in target and "/Mask" not in target and not bool(target.get("/ImageMask", False))
        )
        if opaque:
            box = compose(walk.shown, m).box(0, 0, 1, 1)
            if abs(m.a * m.d - m.b * m.c) > _LEAST_COVER:
                _cover(walk.covers, box, walk)
            elif paint.hides(box):
                _cover(walk.light, box, walk)
    elif kind == "/Form" and depth < _MAX_DEPTH and walk.steps < _MAX_STEPS:
        inner = Affine(*(float(v) for v in target.get("/Matrix", [1, 0, 0, 1, 0, 0])))
        own = replace(state.copy(), matrix=compose(state.matrix, inner))
        size = unpacked.size(target, MAX_CONTENT)
        walk.steps += unpacked.FOLLOWED + (_UNTOLD if size is None else size // unpacked.STEP)
        if size is None or size <= MAX_CONTENT:
            _follow(target, target.get("/Resources", resources), own, walk, depth + 1)


def _cover(covers: dict[Box, int], box: Box, walk: _Walk) -> None:
    """Note what lies over all that was drawn before."""
    if box in covers or len(covers) < _MAX_COVERS:
        covers[box] = len(walk.found)


def _show(shown: Any, state: _State, here: Affine, walk: _Walk) -> Affine:
    """Note a stretch of text; where the next one begins."""
    import pikepdf

    parts = list(shown) if isinstance(shown, pikepdf.Array) else [shown]
    advance = 0.0
    for part in parts:
        if isinstance(part, pikepdf.String):
            advance += _advance(bytes(part), state)
        else:
            advance -= float(part) / 1000 * state.size
    behind = compose(here, Affine(1, 0, 0, 1, advance * state.stretch, 0))
    place = compose(walk.shown, state.matrix)
    x0, y0 = place.apply(*here.apply(0, state.rise))
    x1, y1 = place.apply(*behind.apply(0, state.rise))
    name = state.face.name if state.face else ""
    hidden, middle = state.mode in _HIDDEN or state.paint.clear, (y0 + y1) / 2
    faint = state.paint.may_miss((x0 + x1) / 2, middle, over_image=bool(walk.covers))
    show = Show(min(x0, x1), middle, max(x0, x1), middle, name, hidden, faint)
    if isfinite(show.x0) and isfinite(show.x1) and isfinite(show.y0):
        walk.found.append(show)
    return behind


def _advance(text: bytes, state: _State) -> float:
    face = state.face
    if face is None:
        return len(text) * _UNKNOWN_WIDTH / 1000 * state.size
    wide = sum(map(face.width, face.codes(text))) / 1000 * state.size
    blanks = text.count(b" ") if face.size == 1 else 0
    return wide + state.space * (len(text) // face.size) + state.blank * blanks


def _face(resources: Any, key: str, walk: _Walk) -> _Face | None:
    font = resources.get("/Font", {}).get(key)
    if font is None:
        return None
    mark = font.objgen
    if mark == (0, 0) or mark not in walk.faces:
        walk.faces[mark] = _made(font, walk)
    return walk.faces[mark]


def _made(font: Any, walk: _Walk) -> _Face:
    told = str(font.get("/BaseFont", font.get("/Name", ""))).lstrip("/").rpartition("+")[2]
    name = _ODD.sub("_", told)[:_LONGEST_NAME]
    if str(font.get("/Subtype", "")) == "/Type0":
        descendant = font["/DescendantFonts"][0]
        runs, default = _cid_widths(descendant.get("/W", []), walk), float(descendant.get("/DW", 1000))
        return _Face(name, 2, partial(_cid_width, runs, [run.first for run in runs], default))
    scale = 1000 * float(font["/FontMatrix"][0]) if "/FontMatrix" in font else 1.0
    first = int(font.get("/FirstChar", 0))
    listed = [float(width) * scale for width in islice(font.get("/Widths", []), 256)]
    walk.steps += len(listed) // 2
    return _Face(
        name, 1, lambda code: listed[code - first] if 0 <= code - first < len(listed) else _UNKNOWN_WIDTH
    )


class _Run(NamedTuple):
    """Codes of a font and their widths: one each, or one for all."""

    first: int
    last: int
    widths: list[float]


def _cid_widths(entries: Any, walk: _Walk) -> list[_Run]:
    """``[c [w1 w2 …] c_first c_last w …]`` as runs in order of their codes."""
    import pikepdf

    found: list[_Run] = []
    items = list(islice(entries, 3 * _MAX_CODES))
    at = read = 0
    while at + 1 < len(items) and read < _MAX_CODES:
        first = int(items[at])
        if isinstance(items[at + 1], pikepdf.Array):
            widths = [float(width) for width in islice(items[at + 1], _MAX_CODES - read)]
            if widths:
                found.append(_Run(first, first + len(widths) - 1, widths))
            at += 2
        elif at + 2 < len(items):
            widths = [float(items[at + 2])]
            found.append(_Run(first, int(items[at + 1]), widths))
            at += 3
        else:
            break
        read += max(len(widths), 1)
    walk.steps += (len(items) + read) // 2
    return sorted(found, key=lambda run: run.first)


def _cid_width(runs: Sequence[_Run], firsts: Sequence[int], default: float, code: int) -> float:
    at = bisect_right(firsts, code) - 1
    if at < 0 or code > runs[at].last:
        return default
    widths = runs[at].widths
    return widths[code - runs[at].first] if len(widths) > 1 else widths[0]
