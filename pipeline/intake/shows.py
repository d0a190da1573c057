"""In which font each word of a page is drawn, and whether anybody sees it.

poppler names the words and their places, not their fonts; the page's content names fonts and places, but the
letters only through each font's own codes. So the content is followed as far as its text's places, and a word
is drawn by what lies on its baseline. Text is hidden in mode 3, or under an image that is drawn over it: so
OCR software lays its words.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from pipeline.errors import ReadError
from pipeline.intake import pdf
from pipeline.intake.affine import IDENTITY, Affine, compose
from pipeline.intake.layer import LayerWord
from pipeline.intake.pdf import Geometry

_OPERATORS = "q Q cm Do BT ET Tf Td TD Tm T* TL Tc Tw Tz Ts Tr Tj TJ ' \" BI ID EI"
_ODD = re.compile(r"[^\w.+-]")
_LONGEST_NAME = 60
_HIDDEN = frozenset({3, 7})
_MAX_DEPTH = 5
_MAX_SHOWS = 60_000
_MAX_STEPS = 500_000
"""Operators that are followed: forms may draw forms, and each draw it many times."""
_NEAR = 400
"""Stretches of text that are asked for a word; a line has a hundred letters."""
_LEAST_COVER = 40_000
"""Square points from which an image may hide text: a twelfth of A4."""
_UNKNOWN_WIDTH = 500.0
"""Thousandths of the size that a glyph is wide where its font does not tell."""


@dataclass(slots=True)
class Show:
    """A stretch of text: its baseline in points of the page as shown, its font, whether it is hidden."""

    x0: float
    y0: float
    x1: float
    y1: float
    face: str
    hidden: bool


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


@dataclass
class _Walk:
    shown: Affine
    found: list[Show] = field(default_factory=list)
    steps: int = 0
    faces: dict[tuple[int, int], _Face] = field(default_factory=dict)


def told(words: Sequence[LayerWord], path: Path, number: int, page: Geometry, name: str) -> list[LayerWord]:
    """The words with their fonts' names and whether they are hidden; as they were where nothing tells."""
    shows = sorted(_shows(path, number, page, name), key=lambda show: show.y0)
    heights = [show.y0 for show in shows]
    found = []
    for word in words:
        box = word.box
        height, middle = box.y1 - box.y0, (box.x0 + box.x1) / 2
        best: tuple[float, Show] | None = None
        first = bisect_left(heights, box.y0)
        last = bisect_left(heights, box.y1 + 0.3 * height, first)
        for show in shows[first : min(last, first + _NEAR)]:
            away = max(show.x0 - middle, middle - show.x1, 0.0)
            if away <= height and (best is None or away < best[0]):
                best = away, show
        found.append(word if best is None else replace(word, face=best[1].face, hidden=best[1].hidden))
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
    return walk.found


def _follow(stream: Any, resources: Any, state: _State, walk: _Walk, depth: int) -> None:
    """Follow one content stream: the page's own or a form's."""
    import pikepdf

    stack: list[_State] = []
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
            state.face, state.size = _face(resources, operands[0], walk), float(operands[1])
        elif operator in _NUMBERS:
            setattr(state, _NUMBERS[operator], float(operands[0]))
        elif operator == "Tz":
            state.stretch = float(operands[0]) / 100
        elif operator == "Tr":
            state.mode = int(operands[0])
        elif operator == "q":
            stack.append(replace(state))
        elif operator == "Q" and stack:
            state = stack.pop()
        elif operator == "cm":
            state.matrix = compose(state.matrix, Affine(*(float(value) for value in operands)))
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
        if opaque and abs(m.a * m.d - m.b * m.c) > _LEAST_COVER:
            box = compose(walk.shown, m).box(0, 0, 1, 1)
            for show in walk.found:
                if box.x0 <= show.x0 <= box.x1 and box.y0 <= show.y0 <= box.y1:
                    show.hidden = True
    elif kind == "/Form" and depth < _MAX_DEPTH:
        inner = Affine(*(float(v) for v in target.get("/Matrix", [1, 0, 0, 1, 0, 0])))
        own = replace(state, matrix=compose(state.matrix, inner))
        _follow(target, target.get("/Resources", resources), own, walk, depth + 1)


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
    walk.found.append(
        Show(min(x0, x1), (y0 + y1) / 2, max(x0, x1), (y0 + y1) / 2, name, state.mode in _HIDDEN)
    )
    return behind


def _advance(text: bytes, state: _State) -> float:
    face = state.face
    if face is None:
        return len(text) * _UNKNOWN_WIDTH / 1000 * state.size
    wide = sum(map(face.width, face.codes(text))) / 1000 * state.size
    blanks = text.count(b" ") if face.size == 1 else 0
    return wide + state.space * (len(text) // face.size) + state.blank * blanks


def _face(resources: Any, key: Any, walk: _Walk) -> _Face | None:
    font = resources.get("/Font", {}).get(key)
    if font is None:
        return None
    mark = font.objgen
    if mark == (0, 0) or mark not in walk.faces:
        walk.faces[mark] = _made(font)
    return walk.faces[mark]


def _made(font: Any) -> _Face:
    told = str(font.get("/BaseFont", font.get("/Name", ""))).lstrip("/").rpartition("+")[2]
    name = _ODD.sub("_", told)[:_LONGEST_NAME]
    if str(font.get("/Subtype", "")) == "/Type0":
        descendant = font["/DescendantFonts"][0]
        default, widths = float(descendant.get("/DW", 1000)), _cid_widths(descendant.get("/W", []))
        return _Face(name, 2, lambda code: widths.get(code, default))
    scale = 1000 * float(font["/FontMatrix"][0]) if "/FontMatrix" in font else 1.0
    first = int(font.get("/FirstChar", 0))
    listed = [float(width) * scale for width in font.get("/Widths", [])]
    return _Face(
        name, 1, lambda code: listed[code - first] if 0 <= code - first < len(listed) else _UNKNOWN_WIDTH
    )


def _cid_widths(entries: Any) -> dict[int, float]:
    """``[c [w1 w2 …] c_first c_last w …]`` as widths by code."""
    import pikepdf

    found: dict[int, float] = {}
    items = list(entries)
    at = 0
    while at + 1 < len(items):
        first = int(items[at])
        if isinstance(items[at + 1], pikepdf.Array):
            found |= {first + i: float(width) for i, width in enumerate(items[at + 1])}
            at += 2
        elif at + 2 < len(items):
            last = min(int(items[at + 1]), first + 65_535)
            found |= dict.fromkeys(range(first, last + 1), float(items[at + 2]))
            at += 3
        else:
            break
    return found
