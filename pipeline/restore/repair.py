"""Restoration: text in, restored text with every edit out.

The text is cut into tokens and sentences; each sentence is first asked whether it needs repair at all, and
only those that an OCR has ruined are decoded. Good text costs little and stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import inf
from pathlib import Path
from typing import Literal

from pipeline.language.dictionaries import folder as dictionaries
from pipeline.language.lexicon import Lexicon
from pipeline.language.ngrams import Ngrams
from pipeline.language.normal import fold_marks, key, nfc
from pipeline.model import Edit, EditKind, RestoredText
from pipeline.restore.candidates import Candidates
from pipeline.restore.casing import cased
from pipeline.restore.channel import Channel, letter_case
from pipeline.restore.decode import Choice, decode, score_bigrams
from pipeline.restore.fit import fluent, gain, printed, ruined
from pipeline.restore.lattice import Lattice, build
from pipeline.restore.tokens import Token, tokenize

ChannelName = Literal["auto", "eng", "vie"]

LONGEST_SENTENCE = 120
"""Tokens; a longer one is cut, so that time and memory stay linear in the text."""
BATCH = 4000
"""Tokens decoded together."""
SURE = {"eng": 0.4, "vie": 0.97}
"""Least posterior at which a word is changed."""
SURE_DIGITS = 0.9
"""Least posterior at which a token of digits alone becomes a word."""


PRIOR = 6.0
"""Nats in favour of ruin where the caller names an English OCR."""
MOST_PASSES = 5
"""Restored text is restored again until nothing changes; mostly the second pass finds nothing."""


def compose(first: RestoredText, second: Sequence[Edit]) -> list[Edit]:
    """Edits from the raw text to what ``second`` makes of ``first.text``."""
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
    spans = [(start, end) for start, end, _ in groups]
    kept = [e for e in first.edits if not any(s <= e.start and e.end <= t for s, t in spans)]
    return sorted([*kept, *edits], key=lambda e: e.start)


def _kind_of(raw: str, restored: str, otherwise: EditKind) -> EditKind:
    if fold_marks(nfc(raw)).lower() == fold_marks(restored).lower():
        return "diacritics"
    return "confusion" if otherwise == "diacritics" else otherwise


def _sentences(tokens: Sequence[Token]) -> Iterator[list[Token]]:
    current: list[Token] = []
    for token in tokens:
        current.append(token)
        if token.breaks or len(current) >= LONGEST_SENTENCE:
            yield current
            current = []
    if current:
        yield current


def _batches(sentences: Iterator[list[Token]]) -> Iterator[list[list[Token]]]:
    batch, size = list[list[Token]](), 0
    for sentence in sentences:
        batch.append(sentence)
        size += len(sentence)
        if size >= BATCH:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _shouted(tokens: Sequence[Token], first: int, last: int) -> bool:
    """Whether a neighbour is in capitals, initials apart."""
    near = [tokens[i].text for i in (first - 1, last + 1) if 0 <= i < len(tokens)]
    return any(letter_case(t) == "u" and t.isalpha() for t in near) or not near


def _kind(raw: str, restored: str, counted: bool) -> EditKind:
    if fold_marks(nfc(raw)).lower() == fold_marks(restored).lower():
        return "diacritics"
    return "confusion" if counted else "lexicon"


@dataclass
class Restorer:
    """The language model and one candidate maker a channel; loaded once, used for many texts."""

    lexicon: Lexicon
    ngrams: Ngrams
    makers: dict[str, Candidates]

    @classmethod
    def load(cls, folder: Path | None = None) -> Restorer:
        """Load the dictionaries of a folder (hoso's own by default).

        Raises:
            DictionaryError: where a file is missing or damaged.
        """
        root = folder or dictionaries()
        lexicon = Lexicon.load(root / "lexicon.tsv")
        ngrams = Ngrams.load(root / "ngrams")
        makers = {
            name: Candidates(lexicon, ngrams, Channel.load(name, lexicon, root / "channel" / f"{name}.tsv"))
            for name in ("eng", "vie")
        }
        return cls(lexicon, ngrams, makers)

    def restore(self, text: str, *, channel: ChannelName = "auto") -> RestoredText:
        """Restore one text.

        Args:
            text: any text; line breaks and form feeds stay where they are.
            channel: what spoiled it: ``eng`` (an OCR without Vietnamese), ``vie`` (Tesseract with
            Vietnamese: few
                errors, only sure ones are repaired), ``auto`` (each sentence is either good or ``eng``).
        """
        done = RestoredText(text, text)
        for _ in range(MOST_PASSES):
            again = self._pass(done.text, channel)
            if not again:
                return done
            done = RestoredText.from_edits(text, compose(done, again))
        # no end in sight: text that restoration cannot make stable stays as it was read
        return RestoredText(text, text)

    def _pass(self, text: str, channel: ChannelName) -> list[Edit]:
        edits: list[Edit] = []
        for batch in _batches(_sentences(tokenize(text))):
            edits += self._batch(batch, channel)
        return edits

    def restore_pages(self, texts: Sequence[str], channels: Sequence[str]) -> list[RestoredText]:
        """Restore the pages of one document, each with its own channel."""
        return [self.restore(t, channel=c) for t, c in zip(texts, channels, strict=True)]  # type: ignore[arg-type]

    def _batch(self, sentences: list[list[Token]], channel: ChannelName) -> list[Edit]:
        make = self.makers["vie" if channel == "vie" else "eng"]
        as_printed = printed(sentences, make)
        doubtful = [
            i
            for i, (sentence, score) in enumerate(zip(sentences, as_printed, strict=True))
            if channel == "vie" or not fluent(sentence, score)
        ]
        coarse = dict(
            zip(
                doubtful,
                score_bigrams([build(sentences[i], make) for i in doubtful], self.ngrams),
                strict=True,
            )
        )
        if channel == "vie":
            chosen = doubtful
        else:
            prior = PRIOR if channel == "eng" else 0.0
            best = [coarse[i].best if i in coarse else -inf for i in range(len(sentences))]
            gains = [
                gain(sentence, score - prior, restored)
                for sentence, score, restored in zip(sentences, as_printed, best, strict=True)
            ]
            chosen = [i for i, bad in enumerate(ruined(gains)) if bad and i in coarse]
        paths = decode([coarse[i] for i in chosen], self.ngrams)
        edits: list[Edit] = []
        for i, path in zip(chosen, paths, strict=True):
            edits += self._edits(sentences[i], coarse[i].lattice, path, make)
        return edits

    def _edits(
        self, tokens: list[Token], lattice: Lattice, path: list[Choice], make: Candidates
    ) -> Iterator[Edit]:
        at = 0
        while at < len(path):
            node = lattice.nodes[path[at].node]
            words, posterior = [node.word], path[at].posterior
            at += 1
            while node.end[1] != 0:
                node = lattice.nodes[path[at].node]
                words.append(node.word)
                posterior = min(posterior, path[at].posterior)
                at += 1
            if node.kept:
                continue
            edit = self._edit(tokens, (node.first, node.last), words, posterior, make)
            if edit is not None:
                yield edit

    def _edit(
        self, tokens: list[Token], span: tuple[int, int], words: list[int], posterior: float, make: Candidates
    ) -> Edit | None:
        first, last = tokens[span[0]], tokens[span[1]]
        raw = first.text if first is last else f"{first.text} {last.text}"
        if make.channel.name == "vie" and any(c.isdigit() for c in raw):
            return None
        sure = SURE_DIGITS if raw.isdigit() else SURE[make.channel.name]
        names = [self.lexicon.words[w] for w in words]
        if posterior < sure or (len(names) == 1 and key(raw) == names[0]):
            return None
        starts, shouted = span[0] == 0, _shouted(tokens, *span)
        head = cased(names[0], raw, self.lexicon.capitals[words[0]], starts, shouted, make.channel)
        restored = " ".join([head, *(n.upper() if letter_case(raw) == "u" else n for n in names[1:])])
        if restored == nfc(raw):
            return None
        if len(names) > 1:
            kind: EditKind = "split"
        elif first is not last:
            kind = "merge"
        else:
            counted = (letter_case(raw), raw.lower()) in make.channel.tokens
            kind = _kind(raw, restored, counted)
        return Edit(first.start, last.end, raw, restored, kind, round(min(posterior, 1.0), 4))
