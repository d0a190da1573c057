"""What houses cost, one of them or all, told in the sentence that counts them."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from pipeline.extract.closing import closes
from pipeline.extract.drafts import Draft
from pipeline.extract.frames import Frame
from pipeline.extract.quantity import THINGS, Quantity
from pipeline.extract.respective import answered
from pipeline.extract.sentence import NO_THINGS


def amounts(
    frame: Frame,
    rows: list[Draft],
    close: Sequence[Draft],
    slots: Sequence[Quantity],
    refused: dict[int, str],
) -> None:
    """Give the sentence's rows their amounts.

    Args:
        frame: the sentence.
        rows: its own rows.
        close: those of the blocks before it.
        slots: its numbers.
        refused: gets the reason of amounts that are nobody's own.
    """
    counts = {row.cells["houses"].start: row for row in rows}
    current: Draft | None = None
    waiting: Quantity | None = None
    for q in slots:
        if is_size(frame, q):
            continue  # `01 căn nhà diện tích 54 m2, trị giá 140 triệu đồng`
        if not q.is_money:
            if current and q.unit == "household" and q.value == current.value("houses"):
                continue  # `trao 4 căn nhà cho 4 hộ nghèo, mỗi căn 70 triệu đồng`
            if current and _says_where(frame, current, q):
                continue  # `hoàn thành 3.057 căn nhà tại 21 tỉnh với tổng số tiền 91 tỷ đồng`
            current = counts.get(q.start)
            if current and waiting and _is_purpose(frame, waiting, q, rows):
                _pay(frame, current, waiting)
            waiting = None
            continue
        if q.unit != "vnd":
            continue
        if told := answered(frame.sentence, rows, q):
            gap = frame.sentence.text[rows[-1].last.end : q.lead]
            each = q.per in {"house", "household"} or frame.rules.parts["per_house.pattern"].search(gap)
            told.cells.setdefault("amount_per_house_vnd" if each else "amount_vnd", q)
            continue
        if current is None:
            waiting = q
            continue
        current = _outer(frame, rows, current, q)
        column = _column(frame, current, rows, q)
        if column == "joint":
            if whole := _whole(frame, rows, current) or _above(rows, close):
                whole.cells["amount_vnd"] = q
            else:
                refused.setdefault(q.start, "joint_amount")
        elif column == "share":
            refused.setdefault(q.start, "joint_amount")
        elif column and (column not in current.cells or _is_own_sum(frame, current, column, q)):
            current.cells[column] = q
            _basis(frame, current, q)
        elif column == "amount_vnd" and (whole := _whole(frame, rows, current)):
            whole.cells[column] = (
                q  # `gồm xây mới 8 nhà với 400 triệu, sửa 3 nhà với 60 triệu, tổng 460 triệu`
            )
    _products(rows, slots)


def _says_where(frame: Frame, row: Draft, q: Quantity) -> bool:
    """Whether a count of places says where the houses before it stand."""
    told = frame.rules.parts["purpose.where"].fullmatch(frame.sentence.text[row.last.end : q.lead])
    return q.unit in NO_THINGS and bool(told)


def _products(rows: Sequence[Draft], slots: Sequence[Quantity]) -> None:
    """Money of the sentence that is houses times the price of one is their sum, wherever it stands."""
    used = {q.start for row in rows for q in row.cells.values()}
    for row in rows:
        count, each = row.value("houses"), row.value("amount_per_house_vnd")
        if count is None or each is None or count == 1 or "amount_vnd" in row.cells:
            continue
        free = (q for q in slots if q.is_money and not q.per and q.start not in used)
        if proved := next((q for q in free if q.value == count * each), None):
            row.cells["amount_vnd"] = proved
            used.add(proved.start)


def _has_more(frame: Frame, count: Quantity) -> bool:
    """Whether money is for other things behind the houses, too: ``xây 286 nhà, tặng 500 suất``."""
    sentence = frame.sentence
    clause = sentence.clauses[sentence.clause_at(count.start)]
    things = (o for o in sentence.between(count.end, clause.end) if o.unit in THINGS or o.unit == "house")
    done = frame.rules.parts["purpose.done"]
    others = (
        o
        for o in things
        # `để xây 40 căn, đến nay đã trao 26 căn`: some of them
        if not (o.unit == "house" and done.search(sentence.text, count.end, o.lead) and _is_less(o, count))
    )
    other = next((o for o in others if clause.holds(o.start)), None)
    if other is None or frame.rules.parts["purpose.apart"].search(sentence.text, count.end, other.lead):
        return False
    # `dựng 80 căn nhà ở ba huyện: Tủa Chùa 40 căn, …`: its parts
    listed = other.unit == count.unit and ":" in sentence.text[count.end : other.lead]
    return not listed and not frame.cues.parts.search(sentence.text, count.end, other.lead)


def _is_less(part: Quantity, whole: Quantity) -> bool:
    return part.value is not None and whole.value is not None and part.value <= whole.value


def _is_own_sum(frame: Frame, row: Draft, column: str, q: Quantity) -> bool:
    """Whether a sum named behind houses says more than money before them: ``…, tổng trị giá 105 triệu``."""
    count, gap = row.cells["houses"], frame.sentence.text[row.cells["houses"].end : q.lead]
    return row.cells[column].end <= count.lead and bool(frame.cues.money.search(gap))


def _pay(frame: Frame, row: Draft, money: Quantity) -> None:
    """Give a row the money named before it: for all its houses, or for each (``40 triệu đồng/nhà``)."""
    behind = frame.sentence.text[money.end : money.end + BEHIND]
    each = money.per in {"house", "household"} or frame.rules.parts["per_house.behind"].match(behind)
    if each or not money.per:
        row.cells.setdefault("amount_per_house_vnd" if each else "amount_vnd", money)


SIZES = frozenset({"m2", "m²", "km"})
"""How large or far away a house is."""


def is_size(frame: Frame, q: Quantity) -> bool:
    """Whether a number says how large or far away a house is: ``diện tích 54 m2``."""
    return q.unit == "other" and frame.sentence.text[q.noun_start : q.end].lower() in SIZES


def _is_purpose(frame: Frame, money: Quantity, count: Quantity, rows: Sequence[Draft]) -> bool:
    """``35 tỷ đồng … để xây mới 900 căn``: money named before what it is for."""
    parts, text = frame.rules.parts, frame.sentence.text
    gap = text[money.end : count.lead]
    if ";" in gap or parts["purpose.left"].search(gap):
        return False
    if parts["purpose.between"].search(gap):
        return not _has_more(frame, count)
    if count.unit != "house" and parts["purpose.of_households"].match(gap):
        return not _has_more(frame, count) and not any(r.first.start > count.start for r in rows)
    # `Với 2.700 triệu đồng từ Quỹ, huyện làm mới 45 căn nhà`, and nothing else
    alone = not any(r.first.start != count.start for r in rows)
    return alone and bool(
        parts["purpose.with"].search(text[frame.sentence.start : money.lead])
        and parts["purpose.far"].match(gap)
    )


def _column(frame: Frame, row: Draft, rows: Sequence[Draft], q: Quantity) -> str:
    """Which column an amount behind a count of houses fills; empty where it is not theirs."""
    parts, text = frame.rules.parts, frame.sentence.text
    begin = max(o.end for o in row.cells.values())
    gap = text[begin : q.lead]
    between = [
        m
        for m in frame.marks
        if begin <= m.start < q.lead and m.trigger.reason in {"other_support", "outcome"}
    ]
    own = q.per == "house" and any(r.values["work"] in works_behind(frame, q) for r in rows)
    if between or (";" in gap and not own and not parts["amount.continues"].match(gap)):
        return ""
    if frame.excluded(q) not in {"", "average"}:
        return ""
    if any(o.is_money for o in row.cells.values()) and frame.cues.parts.search(gap):
        return ""  # `mỗi căn trị giá 70 triệu đồng, trong đó Quỹ hỗ trợ 50 triệu đồng`: a share
    if parts["amount.not"].search(gap) or _is_for_others(frame, q):
        return ""
    inside = gap.count("(") > gap.count(")")
    if inside and "amount_per_house_vnd" in row.cells:
        return "share"  # `mỗi căn 80 triệu đồng (Tập đoàn tài trợ 60 triệu đồng)`
    if parts["per_house.named"].search(gap) and row.value("houses") != Decimal(1):
        return ""
    if q.per == "house" or (q.per == "household" and _is_price_of_households(frame, row, gap)):
        _per_house(frame, row, rows, q, begin)
        return ""
    if q.per:
        return ""
    if row.value("houses") == Decimal(1):
        return "amount_per_house_vnd"
    clause = frame.sentence.clauses[frame.sentence.clause_at(q.start)]
    follows = any(r.first.start > q.end and clause.holds(r.first.start) for r in rows)
    is_sum = bool(parts["per_house.joint"].search(gap)) and not (follows and len(gap) <= CLOSE)
    shared = is_sum or (not follows and parts["per_house.shared"].search(gap))
    if shared and len(_open_beside(frame, rows, row)) > 1 and not closes(row, frame.cues):
        return "joint"
    if is_sum:
        return "joint" if _sums_priced(frame, rows, row, q) else "amount_vnd"
    behind = parts["per_house.behind"].match(text[q.end : q.end + BEHIND])
    if behind and (works := _works_next(frame, q.end + behind.end())):
        same = [r for r in rows if r.values["work"] in works and r.first.start < q.start]
        if same:  # `định mức 60 triệu đồng một căn xây mới, 30 triệu đồng một căn sửa chữa`
            same[-1].cells.setdefault("amount_per_house_vnd", q)
            return ""
    if behind or parts["per_house.pattern"].search(gap):
        return "amount_per_house_vnd"
    return "share" if parts["amount.rest"].match(text[q.end : q.end + WORKS]) else "amount_vnd"


def _is_for_others(frame: Frame, q: Quantity) -> bool:
    """Whether words behind money give it to other works: ``góp 3 tỷ đồng xây 2 trạm y tế``."""
    after = frame.sentence.text[q.end : min(q.end + WORKS, frame.sentence.end)]
    return bool(frame.rules.parts["amount.for_others"].match(after))


WORKS = 60
"""Characters behind money in which works may be named that it is for."""


def _sums_priced(frame: Frame, rows: Sequence[Draft], row: Draft, q: Quantity) -> bool:
    """Whether a sum is what several counts with a price each cost together."""
    clause = frame.sentence.clause_at(row.first.start)
    upto = [r for r in rows if frame.sentence.clause_at(r.first.start) <= clause and r.first.start < q.start]
    cost = [(r.value("houses"), r.value("amount_per_house_vnd")) for r in upto if not r.value("amount_vnd")]
    each = [count * price for count, price in cost if count and price]
    return len(each) > 1 and len(each) == len(upto) and sum(each) == q.value


def _above(rows: Sequence[Draft], close: Sequence[Draft]) -> Draft | None:
    """The total that a sentence before tells, where the sentence's counts are its parts without a rest."""
    total = close[-1] if close and len(rows) > 1 else None
    if total is None or "amount_vnd" in total.cells:
        return None
    return total if adds_up(total, rows) else None


