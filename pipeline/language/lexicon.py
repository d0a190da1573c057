"""The words of the language model: lower-case keys with ids by falling frequency."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import DictionaryError
from pipeline.language.dictionaries import folder
from pipeline.language.normal import key

BREAK, NUMBER, UNKNOWN = 0, 1, 2
"""Ids of a sentence's end, of any number, and of any word outside the lexicon."""


@dataclass(frozen=True)
class Lexicon:
    """Words by id, ids by word, and how often each was counted."""

    words: tuple[str, ...]
    counts: tuple[int, ...]
    ids: dict[str, int]

    @classmethod
    def load(cls, path: Path | None = None) -> Lexicon:
        """Read ``lexicon.tsv`` (word, count; the line number is the id).

        Raises:
            DictionaryError: where the file is missing or malformed.
        """
        path = path or folder() / "lexicon.tsv"
        try:
            rows = [line.split("\t") for line in path.read_text(encoding="utf-8").splitlines()]
            words, counts = tuple(row[0] for row in rows), tuple(int(row[1]) for row in rows)
        except (OSError, ValueError, IndexError) as error:
            message = f"{path}: {error}; restore the file or run make dictionaries"
            raise DictionaryError(message) from error
        return cls(words, counts, {word: i for i, word in enumerate(words) if i > UNKNOWN})

    def __contains__(self, word: str) -> bool:
        return key(word) in self.ids

    def id_of(self, word: str) -> int:
        """The id of a word in any case and tone style; ``UNKNOWN`` where it has none."""
        return self.ids.get(key(word), UNKNOWN)
