"""How fast the review page answers over 10,000 rows on 1,000 pages: a real server, its answers timed.

usage: python -m benchmarks.review [--rows N] [--pages N]

The output folder is made, not read: 20 PDFs of scanned pages, drawn here, with numbers in known places. Times
are of whole answers over HTTP from another process; each image is asked for once, so none is a kept one.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import re
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict
from http.cookiejar import CookieJar
from pathlib import Path
from statistics import median

from PIL import Image, ImageDraw

from benchmarks.shared import HOSO
from pipeline.batch.documents import Maker, assemble, in_unicode
from pipeline.batch.keys import content
from pipeline.batch.ledger import Ledger
from pipeline.batch.lock import FOLDER
from pipeline.batch.records import DocumentState, File, PageState
from pipeline.batch.units import doc_id, stat_of
from pipeline.batch.wire import pack_page
from pipeline.intake import FileInfo
from pipeline.model import Box, Document, Evidence, Extraction, Figure, Page, Word
from pipeline.settings import Settings
from pipeline.tables.rows import format_row

FILES = 20
QUEUE_LIMIT, IMAGE_LIMIT = 0.2, 0.5
"""Seconds that the issue asks for."""
DPI = 200


def _page(number: int, figures: int, chance: random.Random) -> tuple[Page, list[int]]:
    """A page of lines with a number each, and the numbers."""
    text, words, values = "", [], []
    for i in range(figures):
        value = chance.randrange(10, 100_000)
        values.append(value)
        for word, x in (("Cho", 60), ("vay", 90), (str(value), 130), ("hộ", 190), ("nghèo", 220)):
            words.append(
                Word(len(text), len(text) + len(word), Box(x, 60 + 60 * i, x + 40, 74 + 60 * i), 0.95)
            )
            text += f"{word} "
        text = f"{text[:-1]}\n"
    return Page(number, text, tuple(words), 595.0, 842.0, "ocr", dpi=DPI, ocr_confidence=0.95), values


def _image(values: Sequence[int], number: int, noise: Image.Image) -> Image.Image:
    """The page as a grey scan with grain, so that it is no easier to decode than a real one."""
    image = noise.copy()
    draw = ImageDraw.Draw(image)
    scale = DPI / 72
    for i, value in enumerate(values):
        draw.text((60 * scale, (60 + 60 * i) * scale), f"Cho vay {value} hộ nghèo", 0, font_size=34)
    draw.text((60 * scale, 800 * scale), f"trang {number}", 0, font_size=30)
    return image


def _extract(document: Document) -> Extraction:
    figures = []
    for page in document.pages:
        for found in re.finditer(r"vay (\d+) hộ", page.text):
            span = found.span(1)
            key = f"{document.doc_id} {page.number} {span[0]}".encode()
            line = page.text[page.text.rfind("\n", 0, span[0]) + 1 : page.text.find("\n", span[0])]
            values: dict[str, object] = {
                "doc_id": document.doc_id,
                "source_file": document.source_file,
                "page": page.number,
                "bbox": page.box_at(*span),
                "place": f"Xã {int(found[1]) % 40}",
                "flow": "disbursed",
                "borrowers": int(found[1]),
                "amount_vnd": int(found[1]) * 1_000_000,
                "status": "actual",
                "role": "single",
                "proof": "none",
                "confidence": int(found[1]) % 100 / 100,
                "flags": "period_assumed" if int(found[1]) % 3 else "",
                "rule": "loans.disbursed",
                "quote": line,
                "raw_quote": line,
            }
            proof = Evidence("borrowers", page.number, *span, found[1], found[1], page.box_at(*span))
            row_id = "l" + hashlib.sha256(key).hexdigest()[:12]
            figures.append(Figure("loans", row_id, values, (proof,)))  # type: ignore[arg-type]
    return Extraction({}, tuple(figures))


def make(folder: Path, rows: int, pages: int) -> Path:
    """An output folder with so many rows on so many pages, and the PDFs that they stand on."""
    chance, out = random.Random(1), folder / "out"
    (out / FOLDER).mkdir(parents=True)
    noise = Image.effect_noise((int(8.27 * DPI), int(11.69 * DPI)), 30).point(lambda v: min(255, v + 110))
    maker = Maker(in_unicode, _extract, format_row)
    with closing(Ledger(out / FOLDER / "ledger.sqlite")) as ledger:
        for n in range(FILES):
            made = [_page(i, rows // pages, chance) for i in range(1, pages // FILES + 1)]
            path = folder / f"báo cáo {n}.pdf"
            images = [_image(values, page.number, noise) for page, values in made]
            images[0].save(path, save_all=True, append_images=images[1:], resolution=DPI, quality=60)
            sha = hashlib.sha256(path.read_bytes()).hexdigest()
            info = FileInfo("pdf", len(made), sha, doc_id(sha))
            document = assemble(path.name, doc_id(sha), [page for page, _ in made], [])
            with ledger.transaction():
                ledger.put_file(
                    File(path.name, path, stat_of(path), "k", sha, "pdf", len(made), asdict(info))
                )
                for page, _ in made:
                    data = pack_page(page)
                    ledger.put_page(sha, PageState(page.number, "k", content(data)), data)
                parts = maker.make(document)
                assert not parts.problem, parts.problem
                ledger.put_document(DocumentState(sha, path.name, "k"), parts.packed())
    (out / "run.json").write_text(json.dumps({"settings": asdict(Settings())}), encoding="utf-8")
    return out


@contextmanager
def served(out: Path) -> Iterator[tuple[str, float, Callable[[str], bytes]]]:
    """A server of its own process: its address, the seconds to its first word, and how to ask."""
    began = time.perf_counter()
    command = [*HOSO, "review", str(out), "--port", "0", "--name", "bench"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        try:
            address = process.stderr.readline().split("open ")[1].split()[0]
            ready = time.perf_counter() - began
            opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))

            def ask(place: str) -> bytes:
                with opener.open(place, timeout=60) as answer:
                    data: bytes = answer.read()
                    return data

            ask(address)
            yield address.partition("?")[0], ready, ask
        finally:
            process.terminate()


def timed(ask: Callable[[str], bytes], places: Sequence[str]) -> list[float]:
    """Seconds of each answer."""
    seconds = []
    for place in places:
        began = time.perf_counter()
        assert ask(place)
        seconds.append(time.perf_counter() - began)
    return seconds


def main() -> int:
    """Measure and print; exit status 1 where a limit is passed."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--pages", type=int, default=1_000)
    options = parser.parse_args()
    chance = random.Random(2)
    with tempfile.TemporaryDirectory() as folder:
        out = make(Path(folder), options.rows, options.pages)
        with served(out) as (address, ready, ask):
            queries = [
                "",
                "?page=7",
                "?page=200",
                "?table=loans&place=X%C3%A3+7",
                "?flag=period_assumed",
                "?state=all",
            ]
            queue = timed(ask, [address + query for query in queries * 3])
            hashes = sorted(hashlib.sha256(p.read_bytes()).hexdigest() for p in Path(folder).glob("*.pdf"))
            numbers = range(1, options.pages // FILES + 1)
            images = timed(ask, [f"{address}image/{sha}/{chance.choice(numbers)}" for sha in hashes])
            ids = re.findall(r'href="/row/(\w+)', ask(f"{address}?page=3").decode())
            rows = timed(ask, [f"{address}row/{row_id}" for row_id in ids[:20]])
    print(f"{options.rows} rows, {options.pages} pages; server ready after {ready:.1f} s\n")
    print("| answer | median | slowest | limit |\n|---|---|---|---|")
    table = (
        ("queue", queue, QUEUE_LIMIT),
        ("page image, first time", images, IMAGE_LIMIT),
        ("row", rows, None),
    )
    for name, seconds, limit in table:
        told = f"{limit * 1000:.0f} ms" if limit else ""
        print(f"| {name} | {median(seconds) * 1000:.0f} ms | {max(seconds) * 1000:.0f} ms | {told} |")
    return int(max(queue) > QUEUE_LIMIT or max(images) > IMAGE_LIMIT)


if __name__ == "__main__":
    sys.exit(main())
