"""What an older text layer has in a number's place shows in its evidence, and where it differs in its row."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from pipeline.extract import extract
from pipeline.language.witness import agreement
from pipeline.model import Document, Word

TEXT = "Năm 2023 có 35 hộ nghèo được vay vốn, số tiền 1.750 triệu đồng."


@pytest.mark.parametrize(
    ("witness", "flagged"),
    [("1.750", False), ("l.75O", False), ("1750", False), ("1.150", True), ("", False)],
)
def test_rows_that_a_witness_reads_otherwise(
    document: Callable[..., Document], witness: str, flagged: bool
) -> None:
    given = document(TEXT)
    page, at = given.pages[0], TEXT.index("1.750")
    start = page.text.index("1.750")
    words = (Word(start, start + 5, None, 0.9, witness),)
    found = extract(replace(given, pages=(replace(page, words=words),)))
    row = next(figure for figure in found.figures if figure.table == "loans")
    assert ("witness_differs" in str(row.values["flags"])) == flagged
    evidence = {e.column: e.witness for e in row.evidence}
    assert (evidence["amount_vnd"], evidence["borrowers"]) == (witness, "")
    assert at >= 0


@pytest.mark.parametrize(
    ("read", "witness", "agrees"),
    [
        ("35", "35", True),
        ("35,", "35", True),
        ("35", "36", False),
        ("35", "135", False),
        ("1.750", "1750", None),
        ("1.750", "1,750", None),
        ("12,5", "12.5", None),
        ("1.750", "1150", False),
        ("3,5/1.750", "3,5/1750", None),
        ("3,5/1.750", "3,6/1750", False),
        ("8.699,28", "§.699,28", True),
        ("20", "2O", True),
        ("35", "", None),
        ("35", "ba", None),
        ("hộ", "h0", None),
        ("31/12/2023", "31/12/2023", True),
        ("31/12/2023", "31/12/2028", False),
    ],
)
def test_agreement(read: str, witness: str, agrees: bool | None) -> None:
    assert agreement(read, witness) is agrees
