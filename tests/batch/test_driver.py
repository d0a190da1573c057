from __future__ import annotations

import os
import signal
from collections.abc import Iterator

import pytest

from pipeline.batch import driver
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


class Deadly(Recorder):
    """An engine over which some units die, the first time or each time; it notes what stood beside them."""

    def __init__(self, once: set[str], always: set[str]) -> None:
        super().__init__()
        self.once, self.always = once, always
        self.beside: list[int] = []

    def wait(self, timeout: float) -> list[Outcome]:  # noqa: ARG002
        if any(unit.apart for unit in self.hand):
            self.beside.append(len(self.hand) - 1)
        unit = self.hand.pop()
        self.order.append(unit.kind)
        if unit.kind in self.always or (unit.kind in self.once and not unit.apart):
            return [Outcome(unit, "failed", code="worker_died", message="gone")]
        return [Outcome(unit, "done")]


@pytest.mark.parametrize("most", [2, 50])
def test_what_was_killed_is_tried_again_alone_and_then_fails_alone(
    most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(driver, "_MOST_APART", most)
    engine, kept = Deadly({"1", "2", "7"}, {"4", "8"}), list[tuple[str, str]]()

    def record(outcomes: list[Outcome]) -> list[Unit]:
        kept.extend((o.unit.kind, o.status) for o in outcomes)
        return [Unit(f"after {o.unit.kind}", {}) for o in outcomes if o.unit.kind.isdecimal()]

    drive(engine, numbered(12, []), record, Stop())
    failed = {"4", "8"}
    assert sorted(kept) == sorted(
        [(str(n), "failed" if str(n) in failed else "done") for n in range(12)]
        + [(f"after {n}", "done") for n in range(12)]
    )
    assert engine.beside == [0] * 5
    assert [engine.order.count(str(n)) for n in (0, 1, 4)] == [1, 2, 2]
    if most == 50:  # at the end
        assert engine.order[-10:].count("4") == 1


def test_a_stop_does_not_wait_for_what_is_to_be_tried_alone() -> None:
    engine, stop = Deadly(set(), {"0", "1"}), Stop()

    def record(outcomes: list[Outcome]) -> list[Unit]:
        stop.because(OutputError("gone"))
        return []

    with pytest.raises(OutputError, match="gone"):
        drive(engine, numbered(9, []), record, stop)
    assert engine.beside == []
