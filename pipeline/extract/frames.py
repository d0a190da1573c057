"""What governs a number: the trigger or blocker whose clause it stands in."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import accumulate, takewhile
from operator import attrgetter

import regex

from pipeline.extract.cues import Cues
from pipeline.extract.drafts import Draft, Heard, Record
from pipeline.extract.exclusions import reasons
from pipeline.extract.groups import groups
from pipeline.extract.patterns import Pattern
from pipeline.extract.quantity import Quantity
from pipeline.extract.rules import Mark, TableRules, places_in
from pipeline.extract.sentence import Sentence
from pipeline.extract.whose import NAMED, group_at
from pipeline.lazy import lazy

_WORD = regex.compile(r"\p{L}+")
FEW = 2
"""Words before an amount that may still be but a name."""
MONEY = 25
"""Characters before an amount in which words name it as a sum."""
FAR = 140
"""Characters behind a count in which its verb is looked for."""


@dataclass(eq=False)
class Frame:
    """A sentence seen by one table's rules.

    ``above`` are the texts of the blocks over the sentence's block, nearest first, ``opening`` is what stands
    before it in its own block, as spans. ``record`` keeps what was weighed for which number.
    """

    sentence: Sentence
    rules: TableRules
    cues: Cues
    above: Sequence[tuple[int, int]]
    opening: tuple[int, int] = (0, 0)
    record: Record = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        sentence: Sentence,
        rules: TableRules,
        cues: Cues,
        above: Sequence[tuple[int, int]],
        opening: tuple[int, int] = (0, 0),
        record: Record | None = None,
    ) -> Frame:
        """The frame of a sentence."""
        return cls(sentence, rules, cues, above, opening, {} if record is None else record)

    @lazy
    def verbs(self) -> dict[int, bool]:
        """Which clauses were found to have a verb of their own."""
        return {}

    @lazy
    def heard_above(self) -> dict[tuple[int, int], Sequence[Mark]]:
        """The marks found in blocks above."""
        return {}

    @lazy
    def heard_in(self) -> dict[int, Sequence[Mark]]:
        """The marks found in clauses."""
        return {}

    @lazy
    def topics(self) -> dict[tuple[str, bool], Mark | None]:
        """The topics found."""
        return {}

    @lazy
    def marks(self) -> Sequence[Mark]:
        """Triggers and blockers; those inside the groups of its counts do not count."""
        sentence, rules = self.sentence, self.rules
        found = rules.marks(sentence.text, sentence.start, sentence.end, self.cues)
        taken = [g for q in sentence.quantities if not q.is_money and (g := group_at(sentence, q))]
        taken.sort(key=lambda g: g.start)
        begins, ends = [g.start for g in taken], list(accumulate((g.end for g in taken), max))
        kept = []
        for mark in (_outside(m, sentence, rules) for m in found):
            # of the groups that begin before it, how far the one reaches that ends last
            before = bisect_right(begins, mark.start) if mark else 0
            if mark and not (before and mark.end <= ends[before - 1]):
                kept.append(mark)
        return kept

    def own_marks(self, number: int) -> Sequence[Mark]:
        """The marks of a clause itself."""
        if number not in self.heard_in:
            clause = self.sentence.clauses[number]
            first = bisect_left(self.marks, clause.start, key=_start)
            last = bisect_left(self.marks, clause.end, first, key=_start)
            self.heard_in[number] = [m for m in self.marks[first:last] if clause.holds(m.start)]
        return self.heard_in[number]

    def is_open(self, q: Quantity) -> bool:
        """Whether what stands around a number lets the table take it."""
        return self.rules.gate.is_open(self.sentence.text, (self.sentence.start, self.sentence.end), q.start)

    @property
    def introduction(self) -> tuple[int, int] | None:
        """The span of a list's introduction (it ends with a colon) above the sentence."""
        return next((span for span in self.introductions if span in self.above[:2]), None)

    @lazy
    def introductions(self) -> Sequence[tuple[int, int]]:
        """The spans of all introductions above the sentence: lists lie in lists. The nearest first."""
        return [(a, b) for a, b in self.above if self.sentence.text[a:b].endswith(":")]

    # ---- what the sentence before told --------------------------------------------------------

    @lazy
    def splits(self) -> bool:
        """Whether the sentence begins by announcing parts of what was told before it."""
        return self.cues.splits(self.sentence.text, self.sentence.start, self.sentence.end)

    def split(self, before: Sequence[Draft]) -> Draft | None:
        """The row above that the sentence's figures are parts of, where it begins by announcing them."""
        above = before[-1] if before and self.splits else None
        # `… cho 498 học viên (kế hoạch 750). Trong số đó: …`: not of what a bracket compares them with
        near = takewhile(lambda r: above and r.sentence is above.sentence, reversed(before))
        told = [r for r in near if not r.sentence.is_bracketed(r.first.start)]
        above = told[0] if told else above
        if told and self.cues.places(self.sentence.text, self.sentence.start, self.sentence.end):
            above = max(reversed(told), key=lambda r: len(r.cells))  # what was counted, not what was added
        return above if above and self.sentence.block - above.sentence.block <= 1 else None

    def carried(self, before: Sequence[Draft]) -> Mark | None:
        """What governs the row that the sentence splits: its parts need no words of their own."""
        whole = self.split(before)
        triggers = (t for t in self.rules.triggers if whole and t.id == whole.rule)
        start = self.sentence.start
        return next((Mark(start, start, trigger) for trigger in triggers), None)

    # ---- exclusions ---------------------------------------------------------------------------

    def excluded(self, q: Quantity) -> str:
        """Why the number is no figure of any table by what stands before it; empty where nothing does."""
        if "range" in q.flags:
            return "range"
        before, behind = reasons(self.sentence, q, self.cues)
        if told := next((reason for reason in before if reason not in self.rules.spares), ""):
            return told
        if q.per in {"household", "person", "month", "year", "other"}:
            return "average"
        return next((reason for reason in behind if reason not in self.rules.spares), "")

    def stop(self, q: Quantity, slots: Sequence[Quantity]) -> int:
        """Where the next number of a number's clause begins; one in a bracket behind it does not count."""
        clause = self.sentence.clauses[self.sentence.clause_at(q.start)]
        later = (
            o.lead for o in slots if o.start > q.start and (clause.holds(o.start) or o.start >= clause.end)
        )
        return next(later, self.sentence.end)

    # ---- what was weighed ---------------------------------------------------------------------

    def weigh(self, q: Quantity, chosen: Mark | None, inside: Sequence[Mark]) -> None:
        """Keep the marks near a number, with why they lost to the chosen one."""
        before = [m for m in inside if m.end <= q.start][-NEAREST:]
        behind = [m for m in inside if m.start >= q.end][:NEAREST]
        heard = [
            Heard(m.trigger.id, m.start, m.end, _why_lost(m, chosen, q))
            for m in (*before, *behind)
            if m is not chosen
        ]
        if chosen:
            heard.insert(0, Heard(chosen.trigger.id, chosen.start, chosen.end, ""))
        self.record.setdefault(q.start, {})[self.rules.table] = heard

    def tell(self, q: Quantity, why: str) -> None:
        """Keep why the table left a number."""
        heard = self.record.setdefault(q.start, {}).setdefault(self.rules.table, [])
        heard.append(Heard(self.rules.table, 0, 0, why))

    # ---- governing ----------------------------------------------------------------------------

    def governor(self, q: Quantity, stop: int) -> Mark | None:
        """The trigger or blocker that governs a number; ``stop`` is where the next number begins."""
        chosen = self._governor(q, stop)
        self.weigh(q, chosen, self.own_marks(self.sentence.clause_at(q.start)))
        return chosen

    def _governor(self, q: Quantity, stop: int) -> Mark | None:
        sentence = self.sentence
        number = sentence.clause_at(q.start)
        clause = sentence.clauses[number]
        inside = self.own_marks(number)
        before = next((m for m in reversed(inside) if m.end <= q.start), None)
        end = min(stop, clause.end, q.end + FAR)
        after = [m for m in inside if q.end <= m.start < end]
        if q.is_money:
            inside = [m for m in inside if not self._is_spent(m, q)]
            before = next((m for m in reversed(inside) if m.end <= q.start), None)
        else:
            if strong := next((m for m in after if m.trigger.strong and not self._is_nexts(m, q)), None):
                return strong
            # `gia hạn nợ cho 312 hộ, cho vay 1.105 hộ`: the verb behind the comma is the next count's
            nexts = before and before.trigger.reason and after and self._is_apart(q, after[0])
            if after and not after[0].trigger.reason and not nexts:
                return after[0]
        if before:
            return before
        if after:
            return after[0]
        return self._inherited(q, number)

    def _is_nexts(self, mark: Mark, q: Quantity) -> bool:
        """Whether what stands behind a count is said of the next: ``12 dự án, thu hút 40 lao động``."""
        text, lead = self.sentence.text, self.sentence.next_lead(q.start, self.sentence.end)
        return "," in text[q.end : mark.start] and lead - mark.end <= 1

    def _is_apart(self, q: Quantity, mark: Mark) -> bool:
        return "," in self.sentence.text[q.end : mark.start]

    def _is_spent(self, mark: Mark, q: Quantity) -> bool:
        """Whether an outcome has its own count, and the money behind it is another's: ``…, số tiền 6 tỷ``."""
        text = self.sentence.text
        return (
            mark.trigger.reason == "outcome"
            and any(not o.is_money for o in self.sentence.between(mark.start, q.start))
            and bool(self.cues.money.search(text, max(mark.end, q.lead - MONEY), q.lead))
        )

    def _inherited(self, q: Quantity, number: int) -> Mark | None:
        sentence = self.sentence
        if self.own_verb(q, number) or (q.is_money and self._says_more(q, number)):
            return None
        if not q.is_money and self._is_stated(q, number):
            return None
        speaks = self.marks or self._verb_places
        for earlier in sentence.before(number)[1:] if speaks else ():
            clause = sentence.clauses[earlier]
            last = next((m for m in reversed(self.own_marks(earlier)) if m.end <= q.start), None)
            if last:
                return last
            if earlier not in self.verbs:
                self.verbs[earlier] = self._has_verb(clause.start, min(clause.end, q.start))
            if self.verbs[earlier]:
                return None
        return self.from_above()

    def _is_stated(self, q: Quantity, number: int) -> bool:
        """Whether a clause of its own tells how many there are: ``dư nợ 312 tỷ đồng; còn 6.240 hộ nghèo``."""
        sentence, clause = self.sentence, self.sentence.clauses[number]
        own = group_at(sentence, q)
        if clause.start == sentence.start or own is None or own.code not in NAMED:
            return False
        if self.cues.parts.search(sentence.text, sentence.start, q.start):
            return False
        return bool(self.cues.states.search(sentence.text, clause.start, q.lead))

    def own_verb(self, q: Quantity, number: int) -> bool:
        """Whether the number's clause has a verb of its own before it."""
        clause = self.sentence.clauses[number]
        return self._has_verb(clause.start, q.lead)

    def _has_verb(self, start: int, end: int) -> bool:
        """Whether a verb stands in a span, outside the names of groups (``hộ mới thoát nghèo``)."""
        first = bisect_left(self._verb_places, start)
        return first < len(self._verb_places) and self._verb_places[first] < end

    @lazy
    def _verb_places(self) -> list[int]:
        """Where the sentence's verbs stand, looked for once for all its numbers."""
        sentence = self.sentence
        verbs = places_in(self.cues.own_verb, sentence.text, sentence.start, sentence.end)
        named = groups().find(sentence.text, sentence.start, sentence.end) if verbs else []
        return [at for at in verbs if not any(g.start <= at < g.end for g in named)]

    def marks_in(self, start: int, end: int) -> Sequence[Mark]:
        """The marks of a span above the sentence, looked for once."""
        if (start, end) not in self.heard_above:
            found = self.rules.marks(self.sentence.text, start, end, self.cues)
            self.heard_above[start, end] = found
        return self.heard_above[start, end]

    def _says_more(self, q: Quantity, number: int) -> bool:
        """Whether an amount's clause has words of its own that may make it another thing (`; nợ xấu 3 tỷ`).

        Its period and group do not count, nor does anything within a split (``gồm: Hội Nông dân 47 tỷ; …``).
        """
        sentence, clause = self.sentence, self.sentence.clauses[number]
        if clause.start == sentence.start or self.cues.parts.search(sentence.text, sentence.start, q.start):
            return False
        if self._lists:
            return False
        # behind a count only what stands between: what governs that governs its money
        counted = sentence.previous(q.start)
        begin = max(clause.start, counted.end) if counted and not counted.is_money else clause.start
        spans = [(m.start, m.end) for m in sentence.mentions]
        spans += [(g.start, g.end) for g in groups().find(sentence.text, begin, q.lead)]
        words = [
            w
            for w in _WORD.finditer(sentence.text, begin, q.lead)
            if not any(a <= w.start() < b for a, b in spans)
        ]
        return len(words) > FEW

    @lazy
    def _lists(self) -> bool:
        """Whether the sentence lists amounts by name: ``Dư nợ qua các hội: Hội Nông dân 47 tỷ; …``."""
        sentence = self.sentence
        if len(sentence.quantities) < 2 or len(sentence.clauses) < 2:
            return False
        first = sentence.quantities[0]
        colon = sentence.text.rfind(":", sentence.start, first.lead)
        named = colon > 0 and any(c.isalpha() for c in sentence.text[colon + 1 : first.lead])
        return named and all(q.is_money for q in sentence.quantities)

    def from_above(self) -> Mark | None:
        """The last trigger of a list's introduction; of those around it where its own has none.

        What it says there is not, and the verb of one of its counts, govern no item.
        """
        text, cues = self.sentence.text, self.cues
        for start, end in self.introductions:
            told = (m for m in self.marks_in(start, end) if not _follows(cues.denied, text, start, m))
            if marks := list(told):
                of_count = len(marks) > 1 and _follows(cues.counted, text, start, marks[-1])
                return marks[-2] if of_count else marks[-1]
        return None


