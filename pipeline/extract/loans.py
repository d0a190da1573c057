"""loans.csv: borrowers and amounts paired into rows."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.extract.amounts import Quantity
from pipeline.extract.drafts import Draft
from pipeline.extract.frames import Frame
from pipeline.extract.governors import THINGS
from pipeline.extract.groups import combine
from pipeline.extract.loan_names import name_groups
from pipeline.extract.respective import answered
from pipeline.extract.rules import Mark
from pipeline.extract.whose import group_at, group_of, is_vague

BORROWERS = {
    "household": "household",
    "person": "person",
    "worker": "person",
    "student": "student",
    "customer": "customer",
    "turn": "turn",
    "project": "project",
}
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
    slots = [q for q in frame.sentence.quantities if q.unit in UNITS and q.start not in taken]
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
    rows = _in_turn(frame, _pair(frame, kept))
    rows += _proved_parts(frame, rows, slots, refused)
    name_groups(frame, rows, before)
    for row in rows:
        taken.update(q.start for q in row.cells.values())
    return rows


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
    if not cue or len(pairs) < LISTED or len(counts) != len(sums):
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
    if q.is_money or mark is None or mark.start > q.start:
        return ""
    text, own, last = frame.sentence.text, group_at(frame.sentence, q), frame.sentence.previous(q.start)
    parts = frame.rules.parts
    left = (
        own
        and own.code == "escaped_poverty_household"
        and not parts["pairing.newly"].search(text, own.start, own.end)
    )
    if left and any(sign in text[mark.end : q.lead] for sign in ",;"):
        return "outcome"  # `Nhờ vốn vay, 88.900 hộ thoát nghèo`
    between = last is not None and last.unit in GIVEN and mark.start < last.start
    if between and parts["pairing.given_to"].match(text[last.end : q.lead]):  # type: ignore[union-attr]
        return "other_support"
    return ""


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
        mark = frame.governor(q, stop)
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


def _is_lent(frame: Frame, q: Quantity, after: tuple[Quantity, Mark | None, int]) -> bool:
    """Funds that are lent: ``bố trí 2.500 triệu đồng cho 50 lao động vay vốn``."""
    count, mark, _ = after
    if count.is_money or mark is None or mark.trigger.reason:
        return False
    gap, parts = frame.sentence.text[q.end : count.lead], frame.rules.parts
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


def _pair(frame: Frame, kept: Sequence[tuple[Quantity, Mark, int]]) -> list[Draft]:
    rows: list[Draft] = []
    for q, mark, stop in kept:
        if mark.trigger.reason:
            mark = kept[0][1]
        mark = _of_total(frame, rows, q, mark)
        if q.is_money:
            row = _answered(frame, rows, q) or _open_count(frame, rows, q, mark)
            if row:
                row.cells["amount_vnd"] = q
                # `cho 17 hộ, cả thảy 1 tỷ đồng, toàn hộ cận nghèo`: named behind both
                named = None if row.group else group_of(frame, q, stop, mark)
                beside = named and named.start >= q.end and _is_beside(frame, q, named.start)
                row.group = named if beside else row.group
                continue
            rows.append(_row(frame, q, mark, stop))
            _share(rows, frame, q)
            continue
        row = _open_amount(frame, rows, q, mark)
        if row:
            row.cells["borrowers"] = q
            row.values["borrower_unit"] = BORROWERS[q.unit]
            # the amount's own words come first: what stands behind the count may be the next one's
            found = group_at(frame.sentence, q) if row.group else group_of(frame, q, stop, mark)
            row.group = row.group if row.group and (not found or is_vague(found)) else found
        else:
            rows.append(_row(frame, q, mark, stop))
    return rows


def _is_beside(frame: Frame, q: Quantity, at: int) -> bool:
    """Whether no more than a word or two part an amount from the group named behind it."""
    return len(frame.sentence.text[q.end : at].strip(" ,").split()) <= FEW


FEW = 2
"""Words such as ``đều là``, ``toàn``."""


def _answered(frame: Frame, rows: Sequence[Draft], q: Quantity) -> Draft | None:
    """The borrowers that an amount given in turn is lent to: ``30 hộ nghèo, 40 hộ cận nghèo, lần lượt …``."""
    row = answered(frame.sentence, rows, q)
    return row if row and "amount_vnd" not in row.cells else None


def _in_turn(frame: Frame, rows: Sequence[Draft]) -> list[Draft]:
    """Counts given in turn join the amounts given in turn before them: ``6 tỷ và 9 tỷ, số hộ 104 và 152``."""
    turns = frame.sentence.turns
    kept: list[Draft] = []
    for row in rows:
        turn = turns.get(row.first.start)
        other = next(
            (
                o
                for o in kept
                if turn
                and o.first.start in turns
                and turns[o.first.start].place == turn.place
                and len(o.cells) == len(row.cells) == 1
                and not set(o.cells) & set(row.cells)
            ),
            None,
        )
        if other is None:
            kept.append(row)
            continue
        other.cells |= row.cells
        other.values = {**row.values, **other.values}
    return kept


def _of_total(frame: Frame, rows: Sequence[Draft], q: Quantity, mark: Mark) -> Mark:
    """In a split without a trigger of its own a number is of its total's flow: ``với 90 hộ vay, gồm: …``."""
    text, start = frame.sentence.text, frame.sentence.start
    cues = list(frame.cues.parts.finditer(text, start, q.start))
    if row := _singled(frame, rows, q, mark):
        flow = row.values.get("flow")
        return next((m for m in frame.marks if m.trigger.values.get("flow") == flow), mark)
    if not cues or mark.end > cues[-1].start():
        return mark
    before = [row for row in rows if row.first.start < cues[-1].start()]
    if not before or before[-1].values.get("flow") == mark.trigger.values.get("flow"):
        return mark
    flow = before[-1].values.get("flow")
    return next((m for m in frame.marks if m.trigger.values.get("flow") == flow), mark)


