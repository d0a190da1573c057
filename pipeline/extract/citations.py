"""Legal and administrative documents that a text cites: a row a mention.

``Thực hiện Công văn số 618/SNNMT-CCPTNT ngày 14/3/2025 của Sở …`` names kind, symbol, date, issuer and
title around one fixed point, the symbol; everything is read outwards from there. Laws named by their year
alone (``Luật Trợ giúp pháp lý năm 2017``) have no symbol and are found by their names. Patterns are data:
``dictionaries/citations.toml``; the document's own symbol line is no citation.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from itertools import accumulate
from typing import TYPE_CHECKING, Any

import regex

from pipeline.errors import DictionaryError
from pipeline.extract.flow import Flow
from pipeline.extract.ids import row_id
from pipeline.extract.prefilter import Prefiltered
from pipeline.extract.symbols import doc_types, read_toml

if TYPE_CHECKING:
    from pipeline.model import Document, Value


_CAPITAL = regex.compile(r"\p{Lu}")


@dataclass(frozen=True)
class _Patterns:
    symbol: regex.Pattern[str]
    party: regex.Pattern[str]
    left: regex.Pattern[str]
    further: regex.Pattern[str]
    number_word: regex.Pattern[str]
    form: regex.Pattern[str]
    own_line: regex.Pattern[str]
    own_title: regex.Pattern[str]
    own_title_end: regex.Pattern[str]
    right_date: regex.Pattern[str]
    right_year: regex.Pattern[str]
    right_issuer: regex.Pattern[str]
    title: regex.Pattern[str]
    left_issued: regex.Pattern[str]
    law: regex.Pattern[str]
    left_window: int
    right_window: int
    confidence: Mapping[str, float]


@cache
def _patterns() -> _Patterns:
    """The compiled patterns.

    Raises:
        DictionaryError: where a pattern is missing or wrong.
    """
    data, kinds = read_toml("citations.toml"), doc_types()
    heads = read_toml("documents.toml")["issuer"]["heads"]
    parts = {
        "type": _any(kinds.names),
        "law": _any(sorted({case(n) for n in kinds.laws for case in (str, str.capitalize)})),
        "head": _any(sorted(heads, key=len, reverse=True)),
        "date": data["date"],
    }
    parts["stop"] = _fill(data["stop"], parts)
    parts["title_stop"] = _fill(data["title_stop"], parts)
    try:
        names = (
            "left",
            "number_word",
            "form",
            "own_line",
            "own_title",
            "own_title_end",
            "right_date",
            "right_year",
            "right_issuer",
            "title",
        )
        compiled = {name: regex.compile(_fill(data[name], parts)) for name in (*names, "left_issued", "law")}
        return _Patterns(
            symbol=regex.compile(rf"(?<![\p{{L}}\d.,/⁄]){kinds.symbol}"),
            party=regex.compile(rf"(?<![\p{{L}}\d.,/⁄]){data['party_symbol']}"),
            further=regex.compile(data["list"]),
            left_window=data["left_window"],
            right_window=data["right_window"],
            confidence=data["confidence"],
            **compiled,
        )
    except (KeyError, regex.error) as error:
        message = f"citations.toml: {error}; correct the file or reinstall hoso"
        raise DictionaryError(message) from error


def _any(words: Any) -> str:
    return "(?:" + "|".join(regex.sub(r"\\? ", r"\\s{1,3}", regex.escape(w)) for w in words) + ")"


def _fill(pattern: str, parts: Mapping[str, str]) -> str:
    """A pattern with its parts put in; every space in it stands for a few (broken lines leave two)."""
    pattern = regex.sub(r" |\\s(?!\{\d|[?*+,\]])", r"\\s{1,4}", pattern)
    for name, part in parts.items():
        pattern = pattern.replace("{" + name + "}", part)
    return pattern


@dataclass(frozen=True, slots=True)
class _Cited:
    """What one mention says; ``start:end`` is its own span in the flow (kind to date)."""

    start: int
    end: int
    kind: str
    symbol: str
    on: date | None
    year: int | None
    issuer: str
    title: str
    confidence: float
    rule: str


def find(document: Document) -> list[dict[str, Value]]:
    """All citations of a document, in reading order, as rows of citations.csv.

    Args:
        document: read and restored.

    Returns:
        Rows by column name; what the text does not say is None.
    """
    return find_in(Flow.of(document))


def find_in(flow: Flow) -> list[dict[str, Value]]:
    """The same for a flow that is made already."""
    spans = [span for block in flow.blocks for span in flow.sentences(block)]
    starts = [start for start, _ in spans]
    found = []
    for start, end, numbers in _regions(flow, spans, starts):
        mentions = [*_by_symbol(flow, start, end, numbers)]
        laws = _untouched(_by_name(flow, start, end), mentions)
        found += sorted([*mentions, *laws], key=lambda c: c.start)
    from pipeline.extract import _bounded  # the package imports this module

    # what runs on without a stop is quoted in pieces, or a page of citations would fill a disk
    quoted = [piece for span in spans for piece in _bounded(flow.text, *span)]
    begins = [start for start, _ in quoted]
    return [_row(flow, cited, quoted, begins) for cited in found]


def _untouched(laws: Iterable[_Cited], mentions: list[_Cited]) -> list[_Cited]:
    """The laws that overlap no mention by symbol; time grows with their number, not with its square."""
    # where mentions run into each other, the furthest end so far counts
    ordered = sorted(mentions, key=lambda c: c.start)
    ends = list(accumulate((c.end for c in ordered), max))
    begins = [c.start for c in ordered]
    kept = []
    for law in laws:
        before = bisect_left(begins, law.end)
        if not before or ends[before - 1] <= law.start:
            kept.append(law)
    return kept


def _regions(
    flow: Flow, spans: list[tuple[int, int]], starts: list[int]
) -> Iterator[tuple[int, int, list[regex.Match[str]]]]:
    """Sentences with the symbols that begin in them; a symbol may run on behind the sentence's end."""
    patterns = _patterns()
    by_sentence: dict[int, list[regex.Match[str]]] = {}
    matches = [*patterns.symbol.finditer(flow.text), *patterns.party.finditer(flow.text)]
    for match in sorted(matches, key=lambda m: m.start()):
        if not _is_own_line(flow, match):
            by_sentence.setdefault(bisect_right(starts, match.start()) - 1, []).append(match)
    for number, (start, end) in enumerate(spans):
        yield start, end, by_sentence.get(number, [])


