"""The words of the language model: lower-case keys with ids by falling frequency."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import log
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.errors import DictionaryError
from pipeline.language.dictionaries import folder
from pipeline.language.normal import key
from pipeline.language.syllables import is_syllable_key, split_syllable

BREAK, NUMBER, UNKNOWN = 0, 1, 2
"""Ids of a sentence's end, of any number, and of any word outside the lexicon."""


LEAST_CAPITALS = 0.05
"""A word's share of capitals is never quite certain: headings, titles, damage."""
EITHER_CASE = log(0.5)
CASE_WEIGHT = 0.5
"""Letter case is damaged together with marks, so it counts half."""


def _case(shares: NDArray[np.float64]) -> NDArray[np.float64]:
    found = CASE_WEIGHT * np.log(np.clip(shares, LEAST_CAPITALS, 1 - LEAST_CAPITALS))
    found[: UNKNOWN + 1] = EITHER_CASE
    return found


@dataclass(frozen=True)
class Lexicon:
    """Words by id, ids by word, and what was counted of each.

    Attributes:
        words: lower-case keys; the first three are no words.
        counts: weighted counts.
        capitals: share (0-1) of capitals among a word's places inside sentences.
        printed: how initials are printed, by word (``ttg``: TTg); only those with two capitals or more.
        ids: id by word.
    """

    words: tuple[str, ...]
    counts: tuple[int, ...]
    capitals: tuple[float, ...]
    printed: dict[str, str]
    ids: dict[str, int]

    @classmethod
    def load(cls, path: Path | None = None) -> Lexicon:
        """Read ``lexicon.tsv``: word, count, percent of capitals, form of initials; the line is the id.

        Raises:
            DictionaryError: where the file is missing or malformed.
        """
        path = path or folder() / "lexicon.tsv"
        try:
            rows = [line.split("\t") for line in path.read_text(encoding="utf-8").splitlines()]
            words, counts = tuple(row[0] for row in rows), tuple(int(row[1]) for row in rows)
            capitals = tuple(int(row[2]) / 100 for row in rows)
            printed = {row[0]: row[3] for row in rows if row[3]}
        except (OSError, ValueError, IndexError) as error:
            message = f"{path}: {error}; restore the file or run make dictionaries"
            raise DictionaryError(message) from error
        ids = {word: i for i, word in enumerate(words) if i > UNKNOWN}
        return cls(words, counts, capitals, printed, ids)

    @cached_property
    def upper(self) -> NDArray[np.float64]:
        """By word, log probability that it bears a capital inside a sentence, weighed by ``CASE_WEIGHT``."""
        return _case(np.array(self.capitals))

    @cached_property
    def lower(self) -> NDArray[np.float64]:
        """By word, log probability that it bears none."""
        return _case(1 - np.array(self.capitals))

    @cached_property
    def prior(self) -> NDArray[np.float32]:
        """Log of each word's share of all words."""
        counts = np.maximum(np.array(self.counts, np.float64), 0.5)
        shares: NDArray[np.float32] = np.log(counts / counts.sum()).astype(np.float32)
        return shares

    @cached_property
    def split(self) -> list[tuple[str, str]]:
        """Onset and rime of each word in ``ids``."""
        return [split_syllable(word) for word in self.ids]

    @cached_property
    def syllables(self) -> list[bool]:
        """Which words of ``ids`` are syllables."""
        return [is_syllable_key(word) for word in self.ids]

    def __contains__(self, word: str) -> bool:
        return key(word) in self.ids

    def id_of(self, word: str) -> int:
        """The id of a word in any case and tone style; ``UNKNOWN`` where it has none."""
        return self.ids.get(key(word), UNKNOWN)
