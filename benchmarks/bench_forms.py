"""Our own labelled documents in every form in which an archive holds them, through the whole of hoso.

usage: python -m benchmarks.bench_forms [--write] [--errors] [--drawing N] [FORM …]

Each document of benchmarks/own and benchmarks/forms is drawn from its text into build/bench/forms: the text
itself, a PDF's text whose columns collapsed, what an English Tesseract makes of the printed pages, scans
(images alone, 200 dpi, askew, noisy) and born-digital PDFs, the last two with ruled tables and with none.
Then hoso reads each and its tables are scored against the one truth of the text. ``--write`` puts the result
into docs/benchmarks.md; other drawings than the first (0) show what the first owes to chance.
"""

from __future__ import annotations

import argparse
import csv
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from PIL import Image

from benchmarks import drawn, scoring
from benchmarks.page import commit, put
from benchmarks.scoring import JUDGED, Score, scores
from benchmarks.shared import ROOT, WORK, extracted
from samples.draw import ruined
from samples.pdf import born_digital, scan_pdf
from training.degrade import Profile, degrade
from training.render import Sheet, Style, paint

OWN, NEW = ROOT / "benchmarks" / "own", ROOT / "benchmarks" / "forms"
FORMS = {
    "clean text": "",
    "collapsed text": "ruled",
    "ruined text": "ruled",
    "scan, ruled": "ruled",
    "scan, not ruled": "open",
    "born-digital, ruled": "ruled",
    "born-digital, not ruled": "open",
}
"""How each form's tables are drawn."""
OFFICE = Profile(skew=0.4, blur=0.5, noise=5.0, specks=8, paper=246, ink=25)
DPI, QUALITY = 200, 70
STYLES = (Style("Tinos", 13.0), Style("Noto Serif", 12.0), Style("Tinos", 14.0))
"""Fonts of the documents in turn; born-digital pages need TrueType outlines."""
SEEDS = 1000
"""Seeds of a drawing: more than there are documents."""
MARK = "forms"


def sources() -> list[Path]:
    """The documents' texts."""
    return [*sorted((OWN / "txt").glob("*.txt")), *sorted((NEW / "sources").glob("*.txt"))]


def truth(folder: Path) -> Path:
    """Both sets' truth as one: the judged columns of every table."""
    folder.mkdir(parents=True, exist_ok=True)
    for table, columns in JUDGED.items():
        with (folder / f"{table}.csv").open("w", encoding="utf-8", newline="") as handle:
            writer = csv.DictWriter(handle, ["source_file", *columns, "quote"], extrasaction="ignore")
            writer.writeheader()
            for place in (OWN, NEW):
                writer.writerows(scoring.read(place / "truth" / f"{table}.csv"))
    return folder


def draw(form: str, folder: Path, drawing: int = 0) -> None:
    """All documents in one form; other drawings have other fonts and other noise."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for number, source in enumerate(sources()):
        text = source.read_text(encoding="utf-8")
        if not FORMS[form]:
            shutil.copy(source, folder)
            continue
        style = STYLES[(number + drawing) % len(STYLES)]
        seed = number + SEEDS * drawing
        sheets = drawn.sheets(text, style, ruled=FORMS[form] == "ruled")
        target = folder / source.stem
        if form.startswith("collapsed"):
            target.with_suffix(".txt").write_text(collapsed(sheets, target), encoding="utf-8")
        elif form.startswith("ruined"):
            target.with_suffix(".txt").write_text(ruined(_scanned(sheets, seed)), encoding="utf-8")
        elif form.startswith("scan"):
            # a landscape page goes through the scanner as the others do: on its side
            images = [_fed(image) for image in _scanned(sheets, seed)]
            target.with_suffix(".pdf").write_bytes(scan_pdf(images, DPI, QUALITY, bilevel=False))
        else:
            target.with_suffix(".pdf").write_bytes(born_digital(sheets))


def collapsed(sheets: list[Sheet], target: Path) -> str:
    """The text of a born-digital PDF, line by line across the page, any run of blanks one blank."""
    pdf = target.with_suffix(".pdf")
    pdf.write_bytes(born_digital(sheets))
    command = ["pdftotext", "-layout", "-enc", "UTF-8", str(pdf), "-"]
    text = subprocess.run(command, check=True, capture_output=True, timeout=120).stdout.decode("utf-8")
    pdf.unlink()
    return "\n".join(re.sub(" +", " ", line).strip(" ") for line in text.split("\n"))


def _scanned(sheets: list[Sheet], seed: int) -> list[Image.Image]:
    rng = np.random.default_rng(seed)
    return [degrade(paint(sheet, DPI), rng, OFFICE, DPI) for sheet in sheets]


def _fed(image: Image.Image) -> Image.Image:
    return image.transpose(Image.Transpose.ROTATE_90) if image.width > image.height else image


def measured(forms: list[str], drawing: int = 0) -> Iterator[tuple[str, Mapping[str, Score], Path]]:
    """Each form with the score of each table and the folder of hoso's tables."""
    wanted = truth(WORK / "forms" / "truth")
    for form in forms:
        name = f"forms/{form.replace(', ', '-').replace(' ', '-')}{f'-{drawing}' if drawing else ''}"
        draw(form, WORK / name, drawing)
        tables = extracted(WORK / name, f"{name}-out")
        for row in scoring.read(tables.parent / "failures.csv"):
            print(f"{form}: {', '.join(filter(None, row.values()))}", file=sys.stderr)
        yield form, scores(wanted, tables), tables


