"""Whose cards a count is about where its own words do not say."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.extract.drafts import Draft
from pipeline.extract.frames import Frame
from pipeline.extract.groups import GroupList, groups
from pipeline.extract.quantity import PEOPLE, Quantity
from pipeline.extract.rules import Mark
from pipeline.extract.whose import group_at, group_of


def name_group(frame: Frame, row: Draft, stop: int, mark: Mark | None, above: Sequence[Draft]) -> None:
    """Give a row its group: by its words up to ``stop``, else as a series of years or its sentence tells."""
    q = row.first
    row.group = group_of(frame, q, _past_bracket(frame, q, stop), mark)
    if group_at(frame.sentence, q):
        return
    if assumed := _as_above(frame, row, above) or _only(frame, row, above):
        row.group = assumed
        row.flags.append("beneficiary_assumed")


BEHIND = 250
"""Characters behind cards in which words tell whose they are."""


def _past_bracket(frame: Frame, q: Quantity, stop: int) -> int:
    """Where words about cards end, behind what they cost: ``90 thẻ (60 triệu đồng) cho người nghèo``."""
    text, behind = frame.sentence.text, frame.sentence.between(q.start, q.end + BEHIND)
    cost = behind[0] if behind and q.unit == "card" else None
    if cost is None or not cost.is_money or text[cost.end : cost.end + 1] != ")":
        return stop
    return max(stop, behind[1].lead if len(behind) > 1 else min(q.end + BEHIND, frame.sentence.end))


def _as_above(frame: Frame, row: Draft, above: Sequence[Draft]) -> GroupList | None:
    """The group of the year before: ``năm 2022 cấp 900 thẻ cho người nghèo; năm 2023 cấp 810 thẻ``."""
    q, sentence = row.first, frame.sentence
    clause = sentence.clauses[sentence.clause_at(q.start)]
    if not above or not above[-1].group or above[-1].last.end > clause.start:
        return None
    if not frame.rules.parts["series.begins"].match(sentence.text, clause.start, q.lead):
        return None
    aside = row.group and q.end < row.group.start and "," in sentence.text[q.end : row.group.start]
    return above[-1].group if row.group is None or aside else None


def _only(frame: Frame, row: Draft, above: Sequence[Draft]) -> GroupList | None:
    """The one group named before a sentence's first people: ``người cận nghèo …, 214 nhân khẩu``."""
    if row.group or above:
        return None
    text, q = frame.sentence.text, row.first
    begin = max(frame.sentence.start, q.lead - BEHIND)
    named = groups().find(text, max(begin, text.rfind(";", begin, q.lead)), q.lead)
    if len({g.code for g in named}) != 1:
        return None
    meant = frame.rules.parts["people.meant"].search(text, begin, named[0].start)
    return named[-1] if q.unit in PEOPLE or meant else None
