"""The verdict on a page's text layer, with named reasons: what may be kept, and what is to be read anew.

"Has text" is no test: most scans carry the e-signature's few lines, some a layer that an OCR in the wrong
language left, some another page's. First the words are judged by what they say (``intake.regions``); where
that leaves doubt, the page's image is looked at (``look``): always where nobody ever saw the words, and where
words that are seen read like damage.

Verdicts: ``good`` · ``legacy`` (good once its old encodings are converted) · ``ruined`` · ``partly_ruined``
(a font, a region or a picture is to be read anew, the rest is good) · ``contradicted`` (the image says
otherwise) · ``stamp_only`` (an e-signature's lines over a scan) · ``none``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from pipeline.errors import KilledError, LimitError, ReadError
from pipeline.intake import layer, pdf, placement, retold, shows
from pipeline.intake.layer import LayerWord
from pipeline.intake.pdf import Geometry
from pipeline.intake.placement import Drawn
from pipeline.intake.regions import GOOD, RUINED, Region, regions, worst_line
from pipeline.language import quality
from pipeline.language.quality import Quality, thresholds
from pipeline.model import Box, LayerVerdict
from pipeline.ocr import raster, visible
from pipeline.ocr.look import Look
from pipeline.ocr.raster import Raster
from pipeline.settings import Settings

_LOOK_DPI = 200
_NO_INK = 0.35
"""Share of words without ink under them from which a layer belongs elsewhere."""
_ALIKE = 0.72
"""Share of letters, marks apart, that are read alike where the layer is of this page: 0.80 and more on drawn
pages where an English OCR had left it, 0.41 and less on real scans under another page's layer."""
_EXACT = 0.875
"""Share of letters, with marks, that are read alike where the layer is good: on drawn pages 0.93 and more
where it was, 0.82 and less where an English OCR had left it."""
_AS_PRINTED = 0.7
"""Share of words that are seen, and read like damage, from which they are what is printed."""
_DOUBTED = -2.0
_SHORT = 40
"""Words of a page at most that may be too few to tell, so that a word that is none is worth a look."""
_NUMBERS = 4
"""Numbers from which they speak for themselves, and half of them must be read alike."""
_UNREAD = 12.0
"""Nats of words outside the layer's from which they are text: six syllables with marks."""
_FEW = 0.1
"""Share of a hidden layer's words at most that may be damaged or good alone without parting the page."""
_PICTURE = 0.02
"""Share of the page of a picture that may hold text."""
_GLYPHS = 12
"""Glyphs that are drawn and have no letters."""


@dataclass(frozen=True)
class Judgement:
    """Whether a layer is the page's text.

    Attributes:
        verdict: see the module's words.
        reasons: codes; those of ``quality.assess`` among them.
        quality: of the text, old encodings converted.
        words: all words of the layer, fonts and what is hidden told where it was asked.
        kept: those that are the page's text.
        regions: where words were parted.
        looked: whether the image was looked at.
    """

    verdict: LayerVerdict
    reasons: tuple[str, ...]
    quality: Quality
    words: tuple[LayerWord, ...] = ()
    kept: tuple[LayerWord, ...] = ()
    regions: tuple[Region, ...] = ()
    looked: bool = False


class Sheet:
    """A page of a PDF: what it draws, its words, its image; each is got when it is first asked for."""

    def __init__(self, path: Path, number: int, settings: Settings, folder: Path, where: str) -> None:
        """Take a page; ``folder`` is a scratch folder, ``where`` names file and page in error lines."""
        self.path, self.number, self.settings = path, number, settings
        self.folder, self.where = folder, where

    @cached_property
    def geometry(self) -> Geometry:
        """Size, rotation and visible box."""
        return pdf.geometry(self.path, self.number, self.settings, self.where)

    @cached_property
    def all_words(self) -> list[LayerWord]:
        """The layer's words, as their fonts show them."""
        path, number = self.path, self.number
        if self.content.retold:
            copy = retold.copied(path, number, self.where, self.folder)
            if copy is None:
                return []  # nothing says what is drawn but the image
            path, number = copy, 1
        words = layer.read(path, number, self.settings, self.where)
        if not words or not (self.content.capitals or self.content.faint):
            return words
        return layer.in_capitals(shows.told(words, self.path, self.number, self.geometry, self.where))

    @cached_property
    def words(self) -> list[LayerWord]:
        """The layer's words but for those that nobody sees for their colour, their size or what covers them.

        Raises:
            LimitError: where a limit ended the look at them.
            KilledError: where the program that draws the page was killed.
        """
        words = self.all_words
        if placement.covered(self.content, self.geometry):
            # over a scan they are what OCR software lays there
            return [replace(word, hidden=True) if word.faint else word for word in words]
        try:
            return visible.seen(words, self.geometry, lambda: self.drawn(visible.DPI))
        except (KilledError, LimitError):
            raise
        except ReadError:
            return [word for word in words if not word.faint]

    @cached_property
    def content(self) -> Drawn:
        """What the page draws."""
        return placement.drawn(self.path, self.number, self.where)

    @cached_property
    def told(self) -> list[LayerWord]:
        """The words with their fonts, and whether they are hidden."""
        words = shows.told(self.words, self.path, self.number, self.geometry, self.where)
        marked = zip(words, self.words, strict=True)
        return [replace(word, hidden=True) if before.hidden else word for word, before in marked]

    @cached_property
    def scan(self) -> Raster | None:
        """The image that is the page, where there is one."""
        place = placement.scan(self.content, self.geometry)
        if place is None:
            return None
        return raster.embedded(
            self.path, self.number, place, self.geometry, self.settings, self.folder, self.where
        )

    @cached_property
    def look(self) -> Look:
        """The page's image to be looked at."""
        image = self.scan or self.drawn(min(_LOOK_DPI, self.settings.dpi))
        return Look(image, self.settings, self.folder, self.where)

    def drawn(self, dpi: int = 0) -> Raster:
        """The page drawn anew."""
        return raster.drawn(
            self.path, self.number, self.geometry, self.settings, self.folder, self.where, dpi
        )


