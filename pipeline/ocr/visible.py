"""Which words of a layer are seen, where that is in doubt: white letters, clipped or covered ones, tiny ones.

A page is drawn small, and a word of the same shade as what is around it is not there for a reader. Whoever
wrote it left it in the file, or wants a program to read what nobody sees.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from pipeline.intake.layer import LayerWord
from pipeline.intake.pdf import Geometry
from pipeline.ocr.greys import percentile
from pipeline.ocr.raster import Raster

DPI = 100
_TINY, _TINY_SHARE = 2.0, 1 / 150
"""Points, and share of the page's height, below which no letters are read by anybody."""
_SHADES = 20.0
"""Grey levels of 255 between paper and letters from which they are seen: yellow on white has 29."""
_INK = 4.0
"""Per cent of a word's box, at either end of its shades, that are not looked at: specks."""
_INNER = 0.15
"""Share of a word's height, above and below, that may hold neighbouring lines."""


def seen(words: Sequence[LayerWord], page: Geometry, draw: Callable[[], Raster]) -> list[LayerWord]:
    """The words but for those that nobody sees; ``draw`` is asked where words are faint.

    Args:
        words: their fonts asked for, ``faint`` told; hidden ones stay.
        page: its size.
        draw: the page's image at ``DPI``.
    """
    least = min(_TINY, page.height * _TINY_SHARE)
    words = [word for word in words if word.box.y1 - word.box.y0 >= least]
    if not any(word.faint and not word.hidden for word in words):
        return words
    image = draw()
    shades = np.asarray(image.image.convert("L"))
    scale = image.dpi / 72
    return [w for w in words if not w.faint or w.hidden or _spread(shades, w, scale) >= _SHADES]


def _spread(shades: NDArray[np.uint8], word: LayerWord, scale: float) -> float:
    """Grey levels between the darkest and the lightest of a word's box, 0-255."""
    box, inner = word.box, _INNER * (word.box.y1 - word.box.y0)
    rows = slice(max(int((box.y0 + inner) * scale), 0), max(int((box.y1 - inner) * scale) + 1, 0))
    columns = slice(max(int(box.x0 * scale), 0), max(int(box.x1 * scale) + 1, 0))
    part = shades[rows, columns]
    if not part.size:
        return 0.0
    dark, light = percentile(part, _INK), percentile(part, 100 - _INK)
    return light - dark
