"""``hoso export``: OUT in one more form, put in its place whole or not at all."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from pipeline.errors import OutputError, UsageError
from pipeline.outputs import columnar, excel_csv, source, sqlite, workbook
from pipeline.outputs.people import Language
from pipeline.outputs.source import Source
from pipeline.tables import writer

Format = Literal["xlsx", "parquet", "duckdb", "sqlite", "csv-excel"]
FOLDER = "exports"
"""Where exports go in OUT, unless another place is named."""
PLACES: dict[Format, str] = {
    "xlsx": "hoso.xlsx",
    "parquet": "parquet",
    "duckdb": "hoso.duckdb",
    "sqlite": "hoso.sqlite",
    "csv-excel": "csv-excel",
}
"""A file, or a folder of files, by format."""


@dataclass
class Exported:
    """What an export made."""

    places: list[Path] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    """A line for each value that the format cannot hold."""


def export(
    out: Path, formats: list[Format], target: Path | None = None, language: Language = "vi"
) -> Exported:
    """Write OUT in other formats.

    Args:
        out: what ``hoso extract`` wrote.
        formats: which; each once.
        target: the file (or for ``parquet`` and ``csv-excel`` the folder) to write; only with one format.
        language: of headings and codes in formats for people.

    Raises:
        UsageError: OUT was not written by ``hoso extract``, or a target that is not allowed.
        OutputError: OUT is in use, written in part, or the target cannot be written.
        MissingExtraError: a package that a format needs is not installed.
    """
    done = Exported()
    with source.opened(out) as found, writer.clear_errors(target or out / FOLDER):
        for name in formats:
            place = target or out / FOLDER / PLACES[name]
            _check_target(out, place, name)
            place.parent.mkdir(parents=True, exist_ok=True)
            writer.remove_leftovers(place.parent)
            done.told += (
                _FOLDERS[name](found, place, language)
                if name in _FOLDERS
                else _file(found, place, name, language)
            )
            done.places.append(place)
    return done


def _check_target(out: Path, place: Path, name: Format) -> None:
    """Nothing that hoso extract wrote, and nothing of another kind, is ever written over."""
    folder, whole = place.resolve(), out.resolve()
    own = [whole / part for part in ("tables", "text", "edits", "archive", ".hoso")]
    if folder == whole or any(folder == part or part in folder.parents for part in own):
        message = f"{place}: lies among the tables themselves; name another place with --file"
        raise UsageError(message)
    if name in _FOLDERS and place.exists() and not place.is_dir():
        message = f"{place}: a file stands where --to {name} writes a folder; name another place with --file"
        raise OutputError(message)
    if name not in _FOLDERS and place.is_dir():
        message = f"{place}: a folder stands where --to {name} writes a file; name another place with --file"
        raise OutputError(message)


def _file(found: Source, place: Path, name: Format, language: Language) -> list[str]:
    temporary = writer.temporary_of(place)
    temporary.unlink(missing_ok=True)
    try:
        if name == "xlsx":
            told = workbook.write(found, temporary, language)
        elif name == "duckdb":
            told = columnar.write_duckdb(found, temporary)
        else:
            told = sqlite.write(found, temporary)
        _settle(temporary, place)
    finally:
        temporary.unlink(missing_ok=True)
        # what DuckDB keeps beside a file while it is open
        temporary.with_name(f"{temporary.name}.wal").unlink(missing_ok=True)
    return told


def _many(
    write: Callable[[Source, Path, Language], list[str]], ending: str
) -> Callable[[Source, Path, Language], list[str]]:
    def folder(found: Source, place: Path, language: Language) -> list[str]:
        """All files are staged before the first takes its place."""
        place.mkdir(exist_ok=True)
        staged = writer.temporary_of(place / "staged")
        shutil.rmtree(staged, ignore_errors=True)
        staged.mkdir()
        try:
            told = write(found, staged, language)
            made = sorted(staged.iterdir())
            for path in made:
                _settle(path, place / path.name)
            if place.parent.name == FOLDER and place.name in PLACES.values():
                # the folder is ours alone: a table that is no more goes
                for path in place.glob(f"*{ending}"):
                    if path.name not in {p.name for p in made}:
                        path.unlink(missing_ok=True)
        finally:
            shutil.rmtree(staged, ignore_errors=True)
        return told

    return folder


_FOLDERS: dict[Format, Callable[[Source, Path, Language], list[str]]] = {
    "parquet": _many(lambda found, folder, _: columnar.write_parquet(found, folder), ".parquet"),
    "csv-excel": _many(excel_csv.write, ".csv"),
}


def _settle(temporary: Path, place: Path) -> None:
    with temporary.open("rb") as handle, suppress(OSError):
        os.fsync(handle.fileno())
    temporary.replace(place)
    writer.sync_folder(place.parent)


def put(place: Path, data: bytes) -> None:
    """Write a small file, whole or not at all."""
    place.parent.mkdir(parents=True, exist_ok=True)
    temporary = writer.temporary_of(place)
    try:
        temporary.write_bytes(data)
        _settle(temporary, place)
    finally:
        temporary.unlink(missing_ok=True)
