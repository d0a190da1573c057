"""Whether inputs and OUT may go together: what hoso wrote is never read as a document."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pipeline.batch.lock import FOLDER
from pipeline.batch.place import Remote
from pipeline.errors import UsageError

_RESULTS = frozenset({FOLDER, "tables", "text", "edits", "decisions", "exports", "archive"})
"""Folders of OUT that hoso made."""


def check_inputs(inputs: Sequence[Path | Remote], out: Path) -> None:
    """Look at the places alone, before anything is made on the disk.

    OUT inside an input folder is no mistake: it is left out when that folder is looked through.

    Raises:
        UsageError: no such input; OUT is an input folder, or was one of a run before; an input lies among
            the results in OUT.
    """
    whole = out.resolve()
    for given in inputs:
        if isinstance(given, Remote):
            continue
        if not given.exists():
            message = f"{given}: no such file or folder"
            raise UsageError(message)
        place = given.resolve()
        if place == whole:
            message = f"{out}: is the input folder; results do not go among documents: name another --out"
            raise UsageError(message)
        if (place / FOLDER).is_dir():
            message = (
                f"{given}: holds results of hoso (the folder {FOLDER}), which are not read as documents; "
                "name the documents' own folder, or take the results out of it"
            )
            raise UsageError(message)
        if whole in place.parents and place.relative_to(whole).parts[0] in _RESULTS:
            message = f"{given}: lies among the results in {out}; name the documents' own folder"
            raise UsageError(message)
