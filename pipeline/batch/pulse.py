"""What a run says of itself while it is on, for ``hoso status``: a small file that goes when the run ends."""

from __future__ import annotations

import json
import time
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from pipeline.batch.reading import Counts

_SECONDS = 2.0
_NAME = "pulse.json"


class Pulse:
    """Written every other second at most. Seconds are of a clock that nobody sets."""

    def __init__(self, folder: Path, counts: Counts) -> None:
        """Tell ``counts`` in OUT/.hoso."""
        self._file = folder / _NAME
        self._counts = counts
        self._begun = time.monotonic()
        self._reading: float | None = None
        self._told = 0.0
        self.close()  # what a killed run said last

    def beat(self) -> None:
        """Say what is done so far, where it is time to."""
        now = time.monotonic()
        if self._reading is None and self._counts.pages_read + self._counts.documents_made:
            self._reading = now
        if now - self._told < _SECONDS:
            return
        self._told = now
        reading = 0.0 if self._reading is None else now - self._reading
        told = {"seconds": round(now - self._begun, 1), "reading": round(reading, 1), **asdict(self._counts)}
        fresh = self._file.with_suffix(".new")
        # a disk that is full stops the run elsewhere, in its own words
        with suppress(OSError):
            fresh.write_text(json.dumps(told), encoding="utf-8")
            fresh.replace(self._file)

    def close(self) -> None:
        """Say nothing any more."""
        for file in (self._file, self._file.with_suffix(".new")):
            with suppress(OSError):
                file.unlink()


def of(folder: Path) -> dict[str, Any]:
    """What a run said last; empty where none did."""
    with suppress(OSError, ValueError):
        found = json.loads((folder / _NAME).read_text(encoding="utf-8"))
        if isinstance(found, dict):
            return found
    return {}
