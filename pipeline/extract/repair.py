"""Numbers of rows whose totals, parts and prices are known, proved or repaired by that arithmetic.

``294.500.00đ`` beside a total of 307.400.000 and a part of 12.900.000 is 294.500.000: the sum gives the value
and the printed digits agree with it but for one. Nothing is repaired in silence: the row is flagged
``number_repaired``, its proof says what proved it, and the change stands among the edits.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pipeline.extract.arithmetic import REPAIRED, Finding, solve
from pipeline.extract.constraints import Constraint, Product, Sum, Term
from pipeline.extract.drafts import Draft
from pipeline.extract.numerals import MALFORMED
from pipeline.extract.quantity import Quantity

PRODUCTS = {"houses": ("houses", "amount_per_house_vnd", "amount_vnd")}
"""Columns of a table whose first is multiplied by the second to give the third."""

INEXACT = frozenset({"approximate", "range"})
"""Flags of numbers that are not meant to add up."""


def repair(rows: Sequence[Draft], columns: Sequence[str], text: str) -> Iterator[tuple[Quantity, str]]:
    """Repair numbers that sums or products determine, and note both values of sums that do not agree.

    Args:
        rows: one table's rows, their parents and children known; changed in place.
        columns: the table's number columns that add up.
        text: what the rows' offsets point into.

    Yields:
        Each repaired quantity and its number as it should have been printed.
    """
    cells = [(row, column) for row in rows for column, q in row.cells.items() if INEXACT.isdisjoint(q.flags)]
    number = {(id(row), column): n for n, (row, column) in enumerate(cells)}
    constraints = [c for row in rows for c in (*_sums(row, columns, number), *_products(row, number))]
    if not constraints:
        return
    terms = [_term(row.cells[column], text) for row, column in cells]
    for place, finding in solve(terms, constraints).items():
        row, column = cells[place]
        if finding.print:
            row.proof = finding.proof
            row.cells[column] = _repaired(row.cells[column], finding)
            yield row.cells[column], finding.print
        elif finding.note and not row.cells[column].note:
            row.cells[column] = row.cells[column]._replace(note=finding.note)


def _term(cell: Quantity, text: str) -> Term:
    return Term(text[cell.start : cell.number_end], cell.value, cell.factor)


def _repaired(cell: Quantity, finding: Finding) -> Quantity:
    flags = (*(f for f in cell.flags if f != MALFORMED), REPAIRED)
    return cell._replace(value=finding.value, flags=flags)


def _sums(row: Draft, columns: Sequence[str], number: dict[tuple[int, str], int]) -> Iterator[Constraint]:
    """A sum a column and breakdown, where total and all parts have a number there."""
    for column in columns:
        for breakdown in sorted({child.breakdown for child in row.children}):
            parts = [child for child in row.children if child.breakdown == breakdown]
            places = [number.get((id(member), column)) for member in (row, *parts)]
            known = [place for place in places if place is not None]
            if len(known) == len(places):
                yield Sum(known[0], tuple(known[1:]), whole=row.exhaustive)


def _products(row: Draft, number: dict[tuple[int, str], int]) -> Iterator[Constraint]:
    columns = PRODUCTS.get(row.table)
    places = [number.get((id(row), column)) for column in columns] if columns else []
    count, each, total = places or (None, None, None)
    if count is not None and each is not None and total is not None:
        yield Product(count, each, total)
