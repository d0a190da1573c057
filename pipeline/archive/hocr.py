"""hOCR: the words as XHTML, boxes in pixels of the page's own resolution.

The elements are those of the hOCR 1.2 standard: pages, areas, paragraphs, lines, words. A word carries its
confidence as ``x_wconf`` in per cent; what has none, as the words of a born-digital page, carries nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pipeline
from pipeline.archive.words import Block, PlacedPage, TextLine
from pipeline.archive.xml import xml
from pipeline.model import Box

_DPI = 300
"""Resolution of pages that have none, as born-digital ones."""
_HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" \
"http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">
<html xmlns="http://www.w3.org/1999/xhtml" xml:lang="vi" lang="vi">
<head>
<title>{title}</title>
<meta http-equiv="Content-Type" content="text/html; charset=utf-8"/>
<meta name="ocr-system" content="hoso {version}"/>
<meta name="ocr-capabilities" content="ocr_page ocr_carea ocr_par ocr_line ocrx_word ocrp_wconf ocrp_lang"/>
<meta name="ocr-langs" content="vi"/>
<meta name="ocr-scripts" content="Latn"/>
<meta name="ocr-number-of-pages" content="{pages}"/>
</head>
<body>
"""


def document(name: str, count: int, pages: Iterable[PlacedPage]) -> Iterator[str]:
    """A document's hOCR file, page by page.

    Args:
        name: of the source file.
        count: how many pages it has; those that could not be read have no element.
        pages: those that could.
    """
    yield _HEAD.format(title=xml(name), version=pipeline.__version__, pages=count)
    for page in pages:
        yield _page(page, name)
    yield "</body>\n</html>\n"


def _page(page: PlacedPage, name: str) -> str:
    dpi = page.dpi or _DPI
    # a quote would end the name, and readers take a semicolon for the end of it
    image = xml(name.translate({ord(c): f"%{ord(c):02X}" for c in '%";'}))
    sheet = _pixels(Box(0, 0, page.width, page.height), dpi)
    title = f"image &quot;{image}&quot;; {sheet}; ppageno {page.number - 1}; scan_res {dpi} {dpi}"
    lines = [f'<div class="ocr_page" id="page_{page.number}" title="{title}">\n']
    for i, block in enumerate(page.blocks, 1):
        lines += _block(block, f"{page.number}_{i}", dpi, page.turn)
    lines.append("</div>\n")
    return "".join(lines)


def _block(block: Block, name: str, dpi: int, turn: int) -> Iterator[str]:
    box = _pixels(block.box, dpi)
    yield f'<div class="ocr_carea" id="block_{name}" title="{box}">\n'
    yield f'<p class="ocr_par" id="par_{name}" lang="vi" title="{box}">\n'
    for i, line in enumerate(block.lines, 1):
        yield _line(line, f"{name}_{i}", dpi, turn)
    yield "</p>\n</div>\n"


def _line(line: TextLine, name: str, dpi: int, turn: int) -> str:
    # textangle counts against the clock: a page to be turned by 90° with it has lines that run upwards
    angle = f"; textangle {turn}" if turn else ""
    words = []
    for i, word in enumerate(line.words, 1):
        sure = "" if word.confidence is None else f"; x_wconf {round(100 * word.confidence)}"
        title = f"{_pixels(word.box, dpi)}{sure}"
        words.append(f'<span class="ocrx_word" id="word_{name}_{i}" title="{title}">{xml(word.text)}</span>')
    spans = " ".join(words)
    return f'<span class="ocr_line" id="line_{name}" title="{_pixels(line.box, dpi)}{angle}">{spans}</span>\n'


def _pixels(box: Box, dpi: int) -> str:
    sides = (max(0, round(side * dpi / 72)) for side in (box.x0, box.y0, box.x1, box.y1))
    return "bbox " + " ".join(map(str, sides))
