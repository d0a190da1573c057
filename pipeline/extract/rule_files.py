"""Rule files loaded and checked: what is wrong is said in one line that names file and entry."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from pipeline.errors import RuleError
from pipeline.extract.amounts import Grammar, grammar, load_units
from pipeline.extract.patterns import Pattern, compile_pattern
from pipeline.extract.rules import (
    NEUTRAL,
    Cues,
    Find,
    Gate,
    Heading,
    Number,
    Rulebook,
    Status,
    TableRules,
    Trigger,
)
from pipeline.language.dictionaries import folder

CUES = "cues"
ORDER = 35
"""Where a file names none: after the tables with readers of their own, before the broad ones."""
_OWN_SECTIONS = frozenset({"gate", "schema", "stocks", "default"})
_SCOPES = frozenset({"row", "clause", "after", "sentence", "list", "above"})
_TYPES = frozenset({"text", "integer", "date"})


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

    def pattern(self, key: str = "pattern", *, bounded: bool = True) -> Pattern:
        """The pattern of a key."""
        name = self.name if key == "pattern" else f"{self.name}, {key}"
        return compile_pattern(self.get(key, str), name, bounded=bounded)

    def maybe(self, key: str, *, bounded: bool = True, suffix: str = "") -> Pattern | None:
        """The pattern of a key that may be missing."""
        if key not in self.data:
            return None
        source = self.get(key, str)
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


def _entries(data: Mapping[str, Any], key: str, path: Path, keys: str, label: str = "") -> Iterator[Entry]:
    found = data.get(key, [])
    if not isinstance(found, list):
        raise wrong(path, f"[[{key}]] must be a list of tables (two brackets)")
    for number, item in enumerate(found, 1):
        named = item.get(label or "id") if isinstance(item, dict) else None
        place = f"{path}: {key} {number}" + (f" ({named})" if isinstance(named, str) else "")
        yield Entry(item, place, keys)


def load_table(path: Path) -> TableRules:
    """The rules of one file.

    Raises:
        RuleError: for a file that is not TOML, lacks a part, holds a key that nobody knows or a pattern that
            is no regex; one line that names file and entry.
    """
    data = read_toml(path)
    sections = [key for key, value in data.items() if isinstance(value, dict)]
    lists = "trigger blocker number find column unit example"
    top = Entry(
        data,
        str(path),
        "table description order reader adds splits tells_apart spares ignores "
        + " ".join([lists, *sections]),
    )
    table = top.get("table", str)
    triggers = [*_triggers(data, path), *_blockers(data, path)]
    ids = [t.id for t in triggers if not t.reason]
    if len(set(ids)) != len(ids):
        raise wrong(path, "two triggers have the same id")
    return TableRules(
        table,
        top.get("order", int, ORDER),
        top.get("reader", str, "figures"),
        _gate(data, path),
        triggers,
        list(_numbers(data, path, frozenset(ids))),
        list(_finds(data, path)),
        list(_headings(data, path)),
        top.names("adds"),
        top.get("splits", bool, default=False),
        top.names("tells_apart"),
        data.get("stocks", {}),
        data.get("default", {}),
        frozenset(top.names("spares")),
        frozenset(top.names("ignores")),
        [e.data for e in _entries(data, "example", path, "text rows")],
        {
            f"{section}.{name}": compile_pattern(pattern, f"{path}: [{section}] {name}", bounded=False)
            for section in sections
            if section not in _OWN_SECTIONS
            for name, pattern in data[section].items()
            if isinstance(pattern, str)
        },
    )


def _gate(data: Mapping[str, Any], path: Path) -> Gate:
    if "gate" not in data:
        raise wrong(path, "[gate] is missing: the words that must stand near the table's figures")
    gate = Entry(data["gate"], f"{path}: [gate]", "pattern before after unless surely never")
    return Gate(
        gate.pattern(),
        gate.get("before", int),
        gate.get("after", int),
        gate.maybe("unless"),
        gate.maybe("surely"),
        gate.maybe("never"),
    )


def _triggers(data: Mapping[str, Any], path: Path) -> Iterator[Trigger]:
    for entry in _entries(data, "trigger", path, "id pattern set needs weak behind back heads units"):
        yield Trigger(
            entry.get("id", str),
            entry.pattern(),
            entry.get("set", dict, {}),
            needs=entry.maybe("needs"),
            weak=entry.get("weak", bool, default=False),
            behind=entry.get("behind", bool, default=True),
            back=entry.get("back", bool, default=False),
            heads=entry.get("heads", bool, default=False),
            units=frozenset(entry.names("units")),
        )


def _blockers(data: Mapping[str, Any], path: Path) -> Iterator[Trigger]:
    for entry in _entries(data, "blocker", path, "reason pattern strong weak units example", "reason"):
        reason = entry.get("reason", str)
        yield Trigger(
            f"blocker.{reason}",
            entry.pattern(),
            reason=reason,
            strong=entry.get("strong", bool, default=False),
            weak=entry.get("weak", bool, default=False),
            units=frozenset(entry.names("units")),
        )


def _numbers(data: Mapping[str, Any], path: Path, ids: frozenset[str]) -> Iterator[Number]:
    keys = (
        "column units codes unit_column set triggers groups after noun before behind never_before "
        "never_behind link starts alone direct of_column maximum"
    )
    for entry in _entries(data, "number", path, keys, "column"):
        triggers = frozenset(entry.names("triggers"))
        if unknown := sorted(triggers - ids):
            raise wrong(entry.name, f"no trigger has the id {unknown[0]!r}")
        yield Number(
            entry.get("column", str),
            frozenset(entry.names("units")),
            entry.get("codes", dict, {}),
            entry.get("unit_column", str, ""),
            entry.get("set", dict, {}),
            triggers,
            frozenset(entry.names("groups")),
            frozenset(entry.names("after")),
            entry.maybe("noun"),
            entry.maybe("before", bounded=False, suffix=r"\s*[:(]?\s*$"),
            entry.maybe("behind"),
            entry.maybe("never_before"),
            entry.maybe("never_behind"),
            entry.maybe("link"),
            entry.get("starts", bool, default=True),
            entry.get("alone", bool, default=False),
            entry.get("direct", bool, default=False),
            entry.get("of_column", str, ""),
            entry.get("maximum", int, 0),
        )


def _finds(data: Mapping[str, Any], path: Path) -> Iterator[Find]:
    for entry in _entries(data, "find", path, "column pattern value where within when type", "column"):
        where = entry.names("where") or ("row", "clause", "sentence")
        if unknown := sorted(set(where) - _SCOPES):
            raise wrong(entry.name, f"'where' knows {', '.join(sorted(_SCOPES))}, not {unknown[0]!r}")
        yield Find(
            entry.get("column", str),
            entry.pattern(),
            entry.get("value", str, ""),
            where,
            entry.get("within", str, ""),
            entry.get("when", dict, {}),
            entry.one_of("type", _TYPES, "text"),
        )


def _headings(data: Mapping[str, Any], path: Path) -> Iterator[Heading]:
    for entry in _entries(data, "column", path, "heading unless column unit set", "column"):
        yield Heading(
            entry.pattern("heading", bounded=False),
            entry.maybe("unless", bounded=False),
            entry.get("column", str, ""),
            entry.get("unit", str, ""),
            entry.get("set", dict, {}),
        )


# ---- what all tables share --------------------------------------------------------------------


def load_cues(path: Path) -> Cues:
    """The shared cues of one file; errors as ``load_table``."""
    data = read_toml(path)
    tail = r"\s*[:,(]?\s*$"
    statuses = list(_entries(data, "status", path, "status strength pattern example"))
    status_after = list(_entries(data, "status_after", path, "status pattern example"))
    parts = list(_entries(data, "parts", path, "pattern example"))
    excluded = list(_entries(data, "excluded", path, "reason pattern example unless money"))
    excluded_after = list(_entries(data, "excluded_after", path, "reason pattern example far"))
    neutral = list(_entries(data, "neutral", path, "pattern example"))
    heading = Entry(data.get("status_heading"), f"{path}: [status_heading]", "planned actual example")
    return Cues(
        [
            Status(s.get("status", str), s.get("strength", int), s.pattern(), s.get("example", str))
            for s in statuses
        ],
        [(s.get("status", str), s.pattern()) for s in status_after],
        [
            (e.get("reason", str), e.pattern(bounded=not _is_anchored(e)), e.get("far", bool, default=False))
            for e in excluded_after
        ],
        Entry(data.get("actor"), f"{path}: [actor]", "pattern example").pattern(),
        heading.pattern("planned"),
        heading.pattern("actual"),
        compile_pattern("|".join(p.get("pattern", str) for p in parts), f"{path}: parts"),
        [
            (
                e.get("reason", str),
                compile_pattern(rf"(?<!\p{{L}})(?:{e.get('pattern', str)}){tail}", e.name, bounded=False),
                e.maybe("unless"),
                e.get("money", bool, default=False),
            )
            for e in excluded
        ],
        [*_blockers(data, path), *(Trigger(NEUTRAL, n.pattern(), reason=NEUTRAL) for n in neutral)],
        Entry(data.get("own_verb"), f"{path}: [own_verb]", "pattern example").pattern(),
        Entry(data.get("continues"), f"{path}: [continues]", "pattern example").pattern(bounded=False),
        Entry(data.get("of_these"), f"{path}: [of_these]", "pattern example").pattern(bounded=False),
        Entry(data.get("states"), f"{path}: [states]", "pattern example").pattern(),
        Entry(data.get("goes_on"), f"{path}: [goes_on]", "pattern example").pattern(),
        Entry(data.get("contrast"), f"{path}: [contrast]", "pattern example").pattern(),
        Entry(data.get("whole"), f"{path}: [whole]", "pattern example").pattern(bounded=False),
        Entry(data.get("each"), f"{path}: [each]", "pattern example").pattern(),
        Entry(data.get("each_gets"), f"{path}: [each_gets]", "pattern example").pattern(),
        Entry(data.get("sums_up"), f"{path}: [sums_up]", "pattern example").pattern(bounded=False),
        Entry(data.get("in_turn"), f"{path}: [in_turn]", "pattern example").pattern(),
        Entry(data.get("target"), f"{path}: [target]", "pattern example").pattern(bounded=False),
        Entry(data.get("target_label"), f"{path}: [target_label]", "pattern example").pattern(),
        Entry(data.get("unlike"), f"{path}: [unlike]", "pattern example").pattern(),
        Entry(data.get("among"), f"{path}: [among]", "pattern example").pattern(),
        Entry(data.get("works"), f"{path}: [works]", "pattern example").pattern(bounded=False),
        Entry(data.get("rest"), f"{path}: [rest]", "pattern example").pattern(bounded=False),
        Entry(data.get("copula"), f"{path}: [copula]", "pattern example").pattern(bounded=False),
        Entry(data.get("source_of"), f"{path}: [source_of]", "pattern example").pattern(bounded=False),
        Entry(data.get("passive"), f"{path}: [passive]", "pattern example").pattern(),
        Entry(data.get("story"), f"{path}: [story]", "pattern example").pattern(),
        Entry(data.get("aside"), f"{path}: [aside]", "pattern example").pattern(),
        Entry(data.get("pointing"), f"{path}: [pointing]", "pattern example").pattern(),
        Entry(data.get("purpose"), f"{path}: [purpose]", "pattern example").pattern(),
        Entry(data.get("singled"), f"{path}: [singled]", "pattern example").pattern(),
        Entry(data.get("base"), f"{path}: [base]", "pattern example").pattern(bounded=False),
        Entry(data.get("money"), f"{path}: [money]", "pattern example").pattern(),
        [
            (b.get("pattern", str), b.get("example", str))
            for b in [
                *statuses,
                *status_after,
                *parts,
                *_entries(data, "blocker", path, "reason pattern strong example"),
                *excluded,
                *excluded_after,
                *neutral,
            ]
        ],
    )


def _is_anchored(entry: Entry) -> bool:
    """Whether a pattern says itself where it begins: right behind the number."""
    return str(entry.get("pattern", str)).startswith(r"\G")


def files(place: Path) -> list[Path]:
    """The rule files of a folder, in order of name, without the shared cues."""
    return sorted(path for path in place.glob("*.toml") if path.stem != CUES)


@cache
def rulebook(own: Path | None = None) -> Rulebook:
    """All rules of a run.

    Args:
        own: a folder of rule files that add tables to those of the dictionaries.

    Raises:
        RuleError: where a file is missing or wrong, or a table has two.
    """
    place = folder() / "rules"
    paths = [*files(place), *(files(own) if own else [])]
    loaded: dict[str, TableRules] = {}
    for path in paths:
        rules = load_table(path)
        if rules.table in loaded:
            raise wrong(path, f"there is a table {rules.table!r} already; name it otherwise")
        loaded[rules.table] = rules
    ordered = sorted(loaded.values(), key=lambda rules: rules.order)
    nouns = [noun for path in paths for noun in _units(path)]
    return Rulebook(
        {rules.table: rules for rules in ordered},
        load_cues(place / f"{CUES}.toml"),
        _grammar(nouns) if nouns else grammar(),
    )


def _units(path: Path) -> list[Mapping[str, Any]]:
    entries = _entries(read_toml(path), "unit", path, "unit words not_before", "unit")
    found: list[Mapping[str, Any]] = []
    for entry in entries:
        unit = entry.get("unit", str)
        if not unit.isidentifier():
            raise wrong(entry.name, f"'unit' must be a word of letters, not {unit!r}")
        if not entry.names("words"):
            raise wrong(entry.name, "'words' is missing")
        found.append(entry.data)
    return found


def _grammar(nouns: Sequence[Mapping[str, Any]]) -> Grammar:
    units = load_units()
    return Grammar({**units, "noun": [*nouns, *units["noun"]]})
