"""Documents from a text, for this folder's tests."""

from __future__ import annotations

from pipeline.model import Document, Page, RestoredText


def document_of(text: str, name: str = "a.txt") -> Document:
    """A document of one text file, its pages split by form feeds."""
    pages = text.split("\f")
    return Document(
        "d000000000000",
        name,
        tuple(Page(number, page) for number, page in enumerate(pages, 1)),
        tuple(RestoredText(page, page) for page in pages),
    )
