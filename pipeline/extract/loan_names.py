"""Whom or what a loan is for where its own words do not say: a programme named near it or pointed to."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.extract.drafts import Draft
from pipeline.extract.frames import Frame
from pipeline.extract.groups import GroupList, groups
from pipeline.extract.whose import NAMED, is_vague


def name_groups(frame: Frame, rows: Sequence[Draft], before: Sequence[Draft]) -> None:
    """Give rows that name nobody the programme that the loan is for, or the group that they point to."""
    for number, row in enumerate(rows):
        if found := _trade(frame, row):
            row.group = found
            continue
        if row.group and row.group.code and not is_vague(row.group):
            continue
        found = _purpose(frame, row) or _owed(frame, row) or _learner(row)
        found = found or _begins(frame, row) or _announced(frame, row, rows[:number])
        if found := found or _workers(frame, row):
            row.group = found
            continue
        sentence = frame.sentence
        above = [*before[-1:], *rows[:number]][-1:]
        above = [r for r in above if r.group and sentence.block - r.sentence.block <= 1]
        clause = sentence.clauses[sentence.clause_at(row.first.start)]
        begin = max([clause.start, *(r.last.end for r in rows[:number] if r.last.end <= row.first.start)])
        points = bool(frame.cues.pointing.search(sentence.text, begin, row.last.end))
        found = (above[-1].group if above else _programme(frame, begin, row)) if points else None
        found = found or (None if row.group else _opens(frame) or _same(rows[:number]))
        if found and found.code != STAFF:
            row.group = found
            row.flags.append("beneficiary_assumed")


STAFF = "official"
"""Those who lend, mostly: no loan is theirs for being named near by."""


def _same(before: Sequence[Draft]) -> GroupList | None:
    """The group of the row before, where that only pointed to it: ``dư nợ chương trình này …; đã vay``."""
    last = before[-1] if before else None
    return last.group if last and "beneficiary_assumed" in last.flags else None


def _opens(frame: Frame) -> GroupList | None:
    """The one programme that the paragraph begins with: ``Về cho vay nước sạch, … Năm 2023 giải ngân …``."""
    sentence, (start, end) = frame.sentence, frame.opening
    named = groups().find(sentence.text, start, min(end or sentence.start, start + OPENS))
    first = named[0] if named else None
    if first is None or not frame.rules.parts["pairing.opens"].match(sentence.text, start, first.start):
        return None
    return first if first.code and all(g.code == first.code for g in named) else None


OPENS = 400
"""Characters of a paragraph in which no other group may be named than its programme's."""


def _purpose(frame: Frame, row: Draft) -> GroupList | None:
    """The programme named behind a loan's numbers as what it is for: ``… để làm công trình nước sạch``."""
    sentence, begin = frame.sentence, row.last.end
    clause = sentence.clauses[sentence.clause_at(row.last.start)]
    end = min(clause.end, sentence.next_lead(row.last.start, clause.end), begin + PURPOSE)
    named = (g for g in groups().find(sentence.text, begin, end) if groups().rank(g.code) >= PROGRAMME)
    group = next(named, None)
    if group is None or "," in sentence.text[begin : group.start]:
        return _use(frame, row, end)
    gap = sentence.text[begin : group.start]
    told = not gap.strip() or frame.cues.purpose.search(sentence.text, begin, group.start)
    return group if told else None


def _owed(frame: Frame, row: Draft) -> GroupList | None:
    """The programme that is owed an amount named behind it: ``cho vay nhà ở xã hội có dư nợ 9 tỷ đồng``."""
    sentence, parts = frame.sentence, frame.rules.parts
    clause = sentence.clauses[sentence.clause_at(row.first.start)]
    named = groups().find(sentence.text, clause.start, row.first.lead) if row.first.is_money else []
    if not named or not parts["pairing.owed_of"].fullmatch(sentence.text[named[-1].end : row.first.lead]):
        return None
    lending = list(parts["pairing.lending"].finditer(sentence.text, clause.start, named[-1].end))
    near = lending and len(sentence.text[lending[-1].end() : named[-1].start].split()) <= FEW
    return named[-1] if near else None


FEW = 2
"""Words between lending and whom it is for."""


def _begins(frame: Frame, row: Draft) -> GroupList | None:
    """The one programme that the row's clause begins with: ``Cho vay nhà ở xã hội giải ngân 9 tỷ đồng``."""
    sentence, parts = frame.sentence, frame.rules.parts
    clause = sentence.clauses[sentence.clause_at(row.first.start)]
    named = groups().find(sentence.text, clause.start, row.first.lead)
    if len(named) != 1 or any(sign in sentence.text[named[0].end : row.first.lead] for sign in ",:"):
        return None
    begins = parts["pairing.opens"].fullmatch(sentence.text[clause.start : named[0].start].strip())
    return named[0] if begins else None


