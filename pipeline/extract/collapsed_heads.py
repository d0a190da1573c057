"""Which column each heading heads, where the lines of headings stand interleaved.

``collapsed_ways`` knows the ways that the lines leave open; numbers decide among them: a percentage is what
two columns prove it to be or at least none above a hundred, households have no decimals, a house costs more
than a chair. Columns on which the best ways agree get their headings; the others get none.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import combinations, pairwise, permutations
from statistics import median

from pipeline.extract.amounts import grammar
from pipeline.extract.collapsed_page import Heading
from pipeline.extract.collapsed_proved import (
    Head,
    Table,
    each,
    is_borne_out,
    is_contradicted,
    proved,
    unit_of,
)
from pipeline.extract.collapsed_shares import LEAST_ALIKE, Column, shares_of
from pipeline.extract.collapsed_ways import Above, before, ways_of
from pipeline.extract.collapsed_words import collapsed_words

MOST_COLUMNS = 14
DOUBT = 0.4
"""Ways that score as much less than the best are as good."""
LOST = 0.5
"""What a way counts less for a heading that is illegible."""
NAMED = 0.6
"""What a way counts more in which the caption names a column that has no name."""
LEAST_EACH = Decimal(200_000)
"""Đồng that a counted house, household or card costs at least, in the middle of a column."""
LEAST_LENT = Decimal(2_000_000)
"""The same of what a borrower gets or pays back in a year."""
MOST_COUNTED = Decimal(1_000_000)
"""Numbers of money from which on they are in đồng: a million millions are no district's budget."""
MOST_EACH = Decimal(1_000_000_000)


def _told_apart(ways: Iterable[tuple[Above, ...]]) -> list[tuple[Above, ...]]:
    """Ways without those that give two columns the same heading: what tells them apart is illegible."""
    told = ((way, [_text(head) for head in way if head.leaf]) for way in ways)
    return [way for way, texts in told if len(set(texts)) == len(texts)]


def _ways(found: Sequence[Heading], table: Table) -> list[tuple[Above, ...]]:
    """The ways in which headings may stand over a table's columns, in the order of its caption."""
    ways = _told_apart(ways_of(found, len(table.columns)))
    ways = [way for way in ways if not _against_caption(way, table.caption.lower())]
    return _likely(ways, table)


def _likely(ways: Sequence[tuple[Above, ...]], table: Table) -> list[tuple[Above, ...]]:
    """Ways in which no count has money beside it that cannot be its own."""
    return [way for way in ways if all(fit >= 0 for fit in _pairs(way, table))]


def _against_caption(way: Sequence[Above], caption: str) -> bool:
    """Whether money's topics stand in another order than the caption names them, and no line tells theirs."""
    topics = [h.span or h.leaf for h in way]
    named = dict.fromkeys(t for t in topics if t and t.phrase.kind == "topic" and t.phrase.holds == "money")
    told = [(caption.find(t.phrase.name), t) for t in named]
    return any(a[0] > b[0] >= 0 and not before(a[1], b[1]) for a, b in combinations(told, 2))


def _of_caption(caption: str, known: Sequence[Heading]) -> list[Heading]:
    """The topics that a caption names, as headings above all others: what spans them may be illegible.

    ``known`` are the headings that were read: what heads a column with its unit spans none.
    """
    topics = [h for h in collapsed_words().find([caption]) if h.phrase.kind == "topic"]
    alone = {h.phrase.name for h in known if h.unit}
    read = {h.phrase.name: h for h in known}
    named = {h.name: h for h in topics if h.phrase.holds not in {"any", "sum"} and h.phrase.name not in alone}
    return [
        read.get(h.phrase.name, replace(h, places=((-1, n),), tail=())) for n, h in enumerate(named.values())
    ]


