"""Fonts and hidden text are told from the page's content."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name
from PIL import Image
from reportlab.pdfgen.canvas import Canvas

from pipeline.intake import layer, pdf, placement, shows
from pipeline.intake.affine import IDENTITY
from pipeline.intake.layer import LayerWord
from pipeline.intake.shows import Show
from pipeline.model import Box
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


def test_only_what_was_drawn_before_an_image_is_hidden(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    canvas, image = Canvas(str(path), (600, 800)), _image(tmp_path)
    for number, (name, y) in enumerate((("first", 700), ("second", 500), ("third", 720))):
        canvas.drawString(50, y, name)
        canvas.drawImage(image, 0, 400, 600, 400 if number != 1 else 200)
    canvas.drawString(50, 740, "last")
    canvas.save()
    assert {text: hidden for text, (_, hidden) in _told(path).items()} == {
        "first": True,
        "second": True,
        "third": True,
        "last": False,
    }


@pytest.mark.parametrize(
    ("shown", "face"),
    [
        ([Show(0, 10, 20, 10, "A", False), Show(30, 10, 50, 10, "B", False)], "A"),
        ([Show(30, 10, 50, 10, "B", False), Show(0, 10, 20, 10, "A", False)], "A"),
        ([Show(0, 10, 90, 10, "A", False), Show(12, 10, 13, 10, "B", False)], "A"),  # drawn first
        ([Show(0, 10, 90, 10, "A", False), Show(0, 9.5, 90, 9.5, "B", False)], "B"),  # higher
        (
            [Show(-900, 10, 900, 10, "A", False), *(Show(i, 10, i, 10, "B", False) for i in range(-99, 0))],
            "A",
        ),
        (
            [
                *(Show(i, 10, i + 1, 10, "B", False) for i in range(900, 100, -1)),
                Show(5, 10, 9, 10, "A", False),
            ],
            "A",
        ),
        ([Show(0, 40, 20, 40, "A", False)], ""),
        ([Show(50, 10, 60, 10, "A", False)], ""),
    ],
)
def test_the_nearest_stretch_on_the_baseline(shown: list[Show], face: str) -> None:
    word = LayerWord("hộ", Box(2, 0, 12, 12), (0, 0, 0))
    assert [found.face for found in shows.matched([word], shown)] == [face]


def test_stretches_that_are_asked_have_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shows, "_MOST_ASKED", 25)
    shown = [Show(0, 10, 90, 10, "A", False) for _ in range(10)]
    words = [LayerWord("hộ", Box(2, 0, 12, 12), (0, 0, 0))] * 4
    assert [word.face for word in shows.matched(words, shown)] == ["A", "A", "A", ""]


@pytest.mark.parametrize(
    ("entries", "widths"),
    [
        ([3, [400, 500], 10, 20, 600], {2: 1.0, 3: 400.0, 4: 500.0, 5: 1.0, 10: 600.0, 20: 600.0, 21: 1.0}),
        ([10, 20, 600, 3, [400]], {3: 400.0, 4: 1.0, 15: 600.0}),
        ([3, [], 3], {3: 1.0}),
        ([0, 65_535, 600] * 30_000, {0: 600.0, 65_535: 600.0}),
    ],
    ids=range(4),
)
def test_widths_of_codes(entries: list[Any], widths: dict[int, float]) -> None:
    runs = shows._cid_widths(Array(entries), shows._Walk(IDENTITY))
    firsts = [run.first for run in runs]
    assert {code: shows._cid_width(runs, firsts, 1.0, code) for code in widths} == widths
    assert sum(len(run.widths) for run in runs) <= 65_536


@pytest.mark.parametrize(("leaf", "most"), [(b"", 6_000), (b"0 0 m " * 20_000, 60)], ids=["empty", "fat"])
def test_forms_that_draw_forms_have_an_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, leaf: bytes, most: int
) -> None:
    path, kind = tmp_path / "a.pdf", {"/Subtype": Name.Form, "/BBox": Array([0, 0, 1, 1])}
    with pikepdf.new() as document:
        form = document.make_stream(leaf, kind)
        for _ in range(4):
            resources = Dictionary(XObject=Dictionary(F=form))
            form = document.make_stream(b"/F Do " * 40, {**kind, "/Resources": resources})
        page = document.add_blank_page(page_size=(600, 800))
        page.Resources = Dictionary(XObject=Dictionary(F=form))
        page.Contents = document.make_stream(b"/F Do " * 40)
        document.save(path)
    for module in (shows, placement):
        monkeypatch.setattr(module, "_MAX_STEPS", 50_000)
    parse, parsed = pikepdf.parse_content_stream, 0

    def counted(*arguments: Any) -> Any:
        nonlocal parsed
        parsed += 1
        return parse(*arguments)

    monkeypatch.setattr(pikepdf, "parse_content_stream", counted)
    assert shows._shows(path, 1, pdf.geometry(path, 1, SETTINGS, "x"), "x") == []
    assert not placement.drawn(path, 1, "x").complete
    assert 2 < parsed < most
