"""Workers of a Dask cluster: the same units, carried to other machines; see ``engines.Engine``.

Dask starts workers, finds them and carries bytes; which unit goes where is decided here, so that it is
known what a worker had in hand when it died. Each unit runs in a supervised child of the worker (``post``),
with the local pool's limits and retries. A worker that would make other rows than the driver is refused; one
that dies or says that it cannot go on (a full disk) costs the units in its hand, which go to others.

All of Dask runs in one thread of its own, with the only event loop; the driver meets it at a queue.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import queue
import signal
import threading
import time
import uuid
from collections import deque
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from multiprocessing import resource_tracker
from pathlib import Path
from typing import Any

from pipeline.batch.engines import Outcome, Setup, Unit
from pipeline.batch.engines.dask_place import AGAIN, Place, connect, wind_up
from pipeline.batch.standing import standing
from pipeline.errors import ClusterError, HosoError, WorkerDiedError
from pipeline.intake.children import TRIED
from pipeline.settings import Settings

log = logging.getLogger(__name__)

_LOOK = 0.5
"""Seconds between two looks at which workers there are."""
_LOST = 10.0
"""Seconds in which the scheduler must answer."""
_TAKE_UP = 120.0
"""Seconds in which a worker must say where it stands: it loads packages and dictionaries, maybe from afar."""
_GRACE = 10.0
"""Seconds that the run waits for better workers where all that are there are refused."""
_DEATHS = 6
"""Workers that may die under a unit before it fails. More than the pool allows, for here a child dies of a
bad page; the death of a whole worker says little about the page that it had in hand."""
_SPARE = 60.0
"""Seconds beyond a unit's own limit, which its worker keeps, before the worker itself is given up."""


@dataclass
class _Task:
    unit: Unit
    deaths: int = 0


@dataclass
class _Seat:
    """A worker: how many units it runs at once, whether it may, and those in its hand."""

    address: str
    slots: int
    state: str = "asked"
    """``asked`` where it stands, ``good``, or ``refused``."""
    host: str = ""
    hand: set[asyncio.Task[None]] = field(default_factory=set)


