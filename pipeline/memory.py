"""The address space of a process that opens hostile files, bounded: a bomb ends in an error, not in swap."""

from __future__ import annotations

import gc
import resource
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

LEAST = 600_000_000
"""Bytes that a process has in any case: libraries and dictionaries take 370 MB of them."""

_SELDOM = 10_000, 10, 10
"""New objects after which the collector looks for circles, and how often it looks further: rows and marks are
many and in none, and with Python's own (700, 10, 10) it took 5 to 8 % of extraction."""


def keep() -> None:
    """Let the collector of circles pass over all that is loaded by now (dictionaries, rules): it stays."""
    gc.freeze()
    gc.set_threshold(*_SELDOM)


def limit(most: int) -> None:
    """Lower the address space of this process and its children to come (soft limit, bytes)."""
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    if soft == resource.RLIM_INFINITY or soft > most:
        with suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_AS, (most, hard))


@contextmanager
def limited(most: int) -> Iterator[None]:
    """The same for a while, in a process that may have loaded much already."""
    before = resource.getrlimit(resource.RLIMIT_AS)
    limit(max(most, _taken() + LEAST))
    try:
        yield
    finally:
        with suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_AS, before)


def _taken() -> int:
    """Bytes of address space that this process has now; 0 where nobody tells."""
    with suppress(OSError, ValueError, IndexError):
        return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * resource.getpagesize()
    return 0
