"""``hoso archive``: searchable PDFs, hOCR and ALTO of what was read."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.commands.common import EPILOG, add_common, positive, say, settings_of

if TYPE_CHECKING:
    from pipeline.commands.common import Commands


def add(commands: Commands) -> None:
    """Declare the command."""
    archive = commands.add_parser(
        "archive",
        help="make searchable PDFs, hOCR and ALTO of what hoso extract read",
        description=(
            "Write OUT/archive: of every scan that hoso extract read into OUT a PDF whose pages look as they "
            "did, with the restored text under them, and the words with places and confidences as hOCR and "
            "ALTO XML. Nothing is read again, originals stay as they are, only what changed is made anew."
        ),
        epilog=EPILOG,
    )
    archive.add_argument("folder", type=Path, metavar="OUT", help="an output folder of hoso extract")
    archive.add_argument(
        "--to",
        type=_formats,
        default="pdf,hocr,alto",
        metavar="FORMATS",
        help="of pdf,hocr,alto (default: all)",
    )
    archive.add_argument(
        "--pdfa", action="store_true", help="PDF/A-2b, validated; what cannot be fails alone"
    )
    archive.add_argument(
        "--jobs",
        type=positive,
        default=0,
        metavar="N",
        help="documents at a time (default: usable processors)",
    )
    add_common(archive)
    loudness = archive.add_mutually_exclusive_group()
    loudness.add_argument("-q", "--quiet", action="store_true", help="say nothing but errors")
    loudness.add_argument("-v", "--verbose", action="store_true", help="say more; show tracebacks")
    archive.set_defaults(run=_archive)


def _archive(options: argparse.Namespace) -> int:
    from pipeline.archive import run
    from pipeline.batch.progress import Progress

    chosen = run.Options(options.to, options.pdfa, options.jobs)
    progress = Progress.on_stderr(quiet=options.quiet)
    report = run.archive(options.folder, settings_of(options), chosen, progress)
    for failure in report.failures:
        say(failure.message)
    if not options.quiet:
        say(f"{report}; in {options.folder / run.FOLDER}")
    return report.exit_status


def _formats(text: str) -> list[str]:
    wanted = text.split(",")
    if unknown := [name for name in wanted if name not in {"pdf", "hocr", "alto"}]:
        message = f"{unknown[0][:20]!r} is none of pdf, hocr, alto"
        raise argparse.ArgumentTypeError(message)
    return sorted(set(wanted))
