"""A row's confidence: proof raises it, doubt lowers it, it stays a probability."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pytest

from benchmarks.bench_extract import Labelled
from pipeline.extract.confidence import HIGHEST, LOWEST, Row, confidence, evidence, log_odds, understood
from pipeline.model import Value
from training.confidence import (
    BELIEVED,
    COUNTS,
    SHARE,
    SURE_ODDS,
    Known,
    first_runs,
    fit,
    grown,
    left_out,
    level,
)

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


TEXT = str(ROW["quote"])


def sure(table: str = "loans", text: str = TEXT, **columns: Value) -> float:
    """How sure the row is that a text of one sentence gives."""
    row = Row(table, {**ROW, "quote": text, **columns}, max(text.find("153"), 0), 0)
    return float(understood([row], text)[0])


@pytest.mark.parametrize("told", BELIEVED)
def test_proof_raises_and_doubt_lowers(told: str) -> None:
    name, code = told.split()
    before, after = sure(), sure(**{{"flag": "flags"}.get(name, name): code})
    assert after > before if BELIEVED[told] > 0 else after < before


@pytest.mark.parametrize(
    ("columns", "text", "told"),
    [
        ({}, TEXT, {"cells 2", "loans crowded 1", "listed 0", "loans status actual", "loans role single"}),
        ({}, TEXT, {"year 0", "nearest year True", "last year True", "quote's years 1", "ahead 0"}),
        ({"beneficiary": None, "period_end": None}, TEXT, {"loans beneficiary ", "span 01-01 "}),
        ({}, "Có 12 hộ; 153 hộ; 15 hộ", {"years 0", "listed 2", "numbers ahead 1", "behind ;"}),
        ({"period_start": None, "period_end": None}, "Có 153 hộ", {"timeless"}),
        ({"period_start": None, "period_end": None}, "Có 153 hộ, năm 2020 có 17", {"no period"}),
        ({}, "Năm 2021 giảm so với năm 2020: 153 hộ", {"year not told"}),
        ({}, "Tháng 5: 153 hộ", {"loans True True inherited year", "behind :"}),
        ({}, "Cộng | 12 | 153", {"table row"}),
        ({}, "a) Dự kiến (cả năm 153 hộ)", {"item", "in brackets", "plan True True actual"}),
        ({"beneficiary_label": "hộ nghèo"}, TEXT, {"label 0"}),
    ],
)
def test_what_is_told_of_a_row(columns: Mapping[str, Value], text: str, told: set[str]) -> None:
    row = Row("loans", {**ROW, "quote": text, **columns}, text.find("153"), 0)
    (found,) = evidence([row], text, [])
    assert told <= set(found)


@pytest.mark.parametrize(
    ("text", "words", "told"),
    [
        ("Cho vay 153 hộ", ["Cho vay"], {"said before near", "loans said before near", "said behind none"}),
        ("Có 153 hộ được vay", ["vay"], {"said before none", "said behind near", "loans said none near"}),
        ("Vay 2 hộ, thăm 153 hộ", ["Vay"], {"said before , number", "loans said , number none"}),
        ("Vay; có 153 hộ, 2 tỷ vay", ["Vay", "vay"], {"said before ;", "said behind , number"}),
        ("Vay\n153 hộ", ["Vay"], {"said before line"}),
        ("Có 153 hộ", [], {"said nothing"}),
    ],
)
def test_where_the_words_of_its_table_stand(text: str, words: list[str], told: set[str]) -> None:
    said = tuple((text.find(word), text.find(word) + len(word)) for word in words)
    (found,) = evidence([Row("loans", {**ROW, "quote": text}, text.find("153"), 0, said)], text, [])
    assert told <= set(found)


def test_rows_of_one_sentence_know_of_each_other_and_of_what_is_left() -> None:
    text = "Cho 153 hộ vay, cấp 27 thẻ, còn 4 thôn."
    rows = [
        Row("loans", {"quote": text, "borrowers": 153}, 4, 0),
        Row("cards", {"quote": text, "cards": 27}, 20, 0),
    ]
    for told in evidence(rows, text, [{"quote": text, "reason": "no_rule"}]):
        assert {"quote's rows 2", "quote's tables 2", "left no_rule", "left 1", "claimed 2"} <= set(told)


def test_a_row_of_a_table_that_nobody_knows_has_one_too() -> None:
    assert 0.1 < sure("water", "Có 153 công trình", rule="water.built") < 1


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


def _run(kind: str) -> Labelled:
    return Labelled(kind, Path(), Path(), kind=kind)


def _rows(of: str, kind: str, names: str, right: Callable[[int], bool] | bool) -> list[Known]:
    return [
        Known(of, _run(kind), [name], (), right(i) if callable(right) else right)
        for name in names
        for i in range(20)
    ]


def test_a_forest_tells_right_rows_from_wrong_ones_and_reads_as_it_was_grown() -> None:
    rows = [*_rows("x", "first", "a", lambda i: i > 0), *_rows("x", "first", "b", lambda i: i % 2 == 0)]
    forest = grown(rows)
    good, bad = forest.share([["a"], ["b", "never heard of"]])
    assert (good, bad) == (pytest.approx(0.95, abs=1e-4), pytest.approx(0.5, abs=1e-4))
    assert list(forest.share([["b"], ["a"]])) == [bad, good]


def test_a_set_is_judged_by_a_forest_that_does_not_know_it() -> None:
    rows = [*_rows("x", "first", "ab", True), *_rows("y", "ours", "ab", lambda i: i % 2 == 0)]
    odds = left_out(rows)
    assert odds[0] == pytest.approx(0, abs=1e-3)
    assert odds[-1] == log_odds(grown(rows[:1] * 20).share([["a"]]))[0]


def test_rows_of_real_texts_count_more() -> None:
    mostly = [*_rows("x", "real", "a", True), *_rows("y", "ours", "a", False)]
    assert COUNTS["real"] > COUNTS["ours"]
    assert fit(mostly, np.zeros(len(mostly)))["every row"] > 0


def test_doubts_are_worth_what_the_forest_does_not_know() -> None:
    rows = [Known("x", _run("first"), (), ("flag odd",) if i % 2 else (), i % 4 != 1) for i in range(80)]
    weights = fit(rows, np.zeros(len(rows)))
    assert weights["flag odd"] < 0 < weights["every row"]
    assert weights["flag malformed_number"] == BELIEVED["flag malformed_number"]


def test_the_level_is_the_most_at_which_enough_of_the_sure_rows_are_right() -> None:
    odds = np.array([3.0] * 18 + [2.0] * 2 + [1.0] * 3)
    right = [True] * 18 + [False, True, False, False, False]
    raised = level(odds, right)
    assert raised == pytest.approx(SURE_ODDS - 2.0)
    assert sum(right[:20]) >= SHARE * 20
    assert level(odds, [False] * len(odds)) == 0


def test_first_runs_come_in_the_order_of_their_sets() -> None:
    numbers = [int(one.truth.parent.name.removeprefix("blind") or 1) for one in first_runs()]
    assert len(numbers) > 20
    assert numbers == sorted(numbers)
