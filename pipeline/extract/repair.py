"""Numbers that nobody can read for certain, repaired where the document's own arithmetic proves them.

``294.500.00đ`` beside a total of 307.400.000 and a part of 12.900.000 is 294.500.000: the sum gives the value
and the printed digits agree with it but for one. Nothing is repaired in silence: the row is flagged
``number_repaired``, its proof says what proved it, and the change stands among the edits.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal

from rapidfuzz.distance import Levenshtein

from pipeline.extract.amounts import Quantity
from pipeline.extract.frames import Draft
from pipeline.extract.numerals import MALFORMED

REPAIRED = "number_repaired"
MOST_WRONG = 1
"""Digits that may be lost, added or illegible in the print; more, and the sum proves nothing about it."""


def repair(rows: Sequence[Draft], columns: Sequence[str], text: str) -> Iterator[tuple[Quantity, str]]:
    """Fill in malformed numbers that sums or products determine.

    Args:
        rows: one table's rows, their parents and children known; changed in place.
        columns: the table's number columns that add up.
        text: what the rows' offsets point into.

    Yields:
        Each repaired quantity and its number as it should have been printed.
    """
    for row in rows:
        for column in columns:
            for breakdown in sorted({child.breakdown for child in row.children}):
                parts = [c for c in row.children if c.breakdown == breakdown]
                yield from _by_sum(row, parts, column, text)
        yield from _by_product(row, text)


def _by_sum(total: Draft, parts: Sequence[Draft], column: str, text: str) -> Iterator[tuple[Quantity, str]]:
    members = [total, *parts]
    if any(column not in member.cells for member in members):
        return
    unknown = [m for m in members if MALFORMED in m.cells[column].flags]
    known = [v for m in parts if m not in unknown and (v := m.value(column)) is not None]
    whole = total.value(column)
    if len(unknown) != 1 or len(known) + (whole is not None) != len(members) - 1:
        return
    wanted = sum(known, Decimal(0)) if unknown[0] is total else (whole or Decimal(0)) - sum(known, Decimal(0))
    yield from _fill(unknown[0], column, wanted, "sum", text)


def _by_product(row: Draft, text: str) -> Iterator[tuple[Quantity, str]]:
    count, each, all_ = (row.cells.get(c) for c in ("houses", "amount_per_house_vnd", "amount_vnd"))
    if not (count and each and all_):
        return
    a, b, c = count.value, each.value, all_.value
    if a and b and c is None:
        yield from _fill(row, "amount_vnd", a * b, "product", text)
    elif a and c and b is None and c % a == 0:
        yield from _fill(row, "amount_per_house_vnd", c / a, "product", text)


def _fill(row: Draft, column: str, wanted: Decimal, proof: str, text: str) -> Iterator[tuple[Quantity, str]]:
    cell = row.cells[column]
    if MALFORMED not in cell.flags or wanted < 0:
        return
    print_ = printed(wanted / cell.factor)
    if print_ is None or not _agrees(text[cell.start : cell.number_end], print_):
        return
    flags = (*(f for f in cell.flags if f != MALFORMED), REPAIRED)
    row.cells[column] = replace(cell, value=wanted, flags=flags)
    row.proof = proof
    yield row.cells[column], print_


def printed(value: Decimal) -> str | None:
    """A number as offices print it: ``8699.28`` is ``8.699,28``; None with more than three decimals."""
    whole, _, decimals = f"{value.normalize():f}".partition(".")
    if len(decimals) > 3:
        return None
    grouped = f"{int(whole):,}".replace(",", ".")
    return f"{grouped},{decimals}" if decimals else grouped


def _agrees(read: str, wanted: str) -> bool:
    """Whether the print can be the number: its digits but for one, which is lost, added or illegible.

    >>> _agrees("294.500.00", "294.500.000"), _agrees("§.699,28", "8.699,28"), _agrees("12", "8.699,28")
    (True, True, False)
    """
    digits = "".join(c for c in read if c not in ".,")
    return Levenshtein.distance(digits, "".join(c for c in wanted if c.isdigit())) <= MOST_WRONG
