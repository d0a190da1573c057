"""Which column each number of a line is of, where blank cells left nothing behind.

A line with as many numbers as there are columns tells by itself. Where some are missing, the table's sums
decide (what is under a column must add up to its total), then what numbers of a column look like; a part has
no number where its whole has none. What stays in doubt gets no column.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations, product
from math import log10
from statistics import median

from pipeline.extract.collapsed_shares import is_share, shares_of
from pipeline.extract.numerals import parse_number
from pipeline.extract.sheet import clean, is_numeral

Columns = tuple[int, ...]
"""The column of each number of a line."""
MOST_WAYS = 70
"""Ways to lay a line's numbers under the columns that are tried."""
MOST_TRIES = 4000
"""Ways to lay all short lines together that are tried against the totals."""
LEAST_LIKELY = 4
"""The likeliest ways of a line that are tried against the totals, at least."""
MARGIN = 0.3
"""By how much (powers of ten) the likeliest way must be likelier than the next: what column a number is of
must not hang on a factor of two."""
MOST_MORE = 2
"""Numbers too many on a line among which it is chosen."""
ODD = 0.5
"""What a number with decimals among whole ones counts, or a whole one among such."""
_NEEDED = 2
"""Full lines from which a column's looks can be told."""


@dataclass(frozen=True, slots=True)
class Numbers:
    """A line's numbers as printed.

    ``is_total``: the line is a total; ``is_part``: it is part of the one above; ``is_measured``: a unit of
    measure stands before the first column, so that the line has a number there.
    """

    texts: tuple[str, ...]
    is_total: bool = False
    is_part: bool = False
    is_measured: bool = False


def value_of(text: str) -> Decimal | None:
    """What a number is worth; None where it cannot be read."""
    return parse_number(clean(text))[0] if is_numeral(text) else None


def lay(lines: Sequence[Numbers], width: int) -> list[Columns | None]:
    """The column of each number of each line; None for a line that stays in doubt.

    >>> texts = [("10", "500"), ("12", "610"), ("590",), ("22", "1.700")]
    >>> lay([Numbers(t, is_total=t[0] == "22") for t in texts], 2)
    [(0, 1), (0, 1), (1,), (0, 1)]
    """
    full = tuple(range(width))
    found: list[Columns | None] = [full if len(line.texts) == width else None for line in lines]
    looks = [_looks(lines, found, column) for column in full]
    if any(look is None for look in looks):
        return found
    full_lines = [line.texts for line, at in zip(lines, found, strict=True) if at and not line.is_total]
    shares = shares_of([[value_of(texts[k]) for texts in full_lines] for k in range(width)])
    short = {n for n, line in enumerate(lines) if 0 < len(line.texts) < width}
    whole = [n for n, line in enumerate(lines) if not line.is_part and not line.is_total]
    last = next((n for n in range(len(lines) - 1, -1, -1) if lines[n].is_total and found[n]), None)
    laid = [n for n in range(len(lines)) if n in short and not lines[n].is_part]
    known = _Known(looks, shares)
    _lay_together(lines, laid, known, found, _missing(lines, found, last, whole), full)
    for head, follower in zip(whole, [*whole[1:], len(lines)], strict=True):
        parts = [n for n in range(head + 1, follower) if lines[n].is_part]
        if short & set(parts):
            missing = _missing(lines, found, head, parts)
            below = [n for n in parts if n in short]
            _lay_together(lines, below, known, found, missing, found[head] or full)
    return found


def too_many(rows: Sequence[Sequence[str]], width: int) -> list[tuple[int, ...]]:
    """Of each line's numbers, those that are of its columns, where it has more numbers than these are.

    What is too many stands before them, unless another choice looks much more like the columns.

    >>> too_many([("812", "9,8"), ("640", "12,6"), ("7", "731", "8,4"), ("905", "2", "7,9")], 2)
    [(0, 1), (0, 1), (1, 2), (0, 2)]
    """
    full = [Numbers(tuple(row)) for row in rows if len(row) == width]
    columns = tuple(range(width))
    looks = [_looks(full, [columns] * len(full), column) for column in columns]
    chosen = []
    for row in rows:
        last = tuple(range(max(len(row) - width, 0), len(row)))
        if width < len(row) <= width + MOST_MORE and None not in looks:
            costs = {
                way: _cost([row[n] for n in way], columns, looks)
                for way in combinations(range(len(row)), width)
            }
            best = min(costs, key=lambda way: costs[way])
            if costs[last] - costs[best] >= MARGIN:
                last = best
        chosen.append(last)
    return chosen


_Look = tuple[float, float]
"""The usual size of a column's numbers (power of ten), and the share of them that have decimals."""


def _looks(lines: Sequence[Numbers], found: Sequence[Columns | None], column: int) -> _Look | None:
    texts = [line.texts[column] for line, at in zip(lines, found, strict=True) if at and not line.is_total]
    values = [v for v in map(value_of, texts) if v is not None]
    if len(values) < _NEEDED:
        return None
    return median(map(_size, values)), sum("," in text for text in texts) / len(texts)


