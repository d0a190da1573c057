"""Where paragraphs, list items, headings and table rows begin: lines become blocks.

Markers, widths and punctuation tell: a break inside a sentence is no beginning, an empty line may be none.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, NamedTuple

import regex

from pipeline.extract.tabbed import CELL

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pipeline.extract.flow import Flow
    from pipeline.extract.flow_rules import FlowRules

BlockKind = Literal["paragraph", "item", "heading", "row", "columns"]

_COLUMNS = regex.compile(r"\S {4,}(?=[\p{Lu}\d\"“(-])")
_STOPS = tuple(".;:!?…")
_OPEN = tuple(",-–(/&“")


class Line(NamedTuple):
    """A line of a page that is not blank: ``flow.text[start:end]``, trimmed."""

    start: int
    end: int
    page: int
    after_blank: bool


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, list item, heading, table row or two-column line.

    ``flow.text[start:end]`` is all of it, ``flow.text[body:end]`` without its ``marker`` (``-``, ``3.5.``,
    ``a)``; empty where it has none). A smaller ``level`` stands higher in the document's outline.
    """

    start: int
    end: int
    marker: str
    level: int
    kind: BlockKind = "paragraph"
    body: int = 0


def blocks_of(flow: Flow, rules: FlowRules) -> Iterator[Block]:
    """Paragraphs, items, headings and rows in order, each of whole lines."""
    at = 0
    for table in flow.collapsed:
        yield from _joined(flow, flow.lines[at : table.first], rules)
        if table.first < table.body:
            start, end = flow.lines[table.first].start, flow.lines[table.body - 1].end
            yield Block(start, end, "", rules.row_level, "row", start)
        for row in table.rows:
            yield Block(row.start, row.end, "", rules.row_level, "row", row.start)
        at = table.last + 1
    yield from _joined(flow, flow.lines[at:], rules)


def _joined(flow: Flow, lines: Sequence[Line], rules: FlowRules) -> Iterator[Block]:
    """The blocks of lines that no collapsed table holds."""
    current: list[Line] = []
    titled = False
    kind, marker, level, body = _classify(flow, None, lines[0], rules) if lines else _NOTHING
    for line in lines:
        found = _classify(flow, current[-1] if current else None, line, rules)
        if current and (
            _begins(flow, current, kind, line, found, rules)
            or (titled and len(current) == 1 and _is_under_title(flow, current[0], line, rules))
        ):
            # a line under the heading that leaves room for the next word is a title, too
            titled = not marker and (kind == "heading" or (titled and _is_title(flow, current)))
            yield Block(current[0].start, current[-1].end, marker, level, kind, body)
            current = []
        if not current:
            kind, marker, level, body = found
        current.append(line)
    if current:
        yield Block(current[0].start, current[-1].end, marker, level, kind, body)


def with_items(text: str, blocks: list[Block], level: int) -> Iterator[Block]:
    """The blocks, lists without markers as items: lines under a colon, each but the last with a semicolon.

    ``level`` is the least that such items have; they stand below what introduces them.
    """
    introduction: Block | None = None
    for number, block in enumerate(blocks):
        ends = text[block.end - 1]
        if introduction is None and number and text[blocks[number - 1].end - 1] == ":" and ends == ";":
            introduction = blocks[number - 1]
        if introduction and (block.kind != "paragraph" or block.marker):
            introduction = None
        yield (
            replace(block, kind="item", level=max(level, introduction.level + 1)) if introduction else block
        )
        if ends != ";":
            introduction = None


_Class = tuple[BlockKind, str, int, int]
_NOTHING: _Class = ("paragraph", "", 0, 0)


def _classify(flow: Flow, before: Line | None, line: Line, rules: FlowRules) -> _Class:
    """What the line would be if a block began with it: kind, marker, level, start of its body."""
    text = flow.text[line.start : line.end]
    above = flow.text[before.start : before.end] if before else ""
    if " | " in text or text.startswith("| ") or text.endswith(" |") or CELL in text:
        return "row", "", rules.row_level, line.start
    for marker in rules.markers if rules.any_marker.match(text) else ():
        match = marker.pattern.match(text)
        if not match:
            continue
        rest = text[match.end() :].lstrip()
        if marker.stands(above, rest, soft_break=_is_soft(flow, before, line, rules)):
            body = line.end - len(rest)
            kind: BlockKind = "item" if marker.level > rules.heading_level else "heading"
            return kind, match.group().strip(), marker.level, body
    if _COLUMNS.search(text) and not text[0].islower():
        return "columns", "", rules.columns_level, line.start
    if rules.is_capitals(text):
        return "heading", "", rules.capitals_level, line.start
    return "paragraph", "", rules.paragraph_level, line.start


def _fits(flow: Flow, before: Line, line: Line, rules: FlowRules) -> bool:
    """Whether the line's first word would have fitted on the line above: then the break was meant."""
    if flow.width > rules.widest:  # a paragraph a line
        return True
    first = flow.text[line.start : line.end].split(" ", 1)[0]
    return before.end - before.start + 1 + len(first) <= rules.fit_share * flow.width


def _is_title(flow: Flow, lines: Sequence[Line]) -> bool:
    """Whether a block is one line that no stop ends."""
    return len(lines) == 1 and not flow.text[: lines[0].end].endswith((*_STOPS, *_OPEN))


def _is_under_title(flow: Flow, title: Line, line: Line, rules: FlowRules) -> bool:
    """Whether a line begins anew under a line of the title: a capital, where the title left room for it."""
    begins = flow.text[line.start].isupper() and _is_title(flow, [title])
    return begins and flow.text[title.start].isupper() and _fits(flow, title, line, rules)


def _is_soft(flow: Flow, before: Line | None, line: Line, rules: FlowRules) -> bool:
    """Whether the break above the line may lie inside a sentence: full line, no stop, nothing between."""
    if before is None or line.after_blank:
        return False
    ends = flow.text[before.start : before.end].endswith((*_STOPS, ","))
    return not ends and not _fits(flow, before, line, rules)


def _begins(
    flow: Flow, current: Sequence[Line], kind: BlockKind, line: Line, found: _Class, rules: FlowRules
) -> bool:
    """Whether a new block begins with ``line``."""
    before = current[-1]
    text, above = flow.text[line.start : line.end], flow.text[before.start : before.end]
    if found[1] or found[0] in {"row", "columns"} or kind in {"row", "columns"}:
        return True
    capitals, was_capitals = found[0] == "heading", rules.is_capitals(above)
    if capitals != was_capitals and len(text) < flow.width:
        return capitals or not text[:1].islower()
    if not text[:1].isupper() and not text.startswith(("“", '"')):
        return False
    if above.endswith(_OPEN):
        return False
    if rules.starter.match(text):
        return True
    if flow.width > rules.widest:  # a paragraph a line: a headline is one, too
        return True
    fits = _fits(flow, before, line, rules)
    if above.endswith(":"):  # a short line with a semicolon is an item of the list that begins here
        return fits or (text.endswith(";") and len(text) <= rules.fit_share * flow.width)
    if above.endswith((*_STOPS, "”", '"')):
        return line.after_blank or fits
    # an empty line in the middle of a sentence stands below a paragraph's first line only (its indent
    # made the PDF reader see a gap); below a later line it is meant
    if line.after_blank and len(current) > 1:
        return True
    return fits and (kind == "heading" or line.after_blank)
