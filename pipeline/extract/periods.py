"""Expressions of time: which dates a figure is about.

``năm 2021`` is a span, ``tính đến 31/7/2024`` an end without a start, ``đến nay`` names a time without a
date: it closes what was named before and gives nothing. The patterns are data
(``dictionaries/periods.toml``); here stands how each reading becomes dates.
"""

from __future__ import annotations

import tomllib
from bisect import bisect_left, bisect_right
from calendar import monthrange
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any, NamedTuple

import regex

from pipeline.extract.pattern_index import Index
from pipeline.extract.prefilter import Prefiltered, read
from pipeline.language.dictionaries import folder

_ROMAN = {"I": 1, "II": 2, "III": 3, "IV": 4}

WITHIN_YEAR = frozenset(
    {"quarter", "month", "date", "day", "first_months", "last_months", "until_month", "until_year"}
)
"""Readings whose year may stand elsewhere."""
SILENT = frozenset({"in_year", "in_quarter", "in_month", "today"})
"""Readings that point back and are none where nothing was said before: what is around tells the time."""


@dataclass(frozen=True, slots=True)
class Period:
    """What a figure is about; a stock or a flow with only an end has no ``start``, both None: open."""

    start: date | None = None
    end: date | None = None

    def as_stock(self) -> Period:
        """The same for a stock (``dư nợ``): its end alone."""
        return Period(None, self.end)


class Mention(NamedTuple):
    """``text[start:end]`` names a period. ``reading`` is the reading's name in periods.toml.

    One that ``compares`` (``so với cùng kỳ năm 2016``) governs no figure.
    """

    start: int
    end: int
    reading: str
    period: Period
    compares: bool = False


def _month_end(year: int, month: int) -> date:
    return date(year, month, monthrange(year, month)[1])


def _quarter(text: str) -> int:
    return _ROMAN.get(text.upper()) or int(text)


def _read(reading: str, part: Mapping[str, str | None], said: Sequence[Mention]) -> Period:
    """The dates of a match. ``said`` are the mentions before it, for those that point back."""
    numbers = {k: int(v) for k, v in part.items() if v and v.isdigit()}
    y, m, d, n = (numbers.get(k, 0) for k in ("y", "m", "d", "n"))
    y1, y2 = numbers.get("y1", 0), numbers.get("y2", 0)
    if reading == "school_year":
        return Period(date(y1, 9, 1), date(y2, 5, 31))
    if reading == "years":
        return Period(date(y1, 1, 1), date(y2, 12, 31)) if y1 <= y2 else Period()
    if reading == "first_months":
        return Period(date(y, 1, 1), _month_end(y, n)) if y and 1 <= n <= 12 else Period()
    if reading == "last_months":
        return Period(date(y, 13 - n, 1), date(y, 12, 31)) if 1 <= n <= 12 else Period()
    if reading in {"quarter", "until_quarter"}:
        q = _quarter(part["q"] or "1")
        start = date(y, 3 * q - 2, 1) if reading == "quarter" else None
        return Period(start, _month_end(y, 3 * q))
    if reading in {"until_date", "deadline"}:
        return Period(None, date(y, m, d))
    if reading == "until_month":
        return Period(None, _month_end(y, m))
    if reading == "until_half":
        return Period(None, date(y, 6, 30))
    if reading == "until_year":
        return Period(None, date(y, 12, 31))
    if reading == "since_year":
        return Period(date(y, 1, 1), None)
    if reading == "month":
        return Period(date(y, m, 1), _month_end(y, m))
    if reading == "from_to":
        end = None if part["now"] is not None else date(y, m, d) if d else _month_end(y, m or 12)
        return Period(date(y1, numbers.get("m1", 1), numbers.get("d1", 1)), end)
    if reading == "dates":
        if "d1" not in numbers:  # `từ đầu năm đến ngày 15/11/2024`
            return Period(date(y, 1, 1), date(y, m, d))
        return Period(date(y1 or y, numbers.get("m1") or m, numbers["d1"]), date(y, m, d))
    if reading in {"date", "day"}:
        return Period(date(y, m, d), date(y, m, d))
    if reading == "year":
        return Period(date(y, 1, 1), date(y, 12, 31))
    return _points_back(reading, part, said)


