"""A table on the page as numbers: which of its cells hold some, and how its lines are ordered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

import regex

from pipeline.extract.amounts import grammar
from pipeline.extract.constraints import Term
from pipeline.extract.misreading import decimals
from pipeline.extract.numerals import parse_number
from pipeline.extract.table_words import TableWords, table_words
from pipeline.lazy import lazy

Place = tuple[int, int]
"""Line and column of a cell."""
MOST_TOTALS = 8
"""Totals that may reach over a whole table, and columns that may be sums: work stays linear in the lines."""
SAMPLE = 60
"""Lines by which columns are tried, and sums that a total may add up."""
_ZERO = Decimal(0)
_DASH = regex.compile(r"[-–—]+")
_COMMA = regex.compile(r"(?<=\d)[;:)](?=\d{1,2}$)")
_THOUSANDS = regex.compile(r"(?<=\d)[;:](?=\d{3}(?!\d))")
"""Signs that OCR takes for a comma and for the dots of thousands."""
_GROUPED, _UNGROUPED = regex.compile(r"\d{1,3}(?:\.\d{3})+(?:,\d+)?"), regex.compile(r"\d{4,}(?:,\d+)?")
_LOST = regex.compile(r"[0-9],[^0-9]*$")
"""A comma behind which decimals were lost."""


@dataclass(frozen=True, slots=True)
class _Signs:
    """Patterns of a number's cell: a whole one, one that a sign too many spoils, what lies around it."""

    numeral: regex.Pattern[str]
    spoiled: regex.Pattern[str]
    stray: regex.Pattern[str]


@cache
def _signs() -> _Signs:
    sign = rf"[0-9{regex.escape(grammar().illegible)}]"
    strays = rf"^(?:[^\p{{Lu}}\p{{Ll}}0-9{regex.escape(grammar().illegible)}]|{sign}(?=\s+[0-9]{{2}}))+"
    return _Signs(
        regex.compile(rf"{sign}+(?:[.,\s]+{sign}+)*", regex.V1),
        regex.compile(r"(?:[0-9][.,]?)*[^0-9\s](?:[.,]?[0-9])*", regex.V1),
        # a ruling beside a number is read as a dash, a point, a letter of its own
        regex.compile(
            rf"{strays}|(?:[^\p{{Lu}}\p{{Ll}}0-9{regex.escape(grammar().illegible)}]|(?<=[0-9])\s+{sign}$)+$"
        ),
    )


def clean(text: str) -> str:
    """A number's cell without stray marks around it; a dash is nothing.

    >>> clean("- 291,21"), clean("105 l"), clean("12,5 %"), clean("–"), clean("§.699,28"), clean("8:779;2")
    ('291,21', '105', '12,5', '0', '§.699,28', '8.779,2')
    """
    if _DASH.fullmatch(text):
        return "0"
    kept = str(_signs().stray.sub("", text)).strip()
    return str(_THOUSANDS.sub(".", _COMMA.sub(",", kept)))


def is_marked_oddly(text: str) -> bool:
    """Whether other signs stand in a number's cell where its dots and comma should: ``8:779;2``."""
    return bool(_COMMA.search(text.strip()) or _THOUSANDS.search(text.strip()))


def is_numeral(text: str) -> bool:
    """Whether a cell holds a number and nothing else.

    >>> [is_numeral(t) for t in ("§.699,28", "12,5 %", "-", "S", "Xã 12", "")]
    [True, True, True, True, False, False]
    """
    return bool(_DASH.fullmatch(text) or _signs().numeral.fullmatch(clean(text)))


def is_spoiled(text: str) -> bool:
    """Whether a cell among numbers can be one of which OCR made a sign that is no digit's.

    >>> [is_spoiled(t) for t in ("A.474", "_ 381/63", "51.263,]", "Xã 12", "a", "12a3b")]
    [True, True, True, False, False, False]
    """
    read = clean(text)
    return sum(c.isdecimal() for c in read) > 1 and bool(_signs().spoiled.fullmatch(read))


def is_ruined(text: str) -> bool:
    """Whether a cell that sums hold can be a number of which OCR left a digit at least.

    >>> [is_ruined(t) for t in ("s2", "A7-", "AA.077,77", "Xã 12", "a", "")]
    [True, True, True, False, False, False]
    """
    read = clean(text)
    return any(c.isdecimal() for c in read) and not any(c.isspace() for c in read)


@dataclass(frozen=True)
class Sheet:
    """A table read as numbers.

    ``rows`` are its lines of cells, the first ``head`` of them headings, ``headings`` what stands over each
    column. ``columns`` are those that hold numbers, ``terms`` their cells that are not blank, ``ranks`` how
    deep the ordinal of a line stands. ``totals`` are the lines whose label says that they are sums,
    ``perhaps`` those whose label says that they may be.
    """

    rows: Sequence[Sequence[str]]
    head: int
    headings: Sequence[str]
    words: TableWords
    columns: tuple[int, ...]
    terms: dict[Place, Term]
    ranks: dict[int, int]
    totals: tuple[int, ...]
    perhaps: tuple[int, ...]

    @lazy
    def numbered(self) -> list[int]:
        """The lines with numbers, in order."""
        return sorted({line for line, _ in self.terms})

    @property
    def body(self) -> range:
        """The lines under the headings."""
        return range(self.head, len(self.rows))

    def value(self, line: int, column: int) -> Decimal | None:
        """A cell's number; None where it holds none or one that cannot be read."""
        term = self.terms.get((line, column))
        return term.value if term else None

    def heading(self, column: int) -> str:
        """What stands over a column."""
        return self.headings[column] if column < len(self.headings) else ""


