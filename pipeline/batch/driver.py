"""The loop that keeps an engine busy: as many units in hand as it wants and no more, answers as they come."""

from __future__ import annotations

import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from types import FrameType

from pipeline.batch.engines import Engine, Outcome, Unit
from pipeline.errors import HosoError, InterruptedRunError, error_of

_TICK = 1.0
"""Seconds after which signals and the progress display are looked at, at the latest."""


class Stop:
    """Whether somebody asked the run to end: the first SIGINT or SIGTERM finishes what is in hand."""

    def __init__(self, say: Callable[[str], None] | None = None) -> None:
        """Nobody asked yet; ``say`` is told when somebody did."""
        self.asked = False
        self._say = say

    def tell(self) -> None:
        """Say once that the signal was heard, for a page in hand may take minutes."""
        if self.asked and self._say is not None:
            self._say("stopping: pages in hand are finished first; once more stops at once")
            self._say = None

    @contextmanager
    def on_signals(self) -> Iterator[None]:
        """Listen while the run lasts; a second signal ends it at once. Only the main thread can."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {number: signal.signal(number, self._ask) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _ask(self, number: int, frame: FrameType | None) -> None:
        del number, frame
        if self.asked:
            raise KeyboardInterrupt
        self.asked = True


def drive(
    engine: Engine,
    source: Iterator[Unit],
    record: Callable[[list[Outcome]], Iterable[Unit]],
    stop: Stop,
) -> None:
    """Run all units of ``source`` and those that follow from answers.

    Args:
        engine: does the work.
        source: drawn from only when the engine has room, so memory stays flat at any length.
        record: keeps outcomes for good and names the units that follow; those go first.
        stop: looked at between units.

    Raises:
        InterruptedRunError: when asked to stop, after all that was in hand is recorded.
        HosoError: when a unit says that nothing can go on.
    """
    urgent: deque[Unit] = deque()
    in_hand = 0
    while True:
        stop.tell()
        while in_hand < engine.capacity and not stop.asked:
            unit = urgent.popleft() if urgent else next(source, None)
            if unit is None:
                break
            engine.submit(unit)
            in_hand += 1
        if not in_hand:
            break
        outcomes = engine.wait(_TICK)
        in_hand -= len(outcomes)
        urgent.extend(record([o for o in outcomes if o.status != "stop"]))
        _check(outcomes)
    if stop.asked:
        message = "interrupted: everything read so far is kept; run the same command again to go on"
        raise InterruptedRunError(message)


def _check(outcomes: Iterable[Outcome]) -> None:
    for outcome in outcomes:
        if outcome.status == "stop":
            error: type[HosoError] = error_of(outcome.code)
            raise error(outcome.message)
