"""``hoso export``: OUT as a workbook, a database, Parquet, or CSV for Excel."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline import errors
from pipeline.commands.common import EPILOG, say

if TYPE_CHECKING:
    from pipeline.commands.common import Commands

_FORMATS = ("xlsx", "parquet", "duckdb", "sqlite", "csv-excel")


def add(commands: Commands) -> None:
    """Declare the command."""
    export = commands.add_parser(
        "export",
        help="make a workbook, a database, Parquet or CSV for Excel of OUT",
        description=(
            "Write the tables of OUT in other forms: xlsx (a workbook with headings in words, filters, and "
            "sheets that explain), duckdb and sqlite (tables with keys, descriptions, and views that sum "
            "every figure once), parquet, csv-excel (as Excel in Vietnam opens it). Each is "
            "written whole or not at all."
        ),
        epilog=EPILOG,
    )
    export.add_argument("folder", type=Path, metavar="OUT", help="an output folder of hoso extract")
    export.add_argument(
        "--to", type=_formats, required=True, metavar="FORMATS", help=f"of {','.join(_FORMATS)}"
    )
    export.add_argument(
        "--file",
        type=Path,
        metavar="PLACE",
        help="the file to write, for parquet and csv-excel the folder (default: in OUT/exports)",
    )
    export.add_argument(
        "--lang", choices=("vi", "en"), default="vi", help="of headings and codes in xlsx and csv-excel"
    )
    loudness = export.add_mutually_exclusive_group()
    loudness.add_argument("-q", "--quiet", action="store_true", help="say nothing but errors")
    loudness.add_argument("-v", "--verbose", action="store_true", help="show tracebacks")
    export.set_defaults(run=_export)


def _export(options: argparse.Namespace) -> int:
    from pipeline.outputs import export

    if options.file is not None and len(options.to) > 1:
        message = f"--file names one place, and --to {','.join(options.to)} makes {len(options.to)}"
        raise errors.UsageError(message)
    done = export.export(options.folder, options.to, options.file, options.lang)
    for line in done.told:
        say(line)
    if not options.quiet:
        for place in done.places:
            say(f"written: {place}")
    return errors.EXIT_OK


def _formats(text: str) -> list[str]:
    wanted = list(dict.fromkeys(text.split(",")))
    if unknown := [name for name in wanted if name not in _FORMATS]:
        message = f"{unknown[0][:20]!r} is none of {', '.join(_FORMATS)}"
        raise argparse.ArgumentTypeError(message)
    return wanted
