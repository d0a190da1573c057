"""Counting, smoothing and aligning, on small examples of ours."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from pipeline.language.gazetteer import Gazetteer
from pipeline.language.lexicon import Lexicon
from pipeline.language.ngrams import Ngrams, extended
from pipeline.language.ngrams import places as places_of
from training import counts, places
from training.build import build_language
from training.channel import ChannelCounts, count_page
from training.corpus import capitals, clean, fingerprint, read, tokens, typed_without_marks, word_key
from training.designs import WAYS
from training.store import fill

SENTENCES = [
    "Hộ nghèo được vay vốn.",
    "Hộ cận nghèo được vay vốn, hộ nghèo được hỗ trợ nhà ở.",
    "Toàn xã có 13 hộ nghèo và 25 hộ cận nghèo.",
    "UBND xã giao TTg và UBND huyện xét.",
]


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("corpus")
    # letters tell paragraphs apart: digits alone would make them duplicates
    names = [f"thôn {a}{b}" for a in "abcdeghiklmn" for b in "aeiouy"]
    lines = [f"{sentence} {name}" for name in names for sentence in SENTENCES]
    (folder / "tvpl_ubnd.txt").write_text("\n".join([*lines, *lines]), encoding="utf-8")
    return folder


def test_duplicates_and_held_out(corpus: Path) -> None:
    found = read(corpus)
    held = found.held_out["tvpl_ubnd"]
    total = len(SENTENCES) * 72
    assert 0 < len(held) < total / 10
    assert int((found.streams["tvpl_ubnd"] == found.words.index("thôn")).sum()) == total - len(held)


def test_model_sums_to_one_and_stores(corpus: Path, tmp_path: Path) -> None:
    build_language(read(corpus), tmp_path)
    lexicon, ngrams = Lexicon.load(tmp_path / "lexicon.tsv"), Ngrams.load(tmp_path / "ngrams")
    size = len(lexicon.words)
    first, second = lexicon.id_of("hộ"), lexicon.id_of("cận")
    every = np.arange(size)
    lower = ngrams.pairs(np.full(size, second), every)
    assert np.exp(lower.astype(float)).sum() == pytest.approx(1, abs=0.05)
    context = np.full(size, first << 16 | second, np.uint64)
    after = ngrams.score(extended(context, every), 3, *ngrams.backoff(context, 2), lower)
    assert np.exp(after.astype(float)).sum() == pytest.approx(1, abs=0.05)
    assert lexicon.words[int(after.argmax())] == "nghèo"
    assert lexicon.printed == {"ubnd": "UBND", "ttg": "TTg"}


def test_every_key_finds_its_slot() -> None:
    for order, most in ((2, 1 << 32), (3, 1 << 48), (4, 1 << 62)):
        keys = np.unique(np.random.default_rng(order).integers(1, most, 5000, dtype=np.uint64))
        buckets = 1850 if order > 2 else 3000
        slots = fill(keys, buckets, order).reshape(buckets, -1)
        assert sorted(slots[slots >= 0].tolist()) == list(range(len(keys)))
        homes = places_of(keys, buckets, order)[:2]
        for bucket, number in zip(*np.nonzero(slots >= 0), strict=True):
            key = slots[bucket, number]
            assert bucket in {int(home[key]) for home in homes}


def test_initials_typed_without_marks_are_those_that_were_meant() -> None:
    words = ["hđnd", "hdnd", "dna", "đna", "xã"]
    printed = {"hđnd": "HĐND", "hdnd": "HDND", "dna": "DNA", "đna": "ĐNA"}
    assert typed_without_marks(words, np.array([900, 20, 50, 40, 999]), printed) == {1: 0}


def test_places_are_lines_of_names() -> None:
    lines = list(places.lines(Gazetteer.load()))
    assert "xã Quang Khải, huyện Tứ Kỳ, tỉnh Hải Dương." in lines
    assert "xã Tứ Kỳ, thành phố Hải Phòng." in lines


def test_discounts_grow() -> None:
    found = counts.discounts(np.array([1] * 50 + [2] * 20 + [3] * 10 + [4] * 6))
    assert 0 == found[0] < found[1] < found[2] < found[3]


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("Điều 36.3.LQ.1. Thanh_niên", "Điều Thanh niên"),
        ("(Điều 3 Thông tư số 38/2013, có hiệu lực thi hành kể từ ngày 1/1/2014)", ""),
        ("hộ\u00ad nghèo\u200b", "hộ nghèo"),
    ],
)
def test_clean(raw: str, expected: str) -> None:
    assert clean(raw) == expected


def test_near_duplicates_share_a_fingerprint() -> None:
    assert fingerprint("Điều 3. Hộ nghèo") == fingerprint("điều 14: hộ nghèo")
    assert fingerprint("hộ nghèo") != fingerprint("họ nghèo")


def test_tokens_and_keys() -> None:
    found = tokens("Uỷ ban giao 1.250 hộ, năm 2024. Hết")
    assert [word_key(t) for t in found] == ["ủy", "ban", "giao", "<num>", "hộ", "năm", "<num>", "</s>", "hết"]


def test_capitals() -> None:
    shares, printed = capitals({"Hộ": 1, "hộ": 3, "HỘ": 5, "TTg": 4, "ttg": 1})
    assert shares["hộ"] == 0.25
    assert printed == {"ttg": "TTg"}


def test_pairs_from_a_page() -> None:
    found = ChannelCounts()
    count_page(found, "Có 13 hộ nghèo được hỗ trợ.\nĐảng bộ", "C6 13 hd ngheo dugc hd t rg.\nPang bd")
    assert found.rows["token", "l", "hộ", "hd"] == 1
    assert found.rows["token", "t", "đảng", "pang"] == 1
    assert found.rows["onset", "t", "đ", "p"] == 1
    assert found.rows["rime", "l", "ược", "ugc"] == 1
    assert found.rows["letter", "l", "ộ", "d"] == 2
    assert found.rows["token", "l", "trợ", "t rg"] == 1
    assert found.cut == 1
    assert not any(truth.isdigit() for _, _, truth, _ in found.rows)


@pytest.mark.parametrize(("place", "name"), [(place, n) for way in WAYS.values() for place, n, _ in way])
def test_what_a_design_changes_is_there(place: object, name: str) -> None:
    assert hasattr(place, name)
