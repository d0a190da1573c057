"""Which row a number joins: the last of its sentence that lacks its column, with nothing new between."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import islice, pairwise, takewhile
from types import MappingProxyType

from pipeline.extract.cues import Cues
from pipeline.extract.drafts import Draft
from pipeline.extract.frames import Frame
from pipeline.extract.governors import Seen, is_broken
from pipeline.extract.quantity import PEOPLE, THINGS, Quantity
from pipeline.extract.rules import Mark, Number
from pipeline.extract.sentence import NO_THINGS
from pipeline.extract.whose import group_at

NEAREST = 60
"""Rows before a number among which the one is looked for that it joins."""
TAUGHT, CLASS = "training", "class"
"""The kind of help that is counted both in classes and in those who were taught, and the classes' unit."""
FOOD = "food"
"""The kind of help that is counted both by weight and in those whom it fed."""
LONGEST_GAP = 160
"""Characters between two numbers of one row, at most."""


def open_row(seen: Seen, number: Number, mark: Mark | None, rows: Sequence[Draft]) -> Draft | None:
    """The last row that the number may join; one in a bracket that closed before it is passed over."""
    frame, sentence = seen.frame, seen.frame.sentence
    mine = sentence.clause_at(seen.q.start)
    reach = {mine, sentence.clauses[mine].outer}
    begin = min(sentence.clauses[clause].start for clause in reach if clause >= 0)
    near = takewhile(lambda r: r.last.start >= begin, islice(reversed(rows), NEAREST))
    within = next((r for r in near if sentence.clause_at(r.last.start) in reach), None)
    row = within or (rows[-1] if rows else None)
    if rows and seen.q.is_money and (whole := _whole(seen, rows, number.column)):
        return whole
    if row is None or number.column in row.cells:
        return None
    last = row.last
    gap = seen.text[last.end : seen.q.lead]
    told = frame.cues.of_these.match(gap)
    taught = row.values.get("kind") == TAUGHT and (last.unit == CLASS) != (seen.q.unit == CLASS)
    taught = taught and bool(frame.cues.taught.fullmatch(gap))
    fed = row.values.get("kind") == FOOD and last.unit == "weight" and seen.q.unit in PEOPLE
    fed = fed and bool(frame.cues.fed.fullmatch(gap))
    if not within and not taught and (seen.q.unit in THINGS or not frame.cues.continues.match(gap)):
        return None
    depth = {mine, sentence.clause_at(last.start)}
    between = sentence.between(last.start, seen.q.start)
    between = [o for o in between if sentence.clause_at(o.start) in depth and o.unit not in NO_THINGS]
    if seen.q.unit == "weight":
        shared = [o for o in between if _is_each(seen, o, last)]
        between = [o for o in between if o not in shared]
        told = frame.cues.of_these.match(seen.text[shared[-1].end : seen.q.lead]) if shared else told
    outside = gap if mine == sentence.clause_at(last.start) and "(" not in gap else gap.rpartition(")")[2]
    if all(o.is_money for o in between) and (
        frame.cues.whole.search(outside) or all(_is_price(frame, o, last.end) for o in between)
    ):
        between = []  # `500 suất quà, mỗi suất 300.000 đồng, tổng trị giá 150 triệu đồng`
    # `giải ngân 4 tỷ đồng trong tổng số 9 tỷ đồng vốn giao`: the entry says what stands before it
    parts = None if number.before and not number.starts else frame.cues.parts.search(outside)
    if (between and not fed) or len(outside) > LONGEST_GAP or parts:
        return None
    if number.link and not (taught or fed) and not number.link.search(outside):
        return None
    # `trao 9 mô hình nuôi hàu, 360 lượt người dự tập huấn`: what stands behind a count says it is another's
    if (
        mark
        and mark.start >= seen.q.end
        and _is_other(seen, mark, row)
        and is_broken(seen.text, last.end, seen.q.lead, ",")
    ):
        return None
    begun = [m for m in frame.marks if last.end <= m.start and m.end <= seen.q.start]
    begun = _runs(seen.text, [m for m in begun if sentence.clause_at(m.start) in depth], seen.frame.cues)
    if taught or fed:  # `dạy nghề cho 96 người, tổ chức 4 lớp`: the verb is of what was told
        begun = [m for m in begun if not m.trigger.weak and not fed]
    # what stands right behind a count tells what it counts: `3 buổi tuyên truyền, có 245 người dự`
    begun = [m for m in begun if last.is_money or seen.text[last.end : m.start].strip()]
    if last.unit in THINGS:  # `250 con trâu, bò giống cho 250 hộ`: a list of what one number counts
        listed = last.end + KINDS
        others = (m for m in begun if last.unit != "animal" and _differs(m, row))
        kept = {m.start for m in (*others, *(m for m in begun if m.start > listed or _is_added(seen, m)))}
        begun = [m for m in begun if m.start in kept]
    if seen.q.is_money:  # `29 hộ được phát lồng cá, trị giá 9 triệu`: what is given tells more than the verb
        verbs = {a.start for a, b in pairwise(begun) if a.trigger.weak and b.start - a.end <= 1}
        begun = [m for m in begun if m.start not in verbs or m.trigger.reason]
    if seen.q.is_money and (kind := _aim(seen, row, begun)):
        begun = []
        row.values |= kind
    if last.unit in THINGS and frame.cues.handed_on.fullmatch(gap):
        begun = [m for m in begun if not m.trigger.weak]
    if last.unit in THINGS and seen.q.is_money:  # `56 con bò giống được tặng cho hộ nghèo, trị giá 840 triệu`
        begun = [m for m in begun if not frame.cues.handed_over.match(seen.text, last.end, m.end)]
    # `thăm 180 gia đình, biếu 180 phần quà`: one for each
    even = seen.q.unit == "gift" and last.unit in PEOPLE and last.value == seen.q.value
    # `mổ mắt cho 640 người và cấp 2.800 suất thuốc`: a verb behind `và` begins something new
    things = seen.q.unit in THINGS or (last.unit in THINGS and not seen.q.is_money)
    if things and any(_is_added(seen, m) for m in begun):
        return None
    # `27 chị nhận 54 con lợn giống`: what they are tells more than that they were given
    more = number.values if mark and mark.trigger.weak else {}
    if mark and not mark.trigger.weak and seen.q.unit in THINGS:
        begun = [m for m in begun if not _is_giving(seen, m, last)]
    if any(
        m.trigger.reason
        or (_differs(m, row) and (m is not mark or _differs(m, row, more)))
        or (not told and not even and is_broken(seen.text, last.end, m.start, ","))
        for m in begun
    ):
        return None
    values = {**(mark.trigger.values if mark and mark in begun else {}), **number.values}
    unsaid = frame.rules.default.keys() if _is_weak(frame, row) else ()
    if all(c in unsaid or row.values.get(c, v) == v for c, v in values.items()):
        row.values |= values  # `hỗ trợ 41 hộ mua 82 con bò`: what they got tells what the help was
        return row
    return None


