"""Restoration alone, beside pyvi: accuracy, harm, calibration, speed, and what is left wrong.

usage: python -m benchmarks.restore [--write] [--errors] [SECTION …]
       (sections: report pages faces stripped clean calibration speed errors)

``--errors`` measures nothing but what is left wrong. ``--write`` puts the result into
docs/benchmarks-restore.md, the picture of the calibration into docs/reliability.png and the classes of errors
into docs/restoration.md.
The corpus and the report beside the checkout are used where they are there; without them only report prose
of our own is measured. The first run draws and reads pages for about five minutes; they are kept.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from itertools import groupby

from benchmarks import calibration, errors, heldout, peers, shared
from benchmarks.heldout import ReadPage
from benchmarks.page import commit, marked, put
from benchmarks.run import table
from benchmarks.shared import PYTHON, ROOT, SHARED
from benchmarks.words import Score, score
from pipeline.language.normal import fold_marks, key
from pipeline.model import RestoredText
from pipeline.restore import ChannelName, Restorer

DOCS = ROOT / "docs"
CHANNELS: dict[str, ChannelName] = {"eng": "auto", "vie": "vie"}
"""How pages of each OCR are restored, as the batch does: a text layer finds its channel, own OCR has it."""
SIZES = (1_000, 10_000, 100_000, 1_000_000)
CLEAN_WORDS = 100_000
LONG_LINE = 10_000_000
"""Characters."""
HEAD = ("data set", "text", "WER", "CER", "numbers recall", "numbers precision", "words/s")

Row = tuple[object, ...]


@dataclass(frozen=True)
class Done:
    """A page, restored, with its scores as read, by pyvi (where it is measured) and by hoso."""

    page: ReadPage
    restored: RestoredText
    raw: Score
    pyvi: Score | None
    hoso: Score


@dataclass
class Bench:
    """What several sections share: the restorer, and every page once."""

    @cached_property
    def restorer(self) -> Restorer:
        """The restorer, loaded once and warm."""
        restorer = Restorer.load()
        for channel in CHANNELS.values():
            restorer.restore("hd nghéo dudc vay vén", channel=channel)
        return restorer

    @cached_property
    def done(self) -> dict[str, list[Done]]:
        """Every page by the OCR's language."""
        return {name: [self._page(page) for page in heldout.read_pages(name)] for name in CHANNELS}

    def _page(self, page: ReadPage) -> Done:
        restored, seconds = self.timed(page.read, CHANNELS[page.language])
        other = None
        if page.language == "eng" and peers.have_pyvi():
            began = time.process_time()
            text = peers.pyvi(page.read)
            other = score(page.truth, text, time.process_time() - began)
        hoso = score(page.truth, restored.text, seconds)
        return Done(page, restored, score(page.truth, page.read), other, hoso)

    def timed(self, text: str, channel: ChannelName) -> tuple[RestoredText, float]:
        """A text restored, and the seconds that it took."""
        restorer = self.restorer
        began = time.process_time()
        restored = restorer.restore(text, channel=channel)
        return restored, time.process_time() - began

    @cached_property
    def report(self) -> tuple[str, RestoredText, float] | None:
        """The ruined report: what was printed, restored, seconds; None where it is not there."""
        if not shared.present():
            return None
        read = next((SHARED / "reports").glob("001_*.txt")).read_text(encoding="utf-8")
        truth = next((SHARED / "truth").glob("001_*.reference.txt")).read_text(encoding="utf-8")
        return truth, *self.timed(read, "auto")


def _row(name: str, text: str, found: Score) -> Row:
    speed = f"{found.speed:,.0f}" if found.seconds else ""
    rates = (f"{100 * found.wer:.2f} %", f"{100 * found.cer:.2f} %")
    return (name, text, *rates, f"{found.recall:.3f}", f"{found.precision:.3f}", speed)


def _rows(name: str, done: Sequence[Done]) -> Iterator[Row]:
    yield _row(name, "as read", sum((d.raw for d in done), Score()))
    if others := [d.pyvi for d in done if d.pyvi]:
        yield _row(name, "pyvi", sum(others, Score()))
    yield _row(name, "**hoso**", sum((d.hoso for d in done), Score()))


