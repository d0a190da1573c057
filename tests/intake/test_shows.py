"""Fonts and hidden text are told from the page's content."""

from __future__ import annotations

from pathlib import Path

from PIL import Image
from reportlab.pdfgen.canvas import Canvas

from pipeline.intake import layer, pdf, placement, shows
from pipeline.settings import Settings

SETTINGS = Settings()


def _told(path: Path) -> dict[str, tuple[str, bool]]:
    page = pdf.geometry(path, 1, SETTINGS, "x")
    words = shows.told(layer.read(path, 1, SETTINGS, "x"), path, 1, page, "x")
    return {word.text: (word.face, word.hidden) for word in words}


def test_words_know_their_font_and_whether_anybody_sees_them(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    canvas = Canvas(str(path), (600, 800))
    canvas.setFont("Times-Roman", 12)
    canvas.drawString(50, 700, "under")
    canvas.drawInlineImage(Image.new("L", (60, 80), 255), 0, 400, 600, 400)
    canvas.drawString(50, 600, "roman")
    canvas.setFont("Helvetica-Bold", 12)
    canvas.drawString(120, 600, "bold")
    canvas.saveState()
    canvas.translate(0, 300)
    text = canvas.beginText(50, 50)
    text.setTextRenderMode(3)
    text.textOut("silent")
    text.moveCursor(0, 30)
    text.textLine("below")
    canvas.drawText(text)
    canvas.restoreState()
    canvas.drawString(50, 100, "seen")
    canvas.save()
    drawn = placement.drawn(path, 1, "x")
    assert (len(drawn.images), drawn.glyphs, drawn.hides) == (1, len("underromanboldseen"), True)
    told = _told(path)
    assert told["roman"] == ("Times-Roman", False)
    assert told["bold"] == ("Helvetica-Bold", False)
    assert told["silent"] == told["below"] == ("Helvetica-Bold", True)
    assert told["seen"] == ("Helvetica-Bold", False)


def test_text_under_an_image_is_hidden(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    canvas = Canvas(str(path), (600, 800))
    canvas.drawString(50, 700, "under")
    canvas.drawImage(_image(tmp_path), 0, 400, 600, 400)
    canvas.drawString(50, 600, "over")
    canvas.drawString(50, 200, "beside")
    canvas.save()
    assert {text: hidden for text, (_, hidden) in _told(path).items()} == {
        "under": True,
        "over": False,
        "beside": False,
    }


def test_a_page_that_is_shown_turned(tmp_path: Path) -> None:
    import pikepdf

    path = tmp_path / "a.pdf"
    canvas = Canvas(str(path), (600, 800))
    canvas.rotate(90)
    canvas.setFont("Courier", 12)
    canvas.drawString(100, -300, "turned")
    canvas.save()
    with pikepdf.open(path, allow_overwriting_input=True) as document:
        document.pages[0].Rotate = 90
        document.save(path)
    assert _told(path) == {"turned": ("Courier", False)}


def _image(folder: Path) -> str:
    place = folder / "i.png"
    Image.new("L", (60, 40), 255).save(place)
    return str(place)