def are_same_people(frame: Frame, households: Quantity, people: Quantity) -> bool:
    """Whether people are those of the households before them: ``125 hộ/500 nhân khẩu``, ``…, 500 khẩu``."""
    text, cue = frame.sentence.text, frame.cues.same_people
    return any(bool(cue.fullmatch(text[households.end : end])) for end in (people.lead, people.end))


def _is_each(seen: Seen, o: Quantity, last: Quantity) -> bool:
    """Whether a number between households and their rice says no more than how it is shared out.

    ``238 hộ, 1.057 khẩu, định mức 15 kg/khẩu, lượng gạo 15.855 kg``
    """
    if o.unit == "weight":
        return seen.text[o.end : o.end + 1] == "/"
    return last.unit == "household" and o.unit == "person" and are_same_people(seen.frame, last, o)


def explains(seen: Seen, mark: Mark, row: Draft) -> bool:
    """Whether a count opens a bracket right behind a row of its verb.

    ``75 con bò cho 75 hộ (62 hộ có nữ làm chủ)``
    """
    begun = mark.trigger.weak and mark.trigger.id == row.rule and mark.end <= row.first.start
    gap = seen.text[row.last.noun_start : seen.q.lead]
    return begun and gap.endswith("(") and len(gap) <= LONGEST_GAP and set("();,.").isdisjoint(gap[:-1])


def is_of_anothers(seen: Seen, mark: Mark | None, rows: Sequence[Draft], taken: set[int]) -> bool:
    """Whether words make money a part of what another table has: ``tổng 4 tỷ, trong đó hội góp 1 tỷ``.

    A source of its own governs it all the same: ``tổng 4 tỷ, gồm ngân sách tỉnh 3 tỷ``.
    """
    whole = seen.previous
    if not seen.q.is_money or whole is None or not whole.is_money or whole.start not in taken:
        return False
    if mark and mark.start >= whole.end:
        return False
    if any(whole is q for row in (*rows, *seen.before[-NEAREST:]) for q in row.cells.values()):
        return False
    return bool(seen.frame.cues.parts.search(seen.text, whole.end, seen.q.lead))


def _aim(seen: Seen, row: Draft, begun: Sequence[Mark]) -> Mapping[str, str]:
    """What money behind people who were helped was for: ``giúp 70 hộ có vốn, cây giống, trị giá 9 triệu``."""
    frame, last = seen.frame, row.last
    kinds = [m.trigger.values for m in begun if not m.trigger.reason and not m.trigger.weak]
    if last.is_money or len(kinds) < max(len(begun), 1) or any(k != kinds[0] for k in kinds):
        return {}
    if not _is_weak(frame, row) or any(row.values.get(c) != v for c, v in frame.rules.default.items()):
        return {}
    own = group_at(frame.sentence, last)
    behind = max(last.end, own.end if own else 0)
    if not frame.cues.gets.match(seen.text, behind) or ";" in seen.text[behind : seen.q.lead]:
        return {}
    return kinds[0] if frame.cues.money.search(seen.text, begun[-1].end, seen.q.lead) else {}


