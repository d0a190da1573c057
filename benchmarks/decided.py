"""The machine's rows against what reviewers decided about them: their decisions as labels.

What a person accepted or corrected is wanted, what they rejected is not; rows that nobody decided about are
not judged. A decided figure that has no row any more (``open``) is missed. So precision holds for the rows
that were looked at, the doubtful ones first, and recall only for what was found once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from benchmarks.scoring import JUDGED, Share
from pipeline.archive.source import check
from pipeline.batch.ledger import Ledger
from pipeline.batch.lock import FOLDER
from pipeline.batch.rewrite import schemas_of
from pipeline.decisions.apply import is_disputed, judged, settle, truth
from pipeline.decisions.book import Book, told
from pipeline.decisions.verdicts import heads, standing

HEAD = ("table", "wanted", "found", "right", "precision", "recall", "wrong cells")


def rows(out: Path) -> list[Sequence[object]]:
    """A row a table that has decisions.

    Raises:
        UsageError: where ``out`` is no output folder.
    """
    check(out)
    schemas, wanted, found, right = schemas_of(out), Counter[str](), Counter[str](), Counter[str]()
    wrong: dict[str, Counter[str]] = {}
    book, placed = Book.load(out, schemas), set[str]()
    with closing(Ledger(out / FOLDER / "ledger.sqlite")) as ledger:
        for file in ledger.primaries():
            if file.sha256 not in book:
                continue
            document = told(ledger, file, schemas)
            machine = {row["row_id"]: row for table in document.rows.values() for row in table}
            for row_id, about in settle(document, book.about(file.sha256), schemas).about.items():
                placed |= {decision.id for decision in about}
                tops = heads(about)
                if not tops or is_disputed(tops, schemas[tops[0].table]):
                    continue
                table = tops[0].table
                found[table] += 1
                if tops[0].what == "reject":
                    continue
                wanted[table] += 1
                said = truth(tops[0], schemas[table])
                columns = JUDGED.get(table, [column.name for column in judged(schemas[table])])
                differ = [c for c in columns if c in said and machine[row_id][c] != said[c]]
                right[table] += not differ
                wrong.setdefault(table, Counter()).update(differ)
    lost = [d for d in standing(book.all()) if d.id not in placed]
    for decision in heads(lost):
        wanted[decision.table] += decision.what in {"confirm", "correct"}
    return [
        _line(table, Share(wanted[table], found[table], right[table]), wrong.get(table, Counter()))
        for table in sorted(wanted | found)
    ]


def _line(table: str, share: Share, wrong: Counter[str]) -> Sequence[object]:
    cells = ", ".join(f"{name} {count}" for name, count in wrong.most_common())
    return (
        table,
        share.wanted,
        share.found,
        share.right,
        f"{share.precision:.3f}",
        f"{share.recall:.3f}",
        cells,
    )
