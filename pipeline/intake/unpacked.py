"""How large a PDF's stream is once unpacked, told without unpacking more than a bound.

Four kilobytes may unpack to gigabytes, and to as many again in the next filter; poppler and qpdf take such a
stream whole, and poppler ends in peace when its memory is used up, as if the page were empty.
"""

from __future__ import annotations

import base64
import zlib
from collections.abc import Callable
from typing import Any

_MOST_STORED = 64_000_000
"""Bytes as stored of a stream that is looked into."""
_MOST_FILTERS = 8
"""More of them no program writes."""
STEP = 40
"""Bytes of content that take as long to parse as one operator takes to follow."""
FOLLOWED = 20
"""Operators that could be followed in the time that it takes to begin a form."""


def size(stream: Any, most: int) -> int | None:
    """The bytes that a stream unpacks to, ``most`` + 1 for any more; None where it cannot be told cheaply.

    Args:
        stream: a pikepdf stream.
        most: bytes.
    """
    if int(stream.get("/Length", 0)) > _MOST_STORED:
        return None
    data = stream.read_raw_bytes()
    filters = _names(stream.get("/Filter"))
    if len(filters) > _MOST_FILTERS:
        return None
    for name in filters:
        unpack = _UNPACK.get(name)
        if unpack is None:
            return None
        data = unpack(data, most + 1)
    return len(data)


def content_size(content: Any, most: int) -> int | None:
    """The bytes that a page's content unpacks to, be it one stream or several; as ``size``."""
    import pikepdf

    total = 0
    for part in content if isinstance(content, pikepdf.Array) else [content]:
        if isinstance(part, pikepdf.Stream):
            found = size(part, most)
            if found is None or found + total > most:
                return None if found is None else most + 1
            total += found
    return total


def _names(filters: Any) -> list[str]:
    if filters is None:
        return []
    return [str(filters)] if str(filters).startswith("/") else [str(name) for name in filters]


def _inflated(data: bytes, most: int) -> bytes:
    try:
        return zlib.decompressobj().decompress(data, most)
    except zlib.error:
        return b""  # broken: readers take what comes before, which is no more than stands in it


def _from_hex(data: bytes, most: int) -> bytes:
    digits = bytes(byte for byte in data.partition(b">")[0] if byte in b"0123456789abcdefABCDEF")
    return bytes.fromhex((digits + b"0" * (len(digits) % 2)).decode())[:most]


def _from_85(data: bytes, most: int) -> bytes:
    try:
        return base64.a85decode(data.partition(b"~")[0])[:most]
    except ValueError:
        return b""


_UNPACK: dict[str, Callable[[bytes, int], bytes]] = {
    "/FlateDecode": _inflated,
    "/Fl": _inflated,
    "/ASCIIHexDecode": _from_hex,
    "/AHx": _from_hex,
    "/ASCII85Decode": _from_85,
    "/A85": _from_85,
}
