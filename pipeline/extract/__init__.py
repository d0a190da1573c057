"""From restored text to figures: ``clean → annotate → govern → pair → relate → prove``.

``flow`` joins the pages, ``sentence`` finds numbers and times, ``frames`` says what governs a number,
``loans`` ``cards`` ``houses`` pair numbers into rows, ``context`` and ``parts`` give them period, status and
role, ``figures`` writes them down, ``unclaimed`` lists every number that is left.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import TYPE_CHECKING

import regex

from pipeline.extract import cards, citations, documents, grid, houses, loans, parts, unclaimed
from pipeline.extract.context import Context
from pipeline.extract.figures import figure, number_edit, resolve
from pipeline.extract.flow import Block, Flow
from pipeline.extract.frames import Draft, Frame
from pipeline.extract.periods import Period
from pipeline.extract.repeats import merge
from pipeline.extract.rules import cues, tables
from pipeline.extract.sentence import Sentence, annotate
from pipeline.extract.unclaimed import rows as unclaimed_rows

if TYPE_CHECKING:
    from pipeline.model import Document, Extraction, Value

_READERS: dict[str, Callable[[Frame, set[int], dict[int, str], Sequence[Draft]], list[Draft]]] = {
    "cards": cards.read,
    "houses": houses.read,
    "loans": loans.read,
}
"""In order: a table before takes a number before the next sees it."""

__all__ = ["extract", "unclaimed"]


def extract(document: Document) -> Extraction:
    """All figures, citations and unclaimed numbers of a document, and its own row.

    Raises:
        DictionaryError: where a rule file is missing or wrong.
    """
    from pipeline.model import Extraction

    flow = Flow.of(document)
    described = documents.describe_flow(flow)
    cited = citations.find_in(flow)
    gridded = grid.read(flow, tables()["loans"])
    sentences = _sentences(flow, gridded.prose)
    own = Period(_date(described.get("period_start")), _date(described.get("period_end")))
    taken: set[int] = set()
    refused: dict[int, str] = {}
    drafts = _drafts(flow, sentences, taken, refused)
    drafts["loans"] += [draft for _, found in gridded.lines for draft in found]
    taken.update(q.start for _, found in gridded.lines for draft in found for q in draft.cells.values())
    sentences += [sentence for sentence, _ in gridded.lines]
    sentences.sort(key=lambda s: s.start)
    context = Context(flow, sentences, cues(), own, str(described.get("doc_type") or ""))
    place = described.get("place")
    figures, repaired = [], list(gridded.repaired)
    for table, rows in drafts.items():
        repaired += [(q, fixed) for q, fixed in parts.assign(rows, flow, cues())]
        for draft in sorted(rows, key=lambda d: (d.parent is not None, d.first.start)):
            resolve(draft, context, _next(draft))
        kept = merge(rows, cues().actor, flow)
        figures += [figure(draft, flow, place) for draft in kept if table == draft.table]
    return Extraction(
        described,
        tuple(figures),
        tuple(cited),
        tuple(unclaimed_rows(flow, sentences, taken, refused)),
        tuple(number_edit(flow, q, fixed) for q, fixed in repaired),
    )


def _sentences(flow: Flow, cells: Sequence[tuple[int, int, int]]) -> list[Sentence]:
    spans = [
        (start, end, number)
        for number, block in enumerate(flow.blocks)
        if block.kind != "row"
        for sentence in flow.sentences(block)
        for start, end in _bounded(flow.text, *sentence)
    ]
    return annotate(flow.text, sorted([*spans, *cells]))


_BEFORE_NUMBER = regex.compile(r"(?<=[\p{L};,.]\s+)(?=\d)")
LONGEST = 3_000
"""Characters of a sentence: what runs on without a stop is no prose, and is cut so that time stays linear."""


def _bounded(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    while end - start > LONGEST:
        # before a number, so that none is parted from its unit
        cuts = [m.start() for m in _BEFORE_NUMBER.finditer(text, start + LONGEST // 2, start + LONGEST)]
        cut = cuts[-1] if cuts else start + LONGEST
        yield start, cut
        start = cut
    yield start, end


def _drafts(
    flow: Flow, sentences: Sequence[Sentence], taken: set[int], refused: dict[int, str]
) -> dict[str, list[Draft]]:
    found: dict[str, list[Draft]] = {}
    by_table = tables()
    blocks_above = introduced(flow)
    for table, read in _READERS.items():
        rows = found.setdefault(table, [])
        for sentence in sentences:
            if sentence.quantities:
                above = [(b.start, b.end) for b in blocks_above[sentence.block]]
                rows += read(Frame.of(sentence, by_table[table], cues(), above), taken, refused, rows)
        rows.sort(key=lambda d: d.first.start)
    return found


def introduced(flow: Flow) -> list[list[Block]]:
    """Per block those above it: its list's introduction (`… như sau:`), then its headings, nearest first."""
    found: list[list[Block]] = []
    introductions: list[Block | None] = []
    for number, block in enumerate(flow.blocks):
        before = flow.blocks[number - 1] if number else None
        sibling = before and block.marker and before.marker and before.level == block.level
        introduction = introductions[-1] if sibling else before
        introductions.append(introduction)
        parents = flow.parents(number)
        text = flow.text[introduction.start : introduction.end] if introduction else ""
        own = [introduction] if introduction and text.endswith(":") and introduction not in parents else []
        found.append([*own, *parents])
    return found


def _next(draft: Draft) -> int:
    """Where the next number behind a row's own begins: what stands beyond it is not the row's."""
    own = {q.start for q in draft.cells.values()}
    last = draft.last.start
    return next(
        (q.lead for q in draft.sentence.quantities if q.start > last and q.start not in own),
        draft.sentence.end,
    )


def _date(value: Value) -> date | None:
    return value if isinstance(value, date) else None
