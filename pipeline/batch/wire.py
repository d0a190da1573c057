"""Pages and parts as bytes: what workers send and the ledger keeps (zlib over compact JSON, never pickle)."""

from __future__ import annotations

import json
import zlib
from dataclasses import fields
from typing import Any

from pipeline.model import Box, Page, Word

_LEVEL = 6
_PLAIN = tuple(f.name for f in fields(Page) if f.name not in {"words", "reasons"})


def pack(value: object) -> bytes:
    """A JSON value as compressed bytes; equal values give equal bytes.

    >>> unpack(pack({"b": [1, "hộ"]}))
    {'b': [1, 'hộ']}
    """
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return zlib.compress(text.encode(), _LEVEL)


def unpack(data: bytes) -> Any:
    """The value that ``pack`` was given (tuples come back as lists)."""
    return json.loads(zlib.decompress(data))


def pack_page(page: Page) -> bytes:
    """A page as bytes. A word is a row: start, end, confidence and, where it has them, box and witness."""
    value: dict[str, object] = {name: getattr(page, name) for name in _PLAIN}
    value["reasons"] = list(page.reasons)
    value["words"] = [_word_row(word) for word in page.words]
    return pack(value)


def unpack_page(data: bytes) -> Page:
    """The page that ``pack_page`` was given.

    >>> page = Page(1, "hộ nghèo", (Word(0, 2, Box(1, 2, 3.5, 4), 0.9, "hd"), Word(3, 8)), reasons=("a",))
    >>> unpack_page(pack_page(page)) == page
    True
    """
    value = unpack(data)
    value["reasons"] = tuple(value["reasons"])
    value["words"] = tuple(_word(row) for row in value["words"])
    return Page(**value)


def _word_row(word: Word) -> list[float | str | None]:
    row: list[float | str | None] = [word.start, word.end, word.confidence]
    if word.box is not None:
        row += [word.box.x0, word.box.y0, word.box.x1, word.box.y1]
    return [*row, word.witness] if word.witness else row


def _word(row: list[Any]) -> Word:
    witness = row.pop() if isinstance(row[-1], str) else ""
    return Word(row[0], row[1], Box(*row[3:]) if len(row) > 3 else None, row[2], witness)
