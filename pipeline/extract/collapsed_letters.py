"""Whether a word on the page is a word of a heading: marks aside, spoiled, glued to what stands behind it."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from functools import cache, lru_cache
from typing import Any

import regex

from pipeline.language.dictionaries import folder
from pipeline.language.normal import fold_marks

LONG = 5
"""Letters of a word in which one may be wrong."""
LONGER = 10
"""Letters of words in one in which one may be wrong, and a sign taken for another besides."""
LEAST_GLUED = 4
"""Letters of words read as one, of which one may be wrong."""
LONG_GLUED = 7
"""Letters of a heading that may be glued to what is behind it."""
ALIKE = 0.5
"""What a sign counts that OCR takes for another; shorter words may have one such and no other."""
_SIGNS = regex.compile(r"[^\p{L}\p{N}%/.-]+|^[./-]+|(?<![./-])[./-]+$")
_DIGITS = str.maketrans("0163w", "oloau")
"""Signs that OCR puts for letters inside words."""
_YEAR = regex.compile(r"(?:19|20)\d\d")
_DATE = regex.compile(r"\d{1,2}[/.-]\d{1,2}[/.-](?:19|20)\d\d")


@cache
def headings_data() -> dict[str, Any]:
    """The parsed file of the dictionaries, read once a process."""
    return tomllib.loads((folder() / "headings.toml").read_text(encoding="utf-8"))


def all_folded(lines: Sequence[Sequence[str]]) -> list[list[str]]:
    """The words of lines without marks, case and signs around them."""
    return [[folded(word) for word in line] for line in lines]


def folded(word: str) -> str:
    """A word without marks, case and signs around it."""
    return str(_SIGNS.sub("", fold_marks(word).lower()))


@lru_cache(maxsize=16384)
def _fits(word: str, wanted: str) -> bool:
    """Whether a word on the page is the wanted one: ``#`` a year, ``@`` a date."""
    if wanted == "#":
        return bool(_YEAR.fullmatch(word))
    if wanted == "@":
        return bool(_DATE.fullmatch(word))
    if word == wanted:
        return True
    if not any(c.isalpha() for c in word) or not any(c.isalpha() for c in wanted):
        return False
    spelled = word.translate(_DIGITS)
    if spelled == wanted:
        return True
    most = ALIKE + (1 - ALIKE) * ((len(wanted) >= LONG) + (len(wanted) >= LONGER))
    return abs(len(word) - len(wanted)) <= most and wrong(word, wanted, most) <= most


def wrong(word: str, wanted: str, most: float) -> float:
    """How wrong a word's letters are: signs taken for one another count half; cut off at ``most``."""
    swaps = alike()
    above = [float(n) for n in range(len(wanted) + 1)]
    for row, sign in enumerate(word, 1):
        line = [float(row)]
        for column, letter in enumerate(wanted, 1):
            swapped = 0.0 if sign == letter else ALIKE if sign in swaps.get(letter, "") else 1.0
            line.append(min(above[column - 1] + swapped, above[column] + 1, line[-1] + 1))
        if min(line) > most:
            return min(line)
        above = line
    return above[-1]


@cache
def _times() -> frozenset[str]:
    """Words that begin a time behind a heading."""
    return frozenset(folded(word) for word in headings_data()["times"]["begins"])


@cache
def alike() -> dict[str, str]:
    """By letter, the signs that OCR takes for it or puts for it."""
    found: dict[str, str] = {}
    for group in headings_data()["alike"]["signs"]:
        for letter in group:
            found[letter] = found.get(letter, "") + group
    return found


def takes(word: str, wanted: Sequence[str]) -> int:
    """How many of the wanted words a word on the page holds, glued together or alone."""
    if _fits(word, wanted[0]):
        return 1
    for count in range(len(wanted), 1, -1):
        glued = "".join(wanted[:count])
        if word == glued or (len(glued) >= LEAST_GLUED and _fits(word, glued)):
            return count
    whole = "".join(wanted)
    # a heading glued to what stands behind it
    rest = word[len(whole) :]
    least = LONG if rest in _times() else LONG_GLUED
    return len(wanted) if len(wanted) > 1 and len(whole) >= least and _fits(word[: len(whole)], whole) else 0
