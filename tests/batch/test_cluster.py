"""The engine of a Dask cluster: it does what the pool does, on workers that may be wrong, die, or be lost."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from batch_stand_ins import FLAGS, unit

pytest.importorskip("distributed")

from dask_processes import ROOT, Dask, dask
from waiting import until

from pipeline.batch.engines import Outcome, Setup, Unit, cluster, dask_place
from pipeline.batch.engines.cluster import Cluster
from pipeline.batch.engines.dask_place import Place, place
from pipeline.batch.engines.post import Post
from pipeline.batch.standing import differences
from pipeline.errors import ClusterError, UsageError
from pipeline.settings import Settings


def engine_of(
    where: Place, scratch: Path, said: list[str], factory: str = "handler", inputs: tuple[str, ...] = ()
) -> Cluster:
    setup = Setup(f"batch_stand_ins:{factory}", {"greeting": "hi"})
    scratch.mkdir(exist_ok=True)
    return Cluster(where, setup, scratch, 2_000_000_000, Settings(), inputs, said.append)


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dask]:
    """A scheduler and a worker that some tests share."""
    flags = tmp_path_factory.mktemp("flags")
    with dask(tmp_path_factory.mktemp("dask"), 0) as started:
        started.worker({FLAGS: str(flags)})
        yield started


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def engine(machine: Dask, tmp_path: Path, said: list[str]) -> Iterator[Cluster]:
    found = engine_of(Place(machine.address), tmp_path / "scratch", said)
    yield found
    found.close()


def all_of(engine: Cluster, *units: Unit) -> list[Outcome]:
    for one in units:
        engine.submit(one)
    outcomes: list[Outcome] = []
    while len(outcomes) < len(units):
        outcomes += engine.wait(60)
    return outcomes


def is_there(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("local", Place(local=3, patience=9)),
        ("local:12", Place(local=12, patience=9)),
        ("tcp://10.0.0.1:8786", Place("tcp://10.0.0.1:8786", patience=9)),
        ("tls://head:8786", Place("tls://head:8786", patience=9)),
        ("local:0", None),
        ("local:", None),
        ("local:²", None),
        ("local:99999999999999999999", None),
        ("head:8786", None),
        ("ssh://head", None),
        ("no-such-file.json", None),
        ("", None),
    ],
)
def test_what_cluster_names(text: str, expected: Place | None) -> None:
    if expected is not None:
        assert place(text, 3, 9) == expected
        return
    with pytest.raises(UsageError, match=r"name a scheduler as tcp://HOST:8786"):
        place(text, 3, 9)


def test_a_scheduler_file_names_a_cluster(tmp_path: Path) -> None:
    (tmp_path / "scheduler.json").touch()
    assert place(str(tmp_path / "scheduler.json"), 1).address.endswith(".json")


HERE = {"hoso": "1", "tesseract": "5.3", "traineddata_vie": "a", "LibreOffice": "none", "input /in": "7"}


@pytest.mark.parametrize(
    ("there", "expected"),
    [
        ({}, []),
        ({"tesseract": "5.5"}, ["tesseract is 5.5 there and 5.3 here", "install there what is here"]),
        ({"tesseract": ""}, ["tesseract is missing there", "install there what is here"]),
        (
            {"hoso": "2", "traineddata_vie": ""},
            [
                "hoso is 2 there and 1 here",
                "traineddata_vie is missing there",
                "install there what is here",
            ],
        ),
        ({"LibreOffice": "7"}, ["LibreOffice is 7 there and none here", "install there what is here"]),
        ({"input /in": ""}, ["/in is missing there", "mount the same storage at the same path"]),
        ({"input /in": "8"}, ["/in is another folder there", "mount the same storage at the same path"]),
        ({"more": "x"}, []),
    ],
)
def test_what_differs_on_a_worker_is_told_with_what_to_do(there: dict[str, str], expected: list[str]) -> None:
    assert differences(HERE, {**HERE, **there}) == expected


def test_what_the_driver_lacks_is_not_asked_for() -> None:
    assert differences({**HERE, "tesseract": ""}, HERE) == []


@pytest.mark.parametrize(
    ("kind", "status", "code", "words"),
    [
        ("raise", "failed", "internal", "ZeroDivisionError: no such luck"),
        ("unreadable", "failed", "damaged", "torn"),
        ("gorge", "failed", "limit", "memory"),
        ("hang", "failed", "timeout", "took longer than 2 s"),
    ],
)
def test_what_goes_wrong_is_told_and_the_next_unit_is_done(
    engine: Cluster, kind: str, status: str, code: str, words: str
) -> None:
    outcomes = all_of(engine, unit(kind, 2), unit("echo"))
    wrong = next(o for o in outcomes if o.unit.kind == kind)
    assert (wrong.status, wrong.code) == (status, code)
    assert words in wrong.message
    assert ("Traceback" in wrong.trace) == (kind == "raise")
    assert next(o for o in outcomes if o.unit.kind == "echo").status == "done"


def test_an_answer_comes_back_with_its_bytes_and_children_end_with_the_run(
    engine: Cluster, machine: Dask
) -> None:
    blobs = (b"", b"\0" * 12_000_000, "hộ".encode())
    (outcome,) = all_of(engine, Unit("echo", {"a": [1, "hộ"]}, blobs))
    assert (outcome.status, outcome.answer["a"], outcome.blobs) == ("done", [1, "hộ"], blobs)
    child = outcome.answer["process"]
    assert is_there(child)
    assert child not in {w.pid for w in machine.workers}
    engine.submit(unit("hang"))
    engine.wait(0.5)
    engine.close()
    until(lambda: not is_there(child))
    until(lambda: not list(machine.folder.rglob("hoso-post-*")))


def test_children_do_not_inherit_how_dask_trims_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Tesseract takes a tenth longer with it."""
    monkeypatch.setenv("MALLOC_TRIM_THRESHOLD_", "65536")
    Post(Setup("batch_stand_ins:handler", {}), 2_000_000_000, tmp_path)
    assert "MALLOC_TRIM_THRESHOLD_" not in os.environ


