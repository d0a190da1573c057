"""How sure a row is: the probability that its context was understood, times that its number was read.

A row is right where all of its cells are. What tells right rows from wrong ones is how it stands in its
text: its table and rule, where its period and group are told, what else its sentence counts, which numbers
near it no row took. A forest of randomised trees (Geurts, Ernst & Wehenkel 2006: Extremely randomized trees)
asks for these, grown on labelled texts as first runs read them. What proves or doubts the row adds its log
odds, so that no proof lowers a confidence and no doubt raises it. Both are made by
``training/confidence.py``; the forest is ``dictionaries/confidence.npy``, mapped into memory, the rest
``dictionaries/confidence.toml``.
"""

from __future__ import annotations

import tomllib
from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
import regex
from numpy.typing import NDArray

from pipeline.language.dictionaries import folder
from pipeline.model import Value

_NUMBERS, _YEARS = regex.compile(r"\d[\d.,]*"), regex.compile(r"\b(?:19|20)\d\d\b")
_ITEM = regex.compile(r"\s*(?:[-+*•]|[a-zđ]\)|\d{1,2}[.)/])")
_CROWDED = (2, 4, 8)
"""Numbers in the quote from which on a sentence counts as more crowded."""
LOWEST, HIGHEST = 0.01, 0.99
SURE_READING, GOOD_PAGE = 0.8, 0.9
RUINED = 0.05
"""What a page without any quality takes off."""
SUREST = 0.005
"""A share of right rows is not taken to be nearer to 0 or 1."""
NEAR, BEFORE, BESIDE = 150, 400, 200
"""Characters around a number in which its group is looked for, before it that are read again, and around it
in which other counts and sums are."""
MOST_BESIDE = 5
"""From so many counts or sums near a number on their number says nothing more."""
SAID_BEHIND = 150
"""Characters behind a number in which words of its table may still be its own."""
_YEAR_FAR, _AHEAD, _LABEL_FAR = (40, 120, 300, 700), (15, 50, 110), (20, 60, NEAR - 1)
"""Steps in characters: to the row's year, from the quote's begin to its number, to the words of its group."""
SCALE = 30_000
"""A leaf's share of right rows is kept as that many parts."""
NODE = np.dtype([("asks", "<i2"), ("there", "<u2")])
"""A node of a tree, in depth-first order: which evidence it asks for, and how far on it goes where it is
there (else to the next node). A leaf asks for -1, and ``there`` is its share of right rows."""


class Row(NamedTuple):
    """A row where it stands.

    Its table, its values by column, where its first number and its quote begin, and where words of its
    table's rules stand in its sentence, as spans in their order.
    """

    table: str
    values: Mapping[str, Value]
    at: int
    begin: int
    said: Sequence[tuple[int, int]] = ()


class Forest(NamedTuple):
    """Trees, one behind the other: their nodes, where each begins, and the number of each evidence."""

    nodes: NDArray[np.void]
    roots: NDArray[np.intp]
    asked: Mapping[str, int]

    def share(self, told: Sequence[Sequence[str]]) -> NDArray[np.float64]:
        """The mean share of right rows in the leaves that each of n rows comes to, shape (n,).

        Args:
            told: the evidence for each row.
        """
        width = len(self.asked) + 1
        there = np.zeros(len(told) * width, bool)
        there[
            [
                i * width + self.asked[name]
                for i, names in enumerate(told)
                for name in names
                if name in self.asked
            ]
        ] = True
        asks, jump = self.nodes["asks"], self.nodes["there"]
        node = np.tile(self.roots, len(told))
        row = np.repeat(np.arange(len(told)) * width, len(self.roots))
        going = np.arange(node.size)
        while going.size:
            here = node[going]
            question = asks[here]
            inner = question >= 0
            going, here, question = going[inner], here[inner], question[inner]
            node[going] = here + np.where(there[row[going] + question], jump[here], 1)
        leaves = jump[node].reshape(len(told), len(self.roots))
        share: NDArray[np.float64] = leaves.sum(axis=1, dtype=np.int64) / (SCALE * len(self.roots))
        return share


class _Quote(NamedTuple):
    """What a quote tells of all its rows."""

    told: tuple[str, ...]
    dated: bool
    planned: bool
    crowded: int
    years: int


def evidence(rows: Sequence[Row], text: str, left: Sequence[Mapping[str, Value]]) -> list[list[str]]:
    """What is told of each row of a document that may make it surer or less sure, proof and doubt apart.

    Args:
        rows: all rows of the document.
        text: its text.
        left: its rows of unclaimed.csv.
    """
    return list(_Document(rows, text, left).evidence())


