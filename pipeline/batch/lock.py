"""One run per OUT, by a lock that the kernel gives back when its holder dies."""

from __future__ import annotations

import json
import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from pipeline.errors import OutputError

FOLDER = ".hoso"
"""The ledger's folder in OUT."""


@contextmanager
def hold(out: Path) -> Iterator[Path]:
    """Hold OUT for one run; made where it does not exist.

    Yields:
        The folder OUT/.hoso.

    Raises:
        OutputError: where OUT cannot be written, or another run holds it.
    """
    from filelock import FileLock, Timeout

    folder = out / FOLDER
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(folder / "lock")
        lock.acquire(timeout=0)
    except Timeout:
        message = (
            f"{out}: another run is writing there ({_holder(folder)}); wait for it, or use another --out"
        )
        raise OutputError(message) from None
    except OSError as error:
        message = f"{out}: cannot be written: {error.strerror or error}"
        raise OutputError(message) from error
    holder = folder / "holder.json"
    try:
        _sign(holder)
        yield folder
    finally:
        with suppress(OSError):
            holder.unlink()
        lock.release()


def _sign(holder: Path) -> None:
    """Write who we are. Whole before it is seen: another run may read it at any time."""
    signature = {"process": os.getpid(), "host": socket.gethostname(), "since": time.strftime("%FT%T%z")}
    fresh = holder.with_suffix(".new")
    try:
        fresh.write_text(json.dumps(signature), encoding="utf-8")
        fresh.replace(holder)
    except OSError as error:
        message = f"{holder.parent}: cannot be written: {error.strerror or error}"
        raise OutputError(message) from error


def _holder(folder: Path) -> str:
    try:
        found = json.loads((folder / "holder.json").read_text(encoding="utf-8"))
        return f"process {found['process']} on {found['host']} since {found['since']}"
    except (OSError, ValueError, KeyError, TypeError):
        return "it has not said who it is yet"