def _is_added(seen: Seen, mark: Mark) -> bool:
    """Whether a weak verb stands right behind ``và``."""
    added = seen.frame.cues.added
    return mark.trigger.weak and bool(added.search(seen.text, seen.frame.sentence.start, mark.start))


def _is_giving(seen: Seen, mark: Mark, last: Quantity) -> bool:
    """Whether a weak verb stands right before a number, and nothing parts it from the number before."""
    near = not seen.text[mark.end : seen.q.lead].strip()
    return near and mark.trigger.weak and not is_broken(seen.text, last.end, mark.start, ",")


def _is_other(seen: Seen, mark: Mark, row: Draft) -> bool:
    """Whether telling words behind a count of people are of another kind than a row that told its own."""
    if seen.q.is_money or mark.trigger.weak or mark.trigger.reason or _is_weak(seen.frame, row):
        return False
    return _differs(mark, row)


def _is_weak(frame: Frame, row: Draft) -> bool:
    """Whether a row was begun by words that say only that something is given."""
    return any(t.weak for t in frame.rules.triggers if t.id == row.rule)


def _runs(text: str, marks: Sequence[Mark], cues: Cues) -> list[Mark]:
    """Marks without those that only go on with a list: ``con giống, cây giống, tiền mặt``."""
    return [
        m
        for before, m in zip((None, *marks), marks, strict=False)
        if before is None
        or before.trigger.reason
        or (before.trigger.weak and m.trigger is not before.trigger)
        or m.trigger.reason
        or m.trigger.weak
        or not cues.runs_on.fullmatch(text[before.end : m.start])
        or _opens(text, before, m)
    ]


def _opens(text: str, before: Mark, mark: Mark) -> bool:
    """Whether words of another kind stand right before a number: ``quà Tết và giúp 61 hộ phương tiện``."""
    near = text[mark.end : mark.end + 2].strip()
    return near[:1].isdigit() and mark.trigger.values != before.trigger.values


KINDS = 12
"""Characters behind a count of things in which further kinds are listed."""


def _is_price(frame: Frame, q: Quantity, begin: int) -> bool:
    """Whether money is the price of one: ``300 phần quà, mỗi phần 500.000 đồng, kinh phí …``."""
    return bool(q.per or frame.cues.each.search(frame.sentence.text, begin, q.start))


def _whole(seen: Seen, rows: Sequence[Draft], column: str) -> Draft | None:
    """The total that money behind its parts is for: ``62 người, trong đó: nghèo 20, già 9; kinh phí …``."""
    text = seen.text
    gap = text[rows[-1].last.end : seen.q.lead]
    cues = list(seen.frame.cues.parts.finditer(text, rows[0].first.end, rows[-1].first.start))
    if not cues or ";" not in gap or not seen.frame.cues.continues.match(gap):
        return None
    whole = next((r for r in reversed(rows) if r.last.end <= cues[-1].start()), None)
    return whole if whole and column not in whole.cells else None


def _differs(mark: Mark, row: Draft, more: Mapping[str, str] = MappingProxyType({})) -> bool:
    return any(row.values.get(c, v) != v for c, v in {**mark.trigger.values, **more}.items())


def total_of(seen: Seen, listed: Sequence[Draft], column: str) -> Draft | None:
    """The first of a list whose money it is: the others split it without a rest, or one is a part of it."""
    whole, *split = listed
    announced = seen.frame.cues.parts.search(seen.text, whole.last.end, split[0].first.lead)
    if not announced or column in whole.cells:
        return None
    if len(split) == 1:  # `quà cho 1.240 người, trong đó có 310 người nghèo, tổng trị giá 620 triệu`
        return whole
    for counted in set(whole.cells) & set(split[0].cells):
        values = [r.value(counted) for r in split]
        if None not in values and sum(v for v in values if v is not None) == whole.value(counted):
            return whole
    return None


def _told(seen: Seen, row: Draft) -> Sequence[tuple[int, int]]:
    """Where words say what is given, unless an amount is said to be for all: ``với tổng số tiền``."""
    if seen.frame.cues.whole.search(seen.text[row.last.end : seen.q.lead]):
        return []
    return [(m.start, m.end) for m in seen.frame.marks if not m.trigger.reason]


def listed_with(seen: Seen, row: Draft, rows: Sequence[Draft]) -> list[Draft]:
    """The rows of one list that ends with this one, all still without money: its amount is for them all."""
    found, told = [row], _told(seen, row)
    for earlier in reversed(rows[: rows.index(row)]):
        gap = row.sentence.text[earlier.last.end : found[0].first.lead]
        if any(earlier.last.end <= a < found[0].first.lead for a, _ in told):
            break  # `miễn học phí cho 203 em, hỗ trợ chi phí học tập cho 187 em với số tiền …`
        if any(q.is_money for q in earlier.cells.values()) or ";" in gap:
            break
        if any(earlier.values.get(c) != row.values.get(c) for c in seen.frame.rules.tells_apart):
            break
        if earlier.sentence.clause_at(earlier.last.start) != row.sentence.clause_at(row.first.start):
            break
        found.insert(0, earlier)
    return found
