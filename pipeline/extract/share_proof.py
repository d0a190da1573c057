"""Percentages and what they are of, read so that most of a line stands as it was read.

A column that says on most lines what per cent one number is of another says so on the rest: where it seems
not to, one of the three was misread. A share does not tell which. So every reading with one sign wrong is
tried: a digit swapped, lost or added (a border is read as 1), a comma read as a digit; a comma may be lost
besides. The only one that makes the line's shares hold is taken; where several do, nothing is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_CEILING, ROUND_HALF_DOWN, ROUND_HALF_UP, Decimal

import regex
from rapidfuzz.distance import Levenshtein

from pipeline.extract.misreading import printed

MOST_DIGITS = 9
"""Digits of a number whose other readings are tried."""
UNEXPLAINED = 2
"""What a share counts that no reading with one sign wrong explains."""
GROUP = 3
"""Digits that stand together; more, and a print without a dot has lost it."""
_SEPARATORS = regex.compile(r"[^0-9]+")
_BORDERED = regex.compile(r"([0-9.]+)[^0-9.]+1?")
_DIGITS = "0123456789"


@dataclass(frozen=True, slots=True)
class Number:
    """A number as read, and what it is worth; None where it cannot be read. ``sure``: proved already."""

    read: str
    value: Decimal | None
    sure: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """What a line's numbers must have been: their values by place, and how many signs are wrong."""

    values: dict[int, Decimal]
    wrong: int


def explained(
    whole: int, shares: Sequence[tuple[int, int]], numbers: Mapping[int, Number], step: Decimal
) -> Reading | None:
    """The one reading with fewest wrong signs in which a line's shares hold; None where there are several.

    Args:
        whole: the place of the number that all shares are of.
        shares: the places of a part and of its percentage each.
        numbers: the numbers by place.
        step: what percentages are rounded to.

    >>> numbers = {0: Number("135", Decimal(135)), 1: Number("88", Decimal(88)), 2: Number("11,97", None),
    ...            3: Number("59", Decimal(59)), 4: Number("8,03", Decimal("8.03"))}
    >>> explained(0, [(1, 2), (3, 4)], numbers, Decimal("0.01")).values[0]
    Decimal('735')
    """
    best: Reading | None = None
    fewest = UNEXPLAINED * len(shares)
    for value, wrong in _readings(numbers[whole]):
        values, unique, signs = {whole: value}, True, wrong
        for part, percent in shares:
            # one of the two misread at once: the work stays linear in the readings
            read = replace(numbers[part], sure=True) if wrong else numbers[part]
            ways = _share(value, read, numbers[percent], step)
            if not ways:
                return None
            # shares of one whole do not depend on each other: one that is open leaves the line open
            a, b, cost = ways[0]
            values |= _known({part: a, percent: b})
            unique &= len(ways) == 1
            signs += cost
        if signs <= fewest:
            best = Reading(values, signs) if unique and signs < fewest else None
            fewest = signs
    return best


def _known(values: Mapping[int, Decimal | None]) -> dict[int, Decimal]:
    return {place: value for place, value in values.items() if value is not None}


def whole_of(shares: Sequence[tuple[Decimal, Decimal]], step: Decimal) -> Decimal | None:
    """The one whole number of which parts are their percentages; None where there is none or several.

    Args:
        shares: a part and its percentage each.
        step: what percentages are rounded to.

    >>> whole_of([(Decimal(98), Decimal("16.42")), (Decimal(44), Decimal("7.37"))], Decimal("0.01"))
    Decimal('597')
    """
    low, high = Decimal(0), Decimal(10**MOST_DIGITS)
    for part, percent in shares:
        low = max(low, 100 * part / (percent + step / 2))
        high = min(high, 100 * part / max(percent - step / 2, step))
    first = low.to_integral_value(ROUND_CEILING)
    return first if first <= high < first + 1 else None


_Way = tuple[Decimal | None, Decimal | None, int]


