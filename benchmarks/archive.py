"""Searchable PDFs as others read them: order of the text, places of the words, what qpdf and PDF/A say.

usage: python -m benchmarks.archive
"""

from __future__ import annotations

import html
import re
import subprocess
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import pikepdf
from rapidfuzz.distance import Levenshtein

from benchmarks import shared
from pipeline.archive import run, source
from pipeline.archive.words import PlacedWord, needs_words, place
from pipeline.batch import runner
from pipeline.batch.ledger import Ledger
from pipeline.batch.lock import FOLDER
from pipeline.batch.records import File
from pipeline.batch.units import doc_id
from pipeline.model import Page
from pipeline.settings import Settings

SAMPLES = Path(__file__).parent.parent / "samples" / "input"
MODES = {"content order": ("-raw",), "pdftotext": (), "-layout": ("-layout",)}
NEAR = 3.0
_ROW = re.compile(r'<word xMin="(\S+)" yMin="(\S+)" xMax="(\S+)" yMax="(\S+)">(.*?)</word>')


@dataclass
class Sums:
    """What a set of pages came to."""

    pages: int = 0
    words: int = 0
    wrong: dict[str, int] = field(default_factory=lambda: dict.fromkeys(MODES, 0))
    lost: int = 0
    across: int = 0
    middle: int = 0
    edges: int = 0


def main() -> None:
    """Print what both sets came to."""
    _measure("samples", SAMPLES)
    if shared.present():
        _measure("real scans", shared.SHARED / "scans")


def _measure(name: str, folder: Path) -> None:
    out = shared.WORK / f"archive-{folder.name}"
    runner.run([folder], out, Settings(), runner.Options(jobs=1))
    made = run.archive(out, Settings(), run.Options(("pdf",), jobs=1))
    sums, faults = Sums(), 0
    with closing(Ledger(out / FOLDER / "ledger.sqlite")) as ledger:
        files = [file for file in ledger.primaries() if _pdf(out, file).exists()]
        for file in files:
            with pikepdf.open(_pdf(out, file)) as pdf:
                faults += len(pdf.check_pdf_syntax())
            for page, words in _pages(ledger, file):
                _add(sums, _pdf(out, file), page, words, Path(file.path))
    archived = run.archive(out, Settings(), run.Options(("pdf",), pdfa=True, jobs=1))
    print(f"## {name}: {len(files)} PDFs of {made.documents} documents, qpdf faults: {faults}")
    print(f"{sums.pages} pages with {sums.words} words laid under them")
    for mode, wrong in sums.wrong.items():
        print(f"words wrong or out of order, {mode}: {wrong} ({wrong / sums.words:.2%})")
    for what, count in (
        ("lost", sums.lost),
        ("ends", sums.across),
        ("middle", sums.middle),
        ("all edges", sums.edges),
    ):
        print(f"words {what}{'' if what == 'lost' else f' within {NEAR:g} points'}: {count / sums.words:.2%}")
    print(f"PDF/A-2b, validated: {archived.documents - len(archived.failures)} of {archived.documents}")
    for failure in archived.failures:
        print(f"  {failure.message}")


def _pdf(out: Path, file: File) -> Path:
    return out / run.FOLDER / f"{doc_id(file.sha256)}.pdf"


def _pages(ledger: Ledger, file: File) -> Iterator[tuple[Page, list[PlacedWord]]]:
    """The pages under which words were laid, and these."""
    document = source.document(ledger, file)
    for page, restored in zip(document.pages, document.restored, strict=True):
        if needs_words(page) and (placed := place(page, restored)) is not None:
            yield page, list(placed.words)


def _add(sums: Sums, pdf: Path, page: Page, words: Sequence[PlacedWord], original: Path) -> None:
    number, wanted = page.number, [word.text for word in words]
    # visible words, as a stamp's, stay in the page beside ours
    stays = page.verdict in {"stamp_only", "legacy"}
    own = len(_text(original, number, "-raw").split()) if stays else 0
    sums.pages += 1
    sums.words += len(wanted)
    for mode, options in MODES.items():
        found = _text(pdf, number, *options).split()
        sums.wrong[mode] += max(Levenshtein.distance(wanted, found) - own, 0)
    boxes: dict[str, list[list[float]]] = {}
    for *sides, word in _ROW.findall(_text(pdf, number, "-bbox")):
        boxes.setdefault(_nfc(html.unescape(word)), []).append([float(side) for side in sides])
    for word in words:
        _compare(sums, word, boxes.get(word.text, []))


def _compare(sums: Sums, word: PlacedWord, there: list[list[float]]) -> None:
    if not there:
        sums.lost += 1
        return
    box = [word.box.x0, word.box.y0, word.box.x1, word.box.y1]
    best = min(there, key=lambda found: sum(abs(a - b) for a, b in zip(found, box, strict=True)))
    there.remove(best)
    off = [abs(a - b) for a, b in zip(best, box, strict=True)]
    sums.across += max(off[0], off[2]) <= NEAR
    sums.middle += max(abs(best[i] + best[i + 2] - box[i] - box[i + 2]) for i in (0, 1)) <= 2 * NEAR
    sums.edges += max(off) <= NEAR


def _text(pdf: Path, number: int, *options: str) -> str:
    page = str(number)
    command = ["pdftotext", "-cropbox", "-f", page, "-l", page, *options, str(pdf), "-"]
    return _nfc(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def _nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text)


if __name__ == "__main__":
    main()
