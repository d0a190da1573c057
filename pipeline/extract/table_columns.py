"""Columns of a table that are the sum, the product or the share of others, and the constraints that follow.

A column is one only where more lines say so than not.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from decimal import Decimal

from pipeline.extract.constraints import Constraint, Product, Share, Sum
from pipeline.extract.misreading import decimals
from pipeline.extract.sheet import MOST_TOTALS, SAMPLE, Place, Sheet, agrees

LEAST_LINES = 2
"""Lines that must bear out that a column is the sum or product of others."""
MOST_COLUMNS = 40
"""Columns among which sums of columns are looked for."""
WHOLE = 100
"""Per cent of a whole."""
SCALES = (Decimal(1), Decimal(1000), Decimal(1_000_000))
"""What an amount may be counted in beside its unit price."""


def column_sums(table: Sheet, number: dict[Place, int]) -> Iterator[Constraint]:
    """Columns that are the sum of others, a line each."""
    if len(table.columns) > MOST_COLUMNS:
        return
    named = [c for c in table.columns if table.words.says("total_column", table.heading(c))]
    for total in named[:MOST_TOTALS]:
        best: tuple[int, int, tuple[int, ...]] = (0, 0, ())
        for parts in _neighbours(table, total):
            held, broken = _lines_that_agree(table, total, parts)
            if held >= LEAST_LINES and held > broken and (held - broken, held) > best[:2]:
                best = held - broken, held, parts
        for line in table.body if best[2] else ():
            pieces = tuple(number[line, c] for c in best[2] if (line, c) in number)
            if (line, total) in number and len(pieces) > 1:
                yield Sum(number[line, total], pieces)


def _neighbours(table: Sheet, total: int) -> Iterator[tuple[int, ...]]:
    """Columns that a column may add up: those on either side of it, or every second or third of them."""
    at = table.columns.index(total)
    for side in (table.columns[:at][::-1], table.columns[at + 1 :]):
        for step in (1, 2, 3):
            taken = side[step - 1 :: step]
            for length in range(len(taken), 1, -1):
                yield taken[:length]


def _lines_that_agree(table: Sheet, total: int, parts: Sequence[int]) -> tuple[int, int]:
    held = broken = 0
    for line in table.body[:SAMPLE]:
        values = [table.value(line, c) for c in parts if (line, c) in table.terms]
        if sum(bool(v) for v in values) < 2:  # nothing added to something shows nothing
            continue
        found = agrees(table, (line, total), [(line, c) for c in parts])
        if found is not None:
            held, broken = held + found, broken + (not found)
    return held, broken


def column_products(table: Sheet, number: dict[Place, int]) -> Iterator[Constraint]:
    """Columns that are count x unit, or a percentage of two others, a line each."""
    kinds = {
        name: [c for c in table.columns if table.words.says(name, table.heading(c))][:MOST_TOTALS]
        for name in ("count_column", "each_column", "amount_column", "percent_column")
    }
    for total in kinds["amount_column"]:
        for count in kinds["count_column"]:
            for each in kinds["each_column"]:
                if len({total, count, each}) == 3:
                    yield from _products(table, (count, each, total), number)
    plain = [c for c in table.columns if c not in kinds["percent_column"]][:MOST_TOTALS]
    for percent in kinds["percent_column"]:
        pairs = [(a, b) for a in plain for b in plain if a != b]
        shares = [list(_shares(table, (a, b, percent), number)) for a, b in pairs]
        yield from max(shares, key=len, default=[])


def _products(table: Sheet, columns: tuple[int, int, int], number: dict[Place, int]) -> Iterator[Constraint]:
    lines = [line for line in table.body if all((line, c) in number for c in columns)]
    for scale in SCALES:
        count, each, amount = columns
        found = [Product(number[n, count], number[n, each], number[n, amount], scale) for n in lines]
        values = [(table.value(n, count), table.value(n, each), table.value(n, amount)) for n in lines]
        tried = [(a, b, c) for a, b, c in values if a and b and c]
        held = sum(a * b == c * scale for a, b, c in tried)
        if held >= LEAST_LINES and 2 * held > len(tried):
            yield from found
            return


def _shares(table: Sheet, columns: tuple[int, int, int], number: dict[Place, int]) -> Iterator[Constraint]:
    """The shares of a percentage's column that hold on most of its lines."""
    found: list[tuple[Share, bool | None]] = []
    known = [table.terms[line, columns[2]] for line in table.body if (line, columns[2]) in table.terms]
    steps = Counter(decimals(term.read) for term in known if term.value is not None)
    usual = Decimal(1).scaleb(-max((n for n, times in steps.items() if times >= LEAST_LINES), default=0))
    for line in table.body:
        part, whole, percent = (table.terms.get((line, c)) for c in columns)
        if not (part and whole and percent):
            continue
        # what lacks the comma that its column has is compared with it
        bare = percent.other if percent.other is not None and (percent.value or 0) > WHOLE else None
        step = Decimal(1).scaleb(
            int(bare.as_tuple().exponent) if bare is not None else -decimals(percent.read)
        )
        at = [number[line, c] for c in columns]
        share = Share(at[0], at[1], at[2], step, min(usual, step))
        values = [part.value, whole.value, percent.value if bare is None else bare]
        told = all(values)
        found.append((share, Share(0, 1, 2, step).excess(values) == 0 if told else None))
    held = sum(holds is True for _, holds in found)
    if held >= LEAST_LINES and 2 * held > sum(holds is not None for _, holds in found):
        yield from (share for share, _ in found)
