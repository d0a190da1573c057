"""Which group of people a number is about: the one that it counts, else the one that its words name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.extract.groups import GroupList, groups
from pipeline.extract.quantity import Quantity
from pipeline.extract.rules import Mark
from pipeline.extract.sentence import Sentence

if TYPE_CHECKING:
    from pipeline.extract.frames import Frame


def group_at(sentence: Sentence, q: Quantity) -> GroupList | None:
    """The groups that a count names itself: ``110 hộ nghèo, cận nghèo``; looked for once for all tables."""
    known = sentence.groups_at
    if q.start not in known:
        known[q.start] = _group_at(sentence, q)
    return known[q.start]


def _group_at(sentence: Sentence, q: Quantity) -> GroupList | None:
    limit = min(sentence.end, q.end + 160)
    nxt = sentence.next_lead(q.start, limit)
    limit = min(limit, nxt)
    own = groups().list_at(sentence.text, q.noun_start, limit)
    if (
        own
        and nxt == limit
        and "," in sentence.text[own.start : own.end]
        and (
            groups().labels(sentence.text, own.end, nxt)
            or _is_over(sentence, q, own.end, nxt)
            or _counts_next(sentence, q, own.end)
        )
    ):
        # `96 hộ nghèo, hộ cận nghèo thì 141`: the last of the list is the next number's label
        named = groups().find(sentence.text, sentence.text.rfind(",", own.start, own.end) + 1, own.end)
        if named and "," in sentence.text[own.start : named[-1].start]:
            limit = named[-1].start
            own = groups().list_at(sentence.text, q.noun_start, limit)
    if own and groups().rank(own.code) >= SPECIFIC:
        return own
    behind = groups().behind(sentence.text, q.end, limit)
    return max((g for g in (own, behind) if g), key=lambda g: g.end, default=None)


def _is_over(sentence: Sentence, q: Quantity, start: int, end: int) -> bool:
    """Whether a list gives its amounts first: ``việc làm 640 triệu/12 lao động, học sinh 90 triệu``.

    Or with a comma: ``việc làm 512 tỷ đồng, 7.204 lao động, nước sạch 238 tỷ đồng``.
    """
    before = sentence.previous(q.start)
    over = before is not None and before.is_money and sentence.text[before.end : q.lead].strip() in {"/", ","}
    return over and not sentence.text[start:end].strip()


def _counts_next(sentence: Sentence, q: Quantity, start: int) -> bool:
    """Whether a list's last group stands right before another count: ``21 hộ nghèo, cận nghèo 9 hộ``."""
    nearest = sentence.between(q.start, start + LABEL_END)
    if not nearest or nearest[0].unit != q.unit or nearest[0].start < start:
        return False
    return not sentence.text[start : nearest[0].lead].strip()


SPECIFIC = 5
"""From this rank on a group is named by its noun alone: `264 HSSV thuộc hộ nghèo` are students."""
VAGUE = 2
"""Up to this rank a noun yields to what its clause says: `86 lao động … đi làm việc ở nước ngoài`."""


def group_near(frame: Frame, q: Quantity, stop: int, governor: Mark | None) -> GroupList | None:
    """The groups in a number's clause.

    As its label (``Hộ nghèo: 30 thẻ``), behind it, behind its trigger, or as the label of its sentence or
    list (``- Nước sạch: năm 2023 cho 412 hộ vay``).
    """
    sentence = frame.sentence
    clause = sentence.clauses[sentence.clause_at(q.start)]
    before_it = sentence.previous(q.start)
    theirs = group_at(sentence, before_it) if before_it and not before_it.is_money else None
    begin = max(before_it.end if before_it else 0, clause.start, theirs.end if theirs else 0)
    if before_it is None and (speaks := frame.cues.speaker.match(sentence.text, sentence.start, q.lead)):
        begin = max(begin, speaks.end())
    before = groups().find(sentence.text, begin, q.lead)
    last = before[-1] if before else None
    if last and frame.cues.copula.fullmatch(sentence.text[last.end : q.lead]):
        return last
    if last and q.is_money and _is_listed(sentence, last, begin, q):
        return last
    cue = frame.cues.parts.search(sentence.text, q.end, clause.end)
    other = frame.cues.others.search(sentence.text, q.end, clause.end)
    end = min(stop, clause.end, *(found.start() for found in (cue, other) if found))
    # groups in a bracket that counts each are its own: `420 hộ (hộ nghèo 150 hộ, hộ cận nghèo 270 hộ)`
    behind = [
        g
        for g in groups().find(sentence.text, q.end, end)
        if not any(a <= g.start < b and sentence.between(a, b) for a, b in clause.holes)
        and not _begins_list(sentence, q, g, end)
        and not (last and _labels_next(sentence, q, g))
    ]
    if behind:
        return behind[0]
    if last and (
        sentence.text[begin : last.start].strip(" ,:-+*.") == ""
        or (governor and governor.start <= last.start)
    ):
        return last
    if last and (
        frame.cues.source_of.search(sentence.text, begin, last.start)
        or (q.unit in {"vnd", "card"} and governor and _is_subject(frame, last, governor))
    ):
        return last
    # named right before its number, behind the label's clause: `…; kế đến hộ nghèo, 498 hộ vay 27 triệu đồng`
    named = last and clause.start > sentence.start and sentence.text[last.end : q.lead].strip() == ","
    return last if named else _label(frame, q)


