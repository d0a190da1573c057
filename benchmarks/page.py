"""Pages of docs with measured blocks between marks, so that a command can measure one of them again."""

from __future__ import annotations

import subprocess

from benchmarks.shared import ROOT


def commit() -> str:
    """The commit, with a plus where files that matter here are changed."""
    git = ["git", "describe", "--always", "--abbrev=7", "--exclude=*", "--dirty=+"]
    run = subprocess.run(git, cwd=ROOT, text=True, capture_output=True, check=False)
    return run.stdout.strip() or "unknown"


def put(path_text: str, name: str, block: str) -> str:
    """A document with the block between its two marks replaced.

    Raises:
        SystemExit: where the document has no such marks.
    """
    begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
    if begin not in path_text or end not in path_text:
        message = f"no marks {begin} … {end}"
        raise SystemExit(message)
    return path_text.split(begin)[0] + marked(name, block) + path_text.split(end)[1]


def marked(name: str, block: str) -> str:
    """A block between its marks."""
    return f"<!-- {name}: begin -->\n\n{block}\n\n<!-- {name}: end -->"
