"""What restoration leaves wrong, in classes, counted by a program.

A differing word belongs to the first class that fits it, in the order of ``CLASSES``; it is counted by how it
came about: *left* as it was read, *changed* to another wrong word, or *harmed*: right before, wrong after.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from rapidfuzz.distance import Levenshtein

from benchmarks.words import Difference, Span, differences, words
from pipeline.language.lexicon import Lexicon
from pipeline.language.normal import fold_marks, key, nfc
from pipeline.model import RestoredText

Outcome = Literal["left", "changed", "harmed"]
OUTCOMES: tuple[Outcome, ...] = ("left", "changed", "harmed")
RARE = 300
"""Weighted count in the lexicon below which a word is rare."""
EXAMPLES = 4


@dataclass(frozen=True)
class Case:
    """One difference: the words printed, the words restored, what was read, the printed word before."""

    truth: str
    restored: str
    raw: str
    before: str


@dataclass
class Tally:
    """Counts by class and outcome, and examples by class."""

    counts: Counter[tuple[str, Outcome]] = field(default_factory=Counter)
    examples: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def add(self, name: str, outcome: Outcome, case: Case) -> None:
        """One more."""
        self.counts[name, outcome] += 1
        shown = self.examples[name]
        example = f"{case.truth or '∅'} → {case.restored or '∅'}"
        if len(shown) < EXAMPLES and example not in shown and len(example) < 60 and "|" not in example:
            shown.append(example)

    def total(self, name: str) -> int:
        """Of a class, over all outcomes."""
        return sum(self.counts[name, outcome] for outcome in OUTCOMES)


def _letters(text: str) -> str:
    return "".join(fold_marks(text).lower().split())


def _cut(case: Case, _: Lexicon) -> bool:
    return len(case.truth.split()) != len(case.restored.split()) and (
        Levenshtein.normalized_similarity(_letters(case.truth), _letters(case.restored)) > 0.6
    )


def _name(case: Case, lexicon: Lexicon) -> bool:
    word = case.truth
    if not word[:1].isupper() or word.isupper():
        return False
    # after a mark the first word of a sentence has a capital too: there only words that mostly have one count
    known = lexicon.capitals[lexicon.ids[key(word)]] if key(word) in lexicon.ids else 1.0
    return known > 0.4 or case.before[:1].isupper()


def _rare(case: Case, lexicon: Lexicon) -> bool:
    found = [key(word) for word in case.truth.split()]
    return any(w not in lexicon.ids or lexicon.counts[lexicon.ids[w]] < RARE for w in found)


def _far(case: Case, _: Lexicon) -> bool:
    return Levenshtein.normalized_similarity(_letters(case.truth), _letters(case.raw)) < 0.4


CLASSES: tuple[tuple[str, str, Callable[[Case, Lexicon], bool]], ...] = (
    ("dirt", "read where nothing is printed", lambda c, _: not c.truth),
    ("lost", "printed, but not read at all", lambda c, _: not c.restored),
    (
        "numbers",
        "a figure misread (restoration never changes one), or letters for one",
        lambda c, _: any(ch.isdigit() for ch in c.truth),
    ),
    ("cut or joined", "a word in two, or two in one", _cut),
    ("digits in a word", "a digit stands in a word", lambda c, _: any(ch.isdigit() for ch in c.restored)),
    (
        "capital Đ",
        "D for Đ or Đ for D at the head of a word",
        lambda c, _: (
            {c.truth[0], c.restored[0]} == {"D", "Đ"} and fold_marks(c.truth) == fold_marks(c.restored)
        ),
    ),
    ("capitals", "right but for capitals", lambda c, _: key(c.truth) == key(c.restored)),
    ("names", "a name of a person, place or project", _name),
    (
        "initials and symbols",
        "UBND, 12/NQ-HĐND and the like",
        lambda c, _: c.truth.isupper() or any(ch in c.truth for ch in "/-."),
    ),
    ("rare words", "the printed word is rare or unknown, foreign ones among them", _rare),
    ("unreadable", "most letters were read as others", _far),
    ("marks", "the letters right, the marks wrong", lambda c, _: _letters(c.truth) == _letters(c.restored)),
    ("other letters", "another common word", lambda _, __: True),
)
"""Name, meaning, test; the first that fits counts."""


def _joined(spans: tuple[Span, ...]) -> str:
    return " ".join(span.text for span in spans)


def tally(found: Tally, truth: str, restored: RestoredText, lexicon: Lexicon) -> None:
    """Add what is left wrong in one text."""
    raw_bad = [d for d in differences(truth, restored.raw) if d.read]
    bad_raw = {place for d in raw_bad for w in d.read for place in range(w.start, w.end)}
    for difference in differences(truth, restored.text):
        case, outcome = _case(difference, restored, bad_raw)
        name = next(name for name, _, fits in CLASSES if fits(case, lexicon))
        found.add(name, outcome, case)


def _case(difference: Difference, restored: RestoredText, bad_raw: set[int]) -> tuple[Case, Outcome]:
    raw, outcome = "", "left"
    if difference.read:
        start, end = restored.to_raw(difference.read[0].start, difference.read[-1].end)
        raw = " ".join(word.text for word in words(nfc(restored.raw[start:end])))
        if raw != _joined(difference.read):
            outcome = "changed" if any(place in bad_raw for place in range(start, end)) else "harmed"
    case = Case(_joined(difference.truth), _joined(difference.read), raw, difference.before)
    return case, outcome  # type: ignore[return-value]
