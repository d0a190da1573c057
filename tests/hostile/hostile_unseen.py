"""PDFs that hold figures which nobody sees: none of them may come out."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pikepdf
from hostile_case import Case, born_digital, changed, sentence
from pikepdf import Array, Dictionary, Name, Pdf
from reportlab.pdfgen.canvas import Canvas

UNSEEN = 999
"""Households of the figure that nobody sees."""


def _lines(canvas: Canvas, households: int, top: float) -> None:
    canvas.setFont("Arimo", 12)
    words = sentence(households).split()
    for row in range(0, len(words), 8):
        canvas.drawString(40, top - 2.5 * row, " ".join(words[row : row + 8]))


def _page(
    seen: int, hide: Callable[[Canvas], object], after: Callable[[Canvas], object] | None = None
) -> bytes:
    """A page with a sentence that is seen, and one that is hidden by what is done before it or after."""
    born_digital(1)  # its font is known now
    buffer = BytesIO()
    canvas = Canvas(buffer, pagesize=(420, 595), invariant=1)
    _lines(canvas, seen, 500)
    canvas.saveState()
    hide(canvas)
    _lines(canvas, UNSEEN, 250)
    if after:
        after(canvas)
    canvas.restoreState()
    canvas.save()
    return buffer.getvalue()


def _clipped(canvas: Canvas) -> None:
    path = canvas.beginPath()
    path.rect(0, 0, 9, 9)
    canvas.clipPath(path, stroke=0, fill=0)


def _covered(canvas: Canvas) -> None:
    canvas.setFillGray(1)
    canvas.rect(20, 200, 380, 80, stroke=0, fill=1)


def _tiny(canvas: Canvas) -> None:
    canvas.translate(40, 200)
    canvas.scale(0.1, 0.1)


def _form(pdf: Pdf, move: bytes, group: bool) -> None:
    """The other sentence in a form, moved, and in a layer that is switched off."""
    with pikepdf.open(BytesIO(born_digital(UNSEEN))) as other:
        form = pdf.copy_foreign(other.pages[0].as_form_xobject())
    if group:
        layer = pdf.make_indirect(Dictionary(Type=Name.OCG, Name=pikepdf.String("x")))
        pdf.Root.OCProperties = Dictionary(OCGs=Array([layer]), D=Dictionary(OFF=Array([layer])))
        form.OC = layer
    name = pdf.pages[0].add_resource(form, Name.XObject, prefix="Fx")
    pdf.pages[0].contents_add(pdf.make_stream(b"q 1 0 0 1 %s cm %s Do Q" % (move, str(name).encode())))


def _retold(pdf: Pdf) -> None:
    """The first line tells another number than it draws."""
    told = f"Trong năm 2024, xã đã cho {UNSEEN} hộ".encode("utf-16-be")
    mark = [Name.Span, Dictionary(ActualText=pikepdf.String(b"\xfe\xff" + told))]
    content: list[Any] = list(pikepdf.parse_content_stream(pdf.pages[0]))
    at = next(n for n, found in enumerate(content) if str(found.operator) == "Tj")
    content[at : at + 1] = [
        (mark, pikepdf.Operator("BDC")),
        content[at],
        ([], pikepdf.Operator("EMC")),
    ]
    pdf.pages[0].Contents = pdf.make_stream(pikepdf.unparse_content_stream(content))


def _case(name: str, what: str, seen: int, make: Callable[[], bytes]) -> Case:
    return Case(f"khong-thay/{name}.pdf", what, make, "ok", borrowers=(seen,))


CASES = (
    _case("noi-khac", "a number that the file tells as another (ActualText)", 89,
          lambda: changed(born_digital(89), _retold)),
    _case("chu-trang", "a second figure in white", 81, lambda: _page(81, lambda c: c.setFillGray(1))),
    _case("trong-suot", "a second figure, transparent", 82, lambda: _page(82, lambda c: c.setFillAlpha(0))),
    _case("chu-cat", "a second figure outside its clip", 83, lambda: _page(83, _clipped)),
    _case("chu-che", "a second figure under a white shape", 84, lambda: _page(84, lambda _: None, _covered)),
    _case("chu-nho", "a second figure in letters of one point", 85, lambda: _page(85, _tiny)),
    _case("chu-an", "a second figure in the mode that draws nothing", 86,
          lambda: _page(86, lambda c: setattr(c, "_code", [*c._code, "3 Tr"]))),
    _case("ngoai-trang", "a second figure beside the page", 87,
          lambda: changed(born_digital(87), lambda pdf: _form(pdf, b"2000 0", False))),
    _case("lop-tat", "a second figure in a layer that is switched off", 88,
          lambda: changed(born_digital(88), lambda pdf: _form(pdf, b"0 -300", True))),
)  # fmt: skip
