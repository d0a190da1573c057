"""How large streams are once unpacked."""

from __future__ import annotations

import base64
import zlib

import pikepdf
import pytest
from pikepdf import Array, Name

from pipeline.intake import unpacked

_DATA = b"0 0 5 5 re f " * 1000
_MOST = 20_000
_BOMB = zlib.compress(bytes(5_000_000), 9)


@pytest.mark.parametrize(
    ("data", "filters", "expected"),
    [
        (_DATA, None, len(_DATA)),
        (b"", None, 0),
        (zlib.compress(_DATA), Name.FlateDecode, len(_DATA)),
        (zlib.compress(_DATA), Array([Name.Fl]), len(_DATA)),
        (zlib.compress(zlib.compress(_DATA)), Array([Name.FlateDecode] * 2), len(_DATA)),
        (_DATA.hex().encode() + b">", Name.ASCIIHexDecode, len(_DATA)),
        (b"4 1\n4>42", Name.AHx, 2),
        (base64.a85encode(zlib.compress(_DATA)) + b"~>", Array([Name.A85, Name.Fl]), len(_DATA)),
        (_BOMB, Name.FlateDecode, _MOST + 1),
        (zlib.compress(_BOMB), Array([Name.FlateDecode] * 2), _MOST + 1),
        (b"no such data", Name.FlateDecode, 0),
        (b"\xff\xfe~>", Name.ASCII85Decode, 0),
        (_DATA, Name.LZWDecode, None),
        (_DATA, Name.Unknown, None),
        (b"", Array([Name.ASCIIHexDecode] * 1000), None),
    ],
)
def test_size(data: bytes, filters: pikepdf.Name | None, expected: int | None) -> None:
    document = pikepdf.new()
    stream = document.make_stream(b"")
    stream.write(data, filter=filters)
    assert unpacked.size(stream, _MOST) == expected


def test_a_pages_content_in_several_streams() -> None:
    document = pikepdf.new()
    one, bomb = document.make_stream(_DATA), pikepdf.Stream(document, _BOMB, Filter=Name.FlateDecode)
    unknown = pikepdf.Stream(document, _DATA, Filter=Name.Unknown)
    assert unpacked.content_size(None, _MOST) == 0
    assert unpacked.content_size(one, _MOST) == len(_DATA)
    assert unpacked.content_size(Array([one, 5]), _MOST) == len(_DATA)
    assert unpacked.content_size(Array([one, one]), _MOST) == _MOST + 1
    assert unpacked.content_size(Array([one, bomb, unknown]), _MOST) == _MOST + 1
    assert unpacked.content_size(Array([unknown, bomb]), _MOST) is None
