"""Draws samples/input from the texts in samples/sources; the same texts and fonts give the same bytes.

Run as ``make samples``. The ruined text depends on the installed tesseract as well, so it is drawn again
only with ``--ruined``: the committed file is what tesseract 5.3 with its English data made of the pages.
"""

from __future__ import annotations

import argparse
import subprocess
import tempfile
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from pipeline.intake import codes
from samples.pdf import born_digital, scan_pdf, stamped
from training.layout import Cell, Composer
from training.render import Profile, Sheet, Style, degrade, paint

HERE = Path(__file__).parent
DPI = 200


def compose(source: Mapping[str, Any]) -> list[Sheet]:
    """Set one source text on sheets."""
    composer = Composer(Style(source.get("font", "Tinos"), source.get("size", 13.0)))
    composer.head(source["issuer"], source["number"], source["dateline"])
    composer.space(8)
    composer.title(source["title"])
    for line in filter(None, map(str.strip, source["body"].splitlines())):
        if line == "{table}":
            _table(composer, source["table"])
        elif line.startswith("## "):
            composer.paragraph(line[3:], bold=True)
        else:
            composer.paragraph(line)
    composer.signature(**source["signature"])
    return composer.sheets


def _table(composer: Composer, table: Mapping[str, Any]) -> None:
    composer.centred(table["caption"], bold=True)
    rows = [[Cell(bold=True, **cell) for cell in row] for row in table["header"]]
    rows += [
        [Cell(text, align=align) for text, align in zip(row, table["align"], strict=True)]
        for row in table["rows"]
    ]
    rows += [[Cell(bold=True, **cell) for cell in row] for row in table["footer"]]
    composer.table(table["widths"], rows)


def scanned(sheets: list[Sheet], output: Mapping[str, Any]) -> list[Image.Image]:
    """Paint and degrade the sheets as the output wants them."""
    rng = np.random.default_rng(output["seed"])
    profile = Profile(**output["profile"])
    return [degrade(paint(s, DPI, output.get("colour", False)), rng, profile, DPI) for s in sheets]


def ruined(images: list[Image.Image]) -> str:
    """What ``tesseract -l eng`` reads on Vietnamese pages; a form feed between pages."""
    pages = []
    with tempfile.TemporaryDirectory() as folder:
        for image in images:
            path = Path(folder) / "page.pgm"
            image.convert("L").save(path)
            command = ["tesseract", str(path), "-", "-l", "eng", "--dpi", str(DPI), "--psm", "3"]
            run = subprocess.run(command, check=True, capture_output=True, timeout=120)
            pages.append(run.stdout.decode("utf-8").rstrip("\f\n") + "\n")
    return "\f".join(pages)


def encoded(source: Mapping[str, Any], encoding: str) -> bytes:
    """The text typed in an old encoding, without layout."""
    known, signed = codes.encoding(encoding), source["signature"]
    body = [line.removeprefix("## ") for line in source["body"].strip().splitlines()]
    head = [*source["issuer"], source["number"], source["dateline"], "", *source["title"], ""]
    foot = ["", *signed["recipients"], "", *signed["capacity"], "", signed["name"]]
    return bytes(map(codes.WESTERN.index, known.encode("\n".join([*head, *body, *foot]) + "\n")))


def write(source: Path, target: Path, with_ruined: bool) -> None:
    """Draw all outputs of one source."""
    data = tomllib.loads(source.read_text(encoding="utf-8"))
    sheets = compose(data)
    for output in data["output"]:
        path = target / output["file"]
        path.parent.mkdir(parents=True, exist_ok=True)
        if output["kind"] == "encoded":
            path.write_bytes(encoded(data, output["encoding"]))
        elif output["kind"] == "ruined":
            if with_ruined or not path.exists():
                path.write_text(ruined(scanned(sheets, output)), encoding="utf-8")
        elif output["kind"] == "born_digital":
            path.write_bytes(born_digital(sheets))
        else:
            pages = scanned(sheets, output)
            pdf = scan_pdf(pages, DPI, output.get("quality", 60), output.get("bilevel", False))
            path.write_bytes(stamped(pdf, output["stamp"]) if "stamp" in output else pdf)
        print(f"{path}: {path.stat().st_size} bytes, {len(sheets)} pages")


def write_unreadable(path: Path) -> None:
    """A PDF whose transfer broke: the header is there, the rest is noise."""
    noise = np.random.default_rng(0).integers(0, 256, 4000, dtype=np.uint8).tobytes()
    path.write_bytes(
        b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n" + noise
    )


def main() -> None:
    """Draw everything."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ruined", action="store_true", help="let tesseract read the ruined text again")
    parser.add_argument("--out", type=Path, default=HERE / "input", help="folder to draw into")
    args = parser.parse_args()
    for source in sorted((HERE / "sources").glob("*.toml")):
        write(source, args.out, args.ruined)
    write_unreadable(args.out / "khong-doc-duoc.pdf")


if __name__ == "__main__":
    main()
