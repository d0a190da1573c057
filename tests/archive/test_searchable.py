"""Searchable PDFs, made by OCRmyPDF as hoso archive makes them, read by poppler and pdfium.

Where the extra ``archive`` is not installed these tests are skipped: ``make test-archive`` installs it.
"""

from __future__ import annotations

import html
import io
import json
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import archived
import pikepdf
import pytest
from PIL import Image, ImageChops, ImageDraw

from pipeline.archive import run, searchable
from pipeline.model import Edit, Page
from pipeline.settings import Settings

pytest.importorskip("ocrmypdf", reason="the extra archive is not installed: make test-archive")

WIDTH, HEIGHT = 595.0, 842.0
LINES = [
    [
        ("hd", 60, 80, 78, 92),
        ("nghèo", 82, 83, 120, 95),
        ("dudc", 124, 80, 160, 92),
        ("vay", 164, 84, 190, 95),
    ],
    [("vốn", 60, 100, 90, 112), ("8.075", 96, 101, 140, 111), ("triệu", 144, 100, 176, 112)],
]
RESTORED = "hộ nghèo được vay vốn 8.075 triệu"
EDITS = {1: [Edit(0, 2, "hd", "hộ", "confusion", 0.9), Edit(9, 13, "dudc", "được", "confusion", 0.9)]}


def picture(width: int = 595, height: int = 842) -> Image.Image:
    image = Image.new("L", (width, height), 255)
    ImageDraw.Draw(image).rectangle((60, 80, 200, 120), fill=120)
    return image


def scan(
    path: Path,
    content: bytes = b"",
    *,
    rotate: int = 0,
    crop: tuple[float, float, float, float] | None = None,
    fields: bool = False,
) -> Path:
    """A PDF of one page: an image over all of it, drawn after ``content``."""
    with pikepdf.new() as pdf:
        page = pdf.add_blank_page(page_size=(WIDTH, HEIGHT))
        buffer = io.BytesIO()
        picture().save(buffer, "JPEG", quality=70)
        kind = {"Type": pikepdf.Name.XObject, "Subtype": pikepdf.Name.Image, "Width": 595, "Height": 842}
        depth = {
            "BitsPerComponent": 8,
            "ColorSpace": pikepdf.Name.DeviceGray,
            "Filter": pikepdf.Name.DCTDecode,
        }
        image = pdf.make_stream(buffer.getvalue(), **kind, **depth)
        font = pikepdf.Dictionary(
            Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica
        )
        page.obj.Resources = pikepdf.Dictionary(
            XObject=pikepdf.Dictionary(Im0=image), Font=pikepdf.Dictionary(F1=font)
        )
        page.obj.Contents = pdf.make_stream(b"q 595 0 0 842 0 0 cm /Im0 Do Q " + content)
        if rotate:
            page.obj.Rotate = rotate
        if crop:
            page.obj.CropBox = pikepdf.Array(crop)
        if fields:
            _sign(pdf, page)
        pdf.save(path, deterministic_id=True)
    return path


def _sign(pdf: pikepdf.Pdf, page: pikepdf.Page) -> None:
    """A field as signing software makes it, with its appearance."""
    form = {"Type": pikepdf.Name.XObject, "Subtype": pikepdf.Name.Form, "BBox": [0, 0, 100, 20]}
    look = pdf.make_stream(b"BT /F1 9 Tf 2 4 Td (Ky boi: UBND xa) Tj ET", **form)
    look.Resources = page.obj.Resources
    field = pdf.make_indirect(
        pikepdf.Dictionary(
            Type=pikepdf.Name.Annot,
            Subtype=pikepdf.Name.Widget,
            FT=pikepdf.Name.Sig,
            T="Signature1",
            F=132,
            Rect=[400, 790, 500, 810],
            AP=pikepdf.Dictionary(N=look),
        )
    )
    page.obj.Annots = pdf.make_indirect(pikepdf.Array([field]))
    pdf.Root.AcroForm = pikepdf.Dictionary(Fields=[field], SigFlags=3)
    pdf.Root.Perms = pikepdf.Dictionary(DocMDP=field)


def text_of(pdf: Path, *options: str) -> str:
    done = subprocess.run(
        ["pdftotext", "-cropbox", *options, str(pdf), "-"], capture_output=True, text=True, check=True
    )
    return done.stdout


