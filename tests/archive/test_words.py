"""The restored text back on the page."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.archive.words import PlacedPage, needs_words, place, upright
from pipeline.model import Box, Edit, Page, RestoredText, Word

RAW = "hd ngheo dugc vay"
WORDS = (
    Word(0, 2, Box(10, 10, 20, 20), 0.5),
    Word(3, 8, Box(24, 10, 64, 20), 0.9),
    Word(9, 13, Box(70, 10, 110, 20), None),
    Word(14, 17, Box(114, 10, 130, 20), 0.8),
)


def scan(text: str = RAW, words: tuple[Word, ...] = WORDS, turn: int = 0) -> Page:
    return Page(1, text, words, 200.0, 100.0, "ocr", rotation=turn)


def edit(start: int, end: int, restored: str, text: str = RAW, confidence: float = 0.7) -> Edit:
    return Edit(start, end, text[start:end], restored, "confusion", confidence)


def placed(page: Page, *edits: Edit) -> PlacedPage:
    found = place(page, RestoredText.from_edits(page.text, edits))
    assert found is not None
    return found


def told(page: Page, *edits: Edit) -> list[tuple[str, tuple[float, float], float | None]]:
    return [(w.text, (w.box.x0, w.box.x1), w.confidence) for w in placed(page, *edits).words]


@pytest.mark.parametrize(
    ("edits", "expected"),
    [
        ((), [("hd", 10, 20), ("ngheo", 24, 64), ("dugc", 70, 110), ("vay", 114, 130)]),
        ((edit(0, 2, "hộ"),), [("hộ", 10, 20), ("ngheo", 24, 64), ("dugc", 70, 110), ("vay", 114, 130)]),
        # cut: shared out by letters, the blank between them too
        (
            (edit(3, 8, "ng heo"),),
            [("hd", 10, 20), ("ng", 24, 24 + 40 / 3), ("heo", 44, 64), ("dugc", 70, 110), ("vay", 114, 130)],
        ),
        # joined: all of both
        ((edit(0, 8, "hộnghèo"),), [("hộnghèo", 10, 64), ("dugc", 70, 110), ("vay", 114, 130)]),
        # two words of one change that stay two words
        (
            (edit(9, 17, "được vay"),),
            [("hd", 10, 20), ("ngheo", 24, 64), ("được", 70, 110), ("vay", 114, 130)],
        ),
        # a speck taken out
        ((edit(2, 8, ""),), [("hd", 10, 20), ("dugc", 70, 110), ("vay", 114, 130)]),
        # longer than what was read
        (
            (edit(0, 2, "huyện"),),
            [("huyện", 10, 20), ("ngheo", 24, 64), ("dugc", 70, 110), ("vay", 114, 130)],
        ),
    ],
)
def test_words_take_the_boxes_of_what_was_read(
    edits: tuple[Edit, ...], expected: list[tuple[str, float, float]]
) -> None:
    found = [(word, *ends) for word, ends, _ in told(scan(), *edits)]
    assert [word for word, _, _ in found] == [word for word, _, _ in expected]
    assert [ends for _, *ends in found] == [pytest.approx(ends) for _, *ends in expected]


def test_a_changed_word_has_the_confidence_of_the_change() -> None:
    assert [sure for _, _, sure in told(scan(), edit(0, 2, "hộ"))] == [0.7, 0.9, None, 0.8]
    assert [sure for _, _, sure in told(scan(), edit(0, 8, "hộnghèo"))] == [0.7, None, 0.8]


def test_what_was_read_stays_with_the_word() -> None:
    found = placed(scan(), edit(0, 2, "hộ"))
    assert [(word.text, word.raw) for word in found.words][:2] == [("hộ", "hd"), ("ngheo", "ngheo")]


def test_letters_are_composed() -> None:
    found = placed(scan(), edit(0, 2, "ho\u0323\u0302"))
    assert next(word.text for word in found.words) == "hộ"


@pytest.mark.parametrize(
    ("turn", "first", "second"),
    [
        (90, Box(10, 50, 20, 90), Box(10, 10, 20, 50)),
        (180, Box(50, 10, 90, 20), Box(10, 10, 50, 20)),
        (270, Box(10, 10, 20, 50), Box(10, 50, 20, 90)),
    ],
)
def test_a_word_is_cut_along_its_own_line(turn: int, first: Box, second: Box) -> None:
    """Halves of a word on a page that must be turned clockwise to be read."""
    box = first | second
    page = scan("xoadoi", (Word(0, 6, box, 0.9),), turn)
    words = list(placed(page, Edit(0, 6, "xoadoi", "xóa đói", "split", 0.9)).words)
    assert [word.text for word in words] == ["xóa", "đói"]
    centre = [((w.box.x0 + w.box.x1) / 2, (w.box.y0 + w.box.y1) / 2) for w in words]
    for (x, y), half in zip(centre, (first, second), strict=True):
        assert half.x0 < x < half.x1
        assert half.y0 < y < half.y1
    found = placed(page, Edit(0, 6, "xoadoi", "xóa đói", "split", 0.9))
    left, right = (upright(word.box, found) for word in found.words)
    assert left.x1 < right.x0


def test_a_layers_words_stand_as_shown() -> None:
    page = Page(1, RAW, WORDS, 200.0, 100.0, "text_layer", "good", rotation=90)
    assert placed(page).turn == 0


def test_cells_are_blocks_and_their_printed_lines_lines() -> None:
    text = "Một dòng\nTT | Nguồn vốn vay | Số\nCuối"
    words = (
        Word(0, 3, Box(10, 0, 30, 8)),
        Word(4, 8, Box(34, 0, 50, 8)),
        Word(9, 11, Box(10, 20, 20, 28)),
        Word(14, 19, Box(30, 16, 60, 24)),
        Word(20, 23, Box(64, 16, 80, 24)),
        Word(24, 27, Box(30, 26, 50, 34)),
        Word(30, 32, Box(90, 20, 100, 28)),
        Word(33, 37, Box(10, 50, 40, 58)),
    )
    found = placed(scan(text, words))
    lines = [[" ".join(w.text for w in line.words) for line in block.lines] for block in found.blocks]
    assert lines == [["Một dòng"], ["TT"], ["Nguồn vốn", "vay"], ["Số"], ["Cuối"]]
    assert found.blocks[2].box == Box(30, 16, 80, 34)


def test_columns_of_a_head_are_lines_of_their_own() -> None:
    text = "UBND XÃ    CỘNG HÒA"
    words = tuple(
        Word(start, end, Box(5 * start, 0, 5 * end, 8)) for start, end in ((0, 4), (5, 7), (11, 15), (16, 19))
    )
    found = placed(scan(text, words))
    assert [" ".join(w.text for w in line.words) for line in found.blocks[0].lines] == ["UBND XÃ", "CỘNG HÒA"]


def test_a_page_without_a_size_has_no_places() -> None:
    assert place(Page(1, "chữ"), RestoredText("chữ", "chữ")) is None


@pytest.mark.parametrize(
    ("source", "verdict", "status", "expected"),
    [
        ("ocr", "none", "ok", True),
        ("ocr", "stamp_only", "partial", True),
        ("text_layer", "good", "ok", False),
        ("text_layer", "legacy", "ok", True),
        ("text_layer", "ruined", "ok", True),
        ("ocr", "", "failed", False),
    ],
)
def test_pages_that_want_words(source: str, verdict: str, status: str, expected: bool) -> None:
    page = Page(1, "", source=source, verdict=verdict, status=status)  # type: ignore[arg-type]
    assert needs_words(page) is expected


@st.composite
def edited(draw: st.DrawFn) -> tuple[Page, tuple[Edit, ...]]:
    texts = draw(st.lists(st.text("abcđộ", min_size=1, max_size=6), min_size=1, max_size=8))
    raw, words, at = " ".join(texts), [], 0
    for text in texts:
        words.append(Word(at, at + len(text), Box(10 * at, 0, 10 * (at + len(text)), 10), 0.5))
        at += len(text) + 1
    cuts = sorted(draw(st.sets(st.integers(0, len(raw)), max_size=6)))
    spans = list(zip(cuts[::2], cuts[1::2], strict=False))
    edits = tuple(Edit(a, b, raw[a:b], draw(st.text("xyẤ ", max_size=7)), "confusion", 0.5) for a, b in spans)
    return Page(1, raw, tuple(words), 1000.0, 100.0, "ocr"), edits


@given(edited())
def test_no_restored_word_is_lost_and_all_stand_in_order(case: tuple[Page, tuple[Edit, ...]]) -> None:
    page, edits = case
    restored = RestoredText.from_edits(page.text, edits)
    found = place(page, restored)
    assert found is not None
    words = list(found.words)
    assert [word.text for word in words] == restored.text.split()
    starts = [word.box.x0 for word in words]
    assert starts == sorted(starts)
    assert all(0 <= word.box.x0 <= word.box.x1 <= 10 * len(page.text) for word in words)
