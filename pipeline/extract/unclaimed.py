"""Every number with a unit that no row took, and why: nothing is lost in silence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pipeline.extract.figures import noted
from pipeline.extract.flow import Flow
from pipeline.extract.quantity import Quantity
from pipeline.extract.sentence import Sentence
from pipeline.model import Value


def rows(
    flow: Flow, sentences: list[Sentence], taken: set[int], refused: Mapping[int, str]
) -> Iterator[tuple[Quantity, dict[str, Value]]]:
    """Rows of unclaimed.csv with their numbers, in order of place.

    Args:
        flow: the document's text.
        sentences: all its sentences.
        taken: starts of the numbers that rows have.
        refused: the reason by start of number, where a rule gave one.
    """
    for sentence in sentences:
        for q in sentence.quantities:
            if q.start not in taken:
                yield q, _row(flow, sentence, q, refused.get(q.start) or _reason(q))


def _reason(q: Quantity) -> str:
    if "malformed_number" in q.flags:
        return "malformed"
    if "range" in q.flags:
        return "range"
    if q.unit == "code":
        return "date_or_code"
    if q.unit == "percent":
        return "percentage_target"
    if q.per:
        return "average"
    return "no_rule"


def _row(flow: Flow, sentence: Sentence, q: Quantity, reason: str) -> dict[str, Value]:
    page, _, _ = flow.locate(q.start, q.end)
    box = flow.box(q.start, q.number_end)
    return {
        "doc_id": flow.document.doc_id,
        "page": flow.document.pages[page].number,
        "bbox": f"{box.x0:.1f} {box.y0:.1f} {box.x1:.1f} {box.y1:.1f}" if box else None,
        "text": flow.text[q.start : q.end],
        "value": q.value,
        "unit": q.unit,
        "reason": reason,
        "flags": " ".join(dict.fromkeys(q.flags)),
        "quote": noted(flow.quoted(sentence.start, sentence.end), [q]),
    }
