"""Numerals as printed: where one begins and ends, and what it is worth.

In Vietnamese office prose a dot groups thousands and a comma marks decimals, but both are misused, and OCR
puts other signs for digits. A numeral that can be read in two ways is flagged; one that cannot be read for
certain has no value: nothing is guessed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal

import regex

MALFORMED = "malformed_number"
AMBIGUOUS = "ambiguous"
MOST_DIGITS = 18
"""More digits than any amount of đồng has: such a run is no number."""

_WHOLE = regex.compile(r"[0-9]+")
_GROUPED = regex.compile(r"(?!0)[0-9]{1,3}(?:\.[0-9]{3})+(?:,[0-9]+)?")
_DECIMAL = regex.compile(r"[0-9]+,[0-9]+")
_ENGLISH = regex.compile(r"(?!0)[0-9]{1,3}(?:,[0-9]{3}){2,}(?:\.[0-9]+)?")
_BLANKS = regex.compile(r"(?!0)[0-9]{1,3}(?: [0-9]{3}){2,}")
_POINT = regex.compile(r"[0-9]+\.[0-9]{1,2}|0\.[0-9]+")


def number_pattern(illegible: Mapping[str, str]) -> regex.Pattern[str]:
    """The pattern of a numeral (part ``n``; ``of`` is the second number of ``9.420/9.420 căn``).

    Args:
        illegible: ``marks`` that OCR puts for a digit, and ``letters`` that it does beside digits only.
    """
    marks, letters = regex.escape(illegible["marks"]), regex.escape(illegible["letters"])
    sign = (
        rf"(?:[0-9]|[{marks}]|[{letters}](?=[.,]?[0-9])|(?<=[0-9.,])[{letters}]"
        rf"(?=[{letters}]*(?!\p{{L}}))|(?<=[0-9])\?(?=[0-9]))"
    )
    begins = r"(?:(?<![\w/%])(?<![0-9][.,;:–-])|(?<=\p{Ll}{1,9}/\s?)|(?<=\p{Ll}{2})(?=[0-9])|(?<=[0-9][;:]))"
    blanks = r"(?:(?<=(?<![0-9.,])[0-9]{1,3}(?: [0-9]{3}){0,6}) (?=[0-9]{3}(?![0-9.,])))"
    return regex.compile(
        rf"{begins}(?=\S{{0,12}}?[0-9])(?P<n>{sign}(?:(?:[.,]+|{blanks})?{sign})*)"
        r"(?:\s?/\s?(?P<of>[0-9](?:[0-9.,]*[0-9])?)(?=\s))?",
        regex.V1,
    )


def number_begins(illegible: Mapping[str, str]) -> re.Pattern[str]:
    """Where a numeral may begin: a digit, or what stands for one; looked for before ``number_pattern``."""
    marks, letters = re.escape(illegible["marks"]), re.escape(illegible["letters"])
    return re.compile(rf"[0-9{marks}]|[{letters}](?=[.,]?[0-9])|(?<=[0-9.,])[{letters}]")


def parse_number(text: str, *, whole: bool = False) -> tuple[Decimal | None, tuple[str, ...]]:
    """The value of a numeral as printed, and flags.

    Args:
        text: digits with dots and commas, as ``5.766`` or ``9,37``.
        whole: whether only a whole number makes sense (a count without ``nghìn``, ``triệu``).

    Returns:
        The exact value, or None with ``malformed_number`` where it cannot be read for certain;
        ``ambiguous`` where a separator was read against the rule.

    >>> parse_number("5.766"), parse_number("9,37"), parse_number("0.125")
    ((Decimal('5766'), ()), (Decimal('9.37'), ()), (Decimal('0.125'), ('ambiguous',)))
    >>> parse_number("294.500.00"), parse_number("1 200")
    ((None, ('malformed_number',)), (None, ('malformed_number',)))
    >>> parse_number("3,452", whole=True)
    (Decimal('3452'), ('ambiguous',))
    """
    value, flags = _parsed(text, whole)
    if value is None or len(text) > MOST_DIGITS + 6 or (whole and value != value.to_integral_value()):
        return None, (MALFORMED,)
    return value, flags


def _parsed(text: str, whole: bool) -> tuple[Decimal | None, tuple[str, ...]]:
    if _WHOLE.fullmatch(text):
        return (Decimal(text), ()) if len(text) <= MOST_DIGITS else (None, ())
    if _GROUPED.fullmatch(text):
        return Decimal(text.replace(".", "").replace(",", ".")), ()
    if _DECIMAL.fullmatch(text):
        decimals = text.split(",")[1]
        if whole:  # no count has decimals, so the comma groups
            return (Decimal(text.replace(",", "")), (AMBIGUOUS,)) if len(decimals) == 3 else (None, ())
        if decimals == "000":  # 50,000 triệu: nobody prints three empty decimals
            return None, ()
        return Decimal(text.replace(",", ".")), ()
    if _ENGLISH.fullmatch(text):
        return Decimal(text.replace(",", "")), (AMBIGUOUS,)
    if _BLANKS.fullmatch(text):
        return Decimal(text.replace(" ", "")), (AMBIGUOUS,)
    if _POINT.fullmatch(text) and not whole:
        return Decimal(text), (AMBIGUOUS,)
    return None, ()
