"""Rule files loaded and checked: what is wrong is said in one line that names file and entry."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from pipeline.extract.amounts import Grammar, grammar, load_units
from pipeline.extract.cue_file import load_cues
from pipeline.extract.rule_entries import Entry, blockers, entries, read_toml, wrong
from pipeline.extract.rulebook import Rulebook, patterns_of
from pipeline.extract.rules import Find, Gate, Heading, Number, TableRules, Trigger
from pipeline.language.dictionaries import folder

CUES = "cues"
ORDER = 35
"""Where a file names none: after the tables with readers of their own, before the broad ones."""
_OWN_SECTIONS = frozenset({"gate", "schema", "stocks", "default"})
_SCOPES = frozenset({"row", "clause", "after", "sentence", "list", "above", "title"})
_TYPES = frozenset({"text", "integer", "date"})


def load_table(path: Path) -> TableRules:
    """The rules of one file; their patterns are not yet checked.

    Raises:
        RuleError: for a file that is not TOML, lacks a part or holds a key that nobody knows; one line that
            names file and entry.
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
    triggers = [*_triggers(data, path), *blockers(data, path)]
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
        [e.data for e in entries(data, "example", path, "text rows")],
        {
            f"{section}.{name}": entry.pattern(name, bounded=False)
            for section in sections
            if section not in _OWN_SECTIONS
            for entry in [Entry(data[section], f"{path}: [{section}]", " ".join(data[section]))]
            for name, value in data[section].items()
            if isinstance(value, str | list)
        },
    )


def _gate(data: Mapping[str, Any], path: Path) -> Gate:
    if "gate" not in data:
        raise wrong(path, "[gate] is missing: the words that must stand near the table's figures")
    gate = Entry(data["gate"], f"{path}: [gate]", "pattern before after unless surely never theme")
    return Gate(
        gate.pattern(),
        gate.get("before", int),
        gate.get("after", int),
        gate.maybe("unless"),
        gate.maybe("surely"),
        gate.maybe("never"),
        gate.maybe("theme"),
    )


def _triggers(data: Mapping[str, Any], path: Path) -> Iterator[Trigger]:
    for entry in entries(data, "trigger", path, "id pattern set needs weak behind back heads units"):
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


def _numbers(data: Mapping[str, Any], path: Path, ids: frozenset[str]) -> Iterator[Number]:
    keys = (
        "column units codes unit_column set triggers groups after noun before behind never_before "
        "never_behind link starts alone direct of_column maximum"
    )
    for entry in entries(data, "number", path, keys, "column"):
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
    for entry in entries(data, "find", path, "column pattern value where within when type", "column"):
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
    for entry in entries(data, "column", path, "heading unless column unit set whose", "column"):
        yield Heading(
            entry.pattern("heading", bounded=False),
            entry.maybe("unless", bounded=False),
            entry.get("column", str, ""),
            entry.get("unit", str, ""),
            entry.get("set", dict, {}),
            entry.get("whose", bool, default=False),
        )


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
    added = files(own) if own else []
    paths = [*files(place), *added]
    loaded: dict[str, TableRules] = {}
    for path in paths:
        rules = load_table(path)
        for pattern in patterns_of(rules) if path in added else ():
            pattern.check()
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
    found: list[Mapping[str, Any]] = []
    for entry in entries(read_toml(path), "unit", path, "unit words not_before", "unit"):
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
