"""cards.csv: health-insurance cards, counted as cards or as the people who got them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import replace
from operator import attrgetter

from pipeline.extract.card_groups import name_group
from pipeline.extract.drafts import Draft
from pipeline.extract.frames import Frame
from pipeline.extract.groups import groups
from pipeline.extract.quantity import Quantity
from pipeline.extract.rules import Mark, Trigger
from pipeline.extract.whose import group_at

PEOPLE = frozenset({"person", "worker", "student", "turn", "household"})
UNITS = PEOPLE | {"card"}
"""Units of the numbers that begin a row."""
NEAR = 120
"""Characters before a count of people in which the card is named."""
_start = attrgetter("start")


def read(frame: Frame, taken: set[int], refused: dict[int, str], before: Sequence[Draft] = ()) -> list[Draft]:
    """The card rows of a sentence; arguments as ``loans.read``, ``before`` are the rows above it."""
    rows: list[Draft] = []
    sentence = frame.sentence
    slots = [q for q in sentence.quantities if q.start not in taken]
    counted = [o for o in slots if o.unit != "percent"]
    for q in slots:
        behind = counted[bisect_right(counted, q.start, key=_start) :]
        stop = behind[0].lead if behind else sentence.end
        if q.unit == "vnd" and rows:
            _add_amount(frame, rows[-1], q)
            continue
        is_open = frame.is_open(q)
        if not (is_open or rows or (frame.introduction and q.unit in PEOPLE)):
            continue
        is_card = is_open and q.unit == "card"
        joined = None if is_card or q.unit not in PEOPLE else _joined(frame, q, behind)
        if not (is_card or joined or (q.unit in PEOPLE and _people_for_cards(frame, q, stop, rows))):
            continue
        # `640 thẻ BHYT trị giá 515 triệu đồng đã được trao cho …`
        reach = next((o.lead for o in behind if not o.is_money), sentence.end)
        if joined:
            reach = next((o.lead for o in behind if o.start > joined.start), sentence.end)
        mark = (
            _action(frame, joined or q, reach)
            or (_counted(frame, q) if is_card else None)
            or _paid(frame, joined or q)
        )
        if reason := frame.excluded(q):
            refused.setdefault(q.start, reason)
            continue
        if is_card and (people := _own_cards(frame, q, rows)):
            people.cells["cards"] = q
            continue
        model = rows[-1] if rows else frame.split(before) or _beside(frame, before)
        if _is_listed(frame, q, stop, model, rows):
            mark = None
        if mark is None and model is None:
            continue
        row = Draft("cards", sentence, {"cards": q}, mark.trigger.id if mark else model.rule)  # type: ignore[union-attr]
        row.values["action"] = (mark.trigger if mark else model).values["action"]  # type: ignore[union-attr]
        name_group(frame, row, reach if mark and mark.start > q.start else stop, mark, rows)
        if row.group is None and is_card and (left := groups().damaged(sentence.text, q.end, stop)):
            row.group = left
            row.flags.append("beneficiary_assumed")
        rows.append(row)
    for row in rows:
        taken.update(q.start for q in row.cells.values())
    return rows


def _own_cards(frame: Frame, q: Quantity, rows: Sequence[Draft]) -> Draft | None:
    """The row of people whose cards a bracket counts: ``118 hộ nghèo được cấp thẻ BHYT (341 thẻ)``."""
    if not rows or rows[-1].cells["cards"].unit not in PEOPLE:
        return None
    gap = frame.sentence.text[rows[-1].last.end : q.lead]
    return rows[-1] if gap.rstrip().endswith("(") and gap.count("(") == 1 and ";" not in gap else None


def _beside(frame: Frame, before: Sequence[Draft]) -> Draft | None:
    """The row of the list item just above: a list's items share their verb, even where one is spoiled."""
    if before and 0 < frame.sentence.block - before[-1].sentence.block <= 1:
        return before[-1]
    return None


def _is_listed(frame: Frame, q: Quantity, stop: int, model: Draft | None, rows: Sequence[Draft]) -> bool:
    """Whether a count is an item of a split and has no verb of its own: what was done is told of the total.

    ``cấp 900 thẻ do ngân sách đóng, hỗ trợ đóng, gồm: hộ nghèo 600 thẻ; hộ cận nghèo 300 thẻ``
    """
    if model is None:
        return False
    text, begin = frame.sentence.text, rows[0].last.end if rows else frame.sentence.start
    cue = frame.cues.parts.search(text, begin, q.lead)
    if cue is None:
        return False
    before = frame.sentence.previous(q.start)
    begin = max(cue.end(), before.end if before else 0)
    return not any(begin <= m.start < stop for m in frame.marks if not m.trigger.reason)


