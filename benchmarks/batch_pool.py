"""Wall time of a batch of scans on this machine: beside plain Tesseract, OCRmyPDF, and one process alone.

Pages are our own, printed and scanned in fifteen ways (``scanned``), in four files of fifteen. Tesseract gets
the very rasters that hoso reads, drawn before the clock starts, as many at a time as hoso has processes, each
of one thread. hoso has everything to do: opening, preparing, reading, restoring, extracting, writing. The
rasters are PGM and PPM, as poppler hands them over; a line beside it has them as BMP, in which hoso gives
Tesseract its pages.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pikepdf

from benchmarks import floor, scanned
from benchmarks.bench_ocr import table
from benchmarks.shared import HOSO, PYTHON, WORK

JOBS = 2
KINDS = (scanned.Scan("250 dpi", 250), *(kind for kind in scanned.SCANS if not kind.stamp))
"""Ways of scanning; without the one that has a text layer, which OCRmyPDF would refuse or draw anew."""


def report(kinds: Sequence[scanned.Scan] = KINDS) -> str:
    """Measure; a table and what it was measured over."""
    work = WORK / "batch-pool"
    shutil.rmtree(work, ignore_errors=True)
    source = work / "in"
    pages = draw(source, kinds)
    images = [(path, dpi) for _, path, dpi in _rasters(source, work / "rasters")]
    two = _timed(lambda: _hoso(source, work / "two", JOBS))
    one = _timed(lambda: _hoso(source, work / "one", 1))
    plain = _timed(lambda: _tesseract(images, JOBS))
    as_bmp = [(_bmp(path), dpi) for path, dpi in images]
    plain_bmp = _timed(lambda: _tesseract(as_bmp, JOBS))
    plain_alone = _timed(lambda: _tesseract(images, 1))
    rows: list[tuple[object, ...]] = [
        (f"hoso extract, {JOBS} processes", f"{two:.1f} s", "", ""),
        (
            f"Tesseract, same rasters, {JOBS} processes",
            f"{plain:.1f} s",
            f"{two / plain:.2f}",
            "≤ 1.10",
        ),
        (f"the same rasters as BMP, {JOBS} processes", f"{plain_bmp:.1f} s", f"{two / plain_bmp:.2f}", ""),
        ("hoso extract, 1 process", f"{one:.1f} s", f"{one / two:.2f} (speed-up)", "≥ 1.85"),
        (
            "Tesseract, same rasters, 1 process",
            f"{plain_alone:.1f} s",
            f"{plain_alone / plain:.2f} (speed-up)",
            "",
        ),
    ]
    if _has_ocrmypdf():
        peer = _timed(lambda: _ocrmypdf(source, work / "peer", JOBS))
        rows.append((f"ocrmypdf -l vie --jobs {JOBS}", f"{peer:.1f} s", f"{two / peer:.2f}", "< 1"))
    else:
        rows.append(("ocrmypdf -l vie", "not installed: make archive", "", "< 1"))
    cores = f"{len(images)} of {pages} scanned pages need OCR; {os.cpu_count()} processors."
    return f"{cores}\n\n{table(('batch of scans', 'wall time', 'hoso beside it', 'target'), rows)}"


def draw(folder: Path, kinds: Sequence[scanned.Scan]) -> int:
    """Draw the pages, a file for each document; how many pages there are."""
    folder.mkdir(parents=True)
    files = [pikepdf.new() for _ in scanned.SOURCES]
    for kind in kinds:
        single = folder.parent / "single"
        single.mkdir(exist_ok=True)
        for file, page in zip(files, scanned.pages(kind, single), strict=True):
            with pikepdf.open(page.file) as opened:
                file.pages.extend(opened.pages)
        shutil.rmtree(single)
    for number, file in enumerate(files):
        file.save(folder / f"{number}.pdf", deterministic_id=True)
    return len(files) * len(kinds)


def _rasters(source: Path, folder: Path) -> list[tuple[int, Path, int]]:
    found = []
    for file in sorted(source.iterdir()):
        own = folder / file.stem
        own.mkdir(parents=True)
        found += floor.rasters(file, own)
    return found


def _bmp(raster: Path) -> Path:
    from PIL import Image

    file = raster.with_suffix(".bmp")
    with Image.open(raster) as image:
        image.save(file)
    return file


def _timed(act: Callable[[], object]) -> float:
    began = time.monotonic()
    act()
    return time.monotonic() - began


def _hoso(source: Path, out: Path, jobs: int) -> None:
    subprocess.run([*HOSO, "extract", str(source), "--out", str(out), "--jobs", str(jobs), "-q"], check=True)


def _tesseract(images: Sequence[tuple[Path, int]], jobs: int) -> None:
    with ThreadPoolExecutor(jobs) as threads:
        list(threads.map(lambda image: floor.read([image]), images))


def _has_ocrmypdf() -> bool:
    return not subprocess.run([PYTHON, "-c", "import ocrmypdf"], capture_output=True, check=False).returncode


def _ocrmypdf(source: Path, out: Path, jobs: int) -> None:
    out.mkdir()
    for file in sorted(source.iterdir()):
        command = [PYTHON, "-m", "ocrmypdf", "-l", "vie", "--jobs", str(jobs), "--output-type", "pdf"]
        subprocess.run([*command, "--quiet", str(file), str(out / file.name)], check=True)


if __name__ == "__main__":
    # the first so many ways of scanning alone: a trial
    chosen = KINDS[: int(sys.argv[1])] if len(sys.argv) > 1 else KINDS
    print(report(chosen))
