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
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.language.normal import fold_marks, key, nfc
from pipeline.language.syllables import is_syllable

HELD_OUT = 50
BREAK, NUMBER = "</s>", "<num>"
CARELESS = 20
"""Initials without a mark are a slip where their like with marks is so many times as frequent."""
PLACES = "places"
"""Name of the gazetteer among the sources."""

_TOKEN = re.compile(r"[^\W\d_]+|\d[^\W_]*(?:[.,/:-]\d+)*|[.!?;:…]")
_ENDS = frozenset(".!?;:…")
_CITATION = re.compile(r"\d+(?:\.\d+)*\.(?:LQ|NĐ|TT|TL|QĐ|PL|NQ|CT|QC)(?:\.\d+)+\.?")
_CODIFIED = re.compile(r"^\((?:Điều|Điểm|Khoản|Mục) .*có hiệu lực thi hành|^Điều này có nội dung liên quan")
_SEGMENTED = re.compile(r"(?<=\w)_(?=\w)")
_ETH = str.maketrans("Ðð", "Đđ")
"""The Icelandic letter looks like the Vietnamese one, and old files hold it in its place."""
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
    return _TOKEN.findall(text.translate(_ETH))


def word_key(token: str) -> str:
    """The word under which a token is counted."""
    if token[0].isdigit():
        return NUMBER
    return key(token) if token[0].isalpha() else BREAK


def _is_vietnamese(found: list[str]) -> bool:
    sample = found[:60]
    letters = [t for t in sample if t[0].isalpha()]
    return sum(is_syllable(t) for t in letters) * 2 > len(letters)


def read(folder: Path, places: Iterable[str] = ()) -> Corpus:
    """The whole corpus as ids. About 2.5 minutes and 1.5 GB for 90 million words.

    Args:
        folder: files of plain text, a paragraph a line.
        places: names of places, a line each (see ``training.places``): a source of their own.
    """
    corpus = Corpus()
    ids = {word: i for i, word in enumerate(corpus.words)}
    printed: dict[str, int] = {}
    seen: set[int] = set()
    sources = [(path.name.split(".")[0], paragraphs(path, seen)) for path in files(folder)]
    for name, lines in [*sources, (PLACES, ((line, False) for line in places))]:
        stream, kept = array("I"), []
        for text, held in lines:
            if held:
                kept.append(text)
                continue
            found = tokens(text)
            if not _is_vietnamese(found) and name != PLACES:
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


def typed_without_marks(
    words: Sequence[str], total: NDArray[np.int64], printed: Mapping[str, str]
) -> dict[int, int]:
    """Initials that were typed carelessly, by id, and the ids of those that were meant (QD: QĐ).

    Args:
        words: by id.
        total: count of each.
        printed: initials with the form in which they are mostly printed.
    """
    by_letters: dict[str, list[int]] = defaultdict(list)
    for number, word in enumerate(words):
        if word in printed:
            by_letters[fold_marks(word)].append(number)
    meant = {}
    for alike in by_letters.values():
        best = max(alike, key=lambda n: (total[n], n))
        for number in alike:
            if words[number].isascii() and total[best] >= CARELESS * total[number]:
                meant[number] = best
    return meant
