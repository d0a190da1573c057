"""What to say of a folder in which a command finds nothing to work on: cause, and what to type."""

from __future__ import annotations

from pathlib import Path

from pipeline.batch.lock import FOLDER
from pipeline.errors import UsageError


def absent(out: Path) -> UsageError:
    """The error of a command that needs what ``hoso extract`` leaves in OUT."""
    if _has_ledger(out):
        cause = "no tables yet: the first run is on, or was stopped"
        advice = f"hoso status {out} tells which; the same hoso extract goes on"
    elif (inside := next((p for p in out.absolute().parents[:2] if _has_ledger(p)), None)) is not None:
        cause, advice = "lies in a folder that hoso extract wrote", f"name {inside}"
    elif not out.is_dir():
        cause, advice = "no such folder", f"run hoso extract INPUT --out {out} first"
    else:
        cause, advice = (
            "no folder that hoso extract wrote",
            "run hoso extract INPUT --out OUT, name that OUT",
        )
    return UsageError(f"{out}: {cause}; {advice}")


def _has_ledger(folder: Path) -> bool:
    return (folder / FOLDER / "ledger.sqlite").is_file()
