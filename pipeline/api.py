"""What a program may call: the functions behind ``pipeline``'s public names."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pipeline.model import Document, Extraction, RestoredText
from pipeline.settings import Settings

if TYPE_CHECKING:
    from pipeline.batch.runner import Report
    from pipeline.restore import Restorer

Channel = Literal["auto", "eng", "vie"]
"""How letters were misread: by OCR that knows Vietnamese, by one that does not, or to be found out."""


def process(
    inputs: Iterable[str | Path], out: str | Path, *, settings: Settings | None = None, jobs: int = 0
) -> Report:
    """Bring an output folder up to date with files and folders, as ``hoso extract`` does.

    Args:
        inputs: files, folders and URLs.
        out: the output folder, made where missing.
        settings: defaults to ``Settings()``; hoso.toml and the environment are not looked at.
        jobs: worker processes; 0: one for each usable processor.

    Raises:
        HosoError: see ``pipeline.errors``. Files and pages that cannot be read raise nothing: they are
            rows of failures.csv, and ``Report.exit_status`` tells.
    """
    from pipeline.batch.place import place_of
    from pipeline.batch.runner import Options, run

    places = [place_of(os.fspath(given)) for given in inputs]
    return run(places, Path(out), settings or Settings(), Options(jobs=jobs))


def read(path: str | Path, *, settings: Settings | None = None, channel: Channel = "auto") -> Document:
    """One file, read page by page in this process and restored.

    Args:
        path: PDF, image or text file.
        settings: as in ``process``.
        channel: as in ``restore_text``, for pages that hoso does not OCR itself.

    Raises:
        ReadError: where the file or one of its pages cannot be read.
        MissingProgramError: where a page needs OCR and a program for it is missing.
    """
    from pipeline.batch.documents import channel as channel_of
    from pipeline.batch.documents import in_unicode
    from pipeline.intake import inspect
    from pipeline.ocr import read_page

    place, chosen = Path(path), settings or Settings()
    info = inspect(place, chosen)
    pages = tuple(read_page(place, number, info, chosen) for number in range(1, info.pages + 1))
    document = Document(info.doc_id, place.name, pages, ())
    texts = [page.text for page in pages]
    channels = [channel_of(page) if channel == "auto" else channel for page in pages]
    if not chosen.restore:
        return replace(document, restored=tuple(in_unicode(texts, channels)))
    return replace(document, restored=tuple(_restorer().restore_pages(texts, channels)))


def restore_text(text: str, *, channel: Channel = "auto") -> RestoredText:
    r"""Restored text with every edit; line breaks and form feeds stay where they are.

    >>> done = restore_text("Năm 2024\nhd nghéo dudc vay vén 5 triéu déng", channel="eng")
    >>> done.text
    'Năm 2024\nhộ nghèo được vay vốn 5 triệu đồng'
    >>> [(edit.raw, edit.restored, edit.kind) for edit in done.edits[:2]]
    [('hd', 'hộ', 'confusion'), ('nghéo', 'nghèo', 'diacritics')]
    >>> start = done.text.index("được")
    >>> done.raw[slice(*done.to_raw(start, start + len("được")))]
    'dudc'

    Good text comes back as it is, with no edits:

    >>> restore_text("Báo cáo số 12/BC-UBND").edits
    []

    Args:
        text: as read, in any Unicode form. Sentences help each other, so give a document whole.
        channel: ``eng`` for text from OCR that knows no Vietnamese, ``vie`` from one that does; ``auto`` asks
            of every sentence whether it is good or was ruined by the first kind.

    Returns:
        ``raw`` (the text given), ``text`` and ``edits``: each with its offsets into ``raw`` in code points,
        what stood there, what stands there now, the kind of change and its confidence (0-1, calibrated:
        of edits at 0.9, nine in ten are right). ``to_raw`` and ``to_restored`` map offsets both ways.

    Raises:
        DictionaryError: where a dictionary is missing.
    """
    return _restorer().restore(text, channel=channel)


def extract_figures(document: Document, *, settings: Settings | None = None) -> Extraction:
    """All figures, citations and unclaimed numbers of a document.

    Args:
        document: its pages, read and restored.
        settings: as in ``process``; ``rules`` may name a folder of rule files.

    Raises:
        RuleError: where a rule file is missing or wrong, or one of its patterns comes to no end.
    """
    from pipeline.extract import extract
    from pipeline.extract.rule_files import rulebook

    return extract(document, rulebook((settings or Settings()).rules_folder))


@cache
def _restorer() -> Restorer:
    from pipeline.restore import Restorer

    return Restorer.load()
