"""Whole runs on a Dask cluster: the same bytes as the pool's, whichever of its processes dies."""

from __future__ import annotations

import random
import re
import shlex
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from batch_stand_ins import reads

pytest.importorskip("distributed")

from dask_processes import Dask, dask
from waiting import until

from pipeline.batch.engines import cluster, dask_place
from pipeline.batch.engines.dask_place import Place, place
from pipeline.batch.runner import Options, Report, run
from pipeline.cli import build_parser, main
from pipeline.errors import EXIT_CLUSTER, EXIT_PARTIAL, ClusterError
from pipeline.settings import Settings

FACTORY = "batch_stand_ins:rooms"


def write(source: Path, files: int, pages: int, order: str = "") -> Path:
    """Files of which every page does ``order``; the last one has a page that kills its child."""
    source.mkdir()
    for number in range(files):
        text = "\f".join(f"{order}\n{100 * number + page} hd" for page in range(pages))
        (source / f"{number:03}.txt").write_text(text)
    (source / "z.txt").write_text("die\n1 hd\f2 hd")
    return source


def go(source: Path, out: Path, address: str = "") -> Report:
    where = Place(address, patience=30) if address else None
    return run([source], out, Settings(), Options(2, FACTORY, cluster=where))


def tree(out: Path) -> dict[str, bytes]:
    found = {p.relative_to(out).as_posix(): p.read_bytes() for p in sorted(out.rglob("*")) if p.is_file()}
    return {n: d for n, d in found.items() if n != "run.json" and not n.startswith(".hoso")}


@pytest.fixture
def machines(tmp_path: Path) -> Iterator[Dask]:
    with dask(tmp_path / "dask", 2) as started:
        yield started


def test_a_cluster_gives_the_same_bytes_as_the_pool(tmp_path: Path, machines: Dask) -> None:
    source = write(tmp_path / "in", 4, 3)
    report = go(source, tmp_path / "out", machines.address)
    assert report.exit_status == EXIT_PARTIAL
    assert (report.counts.files_inspected, report.counts.pages_read, report.summary.failures) == (5, 14, 1)
    go(source, tmp_path / "pool")
    assert tree(tmp_path / "out") == tree(tmp_path / "pool")
    # the poison page is tried in a second run, and nothing else
    again = go(source, tmp_path / "out", machines.address)
    assert (again.counts.pages_read, again.counts.files_inspected) == (1, 0)
    # with nothing to do no cluster is needed
    idle = go(source, tmp_path / "out", "tcp://127.0.0.1:9")
    assert (idle.counts.pages_read, idle.counts.documents_made) == (0, 0)
    assert tree(tmp_path / "out") == tree(tmp_path / "pool")


def _kill(machines: Dask, over: threading.Event, due: Callable[[int], bool], seed: int) -> int:
    """Kill a worker whenever ``due(killed so far)``; another comes in its place."""
    rng, killed = random.Random(seed), 0
    while not over.wait(0.02):
        if not due(killed):
            continue
        alive = [w for w in machines.workers if w.poll() is None]
        victim = rng.choice(alive)
        victim.kill()
        victim.wait()
        machines.worker()
        killed += 1
    return killed


def killed_all_the_time(source: Path, out: Path, machines: Dask, every: int) -> int:
    """A run of which a worker is killed each time ``every`` more pages are read; how many were."""

    def due(killed: int) -> bool:
        return len(reads()) >= every * (killed + 1)

    over, counts = threading.Event(), list[int]()
    killer = threading.Thread(target=lambda: counts.append(_kill(machines, over, due, 7)))
    killer.start()
    try:
        go(source, out, machines.address)
    finally:
        over.set()
        killer.join()
    return counts[0]


def lose_the_scheduler(source: Path, out: Path, machines: Dask, pages: int) -> str:
    """A run whose scheduler is killed once so many pages are read; what the run says."""

    def kill() -> None:
        until(lambda: len(reads()) >= pages, 300)
        machines.scheduler.kill()

    killer = threading.Thread(target=kill)
    killer.start()
    try:
        with pytest.raises(ClusterError) as lost:
            go(source, out, machines.address)
    finally:
        killer.join()
    return str(lost.value)


