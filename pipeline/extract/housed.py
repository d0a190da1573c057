"""Households that stand for houses: ``xây nhà cho 12 hộ``, ``hỗ trợ 96 hộ, trong đó xây 61 nhà, sửa 35``."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate

from pipeline.extract.drafts import Draft
from pipeline.extract.frames import Frame
from pipeline.extract.quantity import THINGS, Quantity
from pipeline.extract.whose import group_at

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
    text, parts = frame.sentence.text, frame.rules.parts
    if q.unit == "house":
        end = min(q.end + NEAR, frame.sentence.end)
        lives = parts["households.lives"].match(text[q.noun_start : end])
        return not (lives or parts["households.given"].match(text[q.end : end]))
    cases = q.unit == "person" and parts["households.cases"].match(text, q.noun_start)
    if q.unit not in {"household", "person"}:
        return False
    clause = frame.sentence.clauses[frame.sentence.clause_at(q.start)]
    after = text[q.end : min(clause.end, stop)]
    if parts["households.not_before"].search(text, max(clause.start, q.lead - LENT), q.lead):
        return False  # `cho vay 12 hộ nghèo làm nhà ở`
    lent = parts["households.not_after"].search(after[:60])
    helped = parts["households.helped"].search(text, max(clause.start, q.lead - LENT), q.lead)
    if (
        not lent
        and helped
        and (parts["households.builders"].match(after) or parts["households.worse"].match(after))
    ):
        return True
    if q.unit == "person" and not cases:
        funded = parts["households.funded"].search(text, max(clause.start, q.lead - NEAR), q.lead)
        sheltered = parts["households.sheltered"].match(after)
        if funded or sheltered or not rows:
            return bool(funded or sheltered)
        return _is_listed(frame, q, rows[-1]) or _is_built(frame, q, rows[0], after)
    if _got_goods(frame, q, clause.start):
        return False
    if parts["households.owned"].search(text, max(clause.start, q.lead - NEAR), q.lead):
        return bool(parts["households.owned_done"].match(after))
    if rows and (_is_worked(frame, q, rows[-1]) or _is_listed(frame, q, rows[-1])):
        return True
    if parts["households.before"].search(text, max(clause.start, q.lead - NEAR), q.lead):
        return True
    if _splits_into_houses(frame, q) or _is_item(frame, before):
        return True
    first = rows[0].cells["houses"] if rows else None
    if first and first.unit == "household" and frame.cues.parts.search(text, first.end, q.start):
        return True
    if first and first.unit == "household" and parts["households.done"].match(after):
        return True
    if lent:
        return False
    if is_approved(frame, q):
        return True
    if parts["households.after"].search(after):
        return True
    return bool(parts["households.priced"].match(text[q.end : min(clause.end, q.end + NEAR)]))


def is_approved(frame: Frame, q: Quantity) -> bool:
    """Whether households approved are split by the work on their houses right behind."""
    behind = frame.sentence.text[q.end : min(q.end + NEAR, frame.sentence.end)]
    return q.unit == "household" and bool(frame.rules.parts["households.approved"].match(behind))


def _got_goods(frame: Frame, q: Quantity, start: int) -> bool:
    """Whether households got what is counted right before them: ``cấp 85 tấn gạo cho 1.420 hộ``."""
    things = frame.sentence.previous(q.start)
    if things is None or things.unit not in THINGS or things.start < start:
        return False
    return not frame.rules.parts["implied.home"].search(frame.sentence.text, things.end, q.lead)


def _is_worked(frame: Frame, q: Quantity, last: Draft) -> bool:
    """Whether the work right before households in a bracket is theirs: ``132 hộ (làm mới 90 hộ, …)``."""
    clause = frame.sentence.clauses[frame.sentence.clause_at(q.start)]
    worked = frame.cues.works.search(frame.sentence.text, max(clause.start, q.lead - LENT), q.lead)
    return clause.outer >= 0 and bool(worked) and last.cells["houses"].unit == "household"


def _is_built(frame: Frame, q: Quantity, first: Draft, after: str) -> bool:
    """Whether people are some of those who got houses: ``14 đoàn viên, trong đó 9 người xây mới``."""
    whole = first.cells["houses"]
    told = whole.unit == "person" and frame.cues.parts.search(frame.sentence.text, whole.end, q.lead)
    return bool(told and frame.rules.parts["households.done"].match(after))


def _is_listed(frame: Frame, q: Quantity, last: Draft) -> bool:
    """Whether households go on with a list of such: ``nhà ở cho 45 hộ nghèo, 12 hộ cận nghèo``."""
    sentence, parts, before = frame.sentence, frame.rules.parts, last.cells["houses"]
    if before.unit == q.unit == "person":  # `hỗ trợ 24 đoàn viên xây nhà và 8 đoàn viên sửa nhà`
        told = parts["households.builders"].match(sentence.text[q.end : min(q.end + NEAR, sentence.end)])
        return bool(told) and not any(sign in sentence.text[before.end : q.lead] for sign in ";.")
    if before.unit != "household" or last.last is not before:
        return False
    theirs, own = group_at(sentence, before), group_at(sentence, q)
    gap = sentence.text[theirs.end if theirs else before.end : q.lead]
    end = own.end if own else q.end
    behind = sentence.text[end : end + LENT]
    return bool(parts["households.joint"].fullmatch(gap) and parts["households.listed"].match(behind))


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
