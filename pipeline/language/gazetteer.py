"""Provinces, districts and communes with their official codes, before and since 1 July 2025.

Names are no keys: more than twenty communes were called ``Xã Tân Lập`` at a time, the reform gave old names
and old codes to new units, and ``Hải Dương`` was a province and its city. A code may therefore be taken only
where exactly one unit fits the name, its parent and the date (``only``); ``find`` gives all that fit.

>>> [unit.code for unit in find("xã Quang Khải", parent="huyện Tứ Kỳ")]
['11116']
>>> only("Tứ Kỳ", parent="tỉnh Hải Dương") is None  # a district and its town
True
>>> only("Tứ Kỳ", "district", on=date(2024, 12, 31)).code
'298'
>>> [unit.name for unit in successors(only("xã Quang Khải", parent="huyện Tứ Kỳ"))]
['Xã Tứ Kỳ']

``before-2025-07-01`` is the list as it stood on the reform's eve. Communes that had been joined to others
before that are not in it: they are not found, rather than guessed.
"""

from __future__ import annotations

import re
import tomllib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Literal, NamedTuple, get_args

from pipeline.errors import DictionaryError
from pipeline.language.dictionaries import folder
from pipeline.language.normal import key

Level = Literal["province", "district", "commune"]
Edition = Literal["before-2025-07-01", "since-2025-07-01"]
Extent = Literal["whole", "most", "part"]

REFORM = date(2025, 7, 1)
"""Since this day there are 34 provinces and no districts (Nghị quyết 202/2025/QH15; Luật 72/2025/QH15)."""

_DASH = re.compile(r"\s*[-–—‐‑]\s*")
_APOSTROPHES = str.maketrans("’‘ʼ`´", "'''''")
_ZEROS = re.compile(r"\b0+(?=\d)")


class Unit(NamedTuple):
    """A unit of one edition: ``name`` with its kind (``Xã Quang Khải``), ``parent_code`` empty for provinces.

    Codes are the statistics office's: two digits for a province, three for a district, five for a commune.
    The same commune code may mean different units in the two editions.
    """

    level: Level
    code: str
    name: str
    parent_code: str
    edition: Edition


def edition(on: date) -> Edition:
    """The list that holds on a day.

    >>> edition(date(2025, 6, 30))
    'before-2025-07-01'
    """
    return "before-2025-07-01" if on < REFORM else "since-2025-07-01"


def plain(name: str) -> str:
    """A name as it is compared: case, tone style, spaces, dashes, apostrophes and leading zeros do not count.

    >>> plain("Phường  02"), plain("Bà Rịa – Vũng Tàu"), plain("Ea H’Leo")
    ('phường 2', 'bà rịa-vũng tàu', "ea h'leo")
    """
    text = _DASH.sub("-", " ".join(key(name).translate(_APOSTROPHES).split()))
    return _ZEROS.sub("", text)


