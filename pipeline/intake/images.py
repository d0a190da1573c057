"""Image files as Pillow opens them, without a limit on pixels of its own.

Ours is a setting and is kept page by page, before pixels are decoded; Pillow's would stop a whole file for
one frame, and no setting could raise it.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import Image

SIGNATURES = {b"\x89PNG\r\n\x1a\n": "PNG", b"\xff\xd8\xff": "JPEG", b"II*\0": "TIFF", b"MM\0*": "TIFF"}
"""How files of the image formats that are read begin, with Pillow's name of each."""
_FORMATS = (*sorted(set(SIGNATURES.values())), "PPM")
_LOCK = threading.Lock()


@contextmanager
def opened(path: Path) -> Iterator[Image.Image]:
    """An image file whose pixels are not decoded yet. Pillow's switch is global, so it is put back."""
    from PIL import Image

    with _LOCK:
        before = Image.MAX_IMAGE_PIXELS
        Image.MAX_IMAGE_PIXELS = None
        try:
            with Image.open(path, formats=_FORMATS) as image:
                yield image
        finally:
            Image.MAX_IMAGE_PIXELS = before
