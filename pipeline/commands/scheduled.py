"""What a run tells to others than the person before it: JSON lines, metrics, mail; and the run that stays."""

from __future__ import annotations

import argparse
import csv
import logging
import sys
import time
from collections.abc import Callable, Iterator
from hashlib import blake2b
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from pipeline import errors
from pipeline.commands.common import positive, say

if TYPE_CHECKING:
    from pipeline.batch.json_log import JsonLog
    from pipeline.batch.runner import Report
    from pipeline.batch.settling import Settling

SETTLE = 30
"""Seconds for which a file stays as it is before ``--watch`` takes it: scanners write for some seconds."""
_MAILED = 20
"""Failures that a mail names."""


def add(command: argparse.ArgumentParser) -> None:
    """Declare the options."""
    group = command.add_argument_group("scheduled runs (docs/scheduled.md)")
    group.add_argument(
        "--since",
        metavar="DATE|last",
        help=(
            "take only files that changed since then (an ISO date or time, or the last complete run); all "
            "others keep their rows, also where they are gone"
        ),
    )
    group.add_argument("--watch", action="store_true", help="stay, and take new files as they settle")
    group.add_argument(
        "--settle",
        type=positive,
        default=SETTLE,
        metavar="SECONDS",
        help="how long a file must stay unchanged before --watch takes it (default: %(default)s)",
    )
    group.add_argument("--log-json", action="store_true", help="say everything as JSON, one object a line")
    group.add_argument(
        "--metrics", type=Path, metavar="FILE", help="write what the run came to in Prometheus' text format"
    )
    group.add_argument(
        "--mail",
        type=_address,
        metavar="ADDRESS",
        help="mail a summary through sendmail, where something is new or went wrong",
    )


def _address(text: str) -> str:
    from pipeline.batch.mail import is_address

    if not is_address(text):
        message = f"not an address: {text[:40]!r}"
        raise argparse.ArgumentTypeError(message)
    return text


class Teller:
    """Goes with one run: tells its beginning, its failures and its end, whatever the end is."""

    def __init__(self, options: argparse.Namespace, named: Callable[[Report], str]) -> None:
        """Take the command's options, and what makes a line of a report."""
        from pipeline.batch.json_log import JsonLog
        from pipeline.batch.progress import Progress

        self.status = errors.EXIT_OK
        self._options = options
        self._summary = named
        self._report: Report | None = None
        self._begun = time.monotonic()
        self._known: set[bytes] = set()
        self._handlers = logging.getLogger().handlers
        self._is_checked = False
        self._log = JsonLog(sys.stderr, quiet=options.quiet) if options.log_json else None
        self.progress = Progress(None if options.quiet or self._log else sys.stderr, self._log)

    def __enter__(self) -> Self:
        """Begin."""
        if self._log is not None:
            from pipeline.batch.json_log import Handler

            inputs = [str(path) for path in self._options.inputs]
            self._log.tell(
                "start", f"{', '.join(inputs)}: started", inputs=inputs, out=str(self._options.out)
            )
            logging.getLogger().handlers = [Handler(self._log)]
        if self._log is not None or self._options.mail:
            self._known = {_digest(row) for row in failures(self._options.out)}
        return self

    def check(self) -> None:
        """Find out before a night's work what would fail after it.

        Raises:
            UsageError: the folder for metrics is not there.
            MissingProgramError: a mail is wanted and there is no mailer.
        """
        place: Path | None = self._options.metrics
        if place is not None and not place.absolute().parent.is_dir():
            message = f"--metrics {place}: no such folder {place.absolute().parent}"
            raise errors.UsageError(message)
        if self._options.mail:
            from pipeline.batch.mail import mailer

            mailer()
        self._is_checked = True

    def done(self, report: Report) -> None:
        """The run came to its end."""
        self._report = report
        self.status = report.exit_status

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        """Tell the end; True where the error was told and nobody need tell it again."""
        if error is not None:
            self.status = _status_of(error)
        if self._report is not None and self._log is not None:
            self._tell_report(self._log, self._report)
        elif error is not None and self._log is not None:
            self._tell_error(self._log, error)
        if self._is_checked:
            self._pass_on(error)
        logging.getLogger().handlers = self._handlers
        return error is not None and self._log is not None and not self._options.verbose

    def _tell_report(self, log: JsonLog, report: Report) -> None:
        for row in failures(self._options.out):
            log.tell(
                "failure",
                row["message"],
                "warning",
                file=row["source_file"],
                page=int(row["page"]) if row["page"] else None,
                stage=row["stage"],
                code=row["code"],
                new=_digest(row) not in self._known,
            )
        found, done = report.summary, report.counts
        log.tell(
            "summary",
            self._summary(report),
            exit_status=report.exit_status,
            seconds=round(report.seconds, 2),
            files=found.files,
            files_failed=found.files_failed,
            files_left_out=done.files_left,
            pages=found.pages,
            pages_failed=found.pages_failed,
            pages_read=done.pages_read,
            documents_made=done.documents_made,
            failures=found.failures,
            rows=report.rows,
            out=str(report.out),
        )

    def _tell_error(self, log: JsonLog, error: BaseException) -> None:
        code = error.code if isinstance(error, errors.HosoError) else "internal"
        if isinstance(error, KeyboardInterrupt):
            code = errors.InterruptedRunError.code
        log.tell("error", _line(error), "error", code=code, exit_status=self.status)

    def _pass_on(self, error: BaseException | None) -> None:
        """Metrics and mail. That a mailer is broken changes no exit status: the tables are there."""
        options, seconds = self._options, time.monotonic() - self._begun
        if options.metrics:
            from pipeline.batch import metrics

            try:
                metrics.write(options.metrics, options.out, self.status, seconds, self._report)
            except errors.OutputError as fault:
                self.status = self.status or fault.exit_status
                self._complain(fault)
        if options.mail and self._is_worth_a_mail(error):
            from pipeline.batch import mail

            subject, body = self._mail(error)
            try:
                mail.send(options.mail, subject, body)
            except errors.HosoError as fault:
                self._complain(fault)

    def _complain(self, fault: errors.HosoError) -> None:
        if self._log is not None:
            self._log.tell("error", str(fault), "error", code=fault.code, exit_status=self.status)
        else:
            say(str(fault))

    def _is_worth_a_mail(self, error: BaseException | None) -> bool:
        report = self._report
        if error is not None or report is None:
            return True
        done = report.counts
        return bool(done.pages_read or done.documents_made or any(self._new()))

    def _new(self) -> Iterator[dict[str, str]]:
        return (row for row in failures(self._options.out) if _digest(row) not in self._known)

    def _mail(self, error: BaseException | None) -> tuple[str, str]:
        out = self._options.out.absolute()
        if self._report is None:
            said = _line(error) if error is not None else "no result"
            return f"hoso: failed (status {self.status}): {out.name}", f"{said}\n\nOutput folder: {out}\n"
        new = list(self._new())
        lines = [self._summary(self._report), "", *(row["message"] for row in new[:_MAILED])]
        if len(new) > _MAILED:
            lines.append(f"… and {len(new) - _MAILED} more, all in {out / 'failures.csv'}")
        state = "all well" if self.status == errors.EXIT_OK else f"status {self.status}"
        return f"hoso: {state}, {self._report.counts.pages_read} pages read: {out.name}", "\n".join(
            lines
        ) + "\n"


