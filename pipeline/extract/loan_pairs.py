"""Borrowers and amounts of a sentence paired into loans: ``cho 640 hộ cận nghèo vay 41 tỷ đồng``."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.extract.drafts import Draft
from pipeline.extract.frames import Frame
from pipeline.extract.groups import combine, groups
from pipeline.extract.quantity import Quantity
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
"""Units of borrowers, and what the table calls them."""


def pair(frame: Frame, kept: Sequence[tuple[Quantity, Mark, int]]) -> list[Draft]:
    """The rows of a sentence's numbers: a count and the amount that is its own make one.

    Args:
        frame: the sentence under the rules for loans.
        kept: its numbers, each with what governs it and where the next begins.
    """
    return _in_turn(frame, _paired(frame, kept))


def _paired(frame: Frame, kept: Sequence[tuple[Quantity, Mark, int]]) -> list[Draft]:
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
    if row := _singled(frame, rows, q, mark) or _in_row(frame, rows, q, mark):
        return _mark_of(frame, row, mark)
    if not cues or mark.end > cues[-1].start():
        return mark
    before = [row for row in rows if row.first.start < cues[-1].start()]
    if not before or before[-1].values.get("flow") == mark.trigger.values.get("flow"):
        return mark
    return _mark_of(frame, before[-1], mark)


def _mark_of(frame: Frame, row: Draft, mark: Mark) -> Mark:
    """The sentence's first trigger of a row's flow; ``mark`` where it has none."""
    flow = row.values.get("flow")
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


def _in_row(frame: Frame, rows: Sequence[Draft], q: Quantity, mark: Mark) -> Draft | None:
    """What a programme told in a row is of: ``cho vay X có dư nợ 9 tỷ đồng; cho vay Y 7 tỷ đồng``."""
    text, sentence = frame.sentence.text, frame.sentence
    clause = sentence.clauses[sentence.clause_at(q.start)]
    if not rows or rows[-1].values.get("flow") != "outstanding":
        return None
    if text[clause.start : mark.start].strip(" ;-+"):
        return None
    last = rows[-1].first
    if not clause.holds(last.start):
        above = sentence.clauses[sentence.clause_at(last.start)].start
        if not _programme_told(frame, above, last.lead):
            return None
        if not _programme_told(frame, mark.start, q.lead, ends=True):
            return None
    return rows[-1] if frame.rules.parts["pairing.lending"].match(text, mark.start, mark.end) else None


def _programme_told(frame: Frame, start: int, end: int, *, ends: bool = False) -> bool:
    """Whether words of lending name whom they are for; ``ends``: with nothing but the name behind them."""
    text, parts = frame.sentence.text, frame.rules.parts
    lending = parts["pairing.lending"].search(text, start, end)
    named = groups().find(text, lending.start(), end) if lending else []
    if not named or not ends:
        return bool(named)
    return bool(parts["pairing.of_programme"].fullmatch(text[named[0].end : end]))


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
    if told or not parts["pairing.standing_noun"].search(gap):
        return bool(told)
    begin = frame.sentence.start
    return bool(parts["pairing.such"].search(frame.sentence.text, begin, count.lead))


STANDING = 60
"""Characters between borrowers and what they owe, at most."""


def _has_own_count(frame: Frame, q: Quantity, following: str) -> bool:
    nxt = next((o for o in frame.sentence.quantities if o.start >= q.end), None)
    if nxt is None or nxt.unit not in BORROWERS or nxt.lead - q.end > len(following):
        return False
    between = following[: nxt.lead - q.end]
    if ")" in between and frame.sentence.is_bracketed(q.start):
        return False  # `cho 214 hộ nghèo vay (9.630 triệu đồng), rồi cho 186 hộ`
    if between.endswith("(") and _has_own_sum(frame, nxt):
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
        or _is_listed_behind(frame, q)
        or (mark.trigger.values.get("flow") == rows[-1].values.get("flow") and not _has_own_sum(frame, q))
    )
    return rows[-1] if alone or frame.rules.parts["pairing.count_after_amount"].search(gap) else None


def _is_listed_behind(frame: Frame, q: Quantity) -> bool:
    """Whether a list names an amount first and its count behind: ``A 9 tỷ đồng, 30 hộ, B 7 tỷ đồng, 20 hộ``.

    Then its next amount has a name, and a count behind it, or is of a group that is named right before it.
    """
    text = frame.sentence.text
    following = [o for o in frame.sentence.quantities if o.start >= q.end][:2]
    if not following or not following[0].is_money:
        return False
    amount = following[0]
    named = text[q.end : amount.lead]
    if "," not in named or not named.rstrip()[-1:].isalpha() or any(sign in named for sign in ".;:()"):
        return False
    count = following[1] if len(following) > 1 and following[1].unit in BORROWERS else None
    if count and text[amount.end : count.lead].strip() == ",":
        return True
    found = groups().find(text, q.end + named.index(","), amount.lead)
    return bool(found) and not text[found[-1].end : amount.lead].strip()


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
