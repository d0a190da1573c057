"""What an OCR makes of a word: P(read | word), and the words that a reading may stand for.

Tesseract without Vietnamese data reads ``hộ`` as hd, hg, ho, hp; ``có`` as c6; ``được`` as dugc. Frequent
words have counts of their own; behind them a syllable is spoiled by parts, onset and rime apart, which
gives a probability to pairs that training never saw (Brill & Moore, "An improved error model for noisy
channel spelling correction", 2000, spoil substrings likewise). Capitals are spoiled in other ways than
small letters (Đ reads P, B, D), so counts are kept by letter case: ``l`` lower, ``t`` title, ``u`` upper.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from math import log
from pathlib import Path

import numpy as np

from pipeline.errors import DictionaryError
from pipeline.language.dictionaries import folder
from pipeline.language.lexicon import UNKNOWN, Lexicon
from pipeline.language.normal import fold_marks
from pipeline.restore.parts import Level, Parts, Vector, Words
from pipeline.restore.spelling import Shapes, Speller

SMOOTHING = 16.0
"""Pseudo-count of the part-wise model against a word's own counts."""
FEWEST_DIGIT_READS = 2
NEVER = -30.0
UNSEEN_PARTS = 1e-6
"""Share of readings whose onset and rime were never read so."""
ALWAYS = 1_000_000
"""Count of what leaves no room for anything else."""

_Row = tuple[str, str, str, dict[str, int]]
"""Level, letter case, what was printed, and how often it was read as what."""
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


@dataclass(frozen=True)
class Channel:
    """Counts of one OCR, inverted: from what was read to what it may have been.

    Attributes:
        tokens: by (case, read): word ids with counts.
        totals: by case: how often each word was seen, by id.
        figures: by (case, first digit, digits): words often read as such numbers.
        first: log P(first letter read | first letter), case kept.
        cut: log probability that a word is cut in two; ``joined``: that two are joined.
        caseless: ``tokens`` are kept as small letters alone, and hold for every case.
        parts, letters: counts of onsets and rimes and of letters, for what is made of them when asked for.
    """

    name: str
    lexicon: Lexicon
    tokens: dict[tuple[str, str], list[tuple[int, int]]]
    totals: dict[str, Vector]
    figures: dict[tuple[str, str, int], list[int]]
    parts: Sequence[_Row]
    first: dict[tuple[str, str], float]
    cut: float
    joined: float
    letters: Sequence[_Row] = ()
    caseless: bool = False

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
            rows = [_row(line.split("\t")) for line in lines[1:]]
            if not rows:
                message = "no readings"
                raise ValueError(message)
        except (OSError, ValueError, IndexError) as error:
            message = f"{path}: {error}; restore the file or run make dictionaries"
            raise DictionaryError(message) from error
        tokens, totals = _tokens(rows, lexicon)
        return cls(
            name,
            lexicon,
            tokens,
            totals,
            _figures(tokens),
            [row for row in rows if row[0] in {"onset", "rime"}],
            _first(rows),
            log((cut + 1) / (seen + 2)),
            log((joined + 1) / (seen + 2)),
            [row for row in rows if row[0] == "letter"],
        )

    @cached_property
    def _parts(self) -> Parts:
        """Onsets and rimes."""
        onsets, rimes = (
            Level.of((case, truth, reads) for level, case, truth, reads in self.parts if level == wanted)
            for wanted in ("onset", "rime")
        )
        return Parts(self.lexicon, onsets, rimes)

    @cached_property
    def _small(self) -> Speller:
        """Words of small letters."""
        return self._speller("l")

    @cached_property
    def _capital(self) -> Speller:
        """Words of capitals."""
        return self._speller("lu")

    @cached_property
    def _shapes(self) -> Shapes:
        return Shapes(self.lexicon)

    def _speller(self, cases: str) -> Speller:
        rows = [(truth, reads) for _, case, truth, reads in self.letters if case in cases]
        return Speller(self._shapes, rows)

    @classmethod
    def plain(cls, lexicon: Lexicon) -> Channel:
        """Marks lost, letters right: each word is read as itself without marks."""
        tokens: dict[tuple[str, str], list[tuple[int, int]]] = defaultdict(list)
        bare = fold_marks("\n".join(lexicon.words)).split("\n")
        for number in range(UNKNOWN + 1, len(lexicon.words)):
            tokens["l", bare[number]].append((number, ALWAYS))
        letters = {letter for word in lexicon.ids for letter in (word[0], word[0].upper())}
        first = {(letter, fold_marks(letter)): 0.0 for letter in letters}
        totals = dict.fromkeys("ltu", np.full(len(lexicon.words), float(ALWAYS)))
        return cls("plain", lexicon, dict(tokens), totals, {}, (), first, NEVER, NEVER, caseless=True)

    def by_letters(self, read: str, case: str, most: int) -> Words:
        """The ``most`` likeliest words whose letters may be read so, with log P(read | word)."""
        if not self.letters:
            return Words(np.zeros(0, np.int64), np.zeros(0))
        speller = self._capital if case == "u" else self._small
        return speller.words(read, self.lexicon.prior, most)

    def counted(self, read: str, case: str) -> dict[int, float]:
        """The same of readings that were counted as a whole, and nothing else."""
        whole = self.tokens.get((case, read), ())
        totals = self.totals[case]
        return {w: log(n / (float(totals[w]) + SMOOTHING)) for w, n in whole}

    def candidates(self, read: str, case: str) -> Words:
        """Log P(read | word) by word, ``read`` in lower case; empty where nothing is known.

        A reading of digits alone is a word only where it was counted as that word, or where the word is often
        read as such a number (``là`` as 14, 18, 12, hence as 13).
        """
        # lost marks are lost alike in every letter case: they are kept once
        whole = self.tokens.get(("l" if self.caseless else case, read), ())
        if read.isdigit():
            figures = dict.fromkeys(self.figures.get((case, read[0], len(read)), ()), UNSEEN_FIGURE)
            figures |= {w: float(n) for w, n in whole if n >= FEWEST_DIGIT_READS}
            ids, seen = np.array(list(figures), np.int64), np.array(list(figures.values()))
            return Words(ids, np.log(seen / (self.totals[case][ids] + SMOOTHING)))
        parts = self._parts.words(read, case)
        ids, prior, seen = parts.ids, np.exp(parts.scores), np.zeros(len(parts.ids))
        if whole:
            words, counts = np.array(whole).T
            at = np.searchsorted(ids, words)
            known = at < len(ids)
            known[known] = ids[at[known]] == words[known]
            seen[at[known]] = counts[known]
            ids, seen = np.concatenate([ids, words[~known]]), np.concatenate([seen, counts[~known]])
            prior = np.concatenate([prior, np.full(len(ids) - len(prior), UNSEEN_PARTS)])
        return Words(ids, np.log((seen + SMOOTHING * prior) / (self.totals[case][ids] + SMOOTHING)))


