"""Text in old Vietnamese encodings, told from Unicode by what it says, and converted; each change an edit.

A document mixes encodings: a letterhead in a ``.VnTime`` font (TCVN3), a table in VNI, the rest Unicode.
Each stretch between blanks is weighed under every encoding (``evidence``), and the cheapest way to read the
page as runs is found, where each change of encoding costs something. So one odd word starts no run, and a
word that reads in two encodings follows its neighbours:

>>> done, found = converted("Báo cáo của ñy ban nh©n d©n x·: 35 hé nghÌo")
>>> done.text, found
('Báo cáo của ủy ban nhân dân xã: 35 hộ nghèo', ('tcvn3',))

Good text, whatever its language, comes back as it is:

>>> converted("Née à Orléans, elle vit à Huế; không có gì lạ.")[1]
()
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import exp

from pipeline.intake.codes import Encoding, encodings
from pipeline.intake.evidence import Weighed, is_short, weigh
from pipeline.language.frequency import surprise
from pipeline.language.normal import LETTERS
from pipeline.language.syllables import is_syllable
from pipeline.model import Edit, Edits, RestoredText

ENTRY = 5.0
"""Nats that a run must be worth beyond its changes: about two words."""
CHANGE, LINE_CHANGE = 4.0, 1.5
"""Nats of a change of encoding within a line, and at a line's end."""
LEAST_VALID = 0.7
"""Share of a run's stretches that read as syllables: clean text has 0.9 and more, OCR's ruins 0.3."""
LEAST_LEAD, LEAST_MEAN = 1.5, 3.5
"""Nats by which a run's encoding leads any other under which it reads otherwise, and by which each of its
stretches on the average is likelier than as it stands; less is doubt."""
KEEP = 5.0
"""Nats more than as it stands: what costs that in a run stays, if it makes no syllables or is signs alone."""
LEAST_CODES = 2
"""Different codes in a run where all are letters of Vietnamese as well: an OCR makes runs of one (thé)."""
END = {".": 0.0, "?": 4.0}
"""Nats by which a syllable must be rarer with its last sign as a mark than without, where no small letter
follows (VIQR): else the sign is a mark."""
NAMED = 3.0
"""The same, added where both words have a capital: Thị Lan."""
SURE, MOST_SURE = 0.98, 0.995
"""Confidence of a run at its best, and of a stretch that reads as syllables."""
ODD_SURE, CASE_SURE, END_SURE = 0.8, 0.6, 0.7
"""Factor of confidence: no syllable; letter case that its neighbours or nothing tells; mark or full stop."""

_STRETCH = re.compile("[^ \t\n\r\v\f|0-9\u2028\u2029]+")
_WORD = re.compile(r"[^\W\d_]+")
_NEXT = re.compile(r"[\s|]*")


@dataclass(frozen=True, slots=True)
class _Stretch:
    start: int
    text: str
    weighed: Weighed
    new_line: bool

    @property
    def end(self) -> int:
        return self.start + len(self.text)


@dataclass(frozen=True)
class _Run:
    """Stretches of one encoding (its number in ``encodings()``), and by how many nats it leads."""

    encoding: int
    stretches: Sequence[_Stretch]
    lead: float


def converted(text: str) -> tuple[RestoredText, tuple[str, ...]]:
    """The text in Unicode, and the names of the encodings found in it, sorted.

    Every stretch that changes is an edit of kind ``encoding``; so is what stands in a run and no table
    explains: its ``restored`` is its ``raw``, its confidence 0. Pages (form feeds) are told each by itself.
    """
    edits, names, at = Edits(text), set[str](), 0
    for page in text.split("\f"):
        for run in _runs(page):
            names.add(encodings()[run.encoding].name)
            for place in range(len(run.stretches)):
                raw, (restored, confidence) = run.stretches[place], _restored(page, run, place)
                if confidence is not None:
                    start = at + raw.start
                    edits.append(Edit(start, at + raw.end, raw.text, restored, "encoding", confidence))
        at += len(page) + 1
    return RestoredText.from_edits(text, edits), tuple(sorted(names))


def explains(text: str) -> bool:
    """Whether a text that is no Unicode reads as old encodings: most of what is not ASCII stands in runs."""
    every = sum(not found[0].isascii() for found in _STRETCH.finditer(text))
    told = sum(
        not s.text.isascii() for page in text.split("\f") for run in _runs(page) for s in run.stretches
    )
    return 2 * told > every


def _runs(page: str) -> Iterator[_Run]:
    stretches = _stretches(page)
    most = [
        sum(max(s.weighed.plain.cost - s.weighed.readings[e].cost, 0.0) for s in stretches)
        for e in range(len(encodings()))
    ]
    if max(most) < ENTRY:
        return
    states = _path(stretches)
    first = 0
    for last in range(1, len(states) + 1):
        if last < len(states) and states[last] == states[first]:
            continue
        if states[first]:
            run = _Run(states[first] - 1, stretches[first:last], 0.0)
            lead = _lead(run)
            if lead >= LEAST_LEAD and _is_sound(run) and _is_coded(run):
                yield replace(run, lead=lead)
        first = last


def _stretches(page: str) -> list[_Stretch]:
    """The stretches that say anything of the encoding."""
    found: list[_Stretch] = []
    at = 0
    for match in _STRETCH.finditer(page):
        weighed = weigh(match[0])
        if weighed is not None:
            found.append(_Stretch(match.start(), match[0], weighed, "\n" in page[at : match.start()]))
            at = match.end()
    return found


