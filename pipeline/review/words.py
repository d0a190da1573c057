"""The pages' words in the reader's language, and what the schema calls columns and codes."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from pipeline.decisions.match import Cells
from pipeline.outputs.views import levels
from pipeline.tables.schema import Column, TableSchema, Text

Language = Literal["en", "vi"]


@dataclass(frozen=True)
class Words:
    """Everything that is said, in one language."""

    language: Language

    def __call__(self, name: str) -> str:
        """A text by its name in texts.toml."""
        return self._of(_data()["texts"][name])

    def flag(self, name: str) -> str:
        """A flag in words; its code where it has none."""
        found = _data()["flags"].get(name)
        return self._of(found) if found else name.replace("_", " ")

    def title(self, of: Column | TableSchema) -> str:
        """A column's or table's title."""
        return self._text(of.title)

    def described(self, column: Column) -> str:
        """A column's description."""
        return self._text(column.description)

    def code(self, column: Column, code: str) -> str:
        """A code's label; the code itself where it has none."""
        found = column.codes.get(code)
        return self._text(found) if found else code

    def numbers(self, schema: TableSchema, cells: Cells) -> str:
        """The numbers of a row with their names, as one line."""
        numbers = set(levels(schema))
        shown = ((c, cells[c.name]) for c in schema.columns if c.name in numbers)
        return " · ".join(f"{self.title(c)}: {self.grouped(value)}" for c, value in shown if value)

    def asked(self, cell: str, other: str) -> str:
        """The question about a number that is far from the print."""
        return self("far").format(typed=self.grouped(cell), read=self.grouped(other))

    @staticmethod
    def grouped(cell: str) -> str:
        """A whole number as reports print it, which the form takes too; other cells as they are.

        >>> Words.grouped("64200000000"), Words.grouped("12.5"), Words.grouped("")
        ('64.200.000.000', '12.5', '')
        """
        whole = cell.isascii() and cell.isdecimal() and len(cell) < 40
        return f"{int(cell):_}".replace("_", ".") if whole else cell

    def _of(self, pair: list[str]) -> str:
        return pair[0 if self.language == "en" else 1]

    def _text(self, text: Text) -> str:
        return text.en if self.language == "en" else text.vi


@cache
def _data() -> Mapping[str, dict[str, list[str]]]:
    path = Path(__file__).with_name("texts.toml")
    return tomllib.loads(path.read_text(encoding="utf-8"))


def preferred(header: str) -> Language:
    """The language that a browser wants, of the two there are.

    >>> preferred("vi-VN,vi;q=0.9,en;q=0.8"), preferred("de")
    ('vi', 'en')
    """
    for part in header.split(","):
        name = part.strip().lower()
        if name.startswith("vi"):
            return "vi"
        if name.startswith("en"):
            return "en"
    return "en"