def _joined(frame: Frame, q: Quantity, behind: Sequence[Quantity]) -> Quantity | None:
    """The count that shares what is said behind it: ``745 người nghèo và 812 người già đã có thẻ``."""
    nxt = behind[0] if behind else None
    if nxt is None or nxt.unit not in PEOPLE:
        return None
    own = group_at(frame.sentence, q)
    gap = frame.sentence.text[own.end if own else q.end : nxt.lead]
    if not frame.rules.parts["people.joint"].fullmatch(gap):
        return None
    stop = behind[1].lead if len(behind) > 1 else frame.sentence.end
    return nxt if _got_cards(frame, nxt, stop) else _joined(frame, nxt, behind[1:])


def _got_cards(frame: Frame, q: Quantity, stop: int) -> bool:
    """Whether what stands behind people says that they got cards."""
    sentence, parts = frame.sentence, frame.rules.parts
    begin, end = _said_behind(frame, q)
    said = sentence.text[begin : min(end, stop)]
    if parts["people.self"].match(said):
        return False
    if _is_all(frame, q) and parts["people.covered"].match(said):
        return True
    # dear patterns: asked only where the card is named
    if frame.rules.gate.pattern.search(said) and (
        parts["people.after"].search(said) or parts["people.held"].search(said)
    ):
        return True
    if frame.is_open(q) and (parts["people.share"].search(said) or parts["people.free"].search(said)):
        return True
    # whom a budget pays the premium for
    paid = [m.end() for m in parts["people.premium"].finditer(sentence.text, sentence.start, q.lead)]
    gap = sentence.text[paid[-1] : q.lead] if paid else ""
    if not paid or len(gap) > NEAR or not frame.is_open(q):
        return False
    return bool(parts["people.paid"].fullmatch(gap) or parts["people.joined"].search(said))


def _is_all(frame: Frame, q: Quantity) -> bool:
    """Whether a count explains a whole: ``100% học sinh nghèo, tức 214 em, …``."""
    before = frame.sentence.previous(q.start)
    if before is None or before.unit != "percent" or before.value != ALL or q.lead - before.end > NEAR:
        return False
    return bool(frame.rules.parts["people.explains"].search(frame.sentence.text[before.end : q.lead]))


ALL = 100
"""Per cent of a whole."""


def _said_behind(frame: Frame, q: Quantity) -> tuple[int, int]:
    """The span behind a count in its clause; around a bracket that explains a percentage.

    ``100% hộ nghèo (2.318 nhân khẩu) được cấp thẻ``
    """
    sentence = frame.sentence
    clause = sentence.clauses[sentence.clause_at(q.start)]
    before = sentence.previous(q.start)
    if clause.outer < 0 or before is None or before.unit != "percent" or before.start > clause.start:
        return q.end, clause.end
    return clause.end + 1, sentence.clauses[clause.outer].end


def _paid(frame: Frame, q: Quantity) -> Mark | None:
    """What was done for people of whom only the premium or a percentage tells it."""
    begin, end = _said_behind(frame, q)
    own = (m for m in frame.marks if begin <= m.start < end and not m.trigger.reason)
    if begin > q.end and (mark := next(own, None)):
        return mark
    text, start = frame.sentence.text, frame.sentence.start
    parts = frame.rules.parts
    if parts["people.held"].search(text[begin:end]) or _is_all(frame, q):
        issued = _trigger(frame, "issued")
        return Mark(begin, begin, issued) if issued else None
    told = list(parts["people.premium"].finditer(text, start, q.lead))
    supported = _trigger(frame, "supported")
    helped = parts["people.helped_to_join"].search(text, max(start, q.lead - NEAR), q.lead)
    by = told[-1] if told else helped
    return Mark(by.start(), by.end(), supported) if by and supported else None


def _trigger(frame: Frame, action: str) -> Trigger | None:
    return next((t for t in frame.rules.triggers if t.values.get("action") == action), None)


def _people_for_cards(frame: Frame, q: Quantity, stop: int, rows: Sequence[Draft]) -> bool:
    """Whether people stand for cards: ``cấp thẻ BHYT cho 1.200 người``, alone, in a list or under one."""
    text, clause = frame.sentence.text, frame.sentence.clauses[frame.sentence.clause_at(q.start)]
    before = frame.rules.parts["people.before"]
    end = min(clause.end, stop)
    if before.search(text, max(clause.start, q.lead - NEAR), q.lead) or _got_cards(frame, q, stop):
        return True
    parts, begin = frame.rules.parts, max(clause.start, q.lead - NEAR)
    if parts["people.helped"].search(text, begin, q.lead) and parts["people.buy"].search(text[q.end : end]):
        return True
    join = parts["people.helped_to_join"].search(text, begin, q.lead)
    if join and parts["people.join"].search(text[q.end : end]):
        return True
    if _in_bracket(frame, q, rows):
        return True
    if rows and rows[-1].cells["cards"].unit in PEOPLE:
        last = rows[-1].cells["cards"]
        own = group_at(frame.sentence, last)
        gap = text[own.end if own else last.end : q.lead]
        if frame.rules.parts["people.joint"].fullmatch(gap):
            return True
    if rows and _is_part(frame, q, stop, rows):
        return True
    if _is_under_label(frame, q):
        return True
    if frame.introduction is None or rows:
        return False
    start, stop = frame.introduction
    return bool(
        before.search(text[start:stop].rstrip(" :") + " cho ")
        or frame.rules.parts["people.list"].search(text[start:stop])
    )


