"""Rows of a table by its rule file alone: what a number is, and which row it joins.

``governors`` says which trigger governs a number; the file's ``[[number]]`` entries say which column it then
fills. A number joins the row before it where that row lacks its column and nothing stands between that begins
something new.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import takewhile

from pipeline.extract.announced import part_of
from pipeline.extract.drafts import Draft
from pipeline.extract.frames import Frame
from pipeline.extract.governors import Seen, governor, named_before, topic
from pipeline.extract.groups import GroupList, groups
from pipeline.extract.joins import are_same_people, explains, is_of_anothers, listed_with, open_row, total_of
from pipeline.extract.number_entries import entry_of, says_itself
from pipeline.extract.quantity import THINGS
from pipeline.extract.respective import answered
from pipeline.extract.rules import Mark, Number
from pipeline.extract.whose import group_at, group_of

AHEAD = 12
"""Numbers behind a percentage among which the next of its clause is looked for."""
JOINT_AMOUNT = "joint_amount"
"""The reason of money for several counts: it is none of theirs, and of no other table."""
HOUSE = "house"
"""The reason of what houses are told by: it says nothing against a gift beyond another number."""
WITHIN = 20
"""Characters before a count in which words may make it one that was told before."""
BACK = 12
"""Rows above a sentence among which a count is looked for that it tells again."""


def read(frame: Frame, taken: set[int], refused: dict[int, str], before: Sequence[Draft] = ()) -> list[Draft]:
    """The rows of a sentence.

    Args:
        frame: the sentence under the table's rules.
        taken: starts of numbers that other tables have; the rows' own are added.
        refused: reason by start of number, filled for numbers that a cue or blocker excludes.
        before: the table's rows above the sentence.
    """
    rows: list[Draft] = []
    waiting: dict[int, Number] = {}
    every = frame.sentence.quantities
    units, starting = frame.rules.units, frame.rules.starting
    for at, q in enumerate(every):
        if q.is_money and q.value == 0:
            continue  # `gian hàng 0 đồng`: what costs nothing
        if q.start in taken or q.unit not in units or refused.get(q.start) == JOINT_AMOUNT:
            continue
        stop = every[at + 1].lead if at + 1 < len(every) else frame.sentence.end
        if q.unit == "percent":  # `100% hộ nghèo (2.318 nhân khẩu) được cấp thẻ`
            stop = frame.stop(q, every[at + 1 : at + 1 + AHEAD])
        previous = every[at - 1] if at else None
        told = rows[-1] if rows and previous in rows[-1].cells.values() else None
        seen = Seen(frame, q, previous, stop, told, before)
        _place(seen, rows, waiting, taken, refused if q.unit in starting else {})
    for row in rows:
        taken.update(q.start for q in row.cells.values())
    return rows


def _place(
    seen: Seen, rows: list[Draft], waiting: dict[int, Number], taken: set[int], refused: dict[int, str]
) -> None:
    """Let a number join a row, begin one, or wait for one (``đạt 62,5%, tương ứng 3.125 triệu đồng``)."""
    frame, q = seen.frame, seen.q
    mark = governor(seen)
    of_told = q.is_money and seen.told is not None and seen.told.sentence is frame.sentence
    # `xóa 61 nhà dột nát cho hội viên (kinh phí 4 tỷ đồng), 480 suất quà`: what else is given beside houses
    apart = frame.sentence.start if not mark or mark.trigger.reason != HOUSE else seen.begin
    if mark and mark.trigger.reason and mark.end <= apart and (of_told or says_itself(seen)):
        mark = None
    frame.weigh(q, mark, frame.own_marks(frame.sentence.clause_at(q.start)))
    whom = _spoken_of(seen) if q.is_money else []
    # what a heading or the paragraph before speaks of says nothing against a sum of what was told last
    above = bool(whom and mark and mark.end <= frame.sentence.start)
    if reason := frame.excluded(q) or _of_one(seen) or (mark.trigger.reason if mark and not above else ""):
        refused.setdefault(q.start, reason)
        return
    if reason := _of_refused(seen, mark, refused) or (
        JOINT_AMOUNT if is_of_anothers(seen, mark, rows, taken) else ""
    ):
        refused.setdefault(q.start, reason)
        return
    if whom:
        if len(whom) > 1 or _has_others(whom[0], taken):
            refused.setdefault(q.start, JOINT_AMOUNT)
        else:
            whom[0].cells["amount_vnd"] = q
            taken.add(q.start)
        return
    if q.unit in THINGS and not (mark and _is_told_here(seen, mark)) and (part := part_of(seen, rows)):
        rows.append(
            part
        )  # `300 suất học bổng, trong đó 120 suất cho học sinh lớp 1`: they are no other things
        return
    if again := _told_again(seen, rows, refused, mark):
        refused.setdefault(q.start, again)
        return
    number, mark = entry_of(seen, mark)
    # what a rate's part is of (`measure`) its own words must tell
    if number is None and not frame.rules.tells_states and (part := part_of(seen, rows)):
        rows.append(part)
        return
    if number is None or _is_anothers(seen, mark, taken):
        frame.tell(
            q, "no entry of [[number]] fits" if number is None else "it belongs to the number before it"
        )
        return
    if number.maximum and q.value is not None and q.value > number.maximum:
        refused.setdefault(q.start, "malformed")
        return
    answers = answered(frame.sentence, rows, q)
    row = answers if answers and number.column not in answers.cells else open_row(seen, number, mark, rows)
    if row is not None:
        listed = listed_with(seen, row, rows) if q.is_money and not answers else []
        if len(listed) > 1:
            whole = total_of(seen, listed, number.column)
            if whole:
                whole.cells[number.column] = q
            else:
                refused.setdefault(q.start, JOINT_AMOUNT)
            return
        if (not q.is_money or row.group is None) and (found := group_of(frame, q, seen.stop, mark)):
            row.group = found
        _name_kind(seen, row)
    elif number.starts and frame.is_open(q):
        missing = set(frame.rules.default) - {*(mark.trigger.values if mark else ()), *number.values}
        # a verb of its own tells of something new: what its paragraph spoke of is not what was given
        new = bool(mark and frame.cues.own_verb.search(seen.text, mark.start, mark.end))
        told = (named_before(seen, mark) or topic(frame, q.unit, opening=not new)) if missing else None
        if told and _is_said_behind(seen, told):
            told = None  # `Dự án 2: 500 triệu đồng, giải ngân 480 triệu đồng`: the first was given, not spent
        if told and told.trigger.reason:
            goes_on = frame.cues.parts.match(seen.text, frame.sentence.start)
            if goes_on or told.end <= frame.opening[0]:
                refused.setdefault(q.start, told.trigger.reason)
                return
            told = None
        row = _new_row(seen, number, mark, told)
        if mark and rows and explains(seen, mark, rows[-1]):
            row.values |= {c: rows[-1].values[c] for c in frame.rules.default}
        rows.append(row)
        before = seen.previous
        if before and before.start in waiting and ";" not in seen.text[before.end : q.start]:
            row.cells[waiting[before.start].column] = before
    elif part := part_of(seen, rows):
        rows.append(part)
        return
    else:
        if q.unit == "percent" and mark and not mark.trigger.reason:
            waiting[q.start] = number
        frame.tell(
            q, "its words do not stand near (gate)" if number.starts else "no row before it that it joins"
        )
        return
    row.cells[number.column] = q
    if number.unit_column:
        row.values[number.unit_column] = number.codes.get(q.unit, q.unit)
    if number.of_column and q.of is not None:
        row.values[number.of_column] = int(q.of * q.factor)


def _has_others(row: Draft, taken: set[int]) -> bool:
    """Whether cards or houses were given beside a row: a sum of all gifts is theirs, too."""
    given = (o for o in row.sentence.quantities if o.unit in GIVEN and o.start in taken)
    return any(not any(o is q for q in row.cells.values()) for o in given)


GIVEN = frozenset({"card", "house"})
"""Units of what other tables have of gifts."""


def _told_again(seen: Seen, rows: Sequence[Draft], refused: Mapping[int, str], mark: Mark | None) -> str:
    """Why a count is no new one: it was told before, or goes on with a list of what is none."""
    q, text, before = seen.q, seen.text, seen.previous
    if _is_same_people(seen, rows):
        return "repeat"
    if seen.frame.cues.within.search(text, max(seen.frame.sentence.start, q.lead - WITHIN), q.lead):
        # `… còn 0,84% (2.431 hộ); trong 2.431 hộ nghèo có 1.318 hộ Khmer`
        near = (*rows, *seen.before[-BACK:])
        if any(o.value == q.value and o.unit == q.unit for r in near for o in r.cells.values()):
            return "repeat"
    if mark or before is None or before.unit != q.unit or refused.get(before.start) != "growth":
        return ""
    # `Giảm 310 hộ nghèo, 285 hộ cận nghèo`
    own = group_at(seen.frame.sentence, before)
    gap = text[own.end if own else before.end : q.lead].strip(" ,")
    return "growth" if not gap or seen.frame.cues.conjunction.fullmatch(gap) else ""


def _is_same_people(seen: Seen, rows: Sequence[Draft]) -> bool:
    """Whether people are those of the households right before them: ``125 hộ/500 nhân khẩu``."""
    before = seen.previous
    if not rows or before is None or before.unit != "household" or seen.q.unit != "person":
        return False
    if before not in rows[-1].cells.values():
        return False
    return are_same_people(seen.frame, before, seen.q)


def _spoken_of(seen: Seen) -> list[Draft]:
    """The rows without money that a sentence is about which only sums up: ``Tổng trị giá 310 triệu đồng``.

    They stand in its paragraph or the one before.
    """
    sentence, table = seen.frame.sentence, seen.frame.rules
    if seen.previous or "count" not in table.adds or not seen.before:
        return []
    summed = seen.frame.cues.sums_up.match(seen.text, sentence.start, seen.q.lead)
    if not summed:
        return []
    reach = 0 if summed["near"] else 1
    near = takewhile(lambda r: sentence.block - r.sentence.block <= reach, reversed(seen.before))
    above = [r for r in near if not any(q.is_money for q in r.cells.values())]
    above = [r for r in above if r.sentence.block == sentence.block] or above
    return _whole_of(seen, above) or above


def _whole_of(seen: Seen, above: Sequence[Draft]) -> list[Draft]:
    """The first of rows, the last first, where words announce the others as its parts; else none."""
    if len(above) < 2 or any(r.sentence is not above[0].sentence for r in above):
        return []
    *_, part, whole = above
    return [whole] if seen.frame.cues.parts.search(seen.text, whole.last.end, part.first.lead) else []


def _of_refused(seen: Seen, mark: Mark | None, refused: Mapping[int, str]) -> str:
    """Why a number is none where words before a refused one govern both: ``512 tỷ, trong đó tỉnh 398 tỷ``."""
    if mark is None or not seen.q.is_money or not mark.trigger.weak or mark.end > seen.begin:
        return ""
    whole = next(iter(seen.frame.sentence.between(mark.end, seen.q.start)), None)
    if whole is None or whole.unit != seen.q.unit or whole.start not in refused:
        return ""
    return refused[whole.start] if seen.frame.cues.parts.search(seen.text, whole.end, seen.q.lead) else ""


def _of_one(seen: Seen) -> str:
    """Why money is the price of one: ``20 triệu đồng/nhà``, ``(mỗi suất gồm 10 kg gạo và 200.000 đồng)``."""
    if not seen.q.is_money:
        return ""
    sentence = seen.frame.sentence
    clause = sentence.clauses[sentence.clause_at(seen.q.start)]
    cues = seen.frame.cues
    bracket = clause.outer >= 0 and cues.each.match(seen.text, clause.start)
    gets = cues.each_gets.search(seen.text, clause.start, seen.q.lead)
    sums = (cues.money, cues.whole)  # `mỗi hộ nhận một suất quà 300.000 đồng, cộng cả thảy 123,6 triệu đồng`
    gets = gets if gets and not any(c.search(seen.text, gets.end(), seen.q.lead) for c in sums) else None
    return "average" if bracket or gets or seen.q.per == "house" else ""


def _name_kind(seen: Seen, row: Draft) -> None:
    """Let what a later number of a row counts say what it is: ``3.054 học sinh được cấp 412.290 kg gạo``."""
    rules = seen.frame.rules
    begun = next((t for t in rules.triggers if t.id == row.rule), None)
    behind = seen.text[seen.q.end : seen.end]
    near = next((m for m in seen.frame.marks if m.start >= seen.q.end), None)
    if begun is None or not begun.weak or near is None or near.start >= seen.end:
        return
    if near.trigger.weak or near.trigger.reason or behind[: near.start - seen.q.end].strip(" "):
        return
    row.values |= {c: v for c, v in near.trigger.values.items() if c in rules.default}


def _is_told_here(seen: Seen, mark: Mark) -> bool:
    """Whether a telling trigger stands among the number's own words."""
    return not mark.trigger.weak and seen.begin <= mark.start < seen.end


