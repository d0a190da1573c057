"""What tells whether two files hold the same report: a sketch of its words and of its figures.

A scan and its text, or a ruined text layer and a clean file, differ in every byte and in many letters, but
not in their wording, their figures and what their head says. A sketch keeps the smallest hashes of a set
(Cohen and Kaplan, "Summarizing data using bottom-k sketches", 2007), so that any two can be compared in the
same short time, whatever the documents' lengths. Next month's report has the same wording: its figures tell
it apart.
"""

from __future__ import annotations

import hashlib
from array import array
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from heapq import merge, nsmallest
from itertools import islice
from typing import Any

import regex

from pipeline.language.normal import fold_marks
from pipeline.model import Document, Extraction

SHINGLE = 3
"""Syllables of a shingle: with one in twenty misread, seven of eight shingles of three stay as they are."""
WORDS, FIGURES = 128, 256
"""Smallest hashes that are kept; of 128 the estimate of a share is off by less than 0.09 in 95 % of cases."""
BANDS, ROWS = 12, 2
"""Bands of smallest figures under which a document is found: of two that share 60 %, 99.5 % meet in one."""
LEAST_WORDS = 40
"""Shingles under which a text is too short to be compared."""
_SYLLABLE = regex.compile(r"\p{L}+")
_NOT_DIGITS = regex.compile(r"\D+")
_MASK = (1 << 32) - 1
_FACTS = (
    "symbol", "issued_from", "issued_to", "place", "doc_type", "period_start", "period_end", "title",
)  # fmt: skip


def sketch(document: Document, extraction: Extraction) -> dict[str, Any]:
    """The sketch of a document, as the ledger keeps it; empty for one too short to be compared."""
    words = [w for page in document.restored for w in _SYLLABLE.findall(fold_marks(page.text).lower())]
    shingles = {" ".join(words[i : i + SHINGLE]) for i in range(len(words) - SHINGLE + 1)}
    if len(shingles) < LEAST_WORDS:
        return {}
    tokens = [_hash(token) for token in _figures(extraction)]
    return {
        "words": nsmallest(WORDS, map(_hash, shingles)),
        "figures": nsmallest(FIGURES, tokens),
        "bands": _bands(tokens),
    }


def _figures(extraction: Extraction) -> set[str]:
    """The digits of all numbers with a unit; a number that stands there twice is two."""
    printed = [e.restored for f in extraction.figures for e in f.evidence if e.mention == 1]
    printed += [str(row["text"]) for row in extraction.unclaimed]
    counted = Counter(digits for text in printed if (digits := _NOT_DIGITS.sub("", text)))
    return {f"{digits}#{n}" for digits, times in counted.items() for n in range(times)}


def _hash(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=4).digest(), "big")


def _bands(tokens: Sequence[int]) -> list[int]:
    """For each band the smallest tokens under its own orders of all tokens, as one number."""
    if not tokens:
        return []
    found = []
    for band in range(BANDS):
        key = band
        for row in range(ROWS):
            odd = _hash(f"{band} {row}") | 1
            key = (key * 31 + min((token * odd ^ token >> 7) & _MASK for token in tokens)) & _MASK
        found.append(key)
    return found


@dataclass(frozen=True)
class Likeness:
    """What is compared of a document.

    ``key`` is its file; ``facts`` what its head says, empty where unknown; ``clean`` whether its figures can
    be relied on; ``rank`` how well it is read, larger is better.
    """

    key: str
    facts: Mapping[str, str]
    words: Sequence[int]
    figures: Sequence[int]
    bands: Sequence[int]
    clean: bool
    rank: tuple[float, ...]


_SOURCES = {"text_file": 2, "text_layer": 2, "mixed": 1, "ocr": 0}
CLEAN = 0.9
"""Text quality from which the figures of a text that was not read from an image are taken as printed."""


def likeness_of(key: str, row: Mapping[str, str], sketched: Mapping[str, Any]) -> Likeness | None:
    """A document from its row of documents.csv and its sketch; None where that is empty."""
    if not sketched:
        return None
    quality = float(row.get("text_quality") or 0)
    source = _SOURCES.get(row.get("text_source") or "", 0)
    return Likeness(
        key,
        {name: row.get(name) or "" for name in _FACTS},
        array("I", sketched["words"]),
        array("I", sketched["figures"]),
        tuple(sketched["bands"]),
        source == 2 and quality >= CLEAN,
        (
            row.get("read_status") == "ok",
            -float(row.get("pages_failed") or 0),
            round(quality, 1),
            source,
            len(sketched["figures"]),
        ),
    )


def shared(a: Sequence[int], b: Sequence[int], size: int) -> float:
    """The share of two sets' union that both hold, estimated from their smallest hashes (0-1).

    >>> shared([1, 2, 3], [2, 3, 4], 8)
    0.5
    """
    smallest = list(islice(_distinct(merge(a, b)), size))
    both = set(a) & set(b)
    return sum(token in both for token in smallest) / len(smallest) if smallest else 0.0


def _distinct(numbers: Iterable[int]) -> Iterable[int]:
    last = -1
    for number in numbers:
        if number != last:
            yield number
        last = number
