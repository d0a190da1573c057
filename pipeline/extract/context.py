"""What a figure inherits from around it: its period, and whether it is done, planned or asked for."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from datetime import date
from itertools import islice, takewhile
from typing import NamedTuple

from pipeline.extract.amounts import Quantity
from pipeline.extract.blocks import Block
from pipeline.extract.bracket_periods import before_bracket, bracketed_behind, clause_around
from pipeline.extract.cues import Cues, Status
from pipeline.extract.flow import Flow
from pipeline.extract.periods import Mention, Period, periods
from pipeline.extract.sentence import Clause, Sentence
from pipeline.extract.symbols import doc_types

_BACK = frozenset({"date", "that_day", "day"})
"""Readings that a later sentence does not inherit for a flow: the day of one event."""
_DAYS = frozenset({"date", "day"})
"""Readings of a day that is no span."""


class Timed(NamedTuple):
    """A period and how it was come by (flags)."""

    period: Period
    flags: tuple[str, ...] = ()


class Context:
    """Looks around a figure in its document."""

    def __init__(
        self,
        flow: Flow,
        sentences: Sequence[Sentence],
        cues: Cues,
        own: Period,
        doc_type: str,
        above: Sequence[Sequence[Block]],
    ) -> None:
        self.flow = flow
        self.above = above
        self.cues = cues
        self.own = own
        self.is_plan = doc_type in doc_types().plans
        self._by_block: dict[int, list[Sentence]] = {}
        for sentence in sentences:
            self._by_block.setdefault(sentence.block, []).append(sentence)
        self._heading_mentions: dict[int, list[Mention]] = {}
        self._main_heard: dict[tuple[int, bool], Timed | None] = {}
        self._stories: dict[int, bool] = {}
        self._told_by: dict[int, str] = {}
        self._openings: dict[int, list[tuple[int, str]]] = {}
        self._last_heard: dict[tuple[int, bool], list[Timed | None]] = {}

    # ---- period -------------------------------------------------------------------------------

    def period(self, sentence: Sentence, q: Quantity, stop: int, *, stock: bool) -> Timed:
        """The period that governs a number, from its sentence outwards."""
        timed = self._in_sentence(sentence, q, stop)
        if timed is None:
            timed = self._around(sentence, stock=stock)
            if not stock and self.own.start and timed.period == self.own.as_stock():
                # behind `Nguồn vốn đến 30/6/2023 …` of a half-year's report flows go on with its span
                timed = Timed(self.own, timed.flags)
        return Timed(timed.period.as_stock(), timed.flags) if stock else timed

    def _in_sentence(self, sentence: Sentence, q: Quantity, stop: int) -> Timed | None:
        if q.start in sentence.was:
            return Timed(sentence.was[q.start])
        clause = sentence.clauses[sentence.clause_at(q.start)]
        split = self.cues.parts.search(sentence.text, q.end, stop) if sentence.mentions else None
        if split and self.cues.base.search(sentence.text, q.end, split.end()):
            split = None  # `đang xây 3 nhà trong tổng số 11 nhà …`
        if split:  # `xong 1.246 căn, trong đó giai đoạn 2021-2023 là 538 căn`: the time is the part's
            stop = min(stop, split.start())
        holders = set(sentence.before(sentence.clause_at(q.start))) if sentence.mentions else set()
        before = [
            m
            for m in sentence.mentions
            if m.end <= q.start and not holders.isdisjoint(sentence.holding(m.start))
        ]
        after = [
            m for m in sentence.mentions if q.end <= m.start < min(stop, clause.end) and clause.holds(m.start)
        ]
        dated = [
            m for m in after if m.reading != "open" and not self._is_planned(sentence.text, q.end, m.start)
        ]
        if told := bracketed_behind(sentence, clause, q):
            return Timed(told)
        silent = not any(clause.holds(m.start) for m in sentence.mentions)
        if clause.outer >= 0 and silent and (told := before_bracket(sentence, clause)):
            return Timed(told)
        if not before:  # `Nhân Tháng hành động (tháng 10/2024), … tặng 320 thẻ`
            first = sentence.quantities[0].start
            before = [
                m for m in sentence.mentions if m.end <= first and clause_around(sentence, m) in holders
            ]
        # the day of a pledge is not when the houses are built, nor is a deadline: `… trong hai năm 2024-2025`
        spans = [m for m in dated if m.period.start and m.period.end and m.reading not in _DAYS]
        if before and before[-1].reading in {*_DAYS, "deadline"} and spans:
            return Timed(spans[0].period)
        # `60 thẻ năm 2022 và 70 thẻ năm 2023`: each number's year stands behind it
        own = bool(dated) and "," not in sentence.text[q.end : dated[0].start]
        if before and own and self._first(sentence, clause) < before[0].start:
            return Timed(dated[0].period)
        if before and before[-1].reading != "open":
            return Timed(before[-1].period)
        if dated:
            return Timed(dated[0].period)
        if not before and self._closes(sentence):
            return Timed(sentence.mentions[0].period)
        spans = [m for m in sentence.mentions if m.period.start and m.period.end and m.reading not in _DAYS]
        if (
            not before
            and not split
            and len(sentence.mentions) == len(spans) == 1
            and not sentence.is_bracketed(spans[0].start)
        ):
            later = sentence.clauses[sentence.clause_at(spans[0].start)]
            if later is clause or spans[0].start - later.start > FRESH:
                return Timed(spans[0].period)
        return Timed(Period(), ("period_open",)) if before else None

    def _closes(self, sentence: Sentence) -> bool:
        """Whether a sentence ends with the time of all its numbers: ``…; số liệu đến 31/8/2025``."""
        if len(sentence.mentions) != 1 or not sentence.quantities:
            return False
        last, end = sentence.quantities[-1].end, sentence.mentions[0].end
        return last <= sentence.mentions[0].start and bool(self.cues.as_of.search(sentence.text, last, end))

    def _is_planned(self, text: str, start: int, end: int) -> bool:
        """Whether a plan stands before a time, which is its own: ``đạt 96%, phấn đấu năm 2023 đạt …``."""
        plans = (cue for cue in self.cues.statuses if cue.status == "planned" and cue.strength > 1)
        return end - start > 1 and any(cue.pattern.search(text, start, end) for cue in plans)

    @staticmethod
    def _first(sentence: Sentence, clause: Clause) -> int:
        """Where a clause's first number begins; behind its end where it has none."""
        return next((o.start for o in sentence.quantities if clause.holds(o.start)), clause.end)

    def _around(self, sentence: Sentence, *, stock: bool) -> Timed:
        """From the block's sentences before, the section's blocks before, headings, the document."""
        own = self._by_block.get(sentence.block, [])
        before = bisect_left(own, sentence.start, key=lambda s: s.start)
        is_story = self._is_story(sentence.block, own)
        # the day of an event holds for the next sentence, not for the rest of a report
        heard = self._heard(sentence.block, stock=stock)
        last = _last(
            [s for s in own[max(before - 1, 0) : before] if not self._is_aside(s, heard)], stock=True
        )
        if (
            last is not None
            and (found := _going_on(heard[max(before - 1, 0)], last, stock=stock)) is not None
        ):
            return found
        if (found := heard[before]) is not None:
            return found
        nearest = -1 if is_story else sentence.block - 1
        for number in range(nearest, max(sentence.block - FAR_BACK, 0) - 1, -1):
            block = self.flow.blocks[number]
            level = self.flow.blocks[sentence.block].level
            if block.kind == "columns" or (block.kind == "heading" and block.level < level):
                break
            if block.kind == "heading" and block.level == level:
                continue  # an item beside this one: its period is its own
            # a list's introduction, and an interviewer's question
            introduces = self.flow.text[block.start : block.end].endswith((":", "?"))
            if block.level > level and not introduces:
                continue
            if (found := self._main(number, stock=stock)) is not None:
                higher = introduces or block.level < level
                # a paragraph goes on with the day of the one above where the document has no span of its own
                beside = (block.kind in {"item", "row"} or self.own.start) and not (stock or higher)
                if beside and found.period.end and not found.period.start:
                    continue  # the day up to which the block beside counts: no span of this one's
                ended = not stock and not found.period.start and found.period.end
                if ended and self.own.start and ended < self.own.start:
                    continue  # `Qua rà soát cuối năm 2024 … đề nghị:` of a request for 2025
                if not higher and self.own.end and found.period.start and found.period.start > self.own.end:
                    continue  # what comes later is that paragraph's plan: `xin chuyển nguồn sang năm sau`
                if not higher and "period_open" in found.flags:
                    continue  # `đến nay …` is its own paragraph's
                assumed = () if higher else ("period_assumed",)
                return Timed(found.period, (*found.flags, *assumed))
        for parent in self.flow.parents(sentence.block):
            mentions = [m for m in self._mentions(parent) if m.reading != "open"]
            mentions = [m for m in mentions if m.reading != "date"] or mentions
            if mentions:
                return Timed(mentions[-1].period, ("period_assumed",))
        if self.own.start or self.own.end:
            return Timed(self.own, ("period_assumed",))
        return Timed(Period())

    def _heard(self, block: int, *, stock: bool) -> list[Timed | None]:
        """The last period that a block's sentences name, before each of them and behind the last."""
        if (block, stock) not in self._last_heard:
            found: list[Timed | None] = [None]
            for sentence in self._by_block.get(block, []):
                said = None if self._is_aside(sentence, found) else _last([sentence], stock=stock)
                found.append(_going_on(found[-1], said, stock=stock))
            self._last_heard[block, stock] = found
        return self._last_heard[block, stock]

    def _is_aside(self, sentence: Sentence, heard: Sequence[Timed | None]) -> bool:
        """Whether a sentence behind a period leaves it for its own: ``Hai năm trước đó có 35.190 hộ``."""
        begins = bool(sentence.mentions) and heard[-1] is not None
        return begins and bool(self.cues.aside.match(sentence.text, sentence.start))

    def _main(self, block: int, *, stock: bool) -> Timed | None:
        """The last period that a block names for what follows: `Riêng tháng 11 …` is its sentence's alone."""
        if (block, stock) not in self._main_heard:
            own = [s for s in self._by_block.get(block, []) if s.mentions]
            main = None
            for sentence in own:
                if not self.cues.aside.match(sentence.text, sentence.start):
                    main = _going_on(main, _last([sentence], stock=stock), stock=stock)
            self._main_heard[block, stock] = main
        return self._main_heard[block, stock]

    def _is_story(self, block: int, own: Sequence[Sentence]) -> bool:
        """Whether a block begins as the story of one person or family."""
        if block not in self._stories:
            self._stories[block] = bool(own) and bool(self.cues.story.match(own[0].text, own[0].start))
        return self._stories[block]

    def _mentions(self, block: Block) -> list[Mention]:
        if block.start not in self._heading_mentions:
            said = [Mention(0, 0, "own", self.own)]
            found = periods().find_after(self.flow.text, block.start, block.end, said)
            self._heading_mentions[block.start] = found
        return self._heading_mentions[block.start]

    def _is_past(self, heading: Block) -> bool:
        """Whether a heading names a time before the document's own: ``Kết quả năm 2024`` in a later plan."""
        ends = [m.period.end for m in self._mentions(heading) if m.period.end]
        return bool(self.own.start and ends and max(ends) < self.own.start)

    # ---- status -------------------------------------------------------------------------------

    def status(
        self,
        sentence: Sentence,
        q: Quantity,
        stop: int,
        said: Sequence[tuple[int, int]] = (),
        timed: Period | None = None,
    ) -> str:
        """``actual``, ``planned`` or ``requested``.

        Weak cues inside the spans of ``said`` are but names; what ended before a plan's own time (``timed``
        tells it, where the text does) is done, what begins behind a report's own time is not.
        """
        ended = timed.end if timed else None
        is_over = bool(ended and self.own.start and ended < self.own.start)
        is_plan = self.is_plan and not is_over
        number = sentence.clause_at(q.start)
        near = max(sentence.start, q.lead - NEAR)
        is_told = not q.is_money and self.cues.target.search(sentence.text, near, q.lead)
        if (is_told and not _has_others_in_bracket(sentence, q)) or self._is_target(sentence, q):
            return "planned"
        clauses = (sentence.clauses[k] for k in (sentence.before(number) if sentence.mentions else ()))
        begin = next((c.start for c in clauses if _is_fresh(sentence, c, q)), sentence.start)
        whole = sentence.start, sentence.end
        told_by = self.cues.telling.among_those_of(sentence.text, whole, begin, q.lead)
        found = [
            (match.start(), cue)
            for cue in map(self.cues.statuses.__getitem__, told_by)
            for match in cue.pattern.finditer(sentence.text, begin, q.lead)
            if cue.strength > 1 or not any(a < match.end() and match.start() < b for a, b in said)
        ]
        # `đã cấp bồn cho 210 hộ; 62 hộ còn lại sẽ nhận`: an item that tells its own time
        item = sentence.text.rfind(";", begin, q.lead)
        if self.cues.further.match(sentence.text, q.end, stop):
            item = max(item, sentence.text.rfind(", ", begin, q.lead))
        comma = sentence.text.find(",", q.end, stop)
        near = comma if comma >= 0 else stop
        if found and max(at for at, _ in found) < item and (own := self._told_behind(sentence, q, near)):
            return own
        surely = any(cue.strength > 1 or cue.status != "actual" for _, cue in found)
        if surely:
            told = _nearest(found)
            above = self.above[sentence.block][:1] if told == "planned" else ()
            # `đề nghị: 1. Bổ sung chỉ tiêu cho vay …`: a plan that its list asks for is asked for
            return "requested" if any(self._told(block) == "requested" for block in above) else told
        opening = (status for start, status in self._opening(sentence) if start < q.start)
        if told := next(opening, ""):  # `Phấn đấu …; đến năm 2025 …`: a plan from its first word on
            return told
        # (`100% hộ có nhu cầu được vay vốn` asks for nothing)
        if not found and (own := self._told_behind(sentence, q, stop)):
            return own
        if (timed and self._goes_on_with_target(sentence, timed)) or self._goes_on_with_plan(sentence, q):
            return "planned"
        for block in self.above[sentence.block]:
            if told := self._told(block):
                is_now = told == "actual" and is_plan and not self._is_past(block)
                return "planned" if is_now else "actual" if told == "planned" and is_over else told
        is_later = bool(timed and self.own.end and _is_later(timed, self.own.end))
        # `Tờ trình … Xã hiện có 6.420 hộ`: what there is, a plan only tells
        is_now = is_plan and not found and bool(self.cues.now.search(sentence.text, sentence.start, q.lead))
        return "planned" if (is_plan and not is_now) or is_later else "actual"

    def _told_behind(self, sentence: Sentence, q: Quantity, stop: int) -> str:
        """The status that words behind a count tell, up to the next number; empty where none."""
        end = min(stop, sentence.clauses[sentence.clause_at(q.start)].end)
        if q.unit == "percent" or q.end >= end:
            return ""
        told = (s for s, pattern in self.cues.status_after if pattern.search(sentence.text, q.end, end))
        return next(told, "")

    def _opening(self, sentence: Sentence) -> list[tuple[int, str]]:
        """Where a sentence's first words tell a plan or a request, and which, cue by cue."""
        if sentence.start not in self._openings:
            self._openings[sentence.start] = [
                (match.start(), cue.status)
                for cue in self.cues.statuses
                if cue.strength > 1 and cue.status != "actual"
                # behind the opening patterns still look ahead: `Riêng Chương trình mục tiêu | quốc gia …`
                for match in cue.pattern.finditer(sentence.text, sentence.start, sentence.start + 2 * OPENING)
                if match.end() <= sentence.start + OPENING
            ]
        return self._openings[sentence.start]

    def _told(self, block: Block) -> str:
        """The status that a heading or a list's introduction tells; empty where none."""
        if block.start not in self._told_by:
            self._told_by[block.start] = self._read_status(block)
        return self._told_by[block.start]

    def _read_status(self, block: Block) -> str:
        text, start, end = self.flow.text, block.start, block.end
        if text[end - 1] == ":":
            start, end = self.flow.sentences(block)[-1]  # of an introduction only its last sentence
            found = [
                (match.start(), cue)
                for cue in self.cues.statuses
                if cue.strength > 1
                for match in cue.pattern.finditer(text, start, end)
            ]
            if found:
                return _nearest(found)
        if self.cues.actual_heading.search(text, start, end):
            return "actual"
        return "planned" if self.cues.planned_heading.search(text, start, end) else ""

    def _is_target(self, sentence: Sentence, q: Quantity) -> bool:
        """Whether the sentence's label is a plan's: ``Chỉ tiêu giao đầu năm: dư nợ đạt 95 tỷ đồng``."""
        colon = sentence.text.find(":", sentence.start, min(q.lead, sentence.start + NEAR))
        return colon > 0 and bool(self.cues.target_label.match(sentence.text, sentence.start, colon))

    def _goes_on_with_target(self, sentence: Sentence, timed: Period) -> bool:
        """Whether the paragraph began as a plan for a time that the sentence names again.

        ``Mục tiêu cụ thể: đến cuối năm 2027 … Năm 2027 cho vay mới 40 tỷ đồng``
        """
        first = self._by_block[sentence.block][0]
        colon = sentence.text.find(":", first.start, min(first.end, first.start + NEAR))
        if first is sentence or colon < 0 or not self.cues.target_label.match(first.text, first.start, colon):
            return False
        ends = {m.period.end for m in first.mentions}
        return bool(sentence.mentions and timed.end and timed.end in ends)

    def _goes_on_with_plan(self, sentence: Sentence, q: Quantity) -> bool:
        """Whether a bare verb goes on with the plan that its paragraph begins with, and names no time.

        ``Năm 2026, xã phấn đấu giảm 60 hộ nghèo. Hỗ trợ xây 10 nhà. Mở 4 lớp nghề.``
        """
        first = self._by_block[sentence.block][0]
        if first is sentence or sentence.mentions or q.start - sentence.start > FAR_AHEAD:
            return False
        if not self.cues.bare_verb.match(sentence.text, sentence.start, sentence.end):
            return False
        end = min(first.end, first.start + FAR_AHEAD)
        plans = (cue for cue in self.cues.statuses if cue.status == "planned" and cue.strength > 1)
        return any(cue.pattern.search(first.text, first.start, end) for cue in plans)


