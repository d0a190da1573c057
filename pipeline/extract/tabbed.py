"""Tables whose cells tabs part, as they come out of a word processor or a spreadsheet.

A tab is white space to everything else, so those that part cells are made a sign of their own; the text's
length stays. Tabs of an indent, and of a letterhead in two columns, are left as they are.
"""

from __future__ import annotations

from collections.abc import Iterator

import regex

CELL = "│"
"""What stands between two cells."""
_NUMBER = regex.compile(r"(?!(?:19|20)[0-9]{2}$)[-–]?[0-9][0-9.,]*\s?%?")
_MARKER = regex.compile(r"(?:[0-9]{1,3}|[A-Za-zđĐ]|[IVXivx]{1,5})[.)]|[-–+•*]")
LEAST = 2
"""Lines of a table of three columns or more; one of two needs a line more, and numbers in the second."""


def with_cells(page: str) -> str:
    r"""A page's text with the tabs of its tables made signs.

    >>> with_cells("Số liệu:\nXã\tHộ\tThẻ\nA\t12\t30\n\tKý tên")
    'Số liệu:\nXã│Hộ│Thẻ\nA│12│30\n\tKý tên'
    """
    if "\t" not in page:
        return page
    lines = page.split("\n")
    for first, last in _tables(lines):
        lines[first:last] = [line.replace("\t", CELL) for line in lines[first:last]]
    return "\n".join(lines)


def _tables(lines: list[str]) -> Iterator[tuple[int, int]]:
    """First and last line (exclusive) of each table."""
    counts = list(map(_tabs, lines))
    at = 0
    while at < len(lines):
        end = at
        while end < len(lines) and counts[end]:
            end += 1
        wide = sum(count > 1 for count in counts[at:end])
        numbers = sum(bool(_NUMBER.fullmatch(line.rpartition("\t")[2].strip())) for line in lines[at:end])
        if numbers and (wide >= LEAST or (end - at > LEAST and numbers >= LEAST)):
            yield at, end
        at = max(end, at + 1)


def _tabs(line: str) -> int:
    """The tabs between a line's words; one behind a list's marker parts no cells."""
    first, sign, rest = line.strip().partition("\t")
    return rest.count("\t") + bool(sign) - bool(sign and _MARKER.fullmatch(first))