def _begins_list(sentence: Sentence, q: Quantity, group: GroupList, end: int) -> bool:
    """Whether a group behind a colon is the next number's label: ``618 thẻ: hộ nghèo 96 thẻ, …``."""
    text = sentence.text
    follows = sentence.next_lead(group.start, end + 1) <= end and not text[group.end : end].strip()
    return follows and ":" in text[q.end : group.start]


def _labels_next(sentence: Sentence, q: Quantity, group: GroupList) -> bool:
    """Whether a group behind a comma names the next amount: ``việc làm 15 tỷ, kế đến nước sạch 12 tỷ``."""
    text = sentence.text
    after = sentence.next_lead(group.start, group.end)
    joined = 0 < after - group.end <= LABEL_END and not any(s in text[group.end : after] for s in ",;:(")
    return joined and "," in text[q.end : group.start]


LABEL_END = 25
"""Characters between a group and the amount that it labels: ``nước sạch nông thôn 12 tỷ``."""


def _is_listed(sentence: Sentence, group: GroupList, begin: int, q: Quantity) -> bool:
    """Whether a group is the label of one amount among others: ``việc làm 15 tỷ, nước sạch 12 tỷ, …``."""
    text = sentence.text
    before = sentence.previous(q.start)
    follows = before is not None and before.is_money and not text[begin : group.start].strip(" ,:;")
    return follows and not any(sign in text[group.end : q.lead] for sign in ",;:(")


def _is_subject(frame: Frame, group: GroupList, verb: Mark) -> bool:
    """Whether a verb says what its subject got: ``ông Hai, hộ cận nghèo ở thôn Đông, được vay 50 triệu``."""
    text = frame.sentence.text
    near = 0 <= verb.start - group.end <= SUBJECT and ";" not in text[group.end : verb.start]
    return near and bool(frame.cues.passive.match(text, verb.start, verb.end))


SUBJECT = 60
"""Characters between a subject and its verb."""


def _label(frame: Frame, q: Quantity) -> GroupList | None:
    """The group that the sentence's or the list's label names before its colon."""
    sentence = frame.sentence
    clause = sentence.clauses[sentence.clause_at(q.start)]
    if frame.cues.rest.search(sentence.text, clause.start, q.lead):
        return None  # `Các chương trình còn lại: 220 lượt`: none of those that the introduction names
    if clause.start > sentence.start and ":" in sentence.text[clause.start : q.lead]:
        return None  # `Hộ nghèo: 214 hộ; tổng số hộ: 2.640 hộ`: the clause has a label of its own
    if topic := _topic(frame, q):
        return topic
    colon = sentence.text.find(":", sentence.start, min(q.start, sentence.start + LABEL))
    if colon > 0 and frame.cues.speaker.match(sentence.text, sentence.start, colon + 1):
        return None
    if colon > 0 and (found := groups().find(sentence.text, sentence.start, colon)):
        named = (g for g in found if not _is_quoted(sentence.text, sentence.start, g))
        return next(named, None)
    if frame.introduction and (found := groups().find(sentence.text, *frame.introduction)):
        return found[-1]
    return None


def _topic(frame: Frame, q: Quantity) -> GroupList | None:
    """The group that a sentence begins with as what it is about: ``Với nhóm cận nghèo, …``."""
    text, start = frame.sentence.text, frame.sentence.start
    if not frame.cues.topic.match(text, start, q.lead):
        return None
    first = next(iter(groups().find(text, start, min(q.lead, start + LABEL))), None)
    told = first and frame.cues.topic.fullmatch(text[start : first.start])
    return first if first and told and text[first.end : first.end + 1] == "," else None


def _is_quoted(text: str, start: int, group: GroupList) -> bool:
    """Whether a group is but a word of a quoted name: ``Chuyên mục "Cán bộ xã trả lời": …``."""
    inside = sum(text.count(sign, start, group.start) for sign in '"“”') % 2 == 1
    return inside and text[group.end : group.end + 1] not in {'"', "”"}


LABEL = 150
"""Characters from a sentence's start to the colon behind its label."""


def group_of(frame: Frame, q: Quantity, stop: int, governor: Mark | None) -> GroupList | None:
    """The groups that a number is about."""
    turn = frame.sentence.turns.get(q.start)
    if turn and turn.group:
        return turn.group
    own = None if q.is_money else group_at(frame.sentence, q)
    if own and not is_vague(own):
        return own
    return group_near(frame, q, stop, governor) or own


def is_vague(group: GroupList) -> bool:
    """Whether what a clause says tells more than the noun: ``86 lao động``."""
    return groups().rank(group.code) <= VAGUE and group.code not in NAMED


NAMED = frozenset(
    {"poor_household", "near_poor_household", "poor_and_near_poor", "escaped_poverty_household"}
)
"""Codes that stand whatever else a clause says."""
