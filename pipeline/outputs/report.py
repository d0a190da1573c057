"""``hoso report``: one page that says what was read and how well, and leads from each number to its evidence.

The page needs nothing from elsewhere: no script, no font, no picture; a policy in its head forbids them. All
text of documents is escaped. However large OUT is, the page stays within the limits below, and says what it
does not show and where that stands.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

from pipeline.language.gazetteer import gazetteer
from pipeline.outputs import charts, choropleth, geojson, source
from pipeline.outputs.export import put
from pipeline.outputs.html import Html, both, join, number, spelled, table, tag
from pipeline.outputs.report_figures import figures
from pipeline.outputs.reported import (
    MOST_DOUBTS,
    MOST_EVIDENCE,
    MOST_FAILURES,
    Page,
    Row,
    label,
    name_of,
)
from pipeline.outputs.source import Source
from pipeline.outputs.sqlite import fill
from pipeline.outputs.style import STYLE
from pipeline.outputs.views import additive, levels
from pipeline.tables import writer
from pipeline.tables.schema import TableSchema

COLOURS = {
    "ok": charts.GREEN,
    "partial": charts.ORANGE,
    "failed": charts.RED,
    "text_layer": charts.BLUE,
    "ocr": charts.TEAL,
    "text_file": charts.VIOLET,
    "mixed": charts.BROWN,
    "good": charts.GREEN,
    "none": charts.BLUE,
    "legacy": charts.TEAL,
    "partly_ruined": charts.ORANGE,
    "ruined": charts.RED,
    "contradicted": charts.VIOLET,
    "stamp_only": charts.BROWN,
}
"""What is well is green, what failed red; what is unknown is grey."""


def report(
    out: Path, target: Path | None = None, on_map: Path | None = None, map_code: str | None = None
) -> Path:
    """Write the page.

    Args:
        out: what ``hoso extract`` wrote.
        target: where the page goes; ``OUT/report.html`` by default.
        on_map: a GeoJSON file of provinces, districts or communes to draw figures on.
        map_code: the property of its shapes that has the official code.

    Returns:
        The page's place.

    Raises:
        UsageError: OUT was not written by ``hoso extract``; the map cannot be used.
        OutputError: OUT is in use or written in part, or the page cannot be written.
    """
    place = target or out / "report.html"
    shapes = geojson.shapes(on_map, map_code) if on_map else []
    with (
        source.opened(out) as found,
        writer.clear_errors(place),
        closing(sqlite3.connect("")) as database,
    ):
        fill(found, database, computed=True)
        as_rows(database)
        over = choropleth.made_of(shapes, gazetteer(), _coded(database)) if shapes else None
        put(place, page(found, database, place.parent, over).encode("utf-8"))
    return place


def _coded(database: sqlite3.Connection) -> set[tuple[str, str]]:
    """Code and edition of all places that have a code."""
    select = (
        "SELECT DISTINCT COALESCE(commune_code, district_code, province_code) AS code, code_edition "
        "FROM coverage_places WHERE code_edition IS NOT NULL"
    )
    return {(row["code"], row["code_edition"]) for row in database.execute(select)}


def as_rows(database: sqlite3.Connection) -> None:
    """Let a database answer with a dictionary a row."""
    database.row_factory = lambda cursor, row: dict(zip((c[0] for c in cursor.description), row, strict=True))


def page(
    found: Source, database: sqlite3.Connection, beside: Path, over: choropleth.Map | None = None
) -> str:
    """The whole page; ``beside``: the folder it will lie in, from which links to files lead."""
    made = Page(found, database, beside, over)
    # in the order of worth: where there is not room for all evidence, doubts have theirs
    doubts = _doubts(made)
    parts = [_overview(made), figures(made), _failures(made), doubts, _evidence(made)]
    title = both("Báo cáo đọc hồ sơ", "What was read")
    menu = [
        tag("a", both(*name), href=f"#{at}")
        for at, name in (
            ("read", ("Đã đọc gì", "What was read")),
            ("figures", ("Số liệu", "Figures")),
            ("failed", ("Không đọc được", "What failed")),
            ("doubts", ("Xem lại trước", "Review first")),
            ("evidence", ("Chứng cứ", "Evidence")),
        )
    ]
    body = join(
        Html('<input type="radio" name="lang" id="vi" checked><label for="vi">Tiếng Việt</label>'),
        Html('<input type="radio" name="lang" id="en"><label for="en">English</label>'),
        tag("main", tag("h1", title), _about(), tag("nav", *menu), *parts),
    )
    policy = "default-src 'none'; style-src 'unsafe-inline'"
    head = join(
        Html('<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'),
        Html(f'<meta http-equiv="Content-Security-Policy" content="{policy}">'),
        tag("title", "hoso"),
        Html(f"<style>{STYLE}</style>"),
    )
    return f'<!doctype html>\n<html lang="vi"><head>{head}</head>\n<body>{body}</body></html>\n'


def _about() -> Html:
    return tag(
        "p",
        both(
            "Trang này do hoso lập từ các báo cáo giảm nghèo đã đọc: quét ảnh thành chữ, phục hồi dấu và "
            "lấy ra số liệu. Bấm vào một con số để xem câu, trang và vị trí mà nó được đọc ra. Máy có thể "
            "đọc sai: độ tin cậy là xác suất (0-1) cả dòng đúng.",
            "hoso made this page of reports on poverty reduction: scans were read, their letters restored, "
            "figures taken out. Follow a number to the sentence, page and place that it was read from. A "
            "machine misreads: confidence is the probability (0-1) that a whole row is right.",
        ),
        class_="about",
    )


def _overview(made: Page) -> Html:
    documents = made.ask("SELECT * FROM coverage_documents")
    pages = made.ask("SELECT * FROM coverage_pages")
    schema = made.source.schemas

    def total(rows: Iterable[Row], column: str) -> float:
        return sum(float(row[column] or 0) for row in rows)

    def by(rows: Sequence[Row], table_name: str, column: str, counted: str) -> list[tuple[Html, float, int]]:
        codes = next(c for c in schema[table_name].columns if c.name == column).codes
        sums: dict[str, float] = {}
        for row in rows:
            key = str(row[column] or "")
            sums[key] = sums.get(key, 0) + float(row[counted] or 0)
        ordered = sorted(
            sums.items(), key=lambda item: list(codes).index(item[0]) if item[0] in codes else 99
        )
        return [
            (
                both(codes[k].vi, codes[k].en) if k in codes else both("không rõ", "unknown"),
                n,
                COLOURS.get(k, charts.GREY),
            )
            for k, n in ordered
        ]

    every = [f'SELECT confidence FROM "{schema.name}"' for schema in made.source.figures]
    found = made.ask(
        f"SELECT COUNT(*) AS n, ROUND(AVG(confidence), 2) AS sure FROM ({' UNION ALL '.join(every)})"
    )[0]
    copies = total((r for r in documents if not r["counted"]), "documents")
    left = made.ask("SELECT COUNT(*) AS n FROM unclaimed")[0]["n"]
    tiles = [
        (total(documents, "documents"), ("tệp", "files")),
        (copies, ("tệp trùng, không tính", "of them copies, not counted")),
        (total(documents, "pages"), ("trang", "pages")),
        (total(documents, "pages_failed"), ("trang không đọc được", "pages that failed")),
        (found["n"], ("số liệu", "figures")),
        (left, ("số chưa dòng nào nhận", "numbers that no row took")),
    ]
    cards = [tag("div", tag("b", number(n)), both(*name), class_="tile") for n, name in tiles]
    verdicts = by(pages, "pages", "layer_verdict", "pages")
    return tag(
        "section",
        tag("h2", both("Đã đọc gì, tốt đến đâu", "What was read, and how well")),
        tag("div", *cards, class_="tiles"),
        tag("h3", both("Tệp theo kết quả đọc", "Files by how they could be read")),
        charts.split("read_status", by(documents, "documents", "read_status", "documents")),
        tag("h3", both("Trang theo nguồn chữ", "Pages by where their text is from")),
        charts.split("text_source", by(pages, "pages", "text_source", "pages")),
        tag("h3", both("Trang theo lớp chữ sẵn có", "Pages by the verdict on their own text layer")),
        charts.split("layer_verdict", verdicts),
        tag(
            "p",
            both("Độ tin cậy trung bình của số liệu: ", "Mean confidence of the figures: "),
            number(found["sure"]),
            both(
                ". Số chưa dòng nào nhận nằm ở tables/unclaimed.csv, kèm lý do.",
                ". Numbers that no row took stand in tables/unclaimed.csv, with the reason.",
            ),
        ),
        id="read",
    )


def _failures(made: Page) -> Html:
    rows = made.ask("SELECT * FROM failures ORDER BY rowid LIMIT ?", MOST_FAILURES)
    schema = made.source.schemas["failures"]
    shown = [
        [
            join(str(r["source_file"])),
            number(r["page"]),
            label(schema, "stage", r["stage"]),
            join(str(r["code"])),
            join(str(r["message"])),
        ]
        for r in rows
    ]
    heads = [name_of(schema, name) for name in ("source_file", "page", "stage", "code", "message")]
    rest = made.count("failures") - len(shown)
    vi, en = spelled(rest)
    return tag(
        "section",
        tag("h2", both("Không đọc được", "What failed")),
        table(heads, shown, frozenset({1})) if shown else tag("p", both("Không có gì.", "Nothing.")),
        tag("p", both(f"… và {vi} dòng nữa trong failures.csv", f"… and {en} more in failures.csv"))
        if rest
        else None,
        id="failed",
    )


def _doubts(made: Page) -> Html:
    """Figures that count, by their doubt times their share of the largest figure of the same column."""
    found: list[tuple[float, str, Row, TableSchema, str]] = []
    counting = 0
    for schema in made.source.figures:
        numbers = additive(schema) or levels(schema)[:1]
        column = next((n for n in numbers if n.endswith("_vnd")), numbers[0])
        told = ", ".join(f'"{name}"' for name in numbers)
        share = f'COALESCE(1.0 * "{column}" / NULLIF(MAX(ABS("{column}")) OVER (), 0), 0)'
        for row in made.ask(
            f"SELECT row_id, place, year, {told}, confidence, flags, quote, "
            f"(1 - COALESCE(confidence, 0)) * (0.25 + {share}) AS doubt "
            f"FROM {schema.name}_rows WHERE left_out IS NULL ORDER BY doubt DESC, row_id LIMIT ?",
            MOST_DOUBTS,
        ):
            shown = next((name for name in (column, *numbers) if row[name] is not None), "")
            found.append((-float(row["doubt"] or 0), str(row["row_id"]), row, schema, shown))
        counting += made.count(f"{schema.name}_rows WHERE left_out IS NULL")
    found.sort(key=lambda item: item[:2])
    body = [
        [
            made.refer(row_id, schema.name, row_id),
            both(schema.title.vi, schema.title.en),
            join(str(row["place"] or "")),
            join(str(row["year"] or "")),
            join(name_of(schema, shown), ": ", number(row[shown])) if shown else both("trống", "empty"),
            number(row["confidence"]),
            join(str(row["flags"] or "")),
            join(_short(str(row["quote"] or ""), 160)),
        ]
        for _, row_id, row, schema, shown in found[:MOST_DOUBTS]
    ]
    heads = [both("Dòng", "Row"), both("Bảng", "Table"), both("Địa bàn", "Place"), both("Năm", "Year")]
    heads += [both("Số", "Number"), both("Tin cậy", "Confidence"), both("Dấu hiệu", "Flags")]
    heads.append(both("Trích dẫn", "Quote"))
    return tag(
        "section",
        tag("h2", both("Nên xem lại trước", "What to review first")),
        tag(
            "p",
            number(len(body)),
            both(" trong ", " of "),
            number(counting),
            both(
                " số liệu được tính, xếp theo mức nghi ngờ và tỷ trọng.",
                " figures that count, by doubt and by share.",
            ),
        ),
        table(heads, body, frozenset({3, 4, 5})),
        id="doubts",
    )


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _evidence(made: Page) -> Html:
    items = [_proof(made, row_id, made.source.schemas[name]) for row_id, name in made.shown.items()]
    full = len(made.shown) >= MOST_EVIDENCE
    return tag(
        "section",
        tag("h2", both("Chứng cứ", "Evidence")),
        tag(
            "p",
            both(
                "Vị trí: điểm (1/72 inch) từ góc trên bên trái của trang.",
                "Places: points (1/72 inch) from the page's top left.",
            ),
        ),
        tag("p", both("Còn nữa: tables/evidence.csv.", "More: tables/evidence.csv.")) if full else None,
        *items,
        id="evidence",
    )


def _proof(made: Page, row_id: str, schema: TableSchema) -> Html:
    row = made.ask(f'SELECT * FROM "{schema.name}" WHERE row_id = ?', row_id)[0]
    places = made.ask("SELECT * FROM evidence WHERE row_id = ? ORDER BY mention, page, start LIMIT 8", row_id)
    marks = [
        tag(
            "li",
            name_of(schema, str(p["column"])) if str(p["column"]) in schema.names else join(str(p["column"])),
            ": ",
            tag("b", str(p["restored"] or p["raw"] or "")),
            both(f" · trang {p['page']}", f" · page {p['page']}") if p["page"] else None,
            both(f" · vị trí {p['bbox']}", f" · at {p['bbox']}") if p["bbox"] else None,
        )
        for p in places
    ]
    link = _file(made, str(row["source_file"]), row["page"])
    told = [
        both(schema.title.vi, schema.title.en),
        " · ",
        link,
        both(f" · trang {row['page']}", f" · page {row['page']}") if row["page"] else None,
        both(" · tin cậy ", " · confidence "),
        number(row["confidence"]),
        f" · {row['flags']}" if row["flags"] else None,
    ]
    text = (
        tag("a", both("văn bản", "text"), href=f"text/{row['doc_id']}.txt")
        if made.beside.resolve() == made.source.folder.resolve()
        else None
    )
    return tag(
        "div",
        tag("p", tag("code", row_id), " ", *told, " · " if text else None, text),
        tag("blockquote", _short(str(row["quote"] or ""), 1200)),
        tag("ul", *marks),
        id=row_id,
        class_="proof",
    )


def _file(made: Page, name: str, page_number: object) -> Html:
    """The source file's name, a link where it still lies where it was read."""
    # as it was typed: from where hoso extract ran, mostly a folder above OUT
    bases = (*made.source.folder.resolve().parents, Path.cwd())
    typed = [base / str(given) for given in made.source.run.get("inputs", ()) for base in bases]
    for given in typed:
        place = given / name if given.is_dir() else given.parent / name
        if place.is_file():
            way = Path(os.path.relpath(place.resolve(), made.beside.resolve())).as_posix()
            there = f"#page={page_number}" if page_number and place.suffix.lower() == ".pdf" else ""
            return tag("a", name, href=quote(way) + there)
    return join(name)
