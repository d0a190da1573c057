"""What counts once, in SQL that DuckDB and SQLite both run.

Figures overlap: parts lie in their total, a scan and its text hold the same report, seven months lie in the
year's report, a balance is told at several days. For every table of figures there are three views:

``loans_rows``
    every row with its place (else its document's), its year, and in ``left_out`` why the yearly sums leave
    it out: ``duplicate`` (the document is not counted) · ``part`` (it lies inside another row for the same
    place) · ``no_period`` · ``several_years`` · ``covered`` (another report speaks for this place and
    year, over a longer time, or later; of a balance, a later day). Empty: it counts.
``loans_yearly``
    sums of what counts, by place, year, status, beneficiary and codes. Nothing is summed over places: a
    commune's figures stand in its district's too.
``loans_growth``
    two years of one place side by side, of what was done (``actual``) over the same months.

A part counts for its own place where that is not its total's (a district's table with a line a commune). A
total over several years whose parts are single years gives way to them. A table without columns that add up
(``rates``) has in ``yearly`` its latest value, not a sum.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pipeline.tables.schema import Column, TableSchema

REASONS = ("duplicate", "part", "no_period", "several_years", "covered")
"""Why a row is in no yearly sum, in the order in which they are asked."""

_PLACE = ("place", "province_code", "district_code", "commune_code", "code_edition")
_SHARED = {"status", "role", "proof", "beneficiary"}
KINDS = ("flow", "kind", "measure", "service", "characteristic", "unit")
"""Columns in which two reports must agree to speak of the same figures; beneficiaries and works are left out,
for one report splits by them where another does not."""


@dataclass(frozen=True)
class View:
    """A view: its SQL and what it tells, in English and Vietnamese."""

    name: str
    select: str
    en: str
    vi: str

    @property
    def create(self) -> str:
        """The statement that makes it."""
        return f"CREATE VIEW {self.name} AS\n{self.select}"

    @property
    def computed(self) -> str:
        """The statement that makes a table of it, for whoever asks many questions of one folder."""
        return f"CREATE TABLE {self.name} AS\n{self.select}"


def quoted(name: str) -> str:
    """A name as SQL takes it, whatever word it is.

    >>> quoted("order")
    '"order"'
    """
    return '"' + name.replace('"', '""') + '"'


def views(schemas: Sequence[TableSchema]) -> Iterator[View]:
    """All views over tables of figures, in the order in which they can be made.

    Args:
        schemas: tables of figures (``Source.figures``).
    """
    for schema in schemas:
        yield _rows(schema)
        yield _sums(schema) if additive(schema) else _levels(schema)
        yield _growth(schema)
    yield from _coverage(schemas)


def additive(schema: TableSchema) -> list[str]:
    """The columns that may be summed."""
    return [column.name for column in schema.columns if column.additive]


def levels(schema: TableSchema) -> list[str]:
    """The numbers that are told, not summed, of a table without columns that add up."""
    told = {"page", "confidence", "breakdown", "list_year"}
    return [c.name for c in schema.columns if c.type in {"number", "integer"} and c.name not in told]


def dimensions(schema: TableSchema) -> list[str]:
    """The columns of codes by which figures are told apart, beside place, year, status and beneficiary."""
    return [c.name for c in schema.columns if (c.codes or _is_kind(c)) and c.name not in _SHARED]


def _is_kind(column: Column) -> bool:
    return column.name in KINDS and column.type == "string"


def _year(day: str) -> str:
    return f"CAST(substr(CAST({day} AS VARCHAR), 1, 4) AS INTEGER)"


def _ordinal(day: str) -> str:
    """A number that grows with the day: enough to compare lengths of time in both dialects."""
    text = f"CAST({day} AS VARCHAR)"
    return (
        f"({_year(day)} * 372 + CAST(substr({text}, 6, 2) AS INTEGER) * 31 "
        f"+ CAST(substr({text}, 9, 2) AS INTEGER))"
    )


def _rows(schema: TableSchema) -> View:
    own = ", ".join(f"t.{quoted(n)}" for n in schema.header if n not in {*_PLACE, "source_file"})
    # a row's codes go with its own place, never with its document's
    place = ", ".join(
        f"CASE WHEN t.place IS NULL THEN d.{name} ELSE t.{name} END AS {name}" for name in _PLACE
    )
    same = [name for name in KINDS if name in schema.names]
    keys = ["place_key", "year", "status", *same]
    match = " AND ".join(f"o.{k} IS NOT DISTINCT FROM r.{k}" for k in keys)
    times = ("issued", "period_start", "period_end", "last_day", "length")
    told = ", ".join(quoted(k) for k in (*keys, *times))
    select = f"""WITH placed AS (
  SELECT {own}, t.source_file, {place},
    COALESCE(t.place, d.place, t.doc_id) AS place_key,
    d.counted AS counted, COALESCE(d.issued_to, d.issued_from) AS issued,
    {_year("COALESCE(t.period_start, t.period_end)")} AS year_from, {_year("t.period_end")} AS year_to,
    {_ordinal("t.period_end")} AS last_day,
    CASE WHEN t.period_start IS NULL THEN 0
      ELSE {_ordinal("t.period_end")} - {_ordinal("t.period_start")} + 1 END AS length
  FROM {quoted(schema.name)} t JOIN contents d ON d.doc_id = t.doc_id
), dated AS (
  -- a school year ends in another year than it begins in; it is one year, that of its end
  SELECT *, CASE WHEN year_from = year_to OR length <= 372 THEN year_to END AS year FROM placed
), split AS (
  -- totals over several years whose parts, all of them, are single years
  SELECT p.total_row_id AS row_id, MIN(p.breakdown) AS breakdown
  FROM dated p JOIN dated whole ON whole.row_id = p.total_row_id
  WHERE whole.year IS NULL AND whole.parts_complete AND whole.role = 'total'
    AND NOT EXISTS (
      SELECT 1 FROM dated s
      WHERE s.total_row_id = p.total_row_id AND s.breakdown = p.breakdown AND s.year IS NULL)
  GROUP BY p.total_row_id
), elsewhere AS (
  -- parts for a place of their own; one way of splitting alone
  SELECT p.total_row_id, p.place_key, MIN(p.breakdown) AS breakdown
  FROM dated p JOIN dated whole ON whole.row_id = p.total_row_id
  WHERE p.place_key <> whole.place_key
  GROUP BY p.total_row_id, p.place_key
), standing AS (
  SELECT dated.*, CASE
      WHEN NOT counted THEN 'duplicate'
      WHEN dated.role IN ('part', 'subtotal') AND split.row_id IS NULL AND elsewhere.total_row_id IS NULL
        THEN 'part'
      WHEN dated.period_end IS NULL THEN 'no_period'
      WHEN year IS NULL THEN 'several_years'
    END AS early
  FROM dated
  LEFT JOIN split ON split.row_id = dated.total_row_id AND split.breakdown = dated.breakdown
  LEFT JOIN elsewhere ON elsewhere.total_row_id = dated.total_row_id
    AND elsewhere.place_key = dated.place_key AND elsewhere.breakdown = dated.breakdown
), spans AS (
  SELECT DISTINCT {", ".join(quoted(k) for k in keys)}, doc_id, issued,
    period_start, period_end, last_day, length
  FROM standing WHERE early IS NULL
), rivals AS (
  -- the first and the last of the documents of one day, over one time, stand for all: whatever of them beats
  -- a row, one of the two does
  SELECT {told}, MIN(doc_id) AS doc_id FROM spans GROUP BY {told}
  UNION SELECT {told}, MAX(doc_id) AS doc_id FROM spans GROUP BY {told}
), beaten AS (
  SELECT DISTINCT {", ".join(f"r.{quoted(k)} AS {quoted(k)}" for k in keys)}, r.doc_id,
    r.period_start, r.period_end
  FROM spans r JOIN rivals o ON {match}
    AND CASE
      -- a balance, or a sum since an unsaid day: the last day counts, of one document too
      WHEN r.period_start IS NULL AND o.last_day > r.last_day
        THEN o.period_start IS NULL OR o.doc_id <> r.doc_id
      WHEN o.doc_id = r.doc_id THEN 1 = 0
      WHEN r.period_start IS NULL AND o.last_day < r.last_day THEN 1 = 0
      -- the times must overlap; then the longer one counts, else the later report
      WHEN o.period_start > r.period_end OR o.period_end < r.period_start THEN 1 = 0
      WHEN o.length <> r.length THEN o.length > r.length
      WHEN o.last_day <> r.last_day THEN o.last_day > r.last_day
      WHEN COALESCE(CAST(o.issued AS VARCHAR), '') <> COALESCE(CAST(r.issued AS VARCHAR), '')
        THEN COALESCE(CAST(o.issued AS VARCHAR), '') > COALESCE(CAST(r.issued AS VARCHAR), '')
      ELSE o.doc_id < r.doc_id
    END
)
SELECT {", ".join(f"r.{quoted(n)}" for n in schema.header)}, r.place_key, r.year,
  CASE WHEN early IS NOT NULL THEN early WHEN o.doc_id IS NOT NULL THEN 'covered' END AS left_out
