"""A document's tables as the decisions about it leave them.

What a person said of a figure is the whole of its row: the cells that they changed and those that they left.
It stands in place of the machine's row, flagged ``corrected`` where it differs, ``confirmed`` where it does
not; the machine's own cells are kept in decisions.csv. A rejected row leaves its table, and its numbers are
told in unclaimed.csv. Where two people's decisions contradict each other the machine's row stands, flagged
``disputed``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from pipeline.decisions.families import settle_families
from pipeline.decisions.match import Cells, Finder, Told
from pipeline.decisions.record import Decision, DecisionError
from pipeline.decisions.values import cell_of
from pipeline.decisions.verdicts import heads, standing
from pipeline.model import Value
from pipeline.tables.rows import unguarded
from pipeline.tables.schema import Column, TableSchema

State = Literal["applied", "replaced", "disputed", "open", "noted"]

_FIXED = frozenset(
    {
        *("row_id", "doc_id", "source_file", "page", "bbox", "parts_complete"),
        *("proof", "confidence", "flags", "rule", "quote", "raw_quote"),
    }
)
"""Columns that say where a figure stands and how it was read: nothing to be judged."""
STRUCTURE = frozenset({"role", "total_row_id", "breakdown"})
"""Columns that tie rows together. They hold only where a person changed them: other rows may be there now."""
_SURE = "1"


@dataclass
class Settled:
    """One document's tables after the decisions, and what became of each decision.

    Attributes:
        rows: of the figure tables that any decision is about.
        rejected: ids of rows that left.
        unclaimed: values of rows of unclaimed.csv, to be added.
        listed: values of rows of decisions.csv.
        about: the standing decisions about each of the machine's rows, by its id.
    """

    rows: dict[str, list[Cells]] = field(default_factory=dict)
    rejected: set[str] = field(default_factory=set)
    unclaimed: list[dict[str, Value]] = field(default_factory=list)
    listed: list[dict[str, Value]] = field(default_factory=list)
    about: dict[str, list[Decision]] = field(default_factory=dict)


def judged(schema: TableSchema) -> list[Column]:
    """The columns that a person may change, in order."""
    return [column for column in schema.columns if column.name not in _FIXED]


def settle(told: Told, decisions: Sequence[Decision], schemas: Mapping[str, TableSchema]) -> Settled:
    """Apply decisions to one document.

    Args:
        told: the document as the machine made it.
        decisions: all about it, in order of time; those taken back among them.
        schemas: all tables.
    """
    done, finder = Settled(), Finder(told)
    rows = {row["row_id"]: row for table in told.rows.values() for row in table}
    lost: list[Decision] = []
    for decision in standing(decisions):
        row = finder.find(decision) if _is_known(decision, schemas) else None
        if row is None:
            lost.append(decision)
        else:
            done.about.setdefault(row["row_id"], []).append(decision)
    changed: dict[str, Cells] = {}
    for row_id, about in done.about.items():
        _settle_row(rows[row_id], about, schemas[about[0].table], done, changed)
    for table in sorted({d.table for about in done.about.values() for d in about}):
        _settle_table(table, told, schemas[table], done, changed)
    done.unclaimed = list(_unclaimed(told, rows, done.rejected))
    done.listed += [entry for decision in lost for entry in _entries(decision, _open(decision), {}, told)]
    at = {decision.id: decision.at for decision in decisions}
    done.listed.sort(key=lambda entry: _order(entry, at))
    return done


def _order(entry: Mapping[str, Value], at: Mapping[str, str]) -> tuple[str, int, str, str, str]:
    """By table, place and time, which is finer than the table tells it."""
    decision_id = str(entry["decision_id"])
    page = int(str(entry["page"] or 0))
    return str(entry["table"]), page, str(entry["row_id"]), at[decision_id], decision_id


def listed_without(decision: Decision) -> list[dict[str, Value]]:
    """Rows of decisions.csv for a decision about a document that the input no longer holds."""
    return list(_entries(decision, _open(decision), {}, None))


def truth(decision: Decision, schema: TableSchema) -> dict[str, str]:
    """The cells that a confirmed or corrected row has by a decision.

    Raises:
        DecisionError: where the table does not take one of them.
    """
    found = {}
    for column in judged(schema):
        name = column.name
        if name in decision.cells or (name in decision.machine and name not in STRUCTURE):
            found[name] = cell_of(schema, column, decision.cells.get(name, decision.machine.get(name, "")))
    return found


def _is_known(decision: Decision, schemas: Mapping[str, TableSchema]) -> bool:
    """Whether the tables of today take what a decision says."""
    schema = schemas.get(decision.table)
    if schema is None or "role" not in schema.names:
        return False
    try:
        truth(decision, schema)
    except DecisionError:
        return False
    return True


def is_disputed(tops: Sequence[Decision], schema: TableSchema) -> bool:
    """Whether decisions about one figure contradict each other."""
    outcomes = {("reject",) if d.what == "reject" else tuple(sorted(truth(d, schema).items())) for d in tops}
    return len(outcomes) > 1


def _settle_row(
    row: Cells, about: Sequence[Decision], schema: TableSchema, done: Settled, changed: dict[str, Cells]
) -> None:
    tops = heads(about)
    disputed = is_disputed(tops, schema)
    for decision in about:
        if decision.what == "comment":
            state: State = "noted"
        elif decision not in tops:
            state = "replaced"
        else:
            state = "disputed" if disputed else "applied"
        done.listed += _entries(decision, state, row, None)
    if disputed:
        changed[row["row_id"]] = {**row, "flags": _flagged(row, "disputed")}
    elif tops and tops[0].what == "reject":
        done.rejected.add(row["row_id"])
    elif tops:
        changed[row["row_id"]] = _judged_row(row, tops[0], truth(tops[0], schema))


def _judged_row(row: Cells, decision: Decision, said: Mapping[str, str]) -> Cells:
    differs = [name for name, cell in said.items() if row[name] != cell]
    flags = ["corrected" if differs else "confirmed"]
    if any(row[name] != decision.machine.get(name, row[name]) for name in differs):
        flags.append("machine_changed")
    return {**row, **said, "flags": _flagged(row, *flags), "confidence": _SURE}


def _flagged(row: Cells, *flags: str) -> str:
    return " ".join([*row["flags"].split(), *flags])


def _settle_table(
    table: str, told: Told, schema: TableSchema, done: Settled, changed: Mapping[str, Cells]
) -> None:
    before = told.rows[table]
    after = [changed.get(row["row_id"], row) for row in before if row["row_id"] not in done.rejected]
    numbers = [c.name for c in judged(schema) if c.type in {"integer", "number"} and c.name not in STRUCTURE]
    done.rows[table] = settle_families(before, after, numbers)


def _unclaimed(told: Told, rows: Mapping[str, Cells], rejected: set[str]) -> Iterator[dict[str, Value]]:
    """The numbers of rejected rows, but for those that another row has as well."""
    if not rejected:
        return
    kept = {_spot(e) for e in told.evidence if e["row_id"] not in rejected}
    for evidence in told.evidence:
        if evidence["row_id"] in rejected and evidence["mention"] == "1" and _spot(evidence) not in kept:
            kept.add(_spot(evidence))
            row = rows[evidence["row_id"]]
            yield {
                "doc_id": told.doc_id,
                "page": int(evidence["page"]),
                "bbox": evidence["bbox"] or None,
                "text": unguarded(evidence["raw"]),
                "reason": "rejected",
                "quote": row["quote"],
            }


def _spot(evidence: Cells) -> tuple[str, str, str]:
    return evidence["page"], evidence["start"], evidence["end"]


def _decimal(text: str) -> Decimal | None:
    """A machine's confidence; None where a file of decisions has another thing in its place."""
    return Decimal(text) if re.fullmatch(r"(0(\.\d{1,3})?|1)", text) else None


