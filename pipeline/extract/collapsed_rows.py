"""Lines of numbers that make a table whose columns collapsed, and the rows that they are.

Lines with two numbers or more that follow each other make a table, lines of words between them are parts of
labels. A line of words is of the label above or below it by where an empty line stands, by its first letter,
by whether the line of numbers has words of its own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING

import regex

from pipeline.extract.collapsed_lines import (
    LONGEST_LABEL,
    NOISE,
    ORDINAL,
    PARTED,
    YEAR,
    Read,
    Span,
    labelled,
    numbered,
    read_line,
)
from pipeline.extract.collapsed_words import collapsed_words

if TYPE_CHECKING:
    from pipeline.extract.blocks import Line

LEAST_LINES = 3
"""Lines with two numbers or more that make a table: two may stand below each other by chance."""
MOST_WRAPS = 7
"""Lines of labels alone between two lines of numbers, where those of one are lost; more, and a table ends."""
_HEADED = regex.compile(r"(?:\d{1,2}(?:\.\d{1,2})*[.)]|[IVX]{1,5}\.|[a-zđ]\))\s+\p{Lu}|[-+•*] ")
_STOPS = tuple(".;:")
MOST_ABOVE = 2
"""Lines above a table's first in which a spoiled one is looked for."""
SHORTEST_LABEL = 12
"""Characters of what is left of its label there: its other lines stand around it."""
_CAPITALS = regex.compile(r"[A-Z]{2,4}")
_PROSE = regex.compile(r"[;.] |\p{Ll}[;.:]$")


@dataclass
class Row:
    """A line of a table: the lines of the page that it fills, first to last, and what stands on them."""

    first: int
    last: int
    labels: list[Span]
    numbers: list[Span]
    ordinal: Span | None = None
    counted: str = ""
    """Its number where none was read, by those around it."""
    bare: bool = False
    """Whether no words stand beside its numbers."""


@dataclass
class Run:
    """Rows that follow each other."""

    rows: list[Row] = field(default_factory=list)

    @property
    def first(self) -> int:
        """The number of its first line."""
        return self.rows[0].first

    @property
    def last(self) -> int:
        """The number of its last line."""
        return self.rows[-1].last


# ---- runs -------------------------------------------------------------------------------------


def runs(text: str, lines: Sequence[Line]) -> Iterator[Run]:
    """The tables among a document's lines, as far as lines alone tell."""
    reads = [read_line(text, line, n) for n, line in enumerate(lines)]
    at = 0
    while at < len(lines):
        if not _opens(text, reads[at]):
            at += 1
            continue
        held = [at]
        # a line above that numbers itself one less, its numbers spoiled
        if at and (spoiled := _spoiled(text, lines, reads, at - 1)) and _follows(text, spoiled, reads[at]):
            reads[at - 1] = spoiled
            held = [at - 1, at]
        elif (opened := _opened_above(text, lines, at)) and not _ends_before(text, opened, at):
            reads[opened.at] = opened
            held = [opened.at, at]
        end = at + 1
        while end < len(lines) and end - held[-1] <= MOST_WRAPS:
            if not reads[end].numbers and (spoiled := _spoiled(text, lines, reads, end, held[-1])):
                reads[end] = spoiled
            if _is_stop(text, lines[end], reads[end]):
                break
            if _holds(text, reads[end]):
                if _ends_before(text, reads[held[-1]], end):
                    break
                held.append(end)
            end += 1
        full = [n for n in held if len(reads[n].numbers) > 1]
        if len(full) >= LEAST_LINES and not _has_cells([reads[n] for n in full]):
            begin = at and max(full[0] - MOST_WRAPS, 0)
            yield Run(_rows(text, lines, [reads[n] for n in held], begin))
        at = held[-1] + 1


def _spoiled(
    text: str, lines: Sequence[Line], reads: Sequence[Read], at: int, above: int = -1
) -> Read | None:
    """A line among lines of numbers that numbers itself or is a total, its last numbers spoiled.

    It may also begin with the word with which the line ``above`` begins: ``Xã`` …
    """
    if reads[at].numbers or lines[at].end - lines[at].start > LONGEST_LABEL:
        return None
    read = read_line(text, lines[at], at, lax=True)
    ordinal, label = labelled(text, read)
    said = text[slice(*label)]
    before = text[slice(*labelled(text, reads[above])[1])].split() if above >= 0 else []
    like = bool(before) and said.split()[:1] == before[:1]
    return read if read.numbers and (ordinal or like or collapsed_words().says("total", said)) else None


