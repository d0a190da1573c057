"""The arithmetic of a table on the page: which lines and columns are sums of which, and what that proves.

Words announce sums (``Cộng``, ``Tổng số``, the ordinals I, II over 1, 2); numbers decide which of them are
meant: of all lines that a ``Cộng`` may add up, those count with which most columns agree. So any table is
served, whatever its numbers are about.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from pipeline.extract.arithmetic import Finding, solve
from pipeline.extract.constraints import Constraint, Term
from pipeline.extract.sheet import Place, Sheet, is_numeral, is_ruined, is_spoiled, read_sheet
from pipeline.extract.table_columns import column_products, column_sums
from pipeline.extract.table_lines import by_column, line_sums


@dataclass(frozen=True)
class Proof:
    """What a table's sums say.

    ``numbers`` are the cells that hold numbers, as they read (see ``Term``); ``findings`` what is known of
    them; ``members`` the lines that a line is the sum of.
    """

    numbers: dict[Place, Term] = field(default_factory=dict)
    findings: dict[Place, Finding] = field(default_factory=dict)
    members: dict[int, tuple[int, ...]] = field(default_factory=dict)


def prove(rows: Sequence[Sequence[str]], head: int, headings: Sequence[str]) -> Proof:
    """Work out a table's sums.

    Args:
        rows: its lines of cells, headings first.
        head: how many lines are headings.
        headings: of each column, in lower case, spanning ones included.
    """
    table = read_sheet(rows, head, headings)
    places = list(table.terms)
    number = {place: n for n, place in enumerate(places)}
    members: dict[int, tuple[int, ...]] = {}
    constraints: list[Constraint] = [*column_sums(table, number), *column_products(table, number)]
    # what columns prove shows which lines are sums
    settled = _settled(table, places, constraints)
    for total, parts in line_sums(settled):
        members[total] = parts
        constraints += by_column(settled, total, parts, number)
    solved = solve([table.terms[place] for place in places], constraints)
    findings = {places[n]: finding for n, finding in solved.items()}
    numbers = {
        (line, column): term
        for (line, column), term in table.terms.items()
        if _is_number(rows[line][column], findings.get((line, column)))
    }
    return Proof(numbers, findings, members)


def _settled(table: Sheet, places: Sequence[Place], constraints: Sequence[Constraint]) -> Sheet:
    """The table with the numbers that its columns' sums and shares put right."""
    findings = solve([table.terms[place] for place in places], constraints)
    right = {places[n]: found for n, found in findings.items() if found.print}
    terms = {
        place: replace(term, value=right[place].value) if place in right else term
        for place, term in table.terms.items()
    }
    return replace(table, terms=terms) if right else table


def _is_number(text: str, finding: Finding | None) -> bool:
    """Whether a cell of a number column holds a number, be it one that only its sums tell for one."""
    if is_numeral(text) or is_spoiled(text):
        return True
    return finding is not None and (bool(finding.print) or is_ruined(text))