class _Document:
    def __init__(self, rows: Sequence[Row], text: str, left: Sequence[Mapping[str, Value]]) -> None:
        self.rows, self.text = rows, text
        self.said: dict[int, tuple[list[int], list[int]]] = {}
        self.years = [(match.start(), match.group()) for match in _YEARS.finditer(text)]
        self.places: dict[str, list[int]] = {}
        for at, year in self.years:
            self.places.setdefault(year, []).append(at)
        self.unruled = min(sum(row["reason"] == "no_rule" for row in left), 6)
        self.left: defaultdict[str, Counter[str]] = defaultdict(Counter)
        for row in left:
            self.left[str(row["quote"])][str(row["reason"])] += 1
        self.claims: dict[str, list[Row]] = {}
        for each in rows:
            self.claims.setdefault(str(each.values.get("quote") or ""), []).append(each)
        self.quotes = {quote: self._of_quote(quote, claiming) for quote, claiming in self.claims.items()}
        self.counts, self.sums = (
            [match.start() for match in pattern.finditer(text)]
            for pattern in (_behind("counted"), _behind("money"))
        )
        self.planned_head = _has(text[:NEAR].lower(), _data()["plans"])

    def evidence(self) -> Iterator[list[str]]:
        for row in self.rows:
            quote = self.quotes[str(row.values.get("quote") or "")]
            yield [
                f"no_rule {self.unruled}",
                f"rows {min(len(self.rows) // 3, 5)}",
                f"years {min(len(self.places), 4)}",
                f"table {row.table}",
                f"plan {quote.planned} {self.planned_head} {row.values.get('status')}",
                *quote.told,
                f"{row.table} crowded {quote.crowded}",
                *self._cells(row),
                *self._times(row, quote),
                *self._stands(row),
                *self._governed(row),
            ]

    def _of_quote(self, quote: str, claiming: Sequence[Row]) -> _Quote:
        low = quote.lower()
        numbers = len(_NUMBERS.findall(quote))
        claimed = sum(bool(row.values.get(name)) for row in claiming for name in _data()["figures"])
        left = self.left[quote]
        told = [
            f"listed {min(quote.count(';'), 3)}",
            f"claimed {min(4 * claimed // max(numbers, 1), 4)}",
            f"quote's rows {min(len(claiming), 6)}",
            f"quote's tables {len({row.table for row in claiming})}",
            f"groups {min(sum(low.count(group) for group in _data()['groups']), 4)}",
            f"left {min(left.total(), 4)}",
            *(f"left {reason}" for reason in left),
        ]
        if "|" in quote:
            told.append("table row")
        if _ITEM.match(quote):
            told.append("item")
        years = len(set(_YEARS.findall(quote)))
        crowded = bisect_right(_CROWDED, numbers)
        return _Quote(tuple(told), _has(low, _data()["dates"]), _has(low, _data()["plans"]), crowded, years)

    def _cells(self, row: Row) -> Iterator[str]:
        for name in _data()["codes"]:
            if name in row.values:
                yield f"{row.table} {name} {row.values[name] or ''}"
        filled = [name for name in _data()["figures"] if row.values.get(name)]
        yield f"cells {len(filled)}"
        counts, sums = (
            _within(places, row.at - BESIDE, row.at + BESIDE) for places in (self.counts, self.sums)
        )
        yield f"counts near {min(counts, MOST_BESIDE)}"
        yield f"money near {min(sums, MOST_BESIDE)}"
        # `has loans amount_vnd` with a count near that it does not have
        is_count = any(not name.endswith("_vnd") and name != "value" for name in filled)
        more = f"{counts > is_count} {sums > ('amount_vnd' in filled)}"
        yield f"has {row.table} {' '.join(filled)} {more}"

    def _times(self, row: Row, quote: _Quote) -> Iterator[str]:
        start, end = (str(row.values.get(name) or "") for name in ("period_start", "period_end"))
        yield f"quote's years {min(quote.years, 3)}"
        inherited = "" if quote.years else "year" if quote.dated else "period"
        yield f"{row.table} {bool(start)} {bool(end)} inherited {inherited}"
        if not (start or end):
            yield "no period" if self.years else "timeless"
            return
        yield f"span {start[5:]} {end[5:]}" if start else "stock"
        year = (end or start)[:4]
        where = self.places.get(year)
        if not where:
            yield "year not told"
            return
        i = bisect_left(where, row.at)
        far = min(abs(at - row.at) for at in where[max(i - 1, 0) : i + 1])
        yield f"year {bisect_right(_YEAR_FAR, far)}"
        i = bisect_left(self.years, (row.at, ""))
        near = min(self.years[max(i - 1, 0) : i + 1], key=lambda told: abs(told[0] - row.at))
        yield f"nearest year {near[1] == year}"
        if i:
            yield f"last year {self.years[i - 1][1] == year}"

    def _stands(self, row: Row) -> Iterator[str]:
        """Where the number stands in its sentence, and its group near it."""
        if label := str(row.values.get("beneficiary_label") or ""):
            begin = max(row.at - NEAR, 0)
            behind = self.text.find(label, row.at, row.at + NEAR)
            ahead = self.text.rfind(label, begin, row.at)
            near = min(behind - row.at if behind >= 0 else NEAR, row.at - ahead if ahead >= 0 else NEAR)
            yield f"label {bisect_right(_LABEL_FAR, near)}"
        ahead_of = self.text[max(row.begin, row.at - BEFORE) : row.at]
        yield f"ahead {bisect_right(_AHEAD, len(ahead_of))}"
        yield f"numbers ahead {min(len(_NUMBERS.findall(ahead_of)), 3)}"
        for sign in ":;":
            if sign in ahead_of:
                yield f"behind {sign}"
        if ahead_of.rfind("(") > ahead_of.rfind(")"):
            yield "in brackets"

    def _governed(self, row: Row) -> Iterator[str]:
        """What stands between the number and the nearest words of its table, before it and behind it."""
        if not row.said:
            yield "said nothing"
            return
        if id(row.said) not in self.said:  # the rows of a sentence share them
            self.said[id(row.said)] = sorted(end for _, end in row.said), [start for start, _ in row.said]
        ends, starts = self.said[id(row.said)]
        first, last = bisect_right(ends, row.at), bisect_right(starts, row.at)
        before = self._gap(ends[first - 1], row.at) if first else "none"
        number = _NUMBERS.match(self.text, row.at)
        end = number.end() if number else row.at
        near = last < len(starts) and starts[last] - end <= SAID_BEHIND
        behind = self._gap(end, starts[last]) if near else "none"
        yield f"said before {before}"
        yield f"said behind {behind}"
        yield f"{row.table} said before {before}"
        if before != "near":
            yield f"{row.table} said {before} {behind}"

    def _gap(self, start: int, end: int) -> str:
        gap = self.text[max(start, end - BEFORE) : end]
        sign = "line" if "\n" in gap else next((sign for sign in ";:," if sign in gap), "near")
        return f"{sign} number" if _NUMBERS.search(gap) else sign