def _tokens(
    rows: Sequence[_Row], lexicon: Lexicon
) -> tuple[dict[tuple[str, str], list[tuple[int, int]]], dict[str, Vector]]:
    tokens: dict[tuple[str, str], list[tuple[int, int]]] = defaultdict(list)
    totals = {case: np.zeros(len(lexicon.words)) for case in "ltu"}
    for level, case, truth, reads in rows:
        word = lexicon.ids.get(truth) if level == "token" else None
        if word is None:
            continue
        for read, count in reads.items():
            tokens[case, read].append((word, count))
        totals[case][word] = sum(reads.values())
    return dict(tokens), totals


def _figures(tokens: dict[tuple[str, str], list[tuple[int, int]]]) -> dict[tuple[str, str, int], list[int]]:
    """Words often read as numbers of two digits, by letter case, first digit and length."""
    seen: dict[tuple[str, str, int], dict[int, int]] = defaultdict(lambda: defaultdict(int))
    for (case, read), found in tokens.items():
        if len(read) == FIGURE and read.isdigit():
            for word, count in found:
                seen[case, read[0], FIGURE][word] += count
    return {place: sorted(w for w, n in words.items() if n >= OFTEN_FIGURES) for place, words in seen.items()}


def _first(rows: Sequence[_Row]) -> dict[tuple[str, str], float]:
    totals: dict[str, int] = defaultdict(int)
    counts: dict[tuple[str, str], int] = defaultdict(int)
    for level, case, truth, reads in rows:
        if level == "capital" and case in "lt":
            for read, count in reads.items():
                totals[truth] += count
                counts[truth, read] += count
    return {(truth, read): log(n / (totals[truth] + 1)) for (truth, read), n in counts.items()}


def _row(fields: list[str]) -> _Row:
    level, case, truth, *rest = fields
    reads = dict(zip(rest[::2], map(int, rest[1::2]), strict=True))
    if not reads or min(reads.values()) < 1 or (level == "letter" and len(truth) not in {1, 2}):
        message = f"not readings with their counts: {level} {case} {truth}"
        raise ValueError(message)
    return level, case, truth, reads
