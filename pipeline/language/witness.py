"""Whether two readings of a number agree: today's and that of the text layer that stood there before.

Two OCRs seldom misread a digit the same way, so agreement makes a number surer and difference makes it
doubtful. What an OCR took for a letter that looks like the digit counts as the digit:

>>> agreement("1.750", "l.75O"), agreement("1.750", "1.150"), agreement("12/BC-UBND", "12/BC-UBNI)")
(True, False, True)

Words, and numbers that the other reading does not hold, say nothing; nor do marks between digits, which OCRs
lose and mistake alike:

>>> agreement("hộ", "hd"), agreement("35", "ba"), agreement("1.750", "1750"), agreement("12,5", "12.5")
(None, None, None, None)
"""

from __future__ import annotations

import re

from rapidfuzz.distance import Levenshtein

_NUMBER = re.compile(r"\d(?:[\d.,]*\d)?")
_MARKS = re.compile(r"\W")
_EDGES = re.compile(r"^\D+|\D+$")
_ALIKE = str.maketrans("OoQDlI|!iZSsBgq§", "0000111112558998")
AGREE = (0.93, 0.14)
"""Share of rightly and of wrongly read numbers on which an older layer agrees (see docs/benchmarks.md)."""
DIFFER = (0.05, 0.71)
"""Shares on which it says another number."""


def agreement(read: str, witness: str) -> bool | None:
    """Whether all numbers of a word stand in its witness; None where either has none or marks alone differ.

    Args:
        read: the word.
        witness: the other reading of the same place.
    """
    spans = [match.span() for match in _NUMBER.finditer(read)]
    if not spans or not witness:
        return None
    said = [_opposite(read, witness, span) for span in spans]
    if not any(map(str.isdigit, "".join(said))):
        return None
    pairs = [
        (read[start:end], _EDGES.sub("", other)) for (start, end), other in zip(spans, said, strict=True)
    ]
    if all(number == other for number, other in pairs):
        return True
    return None if all(_MARKS.sub("", number) == _MARKS.sub("", other) for number, other in pairs) else False


def surer(confidence: float, agrees: bool | None) -> float:
    """A word's confidence (0-1) once its witness is heard, by Bayes' rule.

    >>> surer(0.9, True) > 0.9 > surer(0.9, None) - 0.01 > surer(0.9, False)
    True
    """
    if agrees is None:
        return confidence
    right, wrong = AGREE if agrees else DIFFER
    held = confidence * right
    return held / (held + (1 - confidence) * wrong) if held else 0.0


def _opposite(read: str, witness: str, span: tuple[int, int]) -> str:
    """What the witness has in the place of a number, letters that look like digits as digits."""
    pieces = []
    for step in Levenshtein.opcodes(read, witness.translate(_ALIKE)):
        first, last = max(step.src_start, span[0]), min(step.src_end, span[1])
        if step.tag == "insert":
            inside = span[0] <= step.src_start <= span[1]
            pieces.append(witness[step.dest_start : step.dest_end] if inside else "")
        elif first < last and step.tag != "delete":
            shift = step.dest_start - step.src_start
            pieces.append(witness[first + shift : last + shift])
    return "".join(pieces).translate(_ALIKE)
