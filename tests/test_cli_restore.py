"""``hoso restore``: the edits shown, the lines streamed."""

from __future__ import annotations

import csv
import io
import os
import subprocess
import sys
from pathlib import Path
from typing import IO

import pytest

from pipeline import api, cli, show
from pipeline.model import Edit, RestoredText
from pipeline.tables.schema import tables

HEAD = [column.name for column in tables()["edits"].columns]
GREEN, YELLOW, RED = "\x1b[32m", "\x1b[33m", "\x1b[31m"


class Restorer:
    """Writes ``hd`` as ``hộ``, with a confidence of 0.9, and ``x`` as ``xã`` with one of 0.5."""

    def restore(self, text: str, *, channel: str) -> RestoredText:
        assert channel in {"auto", "eng", "vie"}
        edits = [
            Edit(at, at + len(raw), raw, better, "confusion", sure)
            for raw, better, sure in (("hd", "hộ", 0.9), ("x", "xã", 0.5))
            for at in range(len(text))
            if text.startswith(raw, at)
        ]
        return RestoredText.from_edits(text, sorted(edits, key=lambda edit: edit.start))

    def restore_pages(self, texts: list[str], channels: list[str]) -> list[RestoredText]:
        return [self.restore(t, channel=c) for t, c in zip(texts, channels, strict=True)]


class Terminal(io.TextIOWrapper):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def _restorer(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(api, "_restorer", Restorer)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")


def given(monkeypatch: pytest.MonkeyPatch, data: bytes) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))


def on_terminal(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> str:
    buffer = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", Terminal(buffer))
    assert cli.main(["restore", "--edits", *arguments]) == 0
    return buffer.getvalue().decode()


@pytest.mark.parametrize("source", ["file", "pipe"])
def test_edits_in_a_pipe_are_csv(
    source: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    text = "hai hd\nhd\n\fx: hd"
    (tmp_path / "a.txt").write_text(text)
    given(monkeypatch, text.encode())
    assert cli.main(["restore", "--edits", "a.txt" if source == "file" else "-"]) == 0
    rows = list(csv.reader(io.StringIO(capfdbinary.readouterr().out.decode())))
    assert rows == [
        HEAD,
        ["1", "1", "4", "6", "hd", "hộ", "confusion", "0.9"],
        ["1", "2", "7", "9", "hd", "hộ", "confusion", "0.9"],
        ["2", "1", "0", "1", "x", "xã", "confusion", "0.5"],
        ["2", "1", "3", "5", "hd", "hộ", "confusion", "0.9"],
    ]


def test_edits_on_a_terminal_are_a_coloured_diff(monkeypatch: pytest.MonkeyPatch) -> None:
    given(monkeypatch, b"hai hd\r\nkhong\n\fx hd")
    lines = on_terminal(monkeypatch, "-").splitlines()
    assert [line for line in lines if "page" in line] == [
        "\x1b[2mpage 1, line 1\x1b[0m",
        "\x1b[2mpage 2, line 1\x1b[0m",
    ]
    assert lines[1] == f"- hai {RED}hd\x1b[0m"
    assert lines[2] == f"+ hai {GREEN}hộ\x1b[0m"
    assert lines[5] == f"+ {YELLOW}xã\x1b[0m {GREEN}hộ\x1b[0m"
    assert len(lines) == 6


@pytest.mark.parametrize("setting", [("NO_COLOR", "1"), ("TERM", "dumb")])
def test_no_colour_where_none_is_wanted(setting: tuple[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(*setting)
    given(monkeypatch, b"x hd")
    assert on_terminal(monkeypatch, "-") == "page 1, line 1\n- [-x-] [-hd-]\n+ {+xã+}? {+hộ+}\n"


def test_an_empty_no_color_means_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "")
    given(monkeypatch, b"hd")
    assert GREEN in on_terminal(monkeypatch, "-")


def test_a_document_sends_no_commands_to_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    given(monkeypatch, "\x1b]0;title\x07 \u202e hd \x9b2J".encode())
    shown = on_terminal(monkeypatch, "-")
    assert not {"\x1b", "\x07", "\u202e", "\x9b"} & set(shown)
    assert "{+hộ+}" in shown


def test_text_without_edits(
    monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    given(monkeypatch, b"tot")
    assert cli.main(["restore", "--edits", "-"]) == 0
    assert capfdbinary.readouterr().out.decode() == ",".join(HEAD) + "\n"
    given(monkeypatch, b"tot")
    assert on_terminal(monkeypatch, "-") == ""


@pytest.mark.parametrize("arguments", [["--lines"], ["--lines", "-"]])
def test_lines_keep_their_ends(
    arguments: list[str], monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    given(monkeypatch, "\ufeffmột hd\r\n\n\fhd\nhd".encode())
    assert cli.main(["restore", *arguments]) == 0
    assert capfdbinary.readouterr().out.decode() == "một hộ\r\n\n\fhộ\nhộ"


def ask(asked: IO[bytes], answered: IO[bytes], line: bytes) -> bytes:
    asked.write(line)
    asked.flush()
    return answered.readline()


def test_each_line_is_answered_before_the_next_is_read() -> None:
    command = [sys.executable, "-m", "pipeline.cli", "restore", "--lines"]
    root = str(Path(cli.__file__).parent.parent)
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": root}
    ) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        # would hang, not fail, if either side waited for more: the answer must come while the pipe is open
        assert ask(child.stdin, child.stdout, b"UBND 12/2024\n") == b"UBND 12/2024\n"
        assert ask(child.stdin, child.stdout, "Báo cáo\n".encode()) == "Báo cáo\n".encode()
        child.stdin.close()
        assert child.wait(timeout=60) == 0


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"hd\nh\xe9\nhd\n", "standard input, line 2 is not UTF-8 (byte 1)"),
        (b"hd\n" + b"h" * 20 + b"\n", "standard input, line 2: more than the limit of 10 bytes"),
    ],
)
def test_a_bad_line_is_named_and_what_went_before_is_answered(
    data: bytes,
    words: str,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("HOSO_MAX_BYTES", "10")
    given(monkeypatch, data)
    assert cli.main(["restore", "--lines"]) == 3
    said = capfd.readouterr()
    assert said.out == "hộ\n"
    assert words in said.err
    assert said.err.count("\n") == 1


def test_standard_input_has_a_limit(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HOSO_MAX_BYTES", "10")
    given(monkeypatch, b"h" * 11)
    assert cli.main(["restore", "-"]) == 3
    assert "more than the limit of 10 bytes" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--lines", "a.txt"], "--lines reads standard input, not a.txt"),
        (["--lines", "--edits"], "not allowed with argument"),
        (["--edits"], "required: FILE"),
    ],
)
def test_wrong_usage(arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        cli.main(["restore", *arguments])
    assert left.value.code == 2
    assert words in capsys.readouterr().err


def test_line_numbers_are_those_of_the_csv() -> None:
    raw = "a\n\nhd b\nhd"
    restored = Restorer().restore(raw, channel="auto")
    lines = [line.split(",")[1] for line in list(show.table([restored]))[1:]]
    shown = [chunk for chunk in show.diff([restored], colour=False) if chunk.startswith("page")]
    assert lines == ["3", "4"]
    assert shown == [f"page 1, line {line}\n" for line in lines]
