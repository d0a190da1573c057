"""What a document says of itself: kind, symbol, date, issuer, title, period, signer.

Read from the first page's head and the foot below the text, on restored lines. What cannot be told for
certain stays empty: an analyst may fill a gap, but not see a guess.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import regex

from pipeline.extract import letterhead
from pipeline.extract.flow import Flow
from pipeline.extract.letterhead import DateLine, Symbol, data, folded
from pipeline.extract.periods import Period, periods
from pipeline.extract.signature import foot, signature
from pipeline.extract.symbols import doc_types

if TYPE_CHECKING:
    from pipeline.model import Document, Value

_INTRODUCTION = 4_000
"""Characters from the start in which a text without a head may name its issuer."""


def describe(document: Document) -> dict[str, Value]:
    """A document's row of documents.csv, without the columns that tell how it was read.

    Args:
        document: read and restored.

    Returns:
        doc_type, number, notation, symbol, issued_text, issued_from, issued_to, issuer, place, title,
        period_start, period_end, signer, signing_capacity, signer_role; None for what is unknown.
    """
    return describe_flow(Flow.of(document))


def describe_flow(flow: Flow) -> dict[str, Value]:
    """The same for a flow that is made already."""
    lines = [flow.text[line.start : line.end] for line in flow.lines]
    top = lines[: data().header_lines]
    at, kind, rest = _kind_line(top)
    head = top[:at] if at is not None else top[:12]
    own = _sure_symbol(flow, letterhead.symbol(head))
    subject = _subject(head)
    title = _title(flow, at, rest) if at is not None else subject
    if at is None and not kind:
        kind, title = _plain_kind(top, title)
    kind = kind or doc_types().of_symbol(own.notation) or (doc_types().letter if subject else "")
    issuer, place = letterhead.issuer(letterhead.issuer_lines(head))
    if not issuer:
        issuer, place = _issuer_in_text(flow)
    period = _period(title, kind)
    below = foot(lines)
    signed = signature(lines, below)
    issued = _issued(flow, lines, head, below)
    first, last = issued.days
    return {
        "doc_type": kind or None,
        "number": own.number or None,
        "notation": own.notation or None,
        "symbol": own.full or None,
        "issued_text": issued.text or None,
        "issued_from": first,
        "issued_to": last,
        "issuer": issuer or None,
        "place": place or None,
        "title": title or None,
        "period_start": period.start,
        "period_end": period.end,
        "signer": signed.signer or None,
        "signing_capacity": signed.capacity or None,
        "signer_role": signed.role or None,
    }


def _kind_line(top: Sequence[str]) -> tuple[int | None, str, str]:
    """The line that names the kind in capitals: its number, the kind, what stands behind it."""
    for number, line in enumerate(top):
        text = line.strip(" .:*_-")[: data().line_length]
        letters = list(filter(str.isalpha, text))
        if len(letters) < LEAST_LETTERS or sum(map(str.isupper, letters)) < 0.8 * len(letters):
            continue
        if letterhead.is_motto(line):
            continue
        kind = _closest(text)
        if kind:
            return number, kind, ""
        for name in sorted(doc_types().heads, key=len, reverse=True):
            if folded(text).startswith(folded(name) + " "):
                return number, name, text[len(name) :].strip(" :")
    return None, "", ""


def _plain_kind(top: Sequence[str], title: str) -> tuple[str, str]:
    """The kind and title of a document whose kind stands in small letters on a line below its issuer."""
    for number, line in enumerate(top[:PLAIN_HEAD]):
        text = line.strip(" *_-")
        below = any(letterhead.is_body(above) for above in top[:number])
        is_row = "|" in text or "\t" in text  # `Chương trình | Số hộ vay`: a table's head
        if is_row or not below or not text[:1].isupper() or text.endswith((".", ";", ",", ":")):
            continue
        plain = folded(text)
        for name in sorted(doc_types().heads, key=len, reverse=True):
            if plain.startswith(folded(name) + " "):
                return name, _cleaned(text[len(name) :])
    return "", title


LEAST_LETTERS = 4
"""Letters of the shortest kind: ``ĐỀ ÁN``."""
PLAIN_HEAD = 6
"""Lines of a document among which its kind may stand without capitals."""


def _closest(text: str) -> str:
    """The kind that a line says and nothing else, with at most one letter misread and no rival."""
    plain = regex.sub(r"[^A-Z0-9]", "", folded(text))
    names = {regex.sub(r"\s", "", folded(name)): name for name in doc_types().heads}
    if plain in names:
        return names[plain]
    near = [
        name for key, name in names.items() if len(key) > 5 and regex.fullmatch(f"(?:{key}){{e<=1}}", plain)
    ]
    return near[0] if len(near) == 1 else ""


def _date_zone(head: Sequence[str]) -> Sequence[str]:
    """The head down to the addressee: a date behind it is a cited one."""
    stop = regex.compile(data().title["addressed"])
    for number, line in enumerate(head):
        if stop.match(line):
            return head[:number]
    return head


def _issued(flow: Flow, lines: Sequence[str], head: Sequence[str], below: int | None) -> DateLine:
    """The date line of the head, else of the foot; what the reader was not sure of is left out."""
    found, base = letterhead.date_line(_date_zone(head)), 0
    start = None if found.text else below
    if start is not None:
        base = max(start - 3, 0)
        found = letterhead.date_line(lines[base : start + 3])
    if not found.text:
        return found
    begins = flow.lines[base + found.line].start
    day, month = (_is_sure(flow, begins + a, begins + b) for a, b in (found.day_at, found.month_at))
    return replace(found, day=found.day if day else 0, month=found.month if month else 0)


def _sure_symbol(flow: Flow, own: Symbol) -> Symbol:
    """The symbol without its number where the reader was not sure of it: filled in by hand, mostly."""
    if not own.number:
        return own
    begins = flow.lines[own.line].start
    return own if _is_sure(flow, begins + own.at[0], begins + own.at[1]) else replace(own, number="")


def _is_sure(flow: Flow, start: int, end: int) -> bool:
    """Whether the reader was sure of the words there (text without confidences is)."""
    index, low, high = flow.locate(*flow.trim(start, end))
    words = flow.document.pages[index].words_at(*flow.document.restored[index].to_raw(low, high))
    return all(w.confidence is None or w.confidence >= data().sure_word for w in words)


def _title(flow: Flow, at: int, rest: str) -> str:
    """The lines under the kind, joined: to the first that begins the text."""
    stops, later = (regex.compile(data().title[name]) for name in ("stops", "stops_later"))
    parts = [rest] if rest else []
    lines = flow.lines[at + 1 : at + 1 + data().title["most_lines"]]
    for number, line in enumerate(lines):
        text = flow.text[line.start : line.end]
        stopped = stops.match(text) and (parts or not later.match(text))
        if stopped or (parts and _ends_title(flow, parts[-1], text, after_blank=line.after_blank)):
            break
        if not regex.search(r"\p{L}", text):
            continue
        parts.append(text)
        if text.endswith((".", ":")) and number:
            break
    return _cleaned(" ".join(parts))


def _ends_title(flow: Flow, above: str, text: str, *, after_blank: bool) -> bool:
    """Whether the title is over: a capital behind an empty line, or a full line behind a short one."""
    if not text[:1].isupper() or above.endswith((",", "-", "–")) or above.count("“") > above.count("”"):
        return False
    return after_blank or (len(text) >= 0.95 * flow.width and len(above) < 0.75 * flow.width)


def _subject(head: Sequence[str]) -> str:
    """The subject of an official letter: ``V/v …`` under the symbol, to the addressee."""
    for number, line in enumerate(head):
        cell = (letterhead.cells(line) or [""])[0]
        begins = data().subject.match(folded(cell))
        if not begins:
            continue
        parts = [cell[begins.end() :]]
        for follower in head[number + 1 : number + 5]:
            left = (letterhead.cells(follower) or [""])[0]
            stopped = regex.match(data().title["stops"], left) or letterhead.date_line([left]).text
            if stopped or not left[:1].islower():
                break
            parts.append(left)
        found = data().date.search(folded(parts[0]))
        if found:  # columns collapsed: the date line stands behind the subject
            parts[0] = parts[0][: found.start("date")].rpartition(",")[0] or parts[0][: found.start("date")]
        return _cleaned(" ".join(parts))
    return ""


def _cleaned(title: str) -> str:
    return " ".join(title.split()).strip(" -–_*:;.,")


def _issuer_in_text(flow: Flow) -> tuple[str, str]:
    """Where the head is missing: the body that the introduction says reports or decides."""
    found = {" ".join(m["body"].split()) for m in data().in_text.finditer(flow.text[:_INTRODUCTION])}
    if len(found) != 1:
        return "", ""
    body = found.pop()
    return body, letterhead.place(body)


def addresses(line: str) -> bool:
    """Whether a line of the head names whom the document is for, or what it rests on."""
    return bool(regex.match(data().title["addressed"], line))


def _period(title: str, kind: str) -> Period:
    """The period in the title: the shortest named, the first of equals; a report's outlook is none.

    Where it names none, the day up to which it counts: ``Tiến độ … (đến hết ngày 29/5/2025)``.
    """
    outlook = regex.compile(data().title["outlook"])
    found = periods().find(title)
    mentions = [m for m in found if m.period.end and m.period.start]
    if not mentions and kind == doc_types().report:
        return next((m.period for m in found if m.reading == "until_date"), Period())
    # `giám sát năm 2022 (ngày 14/3/2023)`: the day is the meeting's, the year what it is about
    mentions = [m for m in mentions if m.reading != "date"] or mentions
    if kind == doc_types().report:
        mentions = [m for m in mentions if not outlook.search(title[: m.start])] or mentions[:1]
    if not mentions:
        return Period()
    lengths = [m.period.end - m.period.start for m in mentions if m.period.end and m.period.start]
    return mentions[lengths.index(min(lengths))].period
