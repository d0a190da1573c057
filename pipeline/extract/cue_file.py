"""The cues that all tables share, loaded and checked."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

from pipeline.extract.cues import Cues, Status
from pipeline.extract.patterns import compile_pattern
from pipeline.extract.rule_entries import Entry, blockers, entries, read_toml
from pipeline.extract.rules import NEUTRAL, Trigger

_LISTS = "status status_after parts excluded excluded_after blocker neutral label"


def load_cues(path: Path) -> Cues:
    """The shared cues of one file; errors as ``rule_files.load_table``.

    A field of ``Cues`` that is one pattern is the section of its name.
    """
    data = read_toml(path)
    names = [field.name for field in fields(Cues) if field.type == "Pattern" and field.name not in _LISTS]
    top = Entry(data, str(path), f"{_LISTS} {' '.join(names)}")
    single = {
        name: Entry(top.get(name, dict), f"{path}: [{name}]", "pattern bounded example counter")
        for name in names
    }
    tail = r"\s*[:,(]?\s*$"
    statuses = list(entries(data, "status", path, "status strength pattern example"))
    status_after = list(entries(data, "status_after", path, "status pattern example"))
    parts = list(entries(data, "parts", path, "pattern example"))
    excluded = list(entries(data, "excluded", path, "reason pattern example unless money"))
    excluded_after = list(entries(data, "excluded_after", path, "reason pattern example far"))
    labels = list(entries(data, "label", path, "unit pattern example"))
    neutral = list(entries(data, "neutral", path, "pattern example"))
    blocking = list(entries(data, "blocker", path, "reason pattern strong example"))
    listed = [*statuses, *status_after, *parts, *blocking, *excluded, *excluded_after, *neutral, *labels]
    return Cues(
        statuses=[
            Status(s.get("status", str), s.get("strength", int), s.pattern(), s.get("example", str))
            for s in statuses
        ],
        status_after=[(s.get("status", str), s.pattern()) for s in status_after],
        excluded_after=[
            (e.get("reason", str), e.pattern(bounded=not _is_anchored(e)), e.get("far", bool, default=False))
            for e in excluded_after
        ],
        parts=compile_pattern("|".join(p.source() for p in (*parts, single["placed"])), f"{path}: parts"),
        excluded=[
            (
                e.get("reason", str),
                compile_pattern(rf"(?<!\p{{L}})(?:{e.source()}){tail}", e.name, bounded=False),
                e.maybe("unless"),
                e.get("money", bool, default=False),
            )
            for e in excluded
        ],
        blockers=[*blockers(data, path), *(Trigger(NEUTRAL, n.pattern(), reason=NEUTRAL) for n in neutral)],
        labels=[(label.get("unit", str), label.pattern(bounded=False)) for label in labels],
        examples=[
            *((entry.source(), _is_bounded(entry), entry.get("example", str)) for entry in single.values()),
            *((entry.source(), True, entry.get("example", str)) for entry in listed),
        ],
        counters=[
            (entry.source(), _is_bounded(entry), entry.get("counter", str))
            for entry in single.values()
            if "counter" in entry.data
        ],
        **{name: entry.pattern(bounded=_is_bounded(entry)) for name, entry in single.items()},
    )


def _is_bounded(entry: Entry) -> bool:
    """Whether a pattern stands between words, and is no part of one."""
    return bool(entry.get("bounded", bool, default=True))


def _is_anchored(entry: Entry) -> bool:
    """Whether a pattern says itself where it begins: right behind the number."""
    return entry.source().startswith(r"\G")
