"""What hoso extract left in its ledger, taken out again."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import archived
import pytest

from pipeline.archive import source
from pipeline.batch.ledger import Ledger
from pipeline.batch.lock import FOLDER
from pipeline.errors import OutputError, ReadError, UsageError
from pipeline.model import Edit


def test_pages_and_restored_text_come_back(tmp_path: Path) -> None:
    """Cells that a sheet would run are guarded in edits; here they are as they were."""
    path = tmp_path / "a.pdf"
    path.write_bytes(b"%PDF-1.4")
    first = archived.page([[("=1", 0, 0, 5, 5), ("'-x", 6, 0, 9, 5), ("hd", 10, 0, 15, 5)]])
    edits = [
        Edit(0, 2, "=1", "-1", "confusion", 0.5),
        Edit(3, 6, "'-x", "'+y", "confusion", 0.5),
        Edit(7, 9, "hd", "hộ", "confusion", 0.9),
    ]
    archived.write(tmp_path / "out", [archived.Doc(path, "pdf", [first, None], {1: edits})], tmp_path)
    with closing(Ledger(tmp_path / "out" / FOLDER / "ledger.sqlite")) as ledger:
        (file,) = ledger.primaries()
        found = source.document(ledger, file)
        assert found.pages[0] == first
        assert found.restored[0].text == "-1 '+y hộ"
        assert list(found.restored[0].edits) == edits
        assert found.pages[1].status == "failed"
        state = source.state(ledger, file)
        with ledger.transaction():
            ledger.put_document(ledger.document(file.sha256), [("text", ledger.part("text", file.sha256))])  # type: ignore[arg-type,list-item]
        assert source.state(ledger, file) == state
        with pytest.raises(ReadError, match="nothing was read of it"):
            source.document(ledger, file)


def test_no_folder_of_ours(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="run hoso extract INPUT --out"):
        source.check(tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("version", "said"), [(1, "another version of hoso"), (99, "another version of hoso")]
)
def test_a_ledger_of_another_version_is_left_alone(tmp_path: Path, version: int, said: str) -> None:
    archived.write(tmp_path, [], tmp_path)
    path = tmp_path / FOLDER / "ledger.sqlite"
    with closing(sqlite3.connect(path)) as database:
        database.execute(f"PRAGMA user_version={version}")
    with pytest.raises(OutputError, match=said):
        source.check(tmp_path)
    with closing(sqlite3.connect(path)) as database:
        assert database.execute("SELECT count(*) FROM files").fetchone() == (0,)


def test_no_ledger_at_all(tmp_path: Path) -> None:
    (tmp_path / FOLDER).mkdir()
    (tmp_path / FOLDER / "ledger.sqlite").write_bytes(b"no database of anything" * 99)
    with pytest.raises(OutputError, match="run hoso extract again"):
        source.check(tmp_path)