def report(bench: Bench) -> str:
    """The ruined report 001."""
    if bench.report is None:
        return "The report is not beside the checkout."
    truth, restored, seconds = bench.report
    rows = [_row("report 001", "as read", score(truth, restored.raw))]
    if peers.have_pyvi():
        began = time.process_time()
        text = peers.pyvi(restored.raw)
        rows.append(_row("report 001", "pyvi", score(truth, text, time.process_time() - began)))
    rows.append(_row("report 001", "**hoso**", score(truth, restored.text, seconds)))
    return table(HEAD, rows)


def pages(bench: Bench) -> str:
    """Pages of unseen text by OCR and damage, then by kind of text."""
    rows: list[Row] = []
    for language, done in bench.done.items():
        for damage in heldout.DAMAGES:
            chosen = [d for d in done if d.page.damage == damage]
            rows += _rows(f"`-l {language}`, {damage} ({len(chosen)} pages)", chosen)
    for kind in sorted({d.page.kind for d in bench.done["eng"]}):
        rows += _rows(f"`-l eng`, {kind} prose", [d for d in bench.done["eng"] if d.page.kind == kind])
    return table(HEAD, rows) + "\n\n" + _harm(bench)


def _harm(bench: Bench) -> str:
    """Errors gone, and pages with more errors than before."""
    rows = []
    for language, done in bench.done.items():
        for damage in heldout.DAMAGES:
            chosen = [d for d in done if d.page.damage == damage]
            before = sum(d.raw.word_errors for d in chosen)
            after = sum(d.hoso.word_errors for d in chosen)
            worse = sum(d.hoso.word_errors > d.raw.word_errors for d in chosen)
            gone = f"{100 * (before - after) / max(before, 1):.0f} %"
            rows.append((f"`-l {language}`, {damage}", before, after, gone, f"{worse} of {len(chosen)}"))
    return table(("data set", "wrong words before", "after", "gone", "pages made worse"), rows)


def faces(bench: Bench) -> str:
    """Word error rates by face and damage: as read → restored."""
    rows = []
    for language, done in bench.done.items():
        for face, group in groupby(done, key=lambda d: d.page.face):
            cells, chosen = [f"`-l {language}`", face], list(group)
            for damage in heldout.DAMAGES:
                parts = [d for d in chosen if d.page.damage == damage]
                before, after = (
                    sum(s, Score()).wer for s in zip(*((d.raw, d.hoso) for d in parts), strict=True)
                )
                cells.append(f"{100 * before:.1f} → {100 * after:.1f} %")
            rows.append(cells)
    return table(("read by", "face", *heldout.DAMAGES), rows)


def stripped(bench: Bench) -> str:
    """Text without its marks, else as printed: the share of syllables that are right again."""
    rows = list[Row]()
    for kind, words in (("office", 20_000), ("legal", 20_000), ("news", 20_000)):
        truth = heldout.words_of(heldout.held_out()[kind], words)
        bare = fold_marks(truth)
        restored, seconds = bench.timed(bare, "auto")
        rows.append((kind, "as read", *_syllables(truth, bare, 0)))
        if peers.have_pyvi():
            began = time.process_time()
            text = peers.pyvi(bare)
            rows.append((kind, "pyvi", *_syllables(truth, text, time.process_time() - began)))
        rows.append((kind, "**hoso**", *_syllables(truth, restored.text, seconds)))
    return table(("held-out text", "text", "syllables", "right", "words/s"), rows)


def _syllables(truth: str, text: str, seconds: float) -> Row:
    """Syllables, the share of them that is right (capitals apart), words a second."""
    right = score(_letters(truth), _letters(text))
    speed = f"{len(truth.split()) / seconds:,.0f}" if seconds else ""
    return right.words, f"{100 * (1 - right.wer):.2f} %", speed


def _letters(text: str) -> str:
    return " ".join(re.findall(r"[^\W\d_]+", key(text)))


