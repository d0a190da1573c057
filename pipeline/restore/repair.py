"""Restoration: text in, restored text with every edit out.

The text is cut into tokens and sentences; each sentence is first asked whether it needs repair at all, and
only those that an OCR has ruined are decoded. Good text costs little and stays as it is.
"""

from __future__ import annotations

import gc
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from heapq import merge
from itertools import accumulate
from operator import attrgetter
from pathlib import Path
from sys import intern
from typing import Literal

from pipeline.errors import DictionaryError
from pipeline.intake.legacy import converted
from pipeline.language.dictionaries import folder as dictionaries
from pipeline.language.lexicon import NUMBER, UNKNOWN, Lexicon
from pipeline.language.ngrams import Ngrams
from pipeline.language.normal import fold_marks, key, nfc
from pipeline.language.syllables import is_syllable
from pipeline.model import Edit, EditKind, Edits, RestoredText
from pipeline.restore import figures
from pipeline.restore.candidates import Candidates, respelled
from pipeline.restore.casing import cased
from pipeline.restore.channel import Channel, letter_case
from pipeline.restore.decode import Choice
from pipeline.restore.lattice import Lattice, before_figure
from pipeline.restore.names import Names
from pipeline.restore.phrases import Phrases
from pipeline.restore.rounds import Made, Rounds, batches
from pipeline.restore.specks import speck
from pipeline.restore.tokens import Token, sentences

ChannelName = Literal["auto", "eng", "vie"]

SURE = {"eng": 0.25, "plain": 0.0, "vie": 0.985}
"""Least posterior at which a word is changed."""
SURE_DIGITS = 0.7
"""Least posterior at which a token of digits alone becomes a word."""
SURE_FIRST_DIGITS = 0.995
"""The same where a sentence begins: lists are numbered."""
SURE_CROWDED = 0.7
"""The same right before a figure: two numbers in a row are no prose."""
SURE_SPLIT = {"eng": 0.9, "plain": 0.9, "vie": 1.1}
"""Least posterior at which a token becomes two words. An OCR with Vietnamese joins none: of twelve tokens
that it seemed to have joined, nine were printed so."""
SURE_CODE = 0.95
"""Least posterior at which the letters of a document's symbol become others; marks are ordinary."""
MOST_PASSES = 5
"""Restored text is restored again until nothing changes; mostly the second pass finds nothing."""


@contextmanager
def _no_collection() -> Iterator[None]:
    """Suspend the search for cyclic garbage: restoration makes none, and looking for it costs a fifth."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def compose(first: RestoredText, second: Sequence[Edit]) -> Iterable[Edit]:
    """Edits from the raw text to what ``second`` makes of ``first.text``."""
    if not first.edits:
        return second
    groups: list[tuple[int, int, list[Edit]]] = []
    for edit in second:
        start, end = first.to_raw(edit.start, edit.end)
        if groups and start < groups[-1][1]:
            before = groups.pop()
            groups.append((before[0], max(end, before[1]), [*before[2], edit]))
        else:
            groups.append((start, end, [edit]))
    edits: list[Edit] = []
    for start, end, parts in groups:
        left, right = first.to_restored(start, end)
        inner = RestoredText.from_edits(
            first.text[left:right],
            [replace(e, start=e.start - left, end=e.end - left) for e in parts],
        )
        last = parts[-1]
        sure = min(e.confidence for e in parts)
        if inner.text != first.raw[start:end]:
            edits.append(
                Edit(
                    start,
                    end,
                    first.raw[start:end],
                    inner.text,
                    _kind_of(first.raw[start:end], inner.text, last.kind),
                    sure,
                )
            )
    starts = [start for start, _, _ in groups]
    ends = [end for _, end, _ in groups]

    def stays(edit: Edit) -> bool:
        at = bisect_right(starts, edit.start) - 1
        return at < 0 or edit.end > ends[at]

    return merge(filter(stays, first.edits), edits, key=attrgetter("start"))


def _without_unstable(first: RestoredText, done: RestoredText, again: Sequence[Edit]) -> RestoredText:
    """Lines that restoration cannot bring to rest stay as they were at first."""
    ends = [match.start() for match in re.finditer("[\n\f]|$", done.raw)]
    line_of = partial(bisect_left, ends)
    unstable = {line_of(done.to_raw(edit.start, edit.end)[0]) for edit in again}
    stay = (e for e in done.edits if line_of(e.start) not in unstable)
    back = (e for e in first.edits if line_of(e.start) in unstable)
    return RestoredText.from_edits(done.raw, merge(stay, back, key=attrgetter("start")))


def _kind_of(raw: str, restored: str, otherwise: EditKind) -> EditKind:
    if fold_marks(nfc(raw)).lower() == fold_marks(restored).lower():
        return "diacritics"
    return "confusion" if otherwise == "diacritics" else otherwise


def _shouted(tokens: Sequence[Token], first: int, last: int) -> bool:
    """Whether a neighbour is in capitals, initials apart."""
    near = [tokens[i].text for i in (first - 1, last + 1) if 0 <= i < len(tokens)]
    return any(letter_case(t) == "u" and t.isalpha() for t in near) or not near


def _is_name(raw: str, place: int) -> bool:
    """Whether a word may be somebody's name, however rare: a syllable with its capital inside a sentence."""
    return place > 0 and letter_case(raw) == "t" and is_syllable(raw)


