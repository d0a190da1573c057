"""Every export opened by a second program, which finds the CSV's rows and sums."""

from __future__ import annotations

import csv
import json
import shutil
import sqlite3
import subprocess
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pandas as pd
import pytest
from analysed import analysed_once, rows, sums
from frictionless import Package
from pyarrow import parquet

from pipeline import cli, errors
from pipeline.batch import lock
from pipeline.language import gazetteer
from pipeline.outputs import described, people, source, workbook
from pipeline.tables import schema

FORMATS = "xlsx,parquet,duckdb,sqlite,csv-excel"
HOSTILE = ("=", "+", "-", "@", "\t", "\r")


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = analysed_once(tmp_path_factory)
    assert cli.main(["export", str(made), "--to", FORMATS, "-q"]) == 0
    return made


@pytest.fixture
def copied(out: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(out, tmp_path / "out", ignore=shutil.ignore_patterns("exports")))


def numbers(found: dict[str, list[Any]]) -> dict[str, float]:
    """Sums of columns that hold numbers."""
    return {
        name: round(sum(float(v) for v in values if v is not None and v == v), 4)
        for name, values in found.items()
    }


def same(out: Path, table: str, columns: dict[str, list[Any]]) -> None:
    expected = sums(out)[table]
    assert len(next(iter(columns.values()))) == expected.pop("rows")
    assert numbers({name: columns[name] for name in expected}) == expected


def schemas(out: Path) -> list[schema.TableSchema]:
    return [s for s in described.schemas(out / "tables/datapackage.json") if s.name != "failures"]


def test_the_folder_is_worth_its_tests(out: Path) -> None:
    """Otherwise all sums would be of nothing."""
    found = sums(out)
    assert all(found[name]["rows"] for name in ("loans", "cards", "houses", "rates", "water", "evidence"))
    assert found["water"]["hookups"] == 212


def test_frictionless_finds_no_error_and_keys_hold(out: Path) -> None:
    package = Package(str(out / "tables/datapackage.json"))
    assert package.validate().flatten(["resourceName", "type", "note"]) == []
    assert all(r.schema.foreign_keys for r in package.resources if r.name in {"loans", "water", "pages"})


def test_schemas_come_back_from_the_data_package(out: Path) -> None:
    known = schema.tables()
    for found in schemas(out):
        if found.name in known:
            assert found.header == known[found.name].header
            assert [c.additive for c in found.columns] == [c.additive for c in known[found.name].columns]
            keys = [
                [(k.column, k.table or s.name) for k in s.foreign_keys] for s in (found, known[found.name])
            ]
            assert keys[0] == keys[1]
    water = next(s for s in schemas(out) if s.name == "water")
    assert [c.name for c in water.columns if c.additive] == ["hookups", "amount_vnd"]


def test_sqlite_by_its_own_shell(out: Path) -> None:
    shell = shutil.which("sqlite3")
    if shell is None:
        pytest.skip("sqlite3 is not installed")
    path = out / "exports/hoso.sqlite"

    def ask(statement: str) -> str:
        done = subprocess.run([shell, str(path), statement], capture_output=True, text=True, check=True)
        return done.stdout.strip()

    assert ask("PRAGMA integrity_check") == "ok"
    assert ask("PRAGMA foreign_key_check") == ""
    for table, expected in sums(out).items():
        names = [name for name in expected if name != "rows"]
        asked = ", ".join(["COUNT(*)", *(f'ROUND(TOTAL("{name}"), 4)' for name in names)])
        found = ask(f"SELECT {asked} FROM {table}").split("|")
        assert [float(v) for v in found] == list(expected.values())


def test_sqlite_by_pandas(out: Path) -> None:
    with closing(sqlite3.connect(out / "exports/hoso.sqlite")) as database:
        for table in schemas(out):
            frame = pd.read_sql_query(f'SELECT * FROM "{table.name}"', database)
            same(out, table.name, {name: frame[name].tolist() for name in frame.columns})


