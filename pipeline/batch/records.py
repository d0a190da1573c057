"""What the ledger records: files, pages, documents, and why one of them failed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pipeline.batch.place import Remote


@dataclass(frozen=True)
class Problem:
    """Why a file, page or document failed: a row of failures.csv without its file.

    ``tries`` counts the runs, one after the other, in which it failed so under the same key.
    """

    stage: str
    code: str
    message: str
    tries: int = 1


@dataclass(frozen=True)
class File:
    """A file of the input. ``info`` is what inspection said; ``sha256`` is empty where it cannot be read."""

    source_file: str
    path: Path | Remote
    stat: str
    key: str
    sha256: str = ""
    kind: str = ""
    pages: int = 0
    info: dict[str, object] | None = None
    problem: Problem | None = None


@dataclass(frozen=True)
class PageState:
    """What is recorded of a page: ``digest`` is of its content, empty where it failed."""

    number: int
    key: str
    digest: str
    problem: Problem | None = None


@dataclass(frozen=True)
class DocumentState:
    """What is recorded of a document; ``source_file`` is the file under whose name its rows stand."""

    sha256: str
    source_file: str
    key: str
    problem: Problem | None = None
