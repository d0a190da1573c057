"""Long lines of ink."""

from __future__ import annotations

import numpy as np

from pipeline.ocr import rulings


def test_every_run_that_is_almost_solid_is_kept() -> None:
    """Rows are looked at only where they may hold a run: none that holds one may be passed over."""
    rng, length = np.random.default_rng(5), 20
    dark = rng.random((300, 90)) < 0.55
    for row in range(0, 300, 3):
        start = int(rng.integers(0, 70))
        dark[row, start : start + length] = True
        dark[row, start + int(rng.integers(0, length))] = False
    expected = np.zeros_like(dark)
    for row, start in np.ndindex(300, 90 - length + 1):
        if dark[row, start : start + length].sum() >= rulings._SOLID * length:
            expected[row, start : start + length] |= dark[row, start : start + length]
    assert expected.any()
    assert (rulings._opened(dark, length) == expected).all()
