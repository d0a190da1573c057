"""What columns are by the arithmetic among them, where the words above them are illegible.

Numbers alone have no meaning: what is told here rests on headings that span columns, or on the table's
caption, and on arithmetic that holds on most lines. Each percentage that is the share of a count in one whole
is the rate of a topic (``Hộ nghèo``, ``Hộ cận nghèo``) beside its count; a count and a fixed sum for each of
it are houses and their cost; a total of two counts with two such sums are houses built and repaired.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from itertools import combinations, islice

from pipeline.extract.amounts import grammar
from pipeline.extract.collapsed_page import Heading
from pipeline.extract.collapsed_shares import LEAST_ALIKE, Column, is_share
from pipeline.extract.collapsed_words import collapsed_words

LEAST_LINES = 3
"""Lines on which arithmetic among columns must hold."""
LEAST_MIXED = 4
"""The same where it has two unknown prices: two lines always give some."""
LEAST_ADDED = 2
"""Columns that a total adds up."""
SAMPLE = 14
"""Lines from pairs of which two unknown prices are worked out."""
HOUSE = (Decimal(5_000_000), Decimal(200_000_000))
"""Đồng that building or repairing a poor household's house costs; programmes pay 20 to 100 million."""
MOST_REPAIR = Fraction(3, 4)
"""What a repair costs at most of a new house, that the two may be told apart by it."""
LOAN = (Decimal(10_000_000), Decimal(200_000_000))
"""Đồng that a household or student borrows in the middle of a credit table: at most 100 million mostly."""
MOST_NAMES = 3
"""Columns under each of two spanning headings whose percentage is looked for."""


@dataclass(frozen=True, slots=True)
class Head:
    """What stands over a column; empty where that stays in doubt. ``assumed``: worked out, not printed."""

    text: str = ""
    assumed: bool = False


@dataclass(frozen=True)
class Table:
    """What is known of a table's columns: their numbers, its caption, and which are shares of two others."""

    columns: Sequence[Column]
    caption: str
    shares: dict[int, tuple[int, int]] = field(default_factory=dict)
    measured: bool = False
    """Whether units of measure stand before its first column."""
    usual: str = ""
    """The unit of money that the document's headings print."""


Proved = list[tuple[Head, tuple[str, ...]]]
"""By column its heading, and words that any other reading of its heading must have."""


def proved(found: Sequence[Heading], table: Table) -> Proved | None:
    """What arithmetic and the legible words of a table say of its columns; None where they do not.

    Args:
        found: its headings, in reading order.
        table: its columns.
    """
    ways = (_rates(found, table), _costs(found, table), _planned(found, table))
    others = (_houses, _credit, _counted, _total, _quantities)
    return next((way for way in (*ways, *(read(found, table) for read in others)) if way), None)


def _topics(found: Sequence[Heading], table: Table, unit: str, count: int) -> list[str]:
    """The topics that count something, in the order of the headings or of the caption; none but so many."""
    for headings in (found, collapsed_words().find([table.caption])):
        named = [
            h
            for h in headings
            if h.phrase.kind == "topic" and h.phrase.holds == "count" and unit in h.phrase.units
        ]
        household = collapsed_words().borne_out["household_unit"]
        texts = list(
            dict.fromkeys(
                h.text for h in named if unit != household or h.phrase.name.startswith(f"{household} ")
            )
        )
        if len(texts) == count:
            return texts
    return []


def _rates(found: Sequence[Heading], table: Table) -> Proved | None:
    """Counts and their rates, all of one whole: households, of them poor ones and near-poor ones."""
    wholes = {whole for _, whole in table.shares.values()}
    rates = sorted(table.shares)
    parts = [table.shares[rate][0] for rate in rates]
    taken = {*wholes, *rates, *parts}
    if len(wholes) != 1 or len(set(parts)) != len(rates) or len(taken) != len(table.columns):
        return None
    written, borne_out = collapsed_words().written, collapsed_words().borne_out
    topics = _topics(found, table, borne_out["household_unit"], len(rates))
    if not topics or sorted(parts) != parts:
        return None
    heads: Proved = [(Head(), ())] * len(table.columns)
    heads[wholes.pop()] = Head(written["households"], assumed=True), (borne_out["households"],)
    for topic, part, rate in zip(topics, parts, rates, strict=True):
        name = topic.partition(" (")[0]
        heads[part] = Head(f"{name} {written['group_count']}", assumed=True), (name,)
        heads[rate] = Head(f"{name} {written['share']}", assumed=True), (name, "%")
    return heads


