"""``docs/data-dictionary.md``: every table and column, from the schema that the tables are written by.

usage: python -m pipeline.tables.dictionary > docs/data-dictionary.md
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

from pipeline.tables.schema import Column, TableSchema, tables

_HEAD = """# Data dictionary

Every table and every column, made of the schema (`dictionaries/schema`) that the tables are written and
checked by; `make docs` writes it anew. The same stands in `OUT/tables/datapackage.json`. An empty cell means
unknown. Columns marked **Σ** may be summed over rows that count once: `role` single or total, documents that
are `counted`.
"""


def text() -> str:
    """The page, as Markdown."""
    parts = [_HEAD, *("\n".join(_table(schema)) for schema in tables().values())]
    return "\n".join(parts) + "\n"


def _table(schema: TableSchema) -> Iterator[str]:
    yield f"## {schema.name}\n"
    yield f"`{schema.path.replace('*', 'DOC_ID')}` · **{schema.title.vi}**\n"
    yield f"{schema.description.en}\n\n{schema.description.vi}\n"
    if schema.primary_key:
        yield f"Key: {', '.join(f'`{name}`' for name in schema.primary_key)}\n"
    yield "| column | type | meaning | ý nghĩa |"
    yield "|---|---|---|---|"
    for column in schema.columns:
        yield _row(column)
    yield ""


def _row(column: Column) -> str:
    marks = " **Σ**" if column.additive else ""
    kind = column.type + (", required" if column.required else "")
    english = f"**{column.title.en}.** {column.description.en}"
    vietnamese = f"**{column.title.vi}.** {column.description.vi}"
    if column.codes:
        english += "<br>" + "; ".join(f"`{code}` {label.en}" for code, label in column.codes.items())
        vietnamese += "<br>" + "; ".join(f"`{code}` {label.vi}" for code, label in column.codes.items())
    cells = (f"`{column.name}`{marks}", kind, english, vietnamese)
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


if __name__ == "__main__":
    sys.stdout.buffer.write(text().encode())