def headed(
    found: Sequence[Heading],
    columns: Sequence[Column],
    caption: str,
    *,
    measured: bool = False,
    usual: str = "",
) -> list[Head]:
    """The heading of each column.

    Args:
        found: the headings above the table, in reading order.
        columns: the numbers of each column.
        caption: what stands above the headings.
        measured: whether units of measure stand before the first column.
        usual: the unit of money that the document's headings print.
    """
    width = len(columns)
    if not 0 < width <= MOST_COLUMNS:
        return [Head()] * width
    table = Table(columns, caption, shares_of(columns), measured, usual)
    heads = _by_words(found, table)
    way = proved(found, table)
    # words that were read say more than arithmetic where the two agree: times, units
    if way is None:
        return [Head()] * width if is_contradicted(heads, table) else heads
    return heads if is_borne_out(way, heads) else [head for head, _ in way]


def _by_words(found: Sequence[Heading], table: Table) -> list[Head]:
    """The heading of each column by the words above it and by its numbers."""
    width = len(table.columns)
    numbers = [h for h in found if h.phrase.kind not in {"label", "unit", "ordinal", "perhaps"}]
    perhaps = [h for h in found if h.phrase.kind == "perhaps"]
    ways = _ways(numbers, table)
    if not any(None not in [h.leaf for h in way] for way in ways) and perhaps:
        ways = _ways([h for h in found if h in numbers or h in perhaps], table) or ways
    topics = [] if ways else _of_caption(table.caption, numbers)
    if len(topics) > 1:
        plain = [h for h in numbers if h.phrase.kind != "topic" or h.unit]
        ways = _ways([*topics, *plain], table)
    # a unit may stand beside a heading that spans columns and be another's
    if not ways:
        bare = [replace(h, unit="", tail=()) for h in numbers if h.phrase.kind == "topic" and h.unit]
        tried = (_ways([b if h.places == b.places else h for h in numbers], table) for b in bare)
        ways = [way for found in tried for way in found if all(h.leaf for h in way)]
    if not ways:
        return [Head()] * width
    scored = [(_score(way, table), way) for way in ways]
    best = max(score for score, _ in scored)
    likely = [way for score, way in scored if best - score <= DOUBT]
    heads = []
    for place in range(width):
        texts = {_text(way[place]) for way in likely}
        heads.append(texts.pop() if len(texts) == 1 else "")
    told = [_proved(heads, likely[0], place, table) for place in range(width)]
    return _with_units(_by_caption(told, likely[0], table), likely[0], table)


def _by_caption(heads: list[Head], way: Sequence[Above], table: Table) -> list[Head]:
    """Money without a name is the one topic of the caption that no column has, where it stands in its place.

    ``Kết quả cho vay, thu nợ … và dư nợ`` over ``Cho vay``, a nameless column and ``Dư nợ``.
    """
    found = _missing(way, table)
    if found is None or not heads[found[0]].text:
        return heads
    place, topic = found
    leaf = way[place].leaf
    unit = f" ({leaf.unit})" if leaf and leaf.unit else ""
    return [Head(f"{topic}{unit}", assumed=True) if n == place else h for n, h in enumerate(heads)]


def _missing(way: Sequence[Above], table: Table) -> tuple[int, str] | None:
    """The one column of money without a name, and the one topic of the caption that it can be."""
    nameless = [n for n, h in enumerate(way) if h.leaf and not h.leaf.phrase.words and h.span is None]
    topics = [h.phrase.name for h in collapsed_words().find([table.caption]) if h.phrase.holds == "money"]
    named = [(told.phrase.name if (told := h.span or h.leaf) else "") for h in way]
    missing = [topic for topic in dict.fromkeys(topics) if topic not in named]
    if len(nameless) != 1 or len(missing) != 1:
        return None
    place, at = nameless[0], topics.index(missing[0])
    left, right = topics[:at], topics[at + 1 :]
    fits = left and left[-1] in named[:place] and right and right[0] in named[place + 1 :]
    return (place, missing[0]) if fits else None


def _text(head: Above) -> str:
    if head.leaf is None:
        return f"{head.span.text} " if head.span else ""
    return f"{head.span.text} {head.leaf.text}" if head.span else head.leaf.text


