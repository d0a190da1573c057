"""Text files: UTF-8 or an old Vietnamese encoding, pages split by form feeds."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

from pipeline.errors import EmptyFileError, UnsupportedError
from pipeline.intake.codes import shown
from pipeline.intake.legacy import explains
from pipeline.language.normal import nfc

_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
_BOMS = {b"\xff\xfe": "UTF-16", b"\xfe\xff": "UTF-16"}


def pages(path: Path, name: str) -> list[str]:
    r"""The pages of a text file: NFC, ``\n`` line ends, no byte order mark, no other control characters.

    A file in an old Vietnamese encoding is given as a Western reader shows it, a character a byte (see
    ``codes``), so that what stands there stays to be seen; ``legacy`` converts it.

    A form feed at the very end closes the last page and opens none, nor does white space after it; other
    pages without text stay, the last ones too, as a PDF's do.

    The pages of the file that was asked for last are kept, as long as the file stays as it is: a file of
    thousands of pages is decoded once for all.

    Args:
        path: the file.
        name: what error lines call it.

    Raises:
        UnsupportedError: where the bytes are not UTF-8 text, nor Vietnamese in an old encoding.
        EmptyFileError: where there is nothing but white space.
    """
    status = path.stat()
    return list(_pages(path, name, (status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)))


@lru_cache(maxsize=1)
def _pages(path: Path, name: str, _state: tuple[int, ...]) -> tuple[str, ...]:
    data = path.read_bytes()
    content = decoded(data, name)
    if "\0" in content:
        message = f"{name}: not text (it holds zero bytes)"
        raise UnsupportedError(message)
    content = nfc(content.replace("\r\n", "\n").replace("\r", "\n"))
    content = _CONTROL.sub(" ", content.replace("\v", "\n"))
    if not content.strip():
        message = f"{name}: the file holds no text"
        raise EmptyFileError(message)
    *found, rest = content.split("\f")
    return (*found, rest) if rest.strip() else tuple(found)


def decoded(data: bytes, name: str) -> str:
    """Bytes as text: UTF-8, or the Western view of an old Vietnamese encoding.

    Args:
        data: a text's bytes.
        name: what error lines call it.

    Raises:
        UnsupportedError: where they are neither.
    """
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        encoding = next((what for bom, what in _BOMS.items() if data.startswith(bom)), "")
        what = f"it looks like {encoding}" if encoding else f"byte {error.start} is not UTF-8"
    content = "" if encoding or b"\0" in data else shown(data)
    if explains(content):
        return content
    message = (
        f"{name}: not UTF-8 text ({what}), nor Vietnamese in an old encoding; "
        "convert it to UTF-8, for example with iconv"
    )
    raise UnsupportedError(message)
