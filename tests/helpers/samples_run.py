"""hoso over the samples, as a user runs it; the run that several test files look at is made once."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from once import once

from pipeline.errors import EXIT_PARTIAL

ROOT = Path(__file__).resolve().parents[2]
INPUT = ROOT / "samples" / "input"


def run_hoso(out: Path, *more: str) -> subprocess.CompletedProcess[str]:
    """The samples read into ``out``."""
    command = [sys.executable, "-m", "pipeline.cli", "extract", str(INPUT), "--out", str(out), *more]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=280, check=False)


def samples_once(factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A copy of what is made of the samples, and what was said on standard error."""

    def make(folder: Path) -> None:
        run = run_hoso(folder / "out")
        assert run.returncode == EXIT_PARTIAL, run.stderr
        (folder / "said").write_text(run.stderr, encoding="utf-8")

    made = once(factory, "samples", make)
    return made / "out", (made / "said").read_text(encoding="utf-8")
