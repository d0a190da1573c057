"""OCRmyPDF's plugin interface: hoso's words as an OCR engine, the scan left as it is.

``ocrmypdf --plugin pipeline.archive.plugin --redo-ocr IN OUT`` reads IN as ``hoso extract`` does and lays the
restored words under its pages; ``hoso archive`` runs the same with words that were read before
(``--hoso-words``). Pages whose own text is good are left out; elsewhere an invisible layer that stood there
is taken away, images and visible text stay as they are. Nothing is rasterised: the words are there already.

The output depends on the input alone: no dates of the run, no random names.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pikepdf
from ocrmypdf import BadArgsError, OcrElement, OcrEngine, OrientationConfidence, hookimpl
from ocrmypdf.exceptions import ExitCodeException
from ocrmypdf.hocrtransform import BoundingBox, OcrClass
from ocrmypdf.pdfa import get_pdf_save_settings
from PIL import Image

import pipeline
from pipeline.archive import sheet as paper
from pipeline.archive.layer import Layer
from pipeline.archive.words import needs_words, place
from pipeline.model import Box, Document

if TYPE_CHECKING:
    from argparse import ArgumentParser

    from pipeline.archive.sheet import Sheet

_SHEETS = "hoso_sheets"
_NOBODY = frozenset({-1})
"""Pages to be read where none is: OCRmyPDF takes an empty set for all."""
_DRAWN = re.compile(rb"\Aq\b[^/]{0,200}(/OCR-[-\w]+) Do\s")
_PIXELS = 10
_DPI = 72.0
Value = Any


class HosoEngine(OcrEngine):  # type: ignore[misc]
    """The words that hoso read and restored."""

    @staticmethod
    def version() -> str:
        """Hoso's version."""
        return pipeline.__version__

    @staticmethod
    def creator_tag(options: Value) -> str:
        """What stands in the PDF's metadata."""
        del options
        return f"hoso {pipeline.__version__}"

    def __str__(self) -> str:
        """Name and version."""
        return f"hoso {pipeline.__version__}"

    @staticmethod
    def languages(options: Value) -> set[str]:
        """Empty: nothing is checked; hoso chose its language when it read the file."""
        del options
        return set()

    @staticmethod
    def get_orientation(input_file: Path, options: Value) -> OrientationConfidence:
        """As it lies: a page is not turned, its text is."""
        del input_file, options
        return OrientationConfidence(0, 0.0)

    @staticmethod
    def supports_generate_ocr() -> bool:
        """The words are given as a tree, not as a file."""
        return True

    @staticmethod
    def generate_ocr(input_file: Path, options: Value, page_number: int = 0) -> tuple[OcrElement, str]:
        """The text of a page, from 0, and a layer of its size; its image is not looked at.

        The layer has no words yet: OCRmyPDF would give them the font that it brings (see ``optimize_pdf``).
        """
        del input_file
        found: Sheet = options.extra_attrs[_SHEETS][str(page_number + 1)]
        box = BoundingBox(0, 0, found["width"], found["height"])
        return OcrElement(OcrClass.PAGE, bbox=box, dpi=_DPI), paper.text(found)

    @staticmethod
    def generate_hocr(input_file: Path, output_hocr: Path, output_text: Path, options: Value) -> None:
        """Not asked for (see ``supports_generate_ocr``)."""
        raise NotImplementedError

    @staticmethod
    def generate_pdf(input_file: Path, output_pdf: Path, output_text: Path, options: Value) -> None:
        """Not asked for; ``--pdf-renderer sandwich`` does not go with this plugin."""
        raise NotImplementedError


@hookimpl  # type: ignore[untyped-decorator]
def add_options(parser: ArgumentParser) -> None:
    """The plugin's own option."""
    group = parser.add_argument_group("hoso", "Words that hoso read and restored")
    group.add_argument("--hoso-words", type=Path, metavar="FILE", help="words as hoso archive gives them")


@hookimpl  # type: ignore[untyped-decorator]
def get_ocr_engine(options: Value) -> OcrEngine:
    """Hoso's words, whatever engine is named."""
    del options
    return HosoEngine()


