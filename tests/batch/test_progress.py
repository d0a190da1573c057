from __future__ import annotations

import io
import json
import re

import pytest

from pipeline.batch import progress, status_line
from pipeline.batch.json_log import JsonLog
from pipeline.batch.progress import Progress
from pipeline.batch.status_line import StatusLine, fitted, width


class Terminal(io.StringIO):
    """A terminal of some width that keeps all that was shown."""

    def isatty(self) -> bool:
        return True

    def lines(self) -> list[str]:
        """Each state of the line, without the blanks that wipe the one before."""
        return [shown.rstrip() for shown in re.split(r"[\r\n]", self.getvalue()) if shown.strip()]


@pytest.fixture(autouse=True)
def _sure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "_SURE", 1)


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    monkeypatch.setattr(status_line, "_EVERY", 0)
    monkeypatch.setattr(StatusLine, "_width", lambda _: 80)
    return Terminal()


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
    assert re.fullmatch(r"hoso: 5/10 pages, \d+ pages/min, \d+ min left, 1 failed, b.pdf", lines[2])


def test_lines_are_sparse() -> None:
    stream = io.StringIO()
    walk(Progress(stream))
    assert stream.getvalue() == ""


def test_a_line_in_place_on_a_terminal_that_leaves_nothing_behind(terminal: Terminal) -> None:
    shown = Progress(terminal)
    shown.looking(12_345)
    walk(shown)
    shown.say("stopping")
    shown.writing()
    shown.close()
    looked, known, read, _, said, writing = terminal.lines()
    assert looked == "12,345 files looked at"
    assert known == " 40% · 4/10 pages · a.pdf"
    assert re.fullmatch(r" 50% · 5/10 pages · 1 failed · \d+ min left · [\d,]+/min · b.pdf", read)
    assert (said, writing) == ("hoso: stopping", "writing tables")
    assert re.search(r"\r +\rhoso: stopping\n", terminal.getvalue())
    assert terminal.getvalue().endswith("\r")
    assert "\n" not in terminal.getvalue().replace("hoso: stopping\n", "")


@pytest.mark.parametrize("columns", [1, 5, 10, 20, 30, 40, 60, 80, 200])
@pytest.mark.parametrize("name", ["a.pdf", "Báo cáo/" + "ho\u0323\u0302 nghèo " * 30 + ".pdf", "戶" * 90])
def test_a_line_is_never_wider_than_the_terminal(columns: int, name: str) -> None:
    text = fitted(["100%", "100,000/100,000 pages", "3,411 failed", "12:04 left", "84/min"], name, columns)
    assert width(text) <= columns
    if columns >= 80:
        assert "84/min · " in text
        assert text.endswith(name[-4:])


def test_a_terminal_is_not_written_to_for_each_page(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(status_line, "_EVERY", 3600)
    shown = Progress(terminal)
    for number in range(1000):
        shown.looking(number)
    assert len(terminal.lines()) <= 1


def test_no_time_is_promised_before_some_pages_are_read(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress, "_SURE", 5)
    shown = Progress(terminal)
    shown.start(100)
    for _ in range(5):
        shown.read("a.pdf", failed=False)
    assert [("left" in line) for line in terminal.lines()] == [False] * 4 + [True]


def test_json_instead_of_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "_SECONDS", 0)
    stream = io.StringIO()
    shown = Progress(log=JsonLog(stream))
    shown.looking(3)
    walk(shown)
    shown.say("stopping")
    looking, known, read, made, said = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert (looking["event"], looking["files"]) == ("looking", 3)
    assert (known["pages_done"], known["pages_total"], known["pages_per_minute"]) == (4, 10, None)
    assert (read["event"], read["pages_done"], read["failures"], read["file"]) == ("progress", 5, 1, "b.pdf")
    assert read["pages_per_minute"] > 0
    assert read["seconds_left"] >= 0
    assert (made["event"], said["event"], said["message"]) == ("progress", "message", "stopping")


def test_quiet_is_quiet(capsys: pytest.CaptureFixture[str]) -> None:
    shown = Progress.on_stderr(quiet=True)
    walk(shown)
    shown.say("stopping")
    shown.close()
    assert capsys.readouterr() == ("", "")
    assert (shown.done, shown.documents, shown.failures) == (5, 1, 1)
