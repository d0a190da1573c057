"""docs/scheduled.md: its commands parse, its units hang together, its tables name what is so."""

from __future__ import annotations

import configparser
import re
import shlex
from pathlib import Path

import pytest

from pipeline import errors
from pipeline.batch import metrics
from pipeline.batch.mail import is_address
from pipeline.cli import build_parser

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "scheduled.md").read_text(encoding="utf-8")
UNITS = re.findall(r"```ini\n(.*?)```", PAGE, re.DOTALL)
CRON = [line for block in re.findall(r"```crontab\n(.*?)```", PAGE, re.DOTALL) for line in block.splitlines()]


def commands() -> list[str]:
    """All calls of hoso: in shell blocks, in units, in lines of cron."""
    shell = [line for block in re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL) for line in block.splitlines()]
    units = re.findall(r"^ExecStart=(.*)$", PAGE, re.MULTILINE)
    cron = [line.split(maxsplit=5)[5] for line in CRON if "=" not in line.split()[0]]
    return [line for line in [*shell, *units, *cron] if "/bin/hoso " in line]


def test_there_are_commands_of_all_kinds() -> None:
    assert len(commands()) >= 8


@pytest.mark.parametrize("command", commands())
def test_commands_parse(command: str) -> None:
    words = shlex.split(re.sub(r"\s*2>>\S+", "", command))
    options = build_parser().parse_args(words[1:])
    assert words[0].endswith(".venv/bin/hoso")
    assert options.out.is_absolute()
    if options.since:
        from pipeline.batch.since import moment

        moment(options.since, Path("nowhere"))
    if options.metrics:
        assert options.metrics.suffix == ".prom"


@pytest.mark.parametrize("line", CRON)
def test_lines_of_cron(line: str) -> None:
    if name := re.fullmatch(r"MAILTO=(\S+)", line):
        assert is_address(name[1])
        return
    *fields, command = line.split(maxsplit=5)
    for field, most in zip(fields, (59, 23, 31, 12, 7), strict=True):
        assert field == "*" or 0 <= int(field) <= most
    assert "%" not in command  # cron takes it for a line end


def test_the_make_target_of_cron_takes_these_variables() -> None:
    (line,) = [line for line in CRON if "make " in line]
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for name in re.findall(r"\b([A-Z]+)=/", line):
        assert f"override {name} :=" in makefile
    assert re.search(r"^extract:", makefile, re.MULTILINE)


@pytest.mark.parametrize("unit", UNITS)
def test_units_are_whole(unit: str) -> None:
    parsed = configparser.ConfigParser(strict=True, interpolation=None)
    parsed.optionxform = str  # type: ignore[assignment,method-assign]
    parsed.read_string(unit)
    assert "Description" in parsed["Unit"]
    if "Timer" in parsed:
        assert parsed["Install"]["WantedBy"] == "timers.target"
        return
    known = {str(value) for name, value in vars(errors).items() if name.startswith("EXIT_")}
    assert set(parsed["Service"]["SuccessExitStatus"].split()) <= known


def first_cells(title: str) -> list[str]:
    text = PAGE.split(f"\n## {title}\n")[1].split("\n## ")[0]
    return re.findall(r"^\|([^|]+)\|", text, re.MULTILINE)[2:]


def test_exit_statuses() -> None:
    known = {str(value) for name, value in vars(errors).items() if name.startswith("EXIT_")}
    assert {cell.strip() for cell in first_cells("Exit status")} == known


def test_metrics_are_all_named() -> None:
    named = {name for cell in first_cells("Metrics") for name in re.findall(r"hoso_\w+", cell)}
    assert named == {*metrics._RUN, *metrics._STATE}
    assert set(re.findall(r"hoso_\w+", PAGE)) <= named


def test_events_are_all_named() -> None:
    named = {cell.strip(" `") for cell in first_cells("JSON lines")}
    source = "".join((ROOT / "pipeline" / place).read_text(encoding="utf-8") for place in _TELLERS)
    told = set(re.findall(r"tell\(\s*\"(\w+)\"", source))
    assert named == told


_TELLERS = ("batch/progress.py", "batch/json_log.py", "commands/scheduled.py")
