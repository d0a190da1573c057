from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from pipeline.batch.ledger import Ledger
from pipeline.batch.ledger_schema import UPGRADES
from pipeline.batch.records import DocumentState, File, PageState, Problem
from pipeline.errors import OutputError, UsageError

PROBLEM = Problem("ocr", "timeout", "slow")


def file(name: str, sha256: str = "s1", problem: Problem | None = None) -> File:
    return File(name, Path("/in") / name, "[1]", "key", sha256, "pdf", 2, {"kind": "pdf"}, problem)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ledger.sqlite"


@pytest.fixture(autouse=True)
def _closing(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Every ledger of a test is closed after it."""
    opened: list[Ledger] = []
    made = Ledger.__init__

    def noted(self: Ledger, path: Path, *, reading: bool = False) -> None:
        made(self, path, reading=reading)
        opened.append(self)

    monkeypatch.setattr(Ledger, "__init__", noted)
    yield
    for ledger in opened:
        ledger.close()


def filled(path: Path) -> Ledger:
    ledger = Ledger(path)
    with ledger.transaction():
        ledger.put_file(file("b", "s1"))
        ledger.put_file(file("a", "s1"))
        ledger.put_file(file("ạ", "s2"))
        ledger.put_file(file("lost", "s3", PROBLEM))
        ledger.put_page("s1", PageState(1, "k", "d"), b"page")
        ledger.put_page("s1", PageState(2, "k", "", PROBLEM), None)
        ledger.put_document(DocumentState("s1", "a", "k"), [("loans", b"x"), ("text", b"y")])
        ledger.put_document(DocumentState("s2", "ạ", "k", PROBLEM), [("text", b"z")])
    return ledger


def test_what_was_put_is_there_after_reopening(path: Path) -> None:
    filled(path).close()
    ledger = Ledger(path)
    assert list(ledger.files()) == [file("a"), file("b"), file("lost", "s3", PROBLEM), file("ạ", "s2")]
    assert [f.source_file for f in ledger.primaries()] == ["a", "ạ"]
    assert ledger.pages("s1") == [PageState(1, "k", "d"), PageState(2, "k", "", PROBLEM)]
    assert (ledger.page_data("s1", 1), ledger.page_data("s1", 2)) == (b"page", b"")
    assert ledger.document("s2") == DocumentState("s2", "ạ", "k", PROBLEM)
    assert list(ledger.parts("text")) == [("s1", b"y"), ("s2", b"z")]
    assert (ledger.first_of("s1"), ledger.first_of("")) == ("a", None)
    assert (ledger.total_pages(), "pdf" in ledger.kinds()) == (4, True)


def test_a_failed_twin_does_not_stand_for_the_content(path: Path) -> None:
    ledger = Ledger(path)
    with ledger.transaction():
        ledger.put_file(file("a", "s1", PROBLEM))
        ledger.put_file(file("b", "s1"))
        ledger.put_file(file("c", "s1"))
        ledger.put_file(file("e", "s2", PROBLEM))
        ledger.put_file(file("f", "s2", PROBLEM))
    assert (ledger.first_of("s1"), ledger.first_of("s2"), ledger.first_of("s3")) == ("b", "e", None)


def test_unseen_files_leave_with_their_documents_but_pages_stay(path: Path) -> None:
    ledger = filled(path)
    assert [ledger.see(name) for name in ("b", "ạ", "b")] == [True, True, False]
    assert ledger.forget_unseen() == 2
    assert [f.source_file for f in ledger.files()] == ["b", "ạ"]
    assert ledger.document("s1") is not None
    ledger.close()
    ledger = Ledger(path)
    ledger.see("ạ")
    ledger.forget_unseen()
    assert ledger.document("s1") is None
    assert ledger.part("loans", "s1") is None
    assert ledger.page_data("s1", 1) == b"page"


def test_files_come_by_the_handful_but_all(path: Path) -> None:
    ledger = Ledger(path)
    with ledger.transaction():
        for number in range(450):
            ledger.put_file(file(f"{number:03}", f"s{number % 300}"))
    assert len(list(ledger.files())) == 450
    assert [f.source_file for f in ledger.primaries()] == [f"{n:03}" for n in range(300)]


def test_a_transaction_that_fails_leaves_nothing(path: Path) -> None:
    ledger = filled(path)

    def half_done() -> None:
        with ledger.transaction():
            ledger.put_page("s9", PageState(1, "k", "d"), b"page")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        half_done()
    assert ledger.pages("s9") == []


def test_a_newer_ledger_is_refused_one_without_a_version_built_anew(path: Path) -> None:
    filled(path).close()
    _set_version(path, 99)
    for reading in (False, True):
        with pytest.raises(OutputError, match="version 99"):
            Ledger(path, reading=reading)
    _set_version(path, 0)
    assert list(Ledger(path).files()) == []


@pytest.mark.parametrize("version", [1, 2])
def test_an_older_ledger_keeps_its_pages(path: Path, version: int) -> None:
    """The dumps were written with the tables as those versions had them."""
    old = sqlite3.connect(path)
    old.executescript((Path(__file__).parent / "ledgers" / f"v{version}.sql").read_text())
    old.close()
    with pytest.raises(UsageError, match=f"version {version}, .* run hoso extract once"):
        Ledger(path, reading=True)
    ledger = Ledger(path)
    assert list(ledger.files()) == [file("a"), file("lost", "s3", PROBLEM)]
    assert ledger.pages("s1") == [PageState(1, "k", "d"), PageState(2, "k", "", PROBLEM)]
    assert ledger.page_data("s1", 1) == b"page"
    assert ledger.document("s1") == DocumentState("s1", "a", "k", PROBLEM)
    assert list(ledger.parts("text")) == [("s1", b"y")]
    ledger.remember("run", {"keys": "é"})
    with ledger.transaction():
        ledger.put_page("s1", PageState(2, "k", "d"), b"two")
    ledger.close()
    assert Ledger(path).recall("run") == {"keys": "é"}
    # as a new one has them, column by column
    new = Ledger(path.with_name("new.sqlite"))
    assert _columns(path) == _columns(new.path)


def _columns(path: Path) -> dict[str, list[str]]:
    with closing(sqlite3.connect(path)) as db:
        tables = [n for (n,) in db.execute("SELECT name FROM sqlite_master WHERE type='table' ORDER BY name")]
        return {name: [row[1] for row in db.execute(f"PRAGMA table_info({name})")] for name in tables}


def test_an_upgrade_that_is_killed_leaves_the_old_ledger(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old = sqlite3.connect(path)
    old.executescript((Path(__file__).parent / "ledgers" / "v1.sql").read_text())
    old.close()
    with monkeypatch.context() as patch:
        patch.setitem(UPGRADES, 2, "CREATE TABLE facts (name TEXT); NO SUCH STATEMENT")
        with pytest.raises(OutputError):
            Ledger(path)
    assert len(list(Ledger(path).files())) == 2


def test_what_no_file_has_is_cleaned_away(path: Path) -> None:
    ledger = filled(path)
    with ledger.transaction():
        ledger.put_page("gone", PageState(1, "k", "d"), bytes(200_000))
        ledger.put_page("gone", PageState(2, "k", "", PROBLEM), None)
    assert (ledger.clean(), ledger.clean()) == (2, 0)
    assert ledger.pages("gone") == []
    assert ledger.page_data("s1", 1) == b"page"
    assert list(ledger.parts("text")) == [("s1", b"y"), ("s2", b"z")]
    ledger.close()
    assert path.stat().st_size < 100_000


def test_it_is_read_beside_a_run_that_writes(path: Path) -> None:
    ledger = filled(path)
    reader = Ledger(path, reading=True)
    with ledger.transaction():
        ledger.put_page("s2", PageState(1, "k", "d"), b"page")
        assert reader.counts()["pages"] == {"": 1, "timeout": 1}
    assert reader.counts() == {
        "files": {"": 3, "timeout": 1},
        "pages": {"": 2, "timeout": 1},
        "documents": {"": 1, "timeout": 1},
    }


def _set_version(path: Path, version: int) -> None:
    db = sqlite3.connect(path)
    db.execute(f"PRAGMA user_version={version}")
    db.commit()
    db.close()


def test_a_damaged_ledger_says_what_to_do(path: Path) -> None:
    path.write_bytes(b"this was a ledger once" * 100)
    with pytest.raises(OutputError, match="remove this file"):
        Ledger(path)