def words_of(pdf: Path) -> list[tuple[str, list[float]]]:
    row = re.compile(r'<word xMin="(\S+)" yMin="(\S+)" xMax="(\S+)" yMax="(\S+)">(.*?)</word>')
    found = row.findall(text_of(pdf, "-bbox"))
    return [(html.unescape(word), [float(side) for side in sides]) for *sides, word in found]


def drawn(pdf: Path) -> Image.Image:
    data = subprocess.run(
        ["pdftoppm", "-cropbox", "-r", "72", "-png", str(pdf)], capture_output=True, check=True
    ).stdout
    return Image.open(io.BytesIO(data)).convert("RGB")


@dataclass
class Made:
    """One call: the files by their names, what was read, and where it lies."""

    out: Path
    source: Path
    ids: dict[str, str]
    report: run.Report

    def pdf(self, name: str) -> Path:
        return self.out / "archive" / f"{self.ids[name]}.pdf"

    def failure(self, name: str) -> str:
        return next(f.message for f in self.report.failures if f.source_file == name)


def _docs(root: Path) -> list[archived.Doc]:
    page = archived.page(LINES, dpi=72)
    ruined = b"BT /F1 12 Tf 3 Tr 60 750 Td (hd ngheo dudc) Tj ET"
    stamp = b"BT /F1 8 Tf 300 820 Td (Thoi gian ky) Tj ET"
    both = {1: EDITS[1], 2: EDITS[1]}
    docs = [
        archived.Doc(scan(root / "scan.pdf"), "pdf", [page], EDITS),
        archived.Doc(scan(root / "ruined.pdf", ruined), "pdf", [page], EDITS),
        archived.Doc(scan(root / "stamp.pdf", stamp), "pdf", [page], EDITS),
        archived.Doc(scan(root / "legacy.pdf", stamp + b"  "), "pdf", [_of_layer("legacy")], EDITS),
        archived.Doc(scan(root / "signed.pdf", fields=True), "pdf", [page], EDITS),
        archived.Doc(scan(root / "good.pdf", stamp + b" "), "pdf", [_of_layer("good")], EDITS),
        archived.Doc(root / "picture.png", "image", [page], EDITS),
        archived.Doc(root / "two.tif", "image", [page, archived.page(LINES, number=2, dpi=72)], both),
        archived.Doc(scan(root / "changed.pdf", b" "), "pdf", [page], EDITS),
        archived.Doc(scan(root / "gone.pdf", b"  "), "pdf", [page], EDITS),
    ]
    stored = picture().rotate(90, expand=True)
    for name, orientation in (("camera.jpg", 6), ("mirrored.jpg", 2)):
        exif = Image.Exif()
        exif[0x112] = orientation
        stored.save(root / name, exif=exif, quality=95)
        docs.append(archived.Doc(root / name, "image", [page], EDITS))
    picture().save(root / "picture.png")
    picture().save(root / "two.tif", save_all=True, append_images=[picture()])
    # the upper left quarter is hidden at the left and at the top; as shown, it lies on its side
    hidden = scan(root / "turned.pdf", rotate=90, crop=(95, 0, 595, 742))
    side = archived.page(LINES, width=742.0, height=500.0, dpi=72)
    upwards = [[(w, y0, 842 - x1, y1, 842 - x0) for w, x0, y0, x1, y1 in line] for line in LINES]
    lying = archived.page(upwards, rotation=90, dpi=72)
    docs += [
        archived.Doc(hidden, "pdf", [side], EDITS),
        archived.Doc(scan(root / "lying.pdf", b"   "), "pdf", [lying], EDITS),
    ]
    return docs


def _of_layer(verdict: str) -> Page:
    return archived.page(LINES, source="text_layer", verdict=verdict, dpi=None)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    source, out = tmp_path_factory.mktemp("in"), tmp_path_factory.mktemp("out")
    ids = archived.write(out, _docs(source), source)
    (source / "changed.pdf").write_bytes(b"%PDF-1.7 something else")
    (source / "gone.pdf").unlink()
    before = {path: path.read_bytes() for path in source.iterdir()}
    report = run.archive(out, Settings(), run.Options(("pdf",), jobs=2))
    assert {path: path.read_bytes() for path in source.iterdir()} == before, "an original was altered"
    return Made(out, source, ids, report)