def _is_said_behind(seen: Seen, told: Mark) -> bool:
    """Whether the number's clause says behind it, of another number, what stands above it."""
    start, end = seen.clause
    return told.end <= start and any(
        seen.q.end <= m.start < end
        and not m.trigger.weak
        and m.trigger.values == told.trigger.values
        # `riêng cấp huyện 500 triệu đồng, còn lại do các xã tiếp nhận`: that is said of the rest
        and not seen.frame.cues.remainder.search(seen.text, seen.q.end, m.start)
        for m in seen.frame.marks
    )


def _new_row(seen: Seen, number: Number, mark: Mark | None, told: Mark | None) -> Draft:
    """A row that begins with a number; ``told`` speaks where its own trigger leaves a column open."""
    rules = seen.frame.rules
    rule = mark.trigger.id if mark else f"{rules.table}.{number.column}"
    row = Draft(rules.table, seen.frame.sentence, {}, rule)
    if told:
        row.values |= {c: v for c, v in told.trigger.values.items() if c in rules.default}
    row.values = {**rules.default, **row.values, **(mark.trigger.values if mark else {}), **number.values}
    row.group = _own_group(seen, mark) or group_of(seen.frame, seen.q, seen.stop, mark) or _said_before(seen)
    return row


def _said_before(seen: Seen) -> GroupList | None:
    """The group of the number that a bracket right behind it explains: ``còn 4,2% (3.640 hộ)``."""
    before = seen.previous
    explains = before and seen.text[before.end : seen.q.lead].strip() == "("
    return seen.told.group if explains and seen.told else None


def _is_anothers(seen: Seen, mark: Mark | None, taken: set[int]) -> bool:
    """Whether a number only tells more of one that another table has: ``3 căn nhà cho 3 hộ nghèo``.

    Not so whom money was for, with a word of their own behind them: ``rót 1,2 tỷ đồng để 52 hộ nuôi bò``.
    """
    previous = seen.previous
    if previous is None or previous.start not in taken or previous.start < seen.clause[0]:
        return False
    if previous.is_money and mark and mark.start >= seen.q.end:
        return False
    gap = seen.text[previous.end : seen.q.lead]
    own = [m for m in seen.frame.marks if previous.end <= m.start < seen.q.start and not m.trigger.reason]
    return not own and not (any(sign in gap for sign in ",;") or seen.frame.cues.conjunction.search(gap))


def _own_group(seen: Seen, mark: Mark | None) -> GroupList | None:
    """The group that a rate's own name holds: ``tỷ lệ hộ nghèo``."""
    if mark is None or seen.q.unit != "percent":
        return None
    return next(iter(groups().find(seen.text, mark.start, mark.end)), None)
