"""The gazetteer: names, parents and days decide on a code, or nothing does."""

from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path

import pytest

from pipeline.errors import DictionaryError
from pipeline.language import gazetteer
from pipeline.language.dictionaries import folder
from pipeline.language.gazetteer import Gazetteer, Level, find, only

EVE, DAY = date(2025, 6, 30), date(2025, 7, 1)
KINDS = tomllib.loads((folder() / "gazetteer" / "kinds.toml").read_text(encoding="utf-8"))["kind"]


@pytest.fixture(scope="module")
def units() -> Gazetteer:
    return Gazetteer.load()


@pytest.mark.parametrize(
    ("name", "level", "parent", "on", "codes"),
    [
        ("xã Quang Khải", None, "huyện Tứ Kỳ", EVE, ["11116"]),
        ("Quang Khải", "commune", "Hải Dương", EVE, ["11116"]),
        ("Quang Khải", "commune", "huyện Gia Lộc", EVE, []),
        ("xã Quang Khải", None, None, DAY, []),
        ("XÃ  QUANG KHẢI", None, "H. Tứ Kỳ", EVE, ["11116"]),
        ("thị trấn Quang Khải", None, "huyện Tứ Kỳ", EVE, []),
        ("Tứ Kỳ", None, "tỉnh Hải Dương", EVE, ["298", "11074"]),
        ("TT Tứ Kỳ", None, None, EVE, ["11074"]),
        ("xã Tứ Kỳ", None, "TP.Hải Phòng", DAY, ["11074"]),
        ("huyện Tứ Kỳ", None, None, DAY, []),
        ("Hải Dương", "province", None, EVE, ["30"]),
        ("Hải Dương", "province", None, DAY, []),
        ("thành phố Hải Dương", None, None, EVE, ["288"]),
        ("tỉnh Thừa Thiên Huế", None, None, EVE, ["46"]),
        ("tỉnh Thừa Thiên Huế", None, None, DAY, []),
        ("TP.HCM", None, None, DAY, ["79"]),
        ("Bà Rịa – Vũng Tàu", None, None, EVE, ["77"]),
        ("tỉnh Hoà Bình", None, None, EVE, ["17"]),
        ("quang khai", None, "huyện Tứ Kỳ", EVE, []),
        ("", None, None, None, []),
        ("xã", None, None, None, []),
    ],
)
def test_find(name: str, level: Level | None, parent: str | None, on: date | None, codes: list[str]) -> None:
    assert [unit.code for unit in find(name, level, parent, on)] == codes


@pytest.mark.parametrize("kind", KINDS, ids=[kind["name"] for kind in KINDS])
def test_examples_of_kinds(kind: dict[str, list[str]]) -> None:
    name, code = kind["example"]
    found = find(name)
    assert code in [unit.code for unit in found]
    assert {unit.level for unit in found} <= set(kind["levels"])


def test_a_name_that_many_bear_gives_no_code() -> None:
    assert len(find("Phường 2", on=EVE)) > 20
    assert only("Phường 2", on=EVE) is None
    assert (
        only("Phường 02", parent="thành phố Vũng Tàu", on=EVE)
        == find("phường 2", None, "TP Vũng Tàu", EVE)[0]
    )


def test_the_parent_may_be_a_unit_that_was_found() -> None:
    district = only("Tứ Kỳ", "district", on=EVE)
    assert district is not None
    assert [unit.code for unit in find("Minh Đức", parent=district)] == ["11128"]


def test_what_became_of_a_unit_and_back() -> None:
    old = only("xã Quang Khải", parent="huyện Tứ Kỳ", on=EVE)
    assert old is not None
    (new,) = gazetteer.successors(old)
    assert new.edition == gazetteer.edition(DAY)
    assert old in gazetteer.predecessors(new)
    assert gazetteer.successors(new) == gazetteer.predecessors(old) == []


def test_a_divided_unit_names_its_greatest_part_first(units: Gazetteer) -> None:
    divided = [row for row in units.mapping if row[0] == "11071"]
    assert [extent for _, _, extent in divided] == ["most", "part"]
    old = units.by_code["before-2025-07-01", "11071"]
    assert [unit.code for unit in units.successors(old)] == [new for _, new, _ in divided]


def test_the_lists_are_whole(units: Gazetteer) -> None:
    counts = {
        (edition, level): sum(unit.edition == edition and unit.level == level for unit in units.units)
        for edition, level in {(unit.edition, unit.level) for unit in units.units}
    }
    # the eve: 63 provinces, 696 districts, 10,035 communes; since: 34 and 3,321 (Nghị quyết 202/2025/QH15)
    assert counts == {
        ("before-2025-07-01", "province"): 63,
        ("before-2025-07-01", "district"): 696,
        ("before-2025-07-01", "commune"): 10035,
        ("since-2025-07-01", "province"): 34,
        ("since-2025-07-01", "commune"): 3321,
    }
    lengths = {"province": 2, "district": 3, "commune": 5}
    assert all(len(unit.code) == lengths[unit.level] and unit.code.isdigit() for unit in units.units)
    assert all(list(units.parents(unit)) for unit in units.units if unit.level != "province")
    old = {unit.code for unit in units.units if unit.edition == gazetteer.edition(EVE)}
    new = {unit.code for unit in units.units if unit.edition == gazetteer.edition(DAY)}
    assert {row[0] for row in units.mapping} <= old
    assert {row[1] for row in units.mapping} == new


def test_every_new_unit_is_within_what_its_province_became(units: Gazetteer) -> None:
    for old, new, _ in units.mapping:
        unit, target = units.by_code["before-2025-07-01", old], units.by_code["since-2025-07-01", new]
        if unit.level != "province":
            (*_, province), (*_, above) = units.parents(unit), units.parents(target)
            assert units.successors(province) == [above]


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(DictionaryError, match=r"kinds\.toml"):
        Gazetteer.load(tmp_path)
    source = folder() / "gazetteer"
    (tmp_path / "kinds.toml").write_bytes((source / "kinds.toml").read_bytes())
    (tmp_path / "units.tsv").write_text("level\tcode\tname\tparent_code\tedition\nprovince\t01\n")
    with pytest.raises(DictionaryError, match=r"units\.tsv, line 2: 2 cells, not 5"):
        Gazetteer.load(tmp_path)
