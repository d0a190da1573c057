"""The report's maps: of each table the kind and the year of which most places are on the map."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from pipeline.outputs.choropleth import Map, Placed, drawn, joined
from pipeline.outputs.html import Html, both, spelled, tag
from pipeline.outputs.measured import Measured
from pipeline.outputs.reported import MOST_LINKED, Page, Row, anchor


def maps(made: Page, of: Measured, rows: Sequence[Row], led_to: set[int]) -> Iterator[Html]:
    """A map where one was given; ``led_to`` gets the rows to which its units lead."""
    if made.over is None or not of.groups:
        return
    kind, found = of.groups[0]
    year = _year(made.over, [rows[values[0][0]] for values in found.values()])
    given = [
        _placed(of, rows[values[0][0]], place, values)
        for (place, its_year), values in found.items()
        if its_year == year
    ]
    # of two names of one unit the one with more figures is drawn
    given.sort(key=lambda one: -one.figures)
    values, told = joined(made.over, given)
    most = sorted(values, key=lambda code: -values[code].value)[:MOST_LINKED]
    led_to.update(at for code in most for at in values[code].rows)
    links = {code: f"#{anchor(of.schema, values[code].rows[0])}" for code in most}
    shown = {code: one.value for code, one in values.items()}
    vi, en = spelled(made.over.unknown)
    unknown = both(
        f" {vi} hình trong tệp bản đồ không có mã trong danh mục.", f" {en} shapes have no code of the list."
    )
    yield tag(
        "figure",
        tag("figcaption", of.caption(kind), f", {year}"),
        drawn(made.over, f"{of.schema.name} {of.column} {year}", shown, links) if shown else None,
        tag("p", told, unknown if made.over.unknown else None, class_="left"),
    )


def _year(over: Map, rows: Sequence[Row]) -> object:
    """The year of which most places are on the map, the latest of like ones."""
    placed = Counter(row["year"] for row in rows)
    here = Counter(row["year"] for row in rows if over.code(*_codes(row)))
    return max(placed, key=lambda year: (here[year], placed[year], year or 0))


def _placed(of: Measured, row: Row, place: str, values: Sequence[tuple[int, float]]) -> Placed:
    value = of.scaled(of.value(values))
    return Placed(place, *_codes(row), value, int(row["figures"] or 0), tuple(at for at, _ in values))


def _codes(row: Row) -> tuple[str, str, str, str]:
    names = ("province_code", "district_code", "commune_code", "code_edition")
    province, district, commune, edition = (str(row[name] or "") for name in names)
    return province, district, commune, edition
