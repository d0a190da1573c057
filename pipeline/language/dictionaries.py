"""Where the dictionaries lie, and their fingerprint.

In a checkout they lie beside the package, in an installed wheel inside it.
"""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from pipeline.errors import DictionaryError


@cache
def folder() -> Path:
    """The folder of dictionaries.

    Raises:
        DictionaryError: where neither the checkout nor the wheel holds one.
    """
    package = Path(__file__).resolve().parents[1]
    for place in (package / "dictionaries", package.parent / "dictionaries"):
        if place.is_dir():
            return place
    message = f"dictionaries not found beside {package}; reinstall hoso"
    raise DictionaryError(message)


@cache
def fingerprint() -> str:
    """A hash over all dictionary files (names and contents), for the ledger's keys."""
    digest = hashlib.sha256()
    root = folder()
    for path in sorted(p for p in root.rglob("*") if p.is_file()):
        digest.update(path.relative_to(root).as_posix().encode() + b"\0")
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:16]
