"""Keys of the ledger: what a result depends on, hashed. Equal key, equal result; nothing else is compared.

A page depends on the code and dictionaries that read it and on the programs behind them; a document on its
pages' content and on everything that restores and extracts. So new rules read no page again. A failure hangs
on the limits as well: a larger limit tries the page again without reading the good ones anew.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import metadata
from pathlib import Path

from pipeline.errors import EncryptedError
from pipeline.intake import passwords
from pipeline.intake.children import is_installed
from pipeline.language import dictionaries
from pipeline.settings import Settings

_PACKAGE = Path(__file__).resolve().parents[1]
_LANGUAGE = ("dictionaries", "frequency", "legible", "normal", "quality", "syllables", "witness")
_INTAKE = (
    *("model.py", "intake", "batch/units.py", "batch/wire.py"),
    *(f"language/{name}.py" for name in _LANGUAGE),
)
_PAGE = (*_INTAKE, "ocr")
"""Code that reading a page uses: neither lexicon nor rules, or each new one would read an archive again."""
_ROWS = ("language", "restore", "extract", "tables/rows.py", "tables/schema.py")
_DOCUMENT = (*_PAGE, "batch/documents.py", "batch/likeness.py", *_ROWS)
_CARRIED = ("batch/engines", "batch/place.py", "batch/remote.py", "batch/worker.py")
WORKER = (*_DOCUMENT, *_CARRIED, "errors.py", "settings.py")
"""Code that a worker elsewhere must share: it makes the rows, and says what went wrong."""
_PAGE_DICTIONARIES = ("encodings/*.toml", "quality*.toml", "syllables.*")
"""Dictionaries that inspecting a file and reading a page use."""
LIBRARIES = ("numpy", "rapidfuzz", "regex")
"""Libraries whose version may change a document's rows, which are cheap to make again. A page is not: of
the libraries that read it, security updates are frequent and leave good scans as they are."""


@dataclass(frozen=True)
class Keys:
    """The keys of one run."""

    intake: str
    """Of a file's inspection, with the limits that it obeys."""
    text_page: str
    """Of a page of a text file."""
    image_page: str
    """Of a page of a PDF or image: programs and their data count too."""
    office_page: str
    """Of a page of a word processor's file: LibreOffice counts as well."""
    sheet_page: str
    """Of a spreadsheet: of all programs LibreOffice alone counts."""
    limits: str
    """Added to the key of what failed: page, file or document."""
    passwords: str
    """Added to the key of what failed for want of a password: another file of them tries it again."""
    document: str
    """Of a document, to be joined with its pages' digests."""

    def file(self, code: str = "") -> str:
        """The key of a file's inspection; ``code`` is of its failure."""
        return self._failed(self.intake, code)

    def page(self, kind: str, code: str = "") -> str:
        """The key of a page of a file of this kind (``FileKind``)."""
        keys = {"text": self.text_page, "sheet": self.sheet_page, "office": self.office_page}
        return self._failed(keys.get(kind, self.image_page), code)

    def _failed(self, key: str, code: str) -> str:
        if not code:
            return key
        passwords = f"+{self.passwords}" if code == EncryptedError.code else ""
        return f"{key}+{self.limits}{passwords}"


def make(settings: Settings, programs: Mapping[str, str]) -> Keys:
    """The keys of a run with these settings and programs.

    Args:
        settings: the run's.
        programs: ``ocr.versions()`` where pages are read, ``soffice`` where LibreOffice is needed.
    """
    limits = [settings.max_bytes, settings.max_pages, settings.max_pixels]
    known = dictionary_files(_PAGE_DICTIONARIES)
    page = [code(_PAGE), known]
    readers = {name: version for name, version in programs.items() if name != "soffice"}
    libraries = {name: metadata.version(name) for name in LIBRARIES}
    return Keys(
        intake=digest([code(_INTAKE), known, limits]),
        text_page=digest(page),
        image_page=digest([page, settings.language, settings.dpi, readers]),
        office_page=digest([page, settings.language, settings.dpi, dict(programs)]),
        sheet_page=digest([page, programs.get("soffice", "")]),
        passwords=digest(_state(settings.passwords_path)),
        # what failed for want of LibreOffice is tried again where it is installed
        limits=digest([limits, settings.max_memory, settings.page_timeout, is_installed("soffice")]),
        document=digest(
            [
                code(_DOCUMENT),
                dictionaries.fingerprint(),
                settings.restore,
                rules(settings.rules_folder),
                libraries,
                sys.version_info[:2],
            ]
        ),
    )


def of_document(keys: Keys, source_file: str, pages: Iterable[str], *, failed: bool = False) -> str:
    """The key of one document: what its pages say (digests, or codes of failures) and where it lies."""
    key = digest([keys.document, source_file, *pages])
    return f"{key}+{keys.limits}" if failed else key


def digest(value: object) -> str:
    """A short hash of a JSON value."""
    text = json.dumps(value, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:20]


def content(data: bytes) -> str:
    """A short hash of bytes."""
    return hashlib.sha256(data).hexdigest()[:20]


@cache
def code(parts: tuple[str, ...]) -> str:
    """A hash over the package's source files below these names."""
    found: list[tuple[str, str]] = []
    for part in parts:
        place = _PACKAGE / part
        files = [place] if place.is_file() else sorted(place.rglob("*.py"))
        found += [(f.relative_to(_PACKAGE).as_posix(), content(f.read_bytes())) for f in files]
    return digest(found)


def _state(path: Path | None) -> list[int]:
    try:
        return passwords.state(path) if path else []
    except OSError:  # gone since it was checked: whoever needs it next says so
        return []


def rules(folder: Path | None) -> list[tuple[str, str]]:
    """The user's own rule files: names and contents."""
    return (
        [(path.name, content(path.read_bytes())) for path in sorted(folder.glob("*.toml"))] if folder else []
    )


@cache
def dictionary_files(patterns: tuple[str, ...]) -> str:
    """A hash over the dictionary files that match one of the patterns."""
    root = dictionaries.folder()
    files = sorted({f for pattern in patterns for f in root.rglob(pattern) if f.is_file()})
    return digest([(f.relative_to(root).as_posix(), content(f.read_bytes())) for f in files])