def year_known(said: Sequence[Mention], begin: int) -> str:
    """The year of a quarter or month named without one: its sentence's, the document's own, the last named.

    Args:
        said: the mentions before it; one whose reading is ``own`` is the document's period.
        begin: where those of its own sentence begin.
    """
    own = [m for m in said[:1] if m.reading == "own"]
    for mention in (*reversed(said[begin:]), *own, *reversed(said[:begin])):
        first, last = mention.period.start, mention.period.end
        if mention.compares:
            continue
        if last and (first is None or first.year == last.year):
            return str(last.year)
    return ""


POINTING = frozenset(
    {
        "that_year",
        "that_school_year",
        "past_year",
        "past_months",
        "year_before",
        "year_after",
        "same_span",
        "that_day",
        "that_month",
        "since_this_year",
    }
)
"""Readings that say nothing where nothing was said before."""


def _points_back(reading: str, part: Mapping[str, str | None], said: Sequence[Mention]) -> Period:
    if reading == "same_span":
        return _same_span(part.get("y"), said)
    if reading == "in_year":
        # the day of a meeting about a year is not its time: `giám sát năm 2022 (ngày 14/3/2023)`
        spanned = bool(said) and said[0].reading == "own" and said[0].period.start != said[0].period.end
        year = year_known([m for m in said if m.reading != "date"] if spanned else said, 0)
        return Period(date(int(year), 1, 1), date(int(year), 12, 31)) if year else Period()
    if reading == "since_this_year":
        year = year_known(said, 0)
        return Period(date(int(year), 1, 1), _counted_up_to(said, int(year))) if year else Period()
    if part.get("ago") and (now := _today(said)):  # `năm ngoái` is the year before the text's own
        return Period(date(now.year - 1, 1, 1), date(now.year - 1, 12, 31))
    for mention in reversed(said):
        period = mention.period
        if reading == "past_months" and period.end and mention.reading in {*ENDS, "own"}:
            return _past_months(int(part["n"] or 0), period)
        if reading == "past_year" and period.end and mention.reading in {"year", "until_year"}:
            return Period(date(period.end.year, 1, 1), date(period.end.year, 12, 31))
        if reading in SPANS and mention.reading in SPANS[reading]:
            return Period(period.start, period.end)
        if reading == "that_range" and period.start and period.end and period.start.year < period.end.year:
            return period
        if reading == "that_day" and period.end and mention.reading in DAYS:
            return Period(None if part.get("to") else period.start, period.end)
        if reading == "that_month" and period.end and mention.reading in {"month", "until_month"}:
            return Period(period.end.replace(day=1), period.end)
        named = mention.reading == "year" or (reading == "that_year" and mention.reading == "until_year")
        if reading in YEARS and named and period.end and not mention.compares:
            then = period.end.year + YEARS[reading] * int(part.get("n") or 1)
            return Period(date(then, 1, 1), date(then, 12, 31))
    # in a text about one time this year is its own, and next year the one behind
    shift = YEARS[reading] if reading in {"that_year", "year_after"} else None
    if shift is not None and said and said[0].reading == "own" and (now := said[0].period.end):
        return Period(date(now.year + shift, 1, 1), date(now.year + shift, 12, 31))
    if part.get("ago") and (year := year_known(said, 0)):  # `năm ngoái`, where only days were named
        return Period(date(int(year) - 1, 1, 1), date(int(year) - 1, 12, 31))
    return Period()


def _past_months(months: int, period: Period) -> Period:
    """The months up to a period's end, where they are all of its year's; those before a day's month else."""
    end = period.end or date.min
    if months == end.month:
        return Period(date(end.year, 1, 1), end)
    if period.start == end and 0 < months == end.month - 1:
        return Period(date(end.year, 1, 1), _month_end(end.year, months))
    return Period()


YEARS = {"that_year": 0, "year_before": -1, "year_after": 1}
"""Years by which readings that point to a year lie behind it."""
SPANS = {
    "in_quarter": {"quarter"},
    "in_month": {"month"},
    "today": {"date"},
    "that_school_year": {"school_year"},
}
"""Readings that point to the span named last, by the readings that name it."""
DAYS = frozenset({"date", "day", "until_date", "deadline", "that_day"})
"""Readings of a day."""


