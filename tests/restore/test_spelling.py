"""Words that letters may stand for, where no reading of them was ever counted."""

from __future__ import annotations

import pytest

from pipeline.restore import Restorer
from pipeline.restore.channel import Channel

MOST = 60


@pytest.fixture(scope="module")
def restorer() -> Restorer:
    return Restorer.load()


@pytest.mark.parametrize(
    ("read", "printed"),
    [
        ("wao", "trao"),
        ("wréc", "trước"),
        ("nrde", "nước"),
        ("hiy", "túy"),
        ("ngtrdi", "người"),
        ("nghéoo", "nghèo"),
    ],
)
def test_the_printed_word_is_among_the_likeliest(restorer: Restorer, read: str, printed: str) -> None:
    channel = restorer.maker("eng").channel
    found = channel.by_letters(read, "l", MOST)
    assert restorer.lexicon.ids[printed] in found.ids
    assert len(set(found.ids.tolist())) == MOST
    assert (found.scores < 0).all()


@pytest.mark.parametrize("read", ["", "x", "@", "ng" * 6])
def test_any_reading_gives_words_and_the_same_again(restorer: Restorer, read: str) -> None:
    channel = restorer.maker("eng").channel
    other = Channel.load("eng", restorer.lexicon)
    for before in ("thuong", "g" + read, read + "g"):
        other.by_letters(before, "l", 5)
    here, there = (c.by_letters(read, "l", 5) for c in (channel, other))
    assert (here.ids.tolist(), here.scores.tolist()) == (there.ids.tolist(), there.scores.tolist())
    assert len(channel.by_letters(read, "u", 5).ids) == 5


def test_without_counts_there_is_nothing(restorer: Restorer) -> None:
    assert restorer.maker("plain").channel.by_letters("ngheo", "l", 5).ids.size == 0
