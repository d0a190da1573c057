"""Pages as printed, as scanned, and with fonts whose maps are spoiled: what layered pages are made of."""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path

import numpy as np
import pikepdf
from PIL import Image
from rapidfuzz.distance import Levenshtein
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from benchmarks import spoiled
from benchmarks.shared import ROOT
from pipeline.model import Box
from samples.pdf import registered
from training.degrade import PROFILES, degrade
from training.layout import Cell, Composer
from training.pages import varied
from training.render import Sheet, Style, Text, paint

WORK = ROOT / "build" / "bench" / "intake"
FORMS = ("prose", "head", "table", "short", "list", "cover", "scant")
FONTS = ("Tinos", "Noto Serif", "Arimo", "DejaVu Serif", "TeX Gyre Termes")
"""The last has outlines that our writer of born-digital pages does not take: for scans alone."""
SIZES = (11.0, 12.0, 13.0, 14.0)
RESOLUTIONS = (150, 200, 200, 300)
DAMAGES = ("clean", "office", "office")

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
SCANT = (
    "PHỤ LỤC I",
    "Biểu số 02/GN",
    "Trang 4",
    "- 3 -",
    "(Còn tiếp)",
    "PHẦN THỨ HAI",
    "Mẫu số 05",
    "Kèm theo Quyết định",
)


Spot = tuple[str, Box]
"""A word of a layer and its place in points."""


@dataclass(frozen=True)
class Source:
    """What pages are drawn from: paragraphs, foreign paragraphs, and the seed of all chance."""

    texts: Sequence[str]
    foreign: Sequence[str]
    seed: int

    def rng(self, *what: int) -> np.random.Generator:
        """Chance of its own for each page."""
        return np.random.default_rng([self.seed, *what])


# ---- pages as printed -------------------------------------------------------------------------


def sheet(source: Source, form: str, rng: np.random.Generator, *, scanned: bool = True) -> Sheet:
    """One page of a form, its text, face and size by chance."""
    family = FONTS[int(rng.integers(len(FONTS) - (not scanned)))]
    composer = Composer(Style(family, float(rng.choice(SIZES))), numbered=False)
    text = Prose(source.texts, rng)
    if form == "head":
        composer.head(
            ["UBND HUYỆN LẠC KHUÔNG", "XÃ TÂN KHUÊ"], "Số: 52/BC-UBND", "Tân Khuê, ngày 31 tháng 7 năm 2024"
        )
        composer.title(["BÁO CÁO", "Kết quả thực hiện công tác giảm nghèo"])
    if form in {"prose", "head"}:
        while len(composer.sheets) == 1:
            if rng.random() < 0.3:
                composer.paragraph(f"{rng.integers(1, 9)}. {text.words(6)}", bold=True)
            composer.paragraph(text.paragraph())
    elif form == "table":
        _table(composer, rng)
        composer.paragraph(text.words(int(rng.integers(12, 60))))
    elif form == "short":
        composer.paragraph(text.words(int(rng.integers(15, 50))))
        composer.signature(["- Như trên;", "- Lưu: VT."], ["TM. ỦY BAN NHÂN DÂN", "CHỦ TỊCH"], "Lò Văn Sáng")
    elif form == "list":
        composer.paragraph(text.words(8), bold=True)
        for _ in range(int(rng.integers(4, 14))):
            composer.paragraph(f"- {text.words(int(rng.integers(4, 12)))}: {rng.integers(2, 900)} hộ;")
    elif form == "cover":
        composer.space(180)
        composer.style = composer.style.but(size=20.0)
        composer.centred(f"ĐỀ ÁN {text.words(8).upper()}", bold=True)
        composer.style = composer.style.but(size=13.0)
        composer.space(260)
        composer.centred("Lạc Khuông, tháng 7 năm 2024", italic=True)
    else:
        composer.centred(SCANT[int(rng.integers(len(SCANT)))], bold=True)
        if rng.random() < 0.6:
            composer.paragraph(text.words(int(rng.integers(3, 11))))
    return composer.sheets[0]


class Prose:
    """Paragraphs in an order by chance."""

    def __init__(self, texts: Sequence[str], rng: np.random.Generator) -> None:
        self._texts, self._rng = texts, rng

    def paragraph(self) -> str:
        """Any of them."""
        return self._texts[int(self._rng.integers(len(self._texts)))]

    def words(self, count: int) -> str:
        """So many words from a paragraph's beginning, of several where one is too short."""
        found: list[str] = []
        while len(found) < count:
            found += self.paragraph().split()
        return " ".join(found[:count]).strip(".,;: ")


def _table(composer: Composer, rng: np.random.Generator) -> None:
    drawn = spoiled.tables(1, "both", int(rng.integers(1_000_000)))[0]
    composer.centred(drawn.caption, bold=True)
    rows = [
        [Cell(text, bold=n == 0, align="l" if n and k == 1 else "c") for k, text in enumerate(row)]
        for n, row in enumerate(drawn.truth)
    ]
    composer.table([0.6, 2.6, *([1.2] * (len(rows[0]) - 2))], rows, size=11.0)


def other_numbers(page: Sheet, rng: np.random.Generator) -> Sheet:
    """The same page with other digits in its numbers."""

    def changed(text: str) -> str:
        return "".join(str(int(rng.integers(10))) if c.isdigit() else c for c in text)

    return replace(page, texts=[replace(item, text=changed(item.text)) for item in page.texts])


def spots(page: Sheet) -> list[Spot]:
    """A sheet's words at their places."""
    found = []
    for item in page.texts:
        x = item.x
        for word in item.text.split(" "):
            width = item.style.width(word)
            box = Box(x, item.y - 0.9 * item.style.size, x + width, item.y + 0.22 * item.style.size)
            if word:
                found.append((word, box))
            x += width + item.style.width(" ")
    return found


# ---- pages as scanned -------------------------------------------------------------------------


@dataclass(frozen=True)
class Scan:
    """A page image and its resolution."""

    image: Image.Image
    dpi: int


def scan(page: Sheet, rng: np.random.Generator) -> Scan:
    """A sheet through printer and scanner."""
    dpi = int(rng.choice(RESOLUTIONS))
    damage = DAMAGES[int(rng.integers(len(DAMAGES)))]
    return Scan(degrade(paint(page, dpi), rng, varied(PROFILES[damage], rng), dpi), dpi)  # type: ignore[index]


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
