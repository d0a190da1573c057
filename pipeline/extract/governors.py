"""What governs a number under a table's rule file: the trigger or blocker nearest to it, clause by clause.

In its own clause a telling word counts before a weak one (``tiền điện`` before ``hỗ trợ``), one in the
number's own phrase before one beyond a comma, one before it before one behind it. A clause without any goes
on with the clause before it, where it has no verb of its own; else label, list and headings are its topic.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile

from pipeline.extract.carried import is_carried, is_carried_on
from pipeline.extract.drafts import Draft
from pipeline.extract.frames import FAR, Frame
from pipeline.extract.groups import GroupList, groups
from pipeline.extract.quantity import COUNTED, PEOPLE, THINGS, Quantity
from pipeline.extract.rules import Mark
from pipeline.extract.whose import group_at, group_of
from pipeline.lazy import lazy

OF = 240
"""Characters behind a percentage in which its service is named: whom it is of takes many words."""
LABEL = 90
"""Characters from a sentence's start to the colon behind its label."""
BACK = 12
"""Counts before a number among which one of the same unit names its group."""
HEADINGS = 3
"""Blocks above a sentence whose words may be its topic."""


@dataclass(eq=False)
class Seen:
    """A number in its sentence.

    ``previous`` is the number before it, ``told`` that number's row in the table, ``stop`` where the next
    begins, ``before`` the table's rows above the sentence.
    """

    frame: Frame
    q: Quantity
    previous: Quantity | None
    stop: int
    told: Draft | None = None
    before: Sequence[Draft] = ()

    @property
    def text(self) -> str:
        """The document's text."""
        return self.frame.sentence.text

    @lazy
    def clause(self) -> tuple[int, int]:
        """The span of the number's clause."""
        clause = self.frame.sentence.clauses[self.frame.sentence.clause_at(self.q.start)]
        return clause.start, clause.end

    @lazy
    def begin(self) -> int:
        """Where the words that are the number's own begin: behind the number before, in its clause."""
        return max(self.clause[0], self.previous.end if self.previous else 0)

    @lazy
    def end(self) -> int:
        """Where they end: before the next number, in its clause."""
        return min(self.stop, self.clause[1], self.q.end + (OF if self.q.unit == "percent" else FAR))

    @lazy
    def noun_end(self) -> int:
        """Behind the groups that the number counts: ``1.200 học sinh, sinh viên nghèo``."""
        own = None if self.q.is_money else group_at(self.frame.sentence, self.q)
        return max(self.q.end, own.end if own else 0)

    @lazy
    def counted(self) -> GroupList | None:
        """The group that the number counts: by its noun, its label, or the name before it."""
        frame, q = self.frame, self.q
        own = group_at(frame.sentence, q)
        if own and own.code:
            return own
        marks = [m for m in frame.marks if self.begin <= m.start and m.end <= q.start]
        if any(m.trigger.back for m in marks) and self.said and self.said.group:
            return self.said.group  # `con số này còn 112 hộ`
        for mark in reversed(marks):
            if inside := groups().find(self.text, mark.start, mark.end):
                return inside[-1]
        found = group_of(frame, q, self.stop, None)
        begin = self.begin
        if self.previous and not self.text[begin : q.lead].strip():
            begin = self.previous.end  # `58 hộ thoát nghèo, vượt chỉ tiêu giao (54 hộ)`
        if found or not frame.cues.goes_on.search(self.text, begin, q.lead):
            return found
        # `có 1.245 hộ nghèo …; cuối năm còn 876 hộ`
        same = [o for o in frame.sentence.quantities if o.end <= q.start and o.unit == q.unit][-BACK:]
        # `hộ cận nghèo từ 180 xuống 151 hộ`: a bare number before it has its name before it
        named = next((g for o in reversed(same) if (g := group_at(frame.sentence, o))), None)
        named = None if same and same[-1].is_labelled else named
        if named or not same:
            return named
        # `Số hộ nghèo giảm từ 58 hộ xuống còn 19 hộ`
        told = [m for m in frame.marks if self.clause[0] <= m.start and m.end <= same[-1].start]
        spoken = (groups().find(self.text, m.start, m.end) for m in reversed(told[-BACK:]))
        return next((names[-1] for names in spoken if names), None)

    @lazy
    def said(self) -> Draft | None:
        """The last row of the number's unit in its paragraph: what words that point back speak of."""
        block = self.frame.sentence.block
        near = takewhile(lambda r: r.sentence.block == block, reversed(self.before))
        return next((r for r in near if r.values.get("unit") == self.q.unit), None)

    @lazy
    def counted_before(self) -> GroupList | None:
        """The group that the number before it counts, in its sentence."""
        frame, previous = self.frame, self.previous
        if previous and frame.cues.base.search(self.text, frame.sentence.start, previous.lead):
            # `có 4.316 hộ nghèo trong tổng số 13.408 hộ, chiếm 32,19%`: what it is of is not what it counts
            previous = frame.sentence.previous(previous.start) or previous
        return Seen(frame, previous, None, self.q.lead, self.told, self.before).counted if previous else None


