"""The commands: what was typed becomes calls, what comes back becomes lines and an exit status."""

from __future__ import annotations

import argparse
import logging
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from pipeline import __version__, errors
from pipeline.commands import (
    archive,
    check,
    decisions,
    explain,
    export,
    extract,
    report,
    restore,
    review,
    rules,
    status,
)
from pipeline.commands.common import EPILOG, say

_COMMANDS = (extract, restore, check, explain, archive, review, decisions, export, report, status, rules)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command.

    Returns:
        The exit status (see ``pipeline.errors``); never a traceback, unless ``-v`` asks for it.
    """
    parser = build_parser()
    options = parser.parse_args(arguments)
    verbose = bool(options.verbose)
    _log_to_stderr(verbose=verbose)
    try:
        status: int = options.run(options)
    except errors.HosoError as error:
        return _complain(str(error), error.exit_status)
    except MemoryError:
        line = "this takes more memory than there is; raise max_memory, or the machine's"
        return _complain(line, errors.LimitError.exit_status)
    except KeyboardInterrupt:
        return _complain("interrupted", errors.EXIT_INTERRUPTED)
    except BrokenPipeError:
        # whoever read our output has enough; nothing more can be said there
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return errors.EXIT_OK
    except Exception as error:
        if verbose:
            raise
        line = f"{type(error).__name__}: {error}".splitlines()[0]
        hint = _log_hint(options)
        return _complain(f"unexpected error: {line} ({hint})", errors.EXIT_UNEXPECTED)
    return status


def _log_to_stderr(*, verbose: bool) -> None:
    """Warnings go to the run's log file in any case; to the terminal only where somebody asked."""
    logging.basicConfig(format="hoso: %(message)s")
    for handler in logging.getLogger().handlers:
        handler.setLevel(logging.INFO if verbose else logging.ERROR)


def build_parser() -> argparse.ArgumentParser:
    """The command line's grammar; the documentation's help is made of it."""
    parser = argparse.ArgumentParser(
        prog="hoso",
        description="Scanned Vietnamese reports in, restored text and tidy tables out.",
        epilog=EPILOG,
    )
    parser.add_argument("--version", action="version", version=f"hoso {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for command in _COMMANDS:
        command.add(commands)
    return parser


def _log_hint(options: argparse.Namespace) -> str:
    out: Path | None = getattr(options, "out", None)
    place = None if out is None else out / ".hoso" / "hoso.log"
    return f"traceback in {place}" if place is not None and place.exists() else "-v shows the traceback"


def _complain(line: str, status: int) -> int:
    say(line)
    return status


if __name__ == "__main__":
    sys.exit(main())
