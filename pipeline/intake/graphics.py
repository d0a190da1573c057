"""The graphics state of a PDF's content, as far as it says how a line is seen."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.intake.affine import Affine, compose
from pipeline.model import Box

OPERATORS = "cm w d gs g G rg RG k K cs CS sc SC scn SCN Tr"
"""What sets the state."""
_DEVICE = frozenset(
    {"/DeviceGray", "/DeviceRGB", "/DeviceCMYK", "/G", "/RGB", "/CMYK", "/ICCBased", "/CalGray", "/CalRGB"}
)
"""Colour spaces whose numbers are grey, red-green-blue or inks."""


@dataclass
class State:
    """The graphics state: greys are 0-1, None where not known; ``plain`` is False under alpha and such."""

    matrix: Affine
    clip: Box
    width: float = 1.0
    greys: tuple[float | None, float | None] = (0.0, 0.0)
    """Of fills and of strokes."""
    told: tuple[bool, bool] = (True, True)
    """Whether numbers tell the colour of fills and of strokes."""
    dashed: bool = False
    plain: bool = True

    def paint(self, grey: float | None, told: bool, stroke: bool) -> None:
        """Take a colour for fills or strokes."""
        self.greys = (self.greys[0], grey) if stroke else (grey, self.greys[1])
        self.told = (self.told[0], told) if stroke else (told, self.told[1])


def change(state: State, operator: str, operands: Any, resources: Any) -> None:
    """Follow one of ``OPERATORS``."""
    stroke = operator.isupper()
    if operator == "cm":
        state.matrix = compose(state.matrix, Affine(*numbers(operands)))
    elif operator == "w":
        state.width = abs(float(operands[0]))
    elif operator == "d":
        state.dashed = any(numbers(operands[0]))
    elif operator == "gs":
        _set_all(state, resources.get("/ExtGState", {}).get(operands[0]))
    elif operator == "Tr":  # from 4 on text becomes a clip
        state.plain = state.plain and int(operands[0]) < 4
    elif operator in {"g", "G", "rg", "RG", "k", "K"}:
        state.paint(_grey(numbers(operands)), told=True, stroke=stroke)
    elif operator in {"cs", "CS"}:
        told = _is_device(operands[0], resources)
        state.paint(0.0 if told else None, told, stroke)
    else:
        told = state.told[stroke]
        state.paint(_grey(numbers(operands)) if told else None, told, stroke)


def _set_all(state: State, values: Any) -> None:
    """A dictionary of the graphics state."""
    if values is None:
        return
    state.width = abs(float(values.get("/LW", state.width)))
    if "/D" in values:
        state.dashed = any(numbers(values["/D"][0]))
    opaque = min(float(values.get("/CA", 1)), float(values.get("/ca", 1))) >= 1
    blended = str(values.get("/BM", "/Normal")) not in {"/Normal", "/Compatible"}
    if not opaque or blended or str(values.get("/SMask", "/None")) != "/None":
        state.plain = False


def _is_device(space: Any, resources: Any) -> bool:
    """Whether a colour space's numbers tell how dark a colour is."""
    if str(space) in _DEVICE:
        return True
    named = resources.get("/ColorSpace", {}).get(space)
    if named is None:
        return False
    return (str(named) if str(named).startswith("/") else str(named[0])) in _DEVICE


def _grey(values: Sequence[float]) -> float | None:
    """How light a colour is, 0-1; None for a number of parts that none has."""
    if len(values) == 1:
        return values[0]
    if len(values) == 4:
        values = [1 - min(1.0, ink + values[3]) for ink in values[:3]]
    if len(values) != 3:
        return None
    return 0.299 * values[0] + 0.587 * values[1] + 0.114 * values[2]


def numbers(values: Iterable[Any]) -> list[float]:
    """Operands that are numbers."""
    return [float(value) for value in values]
