"""PDFs that would keep a program busy for ever, or fill its memory."""

from __future__ import annotations

import zlib
from collections.abc import Callable

from hostile_case import Case, born_digital, changed, one_page, pdf_of, plain, stream, zeros
from pikepdf import Array, Dictionary, Name, Object, Pdf

_FORM = b"/Type /XObject /Subtype /Form /BBox [0 0 420 595]"
_BOMB = zeros(3_000_000_000, 2, 32)


def _fan(width: int, depth: int) -> bytes:
    """Forms that each draw the next one ``width`` times: a page of width ** depth drawings."""
    forms = {}
    for level in range(depth):
        inner = b"/F Do\n" * width if level + 1 < depth else b"0 0 1 1 re f\n"
        resources = b"/Resources << /XObject << /F %d 0 R >> >>" % (6 + level)
        forms[5 + level] = stream(inner, _FORM + resources)
    return one_page(b"/F Do\n" * width, b"/XObject << /F 5 0 R >>", b"", forms)


def _forms(*targets: int) -> bytes:
    """Forms from object 5 on, each drawing the object that ``targets`` names."""
    forms = {
        5 + at: stream(b"/F Do", _FORM + b"/Resources << /XObject << /F %d 0 R >> >>" % target)
        for at, target in enumerate(targets)
    }
    return one_page(b"/F Do", b"/XObject << /F 5 0 R >>", b"", forms)


def _tiling_loop() -> bytes:
    entries = b"/Type /Pattern /PatternType 1 /PaintType 1 /TilingType 1 /BBox [0 0 9 9] /XStep 9 /YStep 9 "
    paint = b"/Pattern cs /P scn 0 0 420 595 re f"
    own = b"/Resources << /Pattern << /P 5 0 R >> >>"
    return one_page(paint, b"/Pattern << /P 5 0 R >>", b"", {5: stream(paint, entries + own)})


def _tiny_tiles() -> bytes:
    entries = b"/Type /Pattern /PatternType 1 /PaintType 1 /TilingType 1 /BBox [0 0 1 1]"
    steps = b"/XStep 0.0001 /YStep 0.0001 /Resources << >>"
    paint = b"/Pattern cs /P scn 0 0 420 595 re f"
    tile = stream(b"0 0 1 1 re f", entries + steps)
    return one_page(paint, b"/Pattern << /P 5 0 R >>", b"", {5: tile})


def _type3_loop() -> bytes:
    glyph = b"1000 0 d0 BT /F 10 Tf (a) Tj ET"
    font = (
        b"<< /Type /Font /Subtype /Type3 /FontBBox [0 0 9 9] /FontMatrix [.001 0 0 .001 0 0] /FirstChar 97 "
        b"/LastChar 97 /Widths [1000] /Encoding << /Differences [97 /a] >> /CharProcs << /a 6 0 R >> "
        b"/Resources << /Font << /F 5 0 R >> >> >>"
    )
    text = b"BT /F 12 Tf 40 500 Td (aaaa) Tj ET"
    return one_page(text, b"/Font << /F 5 0 R >>", b"", {5: font, 6: stream(glyph)})


def _fonts(change: Callable[[Object, Pdf], object]) -> bytes:
    """Text whose fonts are spoiled: every font of the page is given to ``change``."""

    def spoil(pdf: Pdf) -> None:
        for font in pdf.pages[0].Resources.Font.values():
            if "/ToUnicode" in font:
                change(font, pdf)

    return changed(born_digital(31, prose=True), spoil)


def _cmap(text: bytes) -> bytes:
    return _fonts(lambda font, pdf: font.__setattr__("ToUnicode", pdf.make_stream(text)))


def _contents(data: bytes, filters: list[Name]) -> bytes:
    """Three pages, the second of which has this content."""

    def change(pdf: Pdf) -> None:
        bomb = pdf.make_stream(b"")
        bomb.write(data, filter=filters)
        pdf.pages[1].obj.Contents = bomb

    return changed(born_digital(41, 42, 43), change)


