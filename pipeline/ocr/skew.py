"""By how much a page lies askew, from the profile of its ink.

Rows of text make a profile of peaks and valleys when summed along the right angle (Postl, "Detection of
linear oblique structures and skew scan in digitized documents", ICPR 1986). It is computed on a reduced
image: a hundredth of a page image's pixels settle the angle to a twentieth of a degree.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from pipeline.ocr.greys import percentile

if TYPE_CHECKING:
    from PIL import Image

_WORK_DPI = 75
_LARGEST = 6.0
_COARSE = 0.5
_FINE = 0.05
_CLEARER = 1.03
"""So much sharper than the upright profile must the best one be."""


def estimate(image: Image.Image, dpi: int) -> float:
    """The angle in degrees by which lines of text fall to the right; 0.0 where no angle is clear.

    Args:
        image: mode ``L``, dark on light.
        dpi: its resolution.
    """
    step = max(1, round(dpi / _WORK_DPI))
    small = np.asarray(image.reduce(step) if step > 1 else image)
    margin = max(1, min(small.shape) // 40)  # dark borders of the scan are straight when the text is not
    small = small[margin:-margin, margin:-margin]
    paper = percentile(small[::2, ::2], 75)
    rows, columns = np.nonzero(small < 0.7 * paper)
    if rows.size < 500:
        return 0.0
    columns = columns - small.shape[1] / 2
    coarse = np.arange(-_LARGEST, _LARGEST + _COARSE / 2, _COARSE)
    best = max(coarse, key=lambda angle: _sharpness(rows, columns, angle))
    fine = best + np.arange(-_COARSE, _COARSE + _FINE / 2, _FINE)
    best = max(fine, key=lambda angle: _sharpness(rows, columns, angle))
    clear = _sharpness(rows, columns, best) > _CLEARER * _sharpness(rows, columns, 0.0)
    return round(float(best), 2) if clear and abs(best) < _LARGEST else 0.0


def _sharpness(rows: NDArray[np.int64], columns: NDArray[np.float64], angle: float) -> float:
    """How uneven the ink's profile is along an angle."""
    profile = np.bincount(_at(rows, columns, angle)).astype(np.float64)
    return float(np.square(np.diff(profile)).sum())


def _at(rows: NDArray[np.int64], columns: NDArray[np.float64], angle: float) -> NDArray[np.int64]:
    along = rows - columns * np.tan(np.radians(angle))
    along -= along.min()
    cells: NDArray[np.int64] = along.astype(np.int64)
    return cells
