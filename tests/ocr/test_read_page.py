"""From a file to ``model.Page``: which way a page goes, and that its words lead back to it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import numpy as np
import pikepdf
import pytest
from PIL import Image, ImageFile

from benchmarks.layer_drawing import BROKEN, Scan, remapped, scanned_pdf
from benchmarks.layer_forms import spots
from pipeline.errors import HosoError, ReadError
from pipeline.intake import inspect
from pipeline.language.normal import fold_marks
from pipeline.model import Page
from pipeline.ocr import raster, read_page, tesseract, versions
from pipeline.settings import Settings
from samples.pdf import born_digital, scan_pdf, stamped
from training.layout import Cell, Composer
from training.render import Sheet, Style, paint

BODY = (
    "Trong 6 tháng đầu năm 2024, toàn xã có 35 hộ nghèo được vay vốn với số tiền 1.750 triệu đồng; các tổ "
    "tiết kiệm và vay vốn hoạt động đều đặn, không có nợ quá hạn, lãi thu đủ theo quy định hằng tháng."
)
STAMP = ["Ký bởi: UBND xã Bình Nghệ", "Cơ quan: Xã Bình Nghệ", "Thời gian ký: 31/07/2024 15:20:11"]


@pytest.fixture(scope="module")
def sheet() -> Sheet:
    composer = Composer(Style(size=14.0))
    composer.head(["UBND HUYỆN AN", "XÃ BÌNH NGHỆ"], "Số: 52/BC-UBND", "Bình Nghệ, ngày 31 tháng 7 năm 2024")
    composer.paragraph(BODY)
    heads = [Cell("TT"), Cell("Nguồn vốn"), Cell("Số hộ"), Cell("Số tiền")]
    rows = [
        [Cell("1"), Cell("Hộ nghèo"), Cell("84"), Cell("4.620")],
        [Cell("2"), Cell("Nước sạch"), Cell("126"), Cell("8.400")],
    ]
    composer.table([1, 4, 2, 2], [heads, *rows], 14.0)
    return composer.sheet


@pytest.fixture(scope="module")
def scan(sheet: Sheet) -> Image.Image:
    return paint(sheet, 200, colour=True)


TABLE = ["TT | Nguồn vốn | Số hộ | Số tiền", "1 | Hộ nghèo | 84 | 4.620", "2 | Nước sạch | 126 | 8.400"]


def _read(file: Path, content: bytes, number: int = 1, **limits: int) -> Page:
    file.write_bytes(content)
    settings = Settings().with_values(limits, "test")
    return read_page(file, number, inspect(file, settings), settings)


def _png(image: Image.Image, kind: str = "PNG", **save: object) -> bytes:
    buffer = BytesIO()
    image.save(buffer, kind, **save)
    return buffer.getvalue()


def _word(page: Page, text: str) -> tuple[float, float, float, float]:
    found = next(w for w in page.words if page.text[w.start : w.end] == text)
    assert found.box is not None
    return found.box.x0, found.box.y0, found.box.x1, found.box.y1


def test_a_stamped_scan_is_read_from_its_image(tmp_path: Path, scan: Image.Image, sheet: Sheet) -> None:
    page = _read(tmp_path / "a.pdf", stamped(scan_pdf([scan], 200, 85, bilevel=False), STAMP))
    assert (page.source, page.verdict, page.dpi, page.status) == ("ocr", "stamp_only", 200, "ok")
    assert "signature:signed-by" in page.reasons
    assert "Ký bởi" not in page.text
    lines = page.text.split("\n")
    assert lines[0].startswith("UBND HUYỆN AN    CỘNG HÒA XÃ HỘI")
    assert "1.750 triệu đồng" in page.text
    assert lines[-3:] == TABLE
    assert page.ocr_confidence is not None
    assert page.ocr_confidence > 0.85
    printed = next(t for t in sheet.texts if t.text == "8.400")
    assert _word(page, "8.400")[0] == pytest.approx(printed.x, abs=2)
    assert _word(page, "8.400")[3] == pytest.approx(printed.y, abs=2)


def test_a_born_digital_page_is_taken_from_its_layer(tmp_path: Path, sheet: Sheet) -> None:
    page = _read(tmp_path / "a.pdf", born_digital([sheet]))
    assert (page.source, page.verdict, page.quality) == ("text_layer", "good", 1.0)
    lines = page.text.split("\n")
    assert lines[0] == "UBND HUYỆN AN    CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
    assert lines[2].startswith("Số: 52/BC-UBND    Bình Nghệ, ngày 31")
    assert lines[-3:] == TABLE
    printed = next(t for t in sheet.texts if t.text == "8.400")
    assert _word(page, "8.400")[0] == pytest.approx(printed.x, abs=0.5)


@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_a_page_on_its_side_is_turned(tmp_path: Path, scan: Image.Image, degrees: int) -> None:
    turned = scan.convert("L").rotate(degrees, expand=True)
    page = _read(tmp_path / "a.png", _png(turned, dpi=(200, 200)))
    assert "1.750 triệu đồng" in page.text
    assert page.rotation == degrees
    x0, y0, x1, y1 = _word(page, "8.400")
    wide = x1 - x0 > y1 - y0
    assert wide == (degrees == 180)
    assert page.width is not None
    assert 0 < x0 < x1 < page.width


@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
def test_an_embedded_scan_stands_as_the_page_is_shown(tmp_path: Path, rotate: int) -> None:
    """An image with a mark near its top left, on a page that is shown turned."""
    image = Image.new("RGB", (800, 1000), "white")
    image.paste((0, 0, 0), (40, 20, 120, 60))
    with pikepdf.open(BytesIO(scan_pdf([image], 100, 95, bilevel=False))) as document:
        document.pages[0].Rotate = rotate
        document.save(tmp_path / "a.pdf")
    found = _raster(tmp_path / "a.pdf")
    assert found.embedded
    shown = {0: image.size, 90: image.size[::-1], 180: image.size, 270: image.size[::-1]}[rotate]
    assert found.image.size == shown
    expected = np.asarray(image.rotate(-rotate, expand=True).convert("L")) < 128
    assert (expected == (np.asarray(found.image.convert("L")) < 128)).mean() > 0.999
    rows, columns = np.nonzero(expected)
    x, y = found.affine.apply(float(columns.mean()), float(rows.mean()))
    assert [x, y] == pytest.approx([columns.mean() * 0.72, rows.mean() * 0.72], abs=1)


def _raster(file: Path) -> raster.Raster:
    from pipeline.intake import children, pdf, placement

    settings = Settings()
    geometry = pdf.geometry(file, 1, settings, "x")
    place = placement.scan(placement.drawn(file, 1, "x"), geometry)
    assert place is not None
    with children.scratch() as folder:
        found = raster.embedded(file, 1, place, geometry, settings, folder, "x")
    assert found is not None
    return found


def _two_images(document: pikepdf.Pdf) -> None:
    page = document.pages[0]
    page.Resources.XObject["/Im1"] = page.Resources.XObject["/Im0"]
    page.contents_add(b"q 200 0 0 700 100 10 cm /Im1 Do Q")


def _mask(document: pikepdf.Pdf) -> None:
    image = document.pages[0].Resources.XObject["/Im0"]
    image["/SMask"] = document.make_indirect(image)


def _text_over(document: pikepdf.Pdf) -> None:
    text = b"BT /F1 10 Tf 50 700 Td (" + b"a typed page over a background image " * 20 + b") Tj ET"
    document.pages[0].contents_add(text)


def _small(document: pikepdf.Pdf) -> None:
    document.pages[0].Contents = document.make_stream(b"q 200 0 0 300 50 50 cm /Im0 Do Q")


@pytest.mark.parametrize("change", [_two_images, _mask, _text_over, _small])
def test_an_image_that_is_not_the_page_is_not_taken(
    tmp_path: Path, change: Callable[[pikepdf.Pdf], None]
) -> None:
    from pipeline.intake import pdf, placement

    image = Image.new("RGB", (600, 800), "white")
    with pikepdf.open(BytesIO(scan_pdf([image], 72, 95, bilevel=False))) as document:
        change(document)
        document.save(tmp_path / "a.pdf")
    geometry = pdf.geometry(tmp_path / "a.pdf", 1, Settings(), "x")
    assert placement.scan(placement.drawn(tmp_path / "a.pdf", 1, "x"), geometry) is None


def test_blank_pages_are_known(tmp_path: Path) -> None:
    white = Image.new("RGB", (850, 1100), (250, 249, 245))
    page = _read(tmp_path / "a.pdf", scan_pdf([white], 100, 80, bilevel=False))
    assert (page.blank, page.text, page.verdict, page.status) == (True, "", "none", "ok")


def test_text_files_pass(tmp_path: Path) -> None:
    page = _read(tmp_path / "a.txt", "một\fHộ nghèo".encode(), number=2)
    assert (page.number, page.text, page.source, page.words) == (2, "Hộ nghèo", "text_file", ())


def _page(width: float, height: float) -> bytes:
    document = pikepdf.new()
    document.add_blank_page(page_size=(width, height))
    document.pages[0].Contents = document.make_stream(b"0 0 50 50 re f")
    buffer = BytesIO()
    document.save(buffer)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "limits", "code"),
    [
        ("huge-page.pdf", _page(14400, 14400), {}, "limit"),
        ("line.pdf", _page(3, 3), {}, "damaged"),
        ("bomb.png", _png(Image.new("1", (12000, 12000))), {}, "limit"),
        ("one-pixel.png", _png(Image.new("L", (1, 1))), {}, "damaged"),
        ("cut.jpg", _png(Image.new("L", (900, 900)), "JPEG")[:400], {}, "damaged"),
        ("slow.pdf", _page(600, 800), {"max_memory": 20_000_000}, "damaged"),
    ],
)
def test_hostile_pages_end_in_one_clear_line(
    tmp_path: Path, name: str, content: bytes, limits: dict[str, int], code: str
) -> None:
    with pytest.raises(ReadError) as caught:
        _read(tmp_path / name, content, **limits)
    assert caught.value.code == code
    assert str(caught.value).count(f"{name}, page 1") == 1
    assert str(caught.value).count("damaged") <= 1
    assert "\n" not in str(caught.value)


def test_what_a_truncated_file_still_holds_is_marked(tmp_path: Path, sheet: Sheet) -> None:
    whole = born_digital([sheet])
    cut = whole[: whole.rindex(b"xref")]
    page = _read(tmp_path / "a.pdf", cut)
    assert "1.750 triệu đồng" in page.text
    assert (page.status, page.reasons[-1]) == ("partial", "file_repaired")


def test_a_page_whose_jpeg_is_cut_short_is_read_as_far_as_it_goes(tmp_path: Path, scan: Image.Image) -> None:
    with pikepdf.open(BytesIO(scan_pdf([scan], 200, 90, bilevel=False))) as document:
        image = document.pages[0].Resources.XObject["/Im0"]
        data = image.read_raw_bytes()
        image.write(data[: len(data) * 6 // 10], filter=pikepdf.Name.DCTDecode)
        document.save(tmp_path / "cut.pdf")
        # some scanners leave the end marker out: nothing is lost
        image.write(data.removesuffix(b"\xff\xd9"), filter=pikepdf.Name.DCTDecode)
        document.save(tmp_path / "whole.pdf")
    page = _read(tmp_path / "a.pdf", (tmp_path / "cut.pdf").read_bytes())
    assert "Trong 6 tháng đầu năm 2024" in page.text
    assert "8.400" not in page.text
    assert (page.status, page.reasons[-1]) == ("partial", "image_truncated")
    page = _read(tmp_path / "b.pdf", (tmp_path / "whole.pdf").read_bytes())
    assert "8.400" in page.text
    assert (page.status, page.reasons) == ("ok", ("no_words",))


def test_a_page_that_poppler_loses_for_another_s_fault_is_read_by_itself(
    tmp_path: Path, sheet: Sheet
) -> None:
    with pikepdf.open(BytesIO(born_digital([sheet, sheet]))) as document:
        document.pages[0].obj.Contents = pikepdf.Dictionary(Type=pikepdf.Name.Font)
        document.save(tmp_path / "made.pdf")
    page = _read(tmp_path / "a.pdf", (tmp_path / "made.pdf").read_bytes(), number=2)
    assert "1.750 triệu đồng" in page.text
    assert (page.number, page.status, page.reasons[-1]) == (2, "partial", "page_repaired")


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_an_image_file_that_is_cut_short_is_read_as_far_as_it_goes(
    tmp_path: Path, scan: Image.Image, kind: str
) -> None:
    before = ImageFile.LOAD_TRUNCATED_IMAGES
    whole = _png(scan, kind, dpi=(200, 200))
    page = _read(tmp_path / "a.img", whole[: len(whole) * 6 // 10])
    assert "Trong 6 tháng đầu năm 2024" in page.text
    assert "8.400" not in page.text
    assert (page.status, page.reasons[-1], page.blank) == ("partial", "file_truncated", False)
    assert before == ImageFile.LOAD_TRUNCATED_IMAGES


@pytest.mark.parametrize(
    ("kind", "more", "share"),
    [("JPEG", {"progressive": True}, 0.6), ("PNG", {}, 0.002), ("JPEG", {}, 0.01)],
    ids=["blurred", "nothing", "hardly anything"],
)
def test_a_cut_image_of_which_no_line_is_sure_is_lost(
    tmp_path: Path, scan: Image.Image, kind: str, more: dict[str, bool], share: float
) -> None:
    whole = _png(scan, kind, dpi=(200, 200), **more)
    with pytest.raises(ReadError) as caught:
        _read(tmp_path / "a.img", whole[: max(int(len(whole) * share), 700)])
    assert caught.value.code == "damaged"
    assert str(caught.value).count("page 1") == 1


def test_a_page_that_is_not_there(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("a", encoding="utf-8")
    info = inspect(tmp_path / "a.txt", Settings())
    with pytest.raises(ReadError, match="has 1 pages"):
        read_page(tmp_path / "a.txt", 2, info, Settings())
    (tmp_path / "a.txt").unlink()
    with pytest.raises(ReadError, match="vanished"):
        read_page(tmp_path / "a.txt", 1, replace(info, kind="text"), Settings())


def test_tesseract_that_hangs_or_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in = tmp_path / "tesseract"
    stand_in.write_text("#!/bin/sh\nexec sleep 30\n", encoding="utf-8")
    stand_in.chmod(0o755)
    image = tmp_path / "a.pgm"
    Image.new("L", (50, 50)).save(image)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    for folder, settings, code in (("a", Settings(page_timeout=1), "timeout"), ("b", Settings(), "")):
        (tmp_path / folder).mkdir()
        if not code:
            stand_in.write_text("#!/bin/sh\necho Failed loading language >&2; exit 1\n", encoding="utf-8")
            code = "missing_program"
        with pytest.raises(HosoError) as caught:
            tesseract.read(image, 300, settings, tmp_path / folder, where="f.pdf, page 1")
        assert caught.value.code == code


def test_tesseract_is_called_without_pandas() -> None:
    """Which the adapter would load, if it could, in every worker."""
    told = (
        "import sys; from pipeline.ocr import tesseract; "
        "print(tesseract._pytesseract().__name__, *sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    name, *loaded = run.stdout.split()
    assert name == "pytesseract"
    assert "pytesseract" in loaded
    assert "pandas" not in loaded


def test_versions_name_what_the_text_depends_on() -> None:
    found = versions()
    assert set(found) == {"tesseract", "traineddata_vie", "poppler"}
    assert all(found.values())
    osd = versions(Settings(language="osd"))
    assert set(osd) == {"tesseract", "traineddata_osd", "poppler"}
    assert osd["traineddata_osd"] != found["traineddata_vie"]


def test_one_broken_font_is_read_anew_and_the_rest_is_kept(tmp_path: Path, sheet: Sheet) -> None:
    """The bold words of a page come from its image, the others with their places from the layer."""
    page = _read(tmp_path / "a.pdf", remapped(born_digital([sheet]), BROKEN["permuted"], bold=True))
    assert (page.source, page.verdict) == ("mixed", "partly_ruined")
    assert "font:Tinos-Bold" in page.reasons
    lines = page.text.split("\n")
    assert lines[0] == "UBND HUYỆN AN    CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
    assert lines[-3:] == TABLE
    kept = next(w for w in page.words if page.text[w.start : w.end] == "8.400")
    assert kept.confidence is None
    read = next(w for w in page.words if page.text[w.start : w.end] == "CỘNG")
    assert read.confidence is not None


def test_a_broken_layer_is_read_anew(tmp_path: Path, sheet: Sheet) -> None:
    page = _read(tmp_path / "a.pdf", remapped(born_digital([sheet]), BROKEN["private"]))
    assert (page.source, page.verdict) == ("ocr", "ruined")
    assert "1.750 triệu đồng" in page.text


def test_a_ruined_layer_is_a_witness(tmp_path: Path, scan: Image.Image, sheet: Sheet) -> None:
    """Its numbers make what is read surer, or doubtful where they differ."""
    old = {"1.750": "1.150", "hộ": "hd", "nghèo": "nghco", "được": "dudc", "tiền": "tidn", "triệu": "triQu"}
    layer = [(old.get(word, fold_marks(word)), box) for word, box in spots(sheet)]
    page = _read(tmp_path / "a.pdf", scanned_pdf(Scan(scan, 200), layer))
    assert (page.source, page.verdict) == ("ocr", "ruined")
    found = {page.text[w.start : w.end]: w for w in page.words}
    assert found["1.750"].witness == "1.150"
    assert found["8.400"].witness == "8.400"
    assert found["nghèo"].witness == "nghco"
    sure, doubtful = found["8.400"].confidence, found["1.750"].confidence
    assert sure is not None
    assert doubtful is not None
    assert sure > 0.95 > doubtful


def test_a_good_hidden_layer_is_kept(tmp_path: Path, scan: Image.Image, sheet: Sheet) -> None:
    page = _read(tmp_path / "a.pdf", scanned_pdf(Scan(scan, 200), spots(sheet)))
    assert (page.source, page.verdict) == ("text_layer", "good")


def test_another_pages_hidden_layer_is_not_believed(tmp_path: Path, scan: Image.Image) -> None:
    composer = Composer(Style(size=14.0))
    composer.paragraph("Kế hoạch vay vốn năm 2019 của huyện gồm nhiều nội dung về sản xuất và đời sống. " * 6)
    page = _read(tmp_path / "a.pdf", scanned_pdf(Scan(scan, 200), spots(composer.sheet)))
    assert (page.source, page.verdict) == ("ocr", "contradicted")
    assert "1.750 triệu đồng" in page.text
    assert not any(word.witness for word in page.words)