def test_duckdb(out: Path) -> None:
    with duckdb.connect(str(out / "exports/hoso.duckdb"), read_only=True) as database:
        for table in schemas(out):
            found = database.sql(f'SELECT * FROM "{table.name}"')
            values = list(zip(*found.fetchall(), strict=True)) or [()] * len(found.columns)
            same(out, table.name, dict(zip(found.columns, map(list, values), strict=True)))
        asked = "SELECT column_name, data_type FROM duckdb_columns() WHERE table_name = 'loans'"
        types = dict(database.execute(asked).fetchall())
        assert types["period_end"] == "DATE"
        assert types["amount_vnd"] == "BIGINT"
        keys = database.execute(
            "SELECT table_name, constraint_type FROM duckdb_constraints() WHERE constraint_type LIKE '%KEY'"
        ).fetchall()
        assert {("loans", "FOREIGN KEY"), ("evidence", "FOREIGN KEY"), ("water", "PRIMARY KEY")} <= set(keys)
        empty = database.execute(
            "SELECT table_name FROM duckdb_tables() WHERE comment IS NULL "
            "AND table_name NOT LIKE 'described%'"
        ).fetchall()
        assert empty == []
        told = database.execute(
            "SELECT comment FROM duckdb_columns() WHERE table_name = 'loans' AND column_name = 'flow'"
        ).fetchone()
        assert told is not None
        assert "Con số nói về khoản nào" in told[0]


def test_both_databases_answer_alike(out: Path) -> None:
    views = [f"{t}_{v}" for t in ("loans", "rates", "water") for v in ("rows", "yearly", "growth")]
    views += ["coverage_documents", "coverage_pages", "coverage_figures", "coverage_places"]
    with (
        closing(sqlite3.connect(out / "exports/hoso.sqlite")) as lite,
        duckdb.connect(str(out / "exports/hoso.duckdb"), read_only=True) as duck,
    ):
        for view in views:
            one = lite.execute(f"SELECT * FROM {view}")
            other = duck.execute(f"SELECT * FROM {view}")
            names = [column[0] for column in one.description]
            assert names == [column[0] for column in other.description]
            plain = [
                sorted(tuple("" if v is None else str(v) for v in map(_alike, row)) for row in found)
                for found in (one.fetchall(), other.fetchall())
            ]
            assert plain[0] == plain[1], view


