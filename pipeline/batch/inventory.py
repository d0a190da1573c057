"""What the input holds now against what the ledger knows: only files that changed are opened."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from pipeline.batch import since, units
from pipeline.batch.engines import Outcome, Unit
from pipeline.batch.keys import Keys
from pipeline.batch.ledger import Ledger
from pipeline.batch.place import place_of
from pipeline.batch.problems import counted, of_outcome, tried_again
from pipeline.batch.progress import Progress
from pipeline.batch.reading import Counts
from pipeline.batch.records import File, Problem
from pipeline.batch.remote import Listed
from pipeline.errors import UnsupportedError, UsageError
from pipeline.settings import Settings

if TYPE_CHECKING:
    from pipeline.intake import Found


class Inventory:
    """One look at the input: a source of inspections and the place where their answers go."""

    def __init__(
        self,
        ledger: Ledger,
        keys: Keys,
        settings: Settings,
        counts: Counts,
        progress: Progress,
        since: float | None = None,
        is_settled: Callable[[str, str], bool] | None = None,
    ) -> None:
        """Compare with ``ledger`` under ``keys``; see ``runner.Options`` for the last two."""
        self.files = 0
        self._ledger = ledger
        self._keys = keys
        self._settings = settings
        self._counts = counts
        self._progress = progress
        self._since = since
        self._is_settled = is_settled

    def units(self, found: Iterable[Found | Listed]) -> Iterator[Unit]:
        """An inspection for each file that is new, changed or to be tried again.

        Raises:
            UsageError: where two inputs hold a file of the same relative name.
        """
        for entry in found:
            self.files += 1
            self._progress.looking(self.files)
            stat = "" if entry.problem else _stat(entry)
            if self._is_left(entry, stat):
                continue
            if not self._ledger.see(entry.source_file):
                message = (
                    f"{entry.path}: two inputs hold a file {entry.source_file!r}: "
                    "name the folder above both as the one input"
                )
                raise UsageError(message)
            if entry.problem:
                self._refuse(entry)
            elif not self._is_known(entry, stat):
                yield units.inspect(entry.path.absolute(), entry.source_file, stat, self._settings)

    def _is_left(self, entry: Found | Listed, stat: str) -> bool:
        """Whether a file is left as it is known, or left out where it is not known."""
        if not stat or isinstance(entry, Listed):
            return False  # objects are whole when they are there, and told by their tags
        is_old = self._since is not None and since.changed(stat) < self._since
        is_open = self._is_settled is not None and not self._is_settled(os.fspath(entry.path), stat)
        if not (is_old or is_open):
            return False
        if self._ledger.glance(entry.source_file) is None:
            self._counts.files_left += 1
        elif not is_old:
            self._ledger.see(entry.source_file)  # it is there, though it changes just now: its rows stay
        return True

    def record(self, outcomes: Iterable[Outcome]) -> list[Unit]:
        """Keep what inspections said."""
        with self._ledger.transaction():
            for outcome in outcomes:
                self._ledger.put_file(self._file(outcome))
                self._counts.files_inspected += 1
        return []

    def _refuse(self, entry: Found | Listed) -> None:
        """An entry that is not opened at all, as a link out of the folder."""
        problem = Problem("intake", UnsupportedError.code, entry.problem)
        key = self._keys.file(problem.code)
        file = File(entry.source_file, entry.path.absolute(), "", key, problem=problem)
        if self._ledger.file(entry.source_file) != file:
            with self._ledger.transaction():
                self._ledger.put_file(file)

    def _is_known(self, entry: Found | Listed, stat: str) -> bool:
        known = self._ledger.glance(entry.source_file)
        if known is None or not stat:
            return False
        path, known_stat, key, problem = known
        if tried_again(problem) or key != self._keys.file(problem.code if problem else ""):
            return False
        if known_stat != stat:
            return False
        if path != os.fsencode(entry.path.absolute()):
            self._move(entry)
        return True

    def _move(self, entry: Found | Listed) -> None:
        known = self._ledger.file(entry.source_file)
        assert known is not None
        with self._ledger.transaction():
            self._ledger.put_file(replace(known, path=entry.path.absolute()))

    def _file(self, outcome: Outcome) -> File:
        path = place_of(outcome.unit.arguments["path"])
        answer, info = outcome.answer, outcome.answer.get("info")
        # where no answer came, the state that the driver saw: a change since then shows as well
        stat = answer.get("stat", outcome.unit.arguments["stat"])
        problem = of_outcome(outcome, "intake") if info is None else None
        key = self._keys.file(problem.code if problem else "")
        file = File(outcome.unit.source_file, path, stat, key, answer.get("sha256", ""))
        if info is not None:
            return replace(file, kind=info["kind"], pages=info["pages"], info=info)
        known = self._ledger.file(file.source_file)
        same = known is not None and (known.key, known.stat) == (key, stat)
        before = known.problem if known is not None and same else None
        return replace(file, problem=counted(problem, before))


def _stat(entry: Found | Listed) -> str:
    """A file's state; empty where it is not to be had."""
    if isinstance(entry, Listed):
        return entry.stat
    try:
        return units.stat_of(entry.path)
    except OSError:
        return ""