WHOLE = [
    "scan.pdf",
    "ruined.pdf",
    "stamp.pdf",
    "legacy.pdf",
    "signed.pdf",
    "turned.pdf",
    "lying.pdf",
    "picture.png",
]


@pytest.mark.parametrize("name", WHOLE)
def test_the_restored_text_comes_back_in_order(made: Made, name: str) -> None:
    stamps = {"stamp.pdf": "Thoi gian ky", "legacy.pdf": "Thoi gian ky", "signed.pdf": "Ky boi: UBND xa"}
    own = stamps.get(name, "")
    text = " ".join(text_of(made.pdf(name), "-raw").split())
    assert text.replace(own, "").split() == RESTORED.split()
    assert own in text


@pytest.mark.parametrize("name", ["scan.pdf", "ruined.pdf", "turned.pdf", "picture.png", "camera.jpg"])
def test_words_stand_within_three_points(made: Made, name: str) -> None:
    found = words_of(made.pdf(name))
    assert [word for word, _ in found] == RESTORED.split()
    if name == "turned.pdf":
        # poppler tells boxes of the visible box
        assert drawn(made.pdf(name)).size == (742, 500)
    for (word, sides), (_, *box) in zip(found, [w for line in LINES for w in line], strict=True):
        assert max(abs(a - b) for a, b in zip(sides, box, strict=True)) <= 3, word


def test_words_of_a_page_on_its_side_stand_there_too(made: Made) -> None:
    import pypdfium2

    with pypdfium2.PdfDocument(made.pdf("lying.pdf")) as pdf:
        text = pdf[0].get_textpage()
        found = text.search("được vay").get_next()
        assert found is not None
        boxes = [text.get_charbox(i) for i in range(found[0], found[0] + found[1])]
    # the line runs upwards: x from 80 to 95 points, y (up) from 124 to 190
    assert 78 <= min(b[0] for b in boxes) <= max(b[2] for b in boxes) <= 98
    assert 121 <= min(b[1] for b in boxes) <= max(b[3] for b in boxes) <= 193


@pytest.mark.parametrize("name", ["scan.pdf", "ruined.pdf", "signed.pdf", "turned.pdf", "two.tif"])
def test_pdfium_finds_and_copies_vietnamese(made: Made, name: str) -> None:
    import pypdfium2

    with pypdfium2.PdfDocument(made.pdf(name)) as pdf:
        for page in pdf:
            text = page.get_textpage()
            assert text.search("hộ nghèo được vay", match_case=True).get_next() is not None
            assert "hộ nghèo được vay" in " ".join(text.get_text_bounded().split())


@pytest.mark.parametrize("name", [*WHOLE, "two.tif", "good.pdf"])
def test_qpdf_finds_nothing_wrong(made: Made, name: str) -> None:
    with pikepdf.open(made.pdf(name)) as pdf:
        assert pdf.check_pdf_syntax() == []


@pytest.mark.parametrize(
    "name", ["scan.pdf", "ruined.pdf", "stamp.pdf", "signed.pdf", "turned.pdf", "lying.pdf"]
)
def test_pages_look_as_before_and_images_are_the_same_bytes(made: Made, name: str) -> None:
    before, after = made.source / name, made.pdf(name)
    assert ImageChops.difference(drawn(before), drawn(after)).getbbox() is None
    assert image_bytes(before) == image_bytes(after)


def images(pdf: pikepdf.Pdf) -> list[pikepdf.Stream]:
    return [o for o in pdf.objects if isinstance(o, pikepdf.Stream) and o.get("/Subtype") == "/Image"]


def image_bytes(path: Path) -> list[bytes]:
    with pikepdf.open(path) as pdf:
        return [image.read_raw_bytes() for image in images(pdf)]


def test_an_image_file_becomes_pages_of_the_same_pixels(made: Made) -> None:
    with pikepdf.open(made.pdf("two.tif")) as pdf:
        assert len(pdf.pages) == 2
        for image in images(pdf):
            found = pikepdf.PdfImage(image).as_pil_image().convert("L")
            assert ImageChops.difference(found, picture()).getbbox() is None


def test_a_page_whose_own_text_is_good_is_copied_to_the_byte(made: Made) -> None:
    assert made.pdf("good.pdf").read_bytes() == (made.source / "good.pdf").read_bytes()


