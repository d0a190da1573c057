"""Image files as Pillow opens them: without a limit on pixels of its own, and with what it keeps to itself.

Ours is a setting and is kept page by page, before pixels are decoded; Pillow's would stop a whole file for
one frame, and no setting could raise it. libtiff, which decodes faxes, makes white of data that is torn and
says so on standard error alone.
"""

from __future__ import annotations

import os
import tempfile
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
_LOCK = threading.RLock()
_MOST_SAID = 20_000


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


@contextmanager
def overheard() -> Iterator[list[str]]:
    """What libraries say on standard error inside, in the list afterwards; nobody else hears it."""
    said: list[str] = []
    with _LOCK, tempfile.TemporaryFile() as file:
        try:
            kept = os.dup(2)
        except OSError:  # there is no standard error
            yield said
            return
        os.dup2(file.fileno(), 2)
        try:
            yield said
        finally:
            os.dup2(kept, 2)
            os.close(kept)
            file.seek(0)
            said.append(file.read(_MOST_SAID).decode("utf-8", "replace"))
