"""The loop that keeps an engine busy: as many units in hand as it wants and no more, answers as they come."""

from __future__ import annotations

import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from types import FrameType

from pipeline.batch.engines import Engine, Outcome, Unit
from pipeline.errors import HosoError, InterruptedRunError, KilledError, WorkerDiedError, error_of

_TICK = 1.0
"""Seconds after which signals and the progress display are looked at, at the latest."""
KILLED = frozenset({KilledError.code, WorkerDiedError.code})
"""Failures of a unit over which a process was killed."""
_MOST_APART = 50
"""Units that wait to be tried alone, at most: so many documents' pages fit in memory."""


class Stop:
    """Whether somebody asked the run to end: the first SIGINT or SIGTERM finishes what is in hand."""

    def __init__(self, say: Callable[[str], None] | None = None) -> None:
        """Nobody asked yet; ``say`` is told when somebody did."""
        self.asked = False
        self.reason: HosoError = InterruptedRunError(
            "interrupted: everything read so far is kept; run the same command again to go on"
        )
        self._say = say

    def tell(self) -> None:
        """Say once that the signal was heard, for a page in hand may take minutes."""
        if self.asked and self._say is not None:
            self._say("stopping: pages in hand are finished first; once more stops at once")
            self._say = None

    def because(self, reason: HosoError) -> None:
        """End the run for this reason, as a signal would: what is in hand is finished and kept."""
        if not self.asked:
            self.asked, self.reason, self._say = True, reason, None

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


@dataclass
class _Waiting:
    """Units that are not yet in hand: those that follow from answers first, those tried again at the end."""

    source: Iterator[Unit]
    urgent: deque[Unit] = field(default_factory=deque)
    apart: deque[Unit] = field(default_factory=deque)
    one_by_one: bool = False

    def next(self, in_hand: int) -> Unit | None:
        """The unit to submit now, where there is one."""
        if not self.one_by_one:
            if self.urgent:
                return self.urgent.popleft()
            if len(self.apart) < _MOST_APART and (unit := next(self.source, None)) is not None:
                return unit
        if in_hand:
            return None
        self.one_by_one = bool(self.apart)
        if self.apart:
            return self.apart.popleft()
        return self.urgent.popleft() if self.urgent else next(self.source, None)

    def sort(self, outcomes: Iterable[Outcome]) -> list[Outcome]:
        """Keep units that were killed for the first time; the outcomes that are final."""
        final = []
        for outcome in outcomes:
            if outcome.status == "failed" and outcome.code in KILLED and not outcome.unit.apart:
                self.apart.append(replace(outcome.unit, apart=True))
            else:
                final.append(outcome)
        return final

    def follow(self, units: Iterable[Unit]) -> None:
        """Units that follow from answers."""
        for unit in units:
            (self.apart if unit.apart else self.urgent).append(unit)


def drive(
    engine: Engine,
    source: Iterator[Unit],
    record: Callable[[list[Outcome]], Iterable[Unit]],
    stop: Stop,
) -> None:
    """Run all units of ``source`` and those that follow from answers.

    A unit over which a process was killed is tried once more, alone: when nothing else is left, or many
    wait. Whatever killed it, want of memory beside others for one, is then gone or the unit's own.

    Args:
        engine: does the work.
        source: drawn from only when the engine has room, so memory stays flat at any length.
        record: keeps outcomes for good and names the units that follow; those go first.
        stop: looked at between units.

    Raises:
        InterruptedRunError: when asked to stop, after all that was in hand is recorded.
        HosoError: when a unit says that nothing can go on, or ``stop`` was given the reason.
    """
    waiting = _Waiting(source)
    in_hand = 0
    while True:
        stop.tell()
        while in_hand < engine.capacity and not stop.asked:
            unit = waiting.next(in_hand)
            if unit is None:
                break
            engine.submit(unit)
            in_hand += 1
        if not in_hand:
            break
        outcomes = engine.wait(_TICK)
        in_hand -= len(outcomes)
        waiting.follow(record([o for o in waiting.sort(outcomes) if o.status != "stop"]))
        _check(outcomes)
    if stop.asked:
        raise stop.reason


def _check(outcomes: Iterable[Outcome]) -> None:
    for outcome in outcomes:
        if outcome.status == "stop":
            error: type[HosoError] = error_of(outcome.code)
            raise error(outcome.message)