def _has_others_in_bracket(sentence: Sentence, q: Quantity) -> bool:
    """Whether a bracket that begins with a number has more of its unit: ``7% kế hoạch (150 căn, 60 căn)``."""
    if not sentence.text[sentence.start : q.lead].rstrip().endswith("("):
        return False
    clause = sentence.clauses[sentence.clause_at(q.start)]
    return any(o.unit == q.unit for o in sentence.between(q.end, clause.end))


def _is_later(period: Period, end: date) -> bool:
    """Whether a period begins behind a day, or is counted at the end of a later year: ``đến 2030 còn …``."""
    if period.start or not period.end:
        return bool(period.start and period.start > end)
    return period.end.year > end.year and (period.end.month, period.end.day) == (12, 31)


FAR_BACK = 60
"""Blocks before a figure's in which its period is looked for."""
FAR_AHEAD = 80
"""Characters of a sentence in which its plan is told, and before the number of one that goes on with it."""
NEAR = 60
"""Characters before a count in which words may make it a target."""
OPENING = 30
"""Characters at a sentence's start in which a plan governs all of its clauses that say nothing else."""
FRESH = 12
"""A clause that names a period this near to its start begins anew: no plan reaches into it."""


def _is_fresh(sentence: Sentence, clause: Clause, q: Quantity) -> bool:
    first = bisect_left(sentence.mentions, clause.start, key=lambda m: m.start)
    near = takewhile(lambda m: m.start - clause.start <= FRESH, islice(sentence.mentions, first, None))
    return any(clause.holds(m.start) and m.end <= q.start for m in near)


