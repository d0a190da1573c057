"""How rare a syllable is in running text: enough to tell ``một`` from ``mét`` without the lexicon.

Counts stand in ``dictionaries/syllables.tsv``. They were taken from a lexicon once and are not built anew
with it: pages hang on them, and an archive is not read again for a new lexicon. A syllable that has no count
has the share that its onset and its rime would give it by chance.

>>> surprise("một") < surprise("mét") < surprise("mẽng"), surprise("bank")
(True, inf)
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from math import inf, log

from pipeline.errors import DictionaryError
from pipeline.language.dictionaries import folder
from pipeline.language.normal import key
from pipeline.language.syllables import is_syllable_key, split_syllable

CHANCE = 0.02
"""Share of running syllables that are taken to be none of the table's."""
UNSEEN = 0.5
"""Count of an onset or rime that stands in no syllable of the table."""


def counted(words: Iterable[tuple[str, int]]) -> list[tuple[str, int]]:
    """The syllables among keys (see ``normal.key``) with counts, the commonest first."""
    found = ((word, count) for word, count in words if count and is_syllable_key(word))
    return sorted(found, key=lambda pair: (-pair[1], pair[0]))


@dataclass(frozen=True)
class _Table:
    total: int
    whole: dict[str, int]
    onsets: Counter[str]
    rimes: Counter[str]


@cache
def _table() -> _Table:
    path = folder() / "syllables.tsv"
    try:
        rows = [line.split("\t") for line in path.read_text(encoding="utf-8").splitlines()]
        whole = {word: int(count) for word, count in rows}
    except (OSError, ValueError) as error:
        message = f"{path}: {error}; restore the file"
        raise DictionaryError(message) from error
    onsets, rimes = Counter[str](), Counter[str]()
    for word, count in whole.items():
        onset, rime = split_syllable(word)
        onsets[onset] += count
        rimes[rime] += count
    return _Table(sum(whole.values()), whole, onsets, rimes)


@lru_cache(maxsize=65536)
def surprise(word: str) -> float:
    """-Log P of a syllable (any case, either tone style), in nats; ``inf`` where the word is none."""
    known = key(word)
    if not is_syllable_key(known):
        return inf
    table = _table()
    onset, rime = split_syllable(known)
    chance = (table.onsets[onset] or UNSEEN) * (table.rimes[rime] or UNSEEN) / table.total
    return -log(((1 - CHANCE) * table.whole.get(known, 0) + CHANCE * chance) / table.total)
