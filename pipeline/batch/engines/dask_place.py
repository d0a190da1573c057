"""Which Dask cluster a run uses, and how it is reached: quietly, on this machine behind keys of its own."""

from __future__ import annotations

import asyncio
import logging
import warnings
from contextlib import AsyncExitStack
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.errors import ClusterError, MissingExtraError, UsageError

if TYPE_CHECKING:
    from distributed import Client

AGAIN = "everything read so far is kept; run the same command again to go on"
_CONNECT = 30.0
"""Seconds in which a scheduler must answer at first."""
_LOGGERS = ("distributed", "distributed.client", "bokeh", "tornado", "asyncio")
"""Those that Dask gives levels of their own, and what it stands on."""
_QUIET = {
    # a document's pages travel with its unit: tens of MB are no mistake here
    "distributed.admin.large-graph-warning-threshold": "10GB",
    # no pages with what runs here, to whoever asks
    "distributed.scheduler.http.routes": [],
    "distributed.worker.http.routes": [],
    # Dask watches itself many times a second, for tasks of milliseconds; ours take one and more, and whom
    # they go to is decided here
    "distributed.worker.profile.enabled": False,
    "distributed.admin.tick.interval": "1s",
    "distributed.admin.system-monitor.interval": "10s",
    "distributed.scheduler.work-stealing": False,
    "distributed.scheduler.active-memory-manager.start": False,
    # workers on this machine start with this too
    "logging": dict.fromkeys(_LOGGERS, "critical"),
}


@dataclass(frozen=True)
class Place:
    """Which cluster: ``address`` of a scheduler or its JSON file; or ``local`` workers on this machine."""

    address: str = ""
    local: int = 0
    patience: float = 120.0
    """Seconds that a run waits for a worker that can be used."""

    @property
    def name(self) -> str:
        """As a person calls it."""
        return self.address or f"local:{self.local}"


def place(text: str, workers: int, patience: float = 120.0) -> Place:
    """What ``--cluster`` names.

    Args:
        text: ``local``, ``local:N``, an address as ``tcp://host:8786`` or ``tls://…``, or a scheduler's file.
        workers: how many ``local`` alone means.
        patience: see ``Place``.

    Raises:
        UsageError: for anything else.
        MissingExtraError: where the extra ``cluster`` is not installed.
    """
    if find_spec("distributed") is None:
        message = "the Python package distributed is not installed: pip install 'hoso[cluster]'"
        raise MissingExtraError(message)
    name, colon, number = text.partition(":")
    counted = number.isascii() and number.isdigit() and len(number) < 5 and int(number) > 0
    if name == "local" and (counted or not colon):
        return Place(local=int(number) if colon else workers, patience=patience)
    if text.startswith(("tcp://", "tls://", "ws://", "wss://")) or Path(text).is_file():
        return Place(address=text, patience=patience)
    message = (
        f"--cluster {text[:80]}: name a scheduler as tcp://HOST:8786 or tls://HOST:8786, its scheduler file, "
        "or local or local:N for N workers on this machine"
    )
    raise UsageError(message)


async def connect(where: Place, scratch: Path, stack: AsyncExitStack) -> Client:
    """A client of the cluster, which is started first where it is one of this machine.

    Args:
        where: the cluster.
        scratch: an existing folder for files of workers on this machine.
        stack: ends what was started.

    Raises:
        ClusterError: where no scheduler answers.
    """
    import dask
    from distributed import LocalCluster, Security

    _quieten()
    stack.enter_context(dask.config.set(_QUIET))
    target: object = where.address
    if where.local:
        # whoever may send work to a scheduler may run anything in its workers' name: with keys that only
        # these processes hold, other users of this machine may not
        target = await stack.enter_async_context(
            LocalCluster(
                n_workers=where.local,
                threads_per_worker=1,
                processes=True,
                memory_limit=None,
                dashboard_address=None,
                # without an address it would take port 8787 of all interfaces, which one run alone can have
                scheduler_kwargs={"dashboard_address": "127.0.0.1:0"},
                security=Security.temporary(),
                local_directory=str(scratch),
                silence_logs=logging.CRITICAL,
                asynchronous=True,
            )
        )
    elif "://" not in where.address:
        return await _client(where, stack, scheduler_file=where.address)
    return await _client(where, stack, address=target)


async def _client(where: Place, stack: AsyncExitStack, **how: object) -> Client:
    from distributed import Client

    try:
        client = Client(
            **how,
            asynchronous=True,
            set_as_default=False,
            timeout=_CONNECT,
            deserializers=["dask", "msgpack"],
        )
        return await stack.enter_async_context(client)
    except (OSError, TimeoutError, ValueError, TypeError) as error:
        line = str(error).splitlines()[0] if str(error) else type(error).__name__
        message = (
            f"the cluster {where.name} cannot be reached ({line}): is its scheduler running, and does a "
            f"firewall let this machine through? {AGAIN}"
        )
        raise ClusterError(message) from error


def _quieten() -> None:
    """Dask's messages are for those who run the cluster; ours say what a run needs to know."""
    for name in _LOGGERS:
        logging.getLogger(name).setLevel(logging.CRITICAL)
    # versions of packages: what rows depend on is compared by hoso itself
    warnings.filterwarnings("ignore", message=r"\s*Mismatched versions found", category=UserWarning)


def wind_up(loop: asyncio.AbstractEventLoop) -> None:
    """End what is left in a loop, and close it."""
    tasks = asyncio.all_tasks(loop)
    for task in tasks:
        task.cancel()
    loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
    loop.run_until_complete(loop.shutdown_asyncgens())
    loop.run_until_complete(loop.shutdown_default_executor())
    loop.close()
