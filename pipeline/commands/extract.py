"""``hoso extract``: read files and folders, bring OUT up to date."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline import errors
from pipeline.batch.place import Remote, place_of
from pipeline.commands import scheduled
from pipeline.commands.common import (
    EPILOG,
    add_common,
    add_own_rules,
    many,
    max_failures,
    positive,
    say,
    settings_of,
)

if TYPE_CHECKING:
    from pipeline.batch.engines.dask_place import Place
    from pipeline.batch.runner import Report
    from pipeline.batch.settling import Settling
    from pipeline.commands.common import Commands
    from pipeline.model import Failure


def add(commands: Commands) -> None:
    """Declare the command."""
    extract = commands.add_parser(
        "extract",
        help="read files and folders; write restored text and tables",
        description=(
            "Read PDF, PNG, JPEG, TIFF and text files, folders recursively, and bring OUT up to date: a "
            "second run reads only what changed, an interrupted one goes on, and files that are gone leave "
            "the tables."
        ),
        epilog=EPILOG,
    )
    extract.add_argument(
        "inputs", nargs="+", type=place_of, metavar="INPUT", help="a file, a folder or a URL (s3://…)"
    )
    extract.add_argument("--out", required=True, type=Path, help="output folder; made where missing")
    where = extract.add_mutually_exclusive_group()
    where.add_argument(
        "--jobs", type=positive, default=0, metavar="N", help="worker processes (default: usable processors)"
    )
    where.add_argument(
        "--cluster",
        metavar="ADDRESS",
        help="a Dask cluster: tcp://HOST:8786, tls://HOST:8786, a scheduler file, local or local:N",
    )
    extract.add_argument(
        "--cluster-wait",
        type=positive,
        default=120,
        metavar="SECONDS",
        help="how long to wait for a worker that can be used (default: 120)",
    )
    extract.add_argument(
        "--max-failures",
        type=max_failures,
        default=None,
        metavar="N|P%",
        help="end the run (status 7) when more than N failed in it, or more than P per cent of at least 100",
    )
    scheduled.add(extract)
    add_own_rules(extract)
    add_common(extract)
    loudness = extract.add_mutually_exclusive_group()
    loudness.add_argument("-q", "--quiet", action="store_true", help="say nothing but errors")
    loudness.add_argument("-v", "--verbose", action="store_true", help="say more; show tracebacks")
    extract.set_defaults(run=_extract)


def _extract(options: argparse.Namespace) -> int:
    if any(isinstance(given, Remote) for given in options.inputs):
        if options.watch:
            message = "--watch looks at folders; of a URL run hoso extract from cron: it fetches what is new"
            raise errors.UsageError(message)
        if options.since:
            message = "--since takes folders; of a URL only objects that changed are fetched anyway"
            raise errors.UsageError(message)
    if options.watch:
        return scheduled.stay(options, lambda is_settled: _once(options, is_settled))
    return _once(options)


def _once(options: argparse.Namespace, is_settled: Settling | None = None) -> int:
    from pipeline.batch.runner import Options, run
    from pipeline.batch.since import moment
    from pipeline.batch.watch import MaxFailures

    with scheduled.Teller(options, _summary) as teller:
        teller.check()
        since = moment(options.since, options.out) if options.since else None
        most = options.max_failures or MaxFailures()
        how = Options(
            jobs=options.jobs,
            cluster=_cluster(options),
            max_failures=most,
            since=since,
            is_settled=is_settled,
        )
        report = run(options.inputs, options.out, settings_of(options), how, teller.progress)
        if not (options.quiet or options.log_json):
            tell(report)
        teller.done(report)
    return teller.status


def _cluster(options: argparse.Namespace) -> Place | None:
    if options.cluster is None:
        return None
    from pipeline.batch.engines.dask_place import place
    from pipeline.batch.runner import Options

    return place(options.cluster, Options().workers, options.cluster_wait)


def tell(report: Report) -> None:
    """Say what a run came to."""
    for failure in report.summary.examples:
        say(_named(failure))
    say(_summary(report))


def _named(failure: Failure) -> str:
    """A failure as a line that names its file and page."""
    if failure.source_file in failure.message:
        return failure.message
    page = "" if failure.page is None else f", page {failure.page}"
    return f"{failure.source_file}{page}: {failure.message}"


def _summary(report: Report) -> str:
    """One line: what was read, what came out, what failed, where it lies."""
    found, done = report.summary, report.counts
    rows = ", ".join(f"{name} {report.rows[name]}" for name in report.rows if name not in _NO_FIGURES)
    failed = f"; {found.failures} failed, all in {report.out / 'failures.csv'}" if found.failures else ""
    left = f"; {many(done.files_left, 'new file')} left out, older or not settled" if done.files_left else ""
    return (
        f"{many(found.files, 'file')}, {many(found.pages, 'page')} "
        f"({done.pages_read} read now, {report.seconds:.0f} s); "
        f"rows: {rows}{failed}{left}; tables in {report.out / 'tables'}"
    )


_NO_FIGURES = frozenset({"evidence", "pages", "failures"})
