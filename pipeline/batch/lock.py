"""One run per OUT, by a lock that the kernel gives back when its holder dies."""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import shutil
import socket
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import OutputError

FOLDER = ".hoso"
"""The ledger's folder in OUT."""


_SCRATCH = "hoso-run-"
_PATIENCE = 0.2
"""Seconds for which somebody may look whether the lock is held (``holder``)."""


@dataclass(frozen=True)
class Held:
    """What a run holds: OUT/.hoso, and a folder for temporary files that goes when the run ends.

    The latter lies with the system's temporary files (``TMPDIR``), for page images want a fast disk and OUT
    may be a network share.
    """

    folder: Path
    scratch: Path


@contextmanager
def hold(out: Path) -> Iterator[Held]:
    """Hold OUT for one run; made where it does not exist.

    Raises:
        OutputError: where OUT cannot be written, or another run holds it.
    """
    from filelock import FileLock, Timeout

    folder = out / FOLDER
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(folder / "lock")
        lock.acquire(timeout=_PATIENCE, poll_interval=_PATIENCE / 4)
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
        _clear_after(holder)
        scratch = _sign(holder)
        try:
            yield Held(folder, scratch)
        finally:
            shutil.rmtree(scratch, ignore_errors=True)
            with suppress(OSError):
                holder.unlink()
    finally:
        lock.release()


def _sign(holder: Path) -> Path:
    """Write who we are and where our temporary files lie. Whole before it is seen: anyone may read it."""
    fresh = holder.with_suffix(".new")
    # named before it is made: whenever this process is killed, the next run knows what to remove
    scratch = Path(tempfile.gettempdir()) / f"{_SCRATCH}{secrets.token_hex(8)}"
    try:
        signature = {
            "process": os.getpid(),
            "host": socket.gethostname(),
            "since": time.strftime("%FT%T%z"),
            "scratch": str(scratch),
        }
        fresh.write_text(json.dumps(signature), encoding="utf-8")
        fresh.replace(holder)
        scratch.mkdir(mode=0o700)
    except OSError as error:
        message = f"{error.filename or holder.parent}: cannot be written: {error.strerror or error}"
        raise OutputError(message) from error
    return scratch


def _clear_after(holder: Path) -> None:
    """Remove the temporary files of a run that was killed: we hold the lock, so it is dead."""
    with suppress(OSError, ValueError, KeyError, TypeError):
        scratch = Path(json.loads(holder.read_text(encoding="utf-8"))["scratch"])
        # whatever that file says, only a folder that a run of ours may have made here is removed
        is_ours = scratch.name.startswith(_SCRATCH) and scratch.parent == Path(tempfile.gettempdir())
        if is_ours and not scratch.is_symlink() and scratch.stat().st_uid == os.getuid():
            shutil.rmtree(scratch, ignore_errors=True)


def holder(folder: Path) -> dict[str, str] | None:
    """Who holds OUT/.hoso now: ``process``, ``host``, ``since``; None where nobody does."""
    try:
        with (folder / "lock").open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        with suppress(OSError, ValueError, KeyError, TypeError):
            found = json.loads((folder / "holder.json").read_text(encoding="utf-8"))
            return {name: str(found[name]) for name in ("process", "host", "since")}
        return {"process": "?", "host": "?", "since": "?"}
    except OSError:
        return None
    return None


def _holder(folder: Path) -> str:
    try:
        found = json.loads((folder / "holder.json").read_text(encoding="utf-8"))
        return f"process {found['process']} on {found['host']} since {found['since']}"
    except (OSError, ValueError, KeyError, TypeError):
        return "it has not said who it is yet"
