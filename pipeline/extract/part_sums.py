"""Totals and parts by sums: rows in a bracket, a remainder, and a run of rows that add up to a row exactly.

No word announces them: a run without one counts from some size on, as small numbers add up by chance.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from itertools import islice

from pipeline.extract.drafts import Draft
from pipeline.extract.part_roles import adds_up
from pipeline.extract.sentence import Clause
from pipeline.extract.within import adopt, is_all, is_other, may_hold, next_breakdown, parts_of, same_flow

LEAST = Decimal(10)
"""The smallest total that a sum alone may prove: small numbers add up by chance."""
REACH = 2
"""Blocks between a total and its first part by sum, and between that and the next."""
NEAREST = 6
"""Rows near a total, or before words that split or single out, that may belong to it."""


def by_brackets(rows: Sequence[Draft]) -> None:
    """Rows in a bracket that add up to the row before it: ``182 hộ (nghèo 78 hộ; cận nghèo 104 hộ)``."""
    by_sentence: dict[int, list[Draft]] = {}
    for row in rows:
        by_sentence.setdefault(row.sentence.start, []).append(row)
    for beside in by_sentence.values():
        if len(beside) > 2 and len(beside[0].sentence.clauses) > 1:
            for number in range(len(beside) - 2):
                _bracketed(beside, number)


def _bracketed(beside: Sequence[Draft], number: int) -> None:
    """Make the rows of the bracket right behind a row its parts where they add up to it."""
    total, first = beside[number], beside[number + 1]
    outer, inner = _clause(total), _clause(first)
    if inner.group == outer.group:
        return
    held = []
    for row in islice(beside, number + 1, None):
        group = _clause(row).group
        if group == outer.group:
            break
        if group == inner.group and not row.parent:
            held.append(row)
    if len(held) < 2:
        return
    clause = _clause(held[0])
    around = total.sentence.clause_at(total.first.start)
    if clause.outer == around and first.first.start >= clause.start and is_all(held, total):
        for row in held:
            adopt(total, row, 1)


def _clause(row: Draft) -> Clause:
    return row.sentence.clauses[row.sentence.clause_at(row.first.start)]


def by_rest(rows: Sequence[Draft]) -> None:
    """Let the row that a total's parts leave over be its last: ``trong đó 437 nhà xong. Còn 175 nhà``."""
    for number, total in enumerate(rows):
        own = parts_of(total, 1)
        if not own or own[-1].sentence.block - total.sentence.block > 0 or is_all(own, total):
            continue
        for row in _free(islice(rows, number + 1, number + 1 + NEAREST), total):
            if row.first.start > own[-1].first.start and may_hold(total, row) and not is_other(total, row):
                if is_all([*own, row], total):
                    adopt(total, row, 1)
                break


def by_sums(rows: Sequence[Draft]) -> None:
    """Make runs of rows behind a row that add up to it exactly its parts."""
    for number, total in enumerate(rows):
        if total.parent:
            continue
        beside = rows[number + 1 : number + 1 + NEAREST]
        for row in mixed([r for r in beside if r.sentence is total.sentence], total):
            adopt(total, row, next_breakdown(total))
        behind = rows[number + 1] if number + 1 < len(rows) else None
        # where a part has no count the amounts may add up all the same
        for column in (c for c in total.adds if behind and c in behind.cells):
            whole = total.value(column)
            if whole is not None and whole >= LEAST and _split(total, rows, number, column, whole):
                break


def _split(total: Draft, rows: Sequence[Draft], number: int, column: str, whole: Decimal) -> bool:
    """Let runs of rows behind a total that add up to it be its parts; whether there is one."""
    found = False
    while run := _run(_free(rows[number + 1 : number + 1 + MOST], total), column, whole, total):
        split, breakdown = bool(total.children), next_breakdown(total)
        near = run[0].sentence.start - total.sentence.end <= NEXT
        if len(run) == 2 and not split and not near:
            break
        found = True
        for row in run:
            adopt(total, row, breakdown)
            if not split:
                row.flags.append("reparented")
    return found


NEXT = 3
"""Characters between a sentence and the next of its block."""


def _free(rows: Iterable[Draft], total: Draft) -> Iterator[Draft]:
    """The rows near a total that no total has yet."""
    last = total.sentence.block
    for row in rows:
        if row.sentence.block - last > REACH:
            break
        last = row.sentence.block
        inner = row.sentence is total.sentence and adds_up(row)
        if row.parent is None and (not row.children or inner):
            yield row


MOST = 200
"""Rows behind a total among which its parts are looked for, and before a cue for its total."""


def _run(free: Iterator[Draft], column: str, whole: Decimal, total: Draft) -> list[Draft]:
    """The first run of at least two neighbouring rows that add up to ``whole`` exactly."""
    seen: list[Draft] = []
    for begin in range(3):
        rest, run = whole, []
        for row in _further(seen, begin, free):
            value = row.value(column)
            if value is None or value > rest or not same_flow(total, row) or is_other(total, row):
                break
            run.append(row)
            rest -= value
            if rest == 0:
                if len(run) > 1:
                    return run
                break
    return []


def _further(seen: list[Draft], begin: int, rest: Iterator[Draft]) -> Iterator[Draft]:
    """The rows seen from a place on, then the others, which are seen by that."""
    yield from seen[begin:]
    for row in rest:
        seen.append(row)
        if len(seen) > begin:
            yield row


def mixed(behind: Sequence[Draft], total: Draft) -> list[Draft]:
    """Money given, carried over or collected that adds up to a plan or to what was spent.

    ``1.042, gồm: giao 838; dư 204``; ``chi 900, trong đó doanh nghiệp ủng hộ 640, ngân sách huyện 260``.
    """
    if total.values.get("kind") not in {"allocated", "disbursed"}:
        return []
    found = [r for r in behind if not r.parent and r.values.get("kind") in FUNDS]
    kinds = {r.values.get("kind") for r in [total, *found]}
    return found if len(kinds) > 1 and is_all(found, total) and total not in found else []


FUNDS = frozenset({"allocated", "carried_over", "mobilised"})
"""Where the money of a plan comes from."""
