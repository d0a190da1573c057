"""The folder of hostile files: all cases, and the folder made of them."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from pathlib import Path

import hostile_endless
import hostile_entries
import hostile_images
import hostile_locks
import hostile_office
import hostile_structure
import hostile_texts
import hostile_unseen
from hostile_case import Case

EVERY: Sequence[Case] = (
    *hostile_structure.CASES,
    *hostile_endless.CASES,
    *hostile_locks.CASES,
    *hostile_unseen.CASES,
    *hostile_images.CASES,
    *hostile_texts.CASES,
    *hostile_office.CASES,
    *hostile_entries.CASES,
)


def _here(case: Case) -> bool:
    if case in hostile_office.CASES:
        return shutil.which("soffice") is not None
    return case.name != hostile_entries.FORBIDDEN or os.geteuid() != 0


CASES = tuple(filter(_here, EVERY))
"""What can be made here: root may read everything, and without LibreOffice no office file is read."""
PASSWORDS = "\n".join(hostile_locks.PASSWORDS)
OUTSIDE = "ngoai.txt"
"""The file beside the folder that a link in it leads to."""


def build(folder: Path, cases: Sequence[Case] = CASES) -> None:
    """Make the folder."""
    for case in cases:
        path = folder / os.fsdecode(case.name)
        path.parent.mkdir(parents=True, exist_ok=True)
        if case.put is not None:
            case.put(path)
        else:
            assert case.make is not None
            path.write_bytes(case.make())
    (folder.parent / OUTSIDE).write_text("bí mật", encoding="utf-8")
