"""Text that a PDF tells instead of its letters is not believed."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from pikepdf import Dictionary, Name, Operator
from reportlab.pdfgen.canvas import Canvas

from pipeline import read
from samples.pdf import registered
from training.render import Style

LINES = ["Ủy ban nhân dân xã báo cáo kết quả công tác giảm nghèo,", "toàn xã có 35 hộ nghèo được vay vốn."]


def drawn() -> pikepdf.Pdf:
    buffer = BytesIO()
    canvas = Canvas(buffer, pagesize=(500, 300), invariant=1)
    canvas.setFont(registered(Style("Arimo", 12.0)), 12)
    for row, line in enumerate(LINES):
        canvas.drawString(40, 250 - 20 * row, line)
    canvas.save()
    return pikepdf.open(buffer)


def marked(stream: pikepdf.Page | pikepdf.Object, properties: pikepdf.Object) -> bytes:
    """A stream whose texts are all marked so."""
    content: list[Any] = []
    for found in pikepdf.parse_content_stream(stream):
        is_text = str(found.operator) == "Tj"
        content += [([Name.Span, properties], Operator("BDC"))] * is_text + [found]
        content += [([], Operator("EMC"))] * is_text
    return pikepdf.unparse_content_stream(content)


@pytest.mark.parametrize("place", ["page", "named", "form"])
def test_what_is_drawn_is_read(tmp_path: Path, place: str) -> None:
    told = Dictionary(ActualText=pikepdf.String("999"))
    with drawn() as pdf:
        page = pdf.pages[0]
        if place == "form":
            form = page.as_form_xobject()
            form.write(marked(form, told))
            name = page.add_resource(form, Name.XObject, prefix="Fx")
            page.Contents = pdf.make_stream(f"{name} Do".encode())
        else:
            named = page.add_resource(told, Name.Properties, prefix="Pr") if place == "named" else told
            page.Contents = pdf.make_stream(marked(page, named))
        pdf.save(tmp_path / "a.pdf")
    found = read(tmp_path / "a.pdf").pages[0]
    assert (found.text, found.verdict) == ("\n".join(LINES), "good")


def test_other_marks_change_nothing(tmp_path: Path) -> None:
    with drawn() as pdf:
        pdf.pages[0].Contents = pdf.make_stream(marked(pdf.pages[0], Dictionary(MCID=0)))
        pdf.save(tmp_path / "a.pdf")
    assert read(tmp_path / "a.pdf").pages[0].text == "\n".join(LINES)
