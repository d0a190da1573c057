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
_SIGNS = regex.compile(r"[,:](?!\d)")
LONG = 800
"""Characters before a count in which its list is looked at."""
TURN = "turn"
"""The unit of visits and of people counted each time: ``24 lượt``."""
HELD = COUNTED | {TURN}
"""Units that go on with a verb only where no other may stand before them."""
FAR = 200
"""Characters before a count in which its verb is looked for."""


def is_carried(seen: Seen) -> bool:
    """Whether nothing about a count says that its clause has a verb that no rule knows."""
    text, q = seen.text, seen.q
    if q.unit not in HELD or seen.frame.rules.tells_states:
        return True
    begin = max(seen.clause[0], q.lead - FAR)
    begin = max(begin, text.rfind(":", begin, q.lead) + 1)  # behind its label
    return _names_only(seen, begin) and _does_nothing(seen)


def is_carried_on(seen: Seen, verb: int) -> bool:
    """Whether a count still goes on with the verb that ends at a place before another number and a comma.

    ``tặng 20 xe đạp, kèm 30 suất quà`` does, ``tặng 20 xe đạp, thu gom 30 tấn rác`` does not.
    """
    text, q, sentence = seen.text, seen.q, seen.frame.sentence
    verb = max(verb, q.lead - LONG)
    begin = _last_part(seen, max(verb, q.lead - FAR))
    others = sentence.between(verb - 1, q.start)
    if q.unit not in HELD or seen.frame.rules.tells_states or begin < 0 or not others:
        return True
    cues = seen.frame.cues
    if cues.given_to.search(text, begin, q.lead) or cues.parts.search(text, verb, q.lead):
        return True
    # `20 hộ nuôi dê (60 con), 15 hộ trồng nấm`: a list of who does what with it
    listed = any(o.unit == q.unit for o in others)
    return _names_only(seen, begin) and (listed or _does_nothing(seen))


def _last_part(seen: Seen, begin: int) -> int:
    """Where the last comma of a count's clause stands before it, or the label behind; -1 without a comma."""
    clause = seen.frame.sentence.clauses[seen.frame.sentence.clause_at(seen.q.start)]
    signs = (m.start() for m in _SIGNS.finditer(seen.text, begin, seen.q.lead))
    own = [at for at in signs if clause.holds(at)]
    return own[-1] if any(seen.text[at] == "," for at in own) else -1


def _names_only(seen: Seen, begin: int) -> bool:
    """Whether the words from a place to a count name whom, where, when, how much, and no more."""
    text, q = seen.text, seen.q
    numbers = [(o.lead, o.end) for o in seen.frame.sentence.between(begin, q.start)]
    if not _says_more(seen, numbers, begin):
        return True
    names = [(group.start, group.end) for group in groups().find(text, begin, q.lead)]
    return bool(names) and not _says_more(seen, sorted([*names, *numbers]), begin)


def _says_more(seen: Seen, named: Sequence[tuple[int, int]], begin: int) -> bool:
    """Whether words before a count, those of some spans apart, are other than the listed ones."""
    carried = seen.frame.cues.carried
    return any(
        carried.sub("", words.group()).strip()
        for start, end in _between(named, begin, seen.q.lead)
        for words in _WORDS.finditer(seen.text, start, end)
    )


def _does_nothing(seen: Seen) -> bool:
    """Whether people who are counted do nothing themselves behind their count."""
    text, behind = seen.text, seen.noun_end
    if seen.q.unit not in {*PEOPLE, TURN} or not (does := _WORDS.match(text, behind + 1, seen.end)):
        return True
    is_apart = not text[behind : does.start()].isspace()
    return is_apart or bool(seen.frame.cues.carried_behind.match(text, does.start()))


def _between(named: Sequence[tuple[int, int]], begin: int, end: int) -> Iterator[tuple[int, int]]:
    """What is left of a span without others, which come in their order."""
    for start, stop in named:
        if begin < start:
            yield begin, start
        begin = max(begin, stop)
    if begin < end:
        yield begin, end