def _use(frame: Frame, row: Draft, end: int) -> GroupList | None:
    """The programme that lends for what borrowers do with their money: ``vay 2 tỷ đồng xây bể nước``."""
    group = groups().purpose(frame.sentence.text, row.last.end, end)
    if group and "," not in frame.sentence.text[row.last.end : group.start]:
        return group
    who = row.cells.get("borrowers")
    if group or who is None or who is row.last or who.start > row.last.start:
        return None
    # named between who borrows and what they owe: `310 hộ đang vay cho con đi học, dư nợ 12 tỷ đồng`
    group = groups().purpose(frame.sentence.text, who.end, row.last.lead)
    between = frame.sentence.text[who.end : group.start] if group else ","
    return None if any(sign in between for sign in ",;:") else group


def _workers(frame: Frame, row: Draft) -> GroupList | None:
    """The programme of workers that the sentences before them speak of: ``… đi làm việc ở nước ngoài. …``."""
    q = row.cells.get("borrowers")
    if q is None or q.unit != "worker":
        return None
    begin = max(0, row.sentence.start - NAMED_BEFORE)
    named = groups().find(frame.sentence.text, begin, q.start)
    told = [g for g in named if g.code in WORKERS]
    return told[-1] if told and told[-1].code == "migrant_worker" else None


WORKERS = frozenset({"job_creation", "migrant_worker"})
"""Programmes of those who work: a loan to a worker for one is the programme's."""


def _trade(frame: Frame, row: Draft) -> GroupList | None:
    """The programme right behind the money that workers borrow."""
    count = row.cells.get("borrowers")
    if count is None or count.unit != "worker" or not row.last.is_money:
        return None
    found = groups().find(frame.sentence.text, row.last.end, min(row.last.end + PURPOSE, frame.sentence.end))
    gap = frame.sentence.text[row.last.end : found[0].start] if found else ","
    return found[0] if not gap.strip() or (frame.cues.purpose.search(gap) and "," not in gap) else None


def _programme(frame: Frame, end: int, row: Draft) -> GroupList | None:
    """The programme named last before a place that points back to it: ``chương trình này``."""
    text = frame.sentence.text
    named = groups().find(text, max(0, end - NAMED_BEFORE), end)
    told = next((g for g in reversed(named) if groups().rank(g.code) >= PROGRAMME), None)
    alone = len({g.code for g in named}) == 1 and named[0].code in NAMED
    this = alone and frame.rules.parts["pairing.this"].search(text, end, row.last.end)
    return told or (named[0] if this else None)


NAMED_BEFORE = 350
"""Characters before a pointing word in which its programme is named."""


def _learner(row: Draft) -> GroupList | None:
    """Who borrows as a student, named by the counted noun alone: ``1.038 em được vay``."""
    q = row.cells.get("borrowers")
    return GroupList(q.noun_start, q.end, "student") if q and q.unit == "student" else None


def _announced(frame: Frame, row: Draft, before: Sequence[Draft]) -> GroupList | None:
    """The one programme that an earlier clause speaks of without a figure: ``mở cho vay nhà ở xã hội; …``."""
    sentence = frame.sentence
    clause = sentence.clauses[sentence.clause_at(row.first.start)]
    if before or clause.start == sentence.start:
        return None
    named = groups().find(sentence.text, sentence.start, clause.start)
    own = {g.code for g in groups().find(sentence.text, clause.start, row.first.lead)}
    found = [g for g in named if groups().rank(g.code) >= PROGRAMME]
    staff = frame.rules.parts["pairing.staff_told"]  # `có 13 cán bộ, …; doanh số thu nợ 96 tỷ đồng`
    found = [
        g for g in found if g.code in own or not (_is_told(frame, g) or staff.match(sentence.text, g.start))
    ]
    return found[-1] if len({g.code for g in found}) == 1 else None


def _is_told(frame: Frame, group: GroupList) -> bool:
    """Whether a group's clause counts what was done: ``giải quyết việc làm cho 4.300 lao động``."""
    sentence = frame.sentence
    number = sentence.clause_at(group.start)
    counted = [q for q in sentence.between(group.start, sentence.clauses[number].end) if not q.is_money]
    return bool(counted) and all(m.trigger.reason for m in frame.own_marks(number))


PROGRAMME = 4
"""From this rank on a group is a programme's or narrower than one."""
PURPOSE = 80
"""Characters behind a loan in which its programme is named."""
