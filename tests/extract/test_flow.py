"""The running text: lengths stay, blocks begin where they should, spans find their way back."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.extract.flow import Flow
from pipeline.extract.flow_rules import load_rules
from pipeline.model import Box, Document, Edit, Page, RestoredText, Word

FULL = "và các đơn vị liên quan tiếp tục triển khai thực hiện các chính sách giảm nghèo"

BLOCKS = [
    # name, text, the blocks' texts without markers (lines of FULL set the usual width)
    ("a sentence goes on behind an empty line", f"- Năm 2021 cho vay {FULL}\n\n5 hộ", 1),
    ("list items", "trong đó:\n- Hộ nghèo: 30 thẻ\n- Hộ cận nghèo: 60 thẻ\n+ Khác: 2", 4),
    ("numbers are no markers", f"{FULL}\n3.195 triệu đồng\n2025 theo quy định\n09 ngôi nhà", 1),
    ("a range broken before its dash", f"{FULL} giai đoạn 2021\n- 2025 trên địa bàn", 1),
    ("a quotation broken before its dash", f"{FULL} “Vì người nghèo\n- Không để ai bị bỏ lại”", 1),
    ("a date broken before its month", f"{FULL} ngày 25 tháng\n4. Hộ nghèo", 1),
    ("headings", f"3. Kết quả\n3.1. Cho vay\nUBND huyện {FULL}\nI. MỤC TIÊU\na) Cho vay", 5),
    ("a short heading and its text", f"{FULL}.\n3.5. Về nhà ở\nTiếp tục {FULL}", 3),
    ("a table, a line a row", "Bảng:\nTT | Hộ | Số tiền\n1 | 5 | 20", 3),
    ("two columns", "ỦY BAN NHÂN DÂN    CỘNG HÒA\nXÃ TÂN MỸ    Độc lập", 2),
    ("a symbol broken behind its dash", f"{FULL} Kế hoạch số 82/KH-\nUBND của huyện", 1),
    ("empty line, full stop, capital", f"{FULL}.\n\nNgân hàng {FULL}", 2),
    ("a full line, full stop, capital: one paragraph", f"{FULL}.\nNgân hàng {FULL}", 1),
]


@pytest.mark.parametrize(("text", "count"), [case[1:] for case in BLOCKS], ids=[case[0] for case in BLOCKS])
def test_blocks(text: str, count: int, document: Callable[[str], Document]) -> None:
    flow = Flow.of(document(text))
    assert len(flow.blocks) == count, [flow.text[b.start : b.end] for b in flow.blocks]


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("Vay 5.766 triệu. Trả 2 tỷ.", ["Vay 5.766 triệu.", "Trả 2 tỷ."]),
        ("Ông Hải - TP. HCM hỗ trợ P. 11, v.v. Nhà tốt.", ["Ông Hải - TP. HCM hỗ trợ P. 11, v.v. Nhà tốt."]),
        ("- Năm 2023. Có 5 hộ", ["Năm 2023.", "Có 5 hộ"]),
        ("nuôi gà, bò... qua đó. 100% hộ vay.", ["nuôi gà, bò... qua đó.", "100% hộ vay."]),
        ("“Vì người nghèo.” Sau đó", ["“Vì người nghèo.”", "Sau đó"]),
        ("nắm được./.", ["nắm được./."]),
    ],
)
def test_sentences(text: str, sentences: list[str], document: Callable[[str], Document]) -> None:
    flow = Flow.of(document(text))
    [block] = flow.blocks
    assert [flow.text[a:b] for a, b in flow.sentences(block)] == sentences


def test_outline(document: Callable[[str], Document]) -> None:
    text = "I. KẾT QUẢ\n1. Vay\nNăm 2021:\n- Hộ nghèo:\n+ Nữ: 5\n2. Nhà\n- Xây mới"
    flow = Flow.of(document(text))
    above = [[flow.text[p.body : p.end] for p in flow.parents(n)] for n in range(len(flow.blocks))]
    assert above[4] == ["Hộ nghèo:", "Năm 2021:", "Vay", "KẾT QUẢ"]
    assert above[6] == ["Nhà", "KẾT QUẢ"]
    assert above[0] == []


@pytest.mark.parametrize("entry", load_rules().markers, ids=lambda m: m.name)
def test_marker_examples(entry: object) -> None:
    marker = next(m for m in load_rules().markers if m is entry)
    assert marker.pattern.match(marker.example)
    assert not marker.pattern.match(marker.counter)


def test_page_numbers_are_no_part_of_a_sentence(document: Callable[[str], Document]) -> None:
    flow = Flow.of(document("số tiền là\n1\f- 2 -\n3.195 triệu"))
    assert flow.text.split() == ["số", "tiền", "là", "3.195", "triệu"]
    assert len(Flow.of(document("số hộ là\n5")).text.split()) == 4  # one page: a figure


def test_the_way_back() -> None:
    raw = "cho 5 hd\nngheo vay"
    edits = (Edit(6, 8, "hd", "hộ", "confusion", 0.9), Edit(9, 14, "ngheo", "nghèo", "diacritics", 0.9))
    words = (Word(4, 5, Box(0, 0, 5, 5)), Word(6, 8, Box(6, 0, 9, 5)), Word(9, 14, Box(0, 6, 8, 9)))
    pages = (Page(1, "trang", ()), Page(2, raw, words))
    restored = (RestoredText("trang", "trang"), RestoredText.from_edits(raw, edits))
    flow = Flow.of(Document("d0", "a.pdf", pages, restored))
    start = flow.text.index("5 hộ nghèo")
    end = start + len("5 hộ nghèo")
    assert flow.locate(start, end) == (1, 4, 14)
    assert flow.box(start, end) == Box(0, 0, 9, 9)
    assert flow.raw(start, end) == "5 hd ngheo"
    assert flow.locate(2, end) == (0, 2, 5)
    assert flow.raw(0, end) == "trang cho 5 hd ngheo"


LINES = st.lists(
    st.sampled_from(["- Hộ nghèo: 5", "1. Kết quả", "", "a | b", FULL, "3.195 triệu", "\t5", "X    Y", "12"])
)


@given(st.lists(LINES.map("\n".join), max_size=4))
def test_lengths_and_lines_stay(pages: list[str]) -> None:
    found = Document(
        "d0",
        "a",
        tuple(Page(n, page) for n, page in enumerate(pages, 1)),
        tuple(RestoredText(page, page) for page in pages),
    )
    flow = Flow.of(found)
    assert len(flow.text) == len("\f".join(pages))
    spans = [(b.start, b.end) for b in flow.blocks]
    assert spans == sorted(spans)
    assert all(any(a <= line.start and line.end <= b for a, b in spans) for line in flow.lines)
    for block in flow.blocks:
        assert block.start <= block.body <= block.end
        for start, end in flow.sentences(block):
            index, low, high = flow.locate(start, end)
            assert 0 <= low <= high <= len(pages[index])
