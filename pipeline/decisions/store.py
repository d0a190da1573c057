"""The files of decisions: OUT/decisions/NAME.jsonl, one a reviewer, a line a decision, only ever appended to.

A decision that was acknowledged lies on the disk: its line was written whole and flushed before anybody was
told. A process killed while it writes leaves at most a torn last line that nobody was told of; the next
reader passes over it and the next writer takes it away. Two people's files are merged by putting their lines
together: an id is the hash of what a line says.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.batch.lock import FOLDER as HIDDEN
from pipeline.decisions.record import Decision, DecisionError, line, parse
from pipeline.errors import OutputError, UsageError
from pipeline.language.normal import fold_marks
from pipeline.tables.writer import clear_errors, sync_folder

FOLDER = "decisions"
_WAIT = 20.0
"""Seconds to wait for another writer: a line takes milliseconds, a merge of two years' work a second."""


@dataclass(frozen=True)
class Damage:
    """A line of a file of decisions that cannot be read."""

    path: Path
    number: int
    problem: str

    def __str__(self) -> str:
        """One clear line."""
        return (
            f"{self.path}: line {self.number}: {self.problem}; put the file back from a copy, or remove the "
            "line: its decision is not applied"
        )


@dataclass
class Loaded:
    """All decisions of some files, each once, in order of time, and the lines that are none."""

    decisions: list[Decision] = field(default_factory=list)
    damages: list[Damage] = field(default_factory=list)


def file_of(out: Path, who: str) -> Path:
    """The file of a reviewer.

    >>> file_of(Path("out"), "Trần Thị Đào").as_posix()
    'out/decisions/tran-thi-dao.jsonl'
    """
    name = re.sub("[^a-z0-9]+", "-", fold_marks(who).lower()).strip("-")[:60]
    return out / FOLDER / f"{name or 'reviewer'}.jsonl"


def load(out: Path) -> Loaded:
    """All decisions that lie in an output folder.

    Raises:
        OutputError: where a file cannot be read.
    """
    return load_files(sorted((out / FOLDER).glob("*.jsonl")))


def load_files(paths: Iterable[Path]) -> Loaded:
    """All decisions of these files.

    Raises:
        OutputError: where one cannot be read.
    """
    found, by_id = Loaded(), dict[str, Decision]()
    for path in paths:
        for number, data in _lines(path):
            try:
                decision = parse(data)
            except DecisionError as error:
                found.damages.append(Damage(path, number, str(error)))
                continue
            by_id[decision.id] = decision
    found.decisions = in_order(by_id.values())
    return found


def in_order(decisions: Iterable[Decision]) -> list[Decision]:
    """By time, then id: the same for the same decisions, whatever files they lie in."""
    return sorted(decisions, key=lambda d: (d.at, d.id))


def _lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """Numbered lines; a last one without its end counts only where it is whole."""
    try:
        data = path.read_bytes()
    except OSError as error:
        message = f"{path}: cannot be read: {error.strerror or error}"
        raise OutputError(message) from error
    *whole, rest = data.split(b"\n")
    for number, content in enumerate(whole, 1):
        if content.strip():
            yield number, content
    if _is_decision(rest):
        yield len(whole) + 1, rest


def _is_decision(data: bytes) -> bool:
    try:
        parse(data)
    except DecisionError:
        return False
    return True


def append(out: Path, decisions: Iterable[Decision]) -> None:
    """Add decisions to their reviewers' files; when this returns they lie on the disk.

    Raises:
        OutputError: where they cannot be written; the files are then as they were.
    """
    by_file: dict[Path, bytes] = {}
    for decision in decisions:
        path = file_of(out, decision.who)
        by_file[path] = by_file.get(path, b"") + line(decision)
    with _writing(out), clear_errors(out):
        for path, data in by_file.items():
            _append(path, data)


def _append(path: Path, data: bytes) -> None:
    is_new = not path.exists()
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
    try:
        size = _sound_size(descriptor)
        try:
            os.lseek(descriptor, size, os.SEEK_SET)
            left = memoryview(data)
            while left:
                left = left[os.write(descriptor, left) :]
            os.fsync(descriptor)
        except OSError:
            with suppress(OSError):
                os.ftruncate(descriptor, size)
            raise
    finally:
        os.close(descriptor)
    if is_new:
        sync_folder(path.parent)
        sync_folder(path.parent.parent)


def _sound_size(descriptor: int) -> int:
    """The size of the file without a torn last line; one that lacks nothing but its end gets that."""
    size = os.fstat(descriptor).st_size
    if not size or os.pread(descriptor, 1, size - 1) == b"\n":
        return size
    start, tail = size, b""
    while start and b"\n" not in tail:
        step = min(start, 1 << 16)
        start -= step
        tail = os.pread(descriptor, step, start) + tail
    torn = tail.rpartition(b"\n")[2]
    if _is_decision(torn):
        os.pwrite(descriptor, b"\n", size)
        return size + 1
    os.ftruncate(descriptor, size - len(torn))
    return size - len(torn)


@contextmanager
def _writing(out: Path) -> Iterator[None]:
    """One writer at a time, by a lock that the kernel gives back when its holder dies."""
    from filelock import FileLock, Timeout

    with clear_errors(out):
        (out / FOLDER).mkdir(parents=True, exist_ok=True)
        (out / HIDDEN).mkdir(exist_ok=True)
    lock = FileLock(out / HIDDEN / "decisions.lock")
    try:
        with clear_errors(out):
            lock.acquire(timeout=_WAIT)
    except Timeout:
        message = f"{out}: another process is writing decisions there; try again"
        raise OutputError(message) from None
    try:
        yield
    finally:
        lock.release()


@dataclass(frozen=True)
class Merged:
    """What a merge did."""

    added: int
    known: int
    damages: tuple[Damage, ...] = ()


def merge(out: Path, files: Iterable[Path]) -> Merged:
    """Put the decisions of other files (or of other output folders) beside those in OUT.

    Nothing is lost and nothing decided: lines that are there already are left out, others keep every byte,
    and decisions that contradict each other stand side by side as a dispute.

    Raises:
        UsageError: where one of them has no decisions.
        OutputError: where a file cannot be read or OUT not be written.
    """
    paths = [path for given in files for path in _files(given)]
    theirs = load_files(paths)
    ours = {decision.id for decision in load(out).decisions}
    fresh = [decision for decision in theirs.decisions if decision.id not in ours]
    append(out, fresh)
    return Merged(len(fresh), len(theirs.decisions) - len(fresh), tuple(theirs.damages))


def _files(given: Path) -> list[Path]:
    """A file of decisions, or those of an output folder.

    Raises:
        UsageError: where there is none.
    """
    found = sorted((given / FOLDER).glob("*.jsonl")) if given.is_dir() else [given]
    if not found or not found[0].is_file():
        message = f"{given}: no file of decisions, nor a folder that has some"
        raise UsageError(message)
    return found
