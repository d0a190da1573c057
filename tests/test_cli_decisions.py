"""``hoso decisions`` and ``hoso review`` as typed."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from batch_stand_ins import FLAGS

from pipeline.batch.rewrite import schemas_of
from pipeline.batch.runner import Options, run
from pipeline.cli import main
from pipeline.decisions import store
from pipeline.decisions.propose import decision
from pipeline.review import serve
from pipeline.review.queue import Filter, Queue
from pipeline.settings import Settings


@pytest.fixture
def out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "flags").mkdir()
    monkeypatch.setenv(FLAGS, str(tmp_path / "flags"))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.txt").write_text("5 hộ")
    run([tmp_path / "in"], tmp_path / "out", Settings(), Options(1, "batch_stand_ins:rooms"))
    return tmp_path / "out"


def decide(out: Path, who: str, **cells: str) -> None:
    queue = Queue(out, schemas_of(out))
    [item], _ = queue.page(Filter(), 1)
    document = queue.document(item.sha256)
    assert document is not None
    what = "correct" if cells else "reject"
    store.append(out, [decision(document, "loans", item.cells, what, who, cells=cells)])  # type: ignore[arg-type]


def test_two_reviewers_are_merged_and_their_dispute_is_shown(
    out: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    hers = out.parent / "hers"
    shutil.copytree(out, hers)
    decide(out, "Lan", borrowers="6")
    decide(hers, "Hoa")
    assert main(["decisions", "merge", str(out), str(hers)]) == 0
    said, told = capsysbinary.readouterr()
    assert b"1 decision added, 0 known already; 1 figure in dispute" in told
    lines = said.decode().splitlines()
    assert len(lines) == 2
    assert all(line.startswith("disputed: a.txt, page 1: loans l") for line in lines)
    assert any(": correct: borrowers 5 -> 6 (Lan, " in line for line in lines)
    assert main(["decisions", "list", str(out)]) == 0
    assert b"disputed 2" in capsysbinary.readouterr().err
    assert main(["decisions", "export", str(out)]) == 0
    (out.parent / "both.jsonl").write_bytes(capsysbinary.readouterr().out)
    assert main(["decisions", "merge", str(hers), str(out.parent / "both.jsonl")]) == 0
    assert store.load(hers).decisions == store.load(out).decisions


def test_a_damaged_line_is_told(out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    decide(out, "Lan")
    path = store.file_of(out, "Lan")
    path.write_bytes(b"{}\n" + path.read_bytes())
    assert main(["decisions", "list", str(out)]) == 3
    assert "lan.jsonl: line 1: " in capsys.readouterr().err
    path.write_bytes(path.read_bytes()[3:])
    assert main(["decisions", "list", str(out)]) == 0


@pytest.mark.parametrize("command", [["review"], ["decisions", "list"], ["decisions", "merge", "--", "."]])
def test_a_folder_of_another_kind_is_refused(
    command: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = (
        [*command, str(tmp_path)] if command[-1] != "." else ["decisions", "merge", str(tmp_path), "x.jsonl"]
    )
    assert main(words) == 2
    assert "no folder that hoso extract wrote; run hoso extract INPUT --out OUT" in capsys.readouterr().err


@pytest.mark.parametrize(
    "command", [["review"], ["report"], ["export", "--to", "sqlite"], ["archive"], ["status"], ["clean"]]
)
def test_a_folder_inside_out_leads_to_out(
    command: list[str], out: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*command, str(out / "tables")]) == 2
    assert capsys.readouterr().err.endswith(f"lies in a folder that hoso extract wrote; name {out}\n")
    assert main([*command, str(out / "nowhere" / "else")]) == 2


def test_out_of_a_run_that_did_not_end(out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (out / "run.json").unlink()
    assert main(["review", str(out)]) == 6
    assert "run.json: not there: a run is on, or was stopped before its end" in capsys.readouterr().err
    (out / "tables" / "datapackage.json").unlink()
    assert main(["report", str(out)]) == 2
    assert f"{out}: no tables yet: " in capsys.readouterr().err


def test_a_port_that_is_taken(out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with serve.bound(serve.Options("Lan", port=0)) as taken:
        port = taken.getsockname()[1]
        assert main(["review", str(out), "--port", str(port)]) == 2
    assert f"port {port}: " in capsys.readouterr().err


@pytest.mark.parametrize(
    ("host", "asked", "answered"),
    [
        ("127.0.0.1", "localhost:80", True),
        ("127.0.0.1", "192.168.1.5:80", False),
        ("0.0.0.0", "192.168.1.5:80", True),
        ("0.0.0.0", "evil.example:80", False),
        ("kho.example", "kho.example:80", True),
    ],
)
def test_names_that_are_answered_to(host: str, asked: str, answered: bool) -> None:
    assert serve.access_of(serve.Options("Lan", host), 80).is_host(asked) is answered
