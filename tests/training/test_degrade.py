from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageDraw

from training.degrade import PROFILES, Profile, ProfileName, degrade


def page(mode: str = "L") -> Image.Image:
    image = Image.new(mode, (300, 400), "white")
    ImageDraw.Draw(image).rectangle([50, 60, 250, 90], fill="black")
    return image


@pytest.mark.parametrize("mode", ["L", "RGB"])
@pytest.mark.parametrize("name", list(PROFILES))
def test_same_seed_same_bytes(name: ProfileName, mode: str) -> None:
    first = degrade(page(mode), np.random.default_rng(5), name)
    again = degrade(page(mode), np.random.default_rng(5), name)
    assert first.tobytes() == again.tobytes()
    assert (first.mode, first.size) == (mode, (300, 400))


def test_other_seed_other_bytes() -> None:
    first = degrade(page(), np.random.default_rng(5), "office")
    assert first.tobytes() != degrade(page(), np.random.default_rng(6), "office").tobytes()


def test_clean_changes_nothing() -> None:
    assert degrade(page(), np.random.default_rng(5), "clean").tobytes() == page().tobytes()


def test_fax_is_black_and_white() -> None:
    pixels = np.asarray(degrade(page(), np.random.default_rng(5), "fax"))
    assert set(np.unique(pixels)) == {0, 255}


def test_paper_and_ink_have_their_grey() -> None:
    pixels = np.asarray(degrade(page(), np.random.default_rng(5), Profile(paper=240, ink=30)))
    assert (pixels[0, 0], pixels[75, 150]) == (240, 30)


def test_show_through_is_mirrored() -> None:
    image = Image.new("L", (300, 400), "white")
    ImageDraw.Draw(image).rectangle([10, 60, 60, 90], fill="black")
    pixels = np.asarray(degrade(image, np.random.default_rng(5), Profile(show_through=0.2)))
    assert pixels[75, 30] == 0
    assert 195 < pixels[75, 265] < 215
    assert pixels[75, 150] == 255


def test_other_modes_are_refused() -> None:
    with pytest.raises(ValueError, match="mode L or RGB, not 1"):
        degrade(Image.new("1", (9, 9)), np.random.default_rng(5))
