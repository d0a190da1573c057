"""Child processes under limits: the one way in which hoso starts a program that reads a hostile file.

Every child gets a limit on address space, processor time and file size (``prlimit``) and dies with its
parent (``setpriv --pdeathsig``); both belong to util-linux and are left out where they are not installed.
Wrapping the program, instead of running code between fork and exec, keeps this safe in threads.
"""

from __future__ import annotations

import errno
import os
import select
import shlex
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import KilledError, LimitError, MissingProgramError, OutputError, TimeoutReadError
from pipeline.settings import Settings

PACKAGES = {
    "tesseract": "tesseract-ocr tesseract-ocr-vie",
    "pdftotext": "poppler-utils",
    "pdftoppm": "poppler-utils",
    "pdfinfo": "poppler-utils",
    "pdfimages": "poppler-utils",
    "soffice": "libreoffice-writer-nogui libreoffice-calc-nogui",
}
TRIED = "it is tried in two runs, then again when the file or a limit changes"
_NO_MEMORY = ("bad_alloc", "Out of memory", "out of memory")
GUARDED = ("tesseract", "pdftoppm", "pdfinfo")
_NOTED = frozenset({"pdftoppm", "pdfinfo"})
"""Programs whose caller does not look at how they ended: their guard notes a signal."""
_FROM_OUTSIDE = frozenset({signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT})
"""Signals that no page makes a program end by, unlike a crash (SIGSEGV) or a limit (SIGABRT, SIGXCPU)."""
FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
_ROOM, _ROOM_AFTER_FAILURE = 1 << 16, 1 << 22
"""Bytes that must still fit beside a page's files: a buffer's last piece; what another page just freed."""
MAX_OUTPUT = 64_000_000
"""Bytes of standard output that are read; a page's words are a thousandth of it."""


@dataclass(frozen=True)
class Finished:
    """What a child left: its exit status (negative: the signal that ended it), output and error text."""

    status: int
    output: bytes
    error: str


def program(name: str) -> str:
    """The absolute path of a program.

    Raises:
        MissingProgramError: where it is not installed, naming the packages to install.
    """
    found = shutil.which(name)
    if found is None:
        packages = PACKAGES.get(name, name)
        message = f"the program {name} is not installed; on Debian or Ubuntu: apt-get install {packages}"
        raise MissingProgramError(message)
    return str(Path(found).absolute())


_SPARE_SECONDS = 10
"""Processor time beyond ``page_timeout``: equal, either came first by chance."""


def is_installed(name: str) -> bool:
    """Whether a program is there."""
    return shutil.which(name) is not None


def limited(name: str, settings: Settings) -> list[str]:
    """The command prefix that runs a program under the settings' limits."""
    command = [program(name)]
    if setpriv := shutil.which("setpriv"):
        command = [setpriv, "--pdeathsig", "KILL", "--", *command]
    if prlimit := shutil.which("prlimit"):
        # image files of the largest page: three bytes a pixel and a header
        size = settings.max_pixels * 3 + 1_000_000
        # the clock ends a program first: processor time is for one that outlives its parent's watch
        soft = settings.page_timeout + _SPARE_SECONDS
        seconds = f"{soft}:{soft + _SPARE_SECONDS}"
        limits = [f"--as={settings.max_memory}", f"--cpu={seconds}", f"--fsize={size}"]
        command = [prlimit, *limits, "--core=0", "--", *command]
    return command


