"""Lines of a table that are the sum of others, and the constraints that follow."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from decimal import Decimal

from pipeline.extract.arithmetic import Sum
from pipeline.extract.sheet import MOST_TOTALS, SAMPLE, Place, Sheet, agrees, is_apart


def line_sums(table: Sheet) -> Iterator[tuple[int, tuple[int, ...]]]:
    """Lines that are sums, with the lines that they add up."""
    heads = dict(_heads(table))
    yield from heads.items()
    named = sorted({*table.totals, *table.perhaps} - set(heads))
    wide = {*named[:1], *named[-MOST_TOTALS:]}
    sums = set(table.totals)
    loose: list[int] = []
    begin = table.head
    for total in named:
        scored = [
            (held - broken, held, -n, parts)
            for n, parts in enumerate(_choices(table, total, begin, sums, loose, heads, wide=total in wide))
            for held, broken in [_score(table, total, parts)]
        ]
        if not scored:
            continue
        gain, held, _, parts = max(scored)
        if total in table.perhaps and (gain < 0 or not held):
            continue
        yield total, parts
        sums.add(total)
        held_now = set(parts)
        loose = [*(line for line in loose if line not in held_now), total]
        begin = total + 1


def _choices(
    table: Sheet,
    total: int,
    begin: int,
    sums: Set[int],
    loose: Sequence[int],
    heads: Mapping[int, tuple[int, ...]],
    *,
    wide: bool,
) -> Iterator[tuple[int, ...]]:
    """What a total's line may add up, the likeliest first; ``loose`` are sums above that nothing adds up."""
    spans = [range(begin, total)]
    if wide:
        spans.append(range(table.head, total))
        follower = next((t for t in table.totals if t > total), len(table.rows))
        spans += [range(total + 1, follower), range(total + 1, len(table.rows))]
    for span in spans:
        lines = [n for n in span if n != total and n not in sums and _has_numbers(table, n)]
        if lines:
            yield from dict.fromkeys(
                [tuple(lines), _highest(table, lines), tuple(line for line in lines if line not in heads)]
            )
    if len(loose) > 1:
        yield tuple(loose[-SAMPLE:])
    between = [line for line in range(begin, total) if _has_numbers(table, line)]
    if loose and between and len(between) <= SAMPLE:
        yield (*loose[-SAMPLE:], *_highest(table, between))


def _has_numbers(table: Sheet, line: int) -> bool:
    return any((line, column) in table.terms for column in table.columns)


def _highest(table: Sheet, lines: Sequence[int]) -> tuple[int, ...]:
    """The lines of the highest ordinal among them."""
    highest = min((table.ranks[line] for line in lines if line in table.ranks), default=None)
    return (
        tuple(line for line in lines if table.ranks.get(line) == highest)
        if highest is not None
        else tuple(lines)
    )


def _heads(table: Sheet) -> Iterator[tuple[int, tuple[int, ...]]]:
    """Lines that are the sum of the lower ordinals behind them, as numbers bear out: I of 1, 2."""
    for line, rank in table.ranks.items():
        below: list[int] = []
        for follower in range(line + 1, len(table.rows)):
            deeper = table.ranks.get(follower)
            if follower in table.totals or (deeper is not None and deeper <= rank):
                break
            below.append(follower)
        parts = _highest(table, [n for n in below if _has_numbers(table, n)])
        if len(parts) > 1:
            held, broken = _score(table, line, parts)
            if held > broken:
                yield line, parts


def _score(table: Sheet, total: int, parts: Sequence[int]) -> tuple[int, int]:
    """How many columns agree with a sum of lines, and how many do not."""
    held = broken = 0
    for column in table.columns:
        found = agrees(table, (total, column), [(line, column) for line in parts])
        if found is not None and not is_apart(table, column):
            held, broken = held + found, broken + (not found)
    return held, broken


def by_column(table: Sheet, total: int, parts: Sequence[int], number: Mapping[Place, int]) -> Iterator[Sum]:
    """The sums of lines, a column each; a total may stand beside its column, where cells were merged."""
    added = [c for c in table.columns if (total, c) in table.terms and not is_apart(table, c)]
    agree = {c: agrees(table, (total, c), [(line, c) for line in parts]) for c in added}
    for column in added:
        under = column
        if agree[column] is False:
            under = next(
                (c for c in _beside(table, total, column) if _is_sum(table, total, column, parts, c)), column
            )
        pieces = tuple(number[line, under] for line in parts if (line, under) in number)
        others = sum(bool(agree[c]) for c in added if c != column)
        if pieces:
            sure = others > 0 or len(added) == 1
            yield Sum(number[total, column], pieces, sure=sure, whole=total in table.totals or sure)


def _beside(table: Sheet, total: int, column: int) -> list[int]:
    """Number columns next to a total's cell in which its line is blank."""
    return [c for c in (column + 1, column - 1) if c in table.columns and (total, c) not in table.terms]


def _is_sum(table: Sheet, total: int, column: int, parts: Sequence[int], under: int) -> bool:
    """Whether a total's cell is the sum of another column."""
    pieces = [table.value(line, under) for line in parts if (line, under) in table.terms]
    known = [p for p in pieces if p is not None]
    return bool(known) and len(known) == len(pieces) and sum(known, Decimal(0)) == table.value(total, column)
