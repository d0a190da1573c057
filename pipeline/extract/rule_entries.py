"""The parts of a rule file read key by key: what is wrong is said in one line that names file and entry."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pipeline.errors import RuleError
from pipeline.extract.patterns import Pattern, compile_pattern
from pipeline.extract.rules import Trigger


def wrong(place: object, problem: str) -> RuleError:
    """What is wrong where, in one line."""
    return RuleError(f"{place}: {problem}")


class Entry:
    """One table of a TOML file, read key by key; ``name`` says where it stands."""

    def __init__(self, data: object, name: str, keys: str) -> None:
        if not isinstance(data, dict):
            raise wrong(name, "must be a table of keys and values")
        self.data: dict[str, Any] = data
        self.name = name
        known = keys.split()
        if unknown := sorted(set(data) - set(known)):
            raise wrong(name, f"unknown key {unknown[0]!r}; known are {', '.join(known)}")

    def get(self, key: str, kind: type, default: Any = None) -> Any:
        """The value of a key; without a default the key is required."""
        if key not in self.data:
            if default is None:
                raise wrong(self.name, f"{key!r} is missing")
            return default
        value = self.data[key]
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            raise wrong(self.name, f"{key!r} must be {_KINDS[kind]}, not {value!r:.60}")
        return value

    def source(self, key: str = "pattern") -> str:
        """The source of a pattern, which may stand as a list of its alternatives.

        Raises:
            RuleError: where it is missing, or neither a text nor a list of texts.
        """
        if isinstance(self.data.get(key), list):
            return "|".join(self.names(key))
        found: str = self.get(key, str)
        return found

    def pattern(self, key: str = "pattern", *, bounded: bool = True) -> Pattern:
        """The pattern of a key."""
        name = self.name if key == "pattern" else f"{self.name}, {key}"
        return compile_pattern(self.source(key), name, bounded=bounded)

    def maybe(self, key: str, *, bounded: bool = True, suffix: str = "") -> Pattern | None:
        """The pattern of a key that may be missing."""
        if key not in self.data:
            return None
        source = self.source(key)
        return compile_pattern(
            f"(?:{source}){suffix}" if suffix else source, f"{self.name}, {key}", bounded=bounded
        )

    def names(self, key: str) -> tuple[str, ...]:
        """A list of texts that may be missing."""
        value = self.get(key, list, [])
        if not all(isinstance(item, str) for item in value):
            raise wrong(self.name, f"{key!r} must be a list of texts")
        return tuple(value)

    def one_of(self, key: str, known: frozenset[str], default: str) -> str:
        """A text that must be one of a few."""
        value: str = self.get(key, str, default)
        if value not in known:
            raise wrong(self.name, f"{key!r} must be one of {', '.join(sorted(known))}, not {value!r}")
        return value


_KINDS = {str: "a text", int: "a whole number", bool: "true or false", list: "a list", dict: "a table"}


def read_toml(path: Path) -> dict[str, Any]:
    """A TOML file.

    Raises:
        RuleError: where it is missing, not UTF-8 or not TOML.
    """
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise wrong(path, f"{error}") from error


def entries(data: Mapping[str, Any], key: str, path: Path, keys: str, label: str = "") -> Iterator[Entry]:
    """The tables of a list of a file (``[[key]]``); ``label`` is the key that names them."""
    found = data.get(key, [])
    if not isinstance(found, list):
        raise wrong(path, f"[[{key}]] must be a list of tables (two brackets)")
    for number, item in enumerate(found, 1):
        named = item.get(label or "id") if isinstance(item, dict) else None
        place = f"{path}: {key} {number}" + (f" ({named})" if isinstance(named, str) else "")
        yield Entry(item, place, keys)


def blockers(data: Mapping[str, Any], path: Path) -> Iterator[Trigger]:
    """A file's blockers."""
    for entry in entries(data, "blocker", path, "reason pattern strong weak units example", "reason"):
        reason = entry.get("reason", str)
        yield Trigger(
            f"blocker.{reason}",
            entry.pattern(),
            reason=reason,
            strong=entry.get("strong", bool, default=False),
            weak=entry.get("weak", bool, default=False),
            units=frozenset(entry.names("units")),
        )