def _is_price_of_households(frame: Frame, row: Draft, gap: str) -> bool:
    """Whether an amount a household is that of its house: ``mức hỗ trợ 40 triệu đồng/hộ``.

    Right behind households whose houses were built it needs no word: ``hỗ trợ nhà ở (40 triệu đồng/hộ)``.
    """
    if row.cells["houses"].unit == "household" and gap.rstrip().endswith("("):
        return True
    return bool(frame.rules.parts["per_house.household"].search(gap))


def _outer(frame: Frame, rows: Sequence[Draft], row: Draft, q: Quantity) -> Draft:
    """The houses before a closed bracket, to which money behind it belongs: ``9 nhà (4 mới, 5 sửa), …``."""
    sentence = frame.sentence
    inner, own = sentence.clause_at(row.first.start), sentence.clause_at(q.start)
    if inner == own or sentence.clauses[inner].outer != own:
        return row
    before = [r for r in rows if sentence.clause_at(r.first.start) == own and r.first.start < row.first.start]
    return before[-1] if before else row


BEHIND = 30
"""Characters behind an amount in which words make it that of one house."""
CLOSE = 25
"""Characters between a count and its own sum in a list that goes on: ``5 nhà, tổng số tiền 300 triệu, …``."""


def _per_house(frame: Frame, row: Draft, rows: Sequence[Draft], q: Quantity, begin: int) -> None:
    """What one house costs: of the row whose work stands before it (``xây mới 60 triệu đồng/nhà``)."""
    works = works_behind(frame, q) or _works(frame, begin, q.lead)
    same = [r for r in rows if r.values["work"] in works and r.first.start < q.start]
    apart = ";" in frame.sentence.text[row.last.end : q.lead]
    target = same[-1] if same else split(frame, rows, row) if apart else row
    target.cells.setdefault("amount_per_house_vnd", q)


