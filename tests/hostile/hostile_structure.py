"""PDFs whose structure is broken: cut, torn, cyclic, without pages, of impossible size."""

from __future__ import annotations

from collections.abc import Callable

import pikepdf
from hostile_case import Case, born_digital, changed, one_page, pdf_of, plain
from pikepdf import Array, Dictionary, Name, Object, Pdf


def _cut(data: bytes, share: float) -> bytes:
    return data[: int(len(data) * share)]


def _replaced(data: bytes, old: bytes, new: bytes) -> bytes:
    assert old in data, old
    return data.replace(old, new)


def _xref_loop() -> bytes:
    data = born_digital(29)
    start = data.rindex(b"startxref\n") + 10
    place = data[start : data.index(b"\n", start)]
    return data.replace(b"trailer\n<<", b"trailer\n<< /Prev %s" % place)


def _tree(change: Callable[[Object], None], *households: int) -> bytes:
    return changed(born_digital(*households), lambda pdf: change(pdf.Root.Pages))


def _cyclic(pages: Object) -> None:
    pages.Kids.append(pages)


def _with_nulls(pages: Object) -> None:
    pages.Kids.insert(0, Dictionary(Type=Name.Font))


def _box(values: object) -> bytes:
    def change(pdf: Pdf) -> None:
        pdf.pages[1].obj.MediaBox = values

    return changed(born_digital(21, 22, 23), change)


def _no_box() -> bytes:
    def change(pdf: Pdf) -> None:
        del pdf.pages[0].obj.MediaBox

    return changed(born_digital(24), change)


def _page(number: int, entries: dict[str, object], *households: int) -> bytes:
    def change(pdf: Pdf) -> None:
        for key, value in entries.items():
            pdf.pages[number - 1].obj[key] = value

    return changed(born_digital(*households), change)


def _exponential(levels: int) -> bytes:
    """Folders of pages that hold the next one ten times each."""
    tree = {1: b"<< /Type /Catalog /Pages 2 0 R >>"}
    for level in range(levels):
        kids = b"%d 0 R " % (level + 3) * 10
        tree[level + 2] = b"<< /Type /Pages /Kids [%s] /Count %d >>" % (kids, 10 ** (levels - level))
    return pdf_of({**tree, levels + 2: b"<< /Type /Page /MediaBox [0 0 420 595] >>"})


def _deep(levels: int) -> bytes:
    """Folders of pages in each other."""
    tree = {1: b"<< /Type /Catalog /Pages 2 0 R >>"}
    for level in range(levels):
        tree[level + 2] = b"<< /Type /Pages /Kids [%d 0 R] /Count 1 >>" % (level + 3)
    return pdf_of({**tree, levels + 2: b"<< /Type /Page /MediaBox [0 0 420 595] >>"})


def _many_pages(count: int) -> bytes:
    kids = b"[" + b"3 0 R " * count + b"]"
    return pdf_of(plain(kids, count))


