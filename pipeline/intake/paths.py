"""The straight rules that a PDF page draws as paths: what a ruled table is made of, told without an image.

Where its content cannot be followed, or leaves open what is seen, the page must be drawn and looked at.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from pipeline.errors import ReadError
from pipeline.intake import graphics, pdf, placement, unpacked
from pipeline.intake.affine import Affine, compose
from pipeline.intake.graphics import State, numbers
from pipeline.intake.marks import FARTHEST, THICKEST, WIDE, Outline, Pen, Point, Rules, UnclearError, clipped
from pipeline.intake.pdf import Geometry
from pipeline.intake.placement import Drawn
from pipeline.model import Box

_BUILD = frozenset({"m", "l", "c", "v", "y", "h", "re"})
_FILL = frozenset({"f", "F", "f*", "B", "B*", "b", "b*"})
_STROKE = frozenset({"S", "s", "B", "B*", "b", "b*"})
_CLOSE = frozenset({"s", "b", "b*"})
_CLIP = frozenset({"W", "W*"})
_OPERATORS = f"{graphics.OPERATORS} {' '.join(sorted(_BUILD | _FILL | _STROKE | _CLIP))} n q Q Do sh BDC"
_MAX_DEPTH = 5
_MAX_STREAM = 1_000_000
"""Bytes, unpacked, of all content that is followed; a page full of a table has 50,000 to 200,000."""
_LEAST_STREAM = 1_000
"""Bytes for which a form counts at least: each is parsed as often as it is drawn."""
_CANNOT_FOLLOW = (
    ReadError, RuntimeError, ValueError, TypeError, KeyError, IndexError, AttributeError, ArithmeticError,
    MemoryError,
)  # fmt: skip


def rules(path: Path, number: int, content: Drawn, page: Geometry, name: str) -> Rules | None:
    """The rules that page ``number`` (from 1) draws; None where its image must be looked at for them.

    Args:
        path: the file.
        number: the page, from 1.
        content: what the page draws.
        page: its geometry.
        name: what error lines call the file.
    """
    import pikepdf

    if not content.complete or any(_holds_rules(image, page) for image in content.images):
        return None
    pen = Pen()
    try:
        with pdf.opened(path, name) as document:
            target = document.pages[number - 1]
            if "/UserUnit" in target or any(map(_is_drawn, target.get("/Annots", []))):
                return None
            state = State(page.shown, Box(0, 0, page.width, page.height))
            _walk(target, target.resources, state, pen, 0)
            return pen.rules()
    except (UnclearError, pikepdf.PdfError, *_CANNOT_FOLLOW):
        return None


def _holds_rules(image: placement.Placement, page: Geometry) -> bool:
    """Whether an image may be a table, or a rule."""
    box = placement.shown(image, page)
    across, down = box.x1 - box.x0, box.y1 - box.y0
    return not (across < WIDE * page.width and min(across, down) > THICKEST)


def _is_drawn(annotation: Any) -> bool:
    """Whether an annotation may be seen as more than a link's frame."""
    if str(annotation.get("/Subtype", "")) in {"/Link", "/Popup"}:
        return False
    x0, y0, x1, y1 = (float(side) for side in annotation.get("/Rect", [0, 0, 1, 1]))
    return x0 != x1 and y0 != y1  # a signature that is not shown has no size


def _walk(stream: Any, resources: Any, state: State, pen: Pen, depth: int) -> None:
    """Follow one content stream, the page's own or a form's.

    Raises:
        UnclearError: where it cannot be told which rules it draws.
    """
    import pikepdf

    for part in placement.parts(stream.get("/Contents")) if depth == 0 else [stream]:
        size = unpacked.size(part, _MAX_STREAM)
        pen.size += max(_MAX_STREAM + 1 if size is None else size, _LEAST_STREAM)
    if pen.size > _MAX_STREAM or depth > _MAX_DEPTH:
        raise UnclearError
    stack: list[State] = []
    outlines: list[Outline] = []
    clips = False
    for instruction in pikepdf.parse_content_stream(stream, _OPERATORS):
        operands, operator = instruction.operands, str(instruction.operator)
        if operator in _BUILD:
            _build(outlines, operator, operands, state.matrix)
        elif operator in _CLIP:
            clips = True
        elif operator == "n" or operator in _FILL or operator in _STROKE:
            if operator in _CLOSE and outlines:
                outlines[-1].closed = True
            if operator in _FILL:
                pen.fill(outlines, state)
            if operator in _STROKE:
                pen.stroke(outlines, state)
            if clips:
                _clip(outlines, state)
            outlines, clips = [], False
        elif operator == "q":
            stack.append(replace(state))
        elif operator == "Q":
            state = stack.pop() if stack else state
        elif operator == "Do":
            _draw(resources.get("/XObject", {}).get(operands[0]), resources, state, pen, depth)
        elif operator == "sh" or (operator == "BDC" and str(operands[0]) == "/OC"):
            raise UnclearError  # shadings, and layers that may be hidden
        elif operator != "BDC":
            graphics.change(state, operator, operands, resources)


def _draw(target: Any, resources: Any, state: State, pen: Pen, depth: int) -> None:
    """A ``Do`` operator: images are known, forms are followed within their boxes."""
    if target is None or str(target.get("/Subtype", "")) != "/Form":
        return
    if "/OC" in target:
        raise UnclearError
    inner = compose(state.matrix, Affine(*numbers(target.get("/Matrix", [1, 0, 0, 1, 0, 0]))))
    x0, y0, x1, y1 = numbers(target["/BBox"])
    within = replace(state, matrix=inner)
    _clip([_rectangle(inner, x0, y0, x1 - x0, y1 - y0)], within)
    _walk(target, target.get("/Resources", resources), within, pen, depth + 1)


def _point(matrix: Affine, x: float, y: float) -> Point:
    x, y = matrix.apply(x, y)
    if not (abs(x) < FARTHEST and abs(y) < FARTHEST):
        raise UnclearError
    return x, y


def _rectangle(matrix: Affine, x: float, y: float, across: float, up: float) -> Outline:
    corners = ((x, y), (x + across, y), (x + across, y + up), (x, y + up))
    return Outline([_point(matrix, *corner) for corner in corners], closed=True)


def _build(outlines: list[Outline], operator: str, operands: Any, matrix: Affine) -> None:
    """An operator that adds to a path."""
    values = numbers(operands)
    if operator == "re":
        outlines.append(_rectangle(matrix, *values))
    elif operator == "m":
        outlines.append(Outline([_point(matrix, *values)]))
    elif operator == "h":
        if outlines:
            outlines[-1].closed = True
    elif not outlines:
        raise UnclearError
    else:
        if outlines[-1].closed:  # the next part begins where the last one did
            outlines.append(Outline([outlines[-1].points[0]]))
        outlines[-1].curved |= operator != "l"
        outlines[-1].points.append(_point(matrix, *values[-2:]))


def _clip(outlines: Sequence[Outline], state: State) -> None:
    """Narrow the clip to a path; exact for a rectangle, else what is drawn within is in doubt."""
    outlines = [outline for outline in outlines if len(outline.points) > 1]
    if len(outlines) != 1 or not outlines[0].is_rectangle:
        state.plain = False
        return
    nothing = Box(-FARTHEST, -FARTHEST, -FARTHEST, -FARTHEST)
    state.clip = clipped(outlines[0].box, state.clip) or nothing
