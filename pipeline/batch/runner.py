"""One run: lock, look, read, write. The same for a first run, a resumed one and one with nothing to do."""

from __future__ import annotations

import logging
import os
import platform
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

import pipeline
from pipeline import errors
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
        UsageError: no such input, or no file in it.
        OutputError: OUT cannot be written or another run holds it.
        MissingProgramError: a page may need OCR and a program for it is missing.
        InterruptedRunError: SIGINT or SIGTERM came; what was read is kept.
    """
    begun = time.monotonic()
    options, progress = options or Options(), progress or Progress()
    _check_inputs(inputs)
    stop, counts = Stop(), Counts()
    with (
        lock.hold(out) as folder,
        _log_file(folder),
        closing(Ledger(folder / "ledger.sqlite")) as ledger,
        # while the tables are written too: a signal must not leave half of them new
        stop.on_signals(),
    ):
        with _engine(options, settings) as engine, closing(progress):
            programs = _bring_up_to_date(ledger, engine, stop, inputs, settings, options, progress, counts)
        return _write(out, ledger, settings, programs, counts, begun)


def _bring_up_to_date(
    ledger: Ledger,
    engine: Engine,
    stop: Stop,
    inputs: Sequence[Path],
    settings: Settings,
    options: Options,
    progress: Progress,
    counts: Counts,
) -> dict[str, str]:
    """All of a run up to the point where the ledger is complete."""
    from pipeline.intake import find

    inventory = Inventory(ledger, key_of.make(settings, {}).intake, settings, counts, progress)
    drive(engine, inventory.units(find(inputs)), inventory.record, stop)
    if not inventory.files:
        message = f"no file in {', '.join(map(str, inputs))}; hoso reads PDF, PNG, JPEG, TIFF and .txt"
        raise UsageError(message)
    ledger.forget_unseen()
    programs = _programs(options) if ledger.has_images() else {}
    reading = Reading(ledger, key_of.make(settings, programs), settings, progress, counts)
    progress.start(ledger.total_pages())
    drive(engine, reading.units(), reading.record, stop)
    return programs


def _programs(options: Options) -> dict[str, str]:
    if options.programs is not None:
        return options.programs()
    from pipeline.ocr import versions

    return versions()


def _write(
    out: Path, ledger: Ledger, settings: Settings, programs: dict[str, str], counts: Counts, begun: float
) -> Report:
    from pipeline.tables import writer
    from pipeline.tables.rows import format_row
    from pipeline.tables.schema import tables

    output = Output(ledger, format_row, {name: schema.header for name, schema in tables().items()})
    summary = output.count()
    record = {
        "hoso": pipeline.__version__,
        "python": platform.python_version(),
        "programs": programs,
        "dictionaries": _fingerprint(),
        "settings": asdict(settings),
        "input": asdict(summary),
        "done": asdict(counts),
        "finished": time.strftime("%FT%T%z"),
        "seconds": round(time.monotonic() - begun, 2),
    }
    written = writer.write(out, output.tables(), output.texts(), output.edits(), output.failures(), record)
    seconds = time.monotonic() - begun
    return Report(out, summary, counts, written.rows, seconds, programs)


def _fingerprint() -> str:
    from pipeline.language import dictionaries

    return dictionaries.fingerprint()


@contextmanager
def _engine(options: Options, settings: Settings) -> Iterator[Engine]:
    """Workers with a folder for their temporary files; both are gone afterwards."""
    scratch = Path(tempfile.mkdtemp(prefix="hoso-"))
    memory = 2 * settings.max_memory
    engine = Local(options.workers, Setup(options.factory, {"settings": asdict(settings)}), scratch, memory)
    try:
        yield engine
    finally:
        engine.close()
        shutil.rmtree(scratch, ignore_errors=True)


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


def _check_inputs(inputs: Sequence[Path]) -> None:
    """Before anything is made on the disk."""
    for path in inputs:
        if not path.exists():
            message = f"{path}: no such file or folder"
            raise UsageError(message)
