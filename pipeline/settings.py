"""One settings object: defaults < hoso.toml < environment (HOSO_…) < flags."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path

from pipeline.errors import UsageError

_PREFIX = "HOSO_"
_WHOLE = re.compile(r"[0-9]{1,18}")


@dataclass(frozen=True)
class Settings:
    """What a run may vary. Units: bytes, pixels, seconds, dots per inch."""

    language: str = "vie"
    """Tesseract's language."""
    dpi: int = 300
    """Resolution at which pages are rasterised where no embedded scan is taken out."""
    page_timeout: int = 180
    """Seconds that one page may take in Tesseract or poppler."""
    max_bytes: int = 500_000_000
    """Largest file that is opened."""
    max_pages: int = 5_000
    """Most pages of one file."""
    max_pixels: int = 80_000_000
    """Largest page image: A3 at 600 dpi has 70 million."""
    max_memory: int = 1_500_000_000
    """Address space of each process that reads a file, in bytes: a worker, or a program that it starts. Of A3
    at 600 dpi in colour the worker took 0.85 GB, poppler as much to unpack it from JPEG 2000."""
    restore: bool = True
    """Whether text is restored; without, raw text passes through."""
    rules: str = "none"
    """A folder of rule files that add tables of one's own; ``none``: none."""
    password_file: str = "none"
    """A file of passwords for encrypted PDFs, one a line; ``none``: none."""

    @property
    def passwords_path(self) -> Path | None:
        """The file of passwords."""
        return None if self.password_file == "none" else Path(self.password_file)

    @property
    def rules_folder(self) -> Path | None:
        """The folder of one's own rule files."""
        return None if self.rules == "none" else Path(self.rules)

    def with_values(self, values: Mapping[str, object], origin: str) -> Settings:
        """A copy with values replaced, each converted to its field's type.

        Args:
            values: field name to value; text is converted.
            origin: where the values are from, for the error line.

        Raises:
            UsageError: for an unknown name or a value of the wrong type.
        """
        known = {f.name: type(getattr(self, f.name)) for f in fields(self)}
        changed: dict[str, object] = {}
        for name, value in values.items():
            if name not in known:
                message = f"{origin}: unknown setting {name!r}; known are {', '.join(sorted(known))}"
                raise UsageError(message)
            changed[name] = _convert(value, known[name], f"{origin}: {name}")
        return replace(self, **changed)  # type: ignore[arg-type]


def _convert(value: object, kind: type, label: str) -> object:
    if kind is bool and isinstance(value, str) and value.lower() in {"1", "true", "yes", "0", "false", "no"}:
        return value.lower() in {"1", "true", "yes"}
    if kind is int and isinstance(value, str) and _WHOLE.fullmatch(value.strip()):
        value = int(value)
    if type(value) is kind and not (kind is int and isinstance(value, int) and value <= 0):
        return value
    message = f"{label} must be a {'positive ' if kind is int else ''}{kind.__name__}, not {value!r}"
    raise UsageError(message)


def load(
    flags: Mapping[str, object] | None = None,
    environment: Mapping[str, str] | None = None,
    file: Path | None = None,
) -> Settings:
    """Settings from all four places.

    Args:
        flags: values given on the command line (None values are left out by the caller).
        environment: defaults to ``os.environ``; ``HOSO_DPI=200`` sets ``dpi``.
        file: a hoso.toml; where None, ``./hoso.toml`` if it is there.

    Raises:
        UsageError: for a name that is no setting (a typo must not go unseen), a value that does not fit,
            or a file that is not TOML.
    """
    settings = Settings()
    path = file or Path("hoso.toml")
    if file is not None or path.is_file():
        try:
            settings = settings.with_values(tomllib.loads(path.read_text(encoding="utf-8")), str(path))
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            message = f"{path}: {error}"
            raise UsageError(message) from error
    settings = settings.with_values(_from(os.environ if environment is None else environment), "environment")
    return settings.with_values(flags or {}, "command line")


def _from(environment: Mapping[str, str]) -> dict[str, str]:
    """The variables that are settings, by the settings' names; every one that begins with HOSO_ must be."""
    names = {f"{_PREFIX}{f.name.upper()}": f.name for f in fields(Settings)}
    given = {name: value for name, value in environment.items() if name.startswith(_PREFIX)}
    if unknown := sorted(set(given) - set(names)):
        message = f"environment: {unknown[0]} is no setting of hoso; known are {', '.join(sorted(names))}"
        raise UsageError(message)
    return {names[name]: value for name, value in given.items()}
