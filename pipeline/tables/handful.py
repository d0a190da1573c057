"""Small files by the handful: whole files or none as everywhere, but one flush for hundreds of them.

To flush each of a hundred thousand texts alone takes an hour on a slow disk. Here some hundreds are written
beside their places, the file system is flushed once, then all are renamed.
"""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

_MOST = 512
"""Files that wait for one flush."""
_MOST_BYTES = 16_000_000
"""The same in bytes."""
_FEW = 16
"""Files up to which each is flushed alone: flushing a file system waits for what others write, too."""


class Handful:
    """Files of one folder, written where their bytes are not there already. A context manager."""

    def __init__(self, folder: Path, temporary_of: Callable[[Path], Path]) -> None:
        """Write into ``folder``, by way of the names that ``temporary_of`` gives."""
        self.changed = self.unchanged = 0
        self._folder = folder
        self._temporary_of = temporary_of
        self._waiting: list[tuple[Path, Path]] = []
        self._bytes = 0

    def __enter__(self) -> Self:
        """Begin."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: TracebackType | None) -> None:
        """Flush and rename what waits; after an error remove it."""
        try:
            if kind is None:
                self._settle()
        finally:
            for temporary, _ in self._waiting:
                with suppress(OSError):
                    temporary.unlink(missing_ok=True)

    def put(self, name: str, text: str) -> None:
        """Write a file, unless it holds just that already.

        Raises:
            OSError: where the disk is full or the folder read-only.
        """
        place, data = self._folder / name, text.encode("utf-8", errors="replace")
        with suppress(FileNotFoundError):
            if place.stat().st_size == len(data) and place.read_bytes() == data:
                self.unchanged += 1
                return
        temporary = self._temporary_of(place)
        self._waiting.append((temporary, place))
        with temporary.open("xb") as file:
            file.write(data)
        self._bytes += len(data)
        if len(self._waiting) >= _MOST or self._bytes >= _MOST_BYTES:
            self._settle()

    def _settle(self) -> None:
        flush([temporary for temporary, _ in self._waiting])
        while self._waiting:
            temporary, place = self._waiting[-1]
            temporary.replace(place)
            self._waiting.pop()
            self.changed += 1
        self._bytes = 0


def flush(files: list[Path]) -> None:
    """Bring files of one folder to the disk.

    Raises:
        OSError: where the disk says that it could not.
    """
    if len(files) > _FEW and sys.platform == "linux":
        _flush_file_system(files[0].parent)
        return
    for path in files:
        with path.open("rb") as file:
            os.fsync(file.fileno())


def _flush_file_system(folder: Path) -> None:
    """syncfs(2), which Python does not have; os.sync would wait for all other disks as well."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        if ctypes.CDLL(None, use_errno=True).syncfs(descriptor):
            code = ctypes.get_errno()
            raise OSError(code, os.strerror(code), str(folder))
    finally:
        os.close(descriptor)
