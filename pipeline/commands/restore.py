"""``hoso restore``: the restored text of one file, or of standard input."""

from __future__ import annotations

import argparse
import itertools
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from pipeline import errors, memory
from pipeline.commands.common import EPILOG, add_common, settings_of, write

if TYPE_CHECKING:
    from pipeline.commands.common import Commands
    from pipeline.model import RestoredText
    from pipeline.settings import Settings


def add(commands: Commands) -> None:
    """Declare the command."""
    restore = commands.add_parser(
        "restore",
        help="print the restored text of one file",
        description="Print the restored text of a text file, PDF or image; pages are split by form feeds.",
        epilog=EPILOG,
    )
    restore.add_argument(
        "file", metavar="FILE", nargs="?", help="a file, or - for UTF-8 text on standard input"
    )
    instead = restore.add_mutually_exclusive_group()
    instead.add_argument(
        "--edits",
        action="store_true",
        help="print the changes, not the text: a coloured diff on a terminal (NO_COLOR is heeded), elsewhere "
        "CSV with the columns of edits/DOC_ID.csv",
    )
    instead.add_argument(
        "--lines",
        action="store_true",
        help="restore standard input line by line, each answered before the next is read",
    )
    restore.add_argument(
        "--channel",
        choices=("auto", "eng", "vie"),
        default="auto",
        help="what read the text: OCR without Vietnamese (eng), with it (vie); default: find out",
    )
    add_common(restore)
    restore.add_argument("-v", "--verbose", action="store_true", help="say more; show tracebacks")
    restore.set_defaults(run=_restore, wrong=restore.error)


def _restore(options: argparse.Namespace) -> int:
    if options.lines:
        return _restore_lines(options)
    if options.file is None:
        options.wrong("the following arguments are required: FILE, or --lines")
    pages = _restored(options)
    if not options.edits:
        write("\f".join(page.text for page in pages))
        return errors.EXIT_OK
    from pipeline import show

    if sys.stdout.isatty():
        colour = not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
        chunks = show.diff(pages, colour=colour)
    else:
        chunks = show.table(pages)
    for chunk in chunks:
        sys.stdout.buffer.write(chunk.encode("utf-8", "replace"))
    sys.stdout.buffer.flush()
    return errors.EXIT_OK


def _restored(options: argparse.Namespace) -> Sequence[RestoredText]:
    from pipeline import api, show

    settings = settings_of(options)
    if options.file != "-":
        with memory.limited(settings.max_memory):
            return api.read(options.file, settings=settings, channel=options.channel).restored
    data = sys.stdin.buffer.read(settings.max_bytes + 1)
    _check_size(data, settings, "standard input")
    text = _decoded(data, "standard input")
    restored = api.restore_text(text, channel=options.channel)
    return show.by_page(restored) if options.edits else [restored]


def _restore_lines(options: argparse.Namespace) -> int:
    from pipeline import api

    if options.file not in {None, "-"}:
        options.wrong(f"--lines reads standard input, not {options.file}")
    settings = settings_of(options)
    for number in itertools.count(1):
        where = f"standard input, line {number}"
        data = sys.stdin.buffer.readline(settings.max_bytes + 1)
        if not data:
            break
        _check_size(data, settings, where)
        write(api.restore_text(_decoded(data, where), channel=options.channel).text)
    return errors.EXIT_OK


def _check_size(data: bytes, settings: Settings, where: str) -> None:
    if len(data) > settings.max_bytes:
        message = f"{where}: more than the limit of {settings.max_bytes} bytes; raise max_bytes"
        raise errors.LimitError(message)


def _decoded(data: bytes, where: str) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        from pipeline.intake.codes import shown
        from pipeline.intake.legacy import explains

        content = shown(data)
        if explains(content):
            return content
        message = f"{where} is not UTF-8 (byte {error.start}); convert it, or name the file"
        raise errors.UnsupportedError(message) from error
