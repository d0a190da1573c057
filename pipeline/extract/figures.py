"""Drafts become figures: every column of the contract filled, every number with its evidence."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from pipeline.extract.arithmetic import REPAIRED
from pipeline.extract.bracket_periods import in_bracket
from pipeline.extract.confidence import Row, confidence, understood
from pipeline.extract.context import Context, Timed
from pipeline.extract.drafts import Draft, Record
from pipeline.extract.factuality import Factuality
from pipeline.extract.flow import Flow
from pipeline.extract.ids import row_id
from pipeline.extract.misreading import printed
from pipeline.extract.periods import Period
from pipeline.extract.quantity import Quantity
from pipeline.extract.rules import TableRules
from pipeline.language.witness import agreement
from pipeline.model import Box, Edit, Evidence, Figure, Note, RestoredText, Value

WITNESS_DIFFERS = "witness_differs"
"""The text layer that was read anew has another number in this place: one of the two is misread."""


def resolve(draft: Draft, context: Context, factuality: Factuality, stop: int, rules: TableRules) -> None:
    """Fill in period and status; ``stop`` is where the next number of the sentence begins."""
    q = draft.first
    stock = any(draft.values.get(column) in codes for column, codes in rules.stocks.items())
    timed = context.period(draft.sentence, q, stop, stock=stock)
    if not timed.flags or "period_assumed" in timed.flags:
        told = in_bracket(draft.sentence, draft.last) if draft.last is not q else None
        if told and (not timed.period.end or "period_assumed" in timed.flags):
            timed = Timed(told.as_stock() if stock else told)  # `14 hộ, dư nợ 812 triệu đồng (30/6/2024)`
    if draft.period:
        timed = Timed(draft.period.as_stock() if stock else draft.period)
    if draft.parent and not (timed.period.start or timed.period.end):
        draft.values["period_start"] = draft.parent.values.get("period_start")
        draft.values["period_end"] = draft.parent.values.get("period_end")
    else:
        draft.values["period_start"], draft.values["period_end"] = timed.period.start, timed.period.end
    draft.flags += [f for f in timed.flags if f not in draft.flags]
    named = timed.period if "period_assumed" not in timed.flags else None
    if named and draft.values.get("kind") == "carried_over":
        named = Period(None, named.end)  # the year that money is carried into is no time of its own
    draft.values.setdefault("status", factuality.status(draft.sentence, q, stop, draft.said, named))
    if draft.parent:
        parent_status = draft.parent.values.get("status")
        # what is asked for is asked for part by part, though a request's items but plan
        if parent_status and (draft.values["status"] == "actual" or parent_status == "requested"):
            draft.values["status"] = parent_status
        whole = draft.parent.group
        same = draft.parent.sentence is draft.sentence
        if draft.group is None and whole is not None and same:
            beside = (c for c in draft.parent.children if c.group and c.group.code != whole.code)
            if all("beneficiary_assumed" in c.flags for c in beside):
                draft.group = whole
                draft.flags.append("beneficiary_assumed")


def draft_id(draft: Draft, flow: Flow) -> str:
    """The stable id of a row: its table, document, page and the span of its first number."""
    page, start, end = flow.locate(draft.first.start, draft.last.end)
    return row_id(draft.table, flow.document.doc_id, flow.document.pages[page].number, start, end)


def figure(draft: Draft, flow: Flow, place: Value, record: Record) -> Figure:
    """The finished row but for its confidence; ``record`` is what was weighed for the document's numbers."""
    document = flow.document
    first = draft.first
    page_index, _, _ = flow.locate(first.start, first.number_end)
    quote = draft.quote or (draft.sentence.start, draft.sentence.end)
    evidence = tuple(_evidence(draft, flow))
    flags = [*draft.flags, *(f for q in draft.cells.values() for f in q.flags), *_doubted(evidence)]
    flags = list(dict.fromkeys(flags))
    values: dict[str, Value] = {
        "row_id": draft_id(draft, flow),
        "doc_id": document.doc_id,
        "source_file": document.source_file,
        "page": document.pages[page_index].number,
        "bbox": _box(flow.box(first.start, first.number_end)),
        "place": place,
        "beneficiary": draft.group.code or None if draft.group else None,
        "beneficiary_label": flow.text[draft.group.start : draft.group.end] or None if draft.group else None,
        "role": draft.role,
        "total_row_id": draft_id(draft.parent, flow) if draft.parent else None,
        "breakdown": draft.breakdown or None,
        "parts_complete": draft.complete,
        "quote": noted(flow.quoted(*quote), draft.cells.values()),
        "raw_quote": flow.raw(*quote),
        "proof": draft.proof,
        "flags": " ".join(flags),
        "rule": draft.rule,
        **draft.values,
        **{column: _number(q.value) for column, q in draft.cells.items()},
    }
    if draft.table == "houses":
        values["amount_derived_vnd"] = _derived(draft)
    told = [note for q in draft.cells.values() for note in notes(flow, q, record)]
    if not any(not note.lost for note in told):
        told.insert(0, Note(flow.text[first.start : first.end], draft.table, draft.rule, "", ""))
    return Figure(draft.table, str(values["row_id"]), values, evidence, tuple(told))


