from __future__ import annotations

import json
import tempfile
from pathlib import Path

import pytest

from pipeline.batch.lock import hold
from pipeline.errors import OutputError


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "tmp"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def test_it_ends_without_a_trace_but_the_lock(tmp_path: Path, temporary: Path) -> None:
    with hold(tmp_path / "out") as held:
        (held.scratch / "page.pgm").touch()
        assert held.scratch.parent == temporary
    assert list(temporary.iterdir()) == []
    assert [p.name for p in held.folder.iterdir()] == ["lock"]


def test_temporary_files_of_a_killed_run_go(tmp_path: Path, temporary: Path) -> None:
    with hold(tmp_path / "out") as held:
        record = (held.folder / "holder.json").read_text()
    held.scratch.mkdir()
    (held.scratch / "page.pgm").touch()
    (held.folder / "holder.json").write_text(record)
    with hold(tmp_path / "out") as again:
        assert not held.scratch.exists()
        assert again.scratch.exists()


@pytest.mark.parametrize("record", ["{}", "null", "no json", '{"scratch": 3}', '{"scratch": "PRECIOUS"}'])
def test_nothing_else_is_removed_whatever_the_record_says(
    tmp_path: Path, temporary: Path, record: str
) -> None:
    precious = tmp_path / "hoso-run-precious"
    precious.mkdir()
    (tmp_path / "out" / ".hoso").mkdir(parents=True)
    (tmp_path / "out" / ".hoso" / "holder.json").write_text(record.replace("PRECIOUS", str(precious)))
    with hold(tmp_path / "out"):
        assert precious.exists()


def test_the_second_is_told_who_holds_it(tmp_path: Path, temporary: Path) -> None:
    with hold(tmp_path) as held:
        process = json.loads((held.folder / "holder.json").read_text())["process"]
        with pytest.raises(OutputError, match=f"process {process} on"), hold(tmp_path):
            pass
        assert held.scratch.exists()
        assert (held.folder / "holder.json").exists()
