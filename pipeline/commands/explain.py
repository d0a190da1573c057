"""``hoso explain``: which rule made a row, by which words, and what lost."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from pipeline import errors, memory
from pipeline.commands.common import EPILOG, add_common, add_own_rules, settings_of, write

if TYPE_CHECKING:
    from pipeline.commands.common import Commands


def add(commands: Commands) -> None:
    """Declare the command."""
    explain = commands.add_parser(
        "explain",
        help="say of one file's rows which rule made them, by which words, and what lost",
        description=(
            "Print every row of one file, and every number that no row took, with the rules that were "
            "weighed: which governs it, by which words, which lost and why."
        ),
        epilog=EPILOG,
    )
    explain.add_argument("file", metavar="FILE", help="a text file, PDF or image")
    explain.add_argument("--row", default="", metavar="ID", help="this row alone (row_id of a table)")
    add_own_rules(explain)
    add_common(explain)
    explain.add_argument("-v", "--verbose", action="store_true", help="say more; show tracebacks")
    explain.set_defaults(run=_explain)


def _explain(options: argparse.Namespace) -> int:
    from pipeline import api, explain

    settings = settings_of(options)
    with memory.limited(settings.max_memory):
        document = api.read(options.file, settings=settings)
    extraction = api.extract_figures(document, settings=settings)
    if options.row and all(figure.row_id != options.row for figure in extraction.figures):
        message = f"{options.file}: no row {options.row}; row_id stands in the tables' first column"
        raise errors.UsageError(message)
    for line in explain.lines(extraction, options.row):
        write(f"{line}\n")
    return errors.EXIT_OK
