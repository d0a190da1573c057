"""Whether a print can be a misreading of a number: most of its digits stand there already.

OCR takes one digit for another (``3`` for ``8``), puts a sign for one (``§.699,28``), loses or doubles one
(``294.500.00``), moves a separator. What differs by more is no misreading: the sum that asks for it has
another reason not to agree.
"""

from __future__ import annotations

from decimal import Decimal

from rapidfuzz.distance import Levenshtein

MOST_WRONG = 1
"""Digits that may be swapped, lost, added or illegible; more, and a sum proves nothing about the print."""
MOST_DECIMALS = 3
BORDER = "1"
"""What a table's border is read as where it touches a number."""
_ALIKE = frozenset(map(frozenset, ("17", "27", "38", "35", "56", "59", "68", "89", "08", "49")))
"""Digits of like shapes, of which a scan makes one the other."""
_SEPARATORS = str.maketrans("", "", "., /")


def printed(value: Decimal) -> str | None:
    """A number as offices print it: ``8699.28`` is ``8.699,28``; None with more than three decimals."""
    whole, _, decimals = f"{value.normalize():f}".partition(".")
    if len(decimals) > MOST_DECIMALS:
        return None
    grouped = f"{int(whole):,}".replace(",", ".")
    return f"{grouped},{decimals}" if decimals else grouped


def wrong_digits(read: str, wanted: str) -> int:
    """Digits in which two prints differ; separators do not count.

    >>> wrong_digits("294.500.00", "294.500.000"), wrong_digits("§.699,28", "8.699,28")
    (1, 1)
    >>> wrong_digits("12", "8.699,28"), wrong_digits("3,452", "3.452")
    (5, 0)
    """
    return int(Levenshtein.distance(read.translate(_SEPARATORS), wanted.translate(_SEPARATORS)))


def is_masked(read: str, wanted: str) -> bool:
    """Whether other signs stand for some digits of a number, each in its place: ``Za1`` for ``221``.

    >>> is_masked("Za1", "221"), is_masked("TA", "71"), is_masked("Za1", "222"), is_masked("TA", "1.171")
    (True, True, False, False)
    """
    signs, digits = read.translate(_SEPARATORS), wanted.translate(_SEPARATORS)
    pairs = zip(signs, digits, strict=False)
    return len(signs) == len(digits) and all(a == b or not a.isdecimal() for a, b in pairs)


def is_swapped(read: str, wanted: str) -> bool:
    """Whether a digit stands where a number has another one: not a sign, and none lost or doubled.

    >>> is_swapped("2.724.4", "2.744,4"), is_swapped("§.699", "8.699"), is_swapped("7.850.0000", "7.850.000")
    (True, False, False)
    """
    signs, digits = read.translate(_SEPARATORS), wanted.translate(_SEPARATORS)
    pairs = zip(signs, digits, strict=False)
    return len(signs) == len(digits) and any(a != b and a.isdecimal() for a, b in pairs)


def is_bordered(read: str, wanted: str) -> bool:
    """Whether a print is a number and a border behind it: ``2701`` for ``270``."""
    return read.translate(_SEPARATORS) == wanted.translate(_SEPARATORS) + BORDER


def is_alike(read: str, wanted: str) -> bool:
    """Whether a print is a number with a border behind it, or with one shape taken for one that is like it.

    >>> is_alike("19,99", "15,59"), is_alike("881", "88"), is_alike("90", "50"), is_alike("12", "82")
    (True, True, True, False)
    """
    signs, digits = read.translate(_SEPARATORS), wanted.translate(_SEPARATORS)
    swaps = {frozenset(pair) for pair in zip(signs, digits, strict=False) if pair[0] != pair[1]}
    one = len(signs) == len(digits) and len(swaps) == 1 and swaps <= _ALIKE
    return one or is_bordered(read, wanted)


def legible(read: str) -> int:
    """How many of a print's signs are digits."""
    return sum(c.isdecimal() for c in read)


def decimals(read: str) -> int:
    """How many decimals a print has: signs behind its last comma."""
    _, comma, behind = read.replace("/", ",").rpartition(",")
    return len(behind.strip()) if comma else 0


def as_misread(read: str, value: Decimal) -> str | None:
    """The number as it stood where ``read`` was read, None where that is no misreading of it.

    As many decimals as the print has, and thousands grouped where it groups them.

    >>> as_misread("§.699,28", Decimal("8699.28")), as_misread("12§,40", Decimal("123.4"))
    ('8.699,28', '123,40')
    >>> as_misread("1845", Decimal(1846)), as_misread("§§2", Decimal(682)), as_misread("7", Decimal(-2))
    ('1846', None, None)
    """
    natural = printed(value) if value >= 0 else None
    if natural is None:
        return None
    digits = decimals(natural)
    kept = decimals(read)
    if digits < kept <= MOST_DECIMALS:
        natural += ("" if digits else ",") + "0" * (kept - digits)
    if "." not in read and " " not in read and len(read.partition(",")[0]) > 3:
        natural = natural.replace(".", "")
    return natural if wrong_digits(read, natural) <= MOST_WRONG else None
