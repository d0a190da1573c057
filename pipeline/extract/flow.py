"""A document's restored text as one running string, with the way back to its pages.

What goes wrong in the world: a sentence breaks at every line, goes on behind a page break, and in text
taken from PDFs an empty line stands in the middle of it. Rules want one string; evidence wants pages,
offsets and boxes. ``Flow`` replaces line breaks and page breaks by one space each, so that lengths stay,
and finds where paragraphs and list items begin from markers, widths and punctuation.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING

import regex

from pipeline.extract.blocks import Block, Line, blocks_of, with_items
from pipeline.extract.collapsed import CollapsedTable, tables
from pipeline.extract.flow_rules import load_rules
from pipeline.extract.tabbed import CELL, with_cells
from pipeline.lazy import lazy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.model import Box, Document

_ODD_SPACE = re.compile("[\n\r\t\f\v\xa0\u2007\u2028\u2029\u202f\x85]")
_PAGE_NUMBER = regex.compile(r"\s*[-–—~]?\s*(\d{1,4})\s*[-–—~]?\s*")
_BREAK = regex.compile(r"(?:\G|(?<![.!?…]))[.!?…]+[\"”’)\]]*\s+(?=[\"“‘(\[]*[\p{Lu}\d]|[*•+]\s)")
_LAST_WORD = regex.compile(r"[\p{L}\p{N}./]+$")
LONGEST_WORD = 40
"""Characters before a stop in which the word before it stands; longer ones are no abbreviations."""


@dataclass(frozen=True)
class Flow:
    """The running text of a document; build it with ``Flow.of``.

    Attributes:
        document: where it comes from.
        text: the restored pages, every line break, tab and page joint replaced by one space; page
            numbers that stand alone at a page's top or foot are blanked. Same length as the pages'
            restored texts joined by one character.
        starts: the offset at which each page begins.
    """

    document: Document
    text: str
    starts: tuple[int, ...]
    source: str

    @classmethod
    def of(cls, document: Document) -> Flow:
        """The flow of a document's restored pages."""
        pages = [with_cells(page.text) for page in document.restored]
        starts, at = [], 0
        for page in pages:
            starts.append(at)
            at += len(page) + 1
        kept = pages if len(pages) < 2 else [_without_number(page, len(pages)) for page in pages]
        return cls(document, _spaced(" ".join(kept)), tuple(starts), "\f".join(kept))

    # ---- the way back -------------------------------------------------------------------------

    def page_of(self, at: int) -> int:
        """The index of the page that the offset lies on."""
        return max(bisect_right(self.starts, at) - 1, 0)

    def pieces(self, start: int, end: int) -> list[tuple[int, int, int]]:
        """``(page index, start, end)`` in each page's restored text that the span touches."""
        found: list[tuple[int, int, int]] = []
        first = self.page_of(start)
        if self.starts:
            base = self.starts[first]
            if base <= start < end <= base + len(self.document.restored[first].text):
                return [(first, start - base, end - base)]
        for index in range(first, len(self.starts)):
            base = self.starts[index]
            if base >= end and found:
                break
            length = len(self.document.restored[index].text)
            low, high = max(start - base, 0), min(end - base, length)
            if low < high:
                found.append((index, low, high))
        return found

    def locate(self, start: int, end: int) -> tuple[int, int, int]:
        """Page index and offsets in its restored text; a span over a page break is cut at the break."""
        pieces = self.pieces(start, end)
        if pieces:
            return pieces[0]
        index = self.page_of(start)
        at = min(max(start - self.starts[index], 0), len(self.document.restored[index].text))
        return index, at, at

    def box(self, start: int, end: int) -> Box | None:
        """The bounding box of the span's part on its first page; None without geometry."""
        if not self.starts:
            return None
        index, low, high = self.locate(start, end)
        raw = self.document.restored[index].to_raw(low, high)
        return self.document.pages[index].box_at(*raw)

    def raw(self, start: int, end: int) -> str:
        """The span as read, before restoration, line breaks as spaces."""
        if (start, end) not in self._raws:  # rows of one sentence quote the same
            found = []
            for index, low, high in self.pieces(start, end):
                restored = self.document.restored[index]
                first, last = restored.to_raw(low, high)
                found.append(restored.raw[first:last])
            self._raws[start, end] = _spaced(" ".join(found))
        return self._raws[start, end]

    def quoted(self, start: int, end: int) -> str:
        """The span as it is quoted, the cells of a table's line apart."""
        if (start, end) not in self._quotes:
            self._quotes[start, end] = self.text[start:end].replace(CELL, " | ")
        return self._quotes[start, end]

    @lazy
    def _quotes(self) -> dict[tuple[int, int], str]:
        return {}

    @lazy
    def _raws(self) -> dict[tuple[int, int], str]:
        return {}

    # ---- lines and blocks ---------------------------------------------------------------------

    @lazy
    def lines(self) -> tuple[Line, ...]:
        """The lines that are not blank, in reading order."""
        return tuple(self._lines())

    def _lines(self) -> Iterator[Line]:
        blank = False
        for index, start in enumerate(self.starts):
            at = start
            end = start + len(self.document.restored[index].text)
            for line in self.source[start:end].split("\n"):
                left = at + len(line) - len(line.lstrip())
                if line.strip():
                    yield Line(left, at + len(line.rstrip()), index, blank)
                blank = not line.strip()
                at += len(line) + 1

    @lazy
    def width(self) -> int:
        """The usual length of a full line, in characters: a high quantile, the longest of a few lines."""
        rules = load_rules()
        lengths = sorted(x.end - x.start for x in self.lines if " | " not in self.text[x.start : x.end])
        found = lengths[ceil(rules.width_quantile * (len(lengths) - 1))] if lengths else 0
        return max(found, rules.narrowest)

    @lazy
    def collapsed(self) -> tuple[CollapsedTable, ...]:
        """The tables whose columns collapsed: lines of labels and numbers without cells."""
        return tuple(tables(self.text, self.lines, self.raw))

    @lazy
    def blocks(self) -> tuple[Block, ...]:
        """Paragraphs, list items, headings and table rows, in order; together they hold all lines."""
        rules = load_rules()
        return tuple(with_items(self.text, list(blocks_of(self, rules)), rules.paragraph_level + 1))

    @lazy
    def _parent(self) -> tuple[int, ...]:
        """The number of each block's parent, -1 at the top."""
        found, above = [], list[int]()
        for number, block in enumerate(self.blocks):
            while above and self.blocks[above[-1]].level >= block.level:
                above.pop()
            found.append(above[-1] if above else -1)
            if block.kind not in {"row", "columns"}:
                above.append(number)
        return tuple(found)

    def sibling(self, number: int) -> int | None:
        """The number of the item before ``blocks[number]`` in the same list; None where it is the first."""
        return self._siblings[number]

    @lazy
    def _siblings(self) -> tuple[int | None, ...]:
        last: dict[tuple[int, int], int] = {}
        found: list[int | None] = []
        for number, (block, parent) in enumerate(zip(self.blocks, self._parent, strict=True)):
            is_item = bool(block.marker) or block.kind == "item"
            found.append(last.get((parent, block.level)) if is_item else None)
            if is_item:
                last[parent, block.level] = number
            else:
                last.pop((parent, block.level), None)
        return tuple(found)

    def parents(self, number: int) -> list[Block]:
        """The blocks above ``blocks[number]`` in the outline, the nearest first."""
        found: list[Block] = []
        while (number := self._parent[number]) >= 0:
            found.append(self.blocks[number])
        return found

    def sentences(self, block: Block) -> list[tuple[int, int]]:
        """The sentences of a block without its marker, trimmed, as offsets into ``text``.

        Not split at abbreviations (``TP.``, ``v.v.``), initials (``P. 11``) or inside numbers.
        """
        if block.start not in self._split:
            self._split[block.start] = self._sentences(block)
        return self._split[block.start]

    @lazy
    def _split(self) -> dict[int, list[tuple[int, int]]]:
        return {}

    def _sentences(self, block: Block) -> list[tuple[int, int]]:
        abbreviations = load_rules().abbreviations
        cuts, start = [], block.body
        for match in _BREAK.finditer(self.text, block.body, block.end):
            word = _LAST_WORD.search(self.text[max(start, match.start() - LONGEST_WORD) : match.start()])
            last = word.group().strip("./") if word else ""
            if last in abbreviations or (len(last) == 1 and last.isupper()):
                continue
            cuts.append((start, match.end()))
            start = match.end()
        return [s for s in (self.trim(a, b) for a, b in [*cuts, (start, block.end)]) if s[0] < s[1]]

    def trim(self, start: int, end: int) -> tuple[int, int]:
        """The span without white space at its ends."""
        part = self.text[start:end]
        return start + len(part) - len(part.lstrip()), max(end - len(part) + len(part.rstrip()), start)


def _spaced(text: str) -> str:
    """The text with every white space a blank."""
    return _ODD_SPACE.sub(" ", text)


def _without_number(page: str, pages: int) -> str:
    """The page with a lone page number as its first or last line blanked by spaces, lengths kept."""
    lines = page.split("\n")
    filled = [i for i, line in enumerate(lines) if line.strip()]
    for i in {*filled[:1], *filled[-1:]}:
        match = _PAGE_NUMBER.fullmatch(lines[i])
        if match and 1 <= int(match.group(1)) <= pages + 1:
            lines[i] = " " * len(lines[i])
    return "\n".join(lines)
