"""What both databases hold: the tables, what they mean, and keys that join them.

Beside the tables of OUT stand: ``contents`` (one row a document's content, the key that figures refer to:
the same bytes may lie in several files), ``figure_rows`` (every row of every table of figures, the key that
evidence refers to), ``units`` (the official list of provinces, districts and communes, for place codes),
``described_tables``, ``described_columns`` and ``described_codes`` (all descriptions in both languages).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pipeline.language.gazetteer import Gazetteer
from pipeline.outputs.source import Source, Typed
from pipeline.outputs.views import quoted, views
from pipeline.tables.schema import Column, TableSchema

Types = Mapping[str, str]
"""The dialect's name of each type of column."""


@dataclass(frozen=True)
class Table:
    """A table to be made."""

    name: str
    columns: Sequence[tuple[str, str, str]]
    """Name, type of the schema, constraint."""
    keys: Sequence[str] = ()
    """Primary key and foreign keys, as SQL."""

    def create(self, types: Types) -> str:
        """The statement that makes it."""
        lines = [f"  {quoted(n)} {types[kind]}{' ' + rest if rest else ''}" for n, kind, rest in self.columns]
        body = ",\n".join([*lines, *(f"  {key}" for key in self.keys)])
        return f"CREATE TABLE {quoted(self.name)} (\n{body}\n)"


_FIGURE_ROWS = Table(
    "figure_rows",
    [
        ("row_id", "string", "PRIMARY KEY"),
        ("table_name", "string", "NOT NULL"),
        ("doc_id", "string", "NOT NULL"),
    ],
    ["FOREIGN KEY (doc_id) REFERENCES contents (doc_id)"],
)
_UNITS = Table(
    "units",
    [
        ("edition", "string", "NOT NULL"),
        ("level", "string", "NOT NULL"),
        ("code", "string", "NOT NULL"),
        ("name", "string", "NOT NULL"),
        ("parent_code", "string", ""),
    ],
    ["PRIMARY KEY (edition, code)"],
)
_DESCRIBED = (
    Table(
        "described_tables",
        [
            (n, "string", "")
            for n in ("name", "kind", "title_en", "title_vi", "description_en", "description_vi")
        ],
    ),
    Table(
        "described_columns",
        [
            ("table_name", "string", ""),
            ("position", "integer", ""),
            *(
                (n, "string", "")
                for n in ("name", "type", "title_en", "title_vi", "description_en", "description_vi")
            ),
            ("additive", "boolean", ""),
        ],
    ),
    Table(
        "described_codes",
        [(n, "string", "") for n in ("table_name", "column_name", "code", "label_en", "label_vi")],
    ),
)


def table_of(source: Source, schema: TableSchema) -> Table:
    """A table of OUT with its keys."""
    keys = []
    if schema.primary_key and _has_key(schema):
        keys.append(f"PRIMARY KEY ({', '.join(map(quoted, schema.primary_key))})")
    figures = {figure.name for figure in source.figures}
    keys += [
        f"FOREIGN KEY ({quoted(key.column)}) REFERENCES contents (doc_id)"
        for key in schema.foreign_keys
        if key.reference == "doc_id"
    ]
    if schema.name == "documents":
        keys.append("FOREIGN KEY (doc_id) REFERENCES contents (doc_id)")
    if schema.name in figures or schema.name == "evidence":
        keys.append("FOREIGN KEY (row_id) REFERENCES figure_rows (row_id)")
    if schema.name in figures:
        keys.append("FOREIGN KEY (total_row_id) REFERENCES figure_rows (row_id)")
    return Table(schema.name, [_column(column) for column in schema.columns], keys)


def _has_key(schema: TableSchema) -> bool:
    """A key with columns that may be empty is none: SQL asks that keys are filled."""
    filled = {column.name for column in schema.columns if column.required}
    return set(schema.primary_key) <= filled


