"""A table of one's own from a TOML file alone: checked, extracted, described, explained."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path

import pytest
from frictionless import Package

from pipeline import cli, errors
from pipeline.extract import patterns

ROOT = Path(__file__).parent.parent
RULES = ROOT / "samples" / "rules"
TEXT = """BÁO CÁO
Kết quả cấp nước sạch

- Năm 2023, công ty đấu nối nước sạch cho 212 hộ nghèo với kinh phí 318 triệu đồng; thay 37 đồng hồ nước.
- Cho 41 hộ nghèo vay 2.050 triệu đồng làm công trình nước sạch.
"""


@pytest.fixture
def text(tmp_path: Path) -> Path:
    path = tmp_path / "in" / "bao-cao.txt"
    path.parent.mkdir()
    path.write_text(TEXT, encoding="utf-8")
    return path


def rows(out: Path, table: str) -> list[dict[str, str]]:
    with (out / "tables" / f"{table}.csv").open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def test_from_rule_file_to_data_package(text: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert cli.main(["extract", str(text.parent), "--out", str(out), "--rules", str(RULES), "-q"]) == 0
    found = [(r["hookups"], r["work"], r["amount_vnd"], r["beneficiary"]) for r in rows(out, "water")]
    assert found == [("212", "new", "318000000", "poor_household"), ("37", "repair", "", "")]
    assert [r["borrowers"] for r in rows(out, "loans")] == ["41"]
    ids = {r["row_id"] for r in rows(out, "water")}
    assert ids <= {r["row_id"] for r in rows(out, "evidence")}
    package = json.loads((out / "tables" / "datapackage.json").read_text(encoding="utf-8"))
    assert "water" in [resource["name"] for resource in package["resources"]]
    assert Package(str(out / "tables" / "datapackage.json")).validate().valid


def test_without_the_rules_the_table_is_gone(text: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert cli.main(["extract", str(text), "--out", str(out), "--rules", str(RULES), "-q"]) == 0
    assert cli.main(["extract", str(text), "--out", str(out), "-q"]) == 0
    assert not (out / "tables" / "water.csv").exists()
    assert len(rows(out, "loans")) == 1


def test_the_rules_may_stand_in_the_settings(text: Path, tmp_path: Path) -> None:
    config = tmp_path / "hoso.toml"
    config.write_text(f'rules = "{RULES.as_posix()}"\n', encoding="utf-8")
    out = tmp_path / "out"
    assert cli.main(["extract", str(text), "--out", str(out), "--config", str(config), "-q"]) == 0
    assert len(rows(out, "water")) == 2


def test_changed_rules_make_the_tables_anew(text: Path, tmp_path: Path) -> None:
    own = tmp_path / "rules"
    own.mkdir()
    rules = (RULES / "water.toml").read_text(encoding="utf-8")
    (own / "water.toml").write_text(rules, encoding="utf-8")
    out = tmp_path / "out"
    command = ["extract", str(text), "--out", str(out), "--rules", str(own), "-q"]
    assert cli.main(command) == 0
    (own / "water.toml").write_text(rules.replace("|thay(?= \\d)", ""), encoding="utf-8")
    assert cli.main(command) == 0
    assert [r["work"] for r in rows(out, "water")] == ["new", "new"]


def test_check_our_own_and_the_sample(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["rules", "check", str(RULES)]) == 0
    assert "1 rule file, 2 examples: all as they should be" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("change", "line"),
    [
        (("hookups = 186", "hookups = 187"), r"water\.toml: example 1: row 1: hookups is '186', not '187'"),
        (("rows = []", "rows = [{ hookups = 6 }]"), r"water\.toml: example 2: 0 rows, not 1"),
        (
            ('id = "water.new"', 'id = "water.new"\nwaek = true'),
            r"trigger 1 \(water\.new\): unknown .* 'waek'",
        ),
        (("pattern = 'vay", "pattern = '(vay"), r"blocker 1 \(loan\): not a pattern"),
        (('set = { work = "repair" }', 'set = { work = "mend" }'), r"'work' has no code 'mend'"),
        (('column = "funder"', 'column = "founder"'), r"the table has no column 'founder'"),
        (("[schema]\n", "[schema_]\n"), r"'en' is missing"),
        (('table = "water"', 'table = "loans"'), r"there is a table 'loans' already"),
        (('type = "integer"', 'type = "whole"'), r"column hookups: unknown type 'whole'"),
    ],
)
def test_check_names_file_and_entry(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], change: tuple[str, str], line: str
) -> None:
    rules = (RULES / "water.toml").read_text(encoding="utf-8")
    assert change[0] in rules
    (tmp_path / "water.toml").write_text(rules.replace(*change), encoding="utf-8")
    assert cli.main(["rules", "check", str(tmp_path)]) == errors.EXIT_MISSING
    said = capsys.readouterr().err
    assert re.search(line, said)
    assert all(x.startswith(f"hoso: {tmp_path}") for x in said.splitlines())


def test_a_pattern_without_end_is_named(
    tmp_path: Path, text: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patterns, "TIMEOUT", 0.1)
    rules = (RULES / "water.toml").read_text(encoding="utf-8")
    endless = rules.replace("'vay(?: vốn)?|dư nợ'", r"'(?:\w|\s)+(?:\w|\s)+(?:\w|\s)+!'")
    (tmp_path / "water.toml").write_text(endless, encoding="utf-8")
    assert cli.main(["rules", "check", str(tmp_path)]) == errors.EXIT_MISSING
    assert "water.toml: blocker 1 (loan): the pattern backtracks without end" in capsys.readouterr().err


def test_no_such_folder(text: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["extract", str(text), "--out", str(tmp_path / "out"), "--rules", str(tmp_path / "none")]
    assert cli.main(command) == errors.EXIT_USAGE
    assert "no folder with rule files" in capsys.readouterr().err


def test_explain(text: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    assert cli.main(["explain", str(text), "--rules", str(RULES)]) == 0
    said = capfdbinary.readouterr().out.decode()
    assert "rule water.new" in said
    assert "water: water.new “đấu nối nước” - governs it" in said
    assert "loans: loans.disbursed “vay” - governs it" in said


def test_explain_one_row(text: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    cli.main(["explain", str(text)])
    first = capfdbinary.readouterr().out.decode().split()[0]
    assert cli.main(["explain", str(text), "--row", first]) == 0
    said = capfdbinary.readouterr().out.decode()
    assert said.startswith(first)
    assert "unclaimed" not in said
    assert cli.main(["explain", str(text), "--row", "l000000000000"]) == errors.EXIT_USAGE
