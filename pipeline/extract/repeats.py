"""The same figure said twice in a document is one row with two places."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from pipeline.extract.blocks import Block
from pipeline.extract.drafts import Draft
from pipeline.extract.flow import Flow
from pipeline.extract.patterns import Pattern

TELLING = 3
"""Digits before the zeros that make an amount alone telling: `50 triệu đồng` is lent to many."""
LEAST = 20
"""Smaller counts meet by chance: `12 nhà` here and `12 nhà` there are two figures."""


def merge(rows: Sequence[Draft], actor: Pattern, flow: Flow, tells_apart: Sequence[str] = ()) -> list[Draft]:
    """Rows in order of place, repeated mentions folded into the one that says most.

    That one gets ``proof = repeat``; a headline or caption says less than the sentence that it is taken from.

    Args:
        rows: one table's rows.
        actor: who or where a figure is of; differing ones tell figures apart.
        flow: the document; the items of its lists and the lines of its tables say nothing twice.
        tells_apart: columns of the table in which two mentions of one figure agree.
    """
    facts = (*tells_apart, "period_start", "period_end", "status")
    items = frozenset(n for n, block in enumerate(flow.blocks) if block.kind in {"item", "row"})
    headlines = frozenset(n for n, block in enumerate(flow.blocks) if _is_headline_block(block, flow))
    folded: set[int] = set()
    known: dict[tuple[str, Decimal | None], list[Draft]] = {}
    for row in sorted(rows, key=lambda d: d.first.start):
        near = [k for column, q in row.cells.items() for k in known.get((column, q.value), [])[-WITHIN:]]
        same = next(
            (
                k
                for k in near
                if id(k) not in folded
                and not _is_beside(k, row, items, flow)
                and _is_repeat(k, row, facts, headlines)
                and not _is_anothers(k, row, actor)
            ),
            None,
        )
        for column, q in row.cells.items():
            known.setdefault((column, q.value), []).append(row)
        if same is None:
            continue
        more, less = (row, same) if _says(row) > _says(same) and not same.children else (same, row)
        if row.children:  # the headline of a total
            more, less = row, same
        if more.children or _is_worth(more, less):
            more.cells = {**less.cells, **more.cells}
        folded.add(id(less))
        more.mentions += [less, *less.mentions]
        less.mentions = []
        if more.proof == "none":
            more.proof = "repeat"
    return [row for row in sorted(rows, key=lambda d: d.first.start) if id(row) not in folded]


def _is_repeat(a: Draft, b: Draft, facts: Sequence[str], headlines: frozenset[int]) -> bool:
    """Whether two rows are one figure: the numbers of one are among the other's, nothing contradicts."""
    if a.parent or b.parent or a.table != b.table:
        return False
    is_headline = a.sentence.block in headlines and 0 < b.sentence.block - a.sentence.block <= REACH
    if b.children and not is_headline:
        return False
    if a.children and not (a.sentence.block == b.sentence.block and set(a.cells) < set(b.cells)):
        return False  # a total told of again behind its parts: `…; tổng kinh phí hỗ trợ 143 nhà là 7 tỷ đồng`
    if b.sentence.block - a.sentence.block > REACH and a.cells.keys() != b.cells.keys():
        return False
    if _is_worth(a, b):
        return all(_fits(b.values.get(f), a.values.get(f)) for f in facts)
    few, many = (a, b) if a.cells.keys() <= b.cells.keys() else (b, a)
    if not few.cells.keys() <= many.cells.keys() or not _is_telling(few):
        return False
    if any(few.value(column) != many.value(column) for column in few.cells):
        return False
    if len(few.cells) == len(many.cells) and not is_headline:
        return all(few.values.get(f) == many.values.get(f) for f in facts) and _code(few) == _code(many)
    if is_headline:  # the body need not say again for whom
        alike = _fits(_code(a), _code(b)) or not _code(b)
        return alike and all(_fits(a.values.get(f), b.values.get(f)) for f in facts)
    return all(_fits(few.values.get(f), many.values.get(f)) for f in facts) and _fits(_code(few), _code(many))


def _is_headline_block(block: Block, flow: Flow) -> bool:
    """Whether a block is a line above others that no stop ends."""
    return block.kind in {"paragraph", "heading"} and flow.text[block.end - 1] not in ".;:!?"


def _is_worth(a: Draft, b: Draft) -> bool:
    """Whether the second says what the first's count is worth: ``trị giá 25 con bò là 400 triệu đồng``."""
    if "amount_vnd" not in b.cells or len(b.cells) == 1:
        return False
    shared = set(a.cells) & set(b.cells)
    return (
        a.sentence.block == b.sentence.block
        and bool(shared)
        and set(b.cells) - shared == {"amount_vnd"}
        and set(a.cells) != shared
        and all(a.value(c) == b.value(c) and (b.value(c) or 0) >= LEAST for c in shared)
    )


def _is_beside(a: Draft, b: Draft, items: frozenset[int], flow: Flow) -> bool:
    """Whether two rows are told apart by where they stand: in one list, in one sentence."""
    if a.sentence.block in items and b.sentence.block in items:
        return True
    return a.sentence is b.sentence and not _is_headline(a, b, flow)


def _is_anothers(a: Draft, b: Draft, actor: Pattern) -> bool:
    """Whether two rows are told apart by whom they name."""
    if a.sentence is b.sentence:
        return False
    named = [
        {m.group().lower() for m in actor.finditer(row.sentence.text, row.sentence.start, row.sentence.end)}
        for row in (a, b)
    ]
    return bool(named[0] and named[1]) and not named[0] & named[1]


def _is_headline(a: Draft, b: Draft, flow: Flow) -> bool:
    """Whether ``a`` stands in a short line of its own above ``b``'s."""
    end = flow.source.find("\n", a.last.end, b.first.start)
    if end < 0:
        return False
    longest = int(SHORT * flow.width) + 1
    begin = flow.source.rfind("\n", max(end - longest, 0), a.first.start) + 1
    return (begin > 0 or end < longest) and end - begin < SHORT * flow.width


SHORT = 0.7
"""Share of a full line under which a line ends because its sentence does."""
WITHIN = 20
"""Rows of the same number among which a row's first mention is looked for."""
REACH = 2
"""Blocks between a headline and what it is taken from, at most."""


def _fits(less: object, more: object) -> bool:
    return less in (None, "", "unspecified") or less == more


def _code(row: Draft) -> str:
    return row.group.code if row.group else ""


def _says(row: Draft) -> int:
    """How much a row says: its numbers, its known facts."""
    return 2 * len(row.cells) + sum(v not in (None, "", "unspecified") for v in row.values.values())


def _is_telling(row: Draft) -> bool:
    """Whether its numbers are large enough that two equal rows mean one figure; a rate's measure tells it."""
    if "measure" in row.values:
        return True
    if any(q.value is None or q.value < LEAST for q in row.cells.values()):
        return False
    return any(not q.is_money or len(f"{q.value:f}".rstrip("0.")) >= TELLING for q in row.cells.values())
