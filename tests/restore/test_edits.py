"""Edits in columns behave as the sequence that they hold."""

from __future__ import annotations

from pipeline.model import Edit, Edits, RestoredText

RAW = "hd trg 153 ho ngheo"
MADE = (
    Edit(0, 2, "hd", "hỗ", "confusion", 0.9),
    Edit(3, 6, "trg", "trợ", "lexicon", 0.8125),
    Edit(11, 13, "ho", "hộ", "diacritics", 1.0),
)


def test_they_come_back_as_they_were_put_in() -> None:
    edits = Edits(RAW, MADE)
    assert edits == MADE
    assert tuple(edits) == MADE
    assert (edits[1], edits[-1], edits[1:]) == (MADE[1], MADE[2], MADE[1:])
    assert edits != MADE[:2]
    assert Edits("") == ()
    assert Edits(RAW, MADE[:1]) != (MADE[1],)


def test_some_are_taken_out() -> None:
    edits = Edits(RAW, MADE)
    edits.drop({1})
    assert edits == (MADE[0], MADE[2])
    assert edits.applied() == "hỗ trg 153 hộ ngheo"


def test_what_stood_there_is_read_from_the_text() -> None:
    assert Edits(RAW, [Edit(3, 6, "other", "trợ", "lexicon", 0.5)])[0].raw == "trg"


def test_edits_of_the_text_are_kept_as_they_are() -> None:
    edits = Edits(RAW, MADE)
    assert RestoredText.from_edits(RAW, edits).edits is edits
    assert RestoredText.from_edits("other", ()).edits == ()
