"""Patterns that are asked only where one of their words stands find what they find everywhere."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
import regex
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.extract.folded import Folded
from pipeline.extract.groups import groups
from pipeline.extract.pattern_index import Index
from pipeline.extract.periods import periods
from pipeline.extract.prefilter import SHORT, Prefiltered
from pipeline.extract.required import DIGIT, required
from pipeline.extract.rule_files import rulebook

FLAGS = regex.IGNORECASE
ROOT = Path(__file__).parents[2]
MANY = sorted(a + b for a in "bcdghk" for b in "aeiouy")
"""Words that are too many to be joined with others."""

PASSAGES = 120
"""How many passages are looked through; the time that this takes does not grow with the sets."""


@cache
def patterns() -> list[Prefiltered]:
    """All that are used so."""
    tables, cues = rulebook().tables.values(), rulebook().cues
    found = [t.pattern for rules in tables for t in rules.triggers] + [t.pattern for t in cues.blockers]
    found += [s.pattern for s in cues.statuses] + [cues.own_verb, cues.parts]
    found += [pattern for _, pattern, _ in cues.excluded_after]
    found += [r.gate.pattern for r in tables] + [f.pattern for r in tables for f in r.finds]
    asked = [pattern.asked for pattern in found] + [pattern for _, pattern in periods()._patterns]
    return [*asked, groups()._word]


@cache
def texts() -> list[str]:
    """Our own passages, so many of all sets, with case and blanks changed as well."""
    passages = sorted((ROOT / "benchmarks").glob("blind*/txt/*.txt"))
    plain = [path.read_text(encoding="utf-8") for path in passages[:: len(passages) // PASSAGES]]
    joined = " ".join(plain).replace("\n", " ")
    pieces = [joined[i : i + 400] for i in range(0, len(joined), 400)]
    return [*pieces, *(p.upper() for p in pieces[::7]), *(p.replace(" ", " \n ") for p in pieces[::5])]


def test_all_patterns_of_the_dictionaries() -> None:
    for pattern in patterns():
        for text in texts():
            begin, end = 3, len(text) - 3
            wanted = [m.span() for m in pattern.pattern.finditer(text, begin, end)]
            assert [m.span() for m in pattern.finditer(text, begin, end)] == wanted, pattern.pattern.pattern
            first = pattern.search(text, begin, end)
            assert (first.span() if first else None) == next(iter(wanted), None), pattern.pattern.pattern
            places = pattern.places(text, begin, end)
            assert places is None or {s for s, _ in wanted} <= set(places)


def test_an_index_finds_what_the_patterns_find() -> None:
    index = Index(patterns())
    for text in texts():
        begin, end = 3, len(text) - 3
        told = index.places(text, begin, end)
        for number, pattern in enumerate(patterns()):
            wanted = {m.start() for m in pattern.pattern.finditer(text, begin, end)}
            places = told.get(number, ())
            assert places is None or wanted <= set(places), pattern.pattern.pattern


def test_most_patterns_have_words() -> None:
    with_words = [p for p in patterns() if p.words or p.heads]
    assert len(with_words) > 0.9 * len(patterns())


@pytest.mark.parametrize(
    ("pattern", "words", "heads"),
    [
        ("vay", [["vay"]], ["vay"]),
        ("Cho vay|thu nợ", [["cho vay", "thu nợ"]], ["cho vay", "thu nợ"]),
        (r"cho\s+vay(?:\s+vốn)?", [["cho vay"]], ["cho vay"]),
        (r"(?:đã )?vay", [["vay"]], ["vay", "đã vay"]),
        (r"(?P<n>\d+) hộ", [[" hộ"]], [DIGIT + " hộ"]),
        (r"\d{1,2}(?: hộ)?", [], [DIGIT]),
        (r"(?:ngày )?\d+/", [], [DIGIT + "/", "ngày "]),
        (
            r"(?:\d+|một) (?:năm|quý)",
            [[" năm", " quý"]],
            [DIGIT + " năm", DIGIT + " quý", "một năm", "một quý"],
        ),
        (r"(?:đã |vươn lên )*thoát", [["thoát"]], ["thoát", "vươn lên ", "đã "]),
        (r"(?:báo \w+ )?trợ giúp", [["trợ giúp"]], ["báo ", "trợ giúp"]),
        (r"lần \d+", [["lần "]], ["lần "]),
        (r"(?:ngày )?(?:0?[1-9]|[12]\d|3[01])(?:/|-)\w", [], [DIGIT + "-", DIGIT + "/", "ngày "]),
        (r"[12]\d năm", [[" năm"]], ["1", "2"]),
        (r"(?:0?[1-2])/", [["1/", "2/"]], ["01/", "02/", "1/", "2/"]),
        (r"vay\b(?! nợ)", [["vay"]], ["vay"]),
        (r"v[ay]y", [["vay", "vyy"]], ["vay", "vyy"]),
        (r"v[^a]y", [], ["v"]),
        (r"\d[-–/]\d", [], [DIGIT + "-", DIGIT + "/", DIGIT + "–"]),
        (r"[a-]y", [["-y", "ay"]], ["-y", "ay"]),
        (r"(?-i:VAY) vốn", [["vay vốn"]], ["vay vốn"]),
        (r"\G (?:vay|nợ)", [[" nợ", " vay"]], []),  # bound to where the search begins
        (r"vay\G", [], []),
        (rf"(?:được )?(?:{'|'.join(MANY)})x*", [MANY], [*MANY, "được "]),
        (rf"(?:được )?(?:{'|'.join(MANY)})?x*", [], []),
        (r"v[à-ỹ]y", [], ["v"]),
        (r"hộ{1,3}nghèo", [["nghèo"]], ["hộ"]),
        ("(?:vay){e<=1}", [], []),  # fuzzy
        (r"(a)\1", [], []),  # points back
        ("[[a-z]--[q]]vay", [], []),  # a set of sets
        ("(?>vay)", [], []),
        ("vay|", [], []),
        ("vay(", [], []),
    ],
)
def test_what_a_pattern_asks_for(pattern: str, words: list[list[str]], heads: list[str]) -> None:
    found, begins = required(pattern)
    assert [sorted(w) for w in found] == words
    assert sorted(begins) == heads


atoms = st.sampled_from(
    [
        "a",
        "b",
        "ß",
        " ",
        "1",
        r"\d",
        "[12]",
        r"\s+",
        r"\s*",
        ".",
        "[ab]",
        "[-–a]",
        "(?-i:B)",
        r"\w",
        "(?:a|bb)",
        "(?:ab|)",
        "(?!a)",
    ]
)
counts = st.sampled_from(["", "", "", "?", "*", "+", "{2}", "{0,2}"])
sequences = st.lists(st.tuples(atoms, counts).map("".join), min_size=1, max_size=5).map("".join)


@settings(max_examples=600, deadline=None, derandomize=True)
@given(
    st.sampled_from(["", r"(?<!\p{L})", r"(?<![\p{L}\d])", r"\G"]),
    st.lists(sequences, min_size=1, max_size=3).map("|".join),
    st.booleans(),
    st.text("abAB ß\nSs12,-–", max_size=14),
)
def test_any_pattern(begins: str, source: str, grouped: bool, text: str) -> None:
    try:
        compiled = regex.compile(begins + (f"(?:{source})" if grouped else source), FLAGS)
    except regex.error:
        return
    end, text = len(text), text + "." * (SHORT + 1)  # shorter ones are not folded
    wanted = [m.span() for m in compiled.finditer(text)]
    pattern = Prefiltered.of(compiled)
    # a short part, before the places of the whole text are known
    assert _span(pattern.search(text, 1, end)) == _span(compiled.search(text, 1, end))
    for at in range(end):
        assert _span(pattern.match(text, at)) == _span(compiled.match(text, at))
    assert [m.span() for m in pattern.finditer(text)] == wanted
    assert _span(pattern.search(text)) == next(iter(wanted), None)


def _span(match: regex.Match[str] | None) -> tuple[int, int] | None:
    return match.span() if match else None


@given(st.text("abİß \n\t", max_size=14), st.integers(0, 14), st.integers(0, 14))
def test_a_part_is_folded_as_by_itself(text: str, start: int, end: int) -> None:
    start, end = min(start, end, len(text)), min(max(start, end), len(text))
    whole, part = Folded(text), Folded(text[start:end])
    first, last = whole.span(start, end)
    assert start == end or whole.text[first:last] == part.text
