"""Numbers typed so far from the print that a slip of the hand is likelier than a misreading.

A scan loses a digit or takes one for another; a number that is ten times another is mostly one typed in the
wrong cell, with a digit too few, or in millions. Whoever types it is asked once.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal

from pipeline.decisions.match import Cells, Told
from pipeline.tables.schema import TableSchema

FAR = 10
"""A number this many times another is far from it."""
_MOST_LETTERS = 40
"""Of a printed number; no longer one is a count or an amount."""
_UNITS = tuple(Decimal(10) ** power for power in (0, 3, 6, 9))
"""Numbers are printed in units, thousands, millions or thousands of millions (tỷ)."""


def far(document: Told, row: Cells, typed: Mapping[str, str], schema: TableSchema) -> dict[str, str]:
    """The cells that are far from what the machine read, and from what is printed where it read nothing sure.

    Args:
        document: the row's.
        row: as the machine made it.
        typed: the cells that a person would have otherwise.
        schema: the row's table.

    Returns:
        What each is far from, as a cell, by column: the machine's number, else the printed one.
    """
    found = {}
    for column in schema.columns:
        if column.type not in {"integer", "number"} or not typed.get(column.name):
            continue
        known = _known(document, row, column.name)
        if known and all(is_far(Decimal(typed[column.name]), number) for number in known):
            found[column.name] = row[column.name] or f"{known[0]:f}"
    return found


def noted(strange: Mapping[str, str], cells: Mapping[str, str]) -> str:
    """What a decision says of far numbers that were confirmed; empty without any.

    >>> noted({"amount_vnd": "500000"}, {"amount_vnd": "50"})
    '[asked and confirmed: amount_vnd 50, far from 500000]'
    """
    told = ", ".join(f"{name} {cells[name]}, far from {other}" for name, other in strange.items())
    return f"[asked and confirmed: {told}]" if told else ""


def _known(document: Told, row: Cells, column: str) -> list[Decimal]:
    """The numbers that a cell may be near to.

    What the machine made of the print stands for it. Where it made nothing of it, or by sums another number,
    the print counts too, in any unit.
    """
    printed = [
        number
        for e in document.evidence
        if e["row_id"] == row["row_id"] and e["column"] == column
        for number in _readings(e["restored"])
    ]
    machine = [Decimal(row[column])] if row[column] else []
    scaled = [number * unit for number in printed for unit in _UNITS]
    return machine if machine and machine[0] in scaled else machine + scaled


def _readings(text: str) -> list[Decimal]:
    """What a printed number may say.

    >>> [str(number) for text in ("1.750", "10,5 tỷ", "7.850.0000") for number in _readings(text)]
    ['1750', '105', '10.5', '78500000']
    """
    digits = "".join(re.findall(r"[0-9]", text[:_MOST_LETTERS]))
    decimal = re.search(r"(?<![\d.,])(\d+)[.,](\d\d?|\d{4,})(?![\d.,])", text[:_MOST_LETTERS])
    both = [digits, *([f"{decimal[1]}.{decimal[2]}"] if decimal else [])]
    return [Decimal(number) for number in both if number]


def is_far(one: Decimal, other: Decimal) -> bool:
    """Whether one of two numbers is many times the other.

    >>> [is_far(Decimal(50), Decimal(other)) for other in (500_000, 0, 58, 499)]
    [True, True, False, False]
    """
    low, high = sorted((abs(one), abs(other)))
    return high >= FAR * low and high >= FAR
