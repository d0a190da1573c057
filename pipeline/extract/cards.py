"""cards.csv: health-insurance cards, counted as cards or as the people who got them."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.extract.amounts import Quantity
from pipeline.extract.frames import Draft, Frame
from pipeline.extract.groups import groups
from pipeline.extract.rules import Mark
from pipeline.extract.whose import group_at, group_of

PEOPLE = frozenset({"person", "worker", "student", "turn", "household"})
UNITS = PEOPLE | {"card"}
"""Units of the numbers that begin a row."""
NEAR = 120
"""Characters before a count of people in which the card is named."""


def read(frame: Frame, taken: set[int], refused: dict[int, str], before: Sequence[Draft] = ()) -> list[Draft]:
    """The card rows of a sentence; arguments as ``loans.read``, ``before`` are the rows above it."""
    rows: list[Draft] = []
    sentence = frame.sentence
    slots = [q for q in sentence.quantities if q.start not in taken]
    for number, q in enumerate(slots):
        behind = [o for o in slots[number + 1 :] if o.unit != "percent"]
        stop = behind[0].lead if behind else sentence.end
        if q.unit == "vnd" and rows:
            _add_amount(frame, rows[-1], q)
            continue
        is_open = frame.is_open(q)
        if not (is_open or rows or (frame.introduction and q.unit in PEOPLE)):
            continue
        is_card = is_open and q.unit == "card"
        if not is_card and not (q.unit in PEOPLE and _people_for_cards(frame, q, stop, rows)):
            continue
        # `640 thẻ BHYT trị giá 515 triệu đồng đã được trao cho …`
        reach = next((o.lead for o in behind if not o.is_money), sentence.end)
        mark = _action(frame, q, reach)
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
        row.group = group_of(frame, q, reach if mark and mark.start > q.start else stop, mark)
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


def _people_for_cards(frame: Frame, q: Quantity, stop: int, rows: Sequence[Draft]) -> bool:
    """Whether people stand for cards: ``cấp thẻ BHYT cho 1.200 người``, alone, in a list or under one."""
    text, clause = frame.sentence.text, frame.sentence.clauses[frame.sentence.clause_at(q.start)]
    before = frame.rules.parts["people.before"]
    after = frame.rules.parts["people.after"]
    end = min(clause.end, stop)
    if before.search(text, max(clause.start, q.lead - NEAR), q.lead) or after.search(text[q.end : end]):
        return True
    parts, begin = frame.rules.parts, max(clause.start, q.lead - NEAR)
    if parts["people.helped"].search(text, begin, q.lead) and parts["people.buy"].search(text[q.end : end]):
        return True
    if rows and rows[-1].cells["cards"].unit in PEOPLE:
        last = rows[-1].cells["cards"]
        own = group_at(frame.sentence, last)
        gap = text[own.end if own else last.end : q.lead]
        if frame.rules.parts["people.joint"].fullmatch(gap):
            return True
    if rows and _is_part(frame, q, stop, rows):
        return True
    if frame.introduction is None or rows:
        return False
    start, stop = frame.introduction
    return bool(
        before.search(text[start:stop].rstrip(" :") + " cho ")
        or frame.rules.parts["people.list"].search(text[start:stop])
    )


def _is_part(frame: Frame, q: Quantity, stop: int, rows: Sequence[Draft]) -> bool:
    """Whether people are a part of those who got cards: ``cho 1.200 người, trong đó 300 người nghèo``."""
    total = next((r for r in rows if r.cells["cards"].unit in PEOPLE), None)
    if total is None or not frame.cues.parts.search(frame.sentence.text, total.last.end, q.lead):
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


def _add_amount(frame: Frame, row: Draft, q: Quantity) -> None:
    """What the cards cost, where the same clause says it right behind them."""
    gap = frame.sentence.text[row.cells["cards"].end : q.lead]
    if "amount_vnd" in row.cells or ";" in gap or q.per or frame.excluded(q):
        return
    if frame.rules.parts["cost.before"].search(gap) and not any(
        row.cells["cards"].end <= o.start < q.start for o in frame.sentence.quantities if o.unit != "percent"
    ):
        row.cells["amount_vnd"] = q
