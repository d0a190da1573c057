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
import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from heapq import merge
from math import exp

from pipeline.intake.codes import Encoding, encodings
from pipeline.intake.evidence import PUNCTUATION
from pipeline.intake.runs import STRETCH, Run, Stretch, is_sign, runs
from pipeline.language.frequency import surprise
from pipeline.language.normal import nfc
from pipeline.language.syllables import is_syllable
from pipeline.model import Edit, Edits, RestoredText

KEEP = 5.0
"""Nats more than as it stands: what costs that in a run stays, if it makes no syllables or is signs alone."""
END = {".": 0.0, "?": 4.0}
"""Nats by which a syllable must be rarer with its last sign as a mark than without, where no small letter
follows (VIQR): else the sign is a mark."""
NAMED = 3.0
"""The same, added where both words have a capital: Thị Lan."""
SURE, MOST_SURE = 0.98, 0.995
"""Confidence of a run at its best, and of a stretch that reads as syllables."""
ODD_SURE, CASE_SURE, END_SURE = 0.8, 0.6, 0.7
"""Factor of confidence: no syllable; letter case that its neighbours or nothing tells; mark or full stop."""

_WORD = re.compile(r"[^\W\d_]+")
DECOMPOSED = "decomposed"
"""What Unicode with letters apart from their marks is called among encodings."""
_RANK = "\u031b\u0306\u0302\u0300\u0301\u0309\u0303\u0323"
"""Marks in the order in which letters are composed: horn, breve, hat, tones."""
_COMBINING = re.compile(f"[{_RANK}]")
_MARKS = re.compile(f"[{_RANK}]{{2,}}")
_MARKED_WORD = re.compile(f"(?:[^\\W\\d_]|[{_RANK}])+")
NEAR = 40
"""Characters of a line that are looked at for capitals."""
_NEXT = re.compile(r"[\s|]*")


def converted(text: str) -> tuple[RestoredText, tuple[str, ...]]:
    """The text in Unicode, and the names of the encodings found in it, sorted.

    Every stretch that changes is an edit of kind ``encoding``; so is what stands in a run and no table
    explains: its ``restored`` is its ``raw``, its confidence 0. Pages (form feeds) are told each by itself.
    """
    edits, names, at = Edits(text), set[str](), 0
    for page in text.split("\f"):
        last = 0
        for name, edit in merge(_decoded(page), _composed(page), key=lambda pair: pair[1].start):
            if edit.start >= last:
                names.add(name)
                last = edit.end
                edits.append(replace(edit, start=at + edit.start, end=at + edit.end))
        at += len(page) + 1
    return RestoredText.from_edits(text, edits), tuple(sorted(names))


def _decoded(page: str) -> Iterator[tuple[str, Edit]]:
    """The edits of all runs, with the names of their encodings."""
    for run in runs(page):
        known = encodings()[run.encoding]
        escaped = any(known.escape + sign in page for sign in END) if known.escape else False
        for place, stretch in enumerate(run.stretches):
            restored, sure = _restored(page, run, place, escaped)
            if sure is not None:
                yield known.name, _edit(stretch.start, stretch.text, restored, sure)


def _composed(page: str) -> Iterator[tuple[str, Edit]]:
    """Letters with their marks in an order that Unicode does not know; other NFD text is the same as NFC."""
    if _COMBINING.search(page):
        for match in filter(lambda found: _COMBINING.search(found[0]), _MARKED_WORD.finditer(page)):
            letters = unicodedata.normalize("NFD", match[0])
            composed = nfc(_MARKS.sub(lambda marks: "".join(sorted(marks[0], key=_RANK.index)), letters))
            if composed != nfc(match[0]):
                yield DECOMPOSED, Edit(match.start(), match.end(), match[0], composed, "encoding", 1.0)


def _edit(start: int, raw: str, restored: str, sure: float) -> Edit:
    """The edit without the punctuation that both begin or end with."""
    left = right = 0
    while left < min(len(raw), len(restored)) - 1 and raw[left] == restored[left] in PUNCTUATION:
        left += 1
    while right < min(len(raw), len(restored)) - left - 1 and raw[~right] == restored[~right] in PUNCTUATION:
        right += 1
    end = len(raw) - right
    return Edit(
        start + left, start + end, raw[left:end], restored[left : len(restored) - right], "encoding", sure
    )


def explains(text: str) -> bool:
    """Whether a text that is no Unicode reads as old encodings: most of what is not ASCII stands in runs."""
    every = sum(not found[0].isascii() for found in STRETCH.finditer(text))
    told = sum(not s.text.isascii() for page in text.split("\f") for run in runs(page) for s in run.stretches)
    return 2 * told > every


def _restored(page: str, run: Run, place: int, escaped: bool) -> tuple[str, float | None]:
    """A stretch in Unicode, and how sure; None where it stays and nothing is to be told.

    ``escaped`` says that the page marks signs which are none, so that all others are marks.
    """
    known, stretch = encodings()[run.encoding], run.stretches[place]
    reading, plain = stretch.weighed.readings[run.encoding], stretch.weighed.plain
    sure = SURE * (1 - exp(-run.lead / 2))
    text = reading.text
    words = _WORD.findall(text)
    told = bool(words) and all(map(is_syllable, words)) and not is_sign(stretch.text)
    if reading.cost >= plain.cost + KEEP and not told:
        return stretch.text, 0.0
    if text == stretch.text:
        return text, None if stretch.text.isascii() else 0.0
    if not reading.valid:
        sure *= ODD_SURE
    if not reading.sure and not escaped:
        text = _ended(page, stretch, known, text)
        sure *= END_SURE
    if not known.capitals and not text.isupper():
        if _shouted(page, known, stretch):
            text, sure = text.upper(), sure * CASE_SURE
        elif text[0].islower() and not stretch.text[0].isascii() and _begins(page, stretch):
            sure *= CASE_SURE
    return text, min(sure, MOST_SURE)


def _ended(page: str, stretch: Stretch, known: Encoding, marked: str) -> str:
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


def _shouted(page: str, known: Encoding, stretch: Stretch) -> bool:
    """Whether a stretch whose own letters do not tell their case stands in a line among capitals."""
    if _case(stretch.text) is not None or any(c.islower() and c.isascii() for c in stretch.text):
        return False
    before = page[max(stretch.start - NEAR, 0) : stretch.start].rpartition("\n")[2].split()
    behind = page[stretch.end : stretch.end + NEAR].partition("\n")[0].split()
    near = (next(filter(None, (_told(known, w) for w in words)), "") for words in (reversed(before), behind))
    cases = [word.isupper() for word in near if word]
    return bool(cases) and all(cases)


def _told(known: Encoding, word: str) -> str:
    """A neighbour's letters where they tell of capitals; empty for initials, which are always capitals."""
    letters = _letters(known.decode(word))
    case = _case(word)
    if case is None or (case and not is_syllable(letters)):
        return ""
    return letters.upper() if case else letters.lower()


def _case(word: str) -> bool | None:
    """Whether a word is in capitals, by the letters that have them in every encoding; None: too few tell."""
    told = [c for c in word if c.isascii() and c.isalpha()]
    return all(map(str.isupper, told)) if len(told) > 1 else None


def _begins(page: str, stretch: Stretch) -> bool:
    """Whether a sentence or line begins here."""
    before = page[max(stretch.start - 3, 0) : stretch.start].rstrip(" ")
    return not before or before[-1] in ".!?:\n"
