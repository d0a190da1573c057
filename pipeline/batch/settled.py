"""Whether OUT already holds what the ledger says: a run with nothing new then writes nothing.

The ledger keeps a note of the last writing, which any change in the ledger takes away. It holds a hash of
what the tables hang on beside the ledger (keys, code) and of how the files of OUT looked: somebody who
deletes a table, or edits one, gets it written again.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from pipeline.batch import keys as key_of
from pipeline.batch.keys import Keys
from pipeline.batch.ledger import Ledger
from pipeline.batch.output import Summary
from pipeline.model import Failure

_CODE = ("batch", "language", "tables", "errors.py", "model.py")
_FOLDERS = ("tables", "text", "edits")
_MASK = (1 << 128) - 1


@dataclass(frozen=True)
class Settled:
    """What a writing came to, as ``run.json`` and a person are told it."""

    summary: Summary
    rows: Mapping[str, int]
    layers: Mapping[str, Mapping[str, int]]


def recall(ledger: Ledger, keys: Keys, out: Path, *, partly: bool = False) -> Settled | None:
    """The last writing, where it still holds; None where OUT must be written.

    Args:
        ledger: complete.
        keys: of this run.
        out: the output folder.
        partly: whether this run leaves some files as they are: what such a run wrote is enough for it.
    """
    told = ledger.settled()
    enough = {_hang_on(keys), _hang_on(keys, partly=partly)}
    if told is None or told["keys"] not in enough or told["look"] != look(out):
        return None
    summary = dict(told["summary"])
    examples = [Failure(**failure) for failure in summary.pop("examples")]
    return Settled(Summary(**summary, examples=examples), dict(told["rows"]), told["layers"])


def note(ledger: Ledger, keys: Keys, out: Path, settled: Settled, *, partly: bool = False) -> None:
    """Keep what a writing came to; arguments as ``recall``."""
    rows = list(settled.rows.items())  # pairs: their order is the schema's
    told: dict[str, Any] = {
        **asdict(settled),
        "rows": rows,
        "keys": _hang_on(keys, partly=partly),
        "look": look(out),
    }
    ledger.settle(told)


def _hang_on(keys: Keys, *, partly: bool = False) -> str:
    return key_of.digest([asdict(keys), key_of.code(_CODE), partly])


def look(out: Path) -> str:
    """How the files of OUT look: a hash of all names, sizes and times, without opening any."""
    total = 0
    for name, status in _files(out):
        told = f"{name}\0{status.st_size}\0{status.st_mtime_ns}".encode(errors="surrogateescape")
        # a sum, for folders list their files in any order
        total = (total + int.from_bytes(hashlib.blake2b(told, digest_size=16).digest(), "big")) & _MASK
    return f"{total:032x}"


def _files(out: Path) -> Iterator[tuple[str, os.stat_result]]:
    try:
        yield "failures.csv", (out / "failures.csv").stat()
        for folder in _FOLDERS:
            with os.scandir(out / folder) as entries:
                for entry in entries:
                    yield f"{folder}/{entry.name}", entry.stat(follow_symlinks=False)
    except OSError:
        yield "", os.stat_result((0,) * 10)  # something is missing: it looks like nothing that was noted
