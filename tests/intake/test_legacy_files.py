"""Old encodings end to end: files of bytes, text layers whose fonts are coded the old way, figures there."""

from __future__ import annotations

from pathlib import Path

import pikepdf
import pytest
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from pipeline import extract_figures, read, restore_text
from pipeline.intake.codes import WESTERN, encoding, encodings
from pipeline.intake.layer import LayerWord, in_unicode, parse, seen
from pipeline.intake.legacy import converted
from pipeline.model import Box
from pipeline.settings import Settings

TEXT = """Ủy ban nhân dân xã Nà Khoang báo cáo kết quả giảm nghèo năm 2009.
Ngân hàng cho 35 hộ nghèo vay vốn, số tiền là 1.750 triệu đồng.
Các tổ tiết kiệm và vay vốn hoạt động đều đặn, không có nợ quá hạn.
"""
SMALL = TEXT.replace("Ủ", "ủ")
"""The same with no capital that TCVN3 has not."""


def _bytes(name: str, text: str) -> bytes:
    return bytes(WESTERN.index(sign) for sign in encoding(name).encode(text))


@pytest.mark.parametrize("name", [known.name for known in encodings()])
def test_a_text_file_of_each_encoding(tmp_path: Path, name: str) -> None:
    text = TEXT if encoding(name).capitals else SMALL
    path = tmp_path / "cu.txt"
    path.write_bytes(_bytes(name, text).replace(b"\n", b"\r\n"))
    document = read(path)
    page, restored = document.pages[0], document.restored[0]
    assert restored.text == text
    assert f"encoding:{name}" in page.reasons
    assert page.quality == 1.0
    assert page.text == restored.raw != restored.text
    assert {edit.kind for edit in restored.edits} == {"encoding"}
    loan = next(figure for figure in extract_figures(document).figures if figure.table == "loans")
    assert (loan.values["borrowers"], loan.values["amount_vnd"]) == (35, 1_750_000_000)


def test_without_restoration_letters_are_converted_all_the_same(tmp_path: Path) -> None:
    path = tmp_path / "cu.txt"
    path.write_bytes(_bytes("vni", TEXT))
    assert read(path, settings=Settings(restore=False)).restored[0].text == TEXT


def test_offsets_go_both_ways() -> None:
    raw = encoding("vni").encode(TEXT)
    done, _ = converted(raw)
    for word in ("nghèo", "1.750", "triệu"):
        start, coded = done.text.index(word), encoding("vni").encode(word)
        span = done.to_raw(start, start + len(word))
        assert raw[slice(*span)] == coded
        assert done.to_restored(*span) == (start, start + len(word))


def test_what_restoration_adds_is_joined_to_what_was_converted() -> None:
    raw = (
        encoding("tcvn3").encode(SMALL)
        + "Nam 2024 cd 12 hd nghéo dudc vay vén 5 triéu déng, lai suat thap.\n"
    )
    done = restore_text(raw)
    assert done.text.startswith(SMALL)
    assert "hộ nghèo được vay vốn" in done.text
    assert {edit.kind for edit in done.edits} > {"encoding"}


def test_what_no_table_explains_is_told() -> None:
    raw = encoding("tcvn3").encode(SMALL).replace("vay vèn", "vay vèn ·")
    edits = {edit.raw: edit for edit in converted(raw)[0].edits}
    assert (edits["·"].restored, edits["·"].confidence) == ("·", 0)
    assert edits["vèn"].confidence > 0.9


def _pdf(path: Path, lines: list[tuple[str, str]]) -> None:
    """A page of lines: a standard font, and text that it shows as Western letters."""
    canvas = Canvas(str(path), A4)
    for row, (font, line) in enumerate(lines):
        canvas.setFont(font, 11)
        canvas.drawString(60, 780 - 18 * row, line)
    canvas.showPage()
    canvas.save()


def test_a_text_layer_of_fonts_coded_the_old_way(tmp_path: Path) -> None:
    path = tmp_path / "cu.pdf"
    raw = encoding("tcvn3").encode(SMALL).replace("\xad", "-").splitlines()
    vni = encoding("vni").encode("Nơi nhận: Ủy ban nhân dân huyện, các phòng ban, lưu văn thư.")
    _pdf(path, [("Times-Roman", line) for line in raw] + [("Helvetica", vni)])
    document = read(path)
    page = document.pages[0]
    assert (page.source, page.verdict) == ("text_layer", "legacy")
    assert {"encoding:tcvn3", "encoding:vni"} <= set(page.reasons)
    text = document.restored[0].text
    assert "Ngân hàng cho 35 hộ nghèo vay vốn, số tiền là 1.750 triệu đồng." in text
    assert "Nơi nhận: Ủy ban nhân dân huyện, các phòng ban, lưu văn thư." in text
    start = text.index("1.750")
    assert page.box_at(*document.restored[0].to_raw(start, start + 5)) is not None


