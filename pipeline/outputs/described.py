"""The schemas of an output folder, read back from its own ``datapackage.json``.

So an export needs neither the rule files with which OUT was made nor the hoso that made it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from pipeline.errors import OutputError
from pipeline.tables.schema import Column, ForeignKey, TableSchema, Text, tables


def schemas(package: Path) -> list[TableSchema]:
    """All tables that a ``datapackage.json`` describes, in its order, and ``failures``.

    Raises:
        OutputError: where the file is no data package of hoso's.
    """
    try:
        described = json.loads(package.read_text(encoding="utf-8"))
        found = [_table(resource) for resource in described["resources"]]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        message = f"{package}: no description of tables ({error}); run hoso extract again"
        raise OutputError(message) from error
    if not any(column.additive for schema in found for column in schema.columns):
        found = [_as_known(schema) for schema in found]
    return [*found, tables()["failures"]]


def _as_known(schema: TableSchema) -> TableSchema:
    """A table of a hoso that did not say yet which columns may be summed: today's contract says it."""
    known = tables().get(schema.name)
    adds = {column.name for column in known.columns if column.additive} if known else set()
    return replace(schema, columns=tuple(replace(c, additive=c.name in adds) for c in schema.columns))


def _table(resource: Mapping[str, Any]) -> TableSchema:
    described = resource["schema"]
    name = str(resource["name"])
    keys = described.get("foreignKeys", [])
    return TableSchema(
        name,
        f"tables/{Path(resource['path']).name}",
        *_texts(resource),
        tuple(_column(field) for field in described["fields"]),
        tuple(described.get("primaryKey", ())),
        tuple(
            ForeignKey(k["fields"][0], k["reference"]["resource"], k["reference"]["fields"][0]) for k in keys
        ),
    )


def _texts(data: Mapping[str, Any]) -> tuple[Text, Text]:
    return Text(data["title"], data["title@vi"]), Text(data["description"], data["description@vi"])


def _column(data: Mapping[str, Any]) -> Column:
    limits = data.get("constraints", {})
    title, description = _texts(data)
    codes = {c["value"]: Text(c["label"], c["label@vi"]) for c in data.get("categories", ())}
    return Column(
        data["name"],
        data["type"],
        title,
        description,
        codes=codes,
        open=bool(codes) and "enum" not in limits,
        additive=bool(data.get("hoso:additive", False)),
        **{name: limits[name] for name in _LIMITS if name in limits},
    )


_LIMITS = ("required", "unique", "minimum", "maximum", "pattern")
