"""A report printed and scanned as an office does it: drawn from its text, skewed, noisy, sealed.

The seal lies over a figure; the page is read from the image alone.
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from samples.pdf import scan_pdf
from training.degrade import Profile, degrade
from training.layout import Composer
from training.render import Seal, Style, paint

OFFICE = Profile(skew=0.5, blur=0.5, noise=8.0, specks=10, paper=245, ink=26, jpeg=72)
DPI = 200

MARKER = re.compile(r"[-*+]|(?:\d+\.)+ |[IVX]+\. |[a-zđ]\) ")
"""What a list item or heading begins with."""


def paragraphs(text: str) -> list[str]:
    """The paragraphs of a report's text: lines joined up to one that begins a list item or heading."""
    found: list[str] = []
    for line in text.splitlines():
        words = line.strip()
        if not words:
            continue
        begins = bool(MARKER.match(words))
        ended = not found or found[-1][-1] in ".;:"
        if begins or ended:
            found.append(words)
        else:
            found[-1] += f" {words}"
    return found


def scan(text: str, out: Path, *, seal_on: str, seed: int = 1) -> None:
    """Write the report as an image-only PDF of degraded pages.

    Args:
        text: the report.
        out: the PDF to write.
        seal_on: a figure over which a red seal is laid.
        seed: of all randomness.

    Raises:
        ValueError: where the figure is not in the report.
    """
    composer = Composer(Style("Tinos", 13.0))
    for paragraph in paragraphs(text):
        composer.paragraph(paragraph)
    rng = np.random.default_rng(seed)
    images, sealed = [], False
    for sheet in composer.sheets:
        spot = next((t for t in sheet.texts if seal_on in t.text), None)
        if spot:
            x = spot.x + spot.style.width(spot.text[: spot.text.index(seal_on)])
            sheet.seals.append(Seal(x, spot.y - 4, 45.0, "ỦY BAN NHÂN DÂN * HUYỆN * "))
            sealed = True
        images.append(degrade(paint(sheet, DPI, colour=True), rng, OFFICE, DPI))
    if not sealed:
        message = f"{seal_on!r} is not in the report"
        raise ValueError(message)
    out.write_bytes(scan_pdf(images, DPI, OFFICE.jpeg or 75, bilevel=False))
