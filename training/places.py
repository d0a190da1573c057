"""The gazetteer as text, so that the language model knows every place by its name and by what it lies in.

``xã Quang Khải, huyện Tứ Kỳ, tỉnh Hải Dương`` once for each commune of either edition: a name that no news
ever printed becomes a candidate like any word, with what follows and goes before it; where a text reads
otherwise its letters outweigh it.
"""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.language.gazetteer import Gazetteer, Unit


def lines(gazetteer: Gazetteer) -> Iterator[str]:
    """A line a commune: its name with its kind, then the units above it."""
    for unit in gazetteer.units:
        if unit.level == "commune":
            yield ", ".join(_lowered(above.name) for above in _upwards(gazetteer, unit)) + "."


def _upwards(gazetteer: Gazetteer, unit: Unit) -> Iterator[Unit]:
    yield unit
    while unit.parent_code:
        unit = gazetteer.by_code[unit.edition, unit.parent_code]
        yield unit


def _lowered(name: str) -> str:
    """A unit's name as it stands inside a sentence: its kind without a capital."""
    return name[0].lower() + name[1:]
