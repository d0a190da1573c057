"""One run: lock, look, read, write. The same for a first run, a resumed one and one with nothing to do."""

from __future__ import annotations

import logging
import os
import platform
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pipeline
from pipeline import errors, memory
from pipeline.batch import keys as key_of
from pipeline.batch import lock, settled
from pipeline.batch.driver import Stop, drive
from pipeline.batch.engines import Engine, Setup
from pipeline.batch.engines.dask_place import Place
from pipeline.batch.engines.local import Local
from pipeline.batch.inputs import check_inputs
from pipeline.batch.inventory import Inventory
from pipeline.batch.keys import Keys
from pipeline.batch.ledger import Ledger
from pipeline.batch.output import Output, Summary
from pipeline.batch.place import Remote
from pipeline.batch.problems import TRIED_AGAIN
from pipeline.batch.progress import Progress
from pipeline.batch.pulse import Pulse
from pipeline.batch.reading import Counts, Reading
from pipeline.batch.records import File
from pipeline.batch.remote import Listed, listing
from pipeline.batch.settled import Settled
from pipeline.batch.watch import MaxFailures, Watch
from pipeline.errors import UsageError
from pipeline.settings import Settings

if TYPE_CHECKING:
    from pipeline.intake import Found

log = logging.getLogger(__name__)

ROOMS = "pipeline.batch.units:rooms"


@dataclass(frozen=True)
class Options:
    """What a run may vary beside its settings; but for the files it takes none of it changes the tables."""

    jobs: int = 0
    """Worker processes; 0: one for each processor that this process may use."""
    factory: str = ROOMS
    """Where workers get their handler (``package.module:name``)."""
    programs: Callable[[], dict[str, str]] | None = None
    """Versions of the programs that read pages; None: ask them."""
    cluster: Place | None = None
    """Where workers run; None: on this machine, without Dask."""
    max_failures: MaxFailures = field(default_factory=MaxFailures)
    """When the run is to be given up."""
    failed_only: bool = False
    """Whether only what failed in the runs before is read again; the inputs are not looked through."""

    since: float | None = None
    """Seconds since 1970: files that changed before are left as they are known; none leaves the tables."""
    is_settled: Callable[[str, str], bool] | None = None
    """Of a file's path and state whether it is whole; others are left as they are known until they are."""

    @property
    def workers(self) -> int:
        """How many worker processes."""
        return self.jobs or len(os.sched_getaffinity(0))


@dataclass(frozen=True)
class Report:
    """What a run did and what OUT holds now."""

    out: Path
    summary: Summary
    counts: Counts
    rows: dict[str, int]
    seconds: float
    programs: dict[str, str] = field(default_factory=dict)

    @property
    def exit_status(self) -> int:
        """As ``errors`` documents them."""
        if not self.summary.failures:
            return errors.EXIT_OK
        if self.summary.files_failed == self.summary.files:
            return errors.EXIT_NOTHING
        return errors.EXIT_PARTIAL


@dataclass(frozen=True)
class _Run:
    """What the parts of one run share."""

    inputs: Sequence[Path | Remote]
    out: Path
    settings: Settings
    options: Options
    progress: Progress
    stop: Stop
    counts: Counts = field(default_factory=Counts)
    begun: float = field(default_factory=time.monotonic)
    begun_at: str = field(default_factory=lambda: time.strftime("%FT%T%z"))


def run(
    inputs: Sequence[Path | Remote],
    out: Path,
    settings: Settings,
    options: Options | None = None,
    progress: Progress | None = None,
) -> Report:
    """Bring OUT up to date with the inputs.

    Args:
        inputs: files, folders and URLs; OUT afterwards holds what these say and nothing else.
        out: the output folder, made where missing.
        settings: what the tables may depend on.
        options: what they may not.
        progress: shown to a person; nothing by default.

    Raises:
        UsageError: no such input, or no file in it; a file of passwords that cannot be used.
        RuleError: a rule file of the user's own is wrong.
        OutputError: OUT cannot be written or another run holds it.
        MissingProgramError: a page may need OCR and a program for it is missing.
        ClusterError: the cluster cannot be reached, was lost or has no worker that can be used.
        TooManyFailuresError: more failed than ``options.max_failures`` allows; what was read is kept.
        InputGoneError: an input folder went away; what was read is kept.
        InterruptedRunError: SIGINT or SIGTERM came; what was read is kept.
    """
    progress = progress or Progress()
    this = _Run(inputs, out, settings, options or Options(), progress, Stop(progress.say))
    check_inputs(inputs, out)
    _check_rules(settings)
    _check_passwords(settings, inputs)
    with (
        lock.hold(out) as held,
        _log_file(held.folder),
        closing(Ledger(held.folder / "ledger.sqlite")) as ledger,
        # while the tables are written too: a signal must not leave half of them new
        this.stop.on_signals(),
        closing(this.progress),
    ):
        pulse = Pulse(held.folder, this.counts)
        watch = Watch(this.stop, inputs, out, held.folder / "lock", this.options.max_failures, pulse)
        with _engine(this, held.scratch) as engine, closing(pulse):
            keys, programs = _bring_up_to_date(this, ledger, engine, watch)
        watch.check_output()
        return _report(this, ledger, keys, programs)


