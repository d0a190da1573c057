"""Where the fonts are not installed (make test does not need them) the drawing itself is skipped."""

from __future__ import annotations

import numpy as np
import pytest

from training.layout import Cell, Composer
from training.render import FAMILIES, MissingFontError, Style, font_file, lines_per_page, render_lines, wrap

STYLE = Style("Tinos", 13.0)


@pytest.fixture
def fonts() -> None:
    try:
        for family in FAMILIES:
            font_file(family)
    except MissingFontError as error:
        pytest.skip(str(error))


def test_unknown_family() -> None:
    with pytest.raises(MissingFontError, match="unknown font family 'Comic'"):
        font_file("Comic")


def test_lines_per_page() -> None:
    assert lines_per_page(13.0) == 44


@pytest.mark.usefixtures("fonts")
class TestWithFonts:
    def test_wrap_keeps_every_word_within_the_width(self) -> None:
        text = "Ủy ban nhân dân xã báo cáo kết quả công tác giảm nghèo năm 2024 như sau " * 3
        lines = wrap(text, STYLE, 300, first=30)
        assert " ".join(lines).split() == text.split()
        assert all(STYLE.width(line) <= 300 for line in lines)
        assert STYLE.width(lines[0]) <= 270

    @pytest.mark.parametrize("family", list(FAMILIES))
    def test_vietnamese_letters_are_no_boxes(self, family: str) -> None:
        # a missing glyph is drawn as the font's .notdef: then letters that differ look alike
        letters = "ạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹăâđêôơưĂÂĐÊÔƠƯ"
        images = {
            render_lines([letter], family, 20)[0].crop((0, 100, 400, 300)).tobytes() for letter in letters
        }
        assert len(images) == len(letters)

    def test_pages(self) -> None:
        pages = render_lines([f"dòng {i}" for i in range(45)], dpi=72)
        assert len(pages) == 2
        assert pages[0].size == (595, 842)
        assert np.asarray(pages[1]).min() < 128
        assert [p.tobytes() for p in pages] == [
            p.tobytes() for p in render_lines([f"dòng {i}" for i in range(45)], dpi=72)
        ]

    def test_table_cells_span(self) -> None:
        composer = Composer(STYLE)
        head = [Cell("TT", down=2), Cell("Số tiền", across=2)]
        composer.table([1, 1, 1], [head, [Cell("hộ"), Cell("triệu đồng")], [Cell(t) for t in "123"]])
        at = {item.text: (item.x, item.y) for item in composer.sheet.texts}
        assert at["hộ"][0] < at["triệu đồng"][0]
        assert at["hộ"][1] < at["1"][1]
        assert at["Số tiền"][1] < at["hộ"][1]

    def test_a_row_too_wide_is_refused(self) -> None:
        with pytest.raises(ValueError, match="table row 1 is wider than 2 columns at 'c'"):
            Composer(STYLE).table([1, 1], [[Cell("a"), Cell("b"), Cell("c")]])
