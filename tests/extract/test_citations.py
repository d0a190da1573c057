"""Citations: a case is a text and its rows (tests/cases/citations.toml)."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import regex

from pipeline.extract import LONGEST
from pipeline.extract.citations import find
from pipeline.extract.symbols import doc_types
from pipeline.model import Box, Document, Edit, Page, RestoredText, Word
from pipeline.tables.rows import format_row

CASES: list[dict[str, Any]] = tomllib.loads(
    (Path(__file__).parents[1] / "cases" / "citations.toml").read_text(encoding="utf-8")
)["case"]
COLUMNS = ("cited_type", "cited_symbol", "cited_on", "cited_year", "cited_issuer", "cited_title")


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_rows(case: dict[str, Any], document: Callable[[str], Document]) -> None:
    found = find(document(case["text"]))
    assert [["" if row[c] is None else str(row[c]) for c in COLUMNS] for row in found] == case["rows"]
    for row in found:
        format_row("citations", row)
    assert len({row["row_id"] for row in found}) == len(found)


@pytest.mark.parametrize(("text", "symbol"), doc_types().examples)
def test_symbol_examples(text: str, symbol: str) -> None:
    match = regex.search(doc_types().symbol, text)
    assert match
    assert doc_types().clean(match.group()) == symbol


def test_evidence_is_of_the_raw_page() -> None:
    raw = "- Theo Ke hoach so 7/KH-UBND ngay 2/3/2024."
    edits = (
        Edit(7, 14, "Ke hoach", "Kế hoạch", "diacritics", 0.9),
        Edit(16, 18, "so", "số", "diacritics", 0.9),
        Edit(29, 33, "ngay", "ngày", "diacritics", 0.9),
    )
    edits = (Edit(7, 15, "Ke hoach", "Kế hoạch", "diacritics", 0.9), *edits[1:])
    words = tuple(
        Word(m.start(), m.end(), Box(m.start(), 10, m.end(), 20)) for m in regex.finditer(r"\S+", raw)
    )
    page = Page(3, raw, words, source="ocr")
    [row] = find(Document("d0123456789ab", "a.pdf", (page,), (RestoredText.from_edits(raw, edits),)))
    assert row["page"] == 3
    assert row["bbox"] == "7.0 10.0 43.0 20.0"
    assert row["quote"] == "Theo Kế hoạch số 7/KH-UBND ngày 2/3/2024."
    assert row["raw_quote"] == "Theo Ke hoach so 7/KH-UBND ngay 2/3/2024."
    assert row["cited_type"] == "kế hoạch"


def test_citations_without_a_stop_are_quoted_in_pieces(document: Callable[[str], Document]) -> None:
    """Else a page of them gives a row of the whole page for each: hundreds of megabytes."""
    one = "Nghị định số {}/2021/NĐ-CP ngày 21/3/2021, Luật Đầu tư công năm 2019,"
    read = document(" ".join(one.format(number) for number in range(1, 301)))
    found = find(read)
    assert len(found) == 600
    assert [row["cited_symbol"] for row in found[::2]] == [f"{n}/2021/NĐ-CP" for n in range(1, 301)]
    for row in found:
        for name in ("quote", "raw_quote"):
            assert len(str(row[name])) < LONGEST + 300
        assert str(row["cited_symbol"] or "Luật Đầu tư công") in str(row["quote"])
