"""The rules of ``dictionaries/rules/*.toml``, loaded, checked and compiled.

A rule is a trigger (words that make the numbers near them figures of a table, with the values they set) or a
blocker (words that claim a number for something that is no row). Patterns are regexes in which a blank
stands for any white space.
"""

from __future__ import annotations

import tomllib
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property, lru_cache
from pathlib import Path
from typing import Any

import regex

from pipeline.errors import DictionaryError
from pipeline.extract.prefilter import Prefiltered, spans
from pipeline.language.dictionaries import folder

_FLAGS = regex.IGNORECASE | regex.V1


AROUND = 500
"""Characters before a trigger in which the words that it needs may stand."""
NEUTRAL = "neutral"
"""The reason of marks that only keep others from matching inside them."""


def compile_pattern(pattern: str, *, bounded: bool = True) -> regex.Pattern[str]:
    """A pattern whose blanks match any white space, at word boundaries where ``bounded``.

    >>> bool(compile_pattern("dư nợ").search("tổng dư   nợ đạt")), bool(compile_pattern("vay").search("vayx"))
    (True, False)
    """
    spaced = regex.sub(r"\[[^\]]*\]|\\.| ", lambda m: r"\s+" if m.group() == " " else m.group(), pattern)
    return regex.compile(rf"(?<!\p{{L}})(?:{spaced})(?!\p{{L}})" if bounded else spaced, _FLAGS)


@dataclass(frozen=True)
class Trigger:
    """Words that govern numbers: for a table (``values``), or for nothing (``reason``)."""

    id: str
    pattern: regex.Pattern[str]
    values: Mapping[str, str] = field(default_factory=dict)
    reason: str = ""
    strong: bool = False
    needs: regex.Pattern[str] | None = None

    @cached_property
    def words(self) -> Prefiltered:
        """Its pattern, asked only where one of its words stands."""
        return Prefiltered.of(self.pattern)


@dataclass(frozen=True, slots=True)
class Mark:
    """``text[start:end]`` is a trigger's match."""

    start: int
    end: int
    trigger: Trigger


@dataclass(frozen=True)
class Gate:
    """Words that must stand near a figure for its table to take it.

    ``unless`` are words near it that close the gate, except where its sentence holds one of ``surely``;
    ``never`` are words that close it whatever else is said.
    """

    pattern: regex.Pattern[str]
    before: int
    after: int
    unless: regex.Pattern[str] | None = None
    surely: regex.Pattern[str] | None = None
    never: regex.Pattern[str] | None = None

    def is_open(self, text: str, sentence: tuple[int, int], at: int) -> bool:
        """Whether a number at an offset, in the sentence ``text[start:end]``, may be a figure."""
        if not _stands(self.pattern, text, at - self.before, at + self.after):
            return False
        if self.never and _stands(self.never, text, at - NEAR, at + NEAR):
            return False
        if self.unless is None or not _stands(self.unless, text, at - NEAR, at + NEAR):
            return True
        return bool(self.surely and _stands(self.surely, text, *sentence))


def _stands(pattern: regex.Pattern[str], text: str, start: int, end: int) -> bool:
    return bool(places_in(pattern, text, start, end))


def places_in(pattern: regex.Pattern[str], text: str, start: int, end: int) -> Sequence[int]:
    """Where matches begin in ``text[start:end]``; each text is searched once for all its numbers."""
    places = _places(pattern, text)
    first = bisect_left(places, start)
    return places[first : bisect_left(places, end, first)]


@lru_cache(maxsize=32)
def _places(pattern: regex.Pattern[str], text: str) -> list[int]:
    return [match.start() for match in Prefiltered.of(pattern).finditer(text)]


NEAR = 250
"""Characters around a number in which words that close its gate count."""


@dataclass(frozen=True)
class TableRules:
    """All rules of one table; ``parts`` are the patterns of its own sections, by section and name."""

    table: str
    gate: Gate
    triggers: Sequence[Trigger]
    examples: Sequence[Mapping[str, Any]]
    parts: Mapping[str, regex.Pattern[str]]

    def marks(self, text: str, start: int, end: int, blockers: Sequence[Trigger]) -> list[Mark]:
        """Triggers and blockers in ``text[start:end]``, in order; of overlapping ones the longest."""
        found: list[Mark] = []
        for trigger in (*self.triggers, *blockers):
            for first, last in spans(trigger.words, text, start, end):
                if trigger.needs and not trigger.needs.search(text, max(0, first - AROUND), end):
                    continue
                found.append(Mark(first, last, trigger))
        return [m for m in longest(found) if m.trigger.reason != NEUTRAL]


def longest(marks: Sequence[Mark]) -> list[Mark]:
    """Marks that do not overlap, the longer first choice, in order of place."""
    kept: list[Mark] = []
    for mark in sorted(marks, key=lambda m: (m.start - m.end, m.start)):
        if all(mark.end <= k.start or mark.start >= k.end for k in kept):
            kept.append(mark)
    return sorted(kept, key=lambda m: m.start)


