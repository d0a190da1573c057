"""Official codes of a place, where exactly one unit fits what the text names.

A place is `xã/phường, huyện, tỉnh` as far as known: every unit that it names must be above the first one. A
name that several units bear (`Phường 2`), or that none does, gets no code; nor does one in a text without a
date whose code depends on the date.

>>> codes("huyện Tứ Kỳ", date(2024, 12, 20))["district_code"]
'298'
>>> codes("xã Quang Khải, huyện Tứ Kỳ", date(2024, 12, 20))["commune_code"]
'11116'
>>> codes("Phường 2", date(2024, 12, 20))
{}
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from functools import lru_cache

from pipeline.language.gazetteer import gazetteer
from pipeline.model import Figure, Value


@lru_cache(maxsize=4096)
def codes(place: str, on: date | None) -> Mapping[str, str]:
    """The columns ``province_code``, ``district_code``, ``commune_code``, ``code_edition`` of a place.

    Args:
        place: units from the smallest up, separated by commas.
        on: the document's day; None where it is unknown.

    Returns:
        The codes of the unit and of those above it; empty where not exactly one unit fits.
    """
    first, *above = [part.strip() for part in place.split(",") if part.strip()] or [""]
    known = gazetteer()
    found = known.find(first, on=on)
    for name in above:
        over = set(known.find(name, on=on))
        found = [unit for unit in found if not over.isdisjoint(known.parents(unit))]
    if len(found) != 1:
        return {}
    unit = found[0]
    given = {f"{each.level}_code": each.code for each in (unit, *known.parents(unit))}
    return {**given, "code_edition": unit.edition}


def coded(values: Mapping[str, Value], on: date | None) -> dict[str, Value]:
    """Values with the codes of their place."""
    place = values.get("place")
    return {**values, **codes(place, on)} if isinstance(place, str) else dict(values)


def coded_figure(figure: Figure, on: date | None) -> Figure:
    """A figure with the codes of its place; itself where there are none."""
    place = figure.values.get("place")
    given = codes(place, on) if isinstance(place, str) else {}
    return replace(figure, values={**figure.values, **given}) if given else figure
