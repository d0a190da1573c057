"""The documentation says what is so: statuses, settings, tables, links, targets."""

from __future__ import annotations

import argparse
import json
import re
import shlex
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import fields
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from analysed import analysed_once
from drawn_map import write_map
from samples_run import samples_once

from pipeline import errors
from pipeline.cli import build_parser, main
from pipeline.language.gazetteer import gazetteer
from pipeline.settings import Settings
from pipeline.tables import dictionary, schema

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


PAGES = sorted(p.relative_to(ROOT).as_posix() for p in (*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")))


@pytest.mark.parametrize("page", [page for page in PAGES if not page.startswith("docs/benchmarks")])
def test_links_lead_somewhere(page: str) -> None:
    path = ROOT / page
    links = re.findall(r"\]\(([^)#]+)\)", path.read_text(encoding="utf-8"))
    missing = [link for link in links if "://" not in link and not (path.parent / link).exists()]
    assert missing == []


def test_commands_of_the_readme_exist() -> None:
    commands = set(re.findall(r"^\.venv/bin/hoso (\w+)", README, re.MULTILINE))
    assert commands
    usage = build_parser().format_help()
    assert all(re.search(rf"\n    {command}\s", usage) for command in commands)


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


def blocks(page: str) -> list[list[str]]:
    """The command lines of each sh block, without comments and with what usage marks as optional."""
    found = re.findall(
        r"^```sh\n(.*?)^```", (ROOT / page).read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
    )
    lines = [[re.sub(r"\s+#.*$", "", line).strip() for line in block.splitlines()] for block in found]
    return [[line for line in block if line and not line.startswith("#")] for block in lines]


@pytest.mark.parametrize("page", PAGES)
def test_commands_of_the_docs_are_taken(page: str) -> None:
    """Every hoso and make command in every page is one that there is, with options that it takes."""
    parser = build_parser()
    targets = set(
        re.findall(r"^([a-z-]+):.*##", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    )
    for typed in (line for block in blocks(page) for line in block):
        if Path(typed.split()[0]).name not in {"hoso", "make"}:
            continue
        line = re.split(r" \|\|? | > ", typed)[0].replace("…", "INPUT --out OUT")
        words = shlex.split(re.sub(r"[\[\]]|\.\.\.", " ", line))
        if Path(words[0]).name == "hoso":
            given = {"N": "1", "FORMATS": "pdf"}
            parser.parse_args([given.get(word, word) for word in words[1:]])
        else:
            assert [w for w in words[1:] if "=" not in w and w not in targets] == []


@pytest.mark.parametrize("page", ["docs/start.md", "docs/bat-dau.md", "docs/analysts.md", "README.vi.md"])
def test_first_steps_run(page: str, first_steps: Path) -> None:
    """As a reader types them, in a folder with the samples; what sets the machine up is not run again."""
    for line in (line for block in blocks(page) for line in block):
        if line.startswith("make "):
            continue
        if line.startswith("sqlite3 ") and shutil.which("sqlite3") is None:
            continue
        done = subprocess.run(
            ["bash", "-c", line], cwd=first_steps, capture_output=True, text=True, timeout=600, check=False
        )
        # 3: one sample is broken on purpose
        wanted = {0, 3} if re.search(r"hoso (extract|check) ", line) else {0}
        assert done.returncode in wanted, f"{line}: {done.stderr}"
        if line.startswith("sqlite3 "):
            assert "huyện Lạc Khuông" in done.stdout


@pytest.fixture(scope="module")
def first_steps(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where ``make extract OUT=build/samples`` was typed: the samples, hoso and what it read."""
    folder = tmp_path_factory.mktemp("first")
    (folder / ".venv" / "bin").mkdir(parents=True)
    (folder / ".venv" / "bin" / "hoso").symlink_to(Path(sys.executable).parent / "hoso")
    (folder / "samples").symlink_to(ROOT / "samples")
    write_map(folder / "tinh.geojson", ["01", "30"], "ma_tinh")
    out, _ = samples_once(tmp_path_factory)
    (folder / "build").mkdir()
    out.rename(folder / "build" / "samples")
    return folder


def fenced(page: str, language: str) -> list[str]:
    """The blocks of a page in one language."""
    text = (ROOT / page).read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def worked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as the examples take it: an OUT with places that have codes, its databases, a map."""
    folder = tmp_path_factory.mktemp("worked")
    (folder / "build").mkdir()
    out = analysed_once(tmp_path_factory).rename(folder / "build" / "samples")
    assert main(["export", str(out), "--to", "sqlite,duckdb", "-q"]) == 0
    provinces = [u.code for u in gazetteer().units if (u.level, u.edition[:6]) == ("province", "before")]
    write_map(folder / "tinh.geojson", [int(code) for code in provinces], "ma_tinh")
    return folder


SQL = [(page, n, sql) for page in PAGES for n, sql in enumerate(fenced(page, "sql"))]


@pytest.mark.parametrize(("page", "number", "sql"), SQL, ids=[f"{page}-{n}" for page, n, _ in SQL])
def test_sql_of_the_docs_runs_alike_in_both_databases(worked: Path, page: str, number: int, sql: str) -> None:
    """Over tables in which each question has an answer; and over the samples' by ``first_steps``."""
    exports = worked / "build/samples/exports"
    for question in filter(str.strip, sql.split(";")):
        with closing(sqlite3.connect(exports / "hoso.sqlite")) as one:
            found = one.execute(question).fetchall()
        with duckdb.connect(str(exports / "hoso.duckdb"), read_only=True) as other:
            again = other.execute(question).fetchall()
        assert found, question
        plain = [[str(v) if isinstance(v, date | Decimal) else v for v in row] for row in again]
        assert sorted(map(str, map(list, found))) == sorted(map(str, plain)), question


def test_sql_of_the_docs_takes_the_tables_of_the_samples(first_steps: Path) -> None:
    out = first_steps / "build/samples"
    assert main(["export", str(out), "--to", "sqlite,duckdb", "-q"]) == 0
    with (
        closing(sqlite3.connect(out / "exports/hoso.sqlite")) as one,
        duckdb.connect(str(out / "exports/hoso.duckdb"), read_only=True) as other,
    ):
        for question in (q for _, _, sql in SQL for q in sql.split(";") if q.strip()):
            assert len(one.execute(question).fetchall()) == len(other.execute(question).fetchall())


def test_python_of_the_page_for_analysts_runs(worked: Path) -> None:
    [code] = fenced("docs/analysts.md", "python")
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=worked, capture_output=True, text=True, timeout=100, check=False
    )
    assert (done.returncode, done.stdout) == (0, "not on the map: []\n"), done.stderr
    made = json.loads((worked / "lent.geojson").read_text(encoding="utf-8"))
    lent = {f["properties"]["ma_tinh"]: f["properties"]["lent"] for f in made["features"]}
    assert {code: value for code, value in lent.items() if value} == {30: 132_000_000_000}


def test_the_data_dictionary_is_that_of_the_schema() -> None:
    stands = (ROOT / "docs/data-dictionary.md").read_text(encoding="utf-8")
    assert stands == dictionary.text(), "make docs"


def test_the_site_builds(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    named = set(
        re.findall(r": ([\w-]+\.md)$", (ROOT / "mkdocs.yml").read_text(encoding="utf-8"), re.MULTILINE)
    )
    assert {f"docs/{page}" for page in named} <= set(PAGES)
    assert {(tmp_path / page).with_suffix(".html").is_file() for page in named} == {True}


def test_the_notebook_answers(first_steps: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a process of its own: a kernel leaves sockets and warnings behind."""
    notebook = json.loads((ROOT / "docs/analysis.ipynb").read_text(encoding="utf-8"))
    code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    assert all(cell["outputs"] == [] for cell in code), "outputs are not kept"
    monkeypatch.setenv("HOSO_OUT", str(first_steps / "build/samples"))
    command = [sys.executable, "-m", "jupyter", "execute", "--output", str(first_steps / "done")]
    done = subprocess.run(
        [*command, str(ROOT / "docs/analysis.ipynb")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    answered = json.loads((first_steps / "done.ipynb").read_text(encoding="utf-8"))
    shown = [
        {kind for output in cell["outputs"] for kind in output.get("data", {})}
        for cell in answered["cells"]
        if cell["cell_type"] == "code"
    ]
    assert all("text/html" in kinds for kinds in shown)
    assert sum("image/png" in kinds for kinds in shown) == 3
