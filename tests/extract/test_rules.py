"""The examples that stand beside the rules, run: every cue finds its own, every rule gives its rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import DictionaryError
from pipeline.extract.rules import cues, load_table, tables
from pipeline.model import Extraction

EXAMPLES = [
    pytest.param(table, example, id=f"{table}-{number}")
    for table, rules in tables().items()
    for number, example in enumerate(rules.examples)
]


@pytest.mark.parametrize(("table", "example"), EXAMPLES)
def test_examples(table: str, example: Mapping[str, Any], extracted: Callable[[str], Extraction]) -> None:
    rows = [f.values for f in extracted(example["text"]).figures if f.table == table]
    found = [
        {name: _plain(row.get(name)) for name in wanted}
        for row, wanted in zip(rows, example["rows"], strict=False)
    ]
    assert found == example["rows"]
    assert len(rows) == len(example["rows"])


def _plain(value: object) -> object:
    return value if isinstance(value, int | str | None) else str(value)


def test_every_table_has_a_counter_example() -> None:
    assert all(any(not e["rows"] for e in rules.examples) for rules in tables().values())


@pytest.mark.parametrize(("pattern", "example"), cues().examples)
def test_cues(pattern: str, example: str) -> None:
    from pipeline.extract.rules import compile_pattern

    assert compile_pattern(pattern).search(example)


@pytest.mark.parametrize(
    ("content", "cause"),
    [
        ("table = 'loans'\n[gate]\npattern = '('\nbefore = 1\nafter = 1\n", "loans.toml"),
        ("table = ", "TOML|Invalid"),
    ],
)
def test_a_wrong_file_is_named(tmp_path: Path, content: str, cause: str) -> None:
    path = tmp_path / "x.toml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(DictionaryError, match=rf"(?s)x\.toml.*(?:{cause})"):
        load_table(path)
