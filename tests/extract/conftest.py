"""Documents from a line of text."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pipeline.extract import extract
from pipeline.model import Document, Extraction, Page, RestoredText


def document_of(text: str, name: str = "a.txt") -> Document:
    pages = text.split("\f")
    return Document(
        "d000000000000",
        name,
        tuple(Page(number, page) for number, page in enumerate(pages, 1)),
        tuple(RestoredText(page, page) for page in pages),
    )


@pytest.fixture
def extracted() -> Callable[[str], Extraction]:
    return lambda text: extract(document_of(text))


@pytest.fixture
def document() -> Callable[..., Document]:
    return document_of
