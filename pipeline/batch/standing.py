"""What a machine must have in common with the driver before it may work for a run: all that rows depend on.

Driver and worker each say where they stand; a worker that stands elsewhere would make other rows of the same
page, or none, and is refused.
"""

from __future__ import annotations

import platform
from collections.abc import Iterable, Mapping
from importlib import metadata
from pathlib import Path

import pipeline
from pipeline.batch import keys, remote
from pipeline.batch.place import is_url
from pipeline.errors import HosoError, MissingProgramError
from pipeline.language import dictionaries
from pipeline.settings import Settings

Standing = Mapping[str, str]
"""What there is, by name; empty where it is missing."""

_INPUT = "input "
_PROGRAMS = ("tesseract", "traineddata_", "poppler")
_INSTALL = "install there what is here"
_MOUNT = "mount the same storage at the same path"
_REACH = "give it the same access"


def standing(settings: Settings, inputs: Iterable[str] = ()) -> dict[str, str]:
    """Where this machine stands.

    Args:
        settings: the run's: language, rules and passwords count.
        inputs: absolute paths and URLs that it must see.
    """
    found = {
        "hoso": pipeline.__version__,
        "code": keys.code(keys.WORKER),
        "dictionaries": dictionaries.fingerprint(),
        "Python": ".".join(platform.python_version_tuple()[:2]),
        **{name: metadata.version(name) for name in keys.LIBRARIES},
        **_programs(settings),
        "LibreOffice": _office(settings) or "none",
    }
    if settings.rules_folder is not None:
        found["rule files"] = keys.digest(keys.rules(settings.rules_folder))
    if settings.passwords_path is not None:
        found["passwords"] = _size(settings.passwords_path)
    return found | {f"{_INPUT}{place}": _seen(place) for place in inputs}


def differences(here: Standing, there: Standing) -> list[str]:
    """What is otherwise on a worker, a phrase each, the last one what to do; empty where nothing is.

    A program that the driver lacks is not asked for: no page of the run can need it.
    """
    phrases, todo = [], []
    for name, mine in here.items():
        theirs = there.get(name, "")
        if theirs == mine or (not mine and name.startswith(_PROGRAMS)):
            continue
        if name.startswith(_INPUT):
            place = name.removeprefix(_INPUT)
            phrases.append(f"{place} is {_told_input(theirs)} there")
            todo.append(_REACH if is_url(place) else _MOUNT)
        else:
            other = f"{theirs} there and {mine} here" if theirs else "missing there"
            phrases.append(f"{name} is {other}")
            todo.append(_INSTALL)
    return [*phrases, *dict.fromkeys(todo)]


def _told_input(theirs: str) -> str:
    if not theirs:
        return "missing"
    return "another folder" if theirs.isdecimal() else f"not to be read ({theirs})"


def _programs(settings: Settings) -> dict[str, str]:
    from pipeline.ocr import versions

    try:
        return versions(settings)
    except MissingProgramError:
        lacking = {"tesseract": "", f"traineddata_{settings.language}": "", "poppler": ""}
        return lacking | _those_there(settings)


def _those_there(settings: Settings) -> dict[str, str]:
    """Of the programs that read pages those that can be asked, where not all can."""
    from pipeline.ocr import tesseract

    try:
        return tesseract.versions(settings)
    except MissingProgramError:
        return {}


def _office(settings: Settings) -> str:
    from pipeline.intake.office import version

    try:
        return version(settings)
    except HosoError as error:
        return f"broken ({error})"


def _seen(place: str) -> str:
    """What tells that two machines see the same input: its inode, for a URL only that it can be looked at."""
    if is_url(place):
        return remote.reach(place)
    try:
        return str(Path(place).stat().st_ino)
    except OSError:
        return ""


def _size(path: Path) -> str:
    """Of the file of passwords its size alone: a hash of so few letters would give them away."""
    try:
        return f"{path.stat().st_size} bytes"
    except OSError:
        return ""
