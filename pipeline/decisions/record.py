"""One decision of one person about one figure, as a line of JSON whose id is the hash of what it says.

A decision names its figure by content: the document's SHA-256, the table, the places of its numbers, what
the machine read. So it holds wherever the same document is read again, by whatever rules and under whatever
name.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Literal, get_args

from pipeline.errors import UsageError

What = Literal["confirm", "correct", "reject", "comment", "undo"]

MOST_LETTERS = 2_000
"""Code points of a comment, a cell or a name: more is no decision but a document."""
MOST_BYTES = 200_000
"""Of a line: all cells of the widest table at their longest would have fewer."""
_VERSION = 1
_SURROGATE = re.compile("[\ud800-\udfff]")
_SHAPES = {
    "id": "[0-9a-f]{20}",
    "at": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z",
    "document": "([0-9a-f]{64})?",
    "table": "([a-z][a-z0-9_]*)?",
    "row_id": "([a-z][0-9a-f]{12})?",
    "undoes": "([0-9a-f]{20})?",
    "who": ".+",
}


class DecisionError(UsageError):
    """A line that is no decision, or a value that no cell may hold."""

    code = "decision"


@dataclass(frozen=True)
class Place:
    """Where one number of a figure stands.

    Attributes:
        column: whose value it is.
        page: from 1.
        text: as it stands in the page's restored text.
        nth: how often the same text stands on the page before it.
        bbox: ``x0 y0 x1 y1`` in points as in evidence.csv; empty without geometry.
    """

    column: str
    page: int
    text: str
    nth: int
    bbox: str = ""


@dataclass(frozen=True)
class Decision:
    """What one person said of one figure.

    Attributes:
        what: ``confirm`` and ``correct`` say what its row is, ``reject`` that it is none, ``comment``
            something else; ``undo`` takes back the decision ``undoes``.
        who: the reviewer.
        at: when, in UTC.
        document: SHA-256 of the file.
        source_file: its name at the time.
        row_id: the row's at the time; what finds it again are document, table and ``places``.
        places: of its numbers.
        machine: the row's cells as the machine had made them.
        cells: those that the person changed, as they will stand in the table.
        seen: ids of all decisions about the figure that this person had before them: this one replaces them.
        undoes: id.
        why: in the person's words.
    """

    what: What
    who: str
    at: str = ""
    document: str = ""
    source_file: str = ""
    table: str = ""
    row_id: str = ""
    places: tuple[Place, ...] = ()
    machine: Mapping[str, str] = field(default_factory=dict)
    cells: Mapping[str, str] = field(default_factory=dict)
    seen: tuple[str, ...] = ()
    undoes: str = ""
    why: str = ""
    id: str = ""


def signed(decision: Decision, at: str = "") -> Decision:
    """The decision with its time (now, where none is given) and its id.

    Raises:
        DecisionError: where it could not be read again.
    """
    clean = replace(
        decision,
        at=at or decision.at or datetime.now(UTC).strftime("%FT%T.%fZ"),
        who=_text(" ".join(decision.who.split())),
        why=_text(decision.why.strip()),
        source_file=_text(decision.source_file),
        id="",
    )
    made = replace(clean, id=_id(_value(clean)))
    return parse(line(made).rstrip(b"\n"))


def line(decision: Decision) -> bytes:
    """The decision as a line, its end included; equal decisions give equal bytes."""
    return _json({**_value(decision), "id": decision.id}).encode() + b"\n"


def parse(data: bytes) -> Decision:
    """The decision of a line without its end.

    Raises:
        DecisionError: where the line is damaged or none of ours.
    """
    if len(data) > MOST_BYTES:
        message = f"a line of more than {MOST_BYTES} bytes"
        raise DecisionError(message)
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        message = "a damaged line"
        raise DecisionError(message) from None
    if not isinstance(value, dict) or value.get("v") != _VERSION:
        message = "a line that is no decision of this version of hoso"
        raise DecisionError(message)
    try:
        said = value.pop("id")
        decision = _decision(value)
        is_whole = said == _id(value) and _value(decision) == value
    except (KeyError, TypeError, ValueError):
        is_whole = False
    if not is_whole:
        message = "a line that was changed by hand or is damaged"
        raise DecisionError(message)
    return replace(decision, id=said)


def _value(decision: Decision) -> dict[str, Any]:
    """What is hashed: everything but the id."""
    return {
        "v": _VERSION,
        "what": decision.what,
        "who": decision.who,
        "at": decision.at,
        "document": decision.document,
        "source_file": decision.source_file,
        "table": decision.table,
        "row_id": decision.row_id,
        "places": [[p.column, p.page, p.text, p.nth, p.bbox] for p in decision.places],
        "machine": dict(decision.machine),
        "cells": dict(decision.cells),
        "seen": list(decision.seen),
        "undoes": decision.undoes,
        "why": decision.why,
    }


def _decision(value: Mapping[str, Any]) -> Decision:
    """A decision of a JSON object; TypeError or ValueError where a part is of another form."""
    plain = ("what", "who", "at", "document", "source_file", "table", "row_id", "undoes", "why")
    texts = {name: _checked(name, value[name]) for name in plain}
    if texts["what"] not in get_args(What):
        raise ValueError(texts["what"])
    places = tuple(Place(str(c), int(p), str(t), int(n), str(b)) for c, p, t, n, b in value["places"])
    return Decision(
        **texts,  # type: ignore[arg-type]
        places=places,
        machine=_cells(value["machine"]),
        cells=_cells(value["cells"]),
        seen=tuple(_checked("id", seen) for seen in value["seen"]),
    )


def _cells(value: Mapping[str, Any]) -> dict[str, str]:
    return {_checked("column", name): _checked("cell", cell) for name, cell in value.items()}


def _checked(name: str, value: object) -> str:
    if not isinstance(value, str) or (name in {"who", "why"} and len(value) > MOST_LETTERS):
        raise TypeError(name)
    shape = _SHAPES.get(name)
    if shape and not re.fullmatch(shape, value):
        raise ValueError(name)
    return value


def _text(text: str) -> str:
    return _SURROGATE.sub("\ufffd", text)


def _id(value: Mapping[str, Any]) -> str:
    return hashlib.sha256(_json(value).encode()).hexdigest()[:20]


def _json(value: Mapping[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
