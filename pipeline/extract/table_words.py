"""What a table's words say of lines, columns and arithmetic: ``dictionaries/sums.toml``, compiled."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from typing import Any

import regex

from pipeline.errors import DictionaryError
from pipeline.language.dictionaries import folder
from pipeline.language.normal import fold_marks

_SPECKS = "-–—_.,:;'`‘’|~^\"“” "
"""Dust read before a word: ``'Tống``."""
_FLAGS = regex.IGNORECASE


@dataclass(frozen=True)
class TableWords:
    """Patterns by name, and those of ordinals, the higher ones first."""

    patterns: dict[str, regex.Pattern[str]]
    never_total: regex.Pattern[str]
    bare_total: regex.Pattern[str]
    ordinals: list[regex.Pattern[str]]

    def says(self, name: str, text: str) -> bool:
        """Whether a label or heading is of the kind ``name`` (a section of sums.toml)."""
        found = bool(self.patterns[name].search(" ".join(text.split()).lstrip(_SPECKS)))
        return found and not (name == "total_column" and self.never_total.search(text))

    def holds(self, name: str, text: str) -> bool:
        """The same of a text as it stands, blanks and dust too."""
        return bool(self.patterns[name].search(text))

    def may_be_total(self, label: str) -> bool:
        """Whether a label, its marks perhaps misread, may be that of a sum: ``Tống số``."""
        return self.says("may_be_total", label) or bool(self.bare_total.search(fold_marks(label)))

    def rank(self, ordinal: str) -> int | None:
        """How deep an ordinal stands (0: highest); None where it is none."""
        text = ordinal.strip().rstrip(".)/")
        return next((n for n, pattern in enumerate(self.ordinals) if pattern.fullmatch(text)), None)


def compile_words(data: dict[str, Any]) -> TableWords:
    """The words of a parsed file."""
    patterns = {
        name: regex.compile(section["pattern"], _FLAGS)
        for name, section in data.items()
        if isinstance(section, dict)
    }
    never = regex.compile(data["total_column"]["never"], _FLAGS)
    # a roman number and a letter are told from lower case ones
    ordinals = [regex.compile(entry["pattern"], regex.V1) for entry in data["ordinal"]]
    bare = regex.compile(fold_marks(data["total_line"]["pattern"]), _FLAGS)
    return TableWords(patterns, never, bare, ordinals)


@cache
def table_words() -> TableWords:
    """The words of the dictionaries, compiled once a process.

    Raises:
        DictionaryError: where the file is missing or wrong.
    """
    path = folder() / "sums.toml"
    try:
        return compile_words(tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, KeyError, TypeError, ValueError, regex.error) as error:
        message = f"{path}: {error}; reinstall hoso or correct the file"
        raise DictionaryError(message) from error
