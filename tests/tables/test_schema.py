"""The schema against the output contract."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from pipeline.errors import DictionaryError
from pipeline.language import dictionaries
from pipeline.tables.schema import ORDER, load, tables

FIGURE_TABLES = ("loans", "cards", "houses", "supports", "budgets", "rates")
SHARED = (
    "row_id doc_id source_file page bbox period_start period_end place province_code "
    "district_code commune_code code_edition beneficiary beneficiary_label status role "
    "total_row_id breakdown parts_complete quote raw_quote proof confidence flags rule"
)
OWN = {
    "documents": (
        "doc_id source_file pages doc_type number notation symbol issued_text issued_from issued_to "
        "issuer place province_code district_code commune_code code_edition title period_start "
        "period_end signer signing_capacity signer_role text_source text_quality layer_verdicts "
        "layer_reasons pages_failed duplicate_of counted read_status"
    ),
    "loans": "flow borrowers borrower_unit amount_vnd credit_programme",
    "cards": "cards action amount_vnd",
    "houses": (
        "houses work stage amount_per_house_vnd amount_vnd amount_derived_vnd amount_basis funder programme"
    ),
    "supports": "kind count count_unit recipients recipient_unit amount_vnd funder occasion",
    "budgets": (
        "programme project project_no subproject subproject_no item kind capital_type budget_year "
        "amount_vnd of_amount_vnd percent_stated deadline"
    ),
    "rates": "measure service characteristic value unit numerator denominator list_year poverty_standard",
    "citations": (
        "row_id doc_id source_file page bbox cited_type cited_symbol cited_on cited_year "
        "cited_issuer cited_title confidence rule quote raw_quote"
    ),
    "evidence": "row_id column mention page bbox start end raw restored witness",
    "pages": (
        "doc_id page text_source layer_verdict layer_reasons ocr_confidence text_quality rotation "
        "dpi blank read_status"
    ),
    "unclaimed": "doc_id page bbox text value unit reason quote flags",
    "decisions": (
        "decision_id row_id doc_id source_file table page verdict state column machine_value value "
        "machine_confidence who decided_at why"
    ),
    "edits": "page line start end raw restored kind confidence",
    "failures": "source_file page stage code message",
}


@pytest.mark.parametrize("name", ORDER)
def test_columns_are_the_contracts(name: str) -> None:
    header = tables()[name].header
    wanted, shared = OWN[name].split(), SHARED.split()
    if name in FIGURE_TABLES:
        assert header[:5] == shared[:5]
        assert sorted(header) == sorted(shared + wanted)
        assert [c for c in header if c in wanted] == wanted
    else:
        assert header == wanted


@pytest.mark.parametrize("name", ORDER)
def test_every_column_speaks_two_languages(name: str) -> None:
    for column in tables()[name].columns:
        texts = [column.title, column.description, *column.codes.values()]
        assert all(text.en and text.vi for text in texts), column.name


def test_money_and_counts_are_whole_and_not_negative() -> None:
    for name in FIGURE_TABLES:
        for column in tables()[name].columns:
            if column.name.endswith("_vnd") or column.name in {"borrowers", "cards", "houses", "recipients"}:
                assert (column.type, column.minimum) == ("integer", 0), column.name


@pytest.mark.parametrize(
    ("file", "old", "new", "problem"),
    [
        ("loans.toml", 'name = "loans"', 'name = "lons"', "do not agree"),
        ("loans.toml", '"flow", ', '"flow", "flow", ', "do not agree"),
        ("loans.toml", '"flow", ', "", "flow"),
        ("loans.toml", '"flow", ', '"stream", ', "stream"),
        ("loans.toml", "[column.flow]", "[column.flow", "loans.toml"),
        ("loans.toml", 'type = "integer"', 'type = "whole"', "borrowers"),
        ("loans.toml", 'type = "integer"', 'type = "integer"\nminimun = 0', "borrowers"),
        ("common.toml", 'pattern = "d[0-9a-f]{12}"', 'pattern = "d["', "doc_id"),
    ],
)
def test_a_wrong_file_is_named(tmp_path: Path, file: str, old: str, new: str, problem: str) -> None:
    folder = tmp_path / "schema"
    shutil.copytree(dictionaries.folder() / "schema", folder)
    text = (folder / file).read_text(encoding="utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(DictionaryError, match=problem):
        load(folder)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(DictionaryError, match=r"common\.toml"):
        load(tmp_path)
