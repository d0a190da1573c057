"""Ids of rows are a promise to those who joined on them: they may not change."""

from __future__ import annotations

import pytest

from pipeline.extract.ids import row_id
from pipeline.tables.schema import tables


def test_ids_stay() -> None:
    assert row_id("citations", "d0123456789ab", 1, 20, 35) == "t24ecf34508bf"


@pytest.mark.parametrize("other", [(2, 20, 35), (1, 21, 35), (1, 20, 36)])
def test_ids_differ(other: tuple[int, int, int]) -> None:
    assert row_id("loans", "d0", *other) != row_id("loans", "d0", 1, 20, 35)


def test_only_tables_with_ids() -> None:
    named = [name for name, schema in tables().items() if schema.header[0] == "row_id" and name != "evidence"]
    letters = {row_id(name, "d0", 1, 0, 1)[0] for name in named}
    assert len(letters) == len(named) == 7
    # a table of one's own has the letter of them all; its name is in the hash
    water, roads = (row_id(table, "d000000000000", 1, 0, 2) for table in ("water", "roads"))
    assert water[0] == roads[0] == "x"
    assert water != roads
