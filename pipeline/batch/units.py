"""What a worker does: inspect a file, read a page, make a document's rows. Values in, values out.

Each kind is a pair of functions: one makes the ``Unit`` in the driver, the method of its name in ``Rooms``
does it in a worker. Everything between them is JSON and bytes, so that any engine can carry it.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.batch.engines import Answer, Unit
from pipeline.batch.place import Remote, is_url
from pipeline.batch.remote import Copies
from pipeline.batch.wire import pack_page, unpack_page
from pipeline.errors import ReadError
from pipeline.intake.find import printable
from pipeline.model import Failure, Page
from pipeline.settings import Settings

if TYPE_CHECKING:
    from pipeline.batch.documents import Maker
    from pipeline.batch.records import File, Problem
    from pipeline.intake import FileInfo

INSPECT, PAGE, DOCUMENT = "inspect", "page", "document"
DEPTHS = ("extract", "restore", "read")
"""How far a document is taken, the whole way first."""
_SECONDS_A_PAGE = 5
"""Restoring and extracting takes a fraction of a second a page; this is for a machine under heavy load."""

_TICK = 20_000_000
"""Nanoseconds; the kernel's clock for files ticks every 4 to 10 ms."""


def inspect(path: Path | Remote, source_file: str, stat: str, settings: Settings) -> Unit:
    """What is this file, whose state is ``stat``, and what is its content's hash?"""
    return Unit(
        INSPECT, {"path": os.fsdecode(path), "stat": stat}, (), settings.page_timeout + 60, source_file
    )


def page(file: File, number: int, settings: Settings) -> Unit:
    """Read one page."""
    arguments = {"path": os.fsdecode(file.path), "stat": file.stat, "info": file.info, "number": number}
    return Unit(PAGE, arguments, (), page_limit(settings), file.source_file)


def page_limit(settings: Settings) -> float:
    """Seconds that a page may take in all: room for several calls of programs, which keep their own limit."""
    return 3 * settings.page_timeout + 30


def document(file: File, pages: Sequence[bytes], failures: Sequence[Failure], settings: Settings) -> Unit:
    """Restore and extract one document (see ``less`` for what is done where that fails).

    Args:
        file: whose name its rows carry.
        pages: packed pages in order, empty where one failed.
        failures: of those pages.
        settings: the run's.
    """
    told = [[f.page, f.stage, f.code, f.message] for f in failures]
    arguments = {
        "source_file": file.source_file,
        "doc_id": doc_id(file.sha256),
        "failures": told,
        "depth": DEPTHS[0],
        "problem": {},
    }
    limit = settings.page_timeout + _SECONDS_A_PAGE * len(pages)
    return Unit(DOCUMENT, arguments, tuple(pages), limit, file.source_file)


def less(unit: Unit, problem: Problem) -> Unit | None:
    """The same document made less deeply, after its worker was ended or died over it.

    Args:
        unit: of a document.
        problem: why it failed; the document made of this unit will tell it.

    Returns:
        A unit that only restores the text, then one that takes it as read; None where even that failed.
    """
    at = DEPTHS.index(unit.arguments["depth"]) + 1
    if at == len(DEPTHS):
        return None
    told = {"stage": problem.stage, "code": problem.code, "message": problem.message}
    return replace(unit, arguments={**unit.arguments, "depth": DEPTHS[at], "problem": told})


def doc_id(sha256: str) -> str:
    """A document's identity by its content."""
    return f"d{sha256[:12]}"


def stat_of(path: Path) -> str:
    """What changes when a file's content does: size, times (also the inode's, which nobody sets), inode.

    Raises:
        OSError: where the file is not there.
    """
    s = path.stat()
    return json.dumps([s.st_size, s.st_mtime_ns, s.st_ctime_ns, s.st_ino])


def _check_same(path: Path, stat: str, where: str, state: str = "") -> None:
    """Look whether a file is still the one that was to be read; an object had ``state`` when it was copied.

    Raises:
        ReadError: where it changed or is gone; every run tries it again.
    """
    try:
        same = (state or stat_of(path)) == stat
    except OSError as error:
        message = f"{where}: the file went away while it was read ({error.strerror}); run again"
        raise ReadError(message) from error
    if not same:
        message = f"{where}: the file changed while it was read; run again"
        raise ReadError(message)


