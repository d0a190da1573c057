from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline import __version__, api, cli
from pipeline.commands import extract
from pipeline.model import Failure, RestoredText

_HEAVY = ("numpy", "pandas", "regex", "rapidfuzz", "pytesseract", "pdf2image", "PIL", "sqlite3", "tqdm")


class Restorer:
    """Says which channel it was asked for."""

    def restore(self, text: str, *, channel: str) -> RestoredText:
        return RestoredText(text, f"{channel}:{text}")

    def restore_pages(self, texts: list[str], channels: list[str]) -> list[RestoredText]:
        return [self.restore(t, channel=c) for t, c in zip(texts, channels, strict=True)]


@pytest.fixture(autouse=True)
def _restorer(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(api, "_restorer", Restorer)
    monkeypatch.chdir(tmp_path)


def call(*arguments: str) -> int:
    return cli.main(arguments)


@pytest.mark.parametrize("arguments", [[], ["fly"], ["extract"], ["extract", "x"], ["restore"]])
def test_wrong_usage_is_status_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        call(*arguments)
    assert left.value.code == 2
    assert "usage: hoso" in capsys.readouterr().err


@pytest.mark.parametrize("jobs", ["0", "-1", "many"])
def test_jobs_must_be_a_number(jobs: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        call("extract", "x", "--out", "y", "--jobs", jobs)
    assert left.value.code == 2
    assert "must be a whole number from 1" in capsys.readouterr().err


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        call("--version")
    assert left.value.code == 0
    assert capsys.readouterr().out == f"hoso {__version__}\n"


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (["extract", "no-such", "--out", "out"], 2, "no-such: no such file or folder"),
        (["extract", ".", "--out", "out", "--config", "no.toml"], 2, "no.toml"),
        (["extract", ".", "--out", "file.txt"], 6, "cannot be written"),
        (["restore", "no-such.txt"], 3, "no-such.txt"),
    ],
)
def test_errors_are_one_line_and_a_status(
    arguments: list[str], status: int, words: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "file.txt").write_text("x")
    assert call(*arguments) == status
    said = capsys.readouterr().err
    assert said.startswith("hoso: ")
    assert said.count("\n") == 1
    assert words in said
    assert not (tmp_path / "out").exists()


def test_the_unexpected_is_one_line_too(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail() -> None:
        message = "no such luck"
        raise ZeroDivisionError(message)

    monkeypatch.setattr(api, "_restorer", fail)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"x")))
    assert call("restore", "-") == 1
    said = capsys.readouterr().err
    assert said == "hoso: unexpected error: ZeroDivisionError: no such luck (-v shows the traceback)\n"
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"x")))
    with pytest.raises(ZeroDivisionError):
        call("restore", "-", "-v")


@pytest.mark.parametrize("channel", ["auto", "eng", "vie"])
def test_restore_reads_standard_input(
    channel: str, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    data = "\ufeffhd nghéo\r\n\fhai".encode()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
    assert call("restore", "-", "--channel", channel) == 0
    assert capfdbinary.readouterr().out.decode() == f"{channel}:hd nghéo\r\n\fhai"


def test_restore_refuses_what_is_no_utf_8(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"h\xe9")))
    assert call("restore", "-") == 3
    assert "not UTF-8 (byte 1)" in capsys.readouterr().err


def test_restore_reads_a_file_page_by_page(tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    (tmp_path / "a.txt").write_text("một\n\fhai\n")
    assert call("restore", "a.txt") == 0
    assert capfdbinary.readouterr().out.decode() == "auto:một\n\fauto:hai\n"


def test_a_command_that_is_no_longer_listened_to_ends_quietly(tmp_path: Path) -> None:
    code = "import sys; from pipeline.cli import main; sys.exit(main(sys.argv[1:]))"
    (tmp_path / "a.txt").write_text("x" * 1_000_000)
    ours, theirs = os.pipe()
    os.close(ours)
    command = [sys.executable, "-c", code, "restore", "a.txt"]
    done = subprocess.run(
        command,
        stdout=theirs,
        stderr=subprocess.PIPE,
        env={**os.environ, "HOSO_RESTORE": "false"},
        check=False,
    )
    os.close(theirs)
    assert (done.returncode, done.stderr) == (0, b"")


def test_help_loads_nothing_heavy() -> None:
    code = f"import sys, pipeline, pipeline.cli; print(sorted(set(sys.modules) & set({_HEAVY!r})))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_public_names_are_there() -> None:
    import pipeline

    for name in pipeline.__all__:
        assert getattr(pipeline, name).__name__.removeprefix("pipeline.") == name
    assert set(pipeline.__all__) <= set(dir(pipeline))
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        pipeline.nonsense  # noqa: B018


def test_extract_names_what_failed_and_where_the_tables_are(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "in").mkdir()
    for number in range(12):
        (tmp_path / "in" / f"{number:02}.pdf").write_bytes(b"no PDF %d" % number)
    (tmp_path / "in" / "a.txt").write_text("xin chào")
    assert call("extract", "in", "--out", "out", "--jobs", "1") == 3
    lines = capsys.readouterr().err.splitlines()
    assert lines[0].startswith("hoso: 00.pdf: damaged")
    assert len(lines) == 11
    assert "13 files, 1 page (" in lines[-1]
    assert "12 failed, all in out/failures.csv; tables in out/tables" in lines[-1]
    assert call("extract", "in", "--out", "out", "--quiet") == 3
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("failure", "line"),
    [
        (Failure("a.pdf", 2, "ocr", "timeout", "took long"), "a.pdf, page 2: took long"),
        (Failure("a.pdf", None, "intake", "empty", "nothing"), "a.pdf: nothing"),
        (Failure("a.pdf", 2, "ocr", "limit", "a.pdf, page 2: large"), "a.pdf, page 2: large"),
    ],
)
def test_a_failure_names_its_file_once(failure: Failure, line: str) -> None:
    assert extract._named(failure) == line
