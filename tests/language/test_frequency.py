"""How rare syllables are."""

from __future__ import annotations

from math import exp

from pipeline.language.frequency import counted, surprise
from pipeline.language.lexicon import Lexicon


def test_syllables_alone_are_counted() -> None:
    assert counted([("bank", 9), ("hộ", 2), ("xã", 5), ("mét", 0)]) == [("xã", 5), ("hộ", 2)]


def test_shares_of_the_lexicon_s_syllables_are_most_of_all() -> None:
    lexicon = Lexicon.load()
    shares = sum(exp(-surprise(word)) for word in lexicon.words[3:])
    assert 0.95 < shares <= 1


def test_case_and_tone_style_do_not_count() -> None:
    assert surprise("HOÀ") == surprise("hòa")
