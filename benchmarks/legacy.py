"""Old encodings: how often runs of each length are told and converted rightly, and what is wrongly converted.

usage: python -m benchmarks.legacy [--write] [--errors]

Runs are cut at words out of report prose of ours (``prose.txt``, ``samples/sources``, the blind sets' texts)
and written in each encoding, alone and between Unicode words. A run is right where the converted text is the
printed one to the letter; capitals that TCVN3 has not are not asked for. What must stay is the same prose in
Unicode, foreign prose (``foreign.txt``), and text that an English OCR ruined. ``--write`` puts the result
into docs/benchmarks.md, ``--errors`` prints what is wrong.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import astuple, dataclass
from datetime import UTC, datetime

from benchmarks.heldout import report_prose
from benchmarks.page import commit, put
from benchmarks.shared import ROOT, SHARED
from pipeline.intake.codes import encoding
from pipeline.intake.legacy import converted
from pipeline.language.normal import nfc

LENGTHS = (10, 20, 40, 80)
"""Characters of a run, at least; it ends with the word that reaches them."""
LONG, TARGET = 20, 99.5
"""Characters from which on the target holds, and the percentage."""
AROUND = 4
"""Unicode words on each side of a run in a line."""
PAGE = 24
"""Lines of a mixed page."""
RUNS = 1500
"""Runs of each encoding and length, evenly taken."""


_ASCII = str.maketrans("“”‘’–—…•", "\"\"''--.-")


def _typed(text: str) -> str:
    """VIQR as people type it: full stops without a backslash."""
    return re.sub(r"\\(.)", r"\1", encoding("viqr").encode(text.translate(_ASCII)))


def _in_pdf(text: str) -> str:
    """TCVN3 as a PDF's text layer shows it: ư is a hyphen."""
    return encoding("tcvn3").encode(text).replace("\xad", "-")


def _plain(name: str) -> Callable[[str], str]:
    """An encoding that has letters, or nothing, where Windows-1252 has quotes and dashes."""
    return lambda text: encoding(name).encode(text.translate(_ASCII))


WRITERS: dict[str, Callable[[str], str]] = {
    "TCVN3": encoding("tcvn3").encode,
    "TCVN3 in a PDF": _in_pdf,
    "VNI": encoding("vni").encode,
    "VPS": _plain("vps"),
    "VISCII": _plain("viscii"),
    "Windows-1258": encoding("windows-1258").encode,
    "VIQR": _plain("viqr"),
    "VIQR as typed": _typed,
}


def prose() -> list[str]:
    """Lines of report prose, in one tone style."""
    paths = sorted((ROOT / "benchmarks").glob("blind*/txt/*.txt"))
    texts = (path.read_text(encoding="utf-8") for path in paths)
    found = [*report_prose(), *(line for text in texts for line in text.splitlines())]
    return [" ".join(nfc(line).split()) for line in found if "|" not in line and len(line) > LENGTHS[-1]]


def cut(lines: list[str], least: int) -> Iterator[tuple[str, str, str]]:
    """Runs of so many characters, with the words before and behind them."""
    for line in lines:
        words, first = line.split(), 0
        while first < len(words):
            last, size = first, -1
            while last < len(words) and size < least:
                size += 1 + len(words[last])
                last += 1
            if size >= least:
                before, behind = words[max(first - AROUND, 0) : first], words[last : last + AROUND]
                yield " ".join(before), " ".join(words[first:last]), " ".join(behind)
            first = last


