"""``hoso rules check``: rule files judged, their examples run."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline import errors
from pipeline.commands.common import EPILOG, many, rules_folder, say

if TYPE_CHECKING:
    from pipeline.commands.common import Commands


def add(commands: Commands) -> None:
    """Declare the command."""
    rules = commands.add_parser(
        "rules",
        help="check rule files: their form, their examples and counter-examples",
        description="Read rule files, run their examples, try their patterns; print a line for each fault.",
        epilog=EPILOG,
    )
    verbs = rules.add_subparsers(metavar="VERB", required=True)
    check = verbs.add_parser("check", help="check a folder of rule files", epilog=EPILOG)
    check.add_argument(
        "folder", nargs="?", type=Path, metavar="FOLDER", help="rules of your own (default: hoso's)"
    )
    check.add_argument("-v", "--verbose", action="store_true", help="show tracebacks")
    check.set_defaults(run=_check_rules)


def _check_rules(options: argparse.Namespace) -> int:
    from pipeline.extract import check

    folder = rules_folder(options.folder) if options.folder else None
    wrong = list(check.check(folder))
    for line in wrong:
        say(line)
    if wrong:
        return errors.RuleError.exit_status
    number, examples = check.count(folder)
    say(f"{many(number, 'rule file')}, {many(examples, 'example')}: all as they should be")
    return errors.EXIT_OK
