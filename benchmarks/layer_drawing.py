"""Pages as scanned, and with fonts whose maps are spoiled: what layered pages are made of."""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import numpy as np
import pikepdf
from PIL import Image
from rapidfuzz.distance import Levenshtein
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from benchmarks.layer_forms import Source, Spot, spots
from benchmarks.shared import ROOT
from pipeline.model import Box
from samples.pdf import registered
from training.degrade import PROFILES, degrade
from training.layout import Composer
from training.pages import varied
from training.render import Sheet, Style, Text, paint

WORK = ROOT / "build" / "bench" / "intake"

STAMPS = (
    ("Ký bởi: UBND huyện Lạc Khuông", "Cơ quan: Tỉnh Sơn Trà", "Thời gian ký: 24/01/2025 14:23:43"),
    ("Người ký: Trần Văn Bình", "Email: vanthu@lackhuong.gov.vn", "Cơ quan: Văn phòng UBND tỉnh",
     "Thời gian ký: 05.03.2024 08:12:30 +07:00"),
    ("Digitally signed by SỞ LAO ĐỘNG", "Date: 2024.03.05 08:12:30 +07:00"),
    ("SAO Y; UBND XÃ TÂN KHUÊ; 20/02/2025; 10:47:25 +07:00",),
    ("VĂN THƯ UBND TỈNH", "vanthu@sontra.gov.vn", "12.06.2023 09:01:02 +07:00"),
    ("Ký bởi: Ủy ban nhân dân xã Bình Nghệ",),
    ("Chữ ký số của: PHÒNG LAO ĐỘNG HUYỆN", "Ngày ký: 11/11/2022 16:40:00"),
    ("Signature Valid", "Ký bởi: NGUYỄN THỊ HÒA", "Ký ngày: 02-04-2021 10:20:11",
     "Lý do: Tôi phê duyệt văn bản này", "Nơi ký: Huyện Lạc Khuông"),
)  # fmt: skip
"""What signing software draws over scans; the words are ours."""


# ---- pages as scanned -------------------------------------------------------------------------


@dataclass(frozen=True)
class Scan:
    """A page image and its resolution."""

    image: Image.Image
    dpi: int


def scan(page: Sheet, source: Source, rng: np.random.Generator) -> Scan:
    """A sheet through printer and scanner."""
    dpi = int(rng.choice(source.manner.resolutions))
    damage = source.manner.damages[int(rng.integers(len(source.manner.damages)))]
    return Scan(degrade(paint(page, dpi), rng, varied(PROFILES[damage], rng), dpi), dpi)


def read(found: Scan, language: str) -> list[Spot]:
    """What Tesseract reads, word by word; kept, for it takes long."""
    mark = hashlib.sha256(found.image.tobytes() + f"{found.dpi} {language}".encode()).hexdigest()[:16]
    kept = WORK / "read" / f"{mark}.json"
    if not kept.exists():
        kept.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "page.pgm"
            found.image.convert("L").save(path)
            command = ["tesseract", str(path), "-", "-l", language, "--dpi", str(found.dpi), "tsv"]
            run = subprocess.run(
                command,
                check=True,
                capture_output=True,
                timeout=120,
                env={"OMP_THREAD_LIMIT": "1", "PATH": "/usr/bin:/usr/local/bin"},
            )
        kept.write_text(json.dumps(run.stdout.decode("utf-8", "replace")), encoding="utf-8")
    scale, words = 72 / found.dpi, []
    for row in json.loads(kept.read_text(encoding="utf-8")).split("\n")[1:]:
        cells = row.split("\t")
        if len(cells) == 12 and cells[0] == "5" and cells[11].strip():
            x, y, w, h = (float(cell) * scale for cell in cells[6:10])
            words.append((cells[11].strip(), Box(x, y, x + w, y + h)))
    return words


def right(layer: Sequence[Spot], page: Sheet) -> float:
    """The share of a page's words that its layer has right, by the best alignment."""
    wanted, got = [w for w, _ in spots(page)], [w for w, _ in layer]
    wanted.sort(), got.sort()  # reading order is no matter here
    return 1 - Levenshtein.distance(wanted, got) / max(len(wanted), len(got), 1)


