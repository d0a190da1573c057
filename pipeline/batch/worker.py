"""The process that does units of work, one at a time, for the engine at the other end of a socket.

Started as ``python -P -c "…worker.main(fd, parent)"`` rather than by multiprocessing: a caller's main module
is not imported again, nothing is forked from a threaded parent, and no pickle is ever read. A message is a
JSON header, then as many byte strings as it announces.
"""

from __future__ import annotations

import ctypes
import errno
import faulthandler
import importlib
import json
import os
import signal
import sys
import traceback
from collections.abc import Sequence
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from pipeline import memory
from pipeline.batch.engines import Handler
from pipeline.errors import HosoError, LimitError, OutputError, ReadError

_PR_SET_PDEATHSIG = 1
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EROFS}


def send(connection: Connection, header: dict[str, Any], blobs: Sequence[bytes] = ()) -> None:
    """Send one message.

    Raises:
        OSError: where the other end is gone.
    """
    connection.send_bytes(json.dumps({**header, "blobs": len(blobs)}).encode())
    for blob in blobs:
        connection.send_bytes(blob)


def receive(connection: Connection) -> tuple[dict[str, Any], list[bytes]]:
    """Wait for one message.

    Raises:
        EOFError: where the other end is gone.
    """
    header = json.loads(connection.recv_bytes())
    return header, [connection.recv_bytes() for _ in range(header.pop("blobs"))]


def main(descriptor: int, parent: int) -> None:
    """Serve units until the parent closes the socket or dies."""
    _die_with(parent)
    faulthandler.enable()
    # Ctrl-C reaches the whole process group of a terminal; what is in hand is finished all the same
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _be_first_to_go()
    os.set_inheritable(descriptor, False)
    connection = Connection(descriptor)
    setup, _ = receive(connection)
    sys.path[:] = setup["path"]
    memory.limit(setup["memory"])
    handler: Handler | None = None
    warm: set[str] = set()
    while True:
        try:
            header, blobs = receive(connection)
        except EOFError:
            return
        out: list[bytes] = []
        try:
            handler = handler or _build(setup)
        except Exception as error:  # noqa: BLE001  sent to the driver, which stops and says so
            reply = {**_describe(error), "status": "stop"}
        else:
            reply, out = _call(handler, header, blobs)
        send(connection, reply, out)
        if header["kind"] not in warm:
            warm.add(header["kind"])
            memory.keep()  # each kind loads what it needs at its first unit


def _call(handler: Handler, header: dict[str, Any], blobs: list[bytes]) -> tuple[dict[str, Any], list[bytes]]:
    try:
        answer, out = handler(header["kind"], header["arguments"], blobs)
    except Exception as error:  # noqa: BLE001  the only place where a unit's errors become data
        return _describe(error), []
    return {"status": "done", "answer": answer}, out


def _build(setup: dict[str, Any]) -> Handler:
    module, _, name = setup["factory"].partition(":")
    handler: Handler = getattr(importlib.import_module(module), name)(**setup["arguments"])
    return handler


def _describe(error: Exception) -> dict[str, Any]:
    """An exception as an outcome: expected ones by their own code, the rest with a traceback for the log."""
    if isinstance(error, ReadError):
        return {"status": "failed", "code": error.code, "message": str(error)}
    if isinstance(error, HosoError):
        return {"status": "stop", "code": error.code, "message": str(error)}
    if isinstance(error, OSError) and error.errno in _FULL:
        return {"status": "stop", "code": OutputError.code, "message": f"temporary files: {error}"}
    if isinstance(error, MemoryError):
        message = "needs more memory than there is; raise max_memory"
        return {"status": "failed", "code": LimitError.code, "message": message}
    if isinstance(error, OSError):
        return {"status": "failed", "code": ReadError.code, "message": str(error)}
    trace = "".join(traceback.format_exception(error))
    line = f"{type(error).__name__}: {error}".splitlines()[0][:300]
    if isinstance(error, ImportError):
        return {"status": "stop", "code": HosoError.code, "message": f"hoso is not installed whole: {line}"}
    return {"status": "failed", "code": "internal", "message": f"error in hoso: {line}", "trace": trace}


def _die_with(parent: int) -> None:
    """Ask the kernel for SIGKILL when the parent dies, however it dies (Linux; elsewhere EOF ends us)."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)


def _be_first_to_go() -> None:
    """Where memory runs out, the kernel shall take a worker, whose page is tried again, not the driver."""
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("500", encoding="ascii")