CASES = (
    Case("pdf/0-byte.pdf", "0 bytes", lambda: b"", codes=("empty",)),
    Case(
        "pdf/nhieu.pdf",
        "a header, then noise",
        lambda: b"%PDF-1.4\n" + bytes(range(256)) * 40,
        codes=("damaged",),
    ),
    Case("pdf/khong-dau.pdf", "no PDF header at all", lambda: b"hello" * 500, codes=("damaged",)),
    Case("pdf/chi-dau.pdf", "a header and nothing more", lambda: b"%PDF-1.7\n", codes=("damaged",)),
    Case("pdf/nua-tep.pdf", "cut off in the middle", lambda: _cut(born_digital(11), 0.5), codes=("damaged",)),
    Case(
        "pdf/mat-duoi.pdf",
        "its xref table and trailer cut off",
        lambda: (d := born_digital(12))[: d.rindex(b"xref\n0")],
        "partial",
        borrowers=(12,),
    ),
    Case(
        "pdf/khong-eof.pdf",
        "no %%EOF at the end",
        lambda: _replaced(born_digital(13), b"%%EOF", b""),
        "ok",
        borrowers=(13,),
    ),
    Case(
        "pdf/rac-sau.pdf",
        "4 kB of noise after %%EOF",
        lambda: born_digital(14) + bytes(range(256)) * 16,
        "partial",
        borrowers=(14,),
    ),
    Case(
        "pdf/rac-truoc.pdf",
        "900 bytes of mail header before %PDF",
        lambda: b"Subject: bao cao\n" * 53 + born_digital(15),
        "ok",
        borrowers=(15,),
    ),
    Case(
        "pdf/hai-tep.pdf",
        "two PDFs one after the other: a reader shows the last",
        lambda: born_digital(16) + born_digital(17, 28),
        "partial",
        borrowers=(17, 28),
    ),
    Case(
        "pdf/xref-vong.pdf",
        "an xref table that names itself as the one before",
        _xref_loop,
        "partial",
        borrowers=(29,),
    ),
    Case(
        "pdf/xref-sai.pdf",
        "all places in its xref table wrong",
        lambda: born_digital(18).replace(b" 00000 n", b"9 0000 n"),
        "partial",
        borrowers=(18,),
    ),
    Case(
        "pdf/cay-mu.pdf",
        "a page tree that holds a page a billion times",
        lambda: _exponential(9),
        codes=("damaged",),
    ),
    Case(
        "pdf/cay-sau.pdf",
        "20,000 folders of pages in each other",
        lambda: _deep(20_000),
        codes=("damaged",),
    ),
    Case("pdf/cay-vong.pdf", "a page tree that holds itself", lambda: _tree(_cyclic, 19), codes=("damaged",)),
    Case(
        "pdf/cay-la.pdf",
        "a font among the pages of its tree",
        lambda: _tree(_with_nulls, 20),
        "partial",
        ("damaged",),
        (20,),
    ),
    Case(
        "pdf/dem-2-ty.pdf",
        "one page, 2,000,000,000 claimed",
        lambda: _tree(lambda p: p.__setattr__("Count", 2_000_000_000), 30),
        "ok",
        borrowers=(30,),
    ),
    Case(
        "pdf/dem-am.pdf",
        "one page, -7 claimed",
        lambda: _tree(lambda p: p.__setattr__("Count", -7), 33),
        "ok",
        borrowers=(33,),
    ),
    Case(
        "pdf/khong-trang.pdf", "a sound PDF without pages", lambda: pdf_of(plain(b"[]", 0)), codes=("empty",)
    ),
    Case("pdf/6000-trang.pdf", "6,000 times the same page", lambda: _many_pages(6000), codes=("limit",)),
    Case(
        "pdf/khung-0.pdf",
        "the second of three pages has no area",
        lambda: _box(Array([0, 0, 0, 0])),
        "ok",
        borrowers=(21, 22, 23),
    ),
    Case(
        "pdf/khung-nguoc.pdf",
        "the second of three pages has its corners swapped",
        lambda: _box(Array([420, 595, 0, 0])),
        "ok",
        borrowers=(21, 22, 23),
    ),
    Case(
        "pdf/khung-lon.pdf",
        "the second of three pages is 10 km wide, its text good all the same",
        lambda: _box(Array([0, 0, 28_000_000, 28_000_000])),
        "ok",
        borrowers=(21, 22, 23),
    ),
    Case(
        "pdf/khung-chu.pdf",
        "the second of three pages has words for a size",
        lambda: _box(Array([Name.NaN, Name.inf, pikepdf.String("x"), False])),
        "ok",
        borrowers=(21, 22, 23),
    ),
    Case(
        "pdf/khung-vo-cung.pdf",
        "a page whose size has 400 digits",
        lambda: one_page(b"", page=b"/MediaBox [0 0 %s %s]" % (b"9" * 400, b"9" * 400)),
        codes=("damaged",),
    ),
    Case("pdf/khong-khung.pdf", "a page without a size", _no_box, "ok", borrowers=(24,)),
    Case(
        "pdf/don-vi.pdf",
        "a page whose unit is 75,000 points",
        lambda: _page(1, {"/UserUnit": 75_000}, 25),
        "ok",
        borrowers=(25,),
    ),
    Case(
        "pdf/xoay-45.pdf",
        "a page turned by 45 degrees",
        lambda: _page(1, {"/Rotate": 45}, 26),
        "ok",
        borrowers=(26,),
    ),
    Case(
        "pdf/cat-ngoai.pdf",
        "a page cropped to a place outside itself: shown whole",
        lambda: _page(1, {"/CropBox": Array([9000, 9000, 9100, 9100])}, 27),
        "partial",
        borrowers=(27,),
    ),
    Case(
        "pdf/do-dai-sai.pdf",
        "a content whose length is given by itself",
        lambda: pdf_of(
            plain()
            | {3: plain()[3][:-2] + b"/Contents 4 0 R >>", 4: b"<< /Length 4 0 R >>\nstream\nq Q\nendstream"}
        ),
        "ok",
    ),
)
