"""What an OCR makes of a word: P(read | word), and the words that a reading may stand for.

Tesseract without Vietnamese data reads ``hộ`` as hd, hg, ho, hp; ``có`` as c6; ``được`` as dugc. Frequent
words have counts of their own; behind them a syllable is spoiled by parts, onset and rime apart, which
gives a probability to pairs that training never saw (Brill & Moore, "An improved error model for noisy
channel spelling correction", 2000, spoil substrings likewise). Capitals are spoiled in other ways than
small letters (Đ reads P, B, D), so counts are kept by letter case: ``l`` lower, ``t`` title, ``u`` upper.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from functools import lru_cache
from math import exp, log
from pathlib import Path

from pipeline.errors import DictionaryError
from pipeline.language.dictionaries import folder
from pipeline.language.lexicon import Lexicon
from pipeline.language.normal import fold_marks
from pipeline.restore.spelling import Speller, make_pieces

_ONSET = re.compile(r"qu|gi(?=[^\W\d_])|[bcdđghklmnpqrstvxfjwz]*")
SMOOTHING = 2.0
"""Pseudo-count of the part-wise model against a word's own counts; held-out pages lose least between 1 and
4."""
TITLE_PRIOR = 20.0
"""Pseudo-count of lower-case spoiling against title-case spoiling of onsets."""
FEWEST_DIGIT_READS = 2
NEVER = -30.0
FIGURE = 2
"""Digits of the numbers that words are taken for: one letter is a digit too common to guess at."""
OFTEN_FIGURES = 10
"""Readings as numbers of one length and first digit from which on a word may be read as another of them."""
UNSEEN_FIGURE = 1.0
"""Pseudo-count of such a number."""


@lru_cache(maxsize=65536)
def letter_case(word: str) -> str:
    """``u`` for two and more capitals, ``t`` for a capital at the beginning, else ``l``.

    >>> [letter_case(w) for w in ("UBND", "Tứ", "hộ", "Ở", "1a")]
    ['u', 't', 'l', 't', 'l']
    """
    letters = [c for c in word if c.isalpha()]
    if len(letters) > 1 and all(c.isupper() for c in letters):
        return "u"
    return "t" if letters and letters[0].isupper() and word[0] == letters[0] else "l"


@lru_cache(maxsize=65536)
def split_syllable(word: str) -> tuple[str, str]:
    """Onset and rime by spelling.

    >>> split_syllable("nghèo"), split_syllable("quỹ"), split_syllable("giữa"), split_syllable("gì")
    (('ngh', 'èo'), ('qu', 'ỹ'), ('gi', 'ữa'), ('g', 'ì'))
    """
    match = _ONSET.match(word)
    at = match.end() if match else 0
    return word[:at], word[at:]


@dataclass(frozen=True)
class Channel:
    """Counts of one OCR, inverted: from what was read to what it may have been.

    Attributes:
        tokens: by (case, read): word ids with counts.
        totals: by (case, word id): how often the word was seen.
        figures: by (case, first digit, digits): words often read as such numbers.
        parts: by (level, case, read): parts with log probabilities.
        words: word id by (onset, rime).
        spellers: by case (``l``, ``u``): words by letters.
        first: log P(first letter read | first letter), case kept.
        cut: log probability that a word is cut in two; ``joined``: that two are joined.
    """

    name: str
    tokens: dict[tuple[str, str], list[tuple[int, int]]]
    totals: dict[tuple[str, int], int]
    figures: dict[tuple[str, str, int], list[int]]
    parts: dict[tuple[str, str, str], list[tuple[str, float]]]
    words: dict[tuple[str, str], int]
    spellers: dict[str, Speller]
    first: dict[tuple[str, str], float]
    cut: float
    joined: float

    @classmethod
    def load(cls, name: str, lexicon: Lexicon, path: Path | None = None) -> Channel:
        """Read ``channel/NAME.tsv``.

        Raises:
            DictionaryError: where the file is missing or malformed.
        """
        path = path or folder() / "channel" / f"{name}.tsv"
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
            seen, cut, joined = (int(n) for n in lines[0].split("\t")[4:7])
            rows = [(a, b, c, d, int(e)) for a, b, c, d, e in (line.split("\t") for line in lines[1:])]
        except (OSError, ValueError, IndexError) as error:
            message = f"{path}: {error}; restore the file or run make dictionaries"
            raise DictionaryError(message) from error
        tokens, totals = _tokens(rows, lexicon)
        words = {split_syllable(w): i for w, i in lexicon.ids.items()}
        spellers = {
            case: Speller(
                lexicon, make_pieces((c, d, n) for a, b, c, d, n in rows if a == "letter" and b in case)
            )
            for case in ("l", "lu")
        }
        return cls(
            name,
            tokens,
            totals,
            _figures(tokens),
            _parts(rows),
            words,
            spellers,
            _first(rows),
            log((cut + 1) / (seen + 2)),
            log((joined + 1) / (seen + 2)),
        )

    @classmethod
    def plain(cls, lexicon: Lexicon) -> Channel:
        """Marks lost, letters right: each word is read as itself without marks."""
        tokens: dict[tuple[str, str], list[tuple[int, int]]] = defaultdict(list)
        for word, number in lexicon.ids.items():
            for case in "ltu":
                tokens[case, fold_marks(word)].append((number, 1))
        letters = {letter for word in lexicon.ids for letter in (word[0], word[0].upper())}
        first = {(letter, fold_marks(letter)): 0.0 for letter in letters}
        return cls("plain", dict(tokens), defaultdict(lambda: 1), {}, {}, {}, {}, first, NEVER, NEVER)

    def by_parts(self, read: str, case: str) -> dict[int, float]:
        """Words whose onset and rime may be read so, with log P(read | word)."""
        found: dict[int, float] = {}
        for at in range(min(len(read), 5) + 1):
            onsets = self.parts.get(("onset", case, read[:at]))
            rimes = self.parts.get(("rime", case, read[at:])) if onsets else None
            for onset, p in onsets if onsets and rimes else ():
                for rime, q in rimes or ():
                    word = self.words.get((onset, rime))
                    if word is not None and found.get(word, -99.0) < p + q:
                        found[word] = p + q
        return found

    def by_letters(self, read: str, case: str) -> dict[int, float]:
        """Words whose letters may be read so, at most one of them in an unknown way."""
        return self.spellers["lu" if case == "u" else "l"].words(read)

    def candidates(self, read: str, case: str) -> dict[int, float]:
        """Log P(read | word) by word id, ``read`` in lower case; empty where nothing is known.

        A reading of digits alone is a word only where it was counted as that word, or where the word is often
        read as such a number (``là`` as 14, 18, 12, hence as 13).
        """
        whole = dict(self.tokens.get((case, read), ()))
        if read.isdigit():
            counts = dict.fromkeys(self.figures.get((case, read[0], len(read)), ()), UNSEEN_FIGURE)
            counts |= {w: float(n) for w, n in whole.items() if n >= FEWEST_DIGIT_READS}
            return {w: log(n / (self.totals[case, w] + SMOOTHING)) for w, n in counts.items()}
        parts = self.by_parts(read, case)
        found = {}
        for word in whole.keys() | parts.keys():
            total = self.totals.get((case, word), 0)
            p = exp(parts[word]) if word in parts else 1e-6
            found[word] = log((whole.get(word, 0) + SMOOTHING * p) / (total + SMOOTHING))
        return found


_Rows = list[tuple[str, str, str, str, int]]


def _tokens(
    rows: _Rows, lexicon: Lexicon
) -> tuple[dict[tuple[str, str], list[tuple[int, int]]], dict[tuple[str, int], int]]:
    tokens: dict[tuple[str, str], list[tuple[int, int]]] = defaultdict(list)
    totals: dict[tuple[str, int], int] = defaultdict(int)
    for level, case, truth, read, count in rows:
        word = lexicon.ids.get(truth) if level == "token" else None
        if word is not None:
            tokens[case, read].append((word, count))
            totals[case, word] += count
    return dict(tokens), dict(totals)


def _figures(tokens: dict[tuple[str, str], list[tuple[int, int]]]) -> dict[tuple[str, str, int], list[int]]:
    """Words often read as numbers of two digits, by letter case, first digit and length."""
    seen: dict[tuple[str, str, int], dict[int, int]] = defaultdict(lambda: defaultdict(int))
    for (case, read), found in tokens.items():
        if len(read) == FIGURE and read.isdigit():
            for word, count in found:
                seen[case, read[0], FIGURE][word] += count
    return {place: sorted(w for w, n in words.items() if n >= OFTEN_FIGURES) for place, words in seen.items()}


def _parts(rows: _Rows) -> dict[tuple[str, str, str], list[tuple[str, float]]]:
    """Log P(read part | part); title case leans on lower case."""
    counts: dict[tuple[str, str, str], dict[str, float]] = defaultdict(lambda: defaultdict(float))
    lower: dict[tuple[str, str], int] = defaultdict(int)
    for level, case, truth, read, count in rows:
        if level not in {"onset", "rime"}:
            continue
        counts[level, case, truth][read] += count
        if case == "l":
            lower[level, truth] += count
        if case == "t" and level == "rime":
            counts[level, "l", truth][read] += count
    for (level, case, truth), reads in list(counts.items()):
        if case == "l":
            total = sum(reads.values())
            for other, prior in (("t", TITLE_PRIOR if level == "onset" else total), ("u", 2.0)):
                for read, n in reads.items():
                    counts[level, other, truth][read] += prior * n / total
    parts: dict[tuple[str, str, str], list[tuple[str, float]]] = defaultdict(list)
    for (level, case, truth), reads in counts.items():
        total = sum(reads.values()) + 0.5
        for read, n in reads.items():
            parts[level, case, read].append((truth, log(n / total)))
    return dict(parts)


def _first(rows: _Rows) -> dict[tuple[str, str], float]:
    totals: dict[str, int] = defaultdict(int)
    counts: dict[tuple[str, str], int] = defaultdict(int)
    for level, case, truth, read, count in rows:
        if level == "capital" and case in "lt":
            totals[truth] += count
            counts[truth, read] += count
    return {(truth, read): log(n / (totals[truth] + 1)) for (truth, read), n in counts.items()}
