"""``datapackage.json``: the tables described for machines and for readers of two languages.

Frictionless Data Package v2 (https://datapackage.org/standard/): a Table Schema with type, constraints
and titles for every column, Vietnamese ones as ``title@vi`` by the language-support recipe.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from pipeline.tables.schema import Column, TableSchema, Text, tables

_TITLE = Text("Figures of Vietnamese poverty-reduction reports", "Số liệu từ báo cáo giảm nghèo")
_DESCRIPTION = Text(
    "Read from scanned and digital reports by hoso. Within one document a figure counts once: sum rows "
    "whose role is single or total; rows with role subtotal or part lie inside another row of the same "
    "breakdown. Figures of DIFFERENT documents overlap: a commune's stand in its district's, seven "
    "months' in the year's. 'Nothing twice' is promised only within a document and among duplicates: sum "
    "only documents whose counted is true (duplicates are false), and never across levels or overlapping "
    "periods. An empty cell means unknown. evidence.csv says where each number stands; unclaimed.csv lists "
    "every number that no row took. evidence.row_id refers to the table of its first letter: l loans, c "
    "cards, h houses, s supports, b budgets, r rates, x tables of one's own rules. Beside this folder: "
    "../text, ../edits, ../failures.csv (what could not be read), ../run.json.",
    "hoso đọc từ báo cáo quét và báo cáo số. Trong một văn bản mỗi số liệu được tính một lần: chỉ cộng "
    "các dòng có role là single hoặc total; dòng subtotal hoặc part nằm trong dòng khác. Số liệu của các "
    "văn bản KHÁC NHAU chồng lên nhau: số của xã nằm trong số của huyện, số bảy tháng nằm trong số cả "
    "năm. Chỉ bảo đảm không tính trùng trong một văn bản và giữa các bản trùng: chỉ cộng văn bản có "
    "counted là true, không cộng qua các cấp hay các kỳ chồng nhau. Ô trống là không rõ. evidence.csv cho "
    "biết mỗi con số nằm ở đâu; unclaimed.csv liệt kê mọi con số chưa có dòng nào nhận.",
)


def package(schemas: Iterable[TableSchema] | None = None) -> dict[str, Any]:
    """The descriptor of all tables that lie in ``tables/``; it depends on nothing but the schema."""
    chosen = tables().values() if schemas is None else schemas
    return {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": "hoso-tables",
        "languages": ["en", "vi"],
        **_both(_TITLE, _DESCRIPTION),
        "resources": [_resource(schema) for schema in chosen if schema.path.startswith("tables/")],
    }


def text(schemas: Iterable[TableSchema] | None = None) -> str:
    """The descriptor as the text of ``datapackage.json``."""
    return json.dumps(package(schemas), ensure_ascii=False, indent=2) + "\n"


def _both(title: Text, description: Text) -> dict[str, str]:
    return {
        "title": title.en,
        "title@vi": title.vi,
        "description": description.en,
        "description@vi": description.vi,
    }


def _resource(schema: TableSchema) -> dict[str, Any]:
    keys = [
        {
            "fields": [key.column],
            "reference": {
                "resource": "" if key.table == schema.name else key.table,
                "fields": [key.reference],
            },
        }
        for key in schema.foreign_keys
    ]
    described: dict[str, Any] = {
        "fields": [_field(column) for column in schema.columns],
        "fieldsMatch": "exact",
        "missingValues": [""],
    }
    if schema.primary_key:
        described["primaryKey"] = list(schema.primary_key)
    if keys:
        described["foreignKeys"] = keys
    return {
        "name": schema.name,
        "type": "table",
        "path": schema.path.removeprefix("tables/"),
        **_both(schema.title, schema.description),
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "dialect": {
            "delimiter": ",",
            "lineTerminator": "\n",
            "quoteChar": '"',
            "doubleQuote": True,
            "header": True,
        },
        "schema": described,
    }


def _field(column: Column) -> dict[str, Any]:
    found: dict[str, Any] = {"name": column.name, "type": column.type}
    found |= _both(column.title, column.description)
    if column.type == "boolean":
        found |= {"trueValues": ["true"], "falseValues": ["false"]}
    if column.additive:
        found["hoso:additive"] = True
    if column.codes:
        found["categories"] = [
            {"value": code, "label": label.en, "label@vi": label.vi} for code, label in column.codes.items()
        ]
    constraints: dict[str, Any] = {}
    for name in ("required", "unique", "minimum", "maximum", "pattern"):
        value = getattr(column, name)
        if value not in (None, False):
            constraints[name] = value
    if column.codes and not column.open:
        constraints["enum"] = list(column.codes)
    if constraints:
        found["constraints"] = constraints
    return found
