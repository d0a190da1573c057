"""Sums of tables: cases, the words that announce them, and a part of the benchmark."""

from __future__ import annotations

import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from text_documents import document_of

from benchmarks.proof import TARGETS, Verdict, judge
from benchmarks.spoiled import Sums, tables
from pipeline.extract import extract
from pipeline.extract.arithmetic import Finding, solve
from pipeline.extract.constraints import Share, Sum, Term
from pipeline.extract.flow import Flow
from pipeline.extract.grid_cells import grids, head_of, headings_of
from pipeline.extract.share_proof import Number, explained
from pipeline.extract.table_sums import prove
from pipeline.extract.table_words import table_words
from pipeline.language.dictionaries import folder

CASES = tomllib.loads((Path(__file__).parents[1] / "cases" / "table_sums.toml").read_text(encoding="utf-8"))[
    "case"
]
SUMS = tomllib.loads((folder() / "sums.toml").read_text(encoding="utf-8"))


def _findings(text: str) -> list[tuple[str, Finding | None]]:
    """Each number's cell, as printed, with what sums say of it."""
    (grid,) = grids(Flow.of(document_of(text)))
    rows = [[cell.text for cell in row] for row in grid.rows]
    head = head_of(grid)
    proof = prove(rows, head, headings_of(grid, head))
    return [(rows[i][k], proof.findings.get((i, k))) for i, k in sorted(proof.numbers)]


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_tables(case: dict[str, Any]) -> None:
    findings = _findings(case["text"])
    told = [[text, f.print, " ".join(f.flags)] for text, f in findings if f and f.flags]
    assert told == case["found"]
    for text in case.get("proved", []):
        assert any(f and f.proof != "none" and not f.flags for t, f in findings if t == text), text
    for text in case.get("silent", []):
        assert all(f is None for t, f in findings if t == text), text
    assert set(case.get("listed", [])) <= {text for text, _ in findings}
    if "note" in case:
        assert case["note"] in [f.note for _, f in findings if f]


@pytest.mark.parametrize(
    ("read", "borne", "value"),
    [("Za1", True, 221), ("Za1", False, None), ("Za9", True, None), ("a1", True, None)],
)
def test_digits_hidden_behind_as_many_signs(read: str, borne: bool, value: int | None) -> None:
    parts = [Term(str(n), Decimal(n)) for n in (96, 58, 67)]
    found = solve([Term(read, None), *parts], [Sum(0, (1, 2, 3), borne=borne)])
    assert found[0].value == value


def test_a_number_without_a_legible_digit_is_told_by_its_shares() -> None:
    terms = [
        Term("Đợt", None),
        Term("98", Decimal(98)),
        Term("16,42", Decimal("16.42")),
        Term("44", Decimal(44)),
        Term("7,37", Decimal("7.37")),
    ]
    found = solve(terms, [Share(1, 0, 2), Share(3, 0, 4)])
    assert found[0].value == Decimal(597)
    assert found[0].flags == ("number_repaired",)
    assert solve(terms[:3], [Share(1, 0, 2)])[0].value is None


@pytest.mark.parametrize(("percent", "told"), [("8,80", True), ("8,90", False)])
def test_shares_of_one_whole_are_read_each_for_itself(percent: str, told: bool) -> None:
    """Sixty shares each with several readings: all of their combinations would never end."""
    numbers = {0: Number("1000", Decimal(1000), sure=True)}
    shares = [(2 * n + 1, 2 * n + 2) for n in range(60)]
    for part, share in shares:
        numbers[part] = Number("88", Decimal(88))
        numbers[share] = Number(percent, Decimal(percent.replace(",", ".")))
    assert (explained(0, shares, numbers, Decimal("0.01")) is not None) == told


@pytest.mark.parametrize(
    ("name", "example", "counter"),
    [(name, s["example"], s["counter"]) for name, s in SUMS.items() if isinstance(s, dict)],
)
def test_words(name: str, example: str, counter: str) -> None:
    assert table_words().says(name, example)
    assert not table_words().says(name, counter)


@pytest.mark.parametrize(("number", "entry"), list(enumerate(SUMS["ordinal"])))
def test_ordinals(number: int, entry: dict[str, str]) -> None:
    assert table_words().rank(entry["example"]) == number
    assert table_words().rank(entry["counter"]) != number


@pytest.mark.parametrize("sums", ["both", "below"])
def test_spoiled_digits(sums: Sums) -> None:
    """Sixteen tables of the benchmark that it does not count itself."""
    verdicts: list[Verdict] = []
    for table in tables(16, sums, seed=1):
        document = document_of(table.text)
        verdicts.append(judge(table, document, extract(document)))
    assert all(v.read and not v.wrong and not v.silent for v in verdicts)
    for v in verdicts:
        for target in TARGETS[sums, v.table.spoiling]:
            assert target.share(v), (v.table.name, target.what, v.table.text)
