"""``hoso report``: one page that says what was read, with each number's evidence."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline import errors
from pipeline.commands.common import EPILOG, say

if TYPE_CHECKING:
    from pipeline.commands.common import Commands


def add(commands: Commands) -> None:
    """Declare the command."""
    report = commands.add_parser(
        "report",
        help="write one HTML page: what was read, how well, figures, what to review first",
        description=(
            "Write one self-contained page, in Vietnamese and English, that needs no network: what was read "
            "and how well, figures by place and year with what the charts leave out, what failed, what to "
            "review first, and for each number the sentence, page and place that it was read from."
        ),
        epilog=EPILOG,
    )
    report.add_argument("folder", type=Path, metavar="OUT", help="an output folder of hoso extract")
    report.add_argument(
        "--file", type=Path, metavar="PLACE", help="the page to write (default: OUT/report.html)"
    )
    report.add_argument(
        "--map",
        type=Path,
        metavar="FILE",
        help="a GeoJSON file of provinces, districts or communes with official codes, to draw figures on",
    )
    report.add_argument(
        "--map-code",
        metavar="PROPERTY",
        help="the property of its shapes that has the code (default: code, ma or the like)",
    )
    loudness = report.add_mutually_exclusive_group()
    loudness.add_argument("-q", "--quiet", action="store_true", help="say nothing but errors")
    loudness.add_argument("-v", "--verbose", action="store_true", help="show tracebacks")
    report.set_defaults(run=_report)


def _report(options: argparse.Namespace) -> int:
    from pipeline.outputs import report

    if options.map_code is not None and options.map is None:
        message = "--map-code names a property of the shapes of --map FILE, which is not given"
        raise errors.UsageError(message)
    place = report.report(options.folder, options.file, options.map, options.map_code)
    if not options.quiet:
        say(f"written: {place}")
    return errors.EXIT_OK
