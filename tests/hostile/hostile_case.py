"""What hostile files are made of: a case, raw PDF objects, pages with a sentence whose figures are known."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Literal

import pikepdf
from PIL import Image, ImageDraw, ImageFont
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from training.render import font_file

Status = Literal["ok", "partial", "failed"]
DPI = 200
_A5 = (420, 595)


@dataclass(frozen=True)
class Case:
    """One entry of the folder and what must come of it.

    Args:
        name: its name below the folder, as bytes where it is not UTF-8.
        what: for the list in README.md.
        make: its content.
        status: ``read_status`` in documents.csv.
        codes: the codes of its rows in failures.csv, in order.
        borrowers: how many households its rows of loans.csv must count, in order.
        shown: ``source_file``; empty: ``name``.
        put: puts the entry at a path, where it is no plain file.
        quick: whether ``make test`` has it too.
    """

    name: str | bytes
    what: str
    make: Callable[[], bytes] | None = None
    status: Status = "failed"
    codes: tuple[str, ...] = ()
    borrowers: tuple[int, ...] = ()
    shown: str = ""
    put: Callable[[Path], object] | None = None
    quick: bool = True

    @property
    def source_file(self) -> str:
        """The name that the tables must give it."""
        if self.shown:
            return self.shown
        assert isinstance(self.name, str)
        return self.name


def sentence(households: int) -> str:
    """A sentence with one loan, another for each number of households."""
    return (
        f"Trong năm 2024, xã đã cho {households} hộ nghèo vay vốn với số tiền {households * 50} triệu đồng."
    )


_PROSE = (
    "Ủy ban nhân dân xã đã chỉ đạo các thôn rà soát, lập danh sách, công khai kết quả tại nhà văn hóa và đề "
    "nghị cấp trên xem xét, hỗ trợ kịp thời cho bà con. Công tác tuyên truyền được duy trì thường xuyên."
)


def born_digital(*households: int, prose: bool = False) -> bytes:
    """A sound PDF with a page of text for each number; with ``prose`` a longer one."""
    buffer = BytesIO()
    pdfmetrics.registerFont(TTFont("Arimo", str(font_file("Arimo", bold=False))))
    canvas = Canvas(buffer, pagesize=_A5, invariant=1)
    for number in households:
        canvas.setFont("Arimo", 12)
        words = [*sentence(number).split(), *(_PROSE.split() if prose else ())]
        for row in range(0, len(words), 8):
            canvas.drawString(40, 500 - 2.5 * row, " ".join(words[row : row + 8]))
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


@cache
def picture(households: int, dpi: int = DPI) -> Image.Image:
    """A scan's image, mode ``L``: the sentence in black on white."""
    image = Image.new("L", (dpi * 6, dpi * 3), 255)
    font = ImageFont.truetype(str(font_file("Arimo", bold=False)), dpi * 13 // 72)
    draw = ImageDraw.Draw(image)
    words = sentence(households).split()
    for row in range(0, len(words), 8):
        draw.text((dpi // 3, dpi // 2 + row * dpi // 25), " ".join(words[row : row + 8]), 0, font)
    return image


def saved(image: Image.Image, kind: str, **options: object) -> bytes:
    """An image file's bytes."""
    buffer = BytesIO()
    image.save(buffer, kind, **{"dpi": (DPI, DPI), **options})
    return buffer.getvalue()


def changed(
    data: bytes, change: Callable[[pikepdf.Pdf], object], lock: pikepdf.Encryption | None = None
) -> bytes:
    """A PDF after a change to its objects, encrypted where there is a lock."""
    buffer = BytesIO()
    with pikepdf.open(BytesIO(data)) as pdf:
        change(pdf)
        if lock is not None:
            pdf.save(buffer, encryption=lock)
        else:
            # streams stay as they are: qpdf would unpack bombs to pack them better
            level = pikepdf.StreamDecodeLevel.none
            pdf.save(buffer, deterministic_id=True, stream_decode_level=level, compress_streams=False)
    return buffer.getvalue()


def pdf_of(objects: Mapping[int, bytes], trailer: bytes = b"") -> bytes:
    """A PDF of these objects as they are, with a right xref table; object 1 is the root."""
    data, places = b"%PDF-1.7\n", {}
    for number, content in objects.items():
        places[number] = len(data)
        data += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    size = max(objects) + 1
    table = b"".join(
        b"%010d 00000 n \n" % places[n] if n in places else b"0000000000 65535 f \n" for n in range(size)
    )
    told = b"trailer\n<< /Size %d /Root 1 0 R %s >>\nstartxref\n%d\n%%%%EOF\n" % (size, trailer, len(data))
    return data + b"xref\n0 %d\n" % size + table + told


def plain(kids: bytes = b"[3 0 R]", count: int = 1) -> dict[int, bytes]:
    """The objects of a PDF of one empty page, or of these kids."""
    return {
        1: b"<< /Type /Catalog /Pages 2 0 R >>",
        2: b"<< /Type /Pages /Kids %s /Count %d >>" % (kids, count),
        3: b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 420 595] >>",
    }


def stream(content: bytes, entries: bytes = b"") -> bytes:
    """A stream object."""
    return b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(content), entries, content)


def one_page(
    content: bytes, resources: bytes = b"", page: bytes = b"", more: Mapping[int, bytes] | None = None
) -> bytes:
    """A PDF of one A5 page; further objects count from 5."""
    box = b"" if b"/MediaBox" in page else b"/MediaBox [0 0 420 595]"
    return pdf_of(
        {
            1: b"<< /Type /Catalog /Pages 2 0 R >>",
            2: b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            3: b"<< /Type /Page /Parent 2 0 R %s /Contents 4 0 R /Resources << %s >> %s >>"
            % (box, resources, page),
            4: stream(content),
            **(more or {}),
        }
    )


def image_page(data: bytes, entries: bytes, size: tuple[int, int] = (DPI * 6, DPI * 3)) -> bytes:
    """A PDF whose one page is an image, at DPI dots an inch."""
    width, height = size[0] * 72 / DPI, size[1] * 72 / DPI
    image = stream(data, b"/Type /XObject /Subtype /Image /Width %d /Height %d %s" % (*size, entries))
    return one_page(
        b"q %.2f 0 0 %.2f 0 0 cm /I Do Q" % (width, height),
        b"/XObject << /I 5 0 R >>",
        b"/MediaBox [0 0 %.2f %.2f]" % (width, height),
        {5: image},
    )


def zeros(count: int, times: int = 1, value: int = 0) -> bytes:
    """``count`` bytes of one value deflated, the result deflated again and again: a bomb.

    Whole megabytes are one deflated block said again, and the checksum has a closed form, so that gigabytes
    cost nothing to make.
    """
    packer = zlib.compressobj(9)
    block = bytes([value]) * (1 << 20)
    head = packer.compress(b"") + packer.flush(zlib.Z_FULL_FLUSH)
    again = packer.compress(block) + packer.flush(zlib.Z_FULL_FLUSH)
    rest = packer.compress(block[: count % len(block)]) + packer.flush()
    a = (1 + count * value) % 65_521
    b = (count + value * (count * (count + 1) // 2)) % 65_521
    data = head + again * (count // len(block)) + rest[:-4] + (b << 16 | a).to_bytes(4, "big")
    for _ in range(times - 1):
        data = zlib.compress(data, 9)
    return data