def _bring_up_to_date(
    this: _Run, ledger: Ledger, engine: Engine, watch: Watch
) -> tuple[Keys, dict[str, str]]:
    """All of a run up to the point where the ledger is complete.

    Returns:
        What results hang on, and versions of the programs that read pages; empty where none was needed.
    """
    again = _failed(this, ledger) if this.options.failed_only else None
    partly = this.options.since is not None
    keys = key_of.make(this.settings, {})
    of_files = (this.options.since, this.options.is_settled)
    inventory = Inventory(ledger, keys, this.settings, this.counts, this.progress, *of_files)
    drive(engine, inventory.units(_found(this, again)), watch.over(inventory.record), this.stop)
    if again is None and not partly:
        if not inventory.files:
            names = ", ".join(map(str, this.inputs))
            message = f"no file in {names}; hoso reads PDF, PNG, JPEG, TIFF, .txt and office files"
            raise UsageError(message)
        ledger.forget_unseen()
    programs = _programs(this.options, this.settings, ledger.kinds())
    keys = key_of.make(this.settings, programs)
    ledger.remember("run", _facts(this, keys))
    held = settled.recall(ledger, keys, this.out, partly=partly)
    if held is not None and not ledger.has_failed(TRIED_AGAIN):
        return keys, programs
    kept = [lambda source_file: not ledger.has_seen(source_file)] if partly else []
    reading = Reading(ledger, keys, this.settings, this.progress, this.counts, *kept)
    this.progress.start(ledger.total_pages())
    only = None if again is None else frozenset(file.source_file for file in again)
    drive(engine, reading.units(only), watch.over(reading.record), this.stop)
    return keys, programs


def _found(this: _Run, again: Sequence[File] | None) -> Iterator[Found | Listed]:
    """The files and objects to look at."""
    from pipeline.intake import find
    from pipeline.intake.find import Found

    if again is None:
        # of an inbox that is emptied the tables stay
        folders = [path for path in this.inputs if isinstance(path, Path)]
        yield from find(folders, may_be_empty=this.options.since is not None)
        for given in this.inputs:
            if isinstance(given, Remote):
                yield from listing(given)
        return
    for file in again:
        # one that is gone leaves the tables when the input is looked through, not before
        if isinstance(file.path, Remote):
            yield Listed(file.path, file.source_file, file.stat)
        elif file.path.exists():
            yield Found(file.path, file.source_file)


def _failed(this: _Run, ledger: Ledger) -> list[File]:
    """The files of which something failed; it is tried again from now on, whatever becomes of this run.

    Raises:
        UsageError: where more than that would be read again.
    """
    keys = key_of.make(this.settings, _programs(this.options, this.settings, ledger.kinds()))
    before = ledger.recall("run")
    changed = {"limits", "passwords"}
    now = asdict(keys)
    if before is None or any(before["keys"][name] != now[name] for name in set(now) - changed):
        message = (
            f"{this.out}: hoso, its dictionaries, rules or programs changed since the last run: "
            "run hoso extract again, which reads all that is affected, what failed too"
        )
        raise UsageError(message)
    return ledger.forget_failures()


def _facts(this: _Run, keys: Keys) -> dict[str, object]:
    """What commands about OUT need to know of the run that wrote it."""
    return {
        "inputs": [str(path.absolute()) for path in this.inputs],
        "settings": asdict(this.settings),
        "keys": asdict(keys),
    }


def _programs(options: Options, settings: Settings, kinds: frozenset[str]) -> dict[str, str]:
    """Versions of the programs that read files of these kinds."""
    found: dict[str, str] = {}
    if kinds - {"text", "sheet"}:
        if options.programs is not None:
            return options.programs()
        from pipeline.ocr import versions

        found |= versions(settings)
    if kinds & {"office", "sheet"}:
        from pipeline.intake.office import version

        found["soffice"] = version(settings)
    return found


