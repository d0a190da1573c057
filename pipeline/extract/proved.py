"""What a table's sums say, brought to the numbers that stand in its cells."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from pipeline.extract.arithmetic import Finding
from pipeline.extract.numerals import AMBIGUOUS, MALFORMED
from pipeline.extract.quantity import Quantity
from pipeline.extract.table_sums import Proof

if TYPE_CHECKING:
    from pipeline.extract.grid_cells import Grid


@dataclass(frozen=True)
class Proved:
    """What sums say of a table's numbers, by where their cells begin."""

    findings: dict[int, Finding]
    values: dict[int, Decimal | None]

    @classmethod
    def of(cls, grid: Grid, proof: Proof) -> Proved:
        """The findings of a grid."""
        return cls(
            {grid.rows[line][column].start: f for (line, column), f in proof.findings.items()},
            {grid.rows[line][column].start: term.value for (line, column), term in proof.numbers.items()},
        )

    def put(self, q: Quantity) -> Quantity:
        """The number with what is known of it: its value, where sums repaired it, and flags."""
        finding = self.findings.get(q.start)
        if finding is None:
            return q
        settled = {AMBIGUOUS} if finding.proof != "none" else set()
        flags = (*(f for f in q.flags if f not in settled), *(f for f in finding.flags if f not in q.flags))
        if not finding.print or finding.value is None:
            return q._replace(flags=flags, note=finding.note)
        kept = tuple(f for f in flags if f != MALFORMED)
        return q._replace(value=finding.value * q.factor, flags=kept, note=finding.note)

    def is_repaired(self, start: int) -> bool:
        """Whether sums put right the number whose cell begins there."""
        return start in self.findings and bool(self.findings[start].print)

    def repaired(self, numbers: Iterable[Quantity]) -> list[tuple[Quantity, str]]:
        """Those of some numbers that sums put right, each with its print."""
        return [(q, self.findings[q.start].print) for q in numbers if self.is_repaired(q.start)]

    def proof(self, cells: Iterable[Quantity]) -> str:
        """What supports a row: its numbers' proof, where none of them is in doubt."""
        found = [self.findings[q.start] for q in cells if q.start in self.findings]
        if any(f.flags and not f.print for f in found):
            return "none"
        return next((f.proof for f in found if f.proof != "none"), "none")