def scanned_pdf(
    found: Scan, layer: Sequence[Spot] = (), *, under: bool = False, page: Sheet | None = None
) -> bytes:
    """A page image with a hidden layer: text mode 3 over the image, or text ``under`` it.

    Args:
        found: the page image.
        layer: the hidden words.
        under: whether the words are drawn before the image, which then hides them.
        page: words that are drawn to be seen, over the image.
    """
    width, height = found.image.width * 72 / found.dpi, found.image.height * 72 / found.dpi
    buffer, jpeg = BytesIO(), BytesIO()
    found.image.convert("L").save(jpeg, "JPEG", quality=70)
    canvas = Canvas(buffer, pagesize=(width, height), invariant=1, pageCompression=1)
    if not under:
        canvas.drawImage(ImageReader(jpeg), 0, 0, width, height)
    text = canvas.beginText(0, 0)
    text.setTextRenderMode(0 if under else 3)
    style = Style("DejaVu Serif", 10.0)
    for word, box in layer:
        size = max(box.y1 - box.y0, 1.0) / 1.1
        natural = style.width(word) * size / style.size
        text.setFont(registered(style), size)
        text.setHorizScale(100 * (box.x1 - box.x0) / max(natural, 0.1))
        text.setTextOrigin(box.x0, height - box.y1 + 0.2 * size)
        text.textOut(word)
    # the mode outlives the text object
    canvas.saveState()
    canvas.drawText(text)
    canvas.restoreState()
    if under:
        canvas.drawImage(ImageReader(jpeg), 0, 0, width, height)
    for item in page.texts if page else []:
        canvas.setFont(registered(item.style), item.style.size)
        canvas.drawString(item.x, height - item.y, item.text)
    canvas.save()
    return buffer.getvalue()


def stamp(rng: np.random.Generator, width: float) -> Sheet:
    """A signature's lines, at one of the corners."""
    lines = STAMPS[int(rng.integers(len(STAMPS)))]
    style = Style("Arimo", float(rng.choice([6.5, 8.0, 9.0])))
    x, y = (width - 200.0, 24.0) if rng.random() < 0.6 else (330.0, 560.0)
    composer = Composer(style)
    composer.sheet.texts = [Text(x, y + i * 1.3 * style.size, line, style) for i, line in enumerate(lines)]
    return composer.sheet


# ---- fonts with another map ---------------------------------------------------------------------


_MAPPED = re.compile(r"^(<[0-9A-F]{2}>) <([0-9A-F]{4,8})>$", re.MULTILINE)


def _letter(code: str) -> str:
    return bytes.fromhex(code).decode("utf-16-be")


def _hex(text: str) -> str:
    return text.encode("utf-16-be").hex().upper()


def _spoilt(told: bytes, change: Callable[[str], str]) -> bytes:
    """A font's map with other letters in it."""
    text = told.decode("ascii")
    return _MAPPED.sub(lambda m: f"{m[1]} <{_hex(change(_letter(m[2])))}>", text).encode()


def remapped(data: bytes, change: Callable[[str], str] | None, bold: bool | None = None) -> bytes:
    """A born-digital PDF whose fonts say that their glyphs are other letters than are seen.

    Args:
        data: a PDF of ``born_digital``.
        change: what a letter becomes; None takes the maps away.
        bold: change bold faces alone, or the others alone.
    """
    with pikepdf.open(BytesIO(data)) as document:
        done = set()
        for font in document.pages[0].Resources.Font.values():
            chosen = bold is None or ("Bold" in str(font.BaseFont)) == bold
            if not chosen or "/ToUnicode" not in font or font.objgen in done:
                continue
            done.add(font.objgen)
            if change is None:
                del font["/ToUnicode"]
                continue
            font.ToUnicode = document.make_stream(_spoilt(font.ToUnicode.read_bytes(), change))
        buffer = BytesIO()
        document.save(buffer, deterministic_id=True)
    return buffer.getvalue()


def _private(letter: str) -> str:
    return letter if letter == " " else chr(0xE000 + ord(letter) % 0x1800)


def _shifted(letter: str) -> str:
    return (
        letter
        if letter == " "
        else chr(max(1, ord(letter) - 29))
        if ord(letter) < 0x80
        else chr(0xA1 + ord(letter) % 0x5E)
    )


def _unknown(letter: str) -> str:
    return letter if letter == " " else "\ufffd"


def _marks_private(letter: str) -> str:
    return letter if ord(letter) < 0x80 else _private(letter)


def _marks_gone(letter: str) -> str:
    return letter if ord(letter) < 0x80 else " "


def _permuted(letter: str) -> str:
    """Letters and digits stand for others."""
    for alphabet in ("abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "0123456789"):
        if letter in alphabet:
            return alphabet[(7 * alphabet.index(letter) + 3) % len(alphabet)]
    return letter if letter == " " or not letter.isalpha() else "aeiouy"[ord(letter) % 6]


BROKEN: dict[str, Callable[[str], str] | None] = {
    "private": _private, "shifted": _shifted, "unknown": _unknown, "marks-private": _marks_private,
    "marks-gone": _marks_gone, "permuted": _permuted, "no-map": None,
}  # fmt: skip