def failures(out: Path) -> Iterator[dict[str, str]]:
    """The rows of failures.csv; none where it is not there."""
    try:
        with (out / "failures.csv").open(encoding="utf-8", newline="") as file:
            yield from csv.DictReader(file)
    except OSError:
        return


def stay(options: argparse.Namespace, run: Callable[[Settling], int]) -> int:
    """Run again and again as the input changes, until SIGTERM or Ctrl-C.

    Returns:
        0 where the signal came between two runs; what a run failed of else.

    Raises:
        HosoError: a run could not be brought to its end, or a signal came within it.
    """
    from pipeline.batch.driver import Stop
    from pipeline.batch.settling import Look, Settling, look, watch
    from pipeline.intake import find

    stop, settling = Stop(), Settling(options.settle)
    fatal: list[int] = []

    def once() -> None:
        status = run(settling)
        if status not in {errors.EXIT_OK, errors.EXIT_PARTIAL, errors.EXIT_NOTHING}:
            fatal.append(status)
            stop.asked = True

    def see() -> Look:
        try:
            return look(find(options.inputs, may_be_empty=True), settling)
        except errors.HosoError as error:
            return Look(1, str(error))  # the run will meet it as well, and tell it

    watch(see, once, stop, options.settle / 2)
    return fatal[0] if fatal else errors.EXIT_OK


def _digest(row: dict[str, str]) -> bytes:
    return blake2b("\0".join(map(str, row.values())).encode(), digest_size=8).digest()


def _status_of(error: BaseException) -> int:
    if isinstance(error, errors.HosoError):
        return error.exit_status
    if isinstance(error, MemoryError):
        return errors.LimitError.exit_status
    return errors.EXIT_INTERRUPTED if isinstance(error, KeyboardInterrupt) else errors.EXIT_UNEXPECTED


def _line(error: BaseException) -> str:
    if isinstance(error, errors.HosoError):
        return str(error)
    if isinstance(error, KeyboardInterrupt):
        return "interrupted"
    return f"unexpected error: {type(error).__name__}: {error}".splitlines()[0]
