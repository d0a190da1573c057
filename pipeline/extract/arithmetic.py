"""A document's own arithmetic as constraints over its numbers, solved exactly.

``Sum`` (parts and total), ``Product`` (count x unit = amount) and ``Share`` (part, whole, per cent) hold
between numbers of any table. Where they hold, they prove their numbers. A number that cannot be read is
filled in where they determine it; one that was read is put right only where two constraints ask for the same
other value, or where a share does and the print shows that it, or its table, was spoiled. Either way the
print must be a misreading of the value (``misreading``), and the number is flagged. What else disagrees stays
as printed and is flagged; so are the numbers that one misread digit would
explain.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from pipeline.extract.constraints import Constraint, Share, Sum, Term
from pipeline.extract.misreading import is_alike, is_bordered, is_masked, legible, printed, wrong_digits
from pipeline.extract.share_proof import Number, Reading, explained, whole_of

REPAIRED = "number_repaired"
MISMATCH = "sum_mismatch"
SUSPECT = "sum_suspect"
ROUNDS = 12
"""Repairs may prove others in turn, so often at most: work stays bounded."""
LEGIBLE = 3
"""Digits that must show in an illegible number for several numbers of its sum to be put right at once."""
LEAST_SHARES = 2
"""Shares that must agree on a number of which no digit can be read."""
MOST_SETTLED = 200
"""Lines of a table whose shares are read again: a few milliseconds each."""
WHOLE = 100
"""Per cent of a whole."""
SPOILED = 3
"""Numbers with wrong signs for commas, or none, that show that OCR spoiled a table: a typist makes one."""
SHOWN = 12
"""Parts that a note lists one by one."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What arithmetic says of a number.

    ``value`` in whole units; ``proof`` as the contract has it; ``print`` the number as it should have been
    read, where it was repaired; ``note`` what a reader sees beside a sum that does not agree.
    """

    value: Decimal | None
    proof: str = "none"
    flags: tuple[str, ...] = ()
    print: str = ""
    note: str = ""


class _Problem:
    """Terms, constraints and what is known so far."""

    def __init__(self, terms: Sequence[Term], constraints: Sequence[Constraint]) -> None:
        self.terms = terms
        self.constraints = constraints
        self.values = [term.value for term in terms]
        self.at: list[list[Constraint]] = [[] for _ in terms]
        self.repaired: dict[int, tuple[str, str]] = {}
        """Print and proof by term."""
        self.tried: dict[int, tuple[tuple[Decimal | None, ...], Reading | None]] = {}
        """Lines of shares, by the number that they are of: their numbers when they were read again, and as
        what."""
        self.doubted: dict[int, set[int]] = {}
        """By such a line, numbers that one share alone asks to be others."""
        self._looked: dict[int, tuple[Decimal, list[int]]] = {}
        for constraint in constraints:
            for number in constraint.members:
                self.at[number].append(constraint)
        odd = {n for n, term in enumerate(terms) if term.odd}
        odd |= {c.percent for c in constraints if isinstance(c, Share) and self.exceeds(c)}
        self.is_spoiled = len(odd) >= SPOILED

    def _look(self, constraint: Constraint) -> tuple[Decimal, list[int]]:
        """A constraint's excess and unknown terms, worked out once until one of its terms changes."""
        if id(constraint) not in self._looked:
            unknown = [number for number in constraint.members if self.values[number] is None]
            self._looked[id(constraint)] = constraint.excess(self.values), unknown
        return self._looked[id(constraint)]

    def state(self, constraint: Constraint) -> bool | None:
        """Whether a constraint holds; None where a number is unknown."""
        excess, unknown = self._look(constraint)
        return None if unknown else excess == 0

    def exceeds(self, share: Share) -> bool:
        """Whether a percentage that does not hold is above a hundred for want of its comma."""
        value = self.values[share.percent]
        lost = self.terms[share.percent].other is not None
        return lost and value is not None and value > WHOLE and self.state(share) is False

    def wanted(self, constraint: Constraint, number: int) -> Decimal | None:
        """What a constraint asks a term to be; None where another is unknown or nothing can be told."""
        excess, unknown = self._look(constraint)
        if any(other != number for other in unknown):
            return None
        return constraint.wanted(number, self.values, excess)

    def repair(self, number: int, value: Decimal, by: Constraint, right: str = "") -> None:
        """Give a term the value that constraints prove; ``right`` is its print where most of it differs."""
        self.values[number] = value
        self.repaired[number] = self.terms[number].misread(value) or right, by.proof
        for constraint in self.at[number]:
            self._looked.pop(id(constraint), None)


