"""How good a text is, without knowing what it should say.

A text layer that an English OCR left, an e-signature over a scan and a good report all count as "has text".
What tells them apart is phonotactics (the share of words that are possible syllables), the share of words
with Vietnamese marks, and words with digits or symbols inside:

>>> assess("Uỷ ban nhân dân xã báo cáo kết quả giảm nghèo năm 2024 như sau, gồm bốn phần chính.").score
1.0
>>> ruined = assess("Uy ban nhan din xa bao cio kk qua giam ngheo nArn 2O24 nhu sau: g6m b6n phAn chinh")
>>> ruined.score < 0.5, ruined.reasons
(True, ('invalid_syllables', 'few_marks', 'odd_words'))

Thresholds and signature patterns are data: ``dictionaries/quality.toml``.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from typing import Any

from pipeline.language.dictionaries import folder
from pipeline.language.normal import LETTERS, nfc
from pipeline.language.syllables import is_syllable

_TOKEN = re.compile(r"\S+")
_CORE = re.compile(r"[\w@](?:.*\w)?", re.DOTALL)
_WORD = re.compile(r"[^\W\d_]+")
_ODD = re.compile(r"[^\W\d_][\d~@#$^|{}\\<>¢£¥§©®*]+[^\W\d_]|[~^|{}¢£¥©®]+[^\W\d_]|[a-z][A-Z]")


@dataclass(frozen=True)
class Quality:
    """How good a text is.

    ``score`` is 0-1 (1: reads like clean Vietnamese), ``words`` the number of words of letters, ``reasons``
    name what lowers the score: ``few_words`` (too few to judge) · ``invalid_syllables`` · ``few_marks`` ·
    ``odd_words`` · ``no_words``.
    """

    score: float
    words: int
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True)
class Thresholds:
    """Sections ``score`` and ``coverage`` of quality.toml."""

    valid_bad: float
    valid_good: float
    marked_bad: float
    marked_good: float
    odd_good: float
    odd_bad: float
    few_words: int
    good: float
    fair: float
    words: int
    image: float


@cache
def thresholds() -> Thresholds:
    """The thresholds of quality.toml."""
    return Thresholds(**data()["score"], **data()["coverage"])


def assess(text: str) -> Quality:
    """Judge a text of any length.

    The score is the mean over words of "could this be Vietnamese", scaled by the share of words with
    marks and lowered by words with digits or symbols inside. Abbreviations in capitals do not count.
    """
    tokens = [m[0] for core in _TOKEN.findall(nfc(text)) if (m := _CORE.search(core))]
    words = [w for token in tokens for w in _WORD.findall(token) if not is_abbreviation(w)]
    if not words:
        return Quality(0.0, 0, ("no_words",))
    limits = thresholds()
    valid = sum(is_syllable(w) for w in words) / len(words)
    marked = sum(not LETTERS.isdisjoint(w) for w in words) / len(words)
    odd = sum(bool(_ODD.search(token)) for token in tokens) / len(tokens)
    parts = {
        "invalid_syllables": _scaled(valid, limits.valid_bad, limits.valid_good),
        "few_marks": _scaled(marked, limits.marked_bad, limits.marked_good),
        "odd_words": _scaled(odd, limits.odd_bad, limits.odd_good),
    }
    reasons = tuple(name for name, value in parts.items() if value < 1)
    score = parts["invalid_syllables"] * parts["few_marks"] * (0.5 + 0.5 * parts["odd_words"])
    if len(words) < limits.few_words:
        reasons = ("few_words", *reasons)
    return Quality(round(score, 4), len(words), reasons)


def signatures(text: str) -> tuple[str, ...]:
    """The ids of the e-signature patterns that a text holds."""
    folded = " ".join(nfc(text).split())
    return tuple(name for name, pattern in _signatures() if pattern.search(folded))


def is_abbreviation(word: str) -> bool:
    """UBND, TTHC, QĐ: capitals that are no syllable."""
    return len(word) == 1 or (word.isupper() and len(word) <= 8 and not is_syllable(word))


def _scaled(value: float, bad: float, good: float) -> float:
    return min(max((value - bad) / (good - bad), 0.0), 1.0)


@cache
def _signatures() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((s["id"], re.compile(s["pattern"], re.IGNORECASE)) for s in data()["signature"])


@cache
def data() -> dict[str, Any]:
    """What quality.toml holds."""
    return tomllib.loads((folder() / "quality.toml").read_text(encoding="utf-8"))
