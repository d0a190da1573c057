"""Whether a number's box holds the number: each is cut out of the page and read alone.

usage: python -m benchmarks.boxes [--write] [--errors]

Over the scans among the samples and, where they lie beside the checkout, real scans: the boxes of
evidence.csv and unclaimed.csv. A crop is read by Tesseract as one line of digits, with a white margin; its
English data is used, for without words around them the Vietnamese one takes digits for letters. ``--write``
puts the result into docs/benchmarks.md.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from PIL import Image, ImageOps

from benchmarks.page import commit, put
from benchmarks.shared import ROOT, SHARED, present
from pipeline import extract_figures, read
from pipeline.errors import HosoError

DPI = 300
MARGIN = 30
"""White pixels around a crop: Tesseract reads no letters at an image's edge."""
AROUND = 1.0
"""Points of the page that a crop shows around the box: a letter's edge may lie on it."""


@dataclass(frozen=True)
class Number:
    """A number of a page: its box in points, and what must be read there."""

    file: Path
    page: int
    box: tuple[float, float, float, float]
    text: str


def numbers(file: Path) -> Iterator[Number]:
    """All numbers of a scan that have a box, once each."""
    document = read(file)
    scanned = {page.number for page in document.pages if page.source == "ocr"}
    extraction = extract_figures(document)
    found: dict[tuple[int, tuple[float, ...]], Number] = {}
    for figure in extraction.figures:
        for e in figure.evidence:
            if e.box and e.page in scanned:
                box = (e.box.x0, e.box.y0, e.box.x1, e.box.y1)
                found[e.page, box] = Number(file, e.page, box, e.raw)
    for row in extraction.unclaimed:
        if row["bbox"] and row["page"] in scanned:
            x0, y0, x1, y1 = map(float, str(row["bbox"]).split())
            digits = re.match(r"\D*[\d.,/]*\d", str(row["text"]))
            number = Number(file, int(str(row["page"])), (x0, y0, x1, y1), digits[0] if digits else "")
            found.setdefault((number.page, number.box), number)
    yield from found.values()


def crop(page: Image.Image, number: Number) -> Image.Image:
    """What a page shows in a number's box."""
    x0, y0, x1, y1 = (side * DPI / 72 for side in number.box)
    around = AROUND * DPI / 72
    part = page.crop((int(x0 - around), int(y0 - around), int(x1 + around) + 1, int(y1 + around) + 1))
    return ImageOps.expand(part, MARGIN, 255)


def read_alone(image: Image.Image, folder: Path) -> str:
    """What Tesseract reads on a crop."""
    place = folder / "crop.png"
    image.save(place)
    command = ["tesseract", str(place), "-", "-l", "eng", "--dpi", str(DPI), "--psm", "7"]
    command += ["-c", "tessedit_char_whitelist=0123456789.,/%"]
    run = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    return run.stdout.strip()


def digits(text: str) -> str:
    """A text's digits; signs between them are read in many ways on a crop."""
    return re.sub(r"\D", "", text)


def rasters(file: Path, pages: set[int], folder: Path) -> dict[int, Image.Image]:
    """The pages of a file, drawn in grey."""
    found = {}
    for page in sorted(pages):
        base = folder / f"page-{page}"
        span = ["-f", str(page), "-l", str(page), "-singlefile", "-gray"]
        subprocess.run(
            ["pdftoppm", "-r", str(DPI), *span, str(file), str(base)], check=True, capture_output=True
        )
        with Image.open(base.with_suffix(".pgm")) as image:
            found[page] = image.convert("L")
    return found


def measure(file: Path) -> Iterator[tuple[Number, str]]:
    """Each number of a file with what its crop reads."""
    listed = list(numbers(file))
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        pages = rasters(file, {number.page for number in listed}, folder)
        for number in listed:
            yield number, read_alone(crop(pages[number.page], number), folder)


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--errors", action="store_true", help="print what each wrong crop reads")
    options = parser.parse_args()
    sets = {"samples, scans": ROOT / "samples" / "input"}
    if present():
        sets["real scans"] = SHARED / "scans"
    lines = ["| scans | numbers | number in its box | target |", "|---|---|---|---|"]
    for name, folder in sets.items():
        right = every = 0
        for file in sorted(folder.rglob("*.pdf")):
            try:
                for number, text in measure(file):
                    good = digits(number.text) == digits(text)
                    right, every = right + good, every + 1
                    if options.errors and not good:
                        print(file.name, number.page, number.box, number.text, "|", text, file=sys.stderr)
            except HosoError as error:
                print(error, file=sys.stderr)
        lines.append(f"| {name} | {every} | {100 * right / max(every, 1):.1f} % | 95 % |")
    block = "\n".join(lines)
    print(block)
    if options.write:
        path = ROOT / "docs" / "benchmarks.md"
        note = f"`make bench-boxes` on {datetime.now(UTC).date()}, commit {commit()}."
        path.write_text(
            put(path.read_text(encoding="utf-8"), "boxes", f"{note}\n\n{block}"), encoding="utf-8"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
