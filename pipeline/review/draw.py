"""Page images: drawn from the original in a worker process under the limits of a run, kept within bounds.

The originals are hostile: nothing of them is opened in the server's own process.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline import memory
from pipeline.batch.engines import Answer, Outcome, Setup, Unit
from pipeline.batch.engines.local import Local
from pipeline.batch.place import Remote
from pipeline.batch.units import page_limit, stat_of
from pipeline.errors import ReadError
from pipeline.settings import Settings
from pipeline.tables.writer import temporary_of

if TYPE_CHECKING:
    from PIL import Image

    from pipeline.batch.records import File
    from pipeline.intake import FileInfo

DPI = 150
"""A page of A4 has 1240 x 1754 pixels then: print of 8 points is read when zoomed."""
_QUALITY = 80
MOST_FILES, MOST_BYTES = 400, 150_000_000
"""Images that are kept in OUT/.hoso/review; the ones longest not looked at go first."""
SHOWN = frozenset({"pdf", "image", "office"})
"""Kinds of files whose pages can be drawn."""


class Pages:
    """Draws pages, one at a time."""

    def __init__(self, cache: Path, scratch: Path, settings: Settings) -> None:
        """Take a folder for the images, made where missing, and an existing one for temporary files."""
        self._cache, self._settings = cache, settings
        cache.mkdir(parents=True, exist_ok=True)
        setup = Setup("pipeline.review.draw:handler", {"settings": asdict(settings)})
        self._engine = Local(1, setup, scratch, max(settings.max_memory, memory.LEAST))
        self._lock = threading.Lock()

    def warm_up(self) -> None:
        """Start the worker, so that the first page does not wait for it."""
        with self._lock:
            self._done(Unit("warm", {}, time_limit=60))

    def close(self) -> None:
        """End the worker."""
        with self._lock:
            self._engine.close()

    def image(self, file: File, number: int) -> bytes:
        """A page as JPEG.

        Raises:
            ReadError: where the original is gone, was changed since it was read, or cannot be drawn.
        """
        if message := problem(file):
            raise ReadError(message)
        kept = self._cache / f"{file.sha256}-{number}.jpg"
        with suppress(OSError):
            data = kept.read_bytes()
            os.utime(kept)
            return data
        arguments = {"path": os.fsdecode(file.path), "number": number, "info": file.info}
        unit = Unit("page", arguments, (), page_limit(self._settings), file.source_file)
        with self._lock:
            outcome = self._done(unit)
        if outcome.status != "done":
            raise ReadError(outcome.message)
        self._keep(kept, outcome.blobs[0])
        return outcome.blobs[0]

    def _done(self, unit: Unit) -> Outcome:
        self._engine.submit(unit)
        while True:
            for outcome in self._engine.wait(1.0):
                return outcome

    def _keep(self, place: Path, data: bytes) -> None:
        """Keep an image; without room or a disk it is drawn again the next time."""
        with suppress(OSError):
            temporary = temporary_of(place)
            temporary.write_bytes(data)
            temporary.replace(place)
            files = sorted((s.st_mtime, s.st_size, f) for f in self._cache.iterdir() for s in [f.stat()])
            count, size = len(files), sum(entry[1] for entry in files)
            for _, length, oldest in files:
                if count <= MOST_FILES and size <= MOST_BYTES:
                    break
                oldest.unlink()
                count, size = count - 1, size - length


def problem(file: File) -> str:
    """Why no page of a file can be shown, without opening it; empty where one may be."""
    if file.kind not in SHOWN:
        return f"{file.source_file}: a text has no page to show"
    if isinstance(file.path, Remote):
        return f"{file.source_file}: the original is an object of a store, of which no page is shown"
    try:
        is_same = stat_of(file.path) == file.stat
    except OSError as error:
        return f"{file.source_file}: the original is not where it was read ({error.strerror})"
    if not is_same:
        return f"{file.source_file}: the original was changed since it was read; run hoso extract again"
    return ""


def handler(settings: Mapping[str, Any]) -> Callable[[str, Mapping[str, Any], Sequence[bytes]], Answer]:
    """What the worker runs."""
    chosen = Settings().with_values(settings, "review")

    def handle(kind: str, arguments: Mapping[str, Any], blobs: Sequence[bytes]) -> Answer:
        del blobs
        from pipeline.intake import FileInfo
        from pipeline.ocr import raster  # noqa: F401  (the warm-up)

        if kind == "warm":
            return {}, []
        info = FileInfo(**arguments["info"])
        return {}, [_jpeg(*_drawn(Path(arguments["path"]), arguments["number"], info, chosen))]

    return handle


def _drawn(path: Path, number: int, info: FileInfo, settings: Settings) -> tuple[Image.Image, int]:
    """A page's image and its resolution."""
    from pipeline.intake import children, office, pdf
    from pipeline.intake.find import printable
    from pipeline.ocr import raster

    name = printable(str(path))
    where = f"{name}, page {number}"
    with children.scratch() as folder:
        if info.kind == "image":
            found = raster.from_file(path, number, settings, where)
            return found.image, found.dpi
        if info.kind == "office":
            path = office.pdf(path, name, info.sha256, settings)
        if info.damage or info.locked:
            path = pdf.copied(path, name, settings, folder)
        geometry = pdf.geometry(path, number, settings, where)
        found = raster.drawn(path, number, geometry, settings, folder, where, DPI)
        return found.image, found.dpi


def _jpeg(image: Image.Image, dpi: int) -> bytes:
    import io

    if dpi > DPI:
        size = (max(round(image.width * DPI / dpi), 1), max(round(image.height * DPI / dpi), 1))
        image = image.resize(size, reducing_gap=2.0)
    target = io.BytesIO()
    image.save(target, "JPEG", quality=_QUALITY)
    return target.getvalue()
