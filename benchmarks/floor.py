"""The floor: plain Tesseract over the very images that hoso reads, nothing before or after."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

from pipeline.errors import ReadError
from pipeline.intake import inspect
from pipeline.ocr.judge import Sheet, judge
from pipeline.settings import Settings


def rasters(file: Path, folder: Path) -> list[tuple[int, Path, int]]:
    """The pages of a PDF that need OCR: number, image as a PGM or PPM file, resolution.

    The embedded scan where hoso takes that, else the page drawn; pages whose layer is good are left out.
    """
    settings = Settings()
    found = []
    try:
        info = inspect(file, settings)
    except ReadError:
        return []
    for number in range(1, info.pages + 1):
        where = f"{file.name}, page {number}"
        sheet = Sheet(file, number, settings, folder, where)
        if judge(sheet).verdict in {"good", "legacy"}:
            continue
        image = sheet.scan or sheet.drawn()
        path = folder / f"{number:04d}.{'ppm' if image.image.mode == 'RGB' else 'pgm'}"
        image.image.save(path)
        found.append((number, path, image.dpi))
    return found


def read(images: Sequence[tuple[Path, int]]) -> float:
    """Seconds that Tesseract takes, one process a page, one thread, one after the other."""
    began = time.perf_counter()
    for image, dpi in images:
        subprocess.run(
            ["tesseract", str(image), str(image.with_suffix("")), "-l", "vie", "--dpi", str(dpi), "tsv"],
            check=True,
            capture_output=True,
            env={**os.environ, "OMP_THREAD_LIMIT": "1"},
        )
    return time.perf_counter() - began
