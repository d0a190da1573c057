"""Draws docs/review-1280.png and docs/review-768.png: the review page over the samples, in a real browser.

usage: python -m samples.screenshots OUT   (OUT: what hoso extract wrote for samples/input)
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image
from playwright.sync_api import Page, sync_playwright

from samples.draw import HERE

DOCS = HERE.parent / "docs"
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"]
FILE = "Báo cáo giảm nghèo huyện Lạc Khuông.pdf"


@contextmanager
def served(out: Path) -> Iterator[str]:
    """The address of ``hoso review`` over a folder."""
    hoso = str(Path(sys.executable).with_name("hoso"))
    command = [hoso, "review", str(out), "--port", "0", "--name", "Lan"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        try:
            yield process.stderr.readline().split("open ")[1].split()[0]
        finally:
            process.terminate()


def keep(page: Page, name: str, width: int, height: int) -> None:
    """A picture of the page, small."""
    with TemporaryDirectory() as folder:
        shot = Path(folder) / "shot.png"
        page.screenshot(path=shot, clip={"x": 0, "y": 0, "width": width, "height": height})
        Image.open(shot).convert("RGB").quantize(96).save(DOCS / name, optimize=True)
    print(f"{DOCS / name}: {(DOCS / name).stat().st_size} bytes")


def shoot(out: Path) -> None:
    """Queue and row, wide in English, narrow in Vietnamese."""
    with (
        TemporaryDirectory() as folder,
        served(_copied(out, Path(folder))) as address,
        sync_playwright() as play,
    ):
        browser = play.chromium.launch(executable_path=shutil.which("chromium"), args=ARGUMENTS)
        for width, language in ((1280, "en"), (768, "vi")):
            page = browser.new_page(viewport={"width": width, "height": 900}, locale=language)
            page.goto(address)
            if width == 1280:
                keep(page, "review-queue.png", width, 620)
            page.goto(f"{address.partition('?')[0]}?table=loans")
            page.locator("tr", has_text=FILE).locator("a.row").first.click()
            page.wait_for_selector("#zoomed")
            page.wait_for_load_state("networkidle")
            if width == 1280:
                page.keyboard.press("e")
                page.keyboard.type("123")
            keep(page, f"review-{width}.png", width, 900)
            page.close()
        browser.close()


def _copied(out: Path, folder: Path) -> Path:
    """Decisions of whoever tries the samples stay out of the picture."""
    shutil.copytree(out, folder / "out", ignore=shutil.ignore_patterns("decisions", "review"))
    return folder / "out"


def main() -> None:
    """Write the pictures."""
    parser = argparse.ArgumentParser(description="Draw the pictures of docs/review.md.")
    parser.add_argument("out", type=Path)
    shoot(parser.parse_args().out)


if __name__ == "__main__":
    main()
