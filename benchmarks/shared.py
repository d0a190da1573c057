"""The measuring material beside the checkout, where it is there, and its scorers.

Nothing here is needed to install, run or test hoso.
"""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
WORK = ROOT / "build" / "bench"
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


def hoso(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run the command; its exit status is the caller's business."""
    return subprocess.run([*HOSO, *map(str, arguments)], text=True, capture_output=True, check=False)


def extracted(source: Path, name: str) -> Path:
    """The tables that hoso makes of a folder, in a folder of that name; complaints go to standard error."""
    out = WORK / name
    run = hoso("extract", source, "--out", out, "-q")
    if run.returncode:
        print(f"{source}: exit {run.returncode}: {run.stderr.strip()}", file=sys.stderr)
    return out / "tables"
