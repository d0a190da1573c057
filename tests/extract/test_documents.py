"""What documents say of themselves: a case is a text and its row (tests/cases/documents.toml)."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import regex

from pipeline.extract.documents import describe
from pipeline.extract.letterhead import data, folded
from pipeline.extract.symbols import doc_types, read_toml
from pipeline.model import Document, Page, RestoredText, Word
from pipeline.tables.schema import tables

CASES: list[dict[str, Any]] = tomllib.loads(
    (Path(__file__).parents[1] / "cases" / "documents.toml").read_text(encoding="utf-8")
)["case"]


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_row(case: dict[str, Any], document: Callable[[str], Document]) -> None:
    found = {k: v for k, v in describe(document(case["text"])).items() if v is not None}
    assert found == case["row"]


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_over_two_pages(case: dict[str, Any], document: Callable[[str], Document]) -> None:
    """A page break above the foot changes nothing."""
    text = case["text"].replace("\nNơi nh", "\n2\f3\nNơi nh")
    found = {k: v for k, v in describe(document(text)).items() if v is not None}
    assert found == case["row"]


def test_columns_are_the_schemas(document: Callable[[str], Document]) -> None:
    assert set(describe(document(""))) <= set(tables()["documents"].header)


def test_long_lines_do_not_hang(document: Callable[[str], Document]) -> None:
    text = "\n".join(["CỘNG HÒA XÃ HỘI CHỦ " * 4000, "ngày tháng năm " * 4000, "BÁO CÁO", "Nơi nhận " * 4000])
    assert describe(document(text))["doc_type"] == "báo cáo"


@pytest.mark.parametrize("name", ["motto", "freedom", "party", "date", "recipients", "subject"])
def test_folded_patterns_match_their_examples(name: str) -> None:
    entries = read_toml("documents.toml")["folded"]
    compiled = {
        **dict(zip(("motto", "freedom", "party"), (m.find for m in data().mottos), strict=True)),
        "date": data().date.search,
        "recipients": data().recipients.search,
        "subject": data().subject.search,
    }
    assert compiled[name](folded(entries[f"{name}_example"]))


@pytest.mark.parametrize(("text", "symbol"), read_toml("documents.toml")["symbol_line"]["examples"].items())
def test_symbol_line_examples(text: str, symbol: str) -> None:
    match = data().symbol_line.match(text)
    assert match
    year = f"{match['year']}/" if match["year"] else ""
    assert (match["number"] or "") + "/" + year + doc_types().clean(match["notation"]) == symbol


@pytest.mark.parametrize(
    ("section", "name"), [("title", "stops_later"), ("title", "addressed"), ("signature", "opens")]
)
def test_line_examples(section: str, name: str) -> None:
    entries = read_toml("documents.toml")[section]
    assert regex.match(entries[name], entries[f"{name}_example"])
    assert not regex.match(entries[name], "BÁO CÁO")


def test_issuer_example() -> None:
    assert data().in_text.search(read_toml("documents.toml")["issuer"]["in_text_example"])


@pytest.mark.parametrize(
    ("confidences", "number", "days"),
    [
        ((0.96, 0.96, 0.96), "23", ("2025-01-14", "2025-01-14")),
        ((0.60, 0.96, 0.96), None, ("2025-01-14", "2025-01-14")),
        ((0.96, 0.60, 0.96), "23", ("2025-01-01", "2025-01-31")),
        ((0.96, 0.96, 0.60), "23", ("2025-01-01", "2025-12-31")),
    ],
)
def test_what_was_filled_in_by_hand(
    confidences: tuple[float, ...], number: str | None, days: tuple[str, str]
) -> None:
    """A number that the reader was not sure of stays empty; a day becomes its month, a month its year."""
    text = "Số: 23 /BC-UBND    Hòa An, ngày 14 tháng 01 năm 2025\nBÁO CÁO\nKết quả"
    sure = dict(zip((" 23 ", " 14 ", " 01 "), confidences, strict=True))
    words = tuple(Word(text.index(part) + 1, text.index(part) + 3, confidence=sure[part]) for part in sure)
    page = Page(1, text, words, source="ocr")
    row = describe(Document("d0123456789ab", "a.pdf", (page,), (RestoredText(text, text),)))
    assert row["number"] == number
    assert (str(row["issued_from"]), str(row["issued_to"])) == days
