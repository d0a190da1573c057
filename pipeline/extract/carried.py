"""Whether a count goes on with the verb of a clause before it: ``tặng 20 xe đạp cho trẻ em; hộ nghèo 12 xe``.

What goes on names whom, where, when, how much, but does nothing of its own. No list holds all verbs of the
language; so these words are listed, and any other word before a count, or behind people (``12 hộ rào
vườn``), is taken for a verb of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import regex

from pipeline.extract.groups import groups
from pipeline.extract.quantity import COUNTED, PEOPLE

if TYPE_CHECKING:
    from pipeline.extract.governors import Seen

_WORDS = regex.compile(r"(?<!\p{L})\p{Ll}+(?: \p{Ll}+)*(?!\p{L})")
FAR = 200
"""Characters before a count in which its verb is looked for."""


def is_carried(seen: Seen) -> bool:
    """Whether nothing about a count says that its clause has a verb that no rule knows."""
    text, q, cues = seen.text, seen.q, seen.frame.cues
    if q.unit not in COUNTED:
        return True
    begin = max(seen.clause[0], q.lead - FAR)
    begin = max(begin, text.rfind(":", begin, q.lead) + 1)  # behind its label
    names = [(group.start, group.end) for group in groups().find(text, begin, q.lead)]
    named = sorted([*names, *((o.lead, o.end) for o in seen.frame.sentence.between(begin, q.start))])
    for start, end in _between(named, begin, q.lead):
        if any(not cues.carried.fullmatch(words.group()) for words in _WORDS.finditer(text, start, end)):
            return False
    behind = seen.noun_end
    if q.unit not in PEOPLE or not (does := _WORDS.match(text, behind + 1, seen.end)):
        return True
    return not text[behind : does.start()].isspace() or bool(cues.carried_behind.match(text, does.start()))


def _between(named: Sequence[tuple[int, int]], begin: int, end: int) -> Iterator[tuple[int, int]]:
    """What is left of a span without others, which come in their order."""
    for start, stop in named:
        if begin < start:
            yield begin, start
        begin = max(begin, stop)
    if begin < end:
        yield begin, end
