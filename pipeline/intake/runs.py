"""Where old encodings stand on a page: the cheapest way to read it as runs in one encoding each, or Unicode.

Each change of encoding costs something, so one odd word starts no run and a word that reads in two encodings
follows its neighbours. A run is believed only where it is sound: what it changes are syllables in use, much
likelier than what stood there, and no other encoding explains it as well.

The thresholds were set on the runs of ``benchmarks/legacy.py`` and on 500 pages that ``tesseract -l eng``
read, of which two have a word converted; 60,000 lines of Unicode news and laws stay as they are but for one,
which holds a word in TCVN3.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from pipeline.intake.codes import encodings
from pipeline.intake.evidence import PUNCTUATION, Weighed, weigh
from pipeline.language.normal import LETTERS

ENTRY = 5.0
"""Nats that a run must be worth beyond its changes: about one long word."""
KNOWN, KNOWN_ENTRY = 20.0, 2.0
"""Nats by which a run must lead to make its encoding known on the page, and ``ENTRY`` of the others then."""
CHANGE, LINE_CHANGE = 4.0, 1.5
"""Nats of a change of encoding within a line, and at a line's end."""
LEAST_LEAD, LEAST_MEAN = 3.0, 3.5
"""Nats by which a run's encoding leads any other under which it reads otherwise, and by which each of its
stretches on the average is likelier than as it stands; less is doubt."""
LEAST_VALID = 0.5
"""Share of a run's stretches that read as syllables in use; the rest are names, and damage."""
LEAST_CODES = 2
"""Different codes in a run where all are letters of Vietnamese too: an OCR makes runs of one (thé, hé)."""
PORTION = 100_000
"""Characters that are read at a time, cut at a line's end or a blank: memory stays bounded."""

STRETCH = re.compile("[^ \t\n\r\v\f|0-9\u2028\u2029]+")
"""What is weighed: letters and signs between blanks and digits."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch that says something of the encoding; ``new_line``: a line ends before it."""

    start: int
    text: str
    weighed: Weighed
    new_line: bool

    @property
    def end(self) -> int:
        """Where it ends."""
        return self.start + len(self.text)


@dataclass(frozen=True)
class Run:
    """Stretches of one encoding (its number in ``encodings()``), and by how many nats it leads."""

    encoding: int
    stretches: Sequence[Stretch]
    lead: float = 0.0


def runs(page: str) -> Iterator[Run]:
    """The runs of a page that are in old encodings beyond doubt, in order."""
    at = 0
    while at < len(page):
        end = _cut(page, at)
        yield from _found(_stretches(page, at, end))
        at = end


def is_sign(text: str) -> bool:
    """Whether a stretch is one sign, punctuation aside: a bullet, a dash, or a letter's code."""
    signs = set(text) - PUNCTUATION
    return len(signs or set(text)) == 1 and not any(map(str.isalpha, text))


def _cut(page: str, at: int) -> int:
    """Where the portion that begins here ends."""
    if len(page) - at <= PORTION:
        return len(page)
    for sign in "\n ":
        end = page.rfind(sign, at, at + PORTION) + 1
        if end:
            return end
    return at + PORTION


def _stretches(page: str, at: int, end: int) -> list[Stretch]:
    found: list[Stretch] = []
    for match in STRETCH.finditer(page, at, end):
        weighed = weigh(match[0])
        if weighed is not None:
            found.append(Stretch(match.start(), match[0], weighed, "\n" in page[at : match.start()]))
            at = match.end()
    return found


def _found(stretches: Sequence[Stretch]) -> list[Run]:
    size = len(encodings())
    gains = [0.0] * size
    for stretch in stretches:
        plain = stretch.weighed.plain.cost
        for number, reading in enumerate(stretch.weighed.readings):
            gains[number] += max(plain - reading.cost, 0.0)
    if max(gains) < ENTRY:
        return []
    found = list(_believed(stretches, [ENTRY] * size, ()))
    known = {run.encoding for run in found if run.lead >= KNOWN}
    if not known:
        return found
    entries = [KNOWN_ENTRY if number in known else ENTRY for number in range(size)]
    return list(_believed(stretches, entries, known))


def _believed(stretches: Sequence[Stretch], entries: Sequence[float], known: Container[int]) -> Iterator[Run]:
    states = _path(stretches, entries)
    first = 0
    for last in range(1, len(states) + 1):
        if last < len(states) and states[last] == states[first]:
            continue
        if states[first]:
            run = Run(states[first] - 1, stretches[first:last])
            lead = _lead(run)
            if lead >= LEAST_LEAD and _is_sound(run) and (run.encoding in known or _is_coded(run)):
                yield replace(run, lead=lead)
        first = last


def _path(stretches: Sequence[Stretch], entries: Sequence[float]) -> bytes:
    """The state of each stretch along the cheapest path: 0 as it stands, else an encoding's number from 1."""
    worth = [0.0, *entries]
    size, best = len(worth), worth
    came = bytearray()
    for stretch in stretches:
        change = LINE_CHANGE if stretch.new_line else CHANGE
        plain = stretch.weighed.plain.cost
        lowest = min(range(size), key=best.__getitem__)
        leaving = best[lowest] + change
        now = []
        for state in range(size):
            entering = leaving + worth[state]
            stays = best[state] <= entering
            came.append(state if stays else lowest)
            cost = stretch.weighed.readings[state - 1].cost - plain if state else 0.0
            now.append((best[state] if stays else entering) + cost)
        best = now
    state = min(range(size), key=best.__getitem__)
    path = bytearray(len(stretches))
    for i in range(len(stretches) - 1, -1, -1):
        path[i] = state
        state = came[i * size + state]
    return bytes(path)


def _lead(run: Run) -> float:
    """Nats by which a run's encoding leads the text as it stands and every other that reads otherwise."""
    own = [s.weighed.readings[run.encoding] for s in run.stretches]
    spent = sum(r.cost for r in own)
    lead = sum(s.weighed.plain.cost for s in run.stretches) - spent
    for other in range(len(encodings())):
        rival = [s.weighed.readings[other] for s in run.stretches]
        if any(r.text != o.text for r, o in zip(rival, own, strict=True)):
            lead = min(lead, sum(r.cost for r in rival) - spent)
    return lead


def _is_sound(run: Run) -> bool:
    """Whether what a run changes are syllables, each on the average much likelier than what stands there.

    Initials (QĐ, trđ) need not be syllables; a sign alone is not asked.
    """
    pairs = [(s.weighed.plain, s.weighed.readings[run.encoding]) for s in run.stretches]
    pairs = [(raw, own) for raw, own in pairs if raw.text != own.text and not is_sign(raw.text)]
    gained = sum(raw.cost - own.cost for raw, own in pairs)
    asked = [own.valid for _, own in pairs if own.valid is not None]
    valid = sum(asked)
    return valid > 0 and gained >= LEAST_MEAN * len(pairs) and valid >= LEAST_VALID * len(asked)


def _is_coded(run: Run) -> bool:
    """Whether a run holds several codes, or one that is no letter of Vietnamese, or none in its place."""
    codes: set[str] = set()
    for stretch in run.stretches:
        changed = set(stretch.text) - set(stretch.weighed.readings[run.encoding].text)
        odd = any(a.islower() and b.isupper() for a, b in pairwise(stretch.text))
        if not changed <= LETTERS or (odd and changed):
            return True
        codes |= changed
    return len(codes) >= LEAST_CODES