@dataclass(frozen=True)
class Gazetteer:
    """All units by name, and what became of them.

    Attributes:
        units: every unit of both editions, in the order of ``units.tsv``.
        by_name: units by plain name, with and without their kind.
        by_code: units by edition and code.
        mapping: old code, new code and extent: ``whole``, or where a unit was divided ``most`` and ``part``.
        kinds: kinds by what may stand before a name, abbreviations included, the longest first.
    """

    units: tuple[Unit, ...]
    by_name: Mapping[str, Sequence[Unit]]
    by_code: Mapping[tuple[Edition, str], Unit]
    mapping: Sequence[tuple[str, str, Extent]]
    kinds: Mapping[str, str]

    @classmethod
    def load(cls, root: Path | None = None) -> Gazetteer:
        """Read ``dictionaries/gazetteer`` (a tenth of a second).

        Raises:
            DictionaryError: where a file is missing or malformed.
        """
        place = root or folder() / "gazetteer"
        kinds_data = _toml(place / "kinds.toml")
        units = tuple(_units(place / "units.tsv"))
        forms = ((plain(form), k["name"]) for k in kinds_data["kind"] for form in (k["name"], *k["short"]))
        kinds = dict(sorted(forms, key=lambda form: -len(form[0])))
        by_code = {(unit.edition, unit.code): unit for unit in units}
        by_name: dict[str, list[Unit]] = defaultdict(list)
        for unit in units:
            full = plain(unit.name)
            by_name[full].append(unit)
            by_name[_split(full, kinds)[1]].append(unit)
        for alias in kinds_data["alias"]:
            for chosen in get_args(Edition):
                if alias.get("edition", chosen) != chosen:
                    continue
                unit = by_code[chosen, alias["code"]]
                full = plain(alias["name"])
                for name in {full, _split(full, kinds)[1]}:
                    if unit not in by_name[name]:
                        by_name[name].append(unit)
        return cls(units, dict(by_name), by_code, tuple(_mapping(place / "mapping.tsv")), kinds)

    def find(
        self,
        name: str,
        level: Level | None = None,
        parent: str | Unit | None = None,
        on: date | None = None,
    ) -> list[Unit]:
        """All units that fit.

        Args:
            name: with its kind (``xã Quang Khải``, ``TT. Tứ Kỳ``): only units of that kind fit; or without.
            level: of the unit.
            parent: a unit above it, at whatever distance: its name, or a unit that was found.
            on: the day whose list holds; without it both editions are searched.

        Returns:
            Units in the order of ``units.tsv``; a code is certain only where there is exactly one.
        """
        found = [
            unit
            for unit in self._named(name)
            if level in {None, unit.level} and (on is None or unit.edition == edition(on))
        ]
        if parent is None:
            return found
        above = {parent} if isinstance(parent, Unit) else set(self._named(parent))
        return [unit for unit in found if not above.isdisjoint(self.parents(unit))]

    def _named(self, name: str) -> Sequence[Unit]:
        full = plain(name)
        if full in self.by_name:
            return self.by_name[full]
        kind, rest = _split(full, self.kinds)
        return self.by_name.get(f"{kind} {rest}", ()) if kind else ()

    def parents(self, unit: Unit) -> Iterator[Unit]:
        """The units above one, nearest first."""
        while unit.parent_code:
            unit = self.by_code[unit.edition, unit.parent_code]
            yield unit

    def successors(self, unit: Unit) -> list[Unit]:
        """What a unit of before July 2025 became, the part that took most of it first.

        Empty for districts, which went without successors, and for units of today.
        """
        if unit.edition != "before-2025-07-01":
            return []
        parts = [(extent == "part", new) for old, new, extent in self.mapping if old == unit.code]
        return [self.by_code["since-2025-07-01", new] for _, new in sorted(parts)]

    def predecessors(self, unit: Unit) -> list[Unit]:
        """The units of before July 2025 of which a unit of today was made, in whole or in part."""
        if unit.edition != "since-2025-07-01":
            return []
        return [self.by_code["before-2025-07-01", old] for old, new, _ in self.mapping if new == unit.code]


def _split(full: str, kinds: Mapping[str, str]) -> tuple[str, str]:
    """A plain name's kind (empty where it names none) and the rest."""
    for form in kinds:
        rest = full.removeprefix(form)
        # an abbreviation's dot parts it from the name as a space does: TP.Hải Dương
        if rest != full and rest and (rest[0] == " " or form.endswith(".")):
            return kinds[form], rest.strip()
    return "", full


def _toml(path: Path) -> dict[str, list[dict[str, str]]]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        message = f"{path}: {error}; restore the file"
        raise DictionaryError(message) from error


def _rows(path: Path, width: int) -> Iterator[list[str]]:
    try:
        rows = [line.split("\t") for line in path.read_text(encoding="utf-8").splitlines()]
    except (OSError, ValueError) as error:
        message = f"{path}: {error}; restore the file or run python -m training.gazetteer"
        raise DictionaryError(message) from error
    for number, row in enumerate(rows, 1):
        if len(row) != width:
            message = f"{path}, line {number}: {len(row)} cells, not {width}; restore the file"
            raise DictionaryError(message)
    yield from rows[1:]


def _units(path: Path) -> Iterator[Unit]:
    for level, code, name, parent, chosen in _rows(path, 5):
        yield Unit(level, code, name, parent, chosen)  # type: ignore[arg-type]


def _mapping(path: Path) -> Iterator[tuple[str, str, Extent]]:
    yield from _rows(path, 3)  # type: ignore[misc]


@cache
def gazetteer() -> Gazetteer:
    """The gazetteer of ``dictionaries``, loaded when first asked for."""
    return Gazetteer.load()


def find(
    name: str, level: Level | None = None, parent: str | Unit | None = None, on: date | None = None
) -> list[Unit]:
    """All units that fit (see ``Gazetteer.find``)."""
    return gazetteer().find(name, level, parent, on)


def only(
    name: str, level: Level | None = None, parent: str | Unit | None = None, on: date | None = None
) -> Unit | None:
    """The unit that fits where exactly one does; else None.

    A unit that is in both editions fits twice: give the document's date.
    """
    found = find(name, level, parent, on)
    return found[0] if len(found) == 1 else None


def successors(unit: Unit) -> list[Unit]:
    """What a unit became on 1 July 2025 (see ``Gazetteer.successors``)."""
    return gazetteer().successors(unit)


def predecessors(unit: Unit) -> list[Unit]:
    """Of what a unit of today was made (see ``Gazetteer.predecessors``)."""
    return gazetteer().predecessors(unit)
