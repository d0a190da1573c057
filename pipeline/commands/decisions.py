"""``hoso decisions``: what reviewers decided, listed, exported, merged."""

from __future__ import annotations

import argparse
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline import errors
from pipeline.commands.common import EPILOG, many, say, write

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.commands.common import Commands


def add(commands: Commands) -> None:
    """Declare the command."""
    decisions = commands.add_parser(
        "decisions",
        help="list, export or merge what reviewers decided",
        description="What hoso review keeps in OUT/decisions: listed, exported, merged with a colleague's.",
        epilog=EPILOG,
    )
    verbs = decisions.add_subparsers(metavar="VERB", required=True)
    listed = verbs.add_parser("list", help="count them by state; print disputed and open ones", epilog=EPILOG)
    listed.set_defaults(run=_list)
    export = verbs.add_parser("export", help="print all of them, a line of JSON each", epilog=EPILOG)
    export.set_defaults(run=_export)
    merge = verbs.add_parser(
        "merge", help="put other people's decisions into OUT; none is lost", epilog=EPILOG
    )
    merge.set_defaults(run=_merge)
    for verb in (listed, export, merge):
        verb.add_argument("folder", type=Path, metavar="OUT", help="an output folder of hoso extract")
        verb.add_argument("-v", "--verbose", action="store_true", help="show tracebacks")
    merge.add_argument(
        "files", nargs="+", type=Path, metavar="FILE", help="a file of decisions, or another output folder"
    )


def _list(options: argparse.Namespace) -> int:
    rows = list(_rows(options.folder))
    states = Counter({row["decision_id"]: row["state"] for row in rows}.values())
    say(", ".join(f"{state} {count}" for state, count in sorted(states.items())) or "no decisions")
    _tell(rows)
    return _damaged(options.folder)


def _export(options: argparse.Namespace) -> int:
    from pipeline.decisions import store
    from pipeline.decisions.record import line

    for decision in store.load(options.folder).decisions:
        write(line(decision).decode())
    return _damaged(options.folder)


def _merge(options: argparse.Namespace) -> int:
    from pipeline.archive.source import check
    from pipeline.decisions import store

    check(options.folder)
    done = store.merge(options.folder, options.files)
    for damage in done.damages:
        say(str(damage))
    rows = [row for row in _rows(options.folder) if row["state"] == "disputed"]
    disputes = len({row["row_id"] for row in rows})
    say(
        f"{many(done.added, 'decision')} added, {done.known} known already; "
        f"{many(disputes, 'figure')} in dispute; hoso extract writes them into the tables"
    )
    _tell(rows)
    return errors.EXIT_PARTIAL if done.damages else errors.EXIT_OK


def _rows(out: Path) -> Iterator[dict[str, str]]:
    """The rows of decisions.csv as they are now."""
    from contextlib import closing
    from functools import partial

    from pipeline.archive.source import check
    from pipeline.batch.ledger import Ledger
    from pipeline.batch.lock import FOLDER
    from pipeline.batch.rewrite import schemas_of
    from pipeline.decisions.book import Book
    from pipeline.tables.rows import format_row

    check(out)
    schemas = schemas_of(out)
    with closing(Ledger(out / FOLDER / "ledger.sqlite")) as ledger:
        for row in Book.load(out, schemas).listed(ledger, partial(format_row, schemas=schemas)):
            yield dict(zip(schemas["decisions"].header, row, strict=True))


def _tell(rows: list[dict[str, Any]]) -> None:
    from pipeline.show import visible

    for row in rows:
        if row["state"] in {"disputed", "open"}:
            where = f"{row['source_file']}{', page ' + row['page'] if row['page'] else ''}"
            cell = (
                f": {row['column']} {row['machine_value'] or '-'} -> {row['value'] or '-'}"
                if row["column"]
                else ""
            )
            said = f"{row['state']}: {where}: {row['table']} {row['row_id']}: {row['verdict']}{cell}"
            write(f"{visible(said)} ({visible(row['who'])}, {row['decided_at']})\n")


def _damaged(out: Path) -> int:
    from pipeline.decisions import store

    damages = store.load(out).damages
    for damage in damages:
        say(str(damage))
    return errors.EXIT_PARTIAL if damages else errors.EXIT_OK
