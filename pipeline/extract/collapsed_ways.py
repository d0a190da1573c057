"""The ways in which headings may stand over a table's columns, where their lines stand interleaved.

A heading stands left of another where it does on every line that both have words on; headings that repeat
stand under headings that span them. What these leave open is for ``collapsed_heads`` to decide.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, islice, permutations, product

from pipeline.extract.collapsed_page import Heading

MOST_WAYS = 400
"""Ways to order headings that are tried: where there are more, nothing is sure."""
MOST_TRIED = 4000
"""The same with those that some line speaks against: work stays bounded."""
MOST_OUTLINES = 60
"""Choices of headings that may span others."""
MOST_NAMES = 4
"""Headings under each that spans some."""
MOST_SPANS = 4
"""Headings that may span others."""
MOST_CUT = 3
"""Headings that may be illegible under some of the headings that span them."""
MOST_GROUPS = 6
"""Headings side by side whose order is tried; more must be told by their lines."""


@dataclass(frozen=True, slots=True)
class Above:
    """What stands over a column: ``leaf`` over it alone, ``span`` over others too; None: unknown.

    Before the names under a spanning heading are laid, it stands for them with no ``leaf``.
    """

    span: Heading | None
    leaf: Heading | None


def ways_of(headings: Sequence[Heading], width: int) -> list[tuple[Above, ...]]:
    """The ways in which headings may stand over ``width`` columns and leave fewest of them unknown."""
    for unknown in (0, 1, 2):
        outlines = islice(_outlines(headings, width, unknown), MOST_OUTLINES)
        tried = [way for groups, names in outlines for way in islice(_orders(groups, names), MOST_WAYS + 1)]
        found = [way for way in tried if way is not None]
        if len(found) > MOST_WAYS or len(tried) > MOST_TRIED:
            return []
        if found:
            return found
    return []


def _outlines(
    found: Sequence[Heading], width: int, unknown: int
) -> Iterator[tuple[list[Above], dict[str, list[Heading | None]]]]:
    """Choices of spanning headings, and the headings under each of them by name, in reading order."""
    topics = [h for h in found if h.phrase.kind == "topic" and not h.unit][:MOST_SPANS]
    for count in range(max(len(found) - width, 0), len(topics) + 1):
        for spans in combinations(topics, count):
            leaves = [h for h in found if h not in spans]
            if not spans and _is_spanned(leaves):
                continue
            for names in _under(spans, leaves) if spans else [{}]:
                alone = [h for h in leaves if h.name not in names]
                lacking = width - len(spans) * len(names) - len(alone)
                groups = [*(Above(span, None) for span in spans), *(Above(None, h) for h in alone)]
                if lacking == 0 and unknown == 0:
                    yield groups, names
                elif spans and lacking == len(spans) > 1 and unknown == 1:
                    yield groups, {**names, "": [None] * count}
                elif 0 < lacking == unknown and len(alone) + len(names) > unknown:
                    yield [*groups, *[Above(None, None)] * lacking], names


def _under(spans: Sequence[Heading], leaves: Sequence[Heading]) -> Iterator[dict[str, list[Heading | None]]]:
    """The headings that may stand under each of some spanning ones, by name; some are illegible."""
    counts = Counter(h.name for h in leaves)
    top = max(span.places[0][0] for span in spans)
    low = [h for h in leaves if h.last[0] > top and (len(spans) > 1 or h.phrase.kind != "topic")]
    full = dict.fromkeys(h.name for h in low if counts[h.name] == len(spans))
    if len(spans) == 1:
        under_it = [h for h in low if h.places[0][0] > top]
        if len(full) > 1 and len(under_it) == len(low):
            yield {name: [h for h in low if h.name == name] for name in full}
        return
    some = [h for h in low if counts[h.name] < len(spans) and h.phrase.kind != "topic"][:MOST_CUT]
    cut = list({h.name: h for h in some})
    for count in range(len(cut) + 1):
        for names in combinations(cut, count):
            if not full and not names:
                continue
            under: dict[str, list[Heading | None]] = {
                name: [h for h in leaves if h.name == name] for name in full
            }
            for filled in product(*(_filled(name, leaves, len(spans)) for name in names)):
                yield {**under, **dict(zip(names, filled, strict=True))}


def _filled(name: str, leaves: Sequence[Heading], count: int) -> Iterator[list[Heading | None]]:
    """A heading's places under spanning ones, where it is illegible under some: each choice of these."""
    legible = [h for h in leaves if h.name == name]
    lost = replace(legible[0], places=(), tail=())
    for at in combinations(range(count), len(legible)):
        found: list[Heading | None] = [lost] * count
        for place, heading in zip(at, legible, strict=True):
            found[place] = heading
        yield found


