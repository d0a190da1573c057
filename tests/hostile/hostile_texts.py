"""Text files that are endless, unprintable or dangerous to open elsewhere."""

from __future__ import annotations

import zipfile
from io import BytesIO

from hostile_case import Case, born_digital, sentence


def _zip(name: str, content: bytes) -> bytes:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def _text(number: int, before: str = "", after: str = "") -> bytes:
    return f"{before}{sentence(number)}{after}\n".encode()


CASES = (
    Case("chu/0-byte.txt", "0 bytes", lambda: b"", codes=("empty",)),
    Case("chu/trang-khong.txt", "blanks and form feeds alone", lambda: b" \n\f\n" * 9, codes=("empty",)),
    Case("chu/nul.txt", "zero bytes between letters", lambda: b"a\0b\0" * 99, codes=("unsupported",)),
    Case("chu/utf16.txt", "UTF-16", lambda: sentence(201).encode("utf-16"), codes=("unsupported",)),
    Case(
        "chu/surrogate.txt",
        "half a surrogate pair in what else is UTF-8",
        lambda: _text(202) + b"\xed\xa0\x80\n",
        codes=("unsupported",),
    ),
    Case(
        "chu/dai.txt",
        "100 kB on one line, a figure at its beginning",
        lambda: _text(203, after=" " + "xin chao " * 11_000),
        "ok",
        borrowers=(203,),
        quick=False,
    ),
    Case(
        "chu/dau-chong.txt",
        "a letter under 400,000 marks, whose order Unicode wants sorted",
        lambda: _text(204, after=" a" + "\u0323\u0301" * 200_000),
        "ok",
        borrowers=(204,),
    ),
    Case(
        "chu/ngoac.txt",
        "300,000 brackets that nobody closes",
        lambda: _text(205, after="\n" + "(" * 300_000),
        "ok",
        borrowers=(205,),
    ),
    Case(
        "chu/so-dai.txt",
        "a number of 300,000 digits",
        lambda: _text(206, after="\n1" + "0" * 300_000 + " đồng"),
        "ok",
        borrowers=(206,),
    ),
    Case(
        "chu/so-cham.txt",
        "a number of 100,000 groups",
        lambda: _text(207, after="\n1" + ".000" * 100_000 + " đồng"),
        "ok",
        borrowers=(207,),
    ),
    Case(
        "chu/vach.txt",
        "50,000 bars of a table without cells",
        lambda: _text(208, after="\n" + " | " * 50_000),
        "ok",
        borrowers=(208,),
    ),
    Case(
        "chu/dong.txt",
        "300,000 empty lines",
        lambda: _text(209, after="\n" * 300_000),
        "ok",
        borrowers=(209,),
    ),
    Case(
        "chu/6000-trang.txt", "6,000 form feeds", lambda: _text(210) + b"\f" * 6000 + b"x", codes=("limit",)
    ),
    Case(
        "chu/cong-thuc.txt",
        "formulas of spreadsheets at the beginning of its lines",
        lambda: b"".join(
            _text(211 + n, before=f"{sign}cmd|' /C calc'!A0 ") for n, sign in enumerate("=+-@\t")
        ),
        "ok",
        borrowers=(211, 212, 213, 214, 215),
    ),
    Case(
        "chu/ansi.txt",
        "sequences that command a terminal",
        lambda: _text(221, before="\x1b]0;root\x07\x1b[2J\x1b[31m", after="\x1b[0m"),
        "ok",
        borrowers=(221,),
    ),
    Case(
        "chu/nguoc.txt",
        "marks that turn the direction of writing, and one of no width",
        lambda: _text(222, before="\u202e\u2066", after="\u2069\u200b"),
        "ok",
        borrowers=(222,),
    ),
    Case("chu/bom.txt", "a byte order mark", lambda: b"\xef\xbb\xbf" + _text(223), "ok", borrowers=(223,)),
    Case(
        "ten-sai/zip-bom.pdf",
        "a ZIP archive that unpacks to 100 MB",
        lambda: _zip("a", bytes(100_000_000)),
        codes=("unsupported",),
    ),
    Case("ten-sai/word.pdf", "an Office file", lambda: _zip("word.xml", b"<w:p/>"), codes=("unsupported",)),
    Case("ten-sai/pdf.txt", "a sound PDF", lambda: born_digital(231), "ok", borrowers=(231,)),
    Case("ten-sai/chu.pdf", "a sound text", lambda: _text(232) * 20, codes=("damaged",)),
    Case("ten-sai/chu.doc", "a sound text", lambda: _text(233), codes=("unsupported",)),
)
