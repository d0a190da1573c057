"""Where images stand on a PDF page, and whether one of them is the page: a scan.

The embedded image of a scanned page is better than a new raster: it has its own resolution, costs nothing to
draw and leaves out what signing software drew over it. But only where exactly one image covers the page and
nothing that counts is drawn over it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from pipeline.errors import ReadError
from pipeline.intake import paint, pdf, retold, unpacked
from pipeline.intake.affine import IDENTITY, Affine, compose
from pipeline.intake.codes import draws_capitals
from pipeline.intake.paint import Paint
from pipeline.intake.pdf import Geometry
from pipeline.language.quality import thresholds
from pipeline.model import Box

_OPERATORS = f"q Q cm Do Tr Tj TJ ' \" BI ID EI BDC {paint.OPERATORS}"
_PAINTS = paint.COLOURS | paint.PATHS
_MAX_DEPTH = 5
_MAX_STREAM = 8_000_000
"""Bytes, unpacked, of a content stream that is followed; more are hundreds of megabytes of operators."""
MAX_CONTENT = 100_000_000
"""Bytes, unpacked, of a page's content from which it is a bomb: the largest plans have ten million."""
_MAX_STEPS = 1_000_000
"""Operators that are followed on one page, its forms counted as often as they are drawn."""
_CANNOT_FOLLOW = (ReadError, RuntimeError, ValueError, TypeError, KeyError, IndexError, AttributeError)
"""What pikepdf's values raise where a hostile file has others than the standard names."""
_TEXT = frozenset({"Tj", "TJ", "'", '"'})
_PAINT = paint.FILLS | {"S", "s"}
_NARROW = 2_000.0
"""Square points of a clip that may hide what stands outside it; one around a line of text has more."""
_HIDDEN = frozenset({3, 7})
_COVERS = 0.9
_MAX_GLYPHS_OVER = 400
_MAX_PATHS_OVER = 2000
_MAX_FONTS = 200
"""Fonts of a stream whose names are looked at; a page has a dozen."""
_FONT_STEPS = 4
"""Operators that a look at a font's name takes as long as."""


@dataclass(frozen=True)
class Placement:
    """One image as drawn: ``affine`` maps its unit square to the file's coordinates.

    ``object_id`` is its object number (0 for an inline image), ``simple`` whether it is drawn plainly:
    neither a stencil nor partly transparent.
    """

    object_id: int
    width: int
    height: int
    affine: Affine
    simple: bool


@dataclass
class Drawn:
    """What a page's content draws: images in order; glyphs and paths that are drawn after the last one.

    ``glyphs`` are all that are drawn to be seen, ``hides`` whether there are others.
    ``faint`` says that colour, a clip or what is painted over it may keep some text from being seen.
    ``capitals`` says that it has a font which draws small letters of an old encoding as capitals.
    ``retold`` says that some text is told otherwise than by its letters (``/ActualText``).
    ``complete`` is False where not all of it could be followed, ``bomb`` True where it unpacks to more than
    any program should be given.
    """

    images: list[Placement] = field(default_factory=list)
    glyphs: int = 0
    hides: bool = False
    glyphs_over: int = 0
    paths_over: int = 0
    faint: bool = False
    capitals: bool = False
    retold: bool = False
    complete: bool = True
    bomb: bool = False
    steps: int = 0

    @property
    def largest(self) -> int:
        """Pixels of the largest image."""
        return max((image.width * image.height for image in self.images), default=0)


def drawn(path: Path, number: int, name: str) -> Drawn:
    """What page ``number`` (from 1) draws.

    Never raises for content that cannot be followed: then ``complete`` is False.
    """
    import pikepdf

    found = Drawn()
    try:
        with pdf.opened(path, name) as document:
            page = document.pages[number - 1]
            _walk(page, page.get("/Resources", {}), IDENTITY, found, 0)
    except _CANNOT_FOLLOW:
        found.complete = False
    except (pikepdf.PdfError, MemoryError):
        found.complete = False
    return found


def scan(found: Drawn, page: Geometry) -> Placement | None:
    """The image that is the page; None where there is none or where more than one counts."""
    if not found.complete or found.glyphs_over > _MAX_GLYPHS_OVER or found.paths_over > _MAX_PATHS_OVER:
        return None
    covering = [image for image in found.images if share(image, page) >= _COVERS]
    others = sum(share(image, page) for image in found.images if image not in covering)
    if len(covering) != 1 or others > 0.25:
        return None
    image = covering[0]
    return image if image.simple and image.object_id else None


def covered(found: Drawn, page: Geometry) -> bool:
    """Whether images cover so much of the page that it is a scanned page."""
    return sum(share(image, page) for image in found.images) >= thresholds().image


def shown(image: Placement, page: Geometry) -> Box:
    """The image's bounding box in points of the page as shown."""
    return compose(page.shown, image.affine).box(0, 0, 1, 1)


