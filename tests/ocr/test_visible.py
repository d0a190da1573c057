"""Words that nobody sees are no text of the page; those that stand out from their ground are."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from reportlab.lib.colors import Color
from reportlab.pdfgen.canvas import Canvas

from pipeline import read
from pipeline.model import Page
from samples.pdf import registered
from training.render import Style

SEEN = "Trong năm 2024, xã đã cho 63 hộ nghèo vay vốn với số tiền 3.150 triệu đồng để phát triển sản xuất."
OTHER = "Xã cho 999 hộ vay"


def drawn(path: Path, more: Callable[[Canvas], object], *, later: bool = True) -> Page:
    """A page with a line that is seen, and what else is drawn after it or before."""
    buffer = BytesIO()
    canvas = Canvas(buffer, pagesize=(700, 300), invariant=1)
    font = registered(Style("Arimo", 12.0))
    for step in (0, 1):
        canvas.saveState()
        canvas.setFont(font, 12)
        if (step == 1) == later:
            more(canvas)
        else:
            for row in range(3):
                canvas.drawString(40, 250 - 20 * row, SEEN)
        canvas.restoreState()
    canvas.save()
    path.write_bytes(buffer.getvalue())
    return read(path).pages[0]


def say(canvas: Canvas) -> None:
    canvas.drawString(40, 100, OTHER)


def white(canvas: Canvas) -> None:
    canvas.setFillGray(1)
    say(canvas)


def white_by_inks(canvas: Canvas) -> None:
    canvas.setFillColorCMYK(0, 0, 0, 0.02)
    say(canvas)


def clear(canvas: Canvas) -> None:
    canvas.setFillAlpha(0)
    say(canvas)


def nearly_clear(canvas: Canvas) -> None:
    canvas.setFillAlpha(0.05)
    say(canvas)


def clipped(canvas: Canvas) -> None:
    path = canvas.beginPath()
    path.rect(600, 10, 20, 20)
    canvas.clipPath(path, stroke=0, fill=0)
    say(canvas)


def covered(canvas: Canvas) -> None:
    say(canvas)
    canvas.setFillGray(1)
    canvas.rect(30, 90, 300, 30, stroke=0, fill=1)


def tiny(canvas: Canvas) -> None:
    canvas.scale(0.1, 0.1)
    canvas.drawString(400, 1000, OTHER)


def in_form(canvas: Canvas) -> None:
    canvas.beginForm("form", 0, 0, 700, 300)
    canvas.setFont(registered(Style("Arimo", 12.0)), 12)
    white(canvas)
    canvas.endForm()
    canvas.doForm("form")


@pytest.mark.parametrize(
    "hide",
    [white, white_by_inks, clear, nearly_clear, clipped, covered, tiny, in_form],
    ids=lambda f: f.__name__,
)
def test_what_nobody_sees_is_left_out_and_told(tmp_path: Path, hide: Callable[[Canvas], None]) -> None:
    page = drawn(tmp_path / "a.pdf", hide)
    assert page.text == "\n".join([SEEN] * 3)
    assert page.verdict == "good"
    assert "words_without_ink" in page.reasons


def on_dark(canvas: Canvas) -> None:
    canvas.setFillColor(Color(0.1, 0.2, 0.5))
    canvas.rect(30, 90, 300, 30, stroke=0, fill=1)
    white(canvas)


def yellow(canvas: Canvas) -> None:
    canvas.setFillColor(Color(1, 1, 0))
    say(canvas)


def veiled(canvas: Canvas) -> None:
    canvas.setFillAlpha(0.4)
    say(canvas)


def within_clip(canvas: Canvas) -> None:
    path = canvas.beginPath()
    path.rect(38, 96, 110, 16)
    canvas.clipPath(path, stroke=0, fill=0)
    say(canvas)


def beside_white(canvas: Canvas) -> None:
    say(canvas)
    canvas.setFillGray(1)
    canvas.rect(30, 40, 300, 30, stroke=0, fill=1)


@pytest.mark.parametrize("later", [True, False])
@pytest.mark.parametrize(
    "show", [say, on_dark, yellow, veiled, within_clip, beside_white], ids=lambda f: f.__name__
)
def test_what_stands_out_is_text(tmp_path: Path, show: Callable[[Canvas], None], later: bool) -> None:
    page = drawn(tmp_path / "a.pdf", show, later=later)
    assert OTHER in page.text.split("\n")
    assert "words_without_ink" not in page.reasons


def test_a_page_of_white_letters_alone_has_no_text(tmp_path: Path) -> None:
    canvas = Canvas(str(tmp_path / "a.pdf"), pagesize=(700, 300), invariant=1)
    canvas.setFont(registered(Style("Arimo", 12.0)), 12)
    white(canvas)
    canvas.save()
    page = read(tmp_path / "a.pdf").pages[0]
    assert (page.text, page.verdict, page.blank) == ("", "none", True)
