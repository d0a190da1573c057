"""The documentation says what is so: statuses, settings, tables, links, targets."""

from __future__ import annotations

import argparse
import re
import subprocess
from dataclasses import fields
from pathlib import Path

import pytest

from pipeline import errors
from pipeline.cli import build_parser
from pipeline.settings import Settings
from pipeline.tables import schema

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def section(title: str) -> str:
    return README.split(f"\n## {title}\n")[1].split("\n## ")[0]


def first_cells(text: str) -> list[str]:
    return [cell.strip("` ") for cell in re.findall(r"^\|([^|]+)\|", text, re.MULTILINE)][2:]


def test_exit_statuses() -> None:
    known = {str(value) for name, value in vars(errors).items() if name.startswith("EXIT_")}
    assert set(first_cells(section("Exit status"))) == known


def test_settings_and_their_defaults() -> None:
    rows = re.findall(r"^\| `(\w+)` \| `?(\w+)`? \|", section("Settings"), re.MULTILINE)
    assert rows == [(f.name, str(f.default).lower()) for f in fields(Settings)]


def test_every_table_is_named() -> None:
    named = {
        Path(cell).stem for cell in first_cells(section("What OUT contains")) if cell.startswith("tables/")
    }
    assert named - {"datapackage"} >= {"loans", "cards", "houses", "documents", "citations", "evidence"}
    assert named - {"datapackage"} <= set(schema.tables())


@pytest.mark.parametrize(
    "page",
    [
        "README.md",
        "docs/archive.md",
        "docs/cluster.md",
        "docs/encodings.md",
        "docs/how-it-works.md",
        "docs/restoration.md",
        "docs/rules.md",
        "docs/scheduled.md",
        "docs/text-layers.md",
        "CHANGELOG.md",
    ],
)
def test_links_lead_somewhere(page: str) -> None:
    path = ROOT / page
    links = re.findall(r"\]\(([^)#]+)\)", path.read_text(encoding="utf-8"))
    missing = [link for link in links if "://" not in link and not (path.parent / link).exists()]
    assert missing == []


def test_commands_of_the_readme_exist() -> None:
    commands = set(re.findall(r"^\.venv/bin/hoso (\w+)", README, re.MULTILINE))
    assert commands
    usage = build_parser().format_help()
    assert all(f"\n    {command} " in usage for command in commands)


def options(parser: argparse.ArgumentParser) -> set[str]:
    """Every long option of a command and its commands, but for help."""
    found: set[str] = set()
    for action in parser._actions:
        found |= {name for name in action.option_strings if name.startswith("--")}
        if isinstance(action, argparse._SubParsersAction):
            found |= {name for command in action.choices.values() for name in options(command)}
    return found - {"--help", "--version"}


def test_every_option_is_in_the_readme() -> None:
    known = options(build_parser())
    assert known >= {"--edits", "--lines", "--out"}
    assert sorted(name for name in known if name not in README) == []


def test_make_prints_its_targets() -> None:
    done = subprocess.run(["make", "-s"], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True)
    printed = re.findall(r"^make ([\w-]+) ", done.stdout, re.MULTILINE)
    phony = re.search(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert phony is not None
    assert printed == phony[1].split()


def test_public_names_of_the_readme_exist() -> None:
    import pipeline

    imported = re.search(r"from pipeline import (.+)", README)
    assert imported is not None
    assert [name for name in imported[1].split(", ") if not hasattr(pipeline, name)] == []