@dataclass(frozen=True)
class Status:
    """A cue of ``actual``, ``planned`` or ``requested``."""

    status: str
    strength: int
    pattern: regex.Pattern[str]
    example: str

    @cached_property
    def words(self) -> Prefiltered:
        """Its pattern, asked only where one of its words stands."""
        return Prefiltered.of(self.pattern)


@dataclass(frozen=True)
class Cues:
    """What all tables share (``cues.toml``)."""

    statuses: Sequence[Status]
    status_after: Sequence[tuple[str, regex.Pattern[str]]]
    excluded_after: Sequence[tuple[str, regex.Pattern[str]]]
    actor: regex.Pattern[str]
    planned_heading: regex.Pattern[str]
    actual_heading: regex.Pattern[str]
    parts: regex.Pattern[str]
    excluded: Sequence[tuple[str, regex.Pattern[str], regex.Pattern[str] | None]]
    blockers: Sequence[Trigger]
    own_verb: regex.Pattern[str]
    examples: Sequence[tuple[str, str]]


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        message = f"{path}: {error}; put the file right or reinstall hoso"
        raise DictionaryError(message) from error


def load_table(path: Path) -> TableRules:
    """The rules of one file.

    Raises:
        DictionaryError: for a file that is not TOML, lacks a part, or holds a pattern that is no regex.
    """
    data = _toml(path)
    try:
        gate = data["gate"]
        triggers = [
            Trigger(
                t["id"],
                compile_pattern(t["pattern"]),
                t["set"],
                needs=compile_pattern(t["needs"]) if "needs" in t else None,
            )
            for t in data["trigger"]
        ]
        parts = {
            f"{section}.{name}": compile_pattern(pattern, bounded=False)
            for section, content in data.items()
            if isinstance(content, dict) and section != "gate"
            for name, pattern in content.items()
            if isinstance(pattern, str)
        }
        return TableRules(
            data["table"],
            Gate(
                compile_pattern(gate["pattern"]),
                gate["before"],
                gate["after"],
                *(compile_pattern(gate[k]) if k in gate else None for k in ("unless", "surely", "never")),
            ),
            triggers,
            data.get("example", []),
            parts,
        )
    except (KeyError, TypeError, regex.error) as error:
        message = f"{path}: {type(error).__name__} {error}; see loans.toml for the form of a rule"
        raise DictionaryError(message) from error


def load_cues(path: Path) -> Cues:
    """The shared cues of one file; errors as ``load_table``."""
    data = _toml(path)
    try:
        tail = r"\s*[:,(]?\s*$"
        return Cues(
            [
                Status(s["status"], s["strength"], compile_pattern(s["pattern"]), s["example"])
                for s in data["status"]
            ],
            [(s["status"], compile_pattern(s["pattern"])) for s in data["status_after"]],
            [(e["reason"], compile_pattern(e["pattern"])) for e in data["excluded_after"]],
            compile_pattern(data["actor"]["pattern"]),
            compile_pattern(data["status_heading"]["planned"]),
            compile_pattern(data["status_heading"]["actual"]),
            compile_pattern("|".join(p["pattern"] for p in data["parts"])),
            [
                (
                    e["reason"],
                    compile_pattern(rf"(?<!\p{{L}})(?:{e['pattern']}){tail}", bounded=False),
                    compile_pattern(e["unless"]) if "unless" in e else None,
                )
                for e in data["excluded"]
            ],
            [
                Trigger(
                    f"blocker.{b['reason']}",
                    compile_pattern(b["pattern"]),
                    reason=b["reason"],
                    strong=b.get("strong", False),
                )
                for b in data["blocker"]
            ]
            + [Trigger(NEUTRAL, compile_pattern(n["pattern"]), reason=NEUTRAL) for n in data["neutral"]],
            compile_pattern(data["own_verb"]["pattern"]),
            [
                (b["pattern"], b["example"])
                for key in (
                    "status",
                    "status_after",
                    "parts",
                    "blocker",
                    "excluded",
                    "excluded_after",
                    "neutral",
                )
                for b in data[key]
            ],
        )
    except (KeyError, TypeError, regex.error) as error:
        message = f"{path}: {type(error).__name__} {error}"
        raise DictionaryError(message) from error


@cache
def tables() -> dict[str, TableRules]:
    """The rules of every table in ``dictionaries/rules``, by table."""
    paths = sorted(p for p in (folder() / "rules").glob("*.toml") if p.stem != "cues")
    return {rules.table: rules for rules in map(load_table, paths)}


@cache
def cues() -> Cues:
    """The shared cues of the dictionaries."""
    return load_cues(folder() / "rules" / "cues.toml")