def named_before(seen: Seen, mark: Mark | None) -> Mark | None:
    """What a weak trigger stands under in its clause, or a name (``vốn đầu tư``) in its sentence.

    A verb that begins its phrase begins something new: ``…, hỗ trợ 20 hộ``.
    """
    frame, sentence = seen.frame, seen.frame.sentence
    if mark is None:
        return None
    number = sentence.clause_at(seen.q.start)
    is_verb = bool(frame.cues.own_verb.search(seen.text, mark.start, mark.end))
    begins = seen.text[seen.clause[0] : mark.start].rstrip()[-1:] in {"", ","}
    if is_verb and begins:
        return None
    holders = {number} if is_verb else set(sentence.before(number))
    told = next(
        (
            m
            for m in reversed(frame.marks)
            if m.end <= mark.start
            and not m.trigger.weak
            and not holders.isdisjoint(sentence.holding(m.start))
        ),
        None,
    )
    return told if told and not told.trigger.reason else None


def governor(seen: Seen) -> Mark | None:
    """The trigger or blocker that governs a number; of those that stand equally near not a weak one."""
    frame, q = seen.frame, seen.q
    own = frame.own_marks(frame.sentence.clause_at(q.start))
    inside = [m for m in own if m.trigger.governs(q.unit)]
    if not inside:
        return _inherited(seen)
    before = [m for m in inside if m.end <= q.start][::-1]
    near = [m for m in before if m.start >= seen.begin]
    if heads := [m for m in before if m.trigger.heads]:
        return heads[0]
    phrase = [m for m in near if "," not in seen.text[m.end : q.start]]
    behind = list(_behind(seen, inside))
    strong = [m for m in behind if m.trigger.strong and not q.is_money]
    if strong and not _is_nexts(seen, strong[0]):
        return strong[0]
    told = [m for m in behind if m.trigger.behind and not m.trigger.reason]
    named = [m for m in told if m.start - q.end <= 1 and q.unit in SUCH and not m.trigger.weak]
    # `Trợ giúp đột xuất: cấp 290 tấn gạo cho …`: what they are, but not `bán 86 tấn phân bón`
    if named and not (phrase and phrase[0].trigger.reason == TRADE):
        return named[0]
    spent = phrase and all(m.trigger.weak for m in phrase) and q.is_money
    for found in (
        [m for m in phrase if not m.trigger.weak],
        # `chi 3,2 tỷ đồng hỗ trợ tiền điện cho …`: what it is spent on tells more
        [m for m in told if spent and not m.trigger.weak],
        [m for m in told if not m.trigger.weak and not q.is_money],
        phrase,
        # `Cùng nguồn hỗ trợ, 35 hộ được nhận 1.750 cây`: the verb that it is the subject of
        [m for m in told if not q.is_money and frame.cues.passive.match(seen.text, m.start)],
        [m for m in near if not m.trigger.weak],
        near,
        before,
        [m for m in told if not m.trigger.weak],
        told,
    ):
        if found and not (found[0].end <= q.start and not is_carried_on(seen, found[0].end)):
            return found[0]
    return _delivered(seen, own) or _inherited(seen) or _passive(seen) or _shared(seen, inside)


