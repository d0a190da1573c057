"""Whether a text can hold a phrase with some letters misread: asked before a fuzzy regex is.

A fuzzy pattern of many errors (``CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM``, six wrong letters) takes a hundred
times as long as a plain one. Two tests that never refuse what would match leave it little to do: a phrase
with few errors still has most of its pairs of letters (Ukkonen, "Approximate string matching with q-grams",
1992), and the distance of the phrase to the nearest part of the text is at most its errors (Myers, "A fast
bit-vector algorithm", 1999; Hyyrö's form for searching).
"""

from __future__ import annotations

from dataclasses import dataclass

import regex

from pipeline.lazy import lazy

_NOT_LETTERS = regex.compile(r"[^A-Z0-9]+")
_FUZZY = regex.compile(r"(?:\(\?b\))?\(\?:(?P<phrase>.*)\)\{e<=(?P<errors>\d+)\}")
_FREE = regex.compile(r"\\s\?|\[[^\]]*\]\*")


@dataclass(frozen=True)
class Near:
    """A phrase of capital letters without marks or blanks (up to 63), and how many may be wrong."""

    phrase: str
    errors: int

    @classmethod
    def of(cls, pattern: str) -> Near:
        r"""What a fuzzy pattern (``(?:HO\s?NGHEO){e<=2}``) asks for at least.

        Raises:
            ValueError: for a pattern that is not of this form.
        """
        found = _FUZZY.fullmatch(pattern)
        phrase = _FREE.sub("", found["phrase"]) if found else ""
        if found is None or not phrase.isalnum():
            message = f"not a fuzzy phrase: {pattern}"
            raise ValueError(message)
        return cls(phrase, int(found["errors"]))

    @lazy
    def _grams(self) -> list[tuple[list[str], int]]:
        """The phrase's pairs and triples of letters, and how many of each a match has at least.

        An error spoils two pairs or three triples (the q-gram lemma: Ukkonen, "Approximate string-matching
        with q-grams and maximal matches", 1992).
        """
        every = []
        for size in (3, 2):
            grams = [self.phrase[i : i + size] for i in range(len(self.phrase) - size + 1)]
            every.append((grams, len(grams) - size * self.errors))
        return [(grams, least) for grams, least in every if least > 0]

    @lazy
    def _letters(self) -> dict[str, int]:
        """For each letter, a bit for each of its places in the phrase."""
        bits: dict[str, int] = {}
        for place, letter in enumerate(self.phrase):
            bits[letter] = bits.get(letter, 0) | 1 << place
        return bits

    def may_stand_in(self, text: str) -> bool:
        """Whether a text in capitals without marks may hold the phrase; blanks and signs do not count.

        >>> near = Near("DOCLAPTUDO", 2)
        >>> near.may_stand_in("DOC LAP - TU D0"), near.may_stand_in("CAP THE CHO HO NGHEO")
        (True, False)
        """
        letters = _NOT_LETTERS.sub("", text)
        reach = len(self.phrase) + self.errors
        if not self._has_grams(letters):
            return False
        spans: list[tuple[int, int]] = []
        # what is as long as a match lies within one of the parts; those that overlap are gone through once
        for at in range(0, max(len(letters), 1), reach):
            if self._has_grams(letters[at : at + 2 * reach]):
                begin = spans.pop()[0] if spans and at < spans[-1][1] else at
                spans.append((begin, at + 2 * reach))
        return any(self._distance(letters[begin:end]) <= self.errors for begin, end in spans)

    def _has_grams(self, text: str) -> bool:
        for grams, least in self._grams:
            missing = len(grams) - least
            for gram in grams:
                if gram not in text:
                    missing -= 1
                    if missing < 0:
                        return False
        return True

    def _distance(self, text: str) -> int:
        """Letters by which the phrase differs from the part of the text that is nearest to it."""
        size = len(self.phrase)
        mask, last = (1 << size) - 1, 1 << size - 1
        more, less = mask, 0
        score = best = size
        places = self._letters.get
        for letter in text:
            same = places(letter, 0)
            diagonal = (((same & more) + more) ^ more) | same | less
            up = less | (mask & ~(diagonal | more))
            down = more & diagonal
            if up & last:
                score += 1
            elif down & last:
                score -= 1
                if score < best:
                    best = score
            up = up << 1 & mask
            more = down << 1 & mask | (mask & ~(diagonal | up))
            less = up & diagonal
        return best
