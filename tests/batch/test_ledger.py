from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.batch.ledger import DocumentState, File, Ledger, PageState, Problem
from pipeline.errors import OutputError

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

    def noted(self: Ledger, path: Path) -> None:
        made(self, path)
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


def test_a_newer_ledger_is_refused_an_older_one_built_anew(path: Path) -> None:
    filled(path).close()
    _set_version(path, 99)
    with pytest.raises(OutputError, match="version 99"):
        Ledger(path)
    _set_version(path, 0)
    assert list(Ledger(path).files()) == []


def _set_version(path: Path, version: int) -> None:
    db = sqlite3.connect(path)
    db.execute(f"PRAGMA user_version={version}")
    db.commit()
    db.close()


def test_a_damaged_ledger_says_what_to_do(path: Path) -> None:
    path.write_bytes(b"this was a ledger once" * 100)
    with pytest.raises(OutputError, match="remove this file"):
        Ledger(path)
