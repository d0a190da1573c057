"""The invisible text of a page as PDF operators, and its fonts.

A viewer makes a word's box of its font: as wide as the glyphs, as high as the font says that its letters
stand above the baseline, as low as it says that they hang below. Nothing is drawn, so a font may say what is
true of one word. There is a font for each pair of heights that occurs, whose glyphs are all one bar of these
heights; all fonts share one font program, their characters and their map to Unicode. So the words of a line
have one size and one baseline, by which readers know a line, and each has its own box.
"""

from __future__ import annotations

import io
from collections.abc import Iterable
from typing import TYPE_CHECKING

import pikepdf

from pipeline.archive.line import GAP

if TYPE_CHECKING:
    from pipeline.archive.line import Placed
    from pipeline.archive.sheet import Sheet

_UNIT = 1000
_ADVANCE = 500
"""Of every glyph, in thousandths of the size."""
_MOST = 2900
"""Thousandths of the size; poppler takes no more than 3000."""
_BLANK = 1
_CHUNK = 100
"""Characters that one section of a map to Unicode may have."""
_TURNS = {0: (1, 0, 0, 1), 90: (0, 1, -1, 0), 180: (-1, 0, 0, -1), 270: (0, -1, 1, 0)}


class Layer:
    """The text of a document's pages: its fonts are made as its words need them."""

    def __init__(self, pdf: pikepdf.Pdf, pages: Iterable[Sheet]) -> None:
        """Take note of the characters of all pages."""
        found = {
            char for page in pages for line in page["lines"] for word in line["words"] for char in word[0]
        }
        self._codes = {text: code for code, text in enumerate([" ", GAP, *sorted(found - {" "})], _BLANK)}
        self._pdf = pdf
        self._fonts: dict[tuple[int, int], str] = {}
        self.resources = pdf.make_indirect(pikepdf.Dictionary(Font=pikepdf.Dictionary()))
        self._program = pdf.make_stream(b"")
        self._unicode = pdf.make_stream(_to_unicode(self._codes))

    def finish(self) -> None:
        """Write the font program, once all pages are made."""
        self._program.write(_program(self._fonts))

    def content(self, page: Sheet) -> bytes:
        """What shows a page's words, in a form as large as the page as shown."""
        width, height = page["width"], page["height"]
        a, b, c, d = _TURNS[page["turn"]]
        x, y = (width if a + c < 0 else 0), (height if b + d < 0 else 0)
        upright = height if page["turn"] % 180 == 0 else width
        shown = [f"q {a} {b} {c} {d} {x:.2f} {y:.2f} cm BT 3 Tr"]
        shown += [self._word(word, line["size"], upright) for line in page["lines"] for word in line["words"]]
        return "\n".join([*shown, "ET Q\n"]).encode()

    def _word(self, word: Placed, size: float, height: float) -> str:
        text, base, left, top, right, bottom = word
        font = self._font(_thousandths(base - top, size), _thousandths(bottom - base, size))
        letters = [text] if text == GAP else list(text)
        codes = [self._codes[letter] for letter in letters] + [_BLANK]
        stretch = max(right - left, 0.1) / (len(letters) * size * _ADVANCE / _UNIT)
        shown = "".join(f"{code:04X}" for code in codes)
        return f"{font} {size:.2f} Tf {stretch:.4f} 0 0 1 {left:.2f} {height - base:.2f} Tm <{shown}> Tj"

    def _font(self, ascent: int, descent: int) -> str:
        """The name of the font whose letters are that high and that low."""
        key = (ascent, descent)
        if key not in self._fonts:
            self._fonts[key] = f"/H{ascent}-{descent}"
            self.resources.Font[self._fonts[key]] = self._pdf.make_indirect(self._made(ascent, descent))
        return self._fonts[key]

    def _made(self, ascent: int, descent: int) -> pikepdf.Dictionary:
        name = pikepdf.Name.HosoLayer
        glyph = (len(self._fonts)).to_bytes(2)
        described = pikepdf.Dictionary(
            Type=pikepdf.Name.FontDescriptor,
            FontName=name,
            Flags=4,
            FontBBox=[0, -descent, _ADVANCE, ascent],
            ItalicAngle=0,
            Ascent=ascent,
            Descent=-descent,
            CapHeight=ascent,
            StemV=80,
            FontFile2=self._program,
        )
        descendant = pikepdf.Dictionary(
            Type=pikepdf.Name.Font,
            Subtype=pikepdf.Name.CIDFontType2,
            BaseFont=name,
            CIDSystemInfo=pikepdf.Dictionary(Registry="Adobe", Ordering="Identity", Supplement=0),
            FontDescriptor=self._pdf.make_indirect(described),
            DW=_ADVANCE,
            CIDToGIDMap=self._pdf.make_stream(b"\0\0" + glyph * len(self._codes)),
        )
        return pikepdf.Dictionary(
            Type=pikepdf.Name.Font,
            Subtype=pikepdf.Name.Type0,
            BaseFont=name,
            Encoding=pikepdf.Name("/Identity-H"),
            DescendantFonts=[self._pdf.make_indirect(descendant)],
            ToUnicode=self._unicode,
        )


def _thousandths(height: float, size: float) -> int:
    """A height as a font tells it; never 0, for which readers put a height of their own."""
    return min(max(round(height / size * _UNIT), 1), _MOST)


def _to_unicode(codes: dict[str, int]) -> bytes:
    rows = [f"<{code:04X}> <{text.encode('utf-16-be').hex().upper()}>" for text, code in codes.items()]
    parts = [rows[i : i + _CHUNK] for i in range(0, len(rows), _CHUNK)]
    mapped = "\n".join(f"{len(part)} beginbfchar\n" + "\n".join(part) + "\nendbfchar" for part in parts)
    return (
        "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n"
        "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n"
        "/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n"
        "1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n"
        f"{mapped}\nendcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n"
    ).encode()


def _program(heights: Iterable[tuple[int, int]]) -> bytes:
    """A TrueType font of a bar for each pair of heights above and below the baseline, from glyph 1 on."""
    from fontTools.fontBuilder import FontBuilder
    from fontTools.pens.ttGlyphPen import TTGlyphPen
    from fontTools.ttLib.tables._g_l_y_f import Glyph

    glyphs = {".notdef": Glyph()}
    for ascent, descent in heights:
        pen = TTGlyphPen(None)
        pen.moveTo((0, -descent))
        for corner in ((0, ascent), (_ADVANCE, ascent), (_ADVANCE, -descent)):
            pen.lineTo(corner)
        pen.closePath()
        glyphs[f"bar{len(glyphs)}"] = pen.glyph()
    made = FontBuilder(_UNIT, isTTF=True)
    made.setupGlyphOrder(list(glyphs))
    made.setupCharacterMap({})
    made.setupGlyf(glyphs)
    made.setupHorizontalMetrics(dict.fromkeys(glyphs, (_ADVANCE, 0)))
    made.setupHorizontalHeader(ascent=800, descent=-200)
    made.setupNameTable({"familyName": "HosoLayer", "styleName": "Regular", "psName": "HosoLayer"})
    made.setupOS2(sTypoAscender=800, sTypoDescender=-200)
    made.setupPost(keepGlyphNames=False)
    # no date of the run
    made.updateHead(created=0, modified=0)
    made.font.recalcTimestamp = False
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()
