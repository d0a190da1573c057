"""The words of all patterns of a run, looked for in one pass over a document."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from pipeline.extract.folded import Folded
from pipeline.extract.prefilter import Prefiltered

_LETTER = r"[a-z\u00df-\u00f6\u00f8-\u024f\u1e00-\u1eff]"
"""Letters behind which no word begins; not all that there are: behind others it is tried in vain."""


class Lookout:
    """Patterns whose heads begin at words: their places in a document are found together."""

    def __init__(self, patterns: Iterable[Prefiltered]) -> None:
        every = [p for p in dict.fromkeys(patterns) if p.at_words and p.heads]
        self._patterns = [p for p in every if not p.blank]
        owners: dict[str, list[int]] = {}
        for number, pattern in enumerate(self._patterns):
            for head in pattern.heads:
                if head in pattern.numeric:
                    continue
                owners.setdefault(head, []).append(number)
        # where a head stands, those that begin it stand too
        self._owners = {
            head: sorted({n for k in range(1, len(head) + 1) for n in owners.get(head[:k], ())})
            for head in owners
        }
        self._heads = re.compile(rf"(?<!{_LETTER})(?=({_alternatives(_tree(owners))}))")

    def look(self, text: Folded) -> None:
        """Let a text know where the patterns may begin."""
        standing: dict[str, list[int]] = {}
        for match in self._heads.finditer(text.text):
            standing.setdefault(match[1], []).append(match.start())
        found: list[list[int]] = [[] for _ in self._patterns]
        for head, places in standing.items():
            for number in self._owners[head]:
                found[number] += places
        for pattern, places in zip(self._patterns, found, strict=True):
            text.found.setdefault(pattern, pattern.with_digits(text, text.own(places)))


def _tree(words: Iterable[str]) -> dict[str, dict]:  # type: ignore[type-arg]
    """Words letter by letter; a word ends where an empty string leads on."""
    root: dict[str, dict] = {}  # type: ignore[type-arg]
    for word in words:
        branch = root
        for letter in (*word, ""):
            branch = branch.setdefault(letter, {})
    return root


def _alternatives(tree: Mapping[str, dict]) -> str:  # type: ignore[type-arg]
    """The pattern of a tree's words, of each its longest way."""
    ways = [re.escape(letter) + _alternatives(below) for letter, below in tree.items() if letter]
    if not ways:
        return ""
    both = ways[0] if len(ways) == 1 and "" not in tree else f"(?:{'|'.join(ways)})"
    return both + "?" if "" in tree else both