def _named(path: Path, names: dict[str, str]) -> None:
    """The same PDF, its standard fonts called otherwise."""
    with pikepdf.open(path, allow_overwriting_input=True) as document:
        for font in document.pages[0].Resources.Font.values():
            name = str(font.BaseFont).removeprefix("/")
            font.BaseFont = pikepdf.Name(f"/{names.get(name, name)}")
        document.save(path)


def test_a_font_of_capitals_is_told_by_its_name(tmp_path: Path) -> None:
    def tcvn3(text: str) -> str:
        return encoding("tcvn3").encode(text).replace("\xad", "-")

    head = [
        "Ủy ban nhân dân xã Nà Khoang",
        "Quyết định phê duyệt danh sách hộ nghèo được hỗ trợ nhà ở đợt 2",
        "người lập biểu",
    ]
    path = tmp_path / "cu.pdf"
    _pdf(
        path,
        [
            *(("Times-Bold", tcvn3(line)) for line in head),
            *(("Times-Roman", line) for line in tcvn3(SMALL).splitlines()),
            ("Helvetica", encoding("vni").encode("Nơi nhận: Ủy ban nhân dân huyện, lưu văn thư.")),
            ("Helvetica-Bold", encoding("vni").encode("TM. ỦY BAN NHÂN DÂN, chủ tịch đã ký")),
            ("Courier-Bold", tcvn3("kế hoạch giảm nghèo")),
        ],
    )
    _named(
        path,
        {
            "Times-Bold": "ABCDEF+.VnTimeH,Bold",
            "Times-Roman": ".VnTime",
            "Helvetica": "VNI-Helve",
            "Helvetica-Bold": "VNI-Times",
            "Courier-Bold": ".VnArial#20NarrowH",
        },
    )
    document = read(path)
    assert document.pages[0].verdict == "legacy"
    lines = document.restored[0].text.splitlines()
    assert lines == [
        *(line.upper() for line in head),
        *SMALL.splitlines(),
        "Nơi nhận: Ủy ban nhân dân huyện, lưu văn thư.",
        "TM. ỦY BAN NHÂN DÂN, chủ tịch đã ký",
        "KẾ HOẠCH GIẢM NGHÈO",
    ]
    loan = next(figure for figure in extract_figures(document).figures if figure.table == "loans")
    assert (loan.values["borrowers"], loan.values["amount_vnd"]) == (35, 1_750_000_000)


def test_without_a_name_capitals_are_told_by_what_stands_there_alone(tmp_path: Path) -> None:
    path = tmp_path / "cu.pdf"
    lines = ["b¸o c¸o kÕt qu¶ gi¶m nghÌo", "B¸O C¸O KÕT QU¶ GI¶M NGHÌO"]
    _pdf(path, [("Times-Bold", line) for line in lines])
    _named(path, {"Times-Bold": "F1"})
    assert read(path).restored[0].text == "báo cáo kết quả giảm nghèo\nBÁO CÁO KẾT QUẢ GIẢM NGHÈO"


def test_words_of_a_layer_in_unicode() -> None:
    raw = encoding("vps").encode(TEXT.replace("\n", " ")) * 2
    words = [LayerWord(word, Box(0, 0, 1, 1), (0, 0, i)) for i, word in enumerate(raw.split())]
    texts, found = in_unicode(words)
    assert (" ".join(texts), found) == (" ".join(TEXT.split() * 2), ("vps",))


def test_a_soft_hyphen_is_a_letter_in_old_encodings_alone() -> None:
    rows = [f"5\t1\t0\t2\t1\t{i}\t{10 * i}\t20\t9\t12\t100\t{w}" for i, w in enumerate(["tr\xadêng", "\xad"])]
    words = parse("\n".join(["level", *rows]))
    assert [word.text for word in words] == ["tr\xadêng", "\xad"]
    assert [word.text for word in seen(words)] == ["trêng"]


def test_pages_are_told_each_by_itself() -> None:
    raw = encoding("vni").encode(TEXT) + "\f" + TEXT
    done, found = converted(raw)
    assert (done.text, found) == (TEXT + "\f" + TEXT, ("vni",))


def test_long_lines_and_words_cost_little() -> None:
    for hostile in (
        "a" * 200_000 + "\u0301",
        "µ" * 200_000,
        "é" * 200_000,
        "a^" * 100_000,
        "hé " * 70_000,
        "-" * 200_000,
    ):
        assert converted(hostile)[0].raw == hostile