def _in_bracket(frame: Frame, q: Quantity, rows: Sequence[Draft]) -> bool:
    """Whether a bracket behind cards splits them by whom they are for: ``213 thẻ (hộ nghèo 96, …)``."""
    sentence = frame.sentence
    clause = sentence.clauses[sentence.clause_at(q.start)]
    if clause.outer < 0 or not q.is_labelled:
        return False
    before = [r for r in rows if r.last.end <= clause.start]
    inside = [o for o in sentence.between(clause.start, clause.end) if not o.is_money and o.unit != "percent"]
    counts = [o.value for o in inside]
    if not before or None in counts or clause.start - before[-1].last.end > BRACKET:
        return False
    return sum(c for c in counts if c is not None) == before[-1].value("cards")


BRACKET = 30
"""Characters between cards and the bracket that splits them."""


def _is_under_label(frame: Frame, q: Quantity) -> bool:
    """Whether the sentence's label tells of cards: ``Hỗ trợ mức đóng BHYT: học sinh 2.105 em``."""
    text, start = frame.sentence.text, frame.sentence.start
    colon = text.find(":", start, min(q.lead, start + NEAR))
    if colon < 0 or any(m.trigger.reason and colon < m.start < q.start for m in frame.marks):
        return False
    return bool(frame.rules.parts["people.list"].search(text[start : colon + 1]))


def _is_part(frame: Frame, q: Quantity, stop: int, rows: Sequence[Draft]) -> bool:
    """Whether people are a part of those who got cards: ``cho 1.200 người, trong đó 300 người nghèo``."""
    total = next((r for r in rows if r.cells["cards"].unit in PEOPLE), None)
    text = frame.sentence.text
    if total is None or not (
        frame.cues.parts.search(text, total.last.end, q.lead)
        or frame.cues.singled.search(text, rows[-1].last.end, q.lead)
    ):
        return False
    if frame.rules.parts["people.not_a_part"].search(frame.sentence.text[q.end : stop]):
        return False
    return not any(m.trigger.reason and total.last.end <= m.start < stop for m in frame.marks)


def _action(frame: Frame, q: Quantity, stop: int) -> Mark | None:
    """The card verb that governs a count; other tables' blockers do not claim a card."""
    mark = frame.governor(q, stop)
    previous = max((o.end for o in frame.sentence.quantities if o.end <= q.start), default=0)
    mine = [m for m in frame.marks if previous <= m.start and m.end <= q.start and not m.trigger.reason]
    if mine and mark and mark.start > q.start:
        return mine[-1]  # `cấp 1.820 thẻ cho người nghèo và gia hạn 960 thẻ`
    if mark and not mark.trigger.reason:
        return mark
    clause = frame.sentence.clauses[frame.sentence.clause_at(q.start)]
    own = [m for m in frame.marks if not m.trigger.reason and clause.holds(m.start) and m.start < stop]
    before = [m for m in own if m.end <= q.start]
    if own:
        return before[-1] if before else own[0]
    above = frame.from_above()
    return above if above and not above.trigger.reason else None


def _counted(frame: Frame, q: Quantity) -> Mark | None:
    """Cards of which no verb tells: they were issued, unless their clause says another thing."""
    sentence, parts = frame.sentence, frame.rules.parts
    clause = sentence.clauses[sentence.clause_at(q.start)]
    named = frame.rules.gate.pattern.search(sentence.text, clause.start, clause.end)
    begin = max(clause.start, sentence.text.rfind(":", clause.start, q.lead))
    if not named or parts["counted.never"].search(sentence.text, begin, clause.end):
        return None
    if any(m.trigger.reason and clause.holds(m.start) for m in frame.marks):
        return None
    issued = _trigger(frame, "issued")
    return Mark(q.noun_start, q.end, replace(issued, id="cards.counted")) if issued else None


def _add_amount(frame: Frame, row: Draft, q: Quantity) -> None:
    """What the cards cost, where the same clause says it right behind them."""
    gap = frame.sentence.text[row.cells["cards"].end : q.lead]
    if "amount_vnd" in row.cells or ";" in gap or q.per or frame.excluded(q):
        return
    parts, clause = frame.rules.parts, frame.sentence.clauses[frame.sentence.clause_at(q.start)]
    headed = parts["cost.is"].search(gap) and parts["cost.head"].search(
        frame.sentence.text, clause.start, row.cells["cards"].lead
    )
    listed = _is_under_label(frame, row.cells["cards"]) and parts["cost.listed"].fullmatch(gap)
    alone = frame.sentence.text[q.end : q.end + 1] == ")" and parts["cost.bracket"].fullmatch(gap)
    if (headed or listed or alone or parts["cost.before"].search(gap)) and not any(
        row.cells["cards"].end <= o.start < q.start for o in frame.sentence.quantities if o.unit != "percent"
    ):
        row.cells["amount_vnd"] = q
