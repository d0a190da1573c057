"""What a person says of a row in a form, made a decision: checked against the table and the rows around."""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.decisions.apply import STRUCTURE, judged
from pipeline.decisions.match import Cells, Finder, Told
from pipeline.decisions.record import Decision, DecisionError, What, signed
from pipeline.decisions.values import cell_of
from pipeline.tables.schema import TableSchema

_CHILD = frozenset({"subtotal", "part"})


def cells_of(document: Told, row: Cells, typed: Mapping[str, str], schema: TableSchema) -> dict[str, str]:
    """The cells of a row that a person would have otherwise than the machine.

    Args:
        document: the row's.
        row: as the machine made it.
        typed: what stands in the form, by column; columns that it has not stay as they are.
        schema: the row's table.

    Raises:
        DecisionError: where a cell does not take what was typed, or a part has no total.
    """
    found = {c.name: cell_of(schema, c, typed[c.name]) for c in judged(schema) if c.name in typed}
    role = found.get("role", row["role"])
    if role not in _CHILD and STRUCTURE & set(found):
        found |= {"role": role, "total_row_id": "", "breakdown": ""}
    changed = {name: cell for name, cell in found.items() if cell != row[name]}
    if role in _CHILD and STRUCTURE & set(changed):
        _check_parent(document, row, {**row, **found}, schema.name)
        changed |= {} if found.get("breakdown", row["breakdown"]) else {"breakdown": "1"}
    return changed


def _check_parent(document: Told, row: Cells, wanted: Cells, table: str) -> None:
    """A part's total is another row of the same document and table, and no part of it.

    Raises:
        DecisionError: where it is not.
    """
    rows = {one["row_id"]: one for one in document.rows[table]}
    parent, seen = wanted["total_row_id"], {row["row_id"]}
    if parent not in rows:
        message = (
            f"total_row_id: a {wanted['role']} names the row of {table} in this document that it lies in"
        )
        raise DecisionError(message)
    while parent in rows:
        if parent in seen:
            message = "total_row_id: a row cannot lie inside itself"
            raise DecisionError(message)
        seen.add(parent)
        parent = rows[parent]["total_row_id"]


def decision(
    document: Told,
    table: str,
    row: Cells,
    what: What,
    who: str,
    *,
    cells: Mapping[str, str] | None = None,
    seen: tuple[str, ...] = (),
    why: str = "",
) -> Decision:
    """A decision about a row, ready to be stored.

    Raises:
        DecisionError: where a text is too long.
    """
    made = Decision(
        what=what,
        who=who,
        document=document.sha256,
        source_file=document.source_file,
        table=table,
        row_id=row["row_id"],
        places=Finder(document).places(row["row_id"]),
        machine=dict(row),
        cells=dict(cells or {}),
        seen=() if what == "comment" else seen,
        why=why,
    )
    return signed(made)
