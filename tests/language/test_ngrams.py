"""The compiled language model: probabilities sum to one, longer contexts know more."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.language.lexicon import BREAK, UNKNOWN, Lexicon
from pipeline.language.ngrams import Ngrams


@pytest.fixture(scope="module")
def lexicon() -> Lexicon:
    return Lexicon.load()


@pytest.fixture(scope="module")
def ngrams() -> Ngrams:
    return Ngrams.load()


def log_probability(ngrams: Ngrams, lexicon: Lexicon, text: str) -> float:
    ids = np.array([BREAK, *(lexicon.id_of(w) for w in text.split())], np.int64)
    scores, index = ngrams.pairs(ids[:-1], ids[1:])
    return float(scores[0] + ngrams.triples(index[:-1], ids[2:], scores[1:]).sum())


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        ("hộ nghèo và hộ cận nghèo", "họ nghèo và hồ cần nghèo"),
        ("trên địa bàn huyện", "trên đĩa bán huyên"),
        ("chương trình mục tiêu quốc gia", "chướng trình mức tiêu quốc giá"),
    ],
)
def test_sense_beats_nonsense(ngrams: Ngrams, lexicon: Lexicon, better: str, worse: str) -> None:
    assert log_probability(ngrams, lexicon, better) > log_probability(ngrams, lexicon, worse) + 5


@pytest.mark.parametrize("word", ["hộ", "của", "nghèo", "internet"])
def test_bigrams_sum_to_one(ngrams: Ngrams, lexicon: Lexicon, word: str) -> None:
    size = len(lexicon.words)
    scores, _ = ngrams.pairs(np.full(size, lexicon.id_of(word)), np.arange(size))
    assert np.exp(scores.astype(float)).sum() == pytest.approx(1, abs=0.02)


def test_lexicon_keys(lexicon: Lexicon) -> None:
    assert "HOÀ" in lexicon
    assert lexicon.id_of("Hoà") == lexicon.id_of("hòa") != UNKNOWN
    assert lexicon.id_of("qwxz") == UNKNOWN
    assert lexicon.printed["ttg"] == "TTg"
    assert lexicon.capitals[lexicon.id_of("lớp")] < 0.1 < lexicon.capitals[lexicon.id_of("việt")]
