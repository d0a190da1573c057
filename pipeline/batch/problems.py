"""What goes wrong, as the ledger keeps it: which room, which code, one line that holds on any machine."""

from __future__ import annotations

import logging

from pipeline.batch.engines import Outcome
from pipeline.batch.ledger import Problem
from pipeline.errors import ReadError, TimeoutReadError, WorkerDiedError

log = logging.getLogger(__name__)

_PASSING = frozenset({WorkerDiedError.code, TimeoutReadError.code, ReadError.code})
"""Failures that may be the machine's, not the file's: tried again in every run."""


def tried_again(problem: Problem | None) -> bool:
    """Whether the next run tries again what failed so."""
    return problem is not None and problem.code in _PASSING


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