def _share(whole: Decimal, part: Number, percent: Number, step: Decimal) -> list[_Way]:
    """The readings of a part and its percentage with fewest signs wrong, for a whole; none of nothing."""
    if not whole:
        return []
    found: list[_Way] = []
    for value, wrong in _readings(part):
        # what lies half-way is rounded either way
        for rounding in (ROUND_HALF_UP, ROUND_HALF_DOWN):
            wanted = (100 * value / whole).quantize(step, rounding)
            if 0 < wanted <= 100 and (signs := wrong_signs(percent.read, wanted)) <= 1:
                found.append((value, wanted, wrong + signs))
    fewest = min((cost for _, _, cost in found), default=UNEXPLAINED)
    if fewest >= UNEXPLAINED and part.value is not None:
        return [(part.value, None, UNEXPLAINED)]
    return list(dict.fromkeys(way for way in found if way[2] == fewest)) or [(None, None, UNEXPLAINED)]


def _readings(number: Number) -> Iterator[tuple[Decimal, int]]:
    """What a whole number may be, itself first, with how many signs are then wrong."""
    digits = _SEPARATORS.sub("", number.read)
    if number.value is not None:
        yield number.value, 0
    if not digits or len(digits) > MOST_DIGITS or number.sure:
        return
    tried = {number.value}
    for text in _near(number.read, digits):
        value = Decimal(text) if text and not text.startswith("0") else None
        if value is not None and value not in tried and _is_grouped_so(number.read, value):
            tried.add(value)
            yield value, 1


def _is_grouped_so(read: str, value: Decimal) -> bool:
    """Whether thousands stand apart in a print as they would in the number's: a sign more is wrong else."""
    marked, grouped = _SEPARATORS.sub(".", read.strip(".,:;|) ")), f"{int(value):,}".replace(",", ".")
    if "." not in read and len(marked) > GROUP:
        grouped = grouped.replace(".", "")
    return Levenshtein.distance(marked, grouped) <= 1 or bool(_BORDERED.fullmatch(read))


def _near(read: str, digits: str) -> Iterator[str]:
    """Digits with one of them swapped, lost or added; a border apart, where one shows."""
    if bordered := _BORDERED.fullmatch(read):
        yield bordered[1].replace(".", "")
    for at in range(len(digits)):
        yield digits[:at] + digits[at + 1 :]
        yield from (digits[:at] + d + digits[at + 1 :] for d in _DIGITS)
    for at in range(len(digits) + 1):
        yield from (digits[:at] + d + digits[at:] for d in _DIGITS)


def wrong_signs(read: str, percent: Decimal) -> int:
    """How many signs of a percentage are wrong; a comma may be lost, or be any sign, for nothing.

    >>> wrong_signs("7:57", Decimal("7.57")), wrong_signs("1222", Decimal("12.22"))
    (0, 0)
    >>> wrong_signs("332", Decimal("3.20")), wrong_signs("19,99", Decimal("15.59"))
    (1, 1)
    >>> wrong_signs("23", Decimal("7.23")), wrong_signs("7.61", Decimal("76.15"))
    (1, 3)
    """
    wanted = (printed(percent) or "").replace(".", "")
    digits, bare = _SEPARATORS.sub("", read), wanted.replace(",", "")
    marked = _SEPARATORS.sub(",", regex.sub(r"^[^0-9]+|[^0-9]+$", "", read))
    if "," not in marked:  # lost, or read as a digit
        least = min(Levenshtein.distance(digits, bare), Levenshtein.distance(digits, wanted))
    else:
        least = Levenshtein.distance(marked, wanted)
    swaps = {(a, b) for a, b in zip(marked, wanted, strict=False) if a != b}
    # one shape misread throughout: 15,59 as 19,99
    if len(marked) == len(wanted) and len(swaps) == 1 and "," not in next(iter(swaps)):
        return 1
    return int(least)
