"""What an office does to a page: skew, blur, show-through, noise, fax threshold, JPEG.

The ground truth of a drawn page is known, so a degraded drawing measures what OCR and restoration really
do. The order of steps follows a page's way: ink shows through the paper, the page lies askew on the glass,
the lens blurs, the sensor is noisy, the driver thresholds or compresses (Baird, "Document image defect
models", 1992, names the same steps).
"""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter, ImageOps

ProfileName = Literal["clean", "office", "fax"]


@dataclass(frozen=True)
class Profile:
    """How badly a page is treated; each zero or None leaves that step out.

    Attributes:
        skew: largest rotation either way, degrees; the angle is drawn from the generator.
        blur: radius of a Gaussian blur at 200 dpi, pixels; scaled with the resolution.
        noise: standard deviation of the sensor's noise, grey levels of 255.
        specks: dust, specks per million pixels.
        show_through: strength 0-1 of the mirrored back side.
        paper: grey level of the paper, 0-255.
        ink: grey level of black ink, 0-255.
        threshold: grey level under which a pixel turns black, or None to stay grey.
        jpeg: JPEG quality 1-95, or None.
    """

    skew: float = 0.0
    blur: float = 0.0
    noise: float = 0.0
    specks: float = 0.0
    show_through: float = 0.0
    paper: int = 255
    ink: int = 0
    threshold: int | None = None
    jpeg: int | None = None


PROFILES: dict[ProfileName, Profile] = {
    "clean": Profile(),
    "office": Profile(
        skew=0.7, blur=0.6, noise=9.0, specks=12, show_through=0.05, paper=244, ink=28, jpeg=70
    ),
    "fax": Profile(skew=0.8, blur=0.9, noise=24.0, specks=40, paper=235, ink=40, threshold=150),
}


def degrade(
    image: Image.Image, rng: np.random.Generator, profile: ProfileName | Profile = "office", dpi: int = 200
) -> Image.Image:
    """A worse copy of a page image: same mode (``L`` or ``RGB``), same size.

    Args:
        image: a page, dark on white, mode ``L`` or ``RGB``.
        rng: source of all chance; the same state and image give the same bytes.
        profile: a profile or the name of one of ``PROFILES``.
        dpi: resolution of the image, dots per inch; blur is scaled by it.

    Raises:
        ValueError: for another image mode.
    """
    if image.mode not in {"L", "RGB"}:
        message = f"degrade takes images of mode L or RGB, not {image.mode}"
        raise ValueError(message)
    p = PROFILES[profile] if isinstance(profile, str) else profile
    image = _show_through(image, p.show_through)
    image = _skew(image, rng, p.skew)
    if p.blur:
        image = image.filter(ImageFilter.GaussianBlur(p.blur * dpi / 200))
    image = _grey(image, rng, p)
    return _jpeg(image, p.jpeg)


def _show_through(image: Image.Image, strength: float) -> Image.Image:
    """The page's own mirror image stands in for its back side."""
    if not strength:
        return image
    back = ImageOps.mirror(image).filter(ImageFilter.GaussianBlur(2.5))
    # the two sides multiply: ink over ink stays ink
    fade = Image.blend(Image.new(image.mode, image.size, "white"), back, strength)
    product = np.asarray(image, np.uint16) * np.asarray(fade, np.uint16) // 255
    return Image.fromarray(product.astype(np.uint8))


def _skew(image: Image.Image, rng: np.random.Generator, largest: float) -> Image.Image:
    if not largest:
        return image
    angle = float(rng.uniform(-largest, largest))
    return image.rotate(angle, Image.Resampling.BICUBIC, fillcolor="white")


def _grey(image: Image.Image, rng: np.random.Generator, p: Profile) -> Image.Image:
    """Ink and paper levels, dust, noise and threshold in one pass over the pixels."""
    if not (p.noise or p.specks or p.threshold is not None or (p.ink, p.paper) != (0, 255)):
        return image
    pixels = np.asarray(image, np.float32)
    pixels = p.ink + pixels * ((p.paper - p.ink) / 255)
    height, width = pixels.shape[:2]
    if p.specks:
        _speck(pixels, rng, round(p.specks * height * width / 1e6))
    if p.noise:
        noise = rng.standard_normal((height, width), dtype=np.float32) * p.noise
        pixels += noise if pixels.ndim == 2 else noise[:, :, None]
    if p.threshold is not None:
        pixels = np.where(pixels < p.threshold, 0, 255)
    return Image.fromarray(np.clip(np.rint(pixels), 0, 255).astype(np.uint8))


def _speck(pixels: NDArray[np.float32], rng: np.random.Generator, count: int) -> None:
    """Dark specks of one to three pixels, in place."""
    height, width = pixels.shape[:2]
    rows = rng.integers(0, height - 3, count)
    columns = rng.integers(0, width - 3, count)
    sizes = rng.integers(1, 4, count)
    for row, column, size in zip(rows, columns, sizes, strict=True):
        pixels[row : row + size, column : column + size] *= 0.35


def _jpeg(image: Image.Image, quality: int | None) -> Image.Image:
    if quality is None:
        return image
    buffer = BytesIO()
    image.save(buffer, "JPEG", quality=quality)
    buffer.seek(0)
    return Image.open(buffer).convert(image.mode)
