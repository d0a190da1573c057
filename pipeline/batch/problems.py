"""What goes wrong, as the ledger keeps it: which room, which code, one line that holds on any machine."""

from __future__ import annotations

import logging
from dataclasses import replace

from pipeline.batch.engines import Outcome
from pipeline.batch.records import Problem
from pipeline.errors import KilledError, ReadError, TimeoutReadError, WorkerDiedError

log = logging.getLogger(__name__)

_RUNS = {WorkerDiedError.code: 2, KilledError.code: 2, TimeoutReadError.code: 2, ReadError.code: None}
"""Failures that may be the machine's, not the file's, and in how many runs they are tried (None: in every
one). A time-out costs its whole limit, so a hostile file must not have it every night."""
TRIED_AGAIN = frozenset(_RUNS)
"""Codes of failures for which that may be so."""


def tried_again(problem: Problem | None) -> bool:
    """Whether the next run tries again what failed so, under the same key."""
    if problem is None or problem.code not in _RUNS:
        return False
    most = _RUNS[problem.code]
    return most is None or problem.tries < most


def counted(problem: Problem | None, before: Problem | None) -> Problem | None:
    """The problem with its number of tries.

    Args:
        problem: of this run.
        before: what the ledger holds of the same thing under the same key; None where nothing.
    """
    if problem is None or before is None or before.code not in _RUNS:
        return problem
    return replace(problem, tries=before.tries + 1)


def of_outcome(outcome: Outcome, stage: str) -> Problem | None:
    """The problem that an outcome tells; None where all went well. Tracebacks go to the log.

    Lines name the file as failures.csv does, not where the input folder happens to lie.
    """
    told = outcome.answer.get("problem") or {}
    code = outcome.code or told.get("code", "")
    if not code:
        return None
    stage = "batch" if code == WorkerDiedError.code else told.get("stage", stage)
    text = outcome.message or told.get("message", "")
    from pipeline.intake.find import printable

    if path := outcome.unit.arguments.get("path"):
        text = text.replace(printable(str(path)), outcome.unit.source_file)
    if trace := outcome.trace or told.get("trace", ""):
        log.warning("%s: %s\n%s", outcome.unit.source_file, text, trace)
    return Problem(stage, code, text)
