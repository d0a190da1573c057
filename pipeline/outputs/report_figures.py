"""The report's figures by place and year: charts, what they leave out, and the sums with their figures."""

from __future__ import annotations

import json
from collections.abc import Iterable

from pipeline.outputs import charts
from pipeline.outputs.html import Html, both, join, number, spelled, table, tag
from pipeline.outputs.measured import Measured, measured
from pipeline.outputs.report_maps import maps
from pipeline.outputs.reported import (
    LINKS,
    MOST_BARS,
    MOST_CHARTS,
    MOST_YEARLY,
    Page,
    Row,
    anchor,
    label,
    name_of,
    place_of,
)
from pipeline.outputs.views import REASONS, additive, dimensions, levels
from pipeline.tables.schema import TableSchema

_WHY = {
    "duplicate": ("thuộc văn bản trùng", "of duplicate documents"),
    "part": ("nằm trong dòng khác", "inside another row"),
    "no_period": ("không rõ kỳ", "without a period"),
    "several_years": ("của nhiều năm", "of several years"),
    "covered": (
        "đã có báo cáo khác nói về cùng nơi, cùng năm",
        "covered by another report on the same place and year",
    ),
}


def figures(made: Page) -> Html:
    """The section of figures: a part for each table that has any."""
    parts = [_table_figures(made, schema) for schema in made.source.figures]
    return tag(
        "section",
        tag("h2", both("Số liệu theo địa bàn và năm", "Figures by place and year")),
        tag(
            "p",
            both(
                "Mỗi số liệu được tính một lần. Không cộng các địa bàn với nhau: số của xã nằm trong số của "
                "huyện.",
                "Every figure counts once. Do not add places: a commune's figures stand in its district's "
                "too.",
            ),
        ),
        *parts,
        id="figures",
    )


def _table_figures(made: Page, schema: TableSchema) -> Html | None:
    why = {
        str(row["left_out"]): row["n"]
        for row in made.ask(
            f"SELECT COALESCE(left_out, '') AS left_out, COUNT(*) AS n FROM {schema.name}_rows GROUP BY 1"
        )
    }
    if not why:
        return None
    numbers = additive(schema) or [n for n in levels(schema) if n == "value"] or levels(schema)[:1]
    rows = made.ask(f"SELECT * FROM {schema.name}_yearly")
    rows.sort(
        key=lambda r: (
            [str(r[k] or "") for k in ("place_key", "year", "status")] + [json.dumps(r, default=str)]
        )
    )
    left = [both(*_WHY[reason]) for reason in REASONS if why.get(reason)]
    counts = [why[reason] for reason in REASONS if why.get(reason)]
    out = join(
        *(
            join("; " if i else "", number(n), " ", name)
            for i, (n, name) in enumerate(zip(counts, left, strict=True))
        )
    )
    told = tag(
        "p",
        both("Không tính ở đây: ", "Left out here: "),
        out if left else both("không có gì", "nothing"),
        both(f". Tất cả nằm ở {schema.path}.", f". All of it stands in {schema.path}."),
        class_="left",
    )
    drawn: set[int] = set()
    of = measured(made, schema, numbers, rows)
    charts_made = [*_charts(of, drawn), *maps(made, of, rows, drawn)]
    return tag(
        "article",
        tag("h3", both(schema.title.vi, schema.title.en)),
        *charts_made,
        told,
        _yearly(made, schema, numbers, rows, drawn),
    )


