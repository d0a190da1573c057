"""Houses that are done lie in those that were begun: ``xây 19 nhà, bàn giao 17 nhà``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby

from pipeline.extract.drafts import Draft
from pipeline.extract.part_roles import finish
from pipeline.extract.patterns import Pattern
from pipeline.extract.within import adopt, may_hold

BEGUN = frozenset({None, "started"})
"""Stages of houses of which others are done."""
DONE = frozenset({"houses.completed", "houses.handed_over", "houses.building"})
"""Rules that say how far houses are, and not which were begun."""

GIVEN = "houses.handed_over"
"""The rule for houses that are given: those repaired were their people's before."""


def by_stages(rows: Sequence[Draft], parts: Mapping[str, Pattern]) -> None:
    """Make houses told only by how far they are parts of the one count before them in their sentence.

    Those of another time, and those said to be others (``khởi công thêm 5 nhà nữa``), are none of them.

    Args:
        rows: the table's rows, in order of place, their status told and what words and sums tell of parts.
        parts: the table's patterns, with ``stages.others``.
    """
    for _, held in groupby(rows, key=lambda r: r.sentence.start):
        beside = [r for r in held if not r.parent and r.values.get("status") == "actual"]
        begun = [r for r in beside if r.rule not in DONE and r.values.get("stage") in BEGUN]
        if len(begun) != 1 or begun[0].children:
            continue
        total = begun[0]
        done = [r for r in beside if r.first.start > total.first.start and _lies_in(total, r, parts)]
        if done and sum(r.value("houses") or 0 for r in done) <= (total.value("houses") or 0):
            for row in done:
                adopt(total, row, 1)
            for row in (*done, total):
                finish(row, {})


def _lies_in(total: Draft, row: Draft, parts: Mapping[str, Pattern]) -> bool:
    sentence, count = row.sentence, row.cells["houses"]
    if row.rule not in DONE or not may_hold(total, row):
        return False
    if total.values.get("work") == "repair" and row.rule == GIVEN:
        return False  # `sửa 11 căn nhà cho hộ chính sách và trao 2 “Nhà đồng đội”`
    begins = row.values.get("period_start")
    if begins and (begins, row.values.get("period_end")) != tuple(
        total.values.get(c) for c in ("period_start", "period_end")
    ):
        return False
    clause = sentence.clauses[sentence.clause_at(count.start)]
    end = sentence.next_lead(count.start, clause.end)
    return not parts["stages.others"].search(sentence.text, total.cells["houses"].end, min(end, clause.end))