def _report(this: _Run, ledger: Ledger, keys: Keys, programs: dict[str, str]) -> Report:
    """Write what OUT does not hold yet, and ``run.json`` in any case."""
    from pipeline.tables import writer

    held = settled.recall(ledger, keys, this.out, partly=this.options.since is not None)
    if held is None:
        held = _write(this, ledger, keys)
    seconds = time.monotonic() - this.begun
    writer.write_run(this.out, _record(this, held, programs, seconds))
    return Report(this.out, held.summary, this.counts, dict(held.rows), seconds, programs)


def _write(this: _Run, ledger: Ledger, keys: Keys) -> Settled:
    from pipeline.decisions.book import Book
    from pipeline.tables import writer
    from pipeline.tables.rows import format_row
    from pipeline.tables.schema import tables

    this.progress.writing()
    schemas = tables(this.settings.rules_folder)
    columns = {name: schema.header for name, schema in schemas.items()}
    output = Output(ledger, format_row, columns, Book.load(this.out, schemas))
    summary = output.count()
    parts = (output.tables(), output.texts(), output.edits(), output.failures())
    written = writer.write(this.out, *parts, schemas)
    done = Settled(summary, written.rows, output.layers)
    # a run over failures alone may leave pages unread that an interrupted one left
    if not this.options.failed_only:
        settled.note(ledger, keys, this.out, done, partly=this.options.since is not None)
    return done


def _record(this: _Run, held: Settled, programs: dict[str, str], seconds: float) -> dict[str, object]:
    """What ``run.json`` holds."""
    from pipeline.language import dictionaries

    return {
        "hoso": pipeline.__version__,
        "python": platform.python_version(),
        "programs": programs,
        "dictionaries": dictionaries.fingerprint(),
        "settings": asdict(this.settings),
        "inputs": [str(path) for path in this.inputs],
        "jobs": this.options.workers,
        "found": {k: v for k, v in asdict(held.summary).items() if k != "examples"},
        "done": asdict(this.counts),
        "rows": {name: count for name, count in held.rows.items() if name != "failures"},
        "layers": held.layers,
        "begun": this.begun_at,
        "finished": time.strftime("%FT%T%z"),
        "seconds": round(seconds, 2),
    }


@contextmanager
def _engine(this: _Run, scratch: Path) -> Iterator[Engine]:
    """Workers that end with the run, however it ends."""
    setup = Setup(this.options.factory, {"settings": asdict(this.settings)})
    most = max(this.settings.max_memory, memory.LEAST)
    engine: Engine
    if this.options.cluster is None:
        engine = Local(this.options.workers, setup, scratch, most)
    else:
        from pipeline.batch.engines.cluster import Cluster

        seen = [str(path.absolute()) for path in this.inputs]
        engine = Cluster(this.options.cluster, setup, scratch, most, this.settings, seen, this.progress.say)
    try:
        yield engine
    finally:
        engine.close()


class _LogFile(logging.FileHandler):
    """A log whose disk may be full: what fails next says so in its one line."""

    def handleError(self, record: logging.LogRecord) -> None:
        """Say nothing: a traceback on the terminal helps nobody."""


@contextmanager
def _log_file(folder: Path) -> Iterator[None]:
    """Warnings and tracebacks go to OUT/.hoso/hoso.log, which a run without any does not touch."""
    handler = _LogFile(folder / "hoso.log", encoding="utf-8", delay=True)
    handler.setLevel(logging.WARNING)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    root = logging.getLogger("pipeline")
    root.addHandler(handler)
    try:
        yield
    except errors.HosoError:
        raise
    except Exception:
        log.exception("unexpected error")
        raise
    finally:
        root.removeHandler(handler)
        handler.close()


def _check_rules(settings: Settings) -> None:
    """A wrong rule file is told at once, not by the first document that meets it."""
    if settings.rules_folder is None:
        return
    from pipeline.extract.rule_files import rulebook
    from pipeline.tables.schema import tables

    rulebook(settings.rules_folder)
    tables(settings.rules_folder)


def _check_passwords(settings: Settings, inputs: Sequence[Path | Remote]) -> None:
    """A wrong file of passwords is told at once, and one among the inputs would be read as a document."""
    path = settings.passwords_path
    if path is None:
        return
    from pipeline.intake import passwords

    passwords.load(settings)
    if any(path.resolve().is_relative_to(given.resolve()) for given in inputs if isinstance(given, Path)):
        message = f"password_file: {path}: it lies in the input and would be read as a document; move it out"
        raise UsageError(message)
