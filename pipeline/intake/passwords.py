"""The passwords that the user gave for encrypted PDFs: a file, one a line, tried in order.

They are read where they are needed and never kept: settings, logs, ledger and processes' arguments hold the
file's name alone.
"""

from __future__ import annotations

from pathlib import Path

from pipeline.errors import UsageError
from pipeline.settings import Settings

_MOST_BYTES = 1_000_000


def load(settings: Settings) -> tuple[str, ...]:
    """The passwords in order; none where no file is set. Blanks belong to a password, line ends do not.

    Raises:
        UsageError: where the file cannot be read, is not UTF-8 or far too large.
    """
    path = settings.passwords_path
    if path is None:
        return ()
    advice = "name a UTF-8 text file with one password a line"
    try:
        with path.open("rb") as file:
            data = file.read(_MOST_BYTES + 1)
    except OSError as error:
        message = f"password_file: {path}: {error.strerror or error}; {advice}"
        raise UsageError(message) from error
    if len(data) > _MOST_BYTES:
        message = f"password_file: {path}: more than {_MOST_BYTES} bytes; {advice}"
        raise UsageError(message)
    try:
        lines = data.decode("utf-8-sig").replace("\r\n", "\n").split("\n")
    except UnicodeDecodeError:
        message = f"password_file: {path}: not UTF-8; {advice}"
        raise UsageError(message) from None  # the error's own words would show some of it
    return tuple(dict.fromkeys(line for line in lines if line))


def state(path: Path) -> list[int]:
    """What changes when the file does; nothing of what it holds can be guessed from it."""
    status = path.stat()
    return [status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino]
