"""Values to cells."""

from __future__ import annotations

import unicodedata
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.model import Box
from pipeline.tables.rows import SchemaError, format_row, text_cell
from pipeline.tables.schema import tables

LOAN: dict[str, Any] = {
    "row_id": "l0123456789ab",
    "doc_id": "d0123456789ab",
    "source_file": "a.pdf",
    "flow": "disbursed",
    "status": "actual",
    "role": "single",
}
RATE: dict[str, Any] = {
    "row_id": "r0123456789ab",
    "doc_id": "d0123456789ab",
    "source_file": "a.pdf",
    "measure": "share",
    "unit": "percent",
    "status": "actual",
    "role": "single",
}


def cell(column: str, value: Any, table: str = "loans", base: dict[str, Any] = LOAN) -> str:
    return format_row(table, {**base, column: value})[tables()[table].header.index(column)]


@pytest.mark.parametrize(
    ("column", "value", "text"),
    [
        ("period_start", date(2021, 1, 1), "2021-01-01"),
        ("amount_vnd", 5_766_000_000, "5766000000"),
        ("amount_vnd", Decimal("5.766E+9"), "5766000000"),
        ("amount_vnd", 10**25, "1" + "0" * 25),
        ("borrowers", 0, "0"),
        ("borrowers", None, ""),
        ("parts_complete", True, "true"),
        ("parts_complete", False, "false"),
        ("confidence", 0.9, "0.9"),
        ("confidence", 0.98765, "0.988"),
        ("confidence", 1.0, "1"),
        ("confidence", 1e-9, "0"),
        ("bbox", Box(1.25, 4, 100.04, 7.06), "1.2 4 100 7.1"),
        ("bbox", Box(-0.01, 0, 1e3, 1), "0 0 1000 1"),
        ("bbox", "1 2 3 4", "1 2 3 4"),
        ("flags", ("unit_assumed", "approximate"), "unit_assumed approximate"),
        ("flags", {"unit_assumed", "approximate"}, "approximate unit_assumed"),
        ("flags", "", ""),
        ("quote", "a\n b\t\x00c\u2028d ", "a b c d"),
        ("quote", unicodedata.normalize("NFD", "hộ nghèo"), "hộ nghèo"),
        ("quote", "- Năm 2021", "'- Năm 2021"),
        ("quote", "\n=1+1", "'=1+1"),
        ("quote", "＝1+1", "'＝1+1"),
        ("quote", "+84", "'+84"),
        ("quote", "@SUM(A1)", "'@SUM(A1)"),
        ("quote", "\ud800", "\ufffd"),
    ],
)
def test_cell(column: str, value: Any, text: str) -> None:
    assert cell(column, value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Decimal("1.30"), "1.3"),
        (Decimal("1E+3"), "1000"),
        (Decimal("1E-7"), "0.0000001"),
        (-0.5, "-0.5"),
        (-0.0, "0"),
        (2.0, "2"),
        (100, "100"),
        (1e22, "1" + "0" * 22),
        (0.1, "0.1"),
    ],
)
def test_number(value: Any, text: str) -> None:
    assert cell("value", value, "rates", RATE) == text


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("colour", "red"),
        ("borrowers", 1.5),
        ("borrowers", True),
        ("borrowers", "12"),
        ("borrowers", -1),
        ("borrowers", Decimal("1.5")),
        ("confidence", 1.01),
        ("confidence", float("nan")),
        ("period_start", "2021-01-01"),
        ("period_start", datetime(2021, 1, 1, tzinfo=UTC)),
        ("parts_complete", "true"),
        ("parts_complete", 1),
        ("flow", "lent"),
        ("flow", None),
        ("flags", "Not A Code"),
        ("bbox", "1 2 3"),
        ("quote", 5),
        ("doc_id", "0123456789ab"),
    ],
)
def test_a_value_that_does_not_fit(column: str, value: Any) -> None:
    with pytest.raises(SchemaError, match=column):
        format_row("loans", {**LOAN, column: value})


def test_exact_text_keeps_its_spaces() -> None:
    row: dict[str, Any] = {
        "page": 1,
        "line": 1,
        "start": 0,
        "end": 3,
        "raw": " a \n",
        "restored": "",
        "kind": "merge",
    }
    assert format_row("edits", row)[4:6] == [" a  ", ""]


@given(st.text())
def test_no_text_is_a_formula_or_breaks_a_row(text: str) -> None:
    for exact in (False, True):
        found = text_cell(text, exact=exact)
        assert not found.lstrip().startswith(("=", "+", "-", "@"))
        assert not any(c in found for c in "\r\n\t\0\x85\u2028")
        assert exact or found == unicodedata.normalize("NFC", found)
        found.encode("utf-8")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Báo cáo  số 1.txt", "Báo cáo  số 1.txt"),
        (" a .txt ", " a .txt "),
        (unicodedata.normalize("NFD", "Báo cáo.txt"), unicodedata.normalize("NFD", "Báo cáo.txt")),
        ("=1+1.txt", "'=1+1.txt"),
        ("＝1+1.txt", "'＝1+1.txt"),
        ("'=1+1.txt", "''=1+1.txt"),
        ("' -1.txt", "'' -1.txt"),
        ("'90.txt", "'90.txt"),
    ],
)
def test_a_files_name_stays_as_it_is(name: str, text: str) -> None:
    for table in tables().values():
        if "source_file" in table.header:
            assert next(c for c in table.columns if c.name == "source_file").exact
    assert cell("source_file", name) == text


_NAMES = st.text(alphabet="a '=-\u0301\u00a0á\\", max_size=6)


@given(_NAMES, _NAMES)
def test_different_names_are_different_cells(one: str, other: str) -> None:
    assert (text_cell(one, exact=True) == text_cell(other, exact=True)) == (one == other)


@given(st.text())
def test_folding_is_done_once(text: str) -> None:
    once = text_cell(text)
    assert text_cell(once) == once


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**15), max_value=10**15, places=6))
def test_numbers_come_back(value: Decimal) -> None:
    text = cell("value", value, "rates", RATE)
    assert Decimal(text) == value
    assert "E" not in text