def _settled(path: Path) -> str:
    """The file's stat, taken when a change after it must show: clocks of file systems tick every few ms."""
    if abs(time.time_ns() - path.stat().st_ctime_ns) < _TICK:
        time.sleep(_TICK / 1e9)
    return stat_of(path)


class Rooms:
    """A worker's handler: the rooms, opened when they are first needed and kept."""

    def __init__(
        self,
        settings: Mapping[str, Any],
        *,
        inspect_file: Callable[[Path, Settings], FileInfo] | None = None,
        read_page: Callable[[Path, int, FileInfo, Settings], Page] | None = None,
        maker: Maker | None = None,
    ) -> None:
        """Take the run's settings; the rooms themselves may be replaced by stand-ins in tests."""
        self._settings = Settings().with_values(settings, "run")
        self._inspect_file = inspect_file
        self._read_page = read_page
        self._maker = maker
        self._copies = Copies(self._settings.max_bytes)

    def __call__(self, kind: str, arguments: Mapping[str, Any], blobs: Sequence[bytes]) -> Answer:
        """Do one unit."""
        if kind == INSPECT:
            return self._inspect(arguments["path"], arguments["stat"])
        if kind == PAGE:
            return self._page(**arguments)
        return self._document(arguments, blobs)

    def _inspect(self, place: str, listed: str) -> Answer:
        if self._inspect_file is None:
            from pipeline.intake import inspect as inspect_file

            self._inspect_file = inspect_file
        path, state = self._at_hand(place, listed)
        stat = state or _settled(path)
        try:
            info = asdict(self._inspect_file(path, self._settings))
        except ReadError as error:
            _check_same(path, stat, path.name, state)
            # a file that cannot be read still has an identity
            problem = {"code": error.code, "message": _named(error, path, place)}
            return {"stat": stat, "sha256": _hash(path, self._settings.max_bytes), "problem": problem}, []
        return {"stat": stat, "sha256": info["sha256"], "info": info}, []

    def _page(self, path: str, stat: str, info: Mapping[str, Any], number: int) -> Answer:
        from pipeline.intake import FileInfo

        if self._read_page is None:
            from pipeline.ocr import read_page

            self._read_page = read_page
        place, state = self._at_hand(path, stat)
        where = f"{place.name}: page {number}"
        try:
            found = self._read_page(place, number, FileInfo(**info), self._settings)
        except (ReadError, OSError) as error:
            # a file that is gone is not damaged, whatever a program made of it
            _check_same(place, stat, where, state)
            if isinstance(error, ReadError):
                raise type(error)(_named(error, place, path)) from error
            raise
        _check_same(place, stat, where, state)
        return {}, [pack_page(found)]

    def _at_hand(self, place: str, stat: str) -> tuple[Path, str]:
        """A file's path and no state, or an object's copy and its state."""
        return self._copies.get(place, stat) if is_url(place) else (Path(place), "")

    def _document(self, arguments: Mapping[str, Any], blobs: Sequence[bytes]) -> Answer:
        from pipeline.batch.documents import assemble, make_maker

        if self._maker is None:
            self._maker = make_maker(self._settings)
        pages = [unpack_page(blob) if blob else None for blob in blobs]
        whole = {name: arguments[name] for name in ("source_file", "doc_id", "failures")}
        made = self._maker.make(assemble(pages=pages, **whole), arguments["depth"], arguments["problem"])
        parts = made.packed()
        answer = {"parts": [name for name, _ in parts], "problem": dict(made.problem)}
        return answer, [data for _, data in parts]


def rooms(settings: Mapping[str, Any]) -> Rooms:
    """The factory that workers call."""
    return Rooms(settings)


def _named(error: ReadError, path: Path, place: str) -> str:
    """What an error says, of the object where it was read from a copy."""
    return str(error).replace(printable(str(path)), printable(place))


def _hash(path: Path, most: int) -> str:
    """SHA-256 of a file; empty where it cannot be read at all or has more than ``most`` bytes."""
    try:
        if path.stat().st_size > most:
            return ""
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""