def _proved(heads: Sequence[str], way: Sequence[Above], place: int, table: Table) -> Head:
    """A heading; where it is unknown, what the column's numbers and the caption prove it to be.

    A column of the shares of others is a percentage; of what was planned, that share is what the caption says
    was done; what is a fixed sum for each of the things counted beside it is their cost.
    """
    head = heads[place]
    own, words = way[place].leaf, collapsed_words()
    # what only its unit stands for says nothing of its meaning
    nameless = own is None or not own.phrase.words
    for part, whole in table.shares.values() if nameless else ():
        leaf = way[whole].leaf
        if part == place and leaf and leaf.unit and heads[whole] and _side(way[whole]) == "planned":
            done = words.told(table.caption, "done")
            return Head(f"{done} ({leaf.unit})" if done else "")
    if head and not head.endswith(" "):
        return Head(head)
    if place in table.shares:
        return Head(f"{head}{words.written['share']}")
    before = way[place - 1] if place else None
    if head and before and before.span is way[place].span and (unit := _cost_unit(before, place, table)):
        return Head(f"{head}{words.written['cost']} ({unit})", assumed=True)
    return Head()


def _cost_unit(counted: Above, place: int, table: Table) -> str:
    """The unit in which a column is a fixed sum for each that the column before it counts; empty for none."""
    if counted.leaf is None or counted.leaf.phrase.holds != "count":
        return ""
    price = each(table.columns[place - 1], table.columns[place])
    return unit_of(price, (LEAST_EACH, MOST_EACH)) if price else ""


def _with_units(heads: list[Head], way: Sequence[Above], table: Table) -> list[Head]:
    """Money without a unit takes that of the money beside it, else the document's usual one.

    Where neither tells one, or where the numbers are too large for it, money has no heading.
    """
    money = [h.leaf for h in way if h.leaf is not None and h.leaf.phrase.holds == "money"]
    units = {leaf.unit for leaf in money if leaf.unit}
    if grammar().scale(table.caption.lower()) != 1:
        return heads
    for place, (head, known) in enumerate(zip(way, heads, strict=True)):
        leaf = head.leaf
        if leaf is not None and not leaf.unit and leaf.phrase.holds == "money" and known.text:
            most = max((v for v in table.columns[place] if v), default=Decimal(0))
            near = units or ({table.usual} if table.usual and most < MOST_COUNTED else set())
            told = Head(f"{known.text} ({next(iter(near))})", assumed=True) if len(near) == 1 else Head()
            heads[place] = told
    return heads


# ---- what speaks for a way --------------------------------------------------------------------


def _score(way: Sequence[Above], table: Table) -> float:
    score = 0.0
    for place, head in enumerate(way):
        if head.leaf is not None:
            score += _fits(head.leaf, place, table) - (0 if head.leaf.places else LOST)
    for place, head in enumerate(way):
        near = way[place + 1] if place + 1 < len(way) else None
        if near is not None and near.span is head.span and head.span and not near.leaf:
            score += bool(_cost_unit(head, place + 1, table))
    score += sum(_pairs(way, table)) + (NAMED if _missing(way, table) else 0)
    return score + _as_read(way, table) + _as_planned(way, table)


def _pairs(way: Sequence[Above], table: Table) -> Iterator[float]:
    """How well neighbours under one heading go together."""
    for place, (head, near) in enumerate(pairwise(way)):
        if near.span is head.span and head.leaf and near.leaf:
            lent = head.span is not None and head.span.phrase.holds == "money"
            least = LEAST_LENT if lent else LEAST_EACH
            yield _pair(head.leaf, near.leaf, table.columns[place], table.columns[place + 1], table, least)


def _fits(leaf: Heading, place: int, table: Table) -> float:
    """How well a column's numbers are what its heading says."""
    values = [v for v in table.columns[place] if v is not None]
    if not values:
        return 0.0
    holds = leaf.phrase.holds
    broken = sum(v != v.to_integral_value() for v in values) / len(values)
    if holds == "percent":
        above = sum(v > 100 for v in values) / len(values)
        return -6 * above + (2.0 if place in table.shares else 0.0) + min(broken, 0.5)
    score = -4.0 if place in table.shares else 0.0
    if leaf.name.startswith(collapsed_words().borne_out["total"]) or holds == "sum":
        score += 2.0 if _is_sum(place, table) else -0.5
    return score - (5 * broken if holds in {"count", "perhaps"} else 0.0)


