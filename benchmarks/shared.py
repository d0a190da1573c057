"""The measuring material beside the checkout, where it is there, and its scorers.

Nothing here is needed to install, run or test hoso.
"""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"
PYTHON = sys.executable
HOSO = [str(Path(PYTHON).with_name("hoso"))]


@dataclass(frozen=True)
class TextScore:
    """Shares of reference words (wer, numbers) and characters (cer)."""

    wer: float
    cer: float
    recall: float
    precision: float


@dataclass(frozen=True)
class TableScore:
    """Of one table: rows and F1 of whole rows and of numbers alone."""

    rows: int
    f1: float
    numbers: float
    precision: float


def present() -> bool:
    """Whether the material is there."""
    return (SHARED / "design" / "score_text.py").is_file()


def score_text(reference: Path, text: str) -> TextScore:
    """Score a text against a reference file."""
    script = SHARED / "design" / "score_text.py"
    run = subprocess.run(
        [PYTHON, str(script), str(reference), "-"], input=text, text=True, capture_output=True, check=True
    )
    words = run.stdout.split()
    return TextScore(float(words[1]), float(words[3]), float(words[8]), float(words[10]))


def score_tables(truth: Path, tables: Path, only: list[str] | None = None) -> dict[str, TableScore]:
    """Score table folders; by table."""
    script = SHARED / "design" / "score_tables.py"
    command = [PYTHON, str(script), str(truth), str(tables)]
    if only:
        command += ["--only", *only]
    run = subprocess.run(command, text=True, capture_output=True, check=True)
    found = {}
    for line in run.stdout.splitlines():
        match = re.match(
            r"(\w+)\s+rows truth\s+(\d+).*?F1 ([\d.]+)\s+numbers P ([\d.]+) R [\d.]+ F1 ([\d.]+)", line
        )
        if match:
            found[match[1]] = TableScore(int(match[2]), float(match[3]), float(match[5]), float(match[4]))
    return found


def hoso(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run the command; its exit status is the caller's business."""
    return subprocess.run([*HOSO, *map(str, arguments)], text=True, capture_output=True, check=False)
