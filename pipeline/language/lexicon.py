"""The words of the language model: lower-case keys with ids by falling frequency."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from math import log
from pathlib import Path

from pipeline.errors import DictionaryError
from pipeline.language.dictionaries import folder
from pipeline.language.normal import key

BREAK, NUMBER, UNKNOWN = 0, 1, 2
"""Ids of a sentence's end, of any number, and of any word outside the lexicon."""


LEAST_SOUGHT = 60
"""Foreign words rarer than this (weighted count) are not looked for letter by letter."""


LEAST_CAPITALS = 0.05
"""A word's share of capitals is never quite certain: headings, titles, damage."""
EITHER_CASE = log(0.5)
CASE_WEIGHT = 0.5
"""Letter case is damaged together with marks, so it counts half."""


def _case(shares: Iterable[float]) -> list[float]:
    found = [CASE_WEIGHT * log(min(max(s, LEAST_CAPITALS), 1 - LEAST_CAPITALS)) for s in shares]
    return [EITHER_CASE] * (UNKNOWN + 1) + found[UNKNOWN + 1 :]


class Trie:
    """Words by their letters: ``next`` by letter, ``word`` where one ends (else -1)."""

    __slots__ = ("_beyond", "next", "word")

    def __init__(self) -> None:
        self.next: dict[str, Trie] = {}
        self.word = -1
        self._beyond: dict[str, list[Trie]] | None = None

    def beyond(self) -> dict[str, list[Trie]]:
        """The nodes two letters on, by the second letter (remembered)."""
        if self._beyond is None:
            self._beyond = {}
            for child in self.next.values():
                for letter, after in child.next.items():
                    self._beyond.setdefault(letter, []).append(after)
        return self._beyond


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
    def upper(self) -> list[float]:
        """By word, log probability that it bears a capital inside a sentence, weighed by ``CASE_WEIGHT``."""
        return _case(self.capitals)

    @cached_property
    def lower(self) -> list[float]:
        """By word, log probability that it bears none."""
        return _case(1 - share for share in self.capitals)

    @cached_property
    def trie(self) -> Trie:
        """The words worth looking for, as a trie (made when first asked for)."""
        root = Trie()
        for word, number in self.ids.items():
            if self.counts[number] < LEAST_SOUGHT:
                break
            at = root
            for letter in word:
                after = at.next.get(letter)
                if after is None:
                    after = at.next[letter] = Trie()
                at = after
            at.word = number
        return root

    def __contains__(self, word: str) -> bool:
        return key(word) in self.ids

    def id_of(self, word: str) -> int:
        """The id of a word in any case and tone style; ``UNKNOWN`` where it has none."""
        return self.ids.get(key(word), UNKNOWN)