def _works(frame: Frame, begin: int, end: int) -> set[str]:
    """The kinds of work that a span names."""
    found = [m for m in frame.marks if begin <= m.start < end and not m.trigger.reason]
    return {str(m.trigger.values.get("work")) for m in found} - {"unspecified"}


def works_behind(frame: Frame, q: Quantity) -> set[str]:
    """The kind of work right behind a price: ``60 triệu đồng/nhà xây mới``, ``60 triệu đồng/nhà mới``."""
    if frame.rules.parts["per_house.new"].match(frame.sentence.text[q.end : q.end + BEHIND]):
        return {"new"}
    gap = next((m.start for m in frame.marks if m.start >= q.end), q.end + 1)
    return _works(frame, gap, gap + 1) if frame.sentence.text[q.end : gap].isspace() else set()


def _works_next(frame: Frame, at: int) -> set[str]:
    """The kind of work right behind a place."""
    mark = next((m for m in frame.marks if m.start >= at), None)
    return (
        _works(frame, mark.start, mark.start + 1)
        if mark and not frame.sentence.text[at : mark.start].strip()
        else set()
    )


def split(frame: Frame, rows: Sequence[Draft], row: Draft) -> Draft:
    """The total that a part's sentence is about: ``xây 48 nhà, trong đó 31 nhà xong; mức 60 triệu/nhà``."""
    start = row.cells["houses"].start
    cues = list(frame.cues.parts.finditer(frame.sentence.text, frame.sentence.start, start))
    before = [r for r in rows if cues and r.cells["houses"].start < cues[-1].start()]
    return before[-1] if before else row