def solve(terms: Sequence[Term], constraints: Sequence[Constraint]) -> dict[int, Finding]:
    """What the constraints say of each number that they hold.

    >>> cells = [Term("9.§00", None), Term("8.699", Decimal(8699)), Term("301", Decimal(301))]
    >>> solve(cells, [Sum(0, (1, 2))])[0]
    Finding(value=Decimal('9000'), proof='sum', flags=('number_repaired',), print='9.000', note='')

    Args:
        terms: the numbers.
        constraints: what must hold between them, by their places in ``terms``.

    Returns:
        A finding for each term that a constraint holds, by its place.
    """
    problem = _Problem(terms, constraints)
    for _ in range(ROUNDS):
        if not (_fill(problem) or _correct(problem) or _restore_commas(problem) or _settle(problem)):
            break
    return _findings(problem)


def _fill(problem: _Problem) -> bool:
    """Fill in numbers that cannot be read and that constraints determine; whether any was."""
    done = False
    for number, value in enumerate(problem.values):
        if value is None and problem.at[number]:
            done |= _fill_one(problem, number)
    return done


def _fill_one(problem: _Problem, number: int) -> bool:
    term = problem.terms[number]
    asked: dict[Decimal, list[Constraint]] = {}
    for constraint in problem.at[number]:
        wanted = problem.wanted(constraint, number)
        if wanted is not None and (term.misread(wanted) or _is_hidden(term, wanted, constraint)):
            asked.setdefault(wanted, []).append(constraint)
    if not asked:
        return _fill_blind(problem, number)
    if len(asked) != 1:
        return False
    wanted, by = next(iter(asked.items()))
    # one sum is enough where it is sure and the print is the number but for a sign, no digit for another
    if len(by) < 2 and not (by[0].sure and term.keeps_digits(wanted)):
        return False
    problem.repair(number, wanted, by[0], printed(wanted / term.factor) or "")
    return True


def _is_hidden(term: Term, wanted: Decimal, by: Constraint) -> bool:
    """Whether the number of a sum that others bear out stands there, digits hidden behind as many signs."""
    right = printed(wanted / term.factor) if wanted > 0 else None
    return isinstance(by, Sum) and by.borne and right is not None and is_masked(term.read, right)


def _fill_blind(problem: _Problem, number: int) -> bool:
    """Fill in a number without a legible digit, where several shares of it leave one whole number."""
    shares = [c for c in problem.at[number] if isinstance(c, Share) and c.whole == number]
    known = [(problem.values[c.part], problem.values[c.percent]) for c in shares]
    told = [(part, percent) for part, percent in known if part and percent]
    if legible(problem.terms[number].read) or len(told) < LEAST_SHARES:
        return False
    wanted = whole_of(told, min(c.usual for c in shares))
    if wanted is not None:
        problem.repair(number, wanted, shares[0], printed(wanted) or "")
    return wanted is not None


def _settle(problem: _Problem) -> bool:
    """Read lines whose shares do not hold as their one reading with a sign wrong; whether any was.

    What was read and prints cleanly stays: one share alone makes no other number of it.
    """
    lines: dict[int, list[Share]] = {}
    for constraint in problem.constraints:
        if isinstance(constraint, Share):
            lines.setdefault(constraint.whole, []).append(constraint)
    broken = {n: shares for n, shares in lines.items() if not all(map(problem.state, shares))}
    done = False
    for whole, shares in list(broken.items())[:MOST_SETTLED]:
        changes = _changes(problem, whole, shares)
        problem.doubted[whole] = set()
        is_whole_proved = whole not in changes or _may_change(problem, whole, changes, shares[0])
        accepted = {whole} if is_whole_proved else set[int]()
        for share in shares:
            asked = changes.keys() & {share.part, share.percent}
            if is_whole_proved and all(_may_change(problem, n, changes, share) for n in asked):
                accepted |= asked
            elif asked or whole in changes:
                problem.doubted[whole] |= {*asked, share.percent, *(changes.keys() & {whole})}
        for number in sorted(accepted & changes.keys()):
            problem.repair(number, changes[number], shares[0], printed(changes[number]) or "")
            done = True
    return done


