"""How fast figures are extracted: ordinary pages a second, and the worst pages that a file may hold.

usage: python -m benchmarks.pages [--write] [--profile NAME]

In this process, on one core, restoration not included. Ordinary pages are those of the real reports beside
the checkout, where they are there, and report prose of ours, which holds several times as many numbers: ten
pages a document, each paragraph with figures of its own, so that nothing repeats. Both have some 400 words a
page. The worst pages are 100,000 characters each of what makes sentences, sums and tables long. ``--profile``
shows where the time of one of them (or of ``prose``) goes; ``--write`` puts the result into the docs.
"""

from __future__ import annotations

import argparse
import cProfile
import pstats
import re
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from random import Random

from benchmarks.heldout import report_prose
from benchmarks.page import commit, put
from benchmarks.shared import ROOT, SHARED
from pipeline import extract_figures, memory
from pipeline.model import Document, Page, RestoredText

WORDS = 400
"""Words of an ordinary page (A4, 13 points)."""
PAGES, DOCUMENTS = 10, 12
LENGTH = 100_000
"""Characters of a worst page."""
ROUNDS = 3
"""Turns; the median counts."""
WORST = {
    "digits only": "1234567890",
    "digits and blanks": "1 ",
    "digits and dots": "1.",
    "digits, dots and commas": "12.345,67 ",
    "illegible digits": "1§l",
    "`trong đó` alone": "trong đó ",
    "`trong đó 1 hộ`": "trong đó 1 hộ ",
    "`trong đó: 12 hộ nghèo;`": "trong đó: 12 hộ nghèo; ",
    "digits and `trong đó`": "1234567890 trong đó ",
    "loans one after the other": "cho vay 120 hộ nghèo, số tiền 6.000 triệu đồng, trong đó ",
    "semicolons": "12 hộ nghèo; ",
    "brackets": "(1 hộ ",
    "brackets closed": "12 hộ (trong đó 3 hộ nghèo) ",
    "groups": "hộ nghèo, cận nghèo, ",
    "amounts": "1 tỷ 960 triệu đồng ",
    "counts of houses": "xây 12 nhà, sửa 5 nhà, ",
    "cards": "cấp 90 thẻ BHYT, ",
    "years": "năm 2021, năm 2022, ",
    "citations": "số 12/BC-UBND ngày 01/02/2024 ",
    "lines of one number": "1\n",
    "nested lists": "- Cho vay 12 hộ, trong đó:\n+ hộ nghèo: 5 hộ;\na) hộ cận nghèo: 7 hộ;\n",
    "headings": "1. Cho vay 12 hộ nghèo\n1.1. Trong đó 5 hộ nghèo\n",
    "a number once more in brackets": "hộ nghèo 4% (12 hộ) năm 2021 ",
    "a table of lines": "1 | Hộ nghèo | 84 | 4.620\n",
    "a table of sums": "1 | Hộ nghèo | 84 | 4.620\n | Cộng | 84 | 4.620\n",
    "a table of columns": "12 | ",
    "a table of illegible numbers": "1 | Hộ nghèo | 8§ | 4.6§0\n | Cộng | 84 | 4.620\n",
    "white space": "12   \t  hộ \t ",
    "letters": "a",
    "capitals": "CHO VAY 12 HỘ NGHÈO\n",
    "stops": "Cho vay 12 hộ nghèo. ",
    "abbreviations": "TP. ",
    "points of suspension": "…",
    "rulings": "| ",
    "lines of rulings": "| | |\n",
    "lines of sums": "Cộng | 12 | 13\n",
    "brackets in brackets": "((((12 hộ))))",
    "symbols": "12/BC-",
    "tỷ": "1 tỷ ",
    "glued multipliers": "12tr ",
    "odd blanks": "12\xa0hộ\xa0",
    "a word a line": "hộ\nnghèo\n12\n",
    "pages of a line": "12 hộ nghèo\f",
    "dates": "ngày 12 tháng 3 năm 2024\n",
    "places": "xã Hòa An, huyện Tân Khuê, ",
    "laws": "Luật Đất đai năm 2013, ",
    "rates": "tỷ lệ hộ nghèo còn 12,5%; ",
    "projects": "Dự án 1: 500 triệu đồng, giải ngân 400 triệu đồng; ",
    "subprojects": "Tiểu dự án 1 Dự án 3: 12 triệu đồng; ",
    "totals": "tổng số 25 hộ gồm 12 hộ nghèo và 13 hộ cận nghèo; ",
    "supports": "hỗ trợ tiền điện cho 12 hộ nghèo, ",
    "negations": "không có 12 hộ vay, ",
}
"""What each worst page repeats, by name."""


