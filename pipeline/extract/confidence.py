"""How sure a row is: the probability that its context was understood, times that its number was read.

A row is right where all of its cells are. What tells right rows from wrong ones (its table and rule, what
proves it, its flags, how crowded its sentence is) adds up to log odds; the weights are fitted to labelled
texts (``training/confidence.py``, a logistic regression) and stand in ``dictionaries/confidence.toml``.
"""

from __future__ import annotations

import tomllib
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from functools import lru_cache
from math import exp
from typing import Any

import regex

from pipeline.language.dictionaries import folder
from pipeline.model import Value

_NUMBERS, _YEARS = regex.compile(r"\d[\d.,]*"), regex.compile(r"\b(?:19|20)\d\d\b")
_CROWDED = (2, 4, 8)
"""Numbers in the quote from which on a sentence counts as more crowded."""
_MOST_LISTED = 3
"""More semicolons tell no more."""
LOWEST, HIGHEST = 0.01, 0.99
SURE_READING, GOOD_PAGE = 0.8, 0.9
RUINED = 0.05
"""What a page without any quality takes off."""


def tells_time(text: str) -> bool:
    """Whether a document names a year; one that names none has no period that a row could miss."""
    return bool(_YEARS.search(text))


def features(table: str, values: Mapping[str, Value], *, timeless: bool = False) -> Iterator[str]:
    """What is said of a row that may make it surer or less sure.

    Args:
        table: the row's table.
        values: by column, texts or typed.
        timeless: whether its document names no year (``tells_time``).
    """
    yield f"table {table}"
    yield f"rule {values.get('rule')}"
    for column in ("proof", "role", "status"):
        if (value := values.get(column)) and value != "none":
            yield f"{column} {value}"
    if flags := values.get("flags"):
        yield from [f"flag {flag}" for flag in str(flags).split()]
    for column in ("beneficiary", "period_start", "period_end"):
        if column in values and not values[column] and not (timeless and column != "beneficiary"):
            yield f"no {column}"
    yield f"cells {sum([bool(values.get(column)) for column in _data()['figures']])}"
    said, inherited, is_row = _of_quote(str(values.get("quote") or ""))
    yield from said
    if values.get("period_end") and inherited:
        yield inherited
    if is_row:
        yield "table row"


@lru_cache(maxsize=16)
def _of_quote(quote: str) -> tuple[tuple[str, ...], str, bool]:
    """What a quote tells of its rows, how their period was told where not in it, whether it is of a table.

    Kept, for a sentence of many rows is asked for each.
    """
    quote = quote.lower()
    crowded = f"crowded {bisect_right(_CROWDED, len(_NUMBERS.findall(quote)))}"
    listed = f"listed {min(quote.count(';'), _MOST_LISTED)}"
    cues = [f"cue {cue}" for cue in _data()["cues"] if cue in quote]
    inherited = ""
    if not _YEARS.search(quote):  # told elsewhere, the year alone or the whole period
        by_date = any(word in quote for word in _data()["dates"])
        inherited = "year inherited" if by_date else "period inherited"
    return (crowded, listed, *cues), inherited, "|" in quote


@lru_cache(maxsize=1)
def _data() -> Mapping[str, Any]:
    return tomllib.loads((folder() / "confidence.toml").read_text(encoding="utf-8"))


def understood(table: str, values: Mapping[str, Value], *, timeless: bool = False) -> float:
    """The probability (0-1) that all cells of a row are right, where its numbers were read rightly.

    Arguments as of ``features``.
    """
    weights = _data()["weights"]
    told = features(table, values, timeless=timeless)
    odds: float = weights["every row"] + sum([weights.get(name, 0.0) for name in told])
    return 1 / (1 + exp(-odds))


def confidence(understood: float, reading: float, quality: float) -> float:
    """A row's confidence, to a hundredth.

    Of numbers of which Tesseract is surer than ``SURE_READING`` hardly any is misread (194 of 195 on the
    benchmark's printed report), and good pages differ in quality by their share of names alone: above these
    marks neither takes anything off. A ruined page (quality 0), once restored, costs little more: of 1,563
    rows of own documents, drawn three times and read by an English Tesseract, 95 % are right, of their clean
    text 99.6 %.

    Args:
        understood: as ``understood`` gives it.
        reading: 0-1, the least certainty among the words and edits of its numbers; 1 where nothing was read.
        quality: 0-1, the page's text quality.
    """
    read = (0.7 + 0.3 * min(reading / SURE_READING, 1.0)) * (
        1 - RUINED + RUINED * min(quality / GOOD_PAGE, 1.0)
    )
    return round(min(max(understood * read, LOWEST), HIGHEST), 2)