def _changes(problem: _Problem, whole: int, shares: Sequence[Share]) -> dict[int, Decimal]:
    """The numbers of a line that its one reading with fewest signs wrong makes others, and which."""
    members = sorted({n for c in shares for n in c.members})
    values = tuple(problem.values[n] for n in members)
    seen, reading = problem.tried.get(whole, (None, None))
    if seen != values:
        numbers = {n: _number(problem, n) for n in members}
        step = min(c.usual for c in shares)
        reading = explained(whole, [(c.part, c.percent) for c in shares], numbers, step)
        problem.tried[whole] = values, reading
    asked = reading.values if reading else {}
    return {n: v for n, v in asked.items() if v != problem.values[n] and n not in problem.repaired}


def _may_change(problem: _Problem, number: int, changes: Mapping[int, Decimal], by: Share) -> bool:
    """Whether a share may make another number of a print: one that nobody can read, or that is odd itself.

    Else the table must be spoiled and the print be the number but for a like shape, or another constraint
    must ask for the same.
    """
    term, value = problem.terms[number], changes[number]
    right = printed(value) or ""
    if problem.values[number] is None or term.odd or (term.bare and is_bordered(term.read, right)):
        return True
    if number == by.percent and term.other is not None and (problem.is_spoiled or problem.exceeds(by)):
        return True
    return (problem.is_spoiled and is_alike(term.read, right)) or _is_asked_twice(problem, number, changes)


def _is_asked_twice(problem: _Problem, number: int, changes: Mapping[int, Decimal]) -> bool:
    """Whether two constraints hold with a number's new value, all their others being as they were."""
    read, problem.values[number] = problem.values[number], changes[number]
    asking = sum(
        c.sure
        and not any(problem.values[n] is None or (n in changes and n != number) for n in c.members)
        and c.excess(problem.values) == 0
        for c in problem.at[number]
    )
    problem.values[number] = read
    return asking > 1


def _number(problem: _Problem, number: int) -> Number:
    """A number whose other readings are tried but where a sum holds, or proved, the one that it has."""
    value = problem.values[number]
    held = any(not isinstance(c, Share) and problem.state(c) for c in problem.at[number])
    if value is not None and number in problem.repaired:
        return Number(printed(value) or "", value, sure=True)
    return Number(problem.terms[number].read, value, sure=value is not None and held)


def _correct(problem: _Problem) -> bool:
    """Put right numbers that were read where constraints prove another value; whether any was."""
    broken = [c for c in problem.constraints if problem.state(c) is False]
    found: dict[int, tuple[Decimal, list[Constraint]]] = {}
    for number in dict.fromkeys(n for c in broken for n in c.members):
        if problem.values[number] is None or number in problem.repaired:
            continue
        asked = _asked(problem, number)
        if asked and _is_proved(problem, number, *asked):
            found[number] = asked
    done = False
    for number, (wanted, by) in found.items():
        rivals = [n for n in found if n != number and set(map(id, found[n][1])) & set(map(id, by))]
        if not rivals:
            problem.repair(number, wanted, by[0])
            done = True
    return done


def _restore_commas(problem: _Problem) -> bool:
    """Give numbers of a sum the commas that they lack where it then holds; whether any got theirs.

    One number of the sum may be illegible: then its digits must bear the sum out.
    """
    for constraint in problem.constraints:
        if not isinstance(constraint, Sum) or not constraint.sure or problem.state(constraint):
            continue
        unknown = [
            n for n in constraint.members if problem.values[n] is None and problem.terms[n].other is None
        ]
        bare = [
            n for n in constraint.members if problem.terms[n].other is not None and n not in problem.repaired
        ]
        if not bare or len(unknown) > 1:
            continue
        values = list(problem.values)
        for number in bare:
            values[number] = problem.terms[number].other
        excess = constraint.excess(values)
        wanted = {n: constraint.wanted(n, values, excess) for n in unknown}
        if any(w is None or not _shows(problem.terms[n], w) for n, w in wanted.items()) or (
            excess and not unknown
        ):
            continue
        for number, value in [*((n, problem.terms[n].other) for n in bare), *wanted.items()]:
            if value is not None:
                problem.repair(number, value, constraint)
        return True
    return False


