"""A run with nothing new: what it may not touch, and what makes it write all the same."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from batch_stand_ins import reads

from pipeline.batch import settled
from pipeline.batch.ledger import Ledger
from pipeline.batch.records import DocumentState, File, PageState
from pipeline.batch.runner import Options, Report, run
from pipeline.settings import Settings
from pipeline.tables import writer


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.txt").write_text("có 12 hd\f3 hộ\n")
    (folder / "b.txt").write_text("unreadable\n")
    return folder


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out"


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Grows by one for each writing of tables."""
    calls: list[Path] = []
    real = writer.write

    def write(out: Path, *rest: object) -> writer.Written:
        calls.append(out)
        return real(out, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(writer, "write", write)
    return calls


def go(source: Path, out: Path, **options: float) -> Report:
    return run([source], out, Settings(), Options(1, "batch_stand_ins:rooms", **options))  # type: ignore[arg-type]


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_nothing_new_writes_no_table_and_tells_the_same(source: Path, out: Path, written: list[Path]) -> None:
    first = go(source, out)
    told = json.loads((out / "run.json").read_text())
    second = go(source, out)
    assert len(written) == 1
    assert (second.summary, second.rows, second.exit_status) == (first.summary, first.rows, 3)
    assert list(second.rows) == list(first.rows)
    again = json.loads((out / "run.json").read_text())
    assert again["rows"] == told["rows"]
    assert list(again["rows"]) == list(told["rows"])
    assert (again["found"], again["layers"]) == (told["found"], told["layers"])
    assert again["done"]["pages_read"] == 0


def _add(source: Path, out: Path) -> None:
    (source / "c.txt").write_text("9 hộ\n")


def _remove(source: Path, out: Path) -> None:
    (source / "a.txt").unlink()


def _lose_a_table(source: Path, out: Path) -> None:
    (out / "tables" / "loans.csv").unlink()


def _lose_a_text(source: Path, out: Path) -> None:
    next((out / "text").iterdir()).unlink()


def _edit_a_table(source: Path, out: Path) -> None:
    with (out / "tables" / "loans.csv").open("a") as file:
        file.write("mine\n")


def _lose_all(source: Path, out: Path) -> None:
    for path in (out / "edits").iterdir():
        path.unlink()
    (out / "edits").rmdir()


@pytest.mark.parametrize("change", [_add, _remove, _lose_a_table, _lose_a_text, _edit_a_table, _lose_all])
def test_a_change_on_either_side_writes_again(
    source: Path, out: Path, tmp_path: Path, written: list[Path], change: Callable[[Path, Path], None]
) -> None:
    go(source, out)
    change(source, out)
    go(source, out)
    go(source, out)
    assert len(written) == 2
    go(source, tmp_path / "other")
    for path in (tmp_path / "other" / "tables").iterdir():
        assert (out / "tables" / path.name).read_bytes() == path.read_bytes()
    assert names(out / "edits") == names(tmp_path / "other" / "edits")


def test_code_and_settings_write_again(
    source: Path, out: Path, written: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    go(source, out)
    monkeypatch.setattr(settled, "_CODE", ("errors.py",))
    go(source, out)
    assert len(written) == 2


def test_a_page_that_may_be_read_after_all_is_tried_and_nothing_written_for_it(
    source: Path, out: Path, written: list[Path]
) -> None:
    (source / "b.txt").write_text("die\n")
    for _ in range(3):
        go(source, out)
    assert reads().count("b.txt 1") == 4  # twice in each of two runs
    assert len(written) == 2


@pytest.mark.parametrize("table", ["files", "pages", "documents", "parts"])
@pytest.mark.parametrize("event", ["insert", "update", "delete"])
def test_any_change_in_the_ledger_unsettles_it(tmp_path: Path, table: str, event: str) -> None:
    ledger = Ledger(tmp_path / "ledger.sqlite")
    with ledger.transaction():
        ledger.put_file(File("a", Path("/in/a"), "[1]", "key", "s1", "pdf", 1, {}))
        ledger.put_page("s1", PageState(1, "k", "d"), b"page")
        ledger.put_document(DocumentState("s1", "a", "k"), [("loans", b"x")])
    ledger.settle({"told": [1]})
    assert ledger.settled() == {"told": [1]}
    name = "source_file" if table == "files" else "sha256"
    columns = [row[1] for row in ledger._db.execute(f"PRAGMA table_info({table})")]
    copied = ", ".join("'other'" if column == name else column for column in columns)
    changes = {
        "insert": f"INSERT INTO {table} SELECT {copied} FROM {table}",
        "update": f"UPDATE {table} SET {name} = 'other'",
        "delete": f"DELETE FROM {table}",
    }
    ledger._db.execute(changes[event])
    assert ledger.settled() is None
    ledger.close()


def test_copies_that_nobody_can_read_cost_one_look_each(tmp_path: Path) -> None:
    """Ten thousand empty files have one content; each asks for the first that can be read."""
    ledger = Ledger(tmp_path / "ledger.sqlite")
    plans = [
        "SELECT min(source_file) FROM files WHERE sha256 = '' AND sha256 <> '' AND code IS NULL",
        "SELECT min(source_file) FROM files WHERE sha256 = '' AND sha256 <> ''",
    ]
    for query, index in zip(plans, ("files_readable", "files_sha256"), strict=True):
        (plan,) = ledger._db.execute(f"EXPLAIN QUERY PLAN {query}").fetchall()
        assert index in plan[3]
    ledger.close()
