"""Office files in fonts of old encodings: their text is written as it is seen, before it is printed.

LibreOffice puts another font in the place of one that it has not, and the PDF then says nothing of the first:
what ``.VnTimeH`` draws as capitals would be small letters. It leaves out soft hyphens, and of TCVN3 these are
the letter ư. So a file that names such a font is made flat XML first, where every font still has its name.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from xml.parsers.expat import ExpatError, ParserCreate

from pipeline.intake.codes import draws_capitals, font_of

_NAME = re.compile(rb"(?:[._ ]\0?)?[Vv]\0?[Nn]\0?(?:[A-Za-z0-9 ._-]\0?){1,40}")
"""What may be such a font's name, in bytes or UTF-16."""
_PARTS = re.compile(r"word/(?:styles|document|header\d*|footer\d*|footnotes)\.xml|(?:content|styles)\.xml")
MOST = 100_000_000
"""Bytes of a file, or of its parts together, that are looked into, and of XML that is rewritten; more are
pictures."""
_PLAIN = ("paragraph", "")
"""The style of paragraphs that have none."""
_DEEPEST = 20
"""Styles that take their font from each other."""


def named(path: Path) -> bool:
    """Whether an office file names a font of an old encoding."""
    return any(
        font_of(found[0].replace(b"\0", b"").decode("ascii").strip())
        for content in _contents(path)
        for found in _NAME.finditer(content)
    )


def _contents(path: Path) -> Iterator[bytes]:
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            left = MOST
            for entry in archive.infolist():
                if _PARTS.fullmatch(entry.filename) and entry.file_size <= left:
                    left -= entry.file_size
                    yield archive.read(entry)
    elif path.stat().st_size <= MOST:
        yield path.read_bytes()


def seen(font: str, text: str) -> str:
    """A text as a font of this name shows it."""
    if known := draws_capitals(font):
        text = known.as_capitals(text)
    known = font_of(font)
    return known.as_printed(text) if known else text


def rewritten(content: bytes) -> bytes:
    """Flat OpenDocument XML with the text of such fonts as it is seen; as it was where it is no XML."""
    walk = _Walk(content)
    parser = ParserCreate()
    parser.StartElementHandler = walk.start
    parser.EndElementHandler = walk.end
    parser.CharacterDataHandler = lambda data: walk.text(data, parser.CurrentByteIndex)
    try:
        parser.Parse(content, True)
    except ExpatError:
        return content
    parts, at = list[bytes](), 0
    for start, old, new in walk.changes:
        parts += [content[at:start], new]
        at = start + len(old)
    return b"".join([*parts, content[at:]])


@dataclass
class _Walk:
    """What was met so far: fonts by their faces, styles' fonts and parents, the open elements' fonts."""

    content: bytes
    faces: dict[str, str] = field(default_factory=dict)
    fonts: dict[tuple[str, str], str] = field(default_factory=dict)
    parents: dict[tuple[str, str], str] = field(default_factory=dict)
    style: tuple[str, str] = ("", "")
    open: list[str] = field(default_factory=lambda: [""])
    changes: list[tuple[int, bytes, bytes]] = field(default_factory=list)

    def start(self, tag: str, told: dict[str, str]) -> None:
        """An element begins: a face, a style or text."""
        current = self.open[-1]
        if tag == "style:font-face":
            self.faces[told.get("style:name", "")] = told.get("svg:font-family", "").strip("'\"")
        elif tag in {"style:style", "style:default-style"}:
            self.style = told.get("style:family", ""), told.get("style:name", "")
            self.parents[self.style] = told.get("style:parent-style-name", "")
        elif tag == "style:text-properties":
            face = told.get("style:font-name", "")
            if font := self.faces.get(face, face) or told.get("fo:font-family", "").strip("'\""):
                self.fonts[self.style] = font
        elif tag in {"text:p", "text:h"}:
            current = self._own("paragraph", told.get("text:style-name", "")) or self.fonts.get(_PLAIN, "")
        elif tag in {"text:span", "text:a"}:
            current = self._own("text", told.get("text:style-name", "")) or current
        self.open.append(current)

    def end(self, tag: str) -> None:
        """An element ends."""
        del tag
        self.open.pop()

    def text(self, data: str, at: int) -> None:
        """Text of an element, from this byte on."""
        raw, shown = data.encode(), seen(self.open[-1], data)
        # an entity stands there otherwise
        if shown != data and self.content[at : at + len(raw)] == raw:
            self.changes.append((at, raw, shown.encode()))

    def _own(self, family: str, name: str) -> str:
        """The font that a style or one of those it is made from has; empty where none has one."""
        for _ in range(_DEEPEST):
            if not name or (family, name) in self.fonts:
                break
            name = self.parents.get((family, name), "")
        return self.fonts.get((family, name), "") if name else ""
