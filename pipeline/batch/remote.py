"""Input that lies in an object store: what is there, and copies of it at hand while it is read (fsspec).

Objects are treated as files are: told by their content, fetched again only where the store says that they
changed. Their names are whatever somebody wrote: they name rows, never a place on this disk.
"""

from __future__ import annotations

import json
import re
import shutil
import tempfile
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from pipeline.batch.place import Remote
from pipeline.errors import HosoError, LimitError, MissingExtraError, ReadError, UsageError
from pipeline.intake.find import JUNK, printable

_BLOCK = 4_000_000
"""Bytes that one request brings."""
_KEPT = 2
"""Copies that a worker keeps: pages of one file come one after the other."""
_LONGEST = 255
"""Bytes of a file's name (Linux)."""
_TAGS = ("ETag", "etag", "md5Hash", "content_md5", "checksum")
_TIMES = ("LastModified", "last_modified", "mtime", "updated", "created")


@dataclass(frozen=True)
class Listed:
    """One object of the input, as ``intake.Found`` is of a folder; ``stat`` changes when its content does."""

    path: Remote
    source_file: str
    stat: str
    problem: str = ""


def listing(given: Remote) -> Iterator[Listed]:
    """All objects below a URL, sorted by name; hidden ones and junk are left out as in folders.

    Raises:
        UsageError: where there is nothing, or it cannot be listed.
        MissingExtraError: where a package for this kind of store is not installed.
    """
    fs, root = _open(given.url)
    try:
        found: Mapping[str, Mapping[str, Any]] = fs.find(root, detail=True)
    except Exception as error:
        message = f"{printable(given.url)}: cannot be listed: {_line(error)}"
        raise UsageError(message) from error
    if not found:
        message = f"{printable(given.url)}: nothing is there; name a bucket, a prefix or an object"
        raise UsageError(message)
    for name in sorted(found):
        within = name.removeprefix(root).removeprefix("/") if name != root else name.rpartition("/")[2]
        if found[name].get("type") == "directory" or name.endswith("/") or _is_hidden(within):
            continue
        url = f"{given.url.partition('://')[0]}://{name}"
        yield Listed(Remote(url), printable(within), state_of(found[name]))


def state_of(info: Mapping[str, Any]) -> str:
    """What changes when an object does: its size, and its tag; its time only where it has no tag."""
    tag = next((str(info[key]).strip('"') for key in _TAGS if info.get(key)), "")
    time = next((info[key] for key in _TIMES if info.get(key)), "")
    # whole seconds: a listing may tell more of them than a question for the one object
    whole = int(time.timestamp()) if isinstance(time, datetime) else time
    whole = int(whole) if isinstance(whole, float) else str(whole)
    return json.dumps([info.get("size"), tag or whole])


def reach(url: str) -> str:
    """``reached`` where this machine may look at a URL; else why not."""
    try:
        fs, root = _open(url)
        fs.info(root)
    except Exception as error:  # noqa: BLE001  told to the driver, which refuses this machine
        return _line(error)
    return "reached"


class Copies:
    """Objects at hand as files, the last few: each fetched once while its pages are read."""

    def __init__(self, most: int, folder: Path | None = None) -> None:
        """Fetch no object of more than ``most`` bytes, into ``folder`` (None: where temporary files go)."""
        self._most = most
        self._folder = folder
        self._kept: OrderedDict[str, tuple[Path, str]] = OrderedDict()

    def get(self, url: str, stat: str) -> tuple[Path, str]:
        """A copy of an object, and the state that it had when it was fetched.

        Args:
            url: of the object.
            stat: its state as it was listed; a copy of another state is fetched anew.

        Raises:
            LimitError: where it has more bytes than there may be.
            ReadError: where it cannot be fetched, or changed meanwhile.
        """
        known = self._kept.get(url)
        if known is not None and known[1] == stat:
            self._kept.move_to_end(url)
            return known
        self._drop(url)
        while len(self._kept) >= _KEPT:
            self._drop(next(iter(self._kept)))
        folder = Path(tempfile.mkdtemp(prefix="hoso-object-", dir=self._folder))
        path = folder / _file_name(url)
        try:
            fetched = path, self._fetch(url, path)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        self._kept[url] = fetched
        return fetched

    def _drop(self, url: str) -> None:
        if url in self._kept:
            shutil.rmtree(self._kept.pop(url)[0].parent, ignore_errors=True)

    def _fetch(self, url: str, target: Path) -> str:
        name = printable(url)
        try:
            fs, root = _open(url)
            info = fs.info(root)
            size = info.get("size") or 0
            if size > self._most:
                message = f"{name}: {size} bytes, more than the limit of {self._most}; raise max_bytes"
                raise LimitError(message)
            taken = 0
            with fs.open(root, "rb", block_size=_BLOCK) as source, target.open("wb") as file:
                while block := source.read(_BLOCK):
                    taken += len(block)
                    if taken > self._most:
                        message = f"{name}: more bytes than the limit of {self._most}; raise max_bytes"
                        raise LimitError(message)
                    file.write(block)
            state = state_of(info)
            if taken != size or state_of(fs.info(root)) != state:
                message = f"{name}: the object changed while it was fetched; run again"
                raise ReadError(message)
        except (HosoError, MemoryError):
            raise
        except Exception as error:
            message = f"{name}: cannot be fetched: {_line(error)}"
            raise ReadError(message) from error
        return state


def _open(url: str) -> tuple[Any, str]:
    """The file system of a URL, without memory of what it listed, and the path within."""
    try:
        from fsspec.core import url_to_fs

        fs, root = url_to_fs(url, use_listings_cache=False)
    except ImportError as error:
        message = f"{printable(url)}: {_line(error)}; pip install 'hoso[cluster]' reads s3://"
        raise MissingExtraError(message) from error
    except ValueError as error:
        message = f"{printable(url)}: {_line(error)}"
        raise UsageError(message) from error
    return fs, root


def _is_hidden(within: str) -> bool:
    """As in folders; ``..`` is no hidden folder here but a strange name."""
    return any(
        (part.startswith((".", "~$")) and part not in {".", ".."}) or part.lower() in JUNK
        for part in within.split("/")
    )


def _file_name(url: str) -> str:
    """An object's last name, by which messages call it, where a file may be called so.

    >>> _file_name("s3://b/a/Báo cáo.pdf"), _file_name("s3://b/a/.."), _file_name(f"s3://b/{'x' * 999}.a")
    ('Báo cáo.pdf', 'object', 'object.a')
    """
    name = url.rpartition("/")[2]
    if name not in {"", ".", ".."} and "\0" not in name and len(name.encode()) <= _LONGEST:
        return name
    ending = re.search(r"\.[A-Za-z0-9]{1,8}\Z", name)
    return f"object{ending[0] if ending else ''}"


def _line(error: Exception) -> str:
    return (str(error).splitlines() or [""])[0][:200] or type(error).__name__
