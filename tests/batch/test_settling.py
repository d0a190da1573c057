from __future__ import annotations

import json
import os
import signal
from pathlib import Path

import pytest

from pipeline.batch.driver import Stop
from pipeline.batch.settling import Look, Settling, look, watch
from pipeline.intake import find


class Clock:
    """A clock that goes on when it is told to."""

    def __init__(self, now: float) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


def stat(at: float, size: int = 1) -> str:
    return json.dumps([size, int(at * 1e9), int(at * 1e9), 7])


@pytest.fixture
def clock() -> Clock:
    return Clock(1000.0)


def settling(clock: Clock, seconds: float = 30) -> Settling:
    return Settling(seconds, now=clock, steady=clock)


def test_an_old_file_is_whole_at_once(clock: Clock) -> None:
    assert settling(clock)("a", stat(970))
    assert not settling(clock)("a", stat(971))


def test_a_file_that_grows_is_whole_when_it_stays_as_it_is(clock: Clock) -> None:
    is_settled = settling(clock)
    seen = []
    for at in range(1000, 1100, 10):
        clock.now = at
        grown = min(at, 1040)  # written to until then
        seen.append(is_settled("a", stat(grown, size=grown)))
    assert seen == [False] * 7 + [True] * 3


def test_a_server_whose_clock_is_ahead(clock: Clock) -> None:
    is_settled = settling(clock)
    ahead = stat(9999)
    assert not is_settled("a", ahead)
    clock.now += 29
    assert not is_settled("a", ahead)
    clock.now += 1
    assert is_settled("a", ahead)


def test_a_look_sees_whole_files_and_every_change_of_them(tmp_path: Path, clock: Clock) -> None:
    clock.now = 4e9
    is_settled = settling(clock)
    (tmp_path / "a.txt").write_text("1")
    (tmp_path / "b.txt").write_text("1")
    first = look(find([tmp_path]), is_settled)
    assert first.files == 2
    assert look(find([tmp_path]), is_settled) == first
    (tmp_path / "b.txt").unlink()
    second = look(find([tmp_path]), is_settled)
    assert (second.files, second.state != first.state) == (1, True)
    clock.now = (tmp_path / "a.txt").stat().st_ctime
    assert look(find([tmp_path]), is_settled).files == 0
    assert is_settled.recent() == {str(tmp_path / "a.txt")}
    (tmp_path / "a.txt").unlink()
    look(find([tmp_path], may_be_empty=True), is_settled)
    assert is_settled.recent() == frozenset()


def test_a_run_for_each_new_look_and_none_for_an_empty_input() -> None:
    stop, runs = Stop(), list[str]()
    looks = iter([Look(0, "empty"), Look(1, "x"), Look(1, "x"), Look(2, "y"), Look(0, "empty"), Look(2, "z")])
    now = Look(0, "")

    def see() -> Look:
        nonlocal now
        now = next(looks)
        return now

    def run() -> None:
        runs.append(now.state)
        stop.asked = now.state == "z"

    watch(see, run, stop, 0)
    assert runs == ["x", "y", "z"]


def test_a_signal_ends_the_wait() -> None:
    stop = Stop()
    watch(lambda: Look(1, "x"), lambda: os.kill(os.getpid(), signal.SIGTERM), stop, 3600)
    assert stop.asked
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL


def test_what_a_run_raises_ends_the_watch() -> None:
    def run() -> None:
        message = "the disk is full"
        raise OSError(message)

    with pytest.raises(OSError, match="full"):
        watch(lambda: Look(1, "x"), run, Stop(), 0)
