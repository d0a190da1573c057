"""Draws docs/picture.png: part of a sample page, each figure boxed, beside the rows that came of it.

usage: python -m samples.picture OUT   (OUT: what hoso extract wrote for samples/input)
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from pdf2image import convert_from_path
from PIL import Image, ImageDraw, ImageFont

from samples.check import Row, read
from samples.draw import HERE
from training.render import font_file

FILE = "Báo cáo giảm nghèo huyện Lạc Khuông.pdf"
DPI = 130
SECTION = (45, 395, 555, 622)
"""The part of page 1 that is shown, in points: the credit section."""
COLUMNS = {"flow": 108, "period_end": 112, "beneficiary": 236, "borrowers": 92, "amount_vnd": 152, "role": 62}
INK = [
    "#b3261e",
    "#1a5fb4",
    "#26734d",
    "#9c27b0",
    "#b25d00",
    "#00696e",
    "#5b3fd1",
    "#8a6d00",
    "#c2185b",
    "#455a64",
]
ROW, TOP, PAD = 34, 66, 24


def page_part(evidence: Sequence[Row], order: dict[str, int]) -> Image.Image:
    """The section of the scan with a numbered box round each number that a row was read from."""
    scale = DPI / 72
    page = convert_from_path(HERE / "input" / FILE, dpi=DPI, first_page=1, last_page=1)[0].convert("RGB")
    draw = ImageDraw.Draw(page)
    font = ImageFont.truetype(str(font_file("Arimo", bold=True)), 13)
    for place in evidence:
        if place["row_id"] not in order or place["page"] != "1" or place["mention"] != "1":
            continue
        number = order[place["row_id"]]
        x0, y0, x1, y1 = (float(v) * scale for v in place["bbox"].split())
        colour = INK[number % len(INK)]
        draw.rectangle([x0 - 3, y0 - 3, x1 + 3, y1 + 3], outline=colour, width=2)
        draw.ellipse([x0 - 13, y0 - 14, x0 + 5, y0 + 4], fill=colour)
        draw.text((x0 - 4, y0 - 5), str(number + 1), "white", font, anchor="mm")
    return page.crop(tuple(round(v * scale) for v in SECTION))  # type: ignore[arg-type]


def table_part(rows: Sequence[Row], height: int) -> Image.Image:
    """The rows as a table, numbered and coloured like the boxes."""
    width = sum(COLUMNS.values()) + 40 + PAD
    image = Image.new("RGB", (width, height), "white")
    draw = ImageDraw.Draw(image)
    plain, bold = (ImageFont.truetype(str(font_file("Arimo", bold=b)), 15) for b in (False, True))
    draw.text((0, 20), "tables/loans.csv", "black", bold, anchor="lm")
    x = 40
    for column, across in COLUMNS.items():
        draw.text((x, TOP - 14), column, "#555", plain, anchor="lm")
        x += across
    draw.line([0, TOP, width - PAD, TOP], "#999", 1)
    for i, row in enumerate(rows):
        y, x = TOP + ROW * i + ROW // 2, 40
        draw.ellipse([6, y - 11, 28, y + 11], fill=INK[i % len(INK)])
        draw.text((17, y), str(i + 1), "white", bold, anchor="mm")
        for column, across in COLUMNS.items():
            draw.text((x, y), row[column], "black", plain, anchor="lm")
            x += across
        draw.line([0, y + ROW // 2, width - PAD, y + ROW // 2], "#ddd", 1)
    return image


def draw(out: Path) -> Image.Image:
    """Page part and table side by side."""
    rows = [r for r in read(out / "tables" / "loans.csv") if r["source_file"] == FILE and r["page"] == "1"]
    order = {row["row_id"]: i for i, row in enumerate(rows)}
    left = page_part(read(out / "tables" / "evidence.csv"), order)
    right = table_part(rows, max(left.height, TOP + ROW * len(rows) + 10))
    image = Image.new("RGB", (left.width + right.width + 3 * PAD, right.height + 2 * PAD), "white")
    image.paste(left, (PAD, PAD))
    image.paste(right, (left.width + 2 * PAD, PAD))
    ImageDraw.Draw(image).rectangle([PAD - 1, PAD - 1, PAD + left.width, PAD + left.height], outline="#bbb")
    return image


def main() -> None:
    """Write the picture."""
    parser = argparse.ArgumentParser(description="Draw docs/picture.png from the samples' tables.")
    parser.add_argument("out", type=Path)
    args = parser.parse_args()
    target = HERE.parent / "docs" / "picture.png"
    draw(args.out).quantize(128).save(target, optimize=True)
    print(f"{target}: {target.stat().st_size} bytes")


if __name__ == "__main__":
    main()