def _in_streams(what: bytes, content: bytes) -> bytes:
    """A file with a stream that qpdf and poppler open by themselves: of objects, or of the xref table."""
    data = b"%PDF-1.7\n" + b"\n".join(b"%d 0 obj\n%s\nendobj" % pair for pair in plain().items())
    packed = len(data)
    length = b"/Length %d /Filter /FlateDecode" % len(content)
    if what == b"ObjStm":
        entries = b"/Type /ObjStm /N 1 /First 4 /Extends 9 0 R"
        data += b"\n9 0 obj\n<< %s %s >>\nstream\n%s\nendstream\nendobj" % (entries, length, content)
        table = b"".join(bytes([2, 0, 0, 0, 9, 0]) for _ in range(4)) + bytes(30)
        table += bytes([1]) + packed.to_bytes(4, "big") + bytes(1)
        content = zlib.compress(table)
    start = len(data) + 1
    entries = b"/Type /XRef /Root 1 0 R /W [1 4 1] /Size %d" % (10 if what == b"ObjStm" else 400_000_000)
    data += b"\n8 0 obj\n<< %s /Length %d /Filter /FlateDecode >>\nstream\n" % (entries, len(content))
    return data + content + b"\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n" % start


def _nested(opening: bytes, closing: bytes, depth: int = 200_000) -> bytes:
    objects = plain()
    objects[4] = opening * depth + closing * depth
    return pdf_of(objects | {3: objects[3][:-2] + b"/Annots 4 0 R >>"})


def _mixed() -> bytes:
    def change(pdf: Pdf) -> None:
        pages = pdf.pages
        pages[1].obj.Contents = pdf.make_stream(b"")
        pages[1].obj.Contents.write(zeros(3_000_000_000, 2, 32), filter=[Name.FlateDecode] * 2)
        pages[3].obj.MediaBox = Array([0, 0, 14_000_000, 14_000_000])
        pages[5].obj.Contents = Dictionary(Type=Name.Font)

    return changed(born_digital(51, 52, 53, 54, 55, 56, 57), change)