HEAD = 3
"""Lines at a document's start in which its title names its own symbol."""


def _is_own_line(flow: Flow, match: regex.Match[str]) -> bool:
    """Whether the symbol stands in the line ``Số: …`` of the document's own head, or closes its title."""
    lines, patterns, at = flow.lines, _patterns(), match.start()
    number = bisect_right(lines, at, key=lambda line: line.start) - 1
    if number < 0:
        return False
    before = flow.text[lines[number].start : at]
    if len(before) < 40 and patterns.own_line.match(before):
        return True
    end = lines[number + 1].start if number + 1 < len(lines) else len(flow.text)
    behind = flow.text[match.end() : end]
    return number < HEAD and bool(patterns.own_title.match(before) and patterns.own_title_end.match(behind))


def _by_symbol(flow: Flow, start: int, end: int, matches: list[regex.Match[str]]) -> Iterator[_Cited]:
    patterns, kinds = _patterns(), doc_types()
    last_kind, last_end = "", -1
    for match in matches:
        symbol = kinds.clean(match.group())
        window = max(start, match.start() - patterns.left_window), match.start()
        left = flow.text[slice(*window)]
        named = _last_in(patterns.left, flow, *window)
        coded = kinds.of_symbol(symbol)
        kind = " ".join(named["type"].lower().split()) if named else coded
        if not named and last_kind and patterns.further.match(flow.text[last_end : match.start()]):
            kind = coded or last_kind
        if patterns.form.search(left):
            continue
        if not (named or coded or "-" in symbol or patterns.number_word.search(left)):
            continue
        sure = "typed" if named else "coded" if coded else "bare"
        confidence = patterns.confidence[sure]
        begin = match.start() - len(left) + named.start() if named else match.start()
        if _CAPITAL.search(match["number"]):  # 41O: filled in by hand or misread, not to be told
            symbol, confidence = "", patterns.confidence["damaged"]
        last_kind, last_end = kind, match.end()
        cited = _around(flow, begin, match, end, symbol, kind, confidence)
        yield _with_left(flow, start, cited, named["name"] if named else None)