def _shows(term: Term, value: Decimal) -> bool:
    """Whether most of a value's digits stand in a print that cannot be read as it is."""
    shown = legible(term.read) >= LEGIBLE and term.misread(value) is not None
    return shown and term.keeps_digits(value)


def _asked(problem: _Problem, number: int) -> tuple[Decimal, list[Constraint]] | None:
    """The one other value that all constraints of a number ask for; None where one holds or they differ."""
    asked: dict[Decimal, list[Constraint]] = {}
    for constraint in problem.at[number]:
        state = problem.state(constraint)
        if state:
            return None
        wanted = None if state is None else problem.wanted(constraint, number)
        if wanted is None:
            continue
        asked.setdefault(wanted, []).append(constraint)
    if len(asked) != 1:
        return None
    wanted, by = next(iter(asked.items()))
    return (wanted, by) if problem.terms[number].misread(wanted) is not None else None


def _is_proved(problem: _Problem, number: int, wanted: Decimal, by: Sequence[Constraint]) -> bool:
    """Two constraints prove a digit; one is enough where only the separators were misread."""
    if len(by) > 1:
        return True
    term = problem.terms[number]
    right = term.misread(wanted)
    return by[0].sure and right is not None and wrong_digits(term.read, right) == 0


def _findings(problem: _Problem) -> dict[int, Finding]:
    states = {id(c): problem.state(c) for c in problem.constraints}
    broken = [c for c in problem.constraints if states[id(c)] is False]
    suspects = set(_suspects(problem, broken))
    notes = {c.total: _note(problem, c) for c in broken if isinstance(c, Sum) and _contradicts(problem, c)}
    found: dict[int, Finding] = {}
    for number, constraints in enumerate(problem.at):
        if not constraints:
            continue
        held = [c for c in constraints if states[id(c)]]
        proof = held[0].proof if held else "none"
        flags = []
        if number in problem.repaired:
            flags.append(REPAIRED)
            proof = problem.repaired[number][1]
        flags += [MISMATCH] if number in notes else []
        flags += [SUSPECT] if number in suspects else []
        right = problem.repaired.get(number, ("", ""))[0]
        found[number] = Finding(problem.values[number], proof, tuple(flags), right, notes.get(number, ""))
    return found


def _contradicts(problem: _Problem, constraint: Sum) -> bool:
    """Whether a sum that does not hold contradicts its total: where not all parts are named it may not."""
    return constraint.whole or constraint.excess(problem.values) < 0


def _suspects(problem: _Problem, broken: Iterable[Constraint]) -> Iterable[int]:
    """Numbers in which one misread digit would explain what disagrees: no constraint that holds has them."""
    for constraint in broken:
        if isinstance(constraint, Sum) and not _contradicts(problem, constraint):
            continue
        for number in constraint.members:
            if number in problem.repaired or any(problem.state(c) for c in problem.at[number]):
                continue
            wanted = problem.wanted(constraint, number)
            if wanted is not None and problem.terms[number].misread(wanted) is not None:
                yield number
    for number in set[int]().union(*problem.doubted.values()):
        if number not in problem.repaired and not any(map(problem.state, problem.at[number])):
            yield number


def _note(problem: _Problem, constraint: Sum) -> str:
    """Both values of a sum that does not agree: ``592 ≠ 32 + 563 = 595``."""

    def shown(value: Decimal | None) -> str:
        if value is None:
            return "?"
        return printed(value / problem.terms[constraint.total].factor) or f"{value.normalize():f}"

    parts = [problem.values[p] for p in constraint.parts]
    whole = sum((p for p in parts if p is not None), Decimal(0))
    listed = f"{' + '.join(map(shown, parts))} = " if len(parts) <= SHOWN else ""
    return f"{shown(problem.values[constraint.total])} ≠ {listed}{shown(whole)}"
