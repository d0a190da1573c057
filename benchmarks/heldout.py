"""Text that training never saw, and pages drawn from it and read by Tesseract.

The corpus' held-out paragraphs are those of ``training.corpus`` itself: one in fifty, by the hash of its
letters. Report prose is ``benchmarks/prose.txt`` and ``samples/sources``, which we wrote and which are in no
corpus. What takes long is kept under build/bench: delete that folder to draw and read again.
"""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from benchmarks.shared import ROOT, SHARED
from pipeline.language.normal import new_style, nfc
from training import pages
from training.corpus import files, paragraphs
from training.degrade import ProfileName
from training.pages import MARGINS, Setup, draw_and_read
from training.render import Style, lines_per_page, wrap

CORPUS = SHARED / "corpus"
WORK = ROOT / "build" / "bench" / "restore"

KINDS = {
    "office": ("tvpl_ubnd",),
    "legal": ("tvpl_legal", "phapluat", "vlc", "phapdien"),
    "news": ("baomoi", "vietnews"),
}
"""Kinds of text by the beginnings of the corpus files' names."""
LONGEST = 1500
"""Letters of a paragraph; longer ones are lists and tables without line ends."""

FACES = (
    ("Tinos", "regular"),
    ("Tinos", "bold"),
    ("Tinos", "italic"),
    ("TeX Gyre Termes", "regular"),
    ("Noto Serif", "regular"),
    ("Arimo", "regular"),
    ("DejaVu Serif", "regular"),
)
DAMAGES: tuple[ProfileName, ...] = ("clean", "office", "fax")
SHEETS = (("legal", 200), ("office", 300), ("report", 200))
"""The pages of each face and damage: kind of text and resolution."""
SIZE = 13.0
SEED = 8_000


@dataclass(frozen=True)
class ReadPage:
    """A page: how it was drawn, what stands on it, what Tesseract read."""

    kind: str
    face: str
    damage: str
    language: str
    truth: str
    read: str


def have_corpus() -> bool:
    """Whether the corpus lies beside the checkout."""
    return CORPUS.is_dir() and any(CORPUS.iterdir())


def held_out() -> dict[str, list[str]]:
    """Held-out paragraphs by kind; about three minutes where they are not kept from an earlier run."""
    names = [(path.name, path.stat().st_size) for path in files(CORPUS)]
    code = (ROOT / "training" / "corpus.py").read_bytes()
    mark = hashlib.sha256(repr(names).encode() + code).hexdigest()[:12]
    kept = WORK / f"heldout-{mark}.json"
    if not kept.exists():
        kept.parent.mkdir(parents=True, exist_ok=True)
        seen: set[int] = set()
        found: dict[str, list[str]] = {kind: [] for kind in KINDS}
        for path in files(CORPUS):
            kind = next(k for k, starts in KINDS.items() if path.name.startswith(starts))
            found[kind] += [t for t, held in paragraphs(path, seen) if held and 40 < len(t) <= LONGEST]
        kept.write_text(json.dumps(found, ensure_ascii=False), encoding="utf-8")
    data: dict[str, list[str]] = json.loads(kept.read_text(encoding="utf-8"))
    return data


def report_prose() -> list[str]:
    """Our own reports: ``prose.txt`` below its head, and the sentences of ``samples/sources``."""
    found = (ROOT / "benchmarks" / "prose.txt").read_text(encoding="utf-8").splitlines()[1:]
    for path in sorted((ROOT / "samples" / "sources").glob("*.toml")):
        found += _strings(tomllib.loads(path.read_text(encoding="utf-8")))
    return [" ".join(new_style(nfc(text)).lstrip("# ").split()) for text in found if len(text) > 40]


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield from (line for line in value.splitlines() if line.strip())
    elif isinstance(value, dict):
        for part in value.values():
            yield from _strings(part)
    elif isinstance(value, list):
        for part in value:
            yield from _strings(part)


def shuffled(texts: Sequence[str], seed: int) -> list[str]:
    """The texts in an order by chance, always the same."""
    order = np.random.default_rng(seed).permutation(len(texts))
    return [texts[i] for i in order.tolist()]


def words_of(texts: Sequence[str], words: int, seed: int = 1) -> str:
    """So many words (at most) of the texts, whole paragraphs, one a line, in an order by chance."""
    chosen, size = [], 0
    for text in shuffled(texts, seed):
        if size >= words:
            break
        chosen.append(text)
        size += len(text.split())
    return "\n".join(chosen)


def read_pages(language: str) -> list[ReadPage]:
    """Every page of every face and damage, read by Tesseract; kept, each by what it depends on."""
    texts = {"report": report_prose()}
    if have_corpus():
        texts |= held_out()
    done = []
    for number, (family, style) in enumerate(FACES):
        for turn, damage in enumerate(DAMAGES):
            for sheet, (kind, dpi) in enumerate(SHEETS):
                if kind not in texts:
                    continue
                how = Setup(family, style, SIZE, dpi, damage, language)
                seed = SEED + 100 * number + 10 * turn + sheet
                face = family if style == "regular" else f"{family} {style}"
                done.append(_page(texts[kind], kind, face, how, seed))
    return done


def _page(texts: Sequence[str], kind: str, face: str, how: Setup, seed: int) -> ReadPage:
    style = Style(how.font, how.size, how.style == "bold", how.style == "italic")
    room, lines = lines_per_page(how.size, 1.25, MARGINS), list[str]()
    for text in shuffled(texts, seed):
        if len(lines) >= room:
            break
        lines += wrap(text, style, 595.0 - MARGINS.left - MARGINS.right)
    lines = lines[:room]
    code = (ROOT / "training" / "degrade.py").read_bytes()
    mark = hashlib.sha256(repr((lines, how, seed, pages.MARGINS)).encode() + code).hexdigest()[:16]
    kept = WORK / "pages" / f"{mark}.txt"
    if not kept.exists():
        kept.parent.mkdir(parents=True, exist_ok=True)
        # one picture for both languages: the chance hangs on the page alone
        kept.write_text(draw_and_read(lines, how, np.random.default_rng(seed)), encoding="utf-8")
    return ReadPage(kind, face, how.damage, how.language, "\n".join(lines), kept.read_text(encoding="utf-8"))
