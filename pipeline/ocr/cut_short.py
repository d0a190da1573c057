"""Image files that end too early: what was decoded is kept, what was not becomes white paper.

Half a page is worth reading, but no figure may be invented of it: the decoder's filling, the strip in which
it stopped and the line of text that the cut runs through are taken away. Formats that refine the whole page
step by step (progressive JPEG, interlaced PNG) leave a blurred page instead, which is not read at all.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from PIL import Image

_LOCK = threading.Lock()
_STRIP = 16
"""Rows that a JPEG decodes at once: of the last ones only the left part may be there."""
_LEAST = 0.05
"""Share of the page below which nothing is worth reading."""
_INK = 128
_LINE = 0.03
"""Share of the page's height that a cut line of text takes at most."""
_MODES = frozenset({"1", "L", "RGB", "RGBA"})


@contextmanager
def tolerated() -> Iterator[None]:
    """Let Pillow decode truncated files inside; its switch is global, so it is put back at once."""
    from PIL import ImageFile

    with _LOCK:
        before = ImageFile.LOAD_TRUNCATED_IMAGES
        ImageFile.LOAD_TRUNCATED_IMAGES = True
        try:
            yield
        finally:
            ImageFile.LOAD_TRUNCATED_IMAGES = before


def clear(image: Image.Image) -> bool:
    """Whiten, in place, what was not decoded of an image that was loaded as ``tolerated``.

    Returns:
        Whether enough is left to be read.
    """
    if image.mode not in _MODES or image.info.get("progressive") or image.info.get("interlace"):
        return False
    grey = np.asarray(image.convert("L"))
    end = kept_rows(grey)
    if end < _LEAST * len(grey):
        return False
    image.paste("white", (0, end, image.width, image.height))
    return True


def kept_rows(grey: np.ndarray) -> int:
    """How many rows from the top are sound.

    Args:
        grey: rows of 8-bit pixels; those behind the cut have one value, the decoder's filling.
    """
    told = np.flatnonzero(np.any(grey != grey[-1, 0], axis=1))
    end = max(int(told[-1]) + 1 - _STRIP, 0) if told.size else 0
    ink = np.any(grey[:end] < _INK, axis=1)
    lowest = max(end - round(_LINE * len(grey)), 0)
    while end > lowest and ink[end - 1]:
        end -= 1
    return end
