"""Words become lines: columns four spaces apart, cells joined by bars, offsets exact."""

from __future__ import annotations

import pytest

from pipeline.intake.affine import IDENTITY
from pipeline.model import Box, Word
from pipeline.ocr import cells
from pipeline.ocr.lines import joined, lines
from pipeline.ocr.rulings import Grid
from pipeline.ocr.words import Token


def _tokens(*places: tuple[str, float, float, int]) -> list[Token]:
    """Words as (text, x, y, group), each letter 6 wide and 12 high."""
    return [Token(t, Box(x, y, x + 6 * len(t), y + 12), (g,)) for t, x, y, g in places]


@pytest.mark.parametrize(
    ("places", "text"),
    [
        ([("một", 0, 0, 0), ("hai", 22, 0, 0)], "một hai"),
        ([("hai", 22, 1, 0), ("một", 0, 0, 0)], "một hai"),
        ([("một", 0, 0, 0), ("hai", 0, 16, 1)], "một\nhai"),
        # a header: two blocks side by side, a little out of step
        (
            [("UBND", 0, 0, 0), ("CỘNG", 100, 3, 1), ("XÃ", 0, 16, 2), ("Độc", 100, 19, 3)],
            "UBND    CỘNG\nXÃ    Độc",
        ),
        # one reader's line over both columns
        ([("UBND", 0, 0, 0), ("CỘNG", 100, 0, 0)], "UBND    CỘNG"),
        # justified prose stays one column
        ([("một", 0, 0, 0), ("hai", 38, 0, 0)], "một hai"),
        # a line that overlaps in height but lies under the other is a line of its own
        ([("một", 0, 0, 0), ("hai", 0, 5, 1)], "một\nhai"),
    ],
)
def test_lines(places: list[tuple[str, float, float, int]], text: str) -> None:
    assert joined(lines(_tokens(*places)))[0] == text


def test_offsets_lead_to_the_words() -> None:
    tokens = _tokens(("Số:", 0, 0, 0), ("12", 25, 0, 0), ("Hà", 100, 0, 1), ("hộ", 0, 20, 2))
    text, words = joined(lines(tokens))
    assert text == "Số: 12    Hà\nhộ"
    assert [text[w.start : w.end] for w in words] == ["Số:", "12", "Hà", "hộ"]
    assert words[1] == Word(4, 6, tokens[1].box, None)


def test_no_words() -> None:
    assert joined(lines([])) == ("", ())


def test_table_rows() -> None:
    grid = Grid((0, 50, 150, 250), (0, 40, 80, 120), ((0, 1, 1), (2, 3, 4), (5, 3, 6)))
    tokens = _tokens(
        ("TT", 10, 10, 0),
        ("Cho", 60, 10, 0),
        ("vay", 82, 10, 0),
        ("1", 10, 50, 1),
        ("hộ", 60, 75, 2),
        ("nghèo", 60, 90, 3),
        ("35", 160, 50, 1),
        ("2", 10, 90, 3),
        ("ngoài", 10, 140, 4),
    )
    rows, rest = cells.rows(tokens, (grid,), IDENTITY)
    assert joined(rows)[0] == "TT | Cho vay | \n1 | hộ nghèo | 35\n2 |  | "
    assert [token.text for token in rest] == ["ngoài"]


def test_an_empty_row_is_no_line() -> None:
    grid = Grid((0, 50, 100), (0, 20, 40), ((0, 1), (2, 3)))
    rows, _ = cells.rows(_tokens(("a", 5, 25, 0)), (grid,), IDENTITY)
    assert joined(rows)[0] == "a | "
