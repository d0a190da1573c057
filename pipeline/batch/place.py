"""Where an input lies: a path, or the URL of an object store."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")


@dataclass(frozen=True)
class Remote:
    """An object, or all below a prefix, by its URL; where a path stands otherwise."""

    url: str

    def __fspath__(self) -> str:
        return self.url

    def __str__(self) -> str:
        return self.url

    def absolute(self) -> Remote:
        """Itself: a URL hangs on no working directory."""
        return self


def is_url(text: str) -> bool:
    """Whether an input names a URL.

    >>> is_url("s3://archive/2024"), is_url("/archive/s3://2024"), is_url("2024")
    (True, False, False)
    """
    return _URL.match(text) is not None


def place_of(text: str) -> Path | Remote:
    """An input as it was typed, or as ``os.fspath`` gives it back."""
    return Remote(text) if is_url(text) else Path(text)
