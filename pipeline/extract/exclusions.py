"""What excludes a number from all tables: what is not done, compares, or is a rate."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.extract.cues import Cues
from pipeline.extract.quantity import Quantity
from pipeline.extract.sentence import Sentence

BEHIND = 40
"""Characters behind a count in which a negation is its own."""
PHRASE = 100
"""Characters behind a count in which its own phrase may say that nothing was done."""


def reasons(sentence: Sentence, q: Quantity, cues: Cues) -> tuple[list[str], list[str]]:
    """What excludes a number before and behind it, looked for once for all tables."""
    known = sentence.reasons_at
    if q.start not in known:
        text, clause = sentence.text, sentence.clauses[sentence.clause_at(q.start)]
        begin = max(clause.start, q.lead - 60)
        told = cues.excluding.among_those_of(text, (sentence.start, sentence.end), begin, q.lead)
        before = [
            reason
            for reason, pattern, unless, money in map(cues.excluded.__getitem__, told)
            if (q.is_money or not money)
            and pattern.search(text, begin, q.lead)
            and not (unless and unless.search(text, sentence.start, sentence.end))
        ]
        # `chưa khởi công: 98 căn (vướng đất 61 căn, chờ ngày tốt 37 căn)`: what a bracket parts
        whole = sentence.previous(clause.start) if clause.outer >= 0 else None
        if whole and whole.unit == q.unit and "negated" in reasons(sentence, whole, cues)[0]:
            before.append("negated")
        end = min(clause.end, sentence.next_lead(q.start, clause.end))
        near = min(end, q.end + BEHIND)
        behind = [
            reason
            for reason, pattern, far in map(cues.excluded_after.__getitem__, _negations(sentence, cues))
            if pattern.search(text, q.end, max(near, _phrase_end(text, q.end, end)) if far else near)
        ]
        known[q.start] = before, behind
    return known[q.start]


def _negations(sentence: Sentence, cues: Cues) -> Sequence[int]:
    """Which patterns of what excludes a number before it may stand in a sentence: mostly none."""
    if not sentence.negations:
        sentence.negations.append(cues.behind.among(sentence.text, sentence.start, sentence.end))
    return sentence.negations[0]


def _phrase_end(text: str, start: int, end: int) -> int:
    """Where a phrase ends: at its first comma, at most so far away."""
    comma = text.find(",", start, end)
    return min(comma if comma >= 0 else end, start + PHRASE)
