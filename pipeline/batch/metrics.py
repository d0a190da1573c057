"""What the last run came to, in Prometheus' text format: a file for node_exporter's textfile collector.

The collector takes any number of such files, so each sample names the output folder that it is of.
"""

from __future__ import annotations

import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.errors import EXIT_OK, EXIT_PARTIAL, OutputError

if TYPE_CHECKING:
    from pipeline.batch.runner import Report

_RUN = {
    "hoso_last_run_timestamp_seconds": "When the last run ended.",
    "hoso_last_run_duration_seconds": "How long the last run took.",
    "hoso_last_run_exit_status": "Exit status of the last run (0: all well, 3: some files or pages failed).",
    "hoso_last_run_pages_read": "Pages that the last run read.",
    "hoso_last_success_timestamp_seconds": "When a run last brought the tables up to date (status 0 or 3).",
}
_STATE = {
    "hoso_files": "Files of the input.",
    "hoso_files_failed": "Files of which nothing could be read.",
    "hoso_pages": "Pages of these files.",
    "hoso_pages_failed": "Pages that could not be read.",
    "hoso_failures": "Rows of failures.csv.",
    "hoso_rows": "Rows by table.",
}
_Samples = dict[tuple[str, str], float]
"""Values by the metric's name and, for rows, the table."""


def write(path: Path, out: Path, status: int, seconds: float, report: Report | None) -> None:
    """Write the file, whole or not at all.

    Args:
        path: ends in ``.prom`` for the collector to take it.
        out: the output folder.
        status: exit status of the run.
        seconds: that it took.
        report: None where it did not come to its end: what the tables hold then stays as last told.

    Raises:
        OutputError: where it cannot be written.
    """
    from prometheus_client import CollectorRegistry, Gauge, write_to_textfile

    samples = _of_run(path, status, seconds, report)
    registry = CollectorRegistry()
    for name, meaning in {**_RUN, **_STATE}.items():
        values = {table: value for (of, table), value in samples.items() if of == name}
        if not values:
            continue
        gauge = Gauge(name, meaning, ["out", "table"] if name == "hoso_rows" else ["out"], registry=registry)
        for table, value in values.items():
            gauge.labels(str(out.absolute()), *([table] if table else [])).set(value)
    try:
        write_to_textfile(str(path), registry)
    except OSError as error:
        message = f"{path}: cannot be written: {error.strerror or error}"
        raise OutputError(message) from error


def _of_run(path: Path, status: int, seconds: float, report: Report | None) -> _Samples:
    now = time.time()
    before = _before(path)
    samples: _Samples = {
        ("hoso_last_run_timestamp_seconds", ""): now,
        ("hoso_last_run_duration_seconds", ""): seconds,
        ("hoso_last_run_exit_status", ""): status,
        ("hoso_last_run_pages_read", ""): report.counts.pages_read if report else 0,
    }
    success = ("hoso_last_success_timestamp_seconds", "")
    if status in {EXIT_OK, EXIT_PARTIAL}:
        samples[success] = now
    elif success in before:
        samples[success] = before[success]
    if report is None:
        return samples | {key: value for key, value in before.items() if key[0] in _STATE}
    found = report.summary
    samples |= {
        ("hoso_files", ""): found.files,
        ("hoso_files_failed", ""): found.files_failed,
        ("hoso_pages", ""): found.pages,
        ("hoso_pages_failed", ""): found.pages_failed,
        ("hoso_failures", ""): found.failures,
    }
    return samples | {("hoso_rows", table): count for table, count in report.rows.items()}


def _before(path: Path) -> _Samples:
    """What the file says now; nothing where there is none or somebody wrote something else there."""
    from prometheus_client.parser import text_string_to_metric_families

    found: _Samples = {}
    with suppress(OSError, ValueError, KeyError):
        for family in text_string_to_metric_families(path.read_text(encoding="utf-8")):
            for sample in family.samples:
                found[sample.name, sample.labels.get("table", "")] = sample.value
    return found
