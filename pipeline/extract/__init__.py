"""From restored text to figures: ``clean → annotate → govern → pair → relate → prove``.

``flow`` joins the pages, ``sentence`` finds numbers and times, ``frames`` says what governs a number,
``loans`` ``cards`` ``houses`` pair numbers into rows, ``context``, ``factuality`` and ``parts`` give them
period, status and role, ``figures`` writes them down, ``unclaimed`` lists every number that is left.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from itertools import islice
from typing import TYPE_CHECKING

import regex

from pipeline.extract import (
    cards,
    citations,
    columns,
    documents,
    finds,
    grid,
    houses,
    indicators,
    loans,
    parts,
    reader,
    unclaimed,
)
from pipeline.extract.blocks import Block
from pipeline.extract.context import Context
from pipeline.extract.drafts import Draft, Record
from pipeline.extract.factuality import Factuality
from pipeline.extract.figures import figure, notes, number_edit, resolve, with_confidence
from pipeline.extract.flow import Flow
from pipeline.extract.folded import folded
from pipeline.extract.frames import Frame
from pipeline.extract.listed import with_listed
from pipeline.extract.periods import Period, periods
from pipeline.extract.place_codes import coded, coded_figure
from pipeline.extract.projects import by_projects
from pipeline.extract.repeats import merge
from pipeline.extract.respective import with_turns
from pipeline.extract.rule_files import rulebook
from pipeline.extract.rulebook import Rulebook
from pipeline.extract.sentence import Sentence, annotate
from pipeline.extract.splits import add_parts
from pipeline.extract.stages import by_stages
from pipeline.extract.unclaimed import rows as unclaimed_rows

if TYPE_CHECKING:
    from pipeline.model import Document, Extraction, Value

_READERS: dict[str, Callable[[Frame, set[int], dict[int, str], Sequence[Draft]], list[Draft]]] = {
    "figures": reader.read,
    "cards": cards.read,
    "houses": houses.read,
    "loans": loans.read,
}
"""A rule file names its ``reader``; where rules alone are not enough, it is not ``figures``."""
_UNITS = {"cards": cards.UNITS, "houses": houses.UNITS, "loans": loans.UNITS}
"""Units of the numbers that those readers may begin with."""

__all__ = ["extract", "unclaimed"]


def extract(document: Document, book: Rulebook | None = None) -> Extraction:
    """All figures, citations and unclaimed numbers of a document, and its own row.

    Args:
        document: its pages, read and restored.
        book: the rules; the dictionaries' where None.

    Raises:
        RuleError: where a rule file is missing or wrong, or one of its patterns comes to no end.
    """
    from pipeline.model import Extraction

    book = book or rulebook()
    flow = Flow.of(document)
    book.lookout.look(folded(flow.text))
    described = documents.describe_flow(flow)
    cited = citations.find_in(flow)
    gridded, indicated = indicators.read(flow, book)
    told, claimed = columns.read(flow, book, indicated)
    for found_there in (told, grid.read(flow, book.tables["loans"], indicated | claimed)):
        gridded.lines += found_there.lines
        gridded.prose += found_there.prose
        gridded.repaired += found_there.repaired
        gridded.refused |= found_there.refused
    own = Period(_date(described.get("period_start")), _date(described.get("period_end")))
    if not (own.start or own.end):
        own = _titled(flow)
    sentences = _sentences(flow, gridded.prose, book, own)
    taken: set[int] = set()
    refused = gridded.refused
    record: Record = {}
    above = introduced(flow)
    drafts = _drafts(flow, sentences, book, above, taken, refused, record)
    for table in (name for name, rules in book.tables.items() if rules.splits):
        add_parts(drafts, table, sentences, book.cues, taken, refused)
    for _, found in gridded.lines:
        for draft in found:
            drafts[draft.table].append(draft)
    taken.update(q.start for _, found in gridded.lines for draft in found for q in draft.cells.values())
    sentences += [sentence for sentence, _ in gridded.lines]
    sentences.sort(key=lambda s: s.start)
    context = Context(flow, sentences, book.cues, own)
    factuality = Factuality(context, str(described.get("doc_type") or ""), above)
    place = described.get("place")
    finished, repaired = [], list(gridded.repaired)
    announcing = [s for s in sentences if not s.quantities and flow.text[s.end - 1] == ":"]
    for table, rows in drafts.items():
        rules = book.tables[table]
        repaired += [(q, fixed) for q, fixed in parts.assign(rows, flow, book.cues, rules.adds, announcing)]
        for draft in sorted(rows, key=lambda d: (d.parent is not None, d.first.start)):
            resolve(draft, context, factuality, _next(draft), rules)
        rows = sorted(rows, key=lambda d: d.first.start)
        by_projects(rows, book.cues.programme_words)
        if table == "houses":
            by_stages(rows, rules.parts)
        kept = merge(rows, book.cues.actor, flow, rules.tells_apart)
        finished += [draft for draft in kept if table == draft.table]
    left = list(unclaimed_rows(flow, sentences, taken, refused))
    made = [figure(draft, flow, place, record) for draft in finished]
    figures = with_confidence(made, finished, flow, [row for _, row in left])
    issued = _date(described.get("issued_to"))
    return Extraction(
        coded(described, issued),
        tuple(coded_figure(each, issued) for each in figures),
        tuple(cited),
        tuple(row for _, row in left),
        tuple(number_edit(flow, q, fixed) for q, fixed in repaired),
        tuple(tuple(notes(flow, q, record)) for q, _ in left),
    )


def _sentences(
    flow: Flow, cells: Sequence[tuple[int, int, int]], book: Rulebook, own: Period
) -> list[Sentence]:
    spans = [
        (start, end, number)
        for number, block in enumerate(flow.blocks)
        if block.kind != "row"
        for sentence in flow.sentences(block)
        for start, end in _bounded(flow.text, *sentence)
    ]
    found = annotate(flow.text, sorted([*spans, *cells]), book.grammar, own)
    listed = (with_listed(sentence, book.cues) for sentence in found)
    return [with_turns(sentence, book.cues) for sentence in listed]


def _titled(flow: Flow) -> Period:
    """The period that a text's title names."""
    for title in _titles(flow):
        found = [m for m in periods().find(flow.text[title.start : title.end]) if m.reading != "open"]
        found = [m for m in found if m.reading != "date"] or found  # the day of a meeting about a year
        if found:
            return found[0].period if len(found) == 1 else Period()
    return Period()


