"""Documents from a line of text."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from text_documents import document_of

from pipeline.extract import extract
from pipeline.model import Document, Extraction


@pytest.fixture
def extracted() -> Callable[[str], Extraction]:
    return lambda text: extract(document_of(text))


@pytest.fixture
def document() -> Callable[..., Document]:
    return document_of