def _open(decision: Decision) -> State:
    return "noted" if decision.what == "comment" else "open"


def _entries(decision: Decision, state: State, row: Cells, told: Told | None) -> Iterator[dict[str, Value]]:
    """Rows of decisions.csv: one for each cell that a person would have otherwise than the machine."""
    now = row or decision.machine
    page = str(now.get("page", ""))
    told_as = told.source_file if told else unguarded(row["source_file"]) if row else decision.source_file
    base: dict[str, Value] = {
        "decision_id": decision.id,
        "row_id": row.get("row_id") or decision.row_id,
        "doc_id": f"d{decision.document[:12]}",
        "source_file": told_as,
        "table": decision.table,
        "page": int(page) if page.isdigit() and int(page) > 0 else None,
        "verdict": decision.what,
        "state": state,
        "who": decision.who,
        "decided_at": f"{decision.at[:19]}Z",
        "why": decision.why or None,
        "machine_confidence": _decimal(now.get("confidence", "")),
    }
    said: dict[str, str] = {}
    if decision.what in {"confirm", "correct"}:
        whole = {**decision.machine, **decision.cells}
        said = {
            name: cell
            for name, cell in whole.items()
            if name not in _FIXED and (name in decision.cells or name not in STRUCTURE)
            if now.get(name, "") != cell
        }
    for name, cell in said.items():
        yield {**base, "column": name, "machine_value": now.get(name) or None, "value": cell or None}
    if not said:
        yield base
