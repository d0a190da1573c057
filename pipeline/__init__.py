"""hoso: scanned Vietnamese reports in, restored text and tidy tables out.

The public API; everything is imported when it is first used:

``process(inputs, out)``
    brings an output folder up to date with files and folders, as ``hoso extract`` does.
``read(path)``
    one file as a ``Document``: its pages, read and restored.
``restore(text)``
    restored text with every edit (``restore_text`` is another name for it).

    >>> import pipeline
    >>> done = pipeline.restore("hd nghéo dudc vay vén", channel="eng")
    >>> done.text, len(done.edits)
    ('hộ nghèo được vay vốn', 4)

``extract_figures(document)``
    the figures of a ``Document``.
``Settings`` and the values of ``pipeline.model``
    ``Box`` ``Document`` ``Edit`` ``Evidence`` ``Extraction`` ``Failure`` ``Figure`` ``Page``
    ``RestoredText`` ``Word``.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipeline.api import extract_figures, process, read, restore_text
    from pipeline.api import restore_text as restore
    from pipeline.batch.runner import Report
    from pipeline.model import (
        Box,
        Document,
        Edit,
        Evidence,
        Extraction,
        Failure,
        Figure,
        Page,
        RestoredText,
        Word,
    )
    from pipeline.settings import Settings

__version__ = "0.1.0"

__all__ = [
    "Box",
    "Document",
    "Edit",
    "Evidence",
    "Extraction",
    "Failure",
    "Figure",
    "Page",
    "Report",
    "RestoredText",
    "Settings",
    "Word",
    "extract_figures",
    "process",
    "read",
    "restore",
    "restore_text",
]

_PLACES = {
    **dict.fromkeys(("extract_figures", "process", "read", "restore_text"), "pipeline.api"),
    "Report": "pipeline.batch.runner",
    "Settings": "pipeline.settings",
}


def __getattr__(name: str) -> object:
    if name == "restore":
        # the room itself, which can be called; from its import on it is found without this
        return importlib.import_module("pipeline.restore")
    if name not in __all__:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    return getattr(importlib.import_module(_PLACES.get(name, "pipeline.model")), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