def judge(sheet: Sheet) -> Judgement:
    """Judge a page's layer.

    Raises:
        ReadError: where the page cannot be opened.
        LimitError: where a limit ended a look at it.
    """
    found = _judged(sheet)
    if len(sheet.words) < len(sheet.all_words):
        return replace(found, reasons=tuple(dict.fromkeys((*found.reasons, "words_without_ink"))))
    return found


def _judged(sheet: Sheet) -> Judgement:
    words = sheet.words
    if not words:
        covered = placement.covered(sheet.content, sheet.geometry)
        lost = sheet.content.glyphs >= _GLYPHS and not covered and not sheet.all_words
        reason = "no_letters" if lost else "no_words"
        return Judgement("ruined" if lost else "none", (reason,), quality.assess(""))
    texts, old = layer.in_unicode(words)
    judged = quality.assess(" ".join(texts))
    covered = placement.covered(sheet.content, sheet.geometry)
    first = regions(words, texts)
    hidden = sheet.content.hides or sheet.content.images or any(word.hidden for word in words)
    if hidden or worst_line(words, texts) < _DOUBTED:
        words = sheet.told
        first = regions(words, texts)
    case = _Case(sheet, words, texts, tuple(f"encoding:{name}" for name in old), judged, first, covered)
    visible = sum(not word.hidden for word in words)
    if visible < len(words) and (2 * visible <= len(words) or (covered and visible < thresholds().words)):
        return case.looking(case.hidden)
    if covered and len(words) < thresholds().words and case.over_pictures():
        return case.scanned()
    return case.looking(case.seen)


def _own_doubt(region: Region) -> float:
    """Nats below which a font's words are worth a look on any page: a heading has too few to be sure of."""
    return _DOUBTED if region.face and len(region.words) < _SHORT else RUINED