def _follows(words: Pattern, text: str, start: int, mark: Mark) -> bool:
    """Whether words stand right before a mark."""
    return words.search(text, max(start, mark.start - NEAR), mark.start) is not None


NEAR = 40
"""Characters before a mark in which words right before it stand."""
_start = attrgetter("start")
NEAREST = 3
"""Marks on either side of a number that are kept in the record."""


def _why_lost(mark: Mark, chosen: Mark | None, q: Quantity) -> str:
    if chosen is None:
        return "too far, or a sign stands between"
    if mark.trigger.weak and not chosen.trigger.weak:
        return "says less than another word there"
    if (mark.start > q.start) != (chosen.start > q.start):
        return "on the other side of the number"
    return "another stands nearer or says more"


def _outside(mark: Mark, sentence: Sentence, rules: TableRules) -> Mark | None:
    """A mark that does not begin inside a number; what goes on over or behind one is cut."""
    q = sentence.number_at(mark.start)
    if q is None:
        inside = sentence.between(mark.start, mark.end) if rules.reader == "figures" else ()
        # `vận động trao 300 suất quà`: what stands before the number governs it
        return Mark(mark.start, inside[0].lead, mark.trigger) if inside else mark
    return Mark(q.end, mark.end, mark.trigger) if rules.reader == "figures" and mark.end > q.end else None
