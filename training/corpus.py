"""Plain text in, clean paragraphs and streams of word ids out.

Corpora repeat themselves (the same law in three collections), carry citation codes of the codified law
(``Điều 36.3.LQ.1.``) and word segmentation (``hộ_nghèo``). Each paragraph is normalised, its
near-duplicates are dropped, and one in fifty, chosen by the hash of its letters, is held out: so every copy
of a paragraph falls on the same side, whatever the order of files.
"""

from __future__ import annotations

import hashlib
import lzma
import re
import tomllib
from array import array
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.language.normal import key, nfc
from pipeline.language.syllables import is_syllable

HELD_OUT = 50
BREAK, NUMBER = "</s>", "<num>"

_TOKEN = re.compile(r"[^\W\d_]+|\d[^\W_]*(?:[.,/:-]\d+)*|[.!?;:…]")
_ENDS = frozenset(".!?;:…")
_CITATION = re.compile(r"\d+(?:\.\d+)*\.(?:LQ|NĐ|TT|TL|QĐ|PL|NQ|CT|QC)(?:\.\d+)+\.?")
_CODIFIED = re.compile(r"^\((?:Điều|Điểm|Khoản|Mục) .*có hiệu lực thi hành|^Điều này có nội dung liên quan")
_SEGMENTED = re.compile(r"(?<=\w)_(?=\w)")
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")


@dataclass
class Corpus:
    """Word ids of the held-in text by source, the words, and held-out paragraphs by source.

    ``inside`` counts words as printed that stand inside a sentence: capitals there are the word's own.
    """

    words: list[str] = field(default_factory=lambda: [BREAK, NUMBER])
    streams: dict[str, NDArray[np.uint32]] = field(default_factory=dict)
    held_out: dict[str, list[str]] = field(default_factory=dict)
    inside: Counter[str] = field(default_factory=Counter)


def files(folder: Path) -> list[Path]:
    """The corpus files, sorted by name.

    Raises:
        SystemExit: where there is none.
    """
    found = sorted([*folder.glob("*.txt"), *folder.glob("*.txt.xz")])
    if not found:
        message = f"{folder}: no .txt or .txt.xz file, one paragraph a line"
        raise SystemExit(message)
    return found


def weight(name: str) -> int:
    """How often a source's text counts (``training/sources.toml``)."""
    data = tomllib.loads((Path(__file__).parent / "sources.toml").read_text(encoding="utf-8"))
    return next(
        (int(w) for start, w in data["weights"].items() if name.startswith(start)), int(data["default"])
    )


def clean(line: str) -> str:
    """One paragraph, normalised; empty where it is to be left out.

    >>> clean("Điều 36.3.LQ.1. Hộ_nghèo ở xã")
    'Điều Hộ nghèo ở xã'
    """
    text = _INVISIBLE.sub("", nfc(line))
    if _CODIFIED.search(text):
        return ""
    return " ".join(_SEGMENTED.sub(" ", _CITATION.sub("", text)).split())


def fingerprint(text: str) -> int:
    """A 63-bit hash over the paragraph's letters, so that near-duplicates (digits, marks, case) agree."""
    letters = "".join(c for c in text.lower() if c.isalpha())
    return int.from_bytes(hashlib.blake2b(letters.encode(), digest_size=8).digest(), "big") >> 1


def paragraphs(path: Path, seen: set[int]) -> Iterator[tuple[str, bool]]:
    """Clean paragraphs of one file with whether they are held out; duplicates (in ``seen``) are left out."""
    with (
        lzma.open(path, "rt", encoding="utf-8")
        if path.suffix == ".xz"
        else path.open(encoding="utf-8") as lines
    ):
        for line in lines:
            text = clean(line)
            if len(text) < 3:
                continue
            mark = fingerprint(text)
            if mark in seen:
                continue
            seen.add(mark)
            yield text, mark % HELD_OUT == 0


def tokens(text: str) -> list[str]:
    """Words as printed, numbers, and sentence-ending marks."""
    return _TOKEN.findall(text)


def word_key(token: str) -> str:
    """The word under which a token is counted."""
    if token[0].isdigit():
        return NUMBER
    return key(token) if token[0].isalpha() else BREAK


def _is_vietnamese(found: list[str]) -> bool:
    sample = found[:60]
    letters = [t for t in sample if t[0].isalpha()]
    return sum(is_syllable(t) for t in letters) * 2 > len(letters)


def read(folder: Path) -> Corpus:
    """The whole corpus as ids. About 2.5 minutes and 1.5 GB for 90 million words."""
    corpus = Corpus()
    ids = {word: i for i, word in enumerate(corpus.words)}
    printed: dict[str, int] = {}
    seen: set[int] = set()
    for path in files(folder):
        stream, kept = array("I"), []
        for text, held in paragraphs(path, seen):
            if held:
                kept.append(text)
                continue
            found = tokens(text)
            if not _is_vietnamese(found):
                continue
            for token in found:
                number = printed.get(token)
                if number is None:
                    word = word_key(token)
                    number = ids.setdefault(word, len(ids))
                    printed[token] = number
                stream.append(number)
            stream.append(0)
            corpus.inside.update(t for before, t in pairwise(found) if before not in _ENDS and t[0].isalpha())
        name = path.name.split(".")[0]
        corpus.streams[name] = np.frombuffer(stream, dtype=np.uint32)
        corpus.held_out[name] = kept
        print(f"{name}: {len(stream):,} tokens, {len(kept):,} paragraphs held out", flush=True)
    corpus.words = list(ids)
    return corpus


def capitals(inside: Mapping[str, int]) -> tuple[dict[str, float], dict[str, str]]:
    """How often a word inside a sentence begins with a capital, and how initials are printed (``UBND``).

    Returns:
        share of capitals by word; the most frequent form of words that mostly have two capitals or more.
    """
    forms: dict[str, Counter[str]] = defaultdict(Counter)
    for form, count in inside.items():
        forms[word_key(form)][form] += count
    shares, printed = {}, {}
    for word, counts in forms.items():
        # lines all in capitals tell nothing of a syllable's own case
        usual = Counter({f: n for f, n in counts.items() if not f.isupper() or len(f) == 1}) or counts
        shares[word] = sum(n for f, n in usual.items() if f[0].isupper()) / usual.total()
        form, count = counts.most_common(1)[0]
        if sum(c.isupper() for c in form) > 1 and not is_syllable(word) and count * 2 > counts.total():
            printed[word] = form
    return shares, printed
