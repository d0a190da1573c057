"""loans.csv: the borrowers and amounts of a sentence that words of lending govern."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.extract.drafts import Draft
from pipeline.extract.frames import Frame
from pipeline.extract.loan_names import name_groups
from pipeline.extract.loan_pairs import BORROWERS, pair
from pipeline.extract.quantity import THINGS, Quantity
from pipeline.extract.rules import Mark
from pipeline.extract.whose import group_at

UNITS = frozenset({*BORROWERS, "vnd"})
"""Units of the numbers that a row may have."""


def read(
    frame: Frame,
    taken: set[int],
    refused: dict[int, str],
    before: Sequence[Draft] = (),
) -> list[Draft]:
    """The loan rows of a sentence.

    Args:
        frame: the sentence under the rules for loans.
        taken: starts of numbers that other tables have; the rows' own are added.
        refused: reason by start of number, filled for numbers that a cue or blocker excludes.
        before: the table's rows above the sentence.
    """
    told = (_as_household(frame, q) for q in frame.sentence.quantities if q.start not in taken)
    slots = [q for q in told if q.unit in UNITS]
    kept: list[tuple[Quantity, Mark, int]] = []
    for q, mark, stop in _governed(frame, slots):
        mark = mark or frame.carried(before)
        reason = frame.excluded(q) or (mark.trigger.reason if mark else "") or _is_else(frame, q, mark)
        if reason == "from_to" and mark and _is_stock(frame, mark, q):
            reason = ""  # `nợ quá hạn giảm từ 1,3 tỷ đồng cuối năm 2020 xuống 340 triệu đồng`: both stood
        if not reason and mark and not (frame.is_open(q) and _is_credit(frame, mark)):
            reason = "not_policy_credit"
        if reason and not _is_sum_of_loan(frame, q, kept):
            refused.setdefault(q.start, reason)
        elif mark:
            kept.append((q, mark, stop))
    rows = pair(frame, kept)
    rows += _proved_parts(frame, rows, slots, refused)
    name_groups(frame, rows, before)
    for row in rows:
        taken.update(q.start for q in row.cells.values())
    return rows


def _as_household(frame: Frame, q: Quantity) -> Quantity:
    """A borrowing household that a villager counts as a house: ``vay vốn hộ nghèo 27 nhà``."""
    text, parts = frame.sentence.text, frame.rules.parts
    if q.unit != "house" or text[q.noun_start : q.end].lower() != "nhà":
        return q
    lent = parts["pairing.lent_before"].search(text, max(frame.sentence.start, q.lead - NEAR), q.lead)
    borrows = parts["pairing.borrows"].match(text[q.end : min(q.end + NEAR, frame.sentence.end)])
    return q._replace(unit="household") if lent or borrows else q


def _proved_parts(
    frame: Frame, rows: Sequence[Draft], slots: Sequence[Quantity], refused: dict[int, str]
) -> list[Draft]:
    """Counts and amounts announced behind the last loan that add up to both its numbers.

    ``cho vay 702 hộ, 34 tỷ đồng; gồm đất ở 46 hộ, 2 tỷ đồng; chuyển đổi nghề 656 hộ, 32 tỷ đồng``
    """
    whole = rows[-1] if rows else None
    if whole is None or len(whole.cells) < len(UNITS_OF_ROW):
        return []
    counts, sums = (
        [q for q in slots if q.start > whole.last.end and q.is_money == money] for money in (False, True)
    )
    pairs = list(zip(counts, sums, strict=False))
    cue = pairs and frame.cues.parts.search(frame.sentence.text, whole.last.end, pairs[0][0].lead)
    if not cue or len(pairs) < 2 or len(counts) != len(sums):
        return []
    if any(a.start > b.start or frame.sentence.previous(b.start) is not a for a, b in pairs):
        return []
    for column, numbers in (("borrowers", counts), ("amount_vnd", sums)):
        values = [q.value for q in numbers if q.value is not None]
        if len(values) < len(numbers) or sum(values) != whole.value(column):
            return []
    found = []
    for count, money in pairs:
        part = Draft("loans", frame.sentence, {"borrowers": count, "amount_vnd": money}, whole.rule)
        part.values = {**whole.values, "borrower_unit": BORROWERS[count.unit]}
        own = group_at(frame.sentence, count)
        part.group = own if own and own.code else None
        refused.pop(count.start, None)
        refused.pop(money.start, None)
        found.append(part)
    return found


UNITS_OF_ROW = ("borrowers", "amount_vnd")
"""The number columns of a loan."""


def _is_else(frame: Frame, q: Quantity, mark: Mark | None) -> str:
    """Why people behind a trigger borrow nothing: they left poverty, or something else is for them."""
    if q.is_money or mark is None:
        return ""
    text, parts = frame.sentence.text, frame.rules.parts
    if mark.end <= q.start and frame.cues.denied.search(text, frame.sentence.start, mark.start):
        return "negated"  # `chưa nhà nào quá hạn; 3 người nghiện`
    found = mark.start > q.start and mark.trigger.values.get("flow") == "overdue"
    near = max(frame.sentence.start, q.lead - NEAR)
    if not found and parts["pairing.checked"].search(text, near, q.lead):
        return "no_rule"
    if mark.start > q.start:
        return ""
    own, last = group_at(frame.sentence, q), frame.sentence.previous(q.start)
    apart = any(sign in text[mark.end : q.lead] for sign in ",;")
    if apart and parts["pairing.staff"].match(text, q.noun_start, min(q.end + NEAR, frame.sentence.end)):
        return "no_rule"
    left = (
        own
        and own.code == "escaped_poverty_household"
        and not parts["pairing.newly"].search(text, own.start, own.end)
    )
    if left and apart:
        return "outcome"  # `Nhờ vốn vay, 88.900 hộ thoát nghèo`
    between = last is not None and last.unit in GIVEN and mark.start < last.start
    if between and parts["pairing.given_to"].match(text[last.end : q.lead]):  # type: ignore[union-attr]
        return "other_support"
    return ""


NEAR = 90
"""Characters around a count in which words tell that it counts no borrowers."""
GIVEN = THINGS | {"house", "card"}
"""Units of what is given rather than lent."""


def _is_credit(frame: Frame, mark: Mark) -> bool:
    """Whether what is paid out is lent: ``giải ngân`` alone is said of budgets and of houses as well."""
    text, parts, sentence = frame.sentence.text, frame.rules.parts, frame.sentence
    if not parts["credit.vague"].fullmatch(text[mark.start : mark.end]):
        return True
    if not parts["credit.other"].search(text, sentence.start, sentence.end):
        return True
    return bool(parts["credit.sure"].search(text, sentence.start, sentence.end))


def _governed(frame: Frame, slots: Sequence[Quantity]) -> list[tuple[Quantity, Mark | None, int]]:
    """Each number with what governs it; in a list of counts the verb behind the last governs all."""
    found: list[tuple[Quantity, Mark | None, int]] = []
    for number in range(len(slots) - 1, -1, -1):
        q = slots[number]
        stop = frame.stop(q, slots[number + 1 : number + 1 + AHEAD])
        mark = _of_list(frame, q, _own(frame, q, frame.governor(q, stop)))
        clause = frame.sentence.clauses[frame.sentence.clause_at(q.start)]
        silent = mark is None or mark.start < clause.start
        if silent and found and not q.is_money and not found[0][0].is_money:
            own = group_at(frame.sentence, q)
            gap = frame.sentence.text[own.end if own else q.end : found[0][0].lead]
            if frame.rules.parts["pairing.list_joint"].fullmatch(gap):
                mark = found[0][1] or mark
        if mark and mark.trigger.reason == "funding":
            lent = q.is_money and found and _is_lent(frame, q, found[0])
            mark = found[0][1] if lent else _split(frame, q) or mark
        if mark is None and q.is_money and found and _is_lent(frame, q, found[0]):
            mark = found[0][1]
        found.insert(0, (q, mark, stop))
    return found


def _of_list(frame: Frame, q: Quantity, mark: Mark | None) -> Mark | None:
    """What a list is of, where an item's label only names its programme.

    ``dư nợ các chương trình như sau:`` above ``- Cho vay hộ nghèo: 3.410 triệu đồng``
    """
    sentence, parts = frame.sentence, frame.rules.parts
    if mark is None or frame.introduction is None or mark.end > q.start:
        return mark
    text, label = sentence.text, sentence.text.find(":", mark.end, q.start)
    if label < 0 or not parts["pairing.lending"].fullmatch(text[mark.start : mark.end].lower()):
        return mark
    above = [m for m in frame.marks_in(*frame.introduction) if not m.trigger.reason]
    stocks = {code for codes in frame.rules.stocks.values() for code in codes}
    return above[-1] if above and all(m.trigger.values.get("flow") in stocks for m in above) else mark


def _own(frame: Frame, q: Quantity, mark: Mark | None) -> Mark | None:
    """What governs a count where words behind it are of another matter.

    Damage done to those who owe: ``7.310 khách hàng đang vay bị thiệt hại``, ``… bị thiệt hại với dư nợ``.
    A ratio that has a percentage of its own: ``24 cán bộ, nợ quá hạn chỉ 0,3%``. What nobody owes late:
    ``52 thành viên, 9 năm không một đồng nợ quá hạn``.
    """
    if q.is_money or mark is None or mark.start < q.end:
        return mark
    text, own = frame.sentence.text, frame.own_marks(frame.sentence.clause_at(q.start))
    if mark.trigger.reason == "damage":
        first = next((m for m in own if m.start >= q.end), mark)
        beside = frame.rules.parts["pairing.beside"].fullmatch(text[q.end : first.start])
        if beside and first.trigger.values.get("flow") == "outstanding":
            return first
        owed = next((m for m in own if m.start >= mark.end), mark)
        behind = frame.rules.parts["pairing.owed_behind"].fullmatch(text[mark.end : owed.start])
        return owed if behind and owed.trigger.values.get("flow") == "outstanding" else mark
    before = next((m for m in reversed(own) if m.end <= q.start), None)
    is_overdue = mark.trigger.values.get("flow") == "overdue" and "," in text[q.end : mark.start]
    if is_overdue and frame.cues.denied.search(text, q.end, mark.start):
        return before
    told = next((o for o in frame.sentence.quantities if o.start >= mark.end), None)
    is_ratio = told and told.unit == "percent" and "," not in text[mark.end : told.lead]
    return before if is_ratio and is_overdue else mark


def _is_lent(frame: Frame, q: Quantity, after: tuple[Quantity, Mark | None, int]) -> bool:
    """Funds that are lent: ``bố trí 2.500 triệu đồng cho 50 lao động vay vốn``."""
    count, mark, _ = after
    if count.is_money or mark is None or mark.trigger.reason:
        return False
    gap, parts = frame.sentence.text[q.end : count.lead], frame.rules.parts
    if ";" in gap:  # what a semicolon parts is of another matter: `… kinh phí 3 tỷ đồng; giúp 40 hộ vay vốn`
        return False
    if parts["pairing.lent_to"].match(gap) and mark.start > count.start:
        return True
    return len(gap) <= JOINED and bool(parts["pairing.count_after_amount"].search(gap))


def _split(frame: Frame, q: Quantity) -> Mark | None:
    """The trigger of what is split by funds: ``giải ngân 15 tỷ, trong đó: nguồn vốn trung ương 11 tỷ``."""
    own = [m for m in frame.marks if not m.trigger.reason and m.end <= q.start]
    blocker = frame.governor(q, q.end)
    said = frame.sentence.text[blocker.start : blocker.end].lower() if blocker else ""
    split = own and frame.cues.parts.search(frame.sentence.text, own[-1].end, q.start)
    return own[-1] if split and frame.rules.parts["pairing.source"].match(said) else None


AHEAD = 12
"""Numbers behind a number among which the next of its clause is looked for."""
JOINED = 12
"""Characters between an amount and the borrowers that it is said to be for."""


def _is_stock(frame: Frame, mark: Mark, q: Quantity) -> bool:
    """Whether a trigger tells what all owe on a day, not what was paid over a time or what one owes."""
    told = mark.trigger.values
    if frame.rules.parts["pairing.of_one"].search(frame.sentence.text, mark.start, q.lead):
        return False
    return any(told.get(column) in codes for column, codes in frame.rules.stocks.items())


def _is_sum_of_loan(frame: Frame, q: Quantity, kept: Sequence[tuple[Quantity, Mark, int]]) -> bool:
    """Whether ``với nguồn vốn`` after a count of borrowers only names their loans' sum."""
    if not q.is_money or not kept or kept[-1][0].is_money or kept[-1][1].trigger.reason:
        return False
    if frame.excluded(q):
        return False
    gap = frame.sentence.text[kept[-1][0].end : q.lead]
    return ";" not in gap and bool(frame.rules.parts["pairing.sum_of_loan"].search(gap))
