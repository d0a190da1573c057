"""What the benchmark of restoration counts: scores, right edits, classes of errors."""

from __future__ import annotations

import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from PIL import Image

from benchmarks import calibration, errors, peers
from benchmarks import page as page_of_docs
from benchmarks.words import differences, score, words, wrong
from pipeline.language.lexicon import Lexicon
from pipeline.model import Edit, RestoredText


@pytest.fixture(scope="module")
def lexicon() -> Lexicon:
    return Lexicon.load()


@pytest.mark.parametrize(
    ("truth", "text", "errors_and_numbers"),
    [
        ("hộ nghèo 12 hộ", "hộ nghèo 12 hộ", (0, 1, 1, 1)),
        ("hộ nghèo 12 hộ", "hd nghèo 13 hộ", (2, 1, 1, 0)),
        ("hộ nghèo 12 hộ", "hộ 12 hộ", (1, 1, 1, 1)),
        ("hoà", "hòa", (0, 0, 0, 0)),
        ("Hộ", "hộ", (1, 0, 0, 0)),
        ("12/BC-UBND", "12/BC-UBND.", (0, 1, 1, 1)),
        ("a", "", (1, 0, 0, 0)),
        ("", "7", (1, 0, 1, 0)),
    ],
)
def test_scores(truth: str, text: str, errors_and_numbers: tuple[int, ...]) -> None:
    found = score(truth, text)
    assert (
        found.word_errors,
        found.numbers,
        found.numbers_read,
        found.numbers_right,
    ) == errors_and_numbers


def test_scores_add_up() -> None:
    both = score("một hai", "một ba", 1.0) + score("x y", "x y", 1.0)
    assert (both.words, both.wer, both.speed) == (4, 0.25, 2.0)


def test_wrong_words_keep_their_places() -> None:
    assert wrong("một hai ba", "một ha1 ba") == {4, 5, 6}
    assert [word.start for word in words("a, bờ")] == [0, 3]


@pytest.mark.parametrize(
    ("truth", "text", "found"),
    [
        ("nói chính sách tốt", "nói chínhsách tốt", [("chính sách", "chínhsách")]),
        ("nói chínhsách tốt", "nói chinh sách tốt", [("chínhsách", "chinh sách")]),
        ("một hai ba", "một ba", [("hai", "")]),
        ("một ba", "một xyz ba", [("", "xyz")]),
        ("một hai ba", "một ha1 bo", [("hai", "ha1"), ("ba", "bo")]),
        ("một hai", "một hai", []),
    ],
)
def test_differences(truth: str, text: str, found: list[tuple[str, str]]) -> None:
    told = [
        (" ".join(w.text for w in d.truth), " ".join(w.text for w in d.read))
        for d in differences(truth, text)
    ]
    assert told == found


RESTORED = RestoredText.from_edits(
    "hd ngheo vay",
    [Edit(0, 2, "hd", "hộ", "confusion", 0.95), Edit(3, 8, "ngheo", "nghẹo", "diacritics", 0.55)],
)


def test_edits_are_judged_by_their_words() -> None:
    assert list(calibration.judged("hộ nghèo vay", RESTORED)) == [(0.95, True), (0.55, False)]


def test_calibration_error() -> None:
    found = calibration.bins([(1.0, True), (0.95, True), (0.55, False), (0.45, True)])
    assert [(b.low, b.edits, b.right) for b in found] == [(0.4, 1, 1.0), (0.5, 1, 0.0), (0.9, 2, 1.0)]
    assert calibration.error(found) == pytest.approx((0.55 + 0.55 + 2 * 0.025) / 4)
    assert calibration.error([]) == 0


def test_the_picture_is_always_the_same(tmp_path: Path) -> None:
    curves = [("-l eng", calibration.bins([(0.95, True), (0.3, False)]))]
    for name in ("a.png", "b.png"):
        calibration.draw(curves, tmp_path / name)
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()
    with Image.open(tmp_path / "a.png") as image:
        assert image.width > 300


@pytest.mark.parametrize(
    ("truth", "restored", "name"),
    [
        ("", "~ai", "dirt"),
        ("và", "", "lost"),
        ("12.500", "12.S00", "numbers"),
        ("cóthể", "có thể", "cut or joined"),
        ("tiền", "tién5", "digits in a word"),
        ("Đồng", "Dòng", "capital Đ"),
        ("Hộ", "hộ", "capitals"),
        ("Nguyễn", "Nguyên", "names"),
        ("UBND", "UBNO", "initials and symbols"),
        ("Xquptz", "Xqupta", "names"),
        ("xquptz", "xqupta", "rare words"),
        ("được", "ki", "unreadable"),
        ("được", "đuốc", "marks"),
        ("hộ", "họp", "other letters"),
    ],
)
def test_classes_of_errors(truth: str, restored: str, name: str, lexicon: Lexicon) -> None:
    case = errors.Case(truth, restored, restored, "của")
    assert next(found for found, _, fits in errors.CLASSES if fits(case, lexicon)) == name


def test_how_an_error_came_about(lexicon: Lexicon) -> None:
    raw = "hd ngheo vay von"
    edits = [Edit(0, 2, "hd", "hô", "confusion", 0.9), Edit(9, 12, "vay", "váy", "diacritics", 0.9)]
    found = errors.Tally()
    errors.tally(found, "hộ nghèo vay von", RestoredText.from_edits(raw, edits), lexicon)
    assert sum(found.counts.values()) == 3
    outcomes = {
        outcome: sum(n for (_, o), n in found.counts.items() if o == outcome) for outcome in errors.OUTCOMES
    }
    assert outcomes == {"left": 1, "changed": 1, "harmed": 1}


def test_pyvi_keeps_lines_on_which_it_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    def add(line: str) -> str:
        if "x" in line:
            raise KeyError(line)
        return line.upper()

    monkeypatch.setitem(sys.modules, "pyvi", SimpleNamespace(ViUtils=SimpleNamespace(add_accents=add)))
    assert peers.pyvi("đi\n\nxã") == "DI\n\nxã"


def test_a_block_is_put_between_its_marks() -> None:
    page = "a\n<!-- errors: begin -->\nold\n<!-- errors: end -->\nb\n"
    put = page_of_docs.put(page, "errors", "new")
    assert put == "a\n<!-- errors: begin -->\n\nnew\n\n<!-- errors: end -->\nb\n"
    assert page_of_docs.put(put, "errors", "new") == put
    with pytest.raises(SystemExit):
        page_of_docs.put("a", "errors", "new")
