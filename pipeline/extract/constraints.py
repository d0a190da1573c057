"""What must hold between a document's numbers: sums, products and shares over places of terms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import ClassVar

from pipeline.extract.misreading import as_misread, is_swapped


@dataclass(frozen=True, slots=True)
class Term:
    """A number: as read, its value in whole units (None: cannot be read), what the print counts in.

    ``other`` is what it would be with the decimal comma that the numbers beside it have and it lacks.
    ``odd``: signs stand where its dots and comma should. ``bare``: it lacks the dots that others have.
    """

    read: str
    value: Decimal | None
    factor: Decimal = Decimal(1)
    other: Decimal | None = None
    odd: bool = False
    bare: bool = False

    def misread(self, value: Decimal) -> str | None:
        """The print that the value would have here; None where what stands here is no misreading of it."""
        return as_misread(self.read, value / self.factor)

    def keeps_digits(self, value: Decimal) -> bool:
        """Whether no digit that stands here is another one in the value: one sum does not tell that."""
        right = self.misread(value)
        return right is None or not is_swapped(self.read, right)


Values = Sequence[Decimal | None]
NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class Sum:
    """``total`` is the sum of ``parts`` (places of terms).

    ``sure``: words or other sums of its kind say that it must hold, so that it fills in what is illegible.
    ``whole``: all parts are there, so that another sum contradicts it. ``borne``: another column's sum of
    the same lines holds.
    """

    total: int
    parts: tuple[int, ...]
    sure: bool = True
    whole: bool = True
    borne: bool = False
    proof: ClassVar[str] = "sum"

    @property
    def members(self) -> tuple[int, ...]:
        """All terms."""
        return (self.total, *self.parts)

    def excess(self, values: Values) -> Decimal:
        """What the total is more than its parts; what is unknown counts as nothing."""
        parts = sum((values[p] or NOTHING for p in self.parts), NOTHING)
        return (values[self.total] or NOTHING) - parts

    def wanted(self, at: int, values: Values, excess: Decimal) -> Decimal | None:
        """The value of a term that would make it hold, no other being unknown."""
        own = values[at] or NOTHING
        return own - excess if at == self.total else own + excess


@dataclass(frozen=True, slots=True)
class Product:
    """``count`` times ``each`` is ``total``, but for a power of ten (``scale``) between their units."""

    count: int
    each: int
    total: int
    scale: Decimal = Decimal(1)
    sure: bool = True
    proof: ClassVar[str] = "product"

    @property
    def members(self) -> tuple[int, ...]:
        """All terms."""
        return (self.count, self.each, self.total)

    def excess(self, values: Values) -> Decimal:
        """What the total is more than the product."""
        count, each, total = (values[k] or NOTHING for k in self.members)
        return total - count * each / self.scale

    def wanted(self, at: int, values: Values, _excess: Decimal) -> Decimal | None:
        """The value of a term that would make it hold exactly, no other being unknown."""
        count, each, total = (values[k] or NOTHING for k in self.members)
        if at == self.total:
            return count * each / self.scale
        other = each if at == self.count else count
        found = total * self.scale / other if other else None
        return found if found is not None and found * other == total * self.scale else None


@dataclass(frozen=True, slots=True)
class Share:
    """``percent`` says what per cent ``part`` is of ``whole``, rounded to a multiple of ``step``.

    ``usual``: what most percentages of its column are rounded to.
    """

    part: int
    whole: int
    percent: int
    step: Decimal = Decimal("0.01")
    usual: Decimal = Decimal("0.01")
    sure: bool = True
    proof: ClassVar[str] = "product"

    @property
    def members(self) -> tuple[int, ...]:
        """All terms."""
        return (self.part, self.whole, self.percent)

    def excess(self, values: Values) -> Decimal:
        """What the percentage is more than it should be; there is none of nothing."""
        wanted = self.wanted(self.percent, values, NOTHING)
        return Decimal(1) if wanted is None else (values[self.percent] or NOTHING) - wanted

    def wanted(self, at: int, values: Values, _excess: Decimal) -> Decimal | None:
        """The rounded percentage; part and whole cannot be told from it."""
        part, whole = values[self.part], values[self.whole]
        if at != self.percent or part is None or not whole:
            return None
        return (100 * part / whole).quantize(self.step, ROUND_HALF_UP)


Constraint = Sum | Product | Share