def _is_spanned(leaves: Sequence[Heading]) -> bool:
    """Whether headings repeat below as many topics: these span them, whatever the number of columns."""
    counts = Counter(h.name for h in leaves if h.phrase.kind != "topic")
    most = max(counts.values(), default=0)
    first = min((h.places[0][0] for h in leaves if counts[h.name] == most), default=0)
    above = [h for h in leaves if h.phrase.kind == "topic" and not h.unit and h.places[0][0] < first]
    return most > 1 and len(above) >= most


def _orders(
    groups: Sequence[Above], names: Mapping[str, Sequence[Heading | None]]
) -> Iterator[tuple[Above, ...] | None]:
    """Orders of the headings; None for one that some line speaks against."""
    if len(names) > MOST_NAMES:
        return
    under = [order for order in permutations(names) if not _against_names(order, names)]
    tried = _ordered(list(groups), []) if len(groups) <= MOST_GROUPS else _chained(list(groups))
    for ordered in tried:
        for order in under:
            way: list[Above] = []
            spans = 0
            for group in ordered:
                if group.span is None:
                    way.append(Above(None, group.leaf))
                    continue
                way += [Above(group.span, names[name][spans]) for name in order]
                spans += 1
            yield None if _is_crossed(way) else tuple(way)


def _ordered(left: list[Above], done: list[Above]) -> Iterator[list[Above]]:
    if not left:
        yield done
        return
    for group in dict.fromkeys(left):
        rest = list(left)
        rest.remove(group)
        if not any(before(_own(other), _own(group)) < 0 for other in done):
            yield from _ordered(rest, [*done, group])


def _chained(left: list[Above]) -> Iterator[list[Above]]:
    """The one order in which each stands left of all that follow; none where lines leave it open."""
    done: list[Above] = []
    while left:
        behind = [
            g for g in left if any(before(_own(other), _own(g)) > 0 for other in left if other is not g)
        ]
        first = [g for g in left if g not in behind]
        if len(first) != 1:
            return
        done.append(first[0])
        left.remove(first[0])
    yield done


def _own(group: Above) -> Heading | None:
    return group.span or group.leaf


def _against_names(order: Sequence[str], names: Mapping[str, Sequence[Heading | None]]) -> bool:
    return any(
        before(a, b) < 0
        for first, second in combinations(order, 2)
        for a, b in zip(names[first], names[second], strict=False)
    )


def _is_crossed(way: Sequence[Above]) -> bool:
    """Whether a heading stands before one that some line has it behind."""
    for a, b in combinations(way, 2):
        if before(a.leaf, b.leaf) < 0:
            return True
        if a.span is not b.span and (
            before(a.span, b.leaf) < 0 or before(a.leaf, b.span) < 0 or before(a.span, b.span) < 0
        ):
            return True
    return False


def before(a: Heading | None, b: Heading | None) -> int:
    """1 where lines that both stand on have ``a`` before ``b``, -1 where behind, 0 where none tells."""
    if a is None or b is None:
        return 0
    # equal units may be each other's: where one stands says nothing of a column that has no name
    if a.unit and a.unit == b.unit and not (a.phrase.words and b.phrase.words):
        return 0
    for own, other in ((a.places, b.places), ((*a.places, *a.tail), (*b.places, *b.tail))):
        told = 0
        lines = dict(own)
        for line, word in other:
            if line in lines:
                told += 1 if lines[line] < word else -1
        if told:
            return 1 if told > 0 else -1
    return 0
