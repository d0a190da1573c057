"""Pages of docs with measured blocks between marks, so that a command can measure one of them again."""

from __future__ import annotations

import subprocess

from benchmarks.shared import ROOT


def commit() -> str:
    """The commit, with a plus where files that matter here are changed."""
    git = ["git", "describe", "--always", "--abbrev=7", "--exclude=*", "--dirty=+"]
    run = subprocess.run(git, cwd=ROOT, text=True, capture_output=True, check=False)
    return run.stdout.strip() or "unknown"


def _split(page: str, name: str) -> tuple[str, str, str]:
    begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
    if begin not in page or end not in page:
        message = f"no marks {begin} … {end}"
        raise SystemExit(message)
    head, _, rest = page.partition(begin)
    inside, _, tail = rest.partition(end)
    return head, inside.strip(), tail


def block(page: str, name: str) -> str:
    """What stands between a document's two marks.

    Raises:
        SystemExit: where the document has no such marks.
    """
    return _split(page, name)[1]


def put(page: str, name: str, block: str) -> str:
    """A document with the block between its two marks replaced; errors as ``block``."""
    head, _, tail = _split(page, name)
    return head + marked(name, block) + tail


def marked(name: str, block: str) -> str:
    """A block between its marks."""
    return f"<!-- {name}: begin -->\n\n{block}\n\n<!-- {name}: end -->"
