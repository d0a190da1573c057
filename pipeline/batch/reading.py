"""From files to documents: which pages are missing, which documents are out of date, and what came back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from pipeline.batch import keys as key_of
from pipeline.batch import units
from pipeline.batch.engines import Outcome, Unit
from pipeline.batch.keys import Keys
from pipeline.batch.ledger import Ledger
from pipeline.batch.problems import counted, of_outcome, tried_again
from pipeline.batch.progress import Progress
from pipeline.batch.records import DocumentState, File, PageState, Problem
from pipeline.model import Failure
from pipeline.settings import Settings


@dataclass
class Counts:
    """What this run did itself; all else it found in the ledger."""

    files_inspected: int = 0
    pages_read: int = 0
    documents_made: int = 0
    files_left: int = 0
    """Files that were left out: older than ``Options.since``, or not yet settled; new ones, none is known."""


@dataclass
class _Open:
    """A file whose pages are being read: how many are still out."""

    file: File
    left: int


class Reading:
    """All pages and documents of one run. What it holds in memory is the documents in hand."""

    def __init__(
        self,
        ledger: Ledger,
        keys: Keys,
        settings: Settings,
        progress: Progress,
        counts: Counts,
        is_kept: Callable[[str], bool] = lambda _: False,
    ) -> None:
        """Read what ``ledger`` lacks under ``keys``; of files that are kept only pages never read."""
        self._is_kept = is_kept
        self._ledger = ledger
        self._keys = keys
        self._settings = settings
        self._progress = progress
        self._counts = counts
        self._open: dict[str, _Open] = {}

    def left(self) -> tuple[int, int]:
        """How many pages and documents are still to be read and made; what failed already is not counted."""
        pages = documents = 0
        for file in self._ledger.primaries():
            states = {state.number: state for state in self._ledger.pages(file.sha256)}
            missing = [n for n in range(1, file.pages + 1) if not self._is_current(file, states.get(n))]
            pages += sum(n not in states or states[n].problem is None for n in missing)
            known = self._ledger.document(file.sha256)
            failed = known is not None and known.problem is not None
            documents += not failed and not self._is_made(file, self._pages(file))
        return pages, documents

    def units(self, only: frozenset[str] | None = None) -> Iterator[Unit]:
        """Missing pages in order of files; a document that only needs its rows made anew at once.

        Args:
            only: names of the files to which this is confined.
        """
        for file in self._ledger.primaries():
            if only is not None and file.source_file not in only:
                continue
            missing = self._missing(file)
            self._progress.known(file.source_file, file.pages - len(missing))
            if not missing:
                yield from self._finish(file)
                continue
            self._open[file.sha256] = _Open(file, len(missing))
            for number in missing:
                yield units.page(file, number, self._settings)

    def record(self, outcomes: Iterable[Outcome]) -> list[Unit]:
        """Keep pages and documents; a document follows its last page."""
        ready: list[File] = []
        follow: list[Unit] = []
        with self._ledger.transaction():
            for outcome in outcomes:
                if outcome.unit.kind == units.PAGE:
                    ready += self._keep_page(outcome)
                else:
                    follow += self._keep_document(outcome)
        return follow + [unit for file in ready for unit in self._finish(file)]

    def _missing(self, file: File) -> list[int]:
        states = {state.number: state for state in self._ledger.pages(file.sha256)}
        if self._is_kept(file.source_file):
            return [n for n in range(1, file.pages + 1) if n not in states]
        return [n for n in range(1, file.pages + 1) if not self._is_current(file, states.get(n))]

    def _is_current(self, file: File, state: PageState | None) -> bool:
        if state is None or tried_again(state.problem):
            return False
        return state.key == self._keys.page(file.kind, state.problem.code if state.problem else "")

    def _keep_page(self, outcome: Outcome) -> list[File]:
        sha256 = str(outcome.unit.arguments["info"]["sha256"])
        opened = self._open[sha256]
        file, number = opened.file, int(outcome.unit.arguments["number"])
        problem = of_outcome(outcome, "intake" if file.kind == "text" else "ocr")
        key = self._keys.page(file.kind, problem.code if problem else "")
        known = self._ledger.page(sha256, number)
        problem = counted(problem, known.problem if known is not None and known.key == key else None)
        data = outcome.blobs[0] if problem is None else None
        digest = "" if data is None else key_of.content(data)
        self._ledger.put_page(sha256, PageState(number, key, digest, problem), data)
        self._counts.pages_read += 1
        self._progress.read(file.source_file, failed=problem is not None)
        opened.left -= 1
        if opened.left:
            return []
        del self._open[sha256]
        return [file]

    def _finish(self, file: File) -> Iterator[Unit]:
        """The document unit, where the document is not as recorded."""
        states = self._pages(file)
        if self._is_made(file, states):
            return
        pages = [self._ledger.page_data(file.sha256, state.number) for state in states]
        yield units.document(file, pages, list(failures(file, states)), self._settings)

    def _is_made(self, file: File, states: Iterable[PageState]) -> bool:
        """Whether a document is as recorded."""
        known = self._ledger.document(file.sha256)
        if known is None or tried_again(known.problem):
            return False
        return known.key == self._document_key(file, states, failed=known.problem is not None)

    def _keep_document(self, outcome: Outcome) -> list[Unit]:
        """Keep a document, or try for less of it where no answer came: its text must not be lost."""
        arguments, source_file = outcome.unit.arguments, outcome.unit.source_file
        problem = of_outcome(outcome, arguments["depth"])
        if problem is not None and outcome.status == "failed":
            if less := units.less(outcome.unit, problem):
                return [less]
            problem = Problem(**arguments["problem"])
        found = self._ledger.file(source_file)
        assert found is not None, source_file
        key = self._document_key(found, self._pages(found), failed=problem is not None)
        known = self._ledger.document(found.sha256)
        problem = counted(problem, known.problem if known is not None and known.key == key else None)
        parts = zip(outcome.answer.get("parts", []), outcome.blobs, strict=True)
        self._ledger.put_document(DocumentState(found.sha256, source_file, key, problem), list(parts))
        self._counts.documents_made += 1
        self._progress.made(source_file, failed=problem is not None)
        return []

    def _pages(self, file: File) -> list[PageState]:
        # a content whose page count shrank under new limits may have left more behind
        return self._ledger.pages(file.sha256)[: file.pages]

    def _document_key(self, file: File, states: Iterable[PageState], *, failed: bool) -> str:
        told = (state.digest or _told(state.problem) for state in states)
        return key_of.of_document(self._keys, file.source_file, told, failed=failed)


def failures(file: File, states: Iterable[PageState]) -> Iterator[Failure]:
    """The pages of a file that could not be read, as failures.csv tells them."""
    for state in states:
        if state.problem is not None:
            yield failure(file, state.number, state.problem)


def all_failures(ledger: Ledger, file: File) -> Iterator[Failure]:
    """What failed of a file: the file itself, else its pages and what was to be made of them."""
    if file.problem is not None:
        yield failure(file, None, file.problem)
        return
    yield from failures(file, ledger.pages(file.sha256)[: file.pages])
    document = ledger.document(file.sha256)
    if document is not None and document.problem is not None:
        yield failure(file, None, document.problem)


def failure(file: File, page: int | None, problem: Problem) -> Failure:
    """A row of failures.csv."""
    return Failure(file.source_file, page, problem.stage, problem.code, problem.message)  # type: ignore[arg-type]


def _told(problem: Problem | None) -> str:
    return f"failed: {problem.code}: {problem.message}" if problem else ""
