"""The examples that stand beside the rules, run: every cue finds its own, every rule gives its rows."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from time import process_time
from typing import Any

import pytest

from pipeline.errors import RuleError
from pipeline.extract import patterns, prefilter
from pipeline.extract.cue_file import load_cues
from pipeline.extract.examples import problem
from pipeline.extract.patterns import compile_pattern
from pipeline.extract.rule_files import rulebook
from pipeline.extract.rulebook import patterns_of
from pipeline.language.dictionaries import folder
from pipeline.model import Extraction

EXAMPLES = [
    pytest.param(table, example, id=f"{table}-{number}")
    for table, rules in rulebook().tables.items()
    for number, example in enumerate(rules.examples)
]


@pytest.mark.parametrize(("table", "example"), EXAMPLES)
def test_examples(table: str, example: Mapping[str, Any], extracted: Callable[[str], Extraction]) -> None:
    assert problem(table, example, extracted(example["text"])) == ""


def test_every_table_has_a_counter_example() -> None:
    assert all(any(not e["rows"] for e in rules.examples) for rules in rulebook().tables.values())


def test_every_pattern_is_one() -> None:
    for pattern in patterns_of([rulebook().tables, rulebook().cues]):
        pattern.check()


@pytest.mark.parametrize(("pattern", "bounded", "example"), rulebook().cues.examples)
def test_cues(pattern: str, bounded: bool, example: str) -> None:
    assert compile_pattern(pattern, bounded=bounded).search(example)


@pytest.mark.parametrize(("pattern", "bounded", "counter"), rulebook().cues.counters)
def test_what_is_no_cue(pattern: str, bounded: bool, counter: str) -> None:
    assert not compile_pattern(pattern, bounded=bounded).search(counter)


@pytest.mark.parametrize(
    ("before", "after", "cause"),
    [
        ("[states]", "[state]", r": unknown key 'state'; known are .*"),
        ("[states]\n", "[states]\nfar = true\n", r": \[states\]: unknown key 'far'; .*"),
        ("[states]\npattern", "[states]\nbounded", r": \[states\]: 'pattern' is missing"),
    ],
)
def test_a_wrong_cue_is_named(tmp_path: Path, before: str, after: str, cause: str) -> None:
    path = tmp_path / "cues.toml"
    text = (folder() / "rules" / "cues.toml").read_text(encoding="utf-8")
    path.write_text(text.replace(before, after, 1), encoding="utf-8")
    with pytest.raises(RuleError) as caught:
        load_cues(path)
    assert re.fullmatch(re.escape(str(path)) + cause, str(caught.value))


def test_a_missing_cue_is_named(tmp_path: Path) -> None:
    path = tmp_path / "cues.toml"
    path.write_text("", encoding="utf-8")
    with pytest.raises(RuleError, match=r"cues\.toml: 'actor' is missing"):
        load_cues(path)


GATE = "table = 'x'\n[gate]\npattern = 'a'\nbefore = 1\nafter = 1\n"


@pytest.mark.parametrize(
    ("content", "cause"),
    [
        ("table = 'x'\n[gate]\npattern = '('\nbefore = 1\nafter = 1\n", r"\[gate\]: not a pattern: .*"),
        ("table = ", r"Invalid value .*"),
        ("table = 'x'\n", r"\[gate\] is missing: .*"),
        (GATE + "[[trigger]]\nid = 'x.a'\npatern = 'b'\n", r"trigger 1 \(x\.a\): unknown key 'patern'; .*"),
        (GATE + "[[trigger]]\nid = 'x.a'\n", r"trigger 1 \(x\.a\): 'pattern' is missing"),
        (GATE + "[[number]]\ncolumn = 'n'\ntriggers = ['x.b']\n", r"number 1 \(n\): no trigger has .* 'x.b'"),
        (GATE + "[[find]]\ncolumn = 'n'\npattern = 'a'\nwhere = ['there']\n", r"find 1 \(n\): 'where' .*"),
        (GATE + "[[unit]]\nunit = 'a b'\nwords = ['b']\n", None),
        (GATE + "order = 'x'\n", None),
        (GATE.replace("'a'", "['a', 1]"), r"\[gate\]: 'pattern' must be a list of texts"),
    ],
)
def test_a_wrong_file_is_named(tmp_path: Path, content: str, cause: str | None) -> None:
    path = tmp_path / "x.toml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(RuleError) as caught:
        rulebook(tmp_path)
    line = str(caught.value)
    assert line.startswith(f"{path}: ")
    assert "\n" not in line
    if cause:
        assert re.fullmatch(cause, line.removeprefix(f"{path}: "))


def test_a_pattern_may_be_a_list_of_alternatives(tmp_path: Path) -> None:
    path = tmp_path / "x.toml"
    path.write_text(GATE.replace("'a'", "['a', 'b|c']"), encoding="utf-8")
    gate = rulebook(tmp_path).tables["x"].gate.pattern
    assert [bool(gate.search(text)) for text in ("a", "b", "c", "d")] == [True, True, True, False]


def test_a_pattern_without_end_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patterns, "TIMEOUT", 0.05)
    endless = compile_pattern("(?:a+)+b", "x.toml: trigger 1 (x.a)", bounded=False)
    with pytest.raises(RuleError, match=r"x\.toml: trigger 1 \(x\.a\): the pattern backtracks without end"):
        endless.search("a" * 5_000 + "c" + "b")


def test_time_for_which_the_machine_stood_still_does_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    days = itertools.count(step=86_400)
    monkeypatch.setattr(prefilter, "monotonic", lambda: next(days))
    monkeypatch.setattr(patterns, "TIMEOUT", 0.5)
    slow = compile_pattern("mốc (?:x|xx)+b", "x.toml: trigger 1 (x.a)", bounded=False)
    text = f"{'không có gì. ' * prefilter.SHORT}mốc {'x' * 24}c mốc xxb mốc xb"
    begun = process_time()
    assert [m.group() for m in slow.finditer(text)] == ["mốc xxb", "mốc xb"]
    assert process_time() - begun > prefilter.LEAST_TIME  # it is slow enough to be cut off
    with pytest.raises(RuleError, match="backtracks without end"):
        slow.finditer(text.replace("xxc", f"{'x' * 60}c"))
