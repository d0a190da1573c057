"""A map of squares of ours, in the place of one that an analyst brings."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path


def square(x: float, y: float) -> list[list[list[float]]]:
    """A Polygon's coordinates: a square of half a degree, with a corner at x and y."""
    return [[[x, y], [x + 0.5, y], [x + 0.5, y + 0.5], [x, y + 0.5], [x, y]]]


def write_map(path: Path, codes: Sequence[object], name: str = "code") -> Path:
    """Write a GeoJSON file with a square for each code, in rows of eight."""
    features = [
        {
            "type": "Feature",
            "properties": {name: code},
            "geometry": {"type": "Polygon", "coordinates": square(104 + n % 8 / 2, 20 - n // 8 / 2)},
        }
        for n, code in enumerate(codes)
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    return path
