"""Parts that words announce under a table's rule file: ``210 người, trong đó có 80 người thuộc hộ nghèo``."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.extract.drafts import Draft
from pipeline.extract.frames import Frame
from pipeline.extract.governors import Seen
from pipeline.extract.groups import GroupList, groups
from pipeline.extract.quantity import THINGS, Quantity
from pipeline.extract.whose import group_at, group_of


def part_of(seen: Seen, rows: Sequence[Draft]) -> Draft | None:
    """A count of a group behind words that announce parts: of the row before it, and of its kind.

    ``mở 6 lớp dạy nghề cho 210 người, trong đó có 80 người thuộc hộ nghèo``
    """
    frame, q = seen.frame, seen.q
    own = group_at(frame.sentence, q)
    above = frame.split(seen.before)
    for whole in (*reversed(rows), *([above] if above else ())):
        column = next((c for c in frame.rules.adds if c in whole.cells and _alike(frame, whole, c, q)), "")
        cue = frame.cues.parts.search(seen.text, max(whole.last.end, frame.sentence.start), q.lead)
        if column and not cue and _is_among(seen):  # `1.316 người; 1.020 người trong số đó thuộc hộ nghèo`
            return _part(whole, seen, column, own or group_of(frame, q, seen.stop, None))
        if column and not cue and (inner := _in_bracket(seen, whole.cells[column])):
            return _part(whole, seen, column, inner)
        if not column or not cue:
            continue
        same = _is_same_thing(frame, whole.cells[column], q)
        group = own if own and own.code else _labelled(seen, cue.end())
        # `…: 86 người thuộc hộ nghèo; 64 người thuộc hộ cận nghèo`: a list goes on behind a part of it
        listed = own and own.code and rows and rows[-1].rule == whole.rule and rows[-1] is not whole
        signs = "(" if listed else ";("
        if not (group or same) or (not same and any(s in seen.text[cue.end() : q.lead] for s in signs)):
            return None
        return _part(whole, seen, column, group)
    return None


def _part(whole: Draft, seen: Seen, column: str, group: GroupList | None) -> Draft:
    part = Draft(whole.table, seen.frame.sentence, {column: seen.q}, whole.rule, dict(whole.values), group)
    for other in set(seen.frame.rules.adds) - {column}:
        part.values.pop(f"{other}_unit", None)
    return part


def _in_bracket(seen: Seen, whole: Quantity) -> GroupList | None:
    """The group of a number in a bracket right behind a count that its numbers add up to.

    ``512 hộ tham gia (hộ nghèo 388, hộ cận nghèo 124)``
    """
    sentence = seen.frame.sentence
    number = sentence.clause_at(seen.q.start)
    clause = sentence.clauses[number]
    if clause.outer < 0 or sentence.clause_at(whole.start) != clause.outer:
        return None
    held = [q for q in sentence.between(clause.start, clause.end) if sentence.clause_at(q.start) == number]
    if len(held) < 2 or any(q.unit != seen.q.unit for q in held):
        return None
    if sum(q.value or 0 for q in held) != whole.value:
        return None
    return group_at(sentence, seen.q) or _labelled(seen, clause.start)


def _is_among(seen: Seen) -> bool:
    """Whether ``trong số đó`` stands right behind a count."""
    return bool(seen.frame.cues.among.match(seen.text, seen.q.end + 1, seen.end))


def _alike(frame: Frame, whole: Draft, column: str, q: Quantity) -> bool:
    """Whether a number counts what a row's column does: workers are people."""
    unit = whole.cells[column].unit
    return unit == q.unit or any(
        number.codes.get(unit, unit) == number.codes.get(q.unit, q.unit)
        for number in frame.rules.numbers
        if number.column == column and {unit, q.unit} <= set(number.units)
    )


def _is_same_thing(frame: Frame, whole: Quantity, q: Quantity) -> bool:
    """Whether two numbers count the same things, not people: ``24.700 phần quà`` and ``3.900 phần``."""
    text = frame.sentence.text
    named = [text[o.noun_start : o.end].lower() for o in (whole, q)]
    return q.unit in THINGS and bool(named[1]) and named[0].startswith(named[1])


def _labelled(seen: Seen, begin: int) -> GroupList | None:
    """The group that names a part before its number: ``người nghèo 138``, ``đối tượng khác 67 người``."""
    text, start = seen.text, max(seen.begin, begin)
    named = [g for g in groups().find(text, start, seen.q.lead) if g.code]
    if named and not text[named[-1].end : seen.q.lead].strip(" :-–"):
        return named[-1]
    return GroupList(start, start, "") if seen.frame.cues.rest.search(text, start, seen.q.lead) else None
