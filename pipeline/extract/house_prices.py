"""What houses cost, told behind the sentence that counts them: ``Mỗi căn được hỗ trợ 80 triệu đồng``."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.extract.drafts import Draft
from pipeline.extract.frames import Frame
from pipeline.extract.house_money import adds_up, is_size, works_behind
from pipeline.extract.quantity import Quantity


def prices(
    frame: Frame,
    rows: Sequence[Draft],
    near: Sequence[Draft],
    close: Sequence[Draft],
    slots: Sequence[Quantity],
) -> None:
    """Give rows above the sentence the price of one house that it tells.

    Args:
        frame: the sentence.
        rows: its own rows.
        near: those of the sentence right before it.
        close: those of the blocks before it.
        slots: its numbers.
    """
    if rows and rows[0].first.start > slots[0].end:
        _each(frame, rows[:1], slots)  # `Mỗi căn nhà được hỗ trợ 60 triệu đồng; năm nay làm được 14 căn`
    _each(frame, near, slots)
    _each_work(frame, close, slots)
    for q in [q for q in slots if q.per == "house"]:
        works = works_behind(frame, q)
        if any(q in r.cells.values() for r in rows):
            continue
        told = [r for r in close if r.values["work"] in works and r.last.end < q.start]
        # `50 triệu đồng/nhà xây mới, 25 triệu đồng/nhà sửa chữa; đã có 18 nhà làm mới`
        told = told or [r for r in rows if r.values["work"] in works and r.first.start > q.end][:1]
        if told:
            told[-1].cells.setdefault("amount_per_house_vnd", q)
    _sum(frame, [] if rows else close, slots)


def _sum(frame: Frame, close: Sequence[Draft], slots: Sequence[Quantity]) -> None:
    """``Tổng số tiền hỗ trợ là 214 tỷ đồng`` in a sentence of its own is for all houses told before it."""
    q = slots[0] if slots else None
    sentence = frame.sentence
    if q is None or q.unit != "vnd" or q.per or not close:
        return
    summed = frame.cues.sums_up.match(sentence.text, sentence.start, q.lead)
    if not summed:
        return
    if frame.rules.parts["each.beyond"].search(sentence.text, sentence.start, q.lead):
        return
    beside = [r for r in close if r.sentence.block == sentence.block]
    own = beside or ([] if summed["near"] else close)
    if not own or any("amount_vnd" in r.cells for r in own):
        return  # `… xây 5 căn nhà.` and, in a paragraph of its own, `Kinh phí thực hiện là 300 triệu đồng.`
    if len(own) == 1 or adds_up(own[0], own[1:]):
        own[0].cells["amount_vnd"] = q


def _each(frame: Frame, near: Sequence[Draft], slots: Sequence[Quantity]) -> None:
    """``Mỗi căn được hỗ trợ 80 triệu đồng`` in the sentence behind a count is its price of one house."""
    sentence = frame.sentence
    told = [q for q in slots if not is_size(frame, q)]
    if not near or not told or not told[0].is_money or told[0].unit != "vnd":
        return
    q = told[0]
    if not frame.rules.parts["each.before"].match(sentence.text[sentence.start : q.lead]):
        return
    works = {str(m.trigger.values.get("work")) for m in frame.marks if m.end <= q.start} - {"unspecified"}
    same = [r for r in near if r.values["work"] in works] or list(near)
    # `132 nhà, gồm A 57 nhà, B 75 nhà. Mỗi nhà …`: of all of them
    whole = same[0] if len(same) > 2 and adds_up(same[0], same[1:]) else same[-1]
    whole.cells.setdefault("amount_per_house_vnd", q)


def _each_work(frame: Frame, near: Sequence[Draft], slots: Sequence[Quantity]) -> None:
    """``Mức hỗ trợ là 60 triệu đồng đối với nhà xây mới`` is the price of one of the houses built before."""
    text, parts = frame.sentence.text, frame.rules.parts
    for q in slots:
        if q.unit != "vnd" or q.per or not parts["each.rate"].search(text, frame.sentence.start, q.lead):
            continue
        behind = next((m for m in frame.marks if m.start >= q.end), None)
        if behind is None or frame.excluded(q) or not parts["each.of_work"].match(text[q.end : behind.start]):
            continue
        same = [r for r in near if r.values["work"] == behind.trigger.values.get("work")]
        # `khởi công 30 nhà, gồm 18 nhà xây mới …; 22 nhà đã xong`: these are of both
        same = [r for r in same if r.rule in TELLING] or same
        if same:
            same[-1].cells.setdefault("amount_per_house_vnd", q)


TELLING = frozenset({"houses.new", "houses.repair"})
"""Rules by which a row's own words tell what was done."""