def clean(bench: Bench) -> str:
    """Good text: the words that restoration changes."""
    rows, shown, total, harmed = list[Row](), list[str](), 0, 0
    texts = heldout.held_out()
    for kind, words in (
        ("office", CLEAN_WORDS // 3),
        ("legal", CLEAN_WORDS // 2),
        ("news", CLEAN_WORDS // 2),
    ):
        text = heldout.words_of(texts[kind], min(words, CLEAN_WORDS - total), seed=2)
        restored, seconds = bench.timed(text, "auto")
        size, changed = len(text.split()), sum(len(edit.raw.split()) for edit in restored.edits)
        total, harmed = total + size, harmed + changed
        rows.append((kind, size, changed, f"{size / seconds:,.0f}"))
        shown += [f"{kind}: {edit.raw} → {edit.restored}" for edit in restored.edits]
    rows.append(("**all**", total, f"**{harmed}**", ""))
    note = "\n\nChanged: " + "; ".join(shown[:20]) + "." if shown else ""
    return table(("held-out text", "words", "words changed", "words/s"), rows) + note


def calibrated(bench: Bench, *, write: bool = False) -> str:
    """Confidence of edits against truth, on the rendered pages."""
    curves, rows = [], list[Row]()
    for language, done in bench.done.items():
        found = calibration.bins(e for d in done for e in calibration.judged(d.page.truth, d.restored))
        curves.append((f"-l {language}", found))
        rows += [
            (
                f"`-l {language}`",
                f"{b.low:.1f}–{b.high:.1f}",
                b.edits,
                f"{b.confidence:.3f}",
                f"{b.right:.3f}",
            )
            for b in found
        ]
        sums = sum(b.edits for b in found), f"error {calibration.error(found):.3f}"
        rows.append((f"`-l {language}`", "**all**", sums[0], "", f"**{sums[1]}**"))
    text = table(("read by", "confidence", "edits", "mean confidence", "share right"), rows)
    if write:
        calibration.draw(curves, DOCS / "reliability.png")
    return f"{text}\n\n![Share of right edits over their confidence, a panel each OCR](reliability.png)"


def speed(bench: Bench) -> str:
    """Loading, memory and words a second, each size in a process of its own."""
    pages_read = [d.page.read for d in bench.done["eng"]]
    sources = {
        "pages read by `-l eng`": ("eng", pages_read),
        "clean held-out text": ("auto", heldout.words_of(_all_held_out(), max(SIZES)).split("\n")),
    }
    rows = [
        _measured(name, *_sized(texts, size), channel)
        for name, (channel, texts) in sources.items()
        for size in SIZES
    ]
    line = " ".join(_sized(pages_read, LONG_LINE // 4)[0].split())[:LONG_LINE]
    rows.append(_measured("one line of 10 MB, read by `-l eng`", line, len(line.split()), "eng"))
    letters = " ".join(chr(97 + n * 7 % 26) for n in range(max(SIZES)))
    rows.append(_measured("single letters", letters, max(SIZES), "eng"))
    head = (
        "text",
        "words",
        "import",
        "load",
        "resident once loaded",
        "at the peak",
        "time",
        "words/s",
    )
    return table(head, rows)


def _measured(name: str, text: str, words: int, channel: str) -> Row:
    """One text in a process of its own."""
    file = heldout.WORK / "speed.txt"
    file.write_text(text, encoding="utf-8")
    command = [PYTHON, "-m", "benchmarks.load", str(file), channel]
    run = subprocess.run(command, cwd=ROOT, text=True, capture_output=True, check=True)
    m = json.loads(run.stdout)
    cells = [f"{m[name]:.2f} s" for name in ("import", "load")]
    cells += [f"{m[name]:.0f} MB" for name in ("resident", "peak")]
    return (name, f"{words:,}", *cells, f"{m['seconds']:.1f} s", f"{words / m['seconds']:,.0f}")


def _all_held_out() -> list[str]:
    return [text for texts in heldout.held_out().values() for text in texts]


def _sized(texts: Sequence[str], size: int) -> tuple[str, int]:
    """So many words of the texts, from the beginning again where they end."""
    chosen, words, at = list[str](), 0, 0
    while words < size:
        lines = texts[at % len(texts)].split("\n")
        for line in lines:
            if words >= size:
                break
            chosen.append(line)
            words += len(line.split())
        at += 1
    return "\n".join(chosen), words


def remaining(bench: Bench) -> str:
    """The classes of what is left wrong."""
    sets: list[tuple[str, Iterable[tuple[str, RestoredText]]]] = [
        (f"pages read by `-l {name}`", [(d.page.truth, d.restored) for d in done])
        for name, done in bench.done.items()
    ]
    if bench.report is not None:
        sets.insert(0, ("report 001", [bench.report[:2]]))
    parts = []
    for title, texts in sets:
        found = errors.Tally()
        for truth, restored in texts:
            errors.tally(found, truth, restored, bench.restorer.lexicon)
        rows: list[Row] = [
            (
                name,
                meaning,
                *(found.counts[name, o] for o in errors.OUTCOMES),
                "; ".join(found.examples[name]),
            )
            for name, meaning, _ in sorted(errors.CLASSES, key=lambda c: -found.total(c[0]))
            if found.total(name)
        ]
        sums = [sum(found.counts[name, o] for name, _, _ in errors.CLASSES) for o in errors.OUTCOMES]
        rows.append(("**all**", "", *sums, ""))
        parts.append(f"### {title[0].upper()}{title[1:]}\n\n" + table(ERROR_HEAD, rows))
    return "\n\n".join(parts)


ERROR_HEAD = ("class", "what it is", *errors.OUTCOMES, "printed → restored, for example")

SECTIONS: dict[str, tuple[str, Callable[[Bench], str], bool]] = {
    "report": ("A ruined report", report, False),
    "pages": ("Pages of text that training never saw", pages, False),
    "faces": ("The same pages by face, WER as read → restored", faces, False),
    "stripped": ("Marks stripped, nothing else", stripped, True),
    "clean": ("Good text", clean, True),
    "calibration": ("Confidence", calibrated, False),
    "speed": ("Speed and memory", speed, True),
    "errors": ("What is left wrong", remaining, False),
}
"""Title, measurement, and whether it needs the corpus."""

INTRO = """# Benchmarks of restoration

Measured by `python -m benchmarks.restore --write`, each section at the commit that stands in it. WER and CER
are shares of what was printed, capitals counted; a number is right where it stands in its place. pyvi gets
the text without marks, as it wants it, line by line; lines on which it fails count as read. Pages are drawn
in seven faces at 200 and 300 dpi (`training/render.py`), clean, as an office's scan, or as a fax, and read by
Tesseract without Vietnamese (`-l eng`) and with it (`-l vie`); each is restored by itself. Their text is one
paragraph in fifty of the corpus, which training leaves out, and report prose of our own
(`benchmarks/prose.txt`). Speed is by processor time on one core. Classes of what is left wrong:
[restoration.md](restoration.md).
"""


def main() -> int:
    """Measure, print, and write where asked."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("sections", nargs="*", metavar="SECTION")
    parser.add_argument("--write", action="store_true", help="into docs")
    parser.add_argument("--errors", action="store_true", help="what is left wrong, nothing else")
    options = parser.parse_args()
    chosen = options.sections or (["errors"] if options.errors else list(SECTIONS))
    if unknown := [name for name in chosen if name not in SECTIONS]:
        parser.error(f"no section {', '.join(unknown)}; there are {', '.join(SECTIONS)}")
    bench = Bench()
    for name in chosen:
        title, measure, needs_corpus = SECTIONS[name]
        if needs_corpus and not heldout.have_corpus():
            continue
        text = calibrated(bench, write=options.write) if name == "calibration" else measure(bench)
        print(f"## {title}\n\n{text}\n", flush=True)
        if options.write:
            write(name, text)
    return 0


def write(name: str, text: str) -> None:
    """Put one section into its page of docs; a later run of the others leaves it alone."""
    stamp = f"On {datetime.now(UTC).date()}, commit {commit()}."
    if name == "errors":
        page, old = DOCS / "restoration.md", (DOCS / "restoration.md").read_text(encoding="utf-8")
        stamp = f"Counted by `python -m benchmarks.restore --errors --write` on {stamp[3:]}"
    else:
        page = DOCS / "benchmarks-restore.md"
        known = page.read_text(encoding="utf-8") if page.exists() else ""
        # the frame anew, what was measured before put into it again
        blocks = dict(re.findall(r"<!-- (\w+): begin -->\n\n(.*?)\n\n<!-- \1: end -->", known, re.DOTALL))
        frame = [f"## {SECTIONS[n][0]}\n\n{marked(n, blocks.get(n, ''))}" for n in SECTIONS if n != "errors"]
        old = "\n".join([INTRO, *(f"{part}\n" for part in frame)])
    page.write_text(put(old, name, f"{stamp}\n\n{text}"), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