def _kind(raw: str, restored: str, counted: bool) -> EditKind:
    if fold_marks(nfc(raw)).lower() == fold_marks(restored).lower():
        return "diacritics"
    return "confusion" if counted else "lexicon"


@dataclass
class Restorer:
    """The language model, and one candidate maker a channel from its first use on; for many texts."""

    root: Path
    lexicon: Lexicon
    ngrams: Ngrams
    phrases: Phrases
    names: Names
    makers: dict[str, Candidates] = field(default_factory=dict)

    @classmethod
    def load(cls, folder: Path | None = None) -> Restorer:
        """Load the dictionaries of a folder (hoso's own by default).

        Raises:
            DictionaryError: where a file is missing or damaged.
        """
        root = folder or dictionaries()
        lexicon = Lexicon.load(root / "lexicon.tsv")
        ngrams = Ngrams.load(root / "ngrams")
        if len(lexicon.words) != len(ngrams.unigram):
            message = (
                f"{root}: lexicon.tsv has {len(lexicon.words)} lines and ngrams {len(ngrams.unigram)} words; "
                "restore both or run make dictionaries"
            )
            raise DictionaryError(message)
        phrases, names = Phrases.load(lexicon, root / "phrases.toml"), Names.load(lexicon, root)
        return cls(root, lexicon, ngrams, phrases, names)

    def maker(self, channel: str) -> Candidates:
        """The candidates that a channel (``eng``, ``vie``, ``plain``) makes.

        Raises:
            DictionaryError: where its file is missing or damaged.
        """
        if channel not in self.makers:
            known = (
                Channel.plain(self.lexicon)
                if channel == "plain"
                else Channel.load(channel, self.lexicon, self.root / "channel" / f"{channel}.tsv")
            )
            self.makers[channel] = Candidates(self.lexicon, self.ngrams, known, self.names)
        return self.makers[channel]

    def restore(self, text: str, *, channel: ChannelName = "auto") -> RestoredText:
        """Restore one text.

        Args:
            text: any text; line breaks and form feeds stay where they are.
            channel: what spoiled it: ``eng`` (an OCR without Vietnamese), ``vie`` (Tesseract with Vietnamese:
                few errors, only sure ones are repaired), ``auto`` (each sentence is good, ``eng``, or
                lacks its marks and nothing else, whichever fits; old encodings are converted first).
        """
        with _no_collection():
            # what an OCR read is no old encoding
            first = converted(text)[0] if channel == "auto" else RestoredText(text, text)
            done = first
            for _ in range(MOST_PASSES):
                again = self._pass(done.text, channel)
                if not again:
                    return done
                done = RestoredText.from_edits(text, compose(done, again))
            return _without_unstable(first, done, self._pass(done.text, channel))

    def _pass(self, text: str, channel: ChannelName) -> Edits:
        """One pass: every sentence by itself, then those in doubt by what the others say."""
        names = ("eng", "plain") if channel == "auto" else (channel,)
        makers = [self.maker(name) for name in names]
        rounds = Rounds(self.ngrams, makers, channel, self.edits, Made(Edits(text)), self.phrases)
        for batch in batches(enumerate(sentences(text))):
            rounds.first(batch)
        rounds.second()
        made = rounds.edits()
        # of a long text the counts and sentences kept weigh as much as the edits
        del rounds
        return figures.kept(text, made)

    def restore_pages(self, texts: Sequence[str], channels: Sequence[str]) -> list[RestoredText]:
        """Restore the pages of one document, each with its own channel (see ``restore``).

        Pages of one channel are restored together, so that what one page says helps the others.
        """
        edits: list[list[Edit]] = [[] for _ in texts]
        for name in sorted(set(channels)):
            chosen = [i for i, channel in enumerate(channels) if channel == name]
            starts = list(accumulate((len(texts[i]) + 1 for i in chosen), initial=0))
            joined = "\f".join(texts[i] for i in chosen)
            for edit in self.restore(joined, channel=name).edits:  # type: ignore[arg-type]
                place = bisect_right(starts, edit.start) - 1
                shift = starts[place]
                edits[chosen[place]].append(replace(edit, start=edit.start - shift, end=edit.end - shift))
        return [RestoredText.from_edits(text, made) for text, made in zip(texts, edits, strict=True)]

    def edits(
        self, tokens: list[Token], lattice: Lattice, path: list[Choice], make: Candidates
    ) -> Iterator[Edit]:
        """The edits of one sentence along its chosen path."""
        halves: list[int] = []
        before = (-1, UNKNOWN)
        for choice in path:
            node, word = choice.node, int(lattice.word[choice.node])
            if not lattice.whole[node] and not halves:
                halves, least = [word], choice.posterior
                continue
            words, posterior = (
                ([*halves, word], min(least, choice.posterior)) if halves else ([word], choice.posterior)
            )
            halves = []
            span = int(lattice.first[node]), int(lattice.last[node])
            if span[0] == before[0] + 1 and tokens[span[0]].joint and make.channel.name == "eng":
                pair, name = (before[1], words[0]), self.lexicon.words[before[1]]
                if dirt := speck(tokens[before[0]], tokens[span[0]], pair, name, self.ngrams, self.phrases):
                    yield dirt
            before = span[1], words[-1]
            if lattice.kept[node]:
                continue
            edit = self._edit(tokens, span, words, posterior, make)
            if edit is not None:
                yield edit

    def _edit(
        self, tokens: list[Token], span: tuple[int, int], words: list[int], posterior: float, make: Candidates
    ) -> Edit | None:
        first, last = tokens[span[0]], tokens[span[1]]
        raw = first.text if first is last else f"{first.text} {last.text}"
        if make.channel.name == "vie" and (any(c.isdigit() for c in raw) or _is_name(raw, span[0])):
            return None
        names = [self.lexicon.words[w] for w in words]
        sure = _least(tokens, span, names, make.channel.name)
        if posterior < sure or (len(names) == 1 and key(raw) == names[0]):
            return None
        kept = ""
        if first.code and words != [NUMBER] and len(names[0]) != len(raw):
            # a symbol's letters regain their marks; none is ever lost or won: SLDTBXH is S and LĐTBXH
            kept = raw[: max(len(raw) - len(names[0]), 0)]
            if fold_marks(raw[len(kept) :]).lower() != fold_marks(names[0]):
                return None
        if words == [NUMBER]:
            if respelled(raw) in {"", raw}:
                return None
            return Edit(first.start, last.end, raw, respelled(raw), "confusion", min(posterior, 1.0))
        starts, shouted = span[0] == 0, _shouted(tokens, *span)
        share, initials = self.lexicon.capitals[words[0]], self.lexicon.printed.get(names[0], "")
        head = cased(names[0], raw, share, starts, shouted, make.channel, initials)
        restored = kept + " ".join([head, *(n.upper() if letter_case(raw) == "u" else n for n in names[1:])])
        if restored == nfc(raw):
            return None
        if len(names) > 1:
            kind: EditKind = "split"
        elif first is not last:
            kind = "merge"
        else:
            counted = (letter_case(raw), raw.lower()) in make.channel.tokens
            kind = _kind(raw, restored, counted)
        # a word that is restored a thousand times is kept once
        return Edit(first.start, last.end, raw, intern(restored), kind, min(posterior, 1.0))


def _least(tokens: Sequence[Token], span: tuple[int, int], names: Sequence[str], channel: str) -> float:
    """Least posterior at which tokens ``span`` become the words ``names``."""
    at, raw = span[0], tokens[span[0]].text
    if tokens[at].code and not fold_marks(raw).lower().endswith(fold_marks(names[0])):
        return max(SURE_CODE, SURE[channel])
    if len(names) > 1:
        return SURE_SPLIT[channel]
    if span[0] != span[1] or not raw.isdigit():
        return SURE[channel]
    if before_figure(at, tokens):
        return SURE_CROWDED
    return SURE_DIGITS if at else SURE_FIRST_DIGITS
