"""Tables as people read them: headings and codes in words, units said, what to know before summing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

from pipeline.outputs.source import Source, Typed
from pipeline.tables.schema import Column, TableSchema, Text

Language = Literal["vi", "en"]


def told(text: Text, language: Language) -> str:
    """A text in one language."""
    return text.vi if language == "vi" else text.en


def headings(schema: TableSchema, language: Language) -> list[str]:
    """The titles of the columns; where two are alike the column's name tells them apart."""
    titles = [told(column.title, language) for column in schema.columns]
    return [
        f"{title} ({column.name})" if titles.count(title) > 1 else title
        for title, column in zip(titles, schema.columns, strict=True)
    ]


def rows(source: Source, schema: TableSchema, language: Language) -> Iterator[list[Typed]]:
    """The rows, codes as their labels (which are told apart within a column, as codes are)."""
    labels = [_labels(column, language) for column in schema.columns]
    for row in source.rows(schema.name):
        yield [
            known.get(value, value) if known and isinstance(value, str) else value
            for known, value in zip(labels, row, strict=True)
        ]


def _labels(column: Column, language: Language) -> dict[str, str]:
    labels = {code: told(label, language) for code, label in column.codes.items()}
    return labels if len(set(labels.values())) == len(labels) else {}


def unit(column: Column, language: Language) -> str:
    """What a column's numbers are in; empty where that is told in a column beside it, or is none."""
    if column.name.endswith("_vnd"):
        return "đồng" if language == "vi" else "VND"
    known = {
        "confidence": Text("0-1", "0-1"),
        "text_quality": Text("0-1", "0-1"),
        "ocr_confidence": Text("0-1", "0-1"),
        "percent_stated": Text("percent", "%"),
        "cards": Text("cards", "thẻ"),
        "houses": Text("houses", "nhà"),
        "pages": Text("pages", "trang"),
        "pages_failed": Text("pages", "trang"),
        "bbox": Text("points (1/72 inch)", "điểm (1/72 inch)"),
        "rotation": Text("degrees", "độ"),
    }
    return told(known[column.name], language) if column.name in known else ""


READ_FIRST = (
    Text(
        "Within one document a figure counts once: sum rows whose role is 'stands alone' or 'total of "
        "parts'; the others lie inside another row.",
        "Trong một văn bản mỗi số liệu được tính một lần: chỉ cộng các dòng có vai trò 'đứng riêng' hoặc "
        "'tổng số'; các dòng khác nằm trong dòng khác.",
    ),
    Text(
        "Keep plans and requests away from what was done: filter by status.",
        "Không cộng kế hoạch, đề nghị với kết quả đã thực hiện: hãy lọc theo tình trạng.",
    ),
    Text(
        "Figures of different documents overlap (a commune's stand in its district's, seven months' in the "
        "year's): the sheet of yearly sums takes one report for a place and a year, and never adds places.",
        "Số liệu của các văn bản khác nhau chồng lên nhau (số của xã nằm trong số của huyện, số bảy tháng "
        "nằm trong số cả năm): trang tổng theo năm chỉ lấy một báo cáo cho mỗi địa bàn, mỗi năm và không "
        "cộng các địa bàn với nhau.",
    ),
    Text(
        "An empty cell means unknown, not zero.",
        "Ô trống nghĩa là không rõ, không phải bằng không.",
    ),
    Text(
        "Confidence is the probability that the whole row is right; quote, page and place on the page say "
        "where to look.",
        "Độ tin cậy là xác suất cả dòng đúng; trích dẫn, trang và vị trí trên trang cho biết cần xem ở đâu.",
    ),
)
"""What to know before a sum is made."""


def sums_headings(language: Language) -> list[str]:
    """The columns of ``sums``."""
    vietnamese = [
        "Bảng",
        "Địa bàn",
        "Mã tỉnh",
        "Mã huyện",
        "Mã xã",
        "Năm",
        "Tình trạng",
        "Đối tượng",
        "Chi tiết",
    ]
    vietnamese += [
        "Chỉ tiêu",
        "Giá trị",
        "Đơn vị",
        "Từ ngày",
        "Đến ngày",
        "Số văn bản",
        "Độ tin cậy thấp nhất",
    ]
    english = [
        "Table",
        "Place",
        "Province code",
        "District code",
        "Commune code",
        "Year",
        "Status",
        "Beneficiary",
    ]
    english += ["Detail", "Measure", "Value", "Unit", "From", "To", "Documents", "Least confidence"]
    return vietnamese if language == "vi" else english


def sums(
    yearly: Sequence[dict[str, Typed]], schema: TableSchema, language: Language
) -> Iterator[list[Typed]]:
    """Rows of a ``_yearly`` view, a row for each number that is there (see ``views``)."""
    from pipeline.outputs.views import additive, dimensions, levels

    columns = {column.name: column for column in schema.columns}
    about = {c.name: _labels(c, language) for c in schema.columns}

    def label(name: str, row: dict[str, Typed]) -> str:
        value = row[name]
        return "" if value is None else about[name].get(str(value), str(value))

    shown = [n for n in dimensions(schema) if n != "unit" and not n.endswith("_unit")]
    for row in yearly:
        detail = ", ".join(filter(None, (label(name, row) for name in shown)))
        for name in additive(schema) or levels(schema):
            if row[name] is None:
                continue
            beside = next(
                (u for u in ("unit" if name == "value" else "", _unit_column(name)) if u in columns), ""
            )
            yield [
                told(schema.title, language),
                row["place"] or row["place_key"],
                row["province_code"],
                row["district_code"],
                row["commune_code"],
                row["year"],
                label("status", row),
                label("beneficiary", row) or None,
                detail or None,
                told(columns[name].title, language),
                row[name],
                (label(beside, row) if beside else unit(columns[name], language)) or None,
                row["period_start"],
                row["period_end"],
                row["documents"],
                row["least_confidence"],
            ]


def _unit_column(name: str) -> str:
    """The column that says what a count counts: ``borrowers`` and ``borrower_unit``.

    >>> _unit_column("recipients"), _unit_column("count")
    ('recipient_unit', 'count_unit')
    """
    return f"{name.removesuffix('s')}_unit"
