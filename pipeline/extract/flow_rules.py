"""The data behind ``flow``: list markers, widths, abbreviations, from ``dictionaries/flow.toml``."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from typing import Any

import regex

from pipeline.errors import DictionaryError
from pipeline.language import dictionaries
from pipeline.lazy import lazy


@dataclass(frozen=True)
class Marker:
    """A list marker or heading number at the start of a line."""

    name: str
    pattern: regex.Pattern[str]
    level: int
    example: str
    counter: str
    not_after: regex.Pattern[str] | None = None
    only_after: regex.Pattern[str] | None = None
    soft: bool = False

    def stands(self, above: str, rest: str, *, soft_break: bool) -> bool:
        """Whether what looks like this marker is one.

        Args:
            above: the line before, trimmed.
            rest: what follows the marker on its line.
            soft_break: the line above is full and ends without a stop.
        """
        if self.not_after and self.not_after.search(above):
            return False
        if self.only_after and above and not self.only_after.search(above):
            return False
        return not (self.soft and above and _is_infix(above, rest, soft_break=soft_break))


def _is_infix(above: str, rest: str, *, soft_break: bool) -> bool:
    """Whether a dash or plus that begins a line joins two words: ``2021`` / ``- 2025``, an open quote."""
    if above[-1:].isdigit() and rest[:4].isdigit():
        return True
    if above.count("“") > above.count("”"):
        return True
    return soft_break and rest[:1].islower()


_USUAL = "nhgitc"
"""The six small letters that are nearly half of all in Vietnamese text."""


@dataclass(frozen=True)
class FlowRules:
    """All thresholds and patterns of ``flow``; see the comments in dictionaries/flow.toml."""

    markers: tuple[Marker, ...]
    abbreviations: frozenset[str]
    starter: regex.Pattern[str]
    paragraph_level: int
    row_level: int
    columns_level: int
    capitals_level: int
    capitals_letters: int
    capitals_share: float
    fit_share: float
    width_quantile: float
    narrowest: int
    widest: int
    heading_level: int = 5

    @lazy
    def any_marker(self) -> regex.Pattern[str]:
        """What begins with some marker."""
        return regex.compile("|".join(f"(?:{marker.pattern.pattern})" for marker in self.markers))

    def is_capitals(self, text: str) -> bool:
        """Whether a line is set in capitals."""
        if sum(map(text.count, _USUAL)) > (1 - self.capitals_share) * len(text):
            return False  # most lines are told so, at a tenth of the cost
        letters = list(filter(str.isalpha, text))
        if len(letters) < self.capitals_letters:
            return False
        return sum(map(str.isupper, letters)) >= self.capitals_share * len(letters)


@cache
def load_rules() -> FlowRules:
    """The rules, read once.

    Raises:
        DictionaryError: where the file is missing or wrong.
    """
    path = dictionaries.folder() / "flow.toml"
    try:
        data: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
        markers = tuple(_marker(entry) for entry in data.pop("marker"))
        words = frozenset(data.pop("sentence")["abbreviations"])
        starter = regex.compile(data.pop("starter"))
        return FlowRules(markers, words, starter, **data)
    except (OSError, KeyError, TypeError, ValueError, regex.error) as error:
        message = f"{path}: {error}; reinstall hoso or correct the file"
        raise DictionaryError(message) from error


def _marker(entry: dict[str, Any]) -> Marker:
    compiled = {
        key: regex.compile(value) if key in {"pattern", "not_after", "only_after"} else value
        for key, value in entry.items()
    }
    return Marker(**compiled)