ENDS = frozenset({"until_date", "until_month", "until_quarter", "first_months", "from_to", "month", "date"})
"""Readings that tell up to when is counted."""


def _counted_up_to(said: Sequence[Mention], year: int) -> date | None:
    """The end that was told last in a year, or that of the document's own time: before a year's end."""
    ends = (m.period.end for m in reversed(said) if m.reading in ENDS - {"date"} or m.reading == "own")
    return next((end for end in ends if end and end.year == year and end < date(year, 12, 31)), None)


def _today(said: Sequence[Mention]) -> date | None:
    """The document's own time, else the last day that was named; None where neither was."""
    own = said[0].period.end if said and said[0].reading == "own" else None
    return own or next((m.period.end for m in reversed(said) if m.reading in {"date", "day"}), None)


def _same_span(year: str | None, said: Sequence[Mention]) -> Period:
    """The span named last in another year: the one told, else the year before its own."""
    spans = (m.period for m in reversed(said) if m.reading not in {"date", "day", "open", "same_span"})
    last = next((p for p in spans if p.end and (p.start is None or p.start.year == p.end.year)), None)
    if last is None or last.end is None:
        return Period(date(int(year), 1, 1), date(int(year), 12, 31)) if year else Period()
    told = int(year) if year else last.end.year - 1
    start = last.start and date(told, last.start.month, last.start.day)
    is_last = last.end.day == monthrange(last.end.year, last.end.month)[1]
    end = _month_end(told, last.end.month) if is_last else last.end.replace(year=told)
    return Period(start, end)


def _holds_own(period: Period, said: Sequence[Mention]) -> bool:
    """Whether years hold the document's own time and more: behind a programme's name they are its name."""
    own = said[0].period if said and said[0].reading == "own" else Period()
    spans = (own.start, own.end, period.start, period.end)
    first, last, start, end = (d or date.min for d in spans)
    return None not in spans and start <= first and last <= end and period != own


def _spaced(pattern: str) -> str:
    """A blank of a pattern is a few on the page: a line may end there."""
    return (
        pattern.replace(r"\s", r"\s{1,6}").replace(r"\s{1,6}?", r"\s{0,6}").replace(r"\s{1,6}*", r"\s{0,6}")
    )