def _is_nexts(seen: Seen, mark: Mark) -> bool:
    """Whether what stands behind a count is said, against it, of the next: ``…, nhưng phát sinh 31 hộ``."""
    text, lead = seen.text, seen.frame.sentence.next_lead(seen.q.start, seen.end)
    return lead - mark.end <= 1 and bool(seen.frame.cues.contrast.search(text, seen.q.end, mark.start))


def _delivered(seen: Seen, own: Sequence[Mark]) -> Mark | None:
    """What was done with a list of things that opens its clause: ``25 xe lăn, 40 xe lắc chuyển đến …``."""
    start, end = seen.clause
    if seen.q.unit not in THINGS or any(m.trigger.weak and m.end <= seen.q.start for m in own):
        return None
    listed = seen.frame.sentence.between(start - 1, end)
    opens = listed and not seen.text[start : listed[0].lead].strip()
    if not opens or any(o.unit not in THINGS for o in listed if o.start <= seen.q.start):
        return None
    last = seen.q
    for o in listed:
        if o.start > last.start and o.unit in THINGS:
            last = o
        elif o.start > last.start:
            break
    behind = (m for m in own if last.end <= m.start and m.trigger.weak and m.trigger.behind)
    found = next((m for m in behind if m.trigger.governs(seen.q.unit)), None)
    return found if found and not found.trigger.reason else None


def _passive(seen: Seen) -> Mark | None:
    """What was done, said behind a list of things: ``45 xe đạp và 30 suất học bổng được trao tận tay``."""
    frame, (_, end) = seen.frame, seen.clause
    if seen.q.unit not in THINGS:
        return None
    own = frame.own_marks(frame.sentence.clause_at(seen.q.start))
    behind = (m for m in own if seen.q.end <= m.start < end and m.trigger.behind and not m.trigger.reason)
    # `được` stands before the mark, or begins it behind a list of things alone: `được chuyển đến`
    before, within = frame.cues.done_to, frame.cues.passive
    between = frame.sentence.between
    marks = (
        m
        for m in behind
        if before.search(seen.text, seen.q.end, m.start)
        or (
            within.match(seen.text, m.start) and all(o.unit in THINGS for o in between(seen.q.start, m.start))
        )
    )
    return next(marks, None)


def _shared(seen: Seen, inside: Sequence[Mark]) -> Mark | None:
    """What befell people counted together: ``120 hộ nghèo và 14 hộ chính sách được hỗ trợ tiền điện``."""
    frame, sentence = seen.frame, seen.frame.sentence
    after = next(iter(sentence.between(seen.q.end, seen.clause[1])), None)
    if seen.q.unit not in {*PEOPLE, "turn"} or after is None or after.unit != seen.q.unit:
        return None
    joint = seen.text[seen.noun_end : after.lead].strip()
    listed = joint == "," and _opens_list(seen, after)
    if not (listed or frame.cues.conjunction.fullmatch(joint)):
        return None
    same = Seen(frame, after, seen.q, sentence.next_lead(after.start, sentence.end))
    told = [m for m in _behind(same, inside) if m.trigger.behind and not m.trigger.reason]
    if not listed:
        passive, gets = frame.cues.passive, frame.cues.gets  # `… được hỗ trợ`, `… nhận tiền`
        text = seen.text
        told = [m for m in told if passive.search(text, same.noun_end, m.end) or gets.match(text, m.start)]
    return next((m for m in told if not m.trigger.weak), told[0] if told else None)


def _opens_list(seen: Seen, after: Quantity) -> bool:
    """Whether a count and the next begin their clause, each of its group: ``9 hộ nghèo, 3 hộ có công``."""
    mine, theirs = group_at(seen.frame.sentence, seen.q), group_at(seen.frame.sentence, after)
    if not (mine and theirs and mine.code and theirs.code) or mine.code == theirs.code:
        return False
    return not seen.text[seen.clause[0] : seen.q.lead].strip()


