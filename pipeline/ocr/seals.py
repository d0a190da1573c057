"""Round red seals over print: found by colour and shape, and taken out through the red channel.

Red ink is as light as paper in the red channel while black print stays black, so print under a seal can be
read there. Only inside seals: red figures, highlighted totals or a receipt stamp's number and date elsewhere
keep their ink.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from PIL import Image

_WORK_DPI = 50
_REDNESS = 18
"""By how much red exceeds the mean of green and blue, of 255; ink that shows through from the back: 25."""
_RADIUS = (0.5, 1.1)
"""Inches; state seals measure 34-42 mm across, a seal's outer ring in a scan a little more."""
_ROUND = 0.06
"""Largest spread of the outline's distance from the centre, as a share of the radius."""
_ARC = 0.3
"""Share of the full circle that must be seen; a seal cut by the page's edge shows half."""
_OUTLINED = 0.5
"""Share of the outline that must lie on the circle: a rectangle's corners lie on one too."""
_MOST = 8

Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Circle:
    """A seal, in pixels of the image."""

    x: float
    y: float
    radius: float


def grey(image: Image.Image, dpi: int) -> Image.Image:
    """A grey image with the red ink of seals taken out.

    Args:
        image: mode ``L`` (returned as it is) or ``RGB``.
        dpi: its resolution.
    """
    from PIL import Image, ImageDraw

    light = image.convert("L")
    circles = find(image, dpi) if image.mode == "RGB" else []
    if not circles:
        return light
    red = image.getchannel("R")
    for circle in circles:
        reach = circle.radius * 1.06
        box = (
            max(0, int(circle.x - reach)),
            max(0, int(circle.y - reach)),
            min(image.width, int(circle.x + reach) + 1),
            min(image.height, int(circle.y + reach) + 1),
        )
        mask = Image.new("L", (box[2] - box[0], box[3] - box[1]), 0)
        x, y = circle.x - box[0], circle.y - box[1]
        ImageDraw.Draw(mask).ellipse((x - reach, y - reach, x + reach, y + reach), fill=255)
        light.paste(red.crop(box), box[:2], mask)
    return light


def find(image: Image.Image, dpi: int) -> list[Circle]:
    """The round red seals of an ``RGB`` image, the largest first."""
    step = max(1, round(dpi / _WORK_DPI))
    small = np.asarray(image.reduce(step) if step > 1 else image).astype(np.int16)
    red = small[:, :, 0] - (small[:, :, 1] + small[:, :, 2]) // 2 > _REDNESS
    inch = dpi / step
    if red.sum() < inch * inch * 0.1:
        return []
    circles = []
    for part in _components(red, int(0.08 * inch)):
        circle = _circle(part, red.shape, inch)
        if circle is not None:
            circles.append(Circle(circle.x * step, circle.y * step, circle.radius * step))
    return sorted(circles, key=lambda c: (-c.radius, c.y, c.x))[:_MOST]


def _components(red: Mask, block: int) -> list[Mask]:
    """Red parts that hang together over a grid of blocks, the largest first, each as a mask of the image."""
    height, width = red.shape
    rows, columns = np.nonzero(red)
    rows, columns = rows // block, columns // block
    occupied = set(zip(rows.tolist(), columns.tolist(), strict=True))
    label = np.zeros((height // block + 1, width // block + 1), np.int32)
    count = 0
    while occupied:
        count += 1
        waiting = [min(occupied)]
        occupied.discard(waiting[0])
        while waiting:
            row, column = waiting.pop()
            label[row, column] = count
            near = {(row + i, column + j) for i in (-1, 0, 1) for j in (-1, 0, 1)} & occupied
            occupied -= near
            waiting += near
    labels = label[rows, columns]
    sizes = np.bincount(labels)
    order = [int(n) for n in np.argsort(-sizes, kind="stable") if n][: 2 * _MOST]
    full = np.repeat(np.repeat(label, block, axis=0), block, axis=1)[:height, :width]
    return [red & (full == n) for n in order]


def _circle(part: Mask, shape: tuple[int, int], inch: float) -> Circle | None:
    """The circle that the outline of a red part lies on, if it is a seal's.

    Least squares on the outline's points (Kåsa, "A circle fitting procedure and its error analysis", IEEE
    Trans. Instrum. Meas. 1976), twice: points far inside the first circle are gaps in the ring.
    """
    xs, ys = _outline(part, shape)
    if xs.size < inch * 0.8:
        return None
    points = xs.size
    for _ in range(3):
        system = np.column_stack((xs, ys, np.ones_like(xs)))
        (a, b, c), *_ = np.linalg.lstsq(system, xs * xs + ys * ys, rcond=None)
        x, y = a / 2, b / 2
        radius = float(np.sqrt(max(c + x * x + y * y, 0.0)))
        if not _RADIUS[0] * inch <= radius <= _RADIUS[1] * inch * 1.3:
            return None
        distance = np.hypot(xs - x, ys - y)
        kept = distance > 0.9 * radius
        if kept.sum() < _OUTLINED * points:
            return None
        xs, ys = xs[kept], ys[kept]
    distance = np.hypot(xs - x, ys - y)
    angles = np.unique((np.degrees(np.arctan2(ys - y, xs - x)) // 10).astype(int))
    is_round = float(distance.std()) <= _ROUND * radius and float(distance.max()) <= 1.2 * radius
    if radius > _RADIUS[1] * inch or not is_round or angles.size < _ARC * 36:
        return None
    return Circle(float(x), float(y), radius)


def _outline(part: Mask, shape: tuple[int, int]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """First and last red pixel of every row and column, without those at the image's edge."""
    rows, columns = np.flatnonzero(part.any(axis=1)), np.flatnonzero(part.any(axis=0))
    if rows.size == 0:
        return np.empty(0), np.empty(0)
    height, width = shape
    across, down = part[rows], part[:, columns].T
    xs = np.concatenate((across.argmax(axis=1), width - 1 - across[:, ::-1].argmax(axis=1), columns, columns))
    ys = np.concatenate((rows, rows, down.argmax(axis=1), height - 1 - down[:, ::-1].argmax(axis=1)))
    inner = (xs > 1) & (xs < width - 2) & (ys > 1) & (ys < height - 2)
    return xs[inner].astype(np.float64), ys[inner].astype(np.float64)
