"""Totals and parts: which rows lie inside another, by words (``trong đó``) and by sums.

Words alone make parts where nothing contradicts them; sums prove them, and find parts that no word
announces: a run of rows behind a row that add up to it exactly.
"""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.extract.closing import by_closing
from pipeline.extract.cues import Cues
from pipeline.extract.drafts import Draft
from pipeline.extract.flow import Flow
from pipeline.extract.part_roles import Proved, finish
from pipeline.extract.part_sums import by_brackets, by_rest, by_sums
from pipeline.extract.part_words import by_singling, by_words
from pipeline.extract.quantity import Quantity
from pipeline.extract.repair import repair
from pipeline.extract.sentence import Sentence


def assign(
    rows: Sequence[Draft],
    flow: Flow,
    cues: Cues,
    adds: tuple[str, ...],
    announcing: Sequence[Sentence] = (),
) -> list[tuple[Quantity, str]]:
    """Set role, parent, breakdown, complete and proof of one table's rows (in order of place).

    Args:
        rows: the table's rows.
        flow: the document.
        cues: words that announce parts.
        adds: the table's number columns that add up.
        announcing: sentences without a number that end with a colon: ``Trong đó:``, ``Chia ra như sau:``.

    Returns:
        The numbers that sums repaired (see ``repair``), each with its print.
    """
    for row in rows:
        row.adds = adds
    by_brackets(rows)
    by_words(rows, flow, cues, announcing if rows else ())
    by_singling(rows, cues)
    by_rest(rows)
    by_sums(rows)
    by_closing(rows, cues)
    repaired = list(repair(rows, adds, flow.text)) if rows else []
    proved: Proved = {}
    for row in rows:
        finish(row, proved)
        whole = row.parent.group if row.parent and row.group is None else None
        if whole and whole.code != SEVERAL and not _is_rest(row, cues):
            row.group = whole
            row.flags.append("beneficiary_assumed")
    return repaired


SEVERAL = "policy_beneficiary"
"""Three groups and more: a part that names none need not be of all."""


def _is_rest(row: Draft, cues: Cues) -> bool:
    """Whether a part is what the named ones leave: ``Các chương trình còn lại: 220 lượt``."""
    sentence = row.sentence
    clause = sentence.clauses[sentence.clause_at(row.first.start)]
    return bool(cues.rest.search(sentence.text, clause.start, row.first.lead))