CASES = (
    Case("pdf/form-vong.pdf", "a form that draws itself", lambda: _forms(5), "ok"),
    Case("pdf/form-vong-3.pdf", "three forms that draw each other", lambda: _forms(6, 7, 5), "ok"),
    Case(
        "pdf/form-quat.pdf",
        "forms in forms: 40 to the power of 9 drawings",
        lambda: _fan(40, 9),
        codes=("timeout",),
        quick=False,
    ),
    Case(
        "pdf/form-quat-5.pdf",
        "forms in forms: 100 to the power of 4 drawings",
        lambda: _fan(100, 4),
        codes=("timeout",),
        quick=False,
    ),
    Case("pdf/hoa-van-vong.pdf", "a tiling pattern painted with itself", _tiling_loop, "ok"),
    Case(
        "pdf/hoa-van-nho.pdf",
        "a tiling pattern with steps of a 10,000th of a point",
        _tiny_tiles,
        codes=("timeout",),
        quick=False,
    ),
    Case("pdf/type3-vong.pdf", "a Type 3 font whose letter is written in itself", _type3_loop, "ok"),
    Case(
        "pdf/cmap-rac.pdf",
        "fonts with noise for a ToUnicode map: read from its picture",
        lambda: _cmap(bytes(range(256)) * 20),
        "ok",
        borrowers=(31,),
    ),
    Case(
        "pdf/cmap-dai.pdf",
        "fonts with a ToUnicode map of 4 billion codes",
        lambda: _cmap(b"1 beginbfrange <00000000> <FFFFFFFF> <0041> endbfrange " * 2000),
        "ok",
        borrowers=(31,),
        quick=False,
    ),
    Case(
        "pdf/cmap-vong.pdf",
        "fonts with a ToUnicode map that uses itself",
        lambda: _fonts(lambda f, _: f.ToUnicode.__setattr__("UseCMap", f.ToUnicode)),
        "ok",
        borrowers=(31,),
    ),
    Case(
        "pdf/thieu-font.pdf",
        "text in fonts that the file has not",
        lambda: one_page(
            b"BT /F 12 Tf 40 500 Td (xa cho 37 ho ngheo vay von) Tj ET", b"/Font << /F 99 0 R >>"
        ),
        "ok",
    ),
    Case(
        "pdf/font-rac.pdf",
        "fonts whose files are noise: the text layer is good all the same",
        lambda: _fonts(
            lambda f, pdf: f.FontDescriptor.__setattr__("FontFile2", pdf.make_stream(b"\0\1\2" * 999))
        ),
        "ok",
        borrowers=(31,),
    ),
    Case(
        "pdf/bom-noi-dung.pdf",
        "the second of three pages unpacks to 3 GB",
        lambda: _contents(_BOMB, [Name.FlateDecode] * 2),
        "partial",
        ("limit",),
        (41, 43),
    ),
    Case(
        "pdf/bom-kieu-khac.pdf",
        "the second of three pages has a content that passes through 1,000 filters",
        lambda: _contents(b"x", [Name.ASCIIHexDecode] * 1000),
        "ok",
        borrowers=(41, 43),
    ),
    Case(
        "pdf/bom-objstm.pdf",
        "a stream of objects that unpacks to 2 GB, and extends itself",
        lambda: _in_streams(b"ObjStm", zeros(2_000_000_000)),
        codes=("damaged",),
        quick=False,
    ),
    Case(
        "pdf/bom-xref.pdf",
        "an xref stream that unpacks to 2 GB",
        lambda: _in_streams(b"XRef", zeros(2_000_000_000)),
        codes=("damaged",),
        quick=False,
    ),
    Case(
        "pdf/noi-dung-lap.pdf",
        "a page whose content is the same stream 100,000 times",
        lambda: pdf_of(
            {
                **plain(),
                3: b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 420 595] /Contents [%s] >>"
                % (b"4 0 R " * 100_000),
                4: stream(b"q Q "),
            }
        ),
        "ok",
        quick=False,
    ),
    Case(
        "pdf/mat-na-vong.pdf",
        "a soft mask that is masked by itself",
        lambda: one_page(
            b"/G gs 0 0 420 595 re f",
            b"/ExtGState << /G 5 0 R >>",
            more={
                5: b"<< /SMask << /S /Luminosity /G 6 0 R >> >>",
                6: stream(
                    b"/G gs 0 0 420 595 re f",
                    b"/Type /XObject /Subtype /Form /BBox [0 0 420 595] /Group << /S /Transparency /CS "
                    b"/DeviceGray >> /Resources << /ExtGState << /G 5 0 R >> >>",
                ),
            },
        ),
        codes=("damaged",),
        quick=False,
    ),
    Case("pdf/long-mang.pdf", "200,000 arrays in each other", lambda: _nested(b"[", b"]"), "ok"),
    Case(
        "pdf/long-tu-dien.pdf",
        "200,000 dictionaries in each other",
        lambda: _nested(b"<</A ", b">>"),
        codes=("damaged",),
    ),
    Case(
        "pdf/long-noi-dung.pdf",
        "a content of 500,000 arrays in each other",
        lambda: one_page(b"[" * 500_000),
        "ok",
    ),
    Case(
        "pdf/q-nhieu.pdf",
        "a content that saves its state 2,000,000 times",
        lambda: one_page(b"q " * 2_000_000),
        codes=("limit",),
        quick=False,
    ),
    Case(
        "pdf/tron.pdf",
        "of seven pages the second unpacks to 3 GB, the fourth is 5 km wide and empty of sense, "
        "the sixth has a font for a content",
        _mixed,
        "partial",
        ("limit", "damaged"),
        (51, 53, 54, 55, 57),
    ),
)
