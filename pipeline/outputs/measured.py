"""What charts and maps of a table show: its money, else its first number, kind by kind, of what was done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipeline.outputs.html import Html, both, join, number
from pipeline.outputs.reported import Page, Row, label, name_of, place_of
from pipeline.outputs.views import KINDS, additive, dimensions
from pipeline.tables.schema import TableSchema

Kind = tuple[object, ...]
Found = Mapping[tuple[str, object], Sequence[tuple[int, float]]]
"""By place and year: numbers of yearly rows, and their values."""


@dataclass(frozen=True)
class Measured:
    """One column of a table's yearly rows.

    Attributes:
        kinds: the columns whose codes tell kinds apart.
        groups: kinds with what was found of each, the one with most places and years first.
        plans: how many rows were planned or asked for, not done.
    """

    schema: TableSchema
    column: str
    kinds: Sequence[str]
    groups: Sequence[tuple[Kind, Found]]
    plans: int

    @property
    def money(self) -> bool:
        """Whether it is shown in millions."""
        return self.column.endswith("_vnd")

    def value(self, values: Sequence[tuple[int, float]]) -> float:
        """Of one place and year: the sum of what adds up, of levels the first."""
        return sum(value for _, value in values) if additive(self.schema) else values[0][1]

    def shown(self, value: float) -> Html:
        """A value with its unit left to the caption."""
        return number(self.scaled(value))

    def scaled(self, value: float) -> float:
        """A value in the unit that the caption names."""
        return round(value / 1e6, 1) if self.money else value

    def caption(self, kind: Kind) -> Html:
        """What a kind's numbers are."""
        told = (
            join(" · ", label(self.schema, k, v))
            for k, v in zip(self.kinds, kind, strict=True)
            if v is not None
        )
        return join(
            name_of(self.schema, self.column, unit=not self.money),
            *told,
            both(" (triệu đồng)", " (million VND)") if self.money else None,
            both(", đã thực hiện", ", done"),
        )


def measured(made: Page, schema: TableSchema, numbers: Sequence[str], rows: Sequence[Row]) -> Measured:
    """Group a table's yearly rows."""
    column = next((n for n in numbers if n.endswith("_vnd")), numbers[0])
    if not any(row[column] is not None for row in rows):
        column = numbers[0]
    money = column.endswith("_vnd")
    kinds = [n for n in dimensions(schema) if n in KINDS or (n.endswith("_unit") and not money)]
    groups: dict[Kind, dict[tuple[str, object], list[tuple[int, float]]]] = {}
    plans = 0
    for at, row in enumerate(rows):
        value = row[column]
        if row["status"] != "actual" or not isinstance(value, int | float):
            plans += row["status"] != "actual"
            continue
        group = groups.setdefault(tuple(row[k] for k in kinds), {})
        group.setdefault((place_of(made, row), row["year"]), []).append((at, value))
    ordered = sorted(groups.items(), key=lambda item: -len(item[1]))
    return Measured(schema, column, kinds, ordered, plans)
