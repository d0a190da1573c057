from __future__ import annotations

import os
import signal
from collections.abc import Iterator

import pytest

from pipeline.batch.driver import Stop, drive
from pipeline.batch.engines import Outcome, Unit
from pipeline.errors import HosoError, InterruptedRunError, MissingProgramError, OutputError, error_of


class Recorder:
    """An engine that answers the newest unit first, one a call, and notes how many were in hand."""

    capacity = 3

    def __init__(self, outcome: Outcome | None = None) -> None:
        self.hand: list[Unit] = []
        self.most = 0
        self.order: list[str] = []
        self._outcome = outcome

    def submit(self, unit: Unit) -> None:
        self.hand.append(unit)
        self.most = max(self.most, len(self.hand))

    def wait(self, timeout: float) -> list[Outcome]:  # noqa: ARG002
        unit = self.hand.pop()
        self.order.append(unit.kind)
        return [self._outcome or Outcome(unit, "done")]

    def close(self) -> None:
        """Nothing to end."""


def numbered(count: int, drawn: list[int]) -> Iterator[Unit]:
    for number in range(count):
        drawn.append(number)
        yield Unit(str(number), {})


def test_the_source_is_drawn_no_further_than_the_engine_has_room() -> None:
    engine, drawn = Recorder(), list[int]()
    ahead = []

    def record(outcomes: list[Outcome]) -> list[Unit]:
        ahead.append(len(drawn) - len(engine.order))
        return []

    drive(engine, numbered(50, drawn), record, Stop())
    assert len(engine.order) == len(drawn) == 50
    assert engine.most == engine.capacity
    assert max(ahead) < engine.capacity


def test_units_that_follow_go_first() -> None:
    engine = Recorder()

    def record(outcomes: list[Outcome]) -> list[Unit]:
        return [Unit("follows", {}) for o in outcomes if o.unit.kind == "2"]

    drive(engine, numbered(6, []), record, Stop())
    assert engine.order[:2] == ["2", "follows"]


def test_a_stop_draws_no_more_but_records_what_is_in_hand() -> None:
    engine, stop, drawn, kept = Recorder(), Stop(), list[int](), list[str]()

    def record(outcomes: list[Outcome]) -> list[Unit]:
        kept.extend(o.unit.kind for o in outcomes)
        if len(kept) == 2 and not stop.asked:
            os.kill(os.getpid(), signal.SIGTERM)
        return []

    with stop.on_signals(), pytest.raises(InterruptedRunError, match="run the same command again"):
        drive(engine, numbered(50, drawn), record, stop)
    assert sorted(kept, key=int) == [str(n) for n in drawn]
    assert len(drawn) == 4
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL


@pytest.mark.parametrize(
    ("code", "error"), [("missing_program", MissingProgramError), ("output", OutputError), ("?", HosoError)]
)
def test_a_unit_may_stop_the_run(code: str, error: type[HosoError]) -> None:
    engine = Recorder(Outcome(Unit("x", {}), "stop", code=code, message="because"))
    with pytest.raises(error, match="because"):
        drive(engine, numbered(3, []), lambda _: [], Stop())
    assert error_of(code) is error