def test_no_work_reaches_nobody(tmp_path: Path, said: list[str]) -> None:
    engine = engine_of(Place("tcp://127.0.0.1:9"), tmp_path / "scratch", said)
    assert engine.wait(0) == []
    engine.close()


def test_a_scheduler_that_does_not_answer(
    tmp_path: Path, said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dask_place, "_CONNECT", 0.5)
    engine = engine_of(Place("tcp://127.0.0.1:9"), tmp_path / "scratch", said)
    with pytest.raises(ClusterError, match=r"tcp://127\.0\.0\.1:9 cannot be reached .* is its scheduler run"):
        all_of(engine, unit("echo"))
    engine.close()


def test_a_cluster_without_workers(tmp_path: Path, said: list[str]) -> None:
    with dask(tmp_path / "dask", 0) as started:
        engine = engine_of(Place(started.address, patience=1), tmp_path / "scratch", said)
        with pytest.raises(ClusterError, match=r"has no worker that can be used, and none came within 1 s"):
            all_of(engine, unit("echo"))
        engine.close()


def _bare(folder: Path) -> dict[str, str]:
    """Programs without tesseract."""
    folder.mkdir()
    for name in ("pdftotext", "pdfinfo", "pdftoppm", "pdfimages", "prlimit", "setpriv"):
        found = shutil.which(name)
        assert found is not None
        (folder / name).symlink_to(found)
    return {"PATH": str(folder)}


def _older(folder: Path) -> dict[str, str]:
    """A hoso with another word in its code."""
    shutil.copytree(ROOT / "pipeline", folder / "pipeline", ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "dictionaries").symlink_to(ROOT / "dictionaries")
    with (folder / "pipeline" / "model.py").open("a") as file:
        file.write("# of another day\n")
    return {"PYTHONPATH": os.pathsep.join([str(folder), str(ROOT / "tests" / "batch")])}


def _none(folder: Path) -> dict[str, str]:
    """A hoso from before clusters."""
    (folder / "pipeline").mkdir(parents=True)
    (folder / "pipeline" / "__init__.py").write_text("__version__ = '0.0.1'\n")
    return {"PYTHONPATH": str(folder)}


def test_workers_that_stand_elsewhere_are_refused_and_the_others_go_on(
    tmp_path: Path, said: list[str]
) -> None:
    with dask(tmp_path / "dask", 0) as started:
        for wrong in (_bare, _older, _none):
            started.worker(wrong(tmp_path / wrong.__name__))
        engine = engine_of(Place(started.address), tmp_path / "scratch", said)
        engine.submit(unit("echo"))
        until(lambda: not engine.wait(0.2) and len(said) == 3)
        started.worker()
        (outcome,) = all_of(engine, unit("echo"), unit("echo"))[:1]
        assert outcome.status == "done"
        engine.close()
    lines = sorted(re.sub(r"^worker tcp://127\.0\.0\.1:\d+( on \S+)? is refused: ", "", s) for s in said)
    # of the one without programs LibreOffice may be missed as well
    assert re.fullmatch(r"code is \w+ there and \w+ here; install there what is here", lines[0])
    assert lines[1].startswith("hoso is missing there, or is another one (")
    assert lines[2].startswith("tesseract is missing there, traineddata_vie is missing there")
    assert all(line.endswith("; install there what is here") for line in lines)


