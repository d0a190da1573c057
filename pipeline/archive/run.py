"""``hoso archive``: every document of an output folder in the formats of an archive, in OUT/archive.

A file stands there whole or not at all, and only what changed is made again. What cannot be made is a line
and a row of archive/failures.csv; the other documents do not feel it.
"""

from __future__ import annotations

import csv
import json
import os
import shutil
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import closing, suppress
from dataclasses import asdict, dataclass, field
from importlib import metadata
from pathlib import Path
from typing import Literal

import pipeline
from pipeline import errors
from pipeline.archive import alto, hocr, searchable, source
from pipeline.batch import keys, lock
from pipeline.batch.ledger import Ledger
from pipeline.batch.progress import Progress
from pipeline.batch.records import File
from pipeline.batch.units import doc_id
from pipeline.errors import ArchiveError, DamagedError, EncryptedError, PdfaError, ReadError
from pipeline.model import Document, Failure
from pipeline.settings import Settings
from pipeline.tables import writer
from pipeline.tables.rows import format_row
from pipeline.tables.schema import tables

Format = Literal["pdf", "hocr", "alto"]
FORMATS: tuple[Format, ...] = ("pdf", "hocr", "alto")
FOLDER = "archive"
_ENDINGS: dict[Format, str] = {"pdf": ".pdf", "hocr": ".hocr", "alto": ".alto.xml"}
_CODE = ("model.py", "archive", "batch/wire.py")
_LASTING = (DamagedError, EncryptedError, PdfaError)
"""Failures that hang on the document alone. A share that is away or a machine under load may be better next
time."""
_DRAWN = frozenset({"pdf", "image"})
"""Kinds of files whose pages are pictures to lay words under."""


@dataclass(frozen=True)
class Options:
    """What to make."""

    formats: Sequence[Format] = FORMATS
    pdfa: bool = False
    jobs: int = 0
    """Documents at a time; 0: one for each processor that this process may use."""


@dataclass
class Report:
    """What a call did."""

    documents: int = 0
    """Documents that have pages to show."""
    textual: int = 0
    """Text and office files, of which nothing is made."""
    changed: int = 0
    """Files written."""
    unchanged: int = 0
    failures: list[Failure] = field(default_factory=list)

    def __str__(self) -> str:
        """What was done, in one line."""
        told = [
            f"{self.documents} documents",
            f"{self.changed} files written",
            f"{self.unchanged} up to date",
        ]
        told += [f"{self.textual} text or office files, which have no pages to show"] if self.textual else []
        return "; ".join(told + ([f"{len(self.failures)} failed"] if self.failures else []))

    @property
    def exit_status(self) -> int:
        """As ``errors`` documents them."""
        if not self.failures:
            return errors.EXIT_OK
        lost = {failure.source_file for failure in self.failures}
        return errors.EXIT_NOTHING if len(lost) == self.documents else errors.EXIT_PARTIAL


def archive(out: Path, settings: Settings, options: Options, progress: Progress | None = None) -> Report:
    """Bring OUT/archive up to date with what ``hoso extract`` read into OUT.

    Args:
        out: an output folder.
        settings: limits of the child processes.
        options: formats; those not named are left as they are.
        progress: shown to a person; nothing by default.

    Raises:
        UsageError: OUT was not written by ``hoso extract``.
        MissingExtraError: a PDF is wanted and OCRmyPDF is not installed.
        OutputError: OUT cannot be written, or another run holds it.
    """
    source.check(out)
    if "pdf" in options.formats:
        searchable.check()
    progress = progress or Progress()
    with (
        lock.hold(out) as held,
        closing(Ledger(held.folder / "ledger.sqlite")) as ledger,
        writer.clear_errors(out),
        closing(progress),
    ):
        folder = out / FOLDER
        folder.mkdir(exist_ok=True)
        writer.remove_leftovers(folder)
        run = _Run(folder, held.folder / "archive.jsonl", held.scratch, settings, options, progress)
        report = run.all(ledger)
        _write_failures(folder / "failures.csv", report.failures)
        writer.sync_folder(folder)
    return report