FROM standing r LEFT JOIN beaten o ON {match} AND o.doc_id = r.doc_id
  AND o.period_start IS NOT DISTINCT FROM r.period_start AND o.period_end = r.period_end"""
    return View(
        f"{schema.name}_rows",
        select,
        f"Rows of {schema.name} with their year; left_out says why the yearly sums leave a row out "
        "(duplicate, part, no_period, several_years, covered), empty: it counts.",
        f"Các dòng của {schema.name} kèm năm; left_out cho biết vì sao tổng theo năm không tính dòng đó, để "
        "trống là có tính.",
    )


def _keys(schema: TableSchema) -> list[str]:
    """What a yearly figure is of."""
    return ["place_key", *_PLACE, "year", "status", "beneficiary", *dimensions(schema)]


_SPAN = """MIN(period_start) AS period_start, MAX(period_end) AS period_end,
  COUNT(*) AS figures, COUNT(DISTINCT doc_id) AS documents, MIN(confidence) AS least_confidence"""


def _sums(schema: TableSchema) -> View:
    keys = ", ".join(quoted(k) for k in _keys(schema))
    sums = ", ".join(f"SUM({quoted(n)}) AS {quoted(n)}" for n in additive(schema))
    return View(
        f"{schema.name}_yearly",
        f"SELECT {keys}, {sums}, {_SPAN}\nFROM {schema.name}_rows\nWHERE left_out IS NULL\nGROUP BY {keys}",
        f"Sums of {schema.name} by place, year, status, beneficiary and codes; every figure once. Do not sum "
        "over places: a commune's figures stand in its district's too.",
        f"Tổng của {schema.name} theo địa bàn, năm, tình trạng, đối tượng và mã; mỗi số liệu một lần. Không "
        "cộng các địa bàn với nhau: số của xã nằm trong số của huyện.",
    )


def _levels(schema: TableSchema) -> View:
    keys = ", ".join(quoted(k) for k in _keys(schema))
    told = ", ".join(quoted(n) for n in levels(schema))
    return View(
        f"{schema.name}_yearly",
        f"""SELECT {keys}, {told}, period_start, period_end, figures, documents,
  confidence AS least_confidence