@hookimpl  # type: ignore[untyped-decorator]
def validate(pdfinfo: Value, options: Value) -> None:
    """Before any page is made: which pages get words, and where these stand on the whole sheet.

    Raises:
        BadArgsError: where pages would be drawn anew: no page is drawn here, so they would be blank.
    """
    if not options.lossless_reconstruction:
        message = "hoso's words go under pages as they are: not with --force-ocr, --deskew, --clean-final"
        raise BadArgsError(message)
    given: Path | None = getattr(options, "hoso_words", None)
    known = json.loads(given.read_text(encoding="utf-8")) if given else _read(Path(options.input_file))
    wanted = {int(number) - 1 for number in known if int(number) <= len(pdfinfo)}
    if options.pages:
        wanted &= set(options.pages)
    options.pages = wanted or _NOBODY
    options.extra_attrs[_SHEETS] = {str(i + 1): _whole(known[str(i + 1)], pdfinfo[i]) for i in wanted}


@hookimpl  # type: ignore[untyped-decorator]
def rasterize_pdf_page(output_file: Path, rotation: int | None) -> Path:
    """A blank image in a page's stead: nobody reads it."""
    del rotation
    Image.new("1", (_PIXELS, _PIXELS), 1).save(output_file, dpi=(_PIXELS, _PIXELS))
    return output_file


@hookimpl  # type: ignore[untyped-decorator]
def is_optimization_enabled(context: Value) -> bool:
    """The last step is ours."""
    del context
    return True


@hookimpl  # type: ignore[untyped-decorator]
def optimize_pdf(
    input_pdf: Path, output_pdf: Path, context: Value, linearize: bool
) -> tuple[Path, Sequence[str]]:
    """Put the words into their layers, take out what differs from run to run; images are not touched."""
    options = context.options
    kind = options.output_type
    if kind == "auto":
        kind = options.extra_attrs.get("_actual_output_type", "pdf")
    settings = get_pdf_save_settings(kind) | {"linearize": linearize, "deterministic_id": True}
    with pikepdf.open(context.origin) as origin, pikepdf.open(input_pdf) as pdf:
        _undated(pdf, created="/CreationDate" in origin.docinfo)
        sheets: dict[str, Sheet] = options.extra_attrs[_SHEETS]
        layer = Layer(pdf, sheets.values())
        for number, page in enumerate(pdf.pages, 1):
            if str(number) in sheets:
                _fill(page, number, sheets[str(number)], layer)
        layer.finish()
        pdf.save(output_pdf, **settings)
    return output_pdf, ()


def _read(path: Path) -> dict[str, Sheet]:
    from pipeline import api

    document: Document = api.read(path)
    placed = (place(p, r) for p, r in zip(document.pages, document.restored, strict=True) if needs_words(p))
    return paper.sheets(page for page in placed if page is not None)


def _whole(found: Sheet, info: Value) -> Sheet:
    """A page's words, told of the visible box, on the whole sheet, to which OCRmyPDF fits its text layer."""
    box = Box(*(float(side) for side in info.mediabox))
    crop = Box(*(float(side) for side in info.cropbox))
    return paper.on_sheet(found, box, crop, info.rotation % 360)


def _undated(pdf: pikepdf.Pdf, *, created: bool) -> None:
    """No date but the document's own."""
    with pdf.open_metadata(set_pikepdf_as_editor=False, update_docinfo=False, strict=False) as metadata:
        dates = ["xmp:ModifyDate", "xmp:MetadataDate"] + ([] if created else ["xmp:CreateDate"])
        for name in dates:
            if name in metadata:
                del metadata[name]
    for name in ["/ModDate"] + ([] if created else ["/CreationDate"]):
        if name in pdf.docinfo:
            del pdf.docinfo[name]


def _fill(page: pikepdf.Page, number: int, found: Sheet, text: Layer) -> None:
    """Put a page's words into its layer; give that a name that is the same in every run and a box that fits.

    OCRmyPDF takes the sheet's box for the layer's, which is another where the page is turned or does not
    begin at 0.
    """
    streams = page.obj.get("/Contents")
    if not isinstance(streams, pikepdf.Stream) or not (
        drawn := _DRAWN.match(content := streams.read_bytes())
    ):
        message = f"page {number} has no layer for its words: OCRmyPDF's interface has changed"
        raise ExitCodeException(message)
    layers = page.resources["/XObject"]
    old, new = drawn[1].decode(), f"/OCR-hoso-{number}"
    layer = layers[old]
    x0, y0, x1, y1 = (float(side) for side in page.mediabox)
    width, height = (x1 - x0, y1 - y0) if int(page.obj.get("/Rotate", 0)) % 180 == 0 else (y1 - y0, x1 - x0)
    layer["/BBox"] = pikepdf.Array([0, 0, width, height])
    layer["/Resources"] = text.resources
    layer.write(text.content(found))
    del layers[old]
    layers[new] = layer
    start, end = drawn.span(1)
    streams.write(content[:start] + new.encode() + content[end:])
