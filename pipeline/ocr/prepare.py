"""The page image made easier to read. Each step stands here because it measurably lowered the error rate."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.intake.affine import Affine
from pipeline.ocr.raster import Raster

if TYPE_CHECKING:
    from PIL import Image


@dataclass(frozen=True)
class Prepared:
    """A grey image to be read, its resolution, and the map from its pixels to points of the page."""

    image: Image.Image
    dpi: int
    affine: Affine
    skew: float = 0.0


def prepare(raster: Raster) -> Prepared:
    """All steps in order."""
    return Prepared(raster.image.convert("L"), raster.dpi, raster.affine)
