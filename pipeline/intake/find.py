"""What lies in the folders that the user names: every file once, in a stable order."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import UsageError

MARKER = ".hoso"
"""The ledger's name in an output folder: a folder that holds one is output, not input."""
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""Control characters, line ends, and marks that turn the direction in which a name is shown."""
OUTPUTS = frozenset({"tables", "text", "edits", "failures.csv", "run.json"})
JUNK = frozenset({"thumbs.db", "desktop.ini", "__macosx"})


@dataclass(frozen=True)
class Found:
    """One entry of the input.

    ``path`` is where it lies; ``source_file`` its POSIX path relative to the input folder (the name alone
    where the user named the file itself), printable as UTF-8. ``problem`` is empty for a file to be read;
    else it says why the entry is told about but not opened (code ``unsupported``).
    """

    path: Path
    source_file: str
    problem: str = ""


def find(inputs: Sequence[Path], *, may_be_empty: bool = False) -> Iterator[Found]:
    """All entries of the inputs, folders recursively, sorted by the bytes of their names.

    Hidden files, junk of file managers, office lock files (``~$…``) and output folders of hoso are left
    out. Symbolic links to files inside the input folder are followed; links that lead out of it, links to
    folders, FIFOs, sockets and devices are yielded with a ``problem``, so that nothing is skipped in
    silence. A file that two inputs share is yielded once.

    Raises:
        UsageError: for an input that does not exist, or holds no file unless it ``may_be_empty``: a folder to
            which nothing is mounted must not look like an archive whose files were all deleted.
    """
    seen: set[str] | None = set() if len(inputs) > 1 else None
    for given in inputs:
        try:
            status = given.stat()
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            message = f"{printable(str(given))}: {reason}; name a file or a folder that exists"
            raise UsageError(message) from error
        is_folder = stat.S_ISDIR(status.st_mode)
        is_empty = not may_be_empty
        for path, is_plain in _walk(given, given.resolve()) if is_folder else [(given, False)]:
            is_empty = False
            if seen is not None:
                absolute = str(path.absolute())
                if absolute in seen:
                    continue
                seen.add(absolute)
            yield _entry(path, given, is_plain=is_plain)
        if is_empty:
            name = printable(str(given))
            message = (
                f"no file in {name} (is it mounted?); hoso reads PDF, PNG, JPEG, TIFF, .txt and office files"
            )
            raise UsageError(message)


def printable(name: str) -> str:
    r"""A file name as text on one line, exact: different names always give different texts.

    Bytes that are not UTF-8 become ``\xNN``, control characters and line ends Python's escapes, a backslash
    two. Nothing else changes: neither blanks nor the Unicode form.

    >>> print(printable("b\udce1o\n.pdf"), printable("b\\xe1o  1.pdf"))
    b\xe1o\n.pdf b\\xe1o  1.pdf
    """
    if name.isprintable() and "\\" not in name:  # nearly all are, and archives have many
        return name
    text = name.replace("\\", "\\\\")
    text = os.fsencode(text).decode("utf-8", "backslashreplace")
    return _UNSEEN.sub(lambda found: found.group().encode("unicode_escape").decode("ascii"), text)


def _walk(folder: Path, root: Path) -> Iterator[tuple[Path, bool]]:
    """Entries below a folder, and whether the folder itself says that each is a regular file."""
    try:
        entries = sorted(os.scandir(folder), key=lambda e: os.fsencode(e.name))
    except OSError:
        yield folder, False  # told as a problem by _entry
        return
    is_output = any(e.name == MARKER for e in entries)
    if is_output and folder.resolve() != root:
        return
    for entry in entries:
        if entry.name.startswith((".", "~$")) or entry.name.lower() in JUNK:
            continue
        if is_output and entry.name in OUTPUTS:
            continue
        if entry.is_dir(follow_symlinks=False):
            yield from _walk(Path(entry.path), root)
        else:
            yield Path(entry.path), entry.is_file(follow_symlinks=False)


def _entry(path: Path, given: Path, *, is_plain: bool) -> Found:
    name = path.name if path == given else path.relative_to(given).as_posix()
    return Found(path, printable(name), "" if is_plain else _problem(path, given))


def _problem(path: Path, given: Path) -> str:
    """Why an entry is not to be opened; empty for a regular file."""
    try:
        if path.is_symlink() and path != given:
            if path.is_dir():
                return "a symbolic link to a folder; name that folder itself as an input"
            if not path.resolve(strict=True).is_relative_to(given.resolve()):
                return "a symbolic link that leads out of the input folder; name its target as an input"
        mode = path.stat().st_mode
    except (OSError, RuntimeError) as error:
        reason = getattr(error, "strerror", None) or "a symbolic link that leads to itself"
        return f"cannot be opened: {reason}"
    if stat.S_ISDIR(mode):
        return "a folder that cannot be listed; check its permissions"
    return "" if stat.S_ISREG(mode) else f"{_kind(mode)}, not a file"


def _kind(mode: int) -> str:
    tests = ((stat.S_ISFIFO, "a FIFO"), (stat.S_ISSOCK, "a socket"))
    return next((name for test, name in tests if test(mode)), "a device")