def share(image: Placement, page: Geometry) -> float:
    """The share of the page, 0-1, that the image's bounding box covers."""
    corners = [image.affine.apply(x, y) for x in (0.0, 1.0) for y in (0.0, 1.0)]
    x0, y0, x1, y1 = page.crop
    across = min(max(x for x, _ in corners), x1) - max(min(x for x, _ in corners), x0)
    down = min(max(y for _, y in corners), y1) - max(min(y for _, y in corners), y0)
    area = (x1 - x0) * (y1 - y0)
    return max(across, 0.0) * max(down, 0.0) / area if area > 0 else 0.0


def _walk(stream: Any, resources: Any, start: Affine, found: Drawn, depth: int) -> None:
    """Follow one content stream: the page's own or a form's."""
    import pikepdf

    if found.steps > _MAX_STEPS or not _may_follow(stream, found, depth):
        found.complete = False
        return
    found.capitals = found.capitals or any(map(draws_capitals, _fonts(resources, found)))
    stack: list[tuple[Affine, int, Paint]] = []
    matrix, mode, inks = start, 0, Paint()
    for instruction in _instructions(pikepdf.parse_content_stream(stream, _OPERATORS)):
        operands, operator = instruction
        found.steps += 1
        if found.steps > _MAX_STEPS:
            found.complete = False
            return
        if operator == "q":
            stack.append((matrix, mode, inks.copy()))
        elif operator == "Q" and stack:
            matrix, mode, inks = stack.pop()
        elif operator == "cm":
            matrix = compose(matrix, Affine(*(float(value) for value in operands)))
        elif operator == "Tr":
            mode = int(operands[0])
        elif operator in _TEXT and (mode in _HIDDEN or inks.clear):
            found.hides = True
        elif operator in _TEXT:
            drawn = _glyphs(operands)
            found.glyphs_over += drawn
            found.glyphs += drawn
            found.faint = found.faint or _is_faint(inks)
        elif operator in _PAINTS:
            found.paths_over += operator in _PAINT
            light = inks.follow(operator, operands, resources, matrix)
            found.faint = found.faint or bool(light and found.glyphs)
        elif operator == "BDC":
            found.retold = found.retold or retold.tells(operands, resources)
        elif operator == "Do":
            _draw(resources.get("/XObject", {}).get(operands[0]), resources, matrix, found, depth)
        elif operator == "INLINE IMAGE":
            found.images.append(Placement(0, 1, 1, matrix, simple=False))


def _is_faint(inks: Paint) -> bool:
    clip = inks.state.clip
    return inks.light or not inks.state.plain or (clip.x1 - clip.x0) * (clip.y1 - clip.y0) < _NARROW


def _fonts(resources: Any, found: Drawn) -> Iterator[str]:
    """The names of fonts among a stream's resources."""
    fonts = resources.get("/Font", {})
    for key in islice(fonts.keys(), _MAX_FONTS):
        found.steps += _FONT_STEPS
        yield str(fonts[key].get("/BaseFont", "")).lstrip("/")


def _draw(target: Any, resources: Any, matrix: Affine, found: Drawn, depth: int) -> None:
    """A ``Do`` operator: an image or a form."""
    kind = str(target.get("/Subtype", "")) if target is not None else ""
    if kind == "/Image":
        simple = (
            "/SMask" not in target and "/Mask" not in target and not bool(target.get("/ImageMask", False))
        )
        width, height = int(target.get("/Width", 0)), int(target.get("/Height", 0))
        found.images.append(Placement(int(target.objgen[0]), width, height, matrix, simple))
        if abs(matrix.a * matrix.d - matrix.b * matrix.c) > 40_000:  # a page-sized image hides what is under
            found.glyphs_over = found.paths_over = 0
        else:
            found.faint = found.faint or found.glyphs > 0
    elif kind == "/Form":
        if depth >= _MAX_DEPTH:
            found.complete = False
            return
        inner = Affine(*(float(v) for v in target.get("/Matrix", [1, 0, 0, 1, 0, 0])))
        _walk(target, target.get("/Resources", resources), compose(matrix, inner), found, depth + 1)


def _instructions(parsed: Iterable[Any]) -> Iterator[tuple[Any, str]]:
    for instruction in parsed:
        yield instruction.operands, str(instruction.operator)


def _glyphs(operands: Any) -> int:
    """About how many glyphs a text operator shows."""
    import pikepdf

    last = operands[-1]
    parts = list(last) if isinstance(last, pikepdf.Array) else [last]
    return sum(len(bytes(part)) for part in parts if isinstance(part, pikepdf.String))


def _may_follow(stream: Any, found: Drawn, depth: int) -> bool:
    """Whether a page's or form's content is small enough, unpacked, to be followed."""
    if depth == 0:
        size = unpacked.content_size(stream.get("/Contents"), MAX_CONTENT)
        found.bomb = size is not None and size > MAX_CONTENT
    else:
        size = unpacked.size(stream, _MAX_STREAM)
        found.steps += unpacked.FOLLOWED + (_MAX_STREAM if size is None else size) // unpacked.STEP
    return size is not None and size <= _MAX_STREAM


def parts(contents: Any) -> list[Any]:
    """The streams of a page's content."""
    import pikepdf

    if isinstance(contents, pikepdf.Stream):
        return [contents]
    if not isinstance(contents, pikepdf.Array):
        return []
    return [part for part in contents if isinstance(part, pikepdf.Stream)]
