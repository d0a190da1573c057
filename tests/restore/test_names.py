"""Names that stand alone, and the phrases of the dictionaries."""

from __future__ import annotations

import tomllib

import pytest

from pipeline.language.dictionaries import folder
from pipeline.language.lexicon import Lexicon
from pipeline.restore.repair import Restorer
from pipeline.restore.tokens import sentences

PHRASES = tomllib.loads((folder() / "phrases.toml").read_text(encoding="utf-8"))["phrases"]


@pytest.fixture(scope="module")
def restorer() -> Restorer:
    return Restorer.load()


@pytest.mark.parametrize(
    ("text", "is_name"),
    [
        ("Triéu Van Son", True),
        ("Vwong Thai Bao", True),
        ("Bao Cao Xa", False),
        ("Nguyen Van", False),
        ("Nguyen van Son", False),
        ("NGUYEN VAN SON", False),
    ],
)
def test_what_is_a_name(restorer: Restorer, text: str, is_name: bool) -> None:
    [tokens] = sentences(text)
    assert restorer.names.are(tokens) == is_name


def test_words_of_phrases_are_in_the_lexicon() -> None:
    lexicon = Lexicon.load()
    words = {word for phrase in PHRASES for word in phrase.split()} - {"#"}
    assert sorted(word for word in words if word not in lexicon) == []


def test_phrases_know_what_follows(restorer: Restorer) -> None:
    ids = restorer.lexicon.ids
    assert restorer.phrases.holds((ids["dư"], ids["nợ"]))
    assert not restorer.phrases.holds((ids["nợ"], ids["dư"]))