def _last(sentences: Sequence[Sentence], *, stock: bool) -> Timed | None:
    for sentence in reversed(sentences):
        mentions = [m for m in sentence.mentions if m.reading not in ({"day"} if stock else _BACK)]
        if mentions:
            last = mentions[-1]
            if not stock and last.period.end and not last.period.start:
                # `Năm 2022 …; đến cuối năm đạt 98%`: what flows goes on with the year
                last = next((m for m in mentions if m.period.start and m.period.end == last.period.end), last)
            return Timed(last.period, ("period_open",) if last.reading == "open" else ())
    return None


def _going_on(before: Timed | None, said: Timed | None, *, stock: bool) -> Timed | None:
    """The period that goes on behind a sentence: for what flows, a span lasts while stocks count at its end.

    ``Trong 9 tháng đầu năm 2024 … Dư nợ đến 30/9/2024 …``: what is lent then is lent in nine months.
    """
    if said is None:
        return before
    span = before.period if before is not None else Period()
    ends = span.start and span.end and span.end == said.period.end
    return before if ends and not stock and not said.period.start else said


def _nearest(found: Sequence[tuple[int, Status]]) -> str:
    """The cue nearest before the figure; a weak ``đạt`` does not undo a strong plan before it."""
    ordered = [cue for _, cue in sorted(found, key=lambda f: f[0], reverse=True)]
    last = ordered[0]
    if last.status != "actual":
        return last.status
    for cue in ordered[1:]:
        if cue.status != "actual" and cue.strength > last.strength:
            return cue.status
        if cue.strength > 1:
            break
    return last.status
