"""houses.csv: houses built, repaired or handed over, with what one or all of them cost."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from itertools import takewhile

from pipeline.extract.drafts import Draft
from pipeline.extract.frames import Frame
from pipeline.extract.house_money import BEHIND, amounts, split, whole_of
from pipeline.extract.house_prices import prices
from pipeline.extract.housed import is_approved, is_house
from pipeline.extract.quantity import Quantity
from pipeline.extract.rules import Mark
from pipeline.extract.sentence import Clause
from pipeline.model import Value

UNITS = frozenset({"house", "household", "person", "vnd"})
"""Units of the numbers that a row may have."""
PLACES = frozenset({"other"})
"""Units of numbers that tell where houses stand: ``10.760 căn nhà ở 36 tỉnh đã hoàn tất``."""
JOINT = 12
"""Characters between two verbs that count as one: ``xây dựng, sửa chữa``."""


def read(frame: Frame, taken: set[int], refused: dict[int, str], before: Sequence[Draft] = ()) -> list[Draft]:
    """The house rows of a sentence; arguments as ``loans.read``, ``before`` are the rows above it."""
    sentence = frame.sentence
    slots = [q for q in sentence.quantities if q.start not in taken and q.unit != "percent"]
    rows: list[Draft] = []
    spent = sentence.start
    close = list(takewhile(lambda r: sentence.block - r.sentence.block <= PRICED, reversed(before)))[::-1]
    near = [
        r for r in close if r.sentence.block == sentence.block and sentence.start - r.sentence.end <= NEXT
    ]
    for number, q in enumerate(slots):
        later = (o for o in slots[number + 1 :] if o.unit not in PLACES and not _is_worth(frame, q, o))
        stop = next((o.lead for o in later), sentence.end)
        if not is_house(frame, q, stop, rows, before):
            continue
        verbs = _verbs(frame, q, stop, spent, bool(rows or near))
        if not (rows or near or frame.is_open(q) or _is_plain(frame, q, verbs)):
            refused.setdefault(q.start, "no_rule")
        elif reason := frame.excluded(q) or _blocked(frame, q, stop, verbs):
            refused.setdefault(q.start, reason)
        elif verbs is not None:
            rows.append(_row(frame, q, verbs))
            rules = {m.trigger.id for m in verbs or ()}
            finished = rules <= {"houses.completed", "houses.opened"} or (
                rules <= FINISHED and frame.cues.parts.search(sentence.text, rows[-2:][0].last.end, q.lead)
            )
            if rows[1:] and verbs and finished:
                rows[-1].values["work"] = _work_of(frame, rows, rows[-2])
            spent = max([spent, *(m.end for m in verbs)])
    amounts(frame, rows, close, slots, refused)
    prices(frame, rows, near, close, slots)
    rows += _implied(frame, rows, slots, taken)
    for row in (*rows, *close):
        taken.update(q.start for q in row.cells.values())
    return rows


def _work_of(frame: Frame, rows: Sequence[Draft], before: Draft) -> Value:
    """The work of finished houses is that of those they are of: the count before them, or the total."""
    sentence = frame.sentence
    if sentence.clause_at(before.first.start) == sentence.clause_at(rows[-1].first.start):
        return before.values["work"]
    if whole_of(rows[:-1]):  # `640 hộ được duyệt: 410 hộ làm nhà, 230 hộ sửa nhà; xong 500 nhà`
        return "unspecified"
    return split(frame, rows, before).values["work"]


def _is_worth(frame: Frame, q: Quantity, money: Quantity) -> bool:
    """Whether money parts houses and their verb: ``12 căn nhà, trị giá 900 triệu, được xây tặng``."""
    if q.unit != "house" or not money.is_money:
        return False
    parts, text = frame.rules.parts, frame.sentence.text
    told = parts["worth.before"].match(text[q.end : money.lead])
    return bool(told and parts["worth.behind"].match(text[money.end : money.end + BEHIND]))


PRICED = 4
"""Blocks between houses and a sentence that tells what one of each kind costs."""
NEXT = 3
"""Characters between a sentence and the next of its block."""


def _is_plain(frame: Frame, q: Quantity, verbs: Sequence[Mark] | None) -> bool:
    """Whether words right before the count say enough by themselves: ``xây mới 45 nhà``."""
    text, never = frame.sentence.text, frame.rules.gate.never
    if not verbs or (never and never.search(text, max(0, q.start - CLOSED), q.end + CLOSED)):
        return False
    return bool(
        frame.rules.parts["plain.before"].search(text, max(frame.sentence.start, q.lead - 40), q.lead)
    )


CLOSED = 250
"""Characters around a count in which words make it one of other houses."""


def _blocked(frame: Frame, q: Quantity, stop: int, verbs: Sequence[Mark] | None) -> str:
    """Why the count is of no house that anybody got: storms damage houses, too.

    What is built again or repaired was damaged before: ``dựng lại 17 nhà bị sập``.
    """
    parts, text = frame.rules.parts, frame.sentence.text
    if parts["seen.alone"].match(text[q.end : min(stop, frame.sentence.end)]):
        return "damage"  # `dựng lại 33 nhà bị cuốn, còn 150 nhà tốc mái bà con tự lợp`
    if not verbs and parts["seen.worn"].match(text[q.end : min(stop, frame.sentence.end)]):
        return "damage"
    mended = (m for m in verbs or () if parts["again.verb"].fullmatch(text[m.start : m.end]))
    if any(
        m.end <= q.start or q.unit == "household" or parts["again.behind"].search(text, q.end, m.start)
        for m in mended
    ):
        return ""
    clause = frame.sentence.clauses[frame.sentence.clause_at(q.start)]
    if parts["seen.before"].search(text, clause.start, q.lead):
        return "no_rule"
    if parts["seen.behind"].search(text[q.end : min(stop, clause.end)]):
        return "damage"
    return next(
        (
            m.trigger.reason
            for m in frame.marks
            if m.trigger.reason == "damage" and clause.holds(m.start) and m.start < stop
        ),
        "",
    )


# ---- the work ---------------------------------------------------------------------------------


OWN = 25
"""Characters between houses and the verb that they are the subject of."""
FINISHED = frozenset({"houses.completed", "houses.opened", "houses.handed_over", "houses.building"})
"""Rules that say of houses only that they are done: a part's work is its total's."""


def _verbs(frame: Frame, q: Quantity, stop: int, spent: int, listed: bool) -> list[Mark] | None:
    """The verbs that say what was done.

    Args:
        frame: the sentence.
        q: the count.
        stop: where the next number begins.
        spent: where the verbs of the count before end; they are not this count's.
        listed: whether a count of houses stands before it.

    Returns:
        Empty for a kind of house or a list's item without a verb, None where nothing speaks of houses built.
    """
    sentence = frame.sentence
    number = sentence.clause_at(q.start)
    clause = sentence.clauses[number]
    told = [m for m in frame.marks if not m.trigger.reason]
    verbs = [m for m in told if m.trigger.id != "houses.kind"]
    limit = min(stop, clause.end)
    if cue := frame.cues.parts.search(sentence.text, q.end, limit):
        limit = cue.start()  # `2.500 hộ … về nhà ở, trong đó xây mới 1.800 nhà`: the verb is the parts'
    after = [m for m in verbs if q.end <= m.start < limit and clause.holds(m.start)]
    if q.unit != "house" and frame.rules.parts["households.after"].search(sentence.text[q.end : stop]):
        built = [m for m in after if m.trigger.values["work"] != "unspecified"]
        if built:  # `hỗ trợ 65 hộ nghèo xây dựng lại nhà ở`
            return _cluster(frame, built, forward=True)
    counted = sentence.previous(q.start)
    previous = max(spent, counted.end if counted else spent)
    told_of = next(
        (m for m in verbs if previous <= m.start and m.end <= q.start and clause.holds(m.start)), None
    )
    scope = frame.rules.parts["scope.before"]
    if told_of and after and scope.search(sentence.text, previous, told_of.start):
        return _cluster(frame, after[:1])
    near = [m for m in verbs if previous <= m.start and m.end <= q.start and clause.holds(m.start)]
    passive = [m for m in after if frame.rules.parts["passive.before"].search(sentence.text[q.end : m.start])]
    # `16 nhà được tặng bồn nước, 5 nhà được cất mới`: its own verb is nearer than one beyond a comma
    own = passive and passive[0].start - q.end <= OWN and "," not in sentence.text[q.end : passive[0].start]
    aim = _aim(frame, q, verbs)
    if near and not (own and "," in sentence.text[near[-1].end : q.lead]):
        vague = q.unit != "house" and all(m.trigger.values["work"] == "unspecified" for m in near)
        if vague and aim:  # `hỗ trợ 14 hộ mất nhà mỗi hộ 70 triệu đồng để dựng lại`
            return _cluster(frame, aim, forward=True)
        return [*_cluster(frame, near), *_named_behind(frame, q, near, after)]
    if passive and not (aim and passive[0].trigger.values["work"] == "unspecified"):
        found = [m for m in after if m.start >= passive[0].start]
        return _cluster(frame, found, forward=True)
    if aim:
        return _cluster(frame, aim, forward=True)
    for earlier in sentence.before(number):
        c = sentence.clauses[earlier]
        inside = [m for m in verbs if c.holds(m.start) and m.end <= q.start]
        near_by = earlier == number or listed or q.unit == "house"
        spent_on = earlier != number and inside and _is_of_things(frame, inside[-1], c)
        if inside and not spent_on and (near_by or _speaks_of_homes(frame, c)):
            return _cluster(frame, inside)
    for start, end in () if listed else frame.introductions:  # `- Khởi công 14 nhà, gồm:`
        above = [
            m for m in frame.marks_in(start, end) if not m.trigger.reason and m.trigger.id != "houses.kind"
        ]
        if above:
            return _cluster(frame, above)
    kinds = [m for m in told if sentence.start <= m.start < min(stop, sentence.end)]
    return [] if kinds or listed or is_approved(frame, q) else None


def _is_of_things(frame: Frame, mark: Mark, clause: Clause) -> bool:
    """Whether a verb of a clause before is one of several works: ``làm 57 km đường, sửa 3 cầu; 24 nhà``.

    A single work's verb goes on: ``xây 714 công trình nước sạch; 9.600 nhà ở``.
    """
    things = [q for q in frame.sentence.between(clause.start, clause.end) if q.unit in PLACES]
    return len(things) > 1 and any(0 <= q.lead - mark.end <= 1 for q in things)


def _speaks_of_homes(frame: Frame, clause: Clause) -> bool:
    """Whether a clause tells what was done of houses: not ``sửa đường dây; 4 đoàn viên nhận nhà``."""
    home, sentence = frame.rules.parts["implied.home"], frame.sentence
    counted = any(q.unit == "house" for q in sentence.between(clause.start, clause.end))
    return counted or home.search(sentence.text, clause.start, clause.end) is not None


def _named_behind(frame: Frame, q: Quantity, near: Sequence[Mark], after: Sequence[Mark]) -> list[Mark]:
    """The work that stands with the houses where the verb before tells none: ``hỗ trợ 9 nhà xây lại``."""
    if q.unit != "house" or any(m.trigger.values["work"] != "unspecified" for m in near):
        return []
    between = (frame.sentence.text[q.end : m.start] for m in after[:1])
    bare = any(frame.rules.parts["plain.between"].fullmatch(words) for words in between)
    return list(after[:1]) if bare and after[0].trigger.id in {"houses.new", "houses.repair"} else []


def _aim(frame: Frame, q: Quantity, verbs: Sequence[Mark]) -> list[Mark]:
    """The verbs of what money behind a count is for: ``26 nhà xin mỗi nhà 10 triệu đồng để sửa chữa``."""
    sentence = frame.sentence
    clause = sentence.clauses[sentence.clause_at(q.start)]
    later = (o.lead for o in sentence.between(q.end, clause.end) if not o.is_money)
    limit = next(later, clause.end)
    behind = [m for m in verbs if q.end <= m.start < limit and clause.holds(m.start)]
    aim = frame.rules.parts["purpose.before_verb"]
    first = next((m for m in behind if aim.search(sentence.text, q.end, m.start)), None)
    return [m for m in behind if first and m.start >= first.start]


def _cluster(frame: Frame, marks: Sequence[Mark], *, forward: bool = False) -> list[Mark]:
    """The last verb and those joined to it; ``forward``: the first and those joined to it."""
    ordered = list(marks) if forward else list(reversed(marks))
    found = [ordered[0]]
    for mark in ordered[1:]:
        left, right = (found[-1], mark) if forward else (mark, found[-1])
        gap = frame.sentence.text[left.end : right.start]
        if len(gap) > JOINT or any(c in gap for c in ";.("):
            break
        if forward and "," in gap and gap.strip(" ,"):
            break  # `612 hộ nghèo xây nhà, sửa 214 nhà`: the second verb is the next count's
        found.append(mark)
    return found if forward else found[::-1]


def _row(frame: Frame, q: Quantity, verbs: Sequence[Mark]) -> Draft:
    works = {m.trigger.values["work"] for m in verbs} - {"unspecified"}
    rule = verbs[-1].trigger.id if verbs else "houses.kind"
    row = Draft("houses", frame.sentence, {"houses": q}, rule)
    given = bool(verbs) and verbs[0].trigger.id == "houses.handed_over"
    if given and works == {"repair"}:
        works = set()  # `đã trao tặng và sửa chữa 30 nhà`: some given, some repaired
    row.values["work"] = works.pop() if len(works) == 1 else "unspecified"
    row.values["stage"] = next(
        (m.trigger.values["stage"] for m in verbs if "stage" in m.trigger.values), None
    )
    return row


def _implied(frame: Frame, rows: Sequence[Draft], slots: Sequence[Quantity], taken: set[int]) -> list[Draft]:
    """One house named without a number, by its value: ``Căn nhà … trị giá 72 triệu đồng``."""
    sentence = frame.sentence
    gate = frame.rules.parts["implied.gate"]
    reach = frame.rules.gate
    begin, end = max(0, sentence.start - reach.before), min(len(sentence.text), sentence.end + reach.after)
    if rows or not gate.search(sentence.text, begin, end):
        return []
    for q in slots:
        if q.unit != "vnd" or q.per or q.start in taken:
            continue
        said = sentence.text[sentence.start : q.lead]
        named = frame.rules.parts["implied.home"].search(said)
        match = frame.rules.parts["implied.pattern"].search(said) if named else None
        given = None if match else _given_to_one(frame, q)
        if match or given:
            start, end = given or (sentence.start + at for at in match.span("noun"))  # type: ignore[union-attr]
            house = q._replace(
                start=start,
                end=end,
                number_end=end,
                noun_start=start,
                lead=start,
                value=Decimal(1),
                unit="house",
                flags=(),
            )
            before = [m for m in frame.marks if not m.trigger.reason and m.end <= start]
            row = _row(frame, house, _cluster(frame, before) if before else [])
            if not given:
                row.values["work"] = "unspecified"
            row.cells["amount_per_house_vnd"] = q
            return [row]
    return []


GIVEN = 40
"""Characters before money in which a verb says that it is given."""


def _given_to_one(frame: Frame, q: Quantity) -> tuple[int, int] | None:
    """The span of the house for which one family is given money: ``trao 80 triệu đồng cho bà Na xây nhà``."""
    sentence, parts = frame.sentence, frame.rules.parts
    before = parts["implied.built_for"].search(sentence.text[sentence.start : q.lead])
    if before:
        start, end = before.span("noun")
        return sentence.start + start, sentence.start + end
    if not parts["implied.house"].search(sentence.text, q.end, sentence.end):
        return None
    given = parts["implied.given"].search(sentence.text, max(sentence.start, q.lead - GIVEN), q.lead)
    if not (given or parts["implied.helping"].match(sentence.text, q.end, sentence.end)):
        return None
    found = parts["implied.to_one"].search(sentence.text[q.end : sentence.end])
    if not found and parts["implied.from_one"].search(sentence.text, sentence.start, q.lead):
        found = parts["implied.its_own"].search(sentence.text[q.end : sentence.end])
    return (q.end + found.start("noun"), q.end + found.end("noun")) if found else None
