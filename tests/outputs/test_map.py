"""Maps of the report: joined by official codes, drawn here, open about what is not on them."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from analysed import analysed_once
from drawn_map import square, write_map

from pipeline import cli
from pipeline.errors import EXIT_USAGE
from pipeline.language.gazetteer import gazetteer
from pipeline.outputs import choropleth
from pipeline.outputs.choropleth import Placed, joined, made_of
from pipeline.outputs.geojson import Shape, shapes

OLD, NEW = "before-2025-07-01", "since-2025-07-01"


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return analysed_once(tmp_path_factory)


def codes(level: str, edition: str) -> list[str]:
    return [u.code for u in gazetteer().units if (u.level, u.edition) == (level, edition)]


def report(out: Path, given: Path, *more: str) -> str:
    place = given.with_suffix(".html")
    assert cli.main(["report", str(out), "--map", str(given), "--file", str(place), "-q", *more]) == 0
    return place.read_text(encoding="utf-8")


def maps(text: str) -> list[ElementTree.Element]:
    return [ElementTree.fromstring(svg) for svg in re.findall(r'<svg[^>]*class="map">.*?</svg>', text)]


def coloured(svg: ElementTree.Element) -> dict[str, str]:
    """Titles and fills of the units that have a figure."""
    paths = {path.findtext("title", ""): path.get("fill", "") for path in svg.iter("path")}
    return {title: fill for title, fill in paths.items() if fill != choropleth.NOTHING}


def test_provinces_of_before_the_reform(out: Path, tmp_path: Path) -> None:
    text = report(out, write_map(tmp_path / "a.geojson", codes("province", OLD)))
    [svg] = maps(text)
    assert len(list(svg.iter("path"))) == 63
    assert list(coloured(svg)) == ["Tỉnh Hải Dương: 132.000"]
    assert "Không có trên bản đồ: 1 thuộc cấp khác; 1 không rõ mã: <" in text
    assert "huyện Tứ Kỳ, xã Bình Nghệ." in text
    assert re.search(r'<a href="(#y-loans-\d+)" aria-label="Tỉnh Hải Dương">', text)
    assert "<script" not in text


def test_districts_whose_codes_lost_their_zeros(out: Path, tmp_path: Path) -> None:
    """Half the districts, as numbers: 1 for 001; the property is named."""
    half = [int(code) for code in codes("district", OLD)[:400]]
    text = report(out, write_map(tmp_path / "b.geojson", half, "id_huyen"), "--map-code", "id_huyen")
    found = [set(coloured(svg)) for svg in maps(text)]
    assert {"Huyện Tứ Kỳ: 10.500"} in found
    assert {"Huyện Tứ Kỳ: 900"} in found


def test_a_map_of_the_other_edition_is_told(out: Path, tmp_path: Path) -> None:
    text = report(out, write_map(tmp_path / "c.geojson", codes("province", NEW)))
    assert maps(text) == []
    assert "thuộc danh mục khác (trước hoặc từ 1/7/2025)" in text


def test_codes_that_both_editions_have_are_of_the_figures_list() -> None:
    given = [Shape(code, []) for code in ("01", "04")]
    assert made_of(given, gazetteer(), {("01", OLD)}).edition == OLD
    assert made_of(given, gazetteer(), {("01", NEW)}).edition == NEW
    assert made_of([Shape("77", []), *given], gazetteer(), set()).unknown == 0
    assert made_of([Shape("xx", []), *given], gazetteer(), set()).unknown == 1


def test_nothing_is_added_up_on_a_map() -> None:
    on = made_of([Shape("30", [])], gazetteer(), set())
    names = [("tỉnh Hải Dương", "30"), ("Hải Dương", "30"), ("tỉnh Bắc Ninh", "27"), ("xã A", "")]
    given = [
        Placed(name, code, "", "", OLD if code else "", 1.0, 1, (n,)) for n, (name, code) in enumerate(names)
    ]
    found, told = joined(on, given)
    assert {code: place.name for code, place in found.items()} == {"30": "tỉnh Hải Dương"}
    assert told is not None
    assert "1 another name of a unit that is drawn" in told
    assert "1 not in the map&#x27;s file" in told
    assert "1 without a code" in told


@pytest.mark.parametrize(
    ("values", "classes"),
    [
        ([5.0], [0]),
        ([1.0, 1.0], [0, 0]),
        ([1.0, 2, 3, 4, 5], [0, 1, 2, 3, 4]),
        ([0, 0, 0, 0, 9], [0, 0, 0, 0, 1]),
    ],
)
def test_classes(values: list[float], classes: list[int]) -> None:
    limits = choropleth._limits(values)
    assert [choropleth._class(value, limits) for value in values] == classes


def test_a_fine_map_is_drawn_coarser() -> None:
    ring = [(104 + n / 100_000, 20 + n % 2 / 1000) for n in range(100_000)]
    on = made_of([Shape("01", [ring])], gazetteer(), set())
    assert len(on.outlines["01"]) < 1_000_000


GOOD: dict[str, Any] = {
    "type": "Feature",
    "properties": {"code": "30"},
    "geometry": {"type": "Polygon", "coordinates": square(104, 20)},
}


def shaped(kind: str, coordinates: object) -> dict[str, Any]:
    return {"features": [{**GOOD, "geometry": {"type": kind, "coordinates": coordinates}}]}


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (None, "name a GeoJSON file"),
        (b"PK\x03\x04", "no JSON"),
        (b"[" * 100_000, "no JSON"),
        ({"type": "Feature"}, "no GeoJSON FeatureCollection"),
        ({"features": []}, "no GeoJSON FeatureCollection"),
        ({"features": [1]}, "no GeoJSON FeatureCollection"),
        ({"features": [{"properties": {"ten": "A"}}]}, "with --map-code; there are ten"),
        ({"features": [{"properties": {"code": 1.5}}]}, "a shape has no 'code'"),
        ({"features": [GOOD, {"properties": None}]}, "with --map-code; there are none"),
        (shaped("Point", [1, 2]), "no Polygon"),
        (
            {"features": [{**GOOD, "geometry": {"type": "Polygon", "coordinates": [[[6e5, 2e6]]]}}]},
            "in degrees",
        ),
        (shaped("Polygon", [[[float("nan"), 2]]]), "in degrees"),
        ({"features": [{**GOOD, "properties": {"code": "zz"}}]}, "one of the official lists"),
    ],
)
def test_what_is_no_map_is_told(
    out: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], data: object, words: str
) -> None:
    given = tmp_path / "map.geojson"
    if data is not None:
        given.write_bytes(data if isinstance(data, bytes) else json.dumps(data).encode())
    status = cli.main(["report", str(out), "--map", str(given), "--file", str(tmp_path / "r.html"), "-q"])
    assert status == EXIT_USAGE
    said = capsys.readouterr().err
    assert words in said
    assert said.count("\n") == 1
    assert not (tmp_path / "r.html").exists()


def test_a_code_without_a_map_is_told(out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["report", str(out), "--map-code", "ma", "-q"]) == EXIT_USAGE
    assert "--map FILE, which is not given" in capsys.readouterr().err


def test_a_shape_without_a_geometry_is_a_unit_without_an_outline(tmp_path: Path) -> None:
    path = tmp_path / "m.geojson"
    several = {"type": "MultiPolygon", "coordinates": [square(104, 20), square(106, 20)]}
    features = [{**GOOD, "geometry": None}, {**GOOD, "properties": {"code": 27}, "geometry": several}]
    path.write_text(json.dumps({"features": features}), encoding="utf-8")
    assert [(s.code, len(s.rings)) for s in shapes(path)] == [("30", 0), ("27", 2)]
