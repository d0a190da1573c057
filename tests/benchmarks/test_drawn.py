"""Documents drawn as pages for bench-forms: nothing of the text is lost, and the truth is of the text."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from benchmarks import bench_forms, drawn
from benchmarks.drawn import blocks, headings
from benchmarks.scoring import JUDGED, read
from training.render import Style

SOURCES = {path.stem: path.read_text(encoding="utf-8") for path in bench_forms.sources()}


def test_blocks() -> None:
    lines = ["I. VIỆC LÀM", "Xã có 9 thôn.", "", "TT | Xã", "1 | Na", "Nơi nhận:    CHỦ TỊCH", "PHỤ LỤC", "A"]
    assert [(kind, len(block)) for kind, block in blocks(lines)] == [
        ("heading", 1),
        ("paragraph", 1),
        ("table", 2),
        ("signature", 1),
        ("annex", 2),
    ]


SPANNING = (
    [["TT", "Nhà: Số", "Nhà: Tiền"], ["1", "2", "3"]],
    [["TT", "Nhà", ""], ["", "Số", "Tiền"], ["1"]],
)


@pytest.mark.parametrize("rows", SPANNING)
def test_headings_that_span_others(rows: list[list[str]]) -> None:
    head, body = headings(rows)
    assert [[(c.text, c.across, c.down) for c in row] for row in head] == [
        [("TT", 1, 2), ("Nhà", 2, 1)],
        [("Số", 1, 1), ("Tiền", 1, 1)],
    ]
    assert len(body) == 1


@pytest.mark.parametrize("stem", SOURCES)
def test_every_word_is_on_the_pages(stem: str) -> None:
    drawn_words: Counter[str] = Counter()
    for sheet in drawn.sheets(SOURCES[stem], Style("Tinos", 13.0), ruled=True):
        for item in sheet.texts:
            drawn_words.update(item.text.replace(":", "").split())
    # headings that columns share are drawn once: lines that begin as headings do are left out
    lines = [line for line in SOURCES[stem].splitlines() if not re.match(r"(?:TT|Năm|Đơn vị)? \|", line)]
    assert Counter(" ".join(lines).replace(":", "").replace("|", " ").split()) - drawn_words == Counter()


@pytest.mark.parametrize("table", JUDGED)
def test_quotes_of_the_truth_are_in_the_text(table: str) -> None:
    for row in read(bench_forms.NEW / "truth" / f"{table}.csv"):
        text = SOURCES[row["source_file"].removesuffix(".txt")]
        assert " ".join(row["quote"].split()) in " ".join(text.split()), row
        number = row.get("borrowers") or row.get("cards") or row.get("houses") or ""
        numbers = re.findall(r"\d+", re.sub(r"(?<=\d)\.(?=\d)", "", row["quote"]))
        assert not number or int(number) in map(int, numbers), row
