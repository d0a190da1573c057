"""Pages drawn from known text and read by Tesseract: what OCR makes of Vietnamese.

Each page takes paragraphs whose words have been seen least so far, so that rare syllables get their share,
and one of several fonts, sizes, resolutions and degrees of damage. ``tesseract -l eng`` gives the pairs for
the channel of text layers that an English OCR left, ``-l vie`` those for the channel of today's scans.
"""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, replace
from math import sqrt
from pathlib import Path

import numpy as np

from training.corpus import files, paragraphs, tokens, weight
from training.degrade import PROFILES, Profile, ProfileName, degrade
from training.render import Margins, Style, lines_per_page, render_lines, wrap

FONTS = (
    ("Tinos", 0.34),
    ("TeX Gyre Termes", 0.34),
    ("Noto Serif", 0.12),
    ("Arimo", 0.12),
    ("DejaVu Serif", 0.08),
)
STYLES = (("regular", 0.7), ("bold", 0.15), ("italic", 0.15))
SIZES = (12.0, 13.0, 13.5, 14.0)
RESOLUTIONS = ((100, 0.1), (150, 0.2), (200, 0.35), (300, 0.35))
DAMAGE: tuple[tuple[ProfileName, float], ...] = (("clean", 0.25), ("office", 0.35), ("fax", 0.4))
"""Bad pages more often than archives hold them: they are where the channel has most to learn."""
MARGINS = Margins(36, 30, 36, 36)
TIMEOUT = 120
VARIES = 0.35
"""Blur, noise, dust and skew of a page are up to this share less or more than its profile's."""


@dataclass(frozen=True)
class Setup:
    """How a page was drawn and who read it."""

    font: str
    style: str
    size: float
    dpi: int
    damage: ProfileName
    language: str


def sample(folder: Path, held_out: bool, share: int = 12, longest: int = 700) -> list[str]:
    """Paragraphs to draw: ``1/share`` of office and legal text, less of the news; chosen by hash."""
    found: list[str] = []
    seen: set[int] = set()
    for path in files(folder):
        every = 1 if held_out else share * (1 if weight(path.name) > 1 else 8)
        for number, (text, held) in enumerate(paragraphs(path, seen)):
            if held == held_out and 20 < len(text) <= longest and number % every == 0:
                found.append(text)
    return found


def _pick(rng: np.random.Generator, choices: Sequence[tuple[object, float]]) -> int:
    return int(rng.choice(len(choices), p=[p for _, p in choices]))


def setup(rng: np.random.Generator, language: str, damage: ProfileName | None = None) -> Setup:
    """A page's look, drawn by chance."""
    return Setup(
        FONTS[_pick(rng, FONTS)][0],
        STYLES[_pick(rng, STYLES)][0],
        float(rng.choice(SIZES)),
        RESOLUTIONS[_pick(rng, RESOLUTIONS)][0],
        damage or DAMAGE[_pick(rng, DAMAGE)][0],
        language,
    )


def choose(texts: Sequence[str], rng: np.random.Generator, seen: Counter[str]) -> str:
    """Of eight paragraphs the one with the rarest words; sometimes as a heading in capitals."""
    best, best_score = "", -1.0
    for i in rng.integers(0, len(texts), 8):
        words = tokens(texts[i].lower())
        score = sum(1 / sqrt(1 + seen[w]) for w in words) / max(len(words), 5)
        if score > best_score:
            best, best_score = texts[i], score
    seen.update(tokens(best.lower()))
    chance = rng.random()
    if chance < 0.06:
        return " ".join(best.split()[:14]).upper()
    return " ".join(best.split()[:10]).title() if chance < 0.09 else best


def page_lines(texts: Sequence[str], rng: np.random.Generator, seen: Counter[str], how: Setup) -> list[str]:
    """The printed lines of one page."""
    style = Style(how.font, how.size, how.style == "bold", how.style == "italic")
    width = 595.0 - MARGINS.left - MARGINS.right
    room, lines = lines_per_page(how.size, 1.25, MARGINS), list[str]()
    while len(lines) < room:
        lines += wrap(choose(texts, rng, seen), style, width)
    return lines[:room]


def read_image(path: Path, language: str, dpi: int) -> str:
    """What Tesseract reads; empty where it takes too long."""
    command = ["tesseract", str(path), "-", "-l", language, "--dpi", str(dpi)]
    try:
        done = subprocess.run(
            command,
            capture_output=True,
            timeout=TIMEOUT,
            check=True,
            env={**os.environ, "OMP_THREAD_LIMIT": "1"},
        )
    except subprocess.TimeoutExpired:
        return ""
    return done.stdout.decode("utf-8", "replace")


def varied(profile: Profile, rng: np.random.Generator) -> Profile:
    """One machine among the many of a kind: no two offices' scanners blur and crackle alike."""
    skew, blur, noise, specks, threshold, jpeg = rng.uniform(-1, 1, 6).tolist()
    return replace(
        profile,
        skew=profile.skew * (1 + VARIES * skew),
        blur=profile.blur * (1 + VARIES * blur),
        noise=profile.noise * (1 + VARIES * noise),
        specks=profile.specks * (1 + VARIES * specks),
        threshold=None if profile.threshold is None else round(profile.threshold + 20 * threshold),
        jpeg=None if profile.jpeg is None else round(profile.jpeg + 20 * jpeg),
    )


def draw_and_read(
    lines: Sequence[str], how: Setup, rng: np.random.Generator, profile: Profile | None = None
) -> str:
    """One page through printer, office (``profile``; that of the setup's name by default) and OCR."""
    image = render_lines(
        lines,
        how.font,
        how.size,
        how.dpi,
        bold=how.style == "bold",
        italic=how.style == "italic",
        justified=True,
        margins=MARGINS,
    )[0]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "page.pgm"
        degrade(image, rng, profile or how.damage, how.dpi).save(path)
        return read_image(path, how.language, how.dpi)


def make(texts: Sequence[str], language: str, count: int, seed: int, out: Path, jobs: int = 1) -> None:
    """Append pages (JSON lines: setup, truth lines, read text) to ``out`` until it holds ``count``.

    Which words a page takes hangs on the pages before it, what becomes of it on its number alone: so any
    number of processes may draw and read, and the bytes stay the same.
    """
    done = sum(1 for _ in out.open(encoding="utf-8")) if out.exists() else 0
    seen: Counter[str] = Counter()
    sheets = []
    for number in range(count):
        rng = np.random.default_rng([seed, number])
        how = setup(rng, language)
        sheets.append((how, page_lines(texts, rng, seen, how), (seed, number)))
    with ProcessPoolExecutor(jobs) as pool, out.open("a", encoding="utf-8") as file:
        for (how, lines, _), read in zip(sheets[done:], pool.map(_read_sheet, sheets[done:]), strict=True):
            file.write(json.dumps({**asdict(how), "truth": lines, "read": read}, ensure_ascii=False) + "\n")
            file.flush()


def _read_sheet(sheet: tuple[Setup, list[str], tuple[int, int]]) -> str:
    how, lines, seed = sheet
    rng = np.random.default_rng([*seed, 1])
    return draw_and_read(lines, how, rng, varied(PROFILES[how.damage], rng))


def load(path: Path) -> Iterator[tuple[Setup, str, str]]:
    """Setup, truth and read text of each page in a file of ``make``."""
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            truth, read = row.pop("truth"), row.pop("read")
            yield Setup(**row), "\n".join(truth), read