def _singled(frame: Frame, rows: Sequence[Draft], q: Quantity, mark: Mark) -> Draft | None:
    """What a programme singled out of it is of: ``dư nợ 6.873 tỷ đồng; riêng cho vay NƠXH 512 tỷ đồng``."""
    text, sentence = frame.sentence.text, frame.sentence
    singled = list(frame.cues.singled.finditer(text, sentence.start, q.start))
    before = [row for row in rows if singled and row.first.start < singled[-1].start()]
    if not before or before[-1].values.get("flow") != "outstanding" or mark.start < singled[-1].end():
        return None
    first = next(m for m in frame.marks if m.start >= singled[-1].end())
    lending = frame.rules.parts["pairing.lending"].match(text, mark.start, mark.end)
    named = lending and group_of(frame, q, q.end, mark)
    return before[-1] if named and not text[singled[-1].end() : first.start].strip() else None


def _row(frame: Frame, q: Quantity, mark: Mark, stop: int) -> Draft:
    column = "amount_vnd" if q.is_money else "borrowers"
    row = Draft("loans", frame.sentence, {column: q}, mark.trigger.id, dict(mark.trigger.values))
    text, parts = frame.sentence.text, frame.rules.parts
    own = parts["pairing.lending"] if q.is_money else parts["pairing.lending_or_borrowing"]
    row.named = bool(own.match(text, mark.start, mark.end))
    if not q.is_money:
        row.values["borrower_unit"] = BORROWERS[q.unit]
    row.group = group_of(frame, q, stop, mark)
    return row


def _open_count(frame: Frame, rows: Sequence[Draft], q: Quantity, mark: Mark) -> Draft | None:
    """The row of borrowers that an amount belongs to: the last, in its clause, still without one.

    A bracket closed before the amount keeps its own: ``101 hộ (năm 2022: 95 hộ), số tiền 8.075 triệu``.
    """
    sentence = frame.sentence
    groups_ = {sentence.clauses[k].group for k in sentence.before(sentence.clause_at(q.start))}
    reach = [r for r in rows if sentence.clauses[sentence.clause_at(r.first.start)].group in groups_]
    if not reach or "amount_vnd" in reach[-1].cells:
        return None
    row = reach[-1]
    count = row.cells["borrowers"]
    gap = sentence.text[count.end : q.lead]
    if _is_standing(frame, count, gap):
        row.values["flow"], row.rule = mark.trigger.values.get("flow"), mark.trigger.id
        return row
    named = mark.start >= count.end and mark.trigger.values.get("flow") == row.values.get("flow")
    broken = ";" in gap and not frame.rules.parts["pairing.continues"].search(gap)
    own = group_at(sentence, count)  # `cho 640 hộ cận nghèo 41 tỷ đồng và 118 hộ nghèo 6 tỷ đồng`
    beside = own is not None and sentence.text[own.end : q.lead].isspace()
    if broken or not (named or beside or frame.rules.parts["pairing.amount_after_count"].search(gap)):
        return None
    if mark.start > count.end and mark.trigger.values.get("flow") != row.values.get("flow"):
        return None
    if frame.rules.parts["pairing.together"].search(gap) and len(_coordinated(reach, frame)) > 1:
        return None
    following = sentence.text[q.end : q.end + 40]
    return None if _has_own_count(frame, q, following) else row


def _is_standing(frame: Frame, count: Quantity, gap: str) -> bool:
    """Whether an amount is what the borrowers before it still owe."""
    if ";" in gap or len(gap) > STANDING:
        return False
    days = [m for m in frame.sentence.mentions if m.end <= count.start and m.reading != "open"]
    on_a_day = bool(days and days[-1].period.end and not days[-1].period.start)
    parts = frame.rules.parts
    told = parts["pairing.standing"].search(gap) or (on_a_day and parts["pairing.standing_day"].search(gap))
    return bool(told)


