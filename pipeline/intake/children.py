"""Child processes under limits: the one way in which hoso starts a program that reads a hostile file.

Every child gets a limit on address space, processor time and file size (``prlimit``) and dies with its
parent (``setpriv --pdeathsig``); both belong to util-linux and are left out where they are not installed.
Wrapping the program, instead of running code between fork and exec, keeps this safe in threads.
"""

from __future__ import annotations

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

from pipeline.errors import LimitError, MissingProgramError, TimeoutReadError
from pipeline.settings import Settings

PACKAGES = {
    "tesseract": "tesseract-ocr tesseract-ocr-vie",
    "pdftotext": "poppler-utils",
    "pdftoppm": "poppler-utils",
    "pdfinfo": "poppler-utils",
    "pdfimages": "poppler-utils",
    "soffice": "libreoffice-writer-nogui libreoffice-calc-nogui",
}
_NO_MEMORY = ("bad_alloc", "Out of memory", "out of memory")
GUARDED = ("tesseract", "pdftoppm", "pdfinfo")
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
    """A temporary folder for one page; it is gone afterwards, whatever happened."""
    with tempfile.TemporaryDirectory(prefix="hoso-", ignore_cleanup_errors=True) as name:
        yield Path(name)


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
            script.write_text(f'#!/bin/sh\nOMP_THREAD_LIMIT=1 exec {command} "$@"\n', encoding="utf-8")
            script.chmod(0o700)
    return made if all(os.access(script, os.X_OK) for script in made.iterdir()) else None


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