def _behind(seen: Seen, inside: Sequence[Mark]) -> Iterator[Mark]:
    """The marks behind a number, up to the next, with no comma between; one is in what a percentage is of."""
    start, signs = seen.noun_end, ";(" if seen.q.unit == "percent" else ",;("
    for mark in inside:
        if seen.q.end <= mark.start < seen.end and not is_broken(seen.text, start, mark.start, signs):
            yield mark


def is_broken(text: str, start: int, end: int, signs: str) -> bool:
    """Whether a sign parts two places; one that joins the groups of a list does not."""
    found = [at for at in range(start, end) if text[at] in signs]
    if not found:
        return False
    listed = groups().find(text, start, end)
    return any(not any(0 < g.start - at <= JOINT or g.start <= at < g.end for g in listed) for at in found)


UNDONE = "negated"
"""The reason of what was not done: it speaks of its own number alone."""
TRADE = "trade"
"""The reason of what is bought and sold: its goods are given to nobody."""
SUCH = frozenset({"item", "animal", "weight"})
"""Units that say nothing without what stands behind them: ``290 tấn gạo``."""
JOINT = 10
"""Characters between a comma and the next group of a list: `, và các `."""


def _inherited(seen: Seen) -> Mark | None:
    """What governs the clauses before, where this one has no verb of its own; else what stands above."""
    frame, q = seen.frame, seen.q
    sentence = frame.sentence
    number = sentence.clause_at(q.start)
    begin = sentence.clauses[number].start
    split = frame.cues.parts.search(seen.text, sentence.start, q.start)
    stated = frame.cues.states.search(seen.text, begin, q.lead)
    prior = [sentence.clauses[k] for k in sentence.before(number)[1:2]]
    alike = stated and any(frame.cues.states.search(seen.text, c.start, min(c.end, q.start)) for c in prior)
    if not split and ((stated and not alike) or frame.own_verb(q, number)):
        return None
    for earlier in sentence.before(number)[1:] if frame.marks else ():
        marks = [m for m in frame.own_marks(earlier) if m.end <= q.start]
        marks = [m for m in marks if m.trigger.governs(q.unit) and not m.trigger.strong]
        if marks:
            if not is_carried(seen):
                return None
            heads = (m for m in marks if m.trigger.heads)
            told = (m for m in reversed(marks) if not m.trigger.weak)
            return next(heads, None) or next(told, marks[-1])
    # `toàn huyện hiện có 21.600 người cao tuổi, trong đó 38 cụ tròn 100 tuổi`: what there is got nothing
    if split and frame.cues.states.search(seen.text, sentence.start, split.start()):
        return None
    if not split and not is_carried(seen):
        return None
    spoken = not q.is_money or bool(frame.cues.money.search(seen.text, begin, q.lead))
    return topic(frame, q.unit, opening=spoken)


def topic(frame: Frame, unit: str, *, opening: bool = True) -> Mark | None:
    """What a sentence's label or the text above it speaks of: its paragraph, its list, its headings."""
    if (unit, opening) not in frame.topics:
        frame.topics[unit, opening] = _topic(frame, unit, opening=opening)
    return frame.topics[unit, opening]


def _topic(frame: Frame, unit: str, *, opening: bool) -> Mark | None:
    sentence = frame.sentence
    colon = sentence.text.find(":", sentence.start, min(sentence.end, sentence.start + LABEL))
    label = (sentence.start, max(colon, sentence.start))
    paragraph = [frame.opening] if opening else []
    for start, end in (label, *paragraph, *frame.above[:HEADINGS]):
        marks = frame.marks_in(start, end)
        speaking = (m for m in marks if not m.trigger.weak and m.trigger.reason != UNDONE)
        told = [m for m in speaking if m.trigger.governs(unit)]
        if told:
            return told[-1]
        if (start, end) == frame.introduction and unit in COUNTED and (weak := _held(frame, start, end)):
            return weak
    return None


def _held(frame: Frame, start: int, end: int) -> Mark | None:
    """What a list's introduction says of its own count: ``Mở 110 lớp …, chia ra: a) May: 64 lớp``."""
    cues, text = frame.cues.parts, frame.sentence.text
    marks = [m for m in frame.marks_in(start, end) if not m.trigger.reason]
    return marks[-1] if marks and cues.search(text, marks[-1].end, end) else None
