"""What the page of one row shows, gathered from queue, ledger and decisions."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass

from pipeline.decisions.apply import judged
from pipeline.decisions.match import Cells
from pipeline.decisions.record import Decision
from pipeline.intake.affine import quarters
from pipeline.review.draw import SHOWN, problem
from pipeline.review.queue import Item, Queue
from pipeline.review.sentence import Piece, Shown, around, page_of, shown
from pipeline.tables.schema import Column

_MARGIN = 60.0
"""Points about a figure in the zoomed view; a line of print is 12 to 15 high."""
_WIDE, _HIGH = 380.0, 130.0
"""The least that the zoomed view shows, in points: most of a line, and the lines beside it."""


@dataclass(frozen=True)
class Sheet:
    """A page to be shown as it was read: upright, where it lies on its side in the file.

    Attributes:
        number: from 1.
        width, height: upright, in points.
        boxes: on the upright page (x, y, width, height).
        zoom: the region zoomed to, likewise.
        image_width, image_height: of the page as the file has it, which is what its image shows.
        turn: the map from that to the upright page, as six numbers.
    """

    number: int
    width: float
    height: float
    boxes: Sequence[tuple[float, float, float, float]]
    zoom: tuple[float, float, float, float]
    image_width: float
    image_height: float
    turn: Sequence[float]


@dataclass(frozen=True)
class View:
    """One row.

    Attributes:
        now: its cells as decisions leave them; the machine's where they reject or dispute it.
        columns: those that a person may change.
        decisions: the standing ones about it.
        stamp: changes when the machine's row or the decisions about it do.
        sheet: None where there is no page to show.
        sentence: restored and as read.
        text: the page's text about the figure, for where there is no page to show.
        missing: why a page that there should be cannot be shown; empty for a text, which has none.
    """

    item: Item
    now: Cells
    columns: Sequence[Column]
    decisions: Sequence[Decision]
    stamp: str
    sheet: Sheet | None
    sentence: Shown
    text: Sequence[Piece]
    missing: str = ""

    @property
    def seen(self) -> tuple[str, ...]:
        """What somebody who decides now replaces."""
        return tuple(d.id for d in self.decisions if d.what != "comment")


def view_of(queue: Queue, item: Item) -> View | None:
    """All about a row; None where its document is no longer there."""
    document = queue.document(item.sha256)
    if document is None:
        return None
    settled = queue.settled(document)
    about = settled.about.get(item.row_id, [])
    rows = settled.rows.get(item.table, document.rows[item.table])
    now = next((row for row in rows if row["row_id"] == item.row_id), item.cells)
    with queue.ledger() as ledger:
        file = queue.file(ledger, item.sha256)
        evidence = [e for e in document.evidence if e["row_id"] == item.row_id]
        number = item.page or int(evidence[0]["page"]) if item.page or evidence else 1
        here = [e for e in evidence if e["page"] == str(number)]
        spans = [(int(e["start"]), int(e["end"])) for e in here]
        read = page_of(ledger, item.sha256, number)
    sentence = Shown([Piece(item.cells["quote"])], [Piece(item.cells["raw_quote"])])
    text: Sequence[Piece] = ()
    sheet, missing = None, ""
    if read is not None:
        page, restored = read
        first = [(int(e["start"]), int(e["end"])) for e in here if e["mention"] == "1"]
        sentence = shown(restored, item.cells, first)
        text = around(restored.text, spans)
        if file is not None and file.kind in SHOWN:
            missing = problem(file)
        if file is not None and file.kind in SHOWN and not missing and page.width and page.height:
            sheet = _sheet(number, page.width, page.height, page.rotation, [e["bbox"] for e in here])
    return View(
        item,
        now,
        # the numbers first: they are what is looked at
        sorted(
            judged(queue.schemas[item.table]), key=lambda c: c.name not in {e["column"] for e in evidence}
        ),
        about,
        _stamp(item.cells, about),
        sheet,
        sentence,
        text,
        missing,
    )


def _sheet(number: int, width: float, height: float, rotation: int, bboxes: Sequence[str]) -> Sheet:
    """A page of which evidence has these boxes, in points of the page as the file has it."""
    turn, across, down = quarters(rotation, width, height)
    found = (turn.box(*map(float, bbox.split())) for bbox in bboxes if bbox)
    boxes = [(b.x0 - 2, b.y0 - 2, b.x1 - b.x0 + 4, b.y1 - b.y0 + 4) for b in found]
    zoom = _zoom(boxes, across, down)
    return Sheet(number, across, down, boxes, zoom, width, height, astuple(turn))


def _zoom(
    boxes: Sequence[tuple[float, float, float, float]], width: float, height: float
) -> tuple[float, float, float, float]:
    """The region about the first number, with the others where they are near."""
    if not boxes:
        return 0, 0, width, min(height, width * 0.5)
    near = [box for box in boxes if abs(box[1] - boxes[0][1]) < _HIGH]
    x0, y0 = min(b[0] for b in near) - _MARGIN, min(b[1] for b in near) - _MARGIN
    x1, y1 = max(b[0] + b[2] for b in near) + _MARGIN, max(b[1] + b[3] for b in near) + _MARGIN
    across, down = min(max(x1 - x0, _WIDE), width), min(max(y1 - y0, _HIGH), height)
    left = min(max((x0 + x1 - across) / 2, 0), width - across)
    top = min(max((y0 + y1 - down) / 2, 0), height - down)
    return left, top, across, down


def _stamp(row: Cells, about: Sequence[Decision]) -> str:
    said: Mapping[str, object] = {"row": dict(row), "about": [d.id for d in about]}
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:20]
