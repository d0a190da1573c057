"""A number of the text with its unit, as an exact value: what ``amounts`` finds and rows are made of."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

MONEY = frozenset({"vnd", "usd", "eur"})
MEASURES = frozenset({"percent", "weight"})
"""Units of numbers that may have decimals."""

THINGS = frozenset({"gift", "item", "class", "conference", "model", "animal", "weight"})
"""Units of things: what stands right behind tells what they are, and a part of them needs no group."""
PEOPLE = frozenset({"household", "person", "student", "worker"})
"""Units of people, who may be told of together."""
COUNTED = THINGS | PEOPLE
"""Units of what a list's items may count again."""


class Quantity(NamedTuple):
    """A number with its unit: ``text[start:end]``; the number itself is ``text[start:number_end]``.

    ``value`` is in whole units (đồng, households, cards, per cent), None where it cannot be read for
    certain. ``unit`` is ``vnd`` ``usd`` ``eur`` ``percent`` or a counted noun's unit; ``noun_start`` is where
    the noun begins (``end`` for money); ``per`` what a rate counts by (``/nhà`` is ``house``). ``factor`` is
    what the printed number is multiplied by (``triệu``: a million). ``lead`` is where the words of
    approximation before it begin. ``of`` is the second number of ``9.420/9.420 căn``. ``note`` is what a
    reader of the quote should see beside it: both values of a sum that does not agree.
    """

    start: int
    end: int
    number_end: int
    noun_start: int
    value: Decimal | None
    unit: str
    per: str = ""
    lead: int = -1
    of: Decimal | None = None
    flags: tuple[str, ...] = ()
    factor: Decimal = Decimal(1)
    note: str = ""

    @property
    def is_money(self) -> bool:
        """Whether it is an amount of money."""
        return self.unit in MONEY

    @property
    def is_labelled(self) -> bool:
        """Whether it counts, and its noun stands before it: ``số hộ nghèo: 101``."""
        return self.end == self.number_end and self.unit not in MONEY and self.unit not in MEASURES
