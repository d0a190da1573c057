"""Where a Dask worker does units: each in a supervised child process, as the pool of one machine does.

This is the side of ``engines.cluster`` that runs on workers. Dask carries these functions by name and bytes
between them; what documents say stays in JSON, and only a child under limits ever looks into it.
"""

from __future__ import annotations

import asyncio
import json
import os
import queue
import shutil
import socket
import struct
import tempfile
import threading
from collections.abc import Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

from distributed import Worker, WorkerPlugin, get_worker

from pipeline.batch.engines import Outcome, Setup, Unit
from pipeline.batch.engines.local import Local
from pipeline.batch.standing import differences, standing
from pipeline.errors import HosoError
from pipeline.settings import Settings

STRANGER = "stranger"
"""The status of a unit that came to a worker that has not taken up the run: it was started anew since."""
_IDLE = 60.0
"""Seconds after which children without work are ended: a driver that was killed never says good-bye."""
_LOOK = 0.5
"""Seconds between two looks whether the run was given up."""
_SIZE = struct.Struct(">I")


def pack(header: Mapping[str, Any], blobs: Sequence[bytes] = ()) -> bytes:
    r"""A JSON header and byte strings as one byte string.

    >>> unpack(pack({"a": "hộ"}, [b"x", b""]))
    ({'a': 'hộ'}, (b'x', b''))
    """
    parts = [json.dumps(header).encode(), *blobs]
    return b"".join(piece for part in parts for piece in (_SIZE.pack(len(part)), part))


def unpack(data: bytes) -> tuple[dict[str, Any], tuple[bytes, ...]]:
    """What ``pack`` was given."""
    parts, at = [], 0
    while at < len(data):
        (size,) = _SIZE.unpack_from(data, at)
        at += _SIZE.size
        parts.append(data[at : at + size])
        at += size
    return json.loads(parts[0]), tuple(parts[1:])


class Post(WorkerPlugin):  # type: ignore[misc]
    """One run's children on one Dask worker: as many as units run at once, started when they are needed."""

    def __init__(self, setup: Setup, memory: int, folder: Path) -> None:
        """Take the run's setup; children's temporary files go to ``folder``.

        Args:
            setup: where children get their handler.
            memory: address space of a child and of each program that it starts, bytes.
            folder: a folder of this worker's.
        """
        self._setup = setup
        self._memory = memory
        self._scratch = Path(tempfile.mkdtemp(prefix="hoso-post-", dir=folder))
        self._free: queue.SimpleQueue[Local] = queue.SimpleQueue()
        self._timer: threading.Timer | None = None
        self._over = threading.Event()
        # Dask has its workers hand memory back at once, and with them all that they start: Tesseract, which
        # asks for it anew at every line, then takes a tenth longer
        os.environ.pop("MALLOC_TRIM_THRESHOLD_", None)

    def teardown(self, worker: Worker) -> None:
        """Called by Dask when the run ends or the worker is closed: children end, their files go."""
        del worker
        self._over.set()
        self._rest()
        shutil.rmtree(self._scratch, ignore_errors=True)

    def do(self, unit: Unit) -> Outcome:
        """One unit, start to end, whatever becomes of the child."""
        if self._timer is not None:
            self._timer.cancel()
        try:
            pool = self._free.get_nowait()
        except queue.Empty:
            pool = Local(1, self._setup, self._scratch, self._memory)
        try:
            return self._run(pool, unit)
        except (HosoError, OSError) as error:
            code = error.code if isinstance(error, HosoError) else HosoError.code
            return Outcome(unit, "stop", code=code, message=str(error))
        finally:
            if self._over.is_set():
                pool.close()
            else:
                self._free.put(pool)
                self._timer = threading.Timer(_IDLE, self._rest)
                self._timer.daemon = True
                self._timer.start()

    def _run(self, pool: Local, unit: Unit) -> Outcome:
        pool.submit(unit)
        while not self._over.is_set():
            if outcomes := pool.wait(_LOOK):
                return outcomes[0]
        return Outcome(unit, "stop", message="the run is over")

    def _rest(self) -> None:
        while True:
            try:
                self._free.get_nowait().close()
            except queue.Empty:
                return


async def take_up(order: bytes, dask_worker: Worker) -> bytes:
    """Stand where the driver stands, and be ready for its units; else say what differs.

    Dask runs it in the worker's event loop, not as a task: a worker dies of a task whose function it cannot
    load.

    Args:
        order: ``name`` of the run, ``settings``, ``inputs`` and the driver's ``standing``; ``factory``,
            ``arguments`` and ``memory`` of children.
        dask_worker: Dask puts itself here.
    """
    asked, _ = unpack(order)
    settings = Settings().with_values(asked["settings"], "run")
    there = await asyncio.to_thread(standing, settings, asked["inputs"])
    found = differences(asked["standing"], there)
    if not found:
        setup = Setup(asked["factory"], asked["arguments"])
        post = Post(setup, asked["memory"], Path(dask_worker.local_directory))
        await dask_worker.plugin_add(post, name=asked["name"])
    return pack({"host": socket.gethostname(), "differs": found})


def do(name: str, header: bytes, *blobs: bytes) -> bytes:
    """One unit of the run of this name: a reply's header and byte strings, as ``pack`` joins them."""
    post = get_worker().plugins.get(name)
    if post is None:
        return pack({"status": STRANGER})
    arguments, _ = unpack(header)
    outcome = post.do(Unit(blobs=blobs, **arguments))
    told = {f.name: getattr(outcome, f.name) for f in fields(outcome) if f.name not in {"unit", "blobs"}}
    return pack(told, outcome.blobs)


def header_of(unit: Unit) -> bytes:
    """A unit without its byte strings, as ``do`` takes it."""
    return pack({f.name: getattr(unit, f.name) for f in fields(unit) if f.name != "blobs"})


async def lay_down(name: str, dask_worker: Worker) -> None:
    """The run is over: end its children."""
    if name in dask_worker.plugins:
        await dask_worker.plugin_remove(name=name)