class Cluster:
    """Workers of a Dask cluster; see ``engines.Engine`` for the methods."""

    def __init__(
        self,
        where: Place,
        setup: Setup,
        scratch: Path,
        memory: int,
        settings: Settings,
        inputs: Sequence[str],
        say: Callable[[str], None],
    ) -> None:
        """Prepare; nothing is reached or started before there is work.

        Args:
            where: the cluster.
            setup: where workers get their handler.
            scratch: an existing folder for temporary files of workers on this machine.
            memory: address space of a worker's child and of each of its children, bytes.
            settings: the run's; workers must have their rules and passwords.
            inputs: absolute paths and URLs that workers must see.
            say: told a line when a worker is refused or lost.
        """
        self._place = where
        self._order: dict[str, Any] = {
            "name": f"hoso-{uuid.uuid4().hex}",
            "factory": setup.factory,
            "arguments": dict(setup.arguments),
            "memory": memory,
            "settings": dict(vars(settings)),
            "inputs": list(inputs),
        }
        self._settings = settings
        self._scratch = scratch
        self._say = say
        self._come: queue.SimpleQueue[Outcome | HosoError | str] = queue.SimpleQueue()
        self._waiting: deque[_Task] = deque()
        self._seats: dict[str, _Seat] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._stirred = asyncio.Event()
        self._over = False
        self._since = time.monotonic()
        self._why = ""

    @property
    def capacity(self) -> int:
        """Two units for each that can run now: one at work, one on its way."""
        return 2 * max(1, sum(s.slots for s in list(self._seats.values()) if s.state == "good"))

    def submit(self, unit: Unit) -> None:
        """Take a unit; the first one starts what there is to start."""
        self._waiting.append(_Task(unit))
        if self._thread is None:
            self._loop = asyncio.new_event_loop()
            self._thread = threading.Thread(target=self._run, args=(self._loop,), name="cluster", daemon=True)
            self._thread.start()
        self._stir()

    def wait(self, timeout: float) -> list[Outcome]:
        """Outcomes that have come, after at most ``timeout`` seconds.

        Raises:
            ClusterError: where the cluster is lost, or no worker can be used.
        """
        outcomes: list[Outcome] = []
        until = time.monotonic() + timeout
        while True:
            try:
                left = max(0.0, until - time.monotonic())
                found = self._come.get_nowait() if outcomes else self._come.get(timeout=left)
            except queue.Empty:
                return outcomes
            if isinstance(found, Outcome):
                outcomes.append(found)
            elif isinstance(found, str):
                log.warning("%s", found)
                self._say(found)
            elif outcomes:
                self._come.put(found)  # what came before it is kept first
                return outcomes
            else:
                raise found

    def close(self) -> None:
        """End all that the run started, on any machine; units in hand are dropped."""
        self._over = True
        if self._thread is not None:
            self._stir()
            self._thread.join(60)

    def _stir(self) -> None:
        assert self._loop is not None
        with contextlib.suppress(RuntimeError):  # the loop ended, and said why
            self._loop.call_soon_threadsafe(self._stirred.set)

    # the thread of the cluster

    def _run(self, loop: asyncio.AbstractEventLoop) -> None:
        asyncio.set_event_loop(loop)
        if self._place.local:
            # Ctrl-C reaches all processes of a terminal: workers, which inherit this, finish what they have.
            # multiprocessing's tracker unblocks it where it starts, so it starts first
            resource_tracker.ensure_running()
            signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            loop.run_until_complete(self._serve())
        except HosoError as error:
            self._come.put(error)
        except Exception as error:
            log.warning("cluster", exc_info=True)
            line = f"{type(error).__name__}: {error}".splitlines()[0]
            self._come.put(ClusterError(f"the cluster {self._place.name} failed: {line}; {AGAIN}"))
        finally:
            wind_up(loop)

    async def _serve(self) -> None:
        self._order["standing"] = await asyncio.to_thread(standing, self._settings, self._order["inputs"])
        async with contextlib.AsyncExitStack() as stack:
            self._client = await connect(self._place, self._scratch, stack)
            self._since = time.monotonic()
            try:
                while not self._over:
                    await self._look()
                    self._assign()
                    self._check_patience()
                    with contextlib.suppress(TimeoutError):
                        await asyncio.wait_for(self._stirred.wait(), _LOOK)
                    self._stirred.clear()
            finally:
                await self._leave()

    async def _look(self) -> None:
        """See which workers came and which are gone."""
        try:
            found: Mapping[str, int] = await asyncio.wait_for(self._client.nthreads(), _LOST)
        except (OSError, TimeoutError, RuntimeError) as error:
            message = f"the scheduler of the cluster {self._place.name} is gone; {AGAIN}"
            raise ClusterError(message) from error
        for address in [address for address in self._seats if address not in found]:
            self._drop(self._seats.pop(address))
        for address, slots in found.items():
            if address not in self._seats:
                self._ask(_Seat(address, slots))

    def _ask(self, seat: _Seat) -> None:
        seat.state = "asked"
        self._seats[seat.address] = seat
        self._begin(seat, self._take_up(seat))

    def _begin(self, seat: _Seat, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.ensure_future(work)
        seat.hand.add(task)
        task.add_done_callback(seat.hand.discard)

    async def _take_up(self, seat: _Seat) -> None:
        """Ask a worker where it stands, and take or refuse it."""
        from pipeline.batch.engines import post

        try:
            asked = self._client.run(
                post.take_up, post.pack(self._order), workers=[seat.address], on_error="return"
            )
            reply = (await asyncio.wait_for(asked, _TAKE_UP))[seat.address]
            if isinstance(reply, Exception):
                raise reply
        except TimeoutError:
            self._refuse(seat, [f"did not answer within {_TAKE_UP:.0f} s", "look at its log"])
            return
        except Exception as error:  # noqa: BLE001  whatever its Python could not load, it cannot work for us
            self._refuse(seat, _cannot_load(error))
            return
        answer, _ = post.unpack(reply)
        seat.host = answer["host"]
        if answer["differs"]:
            self._refuse(seat, answer["differs"])
        else:
            seat.state = "good"
            self._since = time.monotonic()
            self._stirred.set()

    def _refuse(self, seat: _Seat, why: Sequence[str]) -> None:
        if seat.state == "refused":
            return  # it said so already
        seat.state = "refused"
        host = f" on {seat.host}" if seat.host else ""
        self._why = f"worker {seat.address}{host} is refused: {', '.join(why[:-1])}"
        self._come.put(f"{self._why}; {why[-1]}")

    def _drop(self, seat: _Seat) -> None:
        """A worker is gone: what it had in hand goes back (``_do`` sees to it)."""
        seat.state = "gone"
        for task in seat.hand:
            task.cancel()

    def _assign(self) -> None:
        free = [s for s in self._seats.values() if s.state == "good"]
        while self._waiting and (seat := min(free, key=_load, default=None)) and _load(seat) < 1:
            self._begin(seat, self._do(seat, self._waiting.popleft()))

    async def _do(self, seat: _Seat, task: _Task) -> None:
        from pipeline.batch.engines import post

        unit = task.unit
        header = post.header_of(unit)
        try:
            # a child may be tried twice
            most = 2 * unit.time_limit + _SPARE
            reply = await self._call(seat, most, post.do, self._order["name"], header, *unit.blobs)
        except (Exception, asyncio.CancelledError) as error:  # noqa: BLE001  see below
            # the worker died, or was given up; other faults of Dask's are taken for the same
            if not self._over:
                self._back(task)
            if isinstance(error, TimeoutError):
                self._refuse(seat, ["does not answer any more", "look at its log"])
            return
        told, blobs = post.unpack(reply)
        if told["status"] == post.STRANGER:
            # started anew under the same address between two looks
            self._waiting.appendleft(task)
            self._ask(seat)
        elif told["status"] == "stop":
            # this machine cannot go on, others can
            self._waiting.appendleft(task)
            self._refuse(seat, [told["message"], "see to it; other workers go on"])
        else:
            self._come.put(Outcome(unit, blobs=blobs, **told))
        self._stirred.set()

    def _back(self, task: _Task) -> None:
        """A worker died over a task: once more, first of all; in the end failed alone."""
        task.deaths += 1
        if task.deaths < _DEATHS:
            self._waiting.appendleft(task)
            return
        message = f"{_DEATHS} workers of the cluster died while they read it; {TRIED}"
        self._come.put(Outcome(task.unit, "failed", code=WorkerDiedError.code, message=message))

    async def _call(self, seat: _Seat, most: float, function: Callable[..., bytes], *values: Any) -> bytes:
        """Run a function on one worker."""
        future = self._client.submit(
            function,
            *values,
            key=f"{function.__name__}-{uuid.uuid4().hex}",
            workers=[seat.address],
            allow_other_workers=False,
            pure=False,
        )
        try:
            reply = await asyncio.wait_for(future.result(), most)
        except BaseException:
            with contextlib.suppress(Exception):
                await asyncio.wait_for(future.cancel(), _LOST)
            raise
        finally:
            future.release()
        return bytes(reply)

    def _check_patience(self) -> None:
        """End a run that nobody works for.

        Raises:
            ClusterError: where it waited long enough.
        """
        states = {seat.state for seat in self._seats.values()}
        if states & {"good", "asked"}:
            self._since = time.monotonic()
            return
        patience = min(_GRACE, self._place.patience) if states else self._place.patience
        if time.monotonic() - self._since > patience:
            why = f" ({self._why})" if states else ""
            message = (
                f"the cluster {self._place.name} has no worker that can be used{why}, "
                f"and none came within {patience:.0f} s; {AGAIN}"
            )
            raise ClusterError(message)

    async def _leave(self) -> None:
        from pipeline.batch.engines import post

        good = [seat.address for seat in self._seats.values() if seat.state == "good"]
        for seat in self._seats.values():
            self._drop(seat)
        if good:
            farewell = self._client.run(post.lay_down, self._order["name"], workers=good, on_error="ignore")
            with contextlib.suppress(OSError, TimeoutError, RuntimeError):
                await asyncio.wait_for(farewell, _LOST)


def _cannot_load(error: Exception) -> list[str]:
    """What a worker lacks that could not even load the function, and what to do."""
    line = f"{type(error).__name__}: {error}".splitlines()[0][:200]
    if any(name in line for name in ("ModuleNotFoundError", "ImportError", "AttributeError")):
        return [f"hoso is missing there, or is another one ({line})", "install there what is here"]
    return [f"cannot say where it stands ({line})", "look at its log"]


def _load(seat: _Seat) -> float:
    return len(seat.hand) / seat.slots
