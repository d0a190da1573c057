from __future__ import annotations

import sys
from pathlib import Path

import pytest

from benchmarks import batch_corpus, batch_rows, batch_scale
from benchmarks.batch_scale import Run, Step
from benchmarks.page import put
from benchmarks.shared import ROOT
from pipeline.batch.ledger import Ledger


def test_files_are_the_same_each_time_and_all_of_them_others(tmp_path: Path) -> None:
    found = dict(batch_corpus.texts(1500))
    assert found == dict(batch_corpus.texts(1500))
    assert len(set(found.values())) == 1500
    batch_corpus.write(tmp_path, 3)
    batch_corpus.write(tmp_path, 5)
    assert len(list(tmp_path.rglob("*.txt"))) == 5


def test_memory_of_a_whole_tree_is_seen() -> None:
    """A child of the command that holds 200 MB for a second."""
    child = "import time; held = bytearray(200_000_000); time.sleep(1.5)"
    run = batch_scale.measure(
        [sys.executable, "-c", f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}])"]
    )
    assert run.peak > 200
    assert run.seconds > 1.5
    assert max(memory for _, memory in run.driver) < 100


def test_a_command_that_fails_is_told() -> None:
    with pytest.raises(SystemExit, match="status 3"):
        batch_scale.measure([sys.executable, "-c", "raise SystemExit(3)"])


@pytest.mark.parametrize(("seconds", "verdict"), [(19.0, ": holds"), (21.0, "does NOT hold")])
def test_the_result_says_whether_it_holds(tmp_path: Path, seconds: float, verdict: str) -> None:
    first = Run(60.0, 250.0, [(0.0, 200.0), (1.0, 250.0)], [(0.0, 40.0), (1.0, 50.0)])
    steps = [
        Step(10, first, Run(1.0, 40.0), 1.0, 0.5, True),
        Step(30, first, Run(seconds, 40.0), 3.0, 1.5, False),
    ]
    text = batch_scale.told(steps, 1000, first)
    assert verdict in text
    assert "| 30 | 20 |" in text
    batch_scale.draw(steps, tmp_path / "scale.svg")
    assert (tmp_path / "scale.svg").read_text().startswith("<?xml")
    page = (ROOT / "docs" / "benchmarks.md").read_text(encoding="utf-8")
    assert text in put(page, "scale", text)


def test_rows_come_from_a_ledger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["batch_rows", "1000", str(tmp_path / "out")])
    batch_rows.main()
    assert len((tmp_path / "out" / "tables" / "loans.csv").read_text().splitlines()) == 1001
    ledger = Ledger(tmp_path / "out" / "ledger.sqlite")
    assert len(list(ledger.files())) == 2
    ledger.close()
