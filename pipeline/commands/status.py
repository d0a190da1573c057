"""``hoso status``, ``hoso retry``, ``hoso clean``: what an output folder holds, and what to do about it."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.commands.common import EPILOG, many, positive, say, write
from pipeline.errors import EXIT_OK

if TYPE_CHECKING:
    from pipeline.batch.status import Status
    from pipeline.commands.common import Commands

_OUT = "an output folder of hoso extract"


def add(commands: Commands) -> None:
    """Declare the commands."""
    status = commands.add_parser(
        "status",
        help="what an output folder holds: done, failed, left, pages an hour, time left",
        description="Tell what is done, failed and left in OUT, also while a run is on; writes nothing.",
        epilog=EPILOG,
    )
    status.add_argument("folder", type=Path, metavar="OUT", help=_OUT)
    status.add_argument("--json", action="store_true", help="as one JSON object")
    status.set_defaults(run=_status, verbose=False)
    retry = commands.add_parser(
        "retry",
        help="read again what failed, and nothing else",
        description=(
            "Read again the files and pages that failed in OUT, with inputs and settings of the last run, "
            "and bring the tables up to date. New and changed files wait for hoso extract."
        ),
        epilog=EPILOG,
    )
    retry.add_argument("folder", type=Path, metavar="OUT", help=_OUT)
    retry.add_argument(
        "--jobs", type=positive, default=0, metavar="N", help="worker processes (default: usable processors)"
    )
    retry.add_argument("-q", "--quiet", action="store_true", help="say nothing but errors")
    retry.set_defaults(run=_retry, verbose=False)
    clean = commands.add_parser(
        "clean",
        help="remove what no file needs: pages of files that are gone, leftovers of killed runs",
        description=(
            "Remove from OUT the pages of files that are gone, which are kept in case they come back, and "
            "what killed runs left behind. Tables, texts and decisions stay."
        ),
        epilog=EPILOG,
    )
    clean.add_argument("folder", type=Path, metavar="OUT", help=_OUT)
    clean.set_defaults(run=_clean, verbose=False)


def _status(options: argparse.Namespace) -> int:
    from pipeline.batch.status import status

    found = status(options.folder)
    if options.json:
        write(json.dumps({**asdict(found), "eta_seconds": found.eta_seconds}, ensure_ascii=False) + "\n")
    else:
        write("".join(f"{line}\n" for line in lines(found, options.folder / "failures.csv")))
    return EXIT_OK


def lines(found: Status, listed: Path) -> list[str]:
    """A status for a person; ``listed``: where all failures stand."""
    told = ", ".join(f"{code} {number}" for code, number in found.failures.items())
    pages = f"{found.pages_done} done, {found.pages_failed} failed, {found.pages_left} left"
    files = f"{found.files - found.files_failed} can be read, {found.files_failed} failed"
    made = f"{found.documents_made} made, {found.documents_failed} failed, {found.documents_left} left"
    said = [f"pages      {found.pages}: {pages}", f"files      {found.files}: {files}", f"documents  {made}"]
    if told:
        said.append(f"failures   {told}")
        for one in found.examples:
            page = "" if one.page is None else f", page {one.page}"
            said.append(f"           {one.source_file}{page}: {one.code}")
        more = found.failures_in_all - len(found.examples)
        when = " (written when the run ends)" if found.running else ""
        said.append(f"           {f'and {more} more; ' if more else ''}all in {listed}{when}")
    if found.pages_per_hour:
        speed = f"speed      {found.pages_per_hour:.0f} pages an hour"
        eta = found.eta_seconds
        said.append(f"{speed}, {eta // 3600}:{eta // 60 % 60:02} h left" if eta else speed)
    if found.running:
        who = found.running
        said.append(f"running    process {who['process']} on {who['host']} since {who['since']}")
    elif found.pages_left or found.documents_left:
        said.append("running    no; run hoso extract again to go on")
    else:
        said.append("running    no")
    return said


def _retry(options: argparse.Namespace) -> int:
    from pipeline.batch.progress import Progress
    from pipeline.batch.retry import retry
    from pipeline.batch.runner import Options
    from pipeline.commands.extract import tell

    report = retry(options.folder, Options(jobs=options.jobs), Progress.on_stderr(quiet=options.quiet))
    if not options.quiet:
        tell(report)
    return report.exit_status


def _clean(options: argparse.Namespace) -> int:
    from pipeline.batch.clean import clean

    done = clean(options.folder)
    say(f"{many(done.pages, 'page')} of files that are gone removed, {done.freed / 1e6:.1f} MB freed")
    return EXIT_OK