def each(counts: Column, paid: Column) -> Decimal | None:
    """What each that one column counts costs by the other, where that is fixed; else None."""
    ratios = [p / c for c, p in zip(counts, paid, strict=True) if c and p]
    (price, times), *_ = Counter(ratios).most_common(1) or [(Decimal(0), 0)]
    return price if times >= LEAST_LINES and times >= LEAST_ALIKE * len(ratios) else None


def unit_of(price: Decimal, bounds: tuple[Decimal, Decimal]) -> str:
    """The one unit of money in which a price lies within bounds; empty where none does or several do."""
    units = [
        unit
        for unit in collapsed_words().money_units
        if bounds[0] <= price * grammar().scale(unit) <= bounds[1]
    ]
    return units[0] if len(units) == 1 else ""


def _printed_unit(found: Sequence[Heading]) -> str:
    """The unit of money that the headings print, where they print one."""
    units = {h.unit for h in found if h.unit in collapsed_words().money_units}
    return units.pop() if len(units) == 1 else ""


def _costs(found: Sequence[Heading], table: Table) -> Proved | None:
    """Houses and what they cost, side by side under headings that tell the kind of work."""
    columns = table.columns
    if len(columns) % 2 or table.shares:
        return None
    written = collapsed_words().written
    topics = _topics(found, table, collapsed_words().borne_out["house_unit"], len(columns) // 2)
    prices = [each(columns[n], columns[n + 1]) for n in range(0, len(columns), 2)]
    if not topics or None in prices:
        return None
    units = {unit_of(price, HOUSE) for price in prices if price}
    unit = units.pop() if len(units) == 1 else ""
    if not unit or _printed_unit(found) not in {"", unit}:
        return None
    heads: Proved = []
    for topic in topics:
        name = topic.partition(" (")[0]
        heads.append((Head(f"{name} {written['kind_count']}", assumed=True), (name,)))
        heads.append((Head(f"{name} {written['cost']} ({unit})", assumed=True), (name, unit)))
    return heads


def _planned(found: Sequence[Heading], table: Table) -> Proved | None:
    """What was planned and what of it was done, each in one column or several, and what per cent that is."""
    columns, count = table.columns, len(table.columns) // 2
    if len(columns) % 2 == 0 or not 0 < count <= MOST_NAMES or not is_share_of_sums(columns, count):
        return None
    sides = [_side(found, table, side) for side in ("planned", "done")]
    leaves = [h for h in found if h.phrase.holds == "money" and not h.phrase.side and h.phrase.words]
    names = list(dict.fromkeys(h.name for h in leaves if h.phrase.kind == "money" and not h.unit))
    if "" in sides or (len(names) != count if count > 1 else leaves):
        return None
    unit = next((f" ({h.unit})" for h in found if h.phrase.side and h.unit), "")
    heads: Proved = []
    for side in sides:
        told = [f"{side} {name}" for name in names] if count > 1 else [side]
        heads += [(Head(f"{text}{unit}", assumed=True), (side,)) for text in told]
    words = collapsed_words()
    return [*heads, (Head(words.written["share"], assumed=True), (words.borne_out["share"],))]


def _side(found: Sequence[Heading], table: Table, side: str) -> str:
    """What heads what was planned, or what was done, by headings or caption; empty where none does."""
    named = next((h.phrase.name for h in found if h.phrase.side == side), "")
    return named or collapsed_words().told(table.caption, side)


def is_share_of_sums(columns: Sequence[Column], count: int) -> bool:
    """Whether the last column says what per cent the second columns are of the first, all together."""
    held = told = 0
    for line, percent in enumerate(columns[-1]):
        whole, part = (
            sum((c[line] or Decimal(0) for c in some), Decimal(0))
            for some in (columns[:count], columns[count : 2 * count])
        )
        if percent and whole and part:
            told, held = told + 1, held + is_share(part, whole, percent)
    return held >= LEAST_LINES and held >= LEAST_ALIKE * told


def _sums(columns: Sequence[Column]) -> Iterator[tuple[int, int, int]]:
    """Columns that are the sum of two others, these in order."""
    for total, (a, b) in (
        (t, pair)
        for t in range(len(columns))
        for pair in combinations([n for n in range(len(columns)) if n != t], 2)
    ):
        known = [
            (x, y, z)
            for x, y, z in zip(columns[a], columns[b], columns[total], strict=True)
            if x is not None and y is not None and z
        ]
        held = sum(x + y == z for x, y, z in known)
        if held >= LEAST_MIXED and held >= LEAST_ALIKE * len(known):
            yield total, a, b


def _houses(found: Sequence[Heading], table: Table) -> Proved | None:
    """A total of houses, those built and those repaired, and the money: so much for each of either kind."""
    columns = table.columns
    if len(columns) != 4 or not collapsed_words().says("houses", table.caption):
        return None
    for total, a, b in _sums(columns):
        [money] = {0, 1, 2, 3} - {total, a, b}
        prices = _mixed(columns[a], columns[b], columns[money])
        if prices is None:
            continue
        new, repaired = (a, b) if prices[0] > prices[1] else (b, a)
        dear, cheap = max(prices), min(prices)
        units = [unit_of(Decimal(p.numerator) / p.denominator, HOUSE) for p in (dear, cheap)]
        if cheap > dear * MOST_REPAIR or len(set(units)) != 1 or not units[0]:
            continue
        if _printed_unit(found) not in {"", units[0]}:
            continue
        heads: Proved = [(Head(), ())] * 4
        words = collapsed_words()
        written = words.written
        heads[total] = Head(written["houses"], assumed=True), (words.borne_out["houses"],)
        heads[new] = Head(written["built"], assumed=True), (written["built"],)
        heads[repaired] = Head(written["repaired"], assumed=True), (written["repaired"],)
        heads[money] = Head(f"{written['cost']} ({units[0]})", assumed=True), (units[0],)
        return heads
    return None


def _mixed(first: Column, second: Column, paid: Column) -> tuple[Fraction, Fraction] | None:
    """The two prices that give each line's money; None where no two do on most lines."""
    lines = [
        (Fraction(a), Fraction(b), Fraction(p))
        for a, b, p in zip(first, second, paid, strict=True)
        if a is not None and b is not None and p
    ]
    tried: Counter[tuple[Fraction, Fraction]] = Counter()
    for (a, b, p), (c, d, q) in combinations(list(islice(lines, SAMPLE)), 2):
        if divisor := a * d - b * c:
            tried[(p * d - q * b) / divisor, (a * q - c * p) / divisor] += 1
    for (x, y), _ in tried.most_common(1):
        held = sum(a * x + b * y == p for a, b, p in lines)
        if x > 0 and y > 0 and x != y and held >= LEAST_MIXED and held >= LEAST_ALIKE * len(lines):
            return x, y
    return None


def _credit(found: Sequence[Heading], table: Table) -> Proved | None:
    """A count of borrowers and the money lent, where the caption tells of lending and of nothing else."""
    named = [h for h in found if h.phrase.kind not in {"label", "unit", "ordinal"}]
    words = collapsed_words()
    topics = {h.phrase.name for h in words.find([table.caption]) if h.phrase.holds == "money"}
    if named or len(table.columns) != 2 or topics != {words.borne_out["lending"]}:
        return None
    counts, paid = table.columns
    pairs = [(c, p) for c, p in zip(counts, paid, strict=True) if c and p]
    if len(pairs) < LEAST_MIXED or any(c != c.to_integral_value() for c, _ in pairs):
        return None
    units = {unit_of(p / c, LOAN) for c, p in pairs}
    unit = units.pop() if len(units) == 1 else ""
    if not unit:
        return None
    return [
        (Head(words.written["borrowers"], assumed=True), ()),
        (Head(f"{words.written['lent']} ({unit})", assumed=True), ()),
    ]


def _counted(found: Sequence[Heading], table: Table) -> Proved | None:
    """What a table is named after, in its first column, where the other column holds money."""
    named = [h for h in found if h.phrase.kind not in {"label", "unit", "ordinal"}]
    counts = [h for h in collapsed_words().find([table.caption]) if h.phrase.kind == "count"]
    if len(named) != 1 or named[0].phrase.holds != "money" or len(table.columns) != 2 or len(counts) != 1:
        return None
    if any(v != v.to_integral_value() for v in table.columns[0] if v):
        return None
    told = collapsed_words().borne_out["count"]
    return [(Head(counts[0].phrase.name, assumed=True), (told,)), (Head(), ())]


def _quantities(found: Sequence[Heading], table: Table) -> Proved | None:
    """What units of measure measure, and the money for it."""
    named = [h for h in found if h.phrase.kind not in {"label", "unit", "ordinal"}]
    money = [h for h in named if h.phrase.holds == "money"]
    if not table.measured or len(table.columns) != len(money) + 1 or len(named) != 1:
        return None
    unit = money[0].unit or table.usual if money else ""
    cost, quantity = (collapsed_words().written[name] for name in ("cost", "quantity"))
    paid = [(Head(f"{cost} ({unit})" if unit else "", assumed=True), (cost,)) for _ in money]
    return [(Head(quantity, assumed=True), (quantity,)), *paid]


def _total(found: Sequence[Heading], table: Table) -> Proved | None:
    """The one column without a heading, where it is the sum of all others and these are of one kind."""
    named = [h for h in found if h.phrase.kind not in {"label", "unit", "ordinal"}]
    texts = list(dict.fromkeys(h.text for h in named))
    columns = table.columns
    if len(texts) + 1 != len(columns) or len(texts) != len(named) or len(texts) < LEAST_ADDED:
        return None
    if len({(h.phrase.kind, h.phrase.holds, h.unit) for h in named}) != 1:
        return None
    for total in range(len(columns)):
        rest = [c for n, c in enumerate(columns) if n != total]
        lines = [
            (sum(v or 0 for v in values), whole)
            for *values, whole in zip(*rest, columns[total], strict=True)
            if whole and sum(v is not None for v in values) > 1
        ]
        held = sum(part == whole for part, whole in lines)
        if held >= LEAST_LINES and held >= LEAST_ALIKE * len(lines):
            heads: Proved = [(Head(text), (text,)) for text in texts]
            words = collapsed_words()
            head = Head(words.written["total"], assumed=True)
            heads.insert(total, (head, (words.borne_out["total"],)))
            return heads
    return None


def is_contradicted(heads: Sequence[Head], table: Table) -> bool:
    """Whether headings say that something was done where arithmetic says that it was planned."""
    columns, count = table.columns, len(table.columns) // 2
    if len(columns) % 2 == 0 or not 1 < count <= MOST_NAMES or not is_share_of_sums(columns, count):
        return False
    done = [bool(collapsed_words().told(head.text, "done")) for head in heads]
    planned = [bool(collapsed_words().told(head.text, "planned")) for head in heads]
    return any(planned[count : 2 * count]) or any(done[:count]) or not all(done[count : 2 * count])


def is_borne_out(way: Proved, heads: Sequence[Head]) -> bool:
    """Whether headings that were read say no other than what arithmetic does."""
    return all(
        head.text and all(word in head.text for word in words)
        for (_, words), head in zip(way, heads, strict=True)
    )
