"""The compiled language model: probabilities sum to one, longer contexts know more."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from pipeline.language.lexicon import BREAK, UNKNOWN, Lexicon
from pipeline.language.ngrams import Keys, Ngrams, extended


@pytest.fixture(scope="module")
def lexicon() -> Lexicon:
    return Lexicon.load()


@pytest.fixture(scope="module")
def ngrams() -> Ngrams:
    return Ngrams.load()


def log_probability(ngrams: Ngrams, ids: Sequence[int]) -> float:
    """Of words after a sentence's beginning, each by the longest n-gram that ends with it."""
    total = 0.0
    for at in range(1, len(ids)):
        score = ngrams.unigram[[ids[at]]]
        for words in range(2, min(ngrams.order, at + 1) + 1):
            context = key(ids[at - words + 1 : at])
            score = ngrams.score(
                extended(context, np.array([ids[at]])), words, *ngrams.backoff(context, words - 1), score
            )
        total += float(score[0])
    return total


def key(ids: Sequence[int]) -> Keys:
    found = np.array([ids[0]], np.uint64)
    for number in ids[1:]:
        found = extended(found, np.array([number]))
    return found


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        ("hộ nghèo và hộ cận nghèo", "họ nghèo và hồ cần nghèo"),
        ("trên địa bàn huyện", "trên đĩa bán huyên"),
        ("chương trình mục tiêu quốc gia", "chướng trình mức tiêu quốc giá"),
    ],
)
def test_sense_beats_nonsense(ngrams: Ngrams, lexicon: Lexicon, better: str, worse: str) -> None:
    good, bad = ([BREAK, *map(lexicon.id_of, text.split())] for text in (better, worse))
    assert log_probability(ngrams, good) > log_probability(ngrams, bad) + 5


@pytest.mark.parametrize("word", ["hộ", "của", "nghèo", "internet"])
def test_bigrams_sum_to_one(ngrams: Ngrams, lexicon: Lexicon, word: str) -> None:
    size = len(lexicon.words)
    scores = ngrams.pairs(np.full(size, lexicon.id_of(word)), np.arange(size))
    assert np.exp(scores.astype(float)).sum() == pytest.approx(1, abs=0.02)


@pytest.mark.parametrize("text", ["hộ nghèo", "hộ cận nghèo"])
def test_longer_contexts_sum_to_one(ngrams: Ngrams, lexicon: Lexicon, text: str) -> None:
    size = len(lexicon.words)
    context = [lexicon.id_of(word) for word in text.split()]
    every = np.arange(size)
    lower = ngrams.pairs(np.full(size, context[-1]), every)
    for words in range(3, len(context) + 2):
        before = np.repeat(key(context[-words + 1 :]), size)
        lower = ngrams.score(extended(before, every), words, *ngrams.backoff(before, words - 1), lower)
    assert np.exp(lower.astype(float)).sum() == pytest.approx(1, abs=0.03)


def test_what_was_never_seen_is_not_found(ngrams: Ngrams) -> None:
    # words of no language beside each other: a few in ten thousand may be taken for others
    chance = np.random.default_rng(1)
    size = len(ngrams.unigram)
    keys = chance.integers(3 * size // 4, size, (3, 100_000))
    three = extended(extended(keys[0].astype(np.uint64), keys[1]), keys[2])
    assert len(ngrams.tables[1].find(three)[0]) < 50


def test_lexicon_keys(lexicon: Lexicon) -> None:
    assert "HOÀ" in lexicon
    assert lexicon.id_of("Hoà") == lexicon.id_of("hòa") != UNKNOWN
    assert lexicon.id_of("qwxz") == UNKNOWN
    assert lexicon.printed["ttg"] == "TTg"
    assert lexicon.capitals[lexicon.id_of("lớp")] < 0.1 < lexicon.capitals[lexicon.id_of("việt")]
