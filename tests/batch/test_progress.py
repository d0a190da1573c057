from __future__ import annotations

import io
import re

import pytest

from pipeline.batch import progress
from pipeline.batch.progress import Progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def walk(shown: Progress) -> None:
    shown.start(10)
    shown.known("a.pdf", 4)
    shown.read("b.pdf", failed=True)
    shown.made("b.pdf", failed=False)


def test_lines_where_no_terminal_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "_SECONDS", 0)
    stream = io.StringIO()
    shown = Progress(stream)
    shown.looking(3)
    walk(shown)
    shown.close()
    lines = stream.getvalue().splitlines()
    assert lines[:2] == ["hoso: 3 files looked at", "hoso: 4/10 pages, 0 failed, a.pdf"]
    assert re.fullmatch(r"hoso: 5/10 pages, \d+ pages/min, \d+:\d\d left, 1 failed, b.pdf", lines[2])


def test_lines_are_sparse() -> None:
    stream = io.StringIO()
    walk(Progress(stream))
    assert stream.getvalue() == ""


def test_a_bar_on_a_terminal_that_leaves_nothing_behind() -> None:
    stream = Terminal()
    shown = Progress(stream)
    walk(shown)
    assert "10" in stream.getvalue()
    assert "page" in stream.getvalue()
    shown.say("stopping")
    assert "hoso: stopping\n" in stream.getvalue()
    shown.close()
    assert stream.getvalue().endswith("\r")


def test_quiet_is_quiet(capsys: pytest.CaptureFixture[str]) -> None:
    shown = Progress.on_stderr(quiet=True)
    walk(shown)
    shown.say("stopping")
    shown.close()
    assert capsys.readouterr() == ("", "")
    assert (shown.done, shown.documents, shown.failures) == (5, 1, 1)
