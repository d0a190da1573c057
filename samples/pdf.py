"""Writes the sample PDFs: scans (images alone), an e-signature's stamp over them, born-digital pages."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from zlib import compress

import pikepdf
from PIL import Image
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from training.render import Sheet, Style


def scan_pdf(images: Sequence[Image.Image], dpi: int, quality: int, bilevel: bool) -> bytes:
    """Pages that are one image each: JPEG of ``quality``, or one bit a pixel."""
    pdf = pikepdf.new()
    for image in images:
        width, height = image.width * 72 / dpi, image.height * 72 / dpi
        page = pdf.add_blank_page(page_size=(round(width, 2), round(height, 2)))
        page.Resources = pikepdf.Dictionary(
            XObject=pikepdf.Dictionary(Im0=_image(pdf, image, quality, bilevel))
        )
        page.Contents = pdf.make_stream(f"q {width:.2f} 0 0 {height:.2f} 0 0 cm /Im0 Do Q".encode())
    return _saved(pdf)


def _image(pdf: pikepdf.Pdf, image: Image.Image, quality: int, bilevel: bool) -> pikepdf.Stream:
    if bilevel:
        stream = pdf.make_stream(b"")
        stream.write(compress(image.convert("1").tobytes(), 9), filter=pikepdf.Name.FlateDecode)
        bits, space = 1, pikepdf.Name.DeviceGray
    else:
        buffer = BytesIO()
        image.save(buffer, "JPEG", quality=quality, optimize=True)
        stream = pdf.make_stream(b"")
        stream.write(buffer.getvalue(), filter=pikepdf.Name.DCTDecode)
        bits, space = 8, pikepdf.Name.DeviceRGB if image.mode == "RGB" else pikepdf.Name.DeviceGray
    stream.Type, stream.Subtype = pikepdf.Name.XObject, pikepdf.Name.Image
    stream.Width, stream.Height = image.size
    stream.BitsPerComponent, stream.ColorSpace = bits, space
    return stream


def stamped(data: bytes, lines: Sequence[str]) -> bytes:
    """Put an e-signature's text over the first page's top right, as signing software does."""
    pdf = pikepdf.open(BytesIO(data))
    box = pdf.pages[0].mediabox
    width, height = float(box[2]), float(box[3])
    buffer = BytesIO()
    canvas = Canvas(buffer, pagesize=(width, height), invariant=1)
    style = Style("Arimo", 6.5)
    canvas.setFont(registered(style), style.size)
    canvas.setFillColorRGB(0.8, 0.05, 0.1)
    for i, line in enumerate(lines):
        canvas.drawString(width - 190, height - 22 - i * 8.5, line)
    canvas.save()
    with pikepdf.open(BytesIO(buffer.getvalue())) as overlay:
        page = pdf.pages[0]
        # not add_overlay: it names the form by chance
        page.Resources.XObject["/Stamp"] = pdf.copy_foreign(overlay.pages[0].as_form_xobject())
        page.contents_add(b"q /Stamp Do Q")
        return _saved(pdf)


def born_digital(sheets: Sequence[Sheet]) -> bytes:
    """Pages of text with embedded fonts and a correct ToUnicode map."""
    buffer = BytesIO()
    canvas = Canvas(buffer, pagesize=(sheets[0].width, sheets[0].height), invariant=1, pageCompression=1)
    for sheet in sheets:
        canvas.setPageSize((sheet.width, sheet.height))
        for rule in sheet.rules:
            canvas.setLineWidth(rule.width)
            canvas.line(rule.x0, sheet.height - rule.y0, rule.x1, sheet.height - rule.y1)
        for item in sheet.texts:
            canvas.setFont(registered(item.style), item.style.size)
            canvas.drawString(item.x, sheet.height - item.y, item.text)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def registered(style: Style) -> str:
    """The name under which a style's font is known to the writer of PDFs."""
    path = Path(style.path)
    if path.stem not in pdfmetrics.getRegisteredFontNames():
        pdfmetrics.registerFont(TTFont(path.stem, str(path)))
    return path.stem


def _saved(pdf: pikepdf.Pdf) -> bytes:
    buffer = BytesIO()
    # the ID would otherwise come from the clock
    pdf.save(buffer, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return buffer.getvalue()
