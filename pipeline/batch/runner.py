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

import pipeline
from pipeline import errors, memory
from pipeline.batch import keys as key_of
from pipeline.batch import lock
from pipeline.batch.driver import Stop, drive
from pipeline.batch.engines import Engine, Setup
from pipeline.batch.engines.local import Local
from pipeline.batch.inventory import Inventory
from pipeline.batch.ledger import Ledger
from pipeline.batch.output import Output, Summary
from pipeline.batch.progress import Progress
from pipeline.batch.reading import Counts, Reading
from pipeline.errors import UsageError
from pipeline.settings import Settings

log = logging.getLogger(__name__)

ROOMS = "pipeline.batch.units:rooms"


@dataclass(frozen=True)
class Options:
    """What a run may vary beside its settings; none of it changes a byte of the tables."""

    jobs: int = 0
    """Worker processes; 0: one for each processor that this process may use."""
    factory: str = ROOMS
    """Where workers get their handler (``package.module:name``)."""
    programs: Callable[[], dict[str, str]] | None = None
    """Versions of the programs that read pages; None: ask them."""

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

    inputs: Sequence[Path]
    out: Path
    settings: Settings
    options: Options
    progress: Progress
    stop: Stop
    counts: Counts = field(default_factory=Counts)
    begun: float = field(default_factory=time.monotonic)


def run(
    inputs: Sequence[Path],
    out: Path,
    settings: Settings,
    options: Options | None = None,
    progress: Progress | None = None,
) -> Report:
    """Bring OUT up to date with the inputs.

    Args:
        inputs: files and folders; OUT afterwards holds what these say and nothing else.
        out: the output folder, made where missing.
        settings: what the tables may depend on.
        options: what they may not.
        progress: shown to a person; nothing by default.

    Raises:
        UsageError: no such input, or no file in it; a file of passwords that cannot be used.
        RuleError: a rule file of the user's own is wrong.
        OutputError: OUT cannot be written or another run holds it.
        MissingProgramError: a page may need OCR and a program for it is missing.
        InterruptedRunError: SIGINT or SIGTERM came; what was read is kept.
    """
    progress = progress or Progress()
    this = _Run(inputs, out, settings, options or Options(), progress, Stop(progress.say))
    _check_inputs(inputs)
    _check_rules(settings)
    _check_passwords(settings, inputs)
    with (
        lock.hold(out) as held,
        _log_file(held.folder),
        closing(Ledger(held.folder / "ledger.sqlite")) as ledger,
        # while the tables are written too: a signal must not leave half of them new
        this.stop.on_signals(),
    ):
        with _engine(this, held.scratch) as engine, closing(this.progress):
            programs = _bring_up_to_date(this, ledger, engine)
        return _write(this, ledger, programs)


def _bring_up_to_date(this: _Run, ledger: Ledger, engine: Engine) -> dict[str, str]:
    """All of a run up to the point where the ledger is complete.

    Returns:
        Versions of the programs that read pages; empty where none was needed.
    """
    from pipeline.intake import find

    keys = key_of.make(this.settings, {})
    inventory = Inventory(ledger, keys, this.settings, this.counts, this.progress)
    drive(engine, inventory.units(find(this.inputs)), inventory.record, this.stop)
    if not inventory.files:
        names = ", ".join(map(str, this.inputs))
        message = f"no file in {names}; hoso reads PDF, PNG, JPEG, TIFF, .txt and office files"
        raise UsageError(message)
    ledger.forget_unseen()
    programs = _programs(this.options, this.settings, ledger.kinds())
    keys = key_of.make(this.settings, programs)
    reading = Reading(ledger, keys, this.settings, this.progress, this.counts)
    this.progress.start(ledger.total_pages())
    drive(engine, reading.units(), reading.record, this.stop)
    return programs


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


def _write(this: _Run, ledger: Ledger, programs: dict[str, str]) -> Report:
    from pipeline.decisions.book import Book
    from pipeline.language import dictionaries
    from pipeline.tables import writer
    from pipeline.tables.rows import format_row
    from pipeline.tables.schema import tables

    schemas = tables(this.settings.rules_folder)
    columns = {name: schema.header for name, schema in schemas.items()}
    output = Output(ledger, format_row, columns, Book.load(this.out, schemas))
    summary = output.count()
    record = {
        "hoso": pipeline.__version__,
        "python": platform.python_version(),
        "programs": programs,
        "dictionaries": dictionaries.fingerprint(),
        "settings": asdict(this.settings),
        "inputs": [str(path) for path in this.inputs],
        "jobs": this.options.workers,
        "found": {k: v for k, v in asdict(summary).items() if k != "examples"},
        "done": asdict(this.counts),
        "rows": output.rows,
        "layers": output.layers,
        "finished": time.strftime("%FT%T%z"),
        "seconds": round(time.monotonic() - this.begun, 2),
    }
    # run.json is written last, when all rows are drawn and counted
    written = writer.write(
        this.out, output.tables(), output.texts(), output.edits(), output.failures(), record, schemas
    )
    seconds = time.monotonic() - this.begun
    return Report(this.out, summary, this.counts, written.rows, seconds, programs)


@contextmanager
def _engine(this: _Run, scratch: Path) -> Iterator[Engine]:
    """Workers that end with the run, however it ends."""
    setup = Setup(this.options.factory, {"settings": asdict(this.settings)})
    most = max(this.settings.max_memory, memory.LEAST)
    engine = Local(this.options.workers, setup, scratch, most)
    try:
        yield engine
    finally:
        engine.close()


@contextmanager
def _log_file(folder: Path) -> Iterator[None]:
    """Warnings and tracebacks go to OUT/.hoso/hoso.log, which a run without any does not touch."""
    handler = logging.FileHandler(folder / "hoso.log", encoding="utf-8", delay=True)
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


def _check_passwords(settings: Settings, inputs: Sequence[Path]) -> None:
    """A wrong file of passwords is told at once, and one among the inputs would be read as a document."""
    path = settings.passwords_path
    if path is None:
        return
    from pipeline.intake import passwords

    passwords.load(settings)
    if any(path.resolve().is_relative_to(given.resolve()) for given in inputs):
        message = f"password_file: {path}: it lies in the input and would be read as a document; move it out"
        raise UsageError(message)


def _check_inputs(inputs: Sequence[Path]) -> None:
    """Before anything is made on the disk."""
    for path in inputs:
        if not path.exists():
            message = f"{path}: no such file or folder"
            raise UsageError(message)