def check_resumed(source: Path, out: Path, tmp_path: Path, said: str, losses: int = 1) -> None:
    assert said.startswith("the scheduler of the cluster tcp://")
    assert "\n" not in said
    assert said.endswith("everything read so far is kept; run the same command again to go on")
    assert not (out / "tables").exists()
    once = len(set(reads()))
    with dask(tmp_path / "again", 2) as others:
        report = go(source, out, others.address)
    # of the runs before, at most those in hand at each loss are read again
    assert report.counts.pages_read <= report.summary.pages - once + 4 * losses + 1
    go(source, tmp_path / "pool")
    assert tree(out) == tree(tmp_path / "pool")


@pytest.mark.faults  # half a minute; test_cluster has the quick case of it
def test_a_lost_scheduler_is_one_line_and_the_next_run_goes_on(tmp_path: Path, machines: Dask) -> None:
    source = write(tmp_path / "in", 4, 4, "slow")
    said = lose_the_scheduler(source, tmp_path / "out", machines, 6)
    check_resumed(source, tmp_path / "out", tmp_path, said)


@pytest.mark.faults  # test_cluster has the quick case of one worker that dies
def test_workers_killed_through_a_long_run(tmp_path: Path, machines: Dask) -> None:
    source = write(tmp_path / "in", 60, 10, "slow")
    assert killed_all_the_time(source, tmp_path / "out", machines, 30) >= 15
    go(source, tmp_path / "pool")
    assert tree(tmp_path / "out") == tree(tmp_path / "pool")


@pytest.mark.faults
def test_schedulers_lost_again_and_again(tmp_path: Path) -> None:
    source, out = write(tmp_path / "in", 20, 10, "slow"), tmp_path / "out"
    losses = (1, 60, 140)
    for turn, pages in enumerate(losses):
        with dask(tmp_path / f"dask{turn}", 2) as started:
            said = lose_the_scheduler(source, out, started, pages)
    check_resumed(source, out, tmp_path, said, len(losses))


@pytest.mark.faults
def test_the_real_rooms_with_workers_killed(tmp_path: Path, machines: Dask) -> None:
    source, samples = tmp_path / "in", Path(__file__).parents[2] / "samples" / "input"
    for number in range(3):
        shutil.copytree(samples, source / str(number))
        # other content, or they would be read once
        for path in (p for p in (source / str(number)).rglob("*.pdf") if number):
            path.write_bytes(path.read_bytes() + b"\n%" + str(number).encode())
    start, over = time.monotonic(), threading.Event()
    killer = threading.Thread(
        target=lambda: _kill(machines, over, lambda killed: time.monotonic() > start + 4 * (killed + 1), 11)
    )
    killer.start()
    try:
        where = Place(machines.address, patience=60)
        run([source], tmp_path / "out", Settings(), Options(2, cluster=where))
    finally:
        over.set()
        killer.join()
    run([source], tmp_path / "pool", Settings(), Options(2))
    assert tree(tmp_path / "out") == tree(tmp_path / "pool")


def test_commands_of_the_page_are_understood() -> None:
    page = (Path(__file__).parents[2] / "docs" / "cluster.md").read_text(encoding="utf-8")
    commands = re.findall(r"^hoso (extract .*)$", page, re.MULTILINE)
    assert len(commands) >= 6
    for command in commands:
        options = build_parser().parse_args(shlex.split(command))
        if options.cluster is not None:
            place(options.cluster, 1)


def test_the_command_runs_on_workers_of_this_machine(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster, "_GRACE", 1.0)
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.txt").write_text("Cho vay 12 hộ nghèo với số tiền 600 triệu đồng.\n")
    given = ["extract", str(tmp_path / "in"), "--out"]
    assert main([*given, str(tmp_path / "out"), "--cluster", "local:1"]) == 0
    said = capfd.readouterr().err
    assert re.fullmatch(r"hoso: 1 file, 1 page .*\n", said), said
    assert main([*given, str(tmp_path / "pool"), "--jobs", "1", "-q"]) == 0
    assert tree(tmp_path / "out") == tree(tmp_path / "pool")
    monkeypatch.setattr(dask_place, "_CONNECT", 0.5)
    assert main([*given, str(tmp_path / "lost"), "--cluster", "tcp://127.0.0.1:9"]) == EXIT_CLUSTER
    (line,) = capfd.readouterr().err.splitlines()
    assert line.startswith("hoso: the cluster tcp://127.0.0.1:9 cannot be reached")
    with pytest.raises(SystemExit):
        main([*given, str(tmp_path / "out"), "--cluster", "local", "--jobs", "2"])