def _pair(
    a: Heading, b: Heading, first: Column, second: Column, table: Table, least: Decimal = LEAST_EACH
) -> float:
    """Whether a count and money beside it can be of each other; a count stands first where nothing tells."""
    kinds = (a.phrase.holds, b.phrase.holds)
    if set(kinds) != {"count", "money"}:
        return 0.0
    counted, paid = (first, second) if kinds[0] == "count" else (second, first)
    money = a if kinds[0] == "money" else b
    scale = grammar().scale(money.text) if money.unit else grammar().scale(table.caption.lower())
    each = [p * scale / c for c, p in zip(counted, paid, strict=True) if c and p]
    if not each or (scale == 1 and not money.unit):
        return 0.5 if kinds[0] == "count" else 0.0
    likely = least <= median(each) <= MOST_EACH
    return (1.0 if likely else -2.0) + (0.5 if kinds[0] == "count" else 0.0)


def _as_read(way: Sequence[Above], table: Table) -> float:
    """What spanning headings are told in the order of the caption, and of their own lines.

    A topic above all other headings spans some.
    """
    first = min((h.leaf.places[0][0] for h in way if h.leaf and _is_plain(h.leaf)), default=0)
    above = sum(not h.span and bool(h.leaf) and _is_above(h.leaf, first) for h in way)
    spans = list(dict.fromkeys(h.span for h in way if h.span is not None))
    caption = table.caption.lower()
    score = -float(above)
    for a, b in combinations(spans, 2):
        told = caption.find(a.name), caption.find(b.name)
        if min(told) >= 0 and not before(a, b):
            score += 0.6 if told[0] < told[1] else -0.6
        score += 0.3 if a.places[0] < b.places[0] else -0.3
    return score


def _is_plain(leaf: Heading) -> bool:
    return bool(leaf.places) and leaf.phrase.kind != "topic"


def _is_above(leaf: Heading | None, first: int) -> bool:
    return leaf is not None and leaf.phrase.kind == "topic" and not leaf.unit and leaf.last[0] < first


def _side(head: Above) -> str:
    """Whether a column holds what was planned or what was done of it."""
    told = head.span or head.leaf
    return told.phrase.side if told else ""


def _as_planned(way: Sequence[Above], table: Table) -> float:
    """Whether what was done is no more than what was planned, and a percentage is of what was planned."""
    score = 0.0
    for part, whole in table.shares.values():
        score += (_side(way[whole]) == "planned") + (_side(way[part]) == "done")
        score -= (_side(way[part]) == "planned") + (_side(way[whole]) == "done")
    for (place, a), (other, b) in permutations(enumerate(way), 2):
        if (_side(a), _side(b)) != ("planned", "done"):
            continue
        if a.span and a.leaf and b.leaf and a.leaf.name != b.leaf.name:
            continue
        pairs = [(p, d) for p, d in zip(table.columns[place], table.columns[other], strict=True) if p and d]
        score += 0.7 if 2 * sum(d <= p for p, d in pairs) > len(pairs) else -0.7
    return score


def _is_sum(place: int, table: Table) -> bool:
    """Whether a column is the sum of others that are no percentages, on most lines."""
    others = [n for n in range(len(table.columns)) if n != place and n not in table.shares]
    for parts in (others, others[:-1], others[1:]):
        told = held = 0
        for line, total in enumerate(table.columns[place]):
            known = [v for n in parts if (v := table.columns[n][line]) is not None]
            if total and len(known) > 1:
                told, held = told + 1, held + (sum(known, Decimal(0)) == total)
        if held > 1 and held >= LEAST_ALIKE * told:
            return True
    return False
