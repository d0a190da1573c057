"""What OUT holds and what is still to do, from the ledger alone: also while a run is writing to it."""

from __future__ import annotations

import json
from collections import Counter
from contextlib import closing, suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from pipeline.batch import lock, pulse
from pipeline.batch.keys import Keys
from pipeline.batch.ledger import Ledger
from pipeline.batch.progress import Progress
from pipeline.batch.reading import Counts, Reading, all_failures
from pipeline.model import Failure
from pipeline.settings import Settings

EXAMPLES = 10
"""Failures that are named; all stand in failures.csv."""


@dataclass(frozen=True)
class Status:
    """Counts of OUT. ``failures`` counts files, pages and documents by code, ``examples`` are the first."""

    files: int
    files_failed: int
    pages: int
    pages_done: int
    pages_failed: int
    pages_left: int
    documents_made: int
    documents_failed: int
    documents_left: int
    failures: dict[str, int]
    failures_in_all: int
    """As failures.csv will list them: what failed of a content, once for each of its files."""
    examples: list[Failure]
    running: dict[str, str] | None
    """Who runs now: ``process``, ``host``, ``since``; None where nobody does."""
    pages_per_hour: float | None
    """Of the run that is on, else of the last one that read pages and ended; None where none did."""

    @property
    def eta_seconds(self) -> int | None:
        """Seconds that the pages left take at that speed; None where it is not known."""
        if not self.pages_left:
            return 0
        return round(3600 * self.pages_left / self.pages_per_hour) if self.pages_per_hour else None


def status(out: Path) -> Status:
    """Look at an output folder; nothing is written.

    Raises:
        UsageError: where hoso extract has written nothing, or an older hoso did.
        OutputError: where the ledger cannot be read.
    """
    folder = out / lock.FOLDER
    running = lock.holder(folder)
    with closing(Ledger(folder / "ledger.sqlite", reading=True)) as ledger:
        facts = ledger.recall("run")
        counts = ledger.counts()
        pages = ledger.total_pages()
        done = counts["pages"].get("", 0)
        left = (max(pages - sum(counts["pages"].values()), 0), 0)
        if facts is not None:
            settings = Settings().with_values(facts["settings"], "run")
            left = Reading(ledger, Keys(**facts["keys"]), settings, Progress(), Counts()).left()
        failed_ones = (found for file in ledger.failed() for found in all_failures(ledger, file))
        examples, in_all = list(islice(failed_ones, EXAMPLES)), ledger.count_failures()
    failed = sum(counts["pages"].values()) - done
    failures: Counter[str] = Counter()
    for codes in counts.values():
        failures.update({code: number for code, number in codes.items() if code})
    return Status(
        files=sum(counts["files"].values()),
        files_failed=sum(counts["files"].values()) - counts["files"].get("", 0),
        pages=pages,
        pages_done=max(pages - failed - left[0], 0),
        pages_failed=failed,
        pages_left=left[0],
        documents_made=counts["documents"].get("", 0),
        documents_failed=sum(counts["documents"].values()) - counts["documents"].get("", 0),
        documents_left=left[1],
        failures=dict(failures.most_common()),
        failures_in_all=in_all,
        examples=examples,
        running=running,
        pages_per_hour=_speed(out, folder, running=running is not None),
    )


def _speed(out: Path, folder: Path, *, running: bool) -> float | None:
    with suppress(OSError, ValueError, KeyError, TypeError, ZeroDivisionError):
        if running:
            told = pulse.of(folder)
            # the first page was read when the clock began
            return 3600 * (told["pages_read"] - 1) / told["reading"] if told["pages_read"] > 1 else None
        record = json.loads((out / "run.json").read_text(encoding="utf-8"))
        return 3600 * record["done"]["pages_read"] / record["seconds"] or None
    return None
