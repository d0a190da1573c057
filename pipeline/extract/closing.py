"""The line that closes a list and adds it up: ``Thôn Trung: 3 nhà; Thôn Hạ: 2 nhà. Tổng số: 5 nhà``."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.extract.cues import Cues
from pipeline.extract.drafts import Draft
from pipeline.extract.within import adopt, is_other, may_hold

REACH = 2
"""Blocks between a list's lines, and between the last and their sum."""
LABEL = 30
"""Characters before a number in which the label of a sum stands."""
MOST = 200
"""Lines of a list."""


def closes(row: Draft, cues: Cues) -> bool:
    """Whether a row's number stands behind the label of a sum."""
    lead = row.first.lead
    return bool(cues.sum_line.search(row.sentence.text, max(row.sentence.start, lead - LABEL), lead))


def by_closing(rows: Sequence[Draft], cues: Cues) -> None:
    """Make the rows right before a sum line that add up to it its parts; three rows in all at the least."""
    for number, total in enumerate(rows):
        if number > 1 and not total.parent and not total.children and closes(total, cues):
            for part in _lines(rows[max(0, number - MOST) : number], total):
                adopt(total, part, 1)


def _lines(before: Sequence[Draft], total: Draft) -> list[Draft]:
    """The run of rows up to a total that adds up to it, in order of place; empty where none does."""
    column = next((c for c in total.adds if c in total.cells), "")
    rest, below = total.value(column), total
    found: list[Draft] = []
    for row in reversed(before):
        value = row.value(column)
        apart = below.sentence.block - row.sentence.block > REACH
        if rest is None or value is None or apart or row.parent or row.children or value > rest:
            return []
        if not may_hold(total, row) or is_other(total, row):
            return []
        found.append(row)
        rest, below = rest - value, row
        if not rest:
            return found[::-1] if len(found) > 1 else []
    return []
