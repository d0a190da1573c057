"""Cases: a text and the rows of one table that must come of it."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from pipeline.extract.examples import problem
from pipeline.model import Extraction

FOLDER = Path(__file__).parents[1] / "cases"
CASES = [
    case
    for name in ("figures.toml", "context.toml", *sorted(p.name for p in FOLDER.glob("manners*.toml")))
    for case in tomllib.loads((FOLDER / name).read_text(encoding="utf-8"))["case"]
]


@pytest.mark.parametrize("case", [pytest.param(c, id=c["text"].strip()[:40]) for c in CASES])
def test_case(case: Mapping[str, Any], extracted: Callable[[str], Extraction]) -> None:
    assert problem(case["table"], case, extracted(case["text"])) == ""
