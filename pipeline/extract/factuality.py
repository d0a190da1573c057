"""The factuality of a figure: whether it is done, planned or asked for.

The cues before a number tell, then its sentence's first words, those behind it, what its paragraph began
with, its list's introduction and headings, the kind of its document.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from datetime import date
from itertools import islice, takewhile

from pipeline.extract.blocks import Block
from pipeline.extract.context import FRESH, Context
from pipeline.extract.cues import Status
from pipeline.extract.periods import Period
from pipeline.extract.quantity import Quantity
from pipeline.extract.sentence import Clause, Sentence
from pipeline.extract.symbols import doc_types


class Factuality:
    """Tells the status of a document's figures."""

    def __init__(self, context: Context, doc_type: str, above: Sequence[Sequence[Block]]) -> None:
        self._context = context
        self._flow, self._cues, self._own = context.flow, context.cues, context.own
        self._above = above
        self._is_plan = doc_type in doc_types().plans
        self._told_by: dict[int, str] = {}
        self._openings: dict[int, list[tuple[int, str]]] = {}

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
        is_over = bool(ended and self._own.start and ended < self._own.start)
        is_plan = self._is_plan and not is_over
        number = sentence.clause_at(q.start)
        near = max(sentence.start, q.lead - NEAR)
        is_told = not q.is_money and self._cues.target.search(sentence.text, near, q.lead)
        if (is_told and not _has_others_in_bracket(sentence, q)) or self._is_target(sentence, q):
            return "planned"
        clauses = (sentence.clauses[k] for k in (sentence.before(number) if sentence.mentions else ()))
        begin = next((c.start for c in clauses if _is_fresh(sentence, c, q)), sentence.start)
        whole = sentence.start, sentence.end
        told_by = self._cues.telling.among_those_of(sentence.text, whole, begin, q.lead)
        found = [
            (match.start(), cue)
            for cue in map(self._cues.statuses.__getitem__, told_by)
            for match in cue.pattern.finditer(sentence.text, begin, q.lead)
            if cue.strength > 1 or not any(a < match.end() and match.start() < b for a, b in said)
        ]
        # `đã cấp bồn cho 210 hộ; 62 hộ còn lại sẽ nhận`: an item that tells its own time
        item = sentence.text.rfind(";", begin, q.lead)
        if self._cues.further.match(sentence.text, q.end, stop):
            item = max(item, sentence.text.rfind(", ", begin, q.lead))
        comma = sentence.text.find(",", q.end, stop)
        near = comma if comma >= 0 else stop
        if found and max(at for at, _ in found) < item and (own := self._told_behind(sentence, q, near)):
            return own
        surely = any(cue.strength > 1 or cue.status != "actual" for _, cue in found)
        weakly = surely and all(cue.strength == 1 for _, cue in found)
        if weakly and self._told_behind(sentence, q, near) == "actual":
            return "actual"  # `Theo đề án, 1.874 hộ đã được hỗ trợ về nhà ở`
        if surely:
            told = _nearest(found)
            above = self._above[sentence.block][:1] if told == "planned" else ()
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
        for block in self._above[sentence.block]:
            if told := self._told(block):
                is_now = told == "actual" and is_plan and not self._context.is_past(block)
                return "planned" if is_now else "actual" if told == "planned" and is_over else told
        is_later = bool(timed and self._own.end and _is_later(timed, self._own.end))
        # `Tờ trình … Xã hiện có 6.420 hộ`: what there is, a plan only tells
        is_now = is_plan and not found and bool(self._cues.now.search(sentence.text, sentence.start, q.lead))
        return "planned" if (is_plan and not is_now) or is_later else "actual"

    def _told_behind(self, sentence: Sentence, q: Quantity, stop: int) -> str:
        """The status that words behind a count tell, up to the next number; empty where none."""
        end = min(stop, sentence.clauses[sentence.clause_at(q.start)].end)
        if q.unit == "percent" or q.end >= end:
            return ""
        told = (s for s, pattern in self._cues.status_after if pattern.search(sentence.text, q.end, end))
        return next(told, "")

    def _opening(self, sentence: Sentence) -> list[tuple[int, str]]:
        """Where a sentence's first words tell a plan or a request, and which, cue by cue."""
        if sentence.start not in self._openings:
            self._openings[sentence.start] = [
                (match.start(), cue.status)
                for cue in self._cues.statuses
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
        text, start, end = self._flow.text, block.start, block.end
        if text[end - 1] == ":":
            start, end = self._flow.sentences(block)[-1]  # of an introduction only its last sentence
            found = [
                (match.start(), cue)
                for cue in self._cues.statuses
                if cue.strength > 1
                for match in cue.pattern.finditer(text, start, end)
            ]
            if found:
                return _nearest(found)
        if self._cues.actual_heading.search(text, start, end):
            return "actual"
        return "planned" if self._cues.planned_heading.search(text, start, end) else ""

    def _is_target(self, sentence: Sentence, q: Quantity) -> bool:
        """Whether the sentence's label is a plan's: ``Chỉ tiêu giao đầu năm: dư nợ đạt 95 tỷ đồng``."""
        colon = sentence.text.find(":", sentence.start, min(q.lead, sentence.start + NEAR))
        return colon > 0 and bool(self._cues.target_label.match(sentence.text, sentence.start, colon))

    def _goes_on_with_target(self, sentence: Sentence, timed: Period) -> bool:
        """Whether the paragraph began as a plan for a time that the sentence names again.

        ``Mục tiêu cụ thể: đến cuối năm 2027 … Năm 2027 cho vay mới 40 tỷ đồng``
        """
        first = self._context.opening(sentence)
        colon = sentence.text.find(":", first.start, min(first.end, first.start + NEAR))
        if (
            first is sentence
            or colon < 0
            or not self._cues.target_label.match(first.text, first.start, colon)
        ):
            return False
        ends = {m.period.end for m in first.mentions}
        return bool(sentence.mentions and timed.end and timed.end in ends)

    def _goes_on_with_plan(self, sentence: Sentence, q: Quantity) -> bool:
        """Whether a bare verb goes on with the plan that its paragraph begins with, and names no time.

        ``Năm 2026, xã phấn đấu giảm 60 hộ nghèo. Hỗ trợ xây 10 nhà. Mở 4 lớp nghề.``
        """
        first = self._context.opening(sentence)
        if first is sentence or sentence.mentions or q.start - sentence.start > FAR_AHEAD:
            return False
        if not self._cues.bare_verb.match(sentence.text, sentence.start, sentence.end):
            return False
        end = min(first.end, first.start + FAR_AHEAD)
        return self._cues.plans(first.text, first.start, end)


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


FAR_AHEAD = 80
"""Characters of a sentence in which its plan is told, and before the number of one that goes on with it."""
NEAR = 60
"""Characters before a count in which words may make it a target."""
OPENING = 30
"""Characters at a sentence's start in which a plan governs all of its clauses that say nothing else."""


def _is_fresh(sentence: Sentence, clause: Clause, q: Quantity) -> bool:
    first = bisect_left(sentence.mentions, clause.start, key=lambda m: m.start)
    near = takewhile(lambda m: m.start - clause.start <= FRESH, islice(sentence.mentions, first, None))
    return any(clause.holds(m.start) and m.end <= q.start for m in near)


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
