"""A map's shapes with their codes, from a GeoJSON file (RFC 7946) that the user gives."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.errors import UsageError

MOST_BYTES = 200_000_000
"""Of a file: all communes of the country at 1 : 50 000 have fewer."""
CODES = ("code", "ma", "ma_tinh", "ma_huyen", "ma_xa", "province_code", "district_code", "commune_code")
"""Properties that are taken for the code where none is named, the first that all shapes have."""
Ring = Sequence[tuple[float, float]]


@dataclass(frozen=True)
class Shape:
    """A unit on the map.

    Attributes:
        code: as the file has it, a number as its digits.
        rings: outlines of its parts and of holes in them, longitude and latitude in degrees.
    """

    code: str
    rings: Sequence[Ring]


def shapes(path: Path, code: str | None = None) -> list[Shape]:
    """The shapes of a map.

    Args:
        path: a GeoJSON file of polygons.
        code: the property that holds the official code; one of ``CODES`` where None.

    Raises:
        UsageError: no such file, no GeoJSON of polygons in degrees, no such property.
    """
    features = _features(path)
    name = code or _known_code(path, features)
    made = []
    for feature in features:
        properties = feature.get("properties")
        value = properties.get(name) if isinstance(properties, dict) else None
        if not isinstance(value, str | int) or isinstance(value, bool):
            message = (
                f"{path}: a shape has no {name!r}; its properties are {_told(properties)}; see --map-code"
            )
            raise UsageError(message)
        made.append(Shape(str(value).strip(), _rings(path, feature.get("geometry"))))
    return made


def _features(path: Path) -> list[dict[str, Any]]:
    try:
        if path.stat().st_size > MOST_BYTES:
            message = f"{path}: more than {MOST_BYTES // 1_000_000} MB; simplify the map first"
            raise UsageError(message)
        data = json.loads(path.read_bytes())
    except OSError as error:
        message = f"{path}: {error.strerror or error}; name a GeoJSON file"
        raise UsageError(message) from error
    except (ValueError, RecursionError) as error:
        message = f"{path}: no JSON ({str(error)[:80]}); a map is a GeoJSON file"
        raise UsageError(message) from error
    found = data.get("features") if isinstance(data, dict) else None
    if not isinstance(found, list) or not found or not all(isinstance(f, dict) for f in found):
        message = f"{path}: no GeoJSON FeatureCollection with shapes in it"
        raise UsageError(message)
    return found


def _known_code(path: Path, features: Iterable[Mapping[str, Any]]) -> str:
    given = [f.get("properties") for f in features]
    common = set.intersection(*(set(p) if isinstance(p, dict) else set() for p in given))
    for name in CODES:
        if name in common:
            return name
    message = (
        f"{path}: name the property that holds the official code with --map-code; there are {_told(common)}"
    )
    raise UsageError(message)


def _told(names: Iterable[object] | None) -> str:
    return ", ".join(sorted(str(name)[:40] for name in names or ())[:20]) or "none"


def _rings(path: Path, geometry: object) -> list[Ring]:
    """All outlines of a Polygon or MultiPolygon; a shape without a geometry has none."""
    if geometry is None:
        return []
    try:
        kind, coordinates = geometry["type"], geometry["coordinates"]  # type: ignore[index]
        polygons = {"Polygon": [coordinates], "MultiPolygon": coordinates}[kind]
        return [list(_points(ring)) for polygon in polygons for ring in polygon]
    except (TypeError, KeyError, ValueError, IndexError):
        message = (
            f"{path}: a shape is no Polygon or MultiPolygon in degrees (WGS 84); convert it, for example "
            "with ogr2ogr -f GeoJSON -t_srs EPSG:4326"
        )
        raise UsageError(message) from None


def _points(ring: Iterable[Sequence[float]]) -> Iterator[tuple[float, float]]:
    for point in ring:
        x, y = float(point[0]), float(point[1])
        if not (-180 <= x <= 180 and -90 <= y <= 90):
            raise ValueError(point)
        yield x, y
