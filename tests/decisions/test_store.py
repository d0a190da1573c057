"""Files of decisions: nothing acknowledged is lost, whatever dies when; merging loses nothing."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from waiting import until

from pipeline.decisions import store
from pipeline.decisions.record import Decision, DecisionError, Place, line, parse, signed
from pipeline.decisions.verdicts import heads, standing
from pipeline.errors import OutputError, UsageError

SHA = "ab" * 32


def decision(who: str = "lan", **more: object) -> Decision:
    values: dict[str, object] = {
        "what": "correct",
        "who": who,
        "document": SHA,
        "source_file": "a.txt",
        "table": "loans",
        "row_id": "l0123456789ab",
        "places": (Place("borrowers", 1, "12", 0),),
        "machine": {"borrowers": "12"},
        "cells": {"borrowers": "13"},
        **more,
    }
    return signed(Decision(**values))  # type: ignore[arg-type]


def test_a_line_says_all_and_is_read_back() -> None:
    made = decision(why='vì "12" đọc nhầm\nhàng hai\u2028')
    assert parse(line(made)[:-1]) == made
    assert line(made).count(b"\n") == 1


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: data[:-5],
        lambda data: data.replace(b'"13"', b'"31"'),
        lambda _: b"{}",
        lambda _: b"[1]",
        lambda _: b"\xff\xfe",
        lambda _: b"[" * 100_000,
        lambda data: data.replace(b'"v":1', b'"v":9'),
        lambda data: data.replace(b'"lan"', b"7"),
    ],
)
def test_what_is_damaged_or_changed_by_hand_is_no_decision(damage: object) -> None:
    with pytest.raises(DecisionError):
        parse(damage(line(decision())[:-1]))  # type: ignore[operator]


def test_a_damaged_line_is_told_and_the_others_hold(tmp_path: Path) -> None:
    made = [decision(why=str(i)) for i in range(3)]
    store.append(tmp_path, made)
    path = store.file_of(tmp_path, "lan")
    lines = path.read_bytes().split(b"\n")
    path.write_bytes(b"\n".join([lines[0], b"rubbish", *lines[2:]]))
    loaded = store.load(tmp_path)
    assert {d.why for d in loaded.decisions} == {"0", "2"}
    assert [(d.path, d.number) for d in loaded.damages] == [(path, 2)]


@pytest.mark.parametrize("cut", [1, 7, 200])
def test_a_torn_last_line_is_passed_over_and_taken_away(tmp_path: Path, cut: int) -> None:
    first, torn, next_ = (decision(why=str(i)) for i in range(3))
    store.append(tmp_path, [first, torn])
    path = store.file_of(tmp_path, "lan")
    path.write_bytes(path.read_bytes()[:-cut])
    whole = cut == 1  # it lacks its line end alone
    assert len(store.load(tmp_path).decisions) == 1 + whole
    store.append(tmp_path, [next_])
    loaded = store.load(tmp_path)
    assert [d.why for d in loaded.decisions] == (["0", "1", "2"] if whole else ["0", "2"])
    assert loaded.damages == []


def test_a_full_disk_leaves_the_file_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store.append(tmp_path, [decision(why="0")])
    path = store.file_of(tmp_path, "lan")
    before, write = path.read_bytes(), os.write

    def half(descriptor: int, data: bytes) -> int:
        if len(data) < 100:
            raise OSError(28, "No space left on device")
        return write(descriptor, data[: len(data) // 2])

    monkeypatch.setattr(os, "write", half)
    with pytest.raises(OutputError, match="disk is full"):
        store.append(tmp_path, [decision(why="1")])
    assert path.read_bytes() == before


WRITER = """
import sys
from pathlib import Path
from pipeline.decisions import store
from test_store import decision
number = int(sys.argv[2])
print("ready", flush=True)
while True:
    made = [decision(why=f"{number} {'x' * 1500}"), decision(why=f"{number} again")]
    store.append(Path(sys.argv[1]), made)
    print(*(d.id for d in made), flush=True)
    number += 1
"""


def size(out: Path) -> int:
    return sum(path.stat().st_size for path in out.rglob("*") if path.is_file())


@pytest.mark.parametrize("times", [2, pytest.param(10, marks=pytest.mark.faults)])
def test_kills_lose_no_acknowledged_decision(tmp_path: Path, times: int) -> None:
    out, told = tmp_path / "out", set[str]()
    here, root = Path(__file__).parent, Path(__file__).parents[2]
    paths = os.pathsep.join(map(str, [here, root / "tests" / "helpers", root]))
    environment = {**os.environ, "PYTHONPATH": paths}
    chance = random.Random(7)
    # several at once: all of them import while the first one writes
    for _ in range(times):
        writers = [
            subprocess.Popen(
                [sys.executable, "-c", WRITER, str(out), str(i)],
                env=environment,
                stdout=subprocess.PIPE,
                text=True,
            )
            for i in range(5)
        ]
        for writer in writers:
            assert writer.stdout is not None
            assert writer.stdout.readline() == "ready\n"
        # twenty pairs of three thousand bytes, whoever wrote them
        enough = size(out) + 60_000
        until(lambda: size(out) > enough)  # noqa: B023
        for writer in writers:
            time.sleep(chance.random() / 50)
            writer.send_signal(signal.SIGKILL)
        for writer in writers:
            lines, _ = writer.communicate()
            # the last line of the pipe may be cut
            told.update(*(each.split() for each in lines.splitlines()[:-1]))
        loaded = store.load(out)
        assert loaded.damages == []
        assert told <= {d.id for d in loaded.decisions}
    assert len(told) > 5 * times
    store.append(out, [decision(why="after")])
    assert store.load(out).decisions[-1].why == "after"


def test_merging_is_union_in_any_order(tmp_path: Path) -> None:
    both = decision("hoa", why="seen by both")
    lan, hoa = [decision("lan", why="1"), both], [both, decision("hoa", why="2")]
    for name, made in (("a", lan), ("b", hoa)):
        store.append(tmp_path / name, made)
    assert store.merge(tmp_path / "x", [tmp_path / "a", tmp_path / "b"]) == store.Merged(3, 0)
    assert store.merge(tmp_path / "b", [store.file_of(tmp_path / "a", "lan")]).added == 1
    assert store.merge(tmp_path / "b", [tmp_path / "a"]).added == 0
    assert store.load(tmp_path / "x").decisions == store.load(tmp_path / "b").decisions


def test_merging_nothing_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no file of decisions"):
        store.merge(tmp_path, [tmp_path / "missing.jsonl"])


def test_who_saw_a_decision_replaces_it_and_undoing_brings_it_back() -> None:
    first = decision("lan")
    second = decision("hoa", what="reject", cells={}, seen=(first.id,))
    third = decision("lan", seen=(first.id, second.id))
    blind = decision("nam", what="confirm", cells={})
    undo = signed(Decision("undo", "lan", document=SHA, undoes=third.id))
    assert heads([first, second]) == [second]
    assert heads(standing([first, second, third, undo])) == [second]
    assert heads([first, second, blind]) == [second, blind]
