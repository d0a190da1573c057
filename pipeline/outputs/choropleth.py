"""A map coloured by one figure, drawn as SVG of ours; it says which figures are not on it, and why."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from pipeline.errors import UsageError
from pipeline.language.gazetteer import Edition, Gazetteer, Level
from pipeline.outputs.geojson import Shape
from pipeline.outputs.html import Html, both, join, number, spelled, tag

CLASSES = ("#deebf7", "#b3cde3", "#7fb0d6", "#3f85bd", "#14568f")
"""From little to much: one hue, growing darker, told apart in grey print and by the colour-blind as well."""
NOTHING = "#f2f2f2"
_WIDE, _HIGH = 700.0, 900.0
_MOST_POINTS = 40_000
"""Of all outlines together, some hundred kilobytes of page; a finer map is drawn coarser."""
_WIDTHS: Mapping[Level, int] = {"province": 2, "district": 3, "commune": 5}
"""Digits of a code, which a file with numbers in place of texts has lost."""


@dataclass(frozen=True)
class Map:
    """A map joined to the official list.

    Attributes:
        level, edition: the list that most of its codes are of.
        outlines: an SVG path a unit, by official code; empty for a shape without a geometry.
        names: by code.
        unknown: shapes whose code is not in that list.
        width, height: of the drawing.
    """

    level: Level
    edition: Edition
    outlines: Mapping[str, str]
    names: Mapping[str, str]
    unknown: int
    width: float
    height: float

    def code(self, province: str, district: str, commune: str, edition: str) -> str:
        """The code on the map of a place with these codes; empty where it is not there."""
        code = commune or district or province
        return "" if self.why_not(province, district, commune, edition) else code

    def why_not(self, province: str, district: str, commune: str, edition: str) -> str:
        """Why a place is not on the map, by its name in ``_WHY``; empty where it is."""
        level: Level = "commune" if commune else "district" if district else "province"
        code = commune or district or province
        if not code:
            return "no_code"
        if edition != self.edition:
            return "edition"
        if level != self.level:
            return "level"
        return "" if code in self.outlines else "not_drawn"


def made_of(given: Sequence[Shape], official: Gazetteer, told: Collection[tuple[str, str]]) -> Map:
    """Find the official list that a map is of, and draw its outlines.

    Args:
        given: the shapes.
        official: all lists.
        told: code and edition of the places that there are figures of. The lists share codes: a map of few
            units may be of either, and is then of that which the figures are of.

    Raises:
        UsageError: no code of the official lists is in it.
    """
    level, edition = _list_of(given, official, told)
    units = {u.code: u.name for u in official.units if (u.level, u.edition) == (level, edition)}
    known = [(_padded(shape.code, level), shape) for shape in given]
    here = [(unit, shape) for unit, shape in known if unit in units]
    place = _projection([ring for _, shape in here for ring in shape.rings])
    outlines: dict[str, str] = {}
    for unit, shape in here:
        outlines[unit] = outlines.get(unit, "") + "".join(place.path(ring) for ring in shape.rings)
    names = {unit: units[unit] for unit in outlines}
    return Map(level, edition, outlines, names, len(given) - len(here), place.width, place.height)


def _list_of(
    given: Sequence[Shape], official: Gazetteer, told: Collection[tuple[str, str]]
) -> tuple[Level, Edition]:
    """The list that most shapes are of; of equals that of more places, then the fuller one."""
    lists: dict[tuple[Level, Edition], set[str]] = {}
    for unit in official.units:
        lists.setdefault((unit.level, unit.edition), set()).add(unit.code)

    def fit(which: tuple[Level, Edition]) -> tuple[int, int, float]:
        found = {_padded(shape.code, which[0]) for shape in given} & lists[which]
        return len(found), sum((code, which[1]) in told for code in found), len(found) / len(lists[which])

    best = max(sorted(lists), key=fit)
    if not fit(best)[0]:
        codes = ", ".join(shape.code[:20] for shape in given[:3])
        message = (
            f"no code of the map ({codes} …) is one of the official lists; name the property that has the "
            "statistics office's codes with --map-code"
        )
        raise UsageError(message)
    return best


def _padded(code: str, level: Level) -> str:
    """A code with the zeros that a number has lost."""
    return code.zfill(_WIDTHS[level]) if code.isascii() and code.isdecimal() else code


@dataclass(frozen=True)
class _Projection:
    """Degrees to the drawing: plate carrée, shrunk in x as the middle latitude is."""

    left: float
    top: float
    across: float
    scale: float
    width: float
    height: float
    step: float

    def path(self, ring: Sequence[tuple[float, float]]) -> str:
        """An outline; points nearer to the last one than a step are left out, but never the whole ring."""
        kept: list[tuple[float, float]] = []
        for x, y in ring:
            at = ((x - self.left) * self.across * self.scale, (self.top - y) * self.scale)
            if not kept or abs(at[0] - kept[-1][0]) + abs(at[1] - kept[-1][1]) >= self.step:
                kept.append(at)
        if not kept:
            return ""
        return f"M{'L'.join(f'{x:.1f} {y:.1f}' for x, y in kept)}Z"


def _projection(rings: Sequence[Sequence[tuple[float, float]]]) -> _Projection:
    points = [point for ring in rings for point in ring] or [(0.0, 0.0)]
    left, right = min(x for x, _ in points), max(x for x, _ in points)
    low, top = min(y for _, y in points), max(y for _, y in points)
    across = math.cos(math.radians((low + top) / 2))
    wide, high = max((right - left) * across, 1e-6), max(top - low, 1e-6)
    scale = min(_WIDE / wide, _HIGH / high)
    # of n points along an outline that is drawn with n / k, each k-th is kept at a step k times as long
    step = 0.5 * max(1.0, len(points) / _MOST_POINTS)
    return _Projection(left, top, across, scale, wide * scale, high * scale, step)


def drawn(on: Map, title: str, values: Mapping[str, float], links: Mapping[str, str]) -> Html:
    """The map with its legend: every unit says its name and value, and leads where ``links`` say."""
    limits = _limits(list(values.values()))
    made = []
    for code, outline in on.outlines.items():
        value = values.get(code)
        told = join(on.names[code], ": ", number(value) if value is not None else both("không có", "none"))
        fill = NOTHING if value is None else CLASSES[_class(value, limits)]
        shape = tag("path", tag("title", _plain(told)), d=outline, fill=fill, stroke="#46525e")
        made.append(tag("a", shape, href=links[code], aria_label=on.names[code]) if code in links else shape)
    picture = tag(
        "svg",
        *made,
        viewBox=f"0 0 {on.width:.0f} {on.height:.0f}",
        role="group",
        aria_label=title,
        class_="map",
    )
    marks = [tag("span", tag("i", style=f"background:{NOTHING}"), both("không có số liệu", "no figure"))]
    for (low, high), colour in zip(_steps(limits), CLASSES, strict=False):
        marks.append(tag("span", tag("i", style=f"background:{colour}"), number(low), "–", number(high)))
    return join(picture, tag("p", *marks, class_="legend"))


def _plain(text: Html) -> str:
    """The Vietnamese of a text in both languages: a title in SVG takes no markup."""
    import html
    import re

    return html.unescape(re.sub(r'<span lang="en">.*?</span>|<[^>]+>', "", text))


def _limits(values: Sequence[float]) -> list[float]:
    """The least value and the upper ends of as many classes of like size as there are values for."""
    ordered = sorted(values)
    if not ordered:
        return []
    ends = [ordered[-(-len(ordered) * k // len(CLASSES)) - 1] for k in range(1, len(CLASSES) + 1)]
    return [ordered[0], *(end for end, _ in groupby(ends))]


def _class(value: float, limits: Sequence[float]) -> int:
    return next(k for k, end in enumerate(limits[1:]) if value <= end)


def _steps(limits: Sequence[float]) -> Iterable[tuple[float, float]]:
    return pairwise(limits)


@dataclass(frozen=True)
class Placed:
    """A place's figure.

    Attributes:
        name: of the place.
        province, district, commune, edition: its official codes; empty where unknown.
        value: its number.
        figures: how many figures it is of.
        rows: numbers of the rows that it is of.
    """

    name: str
    province: str
    district: str
    commune: str
    edition: str
    value: float
    figures: int
    rows: tuple[int, ...]


def joined(on: Map, places: Iterable[Placed]) -> tuple[dict[str, Placed], Html | None]:
    """The places that are on the map, by code, and what is to be said of the others; None where all are.

    Nothing is added up: of two places with one code the first is taken.
    """
    found: dict[str, Placed] = {}
    why, names = Counter[str](), set[str]()
    for place in places:
        codes = (place.province, place.district, place.commune, place.edition)
        code = on.code(*codes)
        reason = ("again" if code in found else "") if code else on.why_not(*codes)
        if reason:
            why[reason] += 1
            names.add(place.name)
        else:
            found[code] = place
    if not why:
        return found, None
    some, more = ", ".join(sorted(names)[:_NAMED]), len(names) - _NAMED
    vi, en = (
        "; ".join(f"{spelled(n)[k]} {_WHY[reason][k]}" for reason, n in why.most_common()) for k in (0, 1)
    )
    rest = both(f" và {spelled(more)[0]} nơi nữa", f" and {spelled(more)[1]} more") if more > 0 else None
    told = both(f"Không có trên bản đồ: {vi}: ", f"Not on the map: {en}: ")
    return found, join(told, some, rest, ".")


_NAMED = 12
"""Places that are named as not on the map; the others are counted."""
_WHY = {
    "no_code": ("không rõ mã", "without a code"),
    "edition": (
        "thuộc danh mục khác (trước hoặc từ 1/7/2025)",
        "of the other list (before or since 1 July 2025)",
    ),
    "level": ("thuộc cấp khác", "of another level"),
    "again": ("là tên khác của đơn vị đã vẽ", "another name of a unit that is drawn"),
    "not_drawn": ("không có trong tệp bản đồ", "not in the map's file"),
}
