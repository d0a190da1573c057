"""Costly folders that several test files look at: made once for all processes of a test run."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from filelock import FileLock


def once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """A copy, the caller's own, of the folder that ``make`` fills."""
    base = factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:  # each process has a folder of its own below the run's
        base = base.parent
    made, done = base / f"once-{name}", base / f"once-{name}.done"
    with FileLock(f"{made}.lock"):
        if not done.exists():
            shutil.rmtree(made, ignore_errors=True)
            made.mkdir()
            make(made)  # where it stays: what is made knows where it was made from
            done.touch()
    return Path(shutil.copytree(made, factory.mktemp(name) / "copy", symlinks=True))
