"""Pages of invisible text as ``pdftotext`` reads them: order of the words, their boxes.

Only the text layer is made here, without OCRmyPDF.
"""

from __future__ import annotations

import html
import re
import subprocess
from pathlib import Path

import pikepdf
import pytest

from pipeline.archive import sheet
from pipeline.archive.words import Block, PlacedPage, PlacedWord, TextLine, Turn, turned
from pipeline.model import Box

pytest.importorskip("fontTools", reason="the extra archive is not installed: make test-archive")

SIZE = (600.0, 800.0)
STEP, UP = 6.0, 9.0
"""Points that a letter takes, and that it is high."""


def line(text: str, x: float, y: float) -> TextLine:
    """Words of six points a letter, one after the other from x on, on a baseline."""
    words = []
    for word in text.split():
        words.append(PlacedWord(word, Box(x, y - UP, x + STEP * len(word) - 1, y), 0.9, word))
        x += STEP * len(word) + 3
    return TextLine(tuple(words))


def sunk(block: Block, slope: float) -> Block:
    """The same lines on a scan that lies askew."""

    def lower(word: PlacedWord) -> PlacedWord:
        box, by = word.box, slope * (word.box.x0 + word.box.x1) / 2
        return PlacedWord(word.text, Box(box.x0, box.y0 + by, box.x1, box.y1 + by), 0.9, word.raw)

    return Block(tuple(TextLine(tuple(map(lower, each.words))) for each in block.lines))


def prose(*lines: tuple[str, float, float]) -> Block:
    return Block(tuple(line(*each) for each in lines))


def cell(x: float, y: float, *lines: str) -> Block:
    return Block(tuple(line(text, x, y + 13 * i) for i, text in enumerate(lines)), is_cell=True)


TABLE = [
    prose(("Kết quả cho vay theo từng xã của huyện trong quý một", 60, 80)),
    cell(60, 120, "TT"),
    cell(90, 113, "Tên xã,", "thị trấn"),
    cell(180, 107, "Số hộ", "được", "vay vốn"),
    cell(260, 120, "Ghi chú"),
    cell(60, 160, "1"),
    cell(90, 160, "Tân Mùa", "vùng cao", "có đường mới"),
    cell(180, 173, "12"),
    cell(260, 160, "tăng"),
    cell(60, 206, "2"),
    cell(90, 206, "Bản Lượt"),
    cell(180, 206, "7"),
    prose(("Các xã khác chưa có hộ nào vay trong quý này", 60, 250)),
]
SPANNED = [
    cell(60, 100, "1"),
    cell(90, 100, "Một dòng"),
    cell(200, 100, "chung cho", "cả hai", "hàng của", "bảng này"),
    cell(60, 126, "2"),
    cell(90, 126, "Hàng hai"),
]
TIGHT = [cell(60, 100, "Hộ nghèo", "trong xã"), cell(115, 100, "Hộ mới", "của thôn"), cell(170, 100, "5")]
HEAD = [
    prose(
        ("UBND HUYỆN", 100, 80),
        ("CỘNG HÒA XÃ HỘI", 320, 79),
        ("XÃ TÂN MÙA", 103, 95),
        ("Độc lập - Tự do", 330, 96),
        ("KẾ HOẠCH", 230, 140),
        ("Giao vốn cho các thôn của xã trong năm nay theo quy định", 80, 170),
        ("Nơi nhận:", 80, 200),
        ("CHỦ TỊCH", 380, 197),
        ("- Các thôn;", 80, 214),
        ("- Lưu.", 80, 228),
        ("Lò Văn Mùa", 375, 260),
    )
]
HYPHEN = [
    prose(
        ("Theo văn bản số 12/KH-", 60, 100), ("UBND của huyện giai đoạn 2021 -", 60, 114), ("2025", 60, 128)
    )
]
LONG = "Các xã vùng cao của huyện được giao vốn cho vay theo từng quý trong năm nay, xã nào"
ASKEW = [sunk(prose(*((LONG, 50, 100 + 16 * i) for i in range(5))), 0.025)]
PAGES = {"askew": ASKEW, "table": TABLE, "spanned": SPANNED, "tight": TIGHT, "head": HEAD, "hyphen": HYPHEN}


def page(blocks: list[Block], turn: Turn = 0) -> PlacedPage:
    """A page of these blocks that lies as it must be turned to be read."""
    back = (360 - turn) % 360
    width, height = SIZE if turn % 180 == 0 else SIZE[::-1]

    def lying(text: TextLine) -> TextLine:
        return TextLine(
            tuple(PlacedWord(w.text, turned(w.box, back, *SIZE), w.confidence, w.raw) for w in text.words)
        )

    lain = tuple(Block(tuple(map(lying, block.lines)), block.is_cell) for block in blocks)
    return PlacedPage(1, width, height, lain, turn)


def laid(found: PlacedPage, path: Path) -> Path:
    """A PDF of nothing but the page's text."""
    from pipeline.archive.layer import Layer

    made = sheet.sheet(found)
    with pikepdf.new() as pdf:
        layer = Layer(pdf, [made])
        blank = pdf.add_blank_page(page_size=(found.width, found.height))
        blank.obj.Contents = pdf.make_stream(layer.content(made))
        blank.obj.Resources = layer.resources
        layer.finish()
        pdf.save(path, deterministic_id=True)
        assert pdf.check_pdf_syntax() == []
    return path


def read(path: Path, *options: str) -> str:
    return subprocess.run(
        ["pdftotext", *options, path, "-"], capture_output=True, text=True, check=True
    ).stdout


@pytest.mark.parametrize("options", [(), ("-raw",)])
@pytest.mark.parametrize("turn", [0, 180])
@pytest.mark.parametrize("name", PAGES)
def test_words_are_read_in_the_order_of_the_text(
    name: str, turn: Turn, options: tuple[str, ...], tmp_path: Path
) -> None:
    found = page(PAGES[name], turn)
    words = [word.text for word in found.words]
    assert read(laid(found, tmp_path / "page.pdf"), *options).split() == words


@pytest.mark.parametrize("turn", [90, 270])
def test_a_page_on_its_side_is_read_line_by_line(turn: Turn, tmp_path: Path) -> None:
    found = page(HEAD, turn)
    assert read(laid(found, tmp_path / "page.pdf")).split() == [word.text for word in found.words]


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
@pytest.mark.parametrize("name", PAGES)
def test_words_have_their_own_boxes(name: str, turn: Turn, tmp_path: Path) -> None:
    found = page(PAGES[name], turn)
    rows = re.findall(
        r'<word xMin="(\S+)" yMin="(\S+)" xMax="(\S+)" yMax="(\S+)">(.*?)</word>',
        read(laid(found, tmp_path / "page.pdf"), "-bbox"),
    )
    there = [([float(side) for side in sides], html.unescape(word)) for *sides, word in rows]
    for word in found.words:
        box = [word.box.x0, word.box.y0, word.box.x1, word.box.y1]
        near = [sides for sides, text in there if text == word.text]
        off = min(max(abs(a - b) for a, b in zip(sides, box, strict=True)) for sides in near)
        assert off <= 3, word.text


def test_the_text_of_a_sheet_has_none_of_the_blanks() -> None:
    found = page(TABLE)
    assert sheet.text(sheet.sheet(found)).split() == [word.text for word in found.words]
    assert "\n\n" not in sheet.text(sheet.sheet(found))


def test_the_same_words_give_the_same_bytes(tmp_path: Path) -> None:
    first, second = (laid(page(TABLE), tmp_path / name).read_bytes() for name in ("a.pdf", "b.pdf"))
    assert first == second