def page(unit: str) -> str:
    """A worst page of a unit."""
    return (unit * (LENGTH // len(unit) + 1))[:LENGTH]


def prose() -> Iterator[Document]:
    """Ordinary documents: paragraphs in another order each time, each with other figures."""
    rng = Random(7)
    paragraphs = report_prose()
    for number in range(DOCUMENTS):
        pages = []
        for _ in range(PAGES):
            lines: list[str] = []
            while sum(len(line.split()) for line in lines) < WORDS:
                lines.append(re.sub(r"\d+", lambda m: _figure(rng, m.group()), rng.choice(paragraphs)))
            pages.append("\n".join(lines))
        yield document(f"{number}", pages)


def reports() -> list[Document]:
    """Real reports, as text that is right, their lines on pages of ``WORDS`` words."""
    names = ("reports/000_*.txt", "reports/002_*.txt", "truth/001_*.reference.txt")
    files = [file for name in names for file in sorted(SHARED.glob(name))]
    return [document(f"{n}", list(_paged(file.read_text(encoding="utf-8")))) for n, file in enumerate(files)]


def _paged(text: str) -> Iterator[str]:
    lines: list[str] = []
    for line in text.splitlines():
        lines.append(line)
        if sum(len(line.split()) for line in lines) >= WORDS:
            yield "\n".join(lines)
            lines = []
    if lines:
        yield "\n".join(lines)


def _figure(rng: Random, text: str) -> str:
    """Another number of as many digits; years, days and what begins with a nought stay."""
    if len(text) < 3 or text[0] == "0" or re.fullmatch(r"(?:19|20)\d\d", text):
        return text
    return str(rng.randrange(10 ** (len(text) - 1), 10 ** len(text)))


def document(name: str, pages: list[str]) -> Document:
    """A document of pages read as they are."""
    return Document(
        f"d{int(name):012x}",
        f"{name}.txt",
        tuple(Page(n, text) for n, text in enumerate(pages, 1)),
        tuple(RestoredText(text, text) for text in pages),
    )


def seconds(documents: list[Document]) -> float:
    """Processor seconds to extract documents: the best of some turns, for machines are noisy."""
    best = float("inf")
    for _ in range(ROUNDS):
        began = time.process_time()
        for each in documents:
            extract_figures(each)
        best = min(best, time.process_time() - began)
    return best


def report() -> str:
    """The measures as Markdown tables."""
    documents = list(prose())
    extract_figures(documents[0])  # dictionaries are loaded once a process
    memory.keep()  # as a worker does
    rows = [_row("real reports", found) for found in [reports()] if found]
    rows.append(_row("prose of ours, dense with figures", documents))
    head = "| text | pages | words a page | numbers a page | pages a second | target |"
    lines = ["\n".join([head, "|---|---|---|---|---|---|", *rows])]
    lines.append("| page of 100,000 characters | seconds | target |\n|---|---|---|")
    for name, unit in WORST.items():
        lines[-1] += f"\n| {name} | {seconds([document('1', page(unit).split(chr(12)))]):.2f} | 1 |"
        print(name, lines[-1].rsplit("|", 3)[1], file=sys.stderr, flush=True)
    return "\n\n".join(lines)


def _row(name: str, documents: list[Document]) -> str:
    pages = [text.text for each in documents for text in each.restored]
    words, numbers = (
        sum(len(re.findall(each, text)) for text in pages) / len(pages) for each in (r"\S+", r"\d[\d.,]*")
    )
    spent = seconds(documents)
    return f"| {name} | {len(pages)} | {words:.0f} | {numbers:.0f} | {len(pages) / spent:.0f} | 200 |"


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--profile", metavar="NAME", choices=["prose", *WORST])
    options = parser.parse_args()
    if options.profile:
        documents = (
            list(prose())
            if options.profile == "prose"
            else [document("1", page(WORST[options.profile]).split("\f"))]
        )
        extract_figures(document("1", ["Cho vay 12 hộ nghèo."]))
        profile = cProfile.Profile()
        profile.runcall(lambda: [extract_figures(each) for each in documents])
        pstats.Stats(profile).sort_stats("tottime").print_stats(25)
        return 0
    block = report()
    print(block)
    if options.write:
        path = ROOT / "docs" / "benchmarks.md"
        today = datetime.now(UTC).date()
        note = f"`make bench-pages` on {today}, commit {commit()}; processor time, best of {ROUNDS}."
        path.write_text(
            put(path.read_text(encoding="utf-8"), "pages", f"{note}\n\n{block}"), encoding="utf-8"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
