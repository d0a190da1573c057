"""The same report in two files of different bytes: found by content, the better-read one counts.

Documents are looked up under what their heads say and under their figures, never all against all: time grows
with their number. Two are one where nothing that their heads say contradicts it, their wordings agree and so
do their figures. A report that repeats last month's wording has other figures and is none.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from rapidfuzz import fuzz
from rapidfuzz.distance import Levenshtein

from pipeline.batch.likeness import FIGURES, WORDS, Likeness, shared
from pipeline.language.normal import fold_marks

ALIKE_WORDS = 0.4
"""Share of shingles that two readings have in common at least: 4 % of words misread leave 79 %, 10 % 57 %."""
ALIKE_NAMED = 0.2
"""The same where symbol and date agree: text so damaged that a fifth of its words is misread still has it."""
SAME_WORDS = 0.9
"""The same of two texts of which neither is damaged."""
ALIKE_FIGURES = 0.6
"""Share of figures: a tenth misread on both sides leaves 68 %."""
SAME_FIGURES = 0.99
"""The same where neither is damaged: a version with one corrected figure is another document."""
FEW_FIGURES = 5
"""Figures without which the wording says too little: then symbol and date must agree."""
ALIKE_TITLES = 80.0
"""Likeness (0-100) from which two titles may be one, misread or cut."""
MOST = 32
"""Groups under one key, and members of a group, with which a document is compared."""


@dataclass
class _Group:
    members: list[Likeness] = field(default_factory=list)


def duplicates(documents: Iterable[Likeness]) -> dict[str, str]:
    """Which document counts for which.

    Args:
        documents: each content once, in a fixed order, which decides between what is read equally well.

    Returns:
        Key of each document that does not count, with the key of the one that does.
    """
    index: dict[object, list[_Group]] = {}
    groups: list[_Group] = []
    for document in documents:
        group = next((g for g in _near(document, index) if _belongs(document, g)), None)
        if group is None:
            group = _Group()
            groups.append(group)
        group.members.append(document)
        for key in _keys(document):
            held = index.setdefault(key, [])
            if group not in held[-MOST:]:
                held.append(group)
    found: dict[str, str] = {}
    for group in groups:
        best = max(group.members, key=lambda d: d.rank)  # the first of equals
        found |= {d.key: best.key for d in group.members if d is not best}
    return found


def _keys(document: Likeness) -> Iterator[object]:
    """Under what a document is found."""
    facts = document.facts
    if facts["symbol"] and facts["issued_from"]:
        yield "symbol", fold_marks(facts["symbol"]).upper(), facts["issued_from"]
    yield from enumerate(document.bands)


def _near(document: Likeness, index: dict[object, list[_Group]]) -> Iterator[_Group]:
    seen: set[int] = set()
    for key in _keys(document):
        for group in reversed(index.get(key, ())[-MOST:]):
            if id(group) not in seen:
                seen.add(id(group))
                yield group


def _belongs(document: Likeness, group: _Group) -> bool:
    members = group.members[:MOST]
    return not any(_contradict(document, m) for m in members) and any(_alike(document, m) for m in members)


def _contradict(a: Likeness, b: Likeness) -> bool:
    """Whether what their heads say, where both say it, cannot be of one document."""
    known = {name for name in a.facts if a.facts[name] and b.facts[name]}
    if any(a.facts[n] != b.facts[n] for n in known & {"doc_type", "period_start", "period_end"}):
        return True
    if "symbol" in known and _plain(a.facts["symbol"]) != _plain(b.facts["symbol"]):
        return True
    if {"issued_from", "issued_to"} <= known and (
        a.facts["issued_to"] < b.facts["issued_from"] or b.facts["issued_to"] < a.facts["issued_from"]
    ):
        return True
    if "place" in known and _is_other(_plain(a.facts["place"]), _plain(b.facts["place"])):
        return True
    titles = [_plain(document.facts["title"]) for document in (a, b)] if "title" in known else ["", ""]
    return fuzz.partial_ratio(*titles) < ALIKE_TITLES if all(titles) else False


def _is_other(place: str, other: str) -> bool:
    """Whether two places differ by more than a misread letter in eight; one may name a unit above as well."""
    shorter = min(len(place), len(other))
    return Levenshtein.distance(place[:shorter], other[:shorter]) > max(1, shorter // 8)


def _plain(text: str) -> str:
    return fold_marks(text).upper()


def _alike(a: Likeness, b: Likeness) -> bool:
    """Whether wording and figures agree."""
    words = shared(a.words, b.words, WORDS)
    named = all(a.facts[n] and a.facts[n] == b.facts[n] for n in ("symbol", "issued_from"))
    if words < (ALIKE_NAMED if named else ALIKE_WORDS):
        return False
    if min(len(a.figures), len(b.figures)) < FEW_FIGURES:
        return named and words >= ALIKE_WORDS and abs(len(a.figures) - len(b.figures)) < FEW_FIGURES
    least = SAME_FIGURES if a.clean and b.clean and words >= SAME_WORDS else ALIKE_FIGURES
    return shared(a.figures, b.figures, FIGURES) >= least
