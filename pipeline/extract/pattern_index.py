"""Many patterns looked for together: a document's places at which some of them may match, in one list."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

from pipeline.extract.folded import Folded, folded
from pipeline.extract.prefilter import Prefiltered


class Index:
    """Patterns that are looked for together: where one of their heads stands, they are tried."""

    def __init__(self, patterns: Sequence[Prefiltered]) -> None:
        self._patterns = patterns

    def places(self, text: str, start: int, end: int) -> dict[int, Sequence[int] | None]:
        """Which patterns may match in ``text[start:end]``, and where their matches begin; None: anywhere."""
        doc = folded(text)
        known = doc.found.get(self)
        if known is None:
            known = doc.found[self] = self._all(doc)
        at, numbers, others = known
        told: dict[int, list[int] | None] = {}
        first = bisect_left(at, start)
        for k in range(first, bisect_left(at, end, first)):
            if (number := numbers[k]) in told:
                told[number].append(at[k])  # type: ignore[union-attr]
            else:
                told[number] = [at[k]]
        held: dict[tuple[tuple[str, ...], ...], bool] = {(): True}
        for number in list(told):
            words = self._patterns[number].words
            if words not in held:
                held[words] = doc.holds(words, start, end)
            if not held[words]:
                del told[number]
        for number in others:
            if doc.holds(self._patterns[number].words, start, end):
                told[number] = None
        return told  # type: ignore[return-value]

    def _all(self, text: Folded) -> tuple[list[int], list[int], list[int]]:
        """Places in a text, the pattern that each may begin, and the patterns that may begin anywhere."""
        told = [pattern.all_places(text) for pattern in self._patterns]
        size = len(told)
        keys = sorted([at * size + number for number, places in enumerate(told) if places for at in places])
        others = [number for number, places in enumerate(told) if places is None]
        return [key // size for key in keys], [key % size for key in keys], others
