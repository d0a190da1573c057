"""A run that stays: takes files as they settle, until somebody asks it to end.

By looking, not by the kernel's notes (inotify): those do not come from network shares, where scanners put
their files, and are dropped in silence where there are many. A look lists the input and opens nothing; it may
take a twentieth of the time at most.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pipeline.batch import since, units
from pipeline.batch.driver import Stop

if TYPE_CHECKING:
    from pipeline.intake import Found

_SHARE = 20
"""A look's own time, times this, is the least time to the next."""
_STEP = 0.2
"""Seconds after which a signal is noticed between two looks."""


@dataclass
class Settling:
    """Whether a file is whole: its size and times stayed the same for so many seconds.

    A file whose last change lies further back by the clock is. Of the others (and those from a server whose
    clock is ahead) it is remembered since when they look as they do.
    """

    seconds: float
    now: Callable[[], float] = time.time
    steady: Callable[[], float] = time.monotonic
    _recent: dict[str, tuple[str, float]] = field(default_factory=dict)

    def __call__(self, path: str, stat: str) -> bool:
        """Whether the file of this state (``units.stat_of``) is whole."""
        if self.now() - since.changed(stat) >= self.seconds:
            self._recent.pop(path, None)
            return True
        seen, first = self._recent.get(path, ("", 0.0))
        if seen != stat:
            first = self.steady()
            self._recent[path] = stat, first
        return self.steady() - first >= self.seconds

    def forget_but(self, paths: set[str]) -> None:
        """Drop what is known of files that are gone."""
        for path in set(self._recent) - paths:
            del self._recent[path]

    def recent(self) -> frozenset[str]:
        """Files that changed lately."""
        return frozenset(self._recent)


@dataclass(frozen=True)
class Look:
    """What a look saw: how many files are whole, a hash of their names and states."""

    files: int
    state: str


def look(found: Iterable[Found], is_settled: Settling) -> Look:
    """Look at the input once. Its memory grows with the files that changed lately alone."""
    files, state = 0, hashlib.sha256()
    recent = is_settled.recent()
    met: set[str] = set()
    for entry in found:
        path = os.fspath(entry.path)
        try:
            stat = "" if entry.problem else units.stat_of(entry.path)
        except OSError:
            continue  # gone since it was listed
        if path in recent:
            met.add(path)
        if not stat or is_settled(path, stat):
            files += 1
            state.update(f"{entry.source_file}\0{stat}\0{entry.problem}\n".encode())
    is_settled.forget_but(met | (is_settled.recent() - recent))
    return Look(files, state.hexdigest())


def watch(see: Callable[[], Look], run: Callable[[], object], stop: Stop, interval: float) -> None:
    """Run whenever the input looks otherwise than at the last run, until asked to stop.

    Args:
        see: looks at the input.
        run: brings OUT up to date; what it raises ends the watch.
        stop: asked by a signal; one that comes within a run is that run's.
        interval: seconds between two looks at least.
    """
    last = ""
    with stop.on_signals():
        while not stop.asked:
            begun = time.monotonic()
            seen = see()
            cost = time.monotonic() - begun
            # an empty input is no reason to empty the tables: a share may not be mounted yet
            if seen.files and seen.state != last:
                run()
                last = seen.state
            _sleep(max(interval, _SHARE * cost), stop)


def _sleep(seconds: float, stop: Stop) -> None:
    end = time.monotonic() + seconds
    while not stop.asked and (left := end - time.monotonic()) > 0:
        time.sleep(min(left, _STEP))
