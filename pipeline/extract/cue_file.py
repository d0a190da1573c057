"""The cues that all tables share, loaded and checked."""

from __future__ import annotations

from pathlib import Path

from pipeline.extract.patterns import compile_pattern
from pipeline.extract.rule_entries import Entry, blockers, entries, read_toml
from pipeline.extract.rules import NEUTRAL, Cues, Status, Trigger


def load_cues(path: Path) -> Cues:
    """The shared cues of one file; errors as ``rule_files.load_table``."""
    data = read_toml(path)
    tail = r"\s*[:,(]?\s*$"
    statuses = list(entries(data, "status", path, "status strength pattern example"))
    status_after = list(entries(data, "status_after", path, "status pattern example"))
    parts = list(entries(data, "parts", path, "pattern example"))
    excluded = list(entries(data, "excluded", path, "reason pattern example unless money"))
    excluded_after = list(entries(data, "excluded_after", path, "reason pattern example far"))
    labels = list(entries(data, "label", path, "unit pattern example"))
    neutral = list(entries(data, "neutral", path, "pattern example"))
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
        [*blockers(data, path), *(Trigger(NEUTRAL, n.pattern(), reason=NEUTRAL) for n in neutral)],
        Entry(data.get("own_verb"), f"{path}: [own_verb]", "pattern example").pattern(),
        Entry(data.get("continues"), f"{path}: [continues]", "pattern example").pattern(bounded=False),
        Entry(data.get("of_these"), f"{path}: [of_these]", "pattern example").pattern(bounded=False),
        Entry(data.get("taught"), f"{path}: [taught]", "pattern example").pattern(bounded=False),
        Entry(data.get("gets"), f"{path}: [gets]", "pattern example").pattern(bounded=False),
        Entry(data.get("remainder"), f"{path}: [remainder]", "pattern example").pattern(bounded=False),
        Entry(data.get("handed_on"), f"{path}: [handed_on]", "pattern example").pattern(bounded=False),
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
        Entry(data.get("works_behind"), f"{path}: [works_behind]", "pattern example").pattern(bounded=False),
        Entry(data.get("was"), f"{path}: [was]", "pattern example").pattern(bounded=False),
        Entry(data.get("became"), f"{path}: [became]", "pattern example").pattern(bounded=False),
        Entry(data.get("within"), f"{path}: [within]", "pattern example").pattern(bounded=False),
        Entry(data.get("out_of"), f"{path}: [out_of]", "pattern example").pattern(bounded=False),
        Entry(data.get("same_people"), f"{path}: [same_people]", "pattern example").pattern(bounded=False),
        [(label.get("unit", str), label.pattern(bounded=False)) for label in labels],
        Entry(data.get("unit_told"), f"{path}: [unit_told]", "pattern example").pattern(bounded=False),
        Entry(data.get("rest"), f"{path}: [rest]", "pattern example").pattern(bounded=False),
        Entry(data.get("copula"), f"{path}: [copula]", "pattern example").pattern(bounded=False),
        Entry(data.get("source_of"), f"{path}: [source_of]", "pattern example").pattern(bounded=False),
        Entry(data.get("passive"), f"{path}: [passive]", "pattern example").pattern(),
        Entry(data.get("story"), f"{path}: [story]", "pattern example").pattern(),
        Entry(data.get("aside"), f"{path}: [aside]", "pattern example").pattern(),
        Entry(data.get("pointing"), f"{path}: [pointing]", "pattern example").pattern(),
        Entry(data.get("purpose"), f"{path}: [purpose]", "pattern example").pattern(),
        Entry(data.get("speaker"), f"{path}: [speaker]", "pattern example").pattern(bounded=False),
        Entry(data.get("singled"), f"{path}: [singled]", "pattern example").pattern(),
        Entry(data.get("base"), f"{path}: [base]", "pattern example").pattern(bounded=False),
        Entry(data.get("money"), f"{path}: [money]", "pattern example").pattern(),
        [
            (b.get("pattern", str), b.get("example", str))
            for b in [
                *statuses,
                *status_after,
                *parts,
                *entries(data, "blocker", path, "reason pattern strong example"),
                *excluded,
                *excluded_after,
                *neutral,
                *labels,
            ]
        ],
    )


def _is_anchored(entry: Entry) -> bool:
    """Whether a pattern says itself where it begins: right behind the number."""
    return str(entry.get("pattern", str)).startswith(r"\G")
