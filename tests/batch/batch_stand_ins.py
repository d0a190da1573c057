"""Rooms for workers in tests: text files read for real, pages that misbehave on demand, one rule.

A page does what its first line says: ``die once``, ``die``, ``hang``, ``wait`` (until the file ``go`` lies in
the folder of flags), ``grow`` (the file itself), ``gorge on memory``, ``slow`` (a fifth of a second),
``raise`` (an unexpected error), ``unreadable``, ``kill tesseract`` or ``kill tesseract once`` (a stand-in for
the program), or what ``_fail`` knows. Every page that is read leaves a line in ``reads``.
"""

from __future__ import annotations

import hashlib
import os
import re
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pipeline.batch.documents import Maker
from pipeline.batch.engines import Answer, Unit
from pipeline.batch.units import Rooms
from pipeline.errors import DamagedError, MissingProgramError
from pipeline.intake import FileInfo, children, inspect
from pipeline.model import Document, Edit, Evidence, Extraction, Figure, Page, RestoredText
from pipeline.settings import Settings
from pipeline.tables.rows import format_row

FLAGS = "BATCH_TEST_FLAG_FOLDER"


def flags() -> Path:
    return Path(os.environ[FLAGS])


def reads() -> list[str]:
    """The pages read so far, ``file number``, in order."""
    log = flags() / "reads"
    return [line.rsplit(" ", 1)[0] for line in log.read_text().splitlines()] if log.exists() else []


def workers() -> set[int]:
    """The processes that read them."""
    return {int(line.rsplit(" ", 1)[1]) for line in (flags() / "reads").read_text().splitlines()}


def read_page(path: Path, number: int, info: FileInfo, settings: Settings) -> Page:
    text = path.read_text().split("\f")[number - 1]
    with (flags() / "reads").open("a") as log:
        log.write(f"{path.name} {number} {os.getpid()}\n")
    _misbehave(text.partition("\n")[0], path, number)
    return Page(number, text, quality=0.5 + number / 100)


def _misbehave(order: str, path: Path, number: int) -> None:
    done = flags() / f"{path.name}-{number}"
    if order == "die" or (order == "die once" and not done.exists()):
        done.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    if order == "slow":
        time.sleep(0.2)
    if order == "hang":
        time.sleep(3600)
    if order == "grow":
        with path.open("a") as file:
            file.write("\fone more\n")
    if order == "gorge on memory":
        bytearray(Settings().max_memory + 2_000_000_000)
    if order == "raise":
        message = "no such luck"
        raise ZeroDivisionError(message)
    if order == "unreadable":
        message = f"{path}, page {number}: damaged: torn"
        raise DamagedError(message)
    if order == "kill tesseract" or (order == "kill tesseract once" and not done.exists()):
        done.touch()
        killed = subprocess.run(["sh", "-c", "kill -9 $$"], check=False)
        children.check_killed("Tesseract", killed.returncode, f"{path}, page {number}")
    while order == "wait" and not (flags() / "go").exists():
        time.sleep(0.01)


def restore(texts: Sequence[str], channels: Sequence[str]) -> list[RestoredText]:
    """``hd`` was ``hộ``."""
    for text in texts:
        _fail("restoring", text)
    return [
        RestoredText.from_edits(
            text, (Edit(m.start(), m.end(), "hd", "hộ", "confusion", 0.9) for m in re.finditer("hd", text))
        )
        for text in texts
    ]


def _fail(what: str, text: str) -> None:
    """A page that begins with ``rule hangs``, ``restoring dies`` and so on."""
    name, _, order = text.partition("\n")[0].partition(" ")
    if name != what:
        return
    if order == "fails":
        message = f"{what} failed"
        raise ValueError(message)
    if order == "gorges":
        raise MemoryError
    _misbehave({"hangs": "hang", "dies": "die"}[order], Path(what), 1)


def extract(document: Document) -> Extraction:
    """Every ``N hộ`` is a loan."""
    figures = []
    for page, restored in zip(document.pages, document.restored, strict=True):
        _fail("rule", page.text)
        for found in re.finditer(r"(\d+) hộ", restored.text):
            span = f"{document.doc_id} {page.number} {found.start()}"
            row_id = "l" + hashlib.sha256(span.encode()).hexdigest()[:12]
            values: dict[str, Any] = {
                "doc_id": document.doc_id,
                "source_file": document.source_file,
                "page": page.number,
                "borrowers": int(found[1]),
                "status": "actual",
                "flow": "disbursed",
                "role": "single",
            }
            proof = Evidence("borrowers", page.number, *found.span(1), found[1], found[1])
            figures.append(Figure("loans", row_id, values, (proof,)))
    return Extraction({"doc_type": "báo cáo"}, tuple(figures))


def inspect_file(path: Path, settings: Settings) -> FileInfo:
    if path.read_bytes().startswith(b"inspection hangs"):
        time.sleep(3600)
    return inspect(path, settings)


def _set_clock() -> None:
    shift = int(os.environ.get("BATCH_TEST_CLOCK", "0"))
    now, now_ns = time.time, time.time_ns
    time.time = lambda: now() + shift
    time.time_ns = lambda: now_ns() + shift * 10**9


def rooms(settings: Mapping[str, Any]) -> Rooms:
    _set_clock()
    return Rooms(
        settings, inspect_file=inspect_file, read_page=read_page, maker=Maker(restore, extract, format_row)
    )


class Impatient(Rooms):
    """Rooms without a program that they need."""

    def __call__(self, kind: str, arguments: Mapping[str, Any], blobs: Sequence[bytes]) -> Answer:
        if kind == "page":
            message = "tesseract is not installed"
            raise MissingProgramError(message)
        return super().__call__(kind, arguments, blobs)


def without_program(settings: Mapping[str, Any]) -> Rooms:
    return Impatient(settings)


def handler(greeting: str) -> Any:
    """A handler for tests of the engine alone."""

    def handle(kind: str, arguments: Mapping[str, Any], blobs: Sequence[bytes]) -> Answer:
        if kind == "echo":
            return {**arguments, "greeting": greeting, "process": os.getpid()}, list(blobs)
        if kind == "gorge":
            return {"size": len(bytearray(1 << 40))}, []
        if kind == "missing":
            message = "tesseract is not installed"
            raise MissingProgramError(message)
        _misbehave(kind, Path(arguments.get("name", "unit")), 1)
        return {"process": os.getpid()}, []

    return handle


def broken(greeting: str) -> Any:
    message = f"{greeting}: no dictionaries"
    raise ImportError(message)


def unit(kind: str, limit: float = 60, **arguments: Any) -> Unit:
    return Unit(kind, arguments, time_limit=limit)
