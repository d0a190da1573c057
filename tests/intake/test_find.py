"""Which entries of a folder are read, in which order, and which are told about."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pipeline.errors import UsageError
from pipeline.intake import find
from pipeline.tables.rows import text_cell


def _names(folder: Path) -> list[str]:
    return [found.source_file for found in find([folder])]


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    for name in ("b/2.txt", "b/10.txt", "a.txt", "Báo cáo số 1.pdf", ".hidden", "~$lock.docx", "Thumbs.db"):
        file = tmp_path / "in" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("x", encoding="utf-8")
    return tmp_path / "in"


def test_files_recursively_in_the_order_of_their_bytes(archive: Path) -> None:
    assert _names(archive) == ["Báo cáo số 1.pdf", "a.txt", "b/10.txt", "b/2.txt"]


def test_a_folder_named_like_a_pdf_is_a_folder(archive: Path) -> None:
    (archive / "z.pdf").mkdir()
    (archive / "z.pdf" / "1.txt").write_text("x", encoding="utf-8")
    assert _names(archive)[-1] == "z.pdf/1.txt"


@pytest.mark.parametrize("marked", ["out", "."])
def test_output_is_not_input(archive: Path, marked: str) -> None:
    out = archive / marked
    (out / "tables").mkdir(parents=True)
    (out / "tables" / "loans.csv").write_text("x", encoding="utf-8")
    (out / ".hoso").mkdir()
    assert not any("loans" in name for name in _names(archive))
    assert "a.txt" in _names(archive)


@pytest.mark.parametrize(
    ("target", "problem"),
    [
        ("a.txt", ""),
        ("../outside.txt", "leads out"),
        ("b", "link to a folder"),
        ("missing", "cannot be opened"),
        ("link.txt", "cannot be opened"),
    ],
)
def test_links(archive: Path, target: str, problem: str) -> None:
    (archive.parent / "outside.txt").write_text("x", encoding="utf-8")
    (archive / "link.txt").symlink_to(target)
    found = next(f for f in find([archive]) if f.source_file == "link.txt")
    assert (problem in found.problem) if problem else found.problem == ""


def test_a_fifo_is_told_and_not_opened(archive: Path) -> None:
    os.mkfifo(archive / "pipe.pdf")
    found = next(f for f in find([archive]) if f.source_file == "pipe.pdf")
    assert found.problem == "a FIFO, not a file"


def test_a_name_that_is_not_utf8_can_be_printed(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / os.fsdecode(b"b\xe1o.txt")).write_text("x", encoding="utf-8")
    assert _names(folder) == ["b\\xe1o.txt"]


def test_different_names_stay_different_and_on_one_line(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    names = [
        b"b\xe1o.txt", b"b\\xe1o.txt", b"a\n1.txt", b"a\\n1.txt", b"a 1.txt", b"a  1.txt", b"a\t1.txt",
        "á.txt".encode(), "a\u0301.txt".encode(), "a\u20281.txt".encode(), "a\u202e1.txt".encode(),
        b"'=1.txt", b"=1.txt",
    ]  # fmt: skip
    for name in names:
        (folder / os.fsdecode(name)).touch()
    found = _names(folder)
    assert len({text_cell(name, exact=True) for name in found}) == len(names)
    assert {"b\\xe1o.txt", "b\\\\xe1o.txt", "a\\n1.txt", "a\\\\n1.txt", "a\\t1.txt", "a\\u20281.txt"} <= set(
        found
    )
    assert not any(len(name.splitlines()) > 1 or "\t" in name for name in found)


def test_a_named_file_has_its_name_and_is_found_once(archive: Path) -> None:
    file = archive / "b" / "2.txt"
    assert [f.source_file for f in find([file, archive / "b"])] == ["2.txt", "10.txt"]


def test_an_input_must_exist(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="nothing"):
        list(find([tmp_path / "nothing"]))


def test_each_input_must_hold_a_file(archive: Path, tmp_path: Path) -> None:
    (tmp_path / "unmounted").mkdir()
    with pytest.raises(UsageError, match=r"no file in .*unmounted \(is it mounted\?\)"):
        list(find([archive, tmp_path / "unmounted"]))
    assert list(find([archive, archive / "b"])) == list(find([archive]))