def test_files_that_are_not_what_was_read(made: Made) -> None:
    assert made.failure("changed.pdf") == "changed.pdf: has changed since it was read; run hoso extract again"
    assert made.failure("gone.pdf") == "gone.pdf: cannot be read: No such file or directory"
    assert made.failure("mirrored.jpg").startswith(
        "mirrored.jpg: no PDF can be made of it (ValueError: its EXIF"
    )
    assert len(made.report.failures) == 3


def test_a_page_of_a_camera_stands_upright(made: Made) -> None:
    found = drawn(made.pdf("camera.jpg")).convert("L")
    assert found.size == (595, 842)
    assert found.getpixel((130, 100)) < 160 < found.getpixel((130, 740))  # type: ignore[operator]


def test_the_same_input_gives_the_same_bytes(made: Made, tmp_path: Path) -> None:
    archived.write(
        tmp_path, [d for d in _docs(made.source) if d.path.name in {"ruined.pdf", "picture.png"}], made.source
    )
    run.archive(tmp_path, Settings(), run.Options(("pdf",), jobs=1))
    for name in ("ruined.pdf", "picture.png"):
        path = tmp_path / "archive" / f"{made.ids[name]}.pdf"
        assert path.read_bytes() == made.pdf(name).read_bytes()
        assert b"D:20" not in path.read_bytes()


def test_pdfa_is_validated_and_what_cannot_be_fails_alone(made: Made, tmp_path: Path) -> None:
    from pikepdf.pdfa import validate_written

    wanted = {"ruined.pdf", "stamp.pdf"}
    docs = [doc for doc in _docs(made.source) if doc.path.name in wanted]
    archived.write(tmp_path, docs, made.source)
    report = run.archive(tmp_path, Settings(), run.Options(("pdf",), pdfa=True, jobs=1))
    made_pdf = tmp_path / "archive" / f"{made.ids['ruined.pdf']}.pdf"
    assert validate_written(made_pdf, "2b").verdict == "pass"
    assert "hộ nghèo được vay" in text_of(made_pdf)
    # the visible stamp is in a font that the file does not hold
    (failure,) = report.failures
    assert failure.message.startswith("stamp.pdf: cannot be made PDF/A: ")
    assert "not embedded" in failure.message
    assert not (tmp_path / "archive" / f"{made.ids['stamp.pdf']}.pdf").exists()


@pytest.mark.parametrize("settings", [Settings(max_memory=120_000_000), Settings(page_timeout=1)])
def test_limits_end_the_child_and_nothing_is_left(
    made: Made, tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searchable, "_SECONDS_A_PAGE", -1)  # no time at all is left of one second
    archived.write(tmp_path, [d for d in _docs(made.source) if d.path.name == "scan.pdf"], made.source)
    report = run.archive(tmp_path, settings, run.Options(("pdf",), jobs=1))
    (failure,) = report.failures
    assert failure.message.startswith("scan.pdf: OCRmyPDF ")
    assert {path.name for path in (tmp_path / "archive").iterdir()} == {"failures.csv"}


def test_ocrmypdf_with_the_plugin_alone(made: Made, tmp_path: Path) -> None:
    """The plugin's words given by hand, as anybody may; a page without words stays as it is."""
    line = {"size": 9.0, "words": [["Huyện", 92, 60, 83, 90, 94]]}
    words = {"1": {"width": WIDTH, "height": HEIGHT, "turn": 0, "lines": [line]}}
    (tmp_path / "words.json").write_text(json.dumps(words), encoding="utf-8")
    target = tmp_path / "made.pdf"
    own = ["--plugin", "pipeline.archive.plugin", "--hoso-words", str(tmp_path / "words.json")]

    def ocrmypdf(*more: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "ocrmypdf", *own, *more, str(made.source / "scan.pdf"), str(target)]
        root = Path(__file__).parents[2]
        return subprocess.run(command, capture_output=True, text=True, cwd=root, check=False)

    for drawn_anew in ("--force-ocr", "--deskew"):
        done = ocrmypdf(drawn_anew)
        assert (done.returncode, "hoso's words go under pages as they are" in done.stderr) == (1, True)
        assert not target.exists()
    done = ocrmypdf()
    assert done.returncode == 0, done.stderr
    ((word, sides),) = words_of(target)
    assert word == "Huyện"
    assert sides == pytest.approx([60, 83, 90, 94], abs=0.1)