def _opened_above(text: str, lines: Sequence[Line], at: int) -> Read | None:
    """A line right above a table's first with two numbers, the last of which is spoiled."""
    for above in range(at - 1, max(at - MOST_ABOVE, 0) - 1, -1):
        read = read_line(text, lines[above], above, lax=True)
        parted = [span for span in read.numbers if PARTED.search(text, *span)]
        if len(parted) > 1 and len(text[slice(*read.label)]) <= SHORTEST_LABEL:
            return read
    return None


def _follows(text: str, read: Read, below: Read) -> bool:
    """Whether two lines number themselves one after the other."""
    ordinals = [labelled(text, r)[0] for r in (read, below)]
    counts = [int(text[slice(*o)]) if o and text[slice(*o)].isdecimal() else 0 for o in ordinals]
    return counts[0] > 0 and counts[1] == counts[0] + 1


def _ends_before(text: str, read: Read, following: int) -> bool:
    """Whether a line is a table's total and the next with numbers stands apart from it."""
    apart = following > read.at + 1
    return apart and collapsed_words().says("total", text[slice(*labelled(text, read)[1])])


def _opens(text: str, read: Read) -> bool:
    """Whether a line may be a table's first with numbers: two, that number or name no columns."""
    found = [text[a:b] for a, b in read.numbers]
    if len(found) < 2 or all(YEAR.fullmatch(n) for n in found) or _counts(found):
        return False
    return _holds(text, read)


def _counts(numbers: Sequence[str]) -> bool:
    """Whether numbers are 1, 2, 3 …: they number columns."""
    if not all(n.isdecimal() and len(n) < 3 for n in numbers) or len(numbers) < 3:
        return False
    values = [int(n) for n in numbers]
    return all(b == a + 1 for a, b in pairwise(values)) and values[0] < 4


def _holds(text: str, read: Read) -> bool:
    """Whether a line is a label with numbers behind it, no end of a sentence."""
    if not read.numbers:
        return False
    label = text[read.label[0] : read.label[1]]
    if len(label) > LONGEST_LABEL or (len(read.numbers) < 2 and _PROSE.search(label)):
        return False
    return len(read.numbers) > 1 or not YEAR.fullmatch(text[slice(*read.numbers[0])])


def _is_stop(text: str, line: Line, read: Read) -> bool:
    """Whether a line ends a table: a heading, an item, the end of a sentence, a caption."""
    said = text[line.start : line.end]
    words = collapsed_words()
    if words.says("caption", said) or words.says("unit", said):
        return True
    if len(read.numbers) > 1:
        return False
    said = without_dust(said)
    return (
        (bool(_HEADED.match(said)) and not read.numbers) or said.endswith(_STOPS) or len(said) > LONGEST_LABEL
    )


def without_dust(said: str) -> str:
    """A line without signs that stand alone at its end."""
    words = said.split(" ")
    while len(words) > 1 and sum(map(str.isalnum, words[-1])) < 2:
        words.pop()
    return " ".join(words)


def _has_cells(reads: Sequence[Read]) -> bool:
    """Whether lines have their cells still: bars between all numbers, or as many on every line."""
    usual, times = Counter(read.bars for read in reads).most_common(1)[0]
    barred = sum(read.is_barred for read in reads)
    return 5 * max(barred, times if usual > 1 else 0) >= 4 * len(reads)


# ---- rows -------------------------------------------------------------------------------------


def _rows(text: str, lines: Sequence[Line], reads: Sequence[Read], begin: int) -> list[Row]:
    """The rows of lines with numbers, labels' other lines joined to them."""
    rows: list[Row] = []
    above = _above(text, lines, reads[0], begin)
    for n, read in enumerate(reads):
        numbers = list(read.numbers)
        ordinal, label = labelled(text, read)
        labels = [*above, *([label] if label[0] < label[1] else [])]
        first = min([read.at, *(_line_at(lines, a, read.at) for a, _ in above)])
        row = Row(first, read.at, labels, numbers, ordinal, bare=label[0] >= label[1])
        follower = reads[n + 1] if n + 1 < len(reads) else None
        below, above = _between(text, lines, read, follower)
        row.labels += below
        row.last = read.at + len(below)
        if row.labels and row.ordinal is None:
            row.ordinal, row.labels[0] = numbered(text, row.labels[0])
        rows.append(row)
    _number(text, rows)
    return rows


def regain(text: str, rows: Sequence[Row], raw: Callable[[int, int], str]) -> None:
    """Take a first number of which OCR made capitals, and restoration a word, off the end of a label.

    Only of a line that lacks one number, and whose label has no other capitals.
    """
    usual, _ = Counter(len(row.numbers) for row in rows).most_common(1)[0]
    for row in rows:
        before = [n for n, span in enumerate(row.labels) if span[1] <= row.numbers[0][0]]
        if len(row.numbers) != usual - 1 or not before:
            continue
        start, end = row.labels[before[-1]]
        said = text[start:end].rstrip()
        last = start + max(said.rfind(" ") + 1, 0), start + len(said)
        read = raw(*last)
        if start < last[0] and _CAPITALS.fullmatch(read) and read != text[slice(*last)]:
            row.numbers.insert(0, last)
            row.labels[before[-1]] = start, last[0]


