"""What may go from OUT: pages of files that are gone, leftovers of killed runs. Tables and decisions stay."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from pipeline.batch import lock
from pipeline.batch.absent import absent
from pipeline.batch.ledger import Ledger
from pipeline.tables.writer import remove_leftovers


@dataclass(frozen=True)
class Cleaned:
    """Pages that went, and by how many bytes OUT is smaller."""

    pages: int
    freed: int


def clean(out: Path) -> Cleaned:
    """Remove what no file of the last run needs; pages that come back are then read again.

    Raises:
        UsageError: where hoso extract has written nothing.
        OutputError: where OUT cannot be written or a run holds it.
    """
    ledger = out / lock.FOLDER / "ledger.sqlite"
    if not ledger.is_file():
        raise absent(out)
    before = _size(out)
    with lock.hold(out):  # which removes the temporary files of a killed run
        for folder in (out, *(out / name for name in ("tables", "text", "edits", "archive"))):
            if folder.is_dir():
                remove_leftovers(folder)
        with closing(Ledger(ledger)) as opened:
            pages = opened.clean()
    return Cleaned(pages, max(before - _size(out), 0))


def _size(out: Path) -> int:
    return sum(path.lstat().st_size for path in out.rglob("*") if path.is_file())
