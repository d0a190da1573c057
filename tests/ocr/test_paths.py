"""Ruled tables told from a page's own paths are those that its image shows."""

from __future__ import annotations

import tomllib
from itertools import pairwise, product
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name

from pipeline.intake import children, paths
from pipeline.intake.affine import Affine
from pipeline.intake.marks import Rules
from pipeline.ocr import rulings
from pipeline.ocr.judge import Sheet
from pipeline.ocr.rulings import Grid
from pipeline.settings import Settings

CASES = tomllib.loads((Path(__file__).parents[1] / "cases" / "rules.toml").read_text(encoding="utf-8"))
XS, YS = (72, 200, 350, 500), (300, 400, 500, 700)


def _grid() -> str:
    across = [f"{XS[0]} {y} m {XS[-1]} {y} l S" for y in YS]
    return " ".join(across + [f"{x} {YS[0]} m {x} {YS[-1]} l S" for x in XS])


def _turned() -> str:
    """The grid's lines where x goes up the page and y to its left."""
    across = [f"{YS[0]} {x} m {YS[-1]} {x} l S" for x in XS]
    return " ".join(across + [f"{y} {XS[0]} m {y} {XS[-1]} l S" for y in YS])


def _cells(paint: str = "") -> str:
    sides = product(pairwise(XS), pairwise(YS))
    return " ".join(f"{a} {c} {b - a} {d - c} re {paint}" for (a, b), (c, d) in sides)


def _thin() -> str:
    across = [f"{XS[0]} {y} {XS[-1] - XS[0]} .5 re" for y in YS]
    return " ".join(across + [f"{x} {YS[0]} .5 {YS[-1] - YS[0]} re" for x in XS])


def _pieces() -> str:
    corners = [f"{x} {y} .48 .48 re f*" for x, y in product(XS, YS)]
    across = [f"{a + 0.48} {y} {b - a - 0.48} .48 re f*" for (a, b), y in product(pairwise(XS), YS)]
    down = [f"{x} {c + 0.48} .48 {d - c - 0.48} re f*" for x, (c, d) in product(XS, pairwise(YS))]
    return " ".join([*corners, *across, *down])


CONTENT = {
    "grid": _grid(),
    "turned": _turned(),
    "cells": _cells(),
    "cells_B": _cells("B"),
    "thin": _thin(),
    "pieces": _pieces(),
    "many": "72 300 m 500 300 l S " * 10_001,
    "often": "/Form Do " * 1_001,
}


def _written(path: Path, case: dict[str, Any]) -> None:
    with pikepdf.new() as document:
        page = document.add_blank_page(page_size=(600, 800))
        page.Contents = document.make_stream(case["content"].format(**CONTENT).encode())
        if "form" in case:
            form = document.make_stream(case["form"].format(**CONTENT).encode())
            form.Type, form.Subtype = Name.XObject, Name.Form
            form.BBox = Array(case.get("box", [0, 0, 600, 800]))
            form = document.make_indirect(form)
            form.Resources = Dictionary(XObject=Dictionary(Form=form))
            page.Resources.XObject = Dictionary(Form=form)
        page.Resources.ExtGState = Dictionary(Thin=Dictionary(CA=0.1))
        if "rotate" in case:
            page.Rotate = case["rotate"]
        if "crop" in case:
            page.CropBox = Array(case["crop"])
        document.save(path)


def _told(path: Path, folder: Path) -> tuple[Rules | None, tuple[Grid, ...], tuple[Grid, ...]]:
    """A page's rules, the tables that they make and those that its image shows, in points."""
    sheet = Sheet(path, 1, Settings(), folder, "x")
    found = paths.rules(path, 1, sheet.content, sheet.geometry, "x")
    if found is None:
        return None, (), ()
    image = sheet.drawn(100)
    seen = rulings.find(image.image.convert("L"), image.dpi).grids
    told = rulings.from_lines(found.across, found.down, sheet.geometry.width)
    return found, told, tuple(_in_points(grid, image.affine) for grid in seen)


def _in_points(grid: Grid, affine: Affine) -> Grid:
    xs = tuple(affine.apply(x, 0)[0] for x in grid.xs)
    return Grid(xs, tuple(affine.apply(0, y)[1] for y in grid.ys), grid.cells)


@pytest.mark.parametrize("case", CASES["case"], ids=lambda case: case["name"])
def test_rules_are_those_that_the_page_shows(tmp_path: Path, case: dict[str, Any]) -> None:
    path = tmp_path / "a.pdf"
    _written(path, case)
    with children.scratch() as folder:
        rules, told, seen = _told(path, folder)
    assert (rules is None) == case.get("look", False)
    assert [[len(grid.xs) - 1, len(grid.ys) - 1] for grid in told] == (
        [case["grid"]] if "grid" in case else []
    )
    assert [grid.cells for grid in told] == [grid.cells for grid in seen]
    for ours, shown in zip(told, seen, strict=True):
        assert ours.xs == pytest.approx(shown.xs, abs=1.5)
        assert ours.ys == pytest.approx(shown.ys, abs=1.5)


@pytest.mark.parametrize(
    ("subtype", "rect", "look"),
    [
        ("/Link", [72, 700, 300, 720], False),
        ("/Stamp", [0, 0, 0, 0], False),
        ("/Stamp", [72, 300, 500, 700], True),
    ],
)
def test_annotations_that_are_seen_are_looked_at(
    tmp_path: Path, subtype: str, rect: list[int], look: bool
) -> None:
    path = tmp_path / "a.pdf"
    _written(path, {"content": "{grid}"})
    with pikepdf.open(path, allow_overwriting_input=True) as document:
        document.pages[0].Annots = Array([Dictionary(Subtype=Name(subtype), Rect=Array(rect))])
        document.save(path)
    sheet = Sheet(path, 1, Settings(), tmp_path, "x")
    assert (paths.rules(path, 1, sheet.content, sheet.geometry, "x") is None) == look


def test_a_merged_cell_stays_one() -> None:
    across = [(100.0, 72.0, 500.0), (150.0, 200.0, 500.0), (200.0, 72.0, 500.0)]
    down = [(72.0, 100.0, 200.0), (200.0, 100.0, 200.0), (350.0, 100.0, 200.0), (500.0, 100.0, 200.0)]
    (grid,) = rulings.from_lines(across, down, 600.0)
    assert grid.cells[0][0] == grid.cells[1][0]
    assert len({number for row in grid.cells for number in row}) == 5


@pytest.mark.parametrize(
    ("gap", "found"), [(0.0, True), (2.5, True), (8.0, False)], ids=["touching", "bridged", "dashes"]
)
def test_pieces_of_a_line(gap: float, found: bool) -> None:
    pieces = [(300.0, x, x + 35.0 - gap) for x in range(72, 492, 35)]
    down = [(x, 300.0, 400.0) for x in (72.0, 300.0, 492.0)]
    assert bool(rulings.from_lines([*pieces, (400.0, 72.0, 492.0)], down, 600.0)) == found
