"""All rules of a run, and all their patterns, to be looked for together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass

from pipeline.extract.amounts import Grammar
from pipeline.extract.cues import Cues
from pipeline.extract.groups import groups
from pipeline.extract.lookout import Lookout
from pipeline.extract.patterns import Pattern
from pipeline.extract.periods import periods
from pipeline.extract.rules import TableRules
from pipeline.lazy import lazy


@dataclass(frozen=True)
class Rulebook:
    """All rules of a run: the tables in their order, and what they share."""

    tables: Mapping[str, TableRules]
    cues: Cues
    grammar: Grammar

    @lazy
    def lookout(self) -> Lookout:
        """All its patterns, and those of groups and periods, to be looked for together."""
        own = [pattern.asked for pattern in (*patterns_of(self.tables), *patterns_of(self.cues))]
        return Lookout([*own, *groups().patterns, *periods().patterns])


def patterns_of(part: object) -> Iterator[Pattern]:
    """The patterns that a rulebook, or a part of one, holds."""
    if isinstance(part, Pattern):
        yield part
    elif isinstance(part, (Mapping, list, tuple)):
        for one in part.values() if isinstance(part, Mapping) else part:
            yield from patterns_of(one)
    elif is_dataclass(part):
        yield from patterns_of([getattr(part, entry.name) for entry in fields(part)])
