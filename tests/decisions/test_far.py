"""Which typed numbers are asked about."""

from __future__ import annotations

import pytest

from pipeline.decisions.far import far
from pipeline.decisions.match import Told
from pipeline.tables.schema import tables

LOANS = tables()["loans"]


@pytest.mark.parametrize(
    ("printed", "machine", "typed", "asked"),
    [
        ("500.000", "500000", "50", True),
        ("500.000", "500000", "5000000", True),
        ("500.000", "500000", "508000", False),
        ("500.000", "500000", "", False),
        # typed in millions, as it stands there
        ("6.318", "6318000000", "6318", True),
        ("10,5", "10500000000", "105000000000", True),
        ("10,5", "10500000000", "10800000000", False),
        # nothing was read: what is printed counts, in any unit
        ("7.850.0000", "", "7850000", True),
        ("7.850.0000", "", "78500000", False),
        ("7.850.0000", "", "78500000000", False),
        ("7.850.0000", "", "78", True),
        # sums made it another number than the printed one
        ("294", "294500000", "294", False),
        ("294", "294500000", "2", True),
        # nothing to compare with
        ("", "", "50", False),
        ("1" * 5000, "", "50", True),
        ("12", "12", "0", True),
        ("4", "4", "0", False),
    ],
)
def test_far(printed: str, machine: str, typed: str, asked: bool) -> None:
    row = {**dict.fromkeys(LOANS.header, ""), "row_id": "l0", "amount_vnd": machine}
    evidence = [{"row_id": "l0", "column": "amount_vnd", "restored": printed}] if printed else []
    document = Told("cd" * 32, "d0", "a.txt", printed, {"loans": [row]}, evidence)
    assert ("amount_vnd" in far(document, row, {"amount_vnd": typed}, LOANS)) is asked


def test_texts_and_days_are_not_asked_about() -> None:
    row = {**dict.fromkeys(LOANS.header, ""), "row_id": "l0", "period_end": "2024-12-31", "place": "Xã 1"}
    document = Told("cd" * 32, "d0", "a.txt", "", {"loans": [row]}, [])
    assert far(document, row, {"period_end": "2014-12-31", "place": "Xã 100"}, LOANS) == {}
