"""Images that are not whole.

Poppler and libtiff fill what is missing with grey or white, say so on standard error at most, and end in
peace: half a page would pass for a whole one, noise for a blank one.
"""

from __future__ import annotations

import re
from pathlib import Path

from pipeline.errors import ReadError
from pipeline.intake import pdf

_CODECS = r"(?:CCITTFax|JBIG2|DCT|JPX|[Ff]late|LZW|RunLength)"
_DECODERS = r"(?:Fax[34]\w*|LZWDecode|ZIPDecode|PackBitsDecode|JPEGLib)"
_TOLD = re.compile(
    rf"\b{_CODECS} (?:stream|row|data)\b|\b(?:Corrupt|corrupt) JPEG\b|^{_DECODERS}: ", re.MULTILINE
)
_END = b"\xff\xd9"
_TAIL = 4096
"""Bytes at the end of a JPEG among which its end marker stands: some scanners pad to a block."""


def told(errors: str) -> bool:
    """Whether error lines of poppler or libtiff tell of image data that could not be decoded.

    >>> told("Syntax Error (544): Bad two dim code (0001) in CCITTFax stream")
    True
    >>> told("Fax4Decode: Bad code word at line 14 of strip 0 (x 1199).")
    True
    >>> told("Syntax Error (1339479): insufficient arguments for Marked Content")
    False
    """
    return _TOLD.search(errors) is not None


def endless_jpeg(path: Path, object_id: int, name: str) -> bytes | None:
    """The data of an image that is a JPEG without its end marker; None where it has one or is no JPEG.

    Args:
        path: the PDF.
        object_id: the image's object number.
        name: what error lines call the file.
    """
    import pikepdf

    try:
        with pdf.opened(path, name) as document:
            image = document.get_object((object_id, 0))
            if str(image.get("/Filter")) != "/DCTDecode":
                return None
            data = image.read_raw_bytes()
    except (ReadError, pikepdf.PdfError, RuntimeError, ValueError, TypeError, AttributeError):
        return None
    return None if _END in data[-_TAIL:] else data
