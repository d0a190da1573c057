"""How a line is cut, and what stays as it is."""

from __future__ import annotations

import re
import tomllib

import pytest

from pipeline.language.dictionaries import folder
from pipeline.restore.candidates import respelled
from pipeline.restore.tokens import tokenize

RULES = tomllib.loads((folder() / "tokens.toml").read_text(encoding="utf-8"))
FIXED = RULES["fixed"]


@pytest.mark.parametrize("entry", FIXED, ids=lambda e: e["name"])
def test_examples(entry: dict[str, str]) -> None:
    for example in entry["examples"]:
        assert re.search(entry["pattern"], example), example
    for example in entry["counter_examples"]:
        assert not re.search(rf"(?<!\w)(?:{entry['pattern']})", example), example


@pytest.mark.parametrize("entry", RULES["respelled"], ids=lambda e: e["name"])
def test_respelled_examples(entry: dict[str, str]) -> None:
    for example in entry["examples"]:
        assert re.fullmatch(entry["pattern"], example), example
        assert respelled(example) not in {"", example}
    for example in entry["counter_examples"]:
        assert not re.fullmatch(entry["pattern"], example), example


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("hd ngheo, x& T Ky", "hd|ngheo|x&|T|Ky"),
        ("cho vay 5.766d", "cho|vay|=5.766|d"),
        ("c6 13 hd", "c6|13|hd"),
        ("bd sung33 hd, 16p, tien5", "bd|sung|=33|hd|16p|tien5"),
        ("cho 25ngudi, so20 hoc sinh, QH15", "cho|=25|ngudi|so|=20|hoc|sinh|QH15"),
        ("a b c d. E f g h i", "a|b|c|d|=E|=f|=g|=h|=i"),
        ("12/BC-UBND ngay 21/3/2025", "=12/|BC|UBND|ngay|=21/3/2025"),
        ("“Vi nguoi ngheo” - (1)", "Vi|nguoi|ngheo|1"),
        ("a@b.gov.vn x. www.b.vn/tin", "=a@b.gov.vn|x|=www.b.vn/tin"),
        ("quý III, lần thứ XXV", "quý|=III|lần|thứ|=XXV"),
        ("GD&ĐT 300 m2", "=GD&ĐT|300|=m2"),
        ("d o n g v a", "=d|=o|=n|=g|=v|=a"),
        ("đời sống'", "đời|sống"),
        ("Привет hộ", "=Привет|hộ"),
        ("", ""),
    ],
)
def test_cuts(text: str, expected: str) -> None:
    tokens = tokenize(text)
    assert "|".join("=" * t.fixed + t.text for t in tokens) == expected
    assert all(text[t.start : t.end] == t.text for t in tokens)


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("Hộ nghèo. Hộ cận nghèo", 2),
        ("hộ nghèo\nvà cận nghèo", 1),
        ("hộ nghèo\n\nvà cận nghèo", 2),
        ("Mục tiêu\n- Hộ nghèo", 2),
        ("Mục tiêu\n1. Hộ nghèo", 2),
        ("trang một\ftrang hai", 2),
        ("5.766 triệu", 1),
    ],
)
def test_sentences(text: str, sentences: int) -> None:
    assert sum(t.breaks for t in tokenize(text)) + 1 == sentences


def test_long_and_hostile_runs_are_one_token() -> None:
    assert len(tokenize("a" * 100_000)) == 1
    assert tokenize("." * 100_000) == []
    assert all(t.fixed for t in tokenize("a b " * 1000))
