"""OCR against plain Tesseract, page by page, on the transcribed real scans.

    python -m benchmarks.bench_ocr

Plain is ``tesseract -l vie --dpi 300`` over the page drawn at 300 dpi by poppler, nothing before or after.
The time ratio compares wall time over the same pages, drawing and preparing included on both sides.
"""

from __future__ import annotations

import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.shared import SHARED, TextScore, present, score_text
from pipeline.intake import inspect
from pipeline.ocr import read_page
from pipeline.settings import Settings


@dataclass(frozen=True)
class Row:
    """One page: scores and seconds of plain Tesseract and of hoso."""

    page: str
    table: bool
    plain: TextScore
    hoso: TextScore
    plain_seconds: float
    hoso_seconds: float


def rows() -> Iterator[Row]:
    """Every transcribed page, in the order of the files' names."""
    settings = Settings()
    for reference in sorted((SHARED / "scans").glob("*.p*.txt")):
        name, number = reference.stem.rsplit(".p", 1)
        file = reference.with_name(f"{name}.pdf")
        text, plain_seconds = plain(file, int(number))
        info = inspect(file, settings)
        start = time.perf_counter()
        page = read_page(file, int(number), info, settings)
        seconds = time.perf_counter() - start
        scores = score_text(reference, text), score_text(reference, page.text)
        yield Row(reference.stem, "table" in name, *scores, plain_seconds, seconds)


def plain(file: Path, number: int) -> tuple[str, float]:
    """What Tesseract alone reads, and how long it takes."""
    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder) / "page"
        page = ["-f", str(number), "-l", str(number), "-singlefile"]
        start = time.perf_counter()
        subprocess.run(
            ["pdftoppm", "-r", "300", *page, str(file), str(base)], check=True, capture_output=True
        )
        command = ["tesseract", f"{base}.ppm", str(base), "-l", "vie", "--dpi", "300"]
        environment = {"OMP_THREAD_LIMIT": "1", "PATH": "/usr/local/bin:/usr/bin:/bin"}
        subprocess.run(command, check=True, capture_output=True, env=environment)
        seconds = time.perf_counter() - start
        return base.with_suffix(".txt").read_text(encoding="utf-8"), seconds


def main() -> int:
    """Print the table."""
    if not present():
        print("no scans beside the checkout; nothing to measure")
        return 0
    read_page_once()
    done = list(rows())
    print("| page | WER plain | WER hoso | numbers plain | numbers hoso |")
    print("|---|---:|---:|---:|---:|")
    for row in done:
        plain_part, hoso_part = row.plain, row.hoso
        wer = f"{plain_part.wer:.1%} | {hoso_part.wer:.1%}"
        print(f"| {row.page} | {wer} | {plain_part.recall:.2f} | {hoso_part.recall:.2f} |")
    prose = [row for row in done if not row.table]
    mean = [
        sum(s.wer for s in side) / len(prose)
        for side in zip(*((r.plain, r.hoso) for r in prose), strict=True)
    ]
    ratio = sum(row.hoso_seconds for row in done) / sum(row.plain_seconds for row in done)
    print(f"| mean of the prose pages | {mean[0]:.1%} | {mean[1]:.1%} | | |")
    print(f"\nhoso takes {ratio:.2f} of plain Tesseract's time over these pages")
    return 0


def read_page_once() -> None:
    """Load what a worker loads once (pytesseract, pdf2image, Pillow), so that it counts for no page."""
    import pdf2image
    import pytesseract

    assert pdf2image
    assert pytesseract


if __name__ == "__main__":
    raise SystemExit(main())