STANDING = 60
"""Characters between borrowers and what they owe, at most."""


def _has_own_count(frame: Frame, q: Quantity, following: str) -> bool:
    nxt = next((o for o in frame.sentence.quantities if o.start >= q.end), None)
    if nxt is None or nxt.unit not in BORROWERS or nxt.lead - q.end > len(following):
        return False
    between = following[: nxt.lead - q.end]
    if between.strip() == "(" and _has_own_sum(frame, nxt):
        return False  # `cho 12 hộ vay 780 triệu đồng (7 hộ cận nghèo: 455 triệu đồng; …)`
    if frame.cues.parts.search(between) and _has_own_sum(frame, nxt):
        return False  # `vay 3 tỷ đồng, nhiều nhất là xã Tân An với 13 người, 900 triệu đồng`
    if any(m.trigger.reason and q.end <= m.start < nxt.lead for m in frame.marks):
        return False  # `vay 2.880 triệu đồng, tạo việc làm cho 72 lao động`
    return ";" not in between and bool(frame.rules.parts["pairing.count_after_amount"].search(between))


def _coordinated(rows: Sequence[Draft], frame: Frame) -> list[Draft]:
    """The last rows of borrowers without an amount that stand in one list."""
    found: list[Draft] = []
    for row in reversed(rows):
        if "amount_vnd" in row.cells:
            break
        end = found[0].cells["borrowers"].lead if found else row.cells["borrowers"].end
        if ";" in frame.sentence.text[row.cells["borrowers"].end : end]:
            break
        found.insert(0, row)
    return found


def _share(rows: list[Draft], frame: Frame, q: Quantity) -> None:
    """An amount for a list of borrowers stands in a row of its own, for all their groups together."""
    listed = _coordinated(rows[:-1], frame)
    gap = frame.sentence.text[listed[-1].cells["borrowers"].end : q.lead] if listed else ""
    if len(listed) > 1 and frame.rules.parts["pairing.together"].search(gap) and ";" not in gap:
        codes = [row.group.code for row in listed if row.group]
        first = next((row.group for row in listed if row.group), None)
        if first and len(codes) == len(listed):
            rows[-1].group = type(first)(first.start, first.end, combine(codes))


def _open_amount(frame: Frame, rows: Sequence[Draft], q: Quantity, mark: Mark) -> Draft | None:
    """The row of an amount that a count right behind it belongs to: ``đạt 30 tỷ đồng với 900 hộ``."""
    if not rows or "borrowers" in rows[-1].cells or q.start in frame.sentence.turns:
        return None
    amount = rows[-1].cells["amount_vnd"]
    gap = frame.sentence.text[amount.end : q.lead]
    if len(gap) > FAR_APART:
        return None
    if _owes(frame, rows[-1], q) and not _has_own_sum(frame, q):
        return rows[-1]  # `dư nợ đạt 400 tỷ đồng, tăng 30 tỷ đồng; có 6.800 hộ đang vay vốn`
    split = gap.strip() == "(" or frame.cues.parts.search(gap)
    if ";" in gap or (split and _has_own_sum(frame, q)):
        return None
    alone = gap.strip() == "," and (
        len(frame.sentence.quantities) == LISTED
        or (mark.trigger.values.get("flow") == rows[-1].values.get("flow") and not _has_own_sum(frame, q))
    )
    return rows[-1] if alone or frame.rules.parts["pairing.count_after_amount"].search(gap) else None


def _owes(frame: Frame, row: Draft, q: Quantity) -> bool:
    """Whether a count is of those who owe what was named before it."""
    behind = frame.sentence.text[q.end : min(q.end + FAR_APART, frame.sentence.end)]
    return row.values.get("flow") == "outstanding" and bool(frame.rules.parts["pairing.owing"].match(behind))


def _has_own_sum(frame: Frame, q: Quantity) -> bool:
    """Whether an amount follows that the count may have: ``đạt 30 tỷ đồng, 900 hộ nghèo vay 12 tỷ đồng``."""
    clause = frame.sentence.clauses[frame.sentence.clause_at(q.start)]
    nxt = next((o for o in frame.sentence.quantities if o.start >= q.end), None)
    if nxt and frame.cues.parts.search(frame.sentence.text, q.end, nxt.lead):
        return False  # `dư nợ 500 tỷ đồng, 9.000 khách hàng còn dư nợ, trong đó nước sạch 70 tỷ đồng`
    return bool(nxt and nxt.is_money and clause.holds(nxt.start) and not frame.excluded(nxt))


LISTED = 2
"""Numbers of an item in which a comma alone joins them: `- Hội Nông dân: 118.300 triệu đồng, 2.204 hộ`."""
FAR_APART = 90
"""Characters between an amount and its borrowers, at most."""
