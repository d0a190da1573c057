"""Rows of the ledger as values, and values as rows."""

from __future__ import annotations

import os
from collections.abc import Sequence

from pipeline.batch.place import place_of
from pipeline.batch.records import File, Problem
from pipeline.batch.wire import unpack


def columns_of(problem: Problem | None) -> tuple[str | int | None, ...]:
    """The columns of a problem, empty where there is none."""
    return (problem.stage, problem.code, problem.message, problem.tries) if problem else (None,) * 4


def problem_of(row: Sequence[object]) -> Problem | None:
    """The problem of such columns; None where there is none."""
    stage, code, message, tries = row
    if code is None:
        return None
    assert isinstance(tries, int)
    return Problem(str(stage), str(code), str(message), tries)


def file_of(row: Sequence[object]) -> File:
    """The file of a row of ``files``."""
    source_file, path, stat, key, sha256, kind, pages, info = row[:8]
    assert isinstance(path, bytes)
    assert isinstance(info, bytes)
    assert isinstance(pages, int)
    return File(
        source_file=str(source_file),
        path=place_of(os.fsdecode(path)),
        stat=str(stat),
        key=str(key),
        sha256=str(sha256),
        kind=str(kind),
        pages=pages,
        info=unpack(info),
        problem=problem_of(row[8:]),
    )