def _line_at(lines: Sequence[Line], start: int, below: int) -> int:
    """The number of the line that begins at an offset, not far above another."""
    return next(n for n in range(below, -1, -1) if lines[n].start <= start)


def _above(text: str, lines: Sequence[Line], read: Read, begin: int) -> list[Span]:
    """The lines above a table's first numbers that are of their label: one, where it has none of its own."""
    _, label = labelled(text, read)
    own = text[label[0] : label[1]]
    before = read.at - 1
    if own[:1].isupper() or before < begin:
        return []
    above = text[lines[before].start : lines[before].end]
    if lines[read.at].after_blank and not collapsed_words().says("item", above):
        return []
    if not own and read.numbers and YEAR.fullmatch(text[slice(*read.numbers[0])]):
        return []
    line = lines[before]
    said = text[line.start : line.end]
    opening = next((c for c in said if c.isalpha()), "")
    words = collapsed_words()
    headed = sum(len(h.places) + len(h.tail) for h in words.find([said]))
    bare = opening.isupper() and not said.endswith((*_STOPS, ")")) and 2 * headed <= len(said.split())
    return [(line.start, line.end)] if bare and not words.says("caption", said) else []


def _between(
    text: str, lines: Sequence[Line], read: Read, follower: Read | None
) -> tuple[list[Span], list[Span]]:
    """The lines between two lines of numbers: those of the label above, those of the label below."""
    if follower is None:
        below = []
        for n in range(read.at + 1, min(read.at + 3, len(lines))):
            said = text[lines[n].start : lines[n].end]
            if lines[n].after_blank or not said[:1].islower() or said.endswith(_STOPS):
                break
            below.append((lines[n].start, lines[n].end))
        whole = not collapsed_words().says("total", text[slice(*labelled(text, read)[1])])
        return (below if whole and len(below) < 3 else []), []
    gap = range(read.at + 1, follower.at)
    _, label = labelled(text, follower)
    own = text[label[0] : label[1]]
    cut = len(gap)
    for place, n in enumerate(gap):
        opening = NOISE.match(text, lines[n].start, lines[n].end)
        first = text[opening.end() : lines[n].end][:1] if opening else ""
        begins = first.isupper() or bool(ORDINAL.match(text, lines[n].start, lines[n].end))
        hangs = lines[n].after_blank and not any(lines[m].after_blank for m in range(n + 1, follower.at + 1))
        if begins and (hangs or not own[:1].isupper()):
            cut = place
            break
    if cut == len(gap) and gap and not own and not _starts_year(text, follower):
        cut = (len(gap) + 1) // 2
    if collapsed_words().says("total", own):
        cut = len(gap)
    spans = [(lines[n].start, lines[n].end) for n in gap]
    return spans[:cut], spans[cut:]


def _starts_year(text: str, read: Read) -> bool:
    return bool(read.numbers) and bool(YEAR.fullmatch(text[slice(*read.numbers[0])]))


def _number(text: str, rows: Sequence[Row]) -> None:
    """Take line numbers and years that head a line from its numbers."""
    counted = 0
    spread = [row for row in rows if row.numbers]
    years = sum(bool(not r.labels and YEAR.fullmatch(text[slice(*r.numbers[0])])) for r in spread)
    for row in spread:
        if row.ordinal is not None:
            said = text[slice(*row.ordinal)]
            counted = int(said) if said.isdecimal() else counted
            continue
        first = text[slice(*row.numbers[0])]
        if years > 1 and not row.labels and YEAR.fullmatch(first):
            row.labels.append(row.numbers.pop(0))
        elif first.isdecimal() and int(first) == counted + 1 and row.bare and len(row.numbers) > 1:
            row.ordinal = row.numbers.pop(0)
            counted += 1
    _count_between(text, rows)


def _count_between(text: str, rows: Sequence[Row]) -> None:
    """Number rows whose own numbers were lost, where those around them leave just as many out."""
    before, lost = 0, list[Row]()
    for row in rows:
        said = text[slice(*row.ordinal)] if row.ordinal else ""
        if not said.isdecimal():
            lost.append(row)
            continue
        if int(said) == before + len(lost) + 1:
            for number, blank in enumerate(lost, before + 1):
                blank.counted = str(number)
        before, lost = int(said), []