def read_sheet(rows: Sequence[Sequence[str]], head: int, headings: Sequence[str]) -> Sheet:
    """Read a table's cells; arguments as ``table_sums.prove``."""
    words = table_words()
    body = rows[head:]
    width = max((len(row) for row in rows), default=0)
    cells = [[row[k] for row in body if k < len(row) and row[k]] for k in range(width)]
    ordinal = bool(cells) and _is_ordinal(cells[0], words)
    columns = tuple(k for k in range(width) if not (k == 0 and ordinal) and _is_numeric(cells[k]))
    terms: dict[Place, Term] = {}
    for column in columns:
        whole = _is_whole(cells[column])
        usual = _decimals(cells[column])
        grouped = any(_GROUPED.fullmatch(clean(text)) for text in cells[column])
        for line in range(head, len(rows)):
            text = rows[line][column] if column < len(rows[line]) else ""
            if read := clean(text):
                value = parse_number(read, whole=whole)[0] if is_numeral(text) else None
                if usual and "," not in read and _LOST.search(text):
                    read, value = f"{read},", None
                other = _with_comma(read, value, usual)
                bare = grouped and bool(_UNGROUPED.fullmatch(read))
                terms[line, column] = Term(read, value, other=other, odd=is_marked_oddly(text), bare=bare)
    ranks: dict[int, int] = {}
    totals, perhaps = [], []
    for line in range(head, len(rows)):
        row = rows[line]
        rank = words.rank(row[0]) if ordinal and row and row[0] else None
        label = _label(row, columns, ordinal)
        if words.says("total_line", label):
            totals.append(line)
            continue
        if rank is not None:
            ranks[line] = rank
        if words.may_be_total(label):
            perhaps.append(line)
    return Sheet(rows, head, headings, words, columns, terms, ranks, tuple(totals), tuple(perhaps))


def _is_ordinal(cells: Sequence[str], words: TableWords) -> bool:
    """Whether a first column numbers the lines, each list from 1 on."""
    found = [c for c in cells if words.rank(c) is not None]
    if not found or 2 * len(found) < len(cells):
        return False
    counts = [int(c.strip(".) ")) for c in found if c.strip(".) ").isdecimal()]
    return not counts or all(b in {a + 1, 1} for a, b in zip([0, *counts], counts, strict=False))


def _is_numeric(cells: Sequence[str]) -> bool:
    """Whether a column holds numbers: most of its cells do, and some show a digit."""
    found = [c for c in cells if is_numeral(c)]
    return 2 * len(found) >= len(cells) and any(any(s.isdecimal() for s in c) for c in found)


def _is_whole(cells: Sequence[str]) -> bool:
    """Whether a column's numbers are whole: as many can be read so as otherwise."""
    read = [clean(c) for c in cells if is_numeral(c) and not is_marked_oddly(c)]
    whole, free = (sum(parse_number(c, whole=w)[0] is not None for c in read) for w in (True, False))
    return whole >= free


def _decimals(cells: Sequence[str]) -> int:
    """How many decimals a column's numbers have, where most have as many."""
    counts = Counter(decimals(clean(c)) for c in cells if is_numeral(c))
    usual, times = counts.most_common(1)[0] if counts else (0, 0)
    return usual if 2 * times > counts.total() else 0


def _with_comma(read: str, value: Decimal | None, usual: int) -> Decimal | None:
    """A number with the comma that its column has and it lacks, or has as a stroke; else None."""
    if usual and "/" in read:
        return parse_number(read.replace("/", ","))[0]
    return value.scaleb(-usual) if usual and value and read.replace(".", "").isdecimal() else None


def _label(row: Sequence[str], columns: Sequence[int], ordinal: bool) -> str:
    """A line's first words."""
    texts = [text for k, text in enumerate(row) if k not in columns and not (ordinal and k == 0)]
    free = [row[0]] if ordinal and row else []
    return next((t for t in [*texts, *free] if regex.search(r"\p{L}{2}", t)), "")


def agrees(table: Sheet, total: Place, parts: Sequence[Place]) -> bool | None:
    """Whether a sum of cells agrees; None where a number is unknown or all is nothing."""
    whole = table.terms.get(total)
    pieces = [table.terms[p] for p in parts if p in table.terms]
    if whole is None or whole.value is None or not pieces:
        return None
    values = [p.value for p in pieces]
    known = [v for v in values if v is not None]
    if len(known) < len(values) or not any(known):
        return None
    return sum(known, _ZERO) == whole.value


def is_apart(table: Sheet, column: int) -> bool:
    """Whether no total is the sum of a column: prices, averages, percentages."""
    heading = table.heading(column)
    return table.words.says("never_added", heading) or table.words.says("percent_column", heading)
