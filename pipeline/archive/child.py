"""What runs in the child process: the file made ready, OCRmyPDF, its plugin.

OCRmyPDF lays text under pages only where a file is a PDF without a form and without encryption, and a signed
file has a form. So it gets a copy: an image file becomes pages of the size that its words are told of, the
appearance of signatures and fields becomes part of the page. The original is opened to be read, no more.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TypedDict

EXIT_NOT_MADE = 99
"""Something went wrong before OCRmyPDF, whose own statuses stay below; the last line of stderr says what."""


# pixels are counted where pages are read; here none is decoded
_QUIETLY = ("--tagged-pdf-mode", "ignore", "--max-image-mpixels", "0", "--jobs", "1", "--quiet")


_ORIENTATION = 0x112
_MIRRORED = frozenset({2, 4, 5, 7})
"""Of EXIF's orientations; the others turn the image."""


class Job(TypedDict):
    """What to make of what: absolute paths, and sizes of an image file's pages in points."""

    source: str
    target: str
    words: str
    folder: str
    pdfa: bool
    sizes: list[tuple[float, float]]
    """Of an image file's pages; empty for a PDF."""


def main(path: str) -> int:
    """Do the job in this file; the exit status is OCRmyPDF's, or EXIT_NOT_MADE."""
    job: Job = json.loads(Path(path).read_text(encoding="utf-8"))
    tempfile.tempdir = job["folder"]
    # a date without a zone is taken for local time, which is not the same everywhere
    os.environ["TZ"] = "UTC"
    time.tzset()
    # messages are not to be broken at a terminal's width
    os.environ["COLUMNS"] = "2000"
    ready = Path(job["folder"]) / "ready.pdf"
    try:
        (_from_image if job["sizes"] else _from_pdf)(job, ready)
        if job["pdfa"] and not job["sizes"]:
            ready = _bare(job, ready)
    except Exception as error:  # noqa: BLE001  many kinds on hostile bytes; the parent makes a line of it
        sys.stderr.write(f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}\n")
        return EXIT_NOT_MADE
    from ocrmypdf.__main__ import run

    return int(run(arguments(job, ready)))


def _bare(job: Job, ready: Path) -> Path:
    """A copy without what PDF/A does not know or want.

    The invisible layers that are to be replaced go first: OCRmyPDF takes them away but leaves their fonts,
    which PDF/A would want embedded.
    """
    import pikepdf

    stripped, bare = (Path(job["folder"]) / name for name in ("stripped.pdf", "bare.pdf"))
    if numbers := sorted(json.loads(Path(job["words"]).read_text(encoding="utf-8")), key=int):
        how = ["--mode", "strip", "--pages", ",".join(numbers), "--output-type", "pdf", "--optimize", "0"]
        # a process of its own: a second run in this one would meet the first one's plugins
        command = [sys.executable, "-P", "-m", "ocrmypdf", *how, *_QUIETLY, str(ready), str(stripped)]
        subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
        ready = stripped
    with pikepdf.open(ready) as pdf:
        pdf.remove_unreferenced_resources()
        for holder, name in [(pdf.Root, "/Extensions"), *((page.obj, "/Trans") for page in pdf.pages)]:
            if name in holder:
                del holder[name]
        pdf.save(bare, deterministic_id=True)
    return bare


def arguments(job: Job, ready: Path) -> list[str]:
    """OCRmyPDF's command line."""
    kind = (
        ["--output-type", "pdfa-2", "--pdfa-backend", "internal"] if job["pdfa"] else ["--output-type", "pdf"]
    )
    plugin = ["--plugin", "pipeline.archive.plugin", "--hoso-words", job["words"]]
    how = ["--mode", "redo", "--language", "vie"]
    return [*plugin, *kind, *how, *_QUIETLY, str(ready), job["target"]]


def _from_pdf(job: Job, ready: Path) -> None:
    import pikepdf

    with pikepdf.open(job["source"]) as pdf:
        if "/AcroForm" in pdf.Root:
            pdf.generate_appearance_streams()
            pdf.flatten_annotations("all")
            # what the signature permits ends with it
            for name in {"/AcroForm", "/Perms"} & set(pdf.Root.keys()):
                del pdf.Root[name]
        # without: a file that opens without a password may forbid changes
        pdf.save(ready, encryption=False, deterministic_id=True)


def _from_image(job: Job, ready: Path) -> None:
    import img2pdf
    import pikepdf
    from PIL import Image

    with Image.open(job["source"]) as image:
        if image.getexif().get(_ORIENTATION) in _MIRRORED:
            message = "its EXIF data mirrors it, which no PDF page can; save it anew"
            raise ValueError(message)
    sizes = iter(job["sizes"])

    def layout(across: int, down: int, _dpi: object) -> tuple[float, float, float, float]:
        # of the image as it is stored: where the page is turned to be shown the sides change places
        width, height = min(_both_ways(next(sizes)), key=lambda size: abs(size[0] * down - size[1] * across))
        return width, height, width, height

    pages = ready.with_name("pages.pdf")
    turned = img2pdf.Rotation.ifvalid
    with pages.open("wb") as out:
        img2pdf.convert(job["source"], layout_fun=layout, outputstream=out, nodate=True, rotation=turned)
    with pikepdf.open(pages) as pdf:
        # it names each file it writes at random
        if "/ID" in pdf.trailer:
            del pdf.trailer["/ID"]
        pdf.save(ready, deterministic_id=True)


def _both_ways(size: tuple[float, float]) -> tuple[tuple[float, float], tuple[float, float]]:
    return size, size[::-1]


def command(job_file: Path, paths: Sequence[str]) -> list[str]:
    """The arguments of a Python that does the job in this file, with modules from these folders."""
    code = "import json, sys; sys.path[:] = json.loads(sys.argv[1]); from pipeline.archive import child; "
    return ["-P", "-c", f"{code}sys.exit(child.main(sys.argv[2]))", json.dumps(list(paths)), str(job_file)]