def even(runs: list[tuple[str, str, str]]) -> list[tuple[str, str, str]]:
    """So many of the runs, evenly taken."""
    return runs[:: max(len(runs) // RUNS, 1)]


def _in_ascii(text: str) -> str:
    return text.translate(_ASCII)


def _without_case(text: str) -> str:
    return text.lower()


@dataclass(frozen=True)
class Counts:
    """Runs that are not the same in Unicode, and how many of them are well.

    ``told``: the encoding was found, or the text is right without; ``alone`` and ``within``: the text is
    right, the run being all of the text or standing between Unicode words.
    """

    every: int = 0
    told: int = 0
    alone: int = 0
    within: int = 0

    def __add__(self, other: Counts) -> Counts:
        pairs = zip(astuple(self), astuple(other), strict=True)
        return Counts(*(a + b for a, b in pairs))

    def percent(self, name: str) -> str:
        """A count's share."""
        return f"{100 * getattr(self, name) / max(self.every, 1):.2f}"


def counted(name: str, runs: list[tuple[str, str, str]], errors: bool) -> Counts:
    """How runs written in an encoding are told and converted."""
    write, total = WRITERS[name], Counts()
    stem = name.split(" ")[0].lower()
    same = _without_case if stem == "tcvn3" else _in_ascii
    for before, run, behind in runs:
        raw = write(run)
        if raw in {run, _in_ascii(run)}:
            continue
        done, found = converted(raw)
        alone = same(done.text) == same(run)
        line, wanted = (" ".join(filter(None, (before, text, behind))) for text in (raw, run))
        inside = converted(line)[0].text
        within = same(inside) == same(wanted)
        total += Counts(1, alone or found == (stem,), alone, within)
        if errors and not alone:
            print(f"{name}: {raw!r}\n   {run!r}\n   {done.text!r}", file=sys.stderr)
        elif errors and not within:
            print(f"{name} within: {line!r}\n   {inside!r}", file=sys.stderr)
    return total


def mixed(errors: bool) -> str:
    """Pages that mix Unicode and three encodings, each line and each half line in another: lines right, %."""
    names, lines, right, every = list(WRITERS), prose(), 0, 0
    for turn in range(len(lines) // PAGE):
        writers: list[Callable[[str], str]] = [
            str,
            *(WRITERS[names[(turn + 2 * i) % len(names)]] for i in range(3)),
        ]
        printed, raw = list[str](), list[str]()
        for row, line in enumerate(lines[turn * PAGE : (turn + 1) * PAGE]):
            text = line.translate(_ASCII)
            cut_at = (
                text.index(" ", len(text) // 2 - 1) if row % 2 and " " in text[len(text) // 2 - 1 :] else 0
            )
            parts = [text[:cut_at], text[cut_at:]]
            printed.append(text)
            raw.append("".join(writers[(row + i) % 4](part) for i, part in enumerate(parts)))
        found = converted("\n".join(raw))[0].text.split("\n")
        for wanted, got, was in zip(printed, found, raw, strict=True):
            every += 1
            right += wanted.lower() == got.lower()
            if errors and wanted.lower() != got.lower():
                print(f"mixed: {was!r}\n   {wanted!r}\n   {got!r}", file=sys.stderr)
    head = "| pages mixing Unicode and three encodings | lines | lines right, % |\n|---|---|---|"
    return f"{head}\n| {len(lines) // PAGE} | {every} | {100 * right / every:.2f} |"


def stays(errors: bool) -> Iterator[tuple[str, int, int]]:
    """What must stay: name, pieces, and pieces that were converted."""
    lines = prose()
    pieces = {f"Unicode, {n} characters": [run for _, run, _ in even(list(cut(lines, n)))] for n in LENGTHS}
    pieces["Unicode, lines"] = lines
    foreign = (ROOT / "benchmarks" / "foreign.txt").read_text(encoding="utf-8").splitlines()
    pieces["foreign, lines"] = foreign
    pieces["foreign, 20 characters"] = [run for _, run, _ in cut(foreign, 20)]
    paths = [ROOT / "samples" / "input" / "van-ban-hong" / "bao-cao-lac-khuong.txt"]
    ruined = [path.read_text(encoding="utf-8") for path in [*paths, *(SHARED / "reports").glob("001_*")]]
    pieces["ruined by OCR, lines"] = [line for text in ruined for line in text.splitlines() if line.strip()]
    pieces["ruined by OCR, pages"] = [page for text in ruined for page in text.split("\f")]
    for name, texts in pieces.items():
        wrong = Counter(text for text in texts if converted(text)[1])
        if errors:
            for text in wrong:
                print(
                    f"{name}: {[(e.raw, e.restored) for e in converted(text)[0].edits][:12]}", file=sys.stderr
                )
        yield name, len(texts), wrong.total()


def report(errors: bool) -> str:
    """The measures as Markdown tables."""
    lines = prose()
    cuts = {least: even(list(cut(lines, least))) for least in LENGTHS}
    heads = " | ".join(f"right, {least}" for least in LENGTHS)
    rows = [f"| runs, % (alone / within a line) | told, from 20 | right, from 20 | {heads} | target, told |"]
    rows.append("|---" * (len(LENGTHS) + 4) + "|")
    for name in WRITERS:
        found = {least: counted(name, cuts[least], errors) for least in LENGTHS}
        long = sum((counts for least, counts in found.items() if least >= LONG), Counts())
        cells = [f"{c.percent('alone')} / {c.percent('within')}" for c in (long, *found.values())]
        rows.append(f"| {name} | {long.percent('told')} | {' | '.join(cells)} | {TARGET} |")
        print(rows[-1], file=sys.stderr, flush=True)
    kept = ["| must stay | pieces | converted | target |\n|---|---|---|---|"]
    kept += [f"| {name} | {every} | {wrong} | 0 |" for name, every, wrong in stays(errors)]
    return "\n\n".join(["\n".join(rows), mixed(errors), "\n".join(kept)])


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--errors", action="store_true")
    options = parser.parse_args()
    block = report(options.errors)
    print(block)
    if options.write:
        path = ROOT / "docs" / "benchmarks.md"
        note = f"`make bench-legacy` on {datetime.now(UTC).date()}, commit {commit()}."
        path.write_text(
            put(path.read_text(encoding="utf-8"), "legacy", f"{note}\n\n{block}"), encoding="utf-8"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
