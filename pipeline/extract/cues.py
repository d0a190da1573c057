"""What all tables share: words that tell results from plans, parts from totals, and what is no figure.

``cue_file`` loads them from ``dictionaries/rules/cues.toml``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.extract.patterns import Pattern, Patterns
from pipeline.extract.rules import Trigger
from pipeline.lazy import lazy


@dataclass(frozen=True)
class Status:
    """A cue of ``actual``, ``planned`` or ``requested``."""

    status: str
    strength: int
    pattern: Pattern
    example: str


@dataclass(frozen=True)
class Cues:
    """What all tables share (``cues.toml``)."""

    statuses: Sequence[Status]
    status_after: Sequence[tuple[str, Pattern]]
    excluded_after: Sequence[tuple[str, Pattern, bool]]
    actor: Pattern
    planned_heading: Pattern
    actual_heading: Pattern
    parts: Pattern
    excluded: Sequence[tuple[str, Pattern, Pattern | None, bool]]
    blockers: Sequence[Trigger]
    own_verb: Pattern
    carried: Pattern
    carried_behind: Pattern
    given_to: Pattern
    continues: Pattern
    of_these: Pattern
    sum_line: Pattern
    taught: Pattern
    fed: Pattern
    gets: Pattern
    remainder: Pattern
    handed_on: Pattern
    handed_over: Pattern
    states: Pattern
    now: Pattern
    goes_on: Pattern
    contrast: Pattern
    as_of: Pattern
    bare_verb: Pattern
    whole: Pattern
    each: Pattern
    each_gets: Pattern
    sums_up: Pattern
    in_turn: Pattern
    target: Pattern
    target_label: Pattern
    unlike: Pattern
    among: Pattern
    placed: Pattern
    works: Pattern
    works_behind: Pattern
    was: Pattern
    became: Pattern
    denied: Pattern
    counted: Pattern
    within: Pattern
    out_of: Pattern
    same_people: Pattern
    labels: Sequence[tuple[str, Pattern]]
    unit_told: Pattern
    bare: Pattern
    shares_noun: Pattern
    conjunction: Pattern
    added: Pattern
    runs_on: Pattern
    turn_joint: Pattern
    turn_part: Pattern
    people_noun: Pattern
    programme_words: Pattern
    rest: Pattern
    copula: Pattern
    source_of: Pattern
    passive: Pattern
    done_to: Pattern
    story: Pattern
    aside: Pattern
    pointing: Pattern
    purpose: Pattern
    speaker: Pattern
    singled: Pattern
    topic: Pattern
    others: Pattern
    base: Pattern
    further: Pattern
    money: Pattern
    examples: Sequence[tuple[str, bool, str]]
    """Patterns, whether each stands between words, and a text in which it is found."""
    counters: Sequence[tuple[str, bool, str]]
    """The same with a text in which it is not."""

    def splits(self, text: str, start: int, end: int) -> bool:
        """Whether a sentence begins by announcing parts of what was told before it: ``Cụ thể: …``."""
        first = next((at for at in range(start, end) if text[at].isalpha()), end)
        return bool(self.parts.match(text, first, end))

    def places(self, text: str, start: int, end: int) -> bool:
        """Whether a sentence begins with one of the places counted before it: ``Xã An Hòa dẫn đầu với …``."""
        first = next((at for at in range(start, end) if text[at].isalpha()), end)
        return bool(self.placed.match(text, first, end))

    def plans(self, text: str, start: int, end: int) -> bool:
        """Whether words of a span surely tell a plan: ``phấn đấu giảm 60 hộ nghèo``."""
        sure = (cue for cue in self.statuses if cue.status == "planned" and cue.strength > 1)
        return any(cue.pattern.search(text, start, end) for cue in sure)

    @lazy
    def blocking(self) -> Patterns:
        """The blockers' patterns."""
        return Patterns([blocker.pattern for blocker in self.blockers])

    @lazy
    def excluding(self) -> Patterns:
        """The patterns of what excludes numbers behind it."""
        return Patterns([pattern for _, pattern, _, _ in self.excluded])

    @lazy
    def behind(self) -> Patterns:
        """The patterns of what excludes numbers before it."""
        return Patterns([pattern for _, pattern, _ in self.excluded_after])

    @lazy
    def telling(self) -> Patterns:
        """The statuses' patterns."""
        return Patterns([status.pattern for status in self.statuses])
