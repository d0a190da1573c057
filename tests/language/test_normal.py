"""Normal forms of hostile text."""

from __future__ import annotations

import pytest

from pipeline.language.normal import nfc


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ho\u0323\u0302", "hộ"),
        ("hộ", "hộ"),
        ("xa\u0303 " * 1000, "xã " * 1000),
        ("a" + "\u0323\u0301" * 300_000 + "b", "\u1ea1\u0301" + "\u0323" * 14 + "\u0301" * 14 + "b"),
        ("a" + "\u05b0\u0301" * 300_000, "á" + "\u05b0" * 15 + "\u0301" * 14),
    ],
)
def test_nfc_takes_no_more_marks_than_letters_have(text: str, expected: str) -> None:
    assert nfc(text) == nfc(expected)
