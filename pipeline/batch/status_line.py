"""One line of a terminal that is written over and over, cut to the width that there is now."""

from __future__ import annotations

import os
import time
import unicodedata
from collections.abc import Sequence
from typing import TextIO

_EVERY = 0.1
"""Seconds between two writings: more than an eye follows only costs time."""
_LEAST_NAME = 12
"""Columns under which the end of a file's name tells nothing."""
_BETWEEN = " · "


class StatusLine:
    """The line, on ``stream``."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._shown = 0.0
        self._length = 0

    def is_due(self) -> bool:
        """Whether it is time to show again."""
        return time.monotonic() - self._shown >= _EVERY

    def show(self, parts: Sequence[str], name: str = "") -> None:
        """Write the line: as many parts as there is room for, and the end of ``name`` in what is left."""
        self._shown = time.monotonic()
        text = fitted(parts, name, self._width() - 1)
        columns = width(text)
        self._stream.write("\r" + text + " " * (self._length - columns))
        self._stream.flush()
        self._length = columns

    def clear(self) -> None:
        """Take the line away."""
        if self._length:
            self._stream.write("\r" + " " * self._length + "\r")
            self._stream.flush()
            self._length = 0

    def _width(self) -> int:
        """Columns; asked each time, for windows change."""
        try:
            return os.get_terminal_size(self._stream.fileno()).columns or 80
        except (OSError, ValueError):  # no terminal after all, or none that says
            return 80


def fitted(parts: Sequence[str], name: str, columns: int) -> str:
    """Parts and the end of a name, in so many columns.

    >>> fitted(["37%", "370/1000 pages", "12/min"], "", 22)
    '37% · 370/1000 pages'
    >>> fitted(["37%"], "thu/muc/bao-cao-0001437.txt", 24)
    '37% · …o-cao-0001437.txt'
    """
    text = ""
    for part in parts:
        longer = f"{text}{_BETWEEN}{part}" if text else part
        if width(longer) > columns:
            return text
        text = longer
    room = columns - width(text) - len(_BETWEEN)
    return text if not name or room < _LEAST_NAME else f"{text}{_BETWEEN}{end(name, room)}"


def end(name: str, columns: int) -> str:
    """The end of a name, which tells more than its beginning.

    >>> end("hồ sơ.pdf", 9), end("hồ sơ.pdf", 6)
    ('hồ sơ.pdf', '…ơ.pdf')
    """
    if width(name) <= columns:
        return name
    at, left = len(name), columns - 1
    while at and (left := left - width(name[at - 1])) >= 0:
        at -= 1
    return "…" + name[at:].lstrip("".join(c for c in set(name) if not width(c)))


def width(text: str) -> int:
    """Columns that a text takes: a mark that stands over a letter takes none, a Chinese character two.

    >>> width("hộ"), width("ho\u0323\u0302"), width("戶")
    (2, 2, 2)
    """
    return sum(_width(c) for c in text)


def _width(character: str) -> int:
    if character.isascii():
        return 1
    if unicodedata.category(character) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
