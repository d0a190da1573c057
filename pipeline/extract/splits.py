"""Amounts that a total is split into, found by their sum where no word names what each of them is.

``vận động được 6 tỷ 217 triệu đồng (cấp huyện 2 tỷ 455 triệu đồng; cấp xã 3 tỷ 762 triệu đồng)``: words tell
of the first amount what happened to it; that the others add up to it exactly tells it of them. Which rows are
parts of which is left to ``parts``; here the rows are made that it needs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from pipeline.extract.cues import Cues
from pipeline.extract.drafts import Draft
from pipeline.extract.quantity import Quantity
from pipeline.extract.sentence import Sentence

LEAST_PARTS, MOST_PARTS = 2, 12
_SIGNS = ("(", ":")
"""What parts a total from its parts where no word does."""
AMOUNT = "amount_vnd"


def add_parts(
    drafts: Mapping[str, list[Draft]],
    table: str,
    sentences: Sequence[Sentence],
    cues: Cues,
    taken: set[int],
    refused: Mapping[int, str],
) -> None:
    """Make a row of each part of a table's amounts that has none yet.

    Args:
        drafts: the rows of all tables; those of other tables that hold nothing but a part give way.
        table: whose amounts are looked at.
        sentences: the document's, in order.
        cues: words that announce parts.
        taken: starts of numbers that rows have; the new rows' are added.
        refused: why numbers are of no row, by where they begin: such a one is no part.
    """
    rows = drafts[table]
    held = {row.cells[AMOUNT].start for row in rows if AMOUNT in row.cells}
    number_of = {sentence.start: number for number, sentence in enumerate(sentences)}
    for whole in list(rows):
        total = whole.cells.get(AMOUNT)
        at = number_of.get(whole.sentence.start)
        if total is None or total.value is None or at is None:
            continue
        parts = _parts(total, sentences[at : at + 2], cues, refused)
        missing = [(sentence, q) for sentence, q in parts if q.start not in held]
        if not missing or any(_of_another(drafts, table, q) for _, q in missing):
            continue
        for sentence, q in missing:
            _give_way(drafts, table, q)
            rows.append(Draft(table, sentence, {AMOUNT: q}, whole.rule, dict(whole.values), whole.group))
            held.add(q.start)
            taken.add(q.start)
    rows.sort(key=lambda row: row.first.start)


def _parts(
    total: Quantity, sentences: Sequence[Sentence], cues: Cues, refused: Mapping[int, str]
) -> list[tuple[Sentence, Quantity]]:
    """The amounts behind a total that add up to it: in its sentence, or in the next that announces parts."""
    for number, sentence in enumerate(sentences):
        begin = sentence.start if number else total.end
        behind = [q for q in sentence.quantities if q.is_money and q.start >= begin]
        if not behind:
            continue
        between = sentence.text[begin : behind[0].lead]
        cue = cues.parts.search(between)
        if cue is None and (number or not any(sign in between for sign in _SIGNS)):
            continue
        begin += cue.end() if cue else 1 + max(map(between.rfind, _SIGNS))
        summed = total.value
        for count, q in enumerate(_plain(sentence, begin, behind[:MOST_PARTS], cues, refused), 1):
            assert q.value is not None
            summed = None if summed is None else summed - q.value
            if summed == 0 and count >= LEAST_PARTS:
                return [(sentence, part) for part in behind[:count]]
    return []


def _plain(
    sentence: Sentence, begin: int, amounts: Sequence[Quantity], cues: Cues, refused: Mapping[int, str]
) -> Iterator[Quantity]:
    """Amounts up to the first that is a rate, a range, not to be read, or of another time, plan or kind.

    ``(năm 2022: 4 tỷ đồng, tăng 6 tỷ đồng)`` adds up by chance, ``đã chi 4 tỷ đồng, còn lại 6 tỷ đồng`` is of
    two kinds.
    """
    excluding = {reason for reason, *_ in cues.excluded}
    for q in amounts:
        said = sentence.text[begin : q.lead]
        if q.value is None or q.per or "range" in q.flags or refused.get(q.start) in excluding:
            return
        if cues.unlike.search(said) or any(begin <= m.start < q.start for m in sentence.mentions):
            return
        yield q
        begin = q.end


def _holders(drafts: Mapping[str, list[Draft]], table: str, q: Quantity) -> Iterator[tuple[str, Draft]]:
    for name, rows in drafts.items():
        if name != table:
            yield from ((name, row) for row in rows if any(c.start == q.start for c in row.cells.values()))


def _of_another(drafts: Mapping[str, list[Draft]], table: str, q: Quantity) -> bool:
    """Whether a row of another table has the number beside a count of its own."""
    return any(len(row.cells) > 1 for _, row in _holders(drafts, table, q))


def _give_way(drafts: Mapping[str, list[Draft]], table: str, q: Quantity) -> None:
    for name, row in list(_holders(drafts, table, q)):
        drafts[name][:] = [other for other in drafts[name] if other is not row]
