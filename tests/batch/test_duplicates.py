"""The same report in two files of different bytes, and reports that are not the same."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import pytest
from text_documents import document_of

from pipeline import process
from pipeline.batch.documents import document_row
from pipeline.batch.duplicates import duplicates
from pipeline.batch.likeness import Likeness, likeness_of, sketch
from pipeline.extract import extract
from pipeline.language.normal import fold_marks
from pipeline.model import Document, TextSource

HEAD = """{issuer}    CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
Số: {symbol}    Độc lập - Tự do - Hạnh phúc
{town}, {date}
BÁO CÁO
Kết quả công tác giảm nghèo {period}
"""
BODY = """Thực hiện chỉ đạo của cấp trên, Ủy ban nhân dân huyện báo cáo kết quả công tác giảm nghèo như sau:
1. Về tín dụng chính sách
Ngân hàng Chính sách xã hội huyện đã cho vay {} hộ nghèo với số tiền {} triệu đồng; cho vay {} hộ
cận nghèo với số tiền {} triệu đồng; tổng dư nợ đạt {} triệu đồng với {} hộ còn dư nợ.
2. Về bảo hiểm y tế
Trong kỳ đã cấp {} thẻ bảo hiểm y tế cho người nghèo, {} thẻ cho người cận nghèo; hỗ trợ chi phí
khám chữa bệnh cho {} lượt người với kinh phí {} triệu đồng.
3. Về nhà ở
Toàn huyện xây mới {} ngôi nhà cho hộ nghèo với kinh phí {} triệu đồng, sửa chữa {} ngôi nhà với
kinh phí {} triệu đồng từ nguồn vận động của Mặt trận Tổ quốc và các tổ chức thành viên trên địa bàn
huyện.
4. Về hỗ trợ khác
Tặng {} suất quà Tết trị giá {} triệu đồng; mở {} lớp tập huấn kiến thức cho {} người; miễn giảm học
phí cho {} học sinh; hỗ trợ tiền điện cho {} hộ nghèo theo quy định của Nhà nước, bảo đảm đúng đối
tượng, đúng thời gian.
Trên đây là báo cáo kết quả công tác giảm nghèo của huyện, kính trình Ủy ban nhân dân tỉnh xem xét,
chỉ đạo.
"""
FACTS = {
    "issuer": "ỦY BAN NHÂN DÂN HUYỆN LẠC KHUÔNG",
    "town": "Lạc Khuông",
    "symbol": "37/BC-UBND",
    "date": "ngày 20 tháng 6 năm 2024",
    "period": "6 tháng đầu năm 2024",
}
JULY = FACTS | {"symbol": "44/BC-UBND", "date": "ngày 20 tháng 7 năm 2024", "period": "7 tháng đầu năm 2024"}


def numbers(seed: int) -> list[str]:
    rng = Random(seed)
    return [f"{rng.randrange(11, 9_000):,}".replace(",", ".") for _ in range(BODY.count("{}"))]


def report(seed: int = 1, **facts: str) -> str:
    return HEAD.format(**(FACTS | facts)) + BODY.format(*numbers(seed))


def reflowed(text: str) -> str:
    """The same paragraphs on longer lines."""
    return re.sub(r"(?<=[^.;:])\n(?=[a-zà-ỹ\d]+ [a-zà-ỹ])", " ", text)


def damaged(text: str, seed: int = 5, letters: float = 0.015, digits: float = 0.04) -> str:
    """As OCR leaves it: some letters and digits are others."""
    rng = Random(seed)
    return "".join(
        rng.choice("aeiounm")
        if c.isalpha() and c.islower() and rng.random() < letters
        else str(rng.randrange(10))
        if c.isdigit() and rng.random() < digits
        else c
        for c in text
    )


def body_damaged(text: str, **rates: Any) -> str:
    """The same below its head: what stands there alone tells it from others."""
    head, cut, body = text.partition("Thực hiện chỉ đạo")
    return head + cut + damaged(body, **rates)


def made(name: str, text: str, source: TextSource = "text_file", quality: float = 1.0) -> Likeness:
    document: Document = document_of(text, name)
    pages = tuple(replace(page, source=source, quality=quality) for page in document.pages)
    document = replace(document, pages=pages, doc_id=f"d{sum(name.encode()):012x}")
    extraction = extract(document)
    row: Mapping[str, Any] = {**extraction.document, **document_row(document, failed=False)}
    cells = {k: "" if v is None else str(v) for k, v in row.items()}
    found = likeness_of(name, cells, sketch(document, extraction))
    assert found is not None
    return found


def groups(*files: Likeness) -> dict[str, str]:
    """File → the file that counts for it."""
    return duplicates(sorted(files, key=lambda f: f.key), {f.key: f for f in files}.__getitem__)


later = partial(partial, made)
"""What is made when its test runs: each process collects all tests."""
SAME: dict[str, Sequence[Callable[[], Likeness]]] = {
    "a line longer": (later("a.txt", report()), later("b.txt", reflowed(report()))),
    "a scan and its text": (
        later("a.pdf", body_damaged(report()), "ocr", 0.9),
        later("b.txt", report()),
    ),
    "a ruined layer and a clean file": (
        later("b.txt", report()),
        later("c.pdf", body_damaged(report(), letters=0.04, digits=0.06), "text_layer", 0.2),
    ),
    "a text so damaged that a third of its words is": (
        later("a.pdf", body_damaged(report(), letters=0.08, digits=0.0), "ocr", 0.7),
        later("b.txt", report()),
    ),
    "neither has a symbol or a date": (
        later("a.pdf", damaged(BODY.format(*numbers(1)), letters=0.01, digits=0.02), "ocr", 0.9),
        later("b.txt", BODY.format(*numbers(1))),
    ),
}
OTHER: dict[str, Sequence[Callable[[], Likeness]]] = {
    "last month's wording, other figures": (later("a.txt", report()), later("b.txt", report(2, **JULY))),
    "the same, both scanned": (
        later("a.pdf", body_damaged(report()), "ocr", 0.9),
        later("b.pdf", body_damaged(report(2, **JULY)), "ocr", 0.9),
    ),
    "the same, neither with its head": (
        later("a.pdf", BODY.format(*numbers(1)), "ocr", 0.9),
        later("b.pdf", BODY.format(*numbers(2)), "ocr", 0.9),
    ),
    "half the figures are other ones": (
        later("a.txt", BODY.format(*numbers(1))),
        later("b.pdf", BODY.format(*numbers(1)[:10], *numbers(2)[10:]), "ocr", 0.9),
    ),
    "another period": (
        later("a.txt", report()),
        later("b.pdf", report(period="9 tháng đầu năm 2024"), "ocr", 0.9),
    ),
    "another symbol": (later("a.txt", report()), later("b.pdf", report(symbol="38/BC-UBND"), "ocr", 0.9)),
    "another day": (
        later("a.txt", report()),
        later("b.pdf", report(date="ngày 21 tháng 6 năm 2024"), "ocr", 0.9),
    ),
    "another place": (
        later("a.txt", report()),
        later("b.txt", report(issuer="ỦY BAN NHÂN DÂN HUYỆN LẠC SƠN", town="Lạc Sơn")),
    ),
    "a corrected version, both read well": (
        later("a.txt", report()),
        later("b.txt", report().replace(numbers(1)[3], "9.999")),
    ),
    "a part of it": (later("a.txt", report()), later("b.txt", report().partition("3. Về nhà ở")[0])),
}


@pytest.mark.parametrize("name", SAME)
def test_the_better_read_one_counts(name: str) -> None:
    files = [make() for make in SAME[name]]
    best = "a.txt" if name == "a line longer" else "b.txt"
    assert groups(*files) == {f.key: best for f in files if f.key != best}
    assert groups(*reversed(files)) == groups(*files)


@pytest.mark.parametrize("name", OTHER)
def test_what_is_not_the_same(name: str) -> None:
    assert groups(*[make() for make in OTHER[name]]) == {}


def test_a_note_of_a_line_is_not_compared() -> None:
    note = document_of("Kính gửi các đơn vị: họp 2 lớp.")
    assert sketch(note, extract(note)) == {}
    assert likeness_of("a.txt", {}, {}) is None


def test_three_files_of_one_report() -> None:
    first, text = (make() for make in SAME["a scan and its text"])
    _, ruined = (make() for make in SAME["a ruined layer and a clean file"])
    _, july = (make() for make in OTHER["last month's wording, other figures"])
    july = replace(july, key="z.txt")
    assert groups(first, text, ruined, july) == {"a.pdf": "b.txt", "c.pdf": "b.txt"}


def test_an_archive_of_one_form_is_told_apart_in_time() -> None:
    """Two hundred monthly reports of one wording: none is another's, and few are compared with each other."""
    facts = [FACTS | {"symbol": f"{n}/BC-UBND", "period": ""} for n in range(200)]
    text = document_of(report())
    plain = sketch(text, extract(text))
    files = []
    for number, fact in enumerate(facts):
        other = document_of(BODY.format(*numbers(number)), f"{number:03}.txt")
        sketched = sketch(other, extract(other)) | {"words": plain["words"]}
        row = {"symbol": fact["symbol"], "text_source": "text_file", "text_quality": "1", "read_status": "ok"}
        found = likeness_of(f"{number:03}.txt", row, sketched)
        assert found is not None
        files.append(found)
    assert groups(*files) == {}


def test_a_folder(tmp_path: Path) -> None:
    """Of a report, its damaged reading and a copy of that, one counts; next month's report counts as well."""
    source, out = tmp_path / "in", tmp_path / "out"
    source.mkdir()
    ruined = fold_marks(report())  # a layer that lost its marks, as restoration knows it
    for name, text in (("a", ruined), ("b", report()), ("c", ruined), ("d", report(2, **JULY))):
        (source / f"{name}.txt").write_text(text, encoding="utf-8")
    process([source], out, jobs=1)
    with (out / "tables" / "documents.csv").open(encoding="utf-8", newline="") as handle:
        rows = {row["source_file"]: row for row in csv.DictReader(handle)}
    assert {name: row["counted"] for name, row in rows.items()} == {
        "a.txt": "false",
        "b.txt": "true",
        "c.txt": "false",
        "d.txt": "true",
    }
    best = rows["b.txt"]["doc_id"]
    assert [rows[n]["duplicate_of"] for n in ("a.txt", "b.txt", "c.txt")] == [best, "", best]
    assert rows["a.txt"]["doc_id"] == rows["c.txt"]["doc_id"] != best
