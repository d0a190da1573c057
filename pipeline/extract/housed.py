"""Households that stand for houses: ``xây nhà cho 12 hộ``, ``hỗ trợ 96 hộ, trong đó xây 61 nhà, sửa 35``."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate

from pipeline.extract.amounts import Quantity
from pipeline.extract.frames import Draft, Frame

LENT = 30
"""Characters before a count of households in which words make it one of borrowers."""
NEAR = 120
"""Characters before a count of households in which their houses are named."""


def is_house(frame: Frame, q: Quantity, stop: int, rows: Sequence[Draft], before: Sequence[Draft]) -> bool:
    """Whether a number counts houses, as such or by those who live there.

    Args:
        frame: the sentence under the rules for houses.
        q: the number.
        stop: where the next begins.
        rows: the sentence's rows so far.
        before: the rows above it.
    """
    if q.unit == "house":
        return True
    if q.unit != "household":
        return False
    text, parts = frame.sentence.text, frame.rules.parts
    clause = frame.sentence.clauses[frame.sentence.clause_at(q.start)]
    after = text[q.end : min(clause.end, stop)]
    if parts["households.not_before"].search(text, max(clause.start, q.lead - LENT), q.lead):
        return False  # `cho vay 12 hộ nghèo làm nhà ở`
    if parts["households.before"].search(text, max(clause.start, q.lead - NEAR), q.lead):
        return True
    if _splits_into_houses(frame, q) or _is_item(frame, before):
        return True
    first = rows[0].cells["houses"] if rows else None
    if first and first.unit == "household" and frame.cues.parts.search(text, first.end, q.start):
        return True
    if first and first.unit == "household" and parts["households.done"].match(after):
        return True
    return bool(parts["households.after"].search(after)) and not parts["households.not_after"].search(
        after[:60]
    )


def _splits_into_houses(frame: Frame, q: Quantity) -> bool:
    """Whether households are split into houses: ``hỗ trợ 7.216 hộ nghèo, trong đó xây mới 5.004 nhà, …``."""
    sentence = frame.sentence
    behind = sentence.between(q.start, sentence.end)
    first = next((o for o in behind if not o.is_money and o.unit != "percent"), None)
    if first is None or first.unit != "house":
        return False
    held = [o.value for o in behind if o.unit == "house"]
    gap = sentence.text[q.end : first.lead]
    told = frame.cues.parts.search(gap) or "(" in gap
    lent = frame.rules.parts["households.not_after"].search(sentence.text, sentence.start, first.start)
    return (
        bool(told)
        and not lent
        and ";" not in gap
        and any(s == q.value for s in accumulate(v for v in held if v))
    )


def _is_item(frame: Frame, before: Sequence[Draft]) -> bool:
    """Whether households are an item of a list under households whose houses were built."""
    introduced = frame.introduction
    if introduced is None:
        return False
    told = [r for r in before if introduced[0] <= r.first.start < introduced[1]]
    return bool(told) and told[-1].cells["houses"].unit == "household"
