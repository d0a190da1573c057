"""Draws docs/restored.png: lines of the ruined sample as an OCR left them, and as restoration reads them.

usage: python -m samples.restored   (make samples does)
"""

from __future__ import annotations

from PIL import Image, ImageDraw, ImageFont

from pipeline import restore
from pipeline.model import Edit
from samples.draw import HERE
from training.render import font_file

FILE = "van-ban-hong/bao-cao-lac-khuong.txt"
LINES, WIDTH, STEP, MARGIN = 7, 720, 27, 24
INK = {"read": "#b3261e", "restored": "#1a5fb4", "plain": "#222222"}


def chosen(text: str) -> str:
    """The first lines of the body that are prose: the head of a report is set in short lines."""
    lines = [line.strip() for line in text.splitlines()]
    prose = [line for line in lines if len(line) > 70]
    return "\n".join(prose[:LINES])


def pieces(raw: str, edits: list[Edit], *, restored: bool) -> list[tuple[str, bool]]:
    """The text as it was read or as it is restored, in pieces: each with whether it was changed."""
    found, at = [], 0
    for edit in edits:
        found += [(raw[at : edit.start], False), (edit.restored if restored else edit.raw, True)]
        at = edit.end
    return [*found, (raw[at:], False)]


def put(draw: ImageDraw.ImageDraw, top: int, title: str, given: list[tuple[str, bool]], ink: str) -> int:
    """Write pieces as lines, changed ones coloured; where the next text may begin."""
    plain, bold = (ImageFont.truetype(str(font_file("Arimo", bold=b)), 17) for b in (False, True))
    draw.text((MARGIN, top), title, "#555555", plain)
    x, y = float(MARGIN), top + STEP + 4
    for text, changed in given:
        for number, part in enumerate(text.split("\n")):
            if number:
                x, y = float(MARGIN), y + STEP
            font = bold if changed else plain
            draw.text((x, y), part, ink if changed else INK["plain"], font)
            x += draw.textlength(part, font)
    return y + 2 * STEP


def picture() -> Image.Image:
    """Both texts under each other."""
    raw = chosen((HERE / "input" / FILE).read_text(encoding="utf-8"))
    restored = restore(raw)
    edits = list(restored.edits)
    image = Image.new("RGB", (WIDTH, (2 * LINES + 5) * STEP), "white")
    draw = ImageDraw.Draw(image)
    below = put(
        draw, 16, "read by an OCR without Vietnamese", pieces(raw, edits, restored=False), INK["read"]
    )
    put(draw, below, "restored", pieces(raw, edits, restored=True), INK["restored"])
    return image


def main() -> None:
    """Write the picture."""
    target = HERE.parent / "docs" / "restored.png"
    picture().quantize(32).save(target, optimize=True)
    print(f"{target}: {target.stat().st_size} bytes")


if __name__ == "__main__":
    main()
