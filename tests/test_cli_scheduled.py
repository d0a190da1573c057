"""What cron, a log collector, Prometheus and a mailer get of ``hoso extract``."""

from __future__ import annotations

import email
import email.policy
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from email.message import EmailMessage
from functools import partial
from pathlib import Path
from typing import Any

import batch_stand_ins
import pytest
from prometheus_client.parser import text_string_to_metric_families
from waiting import until

from pipeline import cli
from pipeline.batch import mail as mailing
from pipeline.batch.runner import Options, run
from pipeline.errors import HosoError

_MAILER = """#!{python}
import pathlib, sys
place = pathlib.Path({place!r})
place.joinpath(f"mail-{{len(list(place.iterdir()))}}").write_bytes(sys.stdin.buffer.read())
place.joinpath("to").write_text(" ".join(sys.argv[1:]))
sys.exit({status})
"""


@pytest.fixture(autouse=True)
def source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    # dictionaries take seconds to load and are no matter here
    monkeypatch.setenv(batch_stand_ins.FLAGS, str(tmp_path))
    monkeypatch.setattr("pipeline.batch.runner.Options", partial(Options, factory="batch_stand_ins:rooms"))
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.txt").write_text("Xã đã cho vay 12 hộ nghèo với số tiền 600 triệu đồng.\n", encoding="utf-8")
    (folder / "hỏng.pdf").touch()
    return folder