class _Known:
    """What was made, or failed, of which state: by file names, a line each; the last one counts."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._entries: dict[str, list[str]] = {}
        with suppress(FileNotFoundError):
            for line in path.read_text(encoding="utf-8").splitlines():
                # the last line of a run that was killed may be cut
                with suppress(ValueError):
                    self._entries.update(json.loads(line))
        fresh = writer.temporary_of(path)
        fresh.write_text("".join(_line(*entry) for entry in self._entries.items()), encoding="utf-8")
        fresh.replace(path)

    def of(self, name: str, key: str) -> list[str] | None:
        """Code and message of the failure, empty where the file was made; None where it was not tried."""
        entry = self._entries.get(name)
        return entry[1:] if entry and entry[0] == key else None

    def put(self, name: str, key: str, *failure: str) -> None:
        self._entries[name] = [key, *failure]
        with self._path.open("a", encoding="utf-8") as file:
            file.write(_line(name, self._entries[name]))


def _line(name: str, entry: list[str]) -> str:
    return json.dumps({name: entry}, ensure_ascii=False) + "\n"


class _Run:
    """One call: what its documents share."""

    def __init__(
        self,
        folder: Path,
        known: Path,
        scratch: Path,
        settings: Settings,
        options: Options,
        progress: Progress,
    ) -> None:
        self._folder, self._scratch = folder, scratch
        self._settings, self._options, self._progress = settings, options, progress
        self._known = _Known(known)
        self._report = Report()
        self._failures: dict[Failure, None] = {}
        pdf = metadata.version("ocrmypdf") if "pdf" in options.formats else ""
        self._base = [keys.code(_CODE), pipeline.__version__]
        self._pdf_base = [pdf, options.pdfa]

    def all(self, ledger: Ledger) -> Report:
        """Every document, some at a time; reports and failures in order of files."""
        self._progress.start(ledger.total_pages())
        jobs = self._options.jobs or len(os.sched_getaffinity(0))
        names: set[str] = set()
        open_: dict[Future[None], tuple[File, str]] = {}
        pool = ThreadPoolExecutor(jobs)
        try:
            for file in ledger.primaries():
                names |= {self._place(file, each).name for each in FORMATS}
                if file.kind not in _DRAWN:
                    self._report.textual += 1
                    self._past(file)
                elif (begun := self._one(ledger, file, pool)) is not None:
                    open_[begun[0]] = (file, begun[1])
                while len(open_) >= 2 * jobs:
                    self._settle(open_, wait(open_, return_when=FIRST_COMPLETED).done)
            self._settle(open_, wait(open_).done)
        finally:
            pool.shutdown(cancel_futures=True)
        self._remove_stale(names)
        told = sorted(self._failures, key=lambda failure: (failure.source_file, failure.message))
        self._report.failures += told
        return self._report

    def _one(self, ledger: Ledger, file: File, pool: ThreadPoolExecutor) -> tuple[Future[None], str] | None:
        """Make a document's XML now; its PDF, where it is wanted, comes later and has this key."""
        self._report.documents += 1
        stale = self._stale(file, source.state(ledger, file))
        if not stale:
            self._past(file)
            return None
        try:
            document = source.document(ledger, file)
            for each, key in stale.items():
                if each != "pdf":
                    self._write(self._place(file, each), _xml(each, file, document))
                    self._made(file, each, key)
        except ReadError as error:
            for each, key in stale.items():
                self._fail(file, each, key, error)
            self._past(file, failed=True)
            return None
        if "pdf" in stale:
            return pool.submit(self._pdf, file, document), stale["pdf"]
        self._past(file)
        return None

    def _stale(self, file: File, state: list[str]) -> dict[Format, str]:
        """What of a document is to be made, with its key; what failed before fails again untried."""
        found: dict[Format, str] = {}
        for each in self._options.formats:
            extra = self._pdf_base if each == "pdf" else []
            key = keys.digest([*self._base, *extra, each, state])
            place = self._place(file, each)
            known = self._known.of(place.name, key)
            if known:
                self._tell(file, *known)
            elif known is not None and place.is_file():
                self._report.unchanged += 1
            else:
                found[each] = key
        return found

    def _pdf(self, file: File, document: Document) -> None:
        """In a thread: the child process, then the file in its place."""
        place, scratch = self._place(file, "pdf"), self._scratch / doc_id(file.sha256)
        fresh, temporary = scratch / "made.pdf", writer.temporary_of(place)
        scratch.mkdir()
        try:
            searchable.make(file, document, fresh, scratch, self._settings, pdfa=self._options.pdfa)
            with fresh.open("rb") as made, temporary.open("xb") as copy:
                shutil.copyfileobj(made, copy)
                copy.flush()
                os.fsync(copy.fileno())
            temporary.replace(place)
        finally:
            temporary.unlink(missing_ok=True)
            shutil.rmtree(scratch, ignore_errors=True)

    def _settle(self, open_: dict[Future[None], tuple[File, str]], done: Iterable[Future[None]]) -> None:
        for future in done:
            file, key = open_.pop(future)
            try:
                future.result()
            except ReadError as error:
                self._fail(file, "pdf", key, error)
                self._past(file, failed=True)
            else:
                self._made(file, "pdf", key)
                self._past(file)

    def _past(self, file: File, *, failed: bool = False) -> None:
        """A document is done with, for who looks on."""
        self._progress.known(file.source_file, file.pages)
        self._progress.made(file.source_file, failed=failed)

    def _made(self, file: File, each: Format, key: str) -> None:
        self._known.put(self._place(file, each).name, key)
        self._report.changed += 1

    def _fail(self, file: File, each: Format, key: str, error: ReadError) -> None:
        """Tell it; what stood there of an older state would be taken for this one."""
        self._place(file, each).unlink(missing_ok=True)
        if isinstance(error, _LASTING):
            self._known.put(self._place(file, each).name, key, error.code, str(error))
        self._tell(file, error.code, str(error))

    def _tell(self, file: File, code: str, message: str) -> None:
        # once, though several formats fail for one reason
        self._failures[Failure(file.source_file, None, "archive", code, message)] = None

    def _write(self, place: Path, chunks: Iterable[str]) -> None:
        temporary = writer.temporary_of(place)
        try:
            with temporary.open("x", encoding="utf-8", errors="replace", newline="") as handle:
                handle.writelines(chunks)
                handle.flush()
                os.fsync(handle.fileno())
            temporary.replace(place)
        finally:
            temporary.unlink(missing_ok=True)

    def _place(self, file: File, each: Format) -> Path:
        return self._folder / f"{doc_id(file.sha256)}{_ENDINGS[each]}"

    def _remove_stale(self, names: set[str]) -> None:
        """Remove files of documents that the input no longer holds; others are left alone."""
        for path in list(self._folder.iterdir()):
            stem = path.name.partition(".")[0]
            if writer.DOC_ID.fullmatch(stem) and path.name not in names:
                path.unlink(missing_ok=True)


def _xml(each: Format, file: File, document: Document) -> Iterator[str]:
    pages = searchable.per_page(document)
    if not pages:
        message = f"{file.source_file}: none of its pages could be read; see failures.csv"
        raise ArchiveError(message)
    if each == "hocr":
        return hocr.document(file.source_file, file.pages, pages)
    return alto.document(file.source_file, document.doc_id, pages)


def _write_failures(place: Path, failures: Sequence[Failure]) -> None:
    """Rows as in OUT/failures.csv; no file where nothing failed."""
    if not failures:
        place.unlink(missing_ok=True)
        return
    temporary = writer.temporary_of(place)
    with temporary.open("w", encoding="utf-8", newline="") as handle:
        table = csv.writer(handle, lineterminator="\n")
        table.writerow(tables()["failures"].header)
        table.writerows(format_row("failures", asdict(failure)) for failure in failures)
    temporary.replace(place)
