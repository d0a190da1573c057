"""A Dask cluster of processes on this machine, as one starts it by hand: a scheduler, and workers to kill."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from waiting import until

ROOT = Path(__file__).resolve().parents[2]


@dataclass
class Dask:
    """A scheduler with the workers that were started for it."""

    folder: Path
    address: str
    scheduler: subprocess.Popen[bytes]
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def worker(self, environment: Mapping[str, str] | None = None) -> subprocess.Popen[bytes]:
        """Start one more, without a nanny, so that what is killed stays dead."""
        name = f"w{len(self.workers)}"
        scratch = self.folder / name
        scratch.mkdir()
        own = {
            "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "tests" / "batch")]),
            "DASK_TEMPORARY_DIRECTORY": str(scratch),
        }
        started = _start(
            "dask_worker",
            f"{self.address} --name {name} --nthreads 1 --no-nanny --no-dashboard --memory-limit 0",
            self.folder / f"{name}.log",
            {**own, **(environment or {})},
            scratch,
        )
        self.workers.append(started)
        return started

    def end(self) -> None:
        """End all of it."""
        for process in [*self.workers, self.scheduler]:
            if process.poll() is None:
                process.send_signal(signal.SIGKILL)
            process.wait()


@contextmanager
def dask(folder: Path, workers: int = 2) -> Iterator[Dask]:
    """A cluster that ends with the block; its logs and scratch files lie in ``folder``."""
    folder.mkdir(exist_ok=True)
    log, told = folder / "scheduler.log", folder / "scheduler.json"
    # it chooses its port itself: one that was free a moment before may be another's by now
    scheduler = _start(
        "dask_scheduler",
        f"--host 127.0.0.1 --port 0 --scheduler-file {told} --no-dashboard --dashboard-address 127.0.0.1:0",
        log,
        {},
        folder,
    )
    started = Dask(folder, "", scheduler)
    try:
        until(lambda: bool(_address(told)))
        started.address = _address(told)
        for _ in range(workers):
            started.worker()
        yield started
    finally:
        started.end()


def _address(told: Path) -> str:
    """The address in a scheduler's file; empty where it is not yet wholly written."""
    try:
        return str(json.loads(told.read_text(encoding="utf-8"))["address"])
    except (OSError, ValueError):
        return ""


def _start(
    module: str, options: str, log: Path, environment: Mapping[str, str], folder: Path
) -> subprocess.Popen[bytes]:
    with log.open("wb") as file:
        return subprocess.Popen(
            [sys.executable, "-m", f"distributed.cli.{module}", *options.split()],
            stdout=file,
            stderr=file,
            stdin=subprocess.DEVNULL,
            env={**os.environ, **environment},
            cwd=folder,
            start_new_session=True,
        )


def free_port() -> int:
    """A port that nobody listens at."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