def _path(stretches: Sequence[_Stretch]) -> bytes:
    """The state of each stretch along the cheapest path: 0 as it stands, else an encoding's number from 1."""
    size = len(encodings()) + 1
    best = [0.0] + [ENTRY] * (size - 1)
    came = bytearray()
    for stretch in stretches:
        change = LINE_CHANGE if stretch.new_line else CHANGE
        plain = stretch.weighed.plain.cost
        lowest = min(range(size), key=best.__getitem__)
        leaving = best[lowest] + change
        now = []
        for state in range(size):
            entering = leaving + (ENTRY if state else 0.0)
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


def _lead(run: _Run) -> float:
    """Nats by which a run's encoding leads the text as it stands and every other that reads otherwise."""
    own = [s.weighed.readings[run.encoding] for s in run.stretches]
    spent = sum(r.cost for r in own)
    lead = sum(s.weighed.plain.cost for s in run.stretches) - spent
    for other in range(len(encodings())):
        rival = [s.weighed.readings[other] for s in run.stretches]
        if any(r.text != o.text for r, o in zip(rival, own, strict=True)):
            lead = min(lead, sum(r.cost for r in rival) - spent)
    return lead


def _is_sound(run: _Run) -> bool:
    """Whether what a run changes are syllables, each on the average much likelier than what stands there.

    Stretches without a vowel (QĐ, trđ) need not be syllables; a sign alone is not asked.
    """
    pairs = [(s.weighed.plain, s.weighed.readings[run.encoding]) for s in run.stretches]
    pairs = [(raw, own) for raw, own in pairs if raw.text != own.text and not _is_sign(raw.text)]
    gained = sum(raw.cost - own.cost for raw, own in pairs)
    asked = [own for _, own in pairs if own.valid or not is_short(own.text)]
    valid = sum(own.valid for own in asked)
    return valid > 0 and gained >= LEAST_MEAN * len(pairs) and valid >= LEAST_VALID * len(asked)


def _is_sign(text: str) -> bool:
    """Whether a stretch is one sign, once or repeated: a bullet, a dash, or a letter's code."""
    return len(set(text)) == 1 and not text[0].isalpha()


def _is_coded(run: _Run) -> bool:
    """Whether a run holds several codes, or one that is no letter of Vietnamese as it stands."""
    pairs = [(s.text, s.weighed.readings[run.encoding].text) for s in run.stretches]
    codes = {sign for raw, text in pairs for sign in set(raw) - set(text)}
    return len(codes) >= LEAST_CODES or not codes <= LETTERS


def _restored(page: str, run: _Run, place: int) -> tuple[str, float | None]:
    """A stretch in Unicode, and how sure; None where it stays and nothing is to be told."""
    known, stretch = encodings()[run.encoding], run.stretches[place]
    reading, plain = stretch.weighed.readings[run.encoding], stretch.weighed.plain
    sure = SURE * (1 - exp(-run.lead / 2))
    text = reading.text
    words = _WORD.findall(text)
    told = bool(words) and all(map(is_syllable, words)) and not _is_sign(stretch.text)
    if reading.cost > plain.cost + KEEP and not told:
        return stretch.text, 0.0
    if text == stretch.text:
        return text, None if stretch.text.isascii() else 0.0
    if not reading.valid:
        sure *= ODD_SURE
    if not reading.sure:
        text = _ended(page, stretch, known, text)
        sure *= END_SURE
    if not known.capitals and not text.isupper():
        if _shouted(run, place):
            text, sure = text.upper(), sure * CASE_SURE
        elif text[0].islower() and not stretch.text[0].isascii() and _begins(page, stretch):
            sure *= CASE_SURE
    return text, min(sure, MOST_SURE)


def _ended(page: str, stretch: _Stretch, known: Encoding, marked: str) -> str:
    """The stretch with its last sign as a mark or as punctuation, by how rare either is and what follows."""
    bare, sign = known.decode(stretch.text[:-1]), stretch.text[-1]
    gap = _NEXT.match(page, stretch.end)
    assert gap is not None
    follows = page[gap.end() : gap.end() + 1]
    if follows.islower() or (follows.isdigit() and "\n" not in gap[0]) or sign not in END:
        return marked
    named = bare[:1].isupper() and not bare.isupper() and follows.isupper()
    rarer = surprise(_letters(marked)) - surprise(_letters(bare))
    return bare + sign if rarer > END[sign] + (NAMED if named else 0.0) else marked


def _letters(text: str) -> str:
    return "".join(c for c in text if c.isalpha())


def _shouted(run: _Run, place: int) -> bool:
    """Whether a stretch whose own letters do not tell their case stands beside one in capitals."""
    told = [c for c in run.stretches[place].text if c.isascii() and c.isalpha()]
    if len(told) > 1 or any(c.islower() for c in told):
        return False
    near = [
        run.stretches[i].weighed.readings[run.encoding].text
        for i in (place - 1, place + 1)
        if 0 <= i < len(run.stretches)
    ]
    return any(text.isupper() and is_syllable(_letters(text)) for text in near)


def _begins(page: str, stretch: _Stretch) -> bool:
    """Whether a sentence or line begins here."""
    before = (
        page[: stretch.start].rstrip(" ")
        if stretch.start < 3
        else page[stretch.start - 3 : stretch.start].rstrip(" ")
    )
    return not before or before[-1] in ".!?:\n"
