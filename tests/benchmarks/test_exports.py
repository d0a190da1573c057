"""The benchmark of exports counts rows as they are: a folder multiplied, written, read back."""

from __future__ import annotations

from pathlib import Path

import pytest
from analysed import analysed_once

from benchmarks.exports import FORMATS, rows_of
from benchmarks.multiplied import multiply
from pipeline import cli
from pipeline.outputs.export import PLACES


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, int]]:
    folder = tmp_path_factory.mktemp("large")
    counts = multiply(analysed_once(tmp_path_factory), folder / "large", 50)
    return folder / "large", counts


@pytest.mark.parametrize("name", FORMATS)
def test_no_row_is_lost_in(large: tuple[Path, dict[str, int]], name: str) -> None:
    out, counts = large
    assert cli.main(["export", str(out), "--to", name, "-q"]) == 0
    place = out / "exports" / PLACES[name]  # type: ignore[index]
    assert rows_of(name, place, counts) == sum(counts.values()) > 150