FROM (
  SELECT *, COUNT(*) OVER (PARTITION BY {keys}) AS figures,
    1 AS documents,
    ROW_NUMBER() OVER (PARTITION BY {keys} ORDER BY period_end DESC, confidence DESC, row_id) AS rank
  FROM {schema.name}_rows WHERE left_out IS NULL
) ranked WHERE rank = 1""",
        f"The latest value of {schema.name} by place, year, status, beneficiary and codes; nothing is "
        "summed. figures says how many values there were to choose from.",
        f"Giá trị mới nhất của {schema.name} theo địa bàn, năm, tình trạng, đối tượng và mã; không cộng. "
        "figures cho biết có bao nhiêu giá trị để chọn.",
    )


def _growth(schema: TableSchema) -> View:
    keys = [k for k in _keys(schema) if k not in {"year", "status"}]
    match = " AND ".join(f"p.{quoted(k)} IS NOT DISTINCT FROM y.{quoted(k)}" for k in keys)
    numbers = additive(schema) or levels(schema)
    compared = ",\n  ".join(
        f"p.{n} AS {n}_before, y.{n} AS {n}, y.{n} - p.{n} AS {n}_change, "
        f"CASE WHEN p.{n} <> 0 THEN ROUND(100.0 * (y.{n} - p.{n}) / p.{n}, 1) END AS {n}_percent"
        for n in numbers
    )

    def months(of: str) -> str:
        days = [f"substr(CAST({of}.{day} AS VARCHAR), 6)" for day in ("period_start", "period_end")]
        return " || '/' || ".join(f"COALESCE({day}, '')" for day in days)

    return View(
        f"{schema.name}_growth",
        f"""SELECT {", ".join(f"y.{quoted(k)}" for k in keys)}, y.year,
  {compared}
