"""Whether an edit's confidence is what it says: of edits at 0.9, nine in ten should be right.

An edit is right where every word that it touches is what was printed, capitals included. The expected
calibration error is the mean distance of confidence and share of right edits over ten bins of equal width,
weighted by edits (Guo et al., "On Calibration of Modern Neural Networks", 2017).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from benchmarks.words import wrong
from pipeline.model import RestoredText
from training.render import font_file

BINS = 10

Judged = tuple[float, bool]
"""An edit's confidence and whether it is right."""


@dataclass(frozen=True)
class Bin:
    """Edits of like confidence: how many, their mean confidence, the share that is right."""

    low: float
    high: float
    edits: int
    confidence: float
    right: float


def judged(truth: str, restored: RestoredText) -> Iterator[Judged]:
    """Every edit of a text."""
    bad = wrong(truth, restored.text)
    shift = 0
    for edit in restored.edits:
        start = edit.start + shift
        end = start + len(edit.restored)
        shift += len(edit.restored) - (edit.end - edit.start)
        yield edit.confidence, bad.isdisjoint(range(start, end))


def bins(found: Iterable[Judged]) -> list[Bin]:
    """The edits by confidence, bins without edits left out."""
    parts: list[list[Judged]] = [[] for _ in range(BINS)]
    for confidence, right in found:
        parts[min(int(confidence * BINS), BINS - 1)].append((confidence, right))
    return [
        Bin(
            i / BINS,
            (i + 1) / BINS,
            len(part),
            sum(c for c, _ in part) / len(part),
            sum(r for _, r in part) / len(part),
        )
        for i, part in enumerate(parts)
        if part
    ]


def error(found: Sequence[Bin]) -> float:
    """The expected calibration error, 0-1."""
    total = sum(b.edits for b in found)
    return sum(b.edits * abs(b.confidence - b.right) for b in found) / max(total, 1)


def draw(curves: Sequence[tuple[str, Sequence[Bin]]], path: Path) -> None:
    """A reliability diagram as PNG: share of right edits over confidence, a panel a curve."""
    side, margin, gap, scale = 300, 60, 70, 2
    width = margin + len(curves) * (side + gap)
    image = Image.new("RGB", (width * scale, (side + 2 * margin) * scale), "white")
    pen = ImageDraw.Draw(image)
    font, small = (ImageFont.truetype(str(font_file("Arimo")), size * scale) for size in (13, 10))
    for number, (title, found) in enumerate(curves):
        left, top = margin + number * (side + gap), margin

        def at(x: float, y: float, left: int = left, top: int = top) -> tuple[float, float]:
            return (left + x * side) * scale, (top + (1 - y) * side) * scale

        for b in found:
            pen.rectangle([at(b.low, b.right), at(b.high, 0)], fill="#9fc5e8", outline="#3d6d99")
            pen.text(at(b.low + 0.05, 0.015), str(b.edits), "#333333", small, anchor="mb")
        pen.line([at(0, 0), at(1, 1)], "#cc3333", scale)
        pen.rectangle([at(0, 1), at(1, 0)], outline="black", width=scale)
        for tick in (0, 0.2, 0.4, 0.6, 0.8, 1):
            pen.text(at(tick, -0.02), f"{tick:g}", "black", font, anchor="mt")
            pen.text(at(-0.02, tick), f"{tick:g}", "black", font, anchor="rm")
        total = sum(b.edits for b in found)
        heading = f"{title}: {total} edits, error {error(found):.3f}"
        pen.text(at(0.5, 1.04), heading, "black", font, anchor="mb")
        pen.text(at(0.5, -0.1), "confidence of the edit", "black", font, anchor="mt")
        pen.text(at(0.03, 0.97), "share right", "black", font, anchor="lt")
    image.quantize(64).save(path, optimize=True)
