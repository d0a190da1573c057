from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from batch_stand_ins import unit

from pipeline.batch.engines import Outcome, Setup, Unit, local
from pipeline.batch.engines.local import Local


def pool(scratch: Path, jobs: int = 1, factory: str = "handler") -> Local:
    return Local(jobs, Setup(f"batch_stand_ins:{factory}", {"greeting": "hi"}), scratch, 2_000_000_000)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Local]:
    found = pool(tmp_path)
    yield found
    found.close()


def all_of(engine: Local, *units: Unit) -> list[Outcome]:
    for one in units:
        engine.submit(one)
    outcomes: list[Outcome] = []
    while len(outcomes) < len(units):
        outcomes += engine.wait(60)
    return outcomes


def test_an_answer_comes_back_with_its_bytes(engine: Local) -> None:
    blobs = (b"", b"\0" * 5_000_000, "hộ".encode())
    (outcome,) = all_of(engine, Unit("echo", {"a": [1, "hộ"]}, blobs))
    assert outcome.status == "done"
    assert outcome.answer["a"] == [1, "hộ"]
    assert outcome.answer["greeting"] == "hi"
    assert outcome.blobs == blobs


def test_one_worker_does_many_units(engine: Local) -> None:
    outcomes = all_of(engine, *[unit("echo", number=n) for n in range(5)])
    assert len({o.answer["process"] for o in outcomes}) == 1
    assert [o.answer["number"] for o in outcomes] == list(range(5))


@pytest.mark.parametrize(
    ("kind", "status", "code", "words"),
    [
        ("raise", "failed", "internal", "ZeroDivisionError: no such luck"),
        ("unreadable", "failed", "damaged", "torn"),
        ("gorge", "failed", "limit", "memory"),
        ("missing", "stop", "missing_program", "tesseract"),
        ("die", "failed", "worker_died", "SIGKILL"),
    ],
)
def test_what_goes_wrong_is_told_and_the_next_unit_is_done(
    engine: Local, kind: str, status: str, code: str, words: str
) -> None:
    outcomes = all_of(engine, unit(kind), unit("echo"))
    wrong = next(o for o in outcomes if o.unit.kind == kind)
    assert (wrong.status, wrong.code) == (status, code)
    assert words in wrong.message
    assert ("Traceback" in wrong.trace) == (kind == "raise")
    assert next(o for o in outcomes if o.unit.kind == "echo").status == "done"


def test_a_unit_that_is_tried_apart_gets_a_worker_that_did_nothing_before(tmp_path: Path) -> None:
    engine = pool(tmp_path, jobs=2)
    before = {o.answer["process"] for o in all_of(engine, unit("echo"), unit("echo"))}
    (alone,) = all_of(engine, replace(unit("echo"), apart=True))
    assert alone.answer["process"] not in before
    for process in before:  # nor does another hold memory beside it
        with pytest.raises(ProcessLookupError):
            os.kill(process, 0)
    (worse,) = all_of(engine, replace(unit("die"), apart=True))
    assert "died twice, at last with no other beside it (signal SIGKILL)" in worse.message
    engine.close()


def test_a_unit_that_hangs_is_ended_and_not_tried_again(engine: Local) -> None:
    outcomes = all_of(engine, unit("hang", limit=0.2), unit("echo"))
    assert [(o.unit.kind, o.code) for o in outcomes] == [("hang", "timeout"), ("echo", "")]


@pytest.mark.parametrize(("seconds", "processes"), [(0.0, 3), (600.0, 1)])
def test_a_worker_is_replaced_after_much_work(
    engine: Local, monkeypatch: pytest.MonkeyPatch, seconds: float, processes: int
) -> None:
    monkeypatch.setattr(local, "_WORK_A_WORKER", seconds)
    outcomes = all_of(engine, *[unit("echo") for _ in range(3)])
    assert len({o.answer["process"] for o in outcomes}) == processes


def test_a_worker_killed_while_idle_costs_nothing(engine: Local) -> None:
    (first,) = all_of(engine, unit("echo"))
    os.kill(first.answer["process"], signal.SIGKILL)
    os.waitid(os.P_PID, first.answer["process"], os.WEXITED | os.WNOWAIT)
    (second,) = all_of(engine, unit("echo"))
    assert second.status == "done"


def test_a_worker_that_cannot_start_stops_the_run(tmp_path: Path) -> None:
    engine = pool(tmp_path, factory="broken")
    (outcome,) = all_of(engine, unit("echo"))
    engine.close()
    assert (outcome.status, outcome.code) == ("stop", "error")
    assert "no dictionaries" in outcome.message


def test_closing_ends_workers_and_takes_their_files(tmp_path: Path) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    engine = pool(scratch, jobs=2)
    outcomes = all_of(engine, unit("echo"), unit("echo"))
    engine.submit(unit("hang"))
    engine.close()
    for outcome in outcomes:
        with pytest.raises(ProcessLookupError):
            os.kill(outcome.answer["process"], 0)
    assert list(scratch.iterdir()) == []