def _last_in(pattern: regex.Pattern[str], flow: Flow, start: int, end: int) -> regex.Match[str] | None:
    """The match in a window as if nothing stood around it; not asked where none of its words stands."""
    places = Prefiltered.of(pattern).places_in(flow.text, start, end)
    return pattern.search(flow.text[start:end]) if places is None or places else None


def _around(
    flow: Flow, begin: int, match: regex.Match[str], end: int, symbol: str, kind: str, confidence: float
) -> _Cited:
    """Read to the right of a symbol: date or year, issuer, title, in this order, each perhaps missing."""
    patterns = _patterns()
    right = flow.text[match.end() : max(min(end, match.end() + patterns.right_window), match.end())]
    at, on, year = 0, None, int(match.groupdict().get("year") or 0) or None
    dated = patterns.right_date.match(right)
    if dated:
        on, at = _date(dated), dated.end()
    elif told := patterns.right_year.match(right):
        year, at = int(told["y"]), told.end()
    issuer, behind = _issuer(right[at:])
    title = _title(right[at + behind :])
    return _Cited(
        begin,
        match.end() + at,
        kind,
        symbol,
        on,
        on.year if on else year,
        issuer,
        title,
        confidence,
        "citation-symbol",
    )


def _issuer(text: str) -> tuple[str, int]:
    match = _patterns().right_issuer.match(text)
    if not match or not match["issuer"][:1].isupper():
        return "", 0
    return match["issuer"].strip(" ,"), match.end()


def _title(text: str) -> str:
    match = _patterns().title.match(text)
    return (match["about"] or match["rule"]).strip(" ,.") if match else ""


def _with_left(flow: Flow, start: int, cited: _Cited, name: str | None) -> _Cited:
    """Fill what the right did not say from the left: ``Ngày …, UBND huyện … đã ban hành Kế hoạch số``."""
    on, issuer, title = cited.on, cited.issuer, cited.title or (name or "")
    window = max(start, cited.start - _patterns().left_window)
    issued = _last_in(_patterns().left_issued, flow, window, cited.start)
    if issued:
        issuer = issuer or issued["issuer"]
        on = on or (_date(issued) if issued["y"] else None)
    year = on.year if on else cited.year
    return _Cited(
        cited.start,
        cited.end,
        cited.kind,
        cited.symbol,
        on,
        year,
        issuer,
        title,
        cited.confidence,
        cited.rule,
    )


def _by_name(flow: Flow, start: int, end: int) -> Iterator[_Cited]:
    """Laws named by their year or date alone."""
    patterns = _patterns()
    for match in Prefiltered.of(patterns.law).finditer(flow.text, start, end):
        on = _date(match) if match["y"] else None
        year = match["year"] or match["bare"]
        number = on.year if on else int(year) if year else None
        kind, title = " ".join(match["type"].lower().split()), " ".join(match["name"].split())
        confidence = patterns.confidence["law"]
        yield _Cited(match.start(), match.end(), kind, "", on, number, "", title, confidence, "citation-law")


def _date(match: regex.Match[str]) -> date | None:
    """The date of named parts d, m, y; None where there is no such day."""
    try:
        return date(int(match["y"]), int(match["m"]), int(match["d"]))
    except ValueError:
        return None


def _row(flow: Flow, cited: _Cited, spans: list[tuple[int, int]], starts: list[int]) -> dict[str, Value]:
    index, low, high = flow.locate(cited.start, cited.end)
    page, document = flow.document.pages[index].number, flow.document
    box = flow.box(cited.start, cited.end)
    start, end = spans[max(bisect_right(starts, cited.start) - 1, 0)]
    end = max(end, cited.end)
    sides = (box.x0, box.y0, box.x1, box.y1) if box else ()
    return {
        "row_id": row_id("citations", document.doc_id, page, low, high),
        "doc_id": document.doc_id,
        "source_file": document.source_file,
        "page": page,
        "bbox": " ".join(f"{side:.1f}" for side in sides) or None,
        "cited_type": cited.kind or None,
        "cited_symbol": cited.symbol or None,
        "cited_on": cited.on,
        "cited_year": cited.year,
        "cited_issuer": " ".join(cited.issuer.split()) or None,
        "cited_title": " ".join(cited.title.split()) or None,
        "confidence": cited.confidence,
        "rule": cited.rule,
        "quote": " ".join(flow.text[start:end].split()),
        "raw_quote": " ".join(flow.raw(start, end).split()),
    }
