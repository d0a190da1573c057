"""Many patterns looked for together: a text is cut into short runs once, and those lead to the patterns."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from pipeline.extract.prefilter import Prefiltered, folded

RUN = 3
"""Letters of the runs by which heads are found."""


class Index:
    """Patterns that are looked for together: where one of their heads stands, they are tried.

    A text is cut into its runs of three letters once; those of them that begin a head lead to the patterns.
    """

    def __init__(self, patterns: Sequence[Prefiltered]) -> None:
        self._patterns = patterns
        self._heads: dict[str, list[tuple[str, int]]] = {}
        self._others: list[int] = []
        for number, pattern in enumerate(patterns):
            if not pattern.heads or min(map(len, pattern.heads)) < RUN:
                self._others.append(number)
                continue
            for head in pattern.heads:
                self._heads.setdefault(head[:RUN], []).append((head, number))

    def places(self, text: str, start: int, end: int) -> dict[int, Sequence[int] | None]:
        """Which patterns may match in ``text[start:end]``, and where their matches begin; None: anywhere."""
        part, aligned = folded(text, start, end)
        every = range(len(self._patterns))
        if not aligned:
            return {n: None for n in every if self._patterns[n].may_match(part)}
        found: dict[int, list[int]] = {}
        runs = _runs(part)
        for run in self._heads.keys() & runs.keys():
            for head, number in self._heads[run]:
                at = [place + start for place in runs[run] if part.startswith(head, place)]
                if at:
                    found.setdefault(number, []).extend(at)
        told: dict[int, Sequence[int] | None] = {
            n: sorted(places) for n, places in found.items() if self._patterns[n].may_match(part)
        }
        for number in self._others:
            places = self._patterns[number].where(text, start, end)
            if places is None or places:
                told[number] = places
        return told


@lru_cache(maxsize=16)
def _runs(part: str) -> dict[str, list[int]]:
    """Where each run of letters of a text begins."""
    found: dict[str, list[int]] = {}
    for place in range(len(part) - RUN + 1):
        found.setdefault(part[place : place + RUN], []).append(place)
    return found
