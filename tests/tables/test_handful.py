from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from pipeline.tables import handful
from pipeline.tables.handful import Handful
from pipeline.tables.writer import temporary_of


@pytest.fixture
def flushes(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many files each flush of the file system brought to the disk."""
    counts: list[int] = []
    real = handful._flush_file_system

    def flush(folder: Path) -> None:
        counts.append(sum(name.suffix == ".tmp" for name in folder.iterdir()))
        real(folder)

    monkeypatch.setattr(handful, "_flush_file_system", flush)
    return counts


def write(folder: Path, count: int, text: str = "x") -> Handful:
    with Handful(folder, temporary_of) as files:
        for number in range(count):
            files.put(f"{number}.txt", f"{text} {number}")
    return files


def test_hundreds_of_files_cost_one_flush_before_they_are_renamed(tmp_path: Path, flushes: list[int]) -> None:
    files = write(tmp_path, 1200)
    assert flushes == [512, 512, 176]
    assert (files.changed, files.unchanged) == (1200, 0)
    assert {path.name for path in tmp_path.iterdir()} == {f"{n}.txt" for n in range(1200)}
    assert (tmp_path / "700.txt").read_text() == "x 700"
    files = write(tmp_path, 1200)
    assert (files.changed, files.unchanged) == (0, 1200)
    assert len(flushes) == 3


def test_few_files_do_not_wait_for_what_others_write(tmp_path: Path, flushes: list[int]) -> None:
    write(tmp_path, 16)
    assert flushes == []


def test_large_files_do_not_wait_in_memory(
    tmp_path: Path, flushes: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handful, "_MOST_BYTES", 100)
    write(tmp_path, 60)
    assert len(flushes) + len(list(tmp_path.iterdir())) > 60


def test_what_cannot_be_flushed_is_not_renamed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, 3, "old")

    def flush(folder: Path) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(handful, "_flush_file_system", flush)
    with pytest.raises(OSError, match="No space"):
        write(tmp_path, 30, "new")
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {
        f"{n}.txt": f"old {n}" for n in range(3)
    }


def test_a_folder_that_is_gone_is_an_error_of_its_own() -> None:
    with pytest.raises(FileNotFoundError):
        handful._flush_file_system(Path("nowhere"))