def _size(value: Decimal) -> float:
    return log10(abs(float(value)) + 1)


@dataclass(frozen=True, slots=True)
class _Known:
    """What is known of columns: how their numbers look, which are shares of two others."""

    looks: Sequence[_Look | None]
    shares: Mapping[int, tuple[int, int]]


def _shared(texts: Sequence[str], columns: Columns, shares: Mapping[int, tuple[int, int]]) -> int:
    """How many percentages of a line are the shares that their columns are, less those that are not.

    One without what it is a part of tells nothing: that may be illegible. One without its number is none.
    """
    at = dict(zip(columns, map(value_of, texts), strict=True))
    found = 0
    for percent, (part, whole) in shares.items():
        if percent in at and (part not in at or whole in at):
            held = part in at and is_share(at[part], at[whole], at[percent])
            found += 1 if held else -1
    return found


def _cost(texts: Sequence[str], columns: Columns, looks: Sequence[_Look | None]) -> float:
    """How unlike the numbers of their columns a line's numbers are."""
    cost = 0.0
    for text, column in zip(texts, columns, strict=True):
        value, look = value_of(text), looks[column]
        if value is not None and look is not None:
            cost += abs(_size(value) - look[0]) + ODD * abs(("," in text) - look[1])
    return cost


def _ways(
    line: Numbers, width: int, looks: Sequence[_Look | None], within: Columns, most: int
) -> list[tuple[float, Columns]]:
    """The likeliest ways to lay a line's numbers, each with what it costs."""
    texts = line.texts
    ways = list(combinations(within if len(within) >= len(texts) else range(width), len(texts)))
    if len(ways) > MOST_WAYS:
        return []
    ways = [way for way in ways if not line.is_measured or way[0] == 0] or ways
    return sorted((_cost(texts, way, looks), way) for way in ways)[:most]


def _lay_together(
    lines: Sequence[Numbers],
    short: Sequence[int],
    known: _Known,
    found: list[Columns | None],
    missing: dict[int, Decimal],
    within: Columns,
) -> None:
    """Lay short lines so that most totals hold, then so that numbers look like their columns'."""
    ways: list[list[tuple[float, Columns]]] = []
    tried: list[int] = []
    tries = 1
    most = max(int(MOST_TRIES ** (1 / max(len(short), 1))), LEAST_LIKELY)
    for n in short:
        options = _ways(lines[n], len(known.looks), known.looks, within, most)
        if options and tries * len(options) <= MOST_TRIES:
            ways.append(options)
            tried.append(n)
            tries *= len(options)
        elif options and _is_clear(options):
            found[n] = options[0][1]
    if not tried:
        return
    ranked: list[tuple[int, float, tuple[Columns, ...]]] = []
    for laid in product(*ways):
        chosen = tuple(way for _, way in laid)
        held = _held(lines, tried, chosen, missing)
        held += sum(_shared(lines[n].texts, way, known.shares) for n, way in zip(tried, chosen, strict=True))
        ranked.append((-held, sum(cost for cost, _ in laid), chosen))
    ranked.sort()
    best = ranked[0]
    for place, n in enumerate(tried):
        rival = next((r for r in ranked if r[2][place] != best[2][place]), None)
        if (
            rival is None
            or rival[0] > best[0]
            or rival[1] - best[1] >= _margin(best[2][place], rival[2][place])
        ):
            found[n] = best[2][place]


def _margin(way: Columns, rival: Columns) -> float:
    """By how much a way must be likelier than one that lays some numbers under other columns."""
    return MARGIN * max(sum(a != b for a, b in zip(way, rival, strict=True)), 1)


def _is_clear(options: Sequence[tuple[float, Columns]]) -> bool:
    return len(options) == 1 or options[1][0] - options[0][0] >= _margin(options[0][1], options[1][1])


def _missing(
    lines: Sequence[Numbers], found: Sequence[Columns | None], total: int | None, parts: Sequence[int]
) -> dict[int, Decimal]:
    """What the parts that are laid lack to each number of their total, where all can be read."""
    columns = found[total] if total is not None else None
    if total is None or columns is None:
        return {}
    gaps: dict[int, Decimal] = {}
    for column in columns:
        values = [value_of(lines[total].texts[columns.index(column)])]
        for n in parts:
            at = found[n]
            if at and column in at:
                values.append(value_of(lines[n].texts[at.index(column)]))
        known = [v for v in values if v is not None]
        if len(known) == len(values):
            gaps[column] = 2 * known[0] - sum(known, Decimal(0))
    return gaps


def _held(
    lines: Sequence[Numbers], short: Sequence[int], laid: Sequence[Columns], missing: dict[int, Decimal]
) -> int:
    """How many totals hold."""
    left = dict(missing)
    for n, way in zip(short, laid, strict=True):
        for text, column in zip(lines[n].texts, way, strict=True):
            if column in left:
                left[column] -= value_of(text) or Decimal(0)
    return sum(gap == 0 for gap in left.values())
