"""``hoso check``: what the text layer of each page is worth."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline import errors
from pipeline.commands.common import EPILOG, add_common, say, settings_of, write

if TYPE_CHECKING:
    from pipeline.commands.common import Commands


def add(commands: Commands) -> None:
    """Declare the command."""
    check = commands.add_parser(
        "check",
        help="say of every page whether its text layer is good, and why; write nothing",
        description=(
            "Judge the text layer of every page of files and folders: good, legacy (an old encoding), "
            "ruined, partly_ruined, contradicted (the page's image says otherwise), stamp_only, none. The "
            "verdicts are those by which extract reads."
        ),
        epilog=EPILOG,
    )
    check.add_argument("files", nargs="+", type=Path, metavar="FILE", help="a file or a folder")
    check.add_argument("--json", action="store_true", help="a line of JSON a file, with every region")
    add_common(check)
    check.add_argument("-v", "--verbose", action="store_true", help="say more; show tracebacks")
    check.set_defaults(run=_check)


def _check(options: argparse.Namespace) -> int:
    from pipeline import check

    done = failed = 0
    for file in check.check(options.files, settings_of(options)):
        for line in [check.as_json(file)] if options.json else check.lines(file):
            write(f"{line}\n")
        for error in file.errors:
            say(str(error))
        failed += len(file.errors)
        done += sum(page.judgement is not None for page in file.pages)
    if not done:
        if not failed:
            names = ", ".join(map(str, options.files))
            message = f"no file in {names}; hoso reads PDF, PNG, JPEG, TIFF, .txt and office files"
            raise errors.UsageError(message)
        return errors.EXIT_NOTHING
    return errors.EXIT_PARTIAL if failed else errors.EXIT_OK
