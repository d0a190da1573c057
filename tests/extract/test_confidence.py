"""A row's confidence: proof raises it, doubt lowers it, it stays a probability."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from pipeline.extract.confidence import HIGHEST, LOWEST, confidence, features, tells_time, understood
from pipeline.model import Value
from training.confidence import BELIEVED, Known, fit, level

ROW: Mapping[str, Value] = {
    "rule": "loans.disbursed",
    "proof": "none",
    "role": "single",
    "status": "actual",
    "flags": "",
    "beneficiary": "poor_household",
    "period_start": "2023-01-01",
    "period_end": "2023-12-31",
    "borrowers": 153,
    "amount_vnd": 8_075_000_000,
    "quote": "Năm 2023, cho 153 hộ nghèo vay 8.075 triệu đồng.",
}


@pytest.mark.parametrize("evidence", BELIEVED)
def test_proof_raises_and_doubt_lowers(evidence: str) -> None:
    name, code = evidence.split()
    before, after = (
        understood("loans", row) for row in (ROW, {**ROW, {"flag": "flags"}.get(name, name): code})
    )
    assert after > before if BELIEVED[evidence] > 0 else after < before


@pytest.mark.parametrize(
    ("columns", "told"),
    [
        ({}, {"cells 2", "crowded 1", "listed 0", "status actual", "role single"}),
        ({"beneficiary": None, "period_end": None}, {"no beneficiary", "no period_end"}),
        ({"quote": "Có 12 hộ; 13 hộ; so với cùng kỳ"}, {"period inherited", "listed 2", "cue so với"}),
        ({"quote": "Tháng 5: 12 hộ"}, {"year inherited"}),
        ({"quote": "Cộng | 12 | 13"}, {"table row"}),
    ],
)
def test_what_is_said_of_a_row(columns: Mapping[str, Value], told: set[str]) -> None:
    assert told <= set(features("loans", {**ROW, **columns}))


def test_a_document_without_a_year_has_no_period_to_miss() -> None:
    row = {**ROW, "period_start": None, "period_end": None}
    assert understood("loans", row, timeless=True) > understood("loans", row)
    assert tells_time("đến 31/12/2023")
    assert not tells_time("Hôm qua, 12 hộ")


def test_a_row_of_a_table_that_nobody_knows_has_one_too() -> None:
    assert 0.5 < understood("water", {"quote": "12 công trình"}) < 1


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ((1.0, 1.0, 1.0), HIGHEST),
        ((0.0, 1.0, 1.0), LOWEST),
        ((0.9, 1.0, 1.0), 0.9),
        ((0.9, 0.4, 1.0), 0.77),
        ((0.9, 0.8, 0.9), 0.9),
    ],
)
def test_doubtful_reading_lowers_it(parts: tuple[float, float, float], expected: float) -> None:
    assert confidence(*parts) == expected


def test_weights_tell_right_rows_from_wrong_ones() -> None:
    good, bad = ({**ROW, "rule": rule} for rule in "ab")
    first = [[(list(features("loans", good)), i > 0) for i in range(20)]]
    today = [(list(features("loans", bad)), i % 2 == 0) for i in range(20)]
    weights = fit([today], first=first)
    assert weights["rule a"] > 0 > weights["rule b"]
    assert not any(name.startswith("set ") for name in weights)


def test_rows_of_real_texts_count_more() -> None:
    rows: list[Known] = [(list(features("loans", ROW)), i % 4 == 0) for i in range(20)]
    assert fit([], real=[rows])["every row"] < fit([rows])["every row"] < 0


def test_the_level_is_the_least_at_which_enough_right_rows_are_sure() -> None:
    weights = {"every row": 1.5, "bad": -0.5}
    rows: list[Known] = [*[([], True)] * 19, *[(["bad"], False)] * 3]
    # at +0.65 the plain rows reach a confidence of 0.9, at +1.15 the bad ones would, and 3 of 22 be wrong
    assert level(weights, [rows]) == 0.65
    # what is wrong is not sure, though then nothing is
    assert level(weights, [rows, [([], False)]]) == 0.64
    assert level({**weights, "every row": 2.9}, [rows]) == -0.75