def unpaired(
    columns: Sequence[str], wanted: Sequence[scoring.Row], found: Sequence[scoring.Row]
) -> tuple[list[scoring.Row], list[scoring.Row]]:
    """The wanted rows that no found one agrees with in these columns, and the found ones that are left."""
    left = list(found)
    missing = []
    for row in wanted:
        same = next((other for other in left if _agrees(columns, row, other)), None)
        if same is None:
            missing.append(row)
        else:
            left.remove(same)
    return missing, left


def _agrees(columns: Sequence[str], wanted: scoring.Row, found: scoring.Row) -> bool:
    told = ((scoring.cell(wanted.get(c)), scoring.cell(found.get(c))) for c in columns)
    here = scoring.stem(wanted["source_file"]) == scoring.stem(found["source_file"])
    return here and all(want in (scoring.OPEN, got) for want, got in told)


def tell_errors(form: str, tables: Path) -> None:
    """Print the rows that are missing and those that are too many, with what they were read from."""
    for table, columns in JUDGED.items():
        wanted = scoring.read(WORK / "forms" / "truth" / f"{table}.csv")
        found = scoring.read(tables / f"{table}.csv")
        missing, extra = unpaired(columns, wanted, found)
        for sign, rows in (("-", missing), ("+", extra)):
            for row in rows:
                cells = " ".join(scoring.cell(row.get(c)) or "·" for c in columns)
                place = f"{scoring.stem(row['source_file'])} p{row.get('page', '')}"
                told = row.get("quote") or row.get("title", "")
                print(f"{form}: {table} {sign} {place}: {cells} | {told[:110]}", file=sys.stderr)


def report(found: Mapping[str, Mapping[str, Score]]) -> str:
    """The scores as a Markdown table."""
    head = ("table", "form", "rows", "found", "right", "precision", "recall", "F1", "numbers F1")
    lines = [f"| {' | '.join(head)} |", "|" + "---|" * len(head)]
    for table in JUDGED:
        for form, by_table in found.items():
            rows, numbers = by_table[table].rows, by_table[table].numbers
            shares = (f"{share:.3f}" for share in (rows.precision, rows.recall, rows.f1, numbers.f1))
            cells = (table, form, str(rows.wanted), str(rows.found), str(rows.right), *shares)
            lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("forms", nargs="*", metavar="FORM", help=", ".join(FORMS))
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--errors", action="store_true", help="print rows that are missing or too many")
    parser.add_argument("--drawing", type=int, default=0, metavar="N", help="other fonts and noise")
    options = parser.parse_args()
    if options.write and options.drawing:
        parser.error("--write is for the first drawing")
    if unknown := set(options.forms) - FORMS.keys():
        parser.error(f"unknown form {', '.join(sorted(unknown))}; forms are {', '.join(FORMS)}")
    found = {}
    for form, by_table, tables in measured(options.forms or list(FORMS), options.drawing):
        found[form] = by_table
        if options.errors:
            tell_errors(form, tables)
    block = report(found)
    print(block)
    if options.write:
        path = ROOT / "docs" / "benchmarks.md"
        note = f"`make bench-forms` on {datetime.now(UTC).date()}, commit {commit()}."
        path.write_text(put(path.read_text(encoding="utf-8"), MARK, f"{note}\n\n{block}"), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
