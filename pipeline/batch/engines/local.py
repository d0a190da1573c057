"""A pool of supervised processes on this machine, driven by one thread over sockets.

A pool of the standard library loses all tasks when one worker is killed (``BrokenProcessPool``; 59 of 60 in
our measurement). Here a worker that dies costs its unit in hand only, and the worker is replaced. A unit that
outlasts its limit is killed with everything that its worker started.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, Pipe, wait
from pathlib import Path
from typing import IO

import pipeline
from pipeline.batch import worker
from pipeline.batch.engines import Outcome, Setup, Unit
from pipeline.errors import OutputError, TimeoutReadError, WorkerDiedError
from pipeline.intake.children import TRIED

_BOOT = "import sys; from pipeline.batch.worker import main; main(int(sys.argv[1]), int(sys.argv[2]))"
_WORK_A_WORKER = 1200.0
"""Seconds of work after which a worker is replaced: what image and PDF libraries leak over a night goes with
it. Some 500 scanned pages, or a hundred thousand small texts: a new worker loads its dictionaries again,
which took 40 % of the time where it came after 500 texts."""
_TAIL = 4000
"""Bytes of a dead worker's last words that are kept for the log."""


@dataclass
class _Worker:
    """A running process, its socket, what it says on stderr, its folder for temporary files."""

    process: subprocess.Popen[bytes]
    connection: Connection
    words: IO[bytes]
    scratch: Path
    task: Unit | None = None
    begun: float = 0.0
    deadline: float = 0.0
    worked: float = 0.0

    def last_words(self) -> str:
        size = self.words.seek(0, os.SEEK_END)
        self.words.seek(max(size - _TAIL, 0))
        return self.words.read().decode("utf-8", "replace").strip()


class Local:
    """Supervised worker processes; see ``engines.Engine`` for the methods."""

    def __init__(self, jobs: int, setup: Setup, scratch: Path, memory: int) -> None:
        """Prepare a pool; workers start when there is work for them.

        Args:
            jobs: worker processes, at least 1.
            setup: where workers get their handler.
            scratch: an existing folder for temporary files; emptied of a worker's files when it ends.
            memory: address space of a worker and of each of its children, bytes.
        """
        self.capacity = 2 * jobs
        self._jobs = jobs
        self._setup = {
            "factory": setup.factory,
            "arguments": dict(setup.arguments),
            "memory": memory,
            "path": list(sys.path),
        }
        self._scratch = scratch
        self._queue: deque[Unit] = deque()
        self._workers: list[_Worker] = []

    def submit(self, unit: Unit) -> None:
        """Take a unit; it starts at once where a worker is free."""
        self._queue.append(unit)
        self._feed()

    def wait(self, timeout: float) -> list[Outcome]:
        """Outcomes that have come, after at most ``timeout`` seconds."""
        busy = {w.connection: w for w in self._workers if w.task is not None}
        if not busy:
            return []
        now = time.monotonic()
        nearest = min(w.deadline for w in busy.values()) - now
        outcomes = []
        for ready in wait(list(busy), max(0.0, min(timeout, nearest))):
            assert isinstance(ready, Connection)
            outcomes += self._collect(busy[ready])
        now = time.monotonic()
        for late in [w for w in self._workers if w.task is not None and w.deadline <= now]:
            outcomes += self._expire(late)
        self._feed()
        return outcomes

    def close(self) -> None:
        """Kill all workers and what they started; remove their temporary files."""
        self._queue.clear()
        while self._workers:
            self._bury(self._workers[-1])

    def _feed(self) -> None:
        while self._queue:
            if self._queue[0].apart:
                # a worker of its own, and none beside it that holds memory
                for idle in [w for w in self._workers if w.task is None]:
                    self._bury(idle)
            free = next((w for w in self._workers if w.task is None), None)
            if free is None:
                if len(self._workers) >= self._jobs:
                    return
                free = self._hire()
            if self._give(free, self._queue[0]):
                self._queue.popleft()
            else:
                self._bury(free)

    def _give(self, to: _Worker, unit: Unit) -> bool:
        """Send a unit; False where the worker died while it was idle."""
        header = {"kind": unit.kind, "arguments": dict(unit.arguments)}
        try:
            worker.send(to.connection, header, unit.blobs)
        except OSError:
            if to.worked:
                return False
            # one that dies before its first unit dies over it: the end of file that follows tells
        to.task, to.begun = unit, time.monotonic()
        to.deadline = to.begun + unit.time_limit
        return True

    def _collect(self, source: _Worker) -> list[Outcome]:
        unit = source.task
        assert unit is not None
        try:
            reply, blobs = worker.receive(source.connection)
        except (EOFError, OSError):
            return [self._mourn(source, unit)]
        source.task = None
        source.worked += time.monotonic() - source.begun
        if source.worked >= _WORK_A_WORKER:
            self._bury(source)
        return [Outcome(unit, blobs=tuple(blobs), **reply)]

    def _mourn(self, dead: _Worker, unit: Unit) -> Outcome:
        """A worker died over a unit."""
        trace = dead.last_words()
        status = self._bury(dead)
        often = "twice, at last with no other beside it" if unit.apart else "once"
        message = f"the process that read it died {often} ({_cause(status)}); {TRIED}"
        return Outcome(unit, "failed", code=WorkerDiedError.code, message=message, trace=trace)

    def _expire(self, late: _Worker) -> list[Outcome]:
        unit = late.task
        assert unit is not None
        self._bury(late)
        message = f"took longer than {unit.time_limit:g} s; {TRIED}"
        return [Outcome(unit, "failed", code=TimeoutReadError.code, message=message)]

    def _hire(self) -> _Worker:
        try:
            return self._start()
        except OSError as error:
            message = f"cannot start a worker process: {error}"
            raise OutputError(message) from error

    def _start(self) -> _Worker:
        scratch = Path(tempfile.mkdtemp(prefix="worker-", dir=self._scratch))
        words = tempfile.TemporaryFile(dir=self._scratch)  # noqa: SIM115  (lives as long as the worker)
        ours, theirs = Pipe()
        package = str(Path(pipeline.__file__).resolve().parents[1])
        environment = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join(filter(None, [package, os.environ.get("PYTHONPATH")])),
            "TMPDIR": str(scratch),
            # as many processes as cores already: more threads only wait for each other
            **dict.fromkeys(("OMP_THREAD_LIMIT", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1"),
        }
        try:
            process = subprocess.Popen(
                [sys.executable, "-P", "-c", _BOOT, str(theirs.fileno()), str(os.getpid())],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=words,
                stderr=words,
                env=environment,
                start_new_session=True,
            )
        finally:
            theirs.close()
        hired = _Worker(process, ours, words, scratch)
        with suppress(OSError):
            worker.send(ours, self._setup)
        self._workers.append(hired)
        return hired

    def _bury(self, gone: _Worker) -> int:
        """End a worker's whole session, take its files away, and return how it ended."""
        self._workers.remove(gone)
        # the process itself is not reaped before, so its number cannot have gone to another
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(gone.process.pid, signal.SIGKILL)
        status = gone.process.wait()
        gone.connection.close()
        gone.words.close()
        shutil.rmtree(gone.scratch, ignore_errors=True)
        return status


def _cause(status: int) -> str:
    if status < 0:
        with suppress(ValueError):
            return f"signal {signal.Signals(-status).name}"
    return f"exit status {status}"