def with_confidence(
    figures: Sequence[Figure], drafts: Sequence[Draft], flow: Flow, left: Sequence[Mapping[str, Value]]
) -> Iterator[Figure]:
    """All figures of a document with how sure each is.

    Args:
        figures: its rows.
        drafts: what each was made of.
        flow: its text.
        left: its rows of unclaimed.csv.
    """
    rows = [
        Row(
            made.table,
            made.values,
            draft.first.start,
            draft.quote[0] if draft.quote else draft.sentence.start,
            draft.said,
        )
        for made, draft in zip(figures, drafts, strict=True)
    ]
    for made, draft, chance in zip(figures, drafts, understood(rows, flow.text, left), strict=True):
        sure = confidence(chance, *_reading(draft, flow))
        yield replace(made, values={**made.values, "confidence": sure})


def notes(flow: Flow, q: Quantity, record: Record) -> list[Note]:
    """What was weighed for a number, in the order in which the tables were asked."""
    number = flow.text[q.start : q.end]
    return [
        Note(number, table, heard.rule, flow.text[heard.start : heard.end], heard.lost)
        for table, every in record.get(q.start, {}).items()
        for heard in every
    ]


def noted(quote: str, numbers: Iterable[Quantity]) -> str:
    """A quote with both values of each sum that does not agree: ``Cộng | 592 [592 ≠ 32 + 563 = 595]``."""
    notes = dict.fromkeys(q.note for q in numbers if q.note)
    return " ".join([quote, *(f"[{note}]" for note in notes)])


def _number(value: Decimal | None) -> Value:
    if value is None:
        return None
    return int(value) if value == value.to_integral_value() else value


def _box(box: Box | None) -> Value:
    return None if box is None else f"{box.x0:.1f} {box.y0:.1f} {box.x1:.1f} {box.y1:.1f}"


def _derived(draft: Draft) -> Value:
    count, each, stated = (draft.value(c) for c in ("houses", "amount_per_house_vnd", "amount_vnd"))
    if stated is not None:
        return int(stated)
    return int(count * each) if count is not None and each is not None else None


def _evidence(draft: Draft, flow: Flow) -> list[Evidence]:
    found = []
    for mention, source in enumerate((draft, *draft.mentions), 1):
        for column, q in source.cells.items():
            for index, start, end in flow.pieces(q.start, q.number_end):
                page, restored = flow.document.pages[index], flow.document.restored[index]
                first, last = restored.to_raw(start, end)
                raw, reads = restored.raw[first:last], _restored(restored, q, start, end)
                # what an older text layer has where the number's words stand
                witness = " ".join(word.witness for word in page.words_at(first, last) if word.witness)
                box = page.box_at(first, last)
                found.append(Evidence(column, page.number, start, end, raw, reads, box, mention, witness))
    return found


def _doubted(evidence: Iterable[Evidence]) -> Iterator[str]:
    """The flag of a row that an older text layer reads with another number."""
    if any(e.mention == 1 and agreement(e.raw, e.witness) is False for e in evidence):
        yield WITNESS_DIFFERS


def _restored(restored: RestoredText, q: Quantity, start: int, end: int) -> str:
    """The number as it should read: in the restored text, or by what proved it."""
    if REPAIRED in q.flags and q.value is not None:
        return printed(q.value / q.factor) or ""
    return restored.text[start:end]


def number_edit(flow: Flow, q: Quantity, fixed: str) -> tuple[int, Edit]:
    """A repaired number as an edit of its page: page number and the change, in the raw text's offsets."""
    index, start, end = flow.locate(q.start, q.number_end)
    restored = flow.document.restored[index]
    first, last = restored.to_raw(start, end)
    edit = Edit(first, last, restored.raw[first:last], fixed, "number", 0.98)
    return flow.document.pages[index].number, edit


def _reading(draft: Draft, flow: Flow) -> tuple[float, float]:
    """0-1: how surely the row's numbers were read, by words and edits there, and its page's text quality."""
    page_index, start, end = flow.locate(draft.first.start, draft.last.end)
    page, restored = flow.document.pages[page_index], flow.document.restored[page_index]
    low, high = restored.to_raw(start, end)
    near = [e.confidence for e in restored.edits if e.start < high and low < e.end]
    words = [w.confidence for w in page.words_at(low, high) if w.confidence is not None]
    return min([*near, *words, 1.0]), page.quality