@contextmanager
def scratch() -> Iterator[Path]:
    """A temporary folder for one page; it is gone afterwards, whatever happened.

    Raises:
        OutputError: where its disk is full. A program that cannot write all may end as if the page were
            damaged, or as if all were well, so that is looked at before the folder goes.
    """
    with tempfile.TemporaryDirectory(prefix="hoso-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        try:
            yield folder
        except Exception as error:
            if getattr(error, "errno", None) in FULL or not _has_room(folder, _ROOM_AFTER_FAILURE):
                raise _full(folder) from error
            raise
        if not _has_room(folder, _ROOM):
            raise _full(folder)


def _has_room(folder: Path, size: int) -> bool:
    """Whether so many bytes can be written there now; asked by trying, for quotas show in no other way."""
    probe = folder / "room"
    try:
        probe.write_bytes(bytes(size))
        probe.unlink()
    except OSError as error:
        return error.errno not in FULL
    return True


def _full(folder: Path) -> OutputError:
    advice = "free some space, or set TMPDIR to another, and run again"
    message = f"{folder.parent}: the disk for temporary files is full; {advice}"
    return OutputError(message)


def guards(folder: Path, settings: Settings) -> Path | None:
    """Scripts that start Tesseract and poppler under limits, for libraries that want a program's path.

    pytesseract and pdf2image take no command prefix, so a script of the program's name stands in for it.

    Args:
        folder: a scratch folder; the scripts are made in it once.
        settings: the limits.

    Returns:
        The folder of scripts; None where files in ``folder`` may not be executed (a noexec mount).
    """
    made = folder / "guards"
    if not made.is_dir():
        made.mkdir()
        for name in (name for name in GUARDED if shutil.which(name)):
            script = made / name
            command = shlex.join(limited(name, settings))
            # one thread a process: pages, not threads, keep the cores busy
            script.write_text(_guard(name, command), encoding="utf-8")
            script.chmod(0o700)
    return made if all(os.access(made / name, os.X_OK) for name in GUARDED if shutil.which(name)) else None


def _guard(name: str, command: str) -> str:
    if name not in _NOTED:
        return f'#!/bin/sh\nOMP_THREAD_LIMIT=1 exec {command} "$@"\n'
    # a shell tells 128 and the signal
    return (
        f'#!/bin/sh\nOMP_THREAD_LIMIT=1 {command} "$@"\nstatus=$?\n'
        f'[ $status -le 128 ] || echo $((status - 128)) >"$0.signal"\nexit $status\n'
    )


def check_guarded(folder: Path, where: str) -> None:
    """Tell a program apart that a guard in ``folder`` started and that was killed.

    Raises:
        KilledError: where one was.
    """
    for note in sorted((folder / "guards").glob("*.signal")):
        told = note.read_text(encoding="ascii").strip()
        if told.isdecimal():
            check_killed(note.stem, -int(told), where)


def check_killed(name: str, status: int, where: str) -> None:
    """Tell a program that was killed from outside from one that failed over its input.

    Args:
        name: the program.
        status: as subprocess tells it: negative is a signal.
        where: file and page for the error line.

    Raises:
        KilledError: where it was killed.
    """
    if -status in _FROM_OUTSIDE:
        cause = "by the system for want of memory, or by somebody"
        message = f"{where}: {name} was killed ({signal.Signals(-status).name}), {cause}; {TRIED}"
        raise KilledError(message)


def _wait(child: subprocess.Popen[bytes], seconds: float) -> int:
    """The child's exit status, as soon as it ends: Python's own wait sleeps up to 50 ms between looks.

    Raises:
        subprocess.TimeoutExpired: where it takes longer.
    """
    try:
        handle = os.pidfd_open(child.pid)
    except (AttributeError, OSError):
        return child.wait(seconds)
    try:
        poll = select.poll()
        poll.register(handle, select.POLLIN)
        if not poll.poll(seconds * 1000):
            raise subprocess.TimeoutExpired(child.args, seconds)
    finally:
        os.close(handle)
    return child.wait()


def run(name: str, arguments: Sequence[str], settings: Settings, *, where: str) -> Finished:
    """Run a program under limits and wait for it.

    Args:
        name: the program.
        arguments: its arguments; files as absolute paths, so that no name reads as an option.
        settings: the limits.
        where: file and page for error lines.

    Raises:
        MissingProgramError: where the program is not installed.
        TimeoutReadError: where it took longer than ``settings.page_timeout`` seconds.
        LimitError: where it was ended for its processor time or memory, or wrote more than MAX_OUTPUT.
        KilledError: where it was killed from outside.
    """
    command = [*limited(name, settings), *arguments]
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        child = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=errors, start_new_session=True
        )
        try:
            status = _wait(child, settings.page_timeout)
        except subprocess.TimeoutExpired:
            message = f"{where}: {name} took longer than {settings.page_timeout} s; raise page_timeout"
            raise TimeoutReadError(message) from None
        finally:
            if child.poll() is None:
                with suppress(ProcessLookupError):
                    os.killpg(child.pid, signal.SIGKILL)
                child.wait()
        if status in (-signal.SIGXCPU, -signal.SIGXFSZ):
            message = f"{where}: {name} reached its limit of time or output"
            raise LimitError(message)
        check_killed(name, status, where)
        if output.tell() > MAX_OUTPUT or os.fstat(output.fileno()).st_size > MAX_OUTPUT:
            message = f"{where}: {name} wrote more than {MAX_OUTPUT // 1_000_000} MB"
            raise LimitError(message)
        output.seek(0)
        errors.seek(0)
        told = errors.read(20_000).decode("utf-8", "replace")
        if status != 0 and any(words in told for words in _NO_MEMORY):
            message = f"{where}: {name} needs more than {settings.max_memory} bytes; raise max_memory"
            raise LimitError(message)
        return Finished(status, output.read(), told)