def _titles(flow: Flow) -> Iterator[Block]:
    """A text's title: its first lines that no stop ends and no marker begins."""
    for title in islice(flow.blocks[:-1], TITLE):
        if title.kind not in {"paragraph", "heading"} or title.marker or flow.text[title.end - 1] in ".;:!?,":
            break
        yield title


_LABELLED = regex.compile(r"[^:;.\d]{2,40}:\s*[\d.]+\s")


def _is_labelled(flow: Flow, block: Block) -> bool:
    """Whether an item of a list begins with a label and its number: ``- Quý I: 3.016 hộ nghèo``."""
    start = block.start + len(block.marker)
    return bool(block.marker and _LABELLED.match(flow.text, start, block.end))


TITLE = 6
"""Blocks at a text's head among which its title stands: office, kind of document, what it is about."""
_BEFORE_NUMBER = regex.compile(r"(?<=[\p{L};,.]\s+)(?=\d)")
FAR_BACK = 600
"""Characters of a paragraph before a sentence that may say what it is about."""
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
    flow: Flow,
    sentences: Sequence[Sentence],
    book: Rulebook,
    blocks_above: Sequence[Sequence[Block]],
    taken: set[int],
    refused: dict[int, str],
    record: Record,
) -> dict[str, list[Draft]]:
    found: dict[str, list[Draft]] = {}
    titles = [(title.start, title.end) for title in _titles(flow)]
    named = [span for span in titles if not documents.addresses(flow.text[slice(*span)])][-1:]
    # what an item that only labels its figure counts (`- Quý I: 3.016 hộ nghèo`) the title may say
    above = [
        [*((b.start, b.end) for b in blocks), *(named if _is_labelled(flow, block) else ())]
        for block, blocks in zip(flow.blocks, blocks_above, strict=True)
    ]
    units_in = [frozenset(q.unit for q in sentence.quantities) for sentence in sentences]
    for table, rules in book.tables.items():
        read = _READERS[rules.reader]
        units = _UNITS.get(rules.reader, rules.units)
        rows = found.setdefault(table, [])
        for sentence, present in zip(sentences, units_in, strict=True):
            # money and people everywhere: most tables have nothing to look for in most sentences
            if units.isdisjoint(present):
                continue
            if any(q.unit in units and q.start not in taken for q in sentence.quantities):
                block = flow.blocks[sentence.block]
                opening = max(block.start, sentence.start - FAR_BACK), sentence.start
                frame = Frame.of(sentence, rules, book.cues, above[sentence.block], opening, record)
                open_ = [q for q in sentence.quantities if q.start not in refused]
                read_here = read(frame, taken, refused, rows)
                for q in open_:
                    if q.start in refused:
                        frame.tell(q, refused[q.start])
                if not read_here:
                    continue
                finds.fill(read_here, frame, titles)
                said = tuple((m.start, m.end) for m in frame.marks if not m.trigger.reason)
                for draft in read_here:
                    draft.said = said
                rows += read_here
        rows.sort(key=lambda d: d.first.start)
    return found


def introduced(flow: Flow) -> list[list[Block]]:
    """Per block those above it: its list's introduction (`… như sau:`), then its headings, nearest first."""
    found: list[list[Block]] = []
    introductions: list[Block | None] = []
    for number in range(len(flow.blocks)):
        sibling = flow.sibling(number)
        before = flow.blocks[number - 1] if number else None
        introduction = before if sibling is None else introductions[sibling]
        introductions.append(introduction)
        parents = flow.parents(number)
        text = flow.text[introduction.start : introduction.end] if introduction else ""
        own = [introduction] if introduction and text.endswith(":") and introduction not in parents else []
        found.append([*own, *parents])
    return found


def _next(draft: Draft) -> int:
    """Where the next number behind a row's own begins: what stands beyond it is not the row's."""
    return draft.sentence.next_lead(draft.last.start, draft.sentence.end)


def _date(value: Value) -> date | None:
    return value if isinstance(value, date) else None