@dataclass(frozen=True)
class _Case:
    """All that is known of a page with words."""

    sheet: Sheet
    words: Sequence[LayerWord]
    texts: Sequence[str]
    old: tuple[str, ...]
    quality: Quality
    regions: Sequence[Region]
    covered: bool

    def looking(self, judge_page: Callable[[], Judgement]) -> Judgement:
        """A verdict that may need the page's image; by the words alone where there is none to look at.

        Words that nobody saw are then never the page's text.

        Raises:
            LimitError: where a limit ended the look: another run, or a higher limit, may look.
            KilledError: where the program that draws it was killed.
        """
        try:
            return judge_page()
        except (KilledError, LimitError):
            raise
        except ReadError:
            reasons = ("no_look", *self.quality.reasons)
            bad = {number for region in self.regions if region.verdict == "ruined" for number in region.words}
            unseen = {number for number, word in enumerate(self.words) if word.hidden}
            if 2 * len(bad | unseen) > len(self.words):
                return self._told("ruined", reasons, ())
            if unseen:
                kept = [word for word in self.words if not word.hidden]
                return self._told("partly_ruined", reasons, kept)
            return self._good(reasons, self.words, looked=False)

    def scanned(self) -> Judgement:
        """Few words that are seen over a scan: a stamp's."""
        names = (f"signature:{name}" for name in quality.signatures(" ".join(self.texts)))
        return self._told("stamp_only", (*names, *self.old, "covers_little"), ())

    def over_pictures(self) -> bool:
        """Whether most words stand on an image, not beside it."""
        boxes = self._pictures()
        middles = [((w.box.x0 + w.box.x1) / 2, (w.box.y0 + w.box.y1) / 2) for w in self.words]
        over = sum(any(b.x0 <= x <= b.x1 and b.y0 <= y <= b.y1 for b in boxes) for x, y in middles)
        return 2 * over > len(self.words)

    def hidden(self) -> Judgement:
        """Words that nobody sees, under an image that shows the page."""
        own = [number for number, word in enumerate(self.words) if word.hidden]
        reasons = ("hidden", *(("stamp",) if len(own) < len(self.words) else ()))
        bad = self._numbers("ruined", hidden=True)
        rest = [number for number in own if number not in bad]
        if len(rest) <= _FEW * len(own):
            return self._told("ruined", (*reasons, *self.quality.reasons), ())
        look = self.sheet.look
        words, texts = self._of(rest)
        if look.without_ink([self.words[number] for number in own]) >= _NO_INK:
            return self._told("contradicted", (*reasons, "words_without_ink"), (), looked=True)
        found = look.compare(words, texts)
        numbers_differ = found.numbers >= _NUMBERS and 2 * found.same < found.numbers
        if found.alike < _ALIKE or (numbers_differ and found.exact >= _EXACT - 0.2):
            why = "image_differs" if found.alike < _ALIKE else "numbers_differ"
            return self._told("contradicted", (*reasons, why), (), looked=True)
        if found.exact < _EXACT:
            return self._told("ruined", (*reasons, "marks_differ", *self.quality.reasons), (), looked=True)
        lines, nats = look.unread(self.words)
        unread = ("ink_without_words",) if lines and nats >= _UNREAD else ()
        damaged = ("damaged_region",) if len(bad) > _FEW * len(own) else ()
        if unread or damaged:
            return self._told("partly_ruined", (*reasons, *damaged, *unread), words, looked=True)
        return self._good(
            (*reasons, *self.quality.reasons), [self.words[number] for number in own], looked=True
        )

    def seen(self) -> Judgement:
        """Words that are drawn to be seen: right if their fonts name the letters that they draw."""
        unseen = [word for word in self.words if word.hidden]
        if unseen and self.sheet.look.without_ink(unseen) >= _NO_INK:
            # a title or a field that was left in the file: no text of the page
            return self._without_unseen()
        # the fewer the words, the less doubt is worth a look
        count = len(self.words)
        doubt = GOOD if count < thresholds().few_words else _DOUBTED if count < _SHORT else RUINED
        doubted = [r for r in self.regions if r.verdict == "ruined" or r.nats < max(doubt, _own_doubt(r))]
        bad = [number for region in doubted for number in region.words]
        reasons = self.quality.reasons
        if bad:
            found = self.sheet.look.compare(*self._of(bad))
            # of few words one that was read wrongly is a third: where they read well their letters tell more
            fair = count < _SHORT and sum(region.nats for region in doubted) > 0
            if found.words < _AS_PRINTED and not (fair and found.exact >= _EXACT):
                return self._broken(bad)
            reasons = ("as_printed", *reasons)
        pictures = self._pictures()
        for picture in pictures:
            lines, nats = self.sheet.look.unread(self.words, picture)
            if lines and nats >= _UNREAD:
                return self._told("partly_ruined", ("text_in_picture", *reasons), self.words, looked=True)
        return self._good(reasons, self.words, looked=bool(bad or pictures))

    def _broken(self, bad: Sequence[int]) -> Judgement:
        """Fonts that draw other letters than they name: all, or some beside good words."""
        faces = sorted({self.words[number].face for number in bad} - {""})
        reasons = ("letters_differ", *(f"font:{face}" for face in faces), *self.quality.reasons)
        if not self._numbers("good", hidden=False):
            return self._told("ruined", reasons, (), looked=True)
        gone = set(bad)
        kept = [word for number, word in enumerate(self.words) if number not in gone]
        return self._told("partly_ruined", reasons, kept, looked=True)

    def _without_unseen(self) -> Judgement:
        words, texts = self._of([number for number, word in enumerate(self.words) if not word.hidden])
        judged = quality.assess(" ".join(texts))
        left = replace(self, words=words, texts=texts, quality=judged, regions=regions(words, texts))
        found = left.seen()
        return replace(found, reasons=("words_without_ink", *found.reasons), looked=True)

    def _pictures(self) -> list[Box]:
        """The boxes of pictures on the page that may hold text."""
        geometry = self.sheet.geometry
        images = self.sheet.content.images
        large = [image for image in images if placement.share(image, geometry) >= _PICTURE]
        return [placement.shown(image, geometry) for image in large]

    def _numbers(self, verdict: str, *, hidden: bool) -> list[int]:
        return [
            number
            for region in self.regions
            if region.verdict == verdict and region.hidden == hidden
            for number in region.words
        ]

    def _of(self, numbers: Sequence[int]) -> tuple[list[LayerWord], list[str]]:
        return [self.words[number] for number in numbers], [self.texts[number] for number in numbers]

    def _good(self, reasons: tuple[str, ...], kept: Sequence[LayerWord], *, looked: bool) -> Judgement:
        return self._told("legacy" if self.old else "good", (*self.old, *reasons), kept, looked=looked)

    def _told(
        self,
        verdict: LayerVerdict,
        reasons: tuple[str, ...],
        kept: Sequence[LayerWord],
        *,
        looked: bool = False,
    ) -> Judgement:
        return Judgement(
            verdict, tuple(dict.fromkeys(reasons)), self.quality, tuple(self.words), tuple(kept),
            tuple(self.regions), looked,
        )  # fmt: skip