class Periods:
    """The expressions of ``periods.toml``, compiled."""

    def __init__(self, data: Mapping[str, Any]):
        flags = regex.IGNORECASE
        self.expressions = data["expression"]
        self._patterns = []
        for expression in self.expressions:
            pattern = expression["pattern"]
            for name, part in data["parts"].items():
                pattern = pattern.replace("{" + name + "}", part)
            pattern = _spaced(pattern)
            self._patterns.append(
                (
                    expression["reads"],
                    read(rf"(?<![\p{{L}}\d])(?:{pattern})(?![\p{{L}}\d])"),
                )
            )
        self._beginning = regex.compile(_spaced(data["beginning"]["before"]), flags)
        self._words: Mapping[str, int] = data["words"]
        self._spelled: str = data["spelled"]["year"]
        self._past, self._near = (regex.compile(data["past"][name]) for name in ("before", "between"))
        self._inside = regex.compile(data["past"]["inside"], flags)
        self._index = Index([pattern for _, pattern in self._patterns])
        self.patterns = [pattern for _, pattern in self._patterns]
        """What is looked for in documents."""
        self._ignored = [regex.compile(_spaced(p), flags) for p in data["ignored"]["before"]]
        self._ignored_span = [regex.compile(_spaced(p), flags) for p in data["ignored"]["same_span"]]
        self._ignored_years = [regex.compile(_spaced(p), flags) for p in data["ignored"]["years"]]
        self._ignored_within = [regex.compile(_spaced(p), flags) for p in data["ignored"]["within"]]
        self._citation = Prefiltered.of(regex.compile(_spaced(data["ignored"]["citation"]), flags))

    def find(self, text: str) -> list[Mention]:
        """All mentions that may govern a figure, in order, not overlapping."""
        return self.find_after(text, 0, len(text), [])

    def find_after(self, text: str, start: int, end: int, heard: list[Mention]) -> list[Mention]:
        """The same in ``text[start:end]``, behind other text.

        Args:
            text: where to look.
            start: where the part begins; no word or number is cut there.
            end: where it ends.
            heard: all mentions before it, for those that point back (``giai đoạn này``); grows by the
                part's own, those that govern nothing included.
        """
        said = len(heard)
        matches = [
            (match.start(), match.end(), order, self._patterns[order][0], match)
            for order, places in sorted(self._index.places(text, start, end).items())
            for pattern in [self._patterns[order][1]]
            for match in (
                pattern.pattern.finditer(text, start, end)
                if places is None
                else pattern.at(text, places, start, end, None)
            )
        ]
        if not matches:
            return []
        citations = [m.span() for m in self._citation.finditer(text, start, end)]
        matches.sort(key=lambda x: (-(x[1] - x[0]), x[2]))
        taken: list[tuple[int, int, str, regex.Match[str]]] = []
        begins: list[int] = []
        begin = start
        for start, end, _, reading, match in matches:
            # the last that begins before its end ends last of those that may overlap it
            at = bisect_left(begins, end)
            if not at or taken[at - 1][1] <= start:
                at = bisect_right(begins, start)
                begins.insert(at, start)
                taken.insert(at, (start, end, reading, match))
        found: list[Mention] = []
        cited = [s for s, _ in citations]
        for start, end, reading, match in taken:
            at = bisect_left(cited, end)
            if at and start < citations[at - 1][1]:
                continue
            part = {name: self._digits(value) for name, value in match.groupdict().items()}
            if reading in WITHIN_YEAR and not part.get("y"):
                part["y"] = year_known(heard, said)
                if not part["y"] and reading != "first_months":
                    continue
            try:
                period = _read(reading, part, heard)
            except ValueError:  # 31/02/2024: no such day, so the mention says nothing certain
                period = Period()
            if reading in SILENT and period == Period():
                continue
            if reading in POINTING and period == Period():
                reading = "open"
            holds = reading == "years" and _holds_own(period, heard)
            ignored = self._is_ignored(text, begin, start, reading, holds=holds)
            mention = Mention(start, end, reading, period, ignored)
            heard.append(mention)
            if not mention.compares:
                found.append(mention)
        return found

    def is_beginning(self, text: str, at: int) -> bool:
        """Whether the year named at an offset is only its first day: ``đầu năm 2023``."""
        return bool(self._beginning.search(text[max(0, at - 8) : at]))

    def spelled(self, year: str) -> str:
        """A year as it is named: ``2024`` to ``năm 2024``."""
        return self._spelled.replace("{y}", year)

    def is_past(self, text: str, start: int, end: int) -> bool:
        """Whether words at the end of ``text[start:end]`` make the number behind it what something was."""
        return bool(self._past.search(text, start, end))

    def is_near(self, text: str, start: int, end: int) -> bool:
        """Whether ``text[start:end]`` parts a number from its time by nothing: ``33% (cuối năm trước)``."""
        return bool(self._near.fullmatch(text, start, end))

    def is_inside(self, text: str, start: int) -> bool:
        """Whether the time at ``start`` begins as one inside a longer span: ``trong năm 2023``."""
        return bool(self._inside.match(text, start))

    def _digits(self, value: str | None) -> str | None:
        """A number word as digits (``sáu tháng đầu năm 2023``)."""
        known = self._words.get(" ".join(value.lower().split())) if value else None
        return str(known) if known else value

    def _is_ignored(self, text: str, begin: int, start: int, reading: str, *, holds: bool) -> bool:
        before = text[max(begin, start - 90) : start]
        more = self._ignored_span if reading == "same_span" else []
        years = self._ignored_years if reading == "years" else []
        within = self._ignored_within if holds else []
        return any(pattern.search(before) for pattern in (*self._ignored, *more, *years, *within))


@cache
def periods() -> Periods:
    """The expressions of the dictionaries, compiled once a process."""
    return Periods(tomllib.loads((folder() / "periods.toml").read_text(encoding="utf-8")))


def period_in(text: str, above: str = "") -> Period | None:
    """The last period that a heading or caption names; None where it names none.

    Args:
        text: the heading.
        above: what stands over it, to which it may point back: ``9 tháng`` under ``đến ngày 30/9/2024``.
    """
    heard: list[Mention] = []
    if above:
        periods().find_after(above, 0, len(above), heard)
    found = [m for m in periods().find_after(text, 0, len(text), heard) if m.reading != "open"]
    return found[-1].period if found else None
