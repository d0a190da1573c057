"""The period that a figure inherits from around it: its sentence, its paragraph, headings, the document."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from typing import NamedTuple

from pipeline.extract.blocks import Block
from pipeline.extract.bracket_periods import before_bracket, behind_bracket, bracketed_behind, clause_around
from pipeline.extract.cues import Cues
from pipeline.extract.flow import Flow
from pipeline.extract.periods import Mention, Period, periods
from pipeline.extract.quantity import Quantity
from pipeline.extract.sentence import Clause, Sentence

_BACK = frozenset({"date", "that_day", "day"})
"""Readings that a later sentence does not inherit for a flow: the day of one event."""
_DAYS = frozenset({"date", "day"})
"""Readings of a day that is no span."""


class Timed(NamedTuple):
    """A period and how it was come by (flags)."""

    period: Period
    flags: tuple[str, ...] = ()


class Context:
    """Looks around a figure in its document for its time."""

    def __init__(
        self,
        flow: Flow,
        sentences: Sequence[Sentence],
        cues: Cues,
        own: Period,
    ) -> None:
        self.flow = flow
        self.cues = cues
        self.own = own
        self._by_block: dict[int, list[Sentence]] = {}
        for sentence in sentences:
            self._by_block.setdefault(sentence.block, []).append(sentence)
        self._heading_mentions: dict[int, list[Mention]] = {}
        self._main_heard: dict[tuple[int, bool], Timed | None] = {}
        self._stories: dict[int, bool] = {}
        self._last_heard: dict[tuple[int, bool], list[Timed | None]] = {}

    def period(self, sentence: Sentence, q: Quantity, stop: int, *, stock: bool) -> Timed:
        """The period that governs a number, from its sentence outwards."""
        timed = self._in_sentence(sentence, q, stop, stock=stock)
        if timed is None:
            timed = self._around(sentence, stock=stock)
            if not stock and self.own.start and timed.period == self.own.as_stock():
                # behind `Nguồn vốn đến 30/6/2023 …` of a half-year's report flows go on with its span
                timed = Timed(self.own, timed.flags)
        return Timed(timed.period.as_stock(), timed.flags) if stock else timed

    def _in_sentence(self, sentence: Sentence, q: Quantity, stop: int, *, stock: bool) -> Timed | None:
        clause = sentence.clauses[sentence.clause_at(q.start)]
        if sentence.mentions and (told := behind_bracket(sentence, clause, q)):
            return Timed(told)
        if q.start in sentence.was:
            return Timed(sentence.was[q.start])
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
        if before and own and self._is_within(sentence, q, dated[0], before[-1].period):
            return Timed(dated[0].period)
        if before and own and self._is_inside(sentence, clause, dated[0], before[-1]):
            return Timed(dated[0].period)
        if before and before[-1].reading != "open":
            told = before[-1].period if stock else self._lasting(clause, before)
            return Timed(told)
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

    @staticmethod
    def _lasting(clause: Clause, before: Sequence[Mention]) -> Period:
        """The period of what flows: a span lasts behind a clause that counts at its end.

        ``Năm 2024 … dư nợ đến 31/12/2024 …; xây 12 nhà``.
        """
        last = before[-1]
        if last.period.start or not last.period.end or clause.holds(last.start):
            return last.period
        spans = (m.period for m in reversed(before) if m.period.start)
        span = next(spans, last.period)
        return span if span.end == last.period.end else last.period

    @staticmethod
    def _is_within(sentence: Sentence, q: Quantity, told: Mention, span: Period) -> bool:
        """Whether a time right behind a number lies in the span before: ``Nhiệm kỳ …, còn 5,3% năm 2024``."""
        at = told.period.end
        if not (span.start and span.end and at and span.start <= at < span.end):
            return False
        return periods().is_near(sentence.text, q.end, told.start)

    @staticmethod
    def _is_inside(sentence: Sentence, clause: Clause, told: Mention, said: Mention) -> bool:
        """Whether a clause closes with a time of its own in the span that a clause before it tells."""
        span, own = said.period, told.period
        if not (span.start and span.end and own.start and own.end) or clause.holds(said.start):
            return False
        lies = span != own and span.start <= own.start and own.end <= span.end
        return lies and periods().is_inside(sentence.text, told.start)

    def _closes(self, sentence: Sentence) -> bool:
        """Whether a sentence ends with the time of all its numbers: ``…; số liệu đến 31/8/2025``."""
        if len(sentence.mentions) != 1 or not sentence.quantities:
            return False
        last, end = sentence.quantities[-1].end, sentence.mentions[0].end
        return last <= sentence.mentions[0].start and bool(self.cues.as_of.search(sentence.text, last, end))

    def _is_planned(self, text: str, start: int, end: int) -> bool:
        """Whether a plan stands before a time, which is its own: ``đạt 96%, phấn đấu năm 2023 đạt …``."""
        return end - start > 1 and self.cues.plans(text, start, end)

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

    def opening(self, sentence: Sentence) -> Sentence:
        """The first sentence of a sentence's block."""
        return self._by_block[sentence.block][0]

    def is_past(self, heading: Block) -> bool:
        """Whether a heading names a time before the document's own: ``Kết quả năm 2024`` in a later plan."""
        ends = [m.period.end for m in self._mentions(heading) if m.period.end]
        return bool(self.own.start and ends and max(ends) < self.own.start)


FAR_BACK = 60
"""Blocks before a figure's in which its period is looked for."""
FRESH = 12
"""A clause that names a period this near to its start begins anew: no plan reaches into it."""


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
