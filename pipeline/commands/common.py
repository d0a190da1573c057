"""What commands share: options, settings, lines on standard output and error."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline import errors

if TYPE_CHECKING:
    from pipeline.batch.watch import MaxFailures
    from pipeline.settings import Settings

    Commands = argparse._SubParsersAction[argparse.ArgumentParser]

EPILOG = """exit status: 0 all well; 2 wrong usage or settings; 3 some files or pages could not be read (the
rest is complete); 4 nothing could be read; 5 a program or dictionary is missing; 6 the output folder cannot
be used; 7 more failures than --max-failures allows; 8 the input went away while it was read; 9 the cluster
cannot be used or was lost; 130 interrupted (run the same command again to go on); 1 unexpected error"""


def add_own_rules(command: argparse.ArgumentParser) -> None:
    """Declare --rules."""
    command.add_argument(
        "--rules", type=Path, metavar="FOLDER", help="a folder of rule files that add tables of your own"
    )


def add_common(command: argparse.ArgumentParser) -> None:
    """Declare what every command that reads files takes."""
    command.add_argument(
        "--config", type=Path, metavar="FILE", help="settings (default: hoso.toml here, where there is one)"
    )
    command.add_argument(
        "--password-file",
        type=Path,
        metavar="FILE",
        help="passwords of encrypted PDFs, one a line, tried in order",
    )


def positive(text: str) -> int:
    """The type of a whole number from 1."""
    # isdigit alone takes ², which int refuses; nobody has a hundred thousand processors
    if not (text.isascii() and text.isdigit() and len(text) < 6 and int(text) > 0):
        message = f"must be a whole number from 1, not {text[:20]!r}"
        raise argparse.ArgumentTypeError(message)
    return int(text)


def max_failures(text: str) -> MaxFailures:
    """The type of --max-failures."""
    from pipeline.batch.watch import MaxFailures

    try:
        return MaxFailures.parse(text)
    except errors.UsageError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def settings_of(options: argparse.Namespace) -> Settings:
    """The settings that a command was given.

    Raises:
        UsageError: where one is wrong, or a folder of rules has none.
    """
    from pipeline import settings

    own: Path | None = getattr(options, "rules", None)
    flags = {"rules": str(rules_folder(own))} if own else {}
    if options.password_file:
        # by its absolute name: a worker may stand elsewhere
        flags["password_file"] = str(options.password_file.absolute())
    chosen = settings.load(flags, file=options.config)
    if chosen.rules_folder is not None and own is None:
        chosen = chosen.with_values({"rules": str(rules_folder(chosen.rules_folder))}, "rules")
    return chosen


def rules_folder(path: Path) -> Path:
    """A folder with rule files in it, by its absolute name: a worker may stand elsewhere."""
    if not path.is_dir() or not any(path.glob("*.toml")):
        message = f"{path}: no folder with rule files (*.toml) in it"
        raise errors.UsageError(message)
    return path.resolve()


def write(text: str) -> None:
    """Write text to standard output."""
    # as bytes: the terminal's encoding must not change a letter, nor a line end
    sys.stdout.buffer.write(text.encode())
    sys.stdout.buffer.flush()


def say(line: str) -> None:
    """Say a line on standard error."""
    sys.stderr.write(f"hoso: {line}\n")


def many(count: int, noun: str) -> str:
    """A count with its noun.

    >>> many(1, "file"), many(2, "file")
    ('1 file', '2 files')
    """
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