@pytest.fixture
def mails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the stand-in for sendmail puts what it is handed."""
    return mailer(tmp_path, monkeypatch, status=0)


def mailer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, status: int) -> Path:
    place, programs = tmp_path / "mails", tmp_path / "programs"
    place.mkdir()
    programs.mkdir()
    (programs / "sendmail").write_text(_MAILER.format(python=sys.executable, place=str(place), status=status))
    (programs / "sendmail").chmod(0o755)
    monkeypatch.setenv("PATH", str(programs), prepend=os.pathsep)
    return place


def mail(place: Path, number: int) -> EmailMessage:
    data = (place / f"mail-{number}").read_bytes()
    found = email.message_from_bytes(data, policy=email.policy.default)
    assert isinstance(found, EmailMessage)
    return found


def call(*more: str, source: str = "in") -> int:
    return cli.main(["extract", source, "--out", "out", "--jobs", "1", *more])


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    """All that was said; every line is an object with the keys that all have."""
    said = capsys.readouterr()
    assert said.out == ""
    found = [json.loads(line) for line in said.err.splitlines()]
    for line in found:
        assert list(line)[:4] == ["time", "level", "event", "message"]
    return found


def samples(path: Path) -> dict[str, float]:
    found = {}
    for family in text_string_to_metric_families(path.read_text(encoding="utf-8")):
        for sample in family.samples:
            assert Path(sample.labels["out"]).is_absolute()
            found[sample.name + sample.labels.get("table", "")] = sample.value
    return found


def test_json_lines_of_a_run_and_of_one_with_nothing_new(capsys: pytest.CaptureFixture[str]) -> None:
    assert call("--log-json") == 3
    start, failure, summary = lines(capsys)
    assert (start["event"], start["level"], start["inputs"], start["out"]) == ("start", "info", ["in"], "out")
    assert {k: failure[k] for k in ("event", "level", "file", "page", "stage", "code", "new")} == {
        "event": "failure",
        "level": "warning",
        "file": "hỏng.pdf",
        "page": None,
        "stage": "intake",
        "code": "empty",
        "new": True,
    }
    assert (summary["event"], summary["exit_status"]) == ("summary", 3)
    assert [summary[k] for k in ("files", "files_failed", "pages", "pages_read", "failures")] == [
        2,
        1,
        1,
        1,
        1,
    ]
    assert summary["rows"]["loans"] == 1
    assert call("--log-json") == 3
    _, failure, summary = lines(capsys)
    assert (failure["new"], summary["pages_read"], summary["rows"]["loans"]) == (False, 0, 1)


def test_quiet_json_tells_failures_alone(source: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert call("--log-json", "--quiet") == 3
    assert [line["event"] for line in lines(capsys)] == ["failure"]
    (source / "hỏng.pdf").unlink()
    assert call("--log-json", "--quiet") == 0
    assert lines(capsys) == []


def _interrupted(*_: object) -> None:
    raise KeyboardInterrupt


def _unexpected(*_: object) -> None:
    message = "no such luck\nat all"
    raise ZeroDivisionError(message)


@pytest.mark.parametrize(
    ("arguments", "fault", "status", "code"),
    [
        (["--since", "x"], None, 2, "usage"),
        (["--config", "no.toml"], None, 2, "usage"),
        (["--out", "in/a.txt"], None, 6, "output"),
        ([], _interrupted, 130, "interrupted"),
        ([], _unexpected, 1, "internal"),
    ],
)
def test_an_error_is_one_line_with_its_code_and_status(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    fault: Callable[..., None] | None,
    status: int,
    code: str,
) -> None:
    monkeypatch.setattr("pipeline.batch.runner.run", fault or run)
    assert call("--log-json", *arguments) == status
    error = lines(capsys)[-1]
    assert (error["event"], error["level"], error["code"], error["exit_status"]) == (
        "error",
        "error",
        code,
        status,
    )
    assert "\n" not in error["message"]


def test_an_error_without_json_is_told_once(capsys: pytest.CaptureFixture[str]) -> None:
    assert call("--since", "x") == 2
    assert capsys.readouterr().err.count("neither 'last' nor a date") == 1


def test_metrics(tmp_path: Path, source: Path) -> None:
    place = tmp_path / "hoso.prom"
    before = time.time()
    call("--quiet", "--metrics", str(place))
    found = samples(place)
    assert {name.removeprefix("hoso_"): value for name, value in found.items() if "last" not in name} | {
        "rowsloans": 1.0
    } == {
        **{
            name.removeprefix("hoso_"): value for name, value in found.items() if name.startswith("hoso_rows")
        },
        "files": 2.0,
        "files_failed": 1.0,
        "pages": 1.0,
        "pages_failed": 0.0,
        "failures": 1.0,
        "rowsloans": 1.0,
    }
    assert (found["hoso_last_run_exit_status"], found["hoso_last_run_pages_read"]) == (3, 1)
    assert (
        before <= found["hoso_last_success_timestamp_seconds"] <= found["hoso_last_run_timestamp_seconds"] + 1
    )
    assert 0 < found["hoso_last_run_duration_seconds"] < 600
    assert [p.name for p in tmp_path.iterdir() if p.name.startswith("hoso")] == ["hoso.prom"]


def test_metrics_of_a_run_that_failed_keep_what_the_tables_hold(tmp_path: Path) -> None:
    place = tmp_path / "hoso.prom"
    call("--quiet", "--metrics", str(place))
    before = samples(place)
    assert call("--quiet", "--metrics", str(place), source="gone") == 2
    after = samples(place)
    assert after["hoso_last_run_exit_status"] == 2
    same = ("hoso_last_success_timestamp_seconds", "hoso_files", "hoso_pages", "hoso_rowsloans")
    assert [after[name] for name in same] == [before[name] for name in same]
    place.write_text("somebody else's\n{")
    assert call("--quiet", "--metrics", str(place), source="gone") == 2
    assert "hoso_last_success_timestamp_seconds" not in samples(place)


def test_a_folder_for_metrics_that_is_not_there_is_told_before_the_run(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert call("--metrics", "no/hoso.prom") == 2
    assert "no such folder" in capsys.readouterr().err
    assert not Path("out").exists()


def test_a_mail_when_something_is_new_and_none_else(source: Path, mails: Path) -> None:
    call("--quiet", "--mail", "luu.tru@example.org")
    first = mail(mails, 0)
    assert (first["To"], first["Subject"]) == ("luu.tru@example.org", "hoso: status 3, 1 pages read: out")
    assert "2 files, 1 page" in first.get_content()
    assert "hỏng.pdf: the file is empty" in first.get_content()
    assert (mails / "to").read_text() == "-i luu.tru@example.org"
    call("--quiet", "--mail", "luu.tru@example.org")
    assert len(list(mails.iterdir())) == 2
    (source / "hỏng.pdf").unlink()
    (source / "b.txt").write_text("Kính gửi các đơn vị.\n", encoding="utf-8")
    assert call("--quiet", "--mail", "root") == 0
    assert mail(mails, 2)["Subject"] == "hoso: all well, 1 pages read: out"


def test_a_mail_of_a_run_that_failed(mails: Path) -> None:
    assert call("--quiet", "--mail", "root", source="gone") == 2
    assert mail(mails, 0)["Subject"] == "hoso: failed (status 2): out"
    assert "gone: no such file or folder" in mail(mails, 0).get_content()


def test_a_mailer_that_fails_is_told_and_changes_no_status(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    mailer(tmp_path, monkeypatch, status=75)
    assert call("--quiet", "--mail", "root") == 3
    assert "no mail to root" in capsys.readouterr().err
    assert (tmp_path / "out" / "tables").exists()


def test_no_mailer_is_told_before_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(mailing, "_PLACES", ())
    monkeypatch.setenv("PATH", str(tmp_path))
    assert call("--mail", "root") == 5
    assert "no program sendmail" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("address", ["", "-bs", "a b@c", "a@b\nCc: c@d", "a;b", "@b", "a@-b"])
def test_what_is_no_address(address: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        call(f"--mail={address}")
    assert "not an address" in capsys.readouterr().err


def test_a_mailer_that_hangs_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "sendmail").write_text("#!/bin/sh\nexec sleep 60\n")
    (tmp_path / "sendmail").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    monkeypatch.setattr(mailing, "_SECONDS", 0.2)
    with pytest.raises(HosoError, match="no mail to root"):
        mailing.send("root", "s", "b")


def test_a_watch_takes_new_files_and_ends_with_sigterm(source: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "pipeline.cli", "extract", "in", "--out", "out", "--jobs", "1"]
    paths = os.pathsep.join([str(Path(cli.__file__).parents[1]), os.environ.get("PYTHONPATH", "")])
    process = subprocess.Popen(
        [*command, "--watch", "--settle", "1", "--log-json"],
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": paths},
    )
    run_file, documents = tmp_path / "out" / "run.json", tmp_path / "out" / "tables" / "documents.csv"
    until(run_file.exists)
    (source / "b.txt").write_text("Xã đã cho vay 7 hộ nghèo.\n", encoding="utf-8")
    until(lambda: "b.txt" in documents.read_text(encoding="utf-8"))
    until(lambda: json.loads(run_file.read_text())["found"]["files"] == 3)
    # the lock's signature goes when a run ends: the watch waits
    until(lambda: not (tmp_path / "out" / ".hoso" / "holder.json").exists())
    process.send_signal(signal.SIGTERM)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 0
    events = [json.loads(line)["event"] for line in said.splitlines()]
    assert events.count("summary") >= 2
    assert "error" not in events
