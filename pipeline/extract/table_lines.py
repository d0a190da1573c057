"""Lines of a table that are the sum of others, and the constraints that follow."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import islice

from pipeline.extract.constraints import Sum
from pipeline.extract.sheet import MOST_TOTALS, SAMPLE, Place, Sheet, agrees, is_apart


def line_sums(table: Sheet) -> Iterator[tuple[int, tuple[int, ...]]]:
    """Lines that are sums, with the lines that they add up."""
    heads = dict(_heads(table))
    yield from heads.items()
    named = sorted({*table.totals, *table.perhaps} - set(heads))
    wide = {*named[:1], *named[-MOST_TOTALS:]}
    sums = set(table.totals)
    plain = [line for line in table.numbered if line not in sums]
    doubtful = set(table.perhaps)
    loose: dict[int, None] = {}
    begin = table.head
    for total in named:
        scored = [
            (held - broken, held, -n, parts)
            for n, parts in enumerate(_choices(table, total, begin, plain, loose, heads, wide=total in wide))
            for held, broken in [_score(table, total, parts)]
        ]
        if not scored:
            continue
        gain, held, _, parts = max(scored)
        if total in doubtful and (gain < 0 or not held):
            continue
        yield total, parts
        at = bisect_left(plain, total)
        if plain[at : at + 1] == [total]:
            del plain[at]
        for line in parts:
            loose.pop(line, None)
        loose[total] = None
        begin = total + 1


def _choices(
    table: Sheet,
    total: int,
    begin: int,
    plain: Sequence[int],
    loose: dict[int, None],
    heads: Mapping[int, tuple[int, ...]],
    *,
    wide: bool,
) -> Iterator[tuple[int, ...]]:
    """What a total's line may add up, the likeliest first.

    ``plain`` are the lines with numbers that are no sums, ``loose`` the sums above that nothing adds up.
    """
    spans = [range(begin, total)]
    if wide:
        spans.append(range(table.head, total))
        after = bisect_right(table.totals, total)
        follower = table.totals[after] if after < len(table.totals) else len(table.rows)
        spans += [range(total + 1, follower), range(total + 1, len(table.rows))]
    for span in spans:
        held = plain[bisect_left(plain, span.start) : bisect_left(plain, span.stop)]
        lines = [line for line in held if line != total]
        if lines:
            yield from dict.fromkeys(
                [tuple(lines), _highest(table, lines), tuple(line for line in lines if line not in heads)]
            )
    recent = tuple(islice(reversed(loose), SAMPLE))[::-1]
    if len(recent) > 1:
        yield recent
    numbered = table.numbered
    first, last = bisect_left(numbered, begin), bisect_left(numbered, total)
    between = numbered[first:last] if last - first <= SAMPLE else []
    if recent and between:
        yield (*recent, *_highest(table, between))


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
    numbered = set(table.numbered)
    for line, rank in table.ranks.items():
        below: list[int] = []
        for follower in range(line + 1, len(table.rows)):
            deeper = table.ranks.get(follower)
            if follower in table.totals or (deeper is not None and deeper <= rank):
                break
            below.append(follower)
        parts = _highest(table, [n for n in below if n in numbered])
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
            whole = total in table.totals or sure
            yield Sum(number[total, column], pieces, sure=sure, whole=whole, borne=others > 0)


def _beside(table: Sheet, total: int, column: int) -> list[int]:
    """Number columns next to a total's cell in which its line is blank."""
    return [c for c in (column + 1, column - 1) if c in table.columns and (total, c) not in table.terms]


def _is_sum(table: Sheet, total: int, column: int, parts: Sequence[int], under: int) -> bool:
    """Whether a total's cell is the sum of another column."""
    pieces = [table.value(line, under) for line in parts if (line, under) in table.terms]
    known = [p for p in pieces if p is not None]
    return bool(known) and len(known) == len(pieces) and sum(known, Decimal(0)) == table.value(total, column)