FROM {schema.name}_yearly y JOIN {schema.name}_yearly p ON p.year = y.year - 1 AND {match}
  AND p.status = 'actual' AND y.status = 'actual' AND {months("p")} = {months("y")}""",
        f"{schema.name}: a year beside the year before, of one place, beneficiary and codes, over the same "
        "months, of what was done (status actual).",
        f"{schema.name}: một năm cạnh năm trước, cùng địa bàn, đối tượng và mã, cùng số tháng, chỉ số đã "
        "thực hiện (status actual).",
    )


def _coverage(schemas: Sequence[TableSchema]) -> Iterator[View]:
    yield View(
        "coverage_documents",
        """SELECT read_status, text_source, counted, COUNT(*) AS documents,
  SUM(COALESCE(pages, 0)) AS pages, SUM(COALESCE(pages_failed, 0)) AS pages_failed
FROM documents GROUP BY read_status, text_source, counted""",
        "Documents by how they could be read, where their text is from, and whether they are counted.",
        "Văn bản theo kết quả đọc, nguồn chữ và có được tính hay không.",
    )
    yield View(
        "coverage_pages",
        """SELECT read_status, text_source, layer_verdict, COUNT(*) AS pages,
  ROUND(AVG(text_quality), 3) AS text_quality, ROUND(AVG(ocr_confidence), 3) AS ocr_confidence
FROM pages GROUP BY read_status, text_source, layer_verdict""",
        "Pages by how they could be read, where their text is from, and the verdict on their text layer.",
        "Trang theo kết quả đọc, nguồn chữ và đánh giá lớp chữ.",
    )
    each = [
        f"SELECT '{s.name}' AS table_name, status, left_out, COUNT(*) AS figures, "
        f"ROUND(AVG(confidence), 3) AS confidence FROM {s.name}_rows GROUP BY status, left_out"
        for s in schemas
    ]
    yield View(
        "coverage_figures",
        "\nUNION ALL ".join(each),
        "Figures of every table by status and by why the yearly sums leave them out (empty: they count).",
        "Số liệu của từng bảng theo tình trạng và lý do không được tính vào tổng năm (để trống: có tính).",
    )
    each = [
        f"SELECT place_key, place, province_code, district_code, commune_code, code_edition, year, "
        f"'{s.name}' AS table_name, doc_id FROM {s.name}_rows WHERE left_out IS NULL"
        for s in schemas
    ]
    yield View(
        "coverage_places",
        "SELECT place_key, place, province_code, district_code, commune_code, code_edition, year, "
        "COUNT(*) AS figures, COUNT(DISTINCT doc_id) AS documents\nFROM (\n"
        + "\nUNION ALL ".join(each)
        + "\n) every_figure GROUP BY place_key, place, province_code, district_code, commune_code, "
        "code_edition, year",
        "Places and years for which there are figures that count, and of how many documents.",
        "Địa bàn và năm có số liệu được tính, và từ bao nhiêu văn bản.",
    )
