"""The gazetteer's maker, on a source of two communes."""

from __future__ import annotations

import json
import sqlite3
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from training import gazetteer

OLD = [("Tỉnh  A", "01", "Huyện B", "001", "Xã C", "00001", "tinha", "huyenb", "xac")]
NEW = [("Thành phố A", "01", "Phường C", "00001", "thanhphoa", "phuongc")]


def package(folder: Path, old: Sequence[tuple[str, ...]], converter: dict[str, object]) -> Path:
    (folder / "data").mkdir()
    with sqlite3.connect(folder / "data" / "dataset.db") as database:
        database.execute(
            "CREATE TABLE admin_units_legacy (province, provinceCode, district, districtCode, ward, wardCode,"
            " provinceKey, districtKey, wardKey)"
        )
        database.execute(
            "CREATE TABLE admin_units (province, provinceCode, ward, wardCode, provinceKey, wardKey)"
        )
        database.executemany("INSERT INTO admin_units_legacy VALUES (?,?,?,?,?,?,?,?,?)", old)
        database.executemany("INSERT INTO admin_units VALUES (?,?,?,?,?,?)", NEW)
    database.close()
    (folder / "data" / "converter_2025.json").write_text(json.dumps(converter))
    return folder


def converter(*sources: str) -> dict[str, object]:
    return {
        "DICT_PROVINCE": {"thanhphoa": ["tinha"]},
        "DICT_PROVINCE_WARD_NO_DIVIDED": {"thanhphoa": {"phuongc": sources}},
        "DICT_PROVINCE_WARD_DIVIDED": {},
    }


def run(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["gazetteer", "--package", str(folder), "--out", str(folder)])
    gazetteer.main()


def test_units_and_mapping(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run(package(tmp_path, OLD, converter("tinha_huyenb_xac")), monkeypatch)
    assert (tmp_path / "units.tsv").read_text(encoding="utf-8").splitlines() == [
        "level\tcode\tname\tparent_code\tedition",
        "province\t01\tTỉnh A\t\tbefore-2025-07-01",
        "district\t001\tHuyện B\t01\tbefore-2025-07-01",
        "commune\t00001\tXã C\t001\tbefore-2025-07-01",
        "province\t01\tThành phố A\t\tsince-2025-07-01",
        "commune\t00001\tPhường C\t01\tsince-2025-07-01",
    ]
    assert (tmp_path / "mapping.tsv").read_text(encoding="utf-8").splitlines() == [
        "old_code\tnew_code\textent",
        "00001\t00001\twhole",
        "01\t01\twhole",
    ]


@pytest.mark.parametrize(
    ("old", "sources", "words"),
    [
        (OLD, [], "1 old units go nowhere"),
        (OLD, ["tinha_huyenb_xad"], "fits 0 units"),
        ([*OLD, (*OLD[0][:5], "00002", *OLD[0][6:])], ["tinha_huyenb_xac"], "fits 2 units"),
        ([*OLD, (*OLD[0][:4], "Xã D", *OLD[0][5:])], ["tinha_huyenb_xac"], "00001"),
    ],
)
def test_what_does_not_add_up_ends_the_program(
    old: Sequence[tuple[str, ...]],
    sources: list[str],
    words: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with pytest.raises(SystemExit, match=words):
        run(package(tmp_path, old, converter(*sources)), monkeypatch)
    assert not (tmp_path / "units.tsv").exists()
