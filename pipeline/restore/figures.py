"""A figure that counts something is never made a word.

An OCR without Vietnamese reads ``là`` as 14 and ``13`` as 13; channel and context mostly tell them apart.
Where the word behind is one that only a number counts (``84 hộ``, ``8 triệu``), or the word before one that
only a number follows (``Điều 14``), there is nothing to tell: the figure stays, whatever the model says. A
figure lost would be lost in silence.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from pipeline.language.normal import fold_marks
from pipeline.model import Edit, Edits, RestoredText
from pipeline.restore.tokens import rules

_WORD_BEHIND = re.compile(r"[^\w\n\f]{0,3}\s?[^\w]{0,2}([^\W\d_]+)")
_WORD_BEFORE = re.compile(r"([^\W\d_]+)[\s.:]{1,3}$")
_REACH = 24


def kept(text: str, made: Iterable[Edit]) -> Edits:
    """The edits without those that make a word of a counting figure.

    Args:
        text: what the edits' offsets point into.
        made: sorted, not overlapping.
    """
    edits, unmaking = Edits(text), list[int]()
    for edit in made:
        if not _swallows(edit):
            if _unmakes(edit):
                unmaking.append(len(edits))
            edits.append(edit)
    if unmaking:
        done = RestoredText.from_edits(text, edits)
        edits.drop({i for i in unmaking if _counts(done, edits[i])})
    return edits


@cache
def _bare_counted() -> frozenset[str]:
    return frozenset(fold_marks(word) for word in rules().counted)


def _unmakes(edit: Edit) -> bool:
    """Whether a figure stands in the raw, alone or as half of a cut word, and none in the restored."""
    return any(part.strip("'’.,").isdigit() for part in edit.raw.split()) and not _digits(edit.restored)


def _digits(text: str) -> bool:
    return any(c.isdigit() for c in text)


def _swallows(edit: Edit) -> bool:
    """Whether a figure before a word that only numbers count (``3trieu``) was taken for a letter of it."""
    return (
        edit.raw[0].isdigit()
        and edit.raw[-1].isalpha()
        and not _digits(edit.restored)
        and edit.restored.split()[-1].lower() in rules().counted
        and len(edit.raw) > len(edit.restored.split()[-1])
    )


def _counts(done: RestoredText, edit: Edit) -> bool:
    start, end = done.to_restored(edit.start, edit.end)
    behind = _WORD_BEHIND.match(done.text, end, end + _REACH)
    before = _WORD_BEFORE.search(done.text[max(0, start - _REACH) : start])
    if " " in edit.raw:
        # of a word cut in two by chance the word behind may be wrong too: its letters alone count
        return bool(behind and fold_marks(behind.group(1)).lower() in _bare_counted())
    return bool(
        (behind and behind.group(1).lower() in rules().counted)
        or (before and before.group(1).lower() in rules().numbered)
    )