def _whole(frame: Frame, rows: Sequence[Draft], row: Draft) -> Draft | None:
    """The total that the rows up to this one split without a rest: money for all of them is its own."""
    total = split(frame, rows, row)
    parts = [r for r in rows if total.first.start < r.first.start <= row.first.start]
    if total is row or "amount_vnd" in total.cells:
        return None
    return total if adds_up(total, parts) else None


def whole_of(rows: Sequence[Draft]) -> Draft | None:
    """The row that all rows behind it add up to; the nearest such."""
    return next((rows[k] for k in range(len(rows) - 3, -1, -1) if adds_up(rows[k], rows[k + 1 :])), None)


def adds_up(total: Draft, parts: Sequence[Draft]) -> bool:
    """Whether the houses of a row are those of others together."""
    counts = [r.value("houses") for r in parts]
    return None not in counts and sum(c for c in counts if c is not None) == total.value("houses")


def _open_beside(frame: Frame, rows: Sequence[Draft], row: Draft) -> list[Draft]:
    """Rows of the same clause, up to this one, that have no sum: an amount for all is nobody's own."""
    clause = frame.sentence.clause_at(row.cells["houses"].start)
    beside = [r for r in rows if frame.sentence.clause_at(r.cells["houses"].start) == clause]
    upto = [r for r in beside if r.cells["houses"].start <= row.cells["houses"].start]
    return [r for r in upto if not {"amount_vnd", "amount_per_house_vnd"} & set(r.cells)]


def _basis(frame: Frame, row: Draft, q: Quantity) -> None:
    begin = max((o.end for o in row.cells.values() if o.end <= q.start), default=q.lead)
    gap = frame.sentence.text[begin : q.end]
    parts = frame.rules.parts
    basis = "value" if parts["per_house.value"].search(gap) else None
    if basis is None and parts["per_house.support"].search(gap):
        basis = "support"
    if basis:
        row.values.setdefault("amount_basis", basis)
