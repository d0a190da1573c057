"""What a stretch of letters costs under each old encoding: how surprising it would be, in nats.

A stretch that reads as a syllable costs what the syllable is rare; any other word costs its letters, as a
word of some language would, and signs among letters cost more. The encoding under which a run costs least is
its encoding; the cost as it stands is the rival of all.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from pipeline.intake.codes import WESTERN, Encoding, encodings
from pipeline.language.frequency import surprise
from pipeline.language.normal import fold_marks
from pipeline.language.syllables import is_syllable

LETTER = 2.8
"""Nats of a letter a-z in a word of any language (English: 2.9 by single letters, less by their order)."""
RARE_LETTER = 5.0
"""Nats of another letter: one in a hundred and fifty."""
FOREIGN = 4.0
"""Nats of a word with such letters that is no syllable: reports name few people and places from abroad."""
RARE_SIGN = 10.0
"""Nats of a sign that no text has among its letters."""
SIGNS_ALONE = 4.0
"""Nats of signs without a letter (a dash, a bullet); each other sign that is no punctuation is a rare one."""
QUOTE = 3.0
"""Nats of quotation marks that French has and reports rarely."""
HYPHEN = 5.0
"""Nats of a hyphen that ends a word."""
INITIALS = 8
"""Letters of initials, at most (SLĐTBXH)."""
COMMON = 13.5
"""Nats of a syllable that text holds: rarer ones are those that damage makes (thộ, nộng)."""
SIGN, STOP = 1.0, 3.0
"""Nats of a sign that joins words (12/BC-UBND), and of one that seldom stands in a word (don't)."""
ODD_CASE = 3.0
"""Nats of a capital behind a small letter."""
UNCODED, IMPOSSIBLE = 5.0, 15.0
"""Nats of a letter that is no code of an encoding, and of one that its bytes cannot show."""
LONGEST = 80
"""Characters of a stretch that is weighed; a longer one is no word."""

_STRANGE = frozenset("µªºþÞðÐ")
"""Letters that no word has, as good as signs."""
_VOWELS = frozenset("aeiouy")
_INITIALS = frozenset("abcdefghijklmnopqrstuvwxyzđABCDEFGHIJKLMNOPQRSTUVWXYZĐ")
_WORD = re.compile(r"[^\W\d_]+")
_FREE = "“”‘’„–—…•«»"
_BEFORE, _BEHIND = "“‘„–—…•", "”’–—…"
_EDGES = ".,;:!?()[]{}<>\"'*/\\-=_%&"
PUNCTUATION = frozenset(_EDGES)
_PLAIN = PUNCTUATION | set(_FREE)
_JOINS, _STOPS = frozenset("-/&@_–"), frozenset("'’.,:;")
_MARKED = re.compile(r"[aeiouyAEIOUY][\^`~?'.(+]|[dD][dD]|\\[\^`~?'.(+]|[A-Za-z]-|-[A-Za-z]")
"""What plain ASCII must have to be a code of any encoding."""
_WESTERN = frozenset(WESTERN) | frozenset(map(chr, range(0x100)))
_HYPHENED = re.compile(r"[^\W\d_]*-[^\W\d_]*")


@dataclass(frozen=True, slots=True)
class Reading:
    """A stretch under one encoding.

    Attributes:
        text: its letters.
        cost: in nats.
        valid: whether all its words are syllables in use; None where it has nothing but initials (QĐ-UBND).
        sure: False where a sign at the end may be a mark or end a sentence.
    """

    text: str
    cost: float
    valid: bool | None
    sure: bool = True


@dataclass(frozen=True, slots=True)
class Weighed:
    """A stretch as it stands, and under each encoding (in the order of ``encodings()``)."""

    plain: Reading
    readings: tuple[Reading, ...]


@lru_cache(maxsize=8192)
def weigh(stretch: str) -> Weighed | None:
    """Weigh a stretch without blanks and digits; None where it says nothing, being the same in all."""
    if len(stretch) > LONGEST or (stretch.isascii() and not _MARKED.search(stretch)):
        return None
    plain = _reading(stretch)
    readings = tuple(_under(known, stretch, plain) for known in encodings())
    if all(r.text == stretch and r.cost == plain.cost for r in readings):
        return None
    return Weighed(plain, readings)


def _under(known: Encoding, stretch: str, plain: Reading) -> Reading:
    foreign = not stretch.strip(_FREE).isascii() if known.escape else not _WESTERN.issuperset(stretch)
    if foreign:
        return Reading(stretch, plain.cost + IMPOSSIBLE, False)
    left_over = sum(c.isalpha() and not c.isascii() for c in known.pattern.sub("", stretch))
    found = _reading(_letters(known, stretch), UNCODED * left_over)
    core = stretch.strip(_FREE)
    if core != stretch and core:
        # quotes and dashes of a Western font beside letters of another
        left = stretch.index(core)
        text = stretch[:left] + _letters(known, core) + stretch[left + len(core) :]
        within = _reading(text, UNCODED * left_over)
        found = min(found, within, key=lambda reading: (not reading.valid, reading.cost))
    if known.escape and stretch[-1] in ".?" and len(stretch) > 1 and stretch[-2] != known.escape:
        # a mark, or the end of a sentence
        open_ = _reading(known.decode(stretch[:-1]) + stretch[-1])
        if open_.valid and not found.valid:
            return open_
        return Reading(found.text, min(found.cost, open_.cost), found.valid, not open_.valid)
    return found


def _letters(known: Encoding, stretch: str) -> str:
    text = _hyphens(known, known.decode(stretch)) if known.also else known.decode(stretch)
    return text if known.capitals else _with_capitals(stretch, text)


def _hyphens(known: Encoding, text: str) -> str:
    """Hyphens that stand for a letter become it, where that makes a syllable."""

    def read(match: re.Match[str]) -> str:
        joined = match[0]
        for sign, letter in known.also.items():
            joined = joined.replace(sign, letter)
        return joined if len(joined) > 1 and is_syllable(joined) else match[0]

    return _HYPHENED.sub(read, text)


def _with_capitals(stretch: str, text: str) -> str:
    """Letters that have no capital are capitals where the others are, two at least."""
    told = [c for c in stretch if c.isascii() and c.isalpha()]
    return text.upper() if len(told) > 1 and all(c.isupper() for c in told) else text


def _reading(text: str, cost: float = 0.0) -> Reading:
    """A text's cost, beside what is known of it."""
    bare = text.lstrip(_EDGES + _BEFORE).rstrip(_EDGES + _BEHIND)
    if not any(map(str.isalpha, bare)):
        odd = set(text) - _PLAIN
        return Reading(text, cost + SIGNS_ALONE + RARE_SIGN * max(len(odd) - 1, 0), False)
    goods, last = list[bool | None](), 0
    if bare[:1] == "«" or bare[-1:] == "»":
        bare = bare.removeprefix("«").removesuffix("»")
        cost += QUOTE
    for match in _WORD.finditer(bare):
        cost += _signs(bare[last : match.start()])
        spent, good = _word(match[0])
        goods.append(good)
        cost, last = cost + spent, match.end()
    cost += _signs(bare[last:])
    if text[-2:-1].isalpha():
        cost += HYPHEN if text[-1] == "-" else STOP if text[-1] == "'" and text[0] != "'" else 0.0
    return Reading(text, cost, None if not any(goods) and False not in goods else False not in goods)


def _signs(text: str) -> float:
    return sum(SIGN if c in _JOINS else STOP if c in _STOPS else RARE_SIGN for c in text)


def _word(word: str) -> tuple[float, bool | None]:
    """Cost of a word, and whether it is a syllable in use, in one letter case or two; None for initials."""
    other = sum(LETTER if c.isascii() else RARE_SIGN if c in _STRANGE else RARE_LETTER for c in word)
    spent = surprise(word)
    short = _VOWELS.isdisjoint(fold_marks(word).lower())
    if len(word) <= INITIALS and spent > COMMON and (short or word.isupper()) and not set(word) - _INITIALS:
        # QĐ, UBND, TTg, trđ
        return LETTER * len(word), None
    other += 0.0 if word.isascii() else FOREIGN
    if not (word[1:].islower() or word.isupper() or len(word) == 1):
        return other + ODD_CASE, False
    return min(spent, other), spent < COMMON