def test_where_all_are_refused_the_run_says_why(
    machine: Dask, tmp_path: Path, said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster, "_GRACE", 1.0)
    gone = str(tmp_path / "not-mounted")
    engine = engine_of(Place(machine.address), tmp_path / "scratch", said, inputs=(gone,))
    # as the driver would see it
    monkeypatch.setattr(cluster, "standing", lambda *_: {f"input {gone}": "7"})
    with pytest.raises(ClusterError, match=r"no worker that can be used \(.*not-mounted is missing there\)"):
        all_of(engine, unit("echo"))
    engine.close()
    (line,) = said
    assert line.endswith("not-mounted is missing there; mount the same storage at the same path")


def test_a_worker_that_cannot_go_on_is_refused_and_its_unit_goes_to_another(
    tmp_path: Path, said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster, "_GRACE", 1.0)
    with dask(tmp_path / "dask", 2) as started:
        engine = engine_of(Place(started.address), tmp_path / "scratch", said)
        with pytest.raises(ClusterError, match=r"no worker that can be used \(.*tesseract is not installed"):
            all_of(engine, unit("missing"))
        engine.close()
    assert [line.endswith("tesseract is not installed; see to it; other workers go on") for line in said] == [
        True
    ] * 2


def test_the_unit_of_a_worker_that_dies_goes_to_another(tmp_path: Path, said: list[str], flags: Path) -> None:
    with dask(tmp_path / "dask", 1) as started:
        engine = engine_of(Place(started.address), tmp_path / "scratch", said)
        engine.submit(unit("wait", 60))
        until(lambda: not engine.wait(0.1) and bool(list(started.folder.rglob("worker-*/hoso-post-*/*"))))
        started.workers[0].send_signal(signal.SIGKILL)
        started.worker()
        (flags / "go").touch()
        (outcome,) = engine.wait(60)
        assert outcome.status == "done"
        engine.close()
    assert said == []


def test_a_unit_under_which_every_worker_dies_is_failed_alone(
    tmp_path: Path, said: list[str], monkeypatch: pytest.MonkeyPatch, flags: Path
) -> None:
    monkeypatch.setattr(cluster, "_DEATHS", 1)
    with dask(tmp_path / "dask", 1) as started:
        engine = engine_of(Place(started.address), tmp_path / "scratch", said)
        engine.submit(unit("wait", 60))
        until(lambda: not engine.wait(0.1) and bool(list(started.folder.rglob("worker-*/hoso-post-*/*"))))
        started.workers[0].send_signal(signal.SIGKILL)
        (outcome,) = engine.wait(60)
        assert (outcome.status, outcome.code) == ("failed", "worker_died")
        assert "workers of the cluster died while they read it" in outcome.message
        engine.close()


def test_a_lost_scheduler_is_one_error_after_all_that_came_before(
    tmp_path: Path, said: list[str], capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster, "_LOST", 2.0)
    with dask(tmp_path / "dask", 1) as started:
        engine = engine_of(Place(started.address), tmp_path / "scratch", said)
        (outcome,) = all_of(engine, unit("echo"))
        engine.submit(unit("hang"))
        engine.wait(0.5)
        started.scheduler.send_signal(signal.SIGKILL)
        with pytest.raises(ClusterError, match=r"is gone; everything read so far is kept; run the same"):
            until(lambda: bool(engine.wait(1)))
        engine.close()
        # its workers give up as well, and end what they started
        until(lambda: not is_there(outcome.answer["process"]))
    assert said == []
    assert capfd.readouterr() == ("", "")


def test_two_runs_on_one_machine_do_not_want_the_same_port(tmp_path: Path, said: list[str]) -> None:
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            taken.bind(("", 8787))
            taken.listen()
        except OSError:
            pass  # another process of this machine has it: as good
        engine = engine_of(Place(local=1), tmp_path / "scratch", said)
        assert len(all_of(engine, unit("echo"))) == 1
        engine.close()


def test_workers_on_this_machine_end_with_the_run_and_take_their_files(
    tmp_path: Path, said: list[str], capfd: pytest.CaptureFixture[str]
) -> None:
    engine = engine_of(Place(local=2), tmp_path / "scratch", said)
    outcomes = all_of(engine, *[unit("echo") for _ in range(4)])
    processes = {o.answer["process"] for o in outcomes}
    until(lambda: engine.capacity == 4)  # one worker may have done all before the other had come
    engine.close()
    for process in processes:
        until(lambda: not is_there(process))  # noqa: B023
    assert not [path for path in (tmp_path / "scratch").rglob("*") if "post" in path.name]
    assert (said, capfd.readouterr()) == ([], ("", ""))