def _column(column: Column) -> tuple[str, str, str]:
    return column.name, column.type, "NOT NULL" if column.required else ""


def contents_of(schema: TableSchema) -> Table:
    """``contents``: the columns of ``documents``, its key the document alone."""
    columns = [_column(column) for column in schema.columns]
    return Table("contents", columns, ["PRIMARY KEY (doc_id)"])


def tables(source: Source) -> Iterator[tuple[Table, Iterator[Sequence[Typed]]]]:
    """Every table with its rows, in an order in which each refers to earlier ones alone."""
    yield contents_of(source.schemas["documents"]), _contents(source)
    yield _FIGURE_ROWS, _figure_rows(source)
    for schema in source.schemas.values():
        yield table_of(source, schema), iter(source.rows(schema.name))
    yield _UNITS, _units()
    for table, rows in zip(_DESCRIBED, described(source), strict=True):
        yield table, iter(rows)


def _contents(source: Source) -> Iterator[Sequence[Typed]]:
    """Of each document its counted file's row, else its first one's."""
    header = source.schemas["documents"].header
    at, counted = header.index("doc_id"), header.index("counted")
    found: dict[Typed, list[Typed]] = {}
    for row in source.rows("documents"):
        known = found.get(row[at])
        if known is None or (row[counted] and not known[counted]):
            found[row[at]] = row
    yield from found.values()


def _figure_rows(source: Source) -> Iterator[Sequence[Typed]]:
    """Every row with an id; citations have evidence too."""
    for schema in source.schemas.values():
        if schema.primary_key != ("row_id",):
            continue
        row_id, doc_id = schema.header.index("row_id"), schema.header.index("doc_id")
        for row in source.rows(schema.name):
            yield row[row_id], schema.name, row[doc_id]


def _units() -> Iterator[Sequence[Typed]]:
    for unit in Gazetteer.load().units:
        yield unit.edition, unit.level, unit.code, unit.name, unit.parent_code or None


def described(source: Source) -> tuple[list[list[Typed]], list[list[Typed]], list[list[Typed]]]:
    """Rows about tables and views, about columns, about codes."""
    about: list[list[Typed]] = []
    columns: list[list[Typed]] = []
    codes: list[list[Typed]] = []
    for schema in source.schemas.values():
        texts = [schema.title.en, schema.title.vi, schema.description.en, schema.description.vi]
        about.append([schema.name, "table", *texts])
        for position, c in enumerate(schema.columns, 1):
            texts = [c.title.en, c.title.vi, c.description.en, c.description.vi]
            columns.append([schema.name, position, c.name, c.type, *texts, c.additive])
            codes += [[schema.name, c.name, code, label.en, label.vi] for code, label in c.codes.items()]
    about += [
        ["contents", "table", "Documents' contents", "Nội dung văn bản", *_CONTENTS],
        ["figure_rows", "table", "Rows of figures", "Dòng số liệu", *_ROWS],
        ["units", "table", "Administrative units", "Đơn vị hành chính", *_OFFICIAL],
    ]
    about += [[view.name, "view", view.name, view.name, view.en, view.vi] for view in views(source.figures)]
    return about, columns, codes


_CONTENTS = (
    "A row a doc_id: join figures to this table; a file that lies in two folders has two rows in documents.",
    "Mỗi doc_id một dòng: hãy nối số liệu với bảng này; một tệp ở hai thư mục có hai dòng trong documents.",
)
_ROWS = (
    "Every row_id with its table and document: what evidence.row_id and total_row_id refer to.",
    "Mọi row_id kèm bảng và văn bản: evidence.row_id và total_row_id trỏ tới đây.",
)
_OFFICIAL = (
    "Official codes of units before and since 1 July 2025: join place codes, code_edition to code, edition.",
    "Mã chính thức của đơn vị trước và từ ngày 01/7/2025: nối mã địa bàn và code_edition với code, edition.",
)
