"""Lines of a table whose columns collapsed: a label and its numbers on one line, no cells.

What goes wrong in the world: text copied out of a PDF, or an office scanner's text layer, holds a table line
by line. Cell borders are gone or read as ``|`` ``]`` ``!``, blank cells leave nothing behind, a label that
fills two lines stands above and below its numbers. Here a line is told into label and numbers;
``collapsed_rows`` makes rows of lines, ``collapsed_cells`` tells which number is of which column.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import regex

from pipeline.extract.amounts import grammar
from pipeline.extract.sheet import is_numeral, is_spoiled
from pipeline.extract.tabbed import CELL

if TYPE_CHECKING:
    from pipeline.extract.blocks import Line

Span = tuple[int, int]

LONGEST_LABEL = 110
"""Characters of a label's line; what is longer is prose."""
LONGEST_LINE = 300
"""Characters of a table's line."""
MOST_CELLS = 24
"""Numbers on a line; more, and it is no table of a report."""
_TOKEN = regex.compile(rf"[^\s|{CELL}\[\]{{}}!]+")
_LAST_WORD = regex.compile(r" ?(?P<word>\p{Ll}+[.,;:]?)$")
_CORE = regex.compile(r"(?:[-–](?=\d))?\w.*?(?=[^\w%]*$)")
_NUMBER = regex.compile(r"[-–]?\d(?:[\d.,;:’']*\d)?%?")
PARTED = regex.compile(r"\d[.,]\d")
YEAR = regex.compile(r"(?:19|20)\d\d")
ORDINAL = regex.compile(r"[\W_]*(?P<n>\d{1,3}|[IVX]{1,5})[.)]*(?:[\s|\]\[}.]+(?=\P{N})|$)")
NOISE = regex.compile(r"[\W_]*")
_BORDER = regex.compile(rf"(?<!\S)\|(?=\s)|{CELL}")
LONGEST_NOUN = 3
"""Words of a noun behind a number in a cell."""
_MUCH_SPOILED = 6
"""The same right behind a number with a dot or comma."""
_SPOILED = 4
"""Characters of a sign between numbers that may have been a number."""


class Read(NamedTuple):
    """A line as read: its label's span and its numbers behind it.

    ``is_barred``: a bar stands before each number; ``bars``: how many the line has.
    """

    at: int
    label: Span
    numbers: tuple[Span, ...]
    is_barred: bool = False
    bars: int = 0


def read_line(text: str, line: Line, at: int, *, lax: bool = False) -> Read:
    """A line's label and the numbers at its end.

    Args:
        text: the running text.
        line: where the line stands in it.
        at: the line's number.
        lax: whether its last numbers may be spoiled beyond reading, as they may among lines of numbers.
    """
    if line.end - line.start > LONGEST_LINE:
        return Read(at, (line.start, line.end), ())
    if not lax and (last := _last_word(text, line)):
        return Read(at, (line.start, last), (), is_barred=True, bars=_bars(text, line))
    tokens = [(m.start(), m.end()) for m in _TOKEN.finditer(text, line.start, line.end)]
    numbers: list[Span] = []
    label_end = line.start
    place = len(tokens)
    while place:
        start, end = tokens[place - 1]
        core = _CORE.search(text[start:end])
        if core is None:  # dust, a dash for nothing, the unit of what its line counts
            if "%" in text[start:end] and numbers and not _is_read(text, tokens[place - 2 : place - 1]):
                label_end = end
                break
            if text[start:end] in {"-", "–", "—"} and numbers:
                numbers.append((start, end))
        elif _is_number(core.group()):
            numbers.append((start + core.start(), start + core.end()))
        elif numbers and (named := _with_noun(text, tokens[:place])):
            numbers.append((tokens[place - named][0], end))
            place -= named - 1
        elif (numbers or lax) and _is_spoiled_between(text, tokens[:place], lax):
            numbers.append((start, end))
        else:
            label_end = end
            break
        place -= 1
    found = tuple(reversed(numbers[:MOST_CELLS]))
    ends = [label_end, *(end for _, end in found)]
    # the label's own end may be a border
    gaps = [(max(end - 2, line.start), start) for end, (start, _) in zip(ends, found, strict=False)]
    is_barred = all(_BORDER.search(text, *gap) for gap in gaps)
    return Read(at, (line.start, label_end), found, is_barred, _bars(text, line))


def _bars(text: str, line: Line) -> int:
    return len(_BORDER.findall(text, line.start, line.end))


def _last_word(text: str, line: Line) -> int:
    """Where a line ends that ends in a word, as most do: it has no numbers there. Else 0."""
    found = _LAST_WORD.match(text, max(text.rfind(" ", line.start, line.end), line.start), line.end)
    return found.end("word") if found else 0


def _is_number(core: str) -> bool:
    return bool(_NUMBER.fullmatch(core)) or (
        any(c.isdecimal() for c in core) and (is_numeral(core) or is_spoiled(core))
    )


def _with_noun(text: str, tokens: Sequence[Span]) -> int:
    """How many of the last tokens are a number with the noun that it counts: ``12.400 hộ``; else 0."""
    # a line's first number numbers it
    for count in range(2, min(LONGEST_NOUN + 2, len(tokens))):
        start, end = tokens[-count][0], tokens[-1][1]
        if text[start].isdecimal():
            found = grammar().find(text[start:end])
            named = len(found) == 1 and found[0].start == 0 and found[0].end == end - start
            named = named and text[start:end].islower()
            return count if named and not found[0].is_money else 0
    return 0


def _is_read(text: str, tokens: Sequence[Span]) -> bool:
    cores = (_CORE.search(text[start:end]) for start, end in tokens)
    return any(c and _is_number(c.group()) for c in cores)


def _is_spoiled_between(text: str, tokens: Sequence[Span], lax: bool) -> bool:
    """Whether the last token may be a spoiled number: it is short, and numbers stand before it."""
    start, end = tokens[-1]
    if end - start <= _SPOILED:
        return _is_between(text, tokens[:-1], lax)
    cores = (_CORE.search(text[a:b]) for a, b in tokens[-2:-1])
    return end - start <= _MUCH_SPOILED and any(c and PARTED.search(c.group()) for c in cores)


def _is_between(text: str, tokens: Sequence[Span], lax: bool) -> bool:
    """Whether one of the two tokens before is a number with a dot or comma: what follows is no label."""
    cores = (_CORE.search(text[start:end]) for start, end in tokens[1:][-2:])
    return any(c and _NUMBER.fullmatch(c.group()) and (lax or PARTED.search(c.group())) for c in cores)


def labelled(text: str, read: Read) -> tuple[Span | None, Span]:
    """A line's own number, and its label without it."""
    return numbered(text, read.label)


def numbered(text: str, label: Span) -> tuple[Span | None, Span]:
    """A label's ordinal, and the label without it and without dust before it."""
    found = ORDINAL.match(text, *label)
    start = label[0]
    ordinal = None
    if found:
        ordinal = found.span("n")
        start = found.end()
    noise = NOISE.match(text, start, label[1])
    return ordinal, (noise.end() if noise else start, label[1])
