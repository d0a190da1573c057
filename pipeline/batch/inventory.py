"""What the input holds now against what the ledger knows: only files that changed are opened."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.batch import units
from pipeline.batch.engines import Outcome, Unit
from pipeline.batch.ledger import File, Ledger, Problem
from pipeline.batch.problems import of_outcome, tried_again
from pipeline.batch.progress import Progress
from pipeline.batch.reading import Counts
from pipeline.errors import UnsupportedError, UsageError
from pipeline.settings import Settings

if TYPE_CHECKING:
    from pipeline.intake import Found


class Inventory:
    """One look at the input: a source of inspections and the place where their answers go."""

    def __init__(
        self, ledger: Ledger, key: str, settings: Settings, counts: Counts, progress: Progress
    ) -> None:
        """Compare with ``ledger``; ``key`` is ``Keys.intake``."""
        self.files = 0
        self._ledger = ledger
        self._key = key
        self._settings = settings
        self._counts = counts
        self._progress = progress

    def units(self, found: Iterable[Found]) -> Iterator[Unit]:
        """An inspection for each file that is new, changed or to be tried again.

        Raises:
            UsageError: where two inputs hold a file of the same relative name.
        """
        for entry in found:
            if not self._ledger.see(entry.source_file):
                message = (
                    f"{entry.path}: two inputs hold a file {entry.source_file!r}: "
                    "name the folder above both as the one input"
                )
                raise UsageError(message)
            self.files += 1
            self._progress.looking(self.files)
            if entry.problem:
                self._refuse(entry)
            elif not self._is_known(entry):
                yield units.inspect(entry.path.absolute(), entry.source_file, self._settings)

    def record(self, outcomes: Iterable[Outcome]) -> list[Unit]:
        """Keep what inspections said."""
        with self._ledger.transaction():
            for outcome in outcomes:
                self._ledger.put_file(self._file(outcome))
                self._counts.files_inspected += 1
        return []

    def _refuse(self, entry: Found) -> None:
        """An entry that is not opened at all, as a link out of the folder."""
        problem = Problem("intake", UnsupportedError.code, entry.problem)
        file = File(entry.source_file, entry.path.absolute(), "", self._key, problem=problem)
        if self._ledger.file(entry.source_file) != file:
            with self._ledger.transaction():
                self._ledger.put_file(file)

    def _is_known(self, entry: Found) -> bool:
        known = self._ledger.file(entry.source_file)
        if known is None or known.key != self._key or tried_again(known.problem):
            return False
        try:
            if units.stat_of(entry.path) != known.stat:
                return False
        except OSError:
            return False
        if known.path != entry.path.absolute():
            with self._ledger.transaction():
                self._ledger.put_file(replace(known, path=entry.path.absolute()))
        return True

    def _file(self, outcome: Outcome) -> File:
        path = Path(outcome.unit.arguments["path"])
        answer, info = outcome.answer, outcome.answer.get("info")
        file = File(
            outcome.unit.source_file, path, answer.get("stat", ""), self._key, answer.get("sha256", "")
        )
        if info is None:
            return replace(file, problem=of_outcome(outcome, "intake"))
        return replace(file, kind=info["kind"], pages=info["pages"], info=info)
