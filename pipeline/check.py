"""What ``hoso check`` tells: the verdict on every page's text layer, with its reasons, and nothing written.

The verdicts are those by which ``extract`` reads: both ask ``ocr.judge``.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import DamagedError, ReadError, UnsupportedError
from pipeline.intake import children, find, inspect, legacy, office, pdf, text
from pipeline.intake.find import printable
from pipeline.language import quality
from pipeline.ocr.judge import Judgement, Sheet, judge
from pipeline.settings import Settings
from pipeline.show import visible


@dataclass(frozen=True)
class Checked:
    """A page and the verdict on its layer, or the error that it ended in."""

    page: int
    judgement: Judgement | None
    error: ReadError | None = None


@dataclass(frozen=True)
class CheckedFile:
    """A file with its pages; ``error`` where it could not be opened at all."""

    name: str
    pages: tuple[Checked, ...] = ()
    error: ReadError | None = None

    @property
    def errors(self) -> list[ReadError]:
        """All that went wrong."""
        return [error for error in (self.error, *(page.error for page in self.pages)) if error is not None]


def check(inputs: Sequence[Path], settings: Settings) -> Iterator[CheckedFile]:
    """Judge every page of files and folders, in the order in which ``extract`` finds them.

    Raises:
        UsageError: for an input that does not exist.
        MissingProgramError: where poppler, or Tesseract where a page is looked at, is missing.
    """
    for found in find(inputs):
        if found.problem:
            error = UnsupportedError(f"{found.source_file}: {found.problem}")
            yield CheckedFile(found.source_file, error=error)
            continue
        try:
            yield CheckedFile(found.source_file, tuple(_pages(found.path, settings)))
        except ReadError as failed:
            yield CheckedFile(found.source_file, error=failed)


def _pages(path: Path, settings: Settings) -> Iterator[Checked]:
    info, name = inspect(path, settings), printable(str(path))
    if info.kind in {"text", "sheet"}:
        sheets = info.kind == "sheet"
        found_pages = office.sheets(path, name, info.sha256, settings) if sheets else text.pages(path, name)
        for number, content in enumerate(found_pages, 1):
            done, found = legacy.converted(content)
            judged = quality.assess(done.text)
            told = (*(f"encoding:{encoding}" for encoding in found), *judged.reasons)
            yield Checked(number, Judgement("", told, judged))
        return
    if info.kind == "image":
        for number in range(1, info.pages + 1):
            yield Checked(number, Judgement("none", ("image_file",), quality.assess("")))
        return
    with children.scratch() as folder:
        place = office.pdf(path, name, info.sha256, settings) if info.kind == "office" else path
        if info.damage or info.locked:
            place = pdf.copied(place, name, settings, folder)
        for number in range(1, info.pages + 1):
            where = f"{name}, page {number}"
            try:
                with children.scratch() as own:
                    yield Checked(number, judge(Sheet(place, number, settings, own, where)))
            except ReadError as failed:
                yield Checked(number, None, failed)
            except OSError as failed:
                message = f"{where}: cannot be read: {failed.strerror or failed}"
                yield Checked(number, None, DamagedError(message))


def lines(file: CheckedFile) -> Iterator[str]:
    """A file for people: its verdicts counted, a line a page, a line a region of a page that is parted."""
    if file.error is not None:
        return
    counts = Counter(
        page.judgement.verdict or "no_layer" if page.judgement else "failed" for page in file.pages
    )
    told = ", ".join(f"{verdict} {count}" for verdict, count in counts.most_common())
    yield f"{file.name}: {told}"
    for page in file.pages:
        judged = page.judgement
        if judged is None:
            yield f"  page {page.page}: failed"
            continue
        reasons = f" ({' '.join(judged.reasons)})" if judged.reasons else ""
        share = f", quality {judged.quality.score:.2f}" if judged.words or not judged.verdict else ""
        yield visible(f"  page {page.page}: {judged.verdict or 'no layer'}{reasons}{share}")
        if judged.verdict == "partly_ruined":
            for region in judged.regions:
                box = region.box
                place = f"{box.x0:.0f} {box.y0:.0f} {box.x1:.0f} {box.y1:.0f}"
                face = region.face or "unknown font"
                told = f"{len(region.words)} words at {place} in {face}, nats {region.nats:+.1f}"
                yield visible(f"    {region.verdict}: {told}")


def as_json(file: CheckedFile) -> str:
    """A file as one line of JSON."""
    value: dict[str, object] = {"file": file.name}
    if file.error is not None:
        value |= {"error": file.error.code, "message": str(file.error)}
    else:
        value["pages"] = [_page(page) for page in file.pages]
    return json.dumps(value, ensure_ascii=False)


def _page(page: Checked) -> dict[str, object]:
    judged = page.judgement
    if judged is None:
        assert page.error is not None
        return {"page": page.page, "error": page.error.code, "message": str(page.error)}
    regions = [
        {
            "verdict": region.verdict,
            "font": region.face or None,
            "hidden": region.hidden,
            "words": len(region.words),
            "box": [round(side, 1) for side in (region.box.x0, region.box.y0, region.box.x1, region.box.y1)],
            "nats": region.nats,
        }
        for region in judged.regions
    ]
    return {
        "page": page.page,
        "verdict": judged.verdict or None,
        "reasons": list(judged.reasons),
        "quality": judged.quality.score,
        "words": len(judged.words),
        "kept": len(judged.kept),
        "looked": judged.looked,
        "regions": regions,
    }
