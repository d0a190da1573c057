"""Capitals of restored words."""

from __future__ import annotations

import pytest

from pipeline.language.lexicon import Lexicon
from pipeline.language.syllables import split_syllable
from pipeline.restore.casing import cased
from pipeline.restore.channel import Channel, letter_case


@pytest.fixture(scope="module")
def channel() -> Channel:
    return Channel.load("eng", Lexicon.load())


@pytest.mark.parametrize(
    ("word", "raw", "share", "starts", "shouted", "expected"),
    [
        ("hộ", "hd", 0.01, False, False, "hộ"),
        ("đảng", "Pang", 0.6, False, False, "Đảng"),
        ("lớp", "Iép", 0.01, False, False, "lớp"),
        ("mỹ", "MY", 0.8, False, False, "Mỹ"),
        ("mỹ", "MY", 0.8, False, True, "MỸ"),
        ("bộ", "Bd", 0.2, True, False, "Bộ"),
        ("nghèo", "NGHEO", 0.0, False, True, "NGHÈO"),
        ("ở", "6", 0.02, True, False, "ở"),
    ],
)
def test_cased(
    channel: Channel, word: str, raw: str, share: float, starts: bool, shouted: bool, expected: str
) -> None:
    assert cased(word, raw, share, starts, shouted, channel) == expected


def test_initials(channel: Channel) -> None:
    assert cased("ttg", "FTg", 1.0, False, False, channel, "TTg") == "TTg"
    assert cased("hđnd", "HDND", 1.0, False, False, channel, "HĐND") == "HĐND"


@pytest.mark.parametrize(
    ("word", "case"),
    [("UBND", "u"), ("Tứ", "t"), ("hộ", "l"), ("Ở", "t"), ("1a", "l"), ("", "l"), ("¢", "l")],
)
def test_letter_case(word: str, case: str) -> None:
    assert letter_case(word) == case


@pytest.mark.parametrize(
    ("word", "parts"),
    [
        ("nghèo", ("ngh", "èo")),
        ("quỹ", ("qu", "ỹ")),
        ("gì", ("g", "ì")),
        ("ở", ("", "ở")),
        ("ubnd", ("", "ubnd")),
    ],
)
def test_split_syllable(word: str, parts: tuple[str, str]) -> None:
    assert split_syllable(word) == parts


def test_channel_knows_the_usual_damage(channel: Channel) -> None:
    lexicon = Lexicon.load()
    for read, case, word in [
        ("c6", "l", "có"),
        ("1a", "l", "là"),
        ("dugc", "l", "được"),
        ("16p", "l", "lớp"),
    ]:
        found = channel.candidates(read, case)
        assert dict(zip(found.ids.tolist(), found.scores.tolist(), strict=True))[lexicon.ids[word]] > -4.5, (
            read
        )
    assert not len(channel.candidates("2024", "l").ids)