def _within(places: Sequence[int], begin: int, end: int) -> int:
    return bisect_left(places, end) - bisect_left(places, begin)


@lru_cache(maxsize=2)
def _behind(name: str) -> regex.Pattern[str]:
    """Numbers with one of the words of a list of ``confidence.toml`` behind them."""
    words = "|".join(sorted(_data()[name], key=len, reverse=True))
    return regex.compile(rf"\d\s?(?:{words})(?!\p{{L}})", regex.IGNORECASE)


def _has(text: str, words: Sequence[str]) -> bool:
    return any(word in text for word in words)


def doubts(values: Mapping[str, Value]) -> Iterator[str]:
    """What proves a row, and its flags."""
    if (proof := values.get("proof")) and proof != "none":
        yield f"proof {proof}"
    for flag in str(values.get("flags") or "").split():
        yield f"flag {flag}"


@lru_cache(maxsize=1)
def _data() -> Mapping[str, Any]:
    return tomllib.loads((folder() / "confidence.toml").read_text(encoding="utf-8"))


@lru_cache(maxsize=1)
def _forest() -> Forest:
    mapped = np.load(folder() / "confidence.npy", mmap_mode="r", allow_pickle=False)
    nodes = np.asarray(mapped)  # each part of a memmap is made in Python
    known = _data()["forest"]
    return Forest(nodes, np.array(known["roots"]), {name: i for i, name in enumerate(known["asks"])})


def log_odds(share: NDArray[np.float64]) -> NDArray[np.float64]:
    """The log odds of shares, none of which is taken to be quite 0 or 1."""
    kept = np.clip(share, SUREST, 1 - SUREST)
    return np.log(kept / (1 - kept))


def understood(
    rows: Sequence[Row], text: str, left: Sequence[Mapping[str, Value]] = ()
) -> NDArray[np.float64]:
    """The probability that all cells of each row are right, where its numbers were read rightly.

    Arguments as of ``evidence``.
    """
    weights = _data()["weights"]
    told = [sum([weights.get(name, 0.0) for name in doubts(row.values)]) for row in rows]
    grown = log_odds(_forest().share(evidence(rows, text, left)))
    odds = weights["every row"] + weights["forest"] * grown + np.array(told, np.float64)
    found: NDArray[np.float64] = 1 / (1 + np.exp(-odds))
    return found


def confidence(understood: float, reading: float, quality: float) -> float:
    """A row's confidence, to a hundredth.

    Of numbers of which Tesseract is surer than ``SURE_READING`` hardly any is misread (194 of 195 on the
    benchmark's printed report), and good pages differ in quality by their share of names alone: above these
    marks neither takes anything off. A ruined page (quality 0), once restored, costs little more: of 1,563
    rows of own documents, drawn three times and read by an English Tesseract, 95 % are right, of their clean
    text 99.6 %.

    Args:
        understood: as ``understood`` gives it.
        reading: 0-1, the least certainty among the words and edits of its numbers; 1 where nothing was read.
        quality: 0-1, the page's text quality.
    """
    read = (0.7 + 0.3 * min(reading / SURE_READING, 1.0)) * (
        1 - RUINED + RUINED * min(quality / GOOD_PAGE, 1.0)
    )
    return round(float(min(max(understood * read, LOWEST), HIGHEST)), 2)