def _charts(of: Measured, led_to: set[int]) -> Iterable[Html]:
    """A chart a kind of figure, by place and year; ``led_to`` gets the rows to which its values lead."""
    for kind, found in of.groups[:MOST_CHARTS]:
        ordered = sorted(found.items(), key=lambda item: -of.value(item[1]))[:MOST_BARS]
        ordered.sort(key=lambda item: (item[0][0], item[0][1] or 0))
        places = sorted({place for (place, _), _ in ordered})
        drawn = []
        for (place, year), values in ordered:
            value = of.value(values)
            led_to.update(where for where, _ in values)
            link = f"#{anchor(of.schema, values[0][0])}"
            drawn.append(charts.Bar(f"{place} {year}", value, of.shown(value), link, places.index(place)))
        hidden = len(found) - len(ordered)
        vi, en = spelled(hidden)
        caption = join(
            of.caption(kind),
            both(f"; {vi} cột nhỏ hơn không vẽ", f"; {en} smaller bars are not drawn") if hidden else None,
        )
        yield tag("figure", tag("figcaption", caption), charts.bars(f"{of.schema.name} {of.column}", drawn))
    others = of.groups[MOST_CHARTS:]
    left = [
        (
            of.plans,
            "tổng kế hoạch hoặc đề nghị",
            "sums of plans or requests",
        ),
        (
            sum(len(found) for _, found in others),
            f"cột của {len(others)} loại khác",
            f"bars of {len(others)} other kinds",
        ),
        (
            0 if additive(of.schema) else sum(len(v) - 1 for _, found in of.groups for v in found.values()),
            "giá trị khác của cùng địa bàn và năm",
            "other values of the same place and year",
        ),
    ]
    said = [(spelled(n), vi, en) for n, vi, en in left if n]
    if said:
        yield tag(
            "p",
            both(
                f"Biểu đồ chỉ vẽ số đã thực hiện; không vẽ: {'; '.join(f'{n[0]} {v}' for n, v, _ in said)}.",
                f"Charts show what was done; not drawn: {'; '.join(f'{n[1]} {e}' for n, _, e in said)}.",
            ),
            class_="left",
        )


def _yearly(made: Page, schema: TableSchema, numbers: list[str], rows: list[Row], wanted: set[int]) -> Html:
    """The sums with links to their figures: those that charts lead to, and others while there is room."""
    chosen = sorted(
        sorted(range(len(rows)), key=lambda at: (at not in wanted, at))[: max(MOST_YEARLY, len(wanted))]
    )
    details = dimensions(schema)
    keys = ["place_key", "year", "status", "beneficiary", *details]
    heads = [
        name_of(schema, "place"),
        both("Năm", "Year"),
        name_of(schema, "status"),
        name_of(schema, "beneficiary"),
    ]
    heads += [both("Chi tiết", "Detail"), *(name_of(schema, n) for n in numbers)]
    heads += [both("Tin cậy thấp nhất", "Least confidence"), both("Từ các dòng", "Of these rows")]
    body = []
    for at in chosen:
        row = rows[at]
        match = " AND ".join(f'"{k}" IS ?' for k in keys)
        of = made.ask(
            f"SELECT row_id, page, source_file FROM {schema.name}_rows WHERE left_out IS NULL AND {match} "
            "ORDER BY confidence, row_id",
            *(row[k] for k in keys),
        )
        links = [made.refer(str(f["row_id"]), schema.name, str(i)) for i, f in enumerate(of[:LINKS], 1)]
        if len(of) > LINKS:
            links.append(join(f"… ({len(of)})"))
        detail = [label(schema, d, row[d]) for d in details if row[d] is not None]
        first = tag("span", place_of(made, row), id=anchor(schema, at))
        body.append(
            [
                first,
                join(str(row["year"])),
                label(schema, "status", row["status"]),
                label(schema, "beneficiary", row["beneficiary"]),
                join(*(join(", " if i else "", d) for i, d in enumerate(detail))),
                *(number(row[n]) for n in numbers),
                number(row["least_confidence"]),
                join(*(join(" " if i else "", link) for i, link in enumerate(links))),
            ]
        )
    rest = len(rows) - len(body)
    vi, en = spelled(rest)
    more = both(f"… và {vi} dòng nữa: hoso export", f"… and {en} more rows: hoso export") if rest else None
    numeric = frozenset({1, *range(5, 6 + len(numbers))})
    inside = join(table(heads, body, numeric), tag("p", more) if more else None)
    summary = tag("summary", both(f"Bảng ({len(body)} dòng)", f"Table ({len(body)} rows)"))
    return tag("details", summary, inside, open="open")