def _alike(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    return float(value) if isinstance(value, int | float) else value


def test_parquet_by_pandas(out: Path) -> None:
    for table in schemas(out):
        path = out / "exports/parquet" / f"{table.name}.parquet"
        frame = pd.read_parquet(path)
        same(out, table.name, {name: frame[name].tolist() for name in frame.columns})
        field = parquet.read_schema(path).field(0)
        assert field.metadata[b"title@vi"].decode() == table.columns[0].title.vi


def test_workbook_by_openpyxl(out: Path) -> None:
    book = openpyxl.load_workbook(out / "exports/hoso.xlsx")
    formulas = [c for sheet in book for row in sheet.iter_rows() for c in row if c.data_type == "f"]
    assert formulas == []
    for table in schemas(out):
        sheet = book[table.title.vi]
        columns = list(zip(*sheet.iter_rows(values_only=True), strict=True))
        same(out, table.name, {c.name: list(v[1:]) for c, v in zip(table.columns, columns, strict=True)})
        ends = next((v for c, v in zip(table.columns, columns, strict=True) if c.type == "date"), ("",))
        assert all(v is None or isinstance(v, date) for v in ends[1:])
    assert {"Đọc trước", "Tổng theo năm", "Giải thích cột", "Giải thích mã"} <= set(book.sheetnames)
    explained = {row[2] for row in book["Giải thích cột"].iter_rows(values_only=True)}
    assert {f"{t.name}.{c.name}" for t in schemas(out) for c in t.columns} <= explained


def test_workbook_has_filters_and_a_frozen_header(out: Path) -> None:
    book = openpyxl.load_workbook(out / "exports/hoso.xlsx")
    for sheet in book:
        assert sheet.freeze_panes == "A2"
        assert sheet.auto_filter.ref == sheet.dimensions
    assert "xa/=1+1.txt" in {c.value for c in book["Cho vay"]["C"]}
    assert {c.data_type for c in book["Cho vay"]["I"][1:]} <= {"s", "n"}


def test_workbook_by_libreoffice(out: Path, tmp_path: Path) -> None:
    office = shutil.which("soffice")
    if office is None:
        pytest.skip("LibreOffice is not installed")
    # -1: every sheet, a CSV each; the profile of its own lets several run at a time
    command = [office, f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}", "--headless"]
    command += [
        "--convert-to",
        "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,false,false,false,false,-1",
    ]
    command += ["--outdir", str(tmp_path), str(out / "exports/hoso.xlsx")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    if not any(tmp_path.glob("hoso-*.csv")):
        pytest.skip(f"LibreOffice has no Calc: {done.stderr[:200]}")
    for table in schemas(out):
        with (tmp_path / f"hoso-{table.title.vi}.csv").open(encoding="utf-8", newline="") as handle:
            heads, *body = csv.reader(handle)
        assert len(heads) == len(table.columns)
        columns = {
            c.name: [(row[i] or None) if c.type in {"integer", "number"} else row[i] for row in body]
            for i, c in enumerate(table.columns)
        }
        same(out, table.name, columns)


def test_csv_for_excel(out: Path) -> None:
    for table in schemas(out):
        path = out / "exports/csv-excel" / f"{table.name}.csv"
        data = path.read_bytes()
        assert data.startswith(b"\xef\xbb\xbf")
        frame = pd.read_csv(path, sep=";", decimal=",", encoding="utf-8-sig")
        frame.columns = pd.Index(table.header)
        same(out, table.name, {name: frame[name].tolist() for name in frame.columns})
        with path.open(encoding="utf-8-sig", newline="") as handle:
            cells = [cell for row in csv.reader(handle, delimiter=";") for cell in row]
        assert [c for c in cells if c.startswith(HOSTILE)] == []
    assert "0,9" in (out / "exports/csv-excel/loans.csv").read_text(encoding="utf-8-sig")


YEARLY = [
    # copies, parts and the seven months' report counted once
    ("loans", "huyện Tứ Kỳ", 2024, "poor_household", "borrowers", 120),
    ("loans", "huyện Tứ Kỳ", 2024, "near_poor_household", "amount_vnd", 4_500_000_000),
    ("loans", "huyện Tứ Kỳ", 2023, "poor_household", "amount_vnd", 5_000_000_000),
    ("cards", "huyện Tứ Kỳ", 2024, "poor_household", "cards", 900),
    ("cards", "xã Bình Nghệ", 2024, "poor_and_near_poor", "cards", 90),
    ("rates", "huyện Tứ Kỳ", 2024, "poor_household", "value", 2.15),
]


@pytest.mark.parametrize(("table", "place", "year", "who", "column", "value"), YEARLY)
def test_yearly_sums(
    out: Path, table: str, place: str, year: int, who: str, column: str, value: float
) -> None:
    with closing(sqlite3.connect(out / "exports/hoso.sqlite")) as database:
        found = database.execute(
            f"SELECT {column} FROM {table}_yearly WHERE place = ? AND year = ? AND beneficiary = ?",
            (place, year, who),
        ).fetchall()
    assert found == [(value,)]


def test_what_the_sums_leave_out_is_told(out: Path) -> None:
    with closing(sqlite3.connect(out / "exports/hoso.sqlite")) as database:
        found = database.execute("SELECT source_file, left_out FROM loans_rows").fetchall()
        of_loans = {file: why for file, why in found if why}
        assert of_loans == {"thang/7-thang-2024.txt": "covered"}
        balance = database.execute(
            "SELECT year, amount_vnd FROM loans_yearly WHERE flow = 'outstanding' ORDER BY year"
        ).fetchall()
        assert balance == [(2023, 47_100_000_000), (2024, 52_300_000_000)]
        parts = database.execute("SELECT COUNT(*) FROM cards_rows WHERE left_out = 'part'").fetchone()
        assert parts == (2,)
        counted = database.execute("SELECT SUM(figures) FROM coverage_figures").fetchone()
        assert counted == (sum(len(rows(out, s.name)) for s in schemas(out) if "role" in s.header),)


def test_growth(out: Path) -> None:
    with closing(sqlite3.connect(out / "exports/hoso.sqlite")) as database:
        grown = database.execute(
            "SELECT year, borrowers_before, borrowers, borrowers_change, borrowers_percent "
            "FROM loans_growth WHERE flow = 'disbursed'"
        ).fetchall()
        assert grown == [(2024, 100, 120, 20, 20.0)]
        fallen = database.execute("SELECT round(value_change, 2) FROM rates_growth").fetchall()
        assert fallen == [(-0.5,)]


def test_codes_join_to_the_official_list(out: Path) -> None:
    """A map brings codes of its own: those of the official list, which stands in the database."""
    official = {(u.code, u.edition) for u in gazetteer.Gazetteer.load().units}
    with closing(sqlite3.connect(out / "exports/hoso.sqlite")) as database:
        joined = database.execute(
            "SELECT DISTINCT y.province_code, y.code_edition, u.name FROM loans_yearly y "
            "LEFT JOIN units u ON u.code = y.province_code AND u.edition = y.code_edition "
            "WHERE y.province_code IS NOT NULL"
        ).fetchall()
    assert joined == [("30", "before-2025-07-01", "Tỉnh Hải Dương")]
    assert {(code, edition) for code, edition, _ in joined} <= official


def test_equal_input_equal_bytes(out: Path, tmp_path: Path) -> None:
    """Of all formats but DuckDB, whose files differ by themselves."""
    again = tmp_path / "again"
    for name in ("xlsx", "sqlite", "parquet", "csv-excel"):
        assert cli.main(["export", str(out), "--to", name, "--file", str(again / name), "-q"]) == 0
    assert (again / "xlsx").read_bytes() == (out / "exports/hoso.xlsx").read_bytes()
    assert (again / "sqlite").read_bytes() == (out / "exports/hoso.sqlite").read_bytes()
    for folder in ("parquet", "csv-excel"):
        files = sorted((out / "exports" / folder).iterdir())
        assert [p.name for p in files] == sorted(p.name for p in (again / folder).iterdir())
        assert all(p.read_bytes() == (again / folder / p.name).read_bytes() for p in files)


def test_nothing_is_left_behind(out: Path) -> None:
    found = sorted(p.name for p in (out / "exports").iterdir())
    assert found == ["csv-excel", "hoso.duckdb", "hoso.sqlite", "hoso.xlsx", "parquet"]


def test_a_table_that_is_no_more_goes(copied: Path) -> None:
    assert cli.main(["export", str(copied), "--to", "csv-excel", "-q"]) == 0
    old = copied / "exports/csv-excel/former.csv"
    old.write_text("x", encoding="utf-8")
    assert cli.main(["export", str(copied), "--to", "csv-excel", "-q"]) == 0
    assert not old.exists()


def error(capsys: pytest.CaptureFixture[str], *command: str) -> tuple[int, str]:
    status = cli.main(["export", *command])
    return status, capsys.readouterr().err


def test_no_output_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, line = error(capsys, str(tmp_path), "--to", "sqlite")
    assert (status, line.count("\n")) == (errors.EXIT_USAGE, 1)
    assert "run hoso extract" in line


def test_a_folder_in_use(copied: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with lock.hold(copied):
        status, line = error(capsys, str(copied), "--to", "sqlite")
    assert status == errors.EXIT_OUTPUT
    assert "another run is writing there" in line


def half(copied: Path, change: str) -> None:
    loans = copied / "tables/loans.csv"
    if change == "staged":
        (copied / "tables/.hoso-1-cards.csv.tmp").write_text("row_id\n")
    elif change == "cut":
        lines = loans.read_text(encoding="utf-8").splitlines(keepends=True)
        loans.write_text("".join(lines[:-1]), encoding="utf-8")
    elif change == "typed":
        loans.write_text(
            loans.read_text(encoding="utf-8").replace(",6000000000,", ",6 tỷ,"), encoding="utf-8"
        )
    elif change == "keys":
        path = copied / "tables/evidence.csv"
        path.write_text(path.read_text(encoding="utf-8").replace("\nl", "\nl0"), encoding="utf-8")
        assert "\nl0" in path.read_text(encoding="utf-8")
    elif change == "missing":
        loans.unlink()
    elif change == "package":
        (copied / "tables/datapackage.json").write_text("{}")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ("staged", "written in part"),
        ("cut", "rows where run.json tells"),
        ("typed", "column amount_vnd holds no integer"),
        ("keys", "do not hang together"),
        ("missing", "cannot be read"),
        ("package", "no description of tables"),
    ],
)
@pytest.mark.parametrize("to", ["sqlite", "duckdb", "xlsx"])
def test_a_folder_written_in_part(
    copied: Path, capsys: pytest.CaptureFixture[str], change: str, says: str, to: str
) -> None:
    half(copied, change)
    status, line = error(capsys, str(copied), "--to", to)
    assert status == errors.EXIT_OUTPUT
    assert says in line
    assert line.count("\n") == 1
    assert not list((copied / "exports").glob("*"))


@pytest.mark.parametrize("place", ["tables/x.sqlite", ".", "text"])
def test_the_tables_are_never_written_over(
    copied: Path, capsys: pytest.CaptureFixture[str], place: str
) -> None:
    before = (copied / "tables/loans.csv").read_bytes()
    status, _ = error(capsys, str(copied), "--to", "csv-excel", "--file", str(copied / place))
    assert status == errors.EXIT_USAGE
    assert (copied / "tables/loans.csv").read_bytes() == before


def test_what_is_not_installed_is_told(
    copied: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    import sys

    for package in ("openpyxl", "duckdb", "pyarrow"):
        monkeypatch.setitem(sys.modules, package, None)
    for name in ("xlsx", "duckdb", "parquet"):
        status, line = error(capsys, str(copied), "--to", name)
        assert status == errors.EXIT_MISSING
        assert 'pip install "hoso[export]"' in line
    assert cli.main(["export", str(copied), "--to", "sqlite,csv-excel", "-q"]) == 0


def test_large_numbers_keep_their_digits(copied: Path, capsys: pytest.CaptureFixture[str]) -> None:
    loans = copied / "tables/loans.csv"
    text = loans.read_text(encoding="utf-8")
    large, larger = "1234567890123456789", "9" * 30
    text = text.replace(",6000000000,", f",{large},").replace(",4500000000,", f",{larger},")
    loans.write_text(text, encoding="utf-8")
    assert cli.main(["export", str(copied), "--to", "xlsx,sqlite"]) == 0
    told = capsys.readouterr().err
    assert "more digits than Excel keeps" in told
    assert "30 digits" in told
    book = openpyxl.load_workbook(copied / "exports/hoso.xlsx")
    assert {large, larger} <= {c.value for row in book["Cho vay"] for c in row}
    with closing(sqlite3.connect(copied / "exports/hoso.sqlite")) as database:
        found = database.execute("SELECT amount_vnd FROM loans WHERE source_file LIKE 'ban-sao/%'").fetchall()
    assert found == [(int(large),), (None,), (52_300_000_000,)]


def test_text_in_a_workbook_is_text(tmp_path: Path) -> None:
    book = workbook.Book("vi")
    hostile: list[source.Typed] = ["=1+1", "@x", "+1", "a\x0bb\uffff", "x" * 40_000]
    book.sheet("a/b", ["h"], [10], [[value] for value in hostile])
    book.save(tmp_path / "a.xlsx")
    cells = [row[0] for row in openpyxl.load_workbook(tmp_path / "a.xlsx").worksheets[0].iter_rows()][1:]
    assert [c.data_type for c in cells] == ["s"] * 5
    assert [c.value for c in cells[:4]] == ["=1+1", "@x", "+1", "a\ufffdb\ufffd"]
    assert len(str(cells[4].value)) == workbook.MOST_LETTERS
    assert len(book.told) == 1


def test_a_long_table_goes_on_in_another_sheet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "MOST_ROWS", 4)
    book = workbook.Book("vi")
    book.sheet("t", ["h"], [10], [[n] for n in range(7)])
    book.save(tmp_path / "a.xlsx")
    assert book.told == [
        f"t: a sheet holds 3 rows; it goes on in the sheet {more!r}" for more in ("t (2)", "t (3)")
    ]
    made = openpyxl.load_workbook(tmp_path / "a.xlsx")
    assert made.sheetnames == ["t", "t (2)", "t (3)"]
    assert [c.value for sheet in made for c in sheet["A"][1:]] == list(range(7))


@pytest.mark.parametrize("language", ["vi", "en"])
def test_headings_and_labels_tell_columns_and_codes_apart(language: people.Language) -> None:
    for table in schema.tables().values():
        assert len(set(people.headings(table, language))) == len(table.columns), table.name
        for column in table.columns:
            labels = [people.told(label, language) for label in column.codes.values()]
            assert len(set(labels)) == len(labels), (table.name, column.name)


def test_english_headings(copied: Path) -> None:
    assert cli.main(["export", str(copied), "--to", "csv-excel", "--lang", "en", "-q"]) == 0
    head = (copied / "exports/csv-excel/loans.csv").read_text(encoding="utf-8-sig").splitlines()[0]
    assert head.startswith("Row;Document;File")


def test_tables_alone_are_enough(copied: Path) -> None:
    """Somebody copied OUT/tables without the rest."""
    for path in copied.iterdir():
        if path.name != "tables":
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    assert cli.main(["export", str(copied), "--to", "duckdb", "-q"]) == 0
    assert json.loads((copied / "tables/datapackage.json").read_text())["name"] == "hoso-tables"
