"""ALTO XML 4: the words with boxes in 1/1200 inch, each with its confidence and, where changed, as read.

A box of ALTO is a corner and a size. ``WC`` is a word's confidence (0-1); ``ALTERNATIVE`` keeps what OCR read
where restoration changed it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pipeline
from pipeline.archive.words import Block, PlacedPage, PlacedWord, TextLine
from pipeline.archive.xml import xml
from pipeline.model import Box

_UNITS = 1200 / 72
_HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<alto xmlns="http://www.loc.gov/standards/alto/ns-v4#" \
xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" \
xsi:schemaLocation="http://www.loc.gov/standards/alto/ns-v4# \
http://www.loc.gov/standards/alto/v4/alto-4-2.xsd" SCHEMAVERSION="4.2">
<Description>
<MeasurementUnit>inch1200</MeasurementUnit>
<sourceImageInformation>
<fileName>{name}</fileName>
<fileIdentifier>{identifier}</fileIdentifier>
</sourceImageInformation>
<Processing ID="hoso">
<processingStepDescription>text recognition and restoration</processingStepDescription>
<processingSoftware>
<softwareName>hoso</softwareName>
<softwareVersion>{version}</softwareVersion>
</processingSoftware>
</Processing>
</Description>
<Layout>
"""


def document(name: str, doc_id: str, pages: Iterable[PlacedPage]) -> Iterator[str]:
    """A document's ALTO file, page by page.

    Args:
        name: of the source file.
        doc_id: its identity by content.
        pages: those that could be read.
    """
    yield _HEAD.format(name=xml(name), identifier=xml(doc_id), version=pipeline.__version__)
    for page in pages:
        yield _page(page)
    yield "</Layout>\n</alto>\n"


def _page(page: PlacedPage) -> str:
    size = f'HEIGHT="{_units(page.height)}" WIDTH="{_units(page.width)}"'
    parts = [f'<Page ID="page_{page.number}" PHYSICAL_IMG_NR="{page.number}" {size} PROCESSINGREFS="hoso">\n']
    parts.append(f'<PrintSpace {size} HPOS="0" VPOS="0">\n')
    for i, block in enumerate(page.blocks, 1):
        parts += _block(block, f"{page.number}_{i}", page.turn)
    parts.append("</PrintSpace>\n</Page>\n")
    return "".join(parts)


def _block(block: Block, name: str, turn: int) -> Iterator[str]:
    rotation = f' ROTATION="{turn}"' if turn else ""
    yield f'<TextBlock ID="block_{name}" {_place(block.box)}{rotation} LANG="vi">\n'
    for i, line in enumerate(block.lines, 1):
        yield _line(line, f"{name}_{i}")
    yield "</TextBlock>\n"


def _line(line: TextLine, name: str) -> str:
    words = "<SP/>".join(_word(word, f"{name}_{i}") for i, word in enumerate(line.words, 1))
    return f'<TextLine ID="line_{name}" {_place(line.box)}>{words}</TextLine>\n'


def _word(word: PlacedWord, name: str) -> str:
    sure = "" if word.confidence is None else f' WC="{word.confidence:.2f}"'
    start = f'<String ID="word_{name}" CONTENT="{xml(word.text)}" {_place(word.box)}{sure}'
    if word.raw == word.text:
        return f"{start}/>"
    return f'{start}><ALTERNATIVE PURPOSE="as read">{xml(word.raw)}</ALTERNATIVE></String>'


def _place(box: Box) -> str:
    x, y = _units(box.x0), _units(box.y0)
    return f'HPOS="{x}" VPOS="{y}" WIDTH="{_units(box.x1) - x}" HEIGHT="{_units(box.y1) - y}"'


def _units(points: float) -> int:
    return max(0, round(points * _UNITS))
