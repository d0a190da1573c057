"""A text cut into tokens with offsets: what may be restored, what stays, where sentences break.

OCR damage does not respect word characters (``hi¢n``, ``x&``, ``16p``), so a token is whatever stands between
spaces and punctuation, signs included; figures, codes and addresses are recognised first and stay as they
are.

>>> [t.text for t in tokenize("hd ngheo, x& T Ky: 5.766d (12/BC-UBND)")]
['hd', 'ngheo', 'x&', 'T', 'Ky', '5.766', 'd', '12/', 'BC', 'UBND']
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from pipeline.language.dictionaries import folder

LONGEST_SENTENCE = 120
"""Tokens; a longer one is cut, so that time and memory stay linear in the text."""
LONGEST = 40
"""A longer run of letters is no word: it stays."""


class Token(NamedTuple):
    """``text`` stands at ``start``; ``fixed`` tokens stay; after ``breaks`` a new sentence begins.

    ``near`` says that one plain space (or nothing) parts the token from the one before it, ``bare`` that
    nothing but spaces and at most one line break does, ``joint`` is the one sign between them where no space
    stands there; ``code`` marks the letters of a document's symbol,
    which may become other initials and nothing else.
    """

    start: int
    text: str
    fixed: bool
    breaks: bool
    near: bool
    code: bool = False
    bare: bool = False
    joint: str = ""

    @property
    def end(self) -> int:
        """Where the token ends."""
        return self.start + len(self.text)


@dataclass(frozen=True)
class _Rules:
    pattern: re.Pattern[str]
    soft: str
    measures: frozenset[str]
    respelled: tuple[tuple[re.Pattern[str], dict[int, str]], ...]
    counted: frozenset[str]
    numbered: frozenset[str]


@lru_cache(maxsize=1)
def rules() -> _Rules:
    """The patterns of ``dictionaries/tokens.toml``."""
    data = tomllib.loads((folder() / "tokens.toml").read_text(encoding="utf-8"))
    fixed = "|".join(f"(?:{entry['pattern']})" for entry in data["fixed"])
    # one class and no alternation: a run of any length costs no memory (the underscore is a soft sign)
    signs = re.escape(data["soft"] + data["hard"]) + "\u0300-\u036f"
    return _Rules(
        re.compile(rf"(?P<fixed>{fixed})|(?P<word>[\w{signs}]+)"),
        data["soft"],
        frozenset(data["measures"]),
        tuple((re.compile(e["pattern"]), str.maketrans(e["letters"])) for e in data["respelled"]),
        frozenset(data["counted"]),
        frozenset(data["numbered"]),
    )


_FOREIGN = re.compile(
    "[\u0370-\u1e9f\u1f00-\u1fff\u2c00-\ud7ff\uf900-\ufaff\ufb07-\uffff\U00010000-\U0010ffff]"
)
"""Letters of other scripts: nothing that a Vietnamese page is read as."""
SPELT = 5
"""So many single characters in a row are no words: spaced letters or dirt, which stay."""

_BREAK = re.compile(r"[.!?;:…](?:\s|$)|\n\s*\n|\f|\n\s*(?:[-+•*–]|\(?[\dA-Za-zđĐIVX]{1,4}[.)])\s|[.…]{3,}|\|")


def _glued(text: str) -> int:
    """Where a figure and a word lost the space between them: two digits and more are no letters of a word.

    >>> [_glued(t) for t in ("sung33", "20ngudi", "16p", "tien5", "16h30", "20km", "QH15", "a1b2")]
    [4, 2, 0, 0, 0, 0, 0, 0]
    """
    behind = text.lstrip("0123456789")
    before = text.rstrip("0123456789")
    for figure, word, at in (
        (text[: len(text) - len(behind)], behind, len(text) - len(behind)),
        (text[len(before) :], before, len(before)),
    ):
        if len(figure) > 1 and len(word) > 1 and word.isalpha() and word.islower():
            return 0 if word in rules().measures else at
    return 0


def _breaks(text: str, last: int, start: int) -> bool:
    """Whether a sentence ends between two tokens; a full stop before a small letter is rather a speck."""
    if text[last:start] == ". " and text[start].islower():
        return False
    return _BREAK.search(text, max(last - 1, 0), start + 1) is not None


def _word(start: int, text: str, soft: str) -> tuple[int, str, bool]:
    """Strip signs at both ends; where nothing is left the token is fixed."""
    bare = text.strip(soft)
    if not bare:
        return start, text, True
    return start + text.index(bare), bare, len(bare) > LONGEST or _FOREIGN.search(bare) is not None


def tokenize(text: str) -> list[Token]:
    """All tokens of a text, in order; offsets are into it."""
    return [token for sentence in sentences(text) for token in sentence]


def sentences(text: str) -> Iterator[list[Token]]:
    """The tokens of a text, sentence by sentence; offsets are into the text."""
    known, current, last, in_code, run = rules(), list[Token](), 0, False, 0
    for match in known.pattern.finditer(text):
        start, found = match.start(), match[0]
        fixed = match["fixed"] is not None
        if not fixed:
            start, found, fixed = _word(start, found, known.soft)
        gap = text[last : match.start()]
        # most words stand a space apart: only what is more may be a break
        if gap != " " and current and _breaks(text, last, match.start()):
            current[-1] = current[-1]._replace(breaks=True)
            yield current
            current, run = [], 0
        elif len(current) >= LONGEST_SENTENCE:
            yield current
            current, run = [], 0
        code = in_code and not any(c.isspace() for c in gap)
        near = bool(last) and gap in {" ", ""}
        bare = near or (gap.count("\n") <= 1 and not gap.strip(" \n"))
        cut = 0 if fixed or code else _glued(found)
        if cut:
            current.append(Token(start, found[:cut], found[0].isdigit(), False, near, code, bare))
            start, found = start + cut, found[cut:]
            fixed, near, bare = found[0].isdigit(), True, True
        joint = gap if last and len(gap) == 1 and not gap.isspace() and not code else ""
        current.append(Token(start, found, fixed, False, near, code, bare, joint))
        in_code = code or (fixed and found.endswith("/"))
        last = match.end()
        run = run + 1 if len(found) == 1 and not fixed else 0
        if run >= SPELT:
            again = SPELT if run == SPELT else 1
            current[-again:] = [t._replace(fixed=True) for t in current[-again:]]
    if current:
        yield current
